//! `GetObject`: whole objects and one range of bytes, where the object has the tag that is asked for.

use super::with_etag;
use crate::reply::Reply;
use crate::request::Request;
use crate::service_error::ServiceError;
use crate::services::handler::ServiceResult;
use crate::stores::{Objects, etag};

const TYPE: &str = "application/octet-stream";

pub(super) fn get_object(objects: &Objects, path: &str, request: &Request) -> ServiceResult<Reply> {
    let missing = || ServiceError::new(404, "NoSuchKey", "The specified key does not exist.");
    let bytes = objects.get(path).ok_or_else(missing)?;
    let expected = request.header("if-match").trim_matches('"');
    if !expected.is_empty() && expected != etag(&bytes) {
        let text = "At least one of the pre-conditions you specified did not hold";
        return Err(ServiceError::new(412, "PreconditionFailed", text));
    }
    let reply = match range(request.header("range")) {
        None => Reply::new(200, TYPE, bytes.as_slice()),
        Some((first, last)) => ranged(&bytes, first, last)?,
    };
    Ok(with_etag(reply, &bytes))
}

/// The first and the last byte of `bytes=0-1023`.
fn range(header: &str) -> Option<(usize, usize)> {
    let (first, last) = header.strip_prefix("bytes=")?.split_once('-')?;
    Some((first.parse().ok()?, last.parse().ok()?))
}

fn ranged(bytes: &[u8], first: usize, last: usize) -> ServiceResult<Reply> {
    let end = last.saturating_add(1).min(bytes.len());
    if first >= end {
        return Err(ServiceError::new(
            416,
            "InvalidRange",
            "The requested range is not satisfiable",
        ));
    }
    let content_range = format!("bytes {first}-{}/{}", end - 1, bytes.len());
    Ok(Reply::new(206, TYPE, &bytes[first..end]).with_header("content-range", &content_range))
}
