//! The paginators of the SDK in the sources.

/// The sources of a crate that run in production, with their names.
fn sources(crate_name: &str) -> Vec<(String, String)> {
    let folder = org_operator_testkit::paths::file(&format!("crates/{crate_name}/src"));
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let rust = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    rust.map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn paginators_do_not_stop_at_a_repeated_page_token() {
    let mut paginators = 0;
    for (file, source) in ["aws", "operations"].into_iter().flat_map(sources) {
        let source: String = source.split_whitespace().collect();
        let made = source.matches(".into_paginator()").count();
        let going_on = source.matches(".into_paginator().stop_on_duplicate_token(false)").count();
        assert_eq!(made, going_on, "{file}: the SDK's default loses what is behind such a token");
        paginators += made;
    }
    assert!(paginators >= 5);
}
