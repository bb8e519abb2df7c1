//! What `headcount schema` prints is true of every file that is shipped and every file that is written.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use boon::{Compiler, SchemaIndex, Schemas};
use headcount::render::Format;
use headcount::report::{Privacy, Pseudonyms};
use headcount::vendor;
use serde_json::Value;

use crate::support::fixture;
use crate::support::process::headcount;
use crate::support::reading::{json, list, rendered};
use crate::support::tenant::Tenant;

/// One of the schemas, compiled.
pub(super) struct Schema {
    schemas: Schemas,
    index: SchemaIndex,
}

fn printed(of: &str) -> Value {
    let output = headcount().args(["schema", of]).output().expect("ran");
    json(&String::from_utf8(output.stdout).expect("text"))
}

impl Schema {
    pub(super) fn of(name: &str) -> Self {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.enable_format_assertions();
        compiler.add_resource("own.json", printed(name)).expect("a schema");
        let index = compiler.compile("own.json", &mut schemas).expect("a good schema");
        Self { schemas, index }
    }

    pub(super) fn accepts(&self, value: &Value) -> Result<(), String> {
        self.schemas.validate(value, self.index).map_err(|error| format!("{error:#}"))
    }

    #[track_caller]
    fn accepts_toml(&self, path: &Path) {
        let text = std::fs::read_to_string(path).expect("a file");
        let value = toml(&text);
        self.accepts(&value).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let Value::Object(mut object) = value else { panic!("{} is no table", path.display()) };
        object.insert("a_key_that_nobody_knows".to_owned(), Value::Null);
        assert!(self.accepts(&object.into()).is_err(), "{}: the schema is strict", path.display());
    }
}

/// TOML as editors hold it against a JSON schema: dates are texts.
fn toml(text: &str) -> Value {
    fn value(toml: toml::Value) -> Value {
        match toml {
            toml::Value::Datetime(date) => date.to_string().into(),
            toml::Value::Array(items) => items.into_iter().map(value).collect(),
            toml::Value::Table(table) => table.into_iter().map(|(name, item)| (name, value(item))).collect(),
            plain => serde_json::to_value(plain).expect("JSON"),
        }
    }
    value(toml::Value::Table(text.parse().expect("TOML")))
}

/// Every file below a folder that ends so.
fn files(folder: &str, end: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("a file").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(end) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_report_satisfies_its_schema() {
    let schema = Schema::of("report");
    assert_eq!(printed("report-2"), printed("report"), "what this version writes has a name of its own");
    let told = |report: &headcount::report::Report| schema.accepts(&json(&rendered(Format::Json, report)));
    for (name, report) in fixture::all() {
        assert_eq!(told(&report), Ok(()), "{name}");
        let key = Pseudonyms::new(b"0123456789abcdef");
        assert_eq!(
            told(&report.clone().with_privacy(&Privacy::Pseudonymous(key)).expect("withheld")),
            Ok(()),
            "{name}"
        );
        assert_eq!(told(&report.with_privacy(&Privacy::Counts).expect("withheld")), Ok(()), "{name}");
    }
    let whole = json(&rendered(Format::Json, &fixture::demo()));
    let mut report = whole.clone();
    report["findings"][0]["severity"] = "worst".into();
    assert!(schema.accepts(&report).is_err(), "the schema refuses what is wrong");
    for name in
        ["schema_version", "run", "verdict", "roster", "sources", "correlation", "rules", "accounts", "findings"]
    {
        let mut report = whole.clone();
        report.as_object_mut().expect("an object").remove(name);
        assert!(schema.accepts(&report).is_err(), "{name} is required");
    }
}

#[test]
fn every_configuration_satisfies_its_schema() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut configs = files("examples", "headcount.toml");
    for kind in vendor::kinds() {
        let path = folder.path().join(format!("{kind}.toml"));
        headcount().args(["init", "--vendor", kind, "--out"]).arg(&path).assert().code(0);
        configs.push(path);
    }
    let tenant = Tenant::new(300, 3);
    configs.push(tenant.config());
    let schema = Schema::of("config");
    for path in &configs {
        schema.accepts_toml(path);
    }

    let text = std::fs::read_to_string(tenant.config()).expect("a configuration");
    let misspelt = toml(&text.replace("credentials = ", "credential = "));
    let mistake = schema.accepts(&misspelt).expect_err("each vendor has its own keys");
    assert!(mistake.contains("'credential'") && !mistake.contains("oneOf"), "it is named: {mistake}");
    let kinds = list(&printed("config")["properties"]["source"]["items"]["allOf"])
        .iter()
        .map(|kind| kind["then"]["title"].as_str().expect("a kind").to_owned())
        .collect::<BTreeSet<_>>();
    assert_eq!(kinds, vendor::kinds().into_iter().map(str::to_owned).collect(), "every vendor is in it");
}

