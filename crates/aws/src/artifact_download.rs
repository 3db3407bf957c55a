//! An object of S3 that is read in ranges. Each range is a call of its own, read to its end at once: a
//! body that stays open while its reader is busy elsewhere is dropped by S3.

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use org_operator_core::ports::Download;
use org_operator_core::{Error, ErrorKind};

use crate::failure::own;

/// The bytes of a range, which are held in memory.
const RANGE: u64 = 8 * 1024 * 1024;

/// An S3 object that is read piece by piece.
#[derive(Debug)]
pub struct S3Download {
    client: Client,
    bucket: String,
    key: String,
    doing: String,
    tag: Option<String>,
    /// The first range, until it is taken.
    first: Option<Vec<u8>>,
    read: u64,
    length: u64,
}

impl S3Download {
    /// Reads the object's first range, or finds that there is no object; `doing` stands in errors.
    pub(crate) async fn open(
        client: Client,
        bucket: String,
        key: &str,
        doing: String,
    ) -> Result<Option<Self>, Error> {
        let key = key.to_owned();
        let (tag, first) = (None, None);
        let mut download = Self { client, bucket, key, doing, tag, first, read: 0, length: 0 };
        let Some((bytes, length, tag)) = download.range().await? else { return Ok(None) };
        download.first = Some(bytes);
        (download.length, download.tag) = (length, tag);
        Ok(Some(download))
    }

    /// The range that begins after what has been read, with the object's length and tag; `None`
    /// where there is no object.
    async fn range(&self) -> Result<Option<(Vec<u8>, u64, Option<String>)>, Error> {
        let range = format!("bytes={}-{}", self.read, self.read + RANGE - 1);
        let request = self.client.get_object().bucket(&self.bucket).key(&self.key).range(range);
        match request.set_if_match(self.tag.clone()).send().await {
            Ok(object) => self.collected(object).await.map(Some),
            Err(error) => match error.code() {
                Some("NoSuchKey") if self.read == 0 => Ok(None),
                // No range fits into an object without bytes (S3 API reference, `GetObject`).
                Some("InvalidRange") if self.read == 0 => Ok(Some((Vec::new(), 0, None))),
                // A retry reads the new object from its beginning.
                Some("PreconditionFailed") => Err(self.broken("it was replaced meanwhile")),
                _ => Err(own(&self.doing, &error)),
            },
        }
    }

    async fn collected(
        &self,
        object: GetObjectOutput,
    ) -> Result<(Vec<u8>, u64, Option<String>), Error> {
        let length = object.content_range().and_then(whole_length);
        let body = object.body.collect().await.map_err(|e| self.broken(e))?.to_vec();
        // Without a range in the answer it is the whole object.
        let length = length.unwrap_or(body.len() as u64);
        Ok((body, length, object.e_tag))
    }

    fn broken(&self, reason: impl std::fmt::Display) -> Error {
        Error::new(ErrorKind::Transient, format!("{}: {reason}", self.doing))
    }
}

/// The object's length in `bytes 0-1023/146515`.
fn whole_length(content_range: &str) -> Option<u64> {
    content_range.rsplit_once('/')?.1.parse().ok()
}

impl Download for S3Download {
    async fn chunk(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let bytes = match self.first.take() {
            Some(first) => first,
            None if self.read >= self.length => return Ok(None),
            None => self.range().await?.map(|(bytes, ..)| bytes).unwrap_or_default(),
        };
        self.read += bytes.len() as u64;
        if bytes.is_empty() && self.read < self.length {
            return Err(self.broken("an empty range came back"));
        }
        Ok(Some(bytes).filter(|bytes| !bytes.is_empty()))
    }

    fn length(&self) -> usize {
        usize::try_from(self.length).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_http_client::test_util::{ReplayEvent, StaticReplayClient};
    use org_operator_core::ports::find;

    use super::*;
    use crate::artifacts::S3Artifacts;
    use crate::replay::answering;

    #[tokio::test]
    async fn a_length_that_no_memory_holds_is_an_error_and_no_panic() {
        let request = http::Request::builder().body("".into()).unwrap();
        let range = format!("bytes 0-3/{}", u64::MAX);
        let answer = http::Response::builder().status(206).header("content-range", range);
        let answer = answer.body("[1,2".into()).unwrap();
        let client = StaticReplayClient::new(vec![ReplayEvent::new(request, answer)]);
        let config = answering(&[]).1.to_builder().http_client(client).build();
        let found = find(&S3Artifacts::new(&config, "results"), "manifest.json").await;
        assert!(found.is_err(), "{found:?}");
    }

    #[test]
    fn the_length_of_an_object_is_read_from_its_content_range() {
        assert_eq!(whole_length("bytes 0-1023/146515"), Some(146_515));
        assert_eq!(whole_length("bytes 0-1023/*"), None);
    }
}
