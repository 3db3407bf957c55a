//! Lists of Regions outside the code: the template's and the deploy script's.

use std::collections::BTreeMap;

use org_operator_core::{Partition, Region};
use org_operator_tests::files::{resources, template, text};
use serde_json::Value;

use super::{Names, names, strings};

#[test]
fn an_empty_target_regions_means_the_regions_that_are_always_on() {
    let source = text("crates/core/src/model/region.rs");
    let known = source.split("const KNOWN").nth(1).and_then(|rest| rest.split("];").next());
    let known: Vec<Region> = known.unwrap().split('"').filter_map(Region::parse).collect();
    let of = |partition: Partition| -> Names {
        let mut regions = Region::always_on(partition);
        if regions.is_empty() {
            regions.extend(known.iter().filter(|r| r.partition() == partition).cloned());
        }
        regions.into_iter().map(|region| region.as_str().to_owned()).collect()
    };
    let wanted = known.iter().map(Region::partition);
    let wanted: BTreeMap<_, _> = wanted.map(|it| (it.as_str().to_owned(), of(it))).collect();
    let operator = template("operator.yaml");
    let mapped = operator["Mappings"]["AlwaysOn"].as_object().expect("a mapping").iter();
    let regions = |value: &Value| names(value["Regions"].as_str().expect("Regions").split(','));
    let mapped: BTreeMap<_, _> = mapped.map(|(name, it)| (name.clone(), regions(it))).collect();
    assert_eq!(mapped, wanted);
    // So that an empty parameter means the mapping.
    assert_eq!(operator["Parameters"]["TargetRegions"]["Default"], "");
    let functions = resources(&operator, "AWS::Lambda::Function");
    let given = &functions["FanoutFunction"]["Environment"]["Variables"]["TARGET_REGIONS"];
    assert!(strings(given).is_superset(&names(["HasTargetRegions", "TargetRegions", "AlwaysOn"])));
}

#[test]
fn make_deploy_accepts_the_regions_that_are_always_on_as_home() {
    let source = text("scripts/deployment/regions.py");
    let listed = source.split("ALWAYS_ON = {").nth(1).and_then(|rest| rest.split('}').next());
    let listed = names(listed.expect("a list").split('"').filter(|name| name.contains('-')));
    let known = Region::always_on(Partition::Commercial);
    assert_eq!(listed, names(known.iter().map(Region::as_str)));
}
