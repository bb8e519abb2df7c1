//! For an account that nobody owns, the employees that it probably belongs to. Suggestions for a person:
//! nothing is matched by them, and what would match is written out as a line to confirm.

use crate::config::{MatchConfig, SourceMatch};
use crate::model::{Account, AccountField, EmployeeIndex, Roster};

use super::accept::{Accept, Proposals};
use super::blocking::{Blocks, Wanted};
use super::differences::{Segment, differences};
use super::score::{EmployeeField, Likeness, Scorer};

/// More than these nobody reads.
const MOST: usize = 3;

/// What scores less is more often wrong than right.
const WORTH_SHOWING: f64 = 0.5;

/// A smaller difference between two scores means nothing.
const AS_LIKE: f64 = 0.005;

/// An employee who probably owns the account.
#[derive(Debug, Clone, PartialEq)]
pub struct NearMiss {
    /// Who.
    pub employee: EmployeeIndex,
    /// From 0 to 1, to sort by; three decimals.
    pub score: f64,
    /// How many other employees are as like. If there are any, these values can't tell who it is.
    pub equals: usize,
    /// The values that are alike, the most telling first.
    pub evidence: Vec<Evidence>,
    /// Lines of which each would make it a match, the one about this account only first.
    pub accept: Vec<Accept>,
}

/// Two values that are alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The account's field.
    pub field: AccountField,
    /// The employee's field.
    pub against: EmployeeField,
    /// From 0 to 1; three decimals.
    pub similarity: f64,
    /// The account's value, in pieces.
    pub account: Vec<Segment>,
    /// The employee's value, in pieces.
    pub employee: Vec<Segment>,
}

/// The roster, prepared for the search. That takes a second or two at two million employees, so it is done only when there
/// are accounts to search for; then all threads share it.
#[derive(Debug)]
pub struct NearMisses<'r> {
    roster: &'r Roster,
    config: &'r MatchConfig,
    blocks: Blocks,
}

impl<'r> NearMisses<'r> {
    /// Prepares the roster for any account, in about 250 bytes an employee.
    pub fn new(roster: &'r Roster, config: &'r MatchConfig) -> Self {
        Self { roster, config, blocks: Blocks::new(roster, |_| true) }
    }

    /// Prepares the roster for these accounts, in hardly any memory. Nothing is found for others.
    pub fn of<'a>(
        roster: &'r Roster,
        config: &'r MatchConfig,
        accounts: impl IntoIterator<Item = &'a Account<'a>>,
    ) -> Self {
        let wanted = Wanted::of(accounts);
        Self { roster, config, blocks: Blocks::new(roster, |feature| wanted.has(feature)) }
    }

    /// Up to three employees, the likeliest first; equals in roster order.
    pub fn find(&self, account: &Account<'_>, matching: &SourceMatch) -> Vec<NearMiss> {
        let scorer = Scorer::new(account);
        let mut scored: Vec<_> = self
            .blocks
            .candidates(account)
            .into_iter()
            .filter_map(|index| self.roster.employee(index).map(|employee| (index, employee)))
            .map(|(index, employee)| (index, employee, scorer.score(employee)))
            .filter(|(_, _, (score, _))| *score >= WORTH_SHOWING)
            .collect();
        scored.sort_by(|a, b| b.2.0.total_cmp(&a.2.0).then(a.0.cmp(&b.0)));
        let scores: Vec<f64> = scored.iter().map(|(_, _, (score, _))| *score).collect();
        scored.truncate(MOST);
        let near = scored.into_iter().map(|(index, employee, (score, likenesses))| NearMiss {
            employee: index,
            score: rounded(score),
            equals: scores.iter().filter(|other| (**other - score).abs() < AS_LIKE).count().saturating_sub(1),
            evidence: likenesses.iter().map(evidence).collect(),
            accept: Proposals { account, employee, config: self.config, matching }.accepted(),
        });
        near.collect()
    }
}

fn evidence(likeness: &Likeness<'_>) -> Evidence {
    let (account, employee) = differences(likeness.account, likeness.employee);
    let Likeness { field, against, similarity, .. } = *likeness;
    Evidence { field, against, similarity: rounded(similarity), account, employee }
}

/// The same on every machine, and as much as anybody reads.
fn rounded(score: f64) -> f64 {
    (score * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::correlate::testing::{account, person, roster};

    fn people() -> Roster {
        roster([
            person("E-0041", "Anna Lindberg", &["anna.lindberg@example.com"], &["alindberg"]),
            person("E-0042", "Ann Lindqvist", &["ann.lindqvist@example.com"], &["alindqvist"]),
            person("E-0043", "Bruno Okafor", &["bruno.okafor@example.com"], &["bokafor"]),
            person("E-0044", "", &["c.novak@example.com"], &[]),
        ])
    }

    fn find(values: [&str; 4]) -> Vec<NearMiss> {
        NearMisses::new(&people(), &MatchConfig::default()).find(&account(values), &SourceMatch::default())
    }

    #[test]
    fn the_likeliest_comes_first_with_its_reasons() {
        let near = find(["", "ann.lindqvits@example.com", "", "Ann Lindkvist"]);
        let first = near.first().expect("a near miss");
        assert_eq!(first.employee, EmployeeIndex(1));
        assert!(first.score > 0.85, "{}", first.score);
        let fields: Vec<_> = first.evidence.iter().map(|e| (e.field.as_str(), e.against.as_str())).collect();
        assert_eq!(fields, [("display_name", "name"), ("email", "email")]);
        let name = &first.evidence[0].account;
        assert_eq!(
            name.iter().map(|s| (s.text.as_str(), s.differs)).collect::<Vec<_>>(),
            [("Ann Lind", false), ("k", true), ("vist", false)]
        );
        assert_eq!(first.accept, [Accept::Crosswalk("email,ann.lindqvits@example.com,E-0042".into())]);
    }

    #[test]
    fn people_without_a_name_are_found_by_their_address() {
        let near = find(["", "", "", "Carla Novak"]);
        assert_eq!(near.first().map(|near| near.employee), Some(EmployeeIndex(3)));
    }

    #[test]
    fn strangers_are_not_suggested() {
        assert_eq!(find(["", "helpdesk@example.com", "helpdesk", "Help Desk"]), []);
        assert_eq!(find(["", "", "", "Ann"]), []);
    }

    proptest! {
        #[test]
        fn any_text_is_searched_for_without_panic(values in proptest::array::uniform4("\\PC{0,20}|.{0,20}|[a-z.@0-9 ]{0,20}")) {
            let [a, b, c, d] = &values;
            let near = find([a, b, c, d]);
            prop_assert!(near.len() <= MOST && near.iter().all(|near| (WORTH_SHOWING..=1.0).contains(&near.score)));
            let person = person(a, b, &[c], &[d]);
            let (roster, config) = (roster([person]), MatchConfig::default());
            let misses = NearMisses::new(&roster, &config);
            let _unused = misses.find(&account([d, c, b, a]), &SourceMatch::default());
        }
    }
}
