//! A request that a seed draws, and the targets that it means, from the organization alone: nothing
//! here asks the product which accounts it would select.

pub mod file;

use aws_sim::{DEFAULT_REGIONS, MANAGEMENT_NAME, MemberAccount, ROOT_ID, World, oracle};
use fastrand::Rng;
use serde_json::{Map, Value, json};

/// A target of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The account.
    pub account: String,
    /// Its name.
    pub name: String,
    /// The Region.
    pub region: String,
}

/// What is asked, and what it means.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The operation's name, which is that of its files.
    pub operation: &'static str,
    /// The operation of the catalogue that gives the same rows.
    pub question: &'static str,
    /// The request.
    pub request: Value,
    /// Its targets, in the order of the coverage.
    pub targets: Vec<Target>,
}

/// Which accounts are asked for.
#[derive(Debug, Default)]
struct Filter {
    include: Vec<String>,
    exclude: Vec<String>,
    /// Units by number; the root is none.
    units: Vec<Option<usize>>,
    exclude_units: Vec<Option<usize>>,
    teams: Vec<String>,
    management: bool,
}

/// Which Regions are asked for.
#[derive(Debug)]
enum Regions {
    Configured,
    Listed(Vec<String>),
    Enabled,
}

impl Asked {
    /// A request over `world`.
    pub fn draw(rng: &mut Rng, world: &World) -> Self {
        let filter = if rng.bool() { Filter::draw(rng, world) } else { Filter::default() };
        let regions = Regions::draw(rng, world);
        // A third asks by a file of its own, a quarter of these by one that makes a call per row;
        // seen from aside, so that a seed's other draws stay.
        let aside = rng.clone().u8(0..12);
        let brings_a_file = aside < 4;
        let drawn = if rng.u8(0..4) == 0 { "public-ips" } else { "internet-routes" };
        let question = if aside == 0 { file::FOLLOWED_UP } else { drawn };
        let mut request = Map::new();
        let is_named = question != "internet-routes" || rng.bool();
        let operation = if brings_a_file { file::name(question) } else { question };
        if brings_a_file {
            request.insert("Definition".to_owned(), file::definition(question));
        } else if is_named {
            request.insert("Operation".to_owned(), json!(question));
        }
        if rng.u8(0..3) == 0 {
            request.insert("RegionsPerWorkItem".to_owned(), json!(rng.usize(1..4)));
        }
        if rng.bool() {
            request.insert("MaxConcurrency".to_owned(), json!(rng.usize(1..9)));
        }
        regions.write(&mut request);
        filter.write(&mut request);
        let targets = targets(world, &filter, &regions);
        Self { operation, question, request: Value::Object(request), targets }
    }

    /// A request over `world` that names its Regions, and mostly nothing that the organization could
    /// refute.
    pub(super) fn draw_unnamed(rng: &mut Rng, world: &World) -> Self {
        let refutable =
            ["Include", "Exclude", "OrganizationalUnits", "ExcludeOrganizationalUnits", "Tags"];
        let is_free = |asked: &Self| {
            !refutable.iter().any(|field| asked.has(field)) && asked.request["Regions"] != "ENABLED"
        };
        let mut asked = Self::draw(rng, world);
        for _ in 0..4 {
            if is_free(&asked) {
                break;
            }
            asked = Self::draw(rng, world);
        }
        if !asked.has("Regions") {
            // Without it the command would ask in every Region of AWS.
            asked.request["Regions"] = json!(world.shape.regions);
        }
        asked
    }

    /// Whether the request asks the organization for more than its accounts: for each field that
    /// makes it do so, the calls.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        !self.request["Accounts"][field].is_null() || !self.request[field].is_null()
    }

    /// Whether a target's Region may be off, so that its account is asked.
    #[must_use]
    pub fn has_opt_in(&self) -> bool {
        let is_opt_in = |target: &Target| !DEFAULT_REGIONS.contains(&target.region.as_str());
        self.targets.iter().any(is_opt_in)
    }

    /// The Regions of an account in this run.
    #[must_use]
    pub fn regions(&self, account: &str) -> Vec<String> {
        let own = self.targets.iter().filter(|target| target.account == account);
        own.map(|target| target.region.clone()).collect()
    }
}

impl Regions {
    fn draw(rng: &mut Rng, world: &World) -> Self {
        let all = &world.shape.regions;
        let some_on = all.iter().any(|region| DEFAULT_REGIONS.contains(&region.as_str()));
        match rng.u8(0..6) {
            0 | 1 => Self::Listed(some(rng, all)),
            // In every account of AWS something is on.
            2 if some_on => Self::Enabled,
            _ => Self::Configured,
        }
    }

