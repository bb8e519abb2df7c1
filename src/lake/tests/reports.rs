//! What an engine has answered leads to the report of an audit: findings with their evidence, counts and certificates.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::engine::{Engine, Row};
use super::organisations::{Organisation, example};
use super::random::{self, Size};
use crate::lake::{Tables, statement};
use crate::model::RuleId;
use crate::rule::Subject;

/// What an engine says.
fn answer(engine: &Engine, organisation: &Organisation) -> Vec<Row> {
    let text = statement(organisation.rules(), &Tables::default()).expect("a statement").text;
    engine.rows(&organisation.facts(), &text)
}

fn write(organisation: &Organisation, rows: &[Row]) -> PathBuf {
    let path = organisation.folder().join("verdicts.ndjson");
    let line = |row: &Row| serde_json::to_string(row).expect("JSON");
    fs::write(&path, rows.iter().map(|row| line(row) + "\n").collect::<String>()).expect("written");
    path
}

/// A report without what is of one run only, and how long it took.
fn told(report: &crate::report::Report) -> Value {
    let mut json = serde_json::to_value(report).expect("JSON");
    for part in ["run", "sources"] {
        json.as_object_mut().expect("an object").remove(part);
    }
    // Here, an account that shares one key of a rule with several counts again by its other keys.
    let several_keys = |rule: &Value| rule == "shared-key";
    for cell in
        json["evaluability"].as_array_mut().expect("cells").iter_mut().filter(|cell| several_keys(&cell["rule"]))
    {
        cell["evaluated"] = Value::Null;
    }
    for rule in json["rules"].as_array_mut().expect("rules").iter_mut().filter(|rule| several_keys(&rule["id"])) {
        rule["subjects"] = Value::Null;
    }
    let findings = report.findings.to_vec().expect("findings");
    json["findings"] = findings.iter().map(|finding| format!("{finding:?}")).collect();
    json
}

#[track_caller]
fn leads_to_the_same(organisation: &Organisation) {
    let here = told(&organisation.report(None).unwrap_or_else(|error| panic!("{error}")));
    for engine in Engine::all() {
        let rows = answer(&engine, organisation);
        let answered = organisation.answered(&write(organisation, &rows)).unwrap_or_else(|error| panic!("{error}"));
        let by_engine = told(&organisation.report(Some(&answered)).unwrap_or_else(|error| panic!("{error}")));
        for (name, value) in here.as_object().expect("an object") {
            is_same(name, value, &by_engine[name]);
        }
    }
}

#[track_caller]
fn is_same(name: &str, here: &Value, there: &Value) {
    if let (Value::Array(here), Value::Array(there)) = (here, there) {
        for (one, other) in here.iter().zip(there) {
            assert_eq!(one, other, "{name}");
        }
        assert_eq!(here.len(), there.len(), "{name}");
    }
    assert_eq!(here, there, "{name}");
}

#[test]
fn of_the_quickstart() {
    leads_to_the_same(&Organisation::at(example("quickstart"), "2026-10-15T12:00:00Z"));
}

#[test]
fn of_an_organisation_by_chance() {
    leads_to_the_same(&random::organisation(3, Size { people: 20, accounts: 60 }, random::NOW));
}

#[test]
fn an_engine_that_errs_is_not_believed() {
    let organisation = Organisation::at(example("quickstart"), "2026-10-15T12:00:00Z");
    let rows = answer(&Engine::Sqlite, &organisation);
    let refused = |change: &dyn Fn(&mut Vec<Row>)| {
        let mut rows = rows.clone();
        change(&mut rows);
        let path = write(&organisation, &rows);
        let answered = match organisation.answered(&path) {
            Ok(answered) => answered,
            Err(mistake) => return mistake.to_string(),
        };
        organisation.report(Some(&answered)).map(drop).expect_err("refused").to_string()
    };
    let is_violation = |row: &Row| row.verdict == "violation" && row.member.is_empty();
    let more = refused(&|rows| {
        let violation = rows.iter().find(|row| is_violation(row)).expect("a violation").clone();
        let rule = if violation.rule == "locked" { "inactive" } else { "locked" };
        rows.push(Row { rule: rule.to_owned(), ..violation });
    });
    assert!(more.contains("the engine tells 1 violation and"), "{more}");
    let fewer = refused(&|rows| {
        let at = rows.iter().position(is_violation).expect("a violation");
        rows.remove(at);
    });
    assert!(fewer.contains("and the facts 1 violation and"), "{fewer}");
    // As many as there are, but of other accounts.
    let swapped = refused(&|rows| {
        let is_said = |rule: &Row, of: &Row| {
            rows.iter().any(|row| (&row.rule, &row.subject, &row.source) == (&rule.rule, &of.subject, &of.source))
        };
        let pairs = || rows.iter().enumerate().flat_map(|one| rows.iter().enumerate().map(move |other| (one, other)));
        let (one, other) = pairs()
            .filter(|((_, one), (_, other))| is_violation(one) && is_violation(other) && one.source == other.source)
            .find(|((_, one), (_, other))| !is_said(one, other) && !is_said(other, one))
            .map(|((one, _), (other, _))| (one, other))
            .expect("two accounts with different violations");
        let (first, second) = (rows[one].subject.clone(), rows[other].subject.clone());
        (rows[one].subject, rows[other].subject) = (second, first);
    });
    assert!(swapped.contains("the engine says a violation") || swapped.contains("the engine says a pass"), "{swapped}");
    let lost =
        refused(&|rows| rows.iter_mut().filter(|row| row.verdict == "accounts").for_each(|row| row.accounts = 1));
    assert!(lost.contains("it has to read every file"), "{lost}");
    let other = refused(&|rows| rows.retain(|row| row.verdict != "statement"));
    assert!(other.contains("by which rules"), "{other}");
    let unknown = refused(&|rows| {
        for row in rows.iter_mut().filter(|row| is_violation(row)) {
            row.rule = "nothing".to_owned();
        }
    });
    assert!(unknown.contains("there is no rule"), "{unknown}");
}

