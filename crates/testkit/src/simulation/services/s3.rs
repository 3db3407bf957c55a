//! Amazon S3 (REST): objects and multipart uploads.

mod list;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::{Answer, Said, call};
use crate::simulation::call::{Call, Request, Service, Signer};
use crate::simulation::faults::{ServiceError, escape, xml};
use crate::simulation::random;
use crate::simulation::reply::Reply;

/// Every part but the last has at least 5 MiB (S3 user guide, "Multipart upload limits").
const LEAST_PART: usize = 5 * 1024 * 1024;

/// The buckets: every name is one.
#[derive(Debug, Default)]
pub(crate) struct Buckets(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    objects: BTreeMap<String, Object>,
    uploads: BTreeMap<String, BTreeMap<u32, Vec<u8>>>,
    /// Uploads that were completed, with the parts that were named then.
    completed: BTreeMap<String, Vec<(u32, String)>>,
    next: u64,
    writes: u64,
}

#[derive(Debug)]
struct Object {
    bytes: Vec<u8>,
    /// Which write of all it was: a simulated second each.
    written: u64,
}

pub(crate) fn route<'a>(request: &'a Request, signer: &'a Signer) -> (Call, Answer<'a>) {
    let operation = operation(request);
    let call = call(Service::S3, operation, "", signer);
    let answer: Answer<'a> = Box::new(move |simulation, _| {
        let said = simulation.buckets.answer(operation, request);
        let reply = said.unwrap_or_else(|error| error.reply(Service::S3));
        // S3 always says how long its answer is, so that one that was cut can be told.
        let length = reply.body.len().to_string();
        reply.with("content-length", &length)
    });
    (call, answer)
}

fn operation(request: &Request) -> &'static str {
    let has = |name: &str| request.query.contains_key(name);
    let in_bucket = request.path.trim_matches('/').contains('/');
    match request.method.as_str() {
        "GET" if !in_bucket => "ListObjectsV2",
        "GET" => "GetObject",
        "PUT" if !in_bucket => "CreateBucket",
        "PUT" if has("partNumber") => "UploadPart",
        "PUT" => "PutObject",
        "POST" if has("uploads") => "CreateMultipartUpload",
        "POST" => "CompleteMultipartUpload",
        "DELETE" if has("uploadId") => "AbortMultipartUpload",
        _ => "Unknown",
    }
}

impl Buckets {
    /// An object by `/bucket/key`.
    pub(crate) fn object(&self, path: &str) -> Option<Vec<u8>> {
        self.lock().objects.get(path).map(|object| object.bytes.clone())
    }

    /// Puts an object at `/bucket/key`.
    pub(crate) fn put(&self, path: &str, bytes: Vec<u8>) {
        self.lock().put(path.to_owned(), bytes);
    }

    /// Uploads that were neither completed nor aborted.
    pub(crate) fn unfinished(&self) -> usize {
        self.lock().uploads.len()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, operation: &str, request: &Request) -> Said<Reply> {
        let mut state = self.lock();
        let key = path(request);
        let upload = || request.query.get("uploadId").cloned().unwrap_or_default();
        match operation {
            "GetObject" => state.get(&key),
            "PutObject" => {
                let bytes = body(request);
                let reply = tagged(&bytes);
                state.put(key, bytes);
                Ok(reply)
            }
            "CreateBucket" => Ok(xml(200, String::new())),
            "ListObjectsV2" => list::answer(&state.objects, &key, &request.query),
            "CreateMultipartUpload" => Ok(state.begin(&key)),
            "UploadPart" => {
                let number = request.query.get("partNumber").and_then(|n| n.parse().ok());
                let parts = state.uploads.get_mut(&upload()).ok_or_else(no_upload)?;
                let bytes = body(request);
                let reply = tagged(&bytes);
                parts.insert(number.unwrap_or_default(), bytes);
                Ok(reply)
            }
            "CompleteMultipartUpload" => state.complete(key, &upload(), &named(&body(request))),
            "AbortMultipartUpload" => {
                state.uploads.remove(&upload()).ok_or_else(no_upload)?;
                Ok(Reply::new(204, "text/plain", ""))
            }
            _ => Err(ServiceError::new(405, "MethodNotAllowed", "not simulated")),
        }
    }
}

fn path(request: &Request) -> String {
    let decoded = request.path.replace('+', "%2B");
    let pairs = form_urlencoded::parse(decoded.as_bytes());
    pairs
        .map(
            |(path, rest)| {
                if rest.is_empty() { path.into_owned() } else { format!("{path}={rest}") }
            },
        )
        .collect()
}

/// The tag of some bytes, without its quotes: only equal ones have the same.
fn tag(bytes: &[u8]) -> String {
    format!("{:016x}", random(bytes).u64(..))
}

