//! The streamed artifacts of a run while they grow: every sink of the list with its upload, and the
//! counts over all of them.

use org_operator_core::Error;
use org_operator_core::artifact::sink::{ArtifactSink, RunFacts};
use org_operator_core::artifact::{Artifact, Folder, TableFile};
use org_operator_core::contract::ledger::LedgerRecord;
use org_operator_core::contract::summary::Summary;
use org_operator_core::exceptions::Exceptions;
use org_operator_core::ports::{Artifacts, Upload};
use org_operator_core::report::account_targets::AccountTargets;
use org_operator_core::report::changes::{Change, record_row};
use org_operator_core::report::coverage::CoveredTarget;
use org_operator_core::report::tally::Tally;

use crate::judge::Judge;

/// A sink's bytes are collected up to about this many before they go to its upload.
const CHUNK: usize = 64 * 1024;

/// The streamed artifacts of a run.
pub(crate) struct Export<U> {
    writers: Vec<ArtifactWriter<U>>,
    tally: Tally,
    judge: Judge,
}

impl<U: Upload> Export<U> {
    /// Begins every artifact that has a sink, and the files for SQL where it is known on which `day`
    /// the run was planned. The run expects what `exceptions` say.
    pub(crate) fn new<A: Artifacts<Upload = U>>(
        artifacts: &A,
        folder: &Folder,
        facts: &RunFacts<'_>,
        day: Option<&str>,
        exceptions: Option<Exceptions>,
    ) -> Result<Self, Error> {
        let of_run = |artifact: &Artifact| Some((folder.artifact(artifact), artifact.sink?));
        let streamed = Artifact::ALL.iter().filter_map(of_run);
        let tables = day.into_iter().flat_map(|day| {
            TableFile::OF_RECORDS.iter().map(move |table| (folder.table(table, day), table.sink))
        });
        let writers = streamed
            .chain(tables)
            .map(|(key, open)| Ok(ArtifactWriter::new(open(facts)?, artifacts.upload(&key))));
        let (tally, judge) = (Tally::default(), Judge::new(exceptions, facts));
        Ok(Self { writers: writers.collect::<Result<_, Error>>()?, tally, judge })
    }

    /// Writes a record to every artifact that takes records.
    pub(crate) async fn record(
        &mut self,
        targets: &AccountTargets,
        entry: &LedgerRecord,
    ) -> Result<(), Error> {
        let judgement = self.judge.record(targets, &entry.region, &entry.record.key);
        let mut row = record_row(targets, &entry.region, &entry.record.cells);
        row.beside = self.judge.beside(targets, judgement);
        for writer in &mut self.writers {
            writer.sink.record(&row)?;
            writer.advance().await?;
        }
        self.tally.record(judgement);
        Ok(())
    }

    /// Writes an account's changes.
    pub(crate) async fn changes(
        &mut self,
        targets: &AccountTargets,
        changes: &[Change],
    ) -> Result<(), Error> {
        for change in changes {
            let judgement = self.judge.change(targets, change);
            let mut row = change.row(targets);
            row.record.beside = self.judge.beside(targets, judgement);
            for writer in &mut self.writers {
                writer.sink.change(&row)?;
                writer.advance().await?;
            }
            self.tally.change(targets, change, judgement);
        }
        Ok(())
    }

    /// Writes what became of an account's targets.
    pub(crate) async fn coverage(
        &mut self,
        targets: &AccountTargets,
        covered: &[CoveredTarget],
    ) -> Result<(), Error> {
        for target in covered {
            let judgement = self.judge.target(targets, target);
            let mut row = target.row(targets);
            judgement.reason().clone_into(&mut row.expected);
            for writer in &mut self.writers {
                writer.sink.target(&row)?;
                writer.advance().await?;
            }
            self.tally.target(targets, target, judgement);
        }
        self.tally.account(targets);
        Ok(())
    }

    /// Completes the artifacts, and gives the summary that `summarize` makes of the counts.
    pub(crate) async fn finish(
        self,
        summarize: impl FnOnce(Tally) -> Summary,
    ) -> Result<Summary, Error> {
        let summary = summarize(self.tally);
        for writer in self.writers {
            writer.finish(&summary).await?;
        }
        Ok(summary)
    }
}

/// A sink with the upload that its bytes go to.
pub struct ArtifactWriter<U> {
    /// What makes the bytes.
    pub sink: Box<dyn ArtifactSink>,
    upload: U,
}

impl<U: Upload> ArtifactWriter<U> {
    /// A writer of what `sink` makes, into `upload`.
    pub fn new(sink: Box<dyn ArtifactSink>, upload: U) -> Self {
        Self { sink, upload }
    }

    /// Moves the sink's bytes on where enough have been collected.
    ///
    /// # Errors
    /// What the sink or the upload returned.
    pub async fn advance(&mut self) -> Result<(), Error> {
        self.drain(CHUNK).await
    }

    /// Adds what comes after the last account, and completes the artifact.
    ///
    /// # Errors
    /// What the sink or the upload returned.
    pub async fn finish(mut self, summary: &Summary) -> Result<(), Error> {
        self.sink.finish(summary)?;
        self.drain(0).await?;
        self.upload.finish().await
    }

    async fn drain(&mut self, limit: usize) -> Result<(), Error> {
        let buffer = self.sink.buffer();
        if buffer.buffered() <= limit {
            return Ok(());
        }
        let bytes = buffer.take()?;
        self.upload.write(&bytes).await
    }
}
