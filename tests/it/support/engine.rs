//! SQL engines over the tables of facts: SQLite, which is in this program, and DuckDB where `python3` has it. The library's own tests
//! read this file, too.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use serde::{Deserialize, Serialize};

/// A row of the statement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) rule: String,
    pub(crate) source: String,
    pub(crate) subject: String,
    pub(crate) member: String,
    pub(crate) verdict: String,
    pub(crate) missing: String,
    pub(crate) accounts: i64,
}

/// An engine.
pub(crate) enum Engine {
    Sqlite,
    DuckDb(Mutex<Duck>),
}

/// Python with DuckDB, which answers line by line.
pub(crate) struct Duck {
    process: Child,
    asked: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// Reads a folder and a statement from each line, and writes the rows into one.
const DUCK: &str = r#"
import json, os, sys
import duckdb
print(duckdb.__version__, flush=True)
for line in sys.stdin:
    facts, statement = json.loads(line)
    try:
        with duckdb.connect() as engine:
            for table in filter(lambda table: os.listdir(f"{facts}/{table}"), os.listdir(facts)):
                engine.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{facts}/{table}/*.parquet')")
            print(json.dumps(engine.execute(statement).fetchall()), flush=True)
    except Exception as error:
        print(json.dumps(str(error)), flush=True)
"#;

impl Engine {
    /// All that are here. If DuckDB isn't, that is said.
    pub(crate) fn all() -> Vec<Self> {
        let duck = Duck::start();
        if duck.is_none() {
            writeln!(io::stderr(), "SKIPPED: python3 has no duckdb, so that only SQLite was asked").ok();
        }
        std::iter::once(Self::Sqlite).chain(duck.map(|duck| Self::DuckDb(Mutex::new(duck)))).collect()
    }

    /// What it says over the tables of a folder.
    pub(crate) fn rows(&self, facts: &Path, statement: &str) -> Vec<Row> {
        match self {
            Self::Sqlite => rows(&load(facts), statement),
            Self::DuckDb(duck) => duck.lock().expect("no test failed with it").rows(facts, statement),
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::DuckDb(_) => "DuckDB",
        })
    }
}

impl Duck {
    fn start() -> Option<Self> {
        let mut python = Command::new("python3");
        python.args(["-c", DUCK]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = python.spawn().ok()?;
        let (asked, answers) = (process.stdin.take()?, BufReader::new(process.stdout.take()?));
        let mut duck = Self { process, asked, answers };
        (!duck.line().is_empty()).then_some(duck)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("text");
        line
    }

    fn rows(&mut self, facts: &Path, statement: &str) -> Vec<Row> {
        let asked = serde_json::to_string(&(facts, statement)).expect("JSON");
        writeln!(self.asked, "{asked}").expect("it listens");
        let answer = self.line();
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}"))
    }
}

impl Drop for Duck {
    fn drop(&mut self) {
        self.process.kill().and_then(|()| self.process.wait()).ok();
    }
}

/// All tables of a folder in SQLite.
pub(crate) fn load(facts: &Path) -> Connection {
    let engine = Connection::open_in_memory().expect("SQLite");
    for table in listed(facts) {
        let name = table.file_name().expect("a name").to_str().expect("a plain name");
        for (at, file) in listed(&table).iter().enumerate() {
            copy(&engine, name, file, at == 0);
        }
    }
    engine
}

fn listed(folder: &Path) -> BTreeSet<PathBuf> {
    fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect()
}

fn copy(engine: &Connection, table: &str, file: &Path, is_first: bool) {
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

/// What SQLite says.
pub(crate) fn rows(engine: &Connection, statement: &str) -> Vec<Row> {
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
