//! The functions' environment variables: their only settings, read once at start, with all faults
//! reported together. AWS's own variables (`AWS_REGION`, `AWS_ENDPOINT_URL`, …) are read by the SDK.

use org_operator_core::input::parse::{self, Read};
use org_operator_core::input::path::FieldPath;
use org_operator_core::input::violation::Violations;
use org_operator_core::model::portal::PortalUrl;
use org_operator_core::{Error, Region};
use serde_json::Value;

/// The names of all variables; a test compares the template's with this list.
pub mod name {
    /// Fanout: the Regions of a request that names none, comma-separated.
    pub const TARGET_REGIONS: &str = "TARGET_REGIONS";
    /// Fanout: work items at once for a request that names no number, 1 to 10,000.
    pub const MAX_CONCURRENCY: &str = "MAX_CONCURRENCY";
    /// All: the ledger's table.
    pub const LEDGER_TABLE: &str = "LEDGER_TABLE";
    /// Fanout, result handler: the artifacts' bucket.
    pub const RESULTS_BUCKET: &str = "RESULTS_BUCKET";
    /// Fanout, result handler: the artifacts' prefix in the bucket; may be empty.
    pub const RESULTS_PREFIX: &str = "RESULTS_PREFIX";
    /// Result handler: how many hours a link is valid that opens a report without signing in, at most
    /// 12; 0 for no such links.
    pub const REPORT_LINK_HOURS: &str = "REPORT_LINK_HOURS";
    /// Result handler: the access portal through which the report's links open; may be empty.
    pub const PORTAL_URL: &str = "PORTAL_URL";
    /// Result handler: the ARN of the topic that it publishes messages with such links to.
    pub const NOTIFICATION_TOPIC: &str = "NOTIFICATION_TOPIC";
    /// Worker: the role to assume in member accounts.
    pub const MEMBER_ROLE_NAME: &str = "MEMBER_ROLE_NAME";
    /// Worker: the external id that the member roles ask for.
    pub const EXTERNAL_ID: &str = "EXTERNAL_ID";
    /// Fanout, worker: days until the ledger's entries expire, 1 to 3,650.
    pub const LEDGER_RETENTION_DAYS: &str = "LEDGER_RETENTION_DAYS";
    /// Fanout: the worker function that may only read.
    pub const WORKER_FUNCTION_READONLY: &str = "WORKER_FUNCTION_READONLY";
    /// Fanout: the worker function that may change things; empty where there is none.
    pub const WORKER_FUNCTION_ADMIN: &str = "WORKER_FUNCTION_ADMIN";
    /// Fanout: `true` where a request may bring an operation of its own; `false` if absent.
    pub const ALLOW_DEFINITIONS: &str = "ALLOW_DEFINITIONS";
    /// Fanout: accounts that no run changes, comma-separated; may be empty.
    pub const PROTECTED_ACCOUNTS: &str = "PROTECTED_ACCOUNTS";
    /// Fanout: units whose accounts no run changes, comma-separated; may be empty.
    pub const PROTECTED_UNITS: &str = "PROTECTED_UNITS";
    /// Fanout: keys of tags that protect a resource, comma-separated; may be empty.
    pub const PROTECTED_TAG_KEYS: &str = "PROTECTED_TAG_KEYS";
    /// Fanout: `true` where a request may do without a person's approval; `false` if absent.
    pub const APPROVAL_OPTIONAL: &str = "APPROVAL_OPTIONAL";
    /// Fanout: the role of each account that runs may give to `CloudFormation`; may be empty.
    pub const STACK_SERVICE_ROLE_NAME: &str = "STACK_SERVICE_ROLE_NAME";
    /// Fanout: how the names of the stacks begin that this is for; may be empty.
    pub const STACK_NAME_PREFIX: &str = "STACK_NAME_PREFIX";
    /// All: the deployment's name, a dimension of the metrics; none are printed if it is absent.
    pub const DEPLOYMENT: &str = "DEPLOYMENT";
    /// All: what is logged, as `tracing_subscriber::EnvFilter` reads it; `info` if absent.
    pub const RUST_LOG: &str = "RUST_LOG";

    /// Every variable that a function reads.
    pub const ALL: &[&str] = &[
        TARGET_REGIONS,
        MAX_CONCURRENCY,
        LEDGER_TABLE,
        RESULTS_BUCKET,
        RESULTS_PREFIX,
        REPORT_LINK_HOURS,
        NOTIFICATION_TOPIC,
        PORTAL_URL,
        MEMBER_ROLE_NAME,
        EXTERNAL_ID,
        LEDGER_RETENTION_DAYS,
        WORKER_FUNCTION_READONLY,
        WORKER_FUNCTION_ADMIN,
        ALLOW_DEFINITIONS,
        PROTECTED_ACCOUNTS,
        PROTECTED_UNITS,
        PROTECTED_TAG_KEYS,
        APPROVAL_OPTIONAL,
        STACK_SERVICE_ROLE_NAME,
        STACK_NAME_PREFIX,
        DEPLOYMENT,
        RUST_LOG,
    ];
}

/// The variable in which Lambda passes the function's Region.
const AWS_REGION: &str = "AWS_REGION";

