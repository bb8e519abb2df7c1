//! A statement of a condition that was changed in one place says something else: otherwise, that what engines say is what the
//! audit says would prove nothing.

use std::collections::BTreeSet;

use fastrand::Rng;
use rusqlite::Connection;

use super::engine::{load, rows};
use super::random;
use crate::config::{RuleText, RulesConfig};
use crate::lake::statement::{Tables, of_rules};
use crate::rule::{Rule, RuleSet, Subject};

/// What stands in a condition, and what is put there instead.
const CHANGES: [(&str, &str); 12] = [
    (" && ", " || "),
    (" || ", " && "),
    (" > ", " >= "),
    (" > ", " < "),
    (" >= ", " > "),
    (" <= ", " < "),
    (" == ", " != "),
    (" != ", " == "),
    ("!has(", "has("),
    ("!account", "account"),
    ("!employee", "employee"),
    ("&& account", "&& !account"),
];

/// Each condition changed in one place, as the text of a rule.
fn changed(rule: &Rule) -> Vec<String> {
    let text = rule.text();
    let conditions = [Some(rule.when()), rule.members()].into_iter().flatten();
    let of = |condition: &str| {
        let start = text.find(condition).expect("the condition");
        let places =
            CHANGES.iter().flat_map(|(from, to)| condition.match_indices(from).map(move |(at, _)| (at, *from, *to)));
        let change = |(at, from, to): (usize, &str, &str)| {
            let at = start + at;
            format!("{}{to}{}", &text[..at], &text[at + from.len()..])
        };
        places.map(change).collect::<Vec<_>>()
    };
    let mut all: Vec<String> = conditions.flat_map(of).collect();
    // A limit that is one day further away.
    for line in text.lines().filter(|line| line.split(" = ").nth(1).is_some_and(|value| value.parse::<u32>().is_ok())) {
        let (name, value) = line.split_once(" = ").expect("a number");
        let more = value.parse::<u32>().expect("a number") + 1;
        if rule.params().contains_key(name) {
            all.push(text.replacen(line, &format!("{name} = {more}"), 1));
        }
    }
    all
}

fn load_rule(text: String, id: &str) -> Option<RuleSet> {
    let instead = Some(vec![RuleText { path: format!("rules/{id}.toml").into(), text }]);
    RuleSet::load(&RulesConfig { instead, ..RulesConfig::default() }).ok()
}

/// Changes that no account of any organisation can show: the parts say the same of each other.
const ALIKE: [&str; 4] = [
    // Whoever matched has a tier.
    "weak-match",
    // Whoever is on leave hasn't left.
    "active-on-leave",
    // A last day that has come is one that is there.
    "contractor-expired",
    // With grace_days = 0, nothing else counts.
    "leaver-active",
];

#[test]
fn every_changed_condition_is_noticed() {
    let seeds = [
        (11, random::NOW),
        (12, random::MIDNIGHT),
        (13, random::MIDNIGHT),
        (14, random::MIDNIGHT),
        (15, random::MIDNIGHT),
    ];
    let engines = seeds.map(|(seed, now)| load(&random::organisation(seed, 60, 240, now).facts()));
    let mut chance = Rng::with_seed(26);
    let (mut asked, mut unnoticed) = (0, BTreeSet::new());
    let built_in = RuleSet::load(&RulesConfig::default()).expect("the built-in rules");
    for rule in built_in.enabled().filter(|rule| matches!(rule.subject(), Subject::Account | Subject::Group)) {
        let said = |rule: &Rule, engine: &Connection| {
            let text = of_rules(&[rule], &Tables::default(), "").expect("it can be said");
            let all = engine.prepare(&text).is_ok().then(|| rows(engine, &text))?;
            Some(all.into_iter().filter(|row| !row.rule.is_empty()).collect::<BTreeSet<_>>())
        };
        let here = engines.each_ref().map(|engine| said(rule, engine));
        let mut all = changed(rule);
        chance.shuffle(&mut all);
        let rules: Vec<RuleSet> =
            all.into_iter().filter_map(|text| load_rule(text, rule.id().as_str())).take(2).collect();
        for changed in rules {
            let changed = changed.get(rule.id()).expect("the rule");
            asked += 1;
            // A part of another condition isn't there at all.
            if engines.iter().zip(&here).all(|(engine, here)| said(changed, engine) == *here) {
                unnoticed.insert((rule.id().to_string(), changed.when().to_owned(), format!("{:?}", changed.params())));
            }
        }
    }
    unnoticed.retain(|(rule, ..)| !ALIKE.contains(&rule.as_str()));
    assert!(unnoticed.is_empty(), "{unnoticed:#?}");
    assert!(asked > 45, "{asked}");
}
