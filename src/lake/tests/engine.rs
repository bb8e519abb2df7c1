//! The tables in a real engine, and its rows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::lake::TableName;
use crate::model::RuleId;
use crate::rule::{RuleSet, Subject};

/// What a rule says of a subject: rule, source, subject, verdict, and what is missing. Passes aren't told.
pub(super) type Said = (String, String, String, String, BTreeSet<String>);

/// A row of the statement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    pub(super) rule: String,
    pub(super) source: String,
    pub(super) subject: String,
    pub(super) member: String,
    pub(super) verdict: String,
    pub(super) missing: String,
    pub(super) accounts: i64,
}

/// Loads all tables of a folder.
pub(super) fn load(folder: &Path) -> Connection {
    let engine = Connection::open_in_memory().expect("SQLite");
    for table in TableName::ALL {
        let mut files: Vec<_> = fs::read_dir(folder.join(table.as_str()))
            .expect("a table")
            .map(|file| file.expect("a file").path())
            .collect();
        files.sort();
        for (at, file) in files.iter().enumerate() {
            copy(&engine, table, file, at == 0);
        }
    }
    engine
}

fn copy(engine: &Connection, table: TableName, file: &Path, is_first: bool) {
    let reader = SerializedFileReader::new(fs::File::open(file).expect("a file")).expect("Parquet");
    let columns = reader.metadata().file_metadata().schema_descr().columns().to_vec();
    let names: Vec<String> = columns.iter().map(|column| format!("\"{}\"", column.name())).collect();
    if is_first {
        engine.execute(&format!("CREATE TABLE {table} ({})", names.join(", ")), ()).expect("created");
    }
    let places = vec!["?"; names.len()].join(", ");
    let mut insert = engine.prepare(&format!("INSERT INTO {table} VALUES ({places})")).expect("a statement");
    for row in reader.get_row_iter(None).expect("rows") {
        let row = row.expect("a row");
        let cells = row.get_column_iter().map(|(_, field)| match field {
            Field::Bool(flag) => Value::Integer(i64::from(*flag)),
            Field::Long(number) => Value::Integer(*number),
            Field::Str(text) => Value::Text(text.clone()),
            Field::Null => Value::Null,
            other => panic!("{table} has {other:?}"),
        });
        insert.execute(params_from_iter(cells)).expect("inserted");
    }
}

/// Runs a statement.
pub(super) fn rows(engine: &Connection, statement: &str) -> Vec<Row> {
    let mut query = engine.prepare(statement).unwrap_or_else(|error| panic!("{error}"));
    let row = |row: &rusqlite::Row<'_>| {
        Ok(Row {
            rule: row.get(0)?,
            source: row.get(1)?,
            subject: row.get(2)?,
            member: row.get(3)?,
            verdict: row.get(4)?,
            missing: row.get(5)?,
            accounts: row.get(6)?,
        })
    };
    query.query_map((), row).expect("asked").map(|row| row.expect("a row")).collect()
}

/// Rule, source, subject and verdict of a row.
type Key = (String, String, String, String);
/// What is missing, and the members of a group.
type Words = (BTreeSet<String>, BTreeSet<String>);

/// What the rows say. A group is told by its members, and a person is of no source.
pub(super) fn said(rows: &[Row], rules: &RuleSet) -> BTreeSet<Said> {
    let mut words: BTreeMap<Key, Words> = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.rule.is_empty() && row.verdict != "keys") {
        let is_of_person = rules.get(&RuleId::new(&row.rule)).is_some_and(|rule| rule.subject() == Subject::Employee);
        let source = if is_of_person { String::new() } else { row.source.clone() };
        let key = (row.rule.clone(), source, row.subject.clone(), row.verdict.clone());
        let (missing, members) = words.entry(key).or_default();
        missing.extend(row.missing.split_whitespace().map(str::to_owned));
        members.extend((!row.member.is_empty() && !is_of_person).then(|| row.member.clone()));
    }
    let told = |((rule, source, subject, verdict), (missing, members)): (Key, Words)| {
        let known: BTreeSet<String> = missing.iter().filter(|word| !word.starts_with("failed:")).cloned().collect();
        let subject = if members.is_empty() { subject } else { members.into_iter().collect::<Vec<_>>().join(" ") };
        (rule, source, subject, verdict, if known.is_empty() { missing } else { known })
    };
    words.into_iter().map(told).collect()
}
