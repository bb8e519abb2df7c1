//! Whose accounts they are, in SQL: from keys to `base`, which has a row for every account with all that rules read of it.
//!
//! The first key that finds somebody decides, and the later ones are asked whether they agree. Nearly every account has all
//! its keys name one person; only the few others are looked at key by key.

use std::collections::BTreeSet;

use super::super::TableName;
use super::super::accounts::{group_column, group_keys};
use super::super::columns::{self, HANDLES, called, is_scalar, may_be_untold};
use super::Tables;
use crate::correlate::LAST_RANK;
use crate::model::Tier;
use crate::rule::Rule;
use crate::rule::facts::{FactDef, Kind};

/// More than there are people: a rank and a person as one number, so that the first person of the first key is the least.
const WIDE: i64 = 1 << 32;

/// The expressions of the statement that lead to `base`.
pub(super) fn correlation(rules: &[&Rule], tables: &Tables, read: &[&'static FactDef]) -> Vec<(String, String)> {
    let [keys, person_keys, people] =
        [TableName::AccountKeys, TableName::PersonKeys, TableName::People].map(|table| tables.name(table));
    let tiers = Tier::DEFAULT.map(|tier| {
        let tier = tier.as_str();
        format!("MIN(CASE WHEN tier = '{tier}' THEN key_rank END) AS rank_{tier}")
    });
    let of_tier = Tier::DEFAULT.map(|tier| {
        let tier = tier.as_str();
        format!("WHEN n.rank_{tier} = n.deciding THEN '{tier}'")
    });
    let all: Vec<(&str, String)> = vec![
        (
            "found",
            format!(
                "SELECT k.account AS account, k.key_rank AS key_rank, k.tier AS tier, p.person AS person FROM {keys} k JOIN {person_keys} p ON k.lookup = p.lookup"
            ),
        ),
        (
            "named",
            format!(
                "SELECT account, MIN(key_rank) AS deciding, MIN(key_rank * {WIDE} + person) - MIN(key_rank) * {WIDE} AS chosen, \
                 COALESCE(MIN(CASE WHEN key_rank < {LAST_RANK} THEN person END), MIN(person)) AS low, \
                 COALESCE(MAX(CASE WHEN key_rank < {LAST_RANK} THEN person END), MAX(person)) AS high, {} FROM found GROUP BY account",
                tiers.join(", ")
            ),
        ),
        (
            "contested",
            format!(
                "SELECT f.account AS account, f.key_rank AS key_rank, f.person AS person, n.deciding AS deciding, n.chosen AS chosen FROM named n \
                 JOIN found f ON n.account = f.account \
                 WHERE n.low <> n.high AND (f.key_rank < {LAST_RANK} OR n.deciding = {LAST_RANK})"
            ),
        ),
        (
            "agreeing",
            "SELECT account, key_rank, deciding, chosen, MAX(person) AS high, MAX(CASE WHEN person = chosen THEN 1 ELSE 0 END) AS agrees \
             FROM contested GROUP BY account, key_rank, deciding, chosen"
                .to_owned(),
        ),
        (
            "settled",
            "SELECT account, chosen, CASE WHEN MAX(CASE WHEN key_rank = deciding THEN high END) <> chosen THEN 'ambiguous' \
             WHEN MIN(agrees) = 1 THEN 'matched' ELSE 'conflict' END AS situation FROM agreeing GROUP BY account, chosen"
                .to_owned(),
        ),
        (
            "possible",
            "SELECT c.account AS account, c.person AS person FROM contested c JOIN settled s ON c.account = s.account \
             WHERE s.situation = 'conflict' OR (s.situation = 'ambiguous' AND c.key_rank = c.deciding) \
             GROUP BY c.account, c.person"
                .to_owned(),
        ),
        (
            "several",
            format!(
                "SELECT c.account AS account, MIN(CASE WHEN p.has_left THEN 1 ELSE 0 END) AS all_left{} \
                 FROM possible c JOIN {people} p ON c.person = p.person GROUP BY c.account",
                of_employees(read).map(agreed_on).collect::<String>()
            ),
        ),
        (
            "owners",
            format!(
                "SELECT n.account AS account, CASE {} END AS tier, COALESCE(s.situation, 'matched') AS situation, \
                 CASE WHEN COALESCE(s.situation, 'matched') = 'matched' THEN n.chosen END AS person \
                 FROM named n LEFT JOIN settled s ON n.account = s.account",
                of_tier.join(" ")
            ),
        ),
        ("clock", format!("SELECT MAX(r.as_of) AS as_of, MAX(r.as_of_ns) AS as_of_ns, MAX(r.as_of_text) AS as_of_text FROM {} r", tables.name(TableName::Rules))),
        ("base", base(rules, tables, read)),
    ];
    all.into_iter().map(|(name, text)| (name.to_owned(), text)).collect()
}

/// The facts of employees that are read, and whether they have left, which is always asked.
fn of_employees<'r>(read: &'r [&'static FactDef]) -> impl Iterator<Item = &'static FactDef> + 'r {
    read.iter().copied().filter(|fact| fact.root == "employee" && is_scalar(fact))
}

/// What all of several people agree on, and whether they do.
fn agreed_on(fact: &'static FactDef) -> String {
    let name = columns::name(fact);
    let value = match fact.kind {
        Kind::Bool => format!("CASE WHEN p.{name} THEN 1 WHEN NOT p.{name} THEN 0 END"),
        _ => format!("p.{name}"),
    };
    let same = format!("MIN({value}) = MAX({value}) AND COUNT({value}) = COUNT(*)");
    let told = format!("MIN(CASE WHEN p.tells_{name} THEN 1 ELSE 0 END) = 1");
    let one = match fact.kind {
        Kind::Bool => format!("MIN({value}) = 1"),
        _ => format!("MIN({value})"),
    };
    format!(
        ", CASE WHEN {told} AND {same} THEN {one} END AS {name}, \
         CASE WHEN {told} AND (({same}) OR COUNT({value}) = 0) THEN TRUE ELSE FALSE END AS tells_{name}"
    )
}

fn base(rules: &[&Rule], tables: &Tables, read: &[&'static FactDef]) -> String {
    let [accounts, people, declarations] =
        [TableName::Accounts, TableName::People, TableName::Declarations].map(|table| tables.name(table));
    let situation = "CASE WHEN a.declaration IS NOT NULL THEN 'declared' ELSE COALESCE(o.situation, 'unmatched') END";
    let is_matched = "(a.declaration IS NULL AND o.person IS NOT NULL)";
    let all_left = "CASE WHEN s.account IS NOT NULL THEN s.all_left = 1 ELSE COALESCE(e.has_left, FALSE) END";
    let mut selected: Vec<String> = [
        "a.account AS account",
        "a.source AS source",
        "a.id AS id",
        "k.as_of AS as_of",
        "k.as_of_ns AS as_of_ns",
        "o.person AS person",
        "o.tier AS tier",
        "e.id AS owner_id",
    ]
    .map(str::to_owned)
    .to_vec();
    let mut add = |value: &str, name: &str| selected.push(format!("{value} AS {name}"));
    add(situation, "a_situation");
    add(is_matched, "a_matched");
    add("(a.declaration IS NOT NULL)", "a_declared");
    add(&format!("CASE WHEN {is_matched} THEN o.tier END"), "a_matched_by");
    add(
        &format!(
            "CASE WHEN a.declaration IS NULL THEN (o.person IS NOT NULL OR s.account IS NOT NULL) ELSE {all_left} END"
        ),
        "a_attributable",
    );
    add(
        &format!(
            "CASE WHEN {is_matched} THEN TRUE WHEN a.declaration IS NULL AND s.account IS NOT NULL \
             THEN CASE WHEN s.all_left = 1 THEN TRUE END ELSE FALSE END"
        ),
        "a_owned",
    );
    for (at, nanos) in [("", "0"), ("_ns", "CASE WHEN e.start_date IS NOT NULL THEN 0 END")] {
        let first = if at.is_empty() { "e.start_date" } else { nanos };
        let since =
            format!("CASE WHEN a.created_at IS NOT NULL THEN a.created_at{at} WHEN {is_matched} THEN {first} END");
        add(&since, &format!("a_usable_since{at}"));
    }
    for name in HANDLES.into_iter().chain(["handles"]) {
        let (value, name) = if name == "handles" {
            ("a.tells_handles".to_owned(), "tells_a_handles".to_owned())
        } else {
            (format!("a.{name}"), format!("a_{name}"))
        };
        add(&value, &name);
    }
    for by in group_keys(rules.iter().copied()) {
        add(&format!("a.{}", group_column(by)), &group_column(by));
    }
    for (column, said) in rules.iter().copied().flat_map(columns::of_accounts) {
        if said.part.is_some() {
            add(&format!("a.{column}"), &column);
            add(&format!("a.{column}_why"), &format!("{column}_why"));
        }
    }
    for fact in read.iter().filter(|fact| is_scalar(fact)) {
        let (name, called) = (columns::name(fact), called(fact));
        match fact.root {
            "account" if columns::is_stored(fact) => {
                add(&format!("a.{name}"), &called);
                if matches!(fact.kind, Kind::Time) {
                    add(&format!("a.{name}_ns"), &format!("{called}_ns"));
                }
                if columns::tells_why(fact) {
                    add(&format!("a.{name}_why"), &format!("{called}_why"));
                }
                if may_be_untold(fact) {
                    add(&format!("a.tells_{name}"), &format!("tells_{called}"));
                }
            }
            "employee" => {
                for (column, called) in
                    [(name.to_owned(), called.clone()), (format!("tells_{name}"), format!("tells_{called}"))]
                {
                    add(&format!("CASE WHEN s.account IS NULL THEN e.{column} ELSE s.{column} END"), &called);
                }
            }
            "declared" => add(&format!("d.{name}"), &called),
            _ => {}
        }
    }
    let once: BTreeSet<&String> = selected.iter().collect();
    debug_assert_eq!(once.len(), selected.len(), "a column of base stands twice");
    format!(
        "SELECT {} FROM {accounts} a CROSS JOIN clock k LEFT JOIN owners o ON a.account = o.account \
         LEFT JOIN {people} e ON o.person = e.person LEFT JOIN several s ON a.account = s.account \
         LEFT JOIN {declarations} d ON a.declaration = d.declaration",
        selected.join(", ")
    )
}
