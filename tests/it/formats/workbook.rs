//! The workbook: what reviewers fill in, and every account.

use std::collections::BTreeSet;

use headcount::audit::{AccountRow, Inventory};
use headcount::config::ReviewScope;
use headcount::model::{Fact, Tier};
use headcount::render::{Format, RenderOptions, render};
use headcount::report::Report;

use crate::support::fixture::{self, HOSTILE};
use crate::support::reading::{self, Book, bytes};
use crate::support::tenant::Tenant;

fn book(report: &Report, options: &RenderOptions<'_>) -> Book {
    let mut out = Vec::new();
    render(Format::Xlsx, report, options, &mut out).expect("renders");
    Book::open(out)
}

/// The accounts of a source, of which everything is hostile.
fn hostile_accounts(count: u64) -> Inventory {
    let words = || Fact::Known(Some(format!("={HOSTILE}{}", "_x000D_\u{1F468}".repeat(20_000)).into()));
    let row = move |place| AccountRow {
        id: format!("+{place}{HOSTILE}").into(),
        external_id: words(),
        email: words(),
        username: Fact::Known(None),
        display_name: words(),
        status: Fact::NotExposed,
        locked: Fact::NotExposed,
        last_login_at: Fact::Known(Some("-12345-01-01T00:00:00Z".parse().expect("a time"))),
        tier: Some(Tier::Email),
        employee_id: Some(HOSTILE.into()),
        employee_name: Some(HOSTILE.into()),
        ..fixture::account(place)
    };
    fixture::inventory(HOSTILE, (0..count).map(row))
}

#[test]
fn names_are_strings_that_nothing_calculates_and_nothing_follows() {
    let inventory = hostile_accounts(3);
    let options = RenderOptions { inventory: Some(&inventory), ..RenderOptions::default() };
    let book = book(&fixture::hostile(), &options);
    assert_eq!(book.column("All accounts", "Account ID").len(), 3);
    assert!(book.formulas.iter().all(|(sheet, _)| sheet == "Summary"), "{:?}", book.formulas);
    let cells: Vec<&String> = book.sheets.values().flatten().flatten().collect();
    assert!(cells.iter().filter(|cell| cell.contains("<script>")).count() > 50, "they can still be read");
    for cell in cells {
        assert!(cell.encode_utf16().count() <= 32_767);
        assert!(cell.chars().all(|c| c == '\n' || !c.is_control()) && !cell.contains('\u{202e}'), "{cell}");
    }
    assert!(book.column("All accounts", "Name")[0].contains("_x000D_"), "not a carriage return");
}

#[test]
fn what_is_on_no_row_of_the_review_is_among_the_others() {
    let book = Book::open(bytes(Format::Xlsx, &fixture::demo()));
    let keys = book.column("Review", "Key");
    assert_eq!(keys.len(), keys.iter().collect::<BTreeSet<_>>().len());
    assert_eq!(&keys[..2], ["vcc/agent-417", "voiso-emea/88213"], "worst first, then by the number of findings");
    assert!(keys.contains(&"voiso-emea/70991"), "a member of a group has a row");
    let double = keys.iter().position(|key| *key == "voiso-emea/70155").expect("a row");
    assert_eq!(book.column("Review", "Findings")[double], "duplicate\nstale-login\nlocked");
    assert_eq!(book.column("Other findings", "About"), ["vcc/agent-23", "E-1200"], "one is waived, one has no account");
    assert_eq!(book.says("Review"), "9 accounts need a decision");
    assert_eq!(book.says("Still undecided"), "9");
}

#[test]
fn a_member_of_a_group_is_shown_with_its_use() {
    let email = Fact::Known(Some("i.brandauer@example.com".into()));
    let member =
        AccountRow { email, username: Fact::NotExposed, display_name: Fact::Known(None), ..fixture::account(70_991) };
    let inventory = fixture::inventory("voiso-emea", std::iter::once(member));
    let options = RenderOptions { inventory: Some(&inventory), ..RenderOptions::default() };
    let book = book(&fixture::demo(), &options);
    let at = book.column("Review", "Key").iter().position(|key| *key == "voiso-emea/70991").expect("a row");
    let told = ["Account", "Person", "Access", "Last login", "Roles", "Privileged"]
        .map(|heading| book.column("Review", heading)[at]);
    assert_eq!(told, ["i.brandauer@example.com", "Ilse Brandauer\nE-0377", "active, never used", "", "agent", "no"]);
}

#[test]
fn an_audit_without_findings_asks_for_nothing() {
    let book = Book::open(bytes(Format::Xlsx, &fixture::empty()));
    assert_eq!((book.sheets["Review"].len(), book.says("Still undecided")), (1, "nothing"));
}

#[test]
fn what_was_not_seen_is_said_first() {
    let book = Book::open(bytes(Format::Xlsx, &fixture::gaps()));
    let summary = &book.sheets["Summary"];
    assert!(summary[1][1].starts_with("Not everything was seen. All counts are minimums"), "{summary:?}");
    assert!(summary[3][1].contains("voximplant failed: HTTP 401"), "{summary:?}");
    assert_eq!(book.column("Sources", "Distinct")[3], "unknown");
    assert!(book.says("Accounts").starts_with("≥ "));
}

