//! What the CEL specification says, for all that is part of the language of rules. Where it leaves something open, the
//! reference implementation counts. What is different here is told in `docs/rules.md`, and held there by its examples.

mod functions;
mod values;

use serde_json::value::RawValue;

use super::compile;
use super::subject::{Dice, Made};
use crate::expression::{EvalError, Truth};

const RECORD: &str = r#"{
    "level": 3, "half": 0.5, "whole": 2.0, "exact": 9007199254740993, "huge": 18446744073709551615,
    "flag": true, "word": "Zoë", "number": "7", "nothing": null, "empty": {}, "tags": ["x", "y"],
    "mixed": [1, 2.5, "z", null, [1]], "deep": {"list": [{"a": 1}], "map": {"a": 1.0, "b": "é"}},
    "same": {"b": "é", "a": 1}, "at": "2026-07-01T12:00:00.5+02:00", "a b": 1, "for": 2
}"#;

fn truth(text: &str) -> Truth {
    let mut made = Made::new(&mut Dice::new(&[]));
    made.record = RawValue::from_string(RECORD.to_owned()).expect("JSON");
    let condition = compile(text).unwrap_or_else(|fault| panic!("{text}: {}", fault.message));
    made.with(|scope| condition.truth(scope))
}

/// Conditions that are true. `@` stands for the record.
fn holds(conditions: &[&str]) {
    for text in conditions {
        assert_eq!(truth(&text.replace('@', "account.attributes.")), Truth::Yes, "{text}");
    }
}

/// Conditions that fail: when they are loaded, if they have only constants.
fn fails(conditions: &[(&str, EvalError)]) {
    for (text, error) in conditions {
        let text = text.replace('@', "account.attributes.");
        match compile(&text) {
            Err(fault) => {
                assert!(fault.message.contains(&format!("always fails: {error}")), "{text}: {}", fault.message);
            }
            Ok(_) => assert_eq!(truth(&text), Truth::Error(*error), "{text}"),
        }
    }
}

/// Conditions that are no conditions.
fn refuses(conditions: &[&str]) {
    for text in conditions {
        let text = text.replace('@', "account.attributes.");
        match compile(&text) {
            Err(fault) => assert!(!fault.message.contains("always fails"), "{text}: {}", fault.message),
            Ok(_) => panic!("{text} is accepted"),
        }
    }
}

#[test]
fn literals() {
    holds(&[
        "0x1F == 31 && 0xabCD == 43981 && -0x10 == -16",
        "-9223372036854775808 < 0 && 9223372036854775807 > 0",
        "1e3 == 1000.0 && .5 == 0.5 && 1.5E-1 == 0.15 && 2e+1 == 20.0",
        r#""it's" == 'it\'s' && '"' == "\"" && '''a'b''' == "a'b" && """a"b""" == 'a"b'"#,
        r"'\a\b\f\n\r\t\v\\\?\`' == '\x07\x08\x0C\x0a\X0d\011\x0b\x5c\x3F\140'",
        r"'\u00e9' == 'é' && '\U0001F600' == '😀' && '\303' == 'Ã' && '\377' == 'ÿ'",
        r"r'\d' == '\\d' && R'\' == '\\' && size(r'\n') == 2 && r'''\''' == '\\'",
        "'''one\ntwo''' == 'one\\ntwo'",
        "'a' + 'b' == 'ab' // and so on",
        "true // is so\n && !false",
        "[1, 2,] == [1, 2] && [] == []",
        "@for == 2",
    ]);
    refuses(&[
        "9223372036854775808 > 0",
        "-9223372036854775809 < 0",
        "1e999 > 0.0",
        "'a\nb' == ''",
        r"'\s' == ''",
        r"'\q' == ''",
        r"'\ud83d\ude03' == ''",
        r"'\U00110000' == ''",
        r"'\400' == ''",
        r"'\8' == ''",
        "for == 2",
        "account.in == 2",
        "1 == 1 == true && 1 < 2 < 3",
        "TRUE",
        "True == true",
        "01x == 1",
    ]);
}

#[test]
fn operators_and_their_precedence() {
    holds(&[
        "1 + 2 * 3 == 7 && (1 + 2) * 3 == 9 && 10 - 4 - 3 == 3 && 100 / 10 / 5 == 2 && 7 % 4 * 2 == 6",
        "-2 * 3 == -6 && 2 - -3 == 5 && - 2 == 0 - 2 && --2 == 2 && -(2) == -2 && !!true && !(!false) == false",
        "true || false && false",
        "!false && false == false",
        "!(true && false || false)",
        "1 + 1 == 2 == true",
        "1 < 2 == true && (2 in [2]) == true && 1 + 1 in [2]",
        "false ? false : true ? true : false",
        "true ? false || true : false",
        "(false ? 1 : true ? 2 : 3) == 2 && (true ? 1 : 0) + 1 == 2",
        "-[1, 2][1] == -2 && -@level == -3 && !@flag == false",
        "'abc'.size() + 1 == 4 && [[1, 2], [3]][0][1] == 2",
    ]);
}

