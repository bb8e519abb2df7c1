//! The whole story of an account, for a person who asks why: what the vendor says, what every tier compared, and how
//! each rule decided. The audit itself is run, so that the story can't differ from the report.

use std::collections::BTreeMap;
use std::{io, iter};

use serde_json::Value;

use super::judge::Judge;
use super::near::Orphans;
use super::owners::Owners;
use super::sink::FindingSink;
use super::violation::Judged;
use super::{Audit, AuditError, SourceContext};
use crate::base::diagnostic::similarity;
use crate::fetch::{Population, record};
use crate::finding::{Finding, FindingRef};
use crate::key;
use crate::model::{Account, AccountField, Correlation, Roster, RuleId, Severity, Situation, Timestamp};
use crate::rule::facts::FACTS;
use crate::rule::{Missing, Rule, RuleResult, Scope};
use crate::suggest::NearMiss;

/// Which accounts of a source are asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked<'q> {
    /// The one with this identifier, exactly.
    Id(&'q str),
    /// Those with this address, login name, external or own identifier, compared without case.
    Key(&'q str),
}

impl Asked<'_> {
    const fn text(&self) -> &str {
        match self {
            Self::Id(text) | Self::Key(text) => text,
        }
    }

    fn is(&self, account: &Account<'_>) -> bool {
        match self {
            Self::Id(id) => account.id == *id,
            Self::Key(key) => {
                let asked = key::fold(key).text;
                keys(account).any(|value| key::fold(value).text == asked)
            }
        }
    }
}

/// Everything by which a person could name an account.
fn keys<'a>(account: &'a Account<'_>) -> impl Iterator<Item = &'a str> {
    let shown = AccountField::ALL.into_iter().filter(|field| *field != AccountField::DisplayName);
    let further = account.further.iter().flat_map(|further| {
        [&further.external_ids, &further.emails, &further.usernames, &further.private_emails].into_iter().flatten()
    });
    shown.filter_map(|field| field.of(account)).chain(further.map(AsRef::as_ref))
}

/// What there is to tell about an account.
#[derive(Debug)]
pub struct Story {
    /// Its identifier at the vendor.
    pub account_id: String,
    /// The vendor's record, verbatim.
    pub record: String,
    /// Every fact that rules may read of it, its owner and its declaration; `None` where the vendor doesn't tell it.
    pub facts: Vec<(String, Option<Value>)>,
    /// The situation, and what every tier compared. A declared account's tiers are told as well; they don't decide.
    pub correlation: Correlation,
    /// For an unmatched account, whom it probably belongs to.
    pub near_misses: Vec<NearMiss>,
    /// How each rule about accounts, or about groups of them, decided.
    pub judgements: Vec<Judgement>,
    /// The moment for which it holds.
    pub as_of: Timestamp,
}

/// What a verdict means, from what has to be told first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ruling {
    /// Something was found.
    Violation,
    /// Nobody knows.
    Open,
    /// Nothing was found, or the rule isn't about such accounts.
    Clear,
}

impl Ruling {
    const fn of(result: RuleResult) -> Self {
        match result {
            RuleResult::Violation => Self::Violation,
            RuleResult::NotEvaluable(_) | RuleResult::Failed(_) => Self::Open,
            RuleResult::Pass => Self::Clear,
        }
    }
}

/// How a rule decided.
#[derive(Debug)]
pub struct Judgement {
    /// The rule.
    pub rule: RuleId,
    /// What that means.
    pub ruling: Ruling,
    /// Of its findings.
    pub severity: Severity,
    /// In words: a violation, a pass, does not apply, not evaluable without ….
    pub verdict: String,
    /// The facts that decided.
    pub facts: BTreeMap<String, Value>,
    /// What it says to people, if it is a violation.
    pub message: Option<String>,
}

/// The accounts, or those for which they were perhaps mistaken.
#[derive(Debug)]
pub enum Told {
    /// What there is to tell of each, and how many there are beyond those.
    Stories(Vec<Story>, usize),
    /// There is no such account; these are alike, as (id, the value that is alike).
    Unknown(Vec<(String, String)>),
}

/// How many accounts with one key are told about.
const MOST: usize = 10;

