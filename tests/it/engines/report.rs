//! `headcount report` does with an engine's answer all that an audit does with its own: formats, bundle, history, privacy, gate.

use std::fs;

use headcount::history::State;
use headcount::render::Format;

use super::{AT, Lake, RECORDS, findings};
use crate::support::tenant::read_report;

fn asked() -> Lake {
    let lake = Lake::new();
    lake.facts(&[]).is(0, &[]);
    lake
}

#[test]
fn every_format_says_what_an_audit_says() {
    let lake = asked();
    let files: Vec<Format> = Format::ALL.into_iter().filter(|format| format.file_name().is_some()).collect();
    let all = files.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    lake.answered(&["--format", &all]).is(1, &[]);
    lake.run(&["audit", AT, "--format", &all, "--out", "here"]).is(1, &[]);
    for format in files {
        let name = format.file_name().expect("a file");
        let [there, here] = ["there", "here"].map(|folder| fs::read(lake.path(folder).join(name)).expect("written"));
        // The others tell when they were made.
        if matches!(
            format,
            Format::Csv
                | Format::MembersCsv
                | Format::Ndjson
                | Format::Accounts
                | Format::AccountsCsv
                | Format::CodeQuality
        ) {
            assert_eq!(String::from_utf8_lossy(&there), String::from_utf8_lossy(&here), "{format}");
        }
        assert!(there.len().abs_diff(here.len()) < 200, "{format}: {} and {}", there.len(), here.len());
    }
    let [there, here] = lake.reports();
    assert_eq!(findings(&there), findings(&here));
    let printed = ["report", "--facts", "facts", "--verdicts", "verdicts.ndjson", "--out", "-", "--format", "json"];
    lake.run(&printed).is(1, &["\"fingerprint\""]);
}

#[test]
fn exit_codes_are_those_of_an_audit() {
    let lake = asked();
    lake.answered(&[]).is(1, &[]);
    lake.report(&["--exit-zero"]).is(0, &[]);
    lake.report(&["--fail-on", "identity-conflict"]).is(0, &[]);
    lake.report(&["--fail-on", "locked"]).is(3, &["locked can't be judged for any of 4 subjects"]);
    lake.report(&["--fail-on", "orphaned"]).is(1, &["orphaned"]);
    lake.report(&["--fail-on", "nothing"]).is(2, &["nothing"]);
    lake.report(&["--format", "paper"]).is(2, &["paper"]);
    lake.run(&["report", "--facts", "facts"]).is(2, &["--verdicts"]);
    lake.run(&["report", "--verdicts", "verdicts.ndjson"]).is(2, &["--facts"]);
    // Nobody can say that all are there.
    lake.share("1/1", &RECORDS, &["--declared", "5"]).is(0, &[]);
    lake.answered(&["--exit-zero"]).is(3, &["4 records arrived, and there are 5"]);
    // Only who is well is left.
    lake.share("1/1", &RECORDS[..1], &["--declared", "1"]).is(0, &[]);
    lake.answered(&["--fail-on", "severity:high"]).is(0, &[]);
}

#[test]
fn a_bundle_of_it_is_verified_and_replayed() {
    let lake = asked();
    lake.answered(&["--format", "json,csv,accounts", "--bundle", "run.zip"]).is(1, &["run.zip"]);
    lake.run(&["bundle", "verify", "run.zip"]).is(3, &["intact", "unsigned"]);
    lake.run(&["bundle", "replay", "run.zip"]).is(0, &["identical"]);
    // It holds every record, so that it needs every record.
    let lake = Lake::new();
    lake.share("1/2", &RECORDS[..2], &["--declared", "4"]).is(0, &[]);
    lake.share("2/2", &RECORDS[2..], &["--declared", "4"]).is(0, &[]);
    lake.answered(&[]).is(1, &[]);
    let without =
        |part: &str| fs::remove_file(lake.path(&format!("facts/accounts/crm-{part}.parquet"))).expect("removed");
    without("1-of-2");
    lake.report(&["--bundle", "run.zip"]).is(2, &["records aren't there"]);
    assert!(!lake.path("run.zip").exists());
}

#[test]
fn findings_have_a_history() {
    let lake = Lake::new();
    lake.configure("[history]\n");
    lake.facts(&[]).is(0, &[]);
    lake.answered(&["--format", "json"]).is(1, &[]);
    fs::rename(lake.path("there"), lake.path("earlier")).expect("renamed");
    // The stranger has gone, and another has come.
    let stranger = RECORDS[2].replace("a-3", "a-5");
    lake.0.write("crm.ndjson", &([RECORDS[0], RECORDS[1], &stranger, RECORDS[3]].join("\n") + "\n"));
    lake.run(&["facts", "--as-of=2026-10-16T12:00:00Z", "--out", "facts"]).is(0, &[]);
    let states = |lake: &Lake| {
        let report = read_report(&lake.path("there"));
        let resolved = report.changes.as_ref().expect("changes").resolved.iter();
        let resolved: Vec<String> = resolved.filter_map(|gone| gone.subject.account_id.clone()).collect();
        let findings = report.findings.to_vec().expect("findings").into_iter();
        let of_orphans = findings.filter(|finding| finding.rule == "orphaned");
        let of_orphans = of_orphans.map(|finding| finding.history.expect("history").state).collect::<Vec<_>>();
        (resolved, of_orphans)
    };
    lake.answered(&["--format", "json", "--previous", "earlier/report.json"]).is(1, &[]);
    assert_eq!(states(&lake), (vec!["a-3".to_owned()], vec![State::New]));
    // The report that was there before is found by itself.
    fs::remove_dir_all(lake.path("there")).expect("removed");
    fs::rename(lake.path("earlier"), lake.path("there")).expect("renamed");
    lake.report(&["--format", "json"]).is(1, &[]);
    assert_eq!(states(&lake), (vec!["a-3".to_owned()], vec![State::New]));
    // An audit here goes on where the engine stopped.
    let audit = ["audit", "--as-of=2026-10-17T12:00:00Z", "--out", "there", "--format", "json"];
    lake.run(&audit).is(1, &[]);
    assert_eq!(states(&lake), (Vec::new(), vec![State::Persisting]));
}

#[test]
fn privacy_is_kept() {
    let lake = Lake::new();
    lake.configure("[report]\npseudonym_key = \"env:A_KEY\"\n");
    lake.facts(&[]).is(0, &[]);
    for level in ["pseudonymous", "counts"] {
        lake.answered(&["--format", "json,csv,md,html", "--privacy", level]).is(1, &[]);
        for file in ["report.json", "findings.csv", "report.md", "report.html"] {
            let text = lake.0.read(&format!("there/{file}"));
            assert!(text.contains("orphaned"), "{level}: {file}");
            for name in ["Bob Tester", "bob@example.com", "nobody@elsewhere.example"] {
                assert!(!text.contains(name), "{level}: {file} tells {name}");
            }
        }
    }
    lake.configure("");
    lake.report(&["--privacy", "pseudonymous"]).is(2, &["pseudonym_key"]);
}
