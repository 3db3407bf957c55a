//! Violations name the fields of a request; a person may have typed flags. Which flag is which field.

use org_operator_core::Error;
use org_operator_core::error::Detail;
use org_operator_core::input::violation::Violations;

/// A field of the request, by its path, and its flag.
const FLAGS: &[(&[&str], &str)] = &[
    (&["Accounts", "Include"], "--account"),
    (&["Accounts", "Exclude"], "--exclude-account"),
    (&["Accounts", "OrganizationalUnits"], "--ou"),
    (&["Accounts", "ExcludeOrganizationalUnits"], "--exclude-ou"),
    (&["Accounts", "Tags"], "--tag"),
    (&["AccountColumns"], "--account-column"),
    (&["Regions"], "--regions"),
    (&["RegionsPerWorkItem"], "--regions-per-work-item"),
    (&["Operation"], "--operation"),
    (&["Operations"], "--operation"),
    (&["Suite"], "--suite"),
    (&["Parameters"], "--param"),
    (&["ResumeRun"], "--resume"),
    (&["PlanRun"], "--plan-run"),
    (&["Undo"], "--undo"),
    (&["DropRun"], "--drop"),
    (&["MaxChanges"], "--max-changes"),
    (&["ProtectedUnits"], "--protect-ou"),
];

/// What to do about an invalid request.
pub(super) fn hint(error: &Error) -> String {
    let flags = match error.detail() {
        Some(Detail::Violations(violations)) => named(violations),
        _ => Vec::new(),
    };
    if flags.is_empty() {
        "`org-operator run --help` lists the options, with examples".to_owned()
    } else {
        format!("correct what is named above; on the command line {}", flags.join(", "))
    }
}

/// The flags of the fields that are wrong, in the order of the options.
fn named(violations: &Violations) -> Vec<String> {
    let is_wrong =
        |field: &[&str]| violations.listed().iter().any(|wrong| wrong.path().is_within(field));
    let wrong = FLAGS.iter().filter(|(field, _)| is_wrong(field));
    wrong.map(|(field, flag)| format!("`{}` is {flag}", field.join("."))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint_for(path: &str) -> String {
        let mut violations = Violations::default();
        violations.note_text(path, "\"12\"", "another value");
        hint(&Error::violations("request", violations))
    }

    #[test]
    fn a_violation_of_a_field_names_its_flag() {
        assert!(hint_for("Accounts.Include[0]").ends_with("line `Accounts.Include` is --account"));
        assert!(hint_for("Regions[3]").ends_with("line `Regions` is --regions"));
        let per_item = "line `RegionsPerWorkItem` is --regions-per-work-item";
        assert!(hint_for("RegionsPerWorkItem").ends_with(per_item));
        assert!(hint_for("Parameters.Depth").ends_with("line `Parameters` is --param"));
    }

    #[test]
    fn other_violations_and_plain_sentences_point_to_the_help() {
        for hint in [hint_for("Apply"), hint(&Error::invalid("Accounts.Include: got 12"))] {
            assert!(hint.contains("run --help"), "{hint}");
        }
    }
}
