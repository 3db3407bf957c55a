//! Who this process is in AWS. Asked only where a refusal does not say it: Organizations' own text
//! is "You don't have permissions to access this resource.", which names neither identity nor action.

use aws_config::SdkConfig;
use aws_sdk_sts::Client;
use org_operator_core::outcome::classification::names_an_identity;
use org_operator_core::{Error, ErrorKind};

/// The identity of a configuration.
#[derive(Debug, Clone)]
pub(crate) struct Caller(Client);

impl Caller {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self(Client::new(config))
    }

    /// What came of a call of `action`; a refusal names both the identity and the action.
    pub(crate) async fn named<T>(&self, done: Result<T, Error>, action: &str) -> Result<T, Error> {
        match done {
            Err(error) if is_silent(&error) => {
                let who = self.arn().await.unwrap_or_else(|| "this identity".to_owned());
                let message = format!("{}: {who} may not call {action}", error.message());
                Err(Error::new(error.kind(), message))
            }
            done => done,
        }
    }

    /// The caller's ARN. The call needs no permission (STS API reference, `GetCallerIdentity`); where
    /// it fails all the same, the refusal is what a person must see, and not this.
    async fn arn(&self) -> Option<String> {
        let answer = self.0.get_caller_identity().send().await.ok()?;
        answer.arn().map(str::to_owned)
    }
}

fn is_silent(error: &Error) -> bool {
    error.kind() == ErrorKind::AccessDenied && !names_an_identity(error.message())
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
    async fn a_refusal_in_the_short_words_of_organizations_names_role_and_action() {
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
    async fn the_refusal_stays_where_the_identity_cannot_be_had_or_is_named_already() {
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
