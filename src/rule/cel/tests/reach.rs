//! What is called unreachable never happens, whatever the facts are; and what people get wrong is found.

use proptest::prelude::*;

use super::super::reach::{Reach, reach};
use super::super::{Missing, Names, Truth};
use super::subject::{Dice, Made};
use super::written::Writer;
use super::{compile, params};
use crate::model::FactName;
use crate::rule::Subject;

fn look(text: &str, hidden: Missing) -> Reach {
    reach(text, Names { subject: Subject::Account, by: &[], params: &params() }, hidden).expect("it compiles")
}

/// Conditions that often contradict themselves.
fn contradictory(dice: &mut Dice<'_>, depth: usize) -> String {
    const ATOMS: [&str; 25] = [
        "size(account.id) >= N",
        "size(account.id) < N",
        "size(account.id) in [N, 3]",
        "size(account.id) >= N",
        "size(account.id) <= N",
        "size(account.id) > N",
        "size(account.id) <= N",
        "N == size(account.id)",
        "size(account.id) != N",
        "account.id == 'a-1'",
        "account.id != 'a-1'",
        "account.id in ['7', 'é']",
        "account.id >= '7'",
        "account.locked",
        "account.status == 'active'",
        "account.situation in ['matched', 'unmatched']",
        "now - account.created_at > days(N)",
        "now - account.created_at < days(N)",
        "has(account.email)",
        "account.roles.exists(r, r == 'a' && r.size() == N)",
        "account.roles.all(r, r != 'admin')",
        "account.attributes.level > N",
        "account.attributes.level == N",
        "size(account.roles) < params.n",
        "account.created_at == account.created_at",
    ];
    if depth == 0 {
        let number = dice.pick(&[1, 3, 0, 1, 3, 2]).to_string();
        return dice.pick(&ATOMS).replace('N', &number);
    }
    let d = depth - 1;
    match dice.roll(6) {
        0..=2 => format!("({} && {})", contradictory(dice, d / 2), contradictory(dice, d)),
        3 => format!("({} || {})", contradictory(dice, d), contradictory(dice, d)),
        4 => format!("!({})", contradictory(dice, d)),
        _ => format!("({} ? {} : {})", contradictory(dice, d), contradictory(dice, d), contradictory(dice, d)),
    }
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..120)
}

fn written(text: &[u8]) -> String {
    match text.first() {
        Some(first) if first % 3 == 0 => Writer::new(text, 0).bool(3),
        _ => contradictory(&mut Dice::new(text), 3),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1024, ..ProptestConfig::default() })]

    #[test]
    fn what_is_unreachable_never_happens(text in bytes(), data in prop::collection::vec(bytes(), 1..8), hide in any::<bool>()) {
        let text = written(&text);
        let Ok(condition) = compile(&text) else { return Ok(()) };
        let hidden = if hide { [FactName::Locked, FactName::Roles, FactName::CreatedAt].into_iter().collect() } else { Missing::NOTHING };
        let seen = look(&text, hidden);
        for data in data {
            let mut made = Made::new(&mut Dice::new(&data));
            made.hidden = hidden;
            let truth = made.with(|scope| condition.truth(scope));
            prop_assert!(seen.can_hold || truth != Truth::Yes, "{text} is true");
            prop_assert!(seen.can_fail || truth != Truth::No, "{text} is false");
        }
    }

    #[test]
    fn a_dead_part_makes_no_difference(text in bytes(), data in prop::collection::vec(bytes(), 1..8)) {
        let text = written(&text);
        let Ok(condition) = compile(&text) else { return Ok(()) };
        for dead in look(&text, Missing::NOTHING).dead {
            let value = if dead.message.ends_with("is never true here") { "(false)" } else { "(true)" };
            if dead.message.ends_with("is never the outcome") {
                continue;
            }
            let other = format!("{}{value}{}", &text[..dead.span.start], &text[dead.span.end..]);
            let Ok(other_condition) = compile(&other) else { continue };
            for data in &data {
                let made = Made::new(&mut Dice::new(data));
                let truths = [&condition, &other_condition].map(|one| made.with(|scope| one.truth(scope)) == Truth::Yes);
                prop_assert_eq!(truths[0], truths[1], "{} and {}", text, other);
            }
        }
    }
}

