//! The page over a suite run: each operation's verdict and counts, with a link to its own report. It
//! has no script at all; every text is escaped.

use std::fmt::Write;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::frame::hash;

const STYLE: &str = include_str!("../page/index.css");

/// What is encoded in a segment of a relative address, so that nothing in it can lead elsewhere.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// An operation's line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IndexRow {
    /// The operation's name; its report is `<name>/report.html` beside the page.
    pub operation: String,
    /// `COMPLETE` or `PARTIAL`.
    pub status: String,
    /// The numbers below [`Index::heads`].
    pub numbers: Vec<String>,
}

/// What the page shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Index {
    /// The suite run's id.
    pub run: String,
    /// `COMPLETE` or `PARTIAL`, over all operations.
    pub status: String,
    /// The counts over all, in words.
    pub counts: String,
    /// What stands above the numbers of each operation.
    pub heads: Vec<String>,
    /// The operations, in the order of their names.
    pub rows: Vec<IndexRow>,
    /// The first failures, in words.
    pub failures: Vec<String>,
    /// The first changes, in words.
    pub changes: Vec<String>,
}

impl Index {
    /// The page as HTML: it opens from a file and makes no request.
    #[must_use]
    pub fn html(&self) -> String {
        let Self { run, status, counts, .. } = self;
        let mut page = head(run);
        // Writing to a string cannot fail.
        let _ = write!(
            page,
            "<h1>Run {} is <span class=\"{status}\">{status}</span></h1>\n<p>{}</p>\n",
            escaped(run),
            escaped(counts),
            status = escaped(status),
        );
        page.push_str(&self.table());
        page.push_str(&list("Failures", &self.failures));
        page.push_str(&list("Changes", &self.changes));
        page.push_str("</main>\n</body>\n</html>\n");
        page
    }

    fn table(&self) -> String {
        let heads: String = self.heads.iter().map(|head| cell("th scope=\"col\"", head)).collect();
        let rows: String = self.rows.iter().map(IndexRow::html).collect();
        format!(
            "<table>\n<thead><tr><th scope=\"col\">Operation</th><th scope=\"col\">Status</th>\
             {heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
        )
    }
}

impl IndexRow {
    fn html(&self) -> String {
        let (name, status) = (escaped(&self.operation), escaped(&self.status));
        let numbers: String = self.numbers.iter().map(|number| cell("td", number)).collect();
        format!(
            "<tr><th scope=\"row\"><a href=\"{}/report.html\">{name}</a></th>\
             <td class=\"{status}\">{status}</td>{numbers}</tr>\n",
            utf8_percent_encode(&self.operation, SEGMENT)
        )
    }
}

fn head(run: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src \
         'sha256-{}'; style-src-attr 'none'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>Run {}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<main>\n",
        hash(STYLE),
        escaped(run)
    )
}

fn cell(tag: &str, text: &str) -> String {
    let name = tag.split(' ').next().unwrap_or(tag);
    format!("<{tag} class=\"number\">{}</{name}>", escaped(text))
}

fn list(title: &str, lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let item = |line: &String| format!("<li>{}</li>\n", escaped(line));
    let items: String = lines.iter().map(item).collect();
    format!("<h2>{title}, the first of them</h2>\n<ul>\n{items}</ul>\n")
}

/// `text` as it may stand between tags and in a quoted attribute.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn index(text: &str) -> Index {
        let row = IndexRow {
            operation: text.to_owned(),
            status: text.to_owned(),
            numbers: vec![text.to_owned()],
        };
        Index {
            run: text.to_owned(),
            status: text.to_owned(),
            counts: text.to_owned(),
            heads: vec![text.to_owned()],
            rows: vec![row],
            failures: vec![text.to_owned()],
            changes: vec![text.to_owned()],
        }
    }

    #[test]
    fn each_operation_has_its_verdict_and_a_link_to_its_report() {
        let row = IndexRow {
            operation: "vpcs".to_owned(),
            status: "PARTIAL".to_owned(),
            numbers: vec!["34".to_owned(), "2".to_owned()],
        };
        let heads = vec!["Targets".to_owned(), "Failed".to_owned()];
        let page = Index { heads, rows: vec![row], ..Index::default() }.html();
        assert!(page.contains("<a href=\"vpcs/report.html\">vpcs</a>"), "{page}");
        assert!(page.contains("<td class=\"PARTIAL\">PARTIAL</td>"), "{page}");
        assert!(page.contains("<td class=\"number\">34</td><td class=\"number\">2</td>"), "{page}");
        assert!(!page.contains("Failures"), "{page}");
    }

    #[test]
    fn the_page_has_no_script_and_allows_none() {
        let page = Index::default().html();
        assert!(page.contains("default-src 'none'") && page.contains(&hash(STYLE)));
        assert!(!page.contains("script"), "{page}");
    }

    proptest! {
        #[test]
        fn no_text_makes_a_tag_an_attribute_or_another_address(
            text in "[<>\"'&/.%:a-z\u{202e}\n]{0,40}",
        ) {
            let (page, plain) = (index(&text).html(), index("x").html());
            let tags = |page: &str| page.matches('<').count();
            let quotes = |page: &str| page.matches('"').count();
            prop_assert_eq!(tags(&page), tags(&plain));
            prop_assert_eq!(quotes(&page), quotes(&plain));
            let address = page.split("<a href=\"").nth(1).unwrap().split('"').next().unwrap();
            prop_assert!(!address.trim_end_matches("/report.html").contains(['/', ':', '.']));
        }
    }
}
