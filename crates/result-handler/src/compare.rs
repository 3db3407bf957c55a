//! Two runs compared by their artifacts: what `changes.csv` has about a run and the previous one,
//! for any two.

use org_operator_core::Error;
use org_operator_core::artifact::{Folder, MANIFEST};
use org_operator_core::model::spec::Spec;
use org_operator_core::ports::{Artifacts, find};
use org_operator_core::report::account_targets::{AccountTargets, ManifestAccounts};
use org_operator_core::report::changes::Change;

use crate::previous::Previous;

/// A run that has been written.
#[derive(Debug, Clone)]
pub struct Written<A> {
    /// The store with the run's artifacts.
    pub artifacts: A,
    /// The run's folder in the store.
    pub folder: Folder,
}

/// Gives `take` the changes from `before` to `after`, account by account, over the targets that
/// succeeded in both. Memory holds one account.
///
/// # Errors
/// `InvalidRequest` where a run's files are not there; what reading them gave; what `take` gave.
pub async fn compare<A: Artifacts>(
    before: &Written<A>,
    after: &Written<A>,
    spec: &Spec,
    mut take: impl FnMut(&AccountTargets, &[Change]) -> Result<(), Error> + Send,
) -> Result<(), Error> {
    // A target that is not in the later run did not succeed in both.
    let accounts = manifest(after).await?.into_targets();
    let (mut old, mut new) = (opened(before, spec).await?, opened(after, spec).await?);
    for targets in &accounts {
        let earlier = old.account(&targets.account_id).await?;
        let later = new.account(&targets.account_id).await?;
        take(targets, &earlier.until(later))?;
    }
    Ok(())
}

async fn opened<A: Artifacts>(
    run: &Written<A>,
    spec: &Spec,
) -> Result<Previous<A::Download>, Error> {
    let previous = Previous::open(&run.artifacts, &run.folder, spec).await?;
    previous.ok_or_else(|| missing(run, "no records or no coverage"))
}

async fn manifest<A: Artifacts>(run: &Written<A>) -> Result<ManifestAccounts, Error> {
    let found = find(&run.artifacts, &run.folder.artifact(&MANIFEST)).await?;
    let bytes = found.ok_or_else(|| missing(run, "no manifest"))?;
    serde_json::from_slice(&bytes).map_err(|e| missing(run, &e.to_string()))
}

fn missing<A: Artifacts>(run: &Written<A>, why: &str) -> Error {
    let folder = run.artifacts.uri(&run.folder.key(""));
    Error::invalid(format!("{folder} is not a run that has been written: {why}"))
}
