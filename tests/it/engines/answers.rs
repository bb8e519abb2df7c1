//! What an engine answers, as files that are whole, cut, changed, or something else.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use super::{Did, Lake, findings, only};
use crate::support::engine::{Engine, Row};

/// With its facts, and what SQLite says.
fn asked() -> (Lake, Vec<Row>) {
    let lake = Lake::new();
    lake.facts(&[]).is(0, &["crm 1/1: 4 accounts"]);
    let rows = lake.asked(&Engine::Sqlite, &[]);
    lake.write(&rows);
    (lake, rows)
}

fn csv(rows: &[Row]) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let line = |row: &Row| {
        let texts =
            [&row.rule, &row.source, &row.subject, &row.member, &row.verdict, &row.missing].map(|text| quoted(text));
        format!("{},{}\n", texts.join(","), row.accounts)
    };
    "rule,source,subject,member,verdict,missing,accounts\n".to_owned() + &rows.iter().map(line).collect::<String>()
}

fn report_of(lake: &Lake, verdicts: &str) -> Did {
    lake.run(&["report", "--facts", "facts", "--verdicts", verdicts, "--out", "there", "--format", "json"])
}

#[test]
fn rows_come_as_json_csv_or_a_folder() {
    let (lake, rows) = asked();
    fs::create_dir(lake.path("many")).expect("a folder");
    let line = |row: &Row| serde_json::to_string(row).expect("JSON") + "\n";
    let (one, other) = rows.split_at(rows.len() / 2);
    lake.0.write("many/part-0.json", &one.iter().map(line).collect::<String>());
    lake.0.write("many/part-1.csv", &csv(other));
    lake.0.write("many/_SUCCESS", "");
    lake.0.write("rows.csv", &csv(&rows));
    for verdicts in ["verdicts.ndjson", "rows.csv", "many"] {
        report_of(&lake, verdicts).is(1, &[]);
        let [there, here] = lake.reports();
        assert_eq!(findings(&there), findings(&here), "{verdicts}");
    }
}

#[test]
fn what_is_no_answer_is_refused() {
    let (lake, _) = asked();
    fs::create_dir(lake.path("empty")).expect("a folder");
    lake.0.write("empty.ndjson", "");
    lake.0.write("other.csv", "name,colour\nAnn,green\n");
    lake.0.write("broken.parquet", "PAR1, or so");
    let whole = lake.0.read("verdicts.ndjson");
    lake.0.write("cut.ndjson", &whole[..whole.len() - 20]);
    fs::copy(only(&lake.path("facts/sources")), lake.path("sources.parquet")).expect("copied");
    let help = "give the rows that `headcount sql` asks for, as Parquet, NDJSON or CSV";
    for (file, why) in [
        ("nothing.ndjson", "can't be read"),
        ("empty", "there is no row that says by which rules it was made"),
        ("empty.ndjson", ""),
        ("other.csv", ""),
        ("broken.parquet", "broken.parquet"),
        ("cut.ndjson", "cut.ndjson"),
        ("sources.parquet", "there is no column rule"),
    ] {
        report_of(&lake, file).is(2, &[file, why, help]);
    }
}

/// The same rules, but yesterday: what has become too old since then is in no row.
#[test]
fn an_answer_of_earlier_facts_is_refused() {
    let (lake, _) = asked();
    lake.run(&["facts", "--as-of=2026-10-16T12:00:00Z", "--out", "facts"]).is(0, &[]);
    lake.report(&[]).is(2, &["verdicts.ndjson", "it is of facts as of another moment than these"]);
}

/// What is lost would be a clean verdict.
#[test]
fn a_lost_row_is_noticed() {
    let (lake, rows) = asked();
    assert!(rows.len() > 15, "{}", rows.len());
    // Of each kind the last. How many groups were judged counts in tables alone.
    let kinds: BTreeMap<&str, usize> = rows.iter().enumerate().map(|(at, row)| (row.verdict.as_str(), at)).collect();
    assert_eq!(kinds.len(), 6, "{kinds:?}");
    for (at, row) in kinds.into_values().map(|at| (at, &rows[at])).filter(|(_, row)| row.verdict != "counted") {
        let mut fewer = rows.clone();
        fewer.remove(at);
        lake.write(&fewer);
        let did = lake.report(&[]);
        assert!(did.code == 2 && did.words.contains("verdicts.ndjson"), "{row:?}: {}", did.words);
        assert!(!lake.path("there").exists(), "{row:?}");
    }
    let twice = [&rows[..], &rows].concat();
    lake.write(&twice);
    lake.report(&[]).is(2, &["it has to read every file of every table"]);
}

