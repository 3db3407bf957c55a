//! What a refusal without a reason means, once the account's other Regions are known.
//!
//! EC2 often reports a policy's deny in the same short words as a missing permission. If the same
//! role succeeds in another Region at about the same time, it has the permission, so a policy denies.
//! A worker sees its own work item only; whoever sees the whole account settles the rest here.

use crate::error::ErrorKind;
use crate::model::region::Region;
use crate::model::timestamp::Timestamp;
use crate::outcome::{Outcome, Verdict};

/// How far apart a success and a refusal may be for the one to explain the other: as long as one
/// session of the member role lasts. Beyond that the role's permissions may have changed.
pub const EVIDENCE_SECONDS: i64 = 3_600;

/// Settles the refusals without a reason among the `outcomes` of one account: each becomes
/// `DeniedByPolicy` where another Region succeeded within [`EVIDENCE_SECONDS`] of it.
pub fn settle(outcomes: &mut [Outcome]) {
    let successes: Vec<(Region, Timestamp)> = outcomes
        .iter()
        .filter(|outcome| outcome.verdict == Verdict::Succeeded)
        .map(|outcome| (outcome.region.clone(), outcome.ended_at))
        .collect();
    for outcome in outcomes.iter_mut().filter(|outcome| is_unsettled(outcome)) {
        let near = |(_, at): &&(Region, Timestamp)| explains(*at, outcome.ended_at);
        if let Some((region, _)) = successes.iter().find(near) {
            let message = outcome.verdict.error().map_or("", |(_, message)| message);
            outcome.verdict = denied_by_policy(message, region);
        }
    }
}

/// Whether a success at `success` says what a refusal at `refusal` means.
#[must_use]
pub fn explains(success: Timestamp, refusal: Timestamp) -> bool {
    (success.epoch_seconds() - refusal.epoch_seconds()).abs() <= EVIDENCE_SECONDS
}

/// The verdict on a refusal without a reason, inferred from a success in `evidence`. The inference
/// stands first in its message, where no limit on its length cuts it off.
#[must_use]
pub fn denied_by_policy(refusal: &str, evidence: &Region) -> Verdict {
    let message = format!(
        "inferred: AWS gave no reason, and the same role succeeded in {evidence}; {refusal}"
    );
    Verdict::of(ErrorKind::DeniedByPolicy, &message)
}

fn is_unsettled(outcome: &Outcome) -> bool {
    outcome.unexplained && matches!(outcome.verdict, Verdict::Failed(ErrorKind::AccessDenied, _))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(region: &str, verdict: Verdict, unexplained: bool, at: i64) -> Outcome {
        let at = Timestamp::from_epoch_millis(at * 1_000);
        Outcome {
            region: Region::parse(region).unwrap(),
            verdict,
            attempts: 1,
            started_at: at,
            ended_at: at,
            records: 0,
            calls: 1,
            attempt: "a".to_owned(),
            unexplained,
        }
    }

    fn refused(unexplained: bool, at: i64) -> Outcome {
        let verdict = Verdict::of(ErrorKind::AccessDenied, "You may not");
        outcome("eu-south-1", verdict, unexplained, at)
    }

    fn settled(refusal: Outcome, success_at: i64) -> Verdict {
        let mut all = [refusal, outcome("eu-west-1", Verdict::Succeeded, false, success_at)];
        settle(&mut all);
        all[0].verdict.clone()
    }

    #[test]
    fn a_success_within_an_hour_before_or_after_settles_a_refusal() {
        for success_at in [10_000 - EVIDENCE_SECONDS, 10_000, 10_000 + EVIDENCE_SECONDS] {
            let verdict = settled(refused(true, 10_000), success_at);
            let (kind, message) = verdict.error().unwrap();
            assert_eq!(kind, ErrorKind::DeniedByPolicy, "{success_at}");
            assert!(
                message.starts_with("inferred: ") && message.contains("eu-west-1"),
                "{message}"
            );
            assert!(message.ends_with("You may not"), "{message}");
        }
    }

    #[test]
    fn a_success_hours_away_settles_nothing() {
        let verdict = settled(refused(true, 10_000), 10_001 + EVIDENCE_SECONDS);
        assert_eq!(verdict, Verdict::of(ErrorKind::AccessDenied, "You may not"));
    }

    #[test]
    fn a_refusal_with_a_reason_stays_as_it_is() {
        let verdict = settled(refused(false, 10_000), 10_000);
        assert_eq!(verdict, Verdict::of(ErrorKind::AccessDenied, "You may not"));
    }
}
