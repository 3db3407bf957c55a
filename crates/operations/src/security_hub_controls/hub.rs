//! The calls of `security-hub-controls`: what is on, and switching one thing. What follows is said
//! elsewhere.

use std::collections::BTreeMap;
use std::time::Duration;

use org_operator_core::ErrorKind;
use serde_json::{Value, json};

use crate::modelled::{self, Modelled, entries, unless};
use crate::{OperationFailure, Target};

pub(super) const SERVICE: &str = "securityhub";
/// The codes by which Security Hub says that it is off (API reference, and `security-hub-standards`).
const OFF: [&str; 2] = ["InvalidAccessException", "ResourceNotFoundException"];
/// Associations that one request may ask for (API reference).
const BATCH: usize = 100;
/// Between two looks at a standard that is being switched, and how long one pass looks.
const PAUSE: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_mins(5);

/// A standard that an account has, or is getting or losing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Subscription {
    /// Its ARN, which switches the standard off.
    pub(super) arn: String,
    /// `READY`, `INCOMPLETE`, `PENDING`, `DELETING` or `FAILED`.
    pub(super) status: String,
    /// Whether its controls can be switched now.
    pub(super) is_updatable: bool,
}

impl Subscription {
    /// Whether Security Hub is still switching it.
    pub(super) fn is_moving(&self) -> bool {
        let is_on = matches!(self.status.as_str(), "READY" | "INCOMPLETE");
        matches!(self.status.as_str(), "PENDING" | "DELETING") || (is_on && !self.is_updatable)
    }
}

/// The state of a control in a standard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Association {
    /// `ENABLED` or `DISABLED`.
    pub(super) status: String,
    /// Why, where somebody said it.
    pub(super) reason: Option<String>,
}

/// The calls of one target.
pub(super) struct Hub(pub(super) Modelled);

impl Hub {
    pub(super) fn of(target: &Target) -> Self {
        Self(Modelled::of(target))
    }

    /// Whether Security Hub is on.
    pub(super) async fn is_on(&self) -> Result<bool, OperationFailure> {
        let asked = self.0.read(SERVICE, "DescribeHub", &json!({})).await;
        Ok(unless(asked, &OFF)?.is_some())
    }

    /// Whether AWS Config records here: without it standards stay INCOMPLETE.
    pub(super) async fn is_recorded(&self) -> Result<bool, OperationFailure> {
        let answer =
            self.0.read("config", "DescribeConfigurationRecorderStatus", &json!({})).await?;
        let all = entries(&answer, "ConfigurationRecordersStatus");
        Ok(all.iter().any(|recorder| recorder["recording"] == json!(true)))
    }

    /// The standards by their ARNs; none where Security Hub is off.
    pub(super) async fn standards(
        &self,
    ) -> Result<BTreeMap<String, Subscription>, OperationFailure> {
        let asked = self.0.pages(SERVICE, "GetEnabledStandards", &json!({"MaxResults": 100})).await;
        let pages = unless(asked, &OFF)?.unwrap_or_default();
        let all = pages.iter().flat_map(|page| entries(page, "StandardsSubscriptions"));
        Ok(all.map(subscription).collect())
    }

    /// The controls of a standard, each with whether the Region has it.
    pub(super) async fn controls(
        &self,
        standard: &str,
    ) -> Result<BTreeMap<String, bool>, OperationFailure> {
        let input = json!({"StandardsArn": standard, "MaxResults": 100});
        let pages = self.0.pages(SERVICE, "ListSecurityControlDefinitions", &input).await?;
        let all = pages.iter().flat_map(|page| entries(page, "SecurityControlDefinitions"));
        let one = |control: &Value| {
            let is_here = control["CurrentRegionAvailability"] != json!("UNAVAILABLE");
            (text(control, "SecurityControlId"), is_here)
        };
        Ok(all.map(one).collect())
    }

    /// The states of controls, each a standard's ARN and a control's id. One that has none is missing.
    pub(super) async fn associations(
        &self,
        ids: &[(String, String)],
    ) -> Result<BTreeMap<(String, String), Association>, OperationFailure> {
        let mut found = BTreeMap::new();
        for batch in ids.chunks(BATCH) {
            let id = |(standard, control): &(String, String)| json!({"StandardsArn": standard, "SecurityControlId": control});
            let wanted: Vec<Value> = batch.iter().map(id).collect();
            let input = json!({"StandardsControlAssociationIds": wanted});
            let asked = self.0.read(SERVICE, "BatchGetStandardsControlAssociations", &input).await;
            let answer = unless(asked, &OFF)?.unwrap_or_default();
            found.extend(
                entries(&answer, "StandardsControlAssociationDetails").iter().map(association),
            );
        }
        Ok(found)
    }

    /// A standard once Security Hub does not switch it any more, or an error by which another pass
    /// looks again; `None` where it is off.
    pub(super) async fn settled(
        &self,
        standard: &str,
    ) -> Result<Result<Option<Subscription>, String>, OperationFailure> {
        let mut left = PATIENCE;
        loop {
            let found = self.standards().await?.remove(standard);
            let moving = found.as_ref().filter(|found| found.is_moving());
            let Some(moving) = moving else { return Ok(Ok(found)) };
            if left < PAUSE {
                return Ok(Err(moving.status.clone()));
            }
            left -= PAUSE;
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// The kind of a standard that is still being switched once a pass is over.
pub(super) const MOVING: ErrorKind = ErrorKind::DeadlineExceeded;

fn subscription(entry: &Value) -> (String, Subscription) {
    let found = Subscription {
        arn: text(entry, "StandardsSubscriptionArn"),
        status: text(entry, "StandardsStatus"),
        is_updatable: text(entry, "StandardsControlsUpdatable") != "NOT_READY_FOR_UPDATES",
    };
    (text(entry, "StandardsArn"), found)
}

fn association(entry: &Value) -> ((String, String), Association) {
    let id = (text(entry, "StandardsArn"), text(entry, "SecurityControlId"));
    let reason = Some(text(entry, "UpdatedReason")).filter(|reason| !reason.is_empty());
    (id, Association { status: text(entry, "AssociationStatus"), reason })
}

/// The text `name` of an answer; empty where there is none.
pub(super) fn text(value: &Value, name: &str) -> String {
    modelled::text(value, name).unwrap_or_default()
}
