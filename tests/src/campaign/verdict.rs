//! Judging a run: every target once, the true outcome or a FAILED that names an injected fault,
//! and exactly the true rows of the targets that succeeded.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use org_operator_testkit::execution::rows;
use org_operator_testkit::simulation::call::Service;
use org_operator_testkit::simulation::faults::Fault;
use org_operator_testkit::simulation::meter::Struck;
use org_operator_testkit::simulation::truth::{self, Row};
use org_operator_testkit::simulation::world::{Access, Account};
use org_operator_testkit::{Failure, Outcome};
use serde_json::Value;

use super::Tally;
use super::drive::Drive;
use super::machine::Failed;

/// The folder of the run.
const FOLDER: &str = "runs/internet-routes/campaign";

/// A row of `coverage.csv`.
struct Covered {
    account: String,
    name: String,
    region: String,
    status: String,
    error: String,
    message: String,
    records: usize,
}

/// The answer of a run.
struct Answer {
    coverage: Vec<Covered>,
    rows: Vec<Row>,
    summary: Value,
}

/// Judges the run while faults and deaths happen.
///
/// # Errors
/// What is wrong, in words.
pub fn under_faults(drive: &Drive, stopped: Option<&Failed>) -> Outcome<Tally> {
    let struck = drive.simulation.meter.struck();
    let died = drive.died.load(Ordering::Relaxed);
    let mut tally = Tally { faults: struck.len(), deaths: died, ..Tally::default() };
    if let Some(failed) = stopped {
        // A run may stop, but not for nothing.
        let for_nothing = struck.is_empty() && died == 0;
        let text = || format!("stopped without any fault: {failed}").into();
        return if for_nothing { Err(text()) } else { Ok(tally) };
    }
    let answer = Answer::read(drive)?;
    answer.is_whole(drive)?;
    for covered in &answer.coverage {
        let account = account(drive, &covered.account)?;
        if !is_true(drive, account, covered) {
            tally.hurt += 1;
            names_a_fault(drive, account, covered, &struck)?;
        }
    }
    answer.has_true_rows(drive)?;
    tally.targets = answer.coverage.len();
    Ok(tally)
}

/// Judges the run once it was resumed in peace: everything must be true.
///
/// # Errors
/// What is wrong, in words.
pub fn in_peace(drive: &Drive) -> Outcome<()> {
    let answer = Answer::read(drive)?;
    answer.is_whole(drive)?;
    for covered in &answer.coverage {
        if !is_true(drive, account(drive, &covered.account)?, covered) {
            return Err(format!("resumed in peace, still untrue: {covered}").into());
        }
    }
    answer.has_true_rows(drive)
}

impl Answer {
    fn read(drive: &Drive) -> Outcome<Self> {
        let file = |name: &str| drive.object(&format!("{FOLDER}/{name}"));
        let coverage = rows(&file("coverage.csv"))?;
        Ok(Self {
            coverage: coverage.iter().map(Covered::read).collect::<Outcome<_>>()?,
            rows: rows(&file("internet-routes.csv"))?,
            summary: serde_json::from_slice(&file("summary.json"))?,
        })
    }

    /// Every target once, in order, and counts that say the same.
    fn is_whole(&self, drive: &Drive) -> Outcome<()> {
        let world = &drive.simulation.world;
        let active = world.accounts.iter().filter(|account| account.is_active());
        let regions: BTreeSet<&String> = world.shape.regions.iter().collect();
        let expected: Vec<(&String, &String)> =
            active.flat_map(|a| regions.iter().map(move |region| (&a.id, *region))).collect();
        let covered: Vec<_> = self.coverage.iter().map(|c| (&c.account, &c.region)).collect();
        if covered != expected {
            return Err(format!("the coverage has {covered:?}, the run {expected:?}").into());
        }
        for (count, status) in
            [("Succeeded", "SUCCEEDED"), ("Skipped", "SKIPPED"), ("Failed", "FAILED")]
        {
            let there = self.coverage.iter().filter(|c| c.status == status).count();
            if self.summary[count] != there {
                return Err(format!("{count}: {} is not {there}", self.summary[count]).into());
            }
        }
        Ok(())
    }

