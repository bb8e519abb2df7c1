//! The states of findings, from one audit to the next.

use chrono::NaiveDate;
use headcount::history::State;

use crate::support::desk::Desk;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

#[test]
fn the_first_report_begins_and_the_next_goes_on() {
    let desk = Desk::new();
    desk.configure("[history]");
    desk.strangers(&["a", "b"]);
    let first = desk.audit("2026-10-01", &[]);
    assert_eq!(first.state("orphaned", "a"), State::New);
    assert!(first.changes().previous.is_none());
    desk.strangers(&["b", "c"]);
    let second = desk.since("2026-10-08", "2026-10-01");
    assert_eq!(second.state("orphaned", "c"), State::New);
    let old = second.history("orphaned", "b");
    assert_eq!((old.state, old.first_seen, old.days_open), (State::Persisting, day("2026-10-01"), 7));
    assert_eq!(second.resolved("orphaned"), ["a"]);
    let gone = &second.changes().resolved[0];
    assert_eq!((gone.resolved_on, gone.days_open), (Some(day("2026-10-08")), 7));
    let counts = second.changes().findings;
    assert_eq!((counts.unknown, counts.unseen, counts.reopened), (0, 0, 0));
    assert!(second.stderr.contains("Since 2026-10-01: "), "{}", second.stderr);
    assert_eq!(second.changes().trend.len(), 2);
}

#[test]
fn without_history_reports_are_as_they_were() {
    let desk = Desk::new();
    desk.strangers(&["a"]);
    let report = desk.audit("2026-10-01", &[]);
    assert!(report.report().changes.is_none() && report.finding("orphaned", "a").expect("there").history.is_none());
    assert!(!desk.read("2026-10-01/report.json").contains("\"naming\""));
}

