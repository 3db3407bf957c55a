//! CSV that is safe to open: cells that a spreadsheet would run as a formula are made harmless.
//!
//! Account names, tags and messages are people's text; `=HYPERLINK(…)` in one of them must stay
//! text. Writing the bytes somewhere is the steps' business.

use crate::error::{Error, ErrorKind};

/// A table that is written row by row into a buffer which its owner empties.
#[derive(Debug)]
pub struct Table(csv::Writer<Vec<u8>>);

impl Table {
    /// A table with its header row.
    ///
    /// # Errors
    /// Never in practice: the buffer is memory.
    pub fn new<'a>(header: impl IntoIterator<Item = &'a str>) -> Result<Self, Error> {
        let mut table = Self(csv::Writer::from_writer(Vec::new()));
        table.row(header)?;
        Ok(table)
    }

    /// Adds a row.
    ///
    /// # Errors
    /// `OperationFailed` where the row has another number of cells than the header.
    pub fn row<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) -> Result<(), Error> {
        let row: csv::StringRecord = cells.into_iter().map(harmless).collect();
        self.0.write_record(&row).map_err(broken)
    }

    /// Takes the bytes of the rows so far; later rows go on behind them.
    ///
    /// # Errors
    /// Never in practice: the buffer is memory.
    pub fn take(self) -> Result<(Vec<u8>, Self), Error> {
        let bytes = self.0.into_inner().map_err(|e| broken(e.into_error().into()))?;
        // A new writer knows no header, so it takes any width: `flexible` would hide a wrong row,
        // the columns are held by the operation's declaration instead.
        Ok((bytes, Self(csv::Writer::from_writer(Vec::new()))))
    }
}

/// `cell` with an apostrophe in front where a spreadsheet would take it for a formula (OWASP,
/// "CSV Injection": `=`, `+`, `-`, `@`, tab and carriage return first).
#[must_use]
pub fn harmless(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula { format!("'{cell}") } else { cell.to_owned() }
}

fn broken(error: csv::Error) -> Error {
    Error::new(ErrorKind::OperationFailed, format!("cannot write a CSV row: {error}"))
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
        table.take().unwrap().0
    }

    #[test]
    fn quotes_commas_and_formulas_are_safe() {
        let rows = [vec!["=1+1".to_owned(), "say \"a, b\"".to_owned(), "Zoë".to_owned()]];
        let text = String::from_utf8(written(&["a", "b", "c"], &rows)).unwrap();
        assert_eq!(text, "a,b,c\n'=1+1,\"say \"\"a, b\"\"\",Zoë\n");
    }

    #[test]
    fn rows_go_on_after_a_take() {
        let mut table = Table::new(["a", "b"]).unwrap();
        table.row(["1", "2"]).unwrap();
        let (first, mut table) = table.take().unwrap();
        table.row(["3", "4"]).unwrap();
        let (second, _) = table.take().unwrap();
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
