//! Amazon S3: uploads in parts.

use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::abort_multipart_upload::AbortMultipartUploadError;
use aws_sdk_s3::operation::complete_multipart_upload::CompleteMultipartUploadError;
use aws_sdk_s3::operation::upload_part::UploadPartError;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use org_operator_testkit::TestResult;
use org_operator_tests::backend::Backend;

use super::check::refused;
use super::s3::{client, is, is_missing};

/// The least that a part has which is not the last (S3 user guide, "Multipart upload limits").
const LEAST: usize = 5 * 1_024 * 1_024;

/// No part's tag.
const OTHER_TAG: &str = "\"0123456789abcdef0123456789abcdef\"";

/// An upload that was begun.
struct Upload<'a> {
    backend: &'a Backend,
    key: &'a str,
    id: String,
}

fn part(fill: u8, length: usize) -> Vec<u8> {
    vec![fill; length]
}

impl<'a> Upload<'a> {
    async fn begin(backend: &'a Backend, key: &'a str) -> TestResult<Self> {
        let create = client(backend).create_multipart_upload().bucket(&backend.fixture.bucket);
        let begun = create.key(key).content_type("text/csv; charset=utf-8").send().await?;
        let id = begun.upload_id().filter(|id| !id.is_empty()).ok_or("no upload id")?.to_owned();
        Ok(Self { backend, key, id })
    }

    async fn send(
        &self,
        number: i32,
        bytes: Vec<u8>,
    ) -> Result<CompletedPart, SdkError<UploadPartError>> {
        let send = client(self.backend).upload_part().bucket(&self.backend.fixture.bucket);
        let send = send.key(self.key).upload_id(&self.id).part_number(number);
        let tag = send.body(ByteStream::from(bytes)).send().await?.e_tag;
        Ok(CompletedPart::builder().part_number(number).set_e_tag(tag).build())
    }

    async fn complete(
        &self,
        parts: Vec<CompletedPart>,
    ) -> Result<(), SdkError<CompleteMultipartUploadError>> {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let complete =
            client(self.backend).complete_multipart_upload().bucket(&self.backend.fixture.bucket);
        let complete = complete.key(self.key).upload_id(&self.id).multipart_upload(parts);
        complete.send().await.map(drop)
    }

    async fn abort(&self) -> Result<(), SdkError<AbortMultipartUploadError>> {
        let abort = client(self.backend).abort_multipart_upload();
        let abort = abort.bucket(&self.backend.fixture.bucket).key(self.key).upload_id(&self.id);
        abort.send().await.map(drop)
    }
}

pub(crate) async fn parts_come_back_whole(backend: &Backend) -> TestResult<()> {
    let upload = Upload::begin(backend, "parts/whole + all.csv").await?;
    let parts = [part(1, LEAST), part(2, LEAST + 1), part(3, 100)];
    let mut done = Vec::new();
    for (number, bytes) in (1..).zip(&parts) {
        done.push(upload.send(number, bytes.clone()).await?);
    }
    upload.complete(done).await?;
    is(backend, upload.key, &parts.concat()).await
}

pub(crate) async fn parts_are_joined_by_number_not_by_time(backend: &Backend) -> TestResult<()> {
    let upload = Upload::begin(backend, "parts/late.csv").await?;
    let last = upload.send(10, part(2, 10)).await?;
    let first = upload.send(2, part(1, LEAST)).await?;
    upload.complete(vec![first, last]).await?;
    is(backend, upload.key, &[part(1, LEAST), part(2, 10)].concat()).await
}

pub(crate) async fn the_last_of_two_parts_with_one_number_counts(
    backend: &Backend,
) -> TestResult<()> {
    let upload = Upload::begin(backend, "parts/again.csv").await?;
    upload.send(1, part(1, 10)).await?;
    let again = upload.send(1, part(2, 20)).await?;
    upload.complete(vec![again]).await?;
    is(backend, upload.key, &part(2, 20)).await
}

pub(crate) async fn only_the_named_parts_are_joined(backend: &Backend) -> TestResult<()> {
    let upload = Upload::begin(backend, "parts/named.csv").await?;
    let first = upload.send(1, part(1, LEAST)).await?;
    upload.send(2, part(2, LEAST)).await?;
    let last = upload.send(3, part(3, 10)).await?;
    upload.complete(vec![first, last]).await?;
    is(backend, upload.key, &[part(1, LEAST), part(3, 10)].concat()).await
}

pub(crate) async fn nothing_is_there_before_the_end(backend: &Backend) -> TestResult<()> {
    let upload = Upload::begin(backend, "parts/early.csv").await?;
    upload.send(1, part(1, 10)).await?;
    is_missing(backend, upload.key).await?;
    Ok(upload.abort().await?)
}

