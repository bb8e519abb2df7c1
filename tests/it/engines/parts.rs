//! Shares of a source's records, each made somewhere: together they are the whole, or it is said what is wrong.

use std::fs;

use super::{Lake, RECORDS, findings};
use headcount::model::SourceStatus;

const FOUR: [&str; 2] = ["--declared", "4"];

/// Both halves, as they should be.
fn halves(lake: &Lake) {
    lake.share("1/2", &RECORDS[..2], &FOUR).is(0, &["crm 1/2: 2 accounts"]);
    lake.share("2/2", &RECORDS[2..], &FOUR).is(0, &["crm 2/2: 2 accounts"]);
}

#[test]
fn shares_are_the_whole_together() {
    let lake = Lake::new();
    halves(&lake);
    // A part that is made again is the same part.
    lake.share("2/2", &RECORDS[2..], &FOUR).is(0, &["crm 2/2: 2 accounts"]);
    lake.answered(&["--format", "json"]).is(1, &[]);
    let [there, here] = lake.reports();
    assert!(here.findings.len() > 2, "{}", here.findings.len());
    assert_eq!(findings(&there), findings(&here));
    let counted = |report: &headcount::report::Report| {
        let source = &report.sources[0];
        (source.status, source.distinct, source.fetched, report.verdict.exit_code)
    };
    assert_eq!(counted(&there), counted(&here));
}

/// Neither of them violates anything: only counting tells that one is there twice, and another perhaps not at all.
#[test]
fn an_account_in_two_parts_is_noticed_whatever_rules_say() {
    let lake = Lake::new();
    lake.share("1/2", &RECORDS[..1], &["--declared", "2"]).is(0, &[]);
    lake.share("2/2", &RECORDS[..1], &["--declared", "2"]).is(0, &[]);
    lake.answered(&[]).is(2, &["crm: the account a-1 is in more than one part", "share the records out by account"]);
    lake.write(
        &lake
            .asked(&super::Engine::Sqlite, &[])
            .into_iter()
            .filter(|row| row.verdict != "distinct")
            .collect::<Vec<_>>(),
    );
    lake.report(&[]).is(2, &["the engine tells 0 accounts apart, and the facts are of 2"]);
}

#[test]
fn what_is_lost_leaves_the_source_incomplete() {
    let incomplete = |make: &dyn Fn(&Lake), why: &str| {
        let lake = Lake::new();
        make(&lake);
        lake.answered(&["--format", "json", "--exit-zero"]).is(3, &[why]);
        let [there, _] = lake.reports();
        assert_eq!(there.sources[0].status, SourceStatus::Incomplete, "{why}");
    };
    incomplete(&|lake| drop(lake.share("1/2", &RECORDS[..2], &FOUR)), "of 2 parts, these are missing: 2");
    incomplete(
        &|lake| {
            lake.share("1/2", &RECORDS[..2], &FOUR);
            lake.share("2/2", &RECORDS[2..3], &FOUR);
        },
        "3 records arrived, and there are 4",
    );
    incomplete(
        &|lake| {
            lake.share("1/2", &RECORDS[..2], &[]);
            lake.share("2/2", &RECORDS[2..], &[]);
        },
        "nobody says how many records there are",
    );
    incomplete(
        &|lake| {
            lake.share("1/2", &RECORDS[..2], &FOUR);
            lake.share("2/3", &RECORDS[2..], &FOUR);
        },
        "its facts are of 2 and 3 parts",
    );
    incomplete(
        &|lake| {
            lake.share("1/2", &RECORDS[..2], &FOUR);
            let broken = lake.share("2/2", &[RECORDS[2], "{\"id\":", RECORDS[3]], &FOUR);
            broken.is(3, &["crm is incomplete", "1 record could not be read", "first in line 2"]);
        },
        "could not be read",
    );
    incomplete(
        &|lake| {
            lake.share("1/2", &RECORDS[..2], &[]);
            lake.facts(&["--source", "crm", "--part", "2/2"]);
        },
        "some of its parts were handed over, and others were asked for",
    );
    incomplete(
        &|lake| {
            lake.share("1/2", &RECORDS[..2], &["--declared", "4"]);
            lake.share("2/2", &RECORDS[2..], &["--declared", "5"]);
        },
        "its parts say that there are 4 and 5 records",
    );
}

