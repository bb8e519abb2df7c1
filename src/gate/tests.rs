//! The gate on hand-made counts: what fails it, what makes it unverified, and what it only says.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::audit::Cell;
use crate::base::diagnostic::Diagnostic;
use crate::config::{Demand, RulesConfig};
use crate::correlate::Tally;
use crate::files::Files;
use crate::finding::{Finding, Findings, Subject};
use crate::http::Usage;
use crate::model::{Disposition, Severity};

const NOW: &str = "2026-11-20T08:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn policy(demands: &str) -> GateConfig {
    let demands: Vec<Demand> = demands.split(',').map(|demand| Demand::parse(demand).expect("a demand")).collect();
    GateConfig::default().with_fail_on(&demands, &Diagnostic::of_file(std::path::Path::new("--fail-on"), ""))
}

fn rules(lines: &str) -> RuleSet {
    let raw: crate::config::RawRules = toml::from_str(lines).expect("TOML");
    let text = crate::setting::ConfigText::new(std::path::Path::new("headcount.toml"), lines);
    let sources = ["voiso", "vcc"].map(SourceName::new);
    let config: RulesConfig = raw.check(&text, &sources, &Files::default()).expect("rules");
    RuleSet::load(&config).expect("rules")
}

/// Of a rule at a source: judged, not judged, and of these because of the roster.
fn cell(rule: &str, evaluated: u64, not_evaluable: u64, because_of_roster: u64) -> Cell {
    Cell {
        rule: RuleId::new(rule),
        source: Some(SourceName::new("voiso")),
        evaluated,
        violations: 0,
        not_evaluable,
        because_of_roster,
        missing: if not_evaluable > 0 { BTreeSet::from(["last_login_at".to_owned()]) } else { BTreeSet::new() },
    }
}

fn outcome(cells: Vec<Cell>, findings: &[(&str, &str)]) -> Outcome {
    let finding = |at: usize, (rule, severity): (&str, &str)| -> Finding {
        Finding {
            fingerprint: format!("{at:032x}"),
            rule: rule.to_owned(),
            severity: Severity::ALL.into_iter().find(|known| known.as_str() == severity).expect("a severity"),
            disposition: Disposition::Open,
            subject: Subject {
                kind: "account".to_owned(),
                source: Some("voiso".to_owned()),
                account_id: Some(at.to_string()),
                employee_id: None,
                members: None,
            },
            count: None,
            display_name: None,
            email: None,
            username: None,
            message: String::new(),
            remediation: String::new(),
            controls: Vec::new(),
            facts: BTreeMap::new(),
            matched: BTreeMap::new(),
            history: None,
        }
    };
    let findings = findings.iter().enumerate().map(|(at, found)| Ok(finding(at, *found)));
    Outcome {
        tally: Tally::default(),
        findings: Findings::new(findings).expect("kept"),
        cells,
        declared: Vec::new(),
        waivers: Vec::new(),
        baseline: Vec::new(),
        roster_issues: Vec::new(),
        void_keys: BTreeMap::new(),
        by_source: BTreeMap::new(),
        promises: BTreeMap::new(),
    }
}

fn certificate(status: SourceStatus) -> Certificate {
    Certificate {
        status,
        request: String::new(),
        declared: Some(9),
        declared_on_pages: (None, None),
        fetched: 7,
        distinct: 7,
        duplicates: 0,
        readings: 1,
        pages: 1,
        usage: Usage::default(),
        started_at: at(NOW),
        finished_at: at(NOW),
        keys: crate::model::KeyCounts::new(),
        sha256: String::new(),
        warnings: Vec::new(),
        error: None,
    }
}

/// Nothing that history couldn't tell.
static PAST: std::sync::OnceLock<Past> = std::sync::OnceLock::new();

/// These sources and no others, judged now.
fn seen(sources: &[(SourceName, Certificate)]) -> Seen<'_> {
    Seen {
        sources,
        left_out: &[],
        only_active: &[],
        replaced: &[],
        past: PAST.get_or_init(Past::default),
        outages: &[],
        allow_outage: false,
        as_of: at(NOW),
        read_at: at(NOW),
    }
}

