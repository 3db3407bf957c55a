//! Nothing in the models writes, and what is left out says why.

use super::*;
use crate::operation::Operation;

/// Operations that read by their names, and that AWS's service reference flags as writes or permission management.
const FLAGGED: [(&str, &str); 22] = [
    ("athena", "GetSessionEndpoint"),
    ("bedrock-agentcore", "GetWorkloadAccessToken"),
    ("cognito-identity", "GetId"),
    ("cognito-idp", "GetTokensFromRefreshToken"),
    ("datazone", "GetIamPortalLoginUrl"),
    ("emr", "GetClusterSessionCredentials"),
    ("emr-containers", "GetManagedEndpointSessionCredentials"),
    ("lakeformation", "GetTemporaryDataLocationCredentials"),
    ("lightsail", "GetInstanceAccessDetails"),
    ("lightsail", "GetRelationalDatabaseMasterUserPassword"),
    ("quicksight", "DescribeTopicPermissions"),
    ("redshift", "GetClusterCredentials"),
    ("redshift", "GetClusterCredentialsWithIAM"),
    ("redshift-serverless", "GetCredentials"),
    ("security-ir", "GetCaseAttachmentUploadUrl"),
    ("ssm-sap", "GetResourcePermission"),
    ("stepfunctions", "GetActivityTask"),
    ("sts", "GetDelegatedAccessToken"),
    ("sts", "GetFederationToken"),
    ("sts", "GetWebIdentityToken"),
    ("support", "DescribeAttachmentUploadStatus"),
    ("support", "GetAttachmentUploadLinks"),
];

#[test]
fn what_aws_flags_as_a_write_is_not_in_the_models() {
    for (name, operation) in FLAGGED {
        let service = all().load(name).expect(name);
        assert!(!service.operations.contains_key(operation), "{name} {operation}");
        assert_eq!(
            service.unsupported.get(operation),
            Some(&Unsupported::Write),
            "{name} {operation}"
        );
    }
}

#[test]
fn no_operation_writes_by_its_name() {
    let writes = [
        "Accept",
        "Add",
        "Allocate",
        "Apply",
        "Assign",
        "Associate",
        "Assume",
        "Attach",
        "Authorize",
        "Cancel",
        "Confirm",
        "Copy",
        "Create",
        "Delete",
        "Deregister",
        "Detach",
        "Disable",
        "Disassociate",
        "Enable",
        "Execute",
        "Export",
        "Import",
        "Invoke",
        "Modify",
        "Move",
        "Publish",
        "Purchase",
        "Put",
        "Reboot",
        "Register",
        "Reject",
        "Release",
        "Remove",
        "Replace",
        "Request",
        "Reset",
        "Restore",
        "Resume",
        "Revoke",
        "Rotate",
        "Run",
        "Send",
        "Set",
        "Start",
        "Stop",
        "Suspend",
        "Tag",
        "Terminate",
        "Transfer",
        "Untag",
        "Update",
        "Upload",
        "Write",
    ];
    for service in services() {
        for name in service.operations.keys() {
            let verb = writes.iter().find(|verb| {
                name.strip_prefix(**verb).is_some_and(|rest| !rest.starts_with(char::is_lowercase))
            });
            assert_eq!(verb, None, "{} {name}", service.name);
        }
    }
}

#[test]
fn no_operation_has_an_http_method_that_writes() {
    for service in services() {
        let writes = |o: &Operation| !["GET", "HEAD", "POST"].contains(&o.method());
        let found = service.operations.iter().find(|(_, operation)| writes(operation));
        assert_eq!(found.map(|(name, _)| name), None, "{}", service.name);
    }
}

#[test]
fn what_reads_is_in_though_some_inputs_need_more() {
    for (name, operation) in [
        ("dynamodb", "DescribeTable"),
        ("ecr", "BatchGetImage"),
        ("glue", "GetJobs"),
        ("ssm", "GetAutomationExecution"),
        ("iam", "SimulatePrincipalPolicy"),
        ("config", "SelectResourceConfig"),
        ("cognito-idp", "AdminGetUser"),
        ("accessanalyzer", "CheckNoPublicAccess"),
    ] {
        let service = all().load(name).expect(name);
        let by_name = format!("{}:{operation}", service.signing_name());
        assert_eq!(service.actions(operation), Some(vec![by_name]), "{name} {operation}");
    }
}

#[test]
fn operations_that_cannot_be_called_say_why() {
    for (name, operation, reason) in [
        ("s3", "GetObject", Unsupported::Stream),
        ("neptune-graph", "GetQuery", Unsupported::HostFromInput),
        ("timestream-write", "ListDatabases", Unsupported::EndpointDiscovery),
        ("cognito-idp", "GetUser", Unsupported::Unsigned),
    ] {
        let service = all().load(name).expect(name);
        assert_eq!(service.unsupported.get(operation), Some(&reason), "{name} {operation}");
    }
    for service in services() {
        let both = service.unsupported.keys().find(|name| service.operations.contains_key(*name));
        assert_eq!(both, None, "{}", service.name);
    }
}

#[test]
fn services_that_cannot_be_called_say_why() {
    for (name, reason) in [
        ("cloudwatchomni", Unsupported::CborOnly),
        ("eventbridgev2", Unsupported::CborOnly),
        ("partnercentral-revenue-measurement", Unsupported::CborOnly),
        ("cloudfront-keyvaluestore", Unsupported::SigV4a),
        ("codecatalyst", Unsupported::Bearer),
        ("iot-data", Unsupported::OwnEndpoint),
        ("neptunedata", Unsupported::OwnEndpoint),
        ("rds-data", Unsupported::NothingToRead),
        ("s3control", Unsupported::HostFromInput),
        ("sdb", Unsupported::SigV2),
        ("sso", Unsupported::Unsigned),
    ] {
        assert_eq!(all().unsupported_services().get(name), Some(&reason), "{name}");
        let said = all().load(name).expect_err("it cannot be called").to_string();
        assert_eq!(said, format!("`{name}` {}", reason.reason()));
        assert!(!all().services().any(|known| known == name), "{name}");
    }
}
