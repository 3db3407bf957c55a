//! The answer of a run as it lies in the bucket, held against the truth: every target once, counts
//! that say the same, exactly the true rows of the targets that succeeded, and what changed.

use std::collections::BTreeMap;

use aws_sim::{MemberAccount, oracle, oracle::ExpectedOutcome, oracle::Row};
use org_operator_testkit::TestResult;
use org_operator_testkit::execution::rows;
use serde_json::{Map, Value, json};

use super::RUN;
use super::drive::Drive;
use super::history::columns;

/// The answer of a run.
#[derive(Debug)]
pub struct Answer {
    /// Every target.
    pub coverage: Vec<Covered>,
    rows: Vec<Row>,
    lines: Vec<Value>,
    changes: Vec<Row>,
    summary: Value,
}

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

/// A file of the run.
#[must_use]
pub fn file(drive: &Drive, name: &str) -> Option<Vec<u8>> {
    drive.object(&format!("runs/{}/{RUN}/{name}", drive.schedule.asked.operation))
}

impl Answer {
    /// What the run has written.
    ///
    /// # Errors
    /// Where a file is missing or cannot be read.
    pub fn read(drive: &Drive) -> TestResult<Self> {
        let file = |name: &str| file(drive, name).ok_or_else(|| format!("there is no {name}"));
        let operation = drive.schedule.asked.operation;
        let coverage = rows(&file("coverage.csv")?)?;
        let lines = String::from_utf8(file(&format!("{operation}.jsonl"))?)?;
        Ok(Self {
            coverage: coverage.iter().map(Covered::read).collect::<TestResult<_>>()?,
            rows: rows(&file(&format!("{operation}.csv"))?)?,
            lines: lines.lines().map(serde_json::from_str).collect::<Result<_, _>>()?,
            changes: rows(&file("changes.csv")?)?,
            summary: serde_json::from_slice(&file("summary.json")?)?,
        })
    }

    /// Whether the answer is whole, and true in all that is said of targets that did not fail.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn is_whole(&self, drive: &Drive) -> TestResult<()> {
        self.has_every_target(drive)?;
        self.has_true_rows(drive)?;
        self.has_true_changes(drive)?;
        self.counts(drive)
    }

    /// Whether the step's output is what lies in the bucket.
    ///
    /// # Errors
    /// Where it is not.
    pub fn is(&self, output: &Value) -> TestResult<()> {
        same("the output and summary.json", output, &self.summary)
    }

    /// Every target once, in order, and `accounts.csv` selects their accounts.
    fn has_every_target(&self, drive: &Drive) -> TestResult<()> {
        let targets = &drive.schedule.asked.targets;
        let expected: Vec<_> = targets.iter().map(|t| (&t.account, &t.region)).collect();
        let covered: Vec<_> = self.coverage.iter().map(|c| (&c.account, &c.region)).collect();
        same("the coverage's targets", &covered, &expected)?;
        let accounts = rows(&file(drive, "accounts.csv").ok_or("there is no accounts.csv")?)?;
        same("the accounts", &accounts.len(), &(drive.simulation.world.accounts.len() + 1))?;
        let selected = accounts.iter().filter(|row| row[3] == "true").map(|row| &row[0]);
        let mut expected: Vec<&String> = targets.iter().map(|t| &t.account).collect();
        expected.dedup();
        same("the selected accounts", &selected.collect(), &expected)
    }

    /// The summary's counts are those of the files.
    fn counts(&self, drive: &Drive) -> TestResult<()> {
        let count = |status: &str| self.coverage.iter().filter(|c| c.status == status).count();
        let mut errors = BTreeMap::<&str, usize>::new();
        for covered in self.coverage.iter().filter(|covered| !covered.error.is_empty()) {
            *errors.entry(&covered.error).or_default() += 1;
        }
        let compared = drive.schedule.history.is_some();
        let changed = |kind: &str| {
            let changes = self.changes.iter().filter(|row| row[0] == kind).count();
            compared.then_some(changes)
        };
        let counted = json!({
            "Status": if count("FAILED") == 0 { "COMPLETE" } else { "PARTIAL" },
            "Targets": self.coverage.len(),
            "Succeeded": count("SUCCEEDED"),
            "Skipped": count("SKIPPED"),
            "Failed": count("FAILED"),
            "Records": self.rows.len(),
            "Errors": errors,
            "Added": changed("added"),
            "Removed": changed("removed"),
            "PreviousRunId": compared.then_some("before"),
        });
        for (name, counted) in counted.as_object().into_iter().flatten() {
            same(name, &self.summary[name], counted)?;
        }
        Ok(())
    }

    /// The true rows of a target that succeeded; none of another.
    fn true_rows(drive: &Drive, covered: &Covered) -> Vec<Row> {
        let account = covered.known(drive).filter(|_| covered.status == "SUCCEEDED");
        let (world, question) = (&drive.simulation.world, drive.schedule.asked.question);
        let rows = account.map(|a| oracle::rows(world, question, a, &covered.region));
        rows.unwrap_or_default()
    }

    /// The rows of the targets that succeeded, and no others, nothing twice, in both files.
    fn has_true_rows(&self, drive: &Drive) -> TestResult<()> {
        let mut expected = Vec::new();
        for covered in &self.coverage {
            let rows = Self::true_rows(drive, covered);
            if rows.len() != covered.records && covered.status == "SUCCEEDED" {
                return Err(format!("{covered}: not {} records", rows.len()).into());
            }
            expected.extend(rows);
        }
        let columns = columns(drive.schedule.asked.question);
        let line = |row: &Row| {
            let pairs = columns.iter().zip(row);
            let pairs = pairs.map(|(name, cell)| ((*name).clone(), json!(cell)));
            Value::Object(pairs.collect::<Map<_, _>>())
        };
        same("the lines", &self.lines, &expected.iter().map(line).collect())?;
        same("the rows", &self.rows, &expected.iter().map(written).collect())
    }

    /// What changed since the run before, over the targets that succeeded in both.
    fn has_true_changes(&self, drive: &Drive) -> TestResult<()> {
        let mut expected = Vec::new();
        let Some(history) = &drive.schedule.history else {
            return same("the changes", &self.changes, &expected);
        };
        for covered in self.coverage.iter().filter(|c| c.status == "SUCCEEDED") {
            let now = Self::true_rows(drive, covered).into_iter().map(|row| row[3..].to_vec());
            let target = (covered.account.clone(), covered.region.clone());
            for (kind, cells) in history.changes(&target, &now.collect::<Vec<_>>()) {
                let name = covered.known(drive).map_or("", |account| account.name.as_str());
                let head = [kind, &covered.account, name, &covered.region].map(str::to_owned);
                expected.push(written(&[head.to_vec(), cells].concat()));
            }
        }
        same("the changes", &self.changes, &expected)
    }
}

