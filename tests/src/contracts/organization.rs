//! The organization of the run: each account is there for a reason in `accounts.csv`, or for a name
//! that a careless reader stumbles over.

use org_operator_core::model::account::units_of;
use org_operator_core::{Account, AccountId, UnitId};
use org_operator_testkit::memory::MemoryDirectory;
use serde_json::{Value, json};

/// Its names and cells begin a formula.
pub(super) const FORMULA: &str = "000000000002";
/// Its name has quotes, commas and a line feed.
pub(super) const QUOTES: &str = "000000000003";
/// Its name is written from right to left; its role cannot be assumed.
pub(super) const REFUSED: &str = "000000000004";
/// Its name is a script; one of its work items crashes.
pub(super) const CRASHED: &str = "000000000005";

const MANAGEMENT: &str = "000000000001";
const PRODUCTION: &str = "ou-ab12-production";
const SANDBOX: &str = "ou-ab12-sandbox1";

/// The accounts that say in which units they are, as `Account.Paths` has it.
const PATHS: [(&str, &str); 2] = [
    (FORMULA, "o-a1b2c3d4e5/r-ab12/ou-ab12-production/"),
    (QUOTES, "o-a1b2c3d4e5/r-ab12/ou-ab12-production/ou-ab12-payments1/"),
];

/// Id, name, state and team of every account.
const ACCOUNTS: [(&str, &str, &str, &str); 10] = [
    (MANAGEMENT, "Management", "ACTIVE", "payments"),
    (FORMULA, "=HYPERLINK(\"http://example.com\",\"open me\")", "ACTIVE", "payments"),
    (QUOTES, "Say \"hello\", then\nleave; don't", "ACTIVE", "payments"),
    (REFUSED, "\u{202e}gnp.egami\u{202c} Zürich 東京", "ACTIVE", "shipping"),
    (CRASHED, "</script><script>alert(1)</script>", "ACTIVE", "payments"),
    ("000000000006", "Closed", "SUSPENDED", "payments"),
    ("000000000007", "Excluded by id", "ACTIVE", "payments"),
    ("000000000008", "Excluded by unit", "ACTIVE", "payments"),
    ("000000000009", "In no named unit", "ACTIVE", "payments"),
    ("000000000010", "\u{feff}\t@wrong team", "ACTIVE", "finance"),
];

fn id(text: &str) -> AccountId {
    AccountId::parse(text).unwrap_or_else(|| unreachable!("an account id"))
}

fn unit(text: &str) -> UnitId {
    UnitId::parse(text).unwrap_or_else(|| unreachable!("a unit's id"))
}

pub(super) fn directory() -> MemoryDirectory {
    let account = |(number, name, state, _): (&str, &str, &str, &str)| Account {
        id: id(number),
        name: name.to_owned(),
        state: state.to_owned(),
        management_account: Some(id(MANAGEMENT)),
        units: PATHS.iter().find(|path| path.0 == number).and_then(|path| units_of(&[path.1])),
        email: format!("+{number}@example.com"),
    };
    let tags = |(number, _, _, team): (&str, &str, &str, &str)| {
        (id(number), [("team".to_owned(), team.to_owned())].into())
    };
    let all_but_one = ACCOUNTS.iter().map(|account| account.0).filter(|id| !id.ends_with('9'));
    MemoryDirectory {
        accounts: Ok(ACCOUNTS.map(account).to_vec()),
        units: [
            (unit(PRODUCTION), all_but_one.map(id).collect()),
            (unit(SANDBOX), [id("000000000008")].into()),
        ]
        .into(),
        regions: [].into(),
        tags: ACCOUNTS.map(tags).into(),
        unit_names: [
            (unit("r-ab12"), [(unit(PRODUCTION), "Production, =EU".to_owned())].into()),
            (unit(PRODUCTION), [(unit("ou-ab12-payments1"), "Payments".to_owned())].into()),
        ]
        .into(),
        tag_calls: 0.into(),
    }
}

/// What the run expects: a refusal, a record, and a crash until a day that is over.
pub(super) fn exceptions() -> String {
    let entry = |account: &str, what: &str, reason: &str, expires: &str| {
        format!(
            "[[exception]]\naccount = \"{account}\"\nregion = \"*\"\n{what}\n\
             reason = '{reason}'\nexpires = {expires}\n"
        )
    };
    let record = "operation = \"internet-routes\"\nrecord = \"rtb-1#*\"";
    entry(REFUSED, "error = \"AssumeRoleDenied\"", "=sold, \"unit\" leaves", "2026-12-31")
        + &entry(FORMULA, record, "the <b>vendor</b>", "2026-09-21")
        + &entry(CRASHED, "error = \"NoOutcome\"", "too large", "2026-09-20")
}

/// A request with every field that this release takes together.
pub(super) fn request() -> Value {
    json!({
        "Operation": super::OPERATION,
        "Parameters": {},
        "Accounts": {
            "Include": [REFUSED],
            "OrganizationalUnits": [PRODUCTION],
            "Tags": {"team": ["payments", "shipping"]},
            "Exclude": ["000000000007"],
            "ExcludeOrganizationalUnits": [SANDBOX],
            "IncludeManagementAccount": false,
        },
        "AccountColumns": ["unit_path", "email", "tag:team"],
        "Regions": ["us-east-1", "eu-west-1", "af-south-1"],
        "MaxConcurrency": 7,
        "RegionsPerWorkItem": 2,
        "Apply": false,
    })
}
