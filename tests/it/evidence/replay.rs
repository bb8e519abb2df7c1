//! `bundle replay`: the same report, byte for byte, by nothing but what the bundle holds.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Output;

use headcount::bag::{Bag, PayloadName, Role, Tier};
use headcount::base::text::hex;
use headcount::simulate::Vendor;
use sha2::{Digest as _, Sha256};

use crate::support::desk::Desk;
use crate::support::process::{NOW, code_and_words, headcount, spawnable};
use crate::support::snapshot::{resealed, resealed_as};
use crate::support::tenant::Tenant;

/// All that are files.
const FORMATS: &str = "html,md,json,ndjson,csv,accounts,accounts-csv,xlsx,sarif,junit,codequality,oscal";

/// Audits with a bundle into a folder of its own, which outlives the organisation.
fn bundled(tenant: &Tenant, room: &Path, more: &[&str]) -> PathBuf {
    let bundle = room.join("2026-Q4.zip");
    let audited = tenant.audit(&[&["--format", FORMATS, "--bundle", bundle.to_str().expect("a path")], more].concat());
    assert_eq!(audited.code(), 1, "{}", audited.stderr());
    let id = Bag::open(&bundle).expect("a bundle").id();
    assert!(audited.stderr().contains(&format!("2026-Q4.zip, id {id}")), "{}", audited.stderr());
    bundle
}

/// Replays in a folder where nothing else is, without an environment.
fn replay(bundle: &Path, more: &[&str]) -> Output {
    let elsewhere = tempfile::tempdir().expect("a folder");
    let here = fs::canonicalize(bundle).expect("a path");
    spawnable()
        .env_clear()
        .current_dir(elsewhere.path())
        .args(["bundle", "replay"])
        .arg(here)
        .args(more)
        .output()
        .expect("started")
}

#[track_caller]
fn is_identical(bundle: &Path) {
    let (code, words) = code_and_words(&replay(bundle, &[]));
    assert_eq!(code, 0, "{words}");
    let outputs = FORMATS.split(',').count() - 2;
    let identical = words.lines().filter(|line| line.starts_with("identical     ")).count();
    assert_eq!((identical, words.contains("differs")), (outputs + 1, false), "all but the workbook: {words}");
}

#[test]
fn a_bundle_leads_to_the_same_report_without_the_organisation() {
    let mut tenant = Tenant::new(600, 6);
    let room = tempfile::tempdir().expect("a folder");
    // What was there before is compared with.
    tenant.audit(&["--format", "json"]);
    let of = |name: &str| tenant.kit.path().join(name);
    // Rules of the organisation's own, and of a policy's own in a folder that is called like ours.
    let own = fs::read_to_string("rules/locked.toml").expect("a rule");
    for (folder, id) in [("own", "own-locked"), ("rules", "policy-locked")] {
        fs::create_dir(of(folder)).expect("made");
        let text = own.replace("id = \"locked\"", &format!("id = \"{id}\""));
        fs::write(of(folder).join(format!("{id}.toml")), text).expect("written");
    }
    let config = fs::read_to_string(tenant.config()).expect("a configuration");
    fs::write(tenant.config(), format!("[rules]\npaths = [\"own\"]\n{config}")).expect("written");
    let policy = of("policy.toml");
    fs::write(&policy, "id = \"own\"\ntitle = \"Our own\"\n[rules]\npaths = [\"rules\"]\n").expect("written");
    let (policy, pci) = (policy.to_str().expect("a path"), "examples/policies/pci-dss-4.0.1.toml");
    let more = ["--policy", pci, "--policy", policy, "--fail-on", "severity:high,locked>1"];
    let bundle = bundled(&tenant, room.path(), &more);
    for vendor in Vendor::ALL {
        tenant.runtime.block_on(tenant.simulators.stop(vendor));
    }
    let written = fs::read(tenant.kit.path().join("out/report.json")).expect("a report");
    assert!(Bag::open(&bundle).expect("a bundle").description().command.since.is_some(), "it was compared");
    fs::remove_dir_all(tenant.kit.path()).expect("removed");
    is_identical(&bundle);
    let verified = headcount().args(["bundle", "verify"]).arg(&bundle).assert().code(3);
    let said = String::from_utf8_lossy(&verified.get_output().stdout).into_owned();
    assert!(said.contains("its files agree with each other"), "unsigned, and whole: {said}");
    let out = room.path().join("again");
    assert_eq!(code_and_words(&replay(&bundle, &["--out", out.to_str().expect("a path")])).0, 0);
    assert!(fs::read(out.join("report.json")).expect("a report") == written);
}