#[test]
fn logic() {
    holds(&[
        "true && true && !(true && false) && !(false && true) && !(false && false)",
        "(true || false) && (false || true) && !(false || false)",
        // What decides makes up for an error on either side.
        "!(@tags[9] == '' && false) && !(false && @tags[9] == '')",
        "(@tags[9] == '' || true) && (true || @tags[9] == '')",
        // Only one outcome is evaluated.
        "true ? true : @tags[9] == ''",
        "false ? @tags[9] == '' : true",
    ]);
    fails(&[
        ("@tags[9] == '' && true", EvalError::NoSuchIndex),
        ("true && @tags[9] == ''", EvalError::NoSuchIndex),
        ("@tags[9] == '' || false", EvalError::NoSuchIndex),
        ("!(@tags[9] == '')", EvalError::NoSuchIndex),
        ("@tags[9] == '' ? true : true", EvalError::NoSuchIndex),
        ("@level && true", EvalError::WrongType),
        ("@word ? true : true", EvalError::WrongType),
        ("!@level", EvalError::WrongType),
    ]);
    // What isn't the truth doesn't matter where the other side decides, either.
    holds(&["@level || true", "!(@word && false)"]);
    refuses(&["1 && true", "'' || true", "!1", "1 ? true : false", "true ? 1 : 'a'", "1"]);
}

#[test]
fn macros() {
    holds(&[
        "[1, 2].all(x, x > 0) && ![1, 2].all(x, x > 1) && [].all(x, false) && @tags.all(t, size(t) == 1)",
        "[1, 2].exists(x, x > 1) && ![1, 2].exists(x, x > 2) && ![].exists(x, true) && @tags.exists(t, t == 'y')",
        "[1, 2].exists_one(x, x > 1) && ![1, 1].exists_one(x, x == 1) && ![].exists_one(x, true)",
        "[1, 2, 3].filter(x, x != 2) == [1, 3] && [1].filter(x, false) == [] && size(@mixed.filter(m, m == 'z')) == 1",
        "[1, 2].map(x, x * 2) == [2, 4] && [].map(x, 1) == [] && [1, 2, 3].map(x, x > 1, x * x) == [4, 9]",
        "[1, 2].map(x, [x, x]) == [[1, 1], [2, 2]] && [[1, 2], [3]].map(l, l.map(x, x + 1)) == [[2, 3], [4]]",
        // Keys of maps.
        "@same.all(k, k in ['a', 'b']) && @same.exists(k, k == 'b') && @same.exists_one(k, @same[k] == 1)",
        "@same.filter(k, k != 'a') == ['b'] && size(@same.map(k, k + k)) == 2 && @empty.all(k, false)",
        // One element that decides makes up for errors at others.
        "['7', 'x', '8'].exists(s, int(s) == 8) && !['x', '8'].all(s, int(s) == 7)",
        // Inner variables see outer ones.
        "[1, 2].all(x, [3, 4].all(y, x < y)) && [1, 2].exists(x, [2, 3].exists(y, x == y && x + y == 4))",
        "[[1], [2, 3]].exists(l, l.size() == 2 && l.all(x, x in l)) && [1].all(x, ['a'].map(y, y + string(x)) == ['a1'])",
    ]);
    fails(&[
        ("['x', '7'].all(s, int(s) == 7)", EvalError::Unreadable),
        ("['x', '7'].exists(s, int(s) == 8)", EvalError::Unreadable),
        // Nothing makes up for an error here.
        ("['7', 'x'].exists_one(s, int(s) == 7)", EvalError::Unreadable),
        ("['7', 'x'].filter(s, int(s) == 7) == ['7']", EvalError::Unreadable),
        ("['7', 'x'].map(s, int(s)) == [7]", EvalError::Unreadable),
        ("['7', 'x'].map(s, int(s) == 7, s) == ['7']", EvalError::Unreadable),
        ("@level.all(x, true)", EvalError::WrongType),
        ("@word.exists(x, true)", EvalError::WrongType),
        ("@mixed.all(m, m)", EvalError::WrongType),
    ]);
    refuses(&[
        "[1].all(x)",
        "[1].all(1, true)",
        "[1].all(x.y, true)",
        "[1].all(x, y > 1)",
        "[1].all(x, true) && x == 1",
        "'abc'.all(c, true)",
        "[1].exists(x, x)",
        "all([1], x, true)",
        "[1].any(x, true)",
    ]);
}
