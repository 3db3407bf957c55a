//! A definition that is right: everything compiled that a run needs. Making one is `check`'s business, running it `run`'s.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::asked::Mask;
use crate::definition::{Cells, Column, Definition, Errors, Parameter, Scope};
use crate::path::Path;

/// A definition that was checked against the models.
#[derive(Debug, Clone)]
pub struct Checked {
    pub(crate) definition: Definition,
    pub(crate) scope: Scope,
    pub(crate) actions: Vec<String>,
    pub(crate) sources: Vec<CheckedSource>,
}

impl Checked {
    /// What the file says.
    #[must_use]
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// The operation's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.definition.name
    }

    /// The columns of its rows, in their order.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.definition.columns
    }

    /// The columns that tell two rows of a target apart; empty where a target has at most one row.
    #[must_use]
    pub fn key(&self) -> &[String] {
        &self.definition.key
    }

    /// What a run can set.
    #[must_use]
    pub fn parameters(&self) -> &[Parameter] {
        &self.definition.parameters
    }

    /// Where it runs: as the file says, or as the model says of the service.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// The IAM actions of all its calls, sorted.
    #[must_use]
    pub fn actions(&self) -> &[String] {
        &self.actions
    }

    /// Whether the file lets it run in `region`.
    #[must_use]
    pub fn runs_in(&self, region: &str) -> bool {
        let regions = &self.definition.regions;
        regions.is_empty() || regions.iter().any(|known| known == region)
    }
}

/// A source whose calls and paths are compiled.
#[derive(Debug, Clone)]
pub(crate) struct CheckedSource {
    pub(crate) before: Option<CheckedBefore>,
    pub(crate) call: CheckedCall,
    pub(crate) rows: Path,
    pub(crate) steps: Vec<Step>,
    pub(crate) answers: BTreeMap<String, Option<Cells>>,
    /// The path of each column, in the columns' order; `None` where the source has none for it.
    pub(crate) cells: Vec<Option<Path>>,
}

impl CheckedSource {
    /// The calls for which the answer to an earlier, identical call will do.
    pub(crate) fn shareable_calls(&self) -> impl Iterator<Item = &CheckedCall> {
        let beside = self.steps.iter().filter_map(|step| match step {
            Step::Listing(listing) => Some(&listing.call),
            Step::Keep(_) | Step::Nested(_) | Step::FollowUp(_) => None,
        });
        [&self.call].into_iter().chain(beside).filter(|call| call.is_shareable)
    }
}

/// A call whose service, operation and input are right.
#[derive(Debug, Clone)]
pub(crate) struct CheckedCall {
    pub(crate) service: String,
    pub(crate) operation: String,
    pub(crate) input: Map<String, Value>,
    /// Whether the answer to an earlier, identical call will do.
    pub(crate) is_shareable: bool,
    /// Whether the service can say whether it is allowed without doing it.
    pub(crate) dry_run: bool,
    /// What is kept of its answers.
    pub(crate) mask: Mask,
}

/// What is done with the rows, one thing after the other.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// The rows that do not hold go.
    Keep(Path),
    /// Each row makes way for the items of a list in it.
    Nested(Path),
    /// A second listing is asked for and matched with the rows.
    Listing(CheckedListing),
    /// A call is made for each row.
    FollowUp(CheckedFollowUp),
}

/// A second listing, compiled.
#[derive(Debug, Clone)]
pub(crate) struct CheckedListing {
    pub(crate) name: String,
    pub(crate) call: CheckedCall,
    pub(crate) rows: Option<Path>,
    pub(crate) on: Option<(Path, Path)>,
    pub(crate) errors: Errors,
}

/// A call for each row, compiled.
#[derive(Debug, Clone)]
pub(crate) struct CheckedFollowUp {
    pub(crate) name: String,
    pub(crate) call: CheckedCall,
    pub(crate) bind: Vec<(String, Path)>,
    pub(crate) when: Option<Path>,
    pub(crate) over: Option<Path>,
    pub(crate) rows: Option<Path>,
    pub(crate) errors: Errors,
}

/// A call before the listing, compiled.
#[derive(Debug, Clone)]
pub(crate) struct CheckedBefore {
    pub(crate) call: CheckedCall,
    pub(crate) until: Option<Path>,
}
