//! The baseline as a file, and the laws that it keeps.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::model::{Person, Severity};

fn entry(digit: char, source: Option<&str>, first_seen: &str) -> BaselineEntry {
    BaselineEntry {
        fingerprint: Fingerprint::parse(&digit.to_string().repeat(32)).expect("a fingerprint"),
        rule: RuleId::new("orphaned"),
        source: source.map(SourceName::new),
        first_seen: first_seen.parse().expect("a day"),
        whose: Some(Identity::default()),
    }
}

fn latest() -> NaiveDate {
    "2026-10-16".parse().expect("a day")
}

fn parse(text: &str) -> Result<Baseline, Diagnostic> {
    Baseline::parse(Path::new("b.json"), text, latest())
}

fn of(entries: &[BaselineEntry]) -> Baseline {
    let entries = entries.iter().map(|entry| (entry.fingerprint.clone(), entry.clone())).collect();
    Baseline { entries, ..Baseline::default() }
}

fn coverage(complete: &[&str]) -> Coverage {
    let all = ["voiso", "crm"].map(SourceName::new);
    Coverage::new(&all, complete.iter().map(|name| SourceName::new(name)))
}

#[test]
fn what_is_written_is_read() {
    for entries in [vec![], vec![entry('a', Some("voiso"), "2026-10-01"), entry('b', None, "2026-10-02")]] {
        let baseline = of(&entries);
        let text = baseline.to_text();
        assert_eq!(parse(&text).expect(&text), baseline);
    }
}

#[test]
fn a_damaged_or_foreign_file_is_refused_with_its_place() {
    let good = of(&[entry('a', Some("voiso"), "2026-10-01"), entry('b', None, "2026-10-02")]).to_text();
    for (damaged, expected) in [
        (good.replace("baseline-2", "baseline-3"), "b.json:2:3: expected the format"),
        (good.get(..good.len() / 2).unwrap_or_default().to_owned(), "this is no baseline of headcount: EOF"),
        (good.replace("\"rule\"", "\"rul\""), "b.json:4:"),
        (good.replace(&"b".repeat(32), &"a".repeat(32)), "b.json:5:21: this finding is listed twice"),
        (good.replace(&"b".repeat(32), "xyz"), "b.json:5:21: a fingerprint is 32 hexadecimal digits"),
        (good.replace("2026-10-02", "2026-13-02"), "b.json:5:"),
        (
            good.replace("2026-10-02", "2026-10-17"),
            "b.json:5:21: first_seen is 2026-10-17, and that day is still to come",
        ),
        ("{\"schema_version\": 1}".to_owned(), "b.json:1:17: this is no baseline of headcount: unknown field"),
        (String::new(), "b.json:1:1: this is no baseline of headcount: EOF"),
    ] {
        let shown = parse(&damaged).expect_err(&damaged).to_string();
        assert!(shown.contains(expected) && shown.contains("baseline write"), "{shown}");
    }
}

#[test]
fn it_can_only_shrink_and_keeps_what_could_not_be_seen() {
    let (old, kept, gone) = (
        entry('a', Some("voiso"), "2026-09-01"),
        entry('b', Some("crm"), "2026-09-01"),
        entry('c', Some("voiso"), "2026-09-01"),
    );
    let baseline = of(&[old.clone(), kept.clone(), gone]);
    let current = || vec![entry('a', Some("voiso"), "2026-10-01"), entry('d', Some("voiso"), "2026-10-01")];
    let (next, change) = baseline.renew(current(), &coverage(&["voiso"]), false);
    assert_eq!(next, of(&[old, kept]), "the first day stays");
    assert_eq!(change, Change { kept: 2, dropped: 1, added: 0, refused: 1 });
    let (next, change) = Baseline::default().renew(current(), &coverage(&["voiso"]), true);
    assert_eq!((next.len(), change.added), (2, 2));
}

