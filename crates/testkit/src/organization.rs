//! A demo organization, made through AWS's own APIs: nested OUs, accounts with the names people
//! really give, networks of several kinds, and the accounts that always make trouble.

use std::collections::BTreeMap;

use aws_sdk_organizations::Client;

use crate::emulator::Emulator;
use crate::identity::{HOME_REGION, MANAGEMENT};
use crate::leftovers::{self, OpenRule};
use crate::network::{self, Layout, MadeRoute};
use crate::{TestError, TestResult};

/// The Regions of the demo.
pub const REGIONS: [&str; 3] = ["ap-southeast-2", "eu-west-1", "us-east-1"];

/// The Region in which the restricted account's role may not act.
pub const RESTRICTED_REGION: &str = "us-east-1";

/// What is special about an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nothing: it has the member role and answers.
    Open,
    /// It has been closed.
    Closed,
    /// It has no member role.
    NoRole,
    /// Its role may not act in [`RESTRICTED_REGION`].
    Restricted,
}

struct Plan {
    name: &'static str,
    unit: &'static str,
    kind: Kind,
    /// One layout per Region of [`REGIONS`].
    layouts: [Layout; 3],
}

use Layout::{Empty, MainToInternet, Private, PublicSubnets};

const PLANS: [Plan; 12] = [
    plan("Audit", "Security", Kind::Open, [Empty, Private, Empty]),
    plan("Log Archive", "Security", Kind::Open, [Empty, Empty, Empty]),
    plan(
        "Payments, Production",
        "Workloads/Production",
        Kind::Open,
        [PublicSubnets, PublicSubnets, MainToInternet],
    ),
    plan(
        "Payments \"Staging\"",
        "Workloads/Staging",
        Kind::Open,
        [MainToInternet, PublicSubnets, Private],
    ),
    plan(
        "Zürich Datenplattform",
        "Workloads/Production",
        Kind::Open,
        [Private, PublicSubnets, Empty],
    ),
    plan("東京 分析", "Workloads/Production", Kind::Open, [PublicSubnets, Empty, MainToInternet]),
    plan(
        "=HYPERLINK(\"http://example.com\",\"open me\")",
        "Sandbox/Experiments",
        Kind::Open,
        [Empty, MainToInternet, Empty],
    ),
    plan(
        "@shared, \"tools\"; +more",
        "Sandbox",
        Kind::Open,
        [MainToInternet, Private, PublicSubnets],
    ),
    plan("Old Shop (closed)", "Suspended", Kind::Closed, [Empty, Empty, Empty]),
    plan("Acquired Company", "Workloads", Kind::NoRole, [MainToInternet, PublicSubnets, Empty]),
    plan(
        "Région Réglementée",
        "Workloads/Production",
        Kind::Restricted,
        [PublicSubnets, MainToInternet, PublicSubnets],
    ),
    plan(
        "Network Hub",
        "Infrastructure/Network",
        Kind::Open,
        [PublicSubnets, MainToInternet, PublicSubnets],
    ),
];

const fn plan(name: &'static str, unit: &'static str, kind: Kind, layouts: [Layout; 3]) -> Plan {
    Plan { name, unit, kind, layouts }
}

/// An account as it was made.
#[derive(Debug, Clone)]
pub struct DemoAccount {
    /// The 12 digits that the emulator chose.
    pub id: String,
    /// The account's name in the organization.
    pub name: String,
    /// The path of its organizational unit.
    pub unit: &'static str,
    /// What is special about it.
    pub kind: Kind,
    /// Its internet routes by Region.
    pub routes: BTreeMap<&'static str, Vec<MadeRoute>>,
    /// Its ingress rules that are open to the whole internet, by Region.
    pub open_rules: BTreeMap<&'static str, Vec<OpenRule>>,
}

/// Things of an account by the Region that they are in.
type ByRegion<T> = BTreeMap<&'static str, Vec<T>>;

