//! The places of one operation that are known: a run asks the same Regions in every account.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::SdkConfig;
use aws_smithy_runtime::client::orchestrator::endpoints::StaticUriEndpointResolver;
use aws_smithy_runtime_api::client::endpoint::SharedEndpointResolver;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::{SharedRuntimePlugin, StaticRuntimePlugin};
use aws_smithy_types::config_bag::{FrozenLayer, Layer};
use aws_types::SigningName;
use aws_types::region::{Region as SdkRegion, SigningRegion};
use org_operator_core::Region;

use crate::codec::Codec;
use crate::error::PlaceError;
use crate::place::{Place, endpoint_url};

/// All that a place depends on beside its operation: the Region, the endpoint URL, and whether FIPS
/// and dual-stack hosts are wanted.
type Key = (Region, Option<String>, Option<bool>, Option<bool>);

/// A place, and what the SDK's runtime needs to know of it.
type Known = (Arc<Place>, SharedRuntimePlugin);

/// The places of one operation that were asked for, of which there are as many as Regions.
#[derive(Debug, Default)]
pub(crate) struct Places(Mutex<HashMap<Key, Known>>);

impl Places {
    /// Where `codec`'s operation is called with `config`.
    pub(crate) fn of(&self, codec: &Codec, config: &SdkConfig) -> Result<Known, PlaceError> {
        let parsed = config.region().and_then(|region| Region::parse(region.as_ref()));
        let region = parsed.ok_or(PlaceError::NoRegion)?;
        let given = endpoint_url(config, &codec.service.id);
        let key = (region, given, config.use_fips(), config.use_dual_stack());
        // What a thread that panicked left behind is whole: an entry is put in at once.
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = places.get(&key) {
            return Ok(known.clone());
        }
        let place = Place::of(codec, config, &key.0, key.1.clone())?;
        let plugin = plugin(&place);
        let known = (Arc::new(place), plugin);
        places.insert(key, known.clone());
        Ok(known)
    }
}

fn plugin(place: &Place) -> SharedRuntimePlugin {
    let plugin = StaticRuntimePlugin::new()
        .with_config(signing(place))
        .with_runtime_components(components(place));
    SharedRuntimePlugin::new(plugin)
}

fn signing(place: &Place) -> FrozenLayer {
    let mut layer = Layer::new("org_operator_dynamic::Place");
    layer.store_put(SigningRegion::from(SdkRegion::new(place.signing_region.clone())));
    layer.store_put(SigningName::from(place.signing_name.clone()));
    layer.freeze()
}

fn components(place: &Place) -> RuntimeComponentsBuilder {
    let resolver = SharedEndpointResolver::new(StaticUriEndpointResolver::uri(&place.url));
    RuntimeComponentsBuilder::new("org_operator_dynamic::Place")
        .with_endpoint_resolver(Some(resolver))
}
