//! AWS's quotas and prices as data, each with its date and source. What follows from them is
//! [`crate`]'s.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use org_operator_core::error::Error;

/// The one file with these figures.
const FILE: &str = include_str!("../data/aws-limits.json");

macro_rules! figures {
    ($($(#[$doc:meta])+ $field:ident: $name:literal,)+) => {
        /// The figures that estimates need.
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct Limits { $($(#[$doc])+ pub $field: f64,)+ }

        impl Limits {
            /// The figures of the file.
            ///
            /// # Errors
            /// `Internal` where the file lacks one, which a test excludes.
            pub fn load() -> Result<Self, Error> {
                let limits = file()?;
                let value = |name: &str| {
                    let figure = limits.figures.get(name).map(|figure| figure.value);
                    figure.ok_or_else(|| Error::internal(format!("aws-limits.json lacks {name}")))
                };
                Ok(Self { $($field: value($name)?,)+ })
            }

            #[cfg(test)]
            const NAMES: &'static [&'static str] = &[$($name,)+];
        }
    };
}

figures! {
    /// Accounts in a page of `ListAccounts`.
    accounts_page: "ListAccountsPage",
    /// Calls of `ListAccounts` a second.
    list_rate: "ListAccountsPerSecond",
    /// Calls of `ListAccounts` that are free of the rate.
    list_burst: "ListAccountsBurst",
    /// Calls of `ListTagsForResource` a second.
    tags_rate: "ListTagsPerSecond",
    /// Calls of `ListTagsForResource` that are free of the rate.
    tags_burst: "ListTagsBurst",
    /// Calls of `ListOrganizationalUnitsForParent` a second.
    units_rate: "ListUnitsPerSecond",
    /// Calls of `ListOrganizationalUnitsForParent` that are free of the rate.
    units_burst: "ListUnitsBurst",
    /// Calls of `ListRegions` a second.
    regions_rate: "ListRegionsPerSecond",
    /// Calls of `ListRegions` that are free of the rate.
    regions_burst: "ListRegionsBurst",
    /// Children that one Map Run starts a second.
    children_rate: "ChildrenStartedPerSecond",
    /// Calls of `AssumeRole` a second.
    assume_rate: "AssumeRolePerSecond",
    /// Lambda executions at once.
    lambda_concurrency: "LambdaConcurrency",
    /// Of these, what is left to others.
    lambda_unreserved: "LambdaUnreserved",
    /// Seconds that a function may take.
    lambda_seconds: "LambdaSeconds",
    /// Write units a second of a new table.
    ledger_writes: "LedgerWritesPerSecond",
    /// Price of a state transition.
    per_transition: "DollarsPerTransition",
    /// Price of a gigabyte-second.
    per_gigabyte_second: "DollarsPerGigabyteSecond",
    /// Price of an invocation.
    per_invocation: "DollarsPerInvocation",
    /// Price of a write unit.
    per_write: "DollarsPerWriteUnit",
    /// Price of a read unit.
    per_read: "DollarsPerReadUnit",
    /// Price of a PUT.
    per_put: "DollarsPerPut",
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct File {
    #[serde(rename = "Comment")]
    _comment: String,
    figures: BTreeMap<String, Figure>,
}

/// A figure with where it is from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Figure {
    /// The number, in its unit.
    pub value: f64,
    /// The unit, as in `calls/s`.
    pub unit: String,
    /// When it was read, `YYYY-MM-DD`.
    pub date: String,
    /// The page of AWS that has the figure.
    pub source: String,
}

/// Every figure by name.
///
/// # Errors
/// As [`Limits::load`].
pub fn figures() -> Result<BTreeMap<String, Figure>, Error> {
    file().map(|file| file.figures)
}

fn file() -> Result<File, Error> {
    serde_json::from_str(FILE).map_err(|e| Error::internal(format!("aws-limits.json: {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_is_used_and_has_a_date_and_a_source() {
        let figures = figures().unwrap();
        let used: std::collections::BTreeSet<_> = Limits::NAMES.iter().copied().collect();
        assert_eq!(figures.keys().map(String::as_str).collect::<Vec<_>>(), Vec::from_iter(used));
        for (name, figure) in figures {
            assert!(figure.value > 0.0 && figure.source.len() > 10, "{name}");
            assert!(figure.date.len() == 10 && figure.date.starts_with("20"), "{name}");
        }
        assert!(Limits::load().is_ok());
    }
}
