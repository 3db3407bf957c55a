//! The exceptions that a run goes by: read from the deployment's `exceptions.toml` or given, and kept
//! in the run's folder, so that writing the run again gives the same. What they are for is
//! `org_operator_core::exceptions`'.

use org_operator_core::artifact::{EXCEPTIONS, Folder, exceptions_key};
use org_operator_core::contract::document;
use org_operator_core::exceptions::{Day, EXPECTED, Exception, Exceptions, read};
use org_operator_core::input::violation::Violations;
use org_operator_core::model::spec::Spec;
use org_operator_core::ports::{Artifacts, Clock, find};
use org_operator_core::{Error, ErrorKind};
use org_operator_definition::toml_with_lines;

use crate::Fanout;

/// Where the exceptions of a run come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExceptionSource {
    /// From `exceptions.toml` below the prefix of all runs, where there is one.
    Stored,
    /// They are these; `None` where the run has none, or keeps those that it has.
    Given(Option<Vec<Exception>>),
}

/// The exceptions in `text`; what is wrong with it is noted, each with its line and `name`, in this
/// order: of a long place only the beginning is shown.
pub fn read_exceptions(name: &str, text: &str, violations: &mut Violations) -> Vec<Exception> {
    let at = |line: Option<usize>| line.map(|line| format!("line {line}, ")).unwrap_or_default();
    let (value, lines) = match toml_with_lines(text) {
        Ok(parsed) => parsed,
        Err(faults) => {
            for fault in faults.iter() {
                let place = format!("{}{} of {name}", at(fault.line), fault.place);
                violations.note_text(place, fault.came.clone(), fault.allowed.clone());
            }
            return Vec::new();
        }
    };
    let mut found = Violations::default();
    let exceptions = read::exceptions(&value, &mut found);
    violations.extend(found, |path| {
        let place = path.to_string();
        format!("{}{place} of {name}", at(lines.of(&place)))
    });
    exceptions
}

impl<D, A: Artifacts, L, C: Clock> Fanout<D, A, L, C> {
    /// The exceptions of a run, or `None` where it has none; what is wrong with them is noted.
    pub(crate) async fn exceptions(
        &self,
        violations: &mut Violations,
    ) -> Result<Option<Vec<Exception>>, Error> {
        if let ExceptionSource::Given(given) = &self.settings.exceptions {
            return Ok(given.clone());
        }
        let key = exceptions_key(&self.settings.results_prefix);
        let Some(bytes) = find(&self.artifacts, &key).await? else { return Ok(None) };
        let uri = self.artifacts.uri(&key);
        let text = String::from_utf8(bytes).map_err(|e| Error::invalid(format!("{uri}: {e}")))?;
        Ok(Some(read_exceptions(&key, &text, violations)))
    }

    /// Writes the exceptions of a new run into its folder.
    pub(crate) async fn keep_exceptions(
        &self,
        folder: &Folder,
        exceptions: Option<Vec<Exception>>,
    ) -> Result<(), Error> {
        let Some(list) = exceptions else { return Ok(()) };
        let kept = Exceptions::new(Day::of(self.clock.now()), list);
        self.artifacts.put(&folder.artifact(&EXCEPTIONS), document::pretty(&kept)?).await
    }

    /// Writes the exceptions of a run that is resumed. Where the deployment has none any more,
    /// nothing is expected any more.
    pub(crate) async fn renew_exceptions(
        &self,
        folder: &Folder,
        exceptions: Option<Vec<Exception>>,
    ) -> Result<(), Error> {
        let key = folder.artifact(&EXCEPTIONS);
        let is_stored = self.settings.exceptions == ExceptionSource::Stored;
        let dropped =
            exceptions.is_none() && is_stored && self.artifacts.open(&key).await?.is_some();
        self.keep_exceptions(folder, exceptions.or(dropped.then(Vec::new))).await
    }
}

/// Refuses an operation that has a column of the name which the exceptions need.
///
/// # Errors
/// `InvalidRequest` with both names.
pub(crate) fn refuse_own_column(
    exceptions: Option<&[Exception]>,
    spec: &Spec,
) -> Result<(), Error> {
    let has_it = spec.columns.iter().any(|column| column.name == EXPECTED);
    if exceptions.is_none() || !has_it {
        return Ok(());
    }
    let name = &spec.name;
    let message = format!("`{name}` has a column `{EXPECTED}`, which a run with exceptions needs");
    Err(Error::new(ErrorKind::InvalidRequest, message))
}
