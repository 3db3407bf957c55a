//! What Inspector scans: generated from the seed when it is first asked for, then turned on and off by
//! calls, which takes time. How Inspector words it stands in `services`.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::rng::keyed;
use crate::world::World;

/// The scan types: as a request names them, and as an answer does.
pub(crate) const SCAN_TYPES: [(&str, &str); 5] = [
    ("EC2", "ec2"),
    ("ECR", "ecr"),
    ("LAMBDA", "lambda"),
    ("LAMBDA_CODE", "lambdaCode"),
    ("CODE_REPOSITORY", "codeRepository"),
];

/// How long turning a scan type on or off takes.
const TAKES: Duration = Duration::from_secs(90);

/// The state of a scan type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Enabled,
    Disabled,
    Enabling(Instant),
    Disabling(Instant),
}

impl Status {
    /// As an answer names it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Enabled => "ENABLED",
            Self::Disabled => "DISABLED",
            Self::Enabling(_) => "ENABLING",
            Self::Disabling(_) => "DISABLING",
        }
    }

    /// The state that it is in, or will be in.
    pub(crate) fn settled(self) -> &'static str {
        match self {
            Self::Enabled | Self::Enabling(_) => "ENABLED",
            Self::Disabled | Self::Disabling(_) => "DISABLED",
        }
    }

    /// The same once the time is over.
    fn now(self) -> Self {
        match self {
            Self::Enabling(until) if until <= Instant::now() => Self::Enabled,
            Self::Disabling(until) if until <= Instant::now() => Self::Disabled,
            other => other,
        }
    }

    /// Why it cannot be turned on or off, in Inspector's code.
    fn obstacle(self, on: bool) -> Option<&'static str> {
        match self {
            Self::Enabled if on => Some("ALREADY_ENABLED"),
            Self::Enabling(_) => Some("ENABLE_IN_PROGRESS"),
            Self::Disabling(_) => Some("DISABLE_IN_PROGRESS"),
            _ => None,
        }
    }
}

type ByName = BTreeMap<&'static str, Status>;
/// Account, Region and scan type.
type Change = (String, String, String);

/// What Inspector scans in all accounts and Regions, and what calls have done to it.
#[derive(Debug, Default)]
pub(crate) struct ScanTypes(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    places: HashMap<(String, String), ByName>,
    changes: Vec<Change>,
}

impl ScanTypes {
    /// The scan types of an account's Region, by the names of an answer.
    pub(crate) fn of(&self, world: &World, account: &str, region: &str) -> ByName {
        self.with(world, (account, region), |types, _| {
            types.iter().map(|(name, status)| (*name, status.now())).collect()
        })
    }

    /// Turns scan types on or off: all of them, or none where one cannot be.
    pub(crate) fn change(
        &self,
        world: &World,
        place: (&str, &str),
        names: &[&'static str],
        on: bool,
    ) -> Result<(), &'static str> {
        self.with(world, place, |types, changes| {
            let now = |name: &&'static str| types.get(name).map(|status| status.now());
            let obstacle = names.iter().filter_map(now).find_map(|status| status.obstacle(on));
            if let Some(code) = obstacle {
                return Err(code);
            }
            let until = Instant::now() + TAKES;
            for name in names {
                let status = if on { Status::Enabling(until) } else { Status::Disabling(until) };
                types.insert(name, status);
                changes.push((place.0.to_owned(), place.1.to_owned(), (*name).to_owned()));
            }
            Ok(())
        })
    }

    /// What calls have done, in order.
    pub(crate) fn changes(&self) -> Vec<Change> {
        self.lock().changes.clone()
    }

    fn with<T>(
        &self,
        world: &World,
        (account, region): (&str, &str),
        work: impl FnOnce(&mut ByName, &mut Vec<Change>) -> T,
    ) -> T {
        let mut state = self.lock();
        let State { places, changes } = &mut *state;
        let of_place = places.entry((account.to_owned(), region.to_owned()));
        work(of_place.or_insert_with(|| generated(world, account, region)), changes)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn generated(world: &World, account: &str, region: &str) -> ByName {
    let mut rng = keyed((world.seed, "scan types", account, region));
    let mut status = || if rng.bool() { Status::Enabled } else { Status::Disabled };
    SCAN_TYPES.iter().map(|(_, name)| (*name, status())).collect()
}