/// With all that it takes from the report before: ages, what is resolved, and the list of accounts beside it.
#[test]
fn a_bundle_leads_to_the_same_history() {
    let mut tenant = Tenant::new(600, 6);
    let room = tempfile::tempdir().expect("a folder");
    let config = fs::read_to_string(tenant.config()).expect("a configuration");
    fs::write(tenant.config(), format!("[history]\nsla = {{ critical = \"1d\" }}\n{config}")).expect("written");
    tenant.audit(&["--format", "json,accounts"]);
    let before = tenant.kit.path().join("before");
    fs::rename(tenant.kit.path().join("out"), &before).expect("moved");
    let previous = before.join("report.json");
    let bundle = bundled(&tenant, room.path(), &["--previous", previous.to_str().expect("a path")]);
    for vendor in Vendor::ALL {
        tenant.runtime.block_on(tenant.simulators.stop(vendor));
    }
    let written = fs::read_to_string(tenant.kit.path().join("out/report.json")).expect("a report");
    assert!(written.contains("\"history\":{\"state\":\"persisting\"") && written.contains("\"trend\": ["));
    fs::remove_dir_all(tenant.kit.path()).expect("removed");
    is_identical(&bundle);
}

#[test]
fn that_history_began_anew_is_replayed() {
    let desk = Desk::new();
    desk.configure("[history]\nsla = { high = \"7d\" }\n[gate]\nfail_on = [\"overdue\"]\n");
    desk.strangers(&["a"]);
    let audit = |day: &str, more: &[&str]| {
        let fixed = ["audit", "--as-of", day, "--out", "out", "--format", "json,md,html"];
        desk.run(&[&fixed[..], more].concat())
    };
    assert_eq!(audit("2026-10-01", &[]).0, 0);
    desk.write("out/report.json", "{");
    let (code, _, stderr) = audit("2026-10-08", &["--bundle", "q.zip"]);
    assert!(code == 3 && stderr.contains("history began anew"), "{stderr}");
    let (code, words) = code_and_words(&replay(&desk.path("q.zip"), &[]));
    assert!(code == 0 && !words.contains("differs"), "{words}");
}

#[test]
fn a_bundle_that_was_held_against_the_one_before_is_replayed_without_it() {
    let tenant = Tenant::new(600, 6);
    let room = tempfile::tempdir().expect("a folder");
    let before = room.path().join("2026-Q3.zip");
    fs::rename(bundled(&tenant, room.path(), &[]), &before).expect("renamed");
    let hr = tenant.kit.path().join("hr.csv");
    fs::write(&hr, fs::read_to_string(&hr).expect("HR").replacen("Terminated", "Active", 10)).expect("written");
    let config = fs::read_to_string(tenant.config()).expect("a configuration");
    fs::write(tenant.config(), format!("{config}\n[history]\nsla = {{ critical = \"1d\" }}\n")).expect("written");
    let previous = before.to_str().expect("a path");
    let bundle = bundled(&tenant, room.path(), &["--previous", previous]);
    let bag = Bag::open(&bundle).expect("a bundle");
    let known = bag.description().previous.clone().expect("the one before");
    assert_eq!(known.id, Bag::open(&before).expect("a bundle").id());
    let report = bag.read_all(&PayloadName::new("outputs/report.json").expect("a name"), 1 << 30).expect("read");
    let report: serde_json::Value = serde_json::from_slice(&report).expect("JSON");
    assert_eq!(report["changes"]["previous"]["run_id"], known.run_id);
    assert!(report["changes"]["accounts"].is_array(), "the accounts were compared, too");
    let later = headcount().args(["compare", previous]).arg(&bundle).args(["--format", "json"]).assert().code(0);
    assert!(!later.get_output().stdout.is_empty());
    fs::remove_file(&before).expect("removed");
    is_identical(&bundle);
}

