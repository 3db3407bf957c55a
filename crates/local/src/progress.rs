//! How far a run is: counts as they come, and what they mean in words. Drawing is the printer's.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use org_operator_core::Verdict;

/// Counts that many tasks add to.
#[derive(Debug)]
pub struct Progress {
    total: AtomicU64,
    succeeded: AtomicU64,
    skipped: AtomicU64,
    failed: AtomicU64,
    width: AtomicUsize,
    listing: AtomicBool,
}

impl Progress {
    /// Nothing done of `total` targets.
    pub fn new(total: u64) -> Self {
        let zero = || AtomicU64::new(0);
        let total = AtomicU64::new(total);
        let width = AtomicUsize::new(0);
        let listing = AtomicBool::new(false);
        Self { total, succeeded: zero(), skipped: zero(), failed: zero(), width, listing }
    }

    /// Sets how many targets there are.
    pub fn begin(&self, total: u64) {
        self.total.store(total, Ordering::Relaxed);
        self.listing.store(false, Ordering::Relaxed);
    }

    /// Adds targets of accounts that have been listed; there may be more.
    pub fn listed(&self, targets: u64) {
        self.total.fetch_add(targets, Ordering::Relaxed);
        self.listing.store(true, Ordering::Relaxed);
    }

    /// Sets how many targets are asked at once now.
    pub fn set_width(&self, width: usize) {
        self.width.store(width, Ordering::Relaxed);
    }

    /// How many targets are asked at once now.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width.load(Ordering::Relaxed)
    }

    /// Hears of an outcome. One that may be tried again is not counted yet.
    pub fn outcome(&self, verdict: &Verdict) {
        let counter = match verdict {
            Verdict::Succeeded => &self.succeeded,
            Verdict::Skipped(..) => &self.skipped,
            Verdict::Failed(..) => return,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Hears of targets that will not be tried again and have no answer.
    pub fn given_up(&self, targets: u64) {
        self.failed.fetch_add(targets, Ordering::Relaxed);
    }

    /// The counts now, `elapsed` after the beginning.
    pub fn snapshot(&self, elapsed: Duration) -> Snapshot {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Snapshot {
            total: get(&self.total),
            succeeded: get(&self.succeeded),
            skipped: get(&self.skipped),
            failed: get(&self.failed),
            width: self.width(),
            listing: self.listing.load(Ordering::Relaxed),
            elapsed,
        }
    }
}

/// The counts at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Snapshot {
    /// All targets.
    pub total: u64,
    /// With records.
    pub succeeded: u64,
    /// That cannot be asked.
    pub skipped: u64,
    /// Without an answer.
    pub failed: u64,
    /// Targets asked at once.
    pub width: usize,
    /// The accounts are still being listed: there may be more targets.
    pub listing: bool,
    /// Since the beginning.
    pub elapsed: Duration,
}

impl Snapshot {
    /// Targets that are done.
    pub fn done(&self) -> u64 {
        self.succeeded + self.skipped + self.failed
    }

    /// Targets a second; 0 at the beginning.
    #[expect(clippy::cast_precision_loss, reason = "counts of targets are far below 2^52")]
    pub fn rate(&self) -> f64 {
        let seconds = self.elapsed.as_secs_f64();
        if seconds > 0.0 { self.done() as f64 / seconds } else { 0.0 }
    }

    /// The time left at this rate, once there is one.
    #[expect(clippy::cast_precision_loss, reason = "counts of targets are far below 2^52")]
    pub fn left(&self) -> Option<Duration> {
        let rate = self.rate();
        let left = self.total.saturating_sub(self.done());
        (rate > 0.0).then(|| Duration::from_secs_f64(left as f64 / rate))
    }

    /// One line while the run goes on.
    pub fn text(&self) -> String {
        let left = match self.left() {
            _ if self.listing => ", and still listing".to_owned(),
            Some(left) if self.done() < self.total => format!(", {} left", short(left)),
            _ => String::new(),
        };
        format!("{}, {} at once{left}", self.counts(), self.width)
    }

    /// One line when it has ended.
    pub fn ended(&self) -> String {
        format!("{}, in {}", self.counts(), short(self.elapsed))
    }

    fn counts(&self) -> String {
        let Self { total, succeeded, skipped, failed, .. } = self;
        let (done, rate) = (self.done(), self.rate());
        format!(
            "{done} of {total} targets: {succeeded} succeeded, {skipped} skipped, {failed} failed, \
             {rate:.0}/s"
        )
    }
}

/// A duration in the two units that matter.
pub fn short(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..=9 => format!("{:.1} s", duration.as_secs_f64()),
        10..=59 => format!("{seconds} s"),
        60..=3_599 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use org_operator_core::ErrorKind;

    #[test]
    fn rate_and_time_left_follow_from_the_counts() {
        let progress = Progress::new(100);
        let start = progress.snapshot(Duration::ZERO);
        assert_eq!((start.rate(), start.left()), (0.0, None));
        for _ in 0..24 {
            progress.outcome(&Verdict::Succeeded);
        }
        progress.outcome(&Verdict::of(ErrorKind::RegionDisabled, "off"));
        progress.outcome(&Verdict::of(ErrorKind::Throttled, "again"));
        progress.given_up(5);
        let now = progress.snapshot(Duration::from_secs(15));
        assert_eq!((now.done(), now.left()), (30, Some(Duration::from_secs(35))));
        progress.set_width(128);
        let now = progress.snapshot(now.elapsed);
        let text =
            "30 of 100 targets: 24 succeeded, 1 skipped, 5 failed, 2/s, 128 at once, 35 s left";
        assert_eq!(now.text(), text);
    }

    #[test]
    fn durations_are_short() {
        let of = |seconds| short(Duration::from_secs(seconds));
        assert_eq!(
            [of(3), of(59), of(75), of(3_700)],
            ["3.0 s", "59 s", "1 min 15 s", "1 h 1 min"]
        );
    }
}