/// The organization as it was made.
#[derive(Debug, Clone)]
pub struct DemoOrganization {
    /// The organization's id, `o-…`.
    pub id: String,
    /// The member accounts, closed ones included.
    pub accounts: Vec<DemoAccount>,
    /// Its organizational units' ids, by path: `/Workloads/Production`.
    pub units: BTreeMap<String, String>,
}

impl DemoOrganization {
    /// Makes the organization in `emulator`.
    ///
    /// # Errors
    /// What a service answered.
    pub async fn make(emulator: &Emulator) -> TestResult<Self> {
        let client = Client::new(&emulator.config(MANAGEMENT, HOME_REGION));
        let mut units = Units::new(&client).await?;
        let mut accounts = Vec::new();
        for (number, plan) in PLANS.iter().enumerate() {
            let parent = units.path(plan.unit).await?;
            let id = make_account(&client, plan.name, number, &units.root, &parent).await?;
            let (routes, open_rules) = make_networks(emulator, &id, plan.layouts).await?;
            if plan.kind == Kind::Closed {
                client.close_account().account_id(&id).send().await?;
            }
            let (name, unit, kind) = (plan.name.to_owned(), plan.unit, plan.kind);
            accounts.push(DemoAccount { id, name, unit, kind, routes, open_rules });
        }
        let described = client.describe_organization().send().await?;
        let id = described.organization().and_then(|o| o.id()).ok_or("no organization")?.to_owned();
        Ok(Self { id, accounts, units: units.made })
    }

    /// The first account of a kind.
    ///
    /// # Errors
    /// Where there is none.
    pub fn account(&self, kind: Kind) -> TestResult<&DemoAccount> {
        let found = self.accounts.iter().find(|account| account.kind == kind);
        found.ok_or_else(|| format!("no {kind:?} account").into())
    }
}

/// The organizational units that were made so far, by path.
struct Units<'a> {
    client: &'a Client,
    root: String,
    made: BTreeMap<String, String>,
}

impl<'a> Units<'a> {
    async fn new(client: &'a Client) -> TestResult<Self> {
        let roots = client.list_roots().send().await?;
        let root = roots.roots().first().and_then(|root| root.id()).ok_or("no root")?.to_owned();
        Ok(Self { client, root, made: BTreeMap::new() })
    }

    /// The unit at `path`, made with its parents where it is not there yet.
    async fn path(&mut self, path: &str) -> TestResult<String> {
        let mut parent = self.root.clone();
        let mut walked = String::new();
        for name in path.split('/') {
            walked = format!("{walked}/{name}");
            parent = match self.made.get(&walked) {
                Some(id) => id.clone(),
                None => self.make(&parent, name).await?,
            };
            self.made.insert(walked.clone(), parent.clone());
        }
        Ok(parent)
    }

    async fn make(&self, parent: &str, name: &str) -> TestResult<String> {
        let create = self.client.create_organizational_unit().parent_id(parent).name(name);
        let made = create.send().await?;
        Ok(made.organizational_unit().and_then(|unit| unit.id()).ok_or("no OU")?.to_owned())
    }
}

async fn make_account(
    client: &Client,
    name: &str,
    number: usize,
    root: &str,
    parent: &str,
) -> TestResult<String> {
    let email = format!("account{number}@example.com");
    let made = client.create_account().account_name(name).email(email).send().await?;
    let status = made.create_account_status().and_then(|status| status.account_id());
    let id = status.ok_or("the account was not made at once")?.to_owned();
    let moving = client.move_account().account_id(&id).source_parent_id(root);
    moving.destination_parent_id(parent).send().await?;
    Ok(id)
}

async fn make_networks(
    emulator: &Emulator,
    account: &str,
    layouts: [Layout; 3],
) -> TestResult<(ByRegion<MadeRoute>, ByRegion<OpenRule>)> {
    let making = REGIONS.into_iter().zip(layouts).map(|(region, layout)| async move {
        let config = emulator.config(account, region);
        let routes = network::make(&config, layout).await?;
        let open_rules = leftovers::make(&config, layout).await?;
        Ok::<_, TestError>(((region, routes), (region, open_rules)))
    });
    let made = futures_util::future::try_join_all(making).await?;
    Ok(made.into_iter().unzip())
}
