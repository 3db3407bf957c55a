//! Where a call goes: the host from the models, or the endpoint URL of the configuration, and what signs.

use aws_config::SdkConfig;
use aws_types::service_config::ServiceConfigKey;
use org_operator_core::Region;
use org_operator_models::{Endpoint, EndpointError, Listing, Models, models};

use crate::codec::Codec;
use crate::error::PlaceError;

/// Where a call goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) url: String,
    pub(crate) region: String,
    pub(crate) signing_region: String,
    pub(crate) signing_name: String,
    /// The host, where the models are not sure that there is one.
    pub(crate) doubtful: Option<Doubtful>,
}

/// A host that may not exist, and one of the same Region that does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Doubtful {
    pub(crate) host: String,
    pub(crate) sure: String,
}

impl Place {
    /// Where `codec`'s operation is called in `region` with `config`, at the URL `given` if there is one.
    pub(crate) fn of(
        codec: &Codec,
        config: &SdkConfig,
        region: &Region,
        given: Option<String>,
    ) -> Result<Self, PlaceError> {
        let known = models()?;
        let partition = region.partition().as_str();
        let found = known.endpoint(&codec.service, &codec.name, partition, region.as_str());
        let endpoint = match (found, &given) {
            // A URL that someone gives is for a Region, too, that the models are too old to know.
            (Err(EndpointError::UnknownRegion { .. }), Some(_)) => None,
            (found, _) => Some(found?),
        };
        match given {
            Some(url) => Ok(Self::new(codec, region, url, endpoint)),
            None => Self::at_host(known, codec, config, region, endpoint),
        }
    }

    fn at_host(
        known: &Models,
        codec: &Codec,
        config: &SdkConfig,
        region: &Region,
        endpoint: Option<Endpoint>,
    ) -> Result<Self, PlaceError> {
        variants(config)?;
        let prefix = codec.operation.host_prefix.as_deref().unwrap_or_default();
        let prefixed = endpoint.as_ref().map(|endpoint| format!("{prefix}{}", endpoint.host));
        let host = prefixed.ok_or(PlaceError::NoRegion)?;
        let doubt = endpoint.as_ref().is_some_and(|found| found.listing != Listing::Listed);
        let sure = sure_host(known, region).filter(|_| doubt);
        let place = Self::new(codec, region, format!("https://{host}"), endpoint);
        Ok(Self { doubtful: sure.map(|sure| Doubtful { host, sure }), ..place })
    }

    /// An operation's host prefix does not go before a URL that someone gives: what listens there,
    /// an emulator or a VPC endpoint, has one name.
    fn new(codec: &Codec, region: &Region, url: String, endpoint: Option<Endpoint>) -> Self {
        let usual = || codec.service.signing_name().to_owned();
        let (signing_region, signing_name) = match endpoint {
            Some(found) => (found.signing_region, found.signing_name.unwrap_or_else(usual)),
            None => (region.to_string(), usual()),
        };
        Self { url, region: region.to_string(), signing_region, signing_name, doubtful: None }
    }
}

/// The endpoint URL for a service, as typed clients find it: what a program sets goes before what
/// the environment or the profile says of the service, and that before what it says of all.
pub(crate) fn endpoint_url(config: &SdkConfig, service_id: &str) -> Option<String> {
    let of_all = config.endpoint_url().map(str::to_owned);
    if config.get_origin("endpoint_url").is_client_config() {
        return of_all;
    }
    let key = ServiceConfigKey::builder()
        .service_id(service_id)
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build();
    let own = key.ok().and_then(|key| config.service_config()?.load_config(key));
    own.or(of_all)
}

fn variants(config: &SdkConfig) -> Result<(), PlaceError> {
    match (config.use_fips(), config.use_dual_stack()) {
        (Some(true), _) => Err(PlaceError::Variant("FIPS")),
        (_, Some(true)) => Err(PlaceError::Variant("dual-stack")),
        _ => Ok(()),
    }
}

/// A host that every Region has.
fn sure_host(known: &Models, region: &Region) -> Option<String> {
    let service = known.load("sts").ok()?;
    let partition = region.partition().as_str();
    let endpoint =
        known.endpoint(&service, "GetCallerIdentity", partition, region.as_str()).ok()?;
    Some(endpoint.host)
}
