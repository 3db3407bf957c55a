//! What a person does about each error kind: the last column of the table in `docs/error-kinds.md`,
//! as plain text. A test holds the two together.

use super::ErrorKind;

const REMEDIES: [(ErrorKind, &str); ErrorKind::ALL.len()] = [
    (
        ErrorKind::Throttled,
        "ResumeRun with a lower MaxConcurrency; find what else calls that API in the \
                 account; ask AWS for a higher rate",
    ),
    (ErrorKind::Transient, "ResumeRun; if it stays, look at the service's health in that Region"),
    (
        ErrorKind::DeadlineExceeded,
        "ResumeRun, whose work items have only the Regions that are left; in the next run \
                 set RegionsPerWorkItem, so that an account is several work items",
    ),
    (
        ErrorKind::AssumeRoleDenied,
        "deploy member-roles.yaml to the account with this stack's ReadOnlyWorkerRoleArn, \
                 ExternalId and OrganizationId; deploy it anew where the worker's role was \
                 replaced; then ResumeRun",
    ),
    (
        ErrorKind::AccessDenied,
        "update the StackSet with this version's member-roles.yaml, which has the \
                 operations' IAM actions; look for an explicit deny or a permissions boundary; \
                 then ResumeRun",
    ),
    (ErrorKind::RegionDisabled, "nothing, or enable the Region, or leave it out of Regions"),
    (ErrorKind::DeniedByPolicy, "nothing, or exempt the member role in the policy"),
    (
        ErrorKind::ServiceNotInRegion,
        "nothing, or leave the Region out of Regions; where AWS has opened the service \
                 there since, update org-operator",
    ),
    (ErrorKind::InvalidRequest, "the message names each field, what came and what is allowed"),
    (
        ErrorKind::NoTargets,
        "the message counts the reasons: change Accounts; or there is nothing to resume",
    ),
    (
        ErrorKind::OperationFailed,
        "read the message: it begins with the service's code where there is one",
    ),
    (ErrorKind::WorkerCrashed, "read the cause in the message and the worker's log"),
    (
        ErrorKind::NoOutcome,
        "see the message; ResumeRun, or a new run where the ledger lacks records of the \
                 target",
    ),
    (
        ErrorKind::Internal,
        "report it with the message and the log; neither a retry nor another request \
                 helps",
    ),
];

impl ErrorKind {
    /// What to do about a target with this kind, as plain text in one line.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        REMEDIES.iter().find(|(kind, _)| *kind == self).map_or("", |(_, remedy)| remedy)
    }
}
