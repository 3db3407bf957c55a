//! What to do about the caller's own credentials where they cannot be used.

use org_operator_core::error::CredentialsProblem;

/// What to do about `problem`; `profile` is the AWS profile in use, where there is one.
pub(super) fn hint(problem: CredentialsProblem, profile: Option<&str>) -> String {
    let option = profile.map_or_else(String::new, |profile| format!(" --profile {profile}"));
    match (problem, profile) {
        (CredentialsProblem::SsoConfigInvalid, _) => {
            format!("repair the profile by `aws configure sso{option}`")
        }
        (CredentialsProblem::SsoSessionEnded, _) => {
            format!("type `aws sso login{option}`, then the same command again")
        }
        (CredentialsProblem::LoginSessionEnded, _) => {
            format!("type `aws login{option}`, then the same command again")
        }
        (CredentialsProblem::Expired, Some(profile)) => format!(
            "renew the credentials of the profile `{profile}`, then type the same command again"
        ),
        (CredentialsProblem::Expired, None) => {
            "set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN anew".to_owned()
        }
        (_, Some(_)) => format!("check the profile by `aws sts get-caller-identity{option}`"),
        (_, None) => {
            "give --profile NAME, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
                .to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CredentialsProblem::{
        Expired, LoginSessionEnded, Missing, Rejected, SourceFailed, SsoConfigInvalid,
        SsoSessionEnded,
    };

    #[test]
    fn a_session_of_identity_center_names_the_command_that_renews_it() {
        let login = hint(SsoSessionEnded, Some("audit"));
        assert!(login.contains("`aws sso login --profile audit`"), "{login}");
        let configure = hint(SsoConfigInvalid, Some("audit"));
        assert!(configure.contains("aws configure sso --profile audit"), "{configure}");
    }

    #[test]
    fn a_session_of_aws_login_names_the_command_that_renews_it() {
        let login = hint(LoginSessionEnded, Some("audit"));
        assert_eq!(login, "type `aws login --profile audit`, then the same command again");
    }

    #[test]
    fn other_credentials_do_not_mention_sso() {
        for problem in [Missing, Expired, Rejected, SourceFailed] {
            for profile in [None, Some("audit")] {
                assert!(!hint(problem, profile).contains("sso"), "{problem:?}");
            }
        }
        assert!(hint(Expired, Some("audit")).contains("renew the credentials of the profile"));
        assert!(hint(Expired, None).contains("AWS_SESSION_TOKEN"));
        assert!(hint(Rejected, Some("audit")).contains("aws sts get-caller-identity"));
        assert!(hint(Missing, None).contains("AWS_PROFILE"));
    }
}
