//! Serving invocations: the event to the handler, its error kind to Lambda's `errorType`.

use std::future::Future;
use std::sync::Arc;
use std::time::SystemTime;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use org_operator_core::Error;
use serde::Serialize;
use serde_json::Value;
use tracing::Instrument;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::SubscriberBuilder;
use tracing_subscriber::fmt::format::{Format, Json, JsonFields};

use crate::about;
use crate::env::{Env, name};
use crate::invocation::Invocation;
use crate::payload::Payload;

/// An error on its way to Lambda.
#[derive(Debug)]
pub struct HandlerError(Error);

impl From<HandlerError> for Diagnostic {
    fn from(HandlerError(error): HandlerError) -> Self {
        Diagnostic {
            error_type: error.kind().name().to_owned(),
            error_message: error.message().to_owned(),
        }
    }
}

/// A function before its first invocation: logging is on, the environment is read.
#[derive(Debug)]
pub struct Shell<S> {
    settings: Result<S, Error>,
}

impl<S: Send + Sync> Shell<S> {
    /// Switches logging on and reads the settings from the process environment.
    ///
    /// A wrong setting does not end the process: each invocation answers with it, where the state
    /// machine and a person can read it.
    pub fn start(read: impl FnOnce(&mut Env) -> Option<S>) -> Self {
        let lookup = |variable: &str| std::env::var(variable).ok();
        let filter = lookup(name::RUST_LOG).unwrap_or_else(|| "info".to_owned());
        // A second start in one process keeps the first subscriber.
        let _ = format().with_env_filter(EnvFilter::new(filter)).try_init();
        let mut env = Env::new(&lookup);
        let settings = read(&mut env);
        Self { settings: env.finish(settings) }
    }

    /// Builds what lives as long as the process, and serves invocations until Lambda ends it.
    ///
    /// # Errors
    /// When the Lambda runtime API cannot be reached.
    pub async fn serve<B, Building, H, Answering, A>(
        self,
        build: impl FnOnce(S) -> Building,
        handle: H,
    ) -> Result<(), lambda_runtime::Error>
    where
        Building: Future<Output = B>,
        H: Fn(Arc<B>, Value, Invocation) -> Answering,
        Answering: Future<Output = Result<A, Error>>,
        A: Serialize,
    {
        let ready = match self.settings {
            Ok(settings) => Ok(Arc::new(build(settings).await)),
            Err(error) => Err(error),
        };
        // Boxed: the handlers' futures are large, and there is one at a time.
        Box::pin(lambda_runtime::run(service_fn(|event: LambdaEvent<Payload>| {
            let invocation = Invocation::new(&event.context, SystemTime::now());
            let span = about::span(event.payload.0.as_ref().unwrap_or(&Value::Null));
            let both = ready.clone().and_then(|ready| Ok((ready, event.payload.0?)));
            let answer = both.map(|(built, value)| handle(built, value, invocation));
            let answered = async move {
                let answer = match answer {
                    Ok(answering) => answering.await,
                    Err(error) => Err(error),
                };
                answer.map_err(|error| {
                    tracing::error!(kind = %error.kind(), "{error}");
                    HandlerError(error)
                })
            };
            answered.instrument(span)
        })))
        .await
    }
}

/// A line of log: one JSON object, with the invocation's fields in `span`.
pub(crate) fn format() -> SubscriberBuilder<JsonFields, Format<Json>> {
    let json = tracing_subscriber::fmt().json().flatten_event(true).with_ansi(false);
    // The list of all spans would say the same once more, beside what the runtime has in its own.
    json.with_span_list(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use org_operator_core::ErrorKind;

    #[test]
    fn the_error_type_is_the_kinds_name() {
        for kind in ErrorKind::ALL {
            let diagnostic = Diagnostic::from(HandlerError(Error::new(*kind, "why")));
            assert_eq!(diagnostic.error_type, kind.name());
            assert_eq!(diagnostic.error_message, "why");
        }
    }
}
