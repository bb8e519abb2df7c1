//! Findings grouped by what they are about, because people read by account; worst first.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io;

use serde_json::Value;

use super::text::{NAME, value};
use crate::base::text::grouped;
use crate::finding::{FindingRef, Findings};
use crate::model::{Severity, Timestamp};
use crate::render::RenderError;
use crate::render::escape::clip;
use crate::report::{Finding, Report};

/// All findings by subject.
#[derive(Debug)]
pub(in crate::render) struct Entries<'r> {
    findings: &'r Findings,
    /// The positions of the findings, those about one subject next to each other.
    positions: Vec<u32>,
    places: Vec<Place>,
    as_of: Timestamp,
}

/// Where the findings about one subject are.
#[derive(Debug, Clone, Copy)]
struct Place {
    start: u32,
    length: u32,
    rank: Rank,
}

/// The worst severity that still asks for action; what is covered by exceptions comes last.
type Rank = (bool, Severity);

/// What comes last.
const COVERED: Rank = (true, Severity::Info);

/// The findings about one subject, not read yet; never empty.
#[derive(Debug, Clone, Copy)]
pub(in crate::render) struct Group<'e> {
    findings: &'e Findings,
    positions: &'e [u32],
    rank: Rank,
}

/// The findings about one subject; never empty.
#[derive(Debug)]
pub(in crate::render) struct Subject {
    findings: Vec<Finding>,
    rank: Rank,
}

impl<'r> Entries<'r> {
    pub(in crate::render) fn new(report: &'r Report) -> Self {
        Self::of(&report.findings, report.run.as_of)
    }

    /// Some of the findings of a report.
    pub(in crate::render) fn of(findings: &'r Findings, as_of: Timestamp) -> Self {
        const NOWHERE: u32 = u32::MAX;
        let mut place_of = vec![NOWHERE; findings.numbers()];
        let mut places: Vec<Place> = Vec::new();
        for head in findings.heads() {
            let Some(at) = place_of.get_mut(head.subject()) else { continue };
            if *at == NOWHERE {
                *at = u32::try_from(places.len()).unwrap_or(NOWHERE);
                places.push(Place { start: 0, length: 0, rank: COVERED });
            }
            if let Some(place) = places.get_mut(*at as usize) {
                place.length += 1;
                place.rank = place.rank.min(rank(head));
            }
        }
        let mut start = 0;
        for place in &mut places {
            place.start = start;
            start += place.length;
        }
        let mut positions = vec![0; findings.len()];
        let mut next: Vec<u32> = places.iter().map(|place| place.start).collect();
        for (at, head) in (0..).zip(findings.heads()) {
            let place = place_of.get(head.subject()).and_then(|place| next.get_mut(*place as usize));
            if let Some(position) = place.and_then(|place| positions.get_mut(post_increment(place))) {
                *position = at;
            }
        }
        // The sort is stable: within a rank, the order is the report's.
        places.sort_by_key(|place| (place.rank, Reverse(place.length)));
        Self { findings, positions, places, as_of }
    }

    pub(in crate::render) fn len(&self) -> usize {
        self.places.len()
    }

    /// The moment of the audit that they are from.
    pub(in crate::render) const fn as_of(&self) -> Timestamp {
        self.as_of
    }

    pub(in crate::render) fn groups(&self) -> impl Iterator<Item = Group<'_>> {
        self.places.iter().map(|place| {
            let range = place.start as usize..(place.start + place.length) as usize;
            let positions = self.positions.get(range).unwrap_or_default();
            Group { findings: self.findings, positions, rank: place.rank }
        })
    }
}

fn rank(head: FindingRef<'_>) -> Rank {
    (!head.is_open(), head.severity())
}

fn post_increment(place: &mut u32) -> usize {
    *place += 1;
    *place as usize - 1
}

impl<'e> Group<'e> {
    /// The findings at these positions.
    pub(super) fn new(findings: &'e Findings, positions: &'e [u32]) -> Self {
        let heads = positions.iter().filter_map(|at| findings.head(*at as usize));
        Self { findings, positions, rank: heads.map(rank).min().unwrap_or(COVERED) }
    }

    pub(in crate::render) const fn len(&self) -> usize {
        self.positions.len()
    }

