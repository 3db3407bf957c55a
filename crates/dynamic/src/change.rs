//! Calls that change something: each is sent once, whatever comes of it, and has models of its own.
//! Nothing that a user names reaches them.

use org_operator_models::change_models;
use serde_json::Value;

use crate::call::{BoundCall, Call};
use crate::connection::Connection;
use crate::error::{CallError, Error, PlaceError};
use crate::input;
use crate::wire::Answered;

/// One operation that changes something, ready to be called in any account and Region.
#[derive(Debug, Clone)]
pub struct ChangeCall(Call);

impl ChangeCall {
    /// The operation `operation` of `service`, both names of the program itself: it is for operations
    /// whose plan was reviewed, and for nothing that a user names.
    ///
    /// # Errors
    /// [`CallError`] where the archive of changing calls has no such operation.
    pub fn new(service: &str, operation: &str) -> Result<Self, CallError> {
        let call = Call::prepared(change_models()?.load(service)?, operation)?;
        Ok(Self(call))
    }

    /// The IAM actions that a call takes; empty where AWS's service reference lists none.
    #[must_use]
    pub fn actions(&self) -> Vec<String> {
        self.0.service().actions(self.0.name()).unwrap_or_default()
    }

    /// The same call for the account and Region of `connection`.
    ///
    /// # Errors
    /// [`PlaceError`] where the service is not in the Region, or nobody knows where it is called.
    pub fn at(&self, connection: &Connection) -> Result<BoundChange, PlaceError> {
        self.0.at(connection).map(BoundChange)
    }
}

/// One operation that changes something, in one account and Region.
#[derive(Debug)]
pub struct BoundChange(BoundCall);

impl BoundChange {
    /// One request and no other, whatever the connection's configuration says of retries.
    ///
    /// # Errors
    /// [`Error`]. Unless the service refused with a 4xx, the change may have been made all the same.
    pub async fn send_once(&self, input: &Value) -> Result<Answered, Error> {
        self.0.answered(input::members(input).map_err(Error::Input)?).await
    }
}
