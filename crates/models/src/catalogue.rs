//! All services: which there are, and their models, each loaded once and only when it is asked for.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::endpoint::{Endpoint, EndpointError, PartitionHosts};
use crate::error::{Damaged, ModelError};
use crate::operation::Unsupported;
use crate::pack::Pack;
use crate::service::Service;

static PACK: &[u8] = include_bytes!("../data/models.pack");

/// The document of everything that is not one service's.
const COMMON: &str = "_common";

/// Names nearer than this to one that is unknown are worth a hint.
const NEAR: f64 = 0.7;

/// The models of all services.
#[derive(Debug)]
pub struct Models {
    pack: Pack<'static>,
    common: Common,
    loaded: Mutex<HashMap<String, Arc<Service>>>,
}

#[derive(Debug, Deserialize)]
struct Common {
    botocore: String,
    released: String,
    reference: String,
    partitions: BTreeMap<String, Vec<String>>,
    unsupported: BTreeMap<String, Unsupported>,
}

/// A service's model of which only the operations' names are read.
#[derive(Deserialize)]
struct Names {
    ops: BTreeMap<String, IgnoredAny>,
}

/// The models that are part of this program.
///
/// # Errors
/// [`Damaged`] where they are not what `make models` writes.
pub fn models() -> Result<&'static Models, Damaged> {
    static MODELS: OnceLock<Models> = OnceLock::new();
    if let Some(models) = MODELS.get() {
        return Ok(models);
    }
    let opened = Models::open(PACK)?;
    Ok(MODELS.get_or_init(|| opened))
}

impl Models {
    fn open(bytes: &'static [u8]) -> Result<Self, Damaged> {
        let pack = Pack::open(bytes)?;
        let common = pack.json(COMMON)?;
        Ok(Self { pack, common, loaded: Mutex::default() })
    }

    /// How and from what the models were made, in one line.
    #[must_use]
    pub fn title(&self) -> &str {
        self.pack.title
    }

    /// What the models were made from, as a message says it: `botocore 1.44.5 of 2026-11-17`.
    #[must_use]
    pub fn version(&self) -> String {
        format!("botocore {} of {}", self.common.botocore, self.common.released)
    }

    /// The day of AWS's service reference that the IAM actions are from, as `2026-10-24`.
    #[must_use]
    pub fn reference_date(&self) -> &str {
        &self.common.reference
    }

    /// The names of all services that can be spoken to, sorted, as botocore and the AWS CLI have them.
    pub fn services(&self) -> impl Iterator<Item = &str> {
        self.pack.names().filter(|name| *name != COMMON)
    }

    /// The services that cannot be spoken to, with the reason.
    #[must_use]
    pub fn unsupported_services(&self) -> &BTreeMap<String, Unsupported> {
        &self.common.unsupported
    }

    /// The names of a service's operations, sorted, without loading its model.
    ///
    /// # Errors
    /// As [`Models::load`].
    pub fn operations(&self, service: &str) -> Result<Vec<String>, ModelError> {
        self.known(service)?;
        let names: Names = self.pack.json(service)?;
        Ok(names.ops.into_keys().collect())
    }

    /// The model of `service`, loaded once in a process.
    ///
    /// # Errors
    /// [`ModelError`] where there is no such service, it cannot be spoken to, or its model is damaged.
    pub fn load(&self, service: &str) -> Result<Arc<Service>, ModelError> {
        // What a thread that panicked left behind is whole: an entry is put in at once.
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(model) = loaded.get(service) {
            return Ok(model.clone());
        }
        self.known(service)?;
        let model = Arc::new(Service::read(service, &self.pack.bytes(service)?)?);
        loaded.insert(service.to_owned(), model.clone());
        Ok(model)
    }

    fn known(&self, service: &str) -> Result<(), ModelError> {
        if let Some(reason) = self.common.unsupported.get(service) {
            return Err(ModelError::Unsupported { service: service.to_owned(), reason: *reason });
        }
        if service != COMMON && self.pack.has(service) {
            return Ok(());
        }
        let nearest = self.nearest(service).map(str::to_owned);
        Err(ModelError::Unknown { service: service.to_owned(), nearest, version: self.version() })
    }

    fn nearest(&self, service: &str) -> Option<&str> {
        let near =
            self.services().map(|name| (strsim::jaro_winkler(&service.to_lowercase(), name), name));
        near.max_by(|a, b| a.0.total_cmp(&b.0))
            .filter(|(score, _)| *score > NEAR)
            .map(|(_, name)| name)
    }

    /// The partitions, with the Regions of each.
    #[must_use]
    pub fn partitions(&self) -> &BTreeMap<String, Vec<String>> {
        &self.common.partitions
    }

    /// Where an operation of `service` is called for `region` of `partition`.
    ///
    /// # Errors
    /// [`EndpointError`] where the models do not know the partition or Region, or the service is not there.
    pub fn endpoint(
        &self,
        service: &Service,
        operation: &str,
        partition: &str,
        region: &str,
    ) -> Result<Endpoint, EndpointError> {
        if !self.regions(partition)?.iter().any(|known| known == region) {
            let version = self.version();
            return Err(EndpointError::UnknownRegion {
                partition: partition.into(),
                region: region.into(),
                version,
            });
        }
        Ok(self.hosts(service, operation, partition)?.endpoint(region))
    }

    /// The Region that signs where an operation has one endpoint for the whole partition; `None` where each Region has its own.
    ///
    /// # Errors
    /// [`EndpointError`] where the models do not know the partition, or the service is not there.
    pub fn home_region<'a>(
        &self,
        service: &'a Service,
        operation: &str,
        partition: &str,
    ) -> Result<Option<&'a str>, EndpointError> {
        self.regions(partition)?;
        Ok(self.hosts(service, operation, partition)?.home_region())
    }

    /// Whether one call of the operation answers for every Region of the partition.
    ///
    /// # Errors
    /// As [`Models::home_region`].
    pub fn is_global(
        &self,
        service: &Service,
        operation: &str,
        partition: &str,
    ) -> Result<bool, EndpointError> {
        self.home_region(service, operation, partition).map(|home| home.is_some())
    }

    fn regions(&self, partition: &str) -> Result<&[String], EndpointError> {
        self.common.partitions.get(partition).map(Vec::as_slice).ok_or_else(|| {
            EndpointError::UnknownPartition {
                partition: partition.to_owned(),
                known: self.common.partitions.keys().cloned().collect(),
                version: self.version(),
            }
        })
    }

    fn hosts<'a>(
        &self,
        service: &'a Service,
        operation: &str,
        partition: &str,
    ) -> Result<&'a PartitionHosts, EndpointError> {
        service.hosts(operation).get(partition).ok_or_else(|| EndpointError::NotInPartition {
            service: service.name.clone(),
            partition: partition.to_owned(),
            version: self.version(),
        })
    }
}

#[cfg(test)]
mod tests;
