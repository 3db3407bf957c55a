//! One row on its way, step by step.

use super::*;
use crate::{Event, Hold, MOST_TRIES, Made, Outcome, RowRun, Seen, Settled, Step};

fn seen(state: Value) -> Event {
    Event::Seen(Seen { state, ..Seen::default() })
}

fn ended(run: &RowRun<'_>) -> Settled {
    match run.step() {
        Step::Done(settled) => *settled,
        step => panic!("not done: {step:?}"),
    }
}

fn after(row: &PlanRow, open: bool, events: Vec<Event>) -> Settled {
    let mut run = RowRun::new(row, open);
    for event in events {
        run.take(event);
    }
    ended(&run)
}

#[test]
fn a_change_is_begun_only_after_its_intent() {
    let planned = row(1, 1);
    let mut run = RowRun::new(&planned, false);
    assert_eq!(run.step(), Step::Read);
    run.take(seen(open_rule(1)));
    assert_eq!(run.step(), Step::Begin);
    run.take(Event::Made(Made::default()));
    assert_eq!(run.step(), Step::Begin, "an event that no step asked for changes nothing");
    run.take(Event::Begun);
    assert_eq!(run.step(), Step::Change);
    run.take(Event::Made(Made { request_id: Some("r".to_owned()), ..Made::default() }));
    let settled = ended(&run);
    assert_eq!((settled.outcome, settled.request_id.as_deref()), (Outcome::Applied, Some("r")));
    assert_eq!((settled.before, settled.after), (open_rule(1), Value::Null));
}

#[test]
fn a_state_on_its_way_counts_as_the_one_that_it_becomes() {
    let planned = PlanRow { before: "OFF".into(), after: "ON".into(), ..row(1, 1) };
    let on_its_way = || serde_json::json!({"Status": "STARTING", "Becomes": "ON"});
    assert_eq!(after(&planned, false, vec![seen(on_its_way())]).outcome, Outcome::Already);
    assert_eq!(after(&planned, true, vec![seen(on_its_way())]).outcome, Outcome::Applied);
    let made = Event::Made(Made { state: Some(on_its_way()), ..Made::default() });
    let settled = after(&planned, false, vec![seen("OFF".into()), Event::Begun, made]);
    assert_eq!((settled.outcome, settled.after), (Outcome::Applied, on_its_way()));
    let elsewhere = serde_json::json!({"Status": "ENDING", "Becomes": "GONE"});
    let left = after(&planned, false, vec![seen(elsewhere)]).outcome;
    assert_eq!(left, Outcome::ChangedSincePlan);
}

#[test]
fn a_state_that_is_neither_before_nor_after_is_left_alone() {
    let planned = row(1, 1);
    let other = after(&planned, false, vec![seen(open_rule(9))]);
    assert_eq!((other.outcome, other.before), (Outcome::ChangedSincePlan, open_rule(9)));
    assert_eq!(after(&planned, false, vec![seen(Value::Null)]).outcome, Outcome::Already);
    let begun = after(&planned, true, vec![seen(open_rule(9))]);
    assert_eq!((begun.outcome, begun.open), (Outcome::Failed, true));
}

#[test]
fn after_a_lost_reply_the_state_decides() {
    let planned = row(1, 1);
    let lost = || {
        let lost = Event::NotMade(problem(ErrorKind::Transient, true));
        vec![seen(open_rule(1)), Event::Begun, lost, Event::Waited]
    };
    let made = [lost(), vec![seen(Value::Null)]].concat();
    let made = after(&planned, false, made);
    assert_eq!((made.outcome, made.before), (Outcome::Applied, open_rule(1)));
    let mut run = RowRun::new(&planned, false);
    for event in lost() {
        run.take(event);
    }
    assert_eq!(run.step(), Step::Read);
    run.take(seen(open_rule(1)));
    assert_eq!(run.step(), Step::Begin);
}

#[test]
fn a_refusal_is_not_tried_again_unless_it_is_a_throttle() {
    let planned = row(1, 1);
    let begun = || vec![seen(open_rule(1)), Event::Begun];
    let refused = Event::NotMade(problem(ErrorKind::AccessDenied, false));
    let denied = after(&planned, false, [begun(), vec![refused, seen(open_rule(1))]].concat());
    assert_eq!((denied.outcome, denied.error), (Outcome::Failed, Some(ErrorKind::AccessDenied)));
    assert!(!denied.open);
    let gone = Event::NotMade(problem(ErrorKind::OperationFailed, false));
    let gone = after(&planned, false, [begun(), vec![gone, seen(Value::Null)]].concat());
    assert_eq!(gone.outcome, Outcome::Already, "somebody else was faster");
}

#[test]
fn throttles_end_after_the_last_try() {
    let planned = row(1, 1);
    let mut run = RowRun::new(&planned, false);
    for tried in 1..=MOST_TRIES {
        run.take(seen(open_rule(1)));
        run.take(Event::Begun);
        run.take(Event::NotMade(problem(ErrorKind::Throttled, false)));
        if tried < MOST_TRIES {
            assert_eq!(run.step(), Step::Wait(tried));
            run.take(Event::Waited);
        }
    }
    run.take(seen(open_rule(1)));
    assert_eq!(ended(&run).error, Some(ErrorKind::Throttled));
}

#[test]
fn a_guard_holds_and_an_unreadable_row_fails() {
    let planned = row(1, 1);
    let held = after(&planned, false, vec![seen(open_rule(1)), Event::Held(Hold::Account)]);
    assert_eq!((held.outcome, held.message.as_str()), (Outcome::Held, "the account is protected"));
    let unread =
        after(&planned, true, vec![Event::Unread(problem(ErrorKind::AccessDenied, false))]);
    assert_eq!((unread.outcome, unread.open), (Outcome::Failed, true));
}
