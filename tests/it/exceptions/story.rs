//! Day one and after: a team with 300 old findings switches the gate on, and keeps it on.

use headcount::model::Disposition;
use headcount::report::{Finding, Gate, Report};

use crate::support::team::{REPORT, Team, at_badges};

const EXCEPTIONS: &str = "[exceptions]\nwaivers = \"waivers.toml\"\napprovers = [\"ciso@example.com\"]\n";

const POLICY: &str = r#"
[exceptions]
waivers = "waivers.toml"
approvers = ["ciso@example.com"]
baseline = "baseline.json"
[gate]
fail_on = ["orphaned", "leaver-active", "severity:critical", "severity:high"]
new = true
"#;

fn open(report: &Report) -> Vec<Finding> {
    let counts = |finding: &Finding| finding.disposition == Disposition::Open;
    report.findings.to_vec().expect("findings").into_iter().filter(counts).collect()
}

#[test]
fn a_team_switches_the_gate_on_with_300_findings_and_keeps_it_on() {
    let team = Team::new(2_400, EXCEPTIONS);
    team.write("waivers.toml", "");

    // Day one: red, and so much of it that nobody would fix it today.
    let day_one = team.audit(&[]);
    let found = day_one.report().findings.len();
    assert_eq!(day_one.code(), 1, "{}", day_one.stderr());
    assert!(found >= 250, "{found} findings");
    let (code, said) = team.run(&["baseline", "write", "--report", REPORT]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains(&format!("baseline.json: {found} findings")), "{said}");
    let text = team.read("headcount.toml").replace(EXCEPTIONS, POLICY);
    team.write("headcount.toml", &text);

    // Green: nothing is new, and nothing is gone from the report.
    let green = team.audit(&[]);
    assert_eq!(green.code(), 0, "{}", green.stderr());
    let report = green.report();
    assert_eq!((report.findings.len(), open(&report).len()), (found, 0));
    assert!(green.stderr().contains(&format!("Not counted above: {found} in the baseline")), "{}", green.stderr());
    let old = report.findings.head(0).expect("a finding").read().expect("readable");
    assert!(old.facts.contains_key("baseline.first_seen") && old.facts.contains_key("baseline.age_days"));

    // One new orphan: red with exactly that finding.
    team.badges("B-77,nobody@example.com\n");
    let red = team.audit(&[]);
    let report = red.report();
    assert_eq!(red.code(), 1, "{}", red.stderr());
    let new = open(&report);
    assert_eq!(new.len(), 1, "{new:?}");
    assert_eq!((new[0].rule.as_str(), new[0].subject.account_id.as_deref()), ("orphaned", Some("B-77")));
    let remedy = report.verdict.remedy.clone().expect("a remedy");
    assert!(remedy.contains(&new[0].fingerprint), "{remedy}");
    let orphan = new[0].fingerprint.clone();

    // It is fixed: green.
    team.badges("");
    assert_eq!(team.audit(&[]).code(), 0);

    // It comes back, and is waived for a week: green. The day after: red, and it is said which waiver has ended.
    team.badges("B-77,nobody@example.com\n");
    assert_eq!(team.audit(&[]).code(), 1);
    let (code, said) = team.waive(&orphan, "2026-10-15");
    assert_eq!(code, 0, "{said}");
    let waived = team.audit(&[]);
    assert_eq!(waived.code(), 0, "{}", waived.stderr());
    assert_eq!(at_badges(&waived.report(), "orphaned")[0].disposition, Disposition::Waived);
    expires(&team, &orphan);

    ratchet(&team, found);
}

fn expires(team: &Team, orphan: &str) {
    let text = team.read("waivers.toml");
    // As if the day after: moving the clock would move people's last days, too.
    let ended = text.replace("expires = 2026-10-15", "expires = 2026-10-14").replace("2026-10-15", "2026-10-01");
    team.write("waivers.toml", &ended);
    let red = team.audit(&[]);
    let report = red.report();
    assert_eq!((red.code(), report.verdict.gate), (1, Gate::Fail), "{}", red.stderr());
    let rules: Vec<String> = open(&report).into_iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, ["orphaned", "waiver-expired"]);
    let finding = &at_badges(&report, "orphaned")[0];
    assert_eq!(finding.fingerprint, orphan);
    assert!(finding.message.contains("(waivers.toml line 3, SEC-42), but it has expired; its last day was 2026-10-14"));
    assert!(
        red.stderr().contains("until 2026-10-14 a waiver covered one (waivers.toml line 3, SEC-42)"),
        "{}",
        red.stderr()
    );
    team.write("waivers.toml", "");
    team.badges("");
}

/// What is fixed drops out, and doesn't come in again.
fn ratchet(team: &Team, found: usize) {
    let baseline = team.read("baseline.json");
    let gone = r#"{"fingerprint":"00000000000000000000000000000000","rule":"orphaned","source":"badges","first_seen":"2026-09-01"},"#;
    team.write("baseline.json", &baseline.replacen("[\n", &format!("[\n    {gone}\n"), 1));
    team.badges("B-78,nobody@example.com\n");
    let audited = team.audit(&[]);
    assert!(audited.stderr().contains("1 of the baseline resolved"), "{}", audited.stderr());
    let report = audited.report();
    assert_eq!(report.resolved().map(|entry| entry.id.as_str()).collect::<Vec<_>>(), ["0".repeat(32)]);
    let (code, said) = team.run(&["baseline", "write", "--report", REPORT]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("1 resolved and dropped") && said.contains("1 new finding was not added"), "{said}");
    assert_eq!(team.read("baseline.json"), baseline, "as it was");
    assert_eq!(baseline.matches("first_seen").count(), found);
}
