//! The recorded answers to one call: those of each file, and those where there is nothing.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::call::{Asked, KnownCall};
use crate::fixture::Answer;
use crate::mistake::Mistake;
use crate::wire::Wire;

/// A call, with the answers of each file that has any to it.
#[derive(Debug)]
pub(super) struct RecordedCall {
    pub(super) call: KnownCall,
    pub(super) actions: Vec<String>,
    /// By the file's path.
    of_files: BTreeMap<PathBuf, Vec<Prepared>>,
    /// The answers where there is nothing.
    of_nothing: Vec<Prepared>,
}

/// An answer, ready to be sent.
#[derive(Debug)]
struct Prepared {
    asking: Vec<String>,
    pages: Vec<Wire>,
}

impl RecordedCall {
    pub(super) fn new(to: &str) -> Result<Self, Mistake> {
        let call = KnownCall::find(to)?;
        let actions = call.service.actions(&call.name).unwrap_or_default();
        Ok(Self { call, actions, of_files: BTreeMap::new(), of_nothing: Vec::new() })
    }

    pub(super) fn record(
        &mut self,
        path: &Path,
        answer: &Answer,
        is_empty: bool,
    ) -> Result<(), Mistake> {
        let (asking, pages) = (answer.asking.clone(), self.call.pages(answer)?);
        let prepared = Prepared { asking, pages };
        if is_empty {
            self.of_nothing.push(prepared);
        } else {
            self.of_files.entry(path.to_owned()).or_default().push(prepared);
        }
        Ok(())
    }

    /// The page that `asked` gets where there is nothing, or nothing where no file says so.
    pub(super) fn page_of_nothing(&self, asked: &Asked) -> Option<&Wire> {
        let answer = self.of_nothing.iter().find(|answer| asked.has(&answer.asking))?;
        answer.pages.get(asked.page(answer.pages.len()))
    }

    /// The page that `asked` gets in a target, or nothing where no file has an answer to it.
    pub(super) fn page(&self, asked: &Asked, target: (&str, &str)) -> Option<&Wire> {
        let of_file = |(path, answers): (&'_ PathBuf, &'_ Vec<Prepared>)| {
            let at = answers.iter().position(|answer| asked.has(&answer.asking))?;
            Some((turn(path, target), path.clone(), at))
        };
        let (_, path, at) = self.of_files.iter().filter_map(of_file).min()?;
        let pages = &self.of_files.get(&path)?.get(at)?.pages;
        pages.get(asked.page(pages.len()))
    }
}

/// A file's place among others in a target: the lowest goes first.
fn turn(path: &Path, target: (&str, &str)) -> u64 {
    hashed(&(path.file_name(), target))
}

/// A number that is always the same for the same value, spread over the whole range.
pub(super) fn hashed(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
