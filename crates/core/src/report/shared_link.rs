//! The links of a notification that open a run's pages without signing in. Signing and publishing
//! them is [`crate::ports`]'; the rest of the text is [`crate::report::notification`]'s.

use std::fmt;
use std::fmt::Write;
use std::time::Duration;

use crate::contract::handler_output::Notification;
use crate::contract::summary::Summary;
use crate::report::notification::page;

/// A page of a run that people look at first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The operation that the page is about, or what it is of a suite run.
    pub name: String,
    /// Where it is stored, `s3://BUCKET/KEY`.
    pub uri: String,
}

/// A link to a page for whoever has it: a secret, which no log line shows.
#[derive(Clone, PartialEq, Eq)]
pub struct SharedLink {
    /// The name of the page.
    pub name: String,
    /// The signed address.
    pub url: String,
}

impl fmt::Debug for SharedLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedLink").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The pages of a run: its report, or the page over a suite run and the report of each operation.
#[must_use]
pub fn pages(summary: &Summary) -> Vec<Page> {
    let whole = match summary.operations.len() {
        0 => summary.operation.clone(),
        // Its addresses are relative, and a signature is for one file.
        _ => "all operations (the links on this page do not open)".to_owned(),
    };
    let own = [(whole, &summary.result.artifacts)];
    let of_suite = summary.operations.iter().map(|of| (of.operation.clone(), &of.result.artifacts));
    let all = own.into_iter().chain(of_suite);
    all.filter_map(|(name, artifacts)| Some(Page { name, uri: page(artifacts)?.clone() })).collect()
}

impl Notification {
    /// The notification with links that open for at most `valid`.
    #[must_use]
    pub fn with_links(mut self, links: &[SharedLink], valid: Duration) -> Self {
        let hours = valid.as_secs() / 3_600;
        let _ = writeln!(
            self.message,
            "\nWithout signing in, for at most {hours} h; whoever has a link can read the page:"
        );
        for SharedLink { name, url } in links {
            let _ = writeln!(self.message, "  {name}: {url}");
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::notification::tests::summary;
    use crate::report::suite;

    fn named(pages: &[Page]) -> Vec<(&str, &str)> {
        pages.iter().map(|page| (page.name.as_str(), page.uri.as_str())).collect()
    }

    #[test]
    fn the_page_of_a_run_is_its_report() {
        let pages = pages(&summary(0, None, Vec::new()));
        let report = "s3://results/runs/internet-routes/run-7/report.html";
        assert_eq!(named(&pages), [("internet-routes", report)]);
    }

    #[test]
    fn the_pages_of_a_suite_run_are_its_index_and_each_report() {
        let one = summary(0, None, Vec::new());
        let index = "s3://results/runs/suites/run-7/index.html";
        let all = suite::summary(one.result.run_id.clone(), &[one], vec![index.to_owned()]);
        let pages = pages(&all);
        let found = named(&pages);
        assert_eq!(found.iter().map(|(_, uri)| *uri).next(), Some(index));
        assert_eq!(found[1].0, "internet-routes");
        assert!(found[1].1.ends_with("/report.html"), "{found:?}");
    }

    #[test]
    fn a_link_stands_in_the_message_and_in_no_debug_text() {
        let link = SharedLink { name: "vpcs".to_owned(), url: "https://signed".to_owned() };
        let plain = Notification { subject: "s".to_owned(), message: "m\n".to_owned() };
        let sent = plain.with_links(std::slice::from_ref(&link), Duration::from_hours(4));
        assert!(sent.message.ends_with("\n  vpcs: https://signed\n"), "{}", sent.message);
        assert!(sent.message.contains("for at most 4 h"), "{}", sent.message);
        assert!(!format!("{link:?}").contains("signed"), "{link:?}");
    }
}