#[test]
fn a_changed_row_is_refused() {
    let (lake, rows) = asked();
    let spoiled = |spoil: &dyn Fn(&mut Row), of: &dyn Fn(&Row) -> bool, why: &str| {
        let mut rows = rows.clone();
        spoil(rows.iter_mut().find(|row| of(row)).expect("such a row"));
        lake.write(&rows);
        lake.report(&[]).is(2, &[why]);
    };
    let accused = |row: &Row| row.rule == "orphaned";
    spoiled(&|row| row.subject = "a-1".to_owned(), &accused, "the engine says");
    spoiled(&|row| row.subject = "a-0".to_owned(), &accused, "such as a-0");
    let fewer =
        "crm: of orphaned, the engine tells 0 violations and 0 that can't be judged, and the facts 1 violation and 0";
    let more = "crm: of orphaned-disabled, the engine tells 1 violation and 0 that can't be judged, and the facts 0 violations";
    spoiled(&|row| row.source = "other".to_owned(), &accused, fewer);
    spoiled(&|row| row.rule = "orphaned-disabled".to_owned(), &accused, more);
    spoiled(
        &|row| row.verdict = "not-evaluable".to_owned(),
        &accused,
        "the engine tells 0 violations and 1 that can't",
    );
    let of_group = |row: &Row| row.verdict == "counted";
    spoiled(&|row| row.source = "other".to_owned(), &of_group, "it tells of other, of which there are no facts");
    spoiled(&|row| row.rule = "nothing".to_owned(), &accused, "there is no rule \"nothing\"");
    spoiled(&|row| row.verdict = "perhaps".to_owned(), &accused, "says \"perhaps\"");
    spoiled(&|row| row.verdict = "pass".to_owned(), &accused, "says \"pass\"");
    let open = |row: &Row| row.verdict == "not-evaluable";
    spoiled(&|row| row.missing = "colour ".to_owned(), &open, "\"colour\" is no fact that can be missing");
    let stamp = |row: &Row| row.verdict == "statement";
    spoiled(&|row| row.subject = "0".repeat(64), &stamp, "the statement was made of other rules than are configured");
    spoiled(&|row| row.verdict = "stamp".to_owned(), &stamp, "a row without a rule says \"stamp\"");
    let counted = |row: &Row| row.verdict == "accounts";
    spoiled(&|row| row.accounts += 1, &counted, "it has to read every file of every table");
    spoiled(&|row| row.accounts = -1, &counted, "");
    spoiled(&|row| row.subject = "ambiguous".to_owned(), &counted, "it has to read every file of every table");
    let distinct = |row: &Row| row.verdict == "distinct";
    spoiled(&|row| row.accounts -= 1, &distinct, "the engine tells 3 accounts apart, and the facts are of 4");
}

#[test]
fn facts_that_are_not_there_or_foreign_are_refused() {
    let refused = |spoil: &dyn Fn(&Lake), said: &[&str]| {
        let (lake, _) = asked();
        spoil(&lake);
        lake.report(&[]).is(2, said);
    };
    let table = |lake: &Lake, name: &str| -> PathBuf { lake.path(&format!("facts/{name}")) };
    let help = "name the folder that `headcount facts --out` has written";
    refused(&|lake| fs::remove_dir_all(lake.path("facts")).expect("removed"), &["facts", help]);
    refused(&|lake| fs::remove_dir_all(table(lake, "sources")).expect("removed"), &["facts", help]);
    refused(&|lake| fs::remove_file(only(&table(lake, "sources"))).expect("removed"), &["facts", help]);
    refused(&|lake| fs::write(only(&table(lake, "sources")), "PAR1").expect("written"), &["sources", help]);
    refused(
        &|lake| {
            let people = only(&table(lake, "people"));
            fs::copy(people, only(&table(lake, "sources"))).expect("copied");
        },
        &["there is no column certificate", help],
    );
    refused(&|lake| fs::remove_dir_all(table(lake, "accounts")).expect("removed"), &["accounts"]);
    refused(
        &|lake| fs::remove_file(only(&table(lake, "accounts"))).expect("removed"),
        &["accounts", "whose records aren't there"],
    );
    refused(&|lake| fs::write(only(&table(lake, "accounts")), "").expect("written"), &["accounts"]);
    // Of another organisation.
    refused(
        &|lake| {
            let other = Lake::new();
            other.0.write("hr.csv", "Employee ID,Name,Work email,Status\nE-1,Ann Other,ann@example.com,Active\n");
            other.facts(&[]).is(0, &[]);
            fs::copy(only(&table(&other, "sources")), only(&table(lake, "sources"))).expect("copied");
        },
        &["by another roster than is configured"],
    );
}
