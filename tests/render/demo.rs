//! What an audit of an ordinary quarter finds, at an organisation that doesn't exist.

use std::collections::BTreeMap;

use headcount::model::{Disposition, Severity};
use headcount::report::*;
use serde_json::{Value, json};

use crate::fixture::{empty, finding, kept, map, rule, settle, source};

pub(crate) fn rules() -> Vec<RuleSummary> {
    use Severity::{Critical, High, Info, Low, Medium};
    let none = || json!({});
    vec![
        rule("duplicate", "Several accounts for one person", Medium, &["PCI-DSS:8.2.1", "NIST-800-53:IA-4"], none()),
        RuleSummary { disabled: true, ..rule("disabled-retained", "Disabled, never removed", Low, &[], none()) },
        rule(
            "leaver-active",
            "Live account of somebody who left",
            Critical,
            &["SOC2:CC6.2", "ISO27001:A.5.18", "ISO27001:A.6.5", "PCI-DSS:8.2.5"],
            json!({"grace_days": 0}),
        ),
        rule("locked", "Locked by the vendor", Low, &["PCI-DSS:8.3.4"], none()),
        rule("orphaned", "Nobody in the roster owns it", High, &["SOC2:CC6.2", "ISO27001:A.5.18", "CIS:5.1"], none()),
        rule("privileged", "Privileged, to be certified", Info, &["SOC2:CC6.3"], json!({"roles": ["admin", "owner"]})),
        rule("roster-no-manager", "No manager in the roster", Low, &[], none()),
        RuleSummary {
            guardrails: vec![rail("PCI-DSS:8.2.6", 90, true), rail("CIS:5.3", 45, false)],
            changes: vec!["severity is medium, not low".to_owned()],
            ..rule(
                "stale-login",
                "Not used for too long",
                Medium,
                &["PCI-DSS:8.2.6", "CIS:5.3"],
                json!({"max_idle_days": 90}),
            )
        },
    ]
}

pub(crate) fn rail(control: &str, max: i64, met: bool) -> Guardrail {
    Guardrail { control: control.to_owned(), param: "max_idle_days".to_owned(), min: None, max: Some(max), met }
}

pub(crate) fn pick<'r>(rules: &'r [RuleSummary], id: &str) -> &'r RuleSummary {
    rules.iter().find(|rule| rule.id == id).expect("a rule of the fixture")
}

/// What an ordinary quarter looks like.
pub(crate) fn demo() -> Report {
    let rules = rules();
    let mut report = Report { rules: rules.clone(), ..empty() };
    report.sources = vec![
        source("cognigy", "cognigy", 212),
        source("vcc", "vonage-contact-center", 640),
        source("voiso-emea", "voiso", 980),
        source("voximplant", "voximplant", 480),
        source("voxmind", "voxmind", 100),
    ];
    report.sources[1].retries = 2;
    report.sources[1].warnings =
        vec!["The total changed from 641 to 640 while pages were read; read again.".to_owned()];
    report.sources[3].declared = None;
    report.correlation = CorrelationSummary {
        accounts: 2_412,
        matched: 2_301,
        by_tier: map([("crosswalk", 96), ("external_id", 1_203), ("email", 988), ("username", 14)]),
        unmatched: 87,
        ambiguous: 5,
        conflict: 2,
        declared: 17,
    };
    report.verdict = Verdict {
        gate: Gate::Fail,
        exit_code: 1,
        reasons: vec![
            reason("leaver-active", 2, "2 findings of leaver-active; none are allowed"),
            reason("orphaned", 2, "2 findings of orphaned; none are allowed"),
        ],
        remedy: Some("No single change is enough; 2 limits have to be met".to_owned()),
    };
    report.roster.rows = 1_948;
    report.roster.employees = 1_946;
    report.roster.rejected = 2;
    report.roster.columns = map([
        ("employee_id", vec!["Worker ID".to_owned()]),
        ("email", vec!["Work Email".to_owned(), "Former Email".to_owned()]),
        ("status", vec!["Status".to_owned()]),
        ("end_date", vec!["Last Day".to_owned()]),
    ]);
    report.roster.issues = vec![
        RosterIssue { line: None, kind: "ambiguous_column".to_owned(), text: "Two columns are called Date".to_owned() },
        RosterIssue { line: Some(1_204), kind: "rejected".to_owned(), text: "The row has no employee id".to_owned() },
    ];
    report.findings = kept(findings(&rules));
    report.exceptions = exceptions();
    settle(report, &[("stale-login", "voximplant", "last_login_at"), ("locked", "cognigy", "locked")])
}

