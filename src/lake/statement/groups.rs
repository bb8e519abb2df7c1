//! Rules about accounts that share a key, in SQL.

use super::asked::Asked;
use super::{Tables, Unsayable, missing_words};
use crate::expression::{self, Gap, PartPlace, Place};
use crate::lake::TableName;
use crate::lake::columns::{is_scalar, name};
use crate::rule::facts::FactDef;
use crate::rule::{GroupBy, Rule, Subject};

/// What a rule says of groups by one kind of key.
pub(super) struct Condition<'r> {
    number: usize,
    rule: &'r Rule,
    by: GroupBy,
    holds: String,
    gaps: Vec<Gap>,
}

/// The facts of groups, as the statement calls them.
struct OfGroup(GroupBy);

impl expression::Columns<&'static FactDef> for OfGroup {
    fn place(&self, fact: &'static FactDef) -> Option<Place> {
        match (fact.root, fact.name) {
            ("now", _) => Some(Place { nanos: "k.as_of_ns".to_owned(), ..Place::of("k.as_of".to_owned()) }),
            ("group", "source") => Some(Place::of("g.source".to_owned())),
            ("group", "key") => Some(Place::of("g.group_key".to_owned())),
            ("group", "by") => Some(Place::of(format!("'{}'", self.0.as_str()))),
            ("group", "size") => Some(Place::of("g.accounts".to_owned())),
            ("group", "same_owner") => {
                Some(Place::of("(g.owners = g.accounts AND g.low_owner = g.high_owner)".to_owned()))
            }
            ("employee", _) if is_scalar(fact) => {
                let name = name(fact);
                Some(Place { told: Some(format!("e.tells_{name}")), ..Place::of(format!("e.{name}")) })
            }
            _ => None,
        }
    }

    fn part(&self) -> PartPlace {
        PartPlace { holds: "NULL".to_owned(), why: "NULL".to_owned() }
    }
}

/// What the rules say of groups.
///
/// # Errors
/// Every rule that can't be said.
pub(super) fn conditions<'r>(asked: &[Asked<'r>]) -> Result<Vec<Condition<'r>>, Vec<Unsayable>> {
    let (mut conditions, mut unsayable) = (Vec::new(), Vec::new());
    for Asked { number, rule, by, .. } in asked {
        let (Subject::Group, Some(by)) = (rule.subject(), *by) else { continue };
        let said = rule.said(&OfGroup(by));
        if said.part.is_some() {
            let reason = "of a group, only source, key, by, size, same_owner and what the roster tells of its owner can be compared there";
            let mistake = Unsayable { rule: rule.id().clone(), reason: reason.to_owned() };
            if !unsayable.contains(&mistake) {
                unsayable.push(mistake);
            }
            continue;
        }
        conditions.push(Condition { number: *number, rule, by, holds: said.holds, gaps: said.gaps });
    }
    if unsayable.is_empty() { Ok(conditions) } else { Err(unsayable) }
}

