//! Every format carries the same findings and the same verdict, and says so where it had to cut.

use std::collections::BTreeSet;

use headcount::model::{Disposition, Severity};
use headcount::render::Format;
use headcount::report::{Gate, Report, SourceStatus};
use serde_json::Value;

use crate::support::fixture;
use crate::support::reading::{self, Book, Findings, Told, bytes, expected, json, list, rendered, text};

#[test]
fn every_format_carries_the_same_findings() {
    for (name, report) in fixture::all() {
        let expected = expected(&report);
        for format in Format::ALL {
            let out = rendered(format, &report);
            let cell = format!("{name}.{format}");
            match format {
                Format::Html | Format::Markdown => {
                    // This many digits tell it from all others, and commands take them.
                    assert!(expected.keys().all(|fingerprint| out.contains(&fingerprint[..16])), "{cell}");
                }
                Format::Json => assert_eq!(reading::expected(&of_json(&out)), expected, "{cell}"),
                Format::Csv => assert_eq!(reading::csv(&out), expected, "{cell}"),
                Format::Ndjson => assert_eq!(reading::ndjson(&out), expected, "{cell}"),
                Format::MembersCsv => assert!(out.starts_with("\"fingerprint\",\"rule\","), "{cell}"),
                // Of accounts, which nobody has kept here.
                Format::Accounts | Format::AccountsCsv => assert!(out.lines().count() <= 1, "{cell}"),
                Format::Xlsx => assert_eq!(reading::xlsx(&Book::open(bytes(format, &report))), expected, "{cell}"),
                Format::Sarif => assert_eq!(reading::sarif(&out), expected, "{cell}"),
                Format::Junit => assert_eq!(reading::junit(&out), expected, "{cell}"),
                Format::Oscal => assert_eq!(reading::oscal(&out), expected, "{cell}"),
                Format::CodeQuality => {
                    let issues: BTreeSet<String> = reading::codequality(&out).into_iter().collect();
                    assert_eq!(issues, expected.keys().cloned().collect(), "{cell}");
                }
                Format::Github => annotations_are_open_findings(&out, &expected, &cell),
            }
        }
    }
}

fn of_json(text: &str) -> Report {
    serde_json::from_str(text).expect("schema 2")
}

#[test]
fn a_report_is_read_as_it_was_written() {
    for (name, report) in fixture::all() {
        let out = rendered(Format::Json, &report);
        let indented = serde_json::to_string_pretty(&report).expect("JSON");
        assert_eq!(out, format!("{indented}\n"), "{name}: however it is written");
        assert_eq!(rendered(Format::Json, &of_json(&out)), out, "{name}: and written again");
    }
}

fn annotations_are_open_findings(log: &str, expected: &Findings, cell: &str) {
    let open = expected.iter().filter(|(_, told)| **told != Told::Excepted).count();
    let shown = reading::github(log);
    assert!(shown.iter().all(|(fingerprint, told)| expected.get(fingerprint) == Some(told)), "{cell}");
    assert!(shown.values().all(|told| *told != Told::Excepted), "{cell}");
    let cut = shown.len() < open;
    assert_eq!(log.contains("findings are left out here"), cut, "{cell} says so when it cuts");
    assert!(!cut || shown.len() >= 9, "{cell}: {}", shown.len());
}

#[test]
fn every_format_carries_the_same_verdict() {
    for (name, report) in fixture::all() {
        let fails = expected(&report).values().filter(|told| **told == Told::FailsGate).count();
        assert_eq!(fails > 0, report.verdict.gate == Gate::Fail, "{name}: what fails the gate is among the findings");
        for format in Format::ALL {
            let out = rendered(format, &report);
            let cell = format!("{name}.{format}");
            match format {
                Format::Html => assert_eq!(reading::heading(&out), headline(&report), "{cell}"),
                // Here it is where the other's comes from; the fixtures' own snapshots hold the words.
                Format::Markdown => assert!(out.starts_with("# "), "{cell}"),
                Format::Json => assert_eq!(of_json(&out).verdict.gate, report.verdict.gate, "{cell}"),
                Format::Xlsx => verdict_of_xlsx(&Book::open(bytes(format, &report)), &report, &cell),
                Format::Sarif => verdict_of_sarif(&json(&out), &report, &cell),
                Format::Junit => verdict_of_junit(&out, &report, fails, &cell),
                Format::Oscal => {
                    let props = json(&out);
                    let props = list(&props["assessment-results"]["results"][0]["props"]);
                    let gate = report.verdict.gate.as_str();
                    assert!(props.iter().any(|prop| prop["name"] == "gate" && text(&prop["value"]) == gate), "{cell}");
                }
                Format::Github => verdict_of_github(&out, &report, &cell),
                // Their readers know findings only; which of them fail the gate is in the table.
                Format::Csv
                | Format::Ndjson
                | Format::CodeQuality
                | Format::Accounts
                | Format::AccountsCsv
                | Format::MembersCsv => {}
            }
        }
    }
}

