//! Sorts accounts into kinds that are alike in their coarse facts: state, situation, what is there and what is not. What
//! these alone decide is decided once for the whole kind; of the other rules, each account is asked what is left.

use std::collections::HashMap;

use super::facts::FactDef;
use super::{Rule, RuleResult, Scope, Value};
use crate::expression::Rest;

/// Rules about accounts, and the kinds of accounts that have been seen.
#[derive(Debug)]
pub struct Triage<'r> {
    rules: &'r [&'r Rule],
    /// The coarse facts that the rules read.
    facts: Vec<&'static FactDef>,
    kinds: Vec<Kind<'r>>,
    /// The position of each kind, by its traits.
    positions: HashMap<Vec<u8>, usize>,
    /// Those of the account that was taken last, and the position of its kind: the next one is often of the same.
    traits: Vec<u8>,
    last: usize,
    /// Those of an account that is about to be taken.
    new: Vec<u8>,
}

/// Accounts that are alike.
#[derive(Debug)]
struct Kind<'r> {
    accounts: u64,
    /// What each rule says of all of them, unless it is open.
    settled: Vec<Option<RuleResult>>,
    open: Vec<Open<'r>>,
}

/// A rule that is to be asked about each account of a kind, or that all of them violate.
#[derive(Debug)]
pub struct Open<'r> {
    /// Its position among the rules.
    pub rule: usize,
    rest: Rest<'r, &'static FactDef>,
}

impl<'r> Triage<'r> {
    /// For these rules about accounts.
    pub fn new(rules: &'r [&'r Rule]) -> Self {
        let read = rules.iter().flat_map(|rule| rule.compiled.when.facts_read()).copied();
        let mut facts: Vec<_> = read.filter(|fact| fact.is_coarse() || fact.has_coarse_presence()).collect();
        facts.sort_by_key(|fact| (fact.root, fact.name));
        facts.dedup_by_key(|fact| (fact.root, fact.name));
        Self {
            rules,
            facts,
            kinds: Vec::new(),
            positions: HashMap::new(),
            traits: Vec::new(),
            last: 0,
            new: Vec::new(),
        }
    }

    /// Counts an account to its kind. Returns the rules that still have something to say of it, in their order.
    pub fn take(&mut self, scope: &Scope<'_>) -> &[Open<'r>] {
        self.new.clear();
        for fact in &self.facts {
            add_trait(&mut self.new, fact, scope);
        }
        if self.kinds.is_empty() || self.new != self.traits {
            self.last = self.positions.get(&self.new).copied().unwrap_or_else(|| {
                self.positions.insert(self.new.clone(), self.kinds.len());
                self.kinds.push(Kind::of(self.rules, scope));
                self.kinds.len() - 1
            });
            std::mem::swap(&mut self.traits, &mut self.new);
        }
        self.kinds.get_mut(self.last).map_or(&[], |kind| {
            kind.accounts += 1;
            kind.open.as_slice()
        })
    }

    /// For each kind, how many accounts it has, and what each rule says of all of them unless it is open.
    pub fn settled(&self) -> impl Iterator<Item = (u64, &[Option<RuleResult>])> {
        self.kinds.iter().map(|kind| (kind.accounts, kind.settled.as_slice()))
    }
}

impl<'r> Kind<'r> {
    fn of(rules: &'r [&'r Rule], scope: &Scope<'_>) -> Self {
        let settled = |rule: &&Rule| {
            let verdict = rule.compiled.when.coarse(scope).map(RuleResult::from);
            verdict.filter(|verdict| *verdict != RuleResult::Violation)
        };
        let settled: Vec<_> = rules.iter().map(settled).collect();
        let open = (0..).zip(rules).zip(&settled).filter(|(_, settled)| settled.is_none());
        let open = open.map(|((at, rule), _)| Open { rule: at, rest: rule.compiled.when.rest(scope) }).collect();
        Self { accounts: 0, settled, open }
    }
}

impl Open<'_> {
    /// What the rule says of an account of the kind.
    pub fn judge(&self, scope: &Scope<'_>) -> RuleResult {
        self.rest.truth(scope).into()
    }
}

