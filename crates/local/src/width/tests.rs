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
}

impl Model {
    fn new(latency: f64, ceiling: f64) -> Self {
        Self { width: Width::new(None), now: 0.0, latency, ceiling }
    }

    /// Finishes `targets`, of which `throttled` says which ones AWS throttled.
    fn run(&mut self, targets: usize, throttled: impl Fn(usize) -> bool) {
        for n in 0..targets {
            self.now += 1.0 / (real(self.width.now()) / self.latency).min(self.ceiling);
            let at = Duration::from_secs_f64(self.now);
            self.width.finished(Finished { at, throttled: throttled(n), idle: false });
        }
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
        let at = Duration::from_millis(n);
        width.finished(Finished { at, throttled: false, idle: true });
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
            let now = width.finished(Finished { at, throttled, idle });
            prop_assert!((NARROWEST..=usize::from(WIDEST)).contains(&now));
        }
    }
}
