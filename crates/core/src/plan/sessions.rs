//! How few sessions of a member role serve several operations: which of them share a session policy.
//! Calling STS is the AWS crate's part.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::model::session::{policy, with_inquiry};

/// The most characters of a session policy that several operations share. STS takes 2,048, and also
/// packs the policy into a size of its own whose measure it does not publish (STS API reference,
/// `AssumeRole`, `PackedPolicySize`); three quarters leave room for that.
pub const SHARED_POLICY_CHARS: usize = 1_536;

/// A session, and what it serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The places of its operations in the list, ascending.
    pub operations: Vec<usize>,
    /// The actions that its session policy allows; of several operations, sorted, each once.
    pub actions: Vec<String>,
}

impl Session {
    /// A session for one operation, with its actions as they are.
    fn of_one(operation: usize, actions: &[String]) -> Self {
        Self { operations: vec![operation], actions: actions.to_vec() }
    }

    fn chars(&self) -> usize {
        policy(&with_inquiry(&self.actions)).len()
    }

    /// One session in the place of two, or `None` where its policy would be too long.
    fn joined(&self, other: &Self) -> Option<Self> {
        let actions: BTreeSet<&String> = self.actions.iter().chain(&other.actions).collect();
        let operations: BTreeSet<usize> =
            self.operations.iter().chain(&other.operations).copied().collect();
        let joined = Self {
            operations: operations.into_iter().collect(),
            actions: actions.into_iter().cloned().collect(),
        };
        (joined.chars() <= SHARED_POLICY_CHARS).then_some(joined)
    }
}

/// The sessions for operations with these actions, every operation in one of them. No two of them
/// could be one. An operation whose own policy is longer than sessions may share has one for itself.
///
/// Largest first, each into the session that grows least by it.
#[must_use]
pub fn pack(operations: &[&[String]]) -> Vec<Session> {
    let mut singles: Vec<Session> =
        operations.iter().enumerate().map(|(i, actions)| Session::of_one(i, actions)).collect();
    singles.sort_by_key(|session| Reverse(session.chars()));
    let mut sessions: Vec<Session> = Vec::new();
    for single in singles {
        match best(&sessions, &single) {
            Some((place, joined)) => sessions[place] = joined,
            None => sessions.push(single),
        }
    }
    merge(&mut sessions);
    sessions.sort_by(|a, b| a.operations.cmp(&b.operations));
    sessions
}

/// The session that grows least by `single`, and what it becomes.
fn best(sessions: &[Session], single: &Session) -> Option<(usize, Session)> {
    let joined = sessions.iter().enumerate().filter_map(|(place, session)| {
        let joined = session.joined(single)?;
        Some((joined.chars() - session.chars().min(joined.chars()), place, joined))
    });
    let least = joined.min_by_key(|(growth, place, _)| (*growth, *place));
    least.map(|(_, place, session)| (place, session))
}

/// Makes one of two sessions wherever that fits.
fn merge(sessions: &mut Vec<Session>) {
    let mut place = 0;
    while place < sessions.len() {
        let later = (place + 1..sessions.len())
            .find_map(|other| Some((other, sessions[place].joined(&sessions[other])?)));
        match later {
            Some((other, joined)) => {
                sessions.remove(other);
                sessions[place] = joined;
            }
            None => place += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn actions(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn packed(operations: &[Vec<String>]) -> Vec<Session> {
        pack(&operations.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    #[test]
    fn operations_that_fit_share_one_session_with_the_union_of_their_actions() {
        let sessions =
            packed(&[actions(&["ec2:B", "ec2:A"]), actions(&["s3:C", "ec2:A"]), actions(&[])]);
        let all =
            Session { operations: vec![0, 1, 2], actions: actions(&["ec2:A", "ec2:B", "s3:C"]) };
        assert_eq!(sessions, [all]);
    }

    #[test]
    fn one_operation_keeps_its_actions_as_they_are() {
        let own = actions(&["ec2:B", "ec2:A"]);
        assert_eq!(packed(std::slice::from_ref(&own)), [Session::of_one(0, &own)]);
        assert!(packed(&[]).is_empty());
    }

    #[test]
    fn an_operation_with_a_long_policy_of_its_own_has_a_session_for_itself() {
        let long: Vec<String> = (0..100).map(|n| format!("service:LongActionName{n}")).collect();
        let sessions = packed(&[actions(&["ec2:A"]), long.clone(), actions(&["ec2:B"])]);
        assert_eq!(sessions.len(), 2);
        assert_eq!(sessions[0].operations, [0, 2]);
        assert_eq!(sessions[1], Session::of_one(1, &long));
    }

    #[test]
    fn operations_with_the_same_actions_are_not_parted() {
        let group = |letter: char| -> Vec<String> {
            (0..25).map(|n| format!("service:{letter}ActionOfSomeLength{n:02}")).collect()
        };
        let sessions = packed(&[group('A'), group('B'), group('A'), group('B')]);
        let places: Vec<&[usize]> = sessions.iter().map(|s| s.operations.as_slice()).collect();
        assert_eq!(places, [&[0, 2], &[1, 3]]);
    }

    proptest! {
        #[test]
        fn every_operation_has_one_session_with_all_its_actions_and_none_is_too_many(
            operations in proptest::collection::vec(
                proptest::collection::vec("[a-d]{1,3}:[A-Z][a-z]{0,40}", 0..40), 0..20),
        ) {
            let sessions = packed(&operations);
            let mut places: Vec<usize> =
                sessions.iter().flat_map(|session| session.operations.clone()).collect();
            places.sort_unstable();
            prop_assert_eq!(places, (0..operations.len()).collect::<Vec<_>>());
            for (i, session) in sessions.iter().enumerate() {
                let own: BTreeSet<&String> =
                    session.operations.iter().flat_map(|place| &operations[*place]).collect();
                prop_assert_eq!(session.actions.iter().collect::<BTreeSet<_>>(), own);
                let is_shared = session.operations.len() > 1;
                prop_assert!(!is_shared || session.chars() <= SHARED_POLICY_CHARS);
                prop_assert!(sessions[i + 1..].iter().all(|other| session.joined(other).is_none()));
            }
        }
    }
}
