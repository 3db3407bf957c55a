//! What the campaigns of changes change: each operation with its parameters, what it can see of the simulation
//! without a call, and which of its calls fail.

use std::collections::BTreeSet;

use aws_sim::{CONTROLS, Fault, FaultRule, IngressRule, SecurityHub, Service, Simulation};
use org_operator_changes::PlanRow;
use org_operator_operations::Change;
use org_operator_operations::close_open_ingress::CloseOpenIngress;
use org_operator_operations::cloudformation_stack::CloudFormationStack;
use org_operator_operations::inspector_activation::InspectorActivation;
use org_operator_operations::security_hub_controls::SecurityHubControls;
use org_operator_operations::tag_resources::TagResources;
use serde_json::{Map, Value, json};

use crate::changing::{faults_of_change, rule};

/// One operation of the campaigns.
pub struct Subject {
    /// The operation.
    pub change: &'static dyn Change,
    /// The parameters of a plan that is applied before the trial, and stays.
    pub prepared: Option<Value>,
    /// The parameters of the plan that is tried.
    pub parameters: Value,
    /// What undo must restore in an account's Region.
    pub contents: fn(&Simulation, &str, &str) -> Vec<String>,
    /// What changes so far were made of: [`Self::identity`] of each row, in order.
    pub changed: fn(&Simulation) -> Vec<String>,
    /// How many changes were made so far, forwards and backwards.
    pub made: fn(&Simulation) -> u64,
    /// What a row is in [`Self::changed`].
    pub identity: fn(&PlanRow) -> String,
    /// Whether undo makes a call for each row: a standard that goes off takes its controls along.
    pub undoes_each: bool,
    /// Whether a change goes on after its call, and is looked at later: where that fails, it was made all
    /// the same.
    pub goes_on: bool,
    service: Service,
    reads: &'static str,
    changes: &'static [&'static str],
    /// Whether a call that succeeds can say that it has not done what was asked.
    has_unprocessed: bool,
}

/// The operations that are changed by the rules of a plan alone, in any order.
#[must_use]
pub fn subjects() -> [Subject; 3] {
    [ingress(), inspector(), tags()]
}

/// The operations whose changes a deployment makes.
#[must_use]
pub fn deployed_subjects() -> [Subject; 5] {
    [ingress(), inspector(), tags(), hub(), stack()]
}

fn ingress() -> Subject {
    Subject {
        change: &CloseOpenIngress,
        prepared: None,
        parameters: json!({"Ports": [22, 3389]}),
        contents: |simulation, account, region| {
            let without_id = |rule| format!("{:?}", IngressRule { id: String::new(), ..rule });
            simulation.ingress_rules(account, region).into_iter().map(without_id).collect()
        },
        changed: Simulation::revoked_rules,
        made: |simulation| simulation.revoked_rules().len() as u64 + simulation.authorized_rules(),
        identity: |row| row.key.key.clone(),
        undoes_each: true,
        goes_on: false,
        service: Service::Ec2,
        reads: "DescribeSecurityGroupRules",
        changes: &["RevokeSecurityGroupIngress", "AuthorizeSecurityGroupIngress"],
        has_unprocessed: false,
    }
}

fn inspector() -> Subject {
    Subject {
        change: &InspectorActivation,
        prepared: None,
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
        undoes_each: true,
        goes_on: false,
        service: Service::Inspector,
        reads: "BatchGetAccountStatus",
        changes: &["Enable", "Disable"],
        has_unprocessed: true,
    }
}

/// A scan type in either of its spellings: `LAMBDA_CODE` in requests, `lambdaCode` in answers.
fn scan(account: &str, region: &str, name: &str) -> String {
    format!("{account} {region} {}", name.replace('_', "").to_lowercase())
}

fn tags() -> Subject {
    Subject {
        change: &TagResources,
        prepared: None,
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
        undoes_each: true,
        goes_on: false,
        service: Service::Tagging,
        reads: "GetResources",
        changes: &["TagResources", "UntagResources"],
        has_unprocessed: true,
    }
}

const STANDARD: &str = "nist-800-53/v/5.0.0";
const OTHER: &str = "aws-foundational-security-best-practices/v/1.0.0";

