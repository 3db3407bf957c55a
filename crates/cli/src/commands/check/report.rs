//! What a check has found: account by account, in numbers, and as an exit code.

use org_operator_core::model::account::Account;
use org_operator_core::{Error, ErrorKind, Region};
use serde_json::{Value, json};

use crate::exit::Exit;

/// An account with what was found.
pub(super) struct Checked {
    pub(super) account: Account,
    pub(super) region: Region,
    /// Why it cannot be asked.
    pub(super) refused: Option<Error>,
}

/// The exit code. An account that a run would SKIP is an answer, as it is in the run.
pub(super) fn exit(found: &[Option<ErrorKind>]) -> Exit {
    let refused: Vec<ErrorKind> = refused(found).collect();
    let is_access =
        |kind: &ErrorKind| matches!(kind, ErrorKind::AccessDenied | ErrorKind::AssumeRoleDenied);
    match refused.len() {
        0 => Exit::Complete,
        some if some < found.len() => Exit::Partial,
        _ if refused.iter().any(is_access) => Exit::Access,
        _ if refused.iter().all(|kind| kind.is_retryable()) => Exit::Unreachable,
        _ => Exit::Other,
    }
}

fn refused(found: &[Option<ErrorKind>]) -> impl Iterator<Item = ErrorKind> {
    found.iter().flatten().copied().filter(|kind| !kind.is_skip())
}

/// The counts in words.
pub(super) fn counts(found: &[Option<ErrorKind>]) -> String {
    let allowed = found.iter().filter(|kind| kind.is_none()).count();
    let skipped = found.iter().flatten().filter(|kind| kind.is_skip()).count();
    let unknown = refused(found).filter(|kind| kind.is_retryable()).count();
    let others = [(skipped, "would be SKIPPED"), (unknown, "gave no answer")];
    let some = others.into_iter().filter(|(number, _)| *number > 0);
    let more = some.map(|(number, text)| format!("{number} {text}"));
    let all = format!("{allowed} of {} accounts can be asked", found.len());
    [all].into_iter().chain(more).collect::<Vec<_>>().join("; ")
}

impl Checked {
    /// Why it cannot be asked, in a word.
    pub(super) fn kind(&self) -> Option<ErrorKind> {
        self.refused.as_ref().map(Error::kind)
    }

    /// The cells of its line, for a person.
    pub(super) fn row(&self) -> Vec<String> {
        let (word, why) = match &self.refused {
            None => ("allowed".to_owned(), String::new()),
            Some(error) => {
                let kind = error.kind();
                let word =
                    if kind.is_skip() { format!("skipped: {kind}") } else { kind.to_string() };
                (word, format!("{}; {}", error.message(), remedy(kind)))
            }
        };
        let Self { account, region, .. } = self;
        vec![account.id.to_string(), account.name.clone(), region.to_string(), word, why]
    }

    /// The account as JSON, for a program.
    pub(super) fn described(&self) -> Value {
        let refused = self.refused.as_ref();
        json!({
            "AccountId": self.account.id, "AccountName": self.account.name,
            "Region": self.region, "Allowed": refused.is_none(),
            "Skipped": refused.is_some_and(|error| error.kind().is_skip()),
            "Error": refused.map(|error| error.kind().name()),
            "Message": refused.map(Error::message),
            "Remedy": refused.map(|error| remedy(error.kind())),
        })
    }
}

fn remedy(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::AssumeRoleDenied => {
            "deploy member-roles.yaml there, and compare --role-name, --external-id and the role's \
             trust policy with this identity"
        }
        ErrorKind::AccessDenied => "add the operation's actions to the role's policy",
        ErrorKind::DeniedByPolicy => "a service control policy denies it: a run SKIPs the target",
        ErrorKind::RegionDisabled => "the Region is off there: a run SKIPs the target",
        ErrorKind::ServiceNotInRegion => "the Region lacks the service: a run SKIPs the target",
        kind if kind.is_retryable() => "AWS gave no answer: try again",
        _ => "see docs/error-kinds.md",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use ErrorKind::{
        AccessDenied, AssumeRoleDenied, DeniedByPolicy, OperationFailed, RegionDisabled, Throttled,
        Transient,
    };

    fn code(found: &[Option<ErrorKind>]) -> u8 {
        exit(found).code()
    }

    #[test]
    fn all_some_or_none_are_three_exits() {
        assert_eq!(code(&[None, None]), 0);
        assert_eq!(code(&[None, Some(AccessDenied)]), 3);
        assert_eq!(code(&[Some(AssumeRoleDenied), Some(Throttled)]), 5);
        assert_eq!(code(&[Some(OperationFailed)]), 7);
    }

    #[test]
    fn what_a_run_would_skip_is_no_refusal() {
        let found = [None, Some(RegionDisabled), Some(DeniedByPolicy)];
        assert_eq!((code(&found), code(&found[1..])), (0, 0));
        assert_eq!(counts(&found), "1 of 3 accounts can be asked; 2 would be SKIPPED");
    }

    #[test]
    fn an_aws_without_answers_is_not_a_refusal() {
        assert_eq!(code(&[Some(Throttled), Some(Transient)]), 6);
        let some = [None, Some(Throttled)];
        assert_eq!(code(&some), 3);
        assert_eq!(counts(&some), "1 of 2 accounts can be asked; 1 gave no answer");
    }
}
