//! `ListObjectsV2`: keys below a prefix, folders by a delimiter, in pages.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Object;
use crate::simulation::faults::{ServiceError, escape, xml};
use crate::simulation::reply::Reply;
use crate::simulation::services::Said;

/// A page has at most this many keys and folders (S3 API reference).
const PAGE: usize = 1_000;

/// A key with its object, or a folder of several.
enum Entry<'a> {
    Key(&'a str, &'a Object),
    Folder(&'a str),
}

impl Entry<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Key(name, _) | Self::Folder(name) => name,
        }
    }

    fn write(&self, body: &mut String) {
        let name = escape(self.name());
        let _ = match self {
            Self::Key(_, object) => write!(
                body,
                "<Contents><Key>{name}</Key><LastModified>{}</LastModified><Size>{}</Size></Contents>",
                time(object.written),
                object.bytes.len()
            ),
            Self::Folder(_) => {
                write!(body, "<CommonPrefixes><Prefix>{name}</Prefix></CommonPrefixes>")
            }
        };
    }
}

/// The answer for `/bucket`.
pub(super) fn answer(
    objects: &BTreeMap<String, Object>,
    bucket: &str,
    query: &BTreeMap<String, String>,
) -> Said<Reply> {
    let asked = |name: &str| query.get(name).map_or("", String::as_str);
    let size = asked("max-keys").parse().unwrap_or(PAGE).min(PAGE);
    let bucket = format!("/{}/", bucket.trim_matches('/'));
    let all = entries(objects, &bucket, asked("prefix"), asked("delimiter"));
    let from = match asked("continuation-token") {
        "" => 0,
        token => after(&all, token)?,
    };
    let page = &all[from..all.len().min(from + size)];
    let is_cut = from + page.len() < all.len();
    let mut body = format!("<ListBucketResult><IsTruncated>{is_cut}</IsTruncated>");
    for entry in page {
        entry.write(&mut body);
    }
    if let Some(last) = page.last().filter(|_| is_cut) {
        let token = escape(last.name());
        let _ = write!(body, "<NextContinuationToken>after {token}</NextContinuationToken>");
    }
    Ok(xml(200, body + "</ListBucketResult>"))
}

/// Every entry, in the order of their names.
fn entries<'a>(
    objects: &'a BTreeMap<String, Object>,
    bucket: &str,
    prefix: &str,
    delimiter: &str,
) -> Vec<Entry<'a>> {
    let mut entries: Vec<Entry<'a>> = Vec::new();
    for (path, object) in objects {
        let Some(key) = path.strip_prefix(bucket).filter(|key| key.starts_with(prefix)) else {
            continue;
        };
        let below = &key[prefix.len()..];
        match below.find(delimiter).filter(|_| !delimiter.is_empty()) {
            None => entries.push(Entry::Key(key, object)),
            Some(at) => {
                let folder = &key[..prefix.len() + at + delimiter.len()];
                if entries.last().is_none_or(|last| last.name() != folder) {
                    entries.push(Entry::Folder(folder));
                }
            }
        }
    }
    entries
}

/// The place behind the entry that a token names.
fn after(all: &[Entry<'_>], token: &str) -> Said<usize> {
    let name = token.strip_prefix("after ").ok_or_else(|| {
        ServiceError::new(400, "InvalidArgument", "The continuation token provided is incorrect")
    })?;
    Ok(all.iter().take_while(|entry| entry.name() <= name).count())
}

/// The time of the n-th write, a second after the one before.
fn time(write: u64) -> String {
    let (day, second) = (1 + write / 86_400 % 28, write % 86_400);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("2026-11-{day:02}T{hour:02}:{minute:02}:{second:02}.000Z")
}
