//! The tables that SQL sees below `tables/`: their names, columns and types, and the statement that
//! makes one in Athena. The lines themselves are [`crate::contract::table_line`]'s.

use std::collections::BTreeSet;

use crate::contract::applied_row;
use crate::contract::coverage_row::CoverageRow;
use crate::contract::record_row::{TARGET_COLUMNS, columns};
use crate::contract::table_line::{OPERATION_COLUMN, RUN_COLUMN};
use crate::model::spec::{Column, Spec};

/// The folder with the tables, beside the folder of all runs.
pub const TABLES: &str = "tables/";

/// The column by which a table is partitioned: the day on which a run was planned, in UTC.
pub const DAY_COLUMN: &str = "dt";

/// The name of the table with the targets of every operation, and of its folder.
pub const COVERAGE: &str = "coverage";

/// The name of the table with the rows that runs of every operation applied, and of its folder.
pub const APPLIED: &str = "applied";

/// The first day that can have a run: no release is older.
pub const FIRST_DAY: &str = "2026-01-01";

/// The longest comment of a column in bytes (Glue API reference, "Column").
const COMMENT_BYTES: usize = 255;

/// The meanings of the columns that are not an operation's own.
const COMMON: [(&str, &str); 14] = [
    (RUN_COLUMN, "the run"),
    (OPERATION_COLUMN, "the operation"),
    ("account_id", "the account, 12 digits"),
    ("account_name", "its name in the organization when the run began"),
    ("region", "the Region, or global where the operation runs once per account"),
    ("status", "SUCCEEDED, SKIPPED or FAILED"),
    ("error", "the error kind, empty for SUCCEEDED"),
    ("message", "the reason in words, empty for SUCCEEDED"),
    ("records", "how many records the target has"),
    ("attempts", "how many attempts wrote an outcome"),
    ("started_at", "when the last attempt began, RFC 3339 in UTC"),
    ("ended_at", "when it ended, RFC 3339 in UTC"),
    ("unit_path", "the path of the account's unit; empty where it is not known"),
    ("expected", "why a failure is expected, by an exception of the run; empty for all else"),
];

/// The columns that are numbers; all others are text.
const NUMBERS: [&str; 2] = ["records", "attempts"];

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlColumn {
    /// Its name: lower-case letters, digits and `_`.
    pub name: String,
    /// Its type in Athena: `string` or `bigint`.
    pub kind: &'static str,
    /// What stands there: one line of at most 255 bytes without `'` and `\`.
    pub comment: String,
}

/// A table of all runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlTable {
    /// Its name: lower-case letters, digits and `_`.
    pub name: String,
    /// Its folder below the bucket or the directory, with a `/` at the end.
    pub folder: String,
    /// What a row is, as a comment.
    pub comment: String,
    /// The columns, without [`DAY_COLUMN`].
    pub columns: Vec<SqlColumn>,
}

impl SqlTable {
    /// The comment of [`DAY_COLUMN`].
    pub const DAY_COMMENT: &'static str = "the day on which the run was planned, in UTC";

    /// The table of an operation's records.
    #[must_use]
    pub fn of(spec: &Spec) -> Self {
        let meaning = |name: &str| {
            let own = spec.columns.iter().find(|column| column.name == name);
            own.map_or_else(|| common(name), |Column { meaning, .. }| comment(meaning))
        };
        let columns = columns(spec);
        let names = column_names(&columns);
        let cells = columns.iter().zip(names).map(|(column, name)| SqlColumn {
            comment: meaning(column),
            name,
            kind: "string",
        });
        Self {
            name: sql_name(&spec.name),
            folder: format!("{TABLES}{}/", spec.name),
            comment: comment(&spec.summary),
            columns: std::iter::once(column(RUN_COLUMN)).chain(cells).collect(),
        }
    }

    /// The table of the targets of every operation.
    #[must_use]
    pub fn coverage() -> Self {
        let names = [RUN_COLUMN, OPERATION_COLUMN].into_iter().chain(CoverageRow::COLUMNS);
        Self {
            name: COVERAGE.to_owned(),
            folder: format!("{TABLES}{COVERAGE}/"),
            comment: "what became of every (account, Region) of every run".to_owned(),
            columns: names.map(column).collect(),
        }
    }

