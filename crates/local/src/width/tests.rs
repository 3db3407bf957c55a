//! The width over a model of a run: so many targets at once, each as long as the latency, and no
//! more a second than the machine can do.

use proptest::prelude::*;

use super::*;

/// A run of a model: what it takes, and how wide it got.
struct Model {
    width: Width,
    now: f64,
    latency: f64,
    ceiling: f64,
    busy: f64,
    answers: u64,
}

impl Model {
    fn new(latency: f64, ceiling: f64) -> Self {
        Self { width: Width::new(None), now: 0.0, latency, ceiling, busy: 0.0, answers: 0 }
    }

    /// Finishes `targets`, of which `throttled` says which ones AWS throttled.
    fn run(&mut self, targets: usize, throttled: impl Fn(usize) -> bool) {
        for n in 0..targets {
            let rate = (real(self.width.now()) / self.latency).min(self.ceiling);
            self.finish(1.0 / rate, rate / self.ceiling, 1, throttled(n));
        }
    }

    /// Finishes a target after so many seconds, a share of which the machine was busy.
    fn finish(&mut self, seconds: f64, busy: f64, answers: u64, throttled: bool) {
        self.now += seconds;
        self.busy += seconds * busy;
        self.answers += answers;
        let (time, busy) = (Duration::from_secs_f64(self.now), Duration::from_secs_f64(self.busy));
        let work = Work { time, busy, answers: self.answers };
        self.width.finished(Finished { work, throttled, idle: false });
    }
}

#[test]
fn slow_calls_widen_until_the_widest() {
    let mut model = Model::new(0.2, f64::INFINITY);
    model.run(17_000, |_| false);
    assert_eq!(model.width.now(), usize::from(WIDEST));
    assert!(model.now < 6.0, "{}", model.now);
}

#[test]
fn a_busy_machine_is_not_given_more_than_it_can_use() {
    let mut model = Model::new(0.05, 2_000.0);
    model.run(20_000, |_| false);
    assert!((64..=256).contains(&model.width.now()), "{}", model.width.now());
    assert!(model.now < 11.0, "{}", model.now);
}

#[test]
fn a_gain_by_chance_does_not_widen_a_busy_machine() {
    let mut model = Model::new(0.05, f64::INFINITY);
    for _ in 0..20_000 {
        // Each round seems to be a tenth faster than the one before.
        let seconds = 0.001 * 0.9_f64.powf(real(model.width.now()).log2());
        model.finish(seconds, 0.95, 1, false);
    }
    assert_eq!(model.width.now(), START);
}

#[test]
fn targets_of_more_calls_are_no_slower_answers() {
    let mut model = Model::new(0.05, f64::INFINITY);
    for n in 0..50_000_u32 {
        // Half of the rounds have targets that take four calls, and four times as long.
        let calls: u32 = if (n / 512).is_multiple_of(2) { 1 } else { 4 };
        let seconds = f64::from(calls) * 0.05 / real(model.width.now());
        model.finish(seconds, 0.5, u64::from(calls), false);
    }
    assert_eq!(model.width.now(), usize::from(WIDEST));
}

#[test]
fn more_latency_later_on_widens_once_more() {
    let mut model = Model::new(0.05, 2_000.0);
    model.run(20_000, |_| false);
    model.latency = 0.3;
    model.run(40_000, |_| false);
    assert!(model.width.now() >= 400, "{}", model.width.now());
}

#[test]
fn throttling_narrows_and_its_end_widens_again() {
    let mut model = Model::new(0.05, 2_000.0);
    model.run(4_000, |n| n % 10 == 0);
    assert_eq!(model.width.now(), NARROWEST);
    model.run(20_000, |_| false);
    assert!(model.width.now() >= START, "{}", model.width.now());
}

#[test]
fn one_throttled_account_of_many_does_not_narrow_the_run() {
    let mut model = Model::new(0.2, f64::INFINITY);
    model.run(17_000, |n| n % 100 == 0);
    assert_eq!(model.width.now(), usize::from(WIDEST));
}

#[test]
fn rounds_without_enough_to_ask_change_nothing() {
    let mut width = Width::new(None);
    for n in 0..10_000 {
        let work = Work { time: Duration::from_millis(n), ..Work::default() };
        width.finished(Finished { work, throttled: false, idle: true });
    }
    assert_eq!(width.now(), START);
}

#[test]
fn few_open_files_bound_the_width() {
    let mut model = Model { width: Width::new(Some(320)), ..Model::new(0.2, f64::INFINITY) };
    assert_eq!(model.width.now(), START);
    model.run(10_000, |_| false);
    assert_eq!(model.width.now(), 96);
    assert_eq!(Width::new(Some(3)).now(), NARROWEST);
}

proptest! {
    #[test]
    fn the_width_stays_within_its_bounds(
        files in proptest::option::of(0u64..100_000),
        targets in proptest::collection::vec((0u64..50, any::<bool>(), any::<bool>()), 0..3_000),
    ) {
        let mut width = Width::new(files);
        let mut at = Duration::ZERO;
        for (wait, throttled, idle) in targets {
            at += Duration::from_millis(wait);
            let work = Work { time: at, busy: at / 2, answers: 0 };
            let now = width.finished(Finished { work, throttled, idle });
            prop_assert!((NARROWEST..=usize::from(WIDEST)).contains(&now));
        }
    }
}