fn written(row: &Row) -> Row {
    row.iter().map(|cell| oracle::csv_cell(cell)).collect()
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, expected: &T) -> TestResult<()> {
    if found == expected {
        return Ok(());
    }
    let short = |value: &T| format!("{value:?}").chars().take(2_000).collect::<String>();
    Err(format!("{what}: {}\n  is not {}", short(found), short(expected)).into())
}

impl Covered {
    fn read(row: &Row) -> TestResult<Self> {
        let [account, name, region, status, error, message, records, ..] = row.as_slice() else {
            return Err(format!("{row:?} is no row of a coverage").into());
        };
        let [account, name, region, status, error, message] =
            [account, name, region, status, error, message].map(String::clone);
        let records = records.parse()?;
        Ok(Self { account, name, region, status, error, message, records })
    }

    /// The member account; the management account is none.
    fn known<'a>(&self, drive: &'a Drive) -> Option<&'a MemberAccount> {
        drive.simulation.world.account(&self.account)
    }

    /// What must become of the target where no fault strikes it. The management account has no
    /// member role.
    #[must_use]
    pub fn fate(&self, drive: &Drive) -> ExpectedOutcome {
        let Some(account) = self.known(drive) else {
            return ExpectedOutcome { status: "FAILED", error: "AssumeRoleDenied" };
        };
        let regions = drive.schedule.asked.regions(&self.account);
        oracle::expected_outcome_among(&drive.simulation.world, account, &self.region, &regions)
    }

    /// Whether all that is said of the target is so.
    #[must_use]
    pub fn is_true(&self, drive: &Drive) -> bool {
        let mut targets = drive.schedule.asked.targets.iter();
        let target = targets.find(|t| (&t.account, &t.region) == (&self.account, &self.region));
        let named = target.is_some_and(|target| oracle::csv_cell(&target.name) == self.name);
        let fate = self.fate(drive);
        named && (fate.status, fate.error) == (&self.status, &self.error)
    }
}

impl std::fmt::Display for Covered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { account, region, status, error, message, records, .. } = self;
        write!(f, "{account} {region}: {status} {error} ({message}), {records} records")
    }
}
