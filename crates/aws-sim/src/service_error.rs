//! An error as a service words it, in the service's own protocol.

use crate::call::Service;
use crate::reply::Reply;

/// An error of a service: HTTP status, code, message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServiceError {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl ServiceError {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// The reply in the protocol of `service`.
    pub(crate) fn reply(&self, service: Service) -> Reply {
        match service {
            Service::Account
            | Service::Config
            | Service::DynamoDb
            | Service::Inspector
            | Service::Organizations
            | Service::Recorded
            | Service::SecurityHub
            | Service::Tagging => self.json(),
            Service::Ec2 => self.ec2(),
            Service::Sts | Service::CloudFormation => self.sts(),
            Service::S3 => self.s3(),
        }
    }

    fn json(&self) -> Reply {
        let body = serde_json::json!({"__type": self.code, "message": self.message});
        Reply::new(self.status, "application/x-amz-json-1.1", body.to_string())
            .with_header("x-amzn-errortype", self.code)
    }

    fn ec2(&self) -> Reply {
        let (code, message) = (self.code, escape_xml(&self.message));
        let body = format!(
            "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error>\
             </Errors><RequestID>simulated</RequestID></Response>"
        );
        Reply::xml(self.status, &body)
    }

    fn sts(&self) -> Reply {
        let (code, message) = (self.code, escape_xml(&self.message));
        let body = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}\
             </Message></Error><RequestId>simulated</RequestId></ErrorResponse>"
        );
        Reply::xml(self.status, &body)
    }

    fn s3(&self) -> Reply {
        let (code, message) = (self.code, escape_xml(&self.message));
        let body = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
        Reply::xml(self.status, &body)
    }
}

/// `text` with the characters escaped that XML reserves.
pub(crate) fn escape_xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}
