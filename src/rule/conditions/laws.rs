//! Laws that hold for every condition: what was accepted can't go wrong by its types, nothing panics, and a verdict
//! that was reached without a fact stands whatever the fact turns out to be.

use proptest::prelude::*;

use super::compile;
use super::subject::{Dice, Made};
use super::written::Writer;
use crate::expression::{EvalError, Missing, Truth};
use crate::model::FactName;
use crate::rule::Facts;

const HIDEABLE: [FactName; 6] =
    [FactName::Status, FactName::Locked, FactName::Roles, FactName::Email, FactName::CreatedAt, FactName::LastLoginAt];

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..120)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_the_checker_accepts_never_fails_by_its_types(text in bytes(), data in bytes()) {
        let text = Writer::new(&text, 9).bool(4);
        let Ok(condition) = compile(&text) else { return Ok(()) };
        let truth = Made::new(&mut Dice::new(&data)).with(|scope| condition.truth(scope));
        prop_assert!(
            !matches!(truth, Truth::Error(EvalError::WrongType | EvalError::Absent)),
            "{text} is {truth:?}"
        );
    }

    #[test]
    fn a_verdict_without_a_fact_stands_when_the_fact_is_known(text in bytes(), data in bytes(), hide in 1_u8..64) {
        let text = Writer::new(&text, 0).bool(3);
        let Ok(condition) = compile(&text) else { return Ok(()) };
        let mut made = Made::new(&mut Dice::new(&data));
        // `live` is derived from the status, and treats an unknown one as active.
        made.active = true;
        let known = made.with(|scope| condition.truth(scope));
        let hidden = HIDEABLE.into_iter().enumerate().filter(|(at, _)| hide & (1 << at) != 0).map(|(_, name)| name);
        made.hidden = hidden.collect();
        match made.with(|scope| condition.truth(scope)) {
            Truth::Unknown(missing) => {
                prop_assert!(!missing.is_empty() && missing.and(made.hidden) == made.hidden, "{text}: {missing:?}");
                prop_assert!(missing.and(condition.needs()) == condition.needs(), "{text} needs {missing:?}");
            }
            truth => prop_assert_eq!(truth, known, "{}", text),
        }
    }

    #[test]
    fn what_coarse_facts_settle_holds_for_all_who_are_alike(text in bytes(), one in bytes(), other in bytes(), hide in 0_u8..64) {
        let text = Writer::new(&text, 0).bool(3);
        let Ok(condition) = compile(&text) else { return Ok(()) };
        let (mut one, mut other) = (Made::new(&mut Dice::new(&one)), Made::new(&mut Dice::new(&other)));
        let hidden = HIDEABLE.into_iter().enumerate().filter(|(at, _)| hide & (1 << at) != 0).map(|(_, name)| name);
        one.hidden = hidden.collect();
        // Alike, for all that coarse facts tell.
        (other.active, other.locked, other.hidden) = (one.active, one.locked, one.hidden);
        other.situation = one.situation.clone();
        other.email = one.email.and(other.email.or(one.email));
        other.last_login_at = one.last_login_at.and(other.last_login_at.or(one.last_login_at));
        let truth = other.with(|scope| condition.truth(scope));
        let (outline, rest) = one.with(|scope| (condition.coarse(scope), condition.rest(scope)));
        prop_assert!(outline.is_none_or(|outline| outline == truth), "{text}: {outline:?} and {truth:?}");
        prop_assert_eq!(other.with(|scope| rest.truth(scope)), truth, "{}", text);
    }

    #[test]
    fn no_text_makes_the_compiler_panic(text in "\\PC{0,80}") {
        drop(compile(&text));
    }

    #[test]
    fn a_damaged_condition_is_refused_or_still_sound(text in bytes(), data in bytes(), cuts in prop::collection::vec((any::<u16>(), any::<char>()), 1..4)) {
        let mut text: Vec<char> = Writer::new(&text, 0).bool(3).chars().collect();
        for (at, with) in cuts {
            let at = usize::from(at) % (text.len() + 1);
            match at % 3 {
                0 if at < text.len() => { text.remove(at); }
                1 if at < text.len() => text[at] = with,
                _ => text.insert(at, with),
            }
        }
        let text: String = text.into_iter().collect();
        if let Ok(condition) = compile(&text) {
            let truth = Made::new(&mut Dice::new(&data)).with(|scope| condition.truth(scope));
            prop_assert!(!matches!(truth, Truth::Error(EvalError::WrongType | EvalError::Absent)), "{text}");
        }
    }
}

#[test]
fn the_three_truth_values_combine_as_cel_says() {
    let mut made = Made::new(&mut Dice::new(&[]));
    made.hidden = [FactName::Locked, FactName::Roles].into_iter().collect();
    let unknown = |names: &[FactName]| Truth::Unknown(names.iter().copied().collect::<Missing>());
    let locked = unknown(&[FactName::Locked]);
    let both = unknown(&[FactName::Locked, FactName::Roles]);
    for (text, truth) in [
        ("account.locked", locked),
        ("!account.locked", locked),
        ("account.locked && false", Truth::No),
        ("false && account.locked", Truth::No),
        ("account.locked || true", Truth::Yes),
        ("account.locked && true", locked),
        ("account.locked || false", locked),
        ("account.locked && 'x' in account.roles", both),
        ("account.locked == ('x' in account.roles)", both),
        ("account.locked ? true : true", locked),
        ("account.locked && size(account.id) / (size(account.id) - size(account.id)) > 0", locked),
        ("size(account.id) / (size(account.id) - size(account.id)) > 0 || account.locked", locked),
        ("size(account.id) / (size(account.id) - size(account.id)) > 0 || true", Truth::Yes),
        ("size(account.id) / (size(account.id) - size(account.id)) > 0", Truth::Error(EvalError::DivisionByZero)),
        ("account.roles.exists(r, r == 'x')", unknown(&[FactName::Roles])),
        ("['a', 'b'].exists(x, x == 'b' || account.locked)", Truth::Yes),
        ("['a', 'b'].all(x, x == 'b' && account.locked)", Truth::No),
        ("['a', 'b'].all(x, x != 'c' && account.locked)", locked),
        ("[account.locked, true].size() == 2", locked),
    ] {
        assert_eq!(made.with(|scope| super::truth(text, scope)), truth, "{text}");
    }
}

#[test]
fn facts_are_shown_as_they_were_read() {
    let mut made = Made::new(&mut Dice::new(&[1, 0, 0]));
    made.hidden = Missing::of(FactName::Locked);
    made.last_login_at = None;
    let text = "account.locked || has(account.last_login_at) || account.attributes.tags[0] == 'z' \
                || has(account.attributes.level) || now > timestamp(0) || has(account.attributes.nope)";
    let condition = compile(text).expect("compiles");
    let facts = made.with(|scope| Facts::of_sorted(condition.facts(scope)).to_map());
    let expected = serde_json::json!({
        "account.last_login_at": null,
        "account.attributes.tags": ["x", "y"],
        "account.attributes.level": 3,
    });
    assert_eq!(serde_json::to_value(facts).expect("JSON"), expected);
}
