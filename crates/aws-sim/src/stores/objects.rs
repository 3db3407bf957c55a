//! S3 objects and multipart uploads, by `/bucket/key`.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::rng::keyed;

/// Every part but the last has at least 5 MiB (S3 user guide, "Multipart upload limits").
const LEAST_PART: usize = 5 * 1024 * 1024;

/// An object of a bucket.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) bytes: Vec<u8>,
    /// The number of the write that made it: each write is a simulated second.
    pub(crate) written: u64,
}

/// Why an upload is not completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UploadError {
    /// No upload of that id is open.
    Unknown,
    /// The completion names no part.
    NoParts,
    /// The parts are not in ascending order.
    Order,
    /// A part was not sent, or not with that tag.
    InvalidPart,
    /// A part that is not the last is too small.
    TooSmall,
}

/// The objects and uploads of one simulation: every bucket name is one.
#[derive(Debug, Default)]
pub(crate) struct Objects(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    objects: BTreeMap<String, Object>,
    uploads: BTreeMap<String, BTreeMap<u32, Vec<u8>>>,
    /// Completed uploads, with the parts that were named.
    completed: BTreeMap<String, Vec<(u32, String)>>,
    begun: u64,
    writes: u64,
}

impl Objects {
    pub(crate) fn get(&self, path: &str) -> Option<Vec<u8>> {
        self.lock().objects.get(path).map(|object| object.bytes.clone())
    }

    pub(crate) fn put(&self, path: &str, bytes: Vec<u8>) {
        self.lock().put(path.to_owned(), bytes);
    }

    /// Reads all objects, ordered by path.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&BTreeMap<String, Object>) -> T) -> T {
        read(&self.lock().objects)
    }

    /// Begins an upload and returns its id.
    pub(crate) fn begin_upload(&self) -> String {
        let mut state = self.lock();
        state.begun += 1;
        let id = format!("upload-{}", state.begun);
        state.uploads.insert(id.clone(), BTreeMap::new());
        id
    }

    /// Stores a part in the place of an earlier one with the same number.
    pub(crate) fn put_part(
        &self,
        id: &str,
        number: u32,
        bytes: Vec<u8>,
    ) -> Result<(), UploadError> {
        let mut state = self.lock();
        let parts = state.uploads.get_mut(id).ok_or(UploadError::Unknown)?;
        parts.insert(number, bytes);
        Ok(())
    }

    pub(crate) fn abort_upload(&self, id: &str) -> Result<(), UploadError> {
        self.lock().uploads.remove(id).map(|_| ()).ok_or(UploadError::Unknown)
    }

    /// Joins the named parts and no others into the object at `path`. The upload stays open where
    /// they cannot be joined. The same completion a second time succeeds and does nothing, as was
    /// measured on S3 (minio/minio#13318, adobe/S3Mock#2586): its first reply may have been lost.
    pub(crate) fn complete_upload(
        &self,
        path: &str,
        id: &str,
        named: &[(u32, String)],
    ) -> Result<(), UploadError> {
        let mut state = self.lock();
        if state.completed.get(id).is_some_and(|before| before == named) {
            return Ok(());
        }
        let sent = state.uploads.get(id).ok_or(UploadError::Unknown)?;
        let bytes = joined(sent, named)?;
        state.uploads.remove(id);
        state.completed.insert(id.to_owned(), named.to_vec());
        state.put(path.to_owned(), bytes);
        Ok(())
    }

    /// Uploads that were neither completed nor aborted.
    pub(crate) fn open_uploads(&self) -> usize {
        self.lock().uploads.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn put(&mut self, path: String, bytes: Vec<u8>) {
        self.writes += 1;
        self.objects.insert(path, Object { bytes, written: self.writes });
    }
}

/// The tag of some bytes, without its quotes: only equal bytes have the same.
pub(crate) fn etag(bytes: &[u8]) -> String {
    format!("{:016x}", keyed(bytes).u64(..))
}

/// The named parts: in the order of their numbers, sent as they are named, each but the last large
/// enough.
fn joined(sent: &BTreeMap<u32, Vec<u8>>, named: &[(u32, String)]) -> Result<Vec<u8>, UploadError> {
    if named.is_empty() {
        return Err(UploadError::NoParts);
    }
    if named.windows(2).any(|pair| pair[0].0 >= pair[1].0) {
        return Err(UploadError::Order);
    }
    let part = |(number, tag): &(u32, String)| sent.get(number).filter(|part| etag(part) == *tag);
    let found: Option<Vec<_>> = named.iter().map(part).collect();
    let parts = found.ok_or(UploadError::InvalidPart)?;
    if parts[..parts.len() - 1].iter().any(|part| part.len() < LEAST_PART) {
        return Err(UploadError::TooSmall);
    }
    Ok(parts.into_iter().flatten().copied().collect())
}
