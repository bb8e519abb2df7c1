//! Rules about accounts that belong together: one employee's accounts at one source, say, or accounts with the same
//! address. Members are gathered by the hash of their key while the accounts stream by; the few that share one are
//! read again, grouped by the key itself, and judged.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::io;

use super::{Audit, SourceContext, employee_at, evidence};
use crate::model::{EmployeeIndex, Fact, Person, Subject};
use crate::rule::{AccountScope, GroupBy, GroupFacts, Missing, Rule, Scope, Verdict};
use crate::source::Spool;

/// The members that one rule counts at one source.
#[derive(Debug)]
pub(super) struct GroupMembers<'a> {
    rule: &'a Rule,
    /// For each key of the rule, its hash and the position of each member's record: 16 bytes an account.
    members: Vec<Vec<(u64, u32)>>,
}

/// The accounts with one key.
type Groups = BTreeMap<(usize, String), Vec<(String, Option<EmployeeIndex>)>>;

impl<'a> GroupMembers<'a> {
    pub(super) fn new(rule: &'a Rule) -> Self {
        Self { rule, members: vec![Vec::new(); rule.group_by().len()] }
    }

    /// Adds what another thread has gathered.
    pub(super) fn merge(&mut self, later: Self) {
        for (mine, theirs) in self.members.iter_mut().zip(later.members) {
            mine.extend(theirs);
        }
    }

    /// Takes the account if it has a key and the rule counts it. Returns the verdict when that can't be said.
    pub(super) fn offer(&mut self, scope: &Scope<'_>, position: u64) -> Option<Verdict> {
        let Ok(position) = u32::try_from(position) else { return None };
        match self.rule.is_member(scope) {
            Verdict::Violation => {}
            Verdict::Pass => return None,
            undecided => return Some(undecided),
        }
        let mut hidden = Missing::NOTHING;
        for (by, members) in self.rule.group_by().iter().zip(&mut self.members) {
            match by.key(scope) {
                Fact::Known(Some(key)) => members.push((hash(&key), position)),
                Fact::Known(None) => {}
                Fact::NotExposed => hidden = hidden.and(by.needs()),
            }
        }
        // Accounts are told apart by the keys that the vendor has; without any, they can't be.
        let blind = hidden.iter().count() == self.rule.group_by().len();
        blind.then_some(Verdict::NotEvaluable(hidden))
    }

    /// Positions of the records that seem to share a key, and the number of keys with one record.
    fn shared(&mut self) -> (BTreeSet<u32>, u64) {
        let (mut positions, mut single) = (BTreeSet::new(), 0);
        for members in &mut self.members {
            members.sort_unstable();
            for chunk in members.chunk_by(|(a, _), (b, _)| a == b) {
                match chunk {
                    [_] => single += 1,
                    several => positions.extend(several.iter().map(|(_, position)| *position)),
                }
            }
        }
        (positions, single)
    }
}

fn hash(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

impl Audit<'_> {
    /// Judges the groups of one rule. Reads the records again to name their members.
    pub(super) fn groups(
        &mut self,
        context: &SourceContext<'_>,
        mut group: GroupMembers<'_>,
        spool: &mut Spool,
    ) -> io::Result<()> {
        let rule = group.rule;
        let (positions, single) = group.shared();
        drop(group);
        self.matrix.count_passes(rule.id(), Some(context.name), single);
        let mut known = BTreeSet::new();
        for ((by, key), members) in self.read_groups(context, rule, &positions, spool)? {
            let Some(by) = rule.group_by().get(by) else { continue };
            let ids: Vec<String> = members.iter().map(|(id, _)| id.clone()).collect();
            // The same accounts that share a second key are no second group.
            if known.insert(ids) {
                self.judge_group(context, rule, *by, &key, members)?;
            }
        }
        Ok(())
    }

    /// The accounts at these positions by key, sorted.
    fn read_groups(
        &self,
        context: &SourceContext<'_>,
        rule: &Rule,
        positions: &BTreeSet<u32>,
        spool: &mut Spool,
    ) -> io::Result<Groups> {
        let mut groups = Groups::new();
        if positions.is_empty() {
            return Ok(groups);
        }
        spool.select(positions, |record| {
            let decoded = context.decoder.decode(record).map_err(io::Error::other)?;
            let situation = context.correlator.correlate(&decoded.account);
            let owner = situation.employee();
            let scope = Scope {
                account: Some(AccountScope::new(&decoded.account, context.name, context.vendor, &situation)),
                employee: owner.and_then(|owner| employee_at(self.roster, owner)),
                ..Scope::at(self.now)
            };
            for (at, by) in rule.group_by().iter().enumerate() {
                if let Fact::Known(Some(key)) = by.key(&scope) {
                    let member = (decoded.account.id.to_string(), owner);
                    groups.entry((at, key.into_owned())).or_default().push(member);
                }
            }
            Ok(())
        })?;
        for members in groups.values_mut() {
            members.sort_unstable();
        }
        Ok(groups)
    }

    fn judge_group(
        &mut self,
        context: &SourceContext<'_>,
        rule: &Rule,
        by: GroupBy,
        key: &str,
        members: Vec<(String, Option<EmployeeIndex>)>,
    ) -> io::Result<()> {
        let owner = members.first().and_then(|(_, owner)| *owner);
        let same_owner = owner.is_some() && members.iter().all(|(_, other)| *other == owner);
        let facts = GroupFacts {
            source: context.name.clone(),
            vendor: context.vendor.to_owned(),
            key: key.to_owned(),
            by: by.as_str().to_owned(),
            members: members.into_iter().map(|(id, _)| id).collect(),
            same_owner,
        };
        let employee = owner.filter(|_| same_owner).and_then(|owner| employee_at(self.roster, owner));
        let scope = Scope { group: Some(&facts), employee, ..Scope::at(self.now) };
        let verdict = rule.judge(&scope);
        self.matrix.count(rule.id(), Some(context.name), verdict);
        if matches!(verdict, Verdict::Violation) {
            let (source, members) = (context.name.clone(), facts.members.clone());
            let subject = Subject::Group { source, key: by.name(key), members };
            let person = employee.map_or_else(Person::default, |scope| evidence::owner(scope.employee));
            self.found.push(rule, evidence::finding(rule, subject, person, &scope))?;
        }
        Ok(())
    }
}
