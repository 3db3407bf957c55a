//! What the profiles of accounts are called.

use std::collections::BTreeMap;

use org_operator_core::model::account::Account;

use crate::error::CliError;

/// What a name may have beside ASCII letters and digits: the SDKs leave a profile with another
/// character out without a word (aws-runtime, `validate_identifier`).
const MARKS: &str = "_-/.%@:+";
/// The profile of whoever names none: no account may become that by its name.
const DEFAULT: &str = "default";

/// Refuses a prefix with which no SDK would find the profiles.
pub(crate) fn check(prefix: &str) -> Result<(), CliError> {
    let fits = |c: char| c.is_ascii_alphanumeric() || MARKS.contains(c);
    if prefix.chars().all(fits) {
        return Ok(());
    }
    let why = format!("profiles' names have ASCII letters, digits and {MARKS} only");
    let what = format!("--prefix {prefix} cannot be part of a profile's name");
    Err(CliError::usage(&what, why, "give another --prefix, or none"))
}

/// Names for the accounts' profiles, each its own: the account's name in lower case, or its id where
/// nothing is left of that; with the id after it where two would be alike.
pub(crate) fn named(accounts: &[&Account], prefix: &str) -> Vec<String> {
    let first = |account: &&Account| match slug(&account.name) {
        slug if slug.is_empty() => format!("{prefix}{}", account.id),
        slug => format!("{prefix}{slug}"),
    };
    let mut names: Vec<String> = accounts.iter().map(first).collect();
    // A longer name may be another account's. Each grows once at the most, and no two ids are alike.
    loop {
        let mut times: BTreeMap<&str, usize> = BTreeMap::from([(DEFAULT, 1)]);
        for name in &names {
            *times.entry(name).or_default() += 1;
        }
        let is_taken = |i: &usize| {
            times[names[*i].as_str()] > 1 && !names[*i].ends_with(accounts[*i].id.as_str())
        };
        let taken: Vec<usize> = (0..names.len()).filter(is_taken).collect();
        if taken.is_empty() {
            return names;
        }
        for i in taken {
            names[i] = format!("{}-{}", names[i], accounts[i].id);
        }
    }
}

/// ASCII letters and digits in lower case, the rest as single hyphens.
fn slug(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use org_operator_core::AccountId;

    fn account(id: &str, name: &str) -> Account {
        Account {
            id: AccountId::parse(id).unwrap(),
            name: name.to_owned(),
            state: "ACTIVE".to_owned(),
            management_account: None,
            units: None,
            email: String::new(),
        }
    }

    fn names(names: &[&str], prefix: &str) -> Vec<String> {
        let accounts = names.iter().enumerate();
        let accounts: Vec<Account> =
            accounts.map(|(i, name)| account(&format!("00000000000{}", i + 1), name)).collect();
        named(&accounts.iter().collect::<Vec<_>>(), prefix)
    }

    #[test]
    fn names_are_ascii_words_and_never_twice() {
        let accounts =
            ["Payments, Production", "Audit", "AUDIT!", "][", "東京 分析", "Zürich Platform"];
        let expected = [
            "x-payments-production",
            "x-audit-000000000002",
            "x-audit-000000000003",
            "x-000000000004",
            "x-000000000005",
            "x-z-rich-platform",
        ];
        assert_eq!(names(&accounts, "x-"), expected);
    }

    #[test]
    fn a_name_that_looks_like_another_ones_is_still_its_own() {
        let accounts = ["Audit", "audit", "Audit 000000000001", "000000000005", "!"];
        let expected = [
            "audit-000000000001",
            "audit-000000000002",
            "audit-000000000001-000000000003",
            "000000000005-000000000004",
            "000000000005",
        ];
        assert_eq!(names(&accounts, ""), expected);
    }

    #[test]
    fn no_account_becomes_the_default_profile() {
        assert_eq!(names(&["Default"], ""), ["default-000000000001"]);
        assert_eq!(names(&["Ault"], "def"), ["default-000000000001"]);
        assert_eq!(names(&["Default"], "x-"), ["x-default"]);
    }

    #[test]
    fn a_prefix_that_no_sdk_knows_is_refused() {
        assert_eq!(check("acme/x-"), Ok(()));
        for prefix in ["a b", "ä", "x]", "x\n"] {
            assert_eq!(check(prefix).unwrap_err().exit.code(), 2, "{prefix}");
        }
    }
}