impl Audit<'_> {
    /// Judges the whole source, and tells the stories of the accounts that are asked about.
    ///
    /// # Errors
    /// As of [`Audit::source`].
    pub fn explain(
        mut self,
        context: &SourceContext<'_>,
        population: &mut Population,
        asked: Asked<'_>,
    ) -> Result<Told, AuditError> {
        self.source(context, population)?;
        let groups = self.group_findings()?;
        let mut alike = Alike::of(asked.text());
        let (mut found, mut further, mut others) = (Vec::new(), 0, Vec::new());
        if let Some(spool) = &mut population.spool {
            spool
                .for_each(|_, record| {
                    let text = record.get().to_owned();
                    let account = context.decoder.decode(record).map_err(io::Error::other)?.account.as_of(self.now);
                    if asked.is(&account) {
                        if found.len() < MOST {
                            found.push(text);
                        } else {
                            further += 1;
                        }
                    } else {
                        if found.is_empty() {
                            alike.offer(&account);
                        }
                        if others.len() + 1 < Orphans::MOST && self.is_unmatched(context, &account) {
                            others.push(text);
                        }
                    }
                    Ok::<_, io::Error>(())
                })
                .map_err(|error| AuditError::Spool { source_name: context.name.clone(), error })?;
        }
        if found.is_empty() {
            return Ok(Told::Unknown(alike.best()));
        }
        let stories = found.iter().map(|record| self.story(context, record, &others, &groups));
        let stories: io::Result<_> = stories.collect();
        let stories = stories.map_err(|error| AuditError::Spool { source_name: context.name.clone(), error })?;
        Ok(Told::Stories(stories, further))
    }

    /// The findings about groups so far.
    fn group_findings(&mut self) -> Result<Vec<Finding>, AuditError> {
        let found = std::mem::replace(&mut self.found, FindingSink::new(self.exceptions, self.roster, self.now));
        let found = found.so_far().map_err(AuditError::Findings)?;
        let groups =
            found.heads().filter(FindingRef::is_about_group).map(|head| head.read()).collect::<io::Result<_>>();
        groups.map_err(AuditError::Findings)
    }

    /// `others` are more records without an owner: what is likely for an account depends on them.
    fn story(
        &self,
        context: &SourceContext<'_>,
        asked: &str,
        others: &[String],
        groups: &[Finding],
    ) -> io::Result<Story> {
        let mut accounts = Vec::with_capacity(1 + others.len());
        for text in iter::once(asked).chain(others.iter().map(String::as_str)) {
            accounts.push(context.decoder.decode(record(text)?).map_err(io::Error::other)?.account.as_of(self.now));
        }
        let Some(account) = accounts.first() else { return Err(io::ErrorKind::NotFound.into()) };
        let tried = context.correlator.explain(account);
        let judge = self.judge(context);
        let mut owners = Owners::of(&tried.situation, self.roster);
        let situation = judge.declarations.situation(account, tried.situation);
        if matches!(situation, Situation::Declared { .. }) {
            owners = owners.of_declared(&self.roster.extra_columns, self.now);
        }
        let employee = judge.employee(situation.employee());
        let scope = judge.scope(&Judged { account, situation: &situation, employee }, &owners);
        let unmatched = if matches!(situation, Situation::Unmatched) { accounts.as_slice() } else { &[] };
        Ok(Story {
            account_id: account.id.to_string(),
            record: account.attributes.get().to_owned(),
            facts: facts(&scope),
            near_misses: self.suggester.find(context, unmatched).into_iter().next().unwrap_or_default(),
            judgements: judgements(&judge, &scope, &account.id, groups),
            as_of: self.now,
            correlation: Correlation { attempts: tried.attempts, situation: situation.clone() },
        })
    }
}

fn judgements(judge: &Judge<'_>, scope: &Scope<'_>, id: &str, groups: &[Finding]) -> Vec<Judgement> {
    let of_account = judge.about_accounts.iter().map(|rule| judged(rule, scope, judge.roster));
    let of_group = judge.about_groups.iter().map(|rule| judged_group(rule, scope, id, groups));
    let mut all: Vec<Judgement> = of_account.chain(of_group).collect();
    all.sort_by(|a, b| (a.ruling, &a.rule).cmp(&(b.ruling, &b.rule)));
    all
}

