//! The artifacts in S3. Small ones are written in one call, large ones as a multipart upload that
//! keeps one part in memory. Reading is in `artifact_download`.

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use org_operator_core::Error;
use org_operator_core::ports::{Artifacts, Upload};

use crate::artifact_download::S3Download;
use crate::failure::own;

/// The size of a part: S3 requires at least 5 MiB and allows 10,000 parts (S3 user guide,
/// "Multipart upload limits"), so objects may have 48 GiB. Each file of a run keeps one in memory while
/// it is written, so a part is no larger than it must be.
const PART: usize = 5 * 1024 * 1024;

/// The artifacts in one bucket.
#[derive(Debug, Clone)]
pub struct S3Artifacts {
    client: Client,
    bucket: String,
}

impl S3Artifacts {
    /// The artifacts in the bucket called `bucket`.
    #[must_use]
    pub fn new(config: &SdkConfig, bucket: &str) -> Self {
        Self { client: Client::new(config), bucket: bucket.to_owned() }
    }
}

impl Artifacts for S3Artifacts {
    type Upload = S3Upload;
    type Download = S3Download;

    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), Error> {
        let request = self.client.put_object().bucket(&self.bucket).key(key);
        let request = request.content_type(content_type(key)).body(ByteStream::from(bytes));
        request.send().await.map(drop).map_err(|e| own(&format!("writing {}", self.uri(key)), &e))
    }

    async fn open(&self, key: &str) -> Result<Option<S3Download>, Error> {
        let (client, bucket) = (self.client.clone(), self.bucket.clone());
        S3Download::open(client, bucket, key, format!("reading {}", self.uri(key))).await
    }

    fn upload(&self, key: &str) -> S3Upload {
        S3Upload { artifacts: self.clone(), key: key.to_owned(), buffer: Vec::new(), parts: None }
    }

    fn uri(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.bucket)
    }
}

fn content_type(key: &str) -> &'static str {
    match key.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("csv") => "text/csv; charset=utf-8",
        Some("json") => "application/json",
        Some("jsonl") => "application/x-ndjson",
        _ => "application/octet-stream",
    }
}

/// An S3 object that is written piece by piece.
#[derive(Debug)]
pub struct S3Upload {
    artifacts: S3Artifacts,
    key: String,
    buffer: Vec<u8>,
    /// `None` while everything fits into the buffer.
    parts: Option<Parts>,
}

/// A multipart upload in progress.
#[derive(Debug)]
struct Parts {
    upload_id: String,
    completed: Vec<CompletedPart>,
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
        let completed = self.complete(rest).await;
        self.abort_on_error(completed).await
    }
}

impl S3Upload {
    fn doing(&self) -> String {
        format!("writing {}", self.artifacts.uri(&self.key))
    }

    async fn begin(&mut self) -> Result<(), Error> {
        let S3Artifacts { client, bucket } = &self.artifacts;
        let request = client.create_multipart_upload().bucket(bucket).key(&self.key);
        let created = request.content_type(content_type(&self.key)).send().await;
        let output = created.map_err(|e| own(&self.doing(), &e))?;
        let upload_id = output.upload_id().unwrap_or_default().to_owned();
        self.parts = Some(Parts { upload_id, completed: Vec::new() });
        Ok(())
    }

    async fn send(&mut self, part: Vec<u8>) -> Result<(), Error> {
        if self.parts.is_none() {
            self.begin().await?;
        }
        let doing = self.doing();
        let Some(parts) = &mut self.parts else { return Ok(()) };
        let S3Artifacts { client, bucket } = &self.artifacts;
        let number = i32::try_from(parts.completed.len() + 1).unwrap_or(i32::MAX);
        let request = client.upload_part().bucket(bucket).key(&self.key).part_number(number);
        let request = request.upload_id(&parts.upload_id).body(ByteStream::from(part));
        let tag = request.send().await.map_err(|e| own(&doing, &e))?.e_tag;
        parts.completed.push(CompletedPart::builder().part_number(number).set_e_tag(tag).build());
        Ok(())
    }

    /// Sends the last part, if it is not empty, and completes the upload.
    async fn complete(&mut self, rest: Vec<u8>) -> Result<(), Error> {
        if !rest.is_empty() {
            self.send(rest).await?;
        }
        let doing = self.doing();
        let Some(parts) = &mut self.parts else { return Ok(()) };
        let S3Artifacts { client, bucket } = &self.artifacts;
        let completed = std::mem::take(&mut parts.completed);
        let upload = CompletedMultipartUpload::builder().set_parts(Some(completed)).build();
        let request = client.complete_multipart_upload().bucket(bucket).key(&self.key);
        let request = request.upload_id(&parts.upload_id).multipart_upload(upload);
        request.send().await.map(drop).map_err(|e| own(&doing, &e))
    }

    /// Aborts an upload that failed, so that its parts are not billed. Where even that fails, the
    /// bucket's lifecycle rule removes them.
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

#[cfg(test)]
mod tests {
    use org_operator_core::artifact::{Artifact, RECORD_LINES, TableFile};

    use super::*;

    #[test]
    fn every_artifact_is_stored_with_its_content_type() {
        for artifact in Artifact::ALL {
            let key = format!("runs/op/r1/{}", artifact.file_name("op"));
            assert_eq!(content_type(&key), artifact.content_type, "{key}");
        }
        for table in TableFile::ALL {
            assert_eq!(content_type(table.name), RECORD_LINES.content_type, "{}", table.name);
        }
    }
}
