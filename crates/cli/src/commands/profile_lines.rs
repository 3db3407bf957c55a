//! The lines of AWS CLI profiles, and their place in a config file that is a person's own.

use std::collections::{BTreeMap, BTreeSet};

use org_operator_core::account::Account;

const BEGIN: &str = "# BEGIN org-operator profiles (written by `org-operator profiles`)";
const END: &str = "# END org-operator profiles";

/// A profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its name.
    pub(crate) name: String,
    /// Its settings, a line each.
    pub(crate) lines: Vec<String>,
}

/// Names for the accounts' profiles, each its own: the account's name in lower case, with the id
/// where two would be alike.
pub(crate) fn named(accounts: &[&Account], prefix: &str) -> Vec<String> {
    let slugs: Vec<String> = accounts.iter().map(|account| slug(&account.name)).collect();
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for slug in &slugs {
        *times.entry(slug).or_default() += 1;
    }
    let name = |(account, slug): (&&Account, &String)| {
        if slug.is_empty() {
            format!("{prefix}{}", account.id)
        } else if times[slug.as_str()] > 1 {
            format!("{prefix}{slug}-{}", account.id)
        } else {
            format!("{prefix}{slug}")
        }
    };
    accounts.iter().zip(&slugs).map(name).collect()
}

/// Letters and digits of any script in lower case, the rest as single hyphens.
fn slug(name: &str) -> String {
    let lower = name.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

/// The marked block with the profiles.
pub(crate) fn block(entries: &[Entry]) -> String {
    let section = |entry: &Entry| format!("[profile {}]\n{}\n", entry.name, entry.lines.join("\n"));
    let sections: Vec<String> = entries.iter().map(section).collect();
    format!("{BEGIN}\n{}{END}\n", sections.join("\n"))
}

/// `existing` with `block` in the place of the one that is there, or at its end.
///
/// # Errors
/// In words, where one of the marked lines is missing or stands twice.
pub(crate) fn replaced(existing: &str, block: &str) -> Result<String, String> {
    match marked(existing)? {
        Some((from, to)) => Ok(format!("{}{block}{}", &existing[..from], &existing[to..])),
        None if existing.is_empty() => Ok(block.to_owned()),
        None => {
            let joint = if existing.ends_with('\n') { "\n" } else { "\n\n" };
            Ok(format!("{existing}{joint}{block}"))
        }
    }
}

/// The names of the profiles outside of the marked block.
pub(crate) fn outside(existing: &str) -> BTreeSet<String> {
    let block = marked(existing).ok().flatten();
    let own = block.map_or_else(String::new, |(from, to)| existing[from..to].to_owned());
    let rest = if own.is_empty() { existing.to_owned() } else { existing.replacen(&own, "", 1) };
    let name = |line: &str| {
        let section = line.trim().strip_prefix('[')?.split(']').next()?.trim().to_owned();
        let name = section.strip_prefix("profile ").map(|name| name.trim().to_owned());
        name.or_else(|| (section == "default").then_some(section))
    };
    rest.lines().filter_map(name).collect()
}

/// Where the marked block begins and ends, its last line's end included.
fn marked(existing: &str) -> Result<Option<(usize, usize)>, String> {
    let (begins, ends) = (places(existing, BEGIN), places(existing, END));
    match (begins.as_slice(), ends.as_slice()) {
        ([], []) => Ok(None),
        ([begin], [end]) if begin.0 < end.0 => Ok(Some((begin.0, end.1))),
        _ => Err(format!(
            "the lines `{BEGIN}` and `{END}` must stand there once each, in this order"
        )),
    }
}

/// The lines that are `wanted`, from where to where.
fn places(text: &str, wanted: &str) -> Vec<(usize, usize)> {
    let mut at = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        if line.trim_end() == wanted {
            found.push((at, at + line.len()));
        }
        at += line.len();
    }
    found
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
        }
    }

    fn entry(name: &str) -> Entry {
        Entry { name: name.to_owned(), lines: vec!["region = eu-west-1".to_owned()] }
    }

    #[test]
    fn names_are_words_and_never_twice() {
        let accounts = [
            account("000000000001", "Payments, Production"),
            account("000000000002", "Audit"),
            account("000000000003", "AUDIT!"),
            account("000000000004", "]["),
            account("000000000005", "東京 分析"),
        ];
        let names = named(&accounts.iter().collect::<Vec<_>>(), "x-");
        let expected = [
            "x-payments-production",
            "x-audit-000000000002",
            "x-audit-000000000003",
            "x-000000000004",
            "x-東京-分析",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn what_is_outside_the_marked_lines_is_never_touched() {
        let before = "[default]\nregion = us-east-1";
        let after = "[profile mine]\r\nregion = x\r\n# note";
        for (existing, rest) in [("", ""), (before, before), (after, after)] {
            let once = replaced(existing, &block(&[entry("a"), entry("b")])).unwrap();
            assert!(once.starts_with(rest), "{once}");
            let longer = format!("{once}\n{after}");
            let twice = replaced(&longer, &block(&[entry("c")])).unwrap();
            assert!(twice.starts_with(rest) && twice.ends_with(&format!("\n{after}")), "{twice}");
            assert!(!twice.contains("[profile a]") && twice.contains("[profile c]"), "{twice}");
            assert_eq!(replaced(&twice, &block(&[entry("c")])).unwrap(), twice);
        }
    }

    #[test]
    fn marked_lines_that_are_not_a_pair_are_refused() {
        for broken in [format!("{BEGIN}\n"), format!("{END}\n{BEGIN}\n"), format!("{END}\n")] {
            assert!(replaced(&broken, "x").is_err(), "{broken}");
        }
    }

    #[test]
    fn profiles_of_a_person_are_known_and_ours_are_not() {
        let ours = block(&[entry("a")]);
        let text =
            format!("[default]\n[ profile mine ]\n{ours}[profile other] # x\n[sso-session s]\n");
        let names: Vec<String> = outside(&text).into_iter().collect();
        assert_eq!(names, ["default", "mine", "other"]);
    }
}
