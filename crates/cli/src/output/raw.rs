//! Answers as they came, on stdout: the pieces of a raw run's records put together, a line per target.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use org_operator_operations::raw_pages;
use serde::Deserialize;
use serde_json::json;

use crate::error::CliError;
use crate::output::printer;

/// A line of a raw run's records.
#[derive(Debug, Deserialize)]
struct Piece {
    account_id: String,
    region: String,
    page: String,
    #[serde(rename = "piece")]
    number: String,
    text: String,
}

/// The pieces of one target, as they are read.
#[derive(Default)]
struct Answer {
    account_id: String,
    region: String,
    cells: Vec<Vec<String>>,
}

/// Prints the answers of the run in `folder`, one target in memory at a time.
pub(crate) fn print(folder: &Path, operation: &str) -> Result<(), CliError> {
    let path = folder.join(format!("{operation}.jsonl"));
    let unreadable = |why: &dyn std::fmt::Display| {
        CliError::local(format!("{} cannot be read", path.display()), why)
    };
    let lines = File::open(&path).map(BufReader::new).map_err(|e| unreadable(&e))?.lines();
    let mut answer = Answer::default();
    for line in lines {
        let text = line.map_err(|e| unreadable(&e))?;
        let piece: Piece = serde_json::from_str(&text).map_err(|e| unreadable(&e))?;
        if !answer.is_of(&piece) {
            put(answer.line().map_err(|e| unreadable(&e))?)?;
            answer = Answer::of(&piece);
        }
        answer.cells.push(vec![piece.page, piece.number, piece.text]);
    }
    put(answer.line().map_err(|e| unreadable(&e))?)
}

fn put(line: Option<String>) -> Result<(), CliError> {
    line.map_or(Ok(()), |line| printer::data(line.as_bytes()))
}

impl Answer {
    fn of(piece: &Piece) -> Self {
        let (account_id, region) = (piece.account_id.clone(), piece.region.clone());
        Self { account_id, region, cells: Vec::new() }
    }

    fn is_of(&self, piece: &Piece) -> bool {
        self.account_id == piece.account_id && self.region == piece.region
    }

    /// The target's answer as a line; `None` where no target has been read yet.
    fn line(&self) -> Result<Option<String>, serde_json::Error> {
        if self.cells.is_empty() {
            return Ok(None);
        }
        let pages = raw_pages(self.cells.iter().map(Vec::as_slice))?;
        let line = json!({ "AccountId": self.account_id, "Region": self.region, "Pages": pages });
        Ok(Some(format!("{line}\n")))
    }
}