    fn write(&self, request: &mut Map<String, Value>) {
        let value = match self {
            Self::Configured => return,
            Self::Listed(regions) => json!(regions),
            Self::Enabled => json!("ENABLED"),
        };
        request.insert("Regions".to_owned(), value);
    }

    /// Those of an account, sorted.
    fn of(&self, world: &World, account: &str) -> Vec<String> {
        let mut regions = match self {
            Self::Listed(regions) => regions.clone(),
            Self::Configured => world.shape.regions.clone(),
            Self::Enabled => {
                let on = |region: &&String| oracle::is_enabled(world, account, region);
                world.shape.regions.iter().filter(on).cloned().collect()
            }
        };
        regions.sort();
        regions.dedup();
        regions
    }
}

/// Some of `all`, at least one, in any order.
fn some<T: Clone>(rng: &mut Rng, all: &[T]) -> Vec<T> {
    let mut some = all.to_vec();
    rng.shuffle(&mut some);
    some.truncate(rng.usize(1..=all.len().max(1)));
    some
}

impl Filter {
    fn draw(rng: &mut Rng, world: &World) -> Self {
        let one_in = |rng: &mut Rng, n: u8| rng.u8(0..n) == 0;
        let ids = |keep: fn(&&MemberAccount) -> bool| -> Vec<String> {
            world.accounts.iter().filter(keep).map(|account| account.id.clone()).collect()
        };
        let units: Vec<Option<usize>> =
            std::iter::once(None).chain((0..world.parents.len()).map(Some)).collect();
        let teams = ["payments", "data", "network", "nobody"].map(str::to_owned);
        let mut filter = Self::default();
        // Only an active account may be asked for by its id.
        if one_in(rng, 3) {
            filter.include = some(rng, &ids(|account| account.is_active()));
        }
        if one_in(rng, 3) {
            filter.exclude = some(rng, &ids(|_| true));
        }
        if one_in(rng, 2) {
            filter.units = some(rng, &units);
        }
        if one_in(rng, 4) {
            filter.exclude_units = some(rng, &units[1..]);
        }
        if one_in(rng, 3) {
            filter.teams = some(rng, &teams);
        }
        filter.management = one_in(rng, 4);
        filter
    }

    fn write(&self, request: &mut Map<String, Value>) {
        let units = |units: &[Option<usize>]| -> Vec<String> {
            let id = |unit: &Option<usize>| unit.map_or_else(|| ROOT_ID.to_owned(), World::unit_id);
            units.iter().map(id).collect()
        };
        let mut accounts = Map::new();
        for (name, list) in [
            ("Include", self.include.clone()),
            ("Exclude", self.exclude.clone()),
            ("OrganizationalUnits", units(&self.units)),
            ("ExcludeOrganizationalUnits", units(&self.exclude_units)),
        ] {
            if !list.is_empty() {
                accounts.insert(name.to_owned(), json!(list));
            }
        }
        if !self.teams.is_empty() {
            accounts.insert("Tags".to_owned(), json!({ "team": self.teams }));
        }
        if self.management {
            accounts.insert("IncludeManagementAccount".to_owned(), json!(true));
        }
        if !accounts.is_empty() {
            request.insert("Accounts".to_owned(), Value::Object(accounts));
        }
    }

    /// Whether an active account with this id, unit and tag is asked for.
    fn selects(&self, world: &World, id: &str, unit: Option<usize>, team: Option<&str>) -> bool {
        let is_in = |units: &[Option<usize>]| units.iter().any(|u| world.is_below(unit, *u));
        let named = |ids: &[String]| ids.iter().any(|other| other == id);
        let all = self.include.is_empty() && self.units.is_empty();
        let included = all || named(&self.include) || is_in(&self.units);
        let tagged = self.teams.is_empty() || self.teams.iter().any(|t| Some(t.as_str()) == team);
        included && tagged && !named(&self.exclude) && !is_in(&self.exclude_units)
    }
}

/// The targets, by account and Region. The management account comes first: its id is the least.
fn targets(world: &World, filter: &Filter, regions: &Regions) -> Vec<Target> {
    let management = world.management();
    let mut accounts = Vec::new();
    if filter.management && filter.selects(world, &management, None, None) {
        accounts.push((management, MANAGEMENT_NAME.to_owned()));
    }
    for account in world.accounts.iter().filter(|account| account.is_active()) {
        let team = account.tags.get("team").map(String::as_str);
        if filter.selects(world, &account.id, Some(account.unit), team) {
            accounts.push((account.id.clone(), account.name.clone()));
        }
    }
    let of_account = |(account, name): (String, String)| {
        let regions = regions.of(world, &account);
        regions.into_iter().map(move |region| {
            let (account, name) = (account.clone(), name.clone());
            Target { account, name, region }
        })
    };
    accounts.into_iter().flat_map(of_account).collect()
}