    pub(in crate::render) fn heads(self) -> impl Iterator<Item = FindingRef<'e>> {
        self.positions.iter().filter_map(move |at| self.findings.head(*at as usize))
    }

    pub(in crate::render) fn is_account(self) -> bool {
        self.heads().any(|head| head.is_about_account())
    }

    /// Whether any of them asks for action.
    pub(super) const fn is_open(self) -> bool {
        !self.rank.0
    }

    /// What comes first in a list of subjects: the worst, and then of how many findings there are.
    pub(super) const fn order(self) -> (Rank, Reverse<usize>) {
        (self.rank, Reverse(self.len()))
    }

    /// Its findings one by one, if they are about a source: they have nothing in common but their place.
    pub(super) fn apart(self) -> impl Iterator<Item = Self> {
        let about_source =
            self.heads().any(|head| !head.is_about_account() && !head.is_about_group() && head.source().is_some());
        let size = if about_source { 1 } else { self.positions.len().max(1) };
        self.positions.chunks(size).map(move |positions| Self::new(self.findings, positions))
    }

    /// The worst severity that still asks for action; without any, the worst.
    pub(super) const fn worst(self) -> Severity {
        self.rank.1
    }

    pub(super) fn positions(self) -> impl Iterator<Item = usize> {
        self.positions.iter().map(|at| *at as usize)
    }

    /// Reads them.
    pub(in crate::render) fn read(self) -> Result<Subject, RenderError> {
        self.read_by(|head| head.read())
    }

    /// The same, for whoever has read some of them already.
    pub(super) fn read_by(
        self,
        read: impl FnMut(FindingRef<'e>) -> io::Result<Finding>,
    ) -> Result<Subject, RenderError> {
        let findings = self.heads().map(read).collect::<io::Result<_>>();
        Ok(Subject { findings: findings.map_err(RenderError::Findings)?, rank: self.rank })
    }
}

impl Subject {
    pub(super) const fn severity(&self) -> &'static str {
        self.rank.1.as_str()
    }

    pub(in crate::render) fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter()
    }

    pub(super) fn is_account(&self) -> bool {
        self.findings().any(|finding| finding.subject.kind == "account")
    }

    /// A fact that any of the findings holds.
    pub(super) fn fact(&self, name: &str) -> Option<&Value> {
        self.findings().find_map(|finding| finding.facts.get(name))
    }

    /// A fact as text; nothing when it isn't there or is null.
    pub(super) fn words(&self, name: &str) -> String {
        self.fact(name).filter(|fact| !fact.is_null()).map(|fact| clip(&value(fact), NAME)).unwrap_or_default()
    }

    pub(super) fn first<'s, T: ?Sized>(&'s self, get: impl Fn(&'s Finding) -> Option<&'s T>) -> Option<&'s T> {
        self.findings().find_map(get)
    }

    /// What people call the subject.
    pub(super) fn title(&self) -> String {
        let named = self
            .first(|finding| finding.display_name.as_deref())
            .or_else(|| self.first(|finding| finding.email.as_deref()))
            .or_else(|| self.first(|finding| finding.username.as_deref()))
            .or_else(|| self.first(|finding| finding.subject.account_id.as_deref()))
            .or_else(|| self.first(|finding| finding.subject.employee_id.as_deref()));
        let named = named.map(|name| clip(name, NAME)).filter(|name| !name.trim().is_empty());
        match (named, self.first(|finding| Some(finding.subject.kind.as_str()))) {
            (Some(name), _) => name,
            (None, Some("source")) => self.source(),
            (None, Some("roster")) => "HR roster".to_owned(),
            (None, Some("exception")) => {
                let waiver = self.words("exception.id");
                if waiver.is_empty() { self.words("declaration.id") } else { waiver }
            }
            (None, _) => "without a name".to_owned(),
        }
    }

    pub(super) fn source(&self) -> String {
        self.first(|finding| finding.subject.source.as_deref()).map(|name| clip(name, NAME)).unwrap_or_default()
    }
}

/// How many findings are left out, by severity.
pub(in crate::render) fn left_out_words<'r>(left_out: impl Iterator<Item = FindingRef<'r>>) -> String {
    let mut counts = BTreeMap::new();
    for head in left_out {
        *counts.entry(head.severity()).or_insert(0) += head.stands_for();
    }
    let total: u64 = counts.values().sum();
    let by_severity: Vec<_> = counts.iter().map(|(severity, n)| format!("{} {severity}", grouped(*n))).collect();
    format!("{} findings are left out here ({}).", grouped(total), by_severity.join(", "))
}
