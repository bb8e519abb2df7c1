//! `bundle verify`: what was altered is named, and everything else that is wrong as well.

use std::fs;

use headcount::bag::{Role, Withheld};

use super::kit::{PRINCIPAL, Room, name};

const FILES: [&str; 5] = [
    "data/bundle.json",
    "data/inputs/configuration-1.toml",
    "data/inputs/roster-1.csv",
    "data/outputs/report.json",
    "data/records/crm-1.ndjson",
];

#[test]
fn an_unsigned_bundle_is_intact_and_not_confirmed() {
    let room = Room::new();
    let id = room.bundle("q4.zip", 4, None).to_string();
    room.bundle("q4", 4, None);
    for file in ["q4.zip", "q4"] {
        room.run(["verify", file]).is(
            3,
            &[
                "intact, and not confirmed",
                "5 files are what was sealed",
                "audit, full, run run-4",
                "unsigned",
                "doesn't prove",
            ],
        );
        for id in [&id, &id.to_uppercase()] {
            room.run(["verify", file, "--id", id]).is(0, &["verified", &id.to_lowercase(), "?? signature"]);
        }
    }
    let other = "0".repeat(64);
    room.run(["verify", "q4.zip", "--id", &other]).is(1, &["and it should be 000"]);
    room.run(["verify", "q4.zip", "--id", "abc"]).is(2, &["64 digits"]);
    room.run(["verify", "q4.zip", "--tsa-ca", "none.pem"]).is(2, &["none.pem", "can't be read"]);
    fs::write(room.file("empty.pem"), "not a certificate").expect("written");
    room.run(["verify", "q4.zip", "--tsa-ca", "empty.pem"]).is(2, &["holds no certificate in PEM"]);
    room.run(["verify", "q4.zip", "q4", "--id", &other]).is(2, &["the id of one bundle"]);
    room.run(["verify", "q4.zip", "--signers", "none"]).is(2, &["none", "can't be read"]);
}

#[test]
fn every_file_that_is_changed_missing_doubled_or_renamed_is_named() {
    let room = Room::new();
    room.bundle("q", 4, None);
    let told = |expected: &str| {
        room.pack("q", "altered.zip");
        for file in ["q", "altered.zip"] {
            room.run(["verify", file]).is(1, &["ALTERED", expected]);
        }
    };
    for file in FILES {
        let path = room.file("q").join(file);
        let bytes = fs::read(&path).expect("a file");
        let mut flipped = bytes.clone();
        flipped[bytes.len() / 2] ^= 1;
        fs::write(&path, &flipped).expect("written");
        told(&format!("changed {file} (manifest "));
        fs::remove_file(&path).expect("removed");
        told(&format!("missing {file}"));
        let other = path.with_extension("other");
        fs::write(&other, &bytes).expect("written");
        told(&format!("missing {file}"));
        fs::write(&path, &bytes).expect("written");
        told(&format!("not in the manifest {}", file.rsplit_once('.').expect("an ending").0));
        fs::remove_file(other).expect("removed");
    }
    room.run(["verify", "q"]).is(3, &["intact"]);
    fs::write(room.file("q/notes.txt"), "beside the manifest").expect("written");
    told("not in the manifest notes.txt");
}

#[test]
fn whatever_else_is_wrong_an_altered_file_ends_with_1() {
    let room = Room::new();
    room.bundle("good.zip", 1, None);
    room.bundle("q", 4, None);
    fs::write(room.file("q/data/inputs/roster-1.csv"), "other").expect("written");
    fs::remove_file(room.file("q/data/records/crm-1.ndjson")).expect("removed");
    fs::write(room.file("other.zip"), "no ZIP at all, but long enough to be one").expect("written");
    room.run(["verify", "other.zip"]).is(2, &["other.zip is no bundle", "something else"]);
    room.run(["verify", "nowhere.zip"]).is(2, &["can't read nowhere.zip"]);
    room.run(["verify", "."]).is(2, &["is no bundle"]);
    let all = ["verify", "other.zip", "good.zip", "q", "nowhere.zip", "--chain"];
    let expected =
        ["changed data/inputs/roster-1.csv", "missing data/records/crm-1.ndjson", "unsigned", "can't read nowhere.zip"];
    room.run(all).is(1, &expected);
}

#[test]
fn a_manifest_that_was_written_anew_has_lost_its_signature() {
    let room = Room::new();
    if room.key("iam", "ed25519", PRINCIPAL, "").is_none() {
        return;
    }
    room.bundle("q", 4, None);
    room.sign("q", "iam").is(0, &["Signed q as iam@example.com"]);
    room.verify("q").is(0, &["by iam@example.com (ED25519 SHA256:", "signers:1)"]);
    // The forger seals other records, and puts the old signature beside that.
    room.contradictory("forged", |_| ());
    fs::create_dir(room.file("forged/signatures")).expect("made");
    fs::copy(room.file("q/signatures/iam-example-com.sig"), room.file("forged/signatures/iam-example-com.sig"))
        .expect("copied");
    let expected = [
        "the file of crm's records isn't what report.json was made of",
        "signatures/iam-example-com.sig: it isn't over this bundle's seal",
    ];
    room.verify("forged").is(1, &expected);
}