pub(crate) async fn an_undersized_part_that_is_not_the_last_is_refused(
    backend: &Backend,
) -> TestResult<()> {
    let upload = Upload::begin(backend, "parts/small.csv").await?;
    let first = upload.send(1, part(1, LEAST - 1)).await?;
    let last = upload.send(2, part(2, 10)).await?;
    refused(upload.complete(vec![first, last]).await, &["EntityTooSmall"])?;
    is_missing(backend, upload.key).await?;
    Ok(upload.abort().await?)
}

pub(crate) async fn a_part_that_was_not_sent_is_refused(backend: &Backend) -> TestResult<()> {
    let upload = Upload::begin(backend, "parts/unsent.csv").await?;
    let sent = upload.send(1, part(1, 10)).await?;
    let other = CompletedPart::builder().part_number(1).e_tag(OTHER_TAG).build();
    refused(upload.complete(vec![other]).await, &["InvalidPart"])?;
    let beyond = CompletedPart::builder().part_number(2).set_e_tag(sent.e_tag).build();
    refused(upload.complete(vec![beyond]).await, &["InvalidPart"])?;
    Ok(upload.abort().await?)
}

pub(crate) async fn an_upload_of_no_parts_is_refused(backend: &Backend) -> TestResult<()> {
    let upload = Upload::begin(backend, "parts/none.csv").await?;
    refused(upload.complete(Vec::new()).await, &["MalformedXML", "InvalidRequest"])?;
    Ok(upload.abort().await?)
}

pub(crate) async fn parts_named_out_of_order_are_refused(backend: &Backend) -> TestResult<()> {
    let upload = Upload::begin(backend, "parts/unordered.csv").await?;
    let first = upload.send(1, part(1, LEAST)).await?;
    let second = upload.send(2, part(2, LEAST)).await?;
    refused(upload.complete(vec![second, first]).await, &["InvalidPartOrder"])?;
    Ok(upload.abort().await?)
}

const OVER: &[&str] = &["NoSuchUpload"];

pub(crate) async fn an_aborted_upload_leaves_nothing(backend: &Backend) -> TestResult<()> {
    let upload = Upload::begin(backend, "parts/aborted.csv").await?;
    let sent = upload.send(1, part(1, 10)).await?;
    upload.abort().await?;
    is_missing(backend, upload.key).await?;
    refused(upload.complete(vec![sent]).await, OVER)?;
    is_missing(backend, upload.key).await
}

pub(crate) async fn an_aborted_upload_takes_no_more_parts(backend: &Backend) -> TestResult<()> {
    let upload = Upload::begin(backend, "parts/stopped.csv").await?;
    upload.abort().await?;
    refused(upload.send(1, part(1, 10)).await, OVER)
}

pub(crate) async fn an_upload_that_was_completed_is_over(backend: &Backend) -> TestResult<()> {
    let upload = Upload::begin(backend, "parts/over.csv").await?;
    let sent = upload.send(1, part(1, 10)).await?;
    upload.complete(vec![sent]).await?;
    refused(upload.send(2, part(2, 10)).await, OVER)?;
    is(backend, upload.key, &part(1, 10)).await
}

/// Its first answer may have been lost: S3 was measured to say the same again.
pub(crate) async fn a_completion_that_is_sent_again_succeeds(backend: &Backend) -> TestResult<()> {
    let upload = Upload::begin(backend, "parts/twice.csv").await?;
    let sent = upload.send(1, part(1, 10)).await?;
    upload.complete(vec![sent.clone()]).await?;
    upload.complete(vec![sent]).await?;
    is(backend, upload.key, &part(1, 10)).await
}

fn unknown<'a>(backend: &'a Backend, key: &'a str) -> Upload<'a> {
    Upload { backend, key, id: "unknown".to_owned() }
}

pub(crate) async fn an_unknown_upload_takes_no_parts(backend: &Backend) -> TestResult<()> {
    refused(unknown(backend, "parts/unknown.csv").send(1, part(1, 10)).await, OVER)
}

pub(crate) async fn an_unknown_upload_cannot_be_completed(backend: &Backend) -> TestResult<()> {
    let upload = unknown(backend, "parts/unknown.csv");
    let sent = CompletedPart::builder().part_number(1).e_tag(OTHER_TAG).build();
    refused(upload.complete(vec![sent]).await, OVER)?;
    is_missing(backend, upload.key).await
}

pub(crate) async fn an_unknown_upload_cannot_be_aborted(backend: &Backend) -> TestResult<()> {
    refused(unknown(backend, "parts/unknown.csv").abort().await, OVER)
}
