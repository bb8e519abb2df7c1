//! Reports to render, about people who don't exist: a rich one, an empty one, one with gaps, a hostile one and a
//! very large one.

use std::collections::BTreeMap;

use headcount::model::{Disposition, RuleId, Severity, SourceName, Subject as ModelSubject, Timestamp};
use headcount::report::*;
use serde_json::{Value, json};

pub(crate) use crate::demo::{a_reason, demo};
use crate::demo::{owned, pick, reason, rules};

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

pub(crate) fn map<V>(pairs: impl IntoIterator<Item = (&'static str, V)>) -> BTreeMap<String, V> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// An audit that found nothing, because there is nothing.
pub(crate) fn empty() -> Report {
    Report {
        schema_version: SCHEMA_VERSION,
        run: Run {
            id: "run-1".to_owned(),
            started_at: at("2026-11-20T08:00:00Z"),
            finished_at: at("2026-11-20T08:00:04Z"),
            as_of: at("2026-11-20T08:00:00Z"),
            tool_version: "0.1.0".to_owned(),
            config_sha256: "c0".repeat(32),
            rules_sha256: "a7".repeat(32),
            title: "Access review 2026-Q4".to_owned(),
            organisation: "Example Ltd".to_owned(),
            left_out: vec![],
        },
        verdict: Verdict { gate: Gate::Pass, exit_code: 0, reasons: vec![], remedy: None },
        roster: RosterSummary {
            file: "hr.csv".to_owned(),
            sha256: "5e".repeat(32),
            rows: 0,
            employees: 0,
            further: 0,
            rejected: 0,
            encoding: "UTF-8".to_owned(),
            delimiter: ",".to_owned(),
            columns: BTreeMap::new(),
            keys: BTreeMap::new(),
            issues: vec![],
            unknown: UnknownWords::default(),
            only_active: vec![],
        },
        sources: vec![],
        correlation: CorrelationSummary::default(),
        rules: vec![],
        evaluability: vec![],
        findings: Findings::default(),
        exceptions: vec![],
        policies: vec![],
        managers: BTreeMap::new(),
    }
}

pub(crate) fn source(name: &str, vendor: &str, accounts: u64) -> SourceSummary {
    SourceSummary {
        name: name.to_owned(),
        vendor: vendor.to_owned(),
        status: SourceStatus::Complete,
        declared: Some(accounts),
        fetched: accounts,
        distinct: accounts,
        pages: accounts.div_ceil(100),
        requests: accounts.div_ceil(100) + 1,
        retries: 0,
        keys: BTreeMap::new(),
        started_at: at("2026-11-20T08:00:00Z"),
        finished_at: at("2026-11-20T08:00:02.340Z"),
        sha256: "9b".repeat(32),
        warnings: vec![],
        error: None,
    }
}

pub(crate) fn rule(id: &str, title: &str, severity: Severity, controls: &[&str], params: Value) -> RuleSummary {
    RuleSummary {
        id: id.to_owned(),
        title: title.to_owned(),
        why: format!("{title}: nobody would notice its misuse."),
        severity,
        controls: controls.iter().map(|&control| control.to_owned()).collect(),
        params: serde_json::from_value(params).expect("an object"),
        subjects: 2_412,
        violations: 0,
        not_evaluable: 0,
        disabled: false,
        guardrails: Vec::new(),
        changes: Vec::new(),
    }
}

/// A finding about an account; its severity and controls are those of `rule`.
pub(crate) fn finding(
    rule: &RuleSummary,
    source: &str,
    account: &str,
    name: &str,
    message: &str,
    facts: Value,
) -> Finding {
    let subject = ModelSubject::Account { source: SourceName::new(source), account_id: account.to_owned() };
    let fingerprint = headcount::model::Fingerprint::of(&RuleId::new(&rule.id), &subject);
    Finding {
        fingerprint: fingerprint.as_str().to_owned(),
        rule: rule.id.clone(),
        severity: rule.severity,
        disposition: Disposition::Open,
        subject: Subject {
            kind: "account".to_owned(),
            source: Some(source.to_owned()),
            account_id: Some(account.to_owned()),
            employee_id: None,
            members: None,
        },
        count: None,
        display_name: Some(name.to_owned()),
        email: Some(format!("{}@example.com", name.to_lowercase().replace(' ', "."))),
        username: None,
        message: message.to_owned(),
        remediation: "Disable the account at the vendor, then repeat the audit.".to_owned(),
        controls: rule.controls.clone(),
        facts: serde_json::from_value(facts).expect("an object"),
        matched: map([("situation", json!("matched")), ("tier", json!("email"))]),
    }
}

/// Changes the findings of a report.
pub(crate) fn edit(report: &mut Report, change: impl FnOnce(&mut Vec<Finding>)) {
    let mut findings = report.findings.to_vec().expect("findings");
    change(&mut findings);
    report.findings = kept(findings);
}

/// As a report holds them.
pub(crate) fn kept(findings: impl IntoIterator<Item = Finding>) -> Findings {
    Findings::new(findings.into_iter().map(Ok)).expect("kept")
}

/// Counts findings into rules and matrix, sorts, and gives every rule an answer at every source.
pub(crate) fn settle(mut report: Report, blind: &[(&str, &str, &str)]) -> Report {
    let key = |f: &Finding| (f.severity, f.rule.clone(), f.subject.source.clone(), f.subject.account_id.clone());
    edit(&mut report, |findings| findings.sort_by_key(key));
    let findings = report.findings.to_vec().expect("findings");
    for rule in &mut report.rules {
        let of = |f: &&Finding| f.rule == rule.id;
        rule.violations = findings.iter().filter(of).count() as u64;
        for source in report.sources.iter().filter(|_| !rule.disabled && !rule.id.starts_with("roster")) {
            let missing = blind.iter().find(|(id, at, _)| *id == rule.id && *at == source.name);
            let here = |f: &&Finding| f.subject.source.as_deref() == Some(&source.name);
            rule.not_evaluable += missing.map_or(0, |_| source.distinct);
            report.evaluability.push(Evaluability {
                rule: rule.id.clone(),
                source: source.name.clone(),
                evaluated: if missing.is_some() { 0 } else { source.distinct },
                violations: findings.iter().filter(of).filter(here).count() as u64,
                not_evaluable: missing.map_or(0, |_| source.distinct),
                because_of_roster: 0,
                missing: missing.map(|(_, _, fact)| vec![(*fact).to_owned()]).unwrap_or_default(),
            });
        }
    }
    report
}

/// The demo, with one source that stopped half-way and one that said nothing.
pub(crate) fn gaps() -> Report {
    let mut report = demo();
    report.verdict = Verdict {
        gate: Gate::Unverified,
        exit_code: 3,
        reasons: ["vcc is incomplete", "voximplant failed"]
            .map(|text| Reason {
                kind: ReasonKind::Source,
                source: text.split(' ').next().map(str::to_owned),
                ..a_reason(text)
            })
            .into(),
        remedy: None,
    };
    report.sources[1] = SourceSummary {
        status: SourceStatus::Incomplete,
        declared: Some(1_900),
        error: Some("page 8 of 19: HTTP 503 after 5 attempts".to_owned()),
        ..report.sources[1].clone()
    };
    report.sources[3] = SourceSummary {
        status: SourceStatus::Failed,
        error: Some("HTTP 401: the key was refused; make a new one and set VOXIMPLANT_KEY".to_owned()),
        ..source("voximplant", "voximplant", 0)
    };
    report.sources[3].declared = None;
    report.correlation.accounts -= 480;
    report.correlation.matched -= 480;
    report.correlation.by_tier.insert("email".to_owned(), 508);
    for entry in report.evaluability.iter_mut().filter(|entry| entry.source == "voximplant") {
        (entry.evaluated, entry.violations, entry.not_evaluable) = (0, 0, 0);
    }
    report
}

/// What an attacker would like to be shown as.
pub(crate) const HOSTILE: &str = "<script>alert(1)</script>|`x`|[a](javascript:alert(1)) \"'> @everyone #1 ![i](https://evil.example/p.png) \u{202e}drowssap\u{202c}\u{1b}[31m\u{7}\r\n# Heading\n=HYPERLINK(\"https://evil.example\") </style></title><!-- ${{7*7}} {{this}} \u{feff}";

/// The gaps, with every text replaced by something hostile, and some of them very long.
pub(crate) fn hostile() -> Report {
    let long = format!("{HOSTILE}{}", "W".repeat(700));
    let mut value = serde_json::to_value(gaps()).expect("JSON");
    poison(&mut value, &long);
    serde_json::from_value(value).expect("a report")
}

/// Replaces every string that isn't an enum, a time, or what ties the parts of a report together.
fn poison(value: &mut Value, with: &str) {
    const KEPT: [&str; 9] = ["gate", "kind", "status", "severity", "disposition", "state", "rule", "id", "fingerprint"];
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if !KEPT.contains(&name.as_str()) && !name.ends_with("_at") && name != "as_of" {
                    poison(field, with);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| poison(item, with)),
        Value::String(text) => *text = format!("={text}{with}"),
        _ => {}
    }
}

/// More than any page can hold.
pub(crate) fn large(findings: usize) -> Report {
    large_with(findings, |_, finding| finding)
}

/// The same with other findings in the place of some.
pub(crate) fn large_with(findings: usize, change: impl Fn(usize, Finding) -> Finding) -> Report {
    let rules = rules();
    let facts = json!({
        "account.status": "active", "account.last_login_at": "2026-05-02T16:40:00Z",
        "employee.name": "Ilse Brandauer", "max_idle_days": 90,
    });
    let accounts = findings as u64;
    let mut report = Report { rules: rules.clone(), sources: vec![source("voiso-emea", "voiso", accounts)], ..empty() };
    report.correlation = CorrelationSummary { accounts, matched: accounts, ..CorrelationSummary::default() };
    report.verdict = Verdict {
        gate: Gate::Fail,
        exit_code: 1,
        reasons: vec![reason("stale-login", accounts, "too many")],
        remedy: None,
    };
    report.findings = kept((0..findings).map(|n| {
        let message = "Last login was 201 days ago; 90 are allowed.";
        let finding = finding(
            pick(&rules, "stale-login"),
            "voiso-emea",
            &n.to_string(),
            &format!("Agent {n}"),
            message,
            facts.clone(),
        );
        change(n, owned(&format!("E-{n}"), finding))
    }));
    report.rules.retain(|rule| rule.id == "stale-login");
    report
}
