//! The page over a suite run, or over several runs: each one's verdict and counts, with a link to its own
//! report. It has no script at all; every text is escaped.

use std::fmt::Write;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::frame::hash;

const STYLE: &str = include_str!("../page/index.css");

/// What is encoded in a segment of a relative address, so that nothing in it can lead elsewhere.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// Where a report lies, from the page on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// How many folders up it begins.
    pub up: usize,
    /// The names of the folders from there on.
    pub folders: Vec<String>,
    /// The report's own name, which needs no encoding: `report.html`.
    pub file: &'static str,
}

impl Address {
    fn encoded(&self) -> String {
        let folders =
            self.folders.iter().map(|name| format!("{}/", utf8_percent_encode(name, SEGMENT)));
        format!("{}{}{}", "../".repeat(self.up), folders.collect::<String>(), self.file)
    }
}

/// A line of the page: an operation of the suite, or a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IndexRow {
    /// The operation's name.
    pub operation: String,
    /// Where its report is.
    pub address: Address,
    /// The texts below [`Index::facts`].
    pub facts: Vec<String>,
    /// `COMPLETE` or `PARTIAL`.
    pub status: String,
    /// The numbers below [`Index::heads`].
    pub numbers: Vec<String>,
}

/// What the page shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Index {
    /// What the page is about: `Run 20261122T060000Z-4e5f6a`.
    pub title: String,
    /// `COMPLETE` or `PARTIAL`, over all operations.
    pub status: String,
    /// The counts over all, in words.
    pub counts: String,
    /// What stands above the texts of each line, between name and status.
    pub facts: Vec<String>,
    /// What stands above the numbers of each line.
    pub heads: Vec<String>,
    /// The lines, in their order.
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
        let Self { title, status, counts, .. } = self;
        let mut page = head(title);
        // Writing to a string cannot fail.
        let _ = write!(
            page,
            "<h1>{}: <span class=\"{status}\">{status}</span></h1>\n<p>{}</p>\n",
            escaped(title),
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
        let facts: String = self.facts.iter().map(|head| text("th scope=\"col\"", head)).collect();
        let heads: String = self.heads.iter().map(|head| cell("th scope=\"col\"", head)).collect();
        let rows: String = self.rows.iter().map(IndexRow::html).collect();
        format!(
            "<table>\n<thead><tr><th scope=\"col\">Operation</th>{facts}<th scope=\"col\">Status</th>\
             {heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
        )
    }
}

impl IndexRow {
    fn html(&self) -> String {
        let (name, status) = (escaped(&self.operation), escaped(&self.status));
        let facts: String = self.facts.iter().map(|fact| text("td", fact)).collect();
        let numbers: String = self.numbers.iter().map(|number| cell("td", number)).collect();
        format!(
            "<tr><th scope=\"row\"><a href=\"{}\">{name}</a></th>{facts}\
             <td class=\"{status}\">{status}</td>{numbers}</tr>\n",
            self.address.encoded()
        )
    }
}

fn head(title: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src \
         'sha256-{}'; style-src-attr 'none'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>{}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<main>\n",
        hash(STYLE),
        escaped(title)
    )
}

fn text(tag: &str, text: &str) -> String {
    let name = tag.split(' ').next().unwrap_or(tag);
    format!("<{tag}>{}</{name}>", escaped(text))
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
mod tests;
