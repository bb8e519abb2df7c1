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
        remediation: format!("ask about {rule}"),
        controls: Vec::new(),
        facts: [("account.last_login_at".to_owned(), json!("2026-05-02T16:40:00Z"))].into(),
        matched: std::collections::BTreeMap::new(),
        history: None,
    }
}

fn kept(findings: &[Finding]) -> Findings {
    Findings::new(findings.iter().cloned().map(Ok)).expect("kept")
}

/// What a report would have of these, read back.
fn read(store: &Findings) -> Findings {
    let text = |lines: Lines<'_>| serde_json::to_string(&lines).expect("JSON");
    let advice = |rule: &str| store.advice(rule);
    Findings::read(&text(Lines::Accounts(store)), &text(Lines::Findings(store)), advice).expect("lists")
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
        assert_eq!(store.to_vec().expect("readable"), findings);
        assert_eq!(read(&store).to_vec().expect("readable"), findings, "and so is what its lines are read as");
        let mut lines = Vec::new();
        Lines::Findings(&store).write(&mut lines, b",").expect("written");
        let list = serde_json::to_string(&Lines::Findings(&store)).expect("JSON");
        assert_eq!(format!("[{}]", String::from_utf8(lines).expect("UTF-8")), list, "and so is the list");
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
    full.facts.insert("account.status".to_owned(), json!("active"));
    full.facts.insert("account.live".to_owned(), json!(true));
    full.facts.insert("employee.name".to_owned(), json!(null));
    full.matched.insert("near_misses".to_owned(), json!([{"score": 0.9}]));
    let mut group = finding(2, Some("voiso"), "");
    group.subject =
        Subject { kind: "group".to_owned(), account_id: None, members: full.subject.members.take(), ..group.subject };
    group.display_name = Some("Ann".to_owned());
    for finding in [bare, full, group] {
        let store = kept(std::slice::from_ref(&finding));
        assert_eq!(read(&store).to_vec().expect("readable"), [finding]);
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
                    batch.push_whole(finding, &finding.fingerprint).expect("pushed");
                }
                writer.append(batch).expect("kept");
            }
            let store = writer.sorted().expect("sorted");
            prop_assert_eq!(fingerprints(&store), expected.iter().map(|f| f.fingerprint.clone()).collect::<Vec<_>>());
        }
    }
}

#[test]
fn an_account_is_told_once_and_a_finding_tells_the_rest() {
    let mut one = finding(0, Some("voiso"), "7");
    one.email = Some("ann@example.com".to_owned());
    one.facts.insert("account.idle_days".to_owned(), json!(120));
    one.matched = [("situation".to_owned(), json!("unmatched"))].into();
    let mut other = one.clone();
    (other.rule, other.fingerprint) = ("orphaned".to_owned(), "f".to_owned());
    other.facts.remove("account.idle_days");
    let store = kept(&[one, other, finding(0, Some("crm"), "7")]);
    let text = |lines: Lines<'_>| serde_json::to_string(&lines).expect("JSON");
    let accounts = text(Lines::Accounts(&store));
    assert_eq!(
        accounts,
        "[{\"source\":\"voiso\",\"account_id\":\"7\",\"email\":\"ann@example.com\",\
         \"facts\":{\"account.last_login_at\":\"2026-05-02T16:40:00Z\"},\"match\":{\"situation\":\"unmatched\"}},\
         {\"source\":\"crm\",\"account_id\":\"7\",\
         \"facts\":{\"account.last_login_at\":\"2026-05-02T16:40:00Z\"},\"match\":{}}]"
    );
    let findings = text(Lines::Findings(&store));
    assert!(findings.contains("\"message\":\"so it is\",\"reasons\":{\"account.idle_days\":120}}"), "{findings}");
    assert!(!findings.contains("ann@example.com") && !findings.contains("remediation"), "{findings}");
}

#[test]
fn what_is_no_list_of_findings_is_refused() {
    let refused = |accounts: &str, findings: &str| {
        let read = Findings::read(accounts, findings, |_| Advice::default());
        read.map(|_| ()).expect_err("refused").to_string()
    };
    let line = "[{\"fingerprint\":\"f\",\"rule\":\"r\",\"severity\":\"high\",\"disposition\":\"open\",\
                \"subject\":{\"kind\":\"roster\"},\"message\":\"m\",\"reasons\":7}]";
    assert!(refused("[]", line).contains("an object is expected here"));
    assert!(refused("[]", "[{}]").contains("missing field"));
    assert!(refused("[{\"source\":\"crm\",\"acount_id\":\"7\"}]", "[]").contains("unknown field `acount_id`"));
    assert!(refused("{}", "[]").contains("expected a list"));
}
