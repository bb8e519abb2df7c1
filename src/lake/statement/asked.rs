//! What is asked about every account: the conditions of rules about accounts, and which accounts count for the others.

use super::{columns, of_sources};
use crate::expression::{Gap, Lack};
use crate::rule::{GroupBy, Rule, Subject};

/// A question about accounts.
pub(super) struct Asked<'r> {
    pub(super) number: usize,
    pub(super) rule: &'r Rule,
    pub(super) holds: String,
    pub(super) gaps: Vec<Gap>,
    /// The key by which the rule groups those that count, and its place among the keys of the rule, from 1 on.
    pub(super) by: Option<GroupBy>,
    pub(super) key_number: usize,
}

/// Every question of these rules.
pub(super) fn all<'r>(rules: &[&'r Rule]) -> Vec<Asked<'r>> {
    let mut all = Vec::new();
    for rule in rules.iter().copied() {
        let kind = rule.subject();
        if !matches!(kind, Subject::Account | Subject::Group | Subject::Employee) {
            continue;
        }
        let said = columns::of_accounts(rule).into_iter().next().map(|(_, said)| (said.holds, said.gaps));
        let (holds, gaps) = said.unwrap_or_else(|| ("TRUE".to_owned(), Vec::new()));
        let (holds, gaps) = seeing(rule, holds, gaps);
        let holds = of_sources(rule.sources(), holds).unwrap_or_else(|| "FALSE".to_owned());
        let keys: Vec<Option<GroupBy>> = match kind {
            Subject::Group => rule.group_by().iter().copied().map(Some).collect(),
            _ => vec![None],
        };
        for (by, key_number) in keys.into_iter().zip(1..) {
            let (holds, gaps) = (holds.clone(), gaps.clone());
            all.push(Asked { number: all.len() + 1, rule, holds, gaps, by, key_number });
        }
    }
    all
}

/// Accounts of which the vendor tells none of the keys can't be told apart: nobody can say whether they are in a group.
fn seeing(rule: &Rule, holds: String, mut gaps: Vec<Gap>) -> (String, Vec<Gap>) {
    let keys = rule.group_by();
    if rule.subject() != Subject::Group || keys.contains(&GroupBy::Employee) || keys.is_empty() {
        return (holds, gaps);
    }
    let told: Vec<String> = keys.iter().map(|by| format!("b.tells_a_{}", by.as_str())).collect();
    let told = format!("({})", told.join(" OR "));
    let missing = keys.iter().fold(crate::rule::Missing::NOTHING, |all, by| all.and(by.needs()));
    gaps.push(Gap { when: vec![format!("({holds} AND NOT {told})")], what: Lack::Facts(missing) });
    (format!("({holds} AND CASE WHEN {told} THEN TRUE END)"), gaps)
}

/// The questions as a table. With it, whose account it is has to be found out once, and not for every rule.
pub(super) fn table(asked: &[Asked<'_>]) -> String {
    let row = |asked: &Asked<'_>| {
        let (rule, kind) = (asked.rule.id(), asked.rule.subject().as_str());
        let Asked { number, key_number, .. } = asked;
        format!("SELECT {number} AS number, '{rule}' AS rule, '{kind}' AS kind, {key_number} AS key_number")
    };
    asked.iter().map(row).collect::<Vec<_>>().join("\n  UNION ALL ")
}