#[test]
fn hashes_in_the_report_are_those_of_the_files() {
    let tenant = Tenant::new(600, 6);
    let room = tempfile::tempdir().expect("a folder");
    let bag = Bag::open(&bundled(&tenant, room.path(), &[])).expect("a bundle");
    let read = |name: &PayloadName| bag.read_all(name, 1 << 30).expect("read");
    let of = |role: Role| bag.description().inputs(role).collect::<Vec<_>>();
    let report = PayloadName::new("outputs/report.json").expect("a name");
    let report: serde_json::Value = serde_json::from_slice(&read(&report)).expect("JSON");
    let sha256 = |role: Role, shown: &str| {
        let input = of(role).into_iter().find(|input| input.shown.ends_with(shown)).expect("there");
        hex(&Sha256::digest(read(&input.file)))
    };
    assert_eq!(report["run"]["config_sha256"], sha256(Role::Configuration, "headcount.toml"));
    assert_eq!(report["roster"]["sha256"], sha256(Role::Roster, "hr.csv"));
    let sources = report["sources"].as_array().expect("sources");
    assert_eq!(of(Role::Records).len(), sources.len());
    for source in sources {
        assert_eq!(source["sha256"], sha256(Role::Records, source["name"].as_str().expect("a name")));
    }
    let [accounts] = of(Role::Accounts)[..] else { panic!("the accounts as they were judged") };
    let lines = String::from_utf8(read(&accounts.file)).expect("text").lines().count() as u64;
    assert_eq!(Some(lines), report["correlation"]["accounts"].as_u64());
}

#[test]
fn times_of_files_and_the_rules_of_this_program_change_nothing() {
    let tenant = Tenant::new(600, 6);
    let room = tempfile::tempdir().expect("a folder");
    let (snapshot, rules) = (room.path().join("snapshot"), room.path().join("rules"));
    headcount().args(["fetch", "-q", "-c"]).arg(tenant.config()).arg("--out").arg(&snapshot).assert().code(0);
    fs::create_dir(&rules).expect("made");
    for file in fs::read_dir("rules").expect("rules") {
        let path = file.expect("a file").path();
        let text = fs::read_to_string(&path).expect("text").replace("title = \"", "title = \"Another: ");
        fs::write(rules.join(path.file_name().expect("a name")), text).expect("written");
    }
    // As by a headcount whose built-in rules are others.
    let (snapshot_path, rules_path) = (snapshot.to_str().expect("a path"), rules.to_str().expect("a path"));
    let bundle = bundled(&tenant, room.path(), &["--snapshot", snapshot_path, "--rules", rules_path]);
    let packed = File::options().append(true).open(&bundle).expect("a bundle");
    packed.set_modified(std::time::SystemTime::UNIX_EPOCH).expect("set");
    fs::remove_dir_all(&rules).expect("removed");
    fs::remove_dir_all(&snapshot).expect("removed");
    is_identical(&bundle);
    let folder = room.path().join("unpacked");
    resealed(&bundle, &folder, |_, bytes| Some(bytes));
    is_identical(&folder);
}

#[test]
fn what_differs_is_named() {
    let tenant = Tenant::new(600, 6);
    let room = tempfile::tempdir().expect("a folder");
    let bundle = bundled(&tenant, room.path(), &[]);
    let forged = room.path().join("forged");
    // Somebody takes a finding away, and seals it again.
    let without_one = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).expect("text");
        let (before, rest) = text.split_once("  \"findings\": [\n").expect("findings");
        let (_, rest) = rest.split_once('\n').expect("a finding");
        format!("{before}  \"findings\": [\n{rest}")
    };
    resealed(&bundle, &forged, |name, bytes| match name {
        "outputs/report.json" => Some(without_one(bytes).into_bytes()),
        _ => Some(bytes),
    });
    let (code, words) = code_and_words(&replay(&forged, &[]));
    assert_eq!(code, 1, "{words}");
    assert!(words.contains("differs       outputs/report.json from byte "), "{words}");
    assert!(words.contains("  only replayed: "), "{words}");
    assert!(words.contains("identical     outputs/report.html"), "{words}");

    let other = room.path().join("other");
    resealed_as(
        &bundle,
        &other,
        |name, bytes| match name {
            "outputs/report.json" => {
                let own = format!("\"tool_version\":\"{}\"", env!("CARGO_PKG_VERSION"));
                let text = without_one(bytes).replace(&own.replace(':', ": "), &own);
                assert!(text.contains(&own), "it names its version");
                Some(text.replace(&own, "\"tool_version\":\"0.0.9\"").into_bytes())
            }
            _ => Some(bytes),
        },
        |description| description.run.tool_version = "0.0.9".to_owned(),
    );
    let (code, words) = code_and_words(&replay(&other, &[]));
    assert_eq!(code, 3, "{words}");
    assert!(words.contains("replay it with headcount 0.0.9"), "{words}");

    let redacted = room.path().join("redacted");
    resealed_as(&bundle, &redacted, |_, bytes| Some(bytes), |description| description.tier = Tier::Counts);
    assert_eq!(code_and_words(&replay(&redacted, &[])).0, 3);

    let altered = room.path().join("altered");
    resealed(&bundle, &altered, |_, bytes| Some(bytes));
    fs::write(altered.join("data/inputs/roster-1.csv"), "Worker ID\n").expect("written");
    let (code, words) = code_and_words(&replay(&altered, &[]));
    assert!(code == 1 && words.contains("changed data/inputs/roster-1.csv"), "{words}");

    assert_eq!(code_and_words(&replay(Path::new("README.md"), &[])).0, 2);
    let snapshot = room.path().join("snapshot");
    headcount().args(["fetch", "-q", "-c"]).arg(tenant.config()).arg("--out").arg(&snapshot).assert().code(0);
    let (code, words) = code_and_words(&replay(&snapshot, &[]));
    assert!(code == 2 && words.contains("was not judged"), "{words}");
}

