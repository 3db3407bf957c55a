//! [`Calls`] over the client for any AWS API: the thin edge between a run and AWS.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use org_operator_core::outcome::classification::CallFailure;
use org_operator_dynamic::{BoundCall, Call, Connection, Error, PlaceError};
use org_operator_models::EndpointError;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::calls::{Ask, CallError, Calls, Page};

/// A service and an operation of it.
type Name = (String, String);

/// The client of one account and Region.
#[derive(Debug)]
pub struct Client {
    connection: Connection,
    /// A target makes few calls: they are found sooner than a hash.
    bound: Mutex<Vec<(Name, Arc<BoundCall>)>>,
    /// The call that the target makes in any case.
    own: Semaphore,
    /// Permits for further calls at the same time, shared with other targets; `None` is no limit.
    shared: Option<Arc<Semaphore>>,
}

impl Client {
    /// The client of the account and Region that `connection` speaks to.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self { connection, bound: Mutex::default(), own: Semaphore::new(1), shared: None }
    }

    /// The same client that makes one call at a time, and beside it further ones as `permits` are free:
    /// follow-ups of many targets must not be many times the calls that their run makes at once.
    #[must_use]
    pub fn within(self, permits: Option<Arc<Semaphore>>) -> Self {
        Self { shared: permits, ..self }
    }

    /// The right to make a call beside those of other targets.
    async fn permit(&self) -> Option<SemaphorePermit<'_>> {
        let shared = self.shared.as_ref()?;
        // The semaphores are never closed.
        tokio::select! {
            biased;
            own = self.own.acquire() => own.ok(),
            further = shared.acquire() => further.ok(),
        }
    }

    /// The call, bound to the connection once: its calls share what is known of the Region.
    fn bound(&self, ask: Ask<'_>) -> Result<Arc<BoundCall>, CallError> {
        // What a thread that panicked left behind is whole: an entry is put in at once.
        let mut bound = self.bound.lock().unwrap_or_else(PoisonError::into_inner);
        let is_asked = |(service, operation): &Name| {
            (service.as_str(), operation.as_str()) == (ask.service, ask.operation)
        };
        if let Some((_, known)) = bound.iter().find(|(name, _)| is_asked(name)) {
            return Ok(known.clone());
        }
        let name = (ask.service.to_owned(), ask.operation.to_owned());
        let call = prepared(&name)?.at(&self.connection).map_err(|error| no_place(&error))?;
        let new = Arc::new(call);
        bound.push((name, new.clone()));
        Ok(new)
    }
}

/// The call for any account and Region, prepared once in a process.
fn prepared(name: &Name) -> Result<Call, CallError> {
    static PREPARED: OnceLock<Mutex<HashMap<Name, Call>>> = OnceLock::new();
    let mut prepared =
        PREPARED.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = prepared.get(name) {
        return Ok(known.clone());
    }
    let call = Call::new(&name.0, &name.1).map_err(|error| own("UnknownOperation", &error))?;
    prepared.insert(name.clone(), call.clone());
    Ok(call)
}

impl Calls for Client {
    fn pages<'a>(&'a self, ask: Ask<'a>, page: Page<'a>) -> BoxFuture<'a, Result<(), CallError>> {
        Box::pin(async move {
            let call = self.bound(ask)?;
            let _permit = self.permit().await;
            let taken = call.pages(ask.input, |value| Ok::<_, Error>(page(value))).await;
            taken.map_err(|error| failed(&error))
        })
    }

    fn pause(&self, time: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(time))
    }
}

fn failed(error: &Error) -> CallError {
    match error {
        Error::NotInRegion { .. } => CallError::NoService(error.to_string()),
        other => CallError::Failed(Box::new(CallFailure::from(other))),
    }
}

fn no_place(error: &PlaceError) -> CallError {
    match error {
        PlaceError::Endpoint(
            EndpointError::NotInPartition { .. } | EndpointError::NotInRegion { .. },
        ) => CallError::NoService(error.to_string()),
        other => own("UnknownEndpoint", other),
    }
}

/// A failure that no service said: no retry would change it.
fn own(code: &str, error: &dyn std::error::Error) -> CallError {
    CallError::Failed(Box::new(CallFailure {
        code: Some(code.to_owned()),
        status: None,
        message: error.to_string(),
        ..CallFailure::default()
    }))
}

#[cfg(test)]
mod tests {
    use aws_config::SdkConfig;
    use futures_util::FutureExt;

    use super::*;

    fn client(permits: Option<usize>) -> Client {
        let connection = Connection::new(&SdkConfig::builder().build());
        Client::new(connection).within(permits.map(|count| Arc::new(Semaphore::new(count))))
    }

    /// How many calls of `client` get a permit at the same time, of three.
    fn at_once(client: &Client) -> usize {
        let permits: Vec<_> = (0..3).map(|_| client.permit().now_or_never()).collect();
        permits.iter().flatten().count()
    }

    #[test]
    fn a_target_always_makes_one_call_and_more_as_the_run_has_permits() {
        assert_eq!(at_once(&client(Some(0))), 1);
        assert_eq!(at_once(&client(Some(1))), 2);
        assert_eq!(at_once(&client(Some(9))), 3);
        assert_eq!(at_once(&client(None)), 3);
    }

    #[tokio::test]
    async fn a_call_that_waits_goes_on_when_another_one_of_the_target_ends() {
        let client = client(Some(0));
        let first = client.permit().await;
        let mut waiting = Box::pin(client.permit());
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(first);
        assert!(waiting.now_or_never().is_some());
    }
}
