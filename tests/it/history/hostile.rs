//! A previous report that was edited, is another thing, or of another time: told before anything is asked, with its place.

use crate::support::desk::Desk;

#[test]
fn a_report_that_cannot_be_true_is_refused_with_its_place() {
    let desk = Desk::new();
    desk.configure("[history]");
    desk.strangers(&["a"]);
    desk.audit("2026-10-01", &[]);
    let report = desk.read("2026-10-01/report.json");
    let finding = report.lines().find(|line| line.starts_with("    {\"fingerprint\"")).expect("a finding");
    let fingerprint = finding.split('"').nth(3).expect("a fingerprint");
    let named = format!("\"fingerprint\":\"{fingerprint}\"");
    let seen = "\"first_seen\":\"2026-10-01\",\"since\":\"2026-10-01\"";
    for (from, to, said) in [
        (
            seen,
            "\"first_seen\":\"2027-01-01\",\"since\":\"2027-01-01\"",
            "since is 2027-01-01, and the report is of 2026-10-01",
        ),
        (seen, "\"first_seen\":\"2026-09-30\",\"since\":\"2026-09-29\"", "since is 2026-09-29, before first_seen"),
        ("\"schema_version\": 2", "\"schema_version\": 7", "found schema 7"),
        (named.as_str(), "\"fingerprint\":\"nobody's\"", "is no fingerprint"),
        ("  \"findings\": [", "  \"findings\": [\n    nonsense,", "this isn't a finding"),
        ("  \"exceptions\": [", "", "line"),
    ] {
        desk.write("edited.json", &report.replacen(from, to, 1));
        let ran = desk.audit("2026-10-08", &["--previous", "edited.json"]);
        assert!(ran.code == 2 && ran.stderr.contains(said), "{to}: {}", ran.stderr);
        assert!(ran.stderr.contains("edited.json"), "{}", ran.stderr);
    }
    let cut = report.len() / 2;
    desk.write("edited.json", &report[..cut]);
    let ran = desk.audit("2026-10-08", &["--previous", "edited.json"]);
    assert!(ran.code == 2, "{}", ran.stderr);
    let twice = report.replacen(finding, &format!("{}\n{finding}", finding.trim_end_matches(',').to_owned() + ","), 1);
    desk.write("edited.json", &twice);
    let ran = desk.audit("2026-10-08", &["--previous", "edited.json"]);
    assert!(ran.code == 2 && ran.stderr.contains("is there twice"), "{}", ran.stderr);
}

#[test]
fn junk_of_any_size_is_no_report() {
    let desk = Desk::new();
    desk.strangers(&["a"]);
    desk.write("junk.json", &"x".repeat(100 << 20));
    let ran = desk.audit("2026-10-08", &["--previous", "junk.json"]);
    assert!(ran.code == 2 && ran.stderr.contains("this isn't a report"), "{}", ran.stderr);
    desk.write("junk.json", &format!("{{\n{}", "  \"a\": 1,\n".repeat(10 << 20)));
    let ran = desk.audit("2026-10-08", &["--previous", "junk.json"]);
    assert!(ran.code == 2, "{}", ran.stderr);
}

#[test]
fn a_report_of_a_later_moment_or_of_another_naming_is_refused() {
    let desk = Desk::new();
    desk.strangers(&["a"]);
    desk.configure("[report]\npseudonym_key = \"file:key\"\n");
    desk.write("key", "a key that is long enough\n");
    desk.audit("2026-10-08", &[]);
    let early = desk.since("2026-10-01", "2026-10-08");
    assert!(early.code == 2 && early.stderr.contains("after the moment of this audit"), "{}", early.stderr);
    let pseudonymous = &["--privacy", "pseudonymous", "--previous", "2026-10-08/report.json"];
    let other = desk.audit("2026-10-09", pseudonymous);
    assert!(other.code == 2 && other.stderr.contains("otherwise than this audit"), "{}", other.stderr);
    desk.audit("2026-10-09", &["--privacy", "pseudonymous"]);
    let same = desk.audit("2026-10-10", &["--privacy", "pseudonymous", "--previous", "2026-10-09/report.json"]);
    let counts = same.changes().findings;
    assert!(counts.persisting > 0 && counts.new == 0 && counts.resolved == 0, "{}", same.stderr);
    assert!(!desk.read("2026-10-10/report.json").contains("elsewhere.example"));
    let back = desk.audit("2026-10-11", &["--previous", "2026-10-10/report.json"]);
    assert!(back.code == 2 && back.stderr.contains("otherwise than this audit"), "{}", back.stderr);
    let counted = desk.audit("2026-10-12", &["--privacy", "counts", "--previous", "2026-10-08/report.json"]);
    let changes = counted.changes();
    assert!(changes.findings.persisting > 0 && changes.resolved.is_empty() && changes.accounts.is_none());
}