/// The first line of the Markdown, as people read it.
fn headline(report: &Report) -> String {
    let markdown = rendered(Format::Markdown, report);
    markdown.lines().next().expect("a line").trim_start_matches("# ").replace('`', "")
}

fn is_whole(report: &Report) -> bool {
    report.sources.iter().all(|source| source.status == SourceStatus::Complete)
}

fn verdict_of_xlsx(book: &Book, report: &Report, cell: &str) {
    assert_eq!(book.says("Verdict"), report.verdict.gate.as_str(), "{cell}");
    assert_eq!(book.sheets["Summary"].iter().any(|row| row[0] == "Warning"), !is_whole(report), "{cell}");
}

fn verdict_of_sarif(sarif: &Value, report: &Report, cell: &str) {
    let run = &sarif["runs"][0]["invocations"][0];
    assert_eq!(run["exitCode"], report.verdict.exit_code, "{cell}");
    assert_eq!(run["executionSuccessful"], is_whole(report), "{cell}");
    assert_eq!(list(&run["toolExecutionNotifications"]).is_empty(), is_whole(report), "{cell}");
}

fn verdict_of_junit(xml: &str, report: &Report, fails: usize, cell: &str) {
    let document = quick_junit::Report::deserialize_from_str(xml).expect("JUnit");
    let gate = document.test_suites.iter().find(|suite| suite.name.as_str().ends_with("gate")).expect("the gate");
    let gate = gate.properties.iter().find(|property| property.name.as_str() == "gate").expect("the verdict");
    // A policy that fails is a case of its own.
    let fails = fails + report.policies.iter().filter(|policy| policy.verdict.gate == Gate::Fail).count();
    assert_eq!((gate.value.as_str(), document.failures), (report.verdict.gate.as_str(), fails), "{cell}");
    assert_eq!(document.errors > 0, !is_whole(report), "{cell}");
}

fn verdict_of_github(log: &str, report: &Report, cell: &str) {
    let notice = log.lines().find(|line| line.starts_with("::notice ")).expect("a verdict");
    let words = match report.verdict.gate {
        Gate::Pass => "The gate passed",
        Gate::Fail => "The gate failed",
        Gate::Unverified => "Could not verify",
    };
    assert!(notice.contains(words), "{cell}: {notice}");
}

#[test]
fn what_does_not_fit_is_cut_and_counted() {
    let report = fixture::large(25_100);
    let sarif = rendered(Format::Sarif, &report);
    assert_eq!(reading::sarif(&sarif).len(), 25_000);
    assert!(sarif.contains("100 findings are left out here"));
    let log = rendered(Format::Github, &report);
    assert_eq!(log.lines().filter(|line| line.starts_with("::error ")).count(), 10);
    assert_eq!(reading::github(&log).len(), 9);
    assert!(log.contains("25,091 findings are left out here"));
    for format in [Format::Csv, Format::Ndjson, Format::CodeQuality, Format::Oscal, Format::Junit] {
        assert!(!rendered(format, &report).contains("left out here"), "{format} holds them all");
    }
}

#[test]
fn junit_stays_within_its_bytes() {
    let mut report = fixture::large(3_000);
    fixture::edit(&mut report, |findings| {
        for finding in findings {
            finding.message = "&".repeat(1_900);
        }
    });
    let xml = rendered(Format::Junit, &report);
    assert!(xml.len() < 30_000_000 && xml.len() > 20_000_000, "{} bytes", xml.len());
    assert!(xml.contains("findings are left out here"));
}

