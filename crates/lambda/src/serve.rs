//! The loop that serves invocations: the event goes to the handler, the error kind to `errorType`.

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

/// Our error in the form that the Lambda runtime reports.
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

/// A function before its first invocation: logging is set up and the environment is read.
#[derive(Debug)]
pub struct Shell<S> {
    settings: Result<S, Error>,
}

impl<S: Send + Sync> Shell<S> {
    /// Sets logging up and reads the settings from the process environment.
    ///
    /// An invalid setting does not end the process: each invocation fails with it, so that it shows
    /// up in the execution.
    pub fn start(read: impl FnOnce(&mut Env) -> Option<S>) -> Self {
        let lookup = |variable: &str| std::env::var(variable).ok();
        let filter = lookup(name::RUST_LOG).unwrap_or_else(|| "info".to_owned());
        // Fails only where the process has a subscriber already, which is then kept.
        let _ = format().with_env_filter(EnvFilter::new(filter)).try_init();
        let mut env = Env::new(&lookup);
        let settings = read(&mut env);
        Self { settings: env.finish(settings) }
    }

    /// Builds the state that lives as long as the process, then serves invocations with `handle`
    /// until Lambda ends the process.
    ///
    /// # Errors
    /// Where the Lambda runtime API cannot be reached.
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
        let state = match self.settings {
            Ok(settings) => Ok(Arc::new(build(settings).await)),
            Err(error) => Err(error),
        };
        // Boxed: the handlers' futures are large, and there is one at a time.
        Box::pin(lambda_runtime::run(service_fn(|event: LambdaEvent<Payload>| {
            let invocation = Invocation::new(&event.context, SystemTime::now());
            let span = about::span(event.payload.0.as_ref().unwrap_or(&Value::Null));
            let input = state.clone().and_then(|state| Ok((state, event.payload.0?)));
            answer(input.map(|(state, event)| handle(state, event, invocation))).instrument(span)
        })))
        .await
    }
}

/// The handler's answer; an error, also one of the settings or the payload, is logged.
async fn answer<A>(
    handling: Result<impl Future<Output = Result<A, Error>>, Error>,
) -> Result<A, HandlerError> {
    let answered = match handling {
        Ok(handling) => handling.await,
        Err(error) => Err(error),
    };
    answered.map_err(|error| {
        tracing::error!(kind = %error.kind(), "{error}");
        HandlerError(error)
    })
}

/// The log format: one JSON object per line, with the invocation's fields in `span`.
pub(crate) fn format() -> SubscriberBuilder<JsonFields, Format<Json>> {
    let json = tracing_subscriber::fmt().json().flatten_event(true).with_ansi(false);
    // The list of spans would repeat these fields and add those of the runtime's own span.
    json.with_span_list(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use org_operator_core::ErrorKind;

    #[test]
    fn the_error_type_is_the_name_of_the_kind() {
        for kind in ErrorKind::ALL {
            let diagnostic = Diagnostic::from(HandlerError(Error::new(*kind, "why")));
            assert_eq!(diagnostic.error_type, kind.name());
            assert_eq!(diagnostic.error_message, "why");
        }
    }
}
