//! The SDK runtime's view of an operation: how it serializes, deserializes, signs, and calls itself.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use aws_runtime::auth::{SigV4OperationSigningConfig, SigningOptions};
use aws_runtime::user_agent::ApiMetadata;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::auth::AuthSchemeOptionResolverParams;
use aws_smithy_runtime_api::client::endpoint::EndpointResolverParams;
use aws_smithy_runtime_api::client::interceptors::context;
use aws_smithy_runtime_api::client::orchestrator::{
    HttpRequest, HttpResponse, Metadata, OrchestratorError,
};
use aws_smithy_runtime_api::client::ser_de::{
    DeserializeResponse, SerializeRequest, SharedRequestSerializer, SharedResponseDeserializer,
};
use aws_smithy_types::config_bag::{ConfigBag, FrozenLayer, Layer};
use aws_smithy_types::retry::RetryConfig;
use org_operator_models::Service;
use serde_json::Value;

use crate::codec::Codec;
use crate::error::Error;
use crate::parse::{Answer, Unreadable};
use crate::request::Request;

/// What an operation answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// The answer in botocore's shape.
    pub value: Value,
    /// The id by which AWS finds the call in its logs.
    pub request_id: Option<String>,
}

/// What the runtime needs to know of an operation, wherever it is called.
pub(crate) fn layer(codec: &Arc<Codec>) -> FrozenLayer {
    let mut layer = Layer::new("org_operator_dynamic::Call");
    layer.store_put(SharedRequestSerializer::new(Serializer));
    layer.store_put(SharedResponseDeserializer::new(Deserializer(codec.clone())));
    layer.store_put(Metadata::new(codec.name.clone(), codec.service.id.clone()));
    layer.store_put(ApiMetadata::new(user_agent_name(&codec.service), env!("CARGO_PKG_VERSION")));
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    layer.store_put(EndpointResolverParams::new(()));
    layer.store_put(signing(&codec.service));
    if codec.service.changes() {
        // What changes something is never sent again: who sends it reads first what came of it.
        layer.store_put(RetryConfig::disabled());
    }
    layer.freeze()
}

/// S3 signs paths as they are, and says its bodies' hashes.
fn signing(service: &Service) -> SigV4OperationSigningConfig {
    let is_s3 = service.signing_name() == "s3";
    let mut signing_options = SigningOptions::default();
    signing_options.double_uri_encode = !is_s3;
    signing_options.normalize_uri_path = !is_s3;
    signing_options.content_sha256_header = is_s3;
    SigV4OperationSigningConfig { signing_options, ..SigV4OperationSigningConfig::default() }
}

/// The service in the user agent, as typed clients write it. The runtime takes names that live as
/// long as the program: there is one for each service that was ever called.
fn user_agent_name(service: &Service) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let name = service.id.replace([' ', '-'], "").to_lowercase();
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name.as_str()) {
        return known;
    }
    let kept: &'static str = Box::leak(name.into_boxed_str());
    names.insert(kept);
    kept
}

#[derive(Debug)]
struct Serializer;

impl SerializeRequest for Serializer {
    fn serialize_input(
        &self,
        input: context::Input,
        _: &mut ConfigBag,
    ) -> Result<HttpRequest, BoxError> {
        let request = input.downcast::<Request>().map_err(|_| "the input is no request")?;
        request.into_http()
    }
}

#[derive(Debug)]
struct Deserializer(Arc<Codec>);

impl DeserializeResponse for Deserializer {
    fn deserialize_nonstreaming_with_config(
        &self,
        response: &HttpResponse,
        _: &ConfigBag,
    ) -> Result<context::Output, OrchestratorError<context::Error>> {
        let answer = Answer {
            status: response.status().as_u16(),
            headers: response.headers().iter().collect(),
            body: response.body().bytes().unwrap_or_default(),
        };
        let answered = self.0.read(&answer).map(|value| {
            let request_id = answer.request_id().map(str::to_owned);
            context::Output::erase(Answered { value, request_id })
        });
        answered.map_err(|error| match error {
            Error::Refused(refusal) => {
                OrchestratorError::operation(context::Error::erase(*refusal))
            }
            // The runtime asks again after what broke on the way, and not after what it cannot read.
            Error::Unreadable(broken @ Unreadable::NotWhole(_)) => {
                OrchestratorError::response(broken.into())
            }
            Error::Unreadable(unreadable) => OrchestratorError::other(unreadable),
            other => OrchestratorError::other(other),
        })
    }
}
