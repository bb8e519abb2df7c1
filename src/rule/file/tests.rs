//! Rule files as they are written, and as they are written wrongly.

use std::path::Path;

use super::*;

const GOOD: &str = r#"id = "own"
title = "Title"
severity = "low"
subject = "account"
when = 'account.live && has(account.last_login_at) && now - account.last_login_at > days(params.max_days)'
message = "last login {{date account.last_login_at}}"
why = "because"
remediation = "do it"
controls = ["CIS:5.3"]

[params]
max_days = 30

[[guardrails]]
control = "CIS:5.3"
param = "max_days"
max = 45

[[examples]]
name = "old"
expect = "violation"
now = 2026-11-20T00:00:00Z
account = { status = "active", last_login_at = 2026-01-01 }
"#;

fn errors(text: &str) -> Vec<String> {
    let source_text = SourceText { path: Path::new("rules/own.toml"), text };
    let found = read(&source_text, Origin::BuiltIn).expect_err("refused");
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn a_good_file_is_read() {
    let rule = read(&SourceText { path: Path::new("rules/own.toml"), text: GOOD }, Origin::BuiltIn).expect("valid");
    assert_eq!(rule.id().as_str(), "own");
    assert_eq!(rule.needs().iter().map(crate::model::FactName::as_str).collect::<Vec<_>>(), ["last_login_at"]);
}

/// What is replaced, by what, and what is said then.
const MISTAKES: [(&str, &str, &str); 25] = [
    ("id = \"own\"", "id = \"other\"", "rules/own.toml:1:6: the rule is called \"other\", and its file is not"),
    ("id = \"own\"", "id = \"Own\"", "rules/own.toml:1:6: \"Own\" can't be the id of a rule"),
    ("title = \"Title\"", "titel = \"Title\"", "2:1: unknown field `titel` (did you mean `title`?)"),
    ("title = \"Title\"", "title = 7", "2:9: invalid type: integer `7`"),
    ("title = \"Title\"", "title = \" \"", "`title` is empty"),
    ("title = \"Title\"\n", "", "missing field `title`"),
    ("\"low\"", "\"lo\"", "3:12: unknown variant `lo` (did you mean `low`?)"),
    ("\"account\"", "\"acount\"", "4:11: unknown variant `acount` (did you mean `account`?)"),
    ("account.live", "account.lve", "5:17: `account` has no fact `lve` (did you mean `account.live`?)"),
    ("has(account.last_login_at)", "true", "5:39: `account.last_login_at` can be absent"),
    (
        "days(params.max_days)",
        "days(params.max_day)",
        "this rule has no param `max_day` (did you mean `params.max_days`?)",
    ),
    ("days(params.max_days)", "90", "`>` can't be used with duration and int"),
    ("date account.last_login_at", "date account.last_login", "6:38: `account` has no fact `last_login`"),
    ("{{date account.last_login_at}}", "{{account.emial}}", "6:33: `account` has no fact `emial`"),
    ("{{date account.last_login_at}}", "{{#if account.emial}}x{{/if}}", "6:37: `account` has no fact `emial`"),
    ("{{date account.last_login_at}}", "{{date account.id}}", "`date` takes a timestamp, and this is a string"),
    ("{{date account.last_login_at}}", "{{day account.id}}", "a message has no helper `day`"),
    ("{{date account.last_login_at}}", "{{#if account.id}}", "invalid handlebars syntax"),
    ("{{date account.last_login_at}}", "{{#each account.roles}}x{{/each}}", "a message has no block `#each`"),
    ("controls = [\"CIS:5.3\"]", "controls = [\"CSI:5.3\"]", "9:13: there is no framework \"CSI\""),
    ("max_days = 30", "max_days = 1.5", "12:12: a param is true or false"),
    ("param = \"max_days\"", "param = \"max_day\"", "16:9: this rule has no param \"max_day\""),
    ("max = 45\n", "", "a guardrail has a limit"),
    ("last_login_at = 2026-01-01 ", "absent = [\"last_logn_at\"] ", "there is no fact \"last_logn_at\""),
    (", last_login_at = 2026-01-01 ", "", "the rule reads last_login_at, and this example doesn't tell it"),
];

#[test]
fn every_mistake_is_refused_at_its_place() {
    for (from, to, says) in MISTAKES {
        assert!(GOOD.contains(from), "{from}");
        let found = errors(&GOOD.replacen(from, to, 1));
        assert!(found.iter().any(|one| one.contains(says)), "{to}: {found:#?}");
    }
}

#[test]
fn all_mistakes_are_told_at_once() {
    let text = GOOD.replace("account.live", "account.lve").replace("{{date account.last_login_at}}", "{{x}}");
    assert_eq!(errors(&text).len(), 2);
}

#[test]
fn group_keys_belong_to_groups() {
    assert!(
        errors(&GOOD.replace("severity", "group_by = \"employee\"\nseverity"))[0].contains("`group_by` belongs to")
    );
    assert!(errors(&GOOD.replace("\"account\"", "\"group\"")).iter().any(|one| one.contains("what makes a group")));
}

#[test]
fn examples_say_what_they_expect() {
    let with = |expect: &str| errors(&GOOD.replace("expect = \"violation\"", expect));
    assert!(with("expect = \"not-evaluable\"")[0].contains("doesn't say what is missing"));
    assert!(with("expect = \"pass\"\nmissing = [\"status\"]")[0].contains("yet facts missing"));
    assert!(with("expect = \"violaton\"")[0].contains("did you mean `violation`?"));
}
