//! What a call takes from its connection's budget of retries. How a call is tried again, and when, is the
//! SDK's standard strategy's.
//!
//! That strategy keeps in itself what a call's last retry took, for its success to give it back
//! (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>). Where calls run at the same
//! time, one would lose what another one took: each has a strategy of its own, from its first failed attempt to
//! its end.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime::client::retries::strategy::StandardRetryStrategy;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    FinalizerInterceptorContextRef, InterceptorContext,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::retries::{RetryStrategy, ShouldAttempt};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};

/// The strategies of a connection that no call has at the moment. What a failed call took stays in its own:
/// it is not given back, and the next retry that takes the strategy drops it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Strategies(Arc<Mutex<Vec<StandardRetryStrategy>>>);

impl Storable for Strategies {
    type Storer = StoreReplace<Self>;
}

impl Strategies {
    fn take(&self) -> StandardRetryStrategy {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn put(&self, strategy: StandardRetryStrategy) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(strategy);
    }
}

/// The strategy of a call of which an attempt has failed.
#[derive(Debug)]
struct Lent {
    strategy: StandardRetryStrategy,
    connection: Strategies,
}

impl Storable for Lent {
    type Storer = StoreReplace<Self>;
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.connection.put(std::mem::take(&mut self.strategy));
    }
}

/// Lends a call its strategy when an attempt has failed, which is before the question whether to make another
/// one. It comes back when the call is dropped.
#[derive(Debug)]
pub(crate) struct Lending;

#[dyn_dispatch_hint]
impl Intercept for Lending {
    fn name(&self) -> &'static str {
        "org_operator_dynamic::Lending"
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let has_failed = context.output_or_error().is_some_and(|answer| answer.is_err());
        if has_failed && cfg.load::<Lent>().is_none() {
            let connection = cfg.load::<Strategies>().cloned().unwrap_or_default();
            let strategy = connection.take();
            cfg.interceptor_state().store_put(Lent { strategy, connection });
        }
        Ok(())
    }
}

/// The standard strategy, each call with its own.
#[derive(Debug, Default)]
pub(crate) struct OwnStrategy {
    /// That of all calls of which no attempt has failed: it never holds anything.
    unfailed: StandardRetryStrategy,
}

impl RetryStrategy for OwnStrategy {
    fn should_attempt_initial_request(
        &self,
        components: &RuntimeComponents,
        cfg: &ConfigBag,
    ) -> Result<ShouldAttempt, BoxError> {
        self.unfailed.should_attempt_initial_request(components, cfg)
    }

    fn should_attempt_retry(
        &self,
        context: &InterceptorContext,
        components: &RuntimeComponents,
        cfg: &ConfigBag,
    ) -> Result<ShouldAttempt, BoxError> {
        let strategy = cfg.load::<Lent>().map_or(&self.unfailed, |lent| &lent.strategy);
        strategy.should_attempt_retry(context, components, cfg)
    }
}