fn tagged(bytes: &[u8]) -> Reply {
    Reply::new(200, "text/plain", "").with("etag", &format!("\"{}\"", tag(bytes)))
}

/// The parts that a completion names, in its order: number and tag.
fn named(body: &[u8]) -> Vec<(u32, String)> {
    let body = String::from_utf8_lossy(body).replace("&quot;", "").replace('"', "");
    let text = |part: &str, element: &str| {
        let (_, rest) = part.split_once(&format!("<{element}>"))?;
        Some(rest.split_once('<')?.0.to_owned())
    };
    let parts = body.split("<Part>").skip(1);
    let read = |part: &str| {
        let number = text(part, "PartNumber")?.parse().ok()?;
        Some((number, text(part, "ETag").unwrap_or_default()))
    };
    parts.filter_map(read).collect()
}

fn no_upload() -> ServiceError {
    ServiceError::new(404, "NoSuchUpload", "The specified upload does not exist.")
}

/// The body without the chunks' own lengths and trailers, where the SDK sends such.
fn body(request: &Request) -> Vec<u8> {
    if !request.header("content-encoding").contains("aws-chunked") {
        return request.body.clone();
    }
    let (mut rest, mut whole) = (request.body.as_slice(), Vec::new());
    while let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") {
        let head = String::from_utf8_lossy(&rest[..end]).into_owned();
        let size = head.split(';').next().and_then(|size| usize::from_str_radix(size, 16).ok());
        let Some(size @ 1..) = size else { break };
        let from = end + 2;
        whole.extend_from_slice(rest.get(from..from + size).unwrap_or_default());
        rest = rest.get(from + size + 2..).unwrap_or_default();
    }
    whole
}

/// The named parts: in the order of their numbers, sent as they are named, each but the last large
/// enough.
fn joined(sent: &BTreeMap<u32, Vec<u8>>, named: &[(u32, String)]) -> Said<Vec<u8>> {
    let refuse = |code, text: &str| Err(ServiceError::new(400, code, text));
    if named.is_empty() {
        return refuse("MalformedXML", "The XML you provided was not well-formed.");
    }
    if named.windows(2).any(|pair| pair[0].0 >= pair[1].0) {
        return refuse("InvalidPartOrder", "The list of parts was not in ascending order.");
    }
    let part = |(number, name): &(u32, String)| sent.get(number).filter(|part| tag(part) == *name);
    let Some(parts) = named.iter().map(part).collect::<Option<Vec<_>>>() else {
        return refuse("InvalidPart", "One or more of the specified parts could not be found.");
    };
    if parts[..parts.len() - 1].iter().any(|part| part.len() < LEAST_PART) {
        let text = "Your proposed upload is smaller than the minimum allowed object size.";
        return refuse("EntityTooSmall", text);
    }
    Ok(parts.into_iter().flatten().copied().collect())
}

impl State {
    fn put(&mut self, key: String, bytes: Vec<u8>) {
        self.writes += 1;
        self.objects.insert(key, Object { bytes, written: self.writes });
    }

    fn get(&self, key: &str) -> Said<Reply> {
        let object = self.objects.get(key);
        let missing = || ServiceError::new(404, "NoSuchKey", "The specified key does not exist.");
        let bytes = object.ok_or_else(missing)?.bytes.clone();
        let tag = format!("\"{}\"", tag(&bytes));
        Ok(Reply::new(200, "application/octet-stream", bytes).with("etag", &tag))
    }

    fn begin(&mut self, key: &str) -> Reply {
        self.next += 1;
        let id = format!("upload-{}", self.next);
        self.uploads.insert(id.clone(), BTreeMap::new());
        let key = escape(key);
        xml(
            200,
            format!(
                "<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>{key}</Key><UploadId>{id}\
                 </UploadId></InitiateMultipartUploadResult>"
            ),
        )
    }

    /// Joins the named parts and no others. The upload stays where they cannot be joined. The same
    /// completion once more succeeds and does nothing, as was measured on S3 (minio/minio#13318,
    /// adobe/S3Mock#2586): its first answer may have been lost.
    fn complete(&mut self, key: String, id: &str, named: &[(u32, String)]) -> Said<Reply> {
        if self.completed.get(id).is_none_or(|before| before != named) {
            let sent = self.uploads.get(id).ok_or_else(no_upload)?;
            let whole = joined(sent, named)?;
            self.uploads.remove(id);
            self.completed.insert(id.to_owned(), named.to_vec());
            self.put(key, whole);
        }
        Ok(xml(
            200,
            "<CompleteMultipartUploadResult><ETag>simulated</ETag></CompleteMultipartUploadResult>",
        ))
    }
}
