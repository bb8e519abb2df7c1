//! The demo finds what was seeded, and `audit` finds what the demo finds.

use std::collections::BTreeMap;

use headcount::report::{Gate, SourceStatus};
use headcount::simulate::{Account, ExpectedSource, Outcome, Vendor};

use crate::support::process::{NOW, headcount};
use crate::support::reading::Book;
use crate::support::source::expected;
use crate::support::tenant::{Tenant, counts, read_report, seeded, timeless};

#[test]
fn the_demo_finds_every_seeded_defect_and_nothing_else() {
    let out = tempfile::tempdir().expect("folder");
    let output = headcount().args(["demo", "--as-of", NOW, "--out"]).arg(out.path()).output().expect("ran");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "there are orphans: {stderr}");
    let tenant = Tenant::new(2_400, 1);
    let report = read_report(out.path());
    assert_eq!(counts(&report), seeded(&tenant.world));
    assert!(report.correlation.accounts >= 2_000, "{}", report.correlation.accounts);
    assert_eq!(report.sources.len(), Vendor::ALL.len() + 1);
    for source in &report.sources {
        assert_eq!(source.status, SourceStatus::Complete, "{}: {:?}", source.name, source.error);
        assert!(source.pages >= 2 || source.vendor == "file", "{} has {} pages", source.name, source.pages);
    }
    assert_eq!(report.verdict.gate, Gate::Fail);
    for name in ["report.html", "report.md"] {
        let text = std::fs::read_to_string(out.path().join(name)).expect("a report");
        assert!(text.len() > 10_000 && text.contains("people who have left"), "{name}");
    }
    assert!(stderr.contains("report.html") && stderr.contains("Gate: failed"), "{stderr}");
}

/// What the audit says of each account: its source, situation, tier and owner.
type Owned = (String, String, String, String);

/// The accounts of an audit by its workbook, but those at the doors, which are no vendor's.
fn audited_accounts(tenant: &Tenant) -> (Vec<Owned>, BTreeMap<String, ExpectedSource>) {
    let audited = tenant.audit(&["-q", "--format", "xlsx"]);
    let book = Book::open(std::fs::read(audited.out.join("report.xlsx")).expect("a workbook"));
    let (mut accounts, mut sources) = (Vec::new(), BTreeMap::<String, ExpectedSource>::new());
    let column = |heading: &str| book.column("All accounts", heading);
    let columns = [column("Source"), column("Situation"), column("Matched by"), column("Employee ID")];
    for at in 0..columns[0].len() {
        let [source, situation, tier, owner] = columns.each_ref().map(|column| column[at].to_owned());
        let counts = sources.entry(source.clone()).or_default();
        counts.source.clone_from(&source);
        counts.accounts += 1;
        match situation.as_str() {
            "matched" => {
                counts.matched += 1;
                *counts.by_tier.entry(tier.clone()).or_default() += 1;
            }
            "unmatched" => counts.unmatched += 1,
            "ambiguous" => counts.ambiguous += 1,
            "conflict" => counts.conflict += 1,
            "declared" => counts.declared += 1,
            other => panic!("{other}"),
        }
        // The tier of the others is where they were found to be nobody's.
        let tier = if situation == "matched" { tier } else { String::new() };
        accounts.push((source, situation, tier, owner));
    }
    accounts.retain(|(source, ..)| Vendor::ALL.iter().any(|vendor| vendor.source_name() == source));
    accounts.sort();
    (accounts, sources)
}

#[test]
fn every_account_gets_the_situation_and_the_owner_that_were_seeded() {
    let tenant = Tenant::new(2_400, 7);
    let (accounts, sources) = audited_accounts(&tenant);
    let seeded = |vendor: Vendor, account: Account| {
        let (situation, tier) = match account.outcome {
            Outcome::Matched(tier) => ("matched", tier.as_str()),
            Outcome::Unmatched => ("unmatched", ""),
            Outcome::Ambiguous => ("ambiguous", ""),
            Outcome::Conflict => ("conflict", ""),
            Outcome::Declared => ("declared", ""),
        };
        let owner = account.owner.filter(|_| situation == "matched").unwrap_or_default();
        (vendor.source_name().to_owned(), situation.to_owned(), tier.to_owned(), owner)
    };
    let of = |vendor| expected(&tenant.world, vendor).into_iter().map(move |account| seeded(vendor, account));
    let mut expected: Vec<Owned> = Vendor::ALL.into_iter().flat_map(of).collect();
    expected.sort();
    assert_eq!(accounts.len(), expected.len());
    let wrong: Vec<_> = accounts.iter().zip(&expected).filter(|(found, seeded)| found != seeded).take(3).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert_eq!(sources.into_values().collect::<Vec<_>>(), tenant.world.expected().sources);
}

