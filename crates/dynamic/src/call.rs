//! Calls: one operation of one service, prepared once, and called with any number of connections.

use std::ops::ControlFlow;
use std::sync::Arc;

use aws_smithy_runtime::client::orchestrator::invoke;
use aws_smithy_runtime_api::client::interceptors::context::Input;
use aws_smithy_runtime_api::client::runtime_plugin::{
    RuntimePlugins, SharedRuntimePlugin, StaticRuntimePlugin,
};
use org_operator_core::input::violation::{Violations, nearest};
use org_operator_models::{Operation, Service, models};
use serde_json::{Map, Value};
use tokio::sync::OnceCell;

use crate::codec::Codec;
use crate::connection::Connection;
use crate::error::{CallError, Error, PlaceError};
use crate::pages::{Plan, Walk};
use crate::parse::Answer;
use crate::place::Place;
use crate::places::Places;
use crate::request::Request;
use crate::wire::{self, Answered};
use crate::{input, lookup};

/// One operation of one service, ready to be called in any account and Region. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Call {
    codec: Arc<Codec>,
    plan: Option<Arc<Plan>>,
    plugin: SharedRuntimePlugin,
    places: Arc<Places>,
}

impl Call {
    /// The operation `operation` of `service`, by their names in botocore and the AWS CLI's models:
    /// `Call::new("ec2", "DescribeVpcs")`.
    ///
    /// # Errors
    /// [`CallError`] where there is no such operation, or it cannot be called.
    pub fn new(service: &str, operation: &str) -> Result<Self, CallError> {
        Self::of(models()?.load(service)?, operation)
    }

    /// The operation `operation` of a model.
    ///
    /// # Errors
    /// As [`Call::new`]; and where the model is one of operations that change something, which only a
    /// [`ChangeCall`](crate::ChangeCall) calls.
    pub fn of(service: Arc<Service>, operation: &str) -> Result<Self, CallError> {
        if service.changes() {
            return Err(unknown(&service, operation));
        }
        Self::prepared(service, operation)
    }

    /// The operation of any model.
    pub(crate) fn prepared(service: Arc<Service>, operation: &str) -> Result<Self, CallError> {
        let found =
            service.operations.get(operation).ok_or_else(|| unknown(&service, operation))?;
        let planned = found.pages.as_ref().map(Plan::new).transpose();
        let plan = planned.map_err(|problem| CallError::Pages {
            service: service.name.clone(),
            operation: operation.to_owned(),
            problem: problem.to_string(),
        })?;
        let operation_model = found.clone();
        let codec = Arc::new(Codec::new(service, operation, operation_model));
        let runtime = StaticRuntimePlugin::new().with_config(wire::layer(&codec));
        Ok(Self {
            codec,
            plan: plan.map(Arc::new),
            plugin: SharedRuntimePlugin::new(runtime),
            places: Arc::default(),
        })
    }

    /// The service's model.
    #[must_use]
    pub fn service(&self) -> &Service {
        &self.codec.service
    }

    /// The operation's model.
    #[must_use]
    pub fn operation(&self) -> &Operation {
        &self.codec.operation
    }

    /// The operation's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.codec.name
    }

    /// The request that `input` makes, without host and signature. Nothing is sent.
    ///
    /// # Errors
    /// Every fault of the input, each with its place.
    pub fn request(&self, input: &Value) -> Result<Request, Violations> {
        self.codec.request(input::members(input)?)
    }

    /// The value that an answer says, in botocore's shape.
    ///
    /// # Errors
    /// [`Error::Refused`] where the service refused, [`Error::Unreadable`] where the answer is cut
    /// short or not what the model says.
    pub fn read(&self, answer: &Answer<'_>) -> Result<Value, Error> {
        self.codec.read(answer)
    }

    /// The same call for the account and Region of `connection`.
    ///
    /// # Errors
    /// [`PlaceError`] where the service is not in the Region, or nobody knows where it is called.
    pub fn at(&self, connection: &Connection) -> Result<BoundCall, PlaceError> {
        let (place, plugin) = self.places.of(&self.codec, &connection.config)?;
        let of_client = connection.plugins.clone().with_client_plugin(plugin);
        let plugins = of_client.with_operation_plugin(self.plugin.clone());
        Ok(BoundCall { call: self.clone(), place, plugins, exists: OnceCell::new() })
    }
}

