//! The generated part of `cloudformation/analytics.yaml`: the saved queries, and a Glue table per
//! operation of the catalogue, one for the coverage and one for applied rows. What surrounds it is written by hand.

mod queries;

use org_operator_core::report::sql_table::{DAY_COLUMN, SqlColumn, SqlTable};
use org_operator_operations::catalogue;

use crate::operation_docs::GeneratedFile;
use crate::{TestResult, paths};

pub use queries::{Query, queries};

const PATH: &str = "cloudformation/analytics.yaml";
const BEGIN: &str = "  # BEGIN generated: saved queries and tables\n";
const END: &str = "  # END generated\n";

/// The template with its generated part up to date.
///
/// # Errors
/// Where it cannot be read or has no markers.
pub fn file() -> TestResult<GeneratedFile> {
    let current = std::fs::read_to_string(paths::file(PATH))?;
    let parts = current.split_once(BEGIN).and_then(|(head, rest)| {
        let (_, tail) = rest.split_once(END)?;
        Some((head, tail))
    });
    let (head, tail) = parts.ok_or_else(|| format!("{PATH} lacks its markers"))?;
    let (queries, tables) = (queries(), tables()?);
    let resources = queries.iter().map(query).chain(tables.iter().map(table));
    let generated = resources.collect::<Vec<_>>().join("\n");
    let text = format!("{head}{BEGIN}{generated}{END}{tail}");
    Ok(GeneratedFile { path: PATH.to_owned(), text })
}

/// Every table: those of all runs, then those of the catalogue's operations in the order of their names.
///
/// # Errors
/// Where the catalogue cannot be read.
pub fn tables() -> TestResult<Vec<SqlTable>> {
    let operations = catalogue().operations()?;
    let of_operations = operations.iter().map(|operation| SqlTable::of(operation.spec()));
    Ok([SqlTable::coverage(), SqlTable::applied()].into_iter().chain(of_operations).collect())
}

/// The name of a resource: `internet_routes` is `InternetRoutes`.
fn logical(name: &str, end: &str) -> String {
    let words = name.split(['_', '-']).map(|word| {
        let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        first.to_uppercase() + rest
    });
    words.collect::<String>() + end
}

/// `text` as YAML takes it on one line.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn query(query: &Query) -> String {
    let Query { name, question, sql } = query;
    let lines: Vec<String> = sql.lines().map(|line| format!("        {line}\n")).collect();
    format!(
        "  {}:\n    Type: AWS::Athena::NamedQuery\n    Properties:\n      Name: {name}\n      \
         Description: {}\n      Database: !Ref Database\n      WorkGroup: !Ref WorkGroup\n      \
         QueryString: |\n{}",
        logical(name, "Query"),
        quoted(question),
        lines.concat(),
    )
}

fn table(table: &SqlTable) -> String {
    let SqlTable { name, folder, comment, columns } = table;
    let projection = SqlTable::projection();
    let properties: Vec<String> = projection
        .iter()
        .map(|(name, value)| format!("          {name}: {}\n", quoted(value)))
        .collect();
    let columns: Vec<String> = columns.iter().map(column).collect();
    format!(
        "  {}:\n    Type: AWS::Glue::Table\n    Properties:\n      CatalogId: !Ref AWS::AccountId\n      \
         DatabaseName: !Ref Database\n      TableInput:\n        Name: {name}\n        Description: {}\n        \
         TableType: EXTERNAL_TABLE\n        Parameters:\n          classification: json\n{}        \
         PartitionKeys:\n          - {{ Name: {DAY_COLUMN}, Type: string, Comment: {} }}\n        \
         StorageDescriptor:\n          Location: !Sub s3://${{ResultsBucket}}/{folder}\n          \
         InputFormat: org.apache.hadoop.mapred.TextInputFormat\n          \
         OutputFormat: org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat\n          \
         SerdeInfo: {{ SerializationLibrary: org.openx.data.jsonserde.JsonSerDe }}\n          \
         Columns:\n{}",
        logical(name, "Table"),
        quoted(comment),
        properties.concat(),
        quoted(SqlTable::DAY_COMMENT),
        columns.concat(),
    )
}

fn column(column: &SqlColumn) -> String {
    let SqlColumn { name, kind, comment } = column;
    format!("            - {{ Name: {name}, Type: {kind}, Comment: {} }}\n", quoted(comment))
}
