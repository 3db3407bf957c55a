//! How many targets are asked at once where nobody fixed a number: the width widens while that
//! brings more answers a second and the machine has time left, and narrows when AWS throttles.
//!
//! Arithmetic over what finished and when; permits are the limit's. A round is twice as many
//! finished targets as the width, so that most of them ran at the width that the round judges.

use std::time::Duration;

use crate::appends::kept_open;

/// The width at the start: moderate, and wide after four rounds where that helps.
pub const START: usize = 64;
/// The widest: at 200 ms a call, which is another continent, two cores gain nothing beyond it.
pub const WIDEST: u16 = 1_024;
/// The narrowest: below it a run takes hours, and AWS throttles most calls by account and Region,
/// whatever else is asked.
const NARROWEST: usize = 16;
/// A wider width stays if it brings this much more answers a second than the one before.
const GAIN: f64 = 1.08;
/// The share of throttled targets from which on the width narrows. One throttled account of many is
/// throttled at any width.
const THROTTLED: f64 = 0.02;
/// The share of its time that the machine is busy with answers from which on a wider width would bring
/// no more of them: it would only hold more connections. What seems to be a gain then is chance. Below
/// it, the width grows no further than to what would take all of the time.
const SATURATED: f64 = 0.9;
/// Growth of the width while nothing has been throttled, and after that.
const FAST: f64 = 2.0;
const SLOW: f64 = 1.25;
/// What is left of the width when it narrows.
const NARROWED: f64 = 0.7;
/// Rounds at one width after which a wider one is tried again: latency changes.
const PATIENCE: u32 = 10;

/// Finds the width of a run.
#[derive(Debug, Clone)]
pub struct Width {
    current: usize,
    widest: usize,
    growth: f64,
    /// The best width so far and its rate, in answers and finished targets a second.
    best: (usize, f64),
    waited: u32,
    round: Round,
}

#[derive(Debug, Clone, Copy, Default)]
struct Round {
    began: Work,
    finished: usize,
    throttled: usize,
    idle: usize,
}

/// What the run has done since its beginning.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Work {
    /// The time that it took.
    pub time: Duration,
    /// How much of this time the machine was busy.
    pub busy: Duration,
    /// Answers that came. Operations differ in how many a target takes.
    pub answers: u64,
}

/// A target that finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finished {
    /// What had been done by then.
    pub work: Work,
    /// AWS throttled a call of it.
    pub throttled: bool,
    /// More targets could have been asked at that moment than there were.
    pub idle: bool,
}

impl Width {
    /// A width within what `open_files` allow: a target holds up to two connections, and the journal
    /// and the rest of the process need some files of their own.
    #[must_use]
    pub fn new(open_files: Option<u64>) -> Self {
        let files = open_files.and_then(|files| usize::try_from(files).ok()).unwrap_or(usize::MAX);
        let others = 64 + kept_open(open_files);
        let widest = (files.saturating_sub(others) / 2).clamp(NARROWEST, usize::from(WIDEST));
        let current = START.min(widest);
        let (best, round) = ((current, 0.0), Round::default());
        Self { current, widest, growth: FAST, best, waited: 0, round }
    }

    /// How many targets may be asked at once now.
    #[must_use]
    pub fn now(&self) -> usize {
        self.current
    }

    /// Takes a finished target into account and returns the width from now on.
    pub fn finished(&mut self, target: Finished) -> usize {
        let round = &mut self.round;
        round.finished += 1;
        round.throttled += usize::from(target.throttled);
        round.idle += usize::from(target.idle);
        if round.finished >= 2 * self.current {
            self.judge(target.work);
            self.round = Round { began: target.work, ..Round::default() };
        }
        self.current
    }

    fn judge(&mut self, now: Work) {
        let Round { began, finished, throttled, idle } = self.round;
        let done = now.since(began);
        let rate = done.rate(finished);
        let (best, best_rate) = self.best;
        if real(throttled) > THROTTLED * real(finished) {
            self.narrow();
        } else if 2 * idle > finished {
            // There was not enough to ask: the rate says nothing about the width.
        } else if self.current == best {
            self.stay(rate, done.busy_share());
        } else if rate >= GAIN * best_rate {
            self.best = (self.current, rate);
            self.widen(done.busy_share());
        } else {
            self.current = best;
            self.waited = 0;
        }
    }

    /// At the best width: its rate is measured anew, and a wider one is tried from time to time.
    fn stay(&mut self, rate: f64, busy: f64) {
        let first = self.best.1 == 0.0;
        self.waited += 1;
        self.best.1 = if first { rate } else { f64::midpoint(self.best.1, rate) };
        if first || self.waited > PATIENCE {
            self.widen(busy);
        }
    }

    fn widen(&mut self, busy: f64) {
        self.waited = 0;
        if busy < SATURATED {
            let growth = self.growth.min(1.0 / busy.max(0.01));
            self.current = scaled(self.current, growth).clamp(NARROWEST, self.widest);
        }
    }

    fn narrow(&mut self) {
        self.current = scaled(self.current, NARROWED).clamp(NARROWEST, self.widest);
        (self.best, self.waited, self.growth) = ((self.current, 0.0), 0, SLOW);
    }
}

impl Work {
    fn since(self, began: Self) -> Self {
        Self {
            time: self.time.saturating_sub(began.time),
            busy: self.busy.saturating_sub(began.busy),
            answers: self.answers.saturating_sub(began.answers),
        }
    }

    /// Answers and finished targets a second: also a target that no service answered is done.
    fn rate(self, finished: usize) -> f64 {
        let answers = usize::try_from(self.answers).unwrap_or(usize::MAX);
        real(answers.saturating_add(finished)) / self.time.as_secs_f64().max(0.001)
    }

    /// The share of its time in which the machine was busy.
    fn busy_share(self) -> f64 {
        self.busy.as_secs_f64() / self.time.as_secs_f64().max(0.001)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of answers and targets are far below 2^52")]
fn real(number: usize) -> f64 {
    number as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a width of at most some thousands, not negative"
)]
fn scaled(width: usize, factor: f64) -> usize {
    (real(width) * factor).round() as usize
}

#[cfg(test)]
#[path = "width/tests.rs"]
mod tests;
