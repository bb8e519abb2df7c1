//! Rules about accounts that belong together: one employee's accounts at one source, say, or accounts with the same
//! address. Members are gathered by the hash of their key while the accounts stream by; the few that share one are
//! read again, grouped by the key itself, and judged.

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::io;

use super::{Audit, SourceContext, employee_at, evidence};
use crate::base::parallel;
use crate::fetch::{Chunk, Spool, record};
use crate::model::{EmployeeIndex, Fact, Person, Subject};
use crate::rule::{AccountScope, GroupBy, GroupFacts, Missing, Rule, RuleResult, Scope};

/// The members that one rule counts at one source.
#[derive(Debug)]
pub(super) struct GroupMembers<'a> {
    rule: &'a Rule,
    /// For each key of the rule, the accounts that have it.
    members: Vec<Vec<Seen>>,
}

/// The hash of an account's key, and the position of its record: 12 bytes, where a million of them count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    hash: [u8; 8],
    position: u32,
}

/// An account of a group, ordered so that those of one group are neighbours.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Member {
    /// The position of the rule among those that group.
    rule: usize,
    /// The position of the kind of key in the rule.
    by: usize,
    /// Of the key: it tells most keys apart without a look at them.
    hash: [u8; 8],
    key: String,
    id: String,
    owner: Option<EmployeeIndex>,
}

impl<'a> GroupMembers<'a> {
    pub(super) fn new(rule: &'a Rule) -> Self {
        Self { rule, members: vec![Vec::new(); rule.group_by().len()] }
    }

    /// Makes room for this many accounts at once: growing by doubling would take twice as much.
    pub(super) fn reserve(&mut self, accounts: u64) {
        for members in &mut self.members {
            members.reserve_exact(usize::try_from(accounts).unwrap_or_default());
        }
    }

    /// Adds what another thread has gathered of accounts whose positions count from `first` on.
    pub(super) fn merge(&mut self, later: Self, first: u64) {
        for (mine, theirs) in self.members.iter_mut().zip(later.members) {
            mine.extend(theirs.into_iter().filter_map(|seen| {
                let position = u32::try_from(first + u64::from(seen.position)).ok()?;
                Some(Seen { position, ..seen })
            }));
        }
    }

    /// Takes the account if it has a key and the rule counts it. Returns the verdict when that can't be said.
    pub(super) fn offer(&mut self, scope: &Scope<'_>, position: u64) -> Option<RuleResult> {
        let Ok(position) = u32::try_from(position) else { return None };
        offered(self.rule, scope, |by, key| {
            if let Some(members) = self.members.get_mut(by) {
                members.push(Seen { hash: hash(key), position });
            }
        })
    }
}

/// Takes each key by which a rule counts the account, and its place among the rule's. Returns the verdict when nobody can say whether
/// it counts.
pub(super) fn offered(rule: &Rule, scope: &Scope<'_>, mut take: impl FnMut(usize, &str)) -> Option<RuleResult> {
    match rule.is_member(scope) {
        RuleResult::Violation => {}
        RuleResult::Pass => return None,
        undecided => return Some(undecided),
    }
    let mut hidden = Missing::NOTHING;
    for (at, by) in rule.group_by().iter().enumerate() {
        match by.key(scope) {
            Fact::Known(Some(key)) => take(at, &key),
            Fact::Known(None) => {}
            Fact::NotExposed => hidden = hidden.and(by.needs()),
        }
    }
    // Accounts are told apart by the keys that the vendor has; without any, they can't be.
    let blind = hidden.iter().count() == rule.group_by().len();
    blind.then_some(RuleResult::NotEvaluable(hidden))
}

/// Positions of the records that seem to share a key, and the number of keys with one record.
fn shared(mut members: Vec<Seen>) -> (Vec<u32>, u64) {
    let (mut positions, mut single) = (Vec::new(), 0);
    members.sort_unstable();
    for chunk in members.chunk_by(|a, b| a.hash == b.hash) {
        match chunk {
            [_] => single += 1,
            several => positions.extend(several.iter().map(|seen| seen.position)),
        }
    }
    (positions, single)
}

fn hash(key: &str) -> [u8; 8] {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish().to_ne_bytes()
}

