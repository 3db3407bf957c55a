//! What the campaign changes: each operation with its parameters, what it can see of the simulation
//! without a call, and which of its calls fail.

use aws_sim::{Fault, FaultRule, IngressRule, Service, Simulation};
use org_operator_changes::PlanRow;
use org_operator_operations::Change;
use org_operator_operations::close_open_ingress::CloseOpenIngress;
use org_operator_operations::inspector_activation::InspectorActivation;
use org_operator_operations::tag_resources::TagResources;
use org_operator_tests::changing::{faults_of_change, rule};
use serde_json::{Value, json};

/// One operation of the campaign.
pub(super) struct Subject {
    pub(super) change: &'static dyn Change,
    pub(super) parameters: Value,
    /// What undo must restore in an account's Region.
    pub(super) contents: fn(&Simulation, &str, &str) -> Vec<String>,
    /// What changes so far were made of: [`Self::identity`] of each row, in order.
    pub(super) changed: fn(&Simulation) -> Vec<String>,
    /// How many changes were made so far, forwards and backwards.
    pub(super) made: fn(&Simulation) -> u64,
    /// What a row is in [`Self::changed`].
    pub(super) identity: fn(&PlanRow) -> String,
    service: Service,
    reads: &'static str,
    changes: [&'static str; 2],
}

/// Every operation that the campaign is about.
pub(super) fn subjects() -> [Subject; 3] {
    [ingress(), inspector(), tags()]
}

fn ingress() -> Subject {
    Subject {
        change: &CloseOpenIngress,
        parameters: json!({"Ports": [22, 3389]}),
        contents: |simulation, account, region| {
            let without_id = |rule| format!("{:?}", IngressRule { id: String::new(), ..rule });
            simulation.ingress_rules(account, region).into_iter().map(without_id).collect()
        },
        changed: Simulation::revoked_rules,
        made: |simulation| simulation.revoked_rules().len() as u64 + simulation.authorized_rules(),
        identity: |row| row.key.key.clone(),
        service: Service::Ec2,
        reads: "DescribeSecurityGroupRules",
        changes: ["RevokeSecurityGroupIngress", "AuthorizeSecurityGroupIngress"],
    }
}

fn inspector() -> Subject {
    Subject {
        change: &InspectorActivation,
        parameters: json!({"ScanTypes": "EC2,ECR,LAMBDA,LAMBDA_CODE", "Administered": "enable"}),
        contents: |simulation, account, region| {
            let scans = simulation.scan_types(account, region).into_iter();
            scans.map(|(name, status)| format!("{name} {status}")).collect()
        },
        changed: |simulation| {
            let all = simulation.scan_changes().into_iter();
            all.map(|(account, region, name)| scan(&account, &region, &name)).collect()
        },
        made: |simulation| simulation.scan_changes().len() as u64,
        identity: |row| {
            let key = &row.key;
            scan(key.account_id.as_str(), key.region.as_str(), &key.key)
        },
        service: Service::Inspector,
        reads: "BatchGetAccountStatus",
        changes: ["Enable", "Disable"],
    }
}

/// A scan type in either of its spellings: `LAMBDA_CODE` in requests, `lambdaCode` in answers.
fn scan(account: &str, region: &str, name: &str) -> String {
    format!("{account} {region} {}", name.replace('_', "").to_lowercase())
}

fn tags() -> Subject {
    Subject {
        change: &TagResources,
        parameters: json!({"Tags": {"Owner": "web", "Stage": "a & <b>"}, "Overwrite": true}),
        contents: |simulation, account, region| {
            let tags = simulation.tags(account, region).into_iter();
            tags.map(|(arn, tags)| format!("{arn} {tags:?}")).collect()
        },
        changed: |simulation| {
            let all = simulation.tag_changes().into_iter();
            all.map(|(arn, key)| format!("{arn} {key}")).collect()
        },
        made: |simulation| simulation.tag_changes().len() as u64,
        identity: |row| row.key.key.clone(),
        service: Service::Tagging,
        reads: "GetResources",
        changes: ["TagResources", "UntagResources"],
    }
}

impl Subject {
    /// Changes that are throttled, that fail in whole or inside of a success, and whose request or reply
    /// is lost; reads that fail, too.
    pub(super) fn faults(&self) -> Vec<FaultRule> {
        let mut faults = vec![rule(self.service, self.reads, 0.1, Fault::Reset)];
        for operation in self.changes {
            faults.extend(faults_of_change(self.service, operation, 0.2));
            // EC2 has no failures inside of a success.
            if self.service != Service::Ec2 {
                faults.push(rule(self.service, operation, 0.1, Fault::Unprocessed));
            }
        }
        faults
    }
}