#[test]
fn what_has_no_room_is_counted() {
    let inventory = hostile_accounts(9);
    let options = RenderOptions { inventory: Some(&inventory), sheet_rows: 5, ..RenderOptions::default() };
    let book = book(&fixture::large(20), &options);
    for (sheet, all, left) in
        [("All accounts", "9 accounts", "5 of them"), ("Review", "20 accounts need", "16 of them")]
    {
        assert_eq!(book.sheets[sheet].len(), 5, "{sheet}");
        let words = book.says(sheet);
        assert!(words.starts_with(all) && words.contains(left), "{words}");
    }
}

#[test]
fn every_account_of_an_audit_is_listed_with_its_findings() {
    let tenant = Tenant::new(600, 3);
    let audited = tenant.audit(&["-q", "--format", "json,xlsx"]);
    let report = audited.report();
    let book = Book::open(std::fs::read(audited.out.join("report.xlsx")).expect("a workbook"));
    assert_eq!(reading::xlsx(&book), reading::expected(&report));
    let keys = book.column("All accounts", "Key");
    assert_eq!(keys.len() as u64, report.correlation.accounts);
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
    assert!(book.column("Review", "Key").iter().all(|key| keys.contains(key)), "every row is an account");
    assert!(book.column("All accounts", "Source").is_sorted());
    for situation in ["matched", "unmatched", "ambiguous", "conflict", "declared"] {
        let listed = book.column("All accounts", "Situation").iter().filter(|word| **word == situation).count() as u64;
        let law = &report.correlation;
        let counted = match situation {
            "matched" => law.matched,
            "unmatched" => law.unmatched,
            "ambiguous" => law.ambiguous,
            "conflict" => law.conflict,
            _ => law.declared,
        };
        assert_eq!(listed, counted, "{situation}");
    }
    let found = book.column("All accounts", "Findings").iter().filter(|words| words.contains("orphaned")).count();
    assert_eq!(
        found,
        report.findings.to_vec().expect("findings").iter().filter(|finding| finding.rule == "orphaned").count()
    );
    for fact in ["Used", "Locked"] {
        assert!(book.column("All accounts", fact).contains(&"not told"), "{fact}");
    }
}

#[test]
fn all_accounts_are_reviewed_if_that_is_asked_for() {
    let tenant = Tenant::new(600, 3);
    let text = std::fs::read_to_string(tenant.config()).expect("a configuration");
    std::fs::write(tenant.config(), text.replace("[report]\n", "[report]\nreview = { scope = \"all\" }\n"))
        .expect("written");
    let audited = tenant.audit(&["-q", "--format", "json,xlsx"]);
    let book = Book::open(std::fs::read(audited.out.join("report.xlsx")).expect("a workbook"));
    let keys = book.column("Review", "Key");
    let all: BTreeSet<_> = book.column("All accounts", "Key").into_iter().collect();
    assert_eq!((keys.len(), keys.iter().copied().collect::<BTreeSet<_>>()), (all.len(), all));
    let words = book.says("Review");
    assert!(words.starts_with(&format!("{} accounts need a decision; ", keys.len())), "{words}");
    assert_eq!(book.says("Still undecided"), keys.len().to_string());
    assert_eq!(reading::xlsx(&book), reading::expected(&audited.report()), "no finding is told twice");
    // Worst first, and those of which nothing is to be said last.
    let rank =
        |severity: &&str| ["critical", "high", "medium", "low", "info", ""].iter().position(|word| word == severity);
    let ranks: Vec<_> = book.column("Review", "Severity").iter().map(rank).collect();
    assert!(ranks.is_sorted() && ranks.last() == Some(&Some(5)), "{ranks:?}");
    let quiet = ranks.iter().position(|rank| *rank == Some(5)).expect("some");
    for (heading, wanted) in
        [("Roles", "Agent"), ("Privileged", "no"), ("Created", "2"), ("Last login", "2"), ("Person", "E-")]
    {
        let column = book.column("Review", heading);
        for (rows, part) in [(&column[..quiet], "with findings"), (&column[quiet..], "without")] {
            assert!(rows.iter().any(|cell| cell.contains(wanted)), "{heading} of accounts {part}: {rows:?}");
        }
    }
    let managers = book.column("Review", "Manager");
    let named = managers.iter().filter(|name| name.contains(' ')).count();
    assert!(named * 10 > managers.len() * 8, "{named} of {} by name", managers.len());
}

#[test]
fn a_column_of_days_holds_nothing_else_and_the_key_is_last() {
    let inventory = hostile_accounts(3);
    let options = RenderOptions { inventory: Some(&inventory), review: ReviewScope::All, ..RenderOptions::default() };
    for report in [fixture::demo(), fixture::hostile()] {
        let book = book(&report, &options);
        for (sheet, columns) in
            [("Review", ["Last login", "Created", "Decided on"].as_slice()), ("All accounts", &["Last login"])]
        {
            for column in columns {
                for cell in book.column(sheet, column) {
                    let day = cell.is_empty() || cell.chars().all(|c| c.is_ascii_digit() || "-:. ".contains(c));
                    assert!(day, "{sheet}, {column}: {cell}");
                }
            }
            assert_eq!(book.sheets[sheet][0].last().map(String::as_str), Some("Key"));
        }
    }
}