impl Audit<'_> {
    /// Judges the groups of some rules. Reads the records again, once for all, to name the members.
    pub(super) fn groups(
        &mut self,
        context: &SourceContext<'_>,
        groups: Vec<GroupMembers<'_>>,
        spool: &mut Spool,
    ) -> io::Result<()> {
        let rules: Vec<_> = groups.iter().map(|group| group.rule).collect();
        let of_keys = groups.into_iter().enumerate().flat_map(|(at, group)| {
            let rule = group.rule;
            group.members.into_iter().map(move |members| Ok((at, rule, members)))
        });
        let mut wanted = Vec::new();
        parallel::for_each_in_order(
            of_keys,
            |(at, rule, members)| Ok::<_, io::Error>((at, rule, shared(members))),
            |(at, rule, (positions, single))| {
                if self.answers.is_none() {
                    self.matrix.count_passes(rule.id(), Some(context.name), single);
                }
                wanted.extend(positions.into_iter().map(|position| (position, at)));
                Ok(())
            },
        )?;
        wanted.sort_unstable();
        wanted.dedup();
        let members = self.read_members(context, &rules, &wanted, spool)?;
        for of_rule in members.chunk_by(|a, b| a.rule == b.rule) {
            let Some(rule) = of_rule.first().and_then(|first| rules.get(first.rule)) else { continue };
            let mut known = HashSet::new();
            for group in of_rule.chunk_by(|a, b| (a.by, &a.key) == (b.by, &b.key)) {
                let Some(by) = group.first().and_then(|first| rule.group_by().get(first.by)) else { continue };
                // The same accounts that share a second key are no second group.
                let ids = || group.iter().map(|member| member.id.as_str()).collect::<Vec<_>>();
                if rule.group_by().len() == 1 || known.insert(ids()) {
                    self.judge_group(context, rule, *by, group)?;
                }
            }
        }
        Ok(())
    }

    /// The accounts at these positions, once for each key of the rule that wants them, sorted.
    fn read_members(
        &self,
        context: &SourceContext<'_>,
        rules: &[&Rule],
        wanted: &[(u32, usize)],
        spool: &mut Spool,
    ) -> io::Result<Vec<Member>> {
        let mut members = Vec::new();
        if wanted.is_empty() {
            return Ok(members);
        }
        let some = |chunk: Chunk| {
            let mut members = Vec::new();
            let start = wanted.partition_point(|(position, _)| u64::from(*position) < chunk.first());
            let mut wanted = wanted.get(start..).unwrap_or_default().chunk_by(|(a, _), (b, _)| a == b).peekable();
            for (position, line) in chunk.lines() {
                let here = |wanted: &&[(u32, usize)]| wanted.first().is_some_and(|(at, _)| u64::from(*at) == position);
                if let Some(wanted) = wanted.next_if(here) {
                    let wanting = wanted.iter().filter_map(|(_, at)| Some((*at, *rules.get(*at)?)));
                    self.read_member(context, line, wanting, &mut members)?;
                }
            }
            Ok(members)
        };
        parallel::for_each_in_order(spool.chunks(), some, |some| {
            members.extend(some);
            Ok(())
        })?;
        members.sort_unstable();
        Ok(members)
    }

    /// Adds the account of a record for each of its keys by which these rules group.
    fn read_member<'r>(
        &self,
        context: &SourceContext<'_>,
        line: &str,
        rules: impl Iterator<Item = (usize, &'r Rule)>,
        members: &mut Vec<Member>,
    ) -> io::Result<()> {
        let decoded = context.decoder.decode(record(line)?).map_err(io::Error::other)?;
        let situation = context.correlator.correlate(&decoded.account);
        let owner = situation.employee();
        let scope = Scope {
            account: Some(AccountScope::new(&decoded.account, context.name, context.vendor, &situation)),
            employee: owner.and_then(|owner| employee_at(self.roster, owner)),
            ..Scope::at(self.now)
        };
        for (rule, group_by) in rules.map(|(at, rule)| (at, rule.group_by())) {
            for (by, kind) in group_by.iter().enumerate() {
                if let Fact::Known(Some(key)) = kind.key(&scope) {
                    let (key, id) = (key.into_owned(), decoded.account.id.to_string());
                    members.push(Member { rule, by, hash: hash(&key), key, id, owner });
                }
            }
        }
        Ok(())
    }

    fn judge_group(
        &mut self,
        context: &SourceContext<'_>,
        rule: &Rule,
        by: GroupBy,
        members: &[Member],
    ) -> io::Result<()> {
        let key = members.first().map_or("", |first| first.key.as_str());
        let owner = members.first().and_then(|first| first.owner);
        let same_owner = owner.is_some() && members.iter().all(|other| other.owner == owner);
        let facts = GroupFacts {
            source: context.name.clone(),
            vendor: context.vendor.to_owned(),
            key: key.to_owned(),
            by: by.as_str().to_owned(),
            members: members.iter().map(|member| member.id.clone()).collect(),
            same_owner,
        };
        let employee = owner.filter(|_| same_owner).and_then(|owner| employee_at(self.roster, owner));
        let scope = Scope { group: Some(&facts), employee, ..Scope::at(self.now) };
        let verdict = rule.judge(&scope);
        match self.answers {
            None => self.matrix.count(rule.id(), Some(context.name), verdict),
            Some(answers) => {
                let group = (by.name(key), facts.members.as_slice());
                if !answers.confirm_group(rule.id(), context.name, (&group.0, group.1), verdict)? {
                    return Ok(());
                }
            }
        }
        if matches!(verdict, RuleResult::Violation) {
            let (source, members) = (context.name.clone(), facts.members.clone());
            let subject = Subject::Group { source, key: by.name(key), members };
            let person = employee.map_or_else(Person::default, |scope| evidence::owner(scope.employee));
            self.found.push(evidence::finding(rule, subject, person, &scope))?;
        }
        Ok(())
    }
}