/// A bundle without a report leads to none, and nothing that was compared is nothing that is the same.
#[test]
fn what_was_not_compared_is_not_the_same() {
    let tenant = Tenant::new(100, 6);
    let room = tempfile::tempdir().expect("a folder");
    let bundle = room.path().join("q.zip");
    tenant.audit(&["--bundle", bundle.to_str().expect("a path")]);
    assert_eq!(code_and_words(&replay(&bundle, &[])).0, 0);
    let is_output = |name: &str| name.starts_with("outputs/") || name == "accounts.ndjson";
    let forget = |description: &mut headcount::bag::Description| {
        description.inputs.retain(|input| !is_output(input.file.as_str()));
    };
    let (gone, unnamed) = (room.path().join("gone"), room.path().join("unnamed"));
    resealed_as(&bundle, &gone, |name, bytes| (!is_output(name)).then_some(bytes), forget);
    resealed_as(&bundle, &unnamed, |_, bytes| Some(bytes), forget);
    for (bundle, expected) in [
        (gone, "data/outputs/report.json: an audit without its report"),
        (unnamed, "the bundle doesn't say which file its report is"),
    ] {
        let (code, words) = code_and_words(&replay(&bundle, &[]));
        assert!(code == 1 && words.contains(expected) && !words.contains("the same report"), "{words}");
    }
}

#[test]
fn a_bundle_is_a_snapshot() {
    let tenant = Tenant::new(600, 6);
    let room = tempfile::tempdir().expect("a folder");
    let bundle = bundled(&tenant, room.path(), &[]);
    let id = Bag::open(&bundle).expect("a bundle").id().to_string();
    let out = room.path().join("out");
    let audit = |more: &[&str]| {
        headcount()
            .args(["audit", "-q", "--as-of", NOW, "--snapshot"])
            .arg(&bundle)
            .arg("--out")
            .arg(&out)
            .args(more)
            .assert()
    };
    audit(&["--format", FORMATS]).code(1);
    let again = crate::support::tenant::read_report(&out);
    assert_eq!(again.run.snapshot, Some(id));
    let before = crate::support::tenant::read_report(&tenant.kit.path().join("out"));
    assert_eq!(crate::support::tenant::timeless(again), crate::support::tenant::timeless(before));
    // Sealed once more, it still leads to the same.
    let second = room.path().join("second.zip");
    audit(&["--format", FORMATS, "--bundle", second.to_str().expect("a path")]).code(1);
    is_identical(&second);
    let refused = audit(&["--bundle", second.to_str().expect("a path")]).code(2);
    let said = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
    assert!(said.contains("second.zip exists already"), "{said}");
    let private = audit(&["--bundle", "new.zip", "--privacy", "counts"]).code(2);
    let said = String::from_utf8_lossy(&private.get_output().stderr).into_owned();
    assert!(said.contains("bundle redact"), "{said}");
}