pub(crate) fn reason(rule: &str, count: u64, text: &str) -> Reason {
    Reason { rule: Some(rule.to_owned()), count: Some(count), limit: Some(0), ..a_reason(text) }
}

/// About nothing in particular.
pub(crate) fn a_reason(text: &str) -> Reason {
    Reason {
        kind: ReasonKind::Finding,
        rule: None,
        severity: None,
        rules: vec![],
        source: None,
        count: None,
        limit: None,
        text: text.to_owned(),
        remedy: None,
    }
}

fn findings(rules: &[RuleSummary]) -> Vec<Finding> {
    let mut findings = Vec::from(leaver(rules));
    findings.extend(orphans(rules));
    findings.extend(stale(rules));
    findings.push(duplicate(pick(rules, "duplicate")));
    findings.push(no_manager(pick(rules, "roster-no-manager")));
    findings
}

fn leaver(rules: &[RuleSummary]) -> [Finding; 3] {
    let facts = json!({
        "account.status": "active", "account.roles": ["agent", "supervisor"], "account.licensed": true,
        "account.last_login_at": "2026-11-17T09:12:00Z", "employee.end_date": "2026-10-31",
        "employee.name": "Maren Oduya", "employee.manager": "Tomas Lindqvist",
    });
    let left = "Maren Oduya left on 2026-10-31, and the account is still active.";
    [
        ("leaver-active", "voiso-emea", "88213", "Maren Oduya", left),
        ("leaver-active", "vcc", "agent-417", "M. Oduya", left),
        ("privileged", "vcc", "agent-417", "M. Oduya", "Holds the role supervisor."),
    ]
    .map(|(rule, source, id, name, message)| {
        owned("E-1042", finding(pick(rules, rule), source, id, name, message, facts.clone()))
    })
}

fn orphans(rules: &[RuleSummary]) -> [Finding; 2] {
    let message = "Active, and no key names anybody in the roster.";
    let never = json!({"account.status": "active", "account.last_login_at": null});
    [("cognigy", "64f1c0", "Qa Runner", never), ("voxmind", "7", "Pelle Varga", json!({"account.status": "active"}))]
        .map(|(source, id, name, facts)| {
            let mut finding = finding(pick(rules, "orphaned"), source, id, name, message, facts);
            let tried = |tier: &str, raw: Option<&str>, normalised: Option<&str>| {
                json!({"tier": tier, "field": tier, "raw": raw, "normalised": normalised, "steps": [], "hits": []})
            };
            let address = format!("{}@Example.com", name.replace(' ', "."));
            let attempts = json!([
                tried("external_id", None, None),
                tried("email", Some(&address), Some(&address.to_lowercase())),
            ]);
            finding.matched = map([("situation", json!("unmatched")), ("attempts", attempts), ("near_misses", near(id))]);
            finding
        })
}

/// Whom the second orphan probably belongs to.
fn near(id: &str) -> Value {
    if id != "7" {
        return json!([]);
    }
    let piece = |text: &str, differs: bool| json!({"text": text, "differs": differs});
    let evidence = json!({
        "account_field": "display_name", "employee_field": "name", "similarity": 0.96,
        "account": [piece("Pelle Varga", false)], "employee": [piece("Pelle Varg", false), piece("h", true), piece("a", false)],
    });
    let accept = json!({"in": "crosswalk", "line": "display_name,Pelle Varga,E-0815"});
    json!([{"employee_id": "E-0815", "name": "Pelle Vargha", "score": 0.96, "equals": 0, "evidence": [evidence], "accept": [accept]}])
}

