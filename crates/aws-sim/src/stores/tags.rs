//! The tags of resources: generated from the seed when they are first asked for, then changed by calls.
//! How the tagging API words them stands in `services`.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::rng::{keyed, resource_id};
use crate::world::World;

/// The tags of a Region's resources: by ARN, then by key. A resource that lost its last tag stays.
pub type TagsByArn = BTreeMap<String, BTreeMap<String, String>>;

/// The tags of all accounts and Regions, and what calls have done to them.
#[derive(Debug, Default)]
pub(crate) struct Tags(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    resources: HashMap<(String, String), TagsByArn>,
    /// ARN and key of each change, in order.
    changes: Vec<(String, String)>,
}

const KEYS: [&str; 4] = ["Owner", "Stage", "team", "owner"];
const VALUES: [&str; 3] = ["web", "data & <ml>", ""];

impl Tags {
    /// The tags of an account's Region.
    pub(crate) fn of(&self, world: &World, account: &str, region: &str) -> TagsByArn {
        self.with(world, (account, region), |tags, _| tags.clone())
    }

    /// Sets the tag, or takes it away where `value` is `None`; false where there is no such resource.
    pub(crate) fn change(
        &self,
        world: &World,
        place: (&str, &str),
        (arn, key): (&str, &str),
        value: Option<&str>,
    ) -> bool {
        self.with(world, place, |tags, changes| {
            let Some(of_resource) = tags.get_mut(arn) else { return false };
            match value {
                Some(value) => of_resource.insert(key.to_owned(), value.to_owned()),
                None => of_resource.remove(key),
            };
            changes.push((arn.to_owned(), key.to_owned()));
            true
        })
    }

    /// ARN and key of each change, in order.
    pub(crate) fn changes(&self) -> Vec<(String, String)> {
        self.lock().changes.clone()
    }

    fn with<T>(
        &self,
        world: &World,
        (account, region): (&str, &str),
        work: impl FnOnce(&mut TagsByArn, &mut Vec<(String, String)>) -> T,
    ) -> T {
        let mut state = self.lock();
        let State { resources, changes } = &mut *state;
        let of_place = resources.entry((account.to_owned(), region.to_owned()));
        work(of_place.or_insert_with(|| generated(world, account, region)), changes)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Up to six resources, each with some of the tags.
fn generated(world: &World, account: &str, region: &str) -> TagsByArn {
    let mut rng = keyed((world.seed, "tags", account, region));
    let count = rng.usize(0..=6);
    (0..count).map(|_| (arn(&mut rng, account, region), tags(&mut rng))).collect()
}

fn arn(rng: &mut fastrand::Rng, account: &str, region: &str) -> String {
    match rng.u8(..4) {
        0 => format!("arn:aws:s3:::{}", resource_id(rng, "bucket")),
        1 => format!("arn:aws:rds:{region}:{account}:db:{}", resource_id(rng, "db")),
        _ => format!("arn:aws:ec2:{region}:{account}:volume/{}", resource_id(rng, "vol")),
    }
}

fn tags(rng: &mut fastrand::Rng) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::new();
    for key in KEYS {
        if rng.bool() {
            tags.insert(key.to_owned(), VALUES[rng.usize(..VALUES.len())].to_owned());
        }
    }
    if rng.u8(..3) == 0 {
        tags.insert("aws:cloudformation:stack-name".to_owned(), "shop".to_owned());
    }
    tags
}
