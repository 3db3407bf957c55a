//! Security Hub of all accounts and Regions: off until a call switches it on; a standard takes some looks
//! to get ready. How the service words it stands in `services`.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How often a standard that is being switched is looked at until it is.
const LOOKS: u32 = 2;
/// The controls of every standard; the Region lacks the last one.
pub const CONTROLS: [&str; 4] = ["S3.1", "EC2.1", "IAM.1", "Absent.1"];

/// Security Hub in one account and Region.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecurityHub {
    /// Whether it is on.
    pub is_on: bool,
    /// Standards by ARN: whether each is on, or being switched to that.
    pub standards: BTreeMap<String, bool>,
    /// The state and the reason of controls that calls have switched, by standard and id.
    pub controls: BTreeMap<(String, String), (String, String)>,
    /// The looks that standards still take.
    pub(crate) moving: BTreeMap<String, u32>,
}

/// Everything, and what calls have switched.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) hubs: BTreeMap<(String, String), SecurityHub>,
    /// What calls have switched, in order: account, Region, and what to which state.
    pub(crate) switched: Vec<String>,
}

/// Security Hub everywhere.
#[derive(Debug, Default)]
pub(crate) struct Hubs(Mutex<State>);

impl Hubs {
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SecurityHub {
    /// Begins to switch a standard.
    pub(crate) fn switch(&mut self, standard: &str, on: bool) {
        self.standards.insert(standard.to_owned(), on);
        self.moving.insert(standard.to_owned(), LOOKS);
        // A standard brings its controls as it has them.
        self.controls.retain(|(of, _), _| of != standard);
    }

    /// Looks at the standards: those that are being switched come nearer to it.
    pub(crate) fn look(&mut self) {
        for left in self.moving.values_mut() {
            *left -= 1;
        }
        self.moving.retain(|_, left| *left > 0);
        let moving = &self.moving;
        self.standards.retain(|standard, on| *on || moving.contains_key(standard));
    }

    /// The state and the reason of a control; `None` where its standard is off or has no such control.
    pub(crate) fn control(&self, standard: &str, id: &str) -> Option<(String, String)> {
        let is_here = self.standards.get(standard) == Some(&true) && CONTROLS[..3].contains(&id);
        let known = self.controls.get(&(standard.to_owned(), id.to_owned()));
        is_here.then(|| known.cloned().unwrap_or_else(|| ("ENABLED".to_owned(), String::new())))
    }
}