/// A reader of environment variables that collects the faults it finds.
pub struct Env<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    violations: Violations,
}

impl<'a> Env<'a> {
    /// A reader of the variables that `lookup` finds.
    #[must_use]
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, violations: Violations::default() }
    }

    /// A required variable: absent or empty is a fault.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let value = self.optional(name);
        if value.is_empty() {
            self.violations.note_text(
                name,
                "nothing",
                "a value: the function cannot run without it",
            );
        }
        Some(value).filter(|text| !text.is_empty())
    }

    /// An optional variable, without surrounding whitespace; absent is empty.
    pub fn optional(&mut self, name: &str) -> String {
        (self.lookup)(name).unwrap_or_default().trim().to_owned()
    }

    /// A required whole number from `least` to `most`.
    pub fn whole(&mut self, name: &str, least: u32, most: u32) -> Option<u32> {
        let text = self.text(name)?;
        let number = text.parse().ok().filter(|number| (least..=most).contains(number));
        if number.is_none() {
            let allowed = format!("a whole number from {least} to {most}");
            self.violations.note(name, &Value::from(text), allowed);
        }
        number
    }

    /// An optional `true` or `false`; absent is `false`.
    pub fn flag(&mut self, name: &str) -> Option<bool> {
        let text = self.optional(name);
        match text.as_str() {
            "true" => Some(true),
            "false" | "" => Some(false),
            _ => {
                self.violations.note(name, &Value::from(text), "true or false");
                None
            }
        }
    }

    /// The address of an access portal; absent or empty is none.
    pub fn portal(&mut self, name: &str) -> Option<Option<PortalUrl>> {
        let text = self.optional(name);
        let portal = PortalUrl::parse(&text);
        if portal.is_none() && !text.is_empty() {
            self.violations.note(name, &Value::from(text), PortalUrl::ALLOWED);
            return None;
        }
        Some(portal)
    }

    /// A required comma-separated list of Regions.
    pub fn regions(&mut self, name: &str) -> Option<Vec<Region>> {
        let text = self.text(name)?;
        let names: Vec<Value> = text.split(',').map(|part| Value::from(part.trim())).collect();
        let path = FieldPath::root().field(name);
        let regions = parse::list(&path, &Value::from(names), &mut self.violations, parse::region);
        Some(regions)
    }

    /// An optional comma-separated list, each element by `read`; absent is empty.
    pub fn list<T>(&mut self, name: &str, read: Read<T>) -> Vec<T> {
        let text = self.optional(name);
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let values: Vec<Value> = parts.map(Value::from).collect();
        let path = FieldPath::root().field(name);
        parse::list(&path, &Value::from(values), &mut self.violations, read)
    }

    /// The Region that Lambda runs the function in.
    pub fn home_region(&mut self) -> Option<Region> {
        let text = Value::from(self.text(AWS_REGION)?);
        parse::region(&FieldPath::root().field(AWS_REGION), &text, &mut self.violations)
    }

    /// Returns `settings`, which must be `Some` where no fault was found.
    ///
    /// # Errors
    /// `InvalidRequest` with every fault: the variable, its value and what is allowed.
    pub fn finish<T>(self, settings: Option<T>) -> Result<T, Error> {
        self.violations.into_result("function environment", settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn violations(variables: &[(&str, &str)]) -> String {
        let lookup = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let mut env = Env::new(&lookup);
        env.text(name::LEDGER_TABLE);
        env.whole(name::MAX_CONCURRENCY, 1, 10);
        env.regions(name::TARGET_REGIONS);
        env.home_region();
        env.flag(name::ALLOW_DEFINITIONS);
        env.portal(name::PORTAL_URL);
        env.list(name::PROTECTED_ACCOUNTS, parse::account_id);
        env.finish(Some(())).err().map(|e| e.to_string()).unwrap_or_default()
    }

    #[test]
    fn a_valid_environment_has_no_violations() {
        let text = violations(&[
            ("LEDGER_TABLE", "t"),
            ("MAX_CONCURRENCY", "10"),
            ("TARGET_REGIONS", "eu-west-1, us-east-1"),
            ("AWS_REGION", "eu-west-1"),
        ]);
        assert_eq!(text, "");
    }

    #[test]
    fn every_invalid_variable_is_reported() {
        let text = violations(&[
            ("LEDGER_TABLE", " "),
            ("MAX_CONCURRENCY", "eleven"),
            ("TARGET_REGIONS", "eu-west-1,mars"),
            ("ALLOW_DEFINITIONS", "yes"),
            ("PROTECTED_ACCOUNTS", "111111111111, 12"),
        ]);
        for part in [
            "ALLOW_DEFINITIONS: got \"yes\", allowed: true or false",
            "invalid function environment: LEDGER_TABLE: got nothing",
            "MAX_CONCURRENCY: got \"eleven\", allowed: a whole number from 1 to 10",
            "TARGET_REGIONS[1]: got \"mars\"",
            "AWS_REGION: got nothing",
            "PROTECTED_ACCOUNTS[1]: got \"12\"",
        ] {
            assert!(text.contains(part), "{part} is not in: {text}");
        }
    }
}
