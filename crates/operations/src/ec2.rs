//! The EC2 client of a target.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::config::Builder;
use org_operator_aws::WholeAnswers;

use crate::Target;

/// A client for EC2 in the target's account and Region. It refuses answers that were cut short.
pub(crate) fn client(target: &Target) -> Client {
    Client::from_conf(Builder::from(&target.config).interceptor(WholeAnswers).build())
}
