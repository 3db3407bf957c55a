//! What all calls of one account and Region share: credentials, HTTP client, timeouts, retries.
//!
//! It is built as the SDK's typed clients are, by the same runtime and with the same interceptors. What
//! many connections have in common is built once: that takes longer than a call.
//! Its retries have an account of their own: services throttle each account and Region by itself, so
//! one that is throttled must not slow others.

use std::sync::{Arc, OnceLock};

use aws_config::SdkConfig;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::invocation_id::InvocationIdInterceptor;
use aws_runtime::recursion_detection::RecursionDetectionInterceptor;
use aws_runtime::request_info::RequestInfoInterceptor;
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_runtime::service_clock_skew::{
    DisableClockSkewCorrection, ServiceClockSkewClassifier, ServiceClockSkewInterceptor,
};
use aws_runtime::user_agent::UserAgentInterceptor;
use aws_smithy_runtime::client::defaults::{DefaultPluginParams, default_plugins};
use aws_smithy_runtime::client::http::connection_poisoning::ConnectionPoisoningInterceptor;
use aws_smithy_runtime::client::retries::RetryPartition;
use aws_smithy_runtime::client::retries::classifiers::{
    HttpStatusCodeClassifier, ModeledAsRetryableClassifier, TransientErrorClassifier,
};
use aws_smithy_runtime::client::stalled_stream_protection::StalledStreamProtectionInterceptor;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{SharedAuthScheme, SharedAuthSchemeOptionResolver};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::{
    RuntimePlugin, RuntimePlugins, SharedRuntimePlugin, StaticRuntimePlugin,
};
use aws_smithy_types::config_bag::{ConfigBag, FrozenLayer, Layer};

use crate::parse::Refusal;
use crate::retries::{Lending, OwnStrategy, Strategies};

/// What all calls of one account and Region share. A clone shares the same account of retries.
#[derive(Debug, Clone)]
pub struct Connection {
    pub(crate) config: SdkConfig,
    pub(crate) plugins: RuntimePlugins,
    /// What it has in common with those that were made of it.
    common: Arc<RuntimePlugins>,
}

impl Connection {
    /// The connection that `config` describes. It takes everything from there that a typed client does.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        let common = StaticRuntimePlugin::new()
            .with_config(common_layer(config))
            .with_runtime_components(common_components(config));
        Self::with_own(Arc::new(defaults(config).clone().with_client_plugin(common)), config)
    }

    /// The same connection with the Region, the credentials and the HTTP client of `config`, and retries
    /// of its own. All else is as it is here, whatever `config` says.
    #[must_use]
    pub fn with(&self, config: &SdkConfig) -> Self {
        Self::with_own(Arc::clone(&self.common), config)
    }

    fn with_own(common: Arc<RuntimePlugins>, config: &SdkConfig) -> Self {
        let own = StaticRuntimePlugin::new()
            .with_config(own_layer(config))
            .with_runtime_components(own_components(config));
        let plugins = RuntimePlugins::clone(&common).with_client_plugin(own);
        Self { config: config.clone(), plugins, common }
    }

    /// The Region's name, where the configuration has one.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.config.region().map(AsRef::as_ref)
    }
}

/// What the runtime does where a configuration says nothing, and what is the same for every connection,
/// made once: it includes an HTTP client.
fn defaults(config: &SdkConfig) -> &'static RuntimePlugins {
    static DEFAULTS: OnceLock<RuntimePlugins> = OnceLock::new();
    DEFAULTS.get_or_init(|| {
        let version = config.behavior_version().unwrap_or_else(BehaviorVersion::latest);
        let params = DefaultPluginParams::new()
            .with_retry_partition_name("dynamic")
            .with_behavior_version(version)
            .with_is_aws_sdk(true);
        let stateless = StaticRuntimePlugin::new().with_runtime_components(stateless());
        let plugins: Vec<_> = default_plugins(params).into_iter().collect();
        merged(plugins.into_iter().chain([SharedRuntimePlugin::new(stateless)]).collect())
    })
}

