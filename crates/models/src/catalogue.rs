//! All services: which there are, and their models, each loaded once and only when it is asked for.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde::Deserialize;

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
    pub(crate) common: Common,
    loaded: Mutex<HashMap<String, Arc<Service>>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Common {
    botocore: String,
    released: String,
    reference: String,
    pub(crate) partitions: BTreeMap<String, Vec<String>>,
    /// The Regions of which botocore's list of endpoints says nothing.
    pub(crate) unlisted: BTreeMap<String, Vec<String>>,
    unsupported: BTreeMap<String, Unsupported>,
}

/// A service's model of which only what its operations are called and do is read.
#[derive(Deserialize)]
struct Summaries {
    ops: BTreeMap<String, Summary>,
}

#[derive(Deserialize)]
struct Summary {
    #[serde(rename = "d", default)]
    documentation: String,
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

    /// The names of a service's operations, each with one sentence of what AWS says that it does, without loading the model.
    ///
    /// # Errors
    /// As [`Models::load`].
    pub fn operations(&self, service: &str) -> Result<BTreeMap<String, String>, ModelError> {
        self.known(service)?;
        let found: Summaries = self.pack.json(service)?;
        Ok(found.ops.into_iter().map(|(name, summary)| (name, summary.documentation)).collect())
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
}

#[cfg(test)]
mod tests;
