//! What to do about credentials that are missing or not taken. The SDK says it in words only.

/// What IAM Identity Center answers to a session that is over (`GetRoleCredentials`).
const SESSION_OVER: &str = "Session token not found or invalid";

/// Expired or rejected credentials come as errors of whatever call was made first.
pub(super) fn spoken_of(message: &str) -> bool {
    let signs = [
        "ExpiredToken",
        "InvalidClientTokenId",
        "UnrecognizedClient",
        "credentials provider",
        "loading credentials",
        "loading an access token",
    ];
    signs.iter().any(|sign| message.contains(sign))
}

/// What to do; `profile` is the one in use, where there is one.
pub(super) fn hint(cause: &str, profile: Option<&str>) -> String {
    let name = profile.map_or_else(String::new, |profile| format!(" --profile {profile}"));
    let expired = cause.to_lowercase().contains("expired");
    if is_sso_config(cause) {
        format!("repair the profile by `aws configure sso{name}`")
    } else if is_sso(cause) {
        format!("type `aws sso login{name}`, then the same command again")
    } else if let Some(profile) = profile {
        if expired {
            format!(
                "renew the credentials of the profile `{profile}`, then type the same command again"
            )
        } else {
            format!("check the profile by `aws sts get-caller-identity{name}`")
        }
    } else if expired {
        "set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN anew".to_owned()
    } else {
        "give --profile NAME, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            .to_owned()
    }
}

/// Whether it is about a session of IAM Identity Center: as a word, not as letters in another one.
fn is_sso(cause: &str) -> bool {
    let mut words = cause.split(|c: char| !c.is_ascii_alphanumeric());
    cause.contains(SESSION_OVER) || words.any(|word| word.eq_ignore_ascii_case("sso"))
}

/// Whether the profile itself is wrong, so that nobody can sign in with it.
fn is_sso_config(cause: &str) -> bool {
    cause.contains("invalid SSO config") || cause.contains("sso-session named")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What aws-config 1.13 says (`sso/token.rs`, `sso/cache.rs`), with its sources.
    const OVER: &str = "an error occurred while loading credentials: an error occurred while \
                        loading an access token: the SSO token has expired and cannot be refreshed";
    const NEVER: &str = "an error occurred while loading credentials: an error occurred while \
                         loading an access token: failed to load the cached SSO token";
    const OLD_FORM: &str = "an error occurred while loading credentials: failed to read \
                            `/home/a/.aws/sso/cache/5e1d.json`: No such file or directory (os error 2)";
    const REFUSED: &str = "an error occurred while loading credentials: service error: \
                           UnauthorizedException: Session token not found or invalid";

    #[test]
    fn a_session_of_identity_center_names_the_command_that_renews_it() {
        for cause in [OVER, NEVER, OLD_FORM, REFUSED] {
            assert!(spoken_of(cause), "{cause}");
            let hint = hint(cause, Some("audit"));
            assert!(hint.contains("`aws sso login --profile audit`"), "{cause}: {hint}");
        }
    }

    #[test]
    fn other_credentials_do_not() {
        let expired = "ExpiredToken: The security token included in the request is expired";
        let associated = "AccessDenied: the role is associated with another account";
        for cause in [expired, associated, "InvalidClientTokenId: The security token is invalid"] {
            for profile in [None, Some("audit")] {
                assert!(!hint(cause, profile).contains("sso"), "{cause}");
            }
        }
        assert!(hint(expired, Some("audit")).contains("renew the credentials of the profile"));
        assert!(hint(expired, None).contains("AWS_SESSION_TOKEN"));
        let broken = "profile `audit` has invalid SSO config: missing `sso_region`";
        assert!(hint(broken, Some("audit")).contains("aws configure sso"));
    }
}
