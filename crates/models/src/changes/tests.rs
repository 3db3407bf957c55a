//! What the archive of changing calls holds, and that the read-only models have none of it.

use super::*;
use crate::{ModelError, models};

/// Everything that the product changes through these models. A call that is not here cannot be made.
const CALLS: [(&str, &[&str]); 4] = [
    ("cloudformation", &["CreateChangeSet", "DeleteChangeSet", "DeleteStack", "ExecuteChangeSet"]),
    ("inspector2", &["Disable", "Enable"]),
    ("resourcegroupstaggingapi", &["TagResources", "UntagResources"]),
    (
        "securityhub",
        &[
            "BatchDisableStandards",
            "BatchEnableStandards",
            "BatchUpdateStandardsControlAssociations",
            "EnableSecurityHub",
        ],
    ),
];

fn all() -> &'static ChangeModels {
    change_models().expect("the models are whole")
}

#[test]
fn the_archive_has_exactly_the_calls_that_are_made() {
    assert!(all().services().eq(CALLS.map(|(service, _)| service)));
    for (service, calls) in CALLS {
        let model = all().load(service).expect(service);
        assert!(model.operations.keys().eq(calls), "{service}: {:?}", model.operations.keys());
        assert!(model.changes(), "{service}");
    }
}

#[test]
fn none_of_them_is_among_the_read_only_models() {
    let reads = models().expect("the models are whole");
    for (service, calls) in CALLS {
        let model = reads.load(service).expect(service);
        assert!(!model.changes(), "{service}");
        for call in calls {
            assert!(!model.operations.contains_key(*call), "{service} {call}");
            assert!(!reads.operations(service).expect(service).contains_key(*call), "{call}");
        }
    }
}

#[test]
fn each_of_them_has_an_endpoint_where_the_reads_are() {
    let reads = models().expect("the models are whole");
    for (service, calls) in CALLS {
        let model = all().load(service).expect(service);
        for (partition, region) in [("aws", "eu-west-1"), ("aws-us-gov", "us-gov-west-1")] {
            for call in calls {
                let found = reads.endpoint(&model, call, partition, region);
                assert!(found.is_ok(), "{service} {call} in {region}: {found:?}");
            }
        }
    }
}

#[test]
fn each_of_them_takes_an_action_of_its_own_name() {
    for (service, calls) in CALLS {
        let model = all().load(service).expect(service);
        for call in calls {
            let actions = model.actions(call).unwrap_or_default();
            assert!(actions.iter().any(|action| action.ends_with(call)), "{call}: {actions:?}");
        }
    }
}

#[test]
fn another_service_has_no_changing_calls() {
    assert!(matches!(all().load("ec2"), Err(Damaged::Missing(name)) if name == "ec2"));
    let missing = models().expect("whole").load("changes");
    assert!(matches!(missing, Err(ModelError::Unknown { .. })));
}