/// What the audit found of the account's group, or why there is none.
fn judged_group(rule: &Rule, scope: &Scope<'_>, id: &str, groups: &[Finding]) -> Judgement {
    let mine = |finding: &&Finding| {
        finding.rule == rule.id().as_str() && finding.subject.members.iter().flatten().any(|member| member == id)
    };
    let (rule_id, severity) = (rule.id().clone(), rule.severity());
    if let Some(found) = groups.iter().find(mine) {
        return Judgement {
            rule: rule_id,
            ruling: Ruling::Violation,
            severity,
            verdict: RuleResult::Violation.to_string(),
            facts: found.facts.clone(),
            message: Some(found.message.clone()),
        };
    }
    let (ruling, verdict) = match rule.is_member(scope) {
        RuleResult::Violation if scope.employee.is_some() => (Ruling::Clear, RuleResult::Pass.to_string()),
        RuleResult::Violation | RuleResult::Pass => (Ruling::Clear, "a pass: it belongs to no group".to_owned()),
        undecided => (Ruling::Open, undecided.to_string()),
    };
    Judgement { rule: rule_id, ruling, severity, verdict, facts: BTreeMap::new(), message: None }
}

fn judged(rule: &Rule, scope: &Scope<'_>, roster: &Roster) -> Judgement {
    let verdict = rule.judge(scope);
    let words = match verdict {
        RuleResult::Pass if !rule.concerns(scope) => "does not apply".to_owned(),
        RuleResult::NotEvaluable(missing) => {
            let why = why(missing, scope, roster);
            if why.is_empty() { verdict.to_string() } else { format!("{verdict}: {}", why.join("; ")) }
        }
        _ => verdict.to_string(),
    };
    Judgement {
        rule: rule.id().clone(),
        ruling: Ruling::of(verdict),
        severity: rule.severity(),
        verdict: words,
        facts: rule.facts(scope).to_map(),
        message: matches!(verdict, RuleResult::Violation).then(|| rule.message(scope)),
    }
}

/// Why the roster doesn't tell what is missing.
fn why(missing: Missing, scope: &Scope<'_>, roster: &Roster) -> Vec<String> {
    let Some(people) = scope.employee.as_ref() else { return Vec::new() };
    let of_all = missing.of_roster().map(|fact| {
        let untold = people.people().find_map(|person| Some((person, person.untold(fact, scope.now)?)));
        match untold {
            Some((person, untold)) => roster.why(person, fact, untold),
            None => format!("those who could own the account differ in {}", fact.noun()),
        }
    });
    let mut why: Vec<String> = of_all.collect();
    why.dedup();
    why
}

/// The facts of what there is: an account always, an owner or a declaration perhaps. The record is told by itself.
fn facts(scope: &Scope<'_>) -> Vec<(String, Option<Value>)> {
    let there = |root: &str| match root {
        "account" => true,
        "employee" => scope.employee.is_some(),
        "declared" => scope.declared.is_some(),
        _ => false,
    };
    let told = FACTS.iter().filter(|fact| there(fact.root) && fact.path() != "account.attributes");
    told.map(|fact| (fact.path(), fact.read(scope))).collect()
}

/// Remembers the accounts whose values resemble what was asked for.
struct Alike<'q> {
    asked: &'q str,
    found: Vec<(f64, String, String)>,
}

impl<'q> Alike<'q> {
    const MOST: usize = 3;
    const CLOSE_ENOUGH: f64 = 0.8;

    const fn of(asked: &'q str) -> Self {
        Self { asked, found: Vec::new() }
    }

    fn offer(&mut self, account: &Account<'_>) {
        let values = AccountField::ALL.into_iter().filter_map(|field| field.of(account));
        let scored = values.map(|value| (similarity(self.asked, value), value));
        let best = scored.max_by(|(a, _), (b, _)| a.total_cmp(b)).filter(|(score, _)| *score >= Self::CLOSE_ENOUGH);
        let Some((score, value)) = best else { return };
        self.found.push((score, account.id.to_string(), value.to_owned()));
        if self.found.len() > 64 {
            self.keep_best();
        }
    }

    fn keep_best(&mut self) {
        self.found.sort_by(|(a, one, _), (b, other, _)| b.total_cmp(a).then_with(|| one.cmp(other)));
        self.found.truncate(Self::MOST);
    }

    fn best(mut self) -> Vec<(String, String)> {
        self.keep_best();
        self.found.into_iter().map(|(_, id, value)| (id, value)).collect()
    }
}
