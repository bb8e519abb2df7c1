//! A snapshot is judged by what it holds; what is judged by something else is asked for and told.

use std::fs;
use std::path::Path;

use assert_cmd::assert::Assert;

use crate::support::process::{NOW, headcount};
use crate::support::tenant::{Tenant, read_report, timeless};

/// All that are files and tell words.
const FORMATS: &str = "html,md,json,sarif,junit,oscal";
const FILES: [&str; 6] =
    ["report.html", "report.md", "report.json", "report.sarif", "junit.xml", "oscal-assessment-results.json"];

fn audit(snapshot: &Path, out: &Path, more: &[&str]) -> Assert {
    headcount()
        .args(["audit", "--as-of", NOW, "--format", FORMATS, "--snapshot"])
        .arg(snapshot)
        .arg("--out")
        .arg(out)
        .args(more)
        .assert()
}

fn stderr(audited: &Assert) -> String {
    String::from_utf8_lossy(&audited.get_output().stderr).into_owned()
}

#[test]
fn what_is_edited_after_the_fetch_changes_nothing_unless_it_is_asked_for() {
    let tenant = Tenant::new(600, 6);
    let of = |name: &str| tenant.kit.path().join(name);
    let (snapshot, out) = (of("snapshot"), of("judged"));
    headcount().args(["fetch", "-q", "-c"]).arg(tenant.config()).arg("--out").arg(&snapshot).assert().code(0);
    audit(&snapshot, &out, &[]).code(1);
    let before = read_report(&out);
    assert!(before.run.snapshot.is_some());
    // Forty leavers come back, everything is vouched for and waived, and no rule is on.
    let hr = fs::read_to_string(of("hr.csv")).expect("HR").replacen("Terminated", "Active", 40);
    fs::write(of("hr.csv"), hr).expect("written");
    for name in ["declared-accounts.toml", "waivers.toml", "voxmind-people.csv"] {
        fs::remove_file(of(name)).expect("removed");
    }
    let config = fs::read_to_string(tenant.config()).expect("a configuration");
    let (start, rest) = config.split_once("fail_on = [").expect("a gate");
    let (_, end) = rest.split_once(']').expect("its end");
    fs::write(tenant.config(), format!("{start}fail_on = []{end}")).expect("written");
    let again = audit(&snapshot, &out, &[]).code(1);
    assert_eq!(timeless(read_report(&out)), timeless(before), "{}", stderr(&again));

    let (roster, config) = (of("hr.csv"), tenant.config());
    let rules = Path::new("rules");
    for (flag, path, told) in [
        ("--roster", roster.as_path(), "the roster is hr.csv, not that of the snapshot"),
        ("--rules", rules, "the rules are those of --rules, not of the snapshot"),
        ("-c", config.as_path(), "[gate], [report] and [email] are those of headcount.toml, not of the snapshot"),
    ] {
        let audited = audit(&snapshot, &out, &[flag, path.to_str().expect("a path")]);
        let said = stderr(&audited);
        // The gate that demands nothing passes.
        audited.code(i32::from(flag != "-c"));
        assert!(said.contains(told), "{flag}: {said}");
        for file in FILES {
            let text = fs::read_to_string(out.join(file)).expect("written");
            let plain = text.replace("&#x27;", "'").replace('\\', "");
            assert!(plain.contains(told), "{flag}: {file} doesn't tell it");
        }
    }
    let edited = audit(&snapshot, &out, &["--roster", roster.to_str().expect("a path")]);
    edited.code(1);
    assert_eq!(read_report(&out).roster.file, "hr.csv");
}

