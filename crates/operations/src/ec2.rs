//! Helpers for operations over EC2: the client of a target, reading every page, dry runs.

use aws_config::SdkConfig;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::config::http::HttpResponse;
use aws_sdk_ec2::config::retry::RetryPartition;
use aws_sdk_ec2::config::{Builder, Config, Region};
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
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
    let builder = Builder::from(config).interceptor(RejectTruncated);
    Client::from_conf(builder.retry_partition(own_retries()).build())
}

/// A configuration that no call can be made with as it is: one that forgot what is its own would
/// otherwise ask another account.
fn anonymous(config: &SdkConfig) -> SdkConfig {
    let mut builder = config.to_builder();
    builder.set_credentials_provider(None).set_region(None::<Region>);
    builder.build()
}

fn own_retries() -> RetryPartition {
    RetryPartition::custom("target").build()
}

/// The shared client, and what a target's calls have of their own.
pub(crate) struct OwnCalls {
    pub(crate) client: Client,
    own: Builder,
}

impl OwnCalls {
    /// The calls of `target`: with its Region, its credentials, its HTTP client and its retry
    /// budget. All else is as the configuration of the target that built the client says.
    pub(crate) fn of(target: &Target) -> Self {
        let config = &target.config;
        let client = target.shared.clients.ec2(|| client_with(&anonymous(config)));
        let mut own = Config::builder();
        own.set_region(config.region().cloned())
            .set_credentials_provider(config.credentials_provider())
            .set_http_client(config.http_client())
            .set_retry_partition(Some(own_retries()));
        if let Some(cache) = config.identity_cache() {
            own.set_identity_cache(cache);
        }
        Self { client, own }
    }

    /// What each of the target's calls overrides of the client's configuration.
    pub(crate) fn own(&self) -> Builder {
        self.own.clone()
    }
}

/// What a paged request lists, page after page.
pub(crate) struct Items<T> {
    ask: Box<dyn Fn(Option<String>) -> AskedPage<T> + Send + Sync>,
    page: std::vec::IntoIter<T>,
    token: Option<String>,
    is_last: bool,
}

/// A page: its items, and the token of the next one.
pub(crate) type AskedPage<T> =
    BoxFuture<'static, Result<(Option<Vec<T>>, Option<String>), CallFailure>>;

impl<T> Items<T> {
    /// The items of the pages that `ask` asks for by their tokens; made by [`items!`].
    pub(crate) fn new(
        ask: impl Fn(Option<String>) -> AskedPage<T> + Send + Sync + 'static,
    ) -> Self {
        Self { ask: Box::new(ask), page: Vec::new().into_iter(), token: None, is_last: false }
    }

    /// The next item, or `None` after the last one of the last page. A token that comes twice does
    /// not end the list: what is behind it would be missing.
    ///
    /// # Errors
    /// That of the call for the page.
    pub(crate) async fn next(&mut self) -> Result<Option<T>, CallFailure> {
        loop {
            if let Some(item) = self.page.next() {
                return Ok(Some(item));
            }
            if self.is_last {
                return Ok(None);
            }
            let (items, token) = (self.ask)(self.token.take()).await?;
            self.page = items.unwrap_or_default().into_iter();
            self.token = token.filter(|token| !token.is_empty());
            self.is_last = self.token.is_none();
        }
    }
}

/// The [`Items`] of a paged request, which stand in `$list` of its output, with what its calls
/// override: `items!(calls.client.describe_vpcs(), vpcs, calls.own())`. The SDK's own paginators send
/// each item through a channel of 32 places, which took 20 KB and a tenth of the time of a target.
macro_rules! items {
    ($request:expr, $list:ident) => {
        $crate::ec2::items!($request, $list, aws_sdk_ec2::config::Config::builder())
    };
    ($request:expr, $list:ident, $own:expr) => {{
        let (request, own) = ($request, $own);
        $crate::ec2::Items::new(move |token| {
            let asked = request.clone().set_next_token(token);
            let page = asked.customize().config_override(own.clone()).send();
            Box::pin(async move {
                let output = page.await.map_err(|error| org_operator_aws::call_failure(&error))?;
                Ok((output.$list, output.next_token))
            })
        })
    }};
}
pub(crate) use items;

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
