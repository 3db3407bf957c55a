//! The EC2 client of a target.
//!
//! It keeps its own account of retries: EC2 throttles each account and Region by itself, so one that
//! is throttled must not slow others, which the SDK's default does where one process asks many.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::config::Builder;
use aws_sdk_ec2::config::retry::RetryPartition;
use org_operator_aws::WholeAnswers;

use crate::Target;

/// A client for EC2 in the target's account and Region. It refuses answers that were cut short.
pub(crate) fn client(target: &Target) -> Client {
    let own = RetryPartition::custom("target").build();
    let config = Builder::from(&target.config).interceptor(WholeAnswers).retry_partition(own);
    Client::from_conf(config.build())
}
