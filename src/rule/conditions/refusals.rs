//! What would be silently wrong elsewhere is refused, at its place and with advice.

use super::{compile, compile_for};
use crate::expression::Fault;
use crate::rule::Subject;

fn refusal(subject: Subject, text: &str) -> (String, Fault) {
    let fault = compile_for(subject, text).expect_err(text);
    (text.get(fault.span.start..fault.span.end).unwrap_or_default().to_owned(), fault)
}

/// Condition, what the caret marks, what the message says, what the advice says.
const REFUSED: [(&str, &str, &str, &str); 57] = [
    ("acount.locked", "acount", "nothing called `acount`", "did you mean `account`?"),
    ("account.actve", "actve", "no fact `actve`", "it has: "),
    ("account.statsu == 'active'", "statsu", "no fact `statsu`", "did you mean `account.status`?"),
    ("account.status == 'actve'", "'actve'", "never \"actve\"", "did you mean \"active\"?"),
    ("'on' != account.status", "'on'", "never \"on\"", "it is one of: active, inactive"),
    ("account.status in ['active', 'dead']", "['active', 'dead']", "never \"dead\"", "active, inactive"),
    ("account.status == 1", "==", "never equal", "one type"),
    ("account.locked == 'yes'", "==", "never equal", "one type"),
    ("account.status", "account.status", "a condition is expected", "=="),
    ("account.roles", "account.roles", "a condition is expected", "exists()"),
    ("account.locked && account.status", "account.status", "a condition is expected", "=="),
    ("!account.id", "account.id", "a condition is expected", "=="),
    ("account", "account", "not a value", "account.…"),
    ("account.last_login_at < now", "account.last_login_at", "can be absent", "has(account.last_login_at) && …"),
    ("!has(account.email) && account.email == 'x'", "account.email", "can be absent", "has(account.email)"),
    ("has(account.email) || account.email == 'x'", "account.email", "can be absent", "has(account.email)"),
    ("account.email == 'x' && has(account.email)", "account.email", "can be absent", "has(account.email)"),
    ("has(account.email) ? true : account.email == ''", "account.email", "can be absent", "has(account.email)"),
    ("(has(account.email) || true) && account.email == ''", "account.email", "can be absent", "has(account.email)"),
    ("!(has(account.email) && true) || account.id == account.username", "account.username", "can be absent", ""),
    ("has(account.username) && account.email == 'x'", "account.email", "can be absent", "has(account.email)"),
    ("account.roles.exists(r, r == account.email)", "account.email", "can be absent", "has(account.email)"),
    ("employee.left", "employee.left", "there may be no employee", "account.attributable && …"),
    ("account.matched || employee.left", "employee.left", "there may be no employee", "account.attributable"),
    ("account.matched && employee.name == ''", "employee.name", "can be absent", "has(employee.name)"),
    ("has(employee.end_date)", "employee.end_date", "there may be no employee", "account.attributable"),
    ("declared.owner_left", "declared.owner_left", "there may be no declared", "account.declared && …"),
    ("account.declared && declared.owner == ''", "declared.owner", "can be absent", "has(declared.owner)"),
    ("account.email == null", "account.email", "can be absent", "has(account.email)"),
    ("account.status == null", "null", "equal to null", "has(account.status)"),
    ("[null] == [null]", "null", "null can't", "has(fact)"),
    ("has(account.status)", "account.status", "always there", "not evaluable"),
    ("has(params.n)", "params.n", "always there", ""),
    ("has(account)", "account", "has() takes a fact", "has(account.last_login_at)"),
    ("account.locked > 1", ">", "can't be used with bool and int", ""),
    ("1 + 1.5 > 2.0", "+", "can't be used with int and double", "int() or double()"),
    ("now - account.created_at > 90", ">", "can't be used with duration and int", "days(n)"),
    ("account.id + 1 == 'x'", "+", "can't be used with string and int", ""),
    ("account.id.statsWith('x')", "statsWith", "no function `statsWith`", "did you mean `startsWith`?"),
    ("account.roles.contains('x')", "contains", "can't be used with (list of string, string)", "(string, string)"),
    ("startsWith(account.id, 'x')", "startsWith", "called on a value", "x.startsWith(…)"),
    ("'x' in account.id", "account.id", "looks into a list", "contains()"),
    ("1 in account.roles", "in", "never in a list of string", ""),
    ("account.roles[0] == 1", "==", "never equal", ""),
    ("account.roles['x'] == ''", "'x'", "indexed with a int", ""),
    ("account.id.matches('[')", "'['", "not a regular expression", "r'…'"),
    ("account.id.matches(account.source)", "account.source", "written in the rule", ""),
    ("duration('90d') > days(1)", "duration('90d')", "always fails", "days(90)"),
    ("timestamp('2026-13-01') > now", "timestamp('2026-13-01')", "always fails", "2026-01-31T00:00:00Z"),
    ("now.getHours('Europe/Berln') > 1", "'Europe/Berln'", "no such time zone", "did you mean \"Europe/Berlin\"?"),
    ("now.getHours('+1') > 1", "'+1'", "no such time zone", "+01:00"),
    ("now.getHours(account.id) > 1", "account.id", "written in the rule", ""),
    ("9223372036854775807 + 1 > 0", "9223372036854775807 + 1", "always fails: a number", ""),
    ("account.roles.exists('r', true)", "'r'", "a variable is expected", ""),
    ("account.roles.exists(r)", "exists", "takes a variable", "list.exists(x, condition)"),
    ("account.roles.all(now, true)", "now", "already means", "another name"),
    ("params.nn > 1", "nn", "no param `nn`", "params.n"),
];

