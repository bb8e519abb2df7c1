//! Where facts stand: the columns of the tables, and what the statement calls them.

use sha2::{Digest as _, Sha256};

use crate::base::text::hex;
use crate::expression::{self, PartPlace, Place};
use crate::rule::facts::{FACTS, FactDef, Kind};
use crate::rule::{Missing, Rule, Said};

/// What follows from the owner, so that the statement says it; and what has no order by which a column could hold it.
const SAID_ELSEWHERE: [&str; 11] = [
    "situation",
    "matched",
    "attributable",
    "owned",
    "candidates",
    "declared",
    "matched_by",
    "usable_since",
    "handles",
    "name_likeness",
    "attributes",
];

/// The facts below a root that have columns in the table of their subject.
pub(super) fn stored(root: &'static str) -> impl Iterator<Item = &'static FactDef> {
    FACTS.iter().copied().filter(move |fact| fact.root == root && is_stored(fact))
}

/// Whether a fact has columns in the table of its subject.
pub(super) fn is_stored(fact: &FactDef) -> bool {
    fact.root != "account" || !SAID_ELSEWHERE.contains(&fact.name)
}

/// The column of a fact. `left` is a word of SQL.
pub(super) fn name(fact: &FactDef) -> &'static str {
    if fact.name == "left" { "has_left" } else { fact.name }
}

/// Whether a column says that it is told: where it isn't told, and where it is absent, it is NULL.
pub(super) fn may_be_untold(fact: &FactDef) -> bool {
    fact.root == "employee" || (fact.optional && fact.needs.is_some())
}

/// Whether a column says why it isn't told: of roles that the configuration weighs, one thing or another may be missing.
pub(super) fn tells_why(fact: &FactDef) -> bool {
    fact.root == "account" && fact.name == "privileged"
}

/// What is missing, as words with a space behind each.
pub(super) fn words(missing: Missing) -> String {
    missing.names().flat_map(|name| [name, " "]).collect()
}

/// Whether SQL can compare it.
pub(super) const fn is_scalar(fact: &FactDef) -> bool {
    matches!(fact.kind, Kind::Bool | Kind::Int | Kind::Text | Kind::Words(_) | Kind::Time)
}

/// The handles of an account: a login name, and a mailbox.
pub(super) const HANDLES: [&str; 2] = ["handle_1", "handle_2"];

/// The facts of an account, its owner and its declaration, as the statement calls them.
pub(super) struct OfAccount {
    part: PartPlace,
}

impl OfAccount {
    /// For the condition of a rule, or for that of its members.
    pub(super) fn new(rule: &Rule, of_members: bool) -> Self {
        let column = part_column(rule, of_members);
        Self { part: PartPlace { holds: format!("b.{column}"), why: format!("b.{column}_why") } }
    }
}

impl expression::Columns<&'static FactDef> for OfAccount {
    fn place(&self, fact: &'static FactDef) -> Option<Place> {
        let column = |name: &str| format!("b.{name}");
        let nanos = |name: &str| column(&format!("{name}_ns"));
        match (fact.root, fact.name) {
            ("now", _) => Some(Place { nanos: "b.as_of_ns".to_owned(), ..Place::of("b.as_of".to_owned()) }),
            ("account", "situation" | "matched" | "attributable" | "owned" | "declared" | "matched_by") => {
                Some(Place::of(column(&called(fact))))
            }
            ("account", "usable_since") => {
                Some(Place { nanos: nanos("a_usable_since"), ..Place::of(column("a_usable_since")) })
            }
            ("account", "handles") => Some(Place {
                values: HANDLES.map(|handle| column(&format!("a_{handle}"))).to_vec(),
                told: Some(column("tells_a_handles")),
                ..Place::of(String::new())
            }),
            ("account", word) if SAID_ELSEWHERE.contains(&word) => None,
            ("account" | "employee" | "declared", _) if is_scalar(fact) => {
                let name = called(fact);
                // Days, and their ends, are whole seconds.
                let has_nanos = fact.root == "account" && matches!(fact.kind, Kind::Time);
                Some(Place {
                    nanos: if has_nanos { nanos(&name) } else { "0".to_owned() },
                    told: may_be_untold(fact).then(|| column(&format!("tells_{name}"))),
                    why: tells_why(fact).then(|| column(&format!("{name}_why"))),
                    ..Place::of(column(&name))
                })
            }
            _ => None,
        }
    }

    fn part(&self) -> PartPlace {
        self.part.clone()
    }
}

/// What a fact of an account, its owner or its declaration is called among the facts of accounts.
pub(super) fn called(fact: &FactDef) -> String {
    let prefix = match fact.root {
        "employee" => "e_",
        "declared" => "d_",
        _ => "a_",
    };
    format!("{prefix}{}", name(fact))
}

/// The conditions of a rule that are about single accounts, in SQL, each with the column of what SQL can't say.
pub(super) fn of_accounts(rule: &Rule) -> Vec<(String, Said<'_>)> {
    use crate::rule::Subject;
    match rule.subject() {
        Subject::Account => vec![(part_column(rule, false), rule.said(&OfAccount::new(rule, false)))],
        Subject::Group | Subject::Employee => {
            let said = rule.members_said(&OfAccount::new(rule, true));
            said.into_iter().map(|said| (part_column(rule, true), said)).collect()
        }
        Subject::Source | Subject::Roster | Subject::Exception => Vec::new(),
    }
}

/// The column of a part. Facts that were made by another condition don't have it, so that a statement can't take them for its
/// own.
fn part_column(rule: &Rule, of_members: bool) -> String {
    let text = if of_members { rule.members().unwrap_or_default() } else { rule.when() };
    let params = serde_json::to_string(rule.params()).unwrap_or_default();
    let hash = hex(&Sha256::digest([text, &params].join("\n")));
    let word: String = rule.id().as_str().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    format!("part_{word}_{}{}", if of_members { "members_" } else { "" }, hash.get(..8).unwrap_or_default())
}