#[test]
fn an_entry_is_about_the_account_that_had_the_identifier_then() {
    let now = "2026-10-15T12:00:00Z".parse().expect("a time");
    let of_somebody = |username: &str| {
        let mut found = finding('a', Disposition::Open);
        found.person.username = Some(username.to_owned());
        found
    };
    let written = |username: &str, day: &str| {
        let account = Identity::of((&of_somebody(username)).into());
        let BaselineEntry { fingerprint, rule, source, .. } = entry('a', Some("crm"), day);
        BaselineEntry::new(fingerprint, rule, source, day.parse().expect("a day"), account)
    };
    let weighed = |baseline: &Baseline, username: &str| {
        let (mut tally, mut found) = (BaselineTally::default(), of_somebody(username));
        baseline.weigh(&mut found, false, &mut tally, now);
        let uses = baseline.close(&tally, &coverage(&["voiso", "crm"]), now);
        (found, uses.into_iter().next().expect("an entry").state)
    };
    let baseline = of(&[written("zed", "2026-09-01")]);
    assert!(!baseline.to_text().contains("zed"), "no names: {}", baseline.to_text());
    assert_eq!(parse(&baseline.to_text()).expect("it is read"), baseline);
    assert_eq!(weighed(&baseline, "ZED").0.disposition, Disposition::Baselined);
    let (found, state) = weighed(&baseline, "mallory");
    assert_eq!((found.disposition, state.as_str()), (Disposition::Open, "void"));
    assert!(found.message.contains("The baseline is about an earlier account: it has none"), "{}", found.message);
    // Written again, it is a new finding.
    let coverage = coverage(&["voiso", "crm"]);
    let (next, change) = baseline.renew(vec![written("mallory", "2026-10-15")], &coverage, false);
    assert!(next.is_empty() && change == Change { dropped: 1, refused: 1, ..Change::default() }, "{change:?}");

    let bare = BaselineEntry { whose: None, ..written("zed", "2026-09-01") };
    let (found, _) = weighed(&of(std::slice::from_ref(&bare)), "zed");
    assert!(found.message.contains("the entry doesn't say whose it was"), "{}", found.message);

    // Of an old file, those that are there stay, with their first day, and the others go.
    let old = of(&[bare, entry('b', Some("voiso"), "2026-09-01")]).to_text().replace(FORMAT, OLD_FORMAT);
    let old = parse(&old).expect("it can be kept");
    let current = vec![written("zed", "2026-10-15"), entry('c', Some("crm"), "2026-10-15")];
    let (next, change) = old.renew(current, &Coverage::default(), false);
    assert_eq!(next, of(&[written("zed", "2026-09-01")]));
    assert_eq!(change, Change { kept: 1, dropped: 1, added: 0, refused: 1 });
}

#[test]
fn an_entry_covers_its_finding_no_longer_than_max_days() {
    let now: Timestamp = "2026-10-15T12:00:00Z".parse().expect("a time");
    for (first_seen, severity, expected) in [
        ("2026-07-17", Severity::High, "used"),
        ("2026-07-16", Severity::High, "expired"),
        ("2025-01-01", Severity::Medium, "used"),
    ] {
        let baseline = of(&[entry('a', Some("crm"), first_seen)]);
        let baseline = baseline.with_max_days(&BTreeMap::from([(Severity::High, 90)]));
        let (mut tally, mut found) = (BaselineTally::default(), finding('a', Disposition::Open));
        found.severity = severity;
        baseline.weigh(&mut found, false, &mut tally, now);
        let state = baseline.close(&tally, &coverage(&["crm"]), now)[0].state.clone();
        assert_eq!((state.as_str(), state.is_present()), (expected, true));
        assert_eq!(found.disposition == Disposition::Open, expected == "expired");
        assert_eq!(found.message.contains("at most 90 days are allowed for high findings"), expected == "expired");
    }
}

/// A finding whose fingerprint is this digit, repeated.
fn finding(digit: char, disposition: Disposition) -> Finding {
    let source = SourceName::new(source_of(digit));
    Finding {
        fingerprint: entry(digit, None, "2026-10-01").fingerprint,
        rule: RuleId::new("orphaned"),
        severity: Severity::High,
        disposition,
        subject: Subject::Account { source, account_id: digit.to_string() },
        person: Person::default(),
        message: "Nobody owns this.".to_owned(),
        facts: BTreeMap::new(),
        correlation: BTreeMap::new(),
    }
}