#[test]
fn the_same_twice_changes_nothing_and_is_the_same_bytes() {
    let desk = Desk::new();
    desk.strangers(&["a", "b"]);
    desk.audit("2026-10-01", &[]);
    let again = desk.since("2026-10-08", "2026-10-01");
    let counts = again.changes().findings;
    assert_eq!((counts.new, counts.resolved, counts.reopened, counts.unknown, counts.unseen), (0, 0, 0, 0, 0));
    let written = || {
        desk.since("2026-10-08", "2026-10-01");
        let report = desk.read("2026-10-08/report.json");
        let run = report.split_once("\"verdict\"").expect("a report").0;
        let id = run.split_once("\"id\": \"").expect("an id").1.split('"').next().expect("an id").to_owned();
        let rest = report.replace(&id, "the run");
        let stable = |line: &&str| !line.contains("started_at") && !line.contains("finished_at");
        rest.lines().filter(stable).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(written(), written());
}

#[test]
fn what_a_broken_source_hides_is_not_resolved_and_goes_on_ageing() {
    let desk = Desk::new();
    desk.strangers(&["a", "b"]);
    desk.audit("2026-10-01", &[]);
    desk.write("crm.csv", &desk.read("crm.csv").replace("a,a@elsewhere", ",nobody@elsewhere"));
    let broken = desk.since("2026-10-08", "2026-10-01");
    assert!(broken.stderr.contains("crm is incomplete"), "{}", broken.stderr);
    assert_eq!(broken.resolved("orphaned"), [""; 0]);
    assert_eq!(broken.unseen("orphaned"), ["a"]);
    let changes = broken.changes();
    let why = &changes.not_comparable[0];
    assert_eq!((why.why.as_str(), why.source.as_deref()), ("source-incomplete", Some("crm")));
    assert!(desk.read("2026-10-08/report.md").contains("Not comparable"));
    desk.strangers(&["a", "b"]);
    let whole = desk.since("2026-10-15", "2026-10-08");
    let back = whole.history("orphaned", "a");
    assert_eq!((back.state, back.first_seen, back.days_open), (State::Persisting, day("2026-10-01"), 14));
    assert!(whole.changes().unseen.is_empty());
}

#[test]
fn what_was_left_out_is_unknown_when_it_is_found_again() {
    let desk = Desk::new();
    desk.strangers(&["a"]);
    desk.write(
        "crm.csv",
        &format!("{},b@elsewhere.example,active,2025-01-01,2026-09-30,agent\n", desk.read("crm.csv")),
    );
    assert!(desk.audit("2026-10-01", &[]).stderr.contains("incomplete"));
    desk.strangers(&["a", "b"]);
    let whole = desk.since("2026-10-08", "2026-10-01");
    assert_eq!(whole.state("orphaned", "b"), State::Unknown, "it may have been there");
    assert_eq!(whole.state("orphaned", "a"), State::Persisting);
}

#[test]
fn another_limit_makes_new_ones_unknown_and_a_rule_that_is_off_resolves_nothing() {
    let desk = Desk::new();
    let rows = |login| [["a", "ilse@example.com", "active", "2024-01-01", login]];
    let limit = |days: u32| format!("[rules.override.stale-login]\nparams = {{ max_idle_days = {days} }}\n");
    desk.export(&rows("2026-07-20"));
    desk.configure(&limit(90));
    assert!(desk.audit("2026-10-01", &[]).finding("stale-login", "a").is_none());
    desk.configure(&limit(60));
    let stricter = desk.since("2026-10-08", "2026-10-01");
    assert_eq!(stricter.state("stale-login", "a"), State::Unknown);
    assert_eq!(stricter.changes().not_comparable[0].why, "rule-changed");
    desk.configure(&format!("[history]\n[gate]\nfail_on = [\"new\", \"stale-login\"]\n{}", limit(60)));
    assert_eq!(desk.since("2026-10-08", "2026-10-01").code, 1, "what may be new counts as new");
    desk.audit("2026-10-09", &["--previous", "2026-10-08/report.json"]);
    desk.configure("[history]\n[gate]\nfail_on = [\"new\", \"orphaned\"]\n[rules]\ndisable = [\"stale-login\"]\n");
    let off = desk.since("2026-10-10", "2026-10-09");
    assert_eq!(off.unseen("stale-login"), ["a"]);
    assert!(off.resolved("stale-login").is_empty());
    assert_eq!(off.changes().not_comparable[0].why, "rule-off");
}

#[test]
fn new_narrows_the_gate_to_what_is_not_known_from_before() {
    let desk = Desk::new();
    desk.configure("[history]\n[gate]\nfail_on = [\"new\", \"orphaned\"]\n");
    desk.strangers(&["a"]);
    assert_eq!(desk.audit("2026-10-01", &[]).code, 1, "everything is new");
    assert_eq!(desk.since("2026-10-08", "2026-10-01").code, 0, "nothing is");
    desk.strangers(&["a", "b"]);
    assert_eq!(desk.since("2026-10-08", "2026-10-01").code, 1);
}

#[test]
fn severity_and_words_are_no_other_rule() {
    let desk = Desk::new();
    desk.strangers(&["a"]);
    desk.audit("2026-10-01", &[]);
    desk.configure("[rules.override.orphaned]\nseverity = \"low\"\n");
    let other = desk.since("2026-10-08", "2026-10-01");
    assert_eq!(other.state("orphaned", "a"), State::Persisting);
    assert!(other.changes().not_comparable.is_empty());
}

#[test]
fn a_source_with_another_name_is_the_same_one_if_that_is_said() {
    let desk = Desk::new();
    desk.strangers(&["a", "b", "c", "d", "e"]);
    desk.audit("2026-10-01", &[]);
    desk.configure_as("sales-crm", "");
    let unsaid = desk.since("2026-10-08", "2026-10-01");
    assert_eq!(unsaid.state("orphaned", "a"), State::Unknown);
    assert_eq!(unsaid.unseen("orphaned").len(), 5);
    let advice = "say so with [history] renamed = { \"sales-crm\" = \"crm\" }";
    assert!(unsaid.changes().not_comparable.iter().any(|why| why.text.contains(advice)), "{:?}", unsaid.changes());
    desk.configure_as("sales-crm", "[history]\nrenamed = { \"sales-crm\" = \"crm\" }\n");
    let said = desk.since("2026-10-08", "2026-10-01");
    assert_eq!(said.state("orphaned", "a"), State::Persisting);
    let changes = said.changes();
    assert!(changes.unseen.is_empty() && changes.resolved.is_empty() && changes.not_comparable.is_empty());
    let accounts = changes.accounts.expect("lists");
    assert!(accounts.iter().all(|source| source.added.is_empty() && source.removed.is_empty()), "{accounts:?}");
}

#[test]
fn what_a_vendor_stops_telling_resolves_nothing() {
    let desk = Desk::new();
    desk.export(&[["a", "ilse@example.com", "active", "2024-01-01", "2026-01-20"]]);
    assert!(desk.audit("2026-10-01", &[]).finding("stale-login", "a").is_some());
    desk.write("crm.csv", "id,email,status,created_at,roles\na,ilse@example.com,active,2024-01-01,agent\n");
    let untold = desk.since("2026-10-08", "2026-10-01");
    assert_eq!(untold.unseen("stale-login"), ["a"]);
    let changes = untold.changes();
    let why = changes.not_comparable.iter().find(|why| why.why == "fact-missing").expect("a fact is missing");
    assert!(why.text.contains("for want of last_login_at"), "{}", why.text);
}

#[test]
fn what_is_read_or_joined_otherwise_resolves_nothing() {
    for (lines, source, why) in [
        (
            "[match]\ndomains = { \"elsewhere.example\" = \"example.com\" }\n",
            "",
            "people are read or accounts joined otherwise",
        ),
        (
            "",
            "match.email = { pattern = '(.+)@elsewhere.example', replace = '$1@example.com' }\n",
            "crm is read otherwise",
        ),
    ] {
        let desk = Desk::new();
        desk.strangers(&["ilse"]);
        assert!(desk.audit("2026-10-01", &[]).finding("orphaned", "ilse").is_some());
        desk.configure(lines);
        desk.write("headcount.toml", &(desk.read("headcount.toml") + source));
        let edited = desk.since("2026-10-08", "2026-10-01");
        assert_eq!((edited.unseen("orphaned"), edited.resolved("orphaned")), (vec!["ilse".to_owned()], vec![]));
        let told = edited.changes().not_comparable;
        assert!(told[0].why == "reading-changed" && told[0].text.contains(why), "{told:?}");
        assert_eq!(desk.since("2026-10-15", "2026-10-08").resolved("orphaned"), ["ilse"], "read alike, it is gone");
    }
}

#[test]
fn what_comes_back_is_reopened_as_long_as_it_is_remembered() {
    let desk = Desk::new();
    desk.configure("[history]\nkeep = \"100d\"\n");
    desk.strangers(&["a", "b"]);
    desk.audit("2026-01-01", &[]);
    desk.strangers(&["b"]);
    desk.since("2026-02-01", "2026-01-01");
    desk.since("2026-03-01", "2026-02-01");
    desk.strangers(&["a", "b"]);
    let back = desk.since("2026-05-01", "2026-03-01");
    let reopened = back.history("orphaned", "a");
    assert_eq!((reopened.state, reopened.first_seen), (State::Reopened, day("2026-01-01")));
    assert_eq!((reopened.since, reopened.days_open, reopened.reopened), (day("2026-05-01"), 0, 1));
    assert_eq!(back.changes().findings.reopened, 1);
    let later = desk.since("2026-06-01", "2026-05-01");
    assert_eq!((later.state("orphaned", "a"), later.history("orphaned", "a").reopened), (State::Persisting, 1));
    let forgotten = desk.since("2026-05-13", "2026-03-01");
    assert_eq!(forgotten.state("orphaned", "a"), State::New, "101 days after it was resolved");
}

#[test]
fn of_baseline_and_history_the_earlier_day_counts() {
    let desk = Desk::new();
    desk.strangers(&["a"]);
    desk.audit("2026-10-01", &[]);
    let (code, _, stderr) =
        desk.run(&["baseline", "write", "--report", "2026-10-01/report.json", "--out", "baseline.json"]);
    assert_eq!(code, 0, "{stderr}");
    desk.write("baseline.json", &desk.read("baseline.json").replace("2026-10-01", "2026-09-10"));
    desk.configure(
        "[exceptions]\nbaseline = \"baseline.json\"\n[history]\nsla = { critical = \"20d\", high = \"20d\" }\n",
    );
    let ran = desk.since("2026-10-08", "2026-10-01");
    let known = ran.history("orphaned", "a");
    assert_eq!((known.state, known.first_seen), (State::Persisting, day("2026-09-10")), "{}", ran.stderr);
    assert!(known.is_overdue(), "what the baseline accepts is no less late");
}
