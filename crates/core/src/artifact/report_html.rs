//! `report.html`: the run as one page for a browser. What the page looks like is the report crate's;
//! here is what it holds of a run.

use org_operator_report::{Column, List, Meta, Page, Target};
use serde_json::Value;

use super::sink::{ArtifactSink, Buffer, RunFacts};
use crate::contract::coverage_row::CoverageRow;
use crate::contract::record_row::{ChangeRow, RecordRow};
use crate::contract::summary::Summary;
use crate::error::{Error, ErrorKind};
use crate::model::id::AccountId;
use crate::model::spec::{self, Spec};

/// The columns that order a network, outermost first.
const NETWORK: [&str; 3] = ["vpc_id", "route_table_id", "gateway_id"];

struct ReportHtml {
    page: Page,
    /// The targets of the account that is being written: the page takes an account at once.
    targets: Vec<CoverageRow>,
}

/// Begins the page of a run.
///
/// # Errors
/// `Internal` where it cannot be written.
pub fn open(facts: &RunFacts<'_>) -> Result<Box<dyn ArtifactSink>, Error> {
    let page = Page::begin(&meta(facts)).map_err(Error::internal)?;
    Ok(Box::new(ReportHtml { page, targets: Vec::new() }))
}

fn meta(facts: &RunFacts<'_>) -> Meta {
    let RunFacts { spec, run_id, parameters, partition, beside, origin, resumed_as, portal } =
        *facts;
    let columns = spec.columns.iter().chain(beside);
    let remedies = ErrorKind::ALL.iter();
    let parameters = Some(parameters).filter(|parameters| !parameters.is_empty());
    Meta {
        operation: spec.name.clone(),
        columns: columns
            .map(|c| Column { name: c.name.clone(), meaning: c.meaning.clone() })
            .collect(),
        levels: levels(spec),
        lists: spec.lists.iter().map(list).collect(),
        partition: partition.as_str().to_owned(),
        portal: portal.map(|portal| portal.as_str().to_owned()),
        parameters: parameters.map(|set| Value::from(set.clone()).to_string()).unwrap_or_default(),
        resume: origin.resume(resumed_as, run_id),
        remedies: remedies.map(|k| (k.name().to_owned(), k.remedy().to_owned())).collect(),
        ..Meta::default()
    }
}

fn list(declared: &spec::List) -> List {
    let spec::List { title, of, about, lines } = declared.clone();
    List { title, of, about, lines }
}

/// The levels of the topology below a Region: those of a network that the operation has, then what
/// tells its records apart.
fn levels(spec: &Spec) -> Vec<String> {
    let has = |name: &&str| spec.columns.iter().any(|column| column.name == *name);
    let network: Vec<&str> = NETWORK.into_iter().filter(has).collect();
    let key = spec.key.iter().map(String::as_str).filter(|name| !network.contains(name));
    network.iter().copied().chain(key).map(str::to_owned).collect()
}

impl ReportHtml {
    /// Gives the page the account before `next`, where that is another one.
    fn end_account(&mut self, next: Option<&AccountId>) -> Result<(), Error> {
        let Some(CoverageRow { account_id, account_name, unit_path, .. }) = self.targets.first()
        else {
            return Ok(());
        };
        if next == Some(account_id) {
            return Ok(());
        }
        let targets: Vec<Target<'_>> = self.targets.iter().map(target).collect();
        let account = (account_id.as_str(), account_name.as_str(), unit_path.as_str());
        self.page.account(account, &targets).map_err(Error::internal)?;
        self.targets.clear();
        Ok(())
    }
}

/// The record's cells, and what stands beside them.
fn cells<'r>(row: &'r RecordRow<'_>) -> Vec<&'r str> {
    row.cells.iter().chain(row.beside.iter()).map(String::as_str).collect()
}

fn target(row: &CoverageRow) -> Target<'_> {
    Target {
        region: row.region.as_str(),
        status: row.status.name(),
        kind: &row.error,
        message: &row.message,
        expected: &row.expected,
        records: row.records,
    }
}

impl ArtifactSink for ReportHtml {
    fn record(&mut self, row: &RecordRow<'_>) -> Result<(), Error> {
        self.end_account(Some(&row.account_id))?;
        let cells = cells(row);
        self.page.record(row.region.as_str(), &cells).map_err(Error::internal)
    }

    fn change(&mut self, row: &ChangeRow<'_>) -> Result<(), Error> {
        let record = &row.record;
        self.end_account(Some(&record.account_id))?;
        self.page.change(row.change.name(), record.region.as_str(), &cells(record));
        Ok(())
    }

    fn target(&mut self, row: &CoverageRow) -> Result<(), Error> {
        self.end_account(Some(&row.account_id))?;
        self.targets.push(row.clone());
        Ok(())
    }

    fn finish(&mut self, summary: &Summary) -> Result<(), Error> {
        self.end_account(None)?;
        let value = serde_json::to_value(summary).map_err(Error::internal)?;
        self.page.finish(&value).map_err(Error::internal)
    }

    fn buffer(&mut self) -> &mut dyn Buffer {
        &mut self.page
    }
}

impl Buffer for Page {
    fn buffered(&self) -> usize {
        Page::buffered(self)
    }

    fn take(&mut self) -> Result<Vec<u8>, Error> {
        Ok(Page::take(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::sink::Origin;
    use crate::model::id::RunId;
    use crate::model::region::Partition;

    #[test]
    fn a_page_has_the_lists_that_its_operation_declares() {
        let declared = spec::List {
            title: "VPC peerings".to_owned(),
            of: "peering_id".to_owned(),
            about: vec!["status".to_owned()],
            lines: vec![vec!["requester_account".to_owned(), "requester_vpc".to_owned()]],
        };
        let spec = Spec { lists: vec![declared], ..Spec::default() };
        let facts = RunFacts {
            spec: &spec,
            run_id: &RunId::parse("r1").unwrap(),
            parameters: &serde_json::Map::new(),
            partition: Partition::Commercial,
            beside: &[],
            origin: Origin::Local,
            resumed_as: "x",
            portal: None,
        };
        let shown = serde_json::to_value(&meta(&facts).lists).unwrap();
        assert_eq!(
            shown,
            serde_json::json!([{"title": "VPC peerings", "of": "peering_id", "about": ["status"],
                "lines": [["requester_account", "requester_vpc"]]}])
        );
    }
}
