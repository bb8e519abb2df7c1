//! What a verdict doesn't cover, and what it could not judge, stands in every format that has a place for it.

use headcount::render::Format;
use headcount::report::{Gate, Reason, ReasonKind, Report};

use crate::support::fixture;
use crate::support::reading::{self, Book, bytes, json, list, rendered, text};

const SCOPE: [&str; 2] = ["1 of 6 configured sources was not audited: badges", "2 rules are off: locked, email-domain"];
/// Lists, which have no place for it; the README says so.
const SHAPELESS: [Format; 6] =
    [Format::Csv, Format::MembersCsv, Format::Ndjson, Format::CodeQuality, Format::Accounts, Format::AccountsCsv];
const UNJUDGED: &str = "orphaned can't be judged for 3 of 2,412 subjects";
const WAY_OUT: &str = "complete the roster";

fn reason(kind: ReasonKind, text: &str) -> Reason {
    Reason { kind, remedy: Some(WAY_OUT.to_owned()), ..fixture::a_reason(text) }
}

/// The report with these words besides.
fn with_scope(mut report: Report) -> Report {
    report.run.left_out = vec!["badges".to_owned()];
    report.verdict.reasons.extend(SCOPE.map(|text| reason(ReasonKind::Scope, text)));
    report
}

fn unjudged(mut report: Report) -> Report {
    report.verdict.gate = Gate::Unverified;
    report.verdict.exit_code = 3;
    report.verdict.reasons = vec![reason(ReasonKind::Roster, UNJUDGED)];
    report
}

/// As people read it, without what a format writes for a sign.
fn plain(format: Format, report: &Report) -> String {
    let text = rendered(format, report);
    text.replace('\\', "").replace("&#39;", "'").replace("&#x27;", "'").replace("&apos;", "'").replace("’", "'")
}

#[test]
fn every_format_says_what_the_verdict_does_not_cover() {
    for report in [fixture::empty(), fixture::demo(), fixture::gaps()] {
        let report = with_scope(report);
        for format in Format::ALL {
            let text = plain(format, &report);
            let said = SCOPE.iter().filter(|words| text.contains(**words)).count();
            let shapeless = SHAPELESS.contains(&format);
            assert_eq!(said, if shapeless { 0 } else { SCOPE.len() }, "{format}: {text}");
        }
    }
}

#[test]
fn every_format_says_what_the_gate_could_not_judge() {
    let report = unjudged(fixture::demo());
    for format in Format::ALL {
        let text = plain(format, &report);
        let shapeless = SHAPELESS.contains(&format);
        assert_eq!(text.contains(UNJUDGED), !shapeless, "{format}: {text}");
        assert_eq!(text.contains(WAY_OUT), !shapeless && format != Format::Oscal, "{format}: the way out");
    }
}

#[test]
fn a_scope_is_no_reason_and_no_fault() {
    let report = with_scope(fixture::empty());
    let page = rendered(Format::Html, &report);
    assert_eq!(reading::heading(&page), "Nothing to act on in what was seen");
    assert!(page.contains("; not audited: badges</dd>"), "{page}");
    assert!(page.contains("No limit of the gate is exceeded."), "{page}");
    let junit = rendered(Format::Junit, &report);
    assert!(junit.contains("failures=\"0\" errors=\"0\"") && junit.contains("<property name=\"scope\""), "{junit}");
    let sarif = json(&rendered(Format::Sarif, &report));
    let run = &sarif["runs"][0]["invocations"][0];
    assert_eq!(run["executionSuccessful"], true);
    let notes = list(&run["toolExecutionNotifications"]);
    assert!(notes.len() == 2 && notes.iter().all(|note| note["level"] == "note"), "{notes:?}");
    let book = Book::open(bytes(Format::Xlsx, &report));
    assert_eq!(book.says("Scope"), SCOPE[0]);
    let log = rendered(Format::Github, &report);
    assert!(log.contains("::notice title=headcount%2C scope::1 of 6 configured sources"), "{log}");
    assert!(!log.contains("::error"), "{log}");
}

#[test]
fn a_control_is_not_satisfied_by_a_part_of_the_sources() {
    let satisfied = |report: &Report| {
        let oscal = json(&rendered(Format::Oscal, report));
        let findings = list(&oscal["assessment-results"]["results"][0]["findings"]);
        findings.iter().filter(|finding| finding["target"]["status"]["state"] == "satisfied").count()
    };
    let mut whole = fixture::demo();
    fixture::edit(&mut whole, Vec::clear);
    assert!(satisfied(&whole) > 0);
    let part = with_scope(whole);
    assert_eq!(satisfied(&part), 0);
    assert!(rendered(Format::Html, &part).contains("badges (not audited)"));
    assert!(plain(Format::Markdown, &part).contains("badges (not audited)"));
}

#[test]
fn what_could_not_be_judged_is_an_error_where_formats_know_one() {
    let report = unjudged(fixture::demo());
    let junit = rendered(Format::Junit, &report);
    assert!(junit.contains("errors=\"1\"") && junit.contains("type=\"unverified\""), "{junit}");
    let log = rendered(Format::Github, &report);
    assert!(log.starts_with("::error file=headcount.toml,line=1,title=could not verify::orphaned can't"), "{log}");
    let sarif = json(&rendered(Format::Sarif, &report));
    let notes = list(&sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"]);
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert_eq!((text(&notes[0]["descriptor"]["id"]), &notes[0]["level"]), ("not-judged", &"error".into()));
    let page = rendered(Format::Html, &report);
    assert!(
        page.contains(
            "<b>Not verified</b> <span>1 could not be judged<span class=\"screen\"> · <a href=\"#limits\">which</a>"
        ),
        "{page}"
    );
    let told = reading::expected(&report);
    assert!(told.values().all(|told| *told != reading::Told::FailsGate), "no finding fails it");
}