/// Plugins that do what `plugins` do: their components are merged now, and not for each call.
fn merged(plugins: Vec<SharedRuntimePlugin>) -> RuntimePlugins {
    let layers = plugins.iter().filter_map(SharedRuntimePlugin::config);
    let layers: Vec<_> = layers.map(|l| StaticRuntimePlugin::new().with_config(l)).collect();
    let all = RuntimePlugins::new().with_client_plugins(plugins);
    let Ok(components) = all.apply_client_configuration(&mut ConfigBag::base()) else { return all };
    let merged = StaticRuntimePlugin::new().with_runtime_components(components);
    let layers = layers.into_iter().map(SharedRuntimePlugin::new);
    RuntimePlugins::new().with_client_plugins(layers).with_client_plugin(merged)
}

fn own_layer(config: &SdkConfig) -> FrozenLayer {
    let mut layer = Layer::new("org_operator_dynamic::Connection, own");
    layer.store_put(RetryPartition::custom("target").build());
    layer.store_put(Strategies::default());
    layer.store_or_unset(config.region().cloned());
    layer.freeze()
}

fn own_components(config: &SdkConfig) -> RuntimeComponentsBuilder {
    let mut components = RuntimeComponentsBuilder::new("org_operator_dynamic::Connection, own");
    components.set_http_client(config.http_client());
    components.set_identity_cache(config.identity_cache());
    if let Some(provider) = config.credentials_provider() {
        components.set_identity_resolver(SCHEME_ID, provider);
    }
    components
}

fn common_layer(config: &SdkConfig) -> FrozenLayer {
    let mut layer = Layer::new("org_operator_dynamic::Connection");
    layer.store_or_unset(config.app_name().cloned());
    layer.store_or_unset(
        config.disable_clock_skew_correction().map(DisableClockSkewCorrection::from),
    );
    // Unsetting these would take the runtime's defaults away.
    if let Some(retries) = config.retry_config() {
        layer.store_put(retries.clone());
    }
    if let Some(timeouts) = config.timeout_config() {
        layer.store_put(timeouts.clone());
    }
    if let Some(protection) = config.stalled_stream_protection() {
        layer.store_put(protection);
    }
    for framework in config.framework_metadata() {
        layer.store_append(framework.clone());
    }
    layer.freeze()
}

fn common_components(config: &SdkConfig) -> RuntimeComponentsBuilder {
    let mut components = RuntimeComponentsBuilder::new("org_operator_dynamic::Connection");
    components.set_sleep_impl(config.sleep_impl());
    components.set_time_source(config.time_source());
    // It knows how far the service's clock is from ours.
    components.push_interceptor(ServiceClockSkewInterceptor::new());
    components
}

/// The components that have no state of their own.
fn stateless() -> RuntimeComponentsBuilder {
    let mut components = RuntimeComponentsBuilder::new("org_operator_dynamic::Connection");
    let always = StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID]);
    components.set_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(always)));
    components.push_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()));
    components.set_retry_strategy(Some(OwnStrategy::default()));
    push_classifiers(&mut components);
    push_interceptors(&mut components);
    components
}

fn push_classifiers(components: &mut RuntimeComponentsBuilder) {
    components.push_retry_classifier(HttpStatusCodeClassifier::default());
    components.push_retry_classifier(TransientErrorClassifier::<Refusal>::new());
    components.push_retry_classifier(ModeledAsRetryableClassifier::<Refusal>::new());
    components.push_retry_classifier(AwsErrorCodeClassifier::<Refusal>::new());
    components.push_retry_classifier(ServiceClockSkewClassifier::<Refusal>::new());
}

fn push_interceptors(components: &mut RuntimeComponentsBuilder) {
    components.push_interceptor(Lending);
    components.push_interceptor(ConnectionPoisoningInterceptor::new());
    components.push_interceptor(RequestInfoInterceptor::new());
    components.push_interceptor(UserAgentInterceptor::new());
    components.push_interceptor(InvocationIdInterceptor::new());
    components.push_interceptor(RecursionDetectionInterceptor::new());
    components.push_interceptor(StalledStreamProtectionInterceptor::default());
}