/// Somebody with two findings, and four with one, of which the last is waived.
fn stale(rules: &[RuleSummary]) -> Vec<Finding> {
    let facts = json!({
        "account.status": "active", "account.roles": ["agent"], "account.last_login_at": "2026-05-02T16:40:00Z",
        "employee.name": "Ilse Brandauer", "employee.manager": "Tomas Lindqvist",
    });
    let two = [("stale-login", "Last login was 201 days ago; 90 are allowed."), ("locked", "Locked by the vendor.")];
    let mut findings = Vec::from(two.map(|(rule, message)| {
        let finding = finding(pick(rules, rule), "voiso-emea", "70155", "Ilse Brandauer", message, facts.clone());
        owned("E-0377", finding)
    }));
    for (at, name) in ["Noor Castellan", "Jun Abernathy", "Sofia Wren", "Dmitri Halloran"].into_iter().enumerate() {
        let last = "2026-07-11T10:00:00Z";
        let facts = json!({"account.status": "active", "account.last_login_at": last, "employee.name": name});
        let message = "Last login was 131 days ago; 90 are allowed.";
        let finding = finding(pick(rules, "stale-login"), "vcc", &format!("agent-{}", 20 + at), name, message, facts);
        findings.push(owned(&format!("E-{}", 2_000 + at), finding));
    }
    if let Some(last) = findings.last_mut() {
        last.disposition = Disposition::Waived;
    }
    findings
}

fn no_manager(rule: &RuleSummary) -> Finding {
    let mut finding = finding(rule, "", "E-1200", "Anselm Rook", "The manager E-0001 has left.", json!({}));
    finding.subject = Subject {
        kind: "employee".to_owned(),
        source: None,
        account_id: None,
        employee_id: Some("E-1200".to_owned()),
        members: None,
    };
    finding.matched = BTreeMap::new();
    finding
}

pub(crate) fn owned(employee: &str, mut finding: Finding) -> Finding {
    finding.subject.employee_id = Some(employee.to_owned());
    finding
}

fn duplicate(rule: &RuleSummary) -> Finding {
    let mut finding =
        finding(rule, "voiso-emea", "E-0377", "Ilse Brandauer", "Two live accounts.", json!({"count": 2}));
    finding.subject = Subject {
        kind: "group".to_owned(),
        source: Some("voiso-emea".to_owned()),
        account_id: None,
        employee_id: Some("E-0377".to_owned()),
        members: Some(vec!["70155".to_owned(), "70991".to_owned()]),
    };
    finding
}

fn exceptions() -> Vec<Exception> {
    let exception = |kind: &str, id: &str, state: &str, details: Value| Exception {
        kind: kind.to_owned(),
        id: id.to_owned(),
        state: state.to_owned(),
        details: serde_json::from_value(details).expect("an object"),
    };
    vec![
        exception(
            "declared",
            "voxmind/svc-dialler",
            "used",
            json!({"owner": "E-0012", "purpose": "outbound dialler", "review": "2027-02-01"}),
        ),
        exception(
            "waiver",
            "W-31",
            "used",
            json!({"rule": "stale-login", "owner": "E-0012", "approver": "E-0003", "reason": "parental leave", "ticket": "SEC-204", "expires": "2027-01-15"}),
        ),
        exception(
            "waiver",
            "W-12",
            "expired",
            json!({"rule": "orphaned", "owner": "E-0012", "approver": "E-0003", "reason": "migration", "ticket": "SEC-118", "expires": "2026-09-30"}),
        ),
        exception(
            "baseline",
            "7b1f09c2ad3e4455bb66cc77dd88ee99",
            "used",
            json!({"rule": "duplicate", "first_seen": "2026-08-01", "age_days": 111, "resolved": false}),
        ),
        exception(
            "baseline",
            "9c2ad3e4455bb66cc77dd88ee997b1f0",
            "unused",
            json!({"rule": "orphaned", "source": "vcc", "first_seen": "2026-08-01", "age_days": 111, "resolved": true}),
        ),
    ]
}