#[test]
fn where_no_hr_file_lies_a_snapshot_has_no_roster() {
    let tenant = Tenant::new(100, 6);
    let of = |name: &str| tenant.kit.path().join(name);
    let (snapshot, out) = (of("snapshot"), of("judged"));
    fs::rename(of("hr.csv"), of("people.csv")).expect("renamed");
    let fetched = headcount().args(["fetch", "-c"]).arg(tenant.config()).arg("--out").arg(&snapshot).assert().code(0);
    assert!(stderr(&fetched).contains("the snapshot has no roster"), "{}", stderr(&fetched));
    let refused = audit(&snapshot, &out, &[]).code(2);
    assert!(stderr(&refused).contains("name one: --roster hr.csv"), "{}", stderr(&refused));
    let people = of("people.csv");
    let judged = audit(&snapshot, &out, &["--roster", people.to_str().expect("a path")]);
    assert!(judged.get_output().status.code().is_some_and(|code| code < 2), "{}", stderr(&judged));
    let twice = people.to_str().expect("a path");
    let refused = audit(&snapshot, &out, &["--roster", twice, "--roster", twice]).code(2);
    assert!(stderr(&refused).contains("names 1 HR file, and --roster 2"), "{}", stderr(&refused));
    headcount().args(["audit", "--roster", "hr.csv"]).assert().code(2);
}

#[test]
fn what_can_t_be_judged_isn_t_stored_and_an_old_snapshot_is_refused() {
    let tenant = Tenant::new(100, 6);
    let of = |name: &str| tenant.kit.path().join(name);
    let snapshot = of("snapshot");
    fs::write(of("waivers.toml"), "[[waiver]]\nrule = \"no-such-rule\"\n").expect("written");
    let refused = headcount().args(["fetch", "-c"]).arg(tenant.config()).arg("--out").arg(&snapshot).assert().code(2);
    assert!(stderr(&refused).contains("waivers.toml:"), "{}", stderr(&refused));
    assert!(!snapshot.exists());
    fs::create_dir(&snapshot).expect("made");
    fs::write(snapshot.join("manifest.json"), "{\"format\":1}").expect("written");
    let refused = audit(&snapshot, &of("judged"), &[]).code(2);
    assert!(stderr(&refused).contains("headcount fetch --out DIR"), "{}", stderr(&refused));
}

/// What was fetched of some sources is audited without the others, as the audit that fetched it was.
#[test]
fn what_was_not_fetched_is_left_out() {
    let room = tempfile::tempdir().expect("a folder");
    let of = |name: &str| room.path().join(name);
    let config = "[hr]\nfile = \"hr.csv\"\n[gate]\nfail_on = []\n\
        [[source]]\nname = \"crm\"\nvendor = \"file\"\nfile = \"crm.csv\"\n\
        [[source]]\nname = \"phones\"\nvendor = \"file\"\nfile = \"phones.csv\"\nmatch = { crosswalk = \"people.csv\" }\n";
    for (file, text) in [
        ("hr.csv", "Employee ID,Email\nE-1,ada@example.com\n"),
        ("crm.csv", "id,email\n1,ada@example.com\n"),
        ("headcount.toml", config),
    ] {
        fs::write(of(file), text).expect("written");
    }
    let run = |words: &[&str]| headcount().args(words).current_dir(room.path()).assert().code(0);
    run(&["fetch", "-q", "--source", "crm", "--out", "snapshot"]);
    run(&["audit", "-q", "--source", "crm", "--format", "json", "--out", "before", "--bundle", "one.zip"]);
    let left_out = |out: &str| read_report(&of(out)).run.left_out;
    assert_eq!(left_out("before"), ["phones"]);
    for (number, snapshot) in ["snapshot", "one.zip"].into_iter().enumerate() {
        let (out, bundle) = (format!("out-{number}"), format!("again-{number}.zip"));
        run(&["audit", "-q", "--snapshot", snapshot, "--format", "json", "--out", &out, "--bundle", &bundle]);
        assert_eq!(left_out(&out), ["phones"], "{snapshot}");
        run(&["bundle", "replay", &bundle]);
    }
    run(&["bundle", "replay", "one.zip"]);
    let named = ["audit", "-q", "--snapshot", "snapshot", "--source", "phones", "--out", "none"];
    let refused = headcount().args(named).current_dir(room.path()).assert().code(2);
    assert!(stderr(&refused).contains("it isn't in the snapshot"), "{}", stderr(&refused));
}
