//! Links to the console of AWS, for people who read a notification. The report's own links are its
//! page's.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::model::region::{Partition, Region};

/// What is encoded in a part of a query: all but RFC 3986's unreserved characters and the slash.
const QUERY: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Where the console shows the object at `uri`, `s3://BUCKET/KEY`, in a bucket in `region`; `None`
/// where it is no such address, or the partition's console is not known. Whoever follows it must be
/// signed in and allowed to read the object: the link itself gives nobody anything.
#[must_use]
pub fn object(uri: &str, region: &Region) -> Option<String> {
    let host = host(region.partition())?;
    let (bucket, key) = uri.strip_prefix("s3://")?.split_once('/')?;
    let prefix = utf8_percent_encode(key, QUERY);
    Some(format!("https://{region}.{host}/s3/object/{bucket}?region={region}&prefix={prefix}"))
}

/// The console's host of a partition (AWS Management Console guide, service endpoints).
fn host(partition: Partition) -> Option<&'static str> {
    match partition {
        Partition::Commercial => Some("console.aws.amazon.com"),
        Partition::UsGov => Some("console.amazonaws-us-gov.com"),
        Partition::China => Some("console.amazonaws.cn"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(uri: &str, region: &str) -> Option<String> {
        object(uri, &Region::parse(region).unwrap())
    }

    #[test]
    fn a_link_is_to_the_console_of_the_partition() {
        let uri = "s3://results/runs/op/r@1+2/report.html";
        let tail = "/s3/object/results?region=REGION&prefix=runs/op/r%401%2B2/report.html";
        for (region, host) in [
            ("eu-west-1", "console.aws.amazon.com"),
            ("us-gov-west-1", "console.amazonaws-us-gov.com"),
            ("cn-north-1", "console.amazonaws.cn"),
        ] {
            let expected = format!("https://{region}.{host}{}", tail.replace("REGION", region));
            assert_eq!(link(uri, region), Some(expected));
        }
        assert_eq!(link(uri, "us-iso-east-1"), None);
        assert_eq!(link("file:///results/report.html", "eu-west-1"), None);
        assert_eq!(link("s3://results", "eu-west-1"), None);
    }
}