/// Every second account is at the other source.
fn source_of(digit: char) -> &'static str {
    if digit.to_digit(16).is_some_and(|number| number % 2 == 0) { "voiso" } else { "crm" }
}

fn digits() -> impl Strategy<Value = BTreeSet<char>> {
    proptest::collection::btree_set(proptest::sample::select(('0'..='9').chain('a'..='f').collect::<Vec<_>>()), 0..12)
}

fn entries(digits: &BTreeSet<char>, day: &str) -> Vec<BaselineEntry> {
    digits.iter().map(|digit| entry(*digit, Some(source_of(*digit)), day)).collect()
}

fn known(baseline: &Baseline) -> BTreeSet<char> {
    baseline.entries.keys().filter_map(|fingerprint| fingerprint.as_str().chars().next()).collect()
}

proptest! {
    /// A finding is old exactly if the file names it, nobody has promised to fix it, and no waiver covers it; every
    /// finding is still there.
    #[test]
    fn it_never_hides_a_new_finding(old in digits(), found in digits(), waived in digits(), promised in digits()) {
        let disposition = |digit| if waived.contains(digit) { Disposition::Waived } else { Disposition::Open };
        let before: Vec<Finding> = found.iter().map(|digit| finding(*digit, disposition(digit))).collect();
        let now = "2026-10-15T12:00:00Z".parse().expect("a time");
        let mut after = before.clone();
        let (baseline, mut tally) = (of(&entries(&old, "2026-10-01")), BaselineTally::default());
        for (digit, finding) in found.iter().zip(&mut after) {
            baseline.weigh(finding, promised.contains(digit), &mut tally, now);
        }
        let uses = baseline.close(&tally, &coverage(&["voiso", "crm"]), now);
        prop_assert_eq!(before.len(), after.len());
        for ((digit, was), is) in found.iter().zip(&before).zip(&after) {
            let covered = old.contains(digit) && !waived.contains(digit) && !promised.contains(digit);
            prop_assert_eq!(is.disposition, if covered { Disposition::Baselined } else { was.disposition });
            prop_assert!(is.fingerprint == was.fingerprint && is.message == was.message && is.severity == was.severity);
        }
        let gone: BTreeSet<char> = old.difference(&found).copied().collect();
        let told = uses.iter().filter(|one| !one.state.is_present() && one.seen).count();
        prop_assert_eq!((uses.len(), told), (old.len(), gone.len()), "each that is gone is said to be resolved");
    }

    /// Written again, it holds nothing new, nothing that was seen to be gone, and the first days as they were.
    #[test]
    fn it_is_a_ratchet(old in digits(), found in digits(), sees_crm in any::<bool>()) {
        let complete: &[&str] = if sees_crm { &["voiso", "crm"] } else { &["voiso"] };
        let seen = |digit: &char| complete.contains(&source_of(*digit));
        let baseline = of(&entries(&old, "2026-09-01"));
        let current = || entries(&found, "2026-10-15");
        let (next, change) = baseline.renew(current(), &coverage(complete), false);
        let kept: BTreeSet<char> = old.iter().filter(|digit| found.contains(digit) || !seen(digit)).copied().collect();
        prop_assert_eq!(known(&next), kept);
        prop_assert!(next.entries.values().all(|entry| entry.first_seen == baseline.entries[&entry.fingerprint].first_seen));
        prop_assert_eq!(change.kept + change.dropped, old.len() as u64);
        prop_assert_eq!(change.refused, found.difference(&old).count() as u64);
        let (again, change) = next.renew(current(), &coverage(complete), false);
        prop_assert_eq!(&again, &next, "once is enough");
        prop_assert_eq!((change.added, change.dropped), (0, 0));
        let (accepted, _) = next.renew(current(), &coverage(complete), true);
        prop_assert!(known(&accepted).is_superset(&found), "what is accepted by name is in it");
    }
}