/// The gate, and every reason with its kind.
fn decided(
    policy: &GateConfig,
    rules: &RuleSet,
    outcome: &Outcome,
    seen: &Seen<'_>,
) -> (Gate, Vec<(ReasonKind, String)>) {
    let verdict = decide(policy, rules, outcome, seen).expect("decided");
    assert_eq!(verdict.exit_code, verdict.gate.exit_code());
    for reason in &verdict.reasons {
        assert!(reason.remedy.as_ref().is_some_and(|remedy| !remedy.is_empty()), "no way out: {reason:?}");
    }
    (verdict.gate, verdict.reasons.into_iter().map(|reason| (reason.kind, reason.text)).collect())
}

/// With all that is built in and nothing left out; without the word about rules that wait for their params.
fn at_a_whole(demands: &str, cells: Vec<Cell>, findings: &[(&str, &str)]) -> (Gate, Vec<(ReasonKind, String)>) {
    let sources = [(SourceName::new("voiso"), certificate(SourceStatus::Complete))];
    let seen = seen(&sources);
    let (gate, mut reasons) = decided(&policy(demands), &rules(""), &outcome(cells, findings), &seen);
    let waiting = reasons.pop().expect("rules that are off until they are set up");
    assert!(waiting.0 == ReasonKind::Scope && waiting.1.contains("email-domain (until its param domains is set)"));
    (gate, reasons)
}

#[test]
fn a_named_rule_that_could_judge_nobody_is_unverified() {
    let (gate, reasons) = at_a_whole("stale-login", vec![cell("stale-login", 0, 12, 0)], &[]);
    let expected = "stale-login can't be judged for any of 12 subjects: last_login_at not told".to_owned();
    assert_eq!((gate, reasons), (Gate::Unverified, vec![(ReasonKind::NotEvaluable, expected)]));
    let limited = at_a_whole("stale-login>5", vec![cell("stale-login", 0, 12, 0)], &[]);
    assert_eq!(limited.0, Gate::Unverified, "max names it, too");
    assert_eq!(at_a_whole("stale-login", vec![], &[]), (Gate::Pass, vec![]), "no subjects is a pass");
    assert_eq!(at_a_whole("locked", vec![cell("stale-login", 0, 12, 0)], &[]).0, Gate::Pass, "nobody named it");
    assert_eq!(at_a_whole("severity:medium", vec![cell("stale-login", 0, 12, 0)], &[]).0, Gate::Pass);
}

#[test]
fn what_some_vendor_does_not_tell_is_said_and_counts_if_it_is_forbidden() {
    let cells = || vec![cell("stale-login", 88, 12, 0)];
    let text = "stale-login can't be judged for 12 of 100 subjects (voiso): last_login_at not told".to_owned();
    assert_eq!(at_a_whole("stale-login", cells(), &[]), (Gate::Pass, vec![(ReasonKind::Scope, text)]));
    let (gate, reasons) = at_a_whole("stale-login,not-evaluable", cells(), &[]);
    assert_eq!((gate, reasons.len(), reasons[0].0), (Gate::Unverified, 1, ReasonKind::NotEvaluable));
    let (_, reasons) = at_a_whole("stale-login,not-evaluable", vec![cell("stale-login", 0, 12, 0)], &[]);
    assert_eq!(reasons.len(), 1, "nothing is said twice: {reasons:?}");
}

