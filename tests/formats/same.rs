//! Every format carries the same findings and the same verdict, and says so where it had to cut.

use std::collections::BTreeSet;

use headcount::model::{Disposition, Severity};
use headcount::render::Format;
use headcount::report::{Gate, Report, SourceStatus};

use crate::fixture;
use crate::reading::{self, Book, Findings, Told, bytes, expected, json, list, rendered, text};

pub(crate) fn all() -> [(&'static str, Report); 4] {
    [("demo", fixture::demo()), ("empty", fixture::empty()), ("gaps", fixture::gaps()), ("hostile", fixture::hostile())]
}

fn verdict_of_junit(xml: &str) -> (String, usize, usize) {
    let document = quick_junit::Report::deserialize_from_str(xml).expect("JUnit");
    let gate = document.test_suites.iter().find(|suite| suite.name.as_str() == "gate").expect("the gate");
    let gate = gate.properties.iter().find(|property| property.name.as_str() == "gate").expect("the verdict");
    (gate.value.as_str().to_owned(), document.failures, document.errors)
}

#[test]
fn every_format_carries_the_same_findings() {
    for (name, report) in all() {
        let expected = expected(&report);
        assert_eq!(reading::csv(&rendered(Format::Csv, &report)), expected, "{name}.csv");
        assert_eq!(reading::xlsx(&Book::open(bytes(Format::Xlsx, &report))), expected, "{name}.xlsx");
        assert_eq!(reading::sarif(&rendered(Format::Sarif, &report)), expected, "{name}.sarif");
        assert_eq!(reading::junit(&rendered(Format::Junit, &report)), expected, "{name}.junit");
        assert_eq!(reading::oscal(&rendered(Format::Oscal, &report)), expected, "{name}.oscal");
        let issues: BTreeSet<String> =
            reading::codequality(&rendered(Format::CodeQuality, &report)).into_iter().collect();
        assert_eq!(issues, expected.keys().cloned().collect(), "{name}.codequality");
        let open: Findings =
            expected.iter().filter(|(_, told)| **told != Told::Excepted).map(|(f, t)| (f.clone(), *t)).collect();
        let log = rendered(Format::Github, &report);
        let shown = reading::github(&log);
        assert!(shown.iter().all(|(fingerprint, told)| open.get(fingerprint) == Some(told)), "{name}.github");
        let cut = shown.len() < open.len();
        assert_eq!(log.contains("findings are left out here"), cut, "{name}.github says so when it cuts");
        assert!(!cut || shown.len() >= 9, "{name}.github: {}", shown.len());
    }
}

#[test]
fn every_format_carries_the_same_verdict() {
    for (name, report) in all() {
        let gate = report.verdict.gate;
        let fails = expected(&report).values().filter(|told| **told == Told::FailsGate).count();
        assert_eq!(fails > 0, gate == Gate::Fail, "{name}: what fails the gate is among the findings");

        let sarif = json(&rendered(Format::Sarif, &report));
        let run = &sarif["runs"][0]["invocations"][0];
        assert_eq!(run["exitCode"], report.verdict.exit_code, "{name}");
        let whole = report.sources.iter().all(|source| source.status == SourceStatus::Complete);
        assert_eq!(run["executionSuccessful"], whole, "{name}");
        assert_eq!(list(&run["toolExecutionNotifications"]).is_empty(), whole, "{name}");

        let (told, failures, errors) = verdict_of_junit(&rendered(Format::Junit, &report));
        assert_eq!((told.as_str(), failures), (gate.as_str(), fails), "{name}");
        assert_eq!(errors > 0, !whole, "{name}");

        let oscal = json(&rendered(Format::Oscal, &report));
        let props = list(&oscal["assessment-results"]["results"][0]["props"]);
        assert!(props.iter().any(|prop| prop["name"] == "gate" && text(&prop["value"]) == gate.as_str()), "{name}");

        let book = Book::open(bytes(Format::Xlsx, &report));
        assert_eq!(book.says("Verdict"), gate.as_str(), "{name}");
        assert_eq!(book.sheets["Summary"].iter().any(|row| row[0] == "Warning"), !whole, "{name}");

        let log = rendered(Format::Github, &report);
        let notice = log.lines().find(|line| line.starts_with("::notice ")).expect("a verdict");
        let words = match gate {
            Gate::Pass => "The gate passed",
            Gate::Fail => "The gate failed",
            Gate::Unverified => "Could not verify",
        };
        assert!(notice.contains(words), "{name}: {notice}");
    }
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
    for format in [Format::Csv, Format::CodeQuality, Format::Oscal, Format::Junit] {
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
fn the_same_report_gives_the_same_bytes() {
    for (name, report) in all() {
        for format in Format::ALL {
            assert_eq!(bytes(format, &report), bytes(format, &report), "{name}.{format}");
        }
    }
}
