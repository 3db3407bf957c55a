//! What the models that are part of the program say.

use super::*;

fn all() -> &'static Models {
    models().expect("the models are whole")
}

#[test]
fn every_service_loads() {
    for name in all().services() {
        let service = all().load(name).expect(name);
        assert_eq!(service.name, name);
        assert!(!service.operations.is_empty(), "{name}");
    }
}

#[test]
fn an_unknown_service_is_named_with_the_nearest() {
    let said = all().load("lamda").expect_err("no such service").to_string();
    assert_eq!(
        said,
        "there is no service `lamda`; nearest: `lambda`; the models are of botocore 1.44.5 of 2026-11-17"
    );
}