#[test]
fn parts_that_do_not_belong_together_are_refused() {
    let refused = |spoil: &dyn Fn(&Lake), why: &str| {
        let lake = Lake::new();
        halves(&lake);
        let rows = lake.asked(&super::Engine::Sqlite, &[]);
        lake.write(&rows);
        spoil(&lake);
        lake.report(&[]).is(2, &[why, "make them again with `headcount facts`"]);
    };
    refused(
        &|lake| {
            let later =
                ["facts", "--as-of=2026-10-16", "--out", "facts", "--source", "crm", "--part", "2/2", "--records", "-"];
            lake.piped(&[&later[..], &FOUR].concat(), &RECORDS[2..].join("\n")).is(0, &[]);
        },
        "the facts of crm 2/2 were made as of another moment than other parts",
    );
    refused(
        &|lake| {
            lake.configure("[rules.override.stale-login]\nparams = { max_idle_days = 5 }\n");
            lake.share("2/2", &RECORDS[2..], &FOUR).is(0, &[]);
            lake.configure("");
        },
        "the facts of crm 2/2 were made by other rules than are configured",
    );
    refused(
        &|lake| {
            let roster = lake.0.read("hr.csv");
            lake.0.write("hr.csv", &roster.replace("Bob", "Rob"));
            lake.share("2/2", &RECORDS[2..], &FOUR).is(0, &[]);
            lake.0.write("hr.csv", &roster);
        },
        "the facts of crm 2/2 were made by another roster than is configured",
    );
    refused(
        &|lake| {
            lake.configure("privileged_roles = [\"Admin\"]\n");
            lake.share("2/2", &RECORDS[2..], &FOUR).is(0, &[]);
            lake.configure("");
        },
        "[[source]]",
    );
}

/// A copy of a part beside it, in one table or in all.
#[test]
fn a_copied_file_is_noticed() {
    for tables in [&["accounts", "account_keys", "sources"][..], &["accounts"], &["sources"]] {
        let lake = Lake::new();
        halves(&lake);
        for table in tables {
            let file = |name: &str| lake.path(&format!("facts/{table}/{name}.parquet"));
            fs::copy(file("crm-1-of-2"), file("copy")).expect("copied");
        }
        lake.answered(&[]).is(2, &["error"]);
    }
}

#[test]
fn a_command_line_that_makes_no_sense_is_refused() {
    let lake = Lake::new();
    lake.facts(&["--part", "1/2"]).is(2, &["--source"]);
    lake.facts(&["--source", "crm", "--part", "3/2"])
        .is(2, &["the number of the part and how many there are, as in 3/16"]);
    lake.facts(&["--source", "crm", "--part", "0/2"]).is(2, &["3/16"]);
    lake.facts(&["--records", "crm.ndjson"]).is(2, &["--source"]);
    lake.facts(&["--source", "crm", "--declared", "4"]).is(2, &["--records"]);
    lake.facts(&["--source", "crm", "--records", "nothing.ndjson"]).is(2, &["nothing.ndjson", "can't be read"]);
    lake.facts(&["--source", "crn"]).is(2, &["crn"]);
    assert!(!lake.path("facts").exists(), "nothing was written");
    let elsewhere = lake.run(&["facts", "--out", "hr.csv/facts"]);
    elsewhere.is(2, &["the tables can't be written there", "hr.csv/facts", "name another folder with --out"]);
}

