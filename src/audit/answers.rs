//! What an SQL engine says of all accounts, in the place of what judging would. Of the accounts that it accuses the records are at
//! hand, so that each is judged here once more: where that differs, nothing of what the engine says can be trusted.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::Audit;
use super::looked::{Looked, RuleCount};
use super::matrix::Counts;
use crate::base::text::grouped;
use crate::correlate::Tally;
use crate::model::{RuleId, SourceName};
use crate::rule::{AccountsFacts, Missing, Rule, RuleResult, Subject};

/// What an engine says.
#[derive(Debug, Default)]
pub struct Answers {
    /// The rules that each account violates.
    accounts: BTreeMap<SourceName, BTreeMap<String, BTreeSet<RuleId>>>,
    /// The members of each group that violates a rule, by the group's name.
    groups: BTreeMap<(RuleId, SourceName), BTreeMap<String, BTreeSet<String>>>,
    /// For each person who violates a rule, how many accounts count, and their sources.
    people: BTreeMap<(RuleId, String), (u64, Vec<String>)>,
    /// Of whom nobody can say it, by their id.
    undecided: BTreeMap<(RuleId, Whose), BTreeMap<String, RuleResult>>,
    /// How many groups of a source, keys without one, and people there are of each verdict, as the engine has counted them.
    told: BTreeMap<(RuleId, Option<SourceName>, Verdict), u64>,
    /// How many rows the groups have, and have to have.
    rows: BTreeMap<(RuleId, SourceName), (u64, u64)>,
    /// What was counted where the facts were made.
    looked: BTreeMap<SourceName, Looked>,
}

/// What an engine says of a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// An account violates the rule.
    Account(SourceName, String),
    /// An account belongs to a group that does.
    Member {
        /// The source of the group.
        source: SourceName,
        /// Its name.
        group: String,
        /// The account.
        account: String,
        /// How many it has.
        size: u64,
    },
    /// A person does, and has this many accounts that count, one of them at a source.
    Person(String, Option<String>, u64),
    /// This many groups of a source, or people, are of this verdict.
    Told(Option<SourceName>, Verdict, u64),
    /// Nobody can say it of this one.
    Undecided(Whose, String, RuleResult),
}

/// What is said of a group or person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It violates the rule.
    Violation,
    /// It doesn't, or is no group.
    Pass,
    /// Nobody can say it.
    NotEvaluable,
}

impl Verdict {
    /// As the statement spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Violation => "violation",
            Self::Pass => "pass",
            Self::NotEvaluable => "not-evaluable",
        }
    }
}

/// Of what kind a subject is, and of which source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    /// An account.
    Account(SourceName),
    /// Accounts that share a key.
    Group(SourceName),
    /// A person.
    Person,
}

/// What the engine says and what headcount says differ.
#[derive(Debug, thiserror::Error)]
#[error("{subject}: the engine says {engine}, and headcount {headcount}")]
pub struct Disagreement {
    subject: String,
    engine: String,
    headcount: String,
}

fn disagree(subject: String, engine: &str, headcount: &str) -> io::Error {
    io::Error::other(Disagreement { subject, engine: engine.to_owned(), headcount: headcount.to_owned() })
}

impl Answers {
    /// Takes what was counted of a source where its facts were made.
    pub fn add_looked(&mut self, source: SourceName, looked: Looked) {
        self.looked.insert(source, looked);
    }

    /// Takes one.
    pub fn add(&mut self, rule: &RuleId, answer: Answer) {
        let rule = rule.clone();
        match answer {
            Answer::Account(source, id) => {
                self.accounts.entry(source).or_default().entry(id).or_default().insert(rule);
            }
            Answer::Member { source, group, account, size } => {
                let members = self.groups.entry((rule.clone(), source.clone())).or_default().entry(group).or_default();
                let first = members.is_empty().then_some(size);
                members.insert(account);
                self.count_row(rule, source, first);
            }
            Answer::Person(id, source, accounts) => {
                let (count, sources) = self.people.entry((rule, id)).or_default();
                *count = accounts;
                sources.extend(source);
            }
            Answer::Told(source, verdict, count) => *self.told.entry((rule, source, verdict)).or_default() += count,
            Answer::Undecided(whose, subject, result) => {
                let all = self.undecided.entry((rule, whose)).or_default();
                let before = all.insert(subject.clone(), result);
                all.extend(before.map(|before| (subject, either(before, result))));
            }
        }
    }

    fn count_row(&mut self, rule: RuleId, source: SourceName, first: Option<u64>) {
        let (rows, needed) = self.rows.entry((rule, source)).or_default();
        *rows += 1;
        *needed += first.unwrap_or_default();
    }

