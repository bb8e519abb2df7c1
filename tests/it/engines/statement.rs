//! `headcount sql`: names of tables, and rules that can't be said.

use std::fs;

use super::{Did, Lake, findings};
use crate::support::engine::Engine;

#[test]
fn tables_may_be_called_otherwise() {
    let lake = Lake::new();
    lake.facts(&[]).is(0, &[]);
    for table in ["accounts", "people"] {
        fs::rename(lake.path(&format!("facts/{table}")), lake.path(&format!("facts/lake_{table}"))).expect("renamed");
    }
    let named = ["--table", "accounts=lake_accounts", "--table", "people=lake_people"];
    for engine in Engine::all() {
        lake.write(&lake.asked(&engine, &named));
        fs::rename(lake.path("facts/lake_accounts"), lake.path("facts/accounts")).expect("renamed");
        lake.report(&["--format", "json"]).is(1, &[]);
        fs::rename(lake.path("facts/accounts"), lake.path("facts/lake_accounts")).expect("renamed");
        let [there, here] = lake.reports();
        assert_eq!(findings(&there), findings(&here), "{engine}");
    }
    assert!(lake.run(&["sql", "--table", "accounts=a.b.c_1"]).words.contains(" FROM a.b.c_1 a "), "dots");
}

#[test]
fn what_is_no_name_is_refused() {
    let lake = Lake::new();
    for (table, why) in [
        ("accounts", "expected a table and its name, as in accounts=lake.facts_accounts"),
        ("nothing=x", "the tables are accounts, account_keys, people"),
        ("accounts=x; DROP TABLE y", "is no plain name of a table"),
        ("accounts=x'", "is no plain name of a table"),
        ("accounts=", "is no plain name of a table"),
        ("accounts=1x", "is no plain name of a table"),
        ("accounts=x..y", "is no plain name of a table"),
    ] {
        lake.run(&["sql", "--table", table]).is(2, &[why]);
    }
}

fn with_rule(rule: &str) -> Did {
    let lake = Lake::new();
    lake.configure("[rules]\npaths = [\"own\"]\n");
    fs::create_dir(lake.path("own")).expect("a folder");
    lake.0.write(
        "own/own.toml",
        &format!("id = \"own\"\ntitle = \"Own\"\nseverity = \"low\"\nmessage = \"Own.\"\nwhy = \"So.\"\nremediation = \"Do.\"\n{rule}"),
    );
    lake.run(&["sql"])
}

/// A statement without it would pass what it finds.
#[test]
fn a_rule_that_cannot_be_said_is_named() {
    const EXAMPLES: &str = "[[examples]]\nname = \"one\"\nexpect = \"pass\"\nnow = 2026-11-20T08:00:00Z\n";
    let account = "accounts = [{ id = \"a-1\", status = \"active\" }]\n";
    let of_group = format!(
        "subject = \"group\"\ngroup_by = [\"email\"]\nmembers = 'account.live'\nwhen = '\"a-1\" in group.members'\n{EXAMPLES}{account}"
    );
    let of_person = format!(
        "subject = \"employee\"\nmembers = 'account.live'\nwhen = 'accounts.count > 1 && \"crm\" in accounts.sources'\n{EXAMPLES}\
         employee = {{ id = \"E-1\" }}\n{account}"
    );
    for (rule, why) in [(of_group, "of a group, only"), (of_person, "of a person, only")] {
        let did = with_rule(&rule);
        did.is(
            2,
            &["the rule own can't be said in SQL: ", why, "Nothing was written", "change the rule, or disable it"],
        );
        assert!(!did.words.contains("SELECT"), "{}", did.words);
    }
    // Of an account, what SQL can't say is said where the facts are made.
    let of_account = format!(
        "subject = \"account\"\nwhen = 'account.id.matches(\"^a-[0-9]+$\") && account.status == \"inactive\"\n{EXAMPLES}account = {{ id = \"a-1\", status = \"active\" }}\n"
    )
    .replace("\"inactive\"\n", "\"inactive\"'\n");
    with_rule(&of_account).is(0, &["'own' AS rule", "part_own_"]);
}

#[test]
fn rules_that_no_engine_is_asked_are_named_in_a_comment() {
    let lake = Lake::new();
    lake.configure("[rules.override.locked]\nenabled = false\n");
    let did = lake.run(&["sql"]);
    let (comment, code): (Vec<&str>, Vec<&str>) = did.words.lines().partition(|line| line.starts_with("--"));
    let (comment, code) = (comment.join("\n"), code.join("\n"));
    for rule in ["source-incomplete", "roster-stale", "waiver-expired"] {
        assert!(comment.contains(rule) && !code.contains(&format!("'{rule}'")), "{rule}");
    }
    assert!(code.contains("'orphaned'") && !comment.contains("orphaned"), "{comment}");
    assert!(!did.words.contains("'locked'"), "disabled");
}