/// Each asks for the whole list, and keeps its share: no account is in two.
#[test]
fn parts_that_ask_for_themselves_share_out_by_account() {
    let lake = Lake::new();
    for part in ["1/3", "2/3", "3/3"] {
        lake.facts(&["--source", "crm", "--part", part]).is(0, &[&format!("crm {part}: ")]);
    }
    lake.answered(&["--format", "json"]).is(1, &[]);
    let [there, here] = lake.reports();
    assert_eq!(findings(&there), findings(&here));
    // An account has come in the meantime.
    let more = r#"{"id":"a-9","email":"ann@example.com","status":"active"}"#;
    lake.0.write("crm.ndjson", &([&RECORDS[..], &[more]].concat().join("\n") + "\n"));
    lake.facts(&["--source", "crm", "--part", "2/3"]).is(0, &[]);
    lake.answered(&["--format", "json", "--exit-zero"]).is(3, &["the list changed while its parts were made"]);
}

/// Each share has fewer accounts than there are at least, and all of them have enough.
#[test]
fn the_least_number_is_one_of_all_shares_together() {
    let lake = Lake::new();
    for (least, code, said) in
        [(4, 0, "complete"), (5, 3, "4 different accounts arrived, and there are at least 5 (expect_min)")]
    {
        lake.configure(&format!("expect_min = {least}\n"));
        halves(&lake);
        lake.answered(&["--format", "json", "--exit-zero"]).is(code, &[said]);
    }
}

/// Sources are made one after another, each with a crosswalk of its own.
#[test]
fn sources_are_made_apart() {
    let lake = Lake::new();
    let second = "[[source]]\nname = \"desk\"\nvendor = \"file\"\nfile = \"desk.ndjson\"\n";
    let matching =
        |name: &str| format!("match = {{ tiers = [\"crosswalk\", \"email\"], crosswalk = \"{name}.csv\" }}\n");
    lake.configure(&[&matching("crm"), second, &matching("desk")].concat());
    lake.0.write("crm.csv", "key,value,employee_id\nid,a-3,E-1\n");
    lake.0.write("desk.csv", "key,value,employee_id\nid,d-1,E-4\n");
    lake.0.write("desk.ndjson", "{\"id\":\"d-1\",\"email\":\"desk@example.com\",\"status\":\"active\"}\n");
    for source in ["desk", "crm", "desk"] {
        lake.facts(&["--source", source]).is(0, &[source]);
    }
    lake.answered(&["--format", "json"]).is(1, &["5 matched, 0 unmatched"]);
    let [there, here] = lake.reports();
    assert_eq!(findings(&there), findings(&here));
}

/// Configuration and roster are at another place there.
#[test]
fn a_part_may_come_from_another_machine() {
    let (lake, other) = (Lake::new(), Lake::new());
    lake.share("1/2", &RECORDS[..2], &FOUR).is(0, &[]);
    other.share("2/2", &RECORDS[2..], &FOUR).is(0, &[]);
    for table in ["accounts", "account_keys", "sources"] {
        let file = format!("facts/{table}/crm-2-of-2.parquet");
        fs::copy(other.path(&file), lake.path(&file)).expect("copied");
    }
    lake.answered(&["--format", "json"]).is(1, &[]);
    let [there, here] = lake.reports();
    assert_eq!(findings(&there), findings(&here));
}

#[test]
fn a_source_may_have_no_accounts() {
    let lake = Lake::new();
    lake.0.write("crm.ndjson", "");
    lake.share("1/1", &[], &["--declared", "0"]).is(0, &["crm 1/1: 0 accounts"]);
    lake.answered(&[]).is(3, &["crm is complete and has no accounts"]);
    lake.configure("max_change = \"off\"\n");
    lake.share("1/1", &[], &["--declared", "0"]).is(0, &["crm 1/1: 0 accounts"]);
    lake.answered(&["--format", "json"]);
    let [there, here] = lake.reports();
    assert_eq!(there.sources[0].distinct, 0);
    assert_eq!(findings(&there), findings(&here));
}