#[test]
fn what_the_roster_does_not_tell_is_unverified_for_a_named_rule() {
    let (gate, reasons) = at_a_whole("orphaned", vec![cell("orphaned", 97, 3, 3)], &[]);
    let expected = "orphaned can't be judged for 3 of 100 subjects, because of the roster: last_login_at not told";
    assert_eq!((gate, reasons), (Gate::Unverified, vec![(ReasonKind::Roster, expected.to_owned())]));
    let waived = at_a_whole("orphaned", vec![cell("orphaned", 97, 3, 0)], &[]);
    assert_eq!((waived.0, waived.1[0].0), (Gate::Pass, ReasonKind::Scope), "an exception covers why");
    assert_eq!(at_a_whole("locked", vec![cell("orphaned", 97, 3, 3)], &[]), (Gate::Pass, vec![]));
    let both = at_a_whole("orphaned", vec![cell("orphaned", 0, 5, 3)], &[]);
    let kinds: Vec<ReasonKind> = both.1.iter().map(|(kind, _)| *kind).collect();
    assert_eq!((both.0, kinds), (Gate::Unverified, vec![ReasonKind::Roster, ReasonKind::NotEvaluable]));
    let forbidden = at_a_whole("orphaned,not-evaluable", vec![cell("orphaned", 97, 3, 3)], &[]);
    assert_eq!(forbidden.1.len(), 1, "the same three are no further reason: {:?}", forbidden.1);
    let failed = at_a_whole("orphaned", vec![cell("orphaned", 97, 3, 3)], &[("orphaned", "high")]);
    assert_eq!((failed.0, failed.1.len()), (Gate::Fail, 2), "a finding is a finding, and both are said");
}

#[test]
fn a_severity_counts_findings_about_people_and_not_about_data() {
    let data = [("source-incomplete", "critical"), ("roster-duplicate-id", "critical")];
    assert_eq!(at_a_whole("severity:critical", vec![], &data), (Gate::Pass, vec![]));
    let all = [data.as_slice(), &[("leaver-login", "critical"), ("waiver-expired", "critical")]].concat();
    let verdict = decide(&policy("severity:critical"), &rules(""), &outcome(vec![], &all), &seen(&[]));
    let reason = verdict.expect("decided").reasons.remove(0);
    assert_eq!((reason.kind, reason.count), (ReasonKind::Finding, Some(2)));
    assert!(reason.counts("leaver-login") && reason.counts("waiver-expired") && !reason.counts("source-incomplete"));
    let named = at_a_whole("roster-duplicate-id", vec![], &data);
    assert_eq!(named.0, Gate::Fail, "by its id, it is an ordinary finding");
}

#[test]
fn incomplete_and_old_data_accuses_nobody() {
    let found = [("source-incomplete", "critical"), ("source-stale", "medium"), ("roster-stale", "medium")];
    for demand in ["source-incomplete", "source-incomplete>0", "severity:critical", "severity:medium"] {
        assert_eq!(at_a_whole(demand, vec![], &found), (Gate::Pass, vec![]), "{demand}");
    }
    for demand in ["source-stale", "source-stale>0"] {
        let (gate, reasons) = at_a_whole(demand, vec![], &found);
        assert_eq!((gate, reasons[0].0), (Gate::Unverified, ReasonKind::Source), "{demand}: {reasons:?}");
    }
    assert_eq!(at_a_whole("source-stale>1", vec![], &found).0, Gate::Pass);
    assert_eq!(at_a_whole("roster-stale", vec![], &found).0, Gate::Fail);

    for status in [SourceStatus::Incomplete, SourceStatus::Failed] {
        let sources = [(SourceName::new("voiso"), certificate(status))];
        let seen = seen(&sources);
        let verdict = |demands, found: &[_]| decided(&policy(demands), &rules(""), &outcome(vec![], found), &seen);
        assert_eq!(verdict("source-incomplete,severity:critical", &found).0, Gate::Unverified);
        let (gate, reasons) = verdict("orphaned", &[("orphaned", "high")]);
        assert_eq!((gate, reasons[0].0, reasons[1].0), (Gate::Fail, ReasonKind::Finding, ReasonKind::Source));
    }
}

#[test]
fn a_share_is_of_subjects_that_were_judged() {
    let found = [("stale-login", "medium"); 6];
    let share = |evaluated, not_evaluable| {
        at_a_whole("stale-login>5%", vec![cell("stale-login", evaluated, not_evaluable, 0)], &found)
    };
    assert_eq!(share(120, 0), (Gate::Pass, vec![]));
    let (gate, reasons) = share(100, 20);
    assert_eq!(gate, Gate::Fail);
    assert_eq!(reasons[0].1, "6 open stale-login findings; at most 5 are allowed (max, 5% of 100 judged subjects)");
}