    /// The rows of the targets that succeeded, and no others, nothing twice.
    fn has_true_rows(&self, drive: &Drive) -> Outcome<()> {
        let mut expected = Vec::new();
        for covered in self.coverage.iter().filter(|c| c.status == "SUCCEEDED") {
            let account = account(drive, &covered.account)?;
            let rows = truth::routes(&drive.simulation.world, account, &covered.region);
            if rows.len() != covered.records {
                return Err(
                    format!("{covered}: {} records, not {}", covered.records, rows.len()).into()
                );
            }
            expected.extend(rows);
        }
        let expected: Vec<Row> =
            expected.iter().map(|row| row.iter().map(|cell| truth::cell(cell)).collect()).collect();
        if self.rows != expected || self.summary["Records"] != expected.len() {
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
}

impl std::fmt::Display for Covered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { account, region, status, error, message, .. } = self;
        write!(f, "{account} {region}: {status} {error} ({message})")
    }
}

fn account<'a>(drive: &'a Drive, id: &str) -> Outcome<&'a Account> {
    let world = &drive.simulation.world;
    let number = world.number(id).ok_or_else(|| format!("{id} is no account"))?;
    Ok(&world.accounts[number])
}

fn is_true(drive: &Drive, account: &Account, covered: &Covered) -> bool {
    let fate = truth::fate(&drive.simulation.world, account, &covered.region);
    (fate.status, fate.error) == (&covered.status, &covered.error)
        && covered.name == truth::cell(&account.name)
}

/// Whether a FAILED that is not the truth is the work of a fault that struck this target.
fn names_a_fault(
    drive: &Drive,
    account: &Account,
    covered: &Covered,
    struck: &[Struck],
) -> Outcome<()> {
    let mine = struck.iter().filter(|struck| concerns(struck, account, &covered.region));
    let faults: BTreeSet<Fault> = mine.map(|struck| struck.fault).collect();
    let died = drive.died.load(Ordering::Relaxed) > 0;
    let any = |kinds: &[Fault]| kinds.iter().any(|kind| faults.contains(kind));
    let named = match covered.error.as_str() {
        "Throttled" => any(&[Fault::Throttled, Fault::Unprocessed]),
        "Transient" | "DeadlineExceeded" => any(BROKEN),
        "AssumeRoleDenied" => any(&[Fault::Denied]),
        "NoOutcome" | "WorkerCrashed" => died || !faults.is_empty(),
        // EC2's short refusal is a policy's only where another Region has succeeded already.
        "AccessDenied" => is_short(drive, account, &covered.region),
        _ => false,
    };
    if covered.status == "FAILED" && named {
        return Ok(());
    }
    Err(unexplained(drive, account, covered, &faults))
}

const BROKEN: &[Fault] = &[
    Fault::Internal,
    Fault::Unavailable,
    Fault::Reset,
    Fault::ResetInBody,
    Fault::Cut,
    Fault::NeverEnds,
    Fault::LostReply,
    Fault::Expired,
];

fn unexplained(
    drive: &Drive,
    account: &Account,
    covered: &Covered,
    faults: &BTreeSet<Fault>,
) -> Failure {
    let fate = truth::fate(&drive.simulation.world, account, &covered.region);
    format!("{covered}; the truth is {fate:?}, the faults of this target were {faults:?}").into()
}

fn is_short(drive: &Drive, account: &Account, region: &str) -> bool {
    drive.simulation.world.access(&account.id, region) == Access::ShortPolicy
}

fn concerns(struck: &Struck, account: &Account, region: &str) -> bool {
    let call = &struck.call;
    call.account == account.id
        && match call.service {
            Service::Ec2 => call.region == region,
            Service::Sts | Service::DynamoDb => true,
            _ => false,
        }
}

/// The faults of a campaign by kind, for its closing lines.
#[must_use]
pub fn by_kind(struck: &[Struck]) -> BTreeMap<Fault, usize> {
    let mut counts = BTreeMap::new();
    for struck in struck {
        *counts.entry(struck.fault).or_default() += 1;
    }
    counts
}
