//! `ListObjectsV2`: keys below a prefix, common prefixes by a delimiter, in pages.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::reply::Reply;
use crate::service_error::{ServiceError, escape_xml};
use crate::services::handler::ServiceResult;
use crate::stores::Object;

/// A page has at most this many keys and prefixes (S3 API reference).
const PAGE: usize = 1_000;

/// A key with its object, or the common prefix of several.
enum Listed<'a> {
    Key(&'a str, &'a Object),
    Prefix(&'a str),
}

impl Listed<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Key(name, _) | Self::Prefix(name) => name,
        }
    }

    fn write(&self, body: &mut String) {
        let name = escape_xml(self.name());
        let _ = match self {
            Self::Key(_, object) => write!(
                body,
                "<Contents><Key>{name}</Key><LastModified>{}</LastModified><Size>{}</Size></Contents>",
                last_modified(object.written),
                object.bytes.len()
            ),
            Self::Prefix(_) => {
                write!(body, "<CommonPrefixes><Prefix>{name}</Prefix></CommonPrefixes>")
            }
        };
    }
}

/// The reply to a listing of `/bucket`.
pub(super) fn handle(
    objects: &BTreeMap<String, Object>,
    bucket: &str,
    query: &BTreeMap<String, String>,
) -> ServiceResult<Reply> {
    let parameter = |name: &str| query.get(name).map_or("", String::as_str);
    let size = parameter("max-keys").parse().unwrap_or(PAGE).min(PAGE);
    let folder = format!("/{}/", bucket.trim_matches('/'));
    let all = listed(objects, &folder, parameter("prefix"), parameter("delimiter"));
    let from = match parameter("continuation-token") {
        "" => 0,
        token => position_after(&all, token)?,
    };
    let page = &all[from..all.len().min(from + size)];
    let is_truncated = from + page.len() < all.len();
    let mut body = format!("<ListBucketResult><IsTruncated>{is_truncated}</IsTruncated>");
    for entry in page {
        entry.write(&mut body);
    }
    if let Some(last) = page.last().filter(|_| is_truncated) {
        let name = escape_xml(last.name());
        let _ = write!(body, "<NextContinuationToken>after {name}</NextContinuationToken>");
    }
    Ok(Reply::xml(200, &(body + "</ListBucketResult>")))
}

/// Every key and common prefix of a bucket below `prefix`, in the order of their names.
fn listed<'a>(
    objects: &'a BTreeMap<String, Object>,
    bucket: &str,
    prefix: &str,
    delimiter: &str,
) -> Vec<Listed<'a>> {
    let mut entries: Vec<Listed<'a>> = Vec::new();
    for (path, object) in objects {
        let Some(key) = path.strip_prefix(bucket).filter(|key| key.starts_with(prefix)) else {
            continue;
        };
        let remainder = &key[prefix.len()..];
        match remainder.find(delimiter).filter(|_| !delimiter.is_empty()) {
            None => entries.push(Listed::Key(key, object)),
            Some(at) => {
                let common = &key[..prefix.len() + at + delimiter.len()];
                if entries.last().is_none_or(|last| last.name() != common) {
                    entries.push(Listed::Prefix(common));
                }
            }
        }
    }
    entries
}

/// The position behind the entry that a token names.
fn position_after(all: &[Listed<'_>], token: &str) -> ServiceResult<usize> {
    let name = token.strip_prefix("after ").ok_or_else(|| {
        ServiceError::new(400, "InvalidArgument", "The continuation token provided is incorrect")
    })?;
    Ok(all.iter().take_while(|entry| entry.name() <= name).count())
}

/// The time of the n-th write, a second after the one before.
fn last_modified(write: u64) -> String {
    let (day, second_of_day) = (1 + write / 86_400 % 28, write % 86_400);
    let (hour, minute) = (second_of_day / 3_600, second_of_day / 60 % 60);
    format!("2026-11-{day:02}T{hour:02}:{minute:02}:{:02}.000Z", second_of_day % 60)
}