#[test]
fn what_the_verdict_does_not_cover_is_said_and_changes_nothing() {
    let sources = [(SourceName::new("voiso"), certificate(SourceStatus::Complete))];
    let left_out = [SourceName::new("vcc")];
    let seen = Seen { left_out: &left_out, as_of: at("2023-01-01T23:59:59Z"), ..seen(&sources) };
    let changed = rules("disable = ['locked']\n[override.orphaned]\nsources = ['vcc']\n");
    let (gate, reasons) = decided(&policy("orphaned,inactive"), &changed, &outcome(vec![], &[]), &seen);
    assert_eq!(gate, Gate::Pass);
    assert!(reasons.iter().all(|(kind, _)| *kind == ReasonKind::Scope), "{reasons:?}");
    let texts: Vec<&str> = reasons.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(
        texts[..3],
        [
            "1 of 2 configured sources was not audited (--source): vcc",
            "orphaned was not judged in this run: it is applied to vcc only",
            "judged as of 2023-01-01 23:59 UTC, before the accounts were read: what happened \
             since counts as not yet happened",
        ]
    );
    assert!(texts[3].contains("rules are off: ") && texts[3].contains("locked (disabled by the configuration)"));
    let changed = rules("disable = ['locked', 'stale-login']\n");
    let (_, reasons) = decided(&policy("inactive"), &changed, &outcome(vec![], &[]), &seen);
    let off = |text: &str| text.contains("locked, stale-login (each disabled by the configuration)");
    assert!(reasons.iter().any(|(_, text)| off(text)), "one reason is said once: {reasons:?}");
    let nothing = decided(&GateConfig::default(), &rules(""), &outcome(vec![], &[("orphaned", "high")]), &seen);
    assert!(
        nothing.0 == Gate::Pass && nothing.1.iter().any(|(_, text)| text.starts_with("no finding fails this gate"))
    );
    let a_moment_before = Seen { as_of: at("2026-11-20T07:59:30Z"), left_out: &[], ..seen };
    let (_, reasons) = decided(&policy("inactive"), &rules(""), &outcome(vec![], &[]), &a_moment_before);
    assert_eq!(reasons.len(), 1, "a script took the time right before: {reasons:?}");
}

#[test]
fn an_outage_that_is_known_is_left_out_of_the_verdict_if_that_is_allowed() {
    use SourceStatus::{Complete, Failed};
    let source = |name, status| (SourceName::new(name), certificate(status));
    let sources = [source("voiso", Failed), source("vcc", Failed), source("cognigy", Complete)];
    let until = "2026-11-30".parse().expect("a day");
    let outage = |name, holds| Outage { source: SourceName::new(name), until, holds };
    let decide = |sources: &[_], outages: &[_], allow_outage, found: &[_]| {
        let seen = Seen { outages, allow_outage, ..seen(sources) };
        decide(&policy("inactive,source-incomplete"), &rules(""), &outcome(vec![], found), &seen).expect("decided")
    };
    let both = [outage("voiso", true), outage("vcc", true)];
    assert_eq!(decide(&sources, &both, false, &[]).gate, Gate::Unverified, "nobody has allowed it");
    let remedy = decide(&sources, &both, false, &[]).reasons[0].remedy.clone().expect("a way out");
    assert!(remedy.ends_with("its outage is known until 2026-11-30, and --allow-outage counts the rest"), "{remedy}");
    let excused = decide(&sources, &both, true, &[]);
    assert_eq!((excused.gate, excused.deciding().count()), (Gate::Pass, 0));
    let texts: Vec<&str> = excused.scope().map(|reason| reason.text.as_str()).collect();
    assert_eq!(
        texts[..2],
        [
            "voiso failed, as is known until 2026-11-30: the verdict is about the other sources (--allow-outage)",
            "vcc failed, as is known until 2026-11-30: the verdict is about the other sources (--allow-outage)",
        ]
    );
    assert_eq!(decide(&sources, &both, true, &[("inactive", "low")]).gate, Gate::Fail, "the rest counts");
    let one = [outage("voiso", true)];
    let rest = decide(&sources, &one, true, &[]);
    assert_eq!((rest.gate, rest.deciding().count()), (Gate::Unverified, 1), "of the other nobody knew");
    assert_eq!(decide(&sources[..2], &both, true, &[]).gate, Gate::Unverified, "there is no rest");
    let over = decide(&sources[..1], &[outage("voiso", false)], true, &[]);
    assert_eq!(over.gate, Gate::Unverified);
    assert!(
        over.scope()
            .any(|reason| reason.text == "the known outage of voiso ended on 2026-11-30 and doesn't count any more")
    );
    let whole = [source("voiso", Complete)];
    assert_eq!(decide(&whole, &one, true, &[]).scope().count(), 1, "only the rules that are off");
}