fn unknown(service: &Service, operation: &str) -> CallError {
    let (service_name, operation_name) = (service.name.clone(), operation.to_owned());
    match service.unsupported.get(operation) {
        Some(reason) => CallError::Unsupported {
            service: service_name,
            operation: operation_name,
            reason: *reason,
        },
        None => CallError::Unknown {
            service: service_name,
            hint: near(service, operation),
            operation: operation_name,
        },
    }
}

/// The nearest of a service's read-only operations.
fn near(service: &Service, operation: &str) -> String {
    let names = service.operations.keys().map(String::as_str);
    hint(nearest(operation, names.filter(|_| !service.changes())))
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!(" (nearest: `{name}`)"))
}

/// One operation in one account and Region.
#[derive(Debug)]
pub struct BoundCall {
    call: Call,
    place: Arc<Place>,
    plugins: RuntimePlugins,
    exists: OnceCell<bool>,
}

impl BoundCall {
    /// One call, one answer: of an operation with pages, the first.
    ///
    /// # Errors
    /// [`Error`], after as many attempts as the connection's configuration says.
    pub async fn send(&self, input: &Value) -> Result<Value, Error> {
        self.ask(input::members(input).map_err(Error::Input)?).await
    }

    /// Every page of the answer, each handed to `page` as it comes, until `page` breaks or fails. Of
    /// an operation without pages, the one answer.
    ///
    /// # Errors
    /// That of the first call that failed, or of `page`.
    pub async fn pages<E: From<Error>>(
        &self,
        input: &Value,
        mut page: impl FnMut(Value) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), E> {
        let mut asked = input::members(input).map_err(Error::Input)?.clone();
        let mut walk = Walk::default();
        loop {
            let answer = self.ask(&asked).await?;
            let more = walk.turn(self.call.plan.as_deref(), &answer, &mut asked);
            // The page is whole, whatever is wrong with the way to the next.
            let goes_on = page(answer)?.is_continue();
            if !goes_on || !more.map_err(Error::from)? {
                return Ok(());
            }
        }
    }

    async fn ask(&self, asked: &Map<String, Value>) -> Result<Value, Error> {
        Ok(self.answered(asked).await?.value)
    }

    /// One call, with the id of its request.
    pub(crate) async fn answered(&self, asked: &Map<String, Value>) -> Result<Answered, Error> {
        let request = self.call.codec.request(asked).map_err(Error::Input)?;
        self.has_host().await?;
        let Answered { value, request_id } = self.invoke(request).await?;
        Ok(Answered { value: self.call.codec.complete(asked, value), request_id })
    }

    /// Sends a request as often as the call's configuration says.
    async fn invoke(&self, request: Request) -> Result<Answered, Error> {
        let codec = &self.call.codec;
        let answered = invoke(&codec.service.id, &codec.name, Input::erase(request), &self.plugins);
        let output = answered.await.map_err(Error::of_runtime)?;
        let answer = output.downcast::<Answered>();
        answer.map_err(|_| Error::NoAnswer("the runtime gave no JSON value".into()))
    }

    /// A host that does not exist is no failure to reach it.
    async fn has_host(&self) -> Result<(), Error> {
        let Some(doubtful) = &self.place.doubtful else { return Ok(()) };
        let exists = || async { !lookup::is_missing(&doubtful.host, &doubtful.sure).await };
        if *self.exists.get_or_init(exists).await {
            return Ok(());
        }
        Err(Error::NotInRegion {
            service: self.call.service().name.clone(),
            region: self.place.region.clone(),
            host: doubtful.host.clone(),
        })
    }
}
