//! The answer of a run as it lies in the bucket, held against the truth: every target once, counts
//! that say the same, exactly the true rows of the targets that succeeded.

use std::collections::BTreeMap;

use org_operator_testkit::Outcome;
use org_operator_testkit::execution::rows;
use org_operator_testkit::simulation::truth::{self, Fate, Row};
use org_operator_testkit::simulation::world::{Account, World};
use serde_json::{Value, json};

use super::drive::Drive;

/// The folder of the run.
pub const FOLDER: &str = "runs/internet-routes/campaign";

/// A row of `coverage.csv`.
#[derive(Debug, Clone)]
pub struct Covered {
    /// The account.
    pub account: String,
    /// Its name.
    pub name: String,
    /// The Region.
    pub region: String,
    /// `SUCCEEDED`, `SKIPPED` or `FAILED`.
    pub status: String,
    /// The error kind, or nothing.
    pub error: String,
    /// The error in words.
    pub message: String,
    /// How many rows it has.
    pub records: usize,
}

/// The answer of a run.
#[derive(Debug)]
pub struct Answer {
    /// Every target.
    pub coverage: Vec<Covered>,
    rows: Vec<Row>,
    summary: Value,
}

/// The file of the run that is written when all others are.
#[must_use]
pub fn summary(drive: &Drive) -> Option<Vec<u8>> {
    drive.object(&format!("{FOLDER}/summary.json"))
}

impl Answer {
    /// What the run has written.
    ///
    /// # Errors
    /// Where a file is missing or cannot be read.
    pub fn read(drive: &Drive) -> Outcome<Self> {
        let file = |name: &str| {
            let bytes = drive.object(&format!("{FOLDER}/{name}"));
            bytes.ok_or_else(|| format!("there is no {name}"))
        };
        let coverage = rows(&file("coverage.csv")?)?;
        Ok(Self {
            coverage: coverage.iter().map(Covered::read).collect::<Outcome<_>>()?,
            rows: rows(&file("internet-routes.csv")?)?,
            summary: serde_json::from_slice(&file("summary.json")?)?,
        })
    }

    /// Whether the answer is whole and true in all that is said of targets that did not fail.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn is_whole(&self, drive: &Drive) -> Outcome<()> {
        self.has_every_target(drive)?;
        self.counts()?;
        self.has_true_rows(drive)
    }

    /// Whether the step's output is what lies in the bucket.
    ///
    /// # Errors
    /// Where it is not.
    pub fn is(&self, output: &Value) -> Outcome<()> {
        if *output == self.summary {
            return Ok(());
        }
        Err(format!("the output is {output}, summary.json says {}", self.summary).into())
    }

    /// Every target once, in order.
    fn has_every_target(&self, drive: &Drive) -> Outcome<()> {
        let world = &drive.simulation.world;
        let active = world.accounts.iter().filter(|account| account.is_active());
        let mut regions: Vec<&String> = world.shape.regions.iter().collect();
        regions.sort();
        let expected: Vec<(&String, &String)> =
            active.flat_map(|a| regions.iter().map(move |region| (&a.id, *region))).collect();
        let covered: Vec<_> = self.coverage.iter().map(|c| (&c.account, &c.region)).collect();
        if covered != expected {
            return Err(format!("the coverage has {covered:?}, the run {expected:?}").into());
        }
        Ok(())
    }

    /// The summary's counts are those of the coverage.
    fn counts(&self) -> Outcome<()> {
        let count = |status: &str| self.coverage.iter().filter(|c| c.status == status).count();
        let mut errors = BTreeMap::<&str, usize>::new();
        for covered in self.coverage.iter().filter(|covered| !covered.error.is_empty()) {
            *errors.entry(&covered.error).or_default() += 1;
        }
        let failed = count("FAILED");
        let counted = json!({
            "Status": if failed == 0 { "COMPLETE" } else { "PARTIAL" },
            "Targets": self.coverage.len(),
            "Succeeded": count("SUCCEEDED"),
            "Skipped": count("SKIPPED"),
            "Failed": failed,
            "Records": self.rows.len(),
            "Errors": errors,
        });
        for (name, counted) in counted.as_object().into_iter().flatten() {
            if self.summary[name] != *counted {
                return Err(format!("{name}: {} is not {counted}", self.summary[name]).into());
            }
        }
        Ok(())
    }

    /// The rows of the targets that succeeded, and no others, nothing twice.
    fn has_true_rows(&self, drive: &Drive) -> Outcome<()> {
        let world = &drive.simulation.world;
        let mut expected = Vec::new();
        for covered in self.coverage.iter().filter(|c| c.status == "SUCCEEDED") {
            let account = account(world, &covered.account)?;
            let rows = truth::routes(world, account, &covered.region);
            if rows.len() != covered.records {
                return Err(format!("{covered}: not {} records", rows.len()).into());
            }
            expected.extend(rows);
        }
        let expected: Vec<Row> =
            expected.iter().map(|row| row.iter().map(|cell| truth::cell(cell)).collect()).collect();
        if self.rows != expected {
            let (found, wanted) = (self.rows.len(), expected.len());
            return Err(format!("{found} rows are not the {wanted} true ones").into());
        }
        Ok(())
    }
}

impl Covered {
    fn read(row: &Row) -> Outcome<Self> {
        let [account, name, region, status, error, message, records, ..] = row.as_slice() else {
            return Err(format!("{row:?} is no row of a coverage").into());
        };
        let [account, name, region, status, error, message] =
            [account, name, region, status, error, message].map(String::clone);
        let records = records.parse()?;
        Ok(Self { account, name, region, status, error, message, records })
    }

    /// What must become of the target where no fault strikes it.
    ///
    /// # Errors
    /// Where there is no such account.
    pub fn fate(&self, drive: &Drive) -> Outcome<Fate> {
        let world = &drive.simulation.world;
        Ok(truth::fate(world, account(world, &self.account)?, &self.region))
    }

    /// Whether all that is said of the target is so.
    ///
    /// # Errors
    /// Where there is no such account.
    pub fn is_true(&self, drive: &Drive) -> Outcome<bool> {
        let (world, fate) = (&drive.simulation.world, self.fate(drive)?);
        let name = truth::cell(&account(world, &self.account)?.name);
        Ok((fate.status, fate.error, name) == (&self.status, &self.error, self.name.clone()))
    }
}

impl std::fmt::Display for Covered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { account, region, status, error, message, records, .. } = self;
        write!(f, "{account} {region}: {status} {error} ({message}), {records} records")
    }
}

fn account<'a>(world: &'a World, id: &str) -> Outcome<&'a Account> {
    let number = world.number(id).ok_or_else(|| format!("{id} is no account"))?;
    Ok(&world.accounts[number])
}