/// Every value of this keyword, wherever it stands.
fn values(of: &Value, keyword: &str, found: &mut BTreeSet<String>) {
    match of {
        Value::Object(members) => {
            found.extend(members.get(keyword).and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| values(member, keyword, found));
        }
        Value::Array(items) => items.iter().for_each(|item| values(item, keyword, found)),
        _ => {}
    }
}

#[test]
fn schemas_use_only_formats_that_json_schema_defines() {
    let mut found = BTreeSet::new();
    for name in ["report", "ndjson", "accounts", "config", "rule", "waiver"] {
        values(&printed(name), "format", &mut found);
    }
    assert_eq!(
        found,
        BTreeSet::from(["date".to_owned(), "date-time".to_owned()]),
        "others are refused by strict readers"
    );
}

#[test]
fn every_rule_satisfies_its_schema() {
    let schema = Schema::of("rule");
    let mut all = files("rules", ".toml");
    all.extend(
        files("examples/custom-rules", ".toml").into_iter().filter(|path| !path.ends_with("organisation.test.toml")),
    );
    assert!(all.len() > 40);
    for path in &all {
        schema.accepts_toml(path);
    }
}

#[test]
fn what_an_audit_writes_and_waivers_that_are_added_satisfy_their_schemas() {
    let tenant = Tenant::new(2000, 7);
    let path = tenant.kit.path().join("waivers.toml");
    std::fs::write(&path, "").expect("written");
    let roster = std::fs::read_to_string(tenant.kit.path().join("hr.csv")).expect("a roster");
    let mut here =
        roster.lines().filter(|row| row.contains(",Active,Employee,")).filter_map(|row| row.split(',').next());
    let [owner, approver] = [(); 2].map(|()| here.next().expect("somebody"));
    let audited = tenant.audit(&[]);
    let text = std::fs::read_to_string(audited.out.join("report.json")).expect("a report");
    assert_eq!(Schema::of("report").accepts(&json(&text)), Ok(()));
    let report = audited.report();
    let kinds = ["orphaned", "duplicate"]
        .map(|rule| report.findings.to_vec().expect("findings").into_iter().find(|finding| finding.rule == rule));
    let add = |what: &[&str]| {
        let rest = ["--owner", owner, "--approver", approver, "--reason", "x", "--ticket", "T", "--expires"];
        let mut command = headcount();
        command.current_dir(tenant.kit.path()).args(["waivers", "add"]).args(what).args(rest).arg("2026-11-10");
        command.args(["--created", "2026-10-15"]).assert().code(0);
    };
    for finding in kinds.map(|finding| finding.expect("seeded")) {
        add(&[&finding.fingerprint, "--report", "out/report.json"]);
    }
    add(&["--rule", "locked", "--because", "an incident"]);
    add(&["--rule", "locked", "--source", "voiso", "--because", "an incident"]);
    Schema::of("waiver").accepts_toml(&path);
}
