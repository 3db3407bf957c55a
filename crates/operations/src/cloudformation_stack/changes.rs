//! What a change set would do to the resources of a stack, and whether data could be lost by it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::modelled::{entries, text};

/// Types whose resources hold data (cfn-lint 1.58.0, `StatefulResources.json`), and two more that its
/// list has only under other names.
const STATEFUL: [&str; 31] = [
    "AWS::Backup::BackupVault",
    "AWS::CloudFormation::Stack",
    "AWS::Cognito::UserPool",
    "AWS::DocDB::DBCluster",
    "AWS::DocDB::DBInstance",
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::EC2::Volume",
    "AWS::ECR::Repository",
    "AWS::EFS::FileSystem",
    "AWS::EMR::Cluster",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::Elasticsearch::Domain",
    "AWS::FSx::FileSystem",
    "AWS::KMS::Key",
    "AWS::Kinesis::Stream",
    "AWS::Logs::LogGroup",
    "AWS::Neptune::DBCluster",
    "AWS::Neptune::DBInstance",
    "AWS::OpenSearchService::Domain",
    "AWS::Organizations::Account",
    "AWS::QLDB::Ledger",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
    "AWS::S3::Bucket",
    "AWS::SDB::Domain",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
    "AWS::Timestream::Table",
];

/// What a change set would do to one resource.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ResourceChange {
    /// `Add`, `Modify`, `Remove`, `Import` or `Dynamic`.
    pub(super) action: String,
    /// The resource's name in the template.
    pub(super) logical_id: String,
    /// The resource's type.
    pub(super) r#type: String,
    /// `True`, `False` or `Conditional` where it is modified; else empty.
    pub(super) replacement: String,
    /// What happens to a resource that is removed or replaced, such as `Retain`; else empty.
    pub(super) policy_action: String,
}

/// The changes on one page of `DescribeChangeSet`.
pub(super) fn changes(page: &Value) -> Vec<ResourceChange> {
    let of = |entry: &Value| entry.get("ResourceChange").map(resource_change);
    entries(page, "Changes").iter().filter_map(of).collect()
}

fn resource_change(change: &Value) -> ResourceChange {
    let of = |name: &str| text(change, name).unwrap_or_default();
    ResourceChange {
        action: of("Action"),
        logical_id: of("LogicalResourceId"),
        r#type: of("ResourceType"),
        replacement: of("Replacement"),
        policy_action: of("PolicyAction"),
    }
}

impl ResourceChange {
    /// Whether the resource holds data, and would or might be replaced or removed.
    pub(super) fn may_lose_data(&self) -> bool {
        let ends = match self.action.as_str() {
            "Remove" | "Dynamic" => true,
            "Modify" => matches!(self.replacement.as_str(), "True" | "Conditional"),
            _ => false,
        };
        // A snapshot is kept, and is no resource that anybody can use.
        let is_kept = matches!(self.policy_action.as_str(), "Retain" | "ReplaceAndRetain");
        ends && !is_kept && self.is_stateful()
    }

    /// Whether the resource holds data and is new.
    pub(super) fn adds_data(&self) -> bool {
        self.action == "Add" && self.is_stateful()
    }

    fn is_stateful(&self) -> bool {
        STATEFUL.contains(&self.r#type.as_str())
    }

    /// The resource in words: `remove AWS::DynamoDB::Table Orders`.
    fn said(&self) -> String {
        let verb = match self.action.as_str() {
            "Modify" if self.replacement == "True" => "replace",
            "Modify" => "perhaps replace",
            "Dynamic" => "perhaps remove",
            _ => "remove",
        };
        format!("{verb} {} {}", self.r#type, self.logical_id)
    }
}

/// Resources that a message names; more are only counted.
const NAMED: usize = 5;

/// What would be lost, in words; empty for nothing.
pub(super) fn losses(changes: &[ResourceChange]) -> String {
    let lost: Vec<String> =
        changes.iter().filter(|change| change.may_lose_data()).map(ResourceChange::said).collect();
    let more = match lost.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let named: Vec<&str> = lost.iter().take(NAMED).map(String::as_str).collect();
    format!("{}{more}", named.join(", "))
}
