//! A rule has a budget of steps for each subject: whatever is written in it, and whatever the data is, it ends.

use serde_json::value::RawValue;

use super::compile;
use super::subject::{Dice, Made};
use crate::expression::{EvalError, Missing, Truth};
use crate::model::FactName;

fn made() -> Made {
    let mut made = Made::new(&mut Dice::new(&[]));
    let many: Vec<String> = (0..2000).map(|number| format!("role {number:04}")).collect();
    let keys: serde_json::Map<_, _> = many.iter().map(|key| (key.clone(), 1.into())).collect();
    let record = serde_json::json!({"many": many, "keys": keys, "long": "x".repeat(1 << 16), "few": ["a", "b"]});
    made.record = RawValue::from_string(record.to_string()).expect("JSON");
    made.email = Some("x".repeat(1 << 16).leak());
    made
}

fn truth(text: &str) -> Truth {
    let condition = compile(text).unwrap_or_else(|fault| panic!("{text}: {}", fault.message));
    made().with(|scope| condition.truth(scope))
}

/// `inside`, under this many macros over ten numbers.
fn nested(depth: usize, inside: &str) -> String {
    let call = |depth: usize, inside: String| format!("[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].all(x{depth}, {inside})");
    (0..depth).rev().fold(inside.to_owned(), |inside, depth| call(depth, inside))
}

const SPENT: Truth = Truth::Error(EvalError::TooManySteps);

#[test]
fn what_takes_too_long_ends() {
    let doubled = |step: &str| format!("['0123456789abcdef']{}", format!(".map(x, {step})").repeat(40));
    for text in [
        nested(8, "x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7 >= 0"),
        nested(8, "x0 < 0 || true"),
        nested(8, "account.attributes.few.all(f, f != '')"),
        // The other macros.
        "@many.all(a, @many.all(b, a == a || b == b))".to_owned(),
        "!@many.exists(a, @many.exists(b, a == b + b))".to_owned(),
        "@many.all(a, !@many.exists_one(b, a == b + b))".to_owned(),
        "@many.filter(a, @many.filter(b, a == b).size() == 1).size() == 2000".to_owned(),
        "@many.map(a, @many.map(b, a + b)).size() == 2000".to_owned(),
        "@many.map(a, @many.map(b, b < a, b)).size() == 2000".to_owned(),
        // What doubles in each step, in text, length and depth.
        format!("{}.size() == 1", doubled("x + x")),
        format!("{}.size() == 1", doubled("[x, x]")),
        format!("[['a']]{}.size() == 1", ".map(x, x + x)".repeat(40)),
        format!("{0} == {0}", format!("[1]{}", ".map(x, [x, x])".repeat(18))),
        // What is long, again and again.
        "@many.all(a, !@long.contains(a))".to_owned(),
        "@many.all(a, @long + a != a)".to_owned(),
        "@many.all(a, size(@long) > 0)".to_owned(),
        "@many.all(a, !@long.matches('y'))".to_owned(),
        "@many.all(a, a in @many)".to_owned(),
        "@many.all(a, @keys.exists(k, true))".to_owned(),
        "@many.all(a, @many == @many)".to_owned(),
        "@many.all(a, account.attributes == account.attributes)".to_owned(),
        "has(account.email) && @many.all(a, !(account.email + a in ['x']))".to_owned(),
        "has(account.email) && [account.email + 'a'].all(long, @many.all(a, !(long in ['x'])))".to_owned(),
        // One after the other.
        ["@many.all(a, a + a + a + a + a + a + a != '')"; 55].join(" && "),
    ] {
        let text = text.replace('@', "account.attributes.");
        assert_eq!(truth(&text), SPENT, "{}", &text[..text.len().min(200)]);
    }
}

#[test]
fn what_is_usual_has_steps_enough() {
    for text in [
        nested(4, "x0 + x1 + x2 + x3 >= 0"),
        "@many.all(a, a.startsWith('role') && a.size() == 9 && !a.matches('^admin') && a != account.id)".to_owned(),
        "@many.map(a, a + '!').filter(a, a.endsWith('7!')).size() == 200".to_owned(),
        "@many.all(a, !(a in params.names)) && @many == @many && 'role 1999' in @many".to_owned(),
        "@few.all(f, !@many.exists(a, a == f)) && @long.size() == 65536 && !@long.matches('y')".to_owned(),
        "@many.all(a, @many[7] != a || a == 'role 0007')".to_owned(),
        "@keys.all(k, @keys[k] == 1 && has(@keys.z) == false)".to_owned(),
        "params.names.all(n, !account.handles.exists(h, h == n))".to_owned(),
    ] {
        let text = text.replace('@', "account.attributes.");
        assert_eq!(truth(&text), Truth::Yes, "{text}");
    }
}

#[test]
fn what_decides_makes_up_for_it() {
    let endless = nested(8, "x0 >= 0");
    for text in [format!("{endless} || true"), format!("true || {endless}"), format!("!(false && {endless})")] {
        assert_eq!(truth(&text), Truth::Yes, "{text}");
    }
    for text in [format!("{endless} && true"), format!("!{endless}"), format!("{endless} ? true : true")] {
        assert_eq!(truth(&text), SPENT, "{text}");
    }
}

#[test]
fn a_fact_that_is_read_later_may_save_steps() {
    // Without the id, nothing ends the inner loops; and nothing is left of that it is missing.
    let inner = nested(2, "account.id == 'a-1'").replace("all(x", "exists(y");
    let text = nested(4, &format!("({inner} || true)"));
    let condition = compile(&text).expect("compiles");
    let made = made();
    assert_eq!(made.with(|scope| condition.coarse(scope)), None);
    assert_eq!(made.with(|scope| condition.rest(scope).truth(scope)), Truth::Yes);
    // Where no fact can change it, it is settled for all.
    let condition = compile(&nested(8, "account.live || x0 >= 0 || x1 >= 0")).expect("compiles");
    assert_eq!(made.with(|scope| condition.coarse(scope)), Some(SPENT));
}

#[test]
fn what_is_not_told_goes_before_what_takes_too_long() {
    let mut made = made();
    made.hidden = Missing::of(FactName::Locked);
    let unknown = Truth::Unknown(Missing::of(FactName::Locked));
    let endless = nested(8, "x0 >= 0");
    for text in [format!("account.locked && {endless}"), format!("{endless} && account.locked")] {
        assert_eq!(made.with(|scope| compile(&text).expect("compiles").truth(scope)), unknown, "{text}");
    }
}
