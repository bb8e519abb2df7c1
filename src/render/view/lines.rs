//! The findings as lines: one for each account (or group, row of the HR file, exception), at its worst open finding, worst
//! first over everything. Ordered and counted without reading them, because there may be a million.

use std::collections::HashSet;

use super::entries::{Entries, Group, Subject};
use crate::finding::FindingRef;
use crate::model::Severity;
use crate::render::RenderError;

/// A live account of somebody who has left.
const LEFT: &str = "leaver-active";
/// A login after the last day.
const LEFT_LOGIN: &str = "leaver-login";
/// A live account that belongs to nobody.
const OWNERLESS: &str = "orphaned";
/// What their names start with whose findings are about administrators.
const PRIVILEGED: [&str; 2] = ["privileged", "stale-privileged"];

/// Whether a rule finds administrators.
pub(super) fn is_about_power(rule: &str) -> bool {
    PRIVILEGED.iter().any(|start| rule.starts_with(start))
}

/// All lines, worst first.
#[derive(Debug)]
pub(in crate::render) struct Lines<'e>(Vec<Line<'e>>);

/// One line, not read yet.
#[derive(Debug, Clone, Copy)]
pub(in crate::render) struct Line<'e> {
    group: Group<'e>,
    /// Where it is in the order of its subject.
    at: u32,
    /// The worst of all its findings: nothing else may take a line's place in a document that has to leave some out.
    worst: Severity,
}

/// What comes first: a number for the worst, and of these for what has most findings as bad; lower is first.
type Rank = (Severity, u32, u32);

impl<'e> Lines<'e> {
    pub(in crate::render) fn new(entries: &'e Entries<'_>) -> Self {
        let mut lines: Vec<Line<'e>> = Vec::with_capacity(entries.len());
        for (group, at) in entries.groups().flat_map(Group::apart).zip(0..) {
            lines.push(Line::new(group, at));
        }
        let best = best_of_people(&lines);
        // The worst; then accounts before the quality of lists; then what is open; then people by their worst line.
        lines.sort_by_cached_key(|line| {
            let of_person = line.person().and_then(|person| best.get(person).copied().flatten());
            (line.worst, line.is_quality(), !line.is_open(), of_person.unwrap_or_else(|| line.rank()), line.at)
        });
        Self(lines)
    }

    /// In the order of the document.
    pub(in crate::render) fn iter(&self) -> impl ExactSizeIterator<Item = Line<'e>> + '_ {
        self.0.iter().copied()
    }

    /// Those that still ask for action.
    pub(super) fn open(&self) -> impl Iterator<Item = Line<'e>> + '_ {
        self.iter().filter(|line| line.is_open())
    }
}

/// The best place of any line of each person, by the person's number.
fn best_of_people(lines: &[Line<'_>]) -> Vec<Option<Rank>> {
    let mut best: Vec<Option<Rank>> = Vec::new();
    for line in lines {
        let Some(person) = line.person() else { continue };
        if best.len() <= person {
            best.resize(person + 1, None);
        }
        if let Some(known) = best.get_mut(person) {
            let here = line.rank();
            *known = Some(known.map_or(here, |known| known.min(here)));
        }
    }
    best
}

impl<'e> Line<'e> {
    fn new(group: Group<'e>, at: u32) -> Self {
        let worst = group.heads().map(|head| head.severity()).min().unwrap_or(Severity::Info);
        Self { group, at, worst }
    }

    fn rank(&self) -> Rank {
        let as_bad = self.group.heads().filter(|head| head.severity() == self.worst).count();
        (self.worst, u32::MAX - u32::try_from(as_bad).unwrap_or(u32::MAX), self.at)
    }

    /// The worst severity that still asks for action; without any, the worst.
    pub(in crate::render) const fn severity(self) -> Severity {
        self.group.worst()
    }

    /// The worst of all its findings, whether they are open or not.
    pub(in crate::render) const fn worst(self) -> Severity {
        self.worst
    }

    /// Whether it still asks for action.
    pub(in crate::render) const fn is_open(self) -> bool {
        self.group.is_open()
    }

    /// How many findings it stands for, where the report only counts; else one.
    pub(in crate::render) fn weight(self) -> u64 {
        self.group.heads().map(|head| head.stands_for()).max().unwrap_or(1)
    }

    /// How many open findings it holds.
    pub(in crate::render) fn findings(self) -> u64 {
        self.group.heads().filter(FindingRef::is_open).map(|head| head.stands_for()).sum()
    }

    /// How many findings it holds, open or not.
    pub(in crate::render) const fn all_findings(self) -> usize {
        self.group.len()
    }

    /// The source, if it belongs to one.
    pub(in crate::render) fn source(self) -> Option<&'e str> {
        self.group.heads().find_map(|head| head.source())
    }

    /// Lines with the same number concern the same person.
    pub(super) fn person(self) -> Option<usize> {
        self.group.heads().find_map(|head| head.person())
    }

    /// Whether it is about how well the HR file, the sources or the exceptions are kept.
    fn is_quality(self) -> bool {
        !self.group.heads().any(|head| head.is_about_account() || head.is_about_group())
    }

    fn has(self, holds: impl Fn(&FindingRef<'e>) -> bool) -> bool {
        self.group.heads().any(|head| head.is_open() && holds(&head))
    }

    /// A live account of somebody who has left.
    pub(super) fn is_leavers(self) -> bool {
        self.has(|head| head.rule() == LEFT)
    }

    /// One of these that was used after the last day.
    pub(super) fn is_used_after(self) -> bool {
        self.is_leavers() && self.has(|head| head.rule() == LEFT_LOGIN)
    }

    /// A live account without an owner.
    pub(super) fn is_ownerless(self) -> bool {
        self.has(|head| head.rule() == OWNERLESS)
    }

    /// Whether it is known to be an administrator's.
    pub(super) fn is_privileged(self) -> bool {
        self.group.heads().any(|head| is_about_power(head.rule()))
    }

    /// Whether its last login is known.
    pub(super) fn tells_login(self) -> bool {
        self.group.heads().any(|head| head.last_login().is_some())
    }

    /// Reads it.
    pub(in crate::render) fn read(self) -> Result<Subject, RenderError> {
        self.group.read()
    }
}

/// How many accounts, and of how many people as far as they are known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub accounts: u64,
    pub people: u64,
}

impl Count {
    pub(super) fn of<'e>(lines: impl Iterator<Item = Line<'e>>) -> Self {
        let mut people = HashSet::new();
        let accounts = lines.inspect(|line| people.extend(line.person())).map(Line::weight).sum();
        Self { accounts, people: people.len() as u64 }
    }
}
