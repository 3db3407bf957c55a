//! The few calls that change something, in an archive of their own. Nobody finds them among the read-only ones: who wants
//! to change something asks for them here, by name.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::error::Damaged;
use crate::pack::Pack;
use crate::service::Service;

static PACK: &[u8] = include_bytes!("../data/changes.pack");

/// The models of the calls that change something.
#[derive(Debug)]
pub struct ChangeModels {
    pack: Pack<'static>,
    loaded: Mutex<HashMap<String, Arc<Service>>>,
}

/// The models of the calls that change something, as far as this program makes any.
///
/// # Errors
/// [`Damaged`] where they are not what `make models` writes.
pub fn change_models() -> Result<&'static ChangeModels, Damaged> {
    static MODELS: OnceLock<ChangeModels> = OnceLock::new();
    if let Some(models) = MODELS.get() {
        return Ok(models);
    }
    let opened = ChangeModels { pack: Pack::open(PACK)?, loaded: Mutex::default() };
    Ok(MODELS.get_or_init(|| opened))
}

impl ChangeModels {
    /// The names of the services that have such calls, sorted, as botocore and the AWS CLI have them.
    pub fn services(&self) -> impl Iterator<Item = &str> {
        self.pack.names()
    }

    /// The model of `service` with nothing but such calls in it, loaded once in a process.
    ///
    /// # Errors
    /// [`Damaged`] where the archive has no such service, or its model is damaged.
    pub fn load(&self, service: &str) -> Result<Arc<Service>, Damaged> {
        // What a thread that panicked left behind is whole: an entry is put in at once.
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(model) = loaded.get(service) {
            return Ok(model.clone());
        }
        let mut read = Service::read(service, &self.pack.bytes(service)?)?;
        read.changes = true;
        let model = Arc::new(read);
        loaded.insert(service.to_owned(), model.clone());
        Ok(model)
    }
}

#[cfg(test)]
mod tests;
