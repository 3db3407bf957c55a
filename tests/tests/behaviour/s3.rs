//! Amazon S3: objects. Uploads in parts are in `s3_multipart.rs`.

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::list_objects_v2::builders::ListObjectsV2FluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use org_operator_testkit::TestResult;
use org_operator_tests::backend::Backend;

use super::check::{equal, holds, paged, pages, refused};

/// A client for the bucket's account.
pub(crate) fn client(backend: &Backend) -> Client {
    Client::new(&backend.operation)
}

async fn put(backend: &Backend, key: &str, bytes: &[u8]) -> TestResult<()> {
    let put = client(backend).put_object().bucket(&backend.fixture.bucket).key(key);
    put.content_type("text/csv; charset=utf-8")
        .body(ByteStream::from(bytes.to_vec()))
        .send()
        .await?;
    Ok(())
}

/// The object's bytes.
pub(crate) async fn get(backend: &Backend, key: &str) -> TestResult<Vec<u8>> {
    let get = client(backend).get_object().bucket(&backend.fixture.bucket).key(key);
    Ok(get.send().await?.body.collect().await?.to_vec())
}

/// The object must not be there.
pub(crate) async fn is_missing(backend: &Backend, key: &str) -> TestResult<()> {
    let get = client(backend).get_object().bucket(&backend.fixture.bucket).key(key);
    refused(get.send().await, &["NoSuchKey"])
}

/// The object must be there, with these bytes.
pub(crate) async fn is(backend: &Backend, key: &str, expected: &[u8]) -> TestResult<()> {
    let found = get(backend, key).await?;
    let differ = format!("expected {} bytes, but came {} other ones", expected.len(), found.len());
    holds(found == expected, differ)
}

pub(crate) async fn an_object_comes_back(backend: &Backend) -> TestResult<()> {
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    put(backend, "object/bytes.bin", &bytes).await?;
    is(backend, "object/bytes.bin", &bytes).await
}

pub(crate) async fn an_empty_object_comes_back(backend: &Backend) -> TestResult<()> {
    put(backend, "empty.jsonl", b"").await?;
    is(backend, "empty.jsonl", b"").await
}

pub(crate) async fn a_put_overwrites(backend: &Backend) -> TestResult<()> {
    put(backend, "latest.json", b"the first, which is longer").await?;
    put(backend, "latest.json", b"the second").await?;
    is(backend, "latest.json", b"the second").await
}

pub(crate) async fn a_missing_key_is_refused(backend: &Backend) -> TestResult<()> {
    is_missing(backend, "not/there.json").await
}

pub(crate) async fn a_missing_bucket_is_refused(backend: &Backend) -> TestResult<()> {
    let get = client(backend).get_object().bucket("behaviour-unknown").key("a");
    refused(get.send().await, &["NoSuchBucket"])
}

pub(crate) async fn keys_may_have_spaces_plus_signs_and_any_script(
    backend: &Backend,
) -> TestResult<()> {
    let keys =
        ["a b.csv", "a+b.csv", "a%20b.csv", "ü/東京.csv", "a&b=c?d#e.csv", "a//b.csv", "a;b@,:$"];
    for key in keys {
        put(backend, key, key.as_bytes()).await?;
    }
    for key in keys {
        let found = String::from_utf8(get(backend, key).await?)?;
        equal("the object of a key", &found.as_str(), &key)?;
    }
    Ok(())
}

/// Objects of two runs and one beside them.
async fn runs(backend: &Backend, below: &str) -> TestResult<[String; 4]> {
    let names = ["op/latest.json", "op/r1/a.csv", "op/r1/b.csv", "op/r2/a.csv"];
    let keys = names.map(|name| format!("{below}/{name}"));
    for key in &keys {
        put(backend, key, b"x").await?;
    }
    Ok(keys)
}

fn list(backend: &Backend, prefix: &str) -> ListObjectsV2FluentBuilder {
    client(backend).list_objects_v2().bucket(&backend.fixture.bucket).prefix(prefix)
}

pub(crate) async fn a_listing_has_every_key_below_its_prefix_and_when_it_was_written(
    backend: &Backend,
) -> TestResult<()> {
    let keys = runs(backend, "listed").await?;
    let answer = list(backend, "listed/op/").send().await?;
    let found: Vec<&str> = answer.contents().iter().filter_map(|object| object.key()).collect();
    equal("the keys", &found, &keys.iter().map(String::as_str).collect())?;
    let times: Vec<_> = answer.contents().iter().filter_map(|o| o.last_modified()).collect();
    equal("objects with a time", &times.len(), &keys.len())?;
    // They were written in this order, and an emulator's clock may have whole seconds only.
    holds(times.is_sorted_by_key(|time| time.secs()), "the times are not those of the writes")
}

pub(crate) async fn a_listing_by_folders_has_each_once(backend: &Backend) -> TestResult<()> {
    runs(backend, "folders").await?;
    let answer = list(backend, "folders/op/").delimiter("/").send().await?;
    let folders = answer.common_prefixes().iter().filter_map(|common| common.prefix());
    equal("the folders", &folders.collect(), &vec!["folders/op/r1/", "folders/op/r2/"])?;
    let keys = answer.contents().iter().filter_map(|object| object.key());
    equal("the keys beside them", &keys.collect(), &vec!["folders/op/latest.json"])
}

pub(crate) async fn a_listing_comes_in_pages(backend: &Backend) -> TestResult<()> {
    let keys = runs(backend, "pages").await?;
    let pages = pages(async |token| {
        let answer = list(backend, "pages/").max_keys(3).set_continuation_token(token);
        let answer = answer.send().await?;
        let keys = answer.contents().iter().filter_map(|object| object.key());
        Ok((keys.map(str::to_owned).collect(), answer.next_continuation_token))
    });
    paged(&pages.await?, 3, &keys.into())
}