    /// The table of the rows of every plan that was applied.
    #[must_use]
    pub fn applied() -> Self {
        let target = [RUN_COLUMN, OPERATION_COLUMN].into_iter().chain(TARGET_COLUMNS).map(column);
        let own = applied_row::COLUMNS.map(|(name, meaning)| SqlColumn {
            name: name.to_owned(),
            kind: "string",
            comment: comment(meaning),
        });
        Self {
            name: APPLIED.to_owned(),
            folder: format!("{TABLES}{APPLIED}/"),
            comment: "what became of every row of every plan that was applied".to_owned(),
            columns: target.chain(own).collect(),
        }
    }

    /// The table of all runs that is called `name`; `None` where that is none of them.
    #[must_use]
    pub fn of_all_runs(name: &str) -> Option<Self> {
        [Self::coverage(), Self::applied()].into_iter().find(|table| table.name == name)
    }

    /// The properties by which Athena finds the partitions itself: one per day since
    /// [`FIRST_DAY`], in a folder `dt=<day>/`, which is where Athena looks unless told otherwise.
    #[must_use]
    pub fn projection() -> [(&'static str, String); 6] {
        [
            ("projection.enabled", "true".to_owned()),
            ("projection.dt.type", "date".to_owned()),
            ("projection.dt.format", "yyyy-MM-dd".to_owned()),
            ("projection.dt.range", format!("{FIRST_DAY},NOW")),
            ("projection.dt.interval", "1".to_owned()),
            ("projection.dt.interval.unit", "DAYS".to_owned()),
        ]
    }

    /// The statement that makes the table in Athena, over the files below `root`, such as
    /// `s3://bucket/`.
    #[must_use]
    pub fn statement(&self, database: &str, root: &str) -> String {
        let columns = self.columns.iter().map(|SqlColumn { name, kind, comment }| {
            format!("  `{name}` {kind} COMMENT '{comment}'")
        });
        let projection = Self::projection();
        let properties = projection.iter().map(|(name, value)| format!("  '{name}' = '{value}'"));
        format!(
            "CREATE EXTERNAL TABLE `{}`.`{}` (\n{}\n)\nCOMMENT '{}'\n\
             PARTITIONED BY (`{DAY_COLUMN}` string COMMENT '{}')\n\
             ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'\n\
             LOCATION '{root}{}'\nTBLPROPERTIES (\n  'classification' = 'json',\n{}\n)\n",
            sql_name(database),
            self.name,
            columns.collect::<Vec<_>>().join(",\n"),
            self.comment,
            Self::DAY_COMMENT,
            self.folder,
            properties.collect::<Vec<_>>().join(",\n"),
        )
    }
}

/// The names under which a record's cells stand in a table, where their `columns` are those of a run's
/// files: one that SQL has no place for is spelled otherwise, and no two are alike.
#[must_use]
pub fn column_names(columns: &[impl AsRef<str>]) -> Vec<String> {
    let mut taken: BTreeSet<String> = [RUN_COLUMN, DAY_COLUMN].map(str::to_owned).into();
    let mut distinct = |column: &str| {
        let name = sql_name(column);
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let mut names = std::iter::once(name.clone()).chain(numbered);
        let free = names.find(|name| !taken.contains(name)).unwrap_or_default();
        taken.insert(free.clone());
        free
    };
    columns.iter().map(|column| distinct(column.as_ref())).collect()
}

/// `name` as a name of SQL: lower-case letters, digits and `_` only.
fn sql_name(name: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let spelled: String = name.chars().map(letter).collect();
    if spelled.is_empty() { "_".to_owned() } else { spelled }
}

fn column(name: &str) -> SqlColumn {
    let kind = if NUMBERS.contains(&name) { "bigint" } else { "string" };
    SqlColumn { name: sql_name(name), kind, comment: common(name) }
}

fn common(name: &str) -> String {
    let found = COMMON.iter().find(|(common, _)| *common == name);
    found.map(|(_, meaning)| comment(meaning)).unwrap_or_default()
}

/// `meaning` as a comment. What parsers of SQL do not agree about is said otherwise, so nothing has to
/// be escaped.
fn comment(meaning: &str) -> String {
    let plain = |c: char| match c {
        '\'' => '\u{2019}',
        '\\' => '/',
        _ if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => ' ',
        _ => c,
    };
    let text: String = meaning.chars().map(plain).collect();
    if text.len() <= COMMENT_BYTES {
        return text;
    }
    let cut = text.floor_char_boundary(COMMENT_BYTES - "…".len());
    format!("{}…", &text[..cut])
}

#[cfg(test)]
mod tests;