#[test]
fn what_asks_for_action_is_cut_last() {
    let mut report = fixture::large(25_010);
    fixture::edit(&mut report, |findings| {
        findings.iter_mut().take(20).for_each(|finding| finding.disposition = Disposition::Waived);
    });
    let kept = reading::sarif(&rendered(Format::Sarif, &report));
    assert_eq!(kept.values().filter(|told| **told == Told::Excepted).count(), 10);
}

#[test]
fn severities_become_what_each_format_calls_them() {
    let report = fixture::demo();
    let worst = report
        .findings
        .to_vec()
        .expect("findings")
        .into_iter()
        .find(|finding| finding.severity == Severity::Critical)
        .expect("a critical one");
    let issues = json(&rendered(Format::CodeQuality, &report));
    let issue = list(&issues).iter().find(|issue| issue["fingerprint"] == *worst.fingerprint).expect("it is there");
    assert_eq!(issue["severity"], "blocker");
    let sarif = json(&rendered(Format::Sarif, &report));
    let rule = list(&sarif["runs"][0]["tool"]["driver"]["rules"]).iter().find(|rule| rule["id"] == *worst.rule);
    assert_eq!(rule.expect("its rule")["properties"]["security-severity"], "9.5");
}

#[test]
fn sarif_tells_why_a_rule_matters() {
    let report = fixture::demo();
    let sarif = json(&rendered(Format::Sarif, &report));
    for (told, rule) in list(&sarif["runs"][0]["tool"]["driver"]["rules"]).iter().zip(&report.rules) {
        assert!(!rule.why.is_empty() && text(&told["help"]["text"]).contains(&rule.why), "{}", rule.id);
        assert_eq!(text(&told["fullDescription"]["text"]), rule.why);
    }
}

#[test]
fn no_name_in_sarif_is_its_id_in_other_letters() {
    let sarif = json(&rendered(Format::Sarif, &fixture::demo()));
    let driver = &sarif["runs"][0]["tool"]["driver"];
    assert!(driver["informationUri"].as_str().is_some_and(|uri| uri.starts_with("https://")), "{driver}");
    let mut named = 0;
    for descriptor in list(&driver["rules"]).iter().chain(list(&driver["notifications"])) {
        let Some(name) = descriptor["name"].as_str() else { continue };
        assert!(!name.eq_ignore_ascii_case(text(&descriptor["id"])), "{name}");
        named += 1;
    }
    assert!(named > 5, "several words make a name");
}

#[test]
fn suites_of_two_organisations_are_told_apart() {
    let mut report = fixture::demo();
    let names = |report: &Report| {
        let document = quick_junit::Report::deserialize_from_str(&rendered(Format::Junit, report)).expect("JUnit");
        document.test_suites.iter().map(|suite| suite.name.to_string()).collect::<BTreeSet<_>>()
    };
    let mine = names(&report);
    assert!(mine.contains("Example Ltd: gate") && mine.contains("Example Ltd: orphaned"), "{mine:?}");
    "Other Ltd".clone_into(&mut report.run.organisation);
    assert!(names(&report).is_disjoint(&mine));
    report.run.organisation.clear();
    assert!(names(&report).contains("gate"));
}

#[test]
fn an_oscal_document_holds_no_resource_that_nothing_refers_to() {
    let oscal = json(&rendered(Format::Oscal, &fixture::demo()));
    let results = &oscal["assessment-results"];
    assert_eq!(results["import-ap"]["href"], "headcount.toml");
    assert!(results.get("back-matter").is_none());
    assert!(list(&results["results"][0]["props"]).iter().any(|prop| prop["name"] == "config-sha256"));
}

#[test]
fn markdown_needs_no_tag_between_words() {
    for (name, report) in fixture::all() {
        let text = rendered(Format::Markdown, &report);
        for tag in ["<br", "<wbr"] {
            assert!(!text.contains(tag), "{name}: some readers drop {tag}, and others show it");
        }
    }
}
