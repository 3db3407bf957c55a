//! What the models that are part of the program hold: every service loads, nothing in them writes, pages are walked.

mod contents;
mod readonly;

use super::*;

fn all() -> &'static Models {
    models().expect("the models are whole")
}

/// Every service's model.
fn services() -> impl Iterator<Item = Arc<Service>> {
    all().services().map(|name| all().load(name).expect(name))
}

#[test]
fn every_service_loads_and_has_operations() {
    for service in services() {
        let listed = all().operations(&service.name).expect("its names can be read");
        assert!(listed.keys().eq(service.operations.keys()), "{}", service.name);
        assert!(!listed.is_empty(), "{}", service.name);
    }
}

#[test]
fn a_service_is_loaded_once() {
    let first = all().load("sts").expect("it is a service");
    assert!(Arc::ptr_eq(&first, &all().load("sts").expect("it is a service")));
}

#[test]
fn an_unknown_service_is_named_with_the_nearest() {
    let said = all().load("lamda").expect_err("no such service").to_string();
    assert_eq!(
        said,
        format!(
            "there is no service `lamda`; nearest: `lambda`; the models are of {}",
            all().version()
        )
    );
    assert!(matches!(all().load("_common"), Err(ModelError::Unknown { .. })));
    assert!(matches!(all().operations(""), Err(ModelError::Unknown { nearest: None, .. })));
}

#[test]
fn the_version_is_that_of_the_title() {
    let (title, version) = (all().title(), all().version());
    assert!(title.contains(&version), "{title}: {version}");
    assert!(title.contains(all().reference_date()), "{title}");
}