#[test]
fn contradictions_are_found_with_their_reason() {
    for (text, part, help) in [
        (
            "size(account.id) > 5 && size(account.id) < 3",
            "size(account.id) < 3",
            "`size(account.id) > 5` is demanded, too",
        ),
        (
            "size(account.id) > 5 && size(account.id) < 6",
            "size(account.id) < 6",
            "`size(account.id) > 5` is demanded, too",
        ),
        ("account.id == 'a' && account.id == \"b\"", "account.id == \"b\"", "`account.id == 'a'` is demanded, too"),
        ("account.id in ['a', 'b'] && 'c' == account.id", "'c' == account.id", "is demanded, too"),
        ("account.locked && !(account.locked || account.live)", "account.locked", "`account.locked` is demanded, too"),
        ("now - account.created_at > days(9) && days(2) > now - account.created_at", "days(2)", "demanded, too"),
        ("account.status != 'active' && account.status != 'inactive'", "account.status != 'inactive'", "demanded, too"),
        ("size(account.roles) < 0", "size(account.roles) < 0", "it is never that"),
        ("account.id != account.id", "account.id != account.id", "both sides are the same"),
        ("account.live && 1 > 2", "1 > 2", "it is the same whatever the facts are"),
        ("account.roles.exists(r, r == 'a' && r == 'b')", "r == 'b'", "`r == 'a'` is demanded, too"),
        ("account.id == params.word && account.id == 'b'", "account.id == 'b'", "is demanded, too"),
    ] {
        let seen = look(text, Missing::NOTHING);
        assert!(!seen.can_hold, "{text}");
        let [dead] = seen.dead.as_slice() else { panic!("{text}: {:?}", seen.dead) };
        assert!(text[dead.span.start..].starts_with(part), "{text}: {dead:?}");
        assert!(dead.help.as_deref().is_some_and(|said| said.contains(help)), "{text}: {dead:?}");
    }
}

#[test]
fn dead_alternatives_and_outcomes_are_found() {
    for (text, part) in [
        ("account.live && account.id == 'a' && (account.id == 'b' || account.locked)", "account.id == 'b'"),
        ("account.locked || size(account.id) < 0", "size(account.id) < 0"),
        ("(account.locked ? (account.locked ? 1 : 2) : 3) > size(account.id)", "2"),
        ("(account.id == 'a' && account.id == 'b' ? 1 : 2) > size(account.id)", "1"),
        ("account.roles.filter(r, r == 'a' || size(r) < 0).size() > 0 && account.live || 1 == 2", "1 == 2"),
    ] {
        let seen = look(text, Missing::NOTHING);
        assert!(seen.can_hold && seen.can_fail, "{text}");
        let [dead] = seen.dead.as_slice() else { panic!("{text}: {:?}", seen.dead) };
        assert_eq!(&text[dead.span.start..dead.span.end], part, "{text}");
    }
}

#[test]
fn what_can_be_is_left_alone() {
    for text in [
        "size(account.id) > 5 && size(account.id) < 7",
        "account.id == 'a' || account.id == 'b'",
        "has(account.email) ? account.email == 'a' : false",
        "!has(account.email) || account.email != 'x'",
        "params.flag && account.live",
        "account.attributes.level > 5 && account.attributes.level < 6",
        "account.locked == account.live && account.locked != account.matched",
        "size(account.id) < 3 && account.roles.exists(r, size(r) > 3) && !account.roles.exists(r, size(r) > 5)",
    ] {
        let seen = look(text, Missing::NOTHING);
        assert!(seen.can_hold && seen.can_fail && seen.dead.is_empty(), "{text}: {seen:?}");
    }
    let always = look("has(account.email) || !has(account.email)", Missing::NOTHING);
    assert!(always.can_hold && !always.can_fail);
}

#[test]
fn without_a_fact_only_what_needs_it_is_impossible() {
    let hidden = Missing::of(FactName::Locked);
    assert!(!look("account.live && account.locked", hidden).can_hold);
    assert!(!look("account.live && !account.locked", hidden).can_hold);
    assert!(look("account.live || account.locked", hidden).can_hold);
    assert!(!look("account.roles.exists(r, r == 'a')", Missing::of(FactName::Roles)).can_hold);
    assert!(!look("(account.locked ? 1 : 2) < 3", hidden).can_hold);
    assert!(look("(account.locked ? account.live : account.live) || account.matched", hidden).can_hold);
}
