//! What S3's requests hold: the decoded path, the body without its chunk framing, and the parts that
//! the completion of an upload names.

use crate::request::Request;

/// The path `/bucket/key`, decoded.
pub(super) fn decoded_path(request: &Request) -> String {
    let escaped = request.path.replace('+', "%2B");
    let pairs = form_urlencoded::parse(escaped.as_bytes());
    let joined =
        pairs.map(
            |(name, value)| {
                if value.is_empty() { name.into_owned() } else { format!("{name}={value}") }
            },
        );
    joined.collect()
}

/// The body without the chunks' own lengths and trailers, where the SDK sends such.
pub(super) fn decoded_body(request: &Request) -> Vec<u8> {
    if !request.header("content-encoding").contains("aws-chunked") {
        return request.body.clone();
    }
    let (mut remaining, mut bytes) = (request.body.as_slice(), Vec::new());
    while let Some(line_end) = remaining.windows(2).position(|pair| pair == b"\r\n") {
        let line = String::from_utf8_lossy(&remaining[..line_end]).into_owned();
        let size = line.split(';').next().and_then(|size| usize::from_str_radix(size, 16).ok());
        let Some(size @ 1..) = size else { break };
        let start = line_end + 2;
        bytes.extend_from_slice(remaining.get(start..start + size).unwrap_or_default());
        remaining = remaining.get(start + size + 2..).unwrap_or_default();
    }
    bytes
}

/// The parts that a completion names, in its order: number and tag.
pub(super) fn named_parts(body: &[u8]) -> Vec<(u32, String)> {
    let document = String::from_utf8_lossy(body).replace("&quot;", "").replace('"', "");
    let text = |part: &str, element: &str| {
        let (_, rest) = part.split_once(&format!("<{element}>"))?;
        Some(rest.split_once('<')?.0.to_owned())
    };
    let part = |part: &str| {
        let number = text(part, "PartNumber")?.parse().ok()?;
        Some((number, text(part, "ETag").unwrap_or_default()))
    };
    document.split("<Part>").skip(1).filter_map(part).collect()
}
