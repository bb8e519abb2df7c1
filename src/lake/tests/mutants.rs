//! A statement of a condition that was changed in one place says something else: otherwise, that what engines say is what the
//! audit says would prove nothing.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use super::engine::{Row, load, rows};
use super::random::{self, Size};
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

/// Params that take away a part of a condition as they are, and others with which it counts.
const WITH_PARAMS: [(&str, &str); 3] = [
    ("grace_days = 0", "grace_days = 30"),
    ("domains = []", "domains = [\"example.com\"]"),
    ("approved = []", "approved = [\"one/a-3\", \"E-2\"]"),
];

/// A rule as it is, and with such params.
fn variants(rule: &Rule) -> Vec<RuleSet> {
    let varied = WITH_PARAMS.iter().fold(rule.text().to_owned(), |text, (from, to)| text.replacen(from, to, 1));
    let texts = BTreeSet::from([rule.text().to_owned(), varied]);
    texts.into_iter().map(|text| load_rule(text, rule.id().as_str()).expect("a good rule")).collect()
}

/// What an engine says by one rule. Facts of another condition don't have its column.
fn said(rule: &Rule, engine: &Connection) -> Option<BTreeSet<Row>> {
    let text = of_rules(&[rule], &Tables::default(), "").expect("it can be said");
    engine.prepare(&text).ok()?;
    Some(rows(engine, &text).into_iter().filter(|row| !row.rule.is_empty()).collect())
}

#[test]
fn every_changed_condition_is_noticed() {
    let seeds = [
        (11, random::NOW),
        (12, random::MIDNIGHT),
        (13, random::MIDNIGHT),
        (14, random::MIDNIGHT),
        (15, random::MIDNIGHT),
    ];
    let organisations = seeds.map(|(seed, now)| random::organisation(seed, Size { people: 60, accounts: 240 }, now));
    let engines = organisations.each_ref().map(|organisation| load(&organisation.facts()));
    let (mut asked, mut unnoticed) = (0, BTreeMap::new());
    let built_in = RuleSet::load(&RulesConfig::default()).expect("the built-in rules");
    for rule in built_in.iter().filter(|rule| matches!(rule.subject(), Subject::Account | Subject::Group)) {
        let variants = variants(rule);
        let variants: Vec<_> = variants.iter().filter_map(|rules| rules.get(rule.id())).collect();
        let mut is_held = false;
        for rule in variants {
            let here = engines.each_ref().map(|engine| said(rule, engine));
            is_held |= here.iter().any(Option::is_some);
            for text in changed(rule) {
                let Some(rules) = load_rule(text, rule.id().as_str()) else { continue };
                let changed = rules.get(rule.id()).expect("the rule");
                let is_noticed = engines.iter().zip(&here).any(|(engine, here)| said(changed, engine) != *here);
                // One of the variants has to show it.
                let change = (rule.id().clone(), changed.when().to_owned());
                *unnoticed.entry(change).or_insert(true) &= !is_noticed;
                asked += 1;
            }
        }
        assert!(is_held, "the facts don't have the columns of {}", rule.id());
    }
    unnoticed.retain(|_, is_unnoticed| *is_unnoticed);
    assert!(unnoticed.is_empty(), "{unnoticed:#?}");
    assert!(asked > 140, "{asked}");
}