    /// Whether there are as many groups and people as the engine has counted, with all their accounts.
    ///
    /// # Errors
    /// What is missing.
    pub fn complete(&self) -> Result<(), String> {
        let mut here: BTreeMap<(RuleId, Option<SourceName>, Verdict), u64> = BTreeMap::new();
        for ((rule, source), groups) in &self.groups {
            here.insert((rule.clone(), Some(source.clone()), Verdict::Violation), groups.len() as u64);
        }
        for (rule, _) in self.people.keys() {
            *here.entry((rule.clone(), None, Verdict::Violation)).or_default() += 1;
        }
        for ((rule, whose), subjects) in &self.undecided {
            let source = match whose {
                Whose::Account(_) => continue,
                Whose::Group(source) => Some(source.clone()),
                Whose::Person => None,
            };
            here.insert((rule.clone(), source, Verdict::NotEvaluable), subjects.len() as u64);
        }
        let told = self.told.iter().filter(|((_, _, verdict), _)| *verdict != Verdict::Pass);
        let told: BTreeMap<_, _> = told.map(|(of, count)| (of.clone(), *count)).collect();
        let count = |of: &BTreeMap<_, u64>, key| of.get(key).copied().unwrap_or_default();
        if let Some(key) = told.keys().chain(here.keys()).find(|key| count(&told, key) != count(&here, key)) {
            let (rule, source, verdict) = key;
            let source = source.as_ref().map_or("people", SourceName::as_str);
            let [counted, there] = [&told, &here].map(|of| grouped(count(of, key)));
            return Err(format!(
                "{source}: the engine has counted {counted} of {rule} that are {}, and tells {there}",
                verdict.as_str()
            ));
        }
        match self.rows.iter().find(|(_, (rows, needed))| rows != needed) {
            Some(((rule, _), (rows, needed))) => Err(format!(
                "the groups that {rule} finds have {} accounts, and {} are there",
                grouped(*needed),
                grouped(*rows)
            )),
            None => Ok(()),
        }
    }

    /// The accounts of a source whose records are needed.
    pub fn wanted(&self, source: &SourceName) -> BTreeSet<&str> {
        let accused = self.accounts.get(source).into_iter().flatten().map(|(id, _)| id.as_str());
        let groups = self.groups.iter().filter(|((_, of), _)| of == source).flat_map(|(_, groups)| groups.values());
        accused.chain(groups.flatten().map(String::as_str)).collect()
    }

    /// The sources of which it says something.
    pub fn sources(&self) -> BTreeSet<&SourceName> {
        let of_undecided = self.undecided.keys().filter_map(|(_, whose)| match whose {
            Whose::Account(source) | Whose::Group(source) => Some(source),
            Whose::Person => None,
        });
        let of_groups = self.groups.keys().map(|(_, source)| source);
        let of_told = self.told.keys().filter_map(|(_, source, _)| source.as_ref());
        self.accounts.keys().chain(of_groups).chain(of_told).chain(of_undecided).collect()
    }

    /// How much the rules say of single accounts of a source.
    pub fn of_accounts(&self, source: &SourceName) -> BTreeMap<RuleId, RuleCount> {
        let mut all: BTreeMap<RuleId, RuleCount> = BTreeMap::new();
        for rule in self.accounts.get(source).into_iter().flat_map(BTreeMap::values).flatten() {
            all.entry(rule.clone()).or_default().violations += 1;
        }
        let whose = Whose::Account(source.clone());
        for ((rule, _), undecided) in self.undecided.iter().filter(|((_, of), _)| *of == whose) {
            all.entry(rule.clone()).or_default().not_evaluable += undecided.len() as u64;
        }
        all
    }

    pub(super) fn looked(&self, source: &SourceName) -> Option<&Looked> {
        self.looked.get(source)
    }

    /// Holds what the engine says of an account against what was found here.
    pub(super) fn confirm_account(&self, source: &SourceName, id: &str, found: &[&RuleId]) -> io::Result<()> {
        let none = BTreeSet::new();
        let said = self.accounts.get(source).and_then(|accounts| accounts.get(id)).unwrap_or(&none);
        let differs = |rule: &&&RuleId| !said.contains(**rule);
        if let Some(rule) = found.iter().find(differs) {
            return Err(disagree(format!("{source}/{id}: {rule}"), "a pass", "a violation"));
        }
        match said.iter().find(|rule| !found.contains(rule)) {
            Some(rule) => Err(disagree(format!("{source}/{id}: {rule}"), "a violation", "something else")),
            None => Ok(()),
        }
    }