fn hub() -> Subject {
    Subject {
        change: &SecurityHubControls,
        prepared: Some(json!({"Standards": [STANDARD]})),
        parameters: json!({
            "Standards": [OTHER, STANDARD], "DisableControls": "S3.1, EC2.1", "Reason": "elsewhere",
        }),
        contents: |simulation, account, region| {
            let hubs = simulation.security_hubs();
            let hub = hubs.get(&(account.to_owned(), region.to_owned()));
            hub.map(|hub| format!("{} {:?}", hub.is_on, controls(hub))).into_iter().collect()
        },
        changed: Simulation::switched,
        made: |simulation| simulation.switched().len() as u64,
        identity: switch,
        undoes_each: false,
        goes_on: false,
        service: Service::SecurityHub,
        reads: "GetEnabledStandards",
        changes: &[
            "EnableSecurityHub",
            "BatchEnableStandards",
            "BatchDisableStandards",
            "BatchUpdateStandardsControlAssociations",
        ],
        has_unprocessed: false,
    }
}

/// The role and the names of the stacks that the deployments of the trials are bounded to.
pub const STACK_BOUNDS: (&str, &str) = ("deployer", "team-");

/// A template of resources, each with its name and type.
#[must_use]
pub fn template(resources: &[(&str, &str)]) -> Value {
    let all = resources.iter().map(|(name, kind)| ((*name).to_owned(), json!({"Type": kind})));
    json!({
        "Parameters": {"Size": {"Default": "1"}},
        "Resources": all.collect::<Map<_, _>>(),
    })
}

/// The parameters of a stack with these resources.
fn stack_of(resources: &[(&str, &str)], size: u64) -> Value {
    let (role, prefix) = STACK_BOUNDS;
    json!({
        "StackName": format!("{prefix}baseline"), "ServiceRole": role,
        "TemplateBody": template(resources).to_string(), "StackParameters": {"Size": size},
    })
}

fn stack() -> Subject {
    let topic = ("Topic", "AWS::SNS::Topic");
    Subject {
        change: &CloudFormationStack,
        prepared: Some(stack_of(&[topic], 1)),
        parameters: stack_of(&[topic, ("Role", "AWS::IAM::Role")], 2),
        contents: |simulation, account, region| {
            let stacks = simulation.stacks().into_iter();
            let here =
                stacks.filter(|stack| stack.place == (account.to_owned(), region.to_owned()));
            let left = here.filter(|stack| stack.status != "DELETE_COMPLETE");
            left.map(|stack| format!("{} {:?}", stack.template, stack.parameters)).collect()
        },
        changed: Simulation::executed_sets,
        made: |simulation| simulation.executed_sets().len() as u64,
        identity: |row| row.key.key.clone(),
        undoes_each: true,
        goes_on: true,
        service: Service::CloudFormation,
        reads: "DescribeStacks",
        changes: &["CreateChangeSet", "ExecuteChangeSet", "DeleteChangeSet"],
        has_unprocessed: false,
    }
}

/// A row of Security Hub as the simulation writes it down.
fn switch(row: &PlanRow) -> String {
    let is_off = row.action.starts_with("disable");
    let words: Vec<&str> = row.key.key.split(' ').collect();
    let what = match words.as_slice() {
        ["2", standard] => format!("{standard} {}", if is_off { "OFF" } else { "ON" }),
        ["3", id, standard] => {
            format!("{standard} {id} {}", if is_off { "DISABLED" } else { "ENABLED" })
        }
        _ => "hub ON".to_owned(),
    };
    format!("{} {} {what}", row.key.account_id, row.key.region)
}

/// The state of each control of the standards that are on.
#[must_use]
pub fn controls(hub: &SecurityHub) -> BTreeSet<String> {
    let on = hub.standards.iter().filter(|(_, on)| **on);
    let of = |(standard, _): (&String, &bool)| {
        let state = |id: &&str| {
            let known = hub.controls.get(&(standard.clone(), (*id).to_owned()));
            let status = known.map_or("ENABLED", |(status, _)| status.as_str());
            format!("{standard} {id} {status}")
        };
        CONTROLS.iter().map(state).collect::<Vec<_>>()
    };
    on.flat_map(of).collect()
}

impl Subject {
    /// Changes that are throttled, that fail in whole or inside of a success, and whose request or reply
    /// is lost; reads that fail, too.
    #[must_use]
    pub fn faults(&self) -> Vec<FaultRule> {
        let mut faults = vec![rule(self.service, self.reads, 0.1, Fault::Reset)];
        for operation in self.changes {
            faults.extend(faults_of_change(self.service, operation, 0.2));
            if self.has_unprocessed {
                faults.push(rule(self.service, operation, 0.1, Fault::Unprocessed));
            }
        }
        faults
    }
}
