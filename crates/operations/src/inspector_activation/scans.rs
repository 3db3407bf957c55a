//! Inspector's scan types: their names, what is billed, their states, and the rows of a plan. No calls
//! are made here.

use std::collections::BTreeMap;

use org_operator_changes::{BECOMES, Inverse, SKIP};
use serde_json::{Value, json};

use super::parameters::Wanted;
use super::{DISABLE, ENABLE};

pub(super) const ENABLED: &str = "ENABLED";
pub(super) const DISABLED: &str = "DISABLED";

const PRICING: &str = "https://aws.amazon.com/inspector/pricing/";

/// A scan type; scans of Lambda code come after those of Lambda, which they need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ScanType {
    Ec2,
    Ecr,
    Lambda,
    LambdaCode,
    CodeRepository,
}

impl ScanType {
    pub(super) const ALL: [Self; 5] =
        [Self::Ec2, Self::Ecr, Self::Lambda, Self::LambdaCode, Self::CodeRepository];

    /// The scan type that a request calls `name`.
    pub(super) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|found| found.name() == name)
    }

    /// Its name in a request.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ec2 => "EC2",
            Self::Ecr => "ECR",
            Self::Lambda => "LAMBDA",
            Self::LambdaCode => "LAMBDA_CODE",
            Self::CodeRepository => "CODE_REPOSITORY",
        }
    }

    /// The member of an answer that has its state.
    pub(super) fn member(self) -> &'static str {
        match self {
            Self::Ec2 => "ec2",
            Self::Ecr => "ecr",
            Self::Lambda => "lambda",
            Self::LambdaCode => "lambdaCode",
            Self::CodeRepository => "codeRepository",
        }
    }

    /// What is billed once it is on. How much is on AWS's page only: it changes.
    fn cost(self) -> String {
        let billed = match self {
            Self::Ec2 => "per EC2 instance that is scanned, by the month",
            Self::Ecr => "per container image at its first scan, and per rescan",
            Self::Lambda => "per Lambda function that is scanned, by the month",
            Self::LambdaCode => "per Lambda function, on top of LAMBDA, by the month",
            Self::CodeRepository => "per scan of a code repository",
        };
        format!("{billed}: {PRICING}")
    }
}

/// The state of a plan's row: a status, which may be on its way to another one by itself.
pub(super) fn state(status: &str) -> Value {
    let becomes = match status {
        "ENABLING" => ENABLED,
        "DISABLING" => DISABLED,
        "SUSPENDING" => "SUSPENDED",
        settled => return settled.into(),
    };
    json!({"Status": status, BECOMES: becomes})
}

/// What Inspector says of an account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Account {
    /// Status and error code of each scan type, by its member in an answer.
    pub(super) scans: BTreeMap<String, (String, String)>,
    /// Why Inspector cannot tell, in its code.
    pub(super) failed: Option<String>,
}

impl Account {
    /// The account of an answer of `BatchGetAccountStatus`.
    pub(super) fn of(answer: &Value) -> Self {
        let text = |value: &Value, name: &str| {
            value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let states = answer.pointer("/accounts/0/resourceState").and_then(Value::as_object);
        let scan = |(name, value): (&String, &Value)| {
            (name.clone(), (text(value, "status"), text(value, "errorCode")))
        };
        let failed = answer.pointer("/failedAccounts/0");
        Self {
            scans: states.into_iter().flatten().map(scan).collect(),
            failed: failed.map(|failed| text(failed, "errorCode")),
        }
    }

    /// The status of a scan type; empty where Inspector says none.
    pub(super) fn status(&self, scan: ScanType) -> &str {
        self.scans.get(scan.member()).map_or("", |(status, _)| status)
    }

    /// The rows of a plan: one for each scan type that is wanted and neither on nor on its way.
    pub(super) fn rows(&self, wanted: &Wanted, administrator: &str) -> Vec<Vec<String>> {
        let is_on = |scan: &ScanType| matches!(self.status(*scan), ENABLED | "ENABLING");
        let off = wanted.types.iter().filter(|scan| !is_on(scan));
        off.map(|scan| self.row(*scan, wanted, administrator)).collect()
    }

    /// Why a scan type is left as it is.
    fn obstacle(&self, scan: ScanType, wanted: &Wanted, administrator: &str) -> Option<String> {
        if let Some(code) = &self.failed {
            return Some(format!("Inspector cannot tell of the account: {code}"));
        }
        match self.scans.get(scan.member()).map(|(status, code)| (status.as_str(), code.as_str())) {
            None => return Some("Inspector does not name this scan type here".to_owned()),
            Some((DISABLED, _)) => {}
            Some((status, "")) => return Some(format!("it is {status}: plan again later")),
            Some((status, code)) => return Some(format!("it is {status}: {code}")),
        }
        let lambda = self.status(ScanType::Lambda) == ENABLED;
        if scan == ScanType::LambdaCode && !lambda && !wanted.types.contains(&ScanType::Lambda) {
            return Some("it needs LAMBDA: name that in ScanTypes, too".to_owned());
        }
        let is_administered = !administrator.is_empty() && !wanted.administered;
        is_administered.then(|| {
            format!("{administrator} administers Inspector: turn it on there; Administered is skip")
        })
    }

    /// The record, its cells in the order of the columns.
    fn row(&self, scan: ScanType, wanted: &Wanted, administrator: &str) -> Vec<String> {
        let obstacle = self.obstacle(scan, wanted, administrator);
        let acts = obstacle.is_none();
        let (name, status) = (scan.name().to_owned(), self.status(scan));
        let before = if status.is_empty() { String::new() } else { state(status).to_string() };
        let inverse = Inverse { key: Some(name.clone()), action: DISABLE.to_owned() };
        let inverse = serde_json::to_string(&inverse).unwrap_or_default();
        vec![
            name,
            if acts { ENABLE } else { SKIP }.to_owned(),
            obstacle.unwrap_or_else(|| "it is off".to_owned()),
            status.to_owned(),
            administrator.to_owned(),
            scan.cost(),
            before.clone(),
            // A row that is skipped keeps its state.
            if acts { state(ENABLED).to_string() } else { before },
            if acts { inverse } else { String::new() },
        ]
    }
}
