//! What the SDK's own errors become: of its providers, over files and answers as people have them.

use std::fmt;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use org_operator_core::error::{CredentialsProblem, Detail};
use org_operator_core::ports::AccountDirectory;

use super::*;
use crate::Organization;

/// The problem of the profile `x` in a config file of `lines` below `[profile x]`.
async fn problem(lines: &str) -> CredentialsProblem {
    let config = format!("[profile x]\n{lines}");
    let files = EnvConfigFiles::builder().with_contents(EnvConfigFileKind::Config, config).build();
    let region = Some(Region::new("eu-west-1"));
    let provider = ProviderConfig::without_region()
        .with_region(region)
        .with_behavior_version(Some(BehaviorVersion::latest()));
    let builder = ProfileFileCredentialsProvider::builder().configure(&provider);
    let provider = builder.profile_files(files).profile_name("x").build();
    problem_of(&provider.provide_credentials().await.unwrap_err())
}

#[tokio::test]
async fn a_profile_without_credentials_is_missing() {
    assert_eq!(problem("region = eu-west-1\n").await, CredentialsProblem::Missing);
}

#[tokio::test]
async fn a_process_that_fails_is_read_by_what_it_wrote() {
    let fails = |text: &str| format!("credential_process = echo '{text}' >&2; false\n");
    assert_eq!(problem(&fails("no network")).await, CredentialsProblem::SourceFailed);
    assert_eq!(problem(&fails("The token has expired")).await, CredentialsProblem::Expired);
    let cli = "Error when retrieving token from sso: Token has expired and refresh failed";
    assert_eq!(problem(&fails(cli)).await, CredentialsProblem::SsoSessionEnded);
}

#[cfg(feature = "sso")]
#[tokio::test]
async fn sso_settings_that_are_invalid_are_not_a_session_that_ended() {
    let invalid = "sso_account_id = 1\nsso_role_name = r\nsso_start_url = https://x\n";
    assert_eq!(problem(invalid).await, CredentialsProblem::SsoConfigInvalid);
    let unknown = "sso_session = corp\nsso_account_id = 1\nsso_role_name = r\n";
    assert_eq!(problem(unknown).await, CredentialsProblem::SsoConfigInvalid);
}

#[cfg(feature = "sso")]
#[tokio::test]
async fn a_session_that_nobody_began_has_ended_in_both_forms_of_a_profile() {
    let roles = "sso_account_id = 1\nsso_role_name = r\n";
    let start = "sso_start_url = https://x.example\nsso_region = eu-west-1\n";
    let old = format!("{roles}{start}");
    assert_eq!(problem(&old).await, CredentialsProblem::SsoSessionEnded);
    let new = format!("sso_session = corp\n{roles}[sso-session corp]\n{start}");
    assert_eq!(problem(&new).await, CredentialsProblem::SsoSessionEnded);
}

#[cfg(feature = "sso")]
#[test]
fn a_session_that_identity_center_refuses_has_ended() {
    use aws_sdk_sso::operation::get_role_credentials::GetRoleCredentialsError;
    use aws_sdk_sso::types::error::UnauthorizedException;

    let refused = UnauthorizedException::builder().message("Session token not found or invalid");
    let refused = GetRoleCredentialsError::UnauthorizedException(refused.build());
    let error = CredentialsError::provider_error(refused);
    assert_eq!(problem_of(&error), CredentialsProblem::SsoSessionEnded);
}

#[cfg(feature = "sso")]
#[tokio::test]
async fn a_session_of_aws_login_that_nobody_began_has_ended() {
    let session = "login_session = arn:aws:iam::123456789012:user/nobody-of-this-name\n";
    assert_eq!(problem(session).await, CredentialsProblem::LoginSessionEnded);
}

#[cfg(feature = "sso")]
#[test]
fn a_session_of_aws_login_ends_with_its_token_or_a_new_password() {
    use OAuth2ErrorCode::{InsufficientPermissions, TokenExpired, UserCredentialsChanged};
    use aws_sdk_signin::operation::create_o_auth2_token::CreateOAuth2TokenError;
    use aws_sdk_signin::types::OAuth2ErrorCode;
    use aws_sdk_signin::types::error::AccessDeniedException;

    let problem_for = |code: OAuth2ErrorCode| {
        let refused = AccessDeniedException::builder().error(code).message("refused");
        let refused = refused.build().expect("both members are set");
        let error = CreateOAuth2TokenError::AccessDeniedException(refused);
        problem_of(&CredentialsError::provider_error(error))
    };
    assert_eq!(problem_for(TokenExpired), CredentialsProblem::LoginSessionEnded);
    assert_eq!(problem_for(UserCredentialsChanged), CredentialsProblem::LoginSessionEnded);
    assert_eq!(problem_for(InsufficientPermissions), CredentialsProblem::SourceFailed);
}

#[test]
fn a_word_with_sso_in_it_is_not_sso() {
    let error = CredentialsError::provider_error("the role is associated with another account");
    assert_eq!(problem_of(&error), CredentialsProblem::SourceFailed);
    let timeout = CredentialsError::provider_timed_out(std::time::Duration::from_secs(5));
    assert_eq!(problem_of(&timeout), CredentialsProblem::SourceFailed);
}

struct Failing;

impl fmt::Debug for Failing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Failing")
    }
}

impl ProvideCredentials for Failing {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Err(CredentialsError::provider_error("expired")))
    }
}

#[tokio::test]
async fn a_call_that_cannot_be_signed_has_the_problem_as_data() {
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(Failing))
        .build();
    let error = Organization::new(&config).accounts().await.unwrap_err();
    assert_eq!(error.detail(), Some(&Detail::Credentials(CredentialsProblem::Expired)), "{error}");
    assert_eq!(error.action(), Some("organizations:ListAccounts"));
}