/// What is lost would be a clean verdict: of each rule, what is said of one account, group or person; and a member of a group.
#[test]
fn whatever_an_engine_leaves_out_is_noticed() {
    let organisation = random::organisation(7, Size { people: 40, accounts: 150 }, random::NOW);
    let rows = answer(&Engine::Sqlite, &organisation);
    let subject_of = |row: &Row| organisation.rules().get(&RuleId::new(&row.rule)).map(crate::rule::Rule::subject);
    let refused = |fewer: Vec<Row>, what: &Row| {
        assert!(fewer.len() < rows.len());
        let answered = organisation.answered(&write(&organisation, &fewer));
        assert!(answered.is_err(), "{what:?}");
    };
    // Passes are counted for the tables of a report alone.
    let said = rows.iter().filter(|row| row.subject != "pass");
    let kinds: BTreeMap<_, &Row> = said.map(|row| ((&row.rule, &row.verdict), row)).collect();
    for one in kinds.values() {
        let is_it = |row: &&Row| (&row.rule, &row.subject, &row.verdict) == (&one.rule, &one.subject, &one.verdict);
        refused(rows.iter().filter(|row| !is_it(row)).cloned().collect(), one);
    }
    for about in [Subject::Account, Subject::Group, Subject::Employee] {
        assert!(kinds.values().any(|row| subject_of(row) == Some(about) && row.verdict == "violation"), "{about:?}");
    }
    let is_member = |row: &Row| subject_of(row) == Some(Subject::Group) && row.verdict == "violation";
    let at = rows.iter().position(is_member).expect("a group");
    let fewer = rows.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, row)| row.clone()).collect();
    refused(fewer, &rows[at]);
}

#[test]
fn facts_of_another_configuration_are_refused() {
    const CONFIG: &str = "[exceptions]\ndeclared = \"declared.toml\"\n[hr]\nfile = \"hr.csv\"\n[[source]]\nname = \"crm\"\nvendor = \"file\"\n\
        file = \"crm.csv\"\nmatch = { tiers = [\"crosswalk\", \"email\"], crosswalk = \"owners.csv\" }\n";
    let files = [
        ("headcount.toml", CONFIG),
        ("hr.csv", "Employee ID,Name,Work email,Status\nE-1,Ada Anning,ada@example.com,Active\n"),
        ("crm.csv", "id,email,status\na,ada@example.com,active\nb,desk@example.com,active\n"),
        ("owners.csv", "key,value,employee_id\nid,b,E-1\n"),
        ("declared.toml", ""),
    ];
    for (file, text) in [
        ("owners.csv", "key,value,employee_id\n"),
        ("declared.toml", "# nothing\n"),
        ("headcount.toml", &format!("[match]\ncrowd = 9\n{CONFIG}")),
    ] {
        let organisation = Organisation::new(&files, random::NOW);
        let path = write(&organisation, &answer(&Engine::Sqlite, &organisation));
        assert!(organisation.answered(&path).is_ok(), "the same");
        fs::write(organisation.folder().join(file), text).expect("written");
        let told = organisation.again().answered(&path).expect_err("refused").to_string();
        assert!(told.contains("crosswalk or declared accounts than are configured"), "{file}: {told}");
    }
}
