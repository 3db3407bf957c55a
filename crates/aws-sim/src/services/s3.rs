//! Amazon S3 (REST): objects, their listing, and multipart uploads. The bytes are in `stores`.

mod body;
mod list;

use super::handler::{Handler, ServiceResult, call};
use crate::call::{Call, Service};
use crate::reply::Reply;
use crate::request::{Request, Signer};
use crate::service_error::{ServiceError, escape_xml};
use crate::stores::{Objects, UploadError, etag};
use body::{decoded_body, decoded_path, named_parts};

pub(super) fn route<'a>(request: &'a Request, signer: &'a Signer) -> (Call, Handler<'a>) {
    let operation = operation(request);
    let received = call(Service::S3, operation, "", signer);
    let handler: Handler<'a> = Box::new(move |context| {
        let result = handle(&context.stores.objects, operation, request);
        let reply = result.unwrap_or_else(|error| error.reply(Service::S3));
        // S3 always sends the length of its body, so that a truncated one can be recognized.
        let length = reply.body.len().to_string();
        reply.with_header("content-length", &length)
    });
    (received, handler)
}

fn operation(request: &Request) -> &'static str {
    let has = |name: &str| request.query.contains_key(name);
    let has_key = request.path.trim_matches('/').contains('/');
    match request.method.as_str() {
        "GET" if !has_key => "ListObjectsV2",
        "GET" => "GetObject",
        "PUT" if !has_key => "CreateBucket",
        "PUT" if has("partNumber") => "UploadPart",
        "PUT" => "PutObject",
        "POST" if has("uploads") => "CreateMultipartUpload",
        "POST" => "CompleteMultipartUpload",
        "DELETE" if has("uploadId") => "AbortMultipartUpload",
        _ => "Unknown",
    }
}

fn handle(objects: &Objects, operation: &str, request: &Request) -> ServiceResult<Reply> {
    let path = decoded_path(request);
    let upload = request.query.get("uploadId").map_or("", String::as_str);
    match operation {
        "GetObject" => get_object(objects, &path),
        "PutObject" => {
            let bytes = decoded_body(request);
            let reply = with_etag(Reply::new(200, "text/plain", ""), &bytes);
            objects.put(&path, bytes);
            Ok(reply)
        }
        "CreateBucket" => Ok(Reply::xml(200, "")),
        "ListObjectsV2" => objects.read(|all| list::handle(all, &path, &request.query)),
        "CreateMultipartUpload" => Ok(begun(&path, &objects.begin_upload())),
        "UploadPart" => upload_part(objects, upload, request),
        "CompleteMultipartUpload" => {
            let named = named_parts(&decoded_body(request));
            objects.complete_upload(&path, upload, &named).map_err(upload_error)?;
            Ok(Reply::xml(200, COMPLETED))
        }
        "AbortMultipartUpload" => {
            objects.abort_upload(upload).map_err(upload_error)?;
            Ok(Reply::new(204, "text/plain", ""))
        }
        _ => Err(ServiceError::new(405, "MethodNotAllowed", "not simulated")),
    }
}

const COMPLETED: &str =
    "<CompleteMultipartUploadResult><ETag>simulated</ETag></CompleteMultipartUploadResult>";

fn get_object(objects: &Objects, path: &str) -> ServiceResult<Reply> {
    let missing = || ServiceError::new(404, "NoSuchKey", "The specified key does not exist.");
    let bytes = objects.get(path).ok_or_else(missing)?;
    Ok(with_etag(Reply::new(200, "application/octet-stream", bytes.as_slice()), &bytes))
}

fn begun(path: &str, id: &str) -> Reply {
    let key = escape_xml(path);
    let body = format!(
        "<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>{key}</Key><UploadId>{id}\
         </UploadId></InitiateMultipartUploadResult>"
    );
    Reply::xml(200, &body)
}

fn upload_part(objects: &Objects, upload: &str, request: &Request) -> ServiceResult<Reply> {
    let number = request.query.get("partNumber").and_then(|number| number.parse().ok());
    let bytes = decoded_body(request);
    let reply = with_etag(Reply::new(200, "text/plain", ""), &bytes);
    objects.put_part(upload, number.unwrap_or_default(), bytes).map_err(upload_error)?;
    Ok(reply)
}

fn with_etag(reply: Reply, bytes: &[u8]) -> Reply {
    reply.with_header("etag", &format!("\"{}\"", etag(bytes)))
}

/// Why an upload is not completed, as S3 words it.
fn upload_error(error: UploadError) -> ServiceError {
    let (status, code, text) = match error {
        UploadError::Unknown => (404, "NoSuchUpload", "The specified upload does not exist."),
        UploadError::NoParts => (400, "MalformedXML", "The XML you provided was not well-formed."),
        UploadError::Order => {
            (400, "InvalidPartOrder", "The list of parts was not in ascending order.")
        }
        UploadError::InvalidPart => {
            (400, "InvalidPart", "One or more of the specified parts could not be found.")
        }
        UploadError::TooSmall => (
            400,
            "EntityTooSmall",
            "Your proposed upload is smaller than the minimum allowed object size.",
        ),
    };
    ServiceError::new(status, code, text)
}