#[test]
fn the_ways_out_are_those_of_the_rule() {
    let way_out = |rule: &str, demands: &str| {
        let seen = seen(&[]);
        let verdict =
            decide(&policy(demands), &rules(""), &outcome(vec![], &[(rule, "high")]), &seen).expect("decided");
        verdict.reasons.into_iter().next().and_then(|reason| reason.remedy).expect("a remedy")
    };
    for rule in ["orphaned", "ambiguous-match", "identity-conflict"] {
        let remedy = way_out(rule, rule);
        assert!(remedy.starts_with("fix what was found, name the owner in the crosswalk, waive it"), "{remedy}");
        assert!(remedy.ends_with("`headcount baseline write`"), "{remedy}");
    }
    for rule in ["locked", "declared-owner-left"] {
        assert!(way_out(rule, rule).starts_with("fix what was found, waive it"), "{rule}");
    }
    assert!(way_out("locked", "locked,new").ends_with("`headcount baseline write --accept-new`"));
    assert!(way_out("waiver-expired", "waiver-expired").starts_with("renew the waiver"), "no waiver covers a waiver");
}

#[test]
fn failed_demands_can_be_taken_out_and_nothing_else() {
    let verdict = |reasons: &[ReasonKind]| GateVerdict {
        gate: Gate::Pass,
        exit_code: 0,
        reasons: reasons.iter().map(|kind| Reason::new(*kind, String::new())).collect(),
        remedy: None,
    };
    let rest = |reasons: &[ReasonKind]| verdict(reasons).gate_without_failures();
    assert_eq!(rest(&[ReasonKind::Finding, ReasonKind::Policy]), Gate::Pass);
    assert_eq!(rest(&[ReasonKind::Finding, ReasonKind::Source]), Gate::Unverified);
    assert_eq!(rest(&[ReasonKind::Policy, ReasonKind::PolicyUnverified, ReasonKind::Scope]), Gate::Unverified);

    // A policy that fails, and could not be verified besides, says both.
    let policy = verdict(&[ReasonKind::Finding, ReasonKind::Finding, ReasonKind::Source, ReasonKind::Scope]);
    let whole = verdict(&[ReasonKind::Scope]).with_policies([("pci", &policy)].into_iter());
    let texts: Vec<&str> = whole.deciding().map(|reason| reason.text.as_str()).collect();
    assert_eq!(texts, ["policy pci fails: 2 limits not met", "policy pci could not be verified: 1 limit not met"]);
    assert_eq!(
        (whole.gate, whole.own_gate(), whole.gate_without_failures()),
        (Gate::Fail, Gate::Pass, Gate::Unverified)
    );
}

#[test]
fn a_report_of_an_earlier_version_is_read() {
    for kind in ["finding", "fail_on", "max"] {
        let reason: Reason = serde_json::from_value(serde_json::json!({ "kind": kind, "text": "x" })).expect(kind);
        assert_eq!(reason.kind, ReasonKind::Finding, "{kind}");
    }
}