#[test]
fn mistakes_are_refused_at_their_place_with_advice() {
    for (text, marked, message, help) in REFUSED {
        let (place, fault) = refusal(Subject::Account, text);
        assert_eq!(place, marked, "{text}: {}", fault.message);
        assert!(fault.message.contains(message), "{text}: {}", fault.message);
        assert!(fault.help.clone().unwrap_or_default().contains(help), "{text}: {:?}", fault.help);
    }
}

#[test]
fn a_subject_has_its_own_roots() {
    for (subject, text, says) in [
        (Subject::Source, "account.locked", "a rule about a source has no `account`"),
        (Subject::Account, "source.fetched > 1", "a rule about an account has no `source`"),
        (Subject::Group, "employee.left", "a rule about a group has no `employee`"),
        (Subject::Roster, "group.size > 1", "a rule about the roster has no `group`"),
    ] {
        let (_, fault) = refusal(subject, text);
        assert_eq!(fault.message, says);
    }
    for (subject, text) in [
        (Subject::Source, "source.status == 'failed' && has(source.declared) && source.declared > source.fetched"),
        (Subject::Employee, "employee.left && has(employee.kind) && employee.kind == 'external'"),
        (Subject::Group, "group.size >= 2 && group.members.exists(m, m != group.key)"),
        (Subject::Roster, "roster.rejected > 0"),
    ] {
        assert!(compile_for(subject, text).is_ok(), "{text}");
    }
}

#[test]
fn guards_are_understood() {
    for text in [
        "has(account.email) && account.email == 'x'",
        "!has(account.email) || account.email == 'x'",
        "has(account.email) ? account.email == 'x' : false",
        "!(has(account.email) && account.locked) || account.email != ''",
        "has(account.email) && account.locked && account.roles.exists(r, r == account.email)",
        "(has(account.email) && account.locked || has(account.email)) && account.email == ''",
        "account.matched && employee.left",
        "account.situation == 'matched' && employee.left",
        "account.declared && declared.owner_left",
        "account.situation == 'declared' && has(declared.owner) && declared.kind == 'service'",
        "account.situation != 'matched' || employee.left",
        "account.matched && has(employee.ends_at) && employee.ends_at < now",
        "account.matched && has(employee.columns.team) && employee.columns['team'] == 'a'",
        "account.attributes.level > 2 && account.attributes.name == null",
        "account.roles.filter(r, r in params.names).map(r, r + '!').size() > params.n",
        "now.getFullYear('+02:00') > 2020 && string(now) != ''",
        "account.id.lowerAscii().matches(params.word)",
    ] {
        if let Err(fault) = compile(text) {
            panic!("{text}: {} ({:?})", fault.message, fault.help);
        }
    }
}
