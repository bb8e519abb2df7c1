//! What came, went and changed in accounts and people, from the lists of two audits.

use crate::support::desk::Desk;

#[test]
fn accounts_come_go_and_change() {
    let desk = Desk::new();
    desk.export(&[
        ["kept", "ilse@example.com", "active", "2024-01-01", "2026-09-30"],
        ["off", "tomasz@example.com", "active", "2024-01-01", "2026-09-30"],
        ["gone", "gone@elsewhere.example", "active", "2024-01-01", "2026-09-30"],
        ["anew", "anew@elsewhere.example", "active", "2024-01-01", "2026-09-30"],
        ["old-id", "same@elsewhere.example", "active", "2024-01-01", "2026-09-30"],
        ["owned", "amparo@example.com", "active", "2024-01-01", "2026-09-30"],
    ]);
    desk.audit("2026-10-01", &[]);
    desk.export(&[
        ["kept", "ilse@example.com", "active", "2024-01-01", "2026-10-05"],
        ["off", "tomasz@example.com", "disabled", "2024-01-01", "2026-09-30"],
        ["added", "added@elsewhere.example", "active", "2026-10-02", "2026-10-05"],
        ["anew", "anew@elsewhere.example", "active", "2026-10-03", "2026-10-05"],
        ["new-id", "Same@elsewhere.example", "active", "2026-10-03", "2026-10-05"],
        ["owned", "ilse@example.com", "active", "2024-01-01", "2026-10-05"],
    ]);
    desk.write("hr.csv", &desk.read("hr.csv").replace("Active,Sales\nQ-2", "Active,Support\nQ-2"));
    let second = desk.since("2026-10-08", "2026-10-01");
    let changes = second.changes();
    let accounts = changes.accounts.as_ref().expect("lists");
    let crm = &accounts[0];
    assert_eq!((&crm.added[..], &crm.removed[..]), (&["added".to_owned()][..], &["gone".to_owned()][..]));
    assert_eq!((&crm.status[..], &crm.owner[..]), (&["off".to_owned()][..], &["owned".to_owned()][..]));
    assert_eq!(crm.recreated, ["anew", "new-id"]);
    let people = changes.people.expect("people");
    assert_eq!(people.moved.keys().collect::<Vec<_>>(), ["Q-1"]);
    assert_eq!(people.moved["Q-1"], ["crm/kept", "crm/owned"], "their live accounts");
    assert!(people.joined.is_empty() && people.unlisted.is_empty(), "{people:?}");
}

#[test]
fn whoever_is_listed_no_more_and_whoever_has_left_is_told() {
    let desk = Desk::new();
    let rows = [
        ["i", "ilse@example.com", "active", "2024-01-01", "2026-09-30"],
        ["t", "tomasz@example.com", "active", "2024-01-01", "2026-09-30"],
    ];
    desk.export(&rows);
    desk.audit("2026-10-01", &[]);
    let roster = desk.read("hr.csv").replace("ilse@example.com,Active", "ilse@example.com,Terminated");
    let without: Vec<&str> = roster.split_inclusive('\n').filter(|line| !line.starts_with("Q-2")).collect();
    desk.write("hr.csv", &without.concat());
    let people = desk.since("2026-10-08", "2026-10-01").changes().people.expect("people");
    assert_eq!(people.left["Q-1"], ["crm/i"]);
    assert_eq!(people.unlisted.keys().collect::<Vec<_>>(), ["Q-2"]);
}

#[test]
fn a_list_of_another_audit_and_a_broken_source_tell_nothing() {
    let desk = Desk::new();
    desk.strangers(&["a", "b"]);
    desk.audit("2026-10-01", &[]);
    let list = desk.read("2026-10-01/accounts.ndjson");
    desk.write("2026-10-01/accounts.ndjson", list.lines().next().expect("a line"));
    assert!(
        desk.since("2026-10-08", "2026-10-01").changes().accounts.is_none(),
        "it has fewer accounts than the report"
    );
    desk.write("2026-10-01/accounts.ndjson", &list.replacen('{', "[", 1));
    let damaged = desk.since("2026-10-08", "2026-10-01").changes();
    assert!(damaged.accounts.is_none() && damaged.findings.persisting > 0, "the findings are compared all the same");
    assert_eq!(damaged.not_comparable.last().expect("a reason").why, "list-unreadable");
    desk.write("2026-10-01/accounts.ndjson", &list);
    let report = desk.read("2026-10-01/report.json");
    desk.write("2026-10-01/report.json", &report.replace("\"lists_accounts\": true", "\"lists_accounts\": false"));
    assert!(desk.since("2026-10-08", "2026-10-01").changes().accounts.is_none(), "its run wrote no list");
    desk.write("2026-10-01/report.json", &report);
    desk.write("crm.csv", &desk.read("crm.csv").replace("a,a@elsewhere", ",nobody@elsewhere"));
    let broken = desk.since("2026-10-08", "2026-10-01").changes().accounts.expect("lists");
    assert!(broken[0].removed.is_empty() && broken[0].why_not.is_some(), "{broken:?}");
}
