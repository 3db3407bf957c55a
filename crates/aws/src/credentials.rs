//! What is wrong with the caller's own credentials, from the SDK's errors. This is the one place that
//! knows them: by type where the type is public, by text where the SDK has nothing else.

use std::error::Error as StdError;

use aws_credential_types::provider::error::{CredentialsError, TokenError};
use org_operator_core::Error;
use org_operator_core::error::CredentialsProblem;

use crate::failure::{chain, sources};

/// An error of a credentials provider; `profile` is the profile that a person named.
#[must_use]
pub fn credentials_error(error: &CredentialsError, profile: Option<&str>) -> Error {
    let message = match (error.source(), profile) {
        // The SDK calls a profile without credentials "not enabled" and says no more.
        (None, Some(profile)) => format!("the profile `{profile}` has no credentials"),
        _ => chain(error),
    };
    Error::credentials(problem_of(error), message)
}

/// The problem with the credentials where `error`, of any call, comes from loading them.
pub(crate) fn credentials_problem(error: &(dyn StdError + 'static)) -> Option<CredentialsProblem> {
    find::<CredentialsError>(error).map(problem_of)
}

fn problem_of(error: &CredentialsError) -> CredentialsProblem {
    match error {
        CredentialsError::CredentialsNotLoaded(_) | CredentialsError::InvalidConfiguration(_)
            if is_sso_config(&chain(error)) =>
        {
            CredentialsProblem::SsoConfigInvalid
        }
        CredentialsError::CredentialsNotLoaded(_) => CredentialsProblem::Missing,
        _ if is_sso_session(error) => CredentialsProblem::SsoSessionEnded,
        _ if is_login_session(error) => CredentialsProblem::LoginSessionEnded,
        _ if says_expired(&chain(error)) => CredentialsProblem::Expired,
        _ => CredentialsProblem::SourceFailed,
    }
}

/// Whether a session of IAM Identity Center is needed and there is no valid one. The token provider
/// is the only one in the chain with a [`TokenError`].
fn is_sso_session(error: &CredentialsError) -> bool {
    find::<TokenError>(error).is_some() || is_refused_by_sso(error) || names_sso(&chain(error))
}

/// `GetRoleCredentials` refuses an access token that has ended by `UnauthorizedException`.
#[cfg(feature = "sso")]
fn is_refused_by_sso(error: &CredentialsError) -> bool {
    use aws_sdk_sso::operation::get_role_credentials::GetRoleCredentialsError;

    find::<GetRoleCredentialsError>(error)
        .is_some_and(GetRoleCredentialsError::is_unauthorized_exception)
}

#[cfg(not(feature = "sso"))]
fn is_refused_by_sso(_: &CredentialsError) -> bool {
    false
}

/// Whether a session of `aws login` is needed and there is no valid one.
fn is_login_session(error: &CredentialsError) -> bool {
    is_refused_by_sign_in(error) || names_login(error)
}

/// AWS Sign-In refuses to renew a session that has ended, or whose password has changed since.
#[cfg(feature = "sso")]
fn is_refused_by_sign_in(error: &CredentialsError) -> bool {
    use aws_sdk_signin::operation::create_o_auth2_token::CreateOAuth2TokenError;
    use aws_sdk_signin::types::OAuth2ErrorCode::{TokenExpired, UserCredentialsChanged};

    matches!(
        find::<CreateOAuth2TokenError>(error),
        Some(CreateOAuth2TokenError::AccessDeniedException(refused))
            if matches!(refused.error, TokenExpired | UserCredentialsChanged)
    )
}

#[cfg(not(feature = "sso"))]
fn is_refused_by_sign_in(_: &CredentialsError) -> bool {
    false
}

/// Whether the provider found no session in its files, or one that has ended: its errors are a private
/// type (aws-config 1.13, login/token.rs).
fn names_login(error: &CredentialsError) -> bool {
    let text = chain(error);
    let is_absent = find::<std::io::Error>(error)
        .is_some_and(|reading| reading.kind() == std::io::ErrorKind::NotFound);
    text.contains("cached Login token is expired") || (is_absent && text.contains("login/cache"))
}

/// Whether the text has SSO as a word. Profiles without an `sso_session` fail with a private type
/// (aws-config 1.13, `CachedSsoTokenError`, whose texts name the SSO token or `.aws/sso/cache`), and
/// a `credential_process`, which may be the AWS CLI, with what it wrote to stderr.
fn names_sso(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| word.eq_ignore_ascii_case("sso"))
}

/// Whether the profile's SSO settings are invalid. The provider turns its `ProfileFileError`s into
/// text (aws-config 1.13, profile/credentials.rs): `InvalidSsoConfig`, `MissingSsoSession`, and those
/// in which a setting such as `sso_region` is missing.
fn is_sso_config(text: &str) -> bool {
    let texts = ["invalid SSO config", "sso-session named", "`sso_"];
    texts.iter().any(|part| text.contains(part))
}

/// Whether the text is about something that has expired: STS's code for the source credentials of a
/// role, or what a `credential_process` wrote to stderr.
fn says_expired(text: &str) -> bool {
    text.to_lowercase().contains("expired")
}

/// The first error of type `E` among `error` and its sources.
fn find<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    sources(error).find_map(<dyn StdError>::downcast_ref::<E>)
}

#[cfg(test)]
mod tests;