/// Adds what tells the value of a coarse fact from any other, or that a fact is there. None is the beginning of another.
fn add_trait(traits: &mut Vec<u8>, fact: &FactDef, scope: &Scope<'_>) {
    /// Is in no text.
    const END: u8 = u8::MAX;
    match (fact.get)(scope) {
        Value::Unknown(missing) => {
            traits.push(b'?');
            traits.extend(missing.to_bytes());
        }
        Value::Error(_) => traits.push(b'-'),
        Value::Bool(holds) => traits.push(if holds { b'1' } else { b'0' }),
        Value::Text(word) if fact.is_coarse() => {
            traits.extend(word.as_bytes());
            traits.push(END);
        }
        _ => traits.push(b'+'),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use chrono::TimeDelta;
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    use super::*;
    use crate::config::RulesConfig;
    use crate::model::{Account, AccountStatus, EmployeeIndex, Fact as Told, Situation, SourceName, Tier, Timestamp};
    use crate::rule::{AccountScope, RuleSet, Subject};

    /// How an account is: status, locked, days since the last login, situation, login name.
    type Made = (Option<bool>, Option<bool>, Option<Option<i64>>, u8, &'static str);

    fn made() -> impl Strategy<Value = Made> {
        let login = prop::option::of(prop::option::of(0_i64..200));
        (any::<Option<bool>>(), any::<Option<bool>>(), login, 0_u8..3, prop::sample::select(&["ann", "admin"][..]))
    }

    fn told<T>(value: Option<T>) -> Told<T> {
        value.map_or(Told::NotExposed, Told::Known)
    }

    fn with<T>((active, locked, login, situation, name): Made, look: impl FnOnce(&Scope<'_>) -> T) -> T {
        let now = Timestamp::default();
        let record = RawValue::from_string("{}".to_owned()).expect("JSON");
        let account = Account {
            status: told(active.map(AccountStatus::from_active)),
            locked: told(locked),
            last_login_at: told(login.map(|days| days.map(|days| now - TimeDelta::days(days)))),
            username: Told::Known(Some(name.into())),
            ..Account::new("a-1".into(), &record)
        };
        let situation = match situation {
            0 => Situation::Unmatched,
            1 => Situation::Matched { employee: EmployeeIndex(0), tier: Tier::Username },
            _ => Situation::Ambiguous { tier: Tier::Email, candidates: Vec::new() },
        };
        let source = SourceName::new("desk");
        let account = AccountScope::new(&account, &source, "file", &situation);
        look(&Scope { account: Some(account), ..Scope::at(now) })
    }

    proptest! {
        #[test]
        fn every_account_is_judged_as_if_there_were_no_other(accounts in prop::collection::vec(made(), 1..40)) {
            static RULES: LazyLock<RuleSet> =
                LazyLock::new(|| RuleSet::load(&RulesConfig::default()).expect("the built-in rules"));
            let rules: Vec<_> = RULES.enabled().filter(|rule| rule.subject() == Subject::Account).collect();
            let mut triage = Triage::new(&rules);
            let mut expected = Vec::new();
            let mut judged = Vec::new();
            for made in &accounts {
                expected.extend((0..).zip(&rules).map(|(at, rule)| (at, with(*made, |scope| rule.judge(scope)))));
                let open = with(*made, |scope| {
                    triage.take(scope).iter().map(|open| (open.rule, open.judge(scope))).collect::<Vec<_>>()
                });
                judged.extend(open);
            }
            for (accounts, settled) in triage.settled() {
                for (at, verdict) in settled.iter().enumerate().filter_map(|(at, verdict)| Some((at, (*verdict)?))) {
                    judged.extend((0..accounts).map(|_| (at, verdict)));
                }
            }
            let count = |verdicts: Vec<(usize, RuleResult)>| {
                verdicts.into_iter().fold(HashMap::new(), |mut counts, (at, verdict)| {
                    *counts.entry((at, verdict.to_string())).or_insert(0) += 1;
                    counts
                })
            };
            prop_assert_eq!(count(judged), count(expected));
        }
    }
}
