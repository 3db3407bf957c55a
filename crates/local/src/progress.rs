//! The progress of a run: its counts, and their description in words. Drawing is the command's part.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use org_operator_core::Verdict;

/// Counters that all tasks of a run share.
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
    /// Counters of a run with `total` targets, none of them done.
    #[must_use]
    pub fn new(total: u64) -> Self {
        let zero = || AtomicU64::new(0);
        let total = AtomicU64::new(total);
        let width = AtomicUsize::new(0);
        let listing = AtomicBool::new(false);
        Self { total, succeeded: zero(), skipped: zero(), failed: zero(), width, listing }
    }

    /// Sets the number of targets, once the plan is known.
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

    /// Counts an outcome. A failure is not counted, because another attempt may replace it.
    pub fn outcome(&self, verdict: &Verdict) {
        let counter = match verdict {
            Verdict::Succeeded => &self.succeeded,
            Verdict::Skipped(..) => &self.skipped,
            Verdict::Failed(..) => return,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts targets that failed for good.
    pub fn given_up(&self, targets: u64) {
        self.failed.fetch_add(targets, Ordering::Relaxed);
    }

    /// The counts now, `elapsed` after the start.
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
    /// The number of targets in the plan.
    pub total: u64,
    /// Targets whose records are complete.
    pub succeeded: u64,
    /// Targets that cannot be asked.
    pub skipped: u64,
    /// Targets that failed for good.
    pub failed: u64,
    /// The number of targets that run at the same time.
    pub width: usize,
    /// Whether accounts are still being listed, so that more targets may come.
    pub listing: bool,
    /// Time since the start.
    pub elapsed: Duration,
}

impl Snapshot {
    /// The number of targets that are done.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.succeeded + self.skipped + self.failed
    }

    /// Targets per second; 0 at the start.
    #[expect(clippy::cast_precision_loss, reason = "counts of targets are far below 2^52")]
    #[must_use]
    pub fn rate(&self) -> f64 {
        let seconds = self.elapsed.as_secs_f64();
        if seconds > 0.0 { self.done() as f64 / seconds } else { 0.0 }
    }

    /// The time left at this rate; `None` while there is no rate.
    #[expect(clippy::cast_precision_loss, reason = "counts of targets are far below 2^52")]
    #[must_use]
    pub fn left(&self) -> Option<Duration> {
        let rate = self.rate();
        let left = self.total.saturating_sub(self.done());
        (rate > 0.0).then(|| Duration::from_secs_f64(left as f64 / rate))
    }

    /// One line for a run in progress.
    #[must_use]
    pub fn text(&self) -> String {
        let left = match self.left() {
            _ if self.listing => ", and still listing".to_owned(),
            Some(left) if self.done() < self.total => format!(", {} left", short(left)),
            _ => String::new(),
        };
        format!("{}, {} at once{left}", self.counts(), self.width)
    }

    /// One line for a run that has ended.
    #[must_use]
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

/// A duration in its one or two largest units, such as `1 min 15 s`.
#[must_use]
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
    fn durations_have_at_most_two_units() {
        let of = |seconds| short(Duration::from_secs(seconds));
        assert_eq!(
            [of(3), of(59), of(75), of(3_700)],
            ["3.0 s", "59 s", "1 min 15 s", "1 h 1 min"]
        );
    }
}