/// The groups, those that are no group for a second time, and their members with what the rules say of the group.
pub(super) fn expressions(conditions: &[Condition<'_>], tables: &Tables) -> Vec<(String, String)> {
    let people = tables.name(TableName::People);
    let cases = |text: fn(&Condition<'_>) -> String| {
        let cases = conditions.iter().map(|condition| format!("WHEN {} THEN {}", condition.number, text(condition)));
        cases.collect::<Vec<_>>().join(" ")
    };
    let holds = cases(|condition| condition.holds.clone());
    let missing = cases(|condition| missing_words(&condition.gaps));
    let subject = cases(|condition| match condition.by {
        GroupBy::Employee => "g.group_key".to_owned(),
        by => format!("'{}=' || g.group_key", by.as_str()),
    });
    let earlier = earlier(conditions.iter().map(|condition| condition.rule));
    let of_one = |at: &usize| {
        format!(
            ", CASE WHEN MIN(v.earlier_{at}) = MAX(v.earlier_{at}) AND COUNT(v.earlier_{at}) = COUNT(*) THEN MIN(v.earlier_{at}) END AS earlier_{at}"
        )
    };
    let mut all = vec![(
        "grouped".to_owned(),
        format!(
            "SELECT v.number AS number, v.rule AS rule, v.source AS source, v.key_number AS key_number, v.group_key AS group_key, COUNT(*) AS accounts, COUNT(v.person) AS owners, \
             MIN(v.person) AS low_owner, MAX(v.person) AS high_owner{} FROM verdicts v \
             WHERE v.kind = 'group' AND v.holds AND v.group_key IS NOT NULL \
             GROUP BY v.number, v.rule, v.source, v.key_number, v.group_key HAVING COUNT(*) >= 2",
            earlier.iter().map(of_one).collect::<String>()
        ),
    )];
    all.push((
        "lone".to_owned(),
        "SELECT rule, source, key_number, group_key FROM verdicts WHERE kind = 'group' AND holds AND group_key IS NOT NULL \
         GROUP BY rule, source, key_number, group_key HAVING COUNT(*) = 1"
            .to_owned(),
    ));
    // The same accounts that share a second key are no second group.
    let (mut joins, mut first) = (Vec::new(), Vec::new());
    for at in &earlier {
        let columns = "rule, source, group_key, accounts";
        all.push((format!("grouped_{at}"), format!("SELECT {columns} FROM grouped WHERE key_number = {at}")));
        joins.push(format!(
            " LEFT JOIN grouped_{at} f{at} ON g.rule = f{at}.rule AND g.source = f{at}.source AND g.earlier_{at} = f{at}.group_key \
             AND g.accounts = f{at}.accounts"
        ));
        first.push(format!("f{at}.rule IS NULL"));
    }
    let joins = joins.concat();
    let only = if first.is_empty() { String::new() } else { format!(" WHERE {}", first.join(" AND ")) };
    all.push((
        "of_groups".to_owned(),
        format!(
            "SELECT g.number AS number, g.rule AS rule, g.source AS source, g.group_key AS group_key, g.accounts AS accounts, CASE g.number {subject} END AS subject, \
             CASE g.number {holds} END AS holds, CASE g.number {missing} END AS missing \
             FROM grouped g CROSS JOIN clock k LEFT JOIN {people} e ON g.low_owner = e.person{joins}{only}"
        ),
    ));
    all
}

/// The keys of rules that are followed by another one, by their place among the keys of their rule.
pub(super) fn earlier<'r>(rules: impl Iterator<Item = &'r Rule>) -> Vec<usize> {
    let most = rules.map(|rule| rule.group_by().len()).max().unwrap_or_default();
    (1..most).collect()
}

/// A row for each member of each group of which a rule says something; and how many groups there are of each verdict, and keys that
/// make none, so that whoever reads the rows knows that none was lost.
pub(super) fn rows() -> Vec<String> {
    let verdict = "CASE WHEN g.holds THEN 'violation' WHEN NOT g.holds THEN 'pass' ELSE 'not-evaluable' END";
    let counted = "'' AS member, 'counted' AS verdict, '' AS missing, COUNT(*) AS accounts";
    vec![
        format!(
            "SELECT g.rule AS rule, g.source AS source, g.subject AS subject, v.id AS member, {verdict} AS verdict, \
             CASE WHEN g.holds THEN '' ELSE g.missing END AS missing, g.accounts AS accounts FROM of_groups g \
             JOIN verdicts v ON g.number = v.number AND g.source = v.source AND g.group_key = v.group_key \
             WHERE (g.holds OR g.holds IS NULL) AND v.holds"
        ),
        format!(
            "SELECT g.rule AS rule, g.source AS source, {verdict} AS subject, {counted} FROM of_groups g \
             GROUP BY g.rule, g.source, {verdict}"
        ),
        format!(
            "SELECT l.rule AS rule, l.source AS source, 'pass' AS subject, {counted} FROM lone l GROUP BY l.rule, l.source"
        ),
    ]
}