    /// Whether the engine names a group, which holds then against what was found here. Of other groups, only some accounts
    /// may be here.
    pub(super) fn confirm_group(
        &self,
        rule: &RuleId,
        source: &SourceName,
        (name, here): (&str, &[String]),
        found: RuleResult,
    ) -> io::Result<bool> {
        let Some(members) = self.groups.get(&(rule.clone(), source.clone())).and_then(|groups| groups.get(name)) else {
            return Ok(false);
        };
        let subject = || format!("{source}: {rule} of a group");
        if found != RuleResult::Violation {
            return Err(disagree(subject(), "a violation", &found.to_string()));
        }
        if members.iter().eq(here) {
            return Ok(true);
        }
        let counted = |count: usize| format!("{count} members");
        Err(disagree(subject(), &counted(members.len()), &counted(here.len())))
    }

    /// Holds what the engine says of a person against what was found by the accounts that count.
    pub(super) fn confirm_person(rule: &RuleId, id: &str, found: RuleResult) -> io::Result<()> {
        let subject = || format!("{rule} of {id}");
        if found == RuleResult::Violation {
            Ok(())
        } else {
            Err(disagree(subject(), "a violation", &found.to_string()))
        }
    }

    /// The accounts of a person of whom the engine says something; otherwise, its verdict.
    pub(super) fn person(&self, rule: &RuleId, id: &str) -> Result<AccountsFacts, RuleResult> {
        if let Some((count, sources)) = self.people.get(&(rule.clone(), id.to_owned())) {
            let mut names = sources.clone();
            names.sort();
            names.dedup();
            return Ok(AccountsFacts { count: *count, sources: names, undecided: Missing::NOTHING });
        }
        let undecided = self.undecided.get(&(rule.clone(), Whose::Person)).and_then(|people| people.get(id));
        Err(undecided.copied().unwrap_or(RuleResult::Pass))
    }

    /// What a rule could judge of this many accounts.
    pub(super) fn counts(&self, rule: &Rule, source: &SourceName, accounts: u64) -> Counts {
        let mut counts = Counts::default();
        let whose = [Whose::Account(source.clone()), Whose::Group(source.clone())];
        let undecided = whose.into_iter().filter_map(|whose| self.undecided.get(&(rule.id().clone(), whose)));
        let undecided = undecided.flat_map(BTreeMap::values);
        let open = undecided.map(|result| counts.count(*result)).count() as u64;
        let (all, violations) = if rule.subject() == Subject::Group {
            let told = |verdict| self.told.get(&(rule.id().clone(), Some(source.clone()), verdict)).copied();
            let [violations, passes] =
                [Verdict::Violation, Verdict::Pass].map(|verdict| told(verdict).unwrap_or_default());
            (violations + passes, violations)
        } else {
            let accused = self.accounts.get(source).into_iter().flat_map(BTreeMap::values);
            (accounts.saturating_sub(open), accused.filter(|rules| rules.contains(rule.id())).count() as u64)
        };
        counts.count_alike(RuleResult::Violation, violations);
        counts.count_alike(RuleResult::Pass, all.saturating_sub(violations));
        counts
    }
}

/// What two rows say of one subject together.
fn either(one: RuleResult, other: RuleResult) -> RuleResult {
    match (one, other) {
        (RuleResult::NotEvaluable(one), RuleResult::NotEvaluable(other)) => RuleResult::NotEvaluable(one.and(other)),
        (known @ RuleResult::NotEvaluable(_), _) | (_, known) => known,
    }
}

impl Audit<'_> {
    /// Counts what was seen of some accounts of a source.
    pub(super) fn count(&mut self, source: &SourceName, looked: Looked) {
        for (placeholder, count) in looked.placeholders {
            *self.placeholders.entry(placeholder).or_default() += count;
        }
        if looked.void_keys > 0 {
            *self.void_keys.entry(source.clone()).or_default() += looked.void_keys;
        }
        self.ledger.merge(looked.ledger);
    }

    /// Counts what an engine says of the accounts of a source, and what was counted where their facts were made.
    pub(super) fn answered(&mut self, answers: &Answers, source: &SourceName, accounts: u64) -> Tally {
        let about = |subject| self.rules_about(subject, source).collect::<Vec<_>>();
        for rule in [about(Subject::Account), about(Subject::Group)].concat() {
            self.matrix.merge(rule.id(), source, answers.counts(rule, source, accounts));
        }
        let looked = answers.looked(source).cloned().unwrap_or_default();
        let tally = looked.tally;
        self.count(source, looked);
        tally
    }
}
