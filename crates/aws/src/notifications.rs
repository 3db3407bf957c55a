//! The topic that hears how runs end, and signed links to their files. What is said is
//! `org_operator_core::report`'s.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_s3::presigning::PresigningConfig;
use org_operator_core::contract::handler_output::Notification;
use org_operator_core::ports::{LinkSigner, Topic};
use org_operator_core::{Error, ErrorKind};

use crate::failure::own;

/// Signs links with the credentials of this process. A link ends when they do, if that is before its
/// own time (S3 user guide, "Sharing objects with presigned URLs").
#[derive(Debug, Clone)]
pub struct S3Links(aws_sdk_s3::Client);

impl S3Links {
    /// Links to files in the Region of `config`.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        Self(aws_sdk_s3::Client::new(config))
    }
}

impl LinkSigner for S3Links {
    async fn link(&self, uri: &str, valid: Duration) -> Result<String, Error> {
        let failed = |why: String| {
            Error::new(ErrorKind::OperationFailed, format!("signing a link to {uri}: {why}"))
        };
        let address = uri.strip_prefix("s3://").and_then(|rest| rest.split_once('/'));
        let (bucket, key) = address.ok_or_else(|| failed("no address in S3".to_owned()))?;
        let signing = PresigningConfig::expires_in(valid).map_err(|e| failed(e.to_string()))?;
        let request = self.0.get_object().bucket(bucket).key(key).presigned(signing).await;
        let signed = request.map_err(|e| own(&format!("signing a link to {uri}"), &e))?;
        Ok(signed.uri().to_owned())
    }
}

/// An SNS topic.
#[derive(Debug, Clone)]
pub struct SnsTopic {
    client: aws_sdk_sns::Client,
    arn: String,
}

impl SnsTopic {
    /// The topic with the ARN `arn`, in the Region of `config`.
    #[must_use]
    pub fn new(config: &SdkConfig, arn: &str) -> Self {
        Self { client: aws_sdk_sns::Client::new(config), arn: arn.to_owned() }
    }
}

impl Topic for SnsTopic {
    async fn publish(&self, notification: &Notification) -> Result<(), Error> {
        let Notification { subject, message } = notification;
        let request = self.client.publish().topic_arn(&self.arn).subject(subject).message(message);
        let sent = request.send().await;
        sent.map(drop).map_err(|e| own(&format!("publishing to {}", self.arn), &e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::{answering, bodies};
    use org_operator_core::ErrorKind;

    const URI: &str = "s3://results/runs/vpcs/run-7/report.html";

    #[tokio::test]
    async fn a_link_is_signed_for_one_file_and_its_time_without_a_call() {
        let (client, config) = answering(&[]);
        let link = S3Links::new(&config).link(URI, Duration::from_hours(2)).await.unwrap();
        let address = "https://results.s3.eu-west-1.amazonaws.com/runs/vpcs/run-7/report.html?";
        assert!(link.starts_with(address), "{link}");
        for part in ["X-Amz-Expires=7200", "X-Amz-Signature="] {
            assert!(link.contains(part), "{part} is not in {link}");
        }
        assert_eq!(client.actual_requests().count(), 0);
    }

    #[tokio::test]
    async fn a_time_that_s3_does_not_take_is_refused() {
        let (_, config) = answering(&[]);
        let refused = S3Links::new(&config).link(URI, Duration::from_hours(24 * 8)).await;
        let error = refused.unwrap_err();
        assert!(error.message().starts_with(&format!("signing a link to {URI}: ")), "{error}");
    }

    #[tokio::test]
    async fn a_notification_goes_to_the_topic() {
        let published = "<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult>\
                         </PublishResponse>";
        let (client, config) = answering(&[(200, published)]);
        let topic = SnsTopic::new(&config, "arn:aws:sns:eu-west-1:111111111111:t");
        let said = Notification { subject: "s".to_owned(), message: "m 1\n".to_owned() };
        topic.publish(&said).await.unwrap();
        let sent = bodies(&client);
        assert!(
            sent[0].contains("&Message=m%201%0A") && sent[0].contains("&Subject=s"),
            "{sent:?}"
        );
    }

    #[tokio::test]
    async fn a_refusal_to_publish_names_the_topic_and_not_the_text() {
        let refused = "<ErrorResponse><Error><Code>AuthorizationError</Code><Message>not \
                       authorized to perform: SNS:Publish</Message></Error></ErrorResponse>";
        let (_, config) = answering(&[(403, refused)]);
        let topic = SnsTopic::new(&config, "arn:aws:sns:eu-west-1:111111111111:t");
        let said = Notification { subject: "s".to_owned(), message: "secret".to_owned() };
        let error = topic.publish(&said).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AccessDenied, "{error}");
        assert!(error.message().contains(":t: ") && !error.message().contains("secret"), "{error}");
    }
}
