//! What is put into the store comes out of it, in order, wherever it is kept.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::{Disposition, Severity};

const RULES: [(&str, Severity); 3] =
    [("stale-login", Severity::Medium), ("orphaned", Severity::High), ("locked", Severity::Medium)];

fn finding(rule: usize, source: Option<&str>, id: &str) -> Finding {
    let (rule, severity) = RULES[rule];
    Finding {
        fingerprint: format!("{rule}/{}/{id}", source.unwrap_or_default()),
        rule: rule.to_owned(),
        severity,
        disposition: Disposition::Open,
        subject: Subject {
            kind: if source.is_some() { "account" } else { "roster" }.to_owned(),
            source: source.map(str::to_owned),
            account_id: source.map(|_| id.to_owned()),
            employee_id: None,
            members: None,
        },
        count: None,
        display_name: None,
        email: None,
        username: None,
        message: "so it is".to_owned(),
        remediation: format!("ask {}", id.len()),
        controls: Vec::new(),
        facts: [("account.last_login_at".to_owned(), json!("2026-05-02T16:40:00Z"))].into(),
        matched: std::collections::BTreeMap::new(),
    }
}

fn kept(findings: &[Finding]) -> Findings {
    Findings::new(findings.iter().cloned().map(Ok)).expect("kept")
}

fn fingerprints(findings: &Findings) -> Vec<String> {
    findings.iter().map(|finding| finding.expect("readable").fingerprint).collect()
}

#[test]
fn what_is_kept_on_disk_is_what_is_kept_in_memory() {
    let few: Vec<Finding> = (0..10).map(|n| finding(n % 3, Some("voiso"), &n.to_string())).collect();
    let many: Vec<Finding> = (0..9_000).map(|n| finding(n / 7 % 3, Some("voiso"), &n.to_string())).collect();
    for findings in [few, many] {
        let store = kept(&findings);
        let text = |findings: &[Finding]| serde_json::to_string(findings).expect("JSON");
        assert_eq!(text(&store.to_vec().expect("readable")), text(&findings));
        assert_eq!(serde_json::to_string(&store).expect("JSON"), text(&findings), "and so is its JSON");
        let mut lines = Vec::new();
        store.write_lines(&mut lines, b",").expect("written");
        assert_eq!(format!("[{}]", String::from_utf8(lines).expect("UTF-8")), text(&findings), "and so are its lines");
        let again: Findings = serde_json::from_str(&text(&findings)).expect("a list");
        assert_eq!(fingerprints(&again), fingerprints(&store));
    }
    assert_eq!(kept(&[]).len(), 0);
}

#[test]
fn a_head_tells_what_the_finding_tells() {
    let mut never = finding(1, Some("crm"), "7");
    never.facts.insert("account.last_login_at".to_owned(), json!(null));
    never.disposition = Disposition::Waived;
    let store = kept(&[finding(0, Some("voiso"), "7"), never, finding(0, None, "x")]);
    let heads: Vec<FindingRef<'_>> = store.heads().collect();
    assert_eq!(heads.iter().map(FindingRef::rule).collect::<Vec<_>>(), ["stale-login", "orphaned", "stale-login"]);
    assert_eq!(heads.iter().map(FindingRef::source).collect::<Vec<_>>(), [Some("voiso"), Some("crm"), None]);
    assert_eq!(heads.iter().map(FindingRef::is_open).collect::<Vec<_>>(), [true, false, true]);
    assert!(heads[0].last_login().expect("told").is_some() && heads[1].last_login() == Some(None));
    assert_ne!(heads[0].subject(), heads[1].subject(), "the same id at another source is another account");
    assert_eq!(fingerprints(&store.pick([2, 0])), ["stale-login//x", "stale-login/voiso/7"]);
}

#[test]
fn an_account_is_counted_once_alone_or_in_a_group() {
    let mut group = finding(2, Some("voiso"), "");
    group.subject.kind = "group".to_owned();
    group.subject.account_id = None;
    group.subject.members = Some(vec!["1".to_owned(), "2".to_owned()]);
    let store = kept(&[finding(0, Some("voiso"), "1"), finding(1, Some("voiso"), "1"), group]);
    assert_eq!(store.accounts(|_| true), 2);
    assert_eq!(store.accounts(|head| head.is_about_account() && head.rule() == "orphaned"), 1);
    assert_eq!(store.accounts(|_| false), 0);
}

#[test]
fn a_line_is_written_as_a_finding_is_read() {
    let bare = finding(0, None, "x");
    let mut full = finding(1, Some("voiso"), "7");
    full.count = Some(3);
    full.subject.employee_id = Some("E-1".to_owned());
    full.subject.members = Some(vec!["7".to_owned(), "8".to_owned()]);
    full.display_name = Some("Ann \"A\" Öz".to_owned());
    full.email = Some("ann@example.com".to_owned());
    full.username = Some("ann".to_owned());
    full.remediation = "Ask\nher.".to_owned();
    full.controls = vec!["SOC2:CC6.2".to_owned()];
    full.matched = [("attempts".to_owned(), json!([{"raw": null}]))].into();
    for finding in [bare, full] {
        let details = Details::of_public(&finding).expect("JSON");
        let line = serde_json::to_string(&FindingRecord::of_public(&finding, &details)).expect("JSON");
        assert_eq!(line, serde_json::to_string(&finding).expect("JSON"));
    }
}

proptest! {
    /// However the findings come in batches, they are sorted by severity, rule, source and key.
    #[test]
    fn the_order_does_not_depend_on_how_they_came(
        rows in proptest::collection::vec((0_usize..3, proptest::option::of("[ab]"), "[a-e]{1,2}"), 0..40),
        size in 1_usize..9,
    ) {
        let rows: BTreeSet<_> = rows.into_iter().collect();
        let findings: Vec<Finding> = rows.iter().map(|(rule, source, id)| finding(*rule, source.as_deref(), id)).collect();
        let mut expected = findings.clone();
        let key = |f: &Finding| (f.severity, f.rule.clone(), f.subject.source.clone(), f.fingerprint.clone());
        expected.sort_by_key(key);
        for order in [findings.clone(), findings.into_iter().rev().collect()] {
            let mut writer = FindingsWriter::new();
            for some in order.chunks(size) {
                let mut batch = Batch::default();
                for finding in some {
                    let details = Details::of_public(finding).expect("JSON");
                    let line = FindingRecord::of_public(finding, &details);
                    batch.push(&line, &finding.fingerprint).expect("pushed");
                }
                writer.append(batch).expect("kept");
            }
            let store = writer.sorted().expect("sorted");
            prop_assert_eq!(fingerprints(&store), expected.iter().map(|f| f.fingerprint.clone()).collect::<Vec<_>>());
        }
    }
}