#[test]
fn a_bundle_that_contradicts_itself_is_refused() {
    let room = Room::new();
    room.contradictory("run", |description| description.run.id = Some("run-7".to_owned()));
    room.contradictory("moment", |description| {
        description.run.as_of = description.run.as_of.map(|at| at + chrono::TimeDelta::days(1));
    });
    room.contradictory("lost", |description| description.inputs.retain(|input| input.role != Role::Records));
    room.contradictory("named", |description| description.inputs[1].file = name("inputs/roster-9.csv"));
    for (file, expected) in [
        ("moment", "the moment of the audit is 2026-03-29"),
        ("lost", "the file of crm's records isn't"),
        ("named", "bundle.json names data/inputs/roster-9.csv, which the manifest doesn't"),
        ("named", "the HR file isn't"),
    ] {
        room.run(["verify", file]).is(1, &[expected]);
    }
    // What is withheld isn't missing.
    room.contradictory("withheld", |description| {
        description.inputs.retain(|input| input.role != Role::Records);
        description.withheld.push(Withheld { role: Role::Records, why: "names people".to_owned() });
    });
    room.run(["verify", "withheld"]).is(3, &["its files agree"]);
}

#[test]
fn a_chain_is_held_together() {
    let room = Room::new();
    let first = room.bundle("q1.zip", 1, None);
    let second = room.bundle("q2.zip", 2, Some((1, &first)));
    let third = room.bundle("q3.zip", 3, Some((2, &second)));
    room.bundle("q4.zip", 4, Some((3, &third)));
    let chain = |files: &[&str]| room.run(["verify", "--chain"].iter().chain(files));
    chain(&["q3.zip", "q1.zip", "q4.zip", "q2.zip"]).is(3, &["q1.zip ─▶ q2.zip ─▶ q3.zip ─▶ q4.zip"]);
    chain(&["q3.zip", "lost.zip", "q1.zip"])
        .is(2, &["?? chain     a gap", "?? chain     nothing can be told of lost.zip"]);
    chain(&["q1.zip", "q3.zip", "q4.zip"]).is(1, &["a gap: q3.zip names run run-2"]);
    room.bundle("fork.zip", 4, Some((2, &second)));
    chain(&["q1.zip", "q2.zip", "q3.zip", "fork.zip"]).is(1, &["a fork: q3.zip and fork.zip"]);
    fs::rename(room.file("q2.zip"), room.file("old.zip")).expect("renamed");
    room.bundle("q2.zip", 2, None);
    chain(&["q2.zip", "q3.zip"]).is(1, &["replaced: q3.zip names"]);
}

/// What `audit --bundle` makes, not what tests put together.
#[test]
fn audits_that_are_held_against_each_other_are_a_chain() {
    let room = Room::new();
    for (file, text) in [
        ("hr.csv", "Employee ID,Email\nE-1,ada@example.com\n"),
        ("crm.csv", "id,email\n1,ada@example.com\n"),
        (
            "headcount.toml",
            "[hr]\nfile = \"hr.csv\"\n[gate]\nfail_on = []\n[[source]]\nname = \"crm\"\nvendor = \"file\"\nfile = \"crm.csv\"\n",
        ),
    ] {
        fs::write(room.file(file), text).expect("written");
    }
    let audit = |words: &[&str]| {
        let mut audit = crate::support::process::headcount();
        audit.args(["audit", "-q"]).args(words).current_dir(room.path()).assert().code(0);
    };
    audit(&["--as-of", "2026-09-30", "--bundle", "q3.zip"]);
    audit(&["--as-of", "2026-12-31", "--bundle", "q4.zip", "--previous", "q3.zip"]);
    room.run(["verify", "--chain", "q4.zip", "q3.zip"]).is(3, &["q3.zip ─▶ q4.zip", "its files agree with each other"]);
    // The first one was made anew, after the second had named it.
    fs::remove_file(room.file("q3.zip")).expect("removed");
    audit(&["--as-of", "2026-09-30", "--bundle", "q3.zip"]);
    room.run(["verify", "--chain", "q3.zip", "q4.zip"]).is(1, &["a gap: q4.zip names run"]);
}

#[test]
fn a_report_of_other_rules_is_found_without_judging_anew() {
    let room = Room::new();
    room.of_other_rules("q.zip");
    room.run(["verify", "q.zip"]).is(1, &["the rules aren't those by which report.json was made"]);
}

#[test]
fn bundle_and_report_name_the_same_audit_before_them() {
    let room = Room::new();
    let before = room.bundle("q1", 1, None);
    for (told, code, said) in
        [("run-1", 3, "its files agree"), ("run-0", 1, "the run before it is run-1 in bundle.json and run-0")]
    {
        let folder = format!("after-{told}");
        room.following(&folder, (1, &before), told);
        room.run(["verify", &folder]).is(code, &[said]);
    }
}
