//! The lines of AWS CLI profiles, and their place in a config file that is a person's own.

use std::collections::BTreeSet;

const BEGIN: &str = "# BEGIN org-operator profiles (written by `org-operator profiles`)";
const END: &str = "# END org-operator profiles";

/// A profile of the AWS CLI's config file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The profile's name, without `profile`.
    pub(crate) name: String,
    /// Its settings, a line each.
    pub(crate) lines: Vec<String>,
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
    let (before, after) =
        block.map_or((existing, ""), |(from, to)| (&existing[..from], &existing[to..]));
    let name = |section: &str| match section.split_once(char::is_whitespace) {
        Some(("profile", name)) => Some(name.trim().trim_matches(['"', '\'']).to_owned()),
        _ => (section == "default").then(|| section.to_owned()),
    };
    [before, after].into_iter().flat_map(sections).filter_map(name).collect()
}

/// The names of the profiles in a credentials file: there they stand without `profile`.
pub(crate) fn of_credentials(text: &str) -> BTreeSet<String> {
    sections(text).map(str::to_owned).collect()
}

/// What stands in the brackets of each section's first line.
fn sections(text: &str) -> impl Iterator<Item = &str> {
    let starts = text.lines().filter_map(|line| line.trim().strip_prefix('['));
    starts.filter_map(|start| start.split(']').next().map(str::trim))
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

    fn entry(name: &str) -> Entry {
        Entry { name: name.to_owned(), lines: vec!["region = eu-west-1".to_owned()] }
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
        let text = format!(
            "[default]\n[ profile mine ]\n{ours}[profile other] # x\n[sso-session s]\n\
             #[profile no]\n[profile\t\"quoted\"]\n"
        );
        let names: Vec<String> = outside(&text).into_iter().collect();
        assert_eq!(names, ["default", "mine", "other", "quoted"]);
        let text = "[default]\naws_access_key_id = x\n [ keys ]\n; [no]\n";
        assert_eq!(of_credentials(text).into_iter().collect::<Vec<_>>(), ["default", "keys"]);
    }
}