#[test]
fn a_run_that_crosses_midnight_finds_the_same() {
    let tenant = Tenant::new(600, 7);
    for moment in ["2026-10-14T12:00:00Z", "2026-10-16T12:00:00Z"] {
        let out = tenant.kit.path().join("out");
        let mut audit = headcount();
        audit.args(["audit", "-q", "--as-of", moment, "-c"]).arg(tenant.config()).arg("--out").arg(&out);
        audit.assert().code(1);
        assert_eq!(counts(&read_report(&out)), seeded(&tenant.world), "{moment}");
    }
}

#[test]
fn an_audit_of_the_running_simulators_finds_what_the_demo_finds() {
    let out = tempfile::tempdir().expect("folder");
    headcount()
        .args(["demo", "-q", "--as-of", NOW, "--accounts", "600", "--seed", "5"])
        .current_dir(out.path())
        .assert()
        .code(1);
    // Not where an audit puts its reports, and no measure for one.
    let folder = out.path().join("headcount-demo");
    assert!(!folder.join("last-complete.json").exists());
    let demo = read_report(&folder);
    let tenant = Tenant::new(600, 5);
    let audited = tenant.audit(&[]);
    assert_eq!(audited.code(), 1);
    assert_eq!(audited.report().findings.to_vec().expect("findings"), demo.findings.to_vec().expect("findings"));
}

/// Facts that no format shows are not even kept.
#[test]
fn a_table_is_the_same_alone_and_beside_formats_that_show_more() {
    let tenant = Tenant::new(600, 5);
    let written = |formats: &str| {
        let audited = tenant.audit(&["--format", formats]);
        ["findings.csv", "junit.xml"].map(|name| std::fs::read_to_string(audited.out.join(name)).expect("written"))
    };
    let (alone, beside) = (written("csv,junit"), written("csv,junit,json,md"));
    assert!(alone[0].lines().count() > 20);
    assert_eq!(alone, beside);
}

#[test]
fn the_same_input_gives_the_same_bytes_but_for_the_run() {
    let tenant = Tenant::new(600, 3);
    let stable = || timeless(tenant.audit(&["--format", "json"]).report()).to_string();
    assert_eq!(stable(), stable());
}

#[test]
fn the_controls_say_what_is_met_and_where_nobody_could_look() {
    let tenant = Tenant::new(600, 3);
    let page = |limit: &str| {
        let text = std::fs::read_to_string(tenant.config()).expect("a configuration");
        let own = format!("{text}\n[rules.override.stale-login]\nparams = {{ max_idle_days = {limit} }}\n");
        let path = tenant.kit.path().join(format!("limit-{limit}.toml"));
        std::fs::write(&path, own).expect("written");
        let out = tenant.kit.path().join(format!("out-{limit}"));
        headcount().args(["audit", "-q", "--as-of", NOW, "-c"]).arg(&path).arg("--out").arg(&out).assert().code(1);
        let report = read_report(&out);
        let page = std::fs::read_to_string(out.join("report.html")).expect("a page");
        let (_, row) = page.split_once("<th>8.2.6</th>").expect("PCI-DSS 8.2.6");
        (report, row.split("</tr>").next().expect("a row").to_owned())
    };
    let (report, row) = page("90");
    assert!(row.contains(">met<") && row.contains("voiso, voxmind (no last_login_at)"), "{row}");
    assert!(report.rules.iter().any(|rule| rule.id == "weak-match" && rule.changes == ["applied to vcc only"]));
    let (report, row) = page("120");
    assert!(row.contains("not met<small>stale-login max_idle_days is 120, at most 90 is demanded</small>"), "{row}");
    let rule = report.rules.iter().find(|rule| rule.id == "stale-login").expect("the rule");
    assert_eq!(rule.changes, ["max_idle_days is 120, not 90"]);
    assert!(rule.guardrails.iter().all(|rail| !rail.met));
}
