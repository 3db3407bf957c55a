//! The results' bucket: what deployed runs have left in S3, as it is listed and read.

use std::collections::BTreeSet;

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::list_objects_v2::{ListObjectsV2Error, ListObjectsV2Output};
use aws_sdk_sfn::config::http::HttpResponse;
use aws_sdk_sfn::error::SdkError;
use org_operator_aws::{S3Artifacts, call_error};
use org_operator_core::Error;
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::ports::find;
use serde::de::DeserializeOwned;

use crate::connection::Connection;
use crate::deployment::args::BucketArgs;

/// The IAM action of listing objects.
const LIST: &str = "s3:ListBucket";
/// The IAM action of reading objects.
pub(crate) const READ: &str = "s3:GetObject";

/// A bucket with runs.
pub(crate) struct Bucket {
    client: Client,
    /// The objects of the bucket, to read.
    pub(crate) artifacts: S3Artifacts,
    /// The bucket's name.
    pub(crate) name: String,
    /// The prefix of the runs in it, without slashes around.
    pub(crate) prefix: String,
}

/// An object as the bucket lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Object {
    /// The object's key, prefix included.
    pub(crate) key: String,
    /// When it was written, where the bucket says so.
    pub(crate) written: Option<Timestamp>,
}

impl Bucket {
    /// The bucket that the options name.
    pub(crate) fn new(connection: &Connection, args: &BucketArgs) -> Self {
        Self {
            client: Client::new(&connection.config),
            artifacts: S3Artifacts::new(&connection.config, &args.bucket),
            name: args.bucket.clone(),
            prefix: args.prefix.trim_matches('/').to_owned(),
        }
    }

    /// The objects below `prefix`.
    pub(crate) async fn objects(&self, prefix: &str) -> Result<Vec<Object>, Error> {
        let mut objects = Vec::new();
        self.list(prefix, None, |page| {
            let listed = page.contents().iter().filter_map(|object| {
                let millis = object.last_modified().and_then(|time| time.to_millis().ok());
                let written = millis.map(Timestamp::from_epoch_millis);
                Some(Object { key: object.key()?.to_owned(), written })
            });
            objects.extend(listed);
        })
        .await?;
        Ok(objects)
    }

    /// The names of the folders directly in `prefix`.
    pub(crate) async fn folders(&self, prefix: &str) -> Result<BTreeSet<String>, Error> {
        let mut folders = BTreeSet::new();
        self.list(prefix, Some("/"), |page| {
            let found = page.common_prefixes().iter().filter_map(|common| common.prefix());
            let names = found.filter_map(|folder| folder.strip_suffix('/')?.rsplit('/').next());
            folders.extend(names.map(str::to_owned));
        })
        .await?;
        Ok(folders)
    }

    /// Gives every page of a listing to `take`.
    async fn list(
        &self,
        prefix: &str,
        delimiter: Option<&str>,
        mut take: impl FnMut(&ListObjectsV2Output),
    ) -> Result<(), Error> {
        let all = self.client.list_objects_v2().bucket(&self.name).prefix(prefix);
        let list = all.set_delimiter(delimiter.map(str::to_owned));
        let mut pages = list.into_paginator().stop_on_duplicate_token(false).send();
        while let Some(answer) = pages.next().await {
            let doing = format!("listing s3://{}/{prefix}", self.name);
            let page = answer.map_err(|e| located(call_error(&doing, &e), &e).with_action(LIST))?;
            take(&page);
        }
        Ok(())
    }

    /// The JSON document at `key`, or `None` where there is none that `T` can take.
    pub(crate) async fn document<T: DeserializeOwned>(
        &self,
        key: &str,
    ) -> Result<Option<T>, Error> {
        let bytes = find(&self.artifacts, key).await.map_err(|e| e.with_action(READ))?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }
}

/// `error` with the Region in which the bucket is, where S3 says that it is in another one: by a
/// redirect, or by refusing the Region that the call was signed for.
fn located(error: Error, answer: &SdkError<ListObjectsV2Error, HttpResponse>) -> Error {
    let raw = answer.raw_response();
    let elsewhere = raw.filter(|answer| matches!(answer.status().as_u16(), 301 | 307 | 400));
    match elsewhere.and_then(|answer| answer.headers().get("x-amz-bucket-region")) {
        Some(region) => {
            let message = format!("{} (the bucket is in {region})", error.reason());
            error.with_message(message)
        }
        None => error,
    }
}
