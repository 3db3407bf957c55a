//! CSV that is safe to open: cells that a spreadsheet would run as a formula are made harmless.
//!
//! Account names, tags and messages are people's text; `=HYPERLINK(…)` in one of them must stay
//! text. Writing the bytes somewhere is the steps' business.

use std::borrow::Cow;

use crate::error::Error;

/// A table that is written row by row into a buffer which its owner empties.
#[derive(Debug)]
pub struct Table {
    writer: csv::Writer<Vec<u8>>,
    columns: usize,
}

impl Table {
    /// A table with its header row.
    ///
    /// # Errors
    /// `Internal`, never in practice: the buffer is memory.
    pub fn new(header: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self, Error> {
        let names: Vec<_> = header.into_iter().collect();
        let mut table = Self { writer: writer(), columns: names.len() };
        table.row(names.iter().map(AsRef::as_ref))?;
        Ok(table)
    }

    /// Adds a row.
    ///
    /// # Errors
    /// `Internal` where the row has another number of cells than the header.
    pub fn row<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) -> Result<(), Error> {
        let row: csv::StringRecord = cells.into_iter().map(harmless).collect();
        if row.len() != self.columns {
            return Err(broken(format!("{} cells for {} columns", row.len(), self.columns)));
        }
        self.writer.write_record(&row).map_err(broken)?;
        self.writer.flush().map_err(broken)
    }

    /// Bytes of the rows that were not yet taken.
    #[must_use]
    pub fn buffered(&self) -> usize {
        self.writer.get_ref().len()
    }

    /// Takes the bytes of the rows so far; later rows go on behind them.
    ///
    /// # Errors
    /// `Internal`, never in practice: the buffer is memory.
    pub fn take(&mut self) -> Result<Vec<u8>, Error> {
        let full = std::mem::replace(&mut self.writer, writer());
        full.into_inner().map_err(|e| broken(e.into_error()))
    }
}

fn writer() -> csv::Writer<Vec<u8>> {
    // Small: a row is flushed as it comes, so that `buffered` tells the truth.
    csv::WriterBuilder::new().buffer_capacity(1024).from_writer(Vec::new())
}

/// What begins a formula, the full-width forms too (OWASP, "CSV Injection"; ASVS 1.2.10).
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// `cell` with an apostrophe in front where a spreadsheet would take it for a formula: it begins with
/// a sign of one, or with a control character. Programs differ in what blanks they pass over before.
#[must_use]
pub fn harmless(cell: &str) -> Cow<'_, str> {
    let blank = |c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}';
    let formula =
        cell.starts_with(char::is_control) || cell.trim_start_matches(blank).starts_with(FORMULA);
    if formula { format!("'{cell}").into() } else { cell.into() }
}

fn broken(error: impl std::fmt::Display) -> Error {
    Error::internal(format!("cannot write a CSV row: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(header: &[&str], rows: &[Vec<String>]) -> Vec<u8> {
        let mut table = Table::new(header.iter().copied()).unwrap();
        for row in rows {
            table.row(row.iter().map(String::as_str)).unwrap();
        }
        table.take().unwrap()
    }

    #[test]
    fn quotes_commas_and_formulas_are_safe() {
        let rows = [vec!["=1+1".to_owned(), "say \"a, b\"".to_owned(), "Zoë".to_owned()]];
        let text = String::from_utf8(written(&["a", "b", "c"], &rows)).unwrap();
        assert_eq!(text, "a,b,c\n'=1+1,\"say \"\"a, b\"\"\",Zoë\n");
    }

    #[test]
    fn blanks_and_other_forms_hide_no_formula() {
        for cell in
            ["\n=1", " =1", "\u{a0}+1", "\u{feff}@x", "\0=1", "＝1", "\t", "\ra", " \u{feff} -1"]
        {
            assert_eq!(harmless(cell), format!("'{cell}"), "{cell:?}");
        }
        for cell in ["", " ", "a=1", "2026-11-22", "rtb-1", "10.0.0.0/8", "Zoë"] {
            assert_eq!(harmless(cell), cell);
        }
    }

    #[test]
    fn rows_go_on_after_a_take() {
        let mut table = Table::new(["a", "b"]).unwrap();
        table.row(["1", "2"]).unwrap();
        let first = table.take().unwrap();
        table.row(["3", "4"]).unwrap();
        let second = table.take().unwrap();
        assert!(table.row(["5"]).is_err());
        assert_eq!([first, second].concat(), b"a,b\n1,2\n3,4\n");
    }

    proptest! {
        #[test]
        fn any_text_reads_back_and_no_cell_is_a_formula(
            rows in proptest::collection::vec(proptest::collection::vec(any::<String>(), 3), 1..5),
        ) {
            let bytes = written(&["a", "b", "c"], &rows);
            let mut reader = csv::Reader::from_reader(bytes.as_slice());
            let read: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            prop_assert_eq!(read.len(), rows.len());
            for (found, row) in read.iter().zip(&rows) {
                for (cell, original) in found.iter().zip(row) {
                    prop_assert_eq!(cell, harmless(original));
                    prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']));
                }
            }
        }
    }
}
