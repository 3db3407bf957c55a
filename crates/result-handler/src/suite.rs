//! A suite run's answer: each operation's own files, then one page and one summary over all.

use org_operator_core::Error;
use org_operator_core::artifact::suite_index::{INDEX, page};
use org_operator_core::artifact::{Folder, SUITES, SUMMARY};
use org_operator_core::contract::document;
use org_operator_core::contract::plan::ResultEvent;
use org_operator_core::contract::summary::Summary;
use org_operator_core::input::path::FieldPath;
use org_operator_core::input::violation::Violations;
use org_operator_core::ports::{Artifacts, LedgerReader};
use org_operator_core::report::suite;
use org_operator_operations::suite::own_parameters;

use crate::ResultHandler;

impl<L: LedgerReader, A: Artifacts> ResultHandler<L, A> {
    /// Writes the files of every operation, and then the page and the summary over all: a suite run
    /// with a summary is complete. Operations are written one after the other, so that memory holds
    /// no more than for one.
    pub(crate) async fn suite(&self, event: &ResultEvent) -> Result<Summary, Error> {
        let mut summaries = Vec::with_capacity(event.operations.len());
        for own in self.events(event)? {
            let folder = self.suite_folder(&own.operation, event).in_suite();
            summaries.push(self.one(&own, &folder, Some(SUITES)).await?);
        }
        let folder = self.suite_folder(SUITES, event);
        let (index, own) = (folder.key(INDEX), folder.artifact(&SUMMARY));
        let uris = [&index, &own].map(|key| self.artifacts.uri(key)).to_vec();
        let summary = suite::summary(event.run_id.clone(), &summaries, uris);
        self.artifacts.put(&index, page(&summary).into_bytes()).await?;
        self.artifacts.put(&own, document::pretty(&summary)?).await?;
        Ok(summary)
    }

    fn suite_folder(&self, operation: &str, event: &ResultEvent) -> Folder {
        Folder::new(&self.results_prefix, operation, &event.run_id)
    }

    /// The event of each operation.
    ///
    /// # Errors
    /// `InvalidRequest` with every name that the catalogue does not have.
    fn events(&self, event: &ResultEvent) -> Result<Vec<ResultEvent>, Error> {
        let mut violations = Violations::default();
        let path = FieldPath::root().field("Operations");
        let mut events = Vec::new();
        for (i, name) in event.operations.iter().enumerate() {
            let found = self.catalogue.find_at(path.index(i), name, &mut violations);
            let Some(operation) = found else { continue };
            events.push(ResultEvent {
                operation: name.clone(),
                operations: Vec::new(),
                parameters: own_parameters(operation.spec(), &event.parameters),
                ..event.clone()
            });
        }
        violations.into_result("run plan", Some(events))
    }
}

#[cfg(test)]
#[path = "tests/suite.rs"]
mod tests;
