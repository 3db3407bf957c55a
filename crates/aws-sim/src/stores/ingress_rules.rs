//! The ingress rules of security groups: generated from the seed when they are first asked for, then
//! changed by calls. How EC2 words them stands in `services`.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::rng::{keyed, resource_id};
use crate::world::World;

/// An ingress rule of a security group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IngressRule {
    /// The rule's id.
    pub id: String,
    /// The security group's id.
    pub group: String,
    /// The protocol, such as `tcp`.
    pub protocol: String,
    /// The first port.
    pub from_port: i32,
    /// The last port.
    pub to_port: i32,
    /// The IPv4 or IPv6 range.
    pub source: String,
    /// The description; empty for none.
    pub description: String,
    /// The tags by key.
    pub tags: BTreeMap<String, String>,
}

impl IngressRule {
    /// Whether another rule opens the same: EC2 takes no second one.
    pub(crate) fn opens_the_same(&self, other: &Self) -> bool {
        let opens = |rule: &Self| {
            let ports = (rule.from_port, rule.to_port);
            (rule.group.clone(), rule.protocol.clone(), ports, rule.source.clone())
        };
        opens(self) == opens(other)
    }
}

/// The ingress rules of all accounts and Regions, and what calls have done to them.
#[derive(Debug, Default)]
pub(crate) struct IngressRules(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    rules: HashMap<(String, String), Vec<IngressRule>>,
    revoked: Vec<String>,
    authorized: u64,
}

/// The ports of a generated rule: most of them are ports that people close.
const PORTS: [(i32, i32); 5] = [(22, 22), (3_389, 3_389), (443, 443), (0, 65_535), (22, 22)];
const SOURCES: [&str; 4] = ["0.0.0.0/0", "::/0", "10.0.0.0/8", "0.0.0.0/0"];

impl IngressRules {
    /// The rules of an account's Region.
    pub(crate) fn of(&self, world: &World, account: &str, region: &str) -> Vec<IngressRule> {
        self.with(world, account, region, |rules, _| rules.clone())
    }

    /// Removes the rule of a group; false where there is none of this id.
    pub(crate) fn revoke(&self, world: &World, place: (&str, &str), group: &str, id: &str) -> bool {
        self.with(world, place.0, place.1, |rules, log| {
            let before = rules.len();
            rules.retain(|rule| rule.id != id || rule.group != group);
            let revoked = rules.len() < before;
            log.revoked.extend(revoked.then(|| id.to_owned()));
            revoked
        })
    }

    /// Adds a rule with an id of its own; `None` where one opens the same.
    pub(crate) fn authorize(
        &self,
        world: &World,
        place: (&str, &str),
        rule: IngressRule,
    ) -> Option<IngressRule> {
        self.with(world, place.0, place.1, |rules, log| {
            if rules.iter().any(|other| other.opens_the_same(&rule)) {
                return None;
            }
            *log.authorized += 1;
            let mut rng = keyed((world.seed, "authorized", place, *log.authorized));
            let made = IngressRule { id: resource_id(&mut rng, "sgr"), ..rule };
            rules.push(made.clone());
            Some(made)
        })
    }

    /// The ids of the rules that were revoked, in order.
    pub(crate) fn revoked(&self) -> Vec<String> {
        self.lock().revoked.clone()
    }

    /// How many rules were authorized.
    pub(crate) fn authorized(&self) -> u64 {
        self.lock().authorized
    }

    fn with<T>(
        &self,
        world: &World,
        account: &str,
        region: &str,
        work: impl FnOnce(&mut Vec<IngressRule>, &mut Log<'_>) -> T,
    ) -> T {
        let mut state = self.lock();
        let State { rules, revoked, authorized } = &mut *state;
        let of_place = rules.entry((account.to_owned(), region.to_owned()));
        let of_place = of_place.or_insert_with(|| generated(world, account, region));
        work(of_place, &mut Log { revoked, authorized })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What calls have done.
struct Log<'a> {
    revoked: &'a mut Vec<String>,
    authorized: &'a mut u64,
}

/// The rules of a Region: of up to three groups, some of them open to the world.
fn generated(world: &World, account: &str, region: &str) -> Vec<IngressRule> {
    let mut rng = keyed((world.seed, "rules", account, region));
    let groups: Vec<String> = (0..rng.usize(0..=3)).map(|_| resource_id(&mut rng, "sg")).collect();
    let mut rules: Vec<IngressRule> = Vec::new();
    for group in &groups {
        for _ in 0..rng.usize(0..=4) {
            let made = rule(&mut rng, group);
            if !rules.iter().any(|other| other.opens_the_same(&made)) {
                rules.push(made);
            }
        }
    }
    rules
}

fn rule(rng: &mut fastrand::Rng, group: &str) -> IngressRule {
    let (from_port, to_port) = PORTS[rng.usize(..PORTS.len())];
    let tag = || ("team".to_owned(), "A & <B>".to_owned());
    IngressRule {
        id: resource_id(rng, "sgr"),
        group: group.to_owned(),
        protocol: if rng.u8(..8) == 0 { "udp" } else { "tcp" }.to_owned(),
        from_port,
        to_port,
        source: SOURCES[rng.usize(..SOURCES.len())].to_owned(),
        description: if rng.bool() { "for <people> & machines".to_owned() } else { String::new() },
        tags: if rng.u8(..3) == 0 { BTreeMap::from([tag()]) } else { BTreeMap::new() },
    }
}
