//! The file of the models: a line for people, an index, and deflated documents. Not what the documents say.

use std::collections::BTreeMap;

use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use serde::de::DeserializeOwned;

use crate::error::Damaged;

/// What the first line of a pack starts with; the number is the version of the format.
const MAGIC: &str = "org-operator models 1";

/// No document of a pack may be larger: ec2's, the largest, has a thirtieth of that.
const MAX_DOCUMENT: usize = 16 << 20;

/// Where a document starts among the documents, its deflated length and its own, in bytes.
type Entry = (usize, usize, usize);

/// A pack whose index has been read; its documents are inflated when they are asked for.
#[derive(Debug)]
pub(crate) struct Pack<'a> {
    /// The first line, which says how and from what the pack was made.
    pub(crate) title: &'a str,
    index: BTreeMap<String, Entry>,
    documents: &'a [u8],
}

impl<'a> Pack<'a> {
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self, Damaged> {
        let (title, rest) = line(bytes).ok_or(Damaged::Header("first line"))?;
        let title = std::str::from_utf8(title)
            .ok()
            .filter(|t| t.starts_with(MAGIC))
            .ok_or(Damaged::Header("first line"))?;
        let (index, documents) = line(rest).ok_or(Damaged::Header("index"))?;
        let index = serde_json::from_slice(index).map_err(|_| Damaged::Header("index"))?;
        Ok(Self { title, index, documents })
    }

    pub(crate) fn has(&self, document: &str) -> bool {
        self.index.contains_key(document)
    }

    /// The names of all documents, sorted.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.index.keys().map(String::as_str)
    }

    pub(crate) fn bytes(&self, document: &str) -> Result<Vec<u8>, Damaged> {
        let cut = || Damaged::Cut(document.to_owned());
        let deflate = || Damaged::Deflate(document.to_owned());
        let &(start, packed, length) =
            self.index.get(document).ok_or_else(|| Damaged::Missing(document.to_owned()))?;
        let end = start.checked_add(packed).ok_or_else(cut)?;
        let deflated = self.documents.get(start..end).ok_or_else(cut)?;
        let inflated = decompress_to_vec_zlib_with_limit(deflated, length.min(MAX_DOCUMENT))
            .map_err(|_| deflate())?;
        (inflated.len() == length).then_some(inflated).ok_or_else(deflate)
    }

    pub(crate) fn json<T: DeserializeOwned>(&self, document: &str) -> Result<T, Damaged> {
        let said = |source| Damaged::Json { document: document.to_owned(), source };
        serde_json::from_slice(&self.bytes(document)?).map_err(said)
    }
}

/// The first line of `bytes` without its end, and what comes after.
fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    Some((&bytes[..end], &bytes[end + 1..]))
}

#[cfg(test)]
mod tests;
