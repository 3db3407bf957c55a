//! Lines of the files below `tables/`, which SQL reads: a record or a target with its run. Which columns
//! a table has is [`crate::report::sql_table`]'s.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::contract::coverage_row::CoverageRow;
use crate::contract::document;
use crate::contract::record_row::RecordRow;
use crate::error::Error;
use crate::model::id::RunId;

/// The column in front of all others: the run that a line is of.
pub const RUN_COLUMN: &str = "run_id";

/// The column after it in the tables of targets and of applied rows, which hold those of every operation.
pub const OPERATION_COLUMN: &str = "operation";

/// A target with its run: a line of `tables/coverage/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageLine<'a> {
    /// The run's id.
    pub run_id: Cow<'a, RunId>,
    /// The operation's name.
    pub operation: Cow<'a, str>,
    /// The target's row, as `coverage.csv` has it; a time that is not there is null.
    #[serde(flatten)]
    pub row: Cow<'a, CoverageRow>,
}

impl CoverageLine<'_> {
    /// Appends the line to `lines` as one JSON object.
    ///
    /// # Errors
    /// `Internal` where it cannot be serialized.
    pub fn write(&self, lines: &mut Vec<u8>) -> Result<(), Error> {
        document::line(self, lines)
    }
}

/// Appends a record to `lines` as one JSON object: what stands in `front`, the run first, then the cells
/// under the names `columns`.
///
/// # Errors
/// `Internal` where it cannot be serialized.
pub fn write_record(
    front: &[(&str, String)],
    columns: &[impl AsRef<str>],
    row: &RecordRow<'_>,
    lines: &mut Vec<u8>,
) -> Result<(), Error> {
    let front = front.iter().map(|(name, cell)| (*name, cell.as_str()));
    let cells = columns.iter().map(AsRef::as_ref).zip(row.texts());
    document::line_of(front.chain(cells), lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::coverage_row::TargetStatus;
    use crate::model::id::AccountId;
    use crate::model::region::Region;
    use crate::model::timestamp::Timestamp;

    fn run_id() -> RunId {
        RunId::parse("r1").unwrap()
    }

    fn row() -> CoverageRow {
        CoverageRow {
            account_id: AccountId::parse("000000000001").unwrap(),
            account_name: "=a \"b\"\n".to_owned(),
            region: Region::parse("eu-west-1").unwrap(),
            status: TargetStatus::Failed,
            error: "NoOutcome".to_owned(),
            message: "lost".to_owned(),
            records: 0,
            attempts: 2,
            started_at: Some(Timestamp::from_epoch_millis(1_000)),
            ended_at: None,
            unit_path: "Root/Sales".to_owned(),
            expected: String::new(),
        }
    }

    #[test]
    fn a_target_has_its_run_and_operation_first_and_then_the_columns_of_coverage() {
        let line = CoverageLine {
            run_id: Cow::Owned(run_id()),
            operation: "op".into(),
            row: Cow::Owned(row()),
        };
        let mut lines = Vec::new();
        line.write(&mut lines).unwrap();
        let expected = "{\"run_id\":\"r1\",\"operation\":\"op\",\"account_id\":\"000000000001\",\
            \"account_name\":\"=a \\\"b\\\"\\n\",\"region\":\"eu-west-1\",\"status\":\"FAILED\",\
            \"error\":\"NoOutcome\",\"message\":\"lost\",\"records\":0,\"attempts\":2,\
            \"started_at\":\"1970-01-01T00:00:01.000Z\",\"ended_at\":null,\
            \"unit_path\":\"Root/Sales\",\"expected\":\"\"}\n";
        assert_eq!(String::from_utf8(lines.clone()).unwrap(), expected);
        assert_eq!(serde_json::from_slice::<CoverageLine<'_>>(&lines).unwrap(), line);
    }

    #[test]
    fn a_record_has_its_run_first_and_every_value_as_text() {
        let row = RecordRow {
            account_id: Cow::Owned(AccountId::parse("000000000001").unwrap()),
            account_name: "a\u{2028}b".into(),
            region: Cow::Owned(Region::parse("eu-west-1").unwrap()),
            cells: Cow::Owned(vec!["7".to_owned(), "\n\u{0}".to_owned()]),
            beside: Cow::Owned(vec!["payments".to_owned()]),
        };
        let columns = ["account_id", "account_name", "region", "size", "name", "tag_team"];
        let mut lines = Vec::new();
        write_record(&[(RUN_COLUMN, "r1".to_owned())], &columns, &row, &mut lines).unwrap();
        let text = String::from_utf8(lines).unwrap();
        let expected = "{\"run_id\":\"r1\",\"account_id\":\"000000000001\",\"account_name\":\
            \"a\u{2028}b\",\"region\":\"eu-west-1\",\"size\":\"7\",\"name\":\"\\n\\u0000\",\
            \"tag_team\":\"payments\"}\n";
        assert_eq!(text, expected);
        assert_eq!(text.lines().count(), 1);
    }
}
