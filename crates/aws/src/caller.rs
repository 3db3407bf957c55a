//! Who this process is in AWS. It is looked up only where a refusal does not say it: the text of
//! Organizations, "You don't have permissions to access this resource.", names neither identity nor
//! action.

use aws_config::SdkConfig;
use aws_sdk_sts::Client;
use org_operator_core::outcome::classification::CallFailure;
use org_operator_core::{AccountId, Error, ErrorKind};

/// The identity whose credentials a configuration has.
#[derive(Debug, Clone)]
pub(crate) struct Caller(Client);

impl Caller {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self(Client::new(config))
    }

    /// The result of a call of the IAM action `action`: an error has the action as data, and a refusal
    /// names both the identity and the action.
    pub(crate) async fn named<T>(&self, done: Result<T, Error>, action: &str) -> Result<T, Error> {
        match done {
            Err(error) if is_anonymous(&error) => {
                let who = self.arn().await.unwrap_or_else(|| "this identity".to_owned());
                let message = format!("{}: {who} may not call {action}", error.reason());
                Err(error.with_message(message).with_action(action))
            }
            Err(error) => Err(error.with_action(action)),
            Ok(value) => Ok(value),
        }
    }

    /// Whether the caller's credentials are known to be those of `account`.
    pub(crate) async fn is_in(&self, account: &AccountId) -> bool {
        let answer = self.0.get_caller_identity().send().await;
        answer.is_ok_and(|identity| identity.account() == Some(account.as_str()))
    }

    /// The caller's ARN. The call needs no permission (STS API reference, `GetCallerIdentity`); where
    /// it fails nevertheless, the first refusal is what a person must see.
    async fn arn(&self) -> Option<String> {
        let answer = self.0.get_caller_identity().send().await.ok()?;
        answer.arn().map(str::to_owned)
    }
}

/// Whether it is a refusal in which AWS does not name the identity.
fn is_anonymous(error: &Error) -> bool {
    let names_an_identity = error.failure().is_some_and(CallFailure::names_an_identity);
    error.kind() == ErrorKind::AccessDenied && !names_an_identity
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Organization;
    use crate::replay::answering;
    use org_operator_core::ports::AccountDirectory;

    const REFUSED: &str = r#"{"__type":"AccessDeniedException","Message":"You don't have permissions to access this resource."}"#;

    async fn refusal(answers: &[(u16, &str)]) -> (ErrorKind, String) {
        let (_, config) = answering(answers);
        let error = Organization::new(&config).accounts().await.unwrap_err();
        (error.kind(), error.message().to_owned())
    }

    #[tokio::test]
    async fn a_refusal_of_organizations_names_role_and_action() {
        let arn = "arn:aws:sts::111111111111:assumed-role/org-operator-fanout/f";
        let identity = format!(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>{arn}</Arn>\
             </GetCallerIdentityResult></GetCallerIdentityResponse>"
        );
        let (kind, message) = refusal(&[(400, REFUSED), (200, &identity)]).await;
        assert_eq!(kind, ErrorKind::AccessDenied);
        for part in ["don't have permissions", arn, "may not call organizations:ListAccounts"] {
            assert!(message.contains(part), "{part} is not in: {message}");
        }
    }

    #[tokio::test]
    async fn an_identity_that_is_unknown_or_named_already_is_not_added() {
        let (kind, message) = refusal(&[(400, REFUSED), (500, "")]).await;
        assert_eq!(kind, ErrorKind::AccessDenied);
        assert!(
            message.ends_with("this identity may not call organizations:ListAccounts"),
            "{message}"
        );
        let long = r#"{"__type":"AccessDeniedException","Message":"User: arn:aws:sts::1:assumed-role/f/s is not authorized to perform: organizations:ListAccounts"}"#;
        let (_, message) = refusal(&[(400, long)]).await;
        assert!(message.ends_with("perform: organizations:ListAccounts"), "{message}");
    }
}
