//! What `docs/outputs.md` says is true: its lines name files and columns that there are, and are run where their programs are.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use headcount::render::Format;

use crate::support::process::{clean, headcount, skipped};
use crate::support::reading::json;

const DOCUMENT: &str = include_str!("../../docs/outputs.md");

/// Words of readers with an underscore in them, which no column has.
const OF_READERS: [&str; 14] = [
    "all_varchar",
    "byte_order_mark",
    "exit_code",
    "infer_schema",
    "infer_schema_length",
    "keep_default_na",
    "list_contains",
    "read_csv",
    "read_json",
    "read_ndjson",
    "string_split",
    "time_zone",
    "to_datetime",
    "with_columns",
];

/// The fenced blocks of a language.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    DOCUMENT.split(&fence).skip(1).map(|rest| rest.split("```").next().expect("a closed block")).collect()
}

fn lines() -> impl Iterator<Item = &'static str> {
    ["sql", "python", "sh", "toml"].into_iter().flat_map(blocks)
}

/// The members of a line, which are the columns of its table, too.
fn columns(list: &str) -> BTreeSet<String> {
    let output = headcount().args(["schema", list]).output().expect("ran");
    let schema = json(&String::from_utf8(output.stdout).expect("text"));
    schema["properties"].as_object().expect("members").keys().cloned().collect()
}

#[test]
fn its_lines_name_files_and_columns_that_there_are() {
    let files: BTreeSet<&str> = Format::ALL.into_iter().filter_map(Format::file_name).collect();
    let known: BTreeSet<String> = ["ndjson", "accounts"].into_iter().flat_map(columns).collect();
    let mut seen = 0;
    for block in lines() {
        for word in block.split(|c: char| !(c.is_ascii_alphanumeric() || "_.-".contains(c))) {
            if [".csv", ".ndjson", ".json", ".sarif", ".xlsx"].iter().any(|end| word.ends_with(end)) {
                assert!(files.contains(word), "{word} is no file of any format");
                seen += 1;
            }
        }
        for word in block.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|word| word.contains('_')) {
            assert!(known.contains(word) || OF_READERS.contains(&word), "{word} is no column:\n{block}");
        }
    }
    assert!(seen > 15, "{seen} files");
    for format in Format::ALL.into_iter().filter(|format| format.is_csv() || format.lists_accounts()) {
        assert!(DOCUMENT.contains(format.file_name().expect("a file")), "{format}");
    }
}

/// Runs a program in the folder, if it is there. Of Python, if it has the library.
fn run(folder: &Path, program: &str, arguments: &[&str], is_there: &str) {
    let has = clean("sh").args(["-c", is_there]).output().is_ok_and(|output| output.status.success());
    if !has {
        skipped(&format!("{is_there} fails, so that {arguments:?} was not tried"));
        return;
    }
    let mut command: Command = clean(program);
    let output = command.current_dir(folder).args(arguments).output().expect("ran");
    // jq -e tells the verdict by its exit code, and sarif-tools the number of results.
    let is_an_answer = arguments.iter().any(|words| words.contains("jq -e") || words.contains("--check"));
    assert!(
        output.status.success() || is_an_answer,
        "{arguments:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn its_lines_run_where_their_programs_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let formats = "json,ndjson,csv,members-csv,accounts,accounts-csv,sarif";
    let mut demo = headcount();
    demo.args(["demo", "-q", "--accounts", "2000", "--format", formats, "--out"]).arg(folder.path()).assert().code(1);
    for block in blocks("sql") {
        let query = format!("import duckdb; duckdb.sql({block:?}).fetchall()");
        run(folder.path(), "python3", &["-c", &query], "python3 -c 'import duckdb'");
    }
    for block in blocks("python") {
        let library = if block.contains("pandas") { "pandas" } else { "polars" };
        run(folder.path(), "python3", &["-c", block], &format!("python3 -c 'import {library}'"));
    }
    for line in blocks("sh").into_iter().flat_map(str::lines) {
        let program = line.split(' ').next().expect("a word");
        run(folder.path(), "sh", &["-c", line], &format!("command -v {program}"));
    }
}
