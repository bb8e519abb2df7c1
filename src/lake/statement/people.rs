//! Rules about people with all their accounts, in SQL.

use super::asked::Asked;
use super::{Tables, Unsayable, missing_words};
use crate::expression::{self, Gap, PartPlace, Place};
use crate::lake::TableName;
use crate::lake::columns::{is_scalar, name};
use crate::rule::Subject;
use crate::rule::facts::FactDef;

/// What a rule says of people.
pub(super) struct Condition {
    number: usize,
    holds: String,
    gaps: Vec<Gap>,
}

/// The facts of people and of their accounts, as the statement calls them.
struct OfPerson;

impl expression::Columns<&'static FactDef> for OfPerson {
    fn place(&self, fact: &'static FactDef) -> Option<Place> {
        match (fact.root, fact.name) {
            ("now", _) => Some(Place { nanos: "k.as_of_ns".to_owned(), ..Place::of("k.as_of".to_owned()) }),
            ("accounts", "count") => Some(Place {
                told: Some("(u.person IS NULL)".to_owned()),
                why: Some("u.missing".to_owned()),
                ..Place::of("CASE WHEN u.person IS NULL THEN COALESCE(c.accounts, 0) END".to_owned())
            }),
            ("employee", _) if is_scalar(fact) => {
                let name = name(fact);
                Some(Place { told: Some(format!("p.tells_{name}")), ..Place::of(format!("p.{name}")) })
            }
            _ => None,
        }
    }

    fn part(&self) -> PartPlace {
        PartPlace { holds: "NULL".to_owned(), why: "NULL".to_owned() }
    }
}

/// What the rules say of people.
///
/// # Errors
/// Every rule that can't be said.
pub(super) fn conditions(asked: &[Asked<'_>]) -> Result<Vec<Condition>, Vec<Unsayable>> {
    let (mut conditions, mut unsayable) = (Vec::new(), Vec::new());
    for Asked { number, rule, .. } in asked.iter().filter(|asked| asked.rule.subject() == Subject::Employee) {
        let said = rule.said(&OfPerson);
        if said.part.is_some() {
            let reason = "of a person, only accounts.count and what the roster tells in one word, number or day can be compared there";
            unsayable.push(Unsayable { rule: rule.id().clone(), reason: reason.to_owned() });
        } else {
            conditions.push(Condition { number: *number, holds: said.holds, gaps: said.gaps });
        }
    }
    if unsayable.is_empty() { Ok(conditions) } else { Err(unsayable) }
}

/// How many accounts of everybody count, and what the rules say of that.
pub(super) fn expressions(conditions: &[Condition], tables: &Tables) -> Vec<(String, String)> {
    let people = tables.name(TableName::People);
    let cases = |text: fn(&Condition) -> String| {
        conditions
            .iter()
            .map(|condition| format!("WHEN {} THEN {}", condition.number, text(condition)))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let holds = cases(|condition| condition.holds.clone());
    let missing = cases(|condition| missing_words(&condition.gaps));
    let named = |name: &str, text: String| (name.to_owned(), text);
    vec![
        named(
            "counted",
            "SELECT number, person, COUNT(*) AS accounts FROM verdicts WHERE kind = 'employee' AND holds AND a_matched GROUP BY number, person"
                .to_owned(),
        ),
        named(
            "undecided",
            "SELECT number, person, missing FROM verdicts WHERE kind = 'employee' AND holds IS NULL AND a_matched \
             GROUP BY number, person, missing"
                .to_owned(),
        ),
        named("about_people", "SELECT number, rule FROM asked WHERE kind = 'employee'".to_owned()),
        named(
            "of_people",
            format!(
                "SELECT r.number AS number, r.rule AS rule, p.person AS person, p.id AS id, CASE r.number {holds} END AS holds, CASE r.number {missing} END AS missing, \
                 COALESCE(c.accounts, 0) AS accounts FROM {people} p CROSS JOIN clock k CROSS JOIN about_people r \
                 LEFT JOIN counted c ON c.number = r.number AND c.person = p.person \
                 LEFT JOIN undecided u ON u.number = r.number AND u.person = p.person"
            ),
        ),
        // An account of which nobody can say it may stand there for each fact that is missing.
        named(
            "judged_people",
            "SELECT number, rule, person, id, MIN(accounts) AS accounts, MIN(CASE WHEN holds THEN 'violation' ELSE 'not-evaluable' END) AS verdict \
             FROM of_people WHERE holds OR holds IS NULL GROUP BY number, rule, person, id"
                .to_owned(),
        ),
        named(
            "counted_people",
            "SELECT rule, id, verdict FROM judged_people GROUP BY rule, id, verdict".to_owned(),
        ),
        named(
            "theirs",
            "SELECT number, person, source, id FROM verdicts WHERE kind = 'employee' AND holds AND a_matched".to_owned(),
        ),
    ]
}

/// A row for each person of whom a rule says something, and each account that counts; and how many people there are of each verdict.
pub(super) fn rows() -> Vec<String> {
    vec![
        "SELECT j.rule AS rule, COALESCE(v.source, '') AS source, j.id AS subject, COALESCE(v.id, '') AS member, j.verdict AS verdict, \
         '' AS missing, j.accounts AS accounts FROM judged_people j \
         LEFT JOIN theirs v ON j.number = v.number AND j.person = v.person WHERE j.verdict = 'violation'"
            .to_owned(),
        "SELECT p.rule AS rule, '' AS source, p.id AS subject, '' AS member, 'not-evaluable' AS verdict, p.missing AS missing, \
         p.accounts AS accounts FROM of_people p WHERE p.holds IS NULL"
            .to_owned(),
        "SELECT c.rule AS rule, '' AS source, c.verdict AS subject, '' AS member, 'counted' AS verdict, '' AS missing, \
         COUNT(*) AS accounts FROM counted_people c GROUP BY c.rule, c.verdict"
            .to_owned(),
    ]
}
