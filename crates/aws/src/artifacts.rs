//! The artifacts in S3: small ones in one call, large ones as a multipart upload that holds one
//! part in memory.

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use org_operator_core::ports::{Artifacts, Download, Upload};
use org_operator_core::{Error, ErrorKind};

use crate::failure::own;

/// S3 takes parts of at least 5 MiB and at most 10,000 of them (S3 user guide, "Multipart upload
/// limits"): 8 MiB allow objects of 78 GiB.
const PART: usize = 8 * 1024 * 1024;

/// A bucket.
#[derive(Debug, Clone)]
pub struct S3Artifacts {
    client: Client,
    bucket: String,
}

impl S3Artifacts {
    /// The artifacts in `bucket`.
    #[must_use]
    pub fn new(config: &SdkConfig, bucket: &str) -> Self {
        Self { client: Client::new(config), bucket: bucket.to_owned() }
    }
}

impl Artifacts for S3Artifacts {
    type Upload = S3Upload;
    type Download = S3Download;

    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), Error> {
        let put = self.client.put_object().bucket(&self.bucket).key(key);
        let put = put.content_type(content_type(key)).body(ByteStream::from(bytes)).send().await;
        put.map(drop).map_err(|e| own(&format!("writing {}", self.uri(key)), &e))
    }

    async fn open(&self, key: &str) -> Result<Option<S3Download>, Error> {
        let doing = format!("reading {}", self.uri(key));
        match self.client.get_object().bucket(&self.bucket).key(key).send().await {
            Ok(object) => Ok(Some(S3Download { body: object.body, doing })),
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => {
                Ok(None)
            }
            Err(error) => Err(own(&doing, &error)),
        }
    }

    fn upload(&self, key: &str) -> S3Upload {
        S3Upload { artifacts: self.clone(), key: key.to_owned(), buffer: Vec::new(), parts: None }
    }

    fn uri(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.bucket)
    }
}

/// An S3 object that is being read.
#[derive(Debug)]
pub struct S3Download {
    body: ByteStream,
    doing: String,
}

impl Download for S3Download {
    async fn chunk(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let chunk = self.body.try_next().await;
        let broken = |e| Error::new(ErrorKind::Transient, format!("{}: {e}", self.doing));
        Ok(chunk.map_err(broken)?.map(Into::into))
    }
}

fn content_type(key: &str) -> &'static str {
    match key.rsplit_once('.').map(|(_, extension)| extension) {
        Some("csv") => "text/csv; charset=utf-8",
        Some("json") => "application/json",
        Some("jsonl") => "application/x-ndjson",
        _ => "application/octet-stream",
    }
}

/// An S3 object that is being written.
#[derive(Debug)]
pub struct S3Upload {
    artifacts: S3Artifacts,
    key: String,
    buffer: Vec<u8>,
    parts: Option<Parts>,
}

#[derive(Debug)]
struct Parts {
    upload_id: String,
    done: Vec<CompletedPart>,
}

impl Upload for S3Upload {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.buffer.extend_from_slice(bytes);
        while self.buffer.len() >= PART {
            let rest = self.buffer.split_off(PART);
            let part = std::mem::replace(&mut self.buffer, rest);
            let sent = self.send(part).await;
            self.abort_on_error(sent).await?;
        }
        Ok(())
    }

    async fn finish(mut self) -> Result<(), Error> {
        let rest = std::mem::take(&mut self.buffer);
        if self.parts.is_none() {
            return self.artifacts.put(&self.key, rest).await;
        }
        let done = async {
            if !rest.is_empty() {
                self.send(rest).await?;
            }
            self.complete().await
        };
        let done = done.await;
        self.abort_on_error(done).await
    }
}

impl S3Upload {
    fn doing(&self) -> String {
        format!("writing {}", self.artifacts.uri(&self.key))
    }

    async fn begin(&mut self) -> Result<(), Error> {
        let S3Artifacts { client, bucket } = &self.artifacts;
        let create = client.create_multipart_upload().bucket(bucket).key(&self.key);
        let create = create.content_type(content_type(&self.key)).send().await;
        let upload = create.map_err(|e| own(&self.doing(), &e))?;
        let upload_id = upload.upload_id().unwrap_or_default().to_owned();
        self.parts = Some(Parts { upload_id, done: Vec::new() });
        Ok(())
    }

    async fn send(&mut self, part: Vec<u8>) -> Result<(), Error> {
        if self.parts.is_none() {
            self.begin().await?;
        }
        let doing = self.doing();
        let Some(parts) = &mut self.parts else { return Ok(()) };
        let S3Artifacts { client, bucket } = &self.artifacts;
        let number = i32::try_from(parts.done.len() + 1).unwrap_or(i32::MAX);
        let send = client.upload_part().bucket(bucket).key(&self.key).part_number(number);
        let send = send.upload_id(&parts.upload_id).body(ByteStream::from(part)).send().await;
        let tag = send.map_err(|e| own(&doing, &e))?.e_tag;
        parts.done.push(CompletedPart::builder().part_number(number).set_e_tag(tag).build());
        Ok(())
    }

    async fn complete(&mut self) -> Result<(), Error> {
        let doing = self.doing();
        let Some(parts) = &mut self.parts else { return Ok(()) };
        let S3Artifacts { client, bucket } = &self.artifacts;
        let done = std::mem::take(&mut parts.done);
        let upload = CompletedMultipartUpload::builder().set_parts(Some(done)).build();
        let complete = client.complete_multipart_upload().bucket(bucket).key(&self.key);
        let complete = complete.upload_id(&parts.upload_id).multipart_upload(upload).send().await;
        complete.map(drop).map_err(|e| own(&doing, &e))
    }

    /// Gives an upload up that cannot be completed, so that its parts cost nothing; the bucket's
    /// lifecycle rule is behind it where even this fails.
    async fn abort_on_error(&mut self, result: Result<(), Error>) -> Result<(), Error> {
        if let (Err(_), Some(parts)) = (&result, &self.parts) {
            let S3Artifacts { client, bucket } = &self.artifacts;
            let abort = client.abort_multipart_upload().bucket(bucket).key(&self.key);
            if let Err(error) = abort.upload_id(&parts.upload_id).send().await {
                tracing::warn!(error = %own(&self.doing(), &error), "an upload stays incomplete");
            }
        }
        result
    }
}
