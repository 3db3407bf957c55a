//! Tables with ordinary columns and with hostile ones, and the statement that makes them.

use super::*;

fn names(table: &SqlTable) -> Vec<&str> {
    table.columns.iter().map(|column| column.name.as_str()).collect()
}

#[test]
fn an_operations_table_has_the_run_the_target_and_its_own_columns() {
    let spec = Spec::read_only("my-things", "every thing", [])
        .with_columns(&[("size", "its size in GiB")], &[]);
    let table = SqlTable::of(&spec);
    assert_eq!((table.name.as_str(), table.folder.as_str()), ("my_things", "tables/my-things/"));
    assert_eq!(names(&table), ["run_id", "account_id", "account_name", "region", "size"]);
    assert!(table.columns.iter().all(|column| column.kind == "string"));
    assert_eq!(table.columns[4].comment, "its size in GiB");
}

#[test]
fn the_coverage_has_every_column_of_the_file_with_type_and_meaning() {
    let table = SqlTable::coverage();
    assert_eq!(names(&table)[..2], ["run_id", "operation"]);
    assert_eq!(names(&table)[2..], CoverageRow::COLUMNS);
    for SqlColumn { name, kind, comment } in &table.columns {
        assert!(!comment.is_empty(), "COMMON lacks the meaning of {name}");
        assert_eq!(*kind == "bigint", ["records", "attempts"].contains(&name.as_str()), "{name}");
    }
}

#[test]
fn the_applied_rows_have_a_table_with_the_columns_of_their_lines() {
    let table = SqlTable::applied();
    assert_eq!(names(&table)[..3], ["run_id", "operation", "account_id"]);
    let own: Vec<&str> = names(&table).split_off(5);
    assert_eq!(own, column_names(&applied_row::COLUMNS.map(|(name, _)| name)));
    assert!(table.columns.iter().all(|column| !column.comment.is_empty()));
    assert_eq!(SqlTable::of_all_runs("applied"), Some(table));
    assert_eq!(SqlTable::of_all_runs("public-ips"), None);
}

#[test]
fn columns_that_sql_has_no_place_for_are_spelled_otherwise() {
    let hostile = [
        ("dt", ""),
        ("run_id", ""),
        ("a`; DROP TABLE x; --", ""),
        ("Tag:Env", ""),
        ("tag_env", ""),
        ("ü", ""),
        ("", ""),
        ("", ""),
    ];
    let spec = Spec::read_only("op", "", []).with_columns(&hostile, &[]);
    let own = column_names(&columns(&spec)).split_off(3);
    let expected =
        ["dt_2", "run_id_2", "a___drop_table_x____", "tag_env", "tag_env_2", "_", "__2", "__3"];
    assert_eq!(own, expected);
}

#[test]
fn a_hostile_meaning_stays_inside_its_comment() {
    let meaning = "it's \\' ; \n\u{2028}\u{0} \" ` -- /* $'`";
    assert_eq!(comment(meaning), "it’s /’ ;     \" ` -- /* $’`");
    let spec =
        Spec::read_only("op", "'); DROP TABLE x; --", []).with_columns(&[("a", meaning)], &[]);
    let statement = SqlTable::of(&spec).statement("my`db", "s3://b/");
    assert!(!statement.contains('\\'), "{statement}");
    // Two quotes for each text, and none in between.
    let odd = statement.lines().filter(|line| line.matches('\'').count() % 2 == 1);
    assert_eq!(odd.collect::<Vec<_>>(), Vec::<&str>::new());
    assert!(statement.starts_with("CREATE EXTERNAL TABLE `my_db`.`op` ("), "{statement}");
}

#[test]
fn a_long_meaning_is_cut_to_255_bytes_between_two_characters() {
    for text in ["x".repeat(300), "ü".repeat(200), "😀".repeat(100)] {
        let cut = comment(&text);
        assert!(cut.len() <= 255 && cut.len() > 248, "{}", cut.len());
        assert!(cut.ends_with('…') && text.starts_with(cut.trim_end_matches('…')));
    }
    assert_eq!(comment(&"x".repeat(255)), "x".repeat(255));
}

#[test]
fn the_statement_makes_a_table_with_a_partition_per_day() {
    let spec = Spec::read_only("op", "every thing", []).with_columns(&[("size", "GiB")], &[]);
    let expected = "\
CREATE EXTERNAL TABLE `org_operator`.`op` (
  `run_id` string COMMENT 'the run',
  `account_id` string COMMENT 'the account, 12 digits',
  `account_name` string COMMENT 'its name in the organization when the run began',
  `region` string COMMENT 'the Region, or global where the operation runs once per account',
  `size` string COMMENT 'GiB'
)
COMMENT 'every thing'
PARTITIONED BY (`dt` string COMMENT 'the day on which the run was planned, in UTC')
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://b/tables/op/'
TBLPROPERTIES (
  'classification' = 'json',
  'projection.enabled' = 'true',
  'projection.dt.type' = 'date',
  'projection.dt.format' = 'yyyy-MM-dd',
  'projection.dt.range' = '2026-01-01,NOW',
  'projection.dt.interval' = '1',
  'projection.dt.interval.unit' = 'DAYS'
)
";
    assert_eq!(SqlTable::of(&spec).statement("org_operator", "s3://b/"), expected);
}
