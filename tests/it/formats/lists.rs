//! The lists for data tools: every account as it was judged, and every finding whole, one a line.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use headcount::render::Format;
use serde_json::{Map, Value};

use super::schemas::Schema;
use crate::support::fixture;
use crate::support::process::{NOW, headcount};
use crate::support::reading::{json, rendered};
use crate::support::tenant::Tenant;

fn lines(folder: &Path, format: Format) -> Vec<Map<String, Value>> {
    let text = std::fs::read_to_string(folder.join(format.file_name().expect("a file"))).expect("a file");
    text.lines().map(object).collect()
}

fn object(line: &str) -> Map<String, Value> {
    json(line).as_object().expect("an object").clone()
}

/// What a cell of `accounts.csv` says of a value.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<&str> = items.iter().map(|item| item.as_str().expect("a text")).collect();
            items.join("\n")
        }
        other => panic!("{other}"),
    }
}

#[test]
fn every_account_is_listed_as_it_was_judged() {
    let tenant = Tenant::new(600, 3);
    let audited = tenant.audit(&["-q", "--format", "json,accounts,accounts-csv"]);
    let report = audited.report();
    let accounts = lines(&audited.out, Format::Accounts);
    assert_eq!(accounts.len() as u64, report.correlation.accounts);
    let schema = Schema::of("accounts");
    for account in &accounts {
        assert_eq!(schema.accepts(&account.clone().into()), Ok(()));
        let untold = account["not_told"].as_array().expect("a list");
        assert!(untold.iter().all(|name| account[name.as_str().expect("a name")].is_null()), "{account:?}");
    }
    let key = |account: &Map<String, Value>| (account["source"].to_string(), account["account_id"].to_string());
    assert_eq!(accounts.iter().map(key).collect::<BTreeSet<_>>().len(), accounts.len(), "each once");
    let matched = accounts.iter().filter(|account| account["situation"] == "matched");
    assert!(matched.clone().all(|account| account["tier"].is_string() && account["employee_id"].is_string()));
    assert_eq!(matched.count() as u64, report.correlation.matched);
    for name in ["roles", "privileged", "licensed", "created_at", "deleted_at", "manager", "last_login_at"] {
        assert!(accounts.iter().any(|account| !account[name].is_null()), "{name} is told of some");
    }

    let mut table = csv::Reader::from_path(audited.out.join("accounts.csv")).expect("a table");
    let rows: Vec<BTreeMap<String, String>> = table.deserialize().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), accounts.len());
    for (row, account) in rows.iter().zip(&accounts) {
        let told: BTreeMap<String, String> = account
            .iter()
            .map(|(name, value)| {
                (name.clone(), if name == "not_told" { cell(value).replace('\n', " ") } else { cell(value) })
            })
            .collect();
        assert_eq!(*row, told);
    }
    let again = tenant.audit(&["-q", "--format", "json,accounts"]);
    assert_eq!(lines(&again.out, Format::Accounts), accounts, "in the same order");
}

#[test]
fn a_list_of_accounts_tells_no_more_than_is_allowed() {
    let tenant = Tenant::new(600, 3);
    let config = std::fs::read_to_string(tenant.config()).expect("a configuration");
    let keyed = config.replace("[report]\n", "[report]\npseudonym_key = \"env:HEADCOUNT_PSEUDONYM_KEY\"\n");
    std::fs::write(tenant.config(), keyed).expect("written");
    let audit = |privacy: &str| {
        let out = tenant.kit.path().join(privacy);
        let mut command = headcount();
        command.args(["audit", "--as-of", NOW, "--format", "json,accounts,accounts-csv", "-c"]).arg(tenant.config());
        command.args(["--privacy", privacy, "--out"]).arg(&out);
        command.env("HEADCOUNT_PSEUDONYM_KEY", "0123456789abcdef0123456789abcdef");
        let output = command.output().expect("ran");
        (out, String::from_utf8(output.stderr).expect("text"))
    };
    let (out, said) = audit("pseudonymous");
    let accounts = lines(&out, Format::Accounts);
    let table = std::fs::read_to_string(out.join("accounts.csv")).expect("a table");
    assert!(accounts.len() > 500 && table.lines().count() == accounts.len() + 1, "{said}");
    for account in &accounts {
        let told: Vec<&str> =
            account.iter().filter(|(_, value)| !value.is_null()).map(|(name, _)| name.as_str()).collect();
        let rest = ["source", "account_id", "situation", "tier", "employee_id", "not_told"];
        assert!(told.iter().all(|name| rest.contains(name)), "{told:?}");
        assert!(account["account_id"].as_str().is_some_and(|id| id.starts_with("account-")));
    }
    let (out, said) = audit("counts");
    assert_eq!(lines(&out, Format::Accounts).len(), 0);
    assert!(said.contains("accounts.ndjson, accounts.csv: no account, because of --privacy counts"), "{said}");
}

#[test]
fn every_finding_is_a_whole_line() {
    let schema = Schema::of("ndjson");
    for (name, report) in fixture::all() {
        let text = rendered(Format::Ndjson, &report);
        let lines: Vec<_> = text.lines().map(object).collect();
        let findings = report.findings.to_vec().expect("findings");
        assert_eq!(lines.len(), findings.len(), "{name}");
        for (line, finding) in lines.iter().zip(findings) {
            assert_eq!(schema.accepts(&line.clone().into()), Ok(()), "{name}");
            let rule = report.rules.iter().find(|rule| rule.id == finding.rule).expect("its rule");
            assert_eq!(line["title"], *rule.title, "{name}");
            assert_eq!(
                (&line["message"], &line["remediation"]),
                (&finding.message.into(), &rule.remediation.clone().into())
            );
            assert_eq!(line["controls"], Value::from(rule.controls.clone()));
            let inside = |name: &str| json(line[name].as_str().expect("a text"));
            assert_eq!(inside("facts"), serde_json::to_value(&finding.facts).expect("JSON"), "{name}");
            assert_eq!(inside("match"), serde_json::to_value(&finding.matched).expect("JSON"), "{name}");
            assert_eq!(line["members"], serde_json::to_value(&finding.subject.members).expect("JSON"), "{name}");
            assert_eq!(line["subject"], *finding.subject.kind);
            assert_eq!(line["display_name"], serde_json::to_value(&finding.display_name).expect("JSON"), "{name}");
        }
    }
}

#[test]
fn a_table_begins_with_a_mark_only_where_that_is_asked_for() {
    let tenant = Tenant::new(300, 3);
    let starts_with_mark = |out: &Path| {
        Format::ALL.map(|format| {
            let file = format.file_name().and_then(|name| std::fs::read(out.join(name)).ok());
            file.is_some_and(|bytes| bytes.starts_with("\u{feff}".as_bytes())).then_some(format)
        })
    };
    let formats = "html,json,ndjson,csv,members-csv,accounts,accounts-csv";
    let audited = tenant.audit(&["-q", "--format", formats]);
    assert!(starts_with_mark(&audited.out).iter().all(Option::is_none));
    let config = std::fs::read_to_string(tenant.config()).expect("a configuration");
    let marked = config.replace("[report]\n", "[report]\ncsv = { byte_order_mark = true }\n");
    std::fs::write(tenant.config(), marked).expect("written");
    let audited = tenant.audit(&["-q", "--format", formats]);
    let marked: Vec<Format> = starts_with_mark(&audited.out).into_iter().flatten().collect();
    assert_eq!(marked, [Format::Csv, Format::MembersCsv, Format::AccountsCsv]);
}
