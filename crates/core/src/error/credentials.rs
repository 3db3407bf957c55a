//! What can be wrong with the caller's own AWS credentials. Reading it off the SDK's errors is the
//! AWS crate's business; what to do about it is the command's.

/// Why the caller's credentials cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CredentialsProblem {
    /// No source of credentials is configured, or the named profile has none.
    Missing,
    /// The credentials have expired.
    Expired,
    /// AWS does not know the access key or does not accept the token.
    Rejected,
    /// There is no valid session of IAM Identity Center: it has ended, or nobody has signed in yet.
    SsoSessionEnded,
    /// There is no valid session of `aws login`: it has ended, or nobody has signed in yet.
    LoginSessionEnded,
    /// The profile's settings for IAM Identity Center are invalid: signing in cannot help.
    SsoConfigInvalid,
    /// A source is configured and failed: a role that cannot be assumed, a broken process, a
    /// timeout, a profile that makes no sense.
    SourceFailed,
}
