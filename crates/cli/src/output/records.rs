//! A run's records on stdout, in the form that was asked for. They are read from the run's files,
//! row by row: memory does not grow with them.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use crate::commands::run::args::Format;
use crate::error::CliError;
use crate::output::printer::{self, Printer, line};

/// Rows of a table that nobody asked for.
const FIRST_ROWS: usize = 20;
/// Bytes that are printed at once.
const PIECE: usize = 64 * 1024;
/// A cell of a table is cut after this many characters.
const CELL: usize = 40;

/// Prints the records of the run in `folder`.
pub(crate) fn print(
    printer: Printer,
    folder: &Path,
    operation: &str,
    format: Option<Format>,
) -> Result<(), CliError> {
    let csv = folder.join(format!("{operation}.csv"));
    let jsonl = folder.join(format!("{operation}.jsonl"));
    match format {
        Some(Format::Jsonl) => copy(&jsonl),
        Some(Format::Json) => array(&jsonl),
        Some(Format::Table) => table(printer, &csv, usize::MAX),
        None if printer.data_is_seen() => table(printer, &csv, FIRST_ROWS),
        Some(Format::Csv) | None => copy(&csv),
    }
}

/// In pieces of whole lines, which is how data is printed.
fn copy(path: &Path) -> Result<(), CliError> {
    let mut file = opened(path)?;
    let mut lines = Vec::new();
    loop {
        let read = file.read_until(b'\n', &mut lines).map_err(|e| unreadable(path, &e))?;
        if read == 0 || lines.len() >= PIECE {
            printer::data(&lines)?;
            lines.clear();
        }
        if read == 0 {
            return Ok(());
        }
    }
}

/// JSON Lines as one array.
fn array(path: &Path) -> Result<(), CliError> {
    printer::data(b"[")?;
    for (number, read) in opened(path)?.lines().enumerate() {
        let line = read.map_err(|e| unreadable(path, &e))?;
        let joint = if number == 0 { "\n" } else { ",\n" };
        printer::data(format!("{joint}{line}").as_bytes())?;
    }
    printer::data(b"\n]\n")
}

fn table(printer: Printer, path: &Path, most: usize) -> Result<(), CliError> {
    let mut widths: Vec<usize> = Vec::new();
    let all = rows(path, most, |row| {
        widths.resize(row.len().max(widths.len()), 0);
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(console::measure_text_width(cell));
        }
        Ok(())
    })?;
    rows(path, most, |row| {
        let pad = |(cell, width): (&String, &usize)| {
            console::pad_str(cell, *width, console::Alignment::Left, None).into_owned()
        };
        let cells: Vec<String> = row.iter().zip(&widths).map(pad).collect();
        printer::data(format!("{}\n", cells.join("  ").trim_end()).as_bytes())
    })?;
    // The header is a row too.
    if let Some(more) = all.checked_sub(most.saturating_add(1)).filter(|more| *more > 0) {
        printer.note(&format!("… and {more} more rows in {}", path.display()));
    }
    Ok(())
}

/// Gives the header and the first `most` rows to `take`; tells how many rows there are, with it.
fn rows(
    path: &Path,
    most: usize,
    mut take: impl FnMut(&[String]) -> Result<(), CliError>,
) -> Result<usize, CliError> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(opened(path)?);
    let mut number = 0;
    for read in reader.records() {
        let row = read.map_err(|e| unreadable(path, &e))?;
        if number <= most {
            let cells: Vec<String> = row.iter().map(cut).collect();
            take(&cells)?;
        }
        number += 1;
    }
    Ok(number)
}

fn cut(cell: &str) -> String {
    console::truncate_str(&line(cell), CELL, "…").into_owned()
}

fn opened(path: &Path) -> Result<BufReader<File>, CliError> {
    File::open(path).map(BufReader::new).map_err(|e| unreadable(path, &e))
}

fn unreadable(path: &Path, why: &dyn std::fmt::Display) -> CliError {
    CliError::local(format!("{} cannot be read", path.display()), why)
}
