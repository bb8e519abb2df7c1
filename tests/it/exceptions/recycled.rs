//! An identifier that a vendor gives to somebody else: the baseline doesn't cover the new account, and an old file of it
//! is written anew for the same findings only.

use headcount::model::Disposition;

use crate::support::team::{REPORT, Team, at_badges};

const BASELINE: &str = "[exceptions]\nbaseline = \"baseline.json\"\n";
const GHOST: &str = "B-9,zed@example.org\n";

/// A team whose only orphan at the export is in the baseline.
fn known() -> Team {
    let team = Team::new(60, "");
    team.badges(GHOST);
    assert_eq!(team.audit(&["--source", "badges"]).code(), 1);
    let (code, said) = team.run(&["baseline", "write", "--report", REPORT]);
    assert_eq!(code, 0, "{said}");
    assert!(!team.read("baseline.json").contains("zed"), "no names");
    let text = team.read("headcount.toml");
    team.write("headcount.toml", &format!("{text}\n{BASELINE}"));
    assert_eq!(team.audit(&["--source", "badges"]).code(), 0);
    team
}

#[test]
fn a_baseline_does_not_cover_another_account_with_the_same_id() {
    let team = known();
    team.badges("");
    assert_eq!(team.audit(&["--source", "badges"]).code(), 0);
    team.badges("B-9,mallory@example.net\n");
    let audited = team.audit(&["--source", "badges"]);
    assert_eq!(audited.code(), 1, "{}", audited.stderr());
    let report = audited.report();
    let orphan = &at_badges(&report, "orphaned")[0];
    assert_eq!(orphan.disposition, Disposition::Open);
    assert!(orphan.message.contains("The baseline is about an earlier account"), "{}", orphan.message);
    let entry = report.exceptions.iter().find(|exception| exception.id == orphan.fingerprint).expect("the entry");
    assert_eq!((entry.kind.as_str(), entry.state.as_str()), ("baseline", "void"));
    // It is a new finding, and doesn't come in by itself.
    for arguments in
        [&["baseline", "write", "--report", REPORT][..], &["baseline", "write", "--keep", "--report", REPORT]]
    {
        let (code, said) = team.run(arguments);
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("new finding was not added") || said.contains("new findings were not added"), "{said}");
        assert_eq!(team.audit(&["--source", "badges"]).code(), 1);
    }
}

#[test]
fn an_old_baseline_is_refused_and_kept_for_the_same_findings_only() {
    let team = known();
    let new = team.read("baseline.json");
    let old = new.replace("headcount-baseline-2", "headcount-baseline-1");
    let without = old.lines().map(|line| match line.split_once(",\"whose\"") {
        Some((entry, rest)) => format!("{entry}}}{}\n", if rest.ends_with(',') { "," } else { "" }),
        None => format!("{line}\n"),
    });
    let old: String = without.collect();
    assert!(!old.contains("whose") && old.contains("first_seen"), "{old}");
    team.write("baseline.json", &old);
    let refused = team.audit(&["--source", "badges"]);
    assert_eq!(refused.code(), 2, "{}", refused.stderr());
    assert!(refused.stderr().contains("`headcount baseline write --keep`"), "{}", refused.stderr());
    assert_eq!(team.run(&["baseline", "write", "--report", REPORT]).0, 2);
    // One orphan more than in the old file.
    let text = team.read("headcount.toml");
    team.write("headcount.toml", &text.replace(BASELINE, ""));
    team.badges(&format!("{GHOST}B-10,other@example.org\n"));
    assert_eq!(team.audit(&["--source", "badges"]).code(), 1);
    let (code, said) = team.run(&["baseline", "write", "--keep", "--report", REPORT]);
    assert_eq!(code, 0, "{said}");
    team.write("headcount.toml", &text);
    let audited = team.audit(&["--source", "badges"]);
    let open: Vec<_> = at_badges(&audited.report(), "orphaned")
        .into_iter()
        .filter(|finding| finding.disposition == Disposition::Open)
        .map(|finding| finding.subject.account_id)
        .collect();
    assert_eq!((audited.code(), open), (1, vec![Some("B-10".to_owned())]), "{}", audited.stderr());
    let (code, said) = team.run(&["baseline", "write", "--keep", "--report", REPORT, "--out", "nowhere.json"]);
    assert!(code == 2 && said.contains("can't read the baseline"), "{said}");
}

#[test]
fn an_entry_covers_a_finding_no_longer_than_max_days() {
    let team = known();
    let fresh = team.read("baseline.json");
    for (first_seen, expected) in [("2026-07-17", 0), ("2026-07-16", 1)] {
        team.write("baseline.json", &fresh.replace("2026-10-15", first_seen));
        let audited = team.audit(&["--source", "badges"]);
        assert_eq!(audited.code(), expected, "{first_seen}: {}", audited.stderr());
    }
    let report = crate::support::tenant::read_report(&team.path("out"));
    let orphan = &at_badges(&report, "orphaned")[0];
    assert!(orphan.message.contains("at most 90 days are allowed for high findings"), "{}", orphan.message);
    let text = team.read("headcount.toml");
    team.write("headcount.toml", &format!("{text}max_days = {{ high = 91 }}\n"));
    assert_eq!(team.audit(&["--source", "badges"]).code(), 0);
    team.write("baseline.json", &fresh.replace("2026-10-15", "2998-01-01"));
    let refused = team.audit(&["--source", "badges"]);
    assert!(refused.code() == 2 && refused.stderr().contains("that day is still to come"), "{}", refused.stderr());
}
