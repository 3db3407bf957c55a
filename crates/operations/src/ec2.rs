//! Helpers for operations over EC2: the client of a target, reading every page, dry runs.

use aws_config::SdkConfig;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::config::Builder;
use aws_sdk_ec2::config::http::HttpResponse;
use aws_sdk_ec2::config::retry::RetryPartition;
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_async::future::pagination_stream::PaginationStream;
use futures_util::future::BoxFuture;
use org_operator_aws::{RejectTruncated, call_failure};
use org_operator_core::outcome::classification::CallFailure;

use crate::{OperationFailure, Target};

/// A client for EC2 in the target's account and Region, which rejects truncated responses.
///
/// It has a retry budget of its own: EC2 throttles each account and Region separately, so a throttled
/// target must not slow others down, as the SDK's shared budget would.
pub(crate) fn client(target: &Target) -> Client {
    client_with(&target.config)
}

/// The same client for a configuration alone.
pub(crate) fn client_with(config: &SdkConfig) -> Client {
    let own = RetryPartition::custom("target").build();
    let builder = Builder::from(config).interceptor(RejectTruncated).retry_partition(own);
    Client::from_conf(builder.build())
}

/// The stream of all items of a paged request. It continues past a repeated page token, where the
/// SDK's default ends the list silently.
macro_rules! items {
    ($request:expr) => {
        $request.into_paginator().stop_on_duplicate_token(false).items().send()
    };
}
pub(crate) use items;

/// The next item of a stream made by [`items!`], or `None` at its end.
pub(crate) async fn next<T, E>(
    items: &mut PaginationStream<Result<T, SdkError<E, HttpResponse>>>,
) -> Result<Option<T>, CallFailure>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    items.try_next().await.map_err(|error| call_failure(&error))
}

/// An IAM action, and the dry run that tells whether it is allowed.
pub(crate) struct Probe {
    /// The action, such as `ec2:DescribeVpcs`.
    pub(crate) action: &'static str,
    /// Makes the dry run; made by [`dry_run!`].
    pub(crate) ask: fn(Client) -> BoxFuture<'static, Result<(), CallFailure>>,
}

/// The [`Probe`] of an action whose SDK method is given: `dry_run!("ec2:DescribeVpcs", describe_vpcs)`.
macro_rules! dry_run {
    ($action:literal, $method:ident) => {
        $crate::ec2::Probe {
            action: $action,
            ask: |client| {
                Box::pin(async move {
                    $crate::ec2::allowed(client.$method().dry_run(true).send().await)
                })
            },
        }
    };
}
pub(crate) use dry_run;

/// The actions of `probes`, for an operation's [`Spec`](org_operator_core::model::spec::Spec).
pub(crate) const fn actions<const N: usize>(probes: &[Probe; N]) -> [&'static str; N] {
    let mut actions = [""; N];
    let mut index = 0;
    while index < N {
        actions[index] = probes[index].action;
        index += 1;
    }
    actions
}

/// Makes each of `probes` in `target` and returns the first refusal or failure.
pub(crate) fn probe_all<'a>(
    probes: &'static [Probe],
    target: &'a Target,
) -> BoxFuture<'a, Result<(), OperationFailure>> {
    let client = client(target);
    Box::pin(async move {
        for probe in probes {
            (probe.ask)(client.clone()).await?;
        }
        Ok(())
    })
}

/// What the answer to a dry run means: EC2 reports an allowed call by an error of its own.
pub(crate) fn allowed<T, E>(answer: Result<T, SdkError<E, HttpResponse>>) -> Result<(), CallFailure>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    match answer {
        Err(error) if error.code() == Some("DryRunOperation") => Ok(()),
        Err(error) => Err(call_failure(&error)),
        // An emulator without dry runs has made the call, which only reads.
        Ok(_) => Ok(()),
    }
}
