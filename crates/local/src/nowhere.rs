//! A store that discards every artifact, for plans that are shown and not run.

use org_operator_core::Error;
use org_operator_core::ports::{Artifacts, Download, Upload};

/// Discards what is written and has nothing to read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nowhere;

impl Artifacts for Nowhere {
    type Upload = Self;
    type Download = Self;

    async fn put(&self, _: &str, _: Vec<u8>) -> Result<(), Error> {
        Ok(())
    }

    async fn open(&self, _: &str) -> Result<Option<Self>, Error> {
        Ok(None)
    }

    fn upload(&self, _: &str) -> Self {
        Self
    }

    fn uri(&self, key: &str) -> String {
        key.to_owned()
    }
}

impl Upload for Nowhere {
    async fn write(&mut self, _: &[u8]) -> Result<(), Error> {
        Ok(())
    }

    async fn finish(self) -> Result<(), Error> {
        Ok(())
    }
}

impl Download for Nowhere {
    async fn chunk(&mut self) -> Result<Option<Vec<u8>>, Error> {
        Ok(None)
    }
}
