//! For accounts without an owner, whom they probably belong to: evidence for the person who has to find out. Searched
//! for only where a rule has found that there is no owner.

use std::io;
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::SourceContext;
use super::judge::Orphan;
use super::settle::LineCounts;
use crate::config::MatchConfig;
use crate::fetch::record;
use crate::model::{Account, Employee, Roster};
use crate::suggest::{Accept, Evidence, NearMiss, NearMisses, Segment};

/// A line of the configuration that many accounts without an owner have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LikelyLine {
    /// The line, and where it belongs.
    pub accept: Accept,
    /// How many accounts it would settle, by their likeliest owners.
    pub accounts: u64,
    /// How many were looked at.
    pub searched: u64,
}

/// Finds near misses.
#[derive(Debug)]
pub(super) struct Suggester<'a> {
    roster: &'a Roster,
    matching: &'a MatchConfig,
    /// For any account.
    prepared: OnceLock<NearMisses<'a>>,
}

impl<'a> Suggester<'a> {
    pub(super) const fn new(roster: &'a Roster, matching: &'a MatchConfig) -> Self {
        Self { roster, matching, prepared: OnceLock::new() }
    }

    /// By what all accounts find their owners.
    pub(super) const fn matching(&self) -> &'a MatchConfig {
        self.matching
    }

    /// The likeliest owners of some of many accounts; the roster is prepared for all of them when the first are asked for.
    pub(super) fn likeliest(&self, context: &SourceContext<'_>, accounts: &[Account<'_>]) -> Vec<Option<NearMiss>> {
        let index = self.prepared.get_or_init(|| NearMisses::new(self.roster, self.matching));
        index.likeliest(accounts, context.correlator.matching())
    }

    /// The employees to whom each of some accounts of the source probably belongs.
    pub(super) fn find(&self, context: &SourceContext<'_>, accounts: &[Account<'_>]) -> Vec<Vec<NearMiss>> {
        if accounts.is_empty() {
            return Vec::new();
        }
        let index = NearMisses::of(self.roster, self.matching, accounts);
        index.find(accounts, context.correlator.matching())
    }
}

/// The accounts without an owner of one source, until all of them have come.
#[derive(Debug)]
pub(super) struct Orphans {
    /// Each with the positions of the findings that rest on it, among all.
    kept: Vec<(String, Vec<usize>)>,
    room: usize,
}

/// What is likely for the accounts of a source.
pub(super) struct Likely {
    /// For each account, the positions of its findings and to whom it probably belongs, as JSON.
    pub near_misses: Vec<(Vec<usize>, String)>,
    /// The line that would settle most of them.
    pub line: Option<LikelyLine>,
}

impl Orphans {
    /// For how many accounts of an audit likely owners are searched: as many as somebody could look into. For any
    /// other, `headcount explain` does it.
    pub(super) const MOST: usize = 1_000;

    pub(super) const fn with_room(room: usize) -> Self {
        Self { kept: Vec::new(), room }
    }

    /// How many more could be kept.
    pub(super) const fn room_left(&self) -> usize {
        self.room.saturating_sub(self.kept.len())
    }

    /// Keeps the first. The findings that are finished begin at one position among all, those that are concerned at another.
    pub(super) fn take(&mut self, later: Vec<Orphan>, (finished, concerned): (usize, usize)) {
        let room = self.room_left();
        self.kept.extend(later.into_iter().take(room).map(|orphan| {
            let of_finished = orphan.finished.iter().map(|at| finished + at);
            (orphan.record, of_finished.chain(orphan.concerned.iter().map(|at| concerned + at)).collect())
        }));
    }

    /// Keeps no more than there is room for.
    pub(super) fn limit(&mut self, room: usize) {
        self.room = room;
        self.kept.truncate(room);
    }

    /// The employees to whom the accounts probably belong.
    pub(super) fn likely(self, suggester: &Suggester<'_>, context: &SourceContext<'_>) -> io::Result<Likely> {
        let mut accounts = Vec::with_capacity(self.kept.len());
        for (text, _) in &self.kept {
            accounts.push(context.decoder.decode(record(text)?).map_err(io::Error::other)?.account);
        }
        let found = suggester.find(context, &accounts);
        let mut lines = LineCounts::default();
        for near in &found {
            lines.add(near);
        }
        let searched = found.len() as u64;
        let line = lines.commonest().map(|(accept, accounts)| LikelyLine { accept, accounts, searched });
        let published = |near: Vec<NearMiss>| {
            Value::Array(near.iter().map(|near| published(near, suggester.roster)).collect()).to_string()
        };
        let positions = self.kept.iter().map(|(_, positions)| positions.clone());
        Ok(Likely { near_misses: positions.zip(found.into_iter().map(published)).collect(), line })
    }
}

/// As `report.json` has it.
fn published(near: &NearMiss, roster: &Roster) -> Value {
    let employee = roster.employee(near.employee);
    json!({
        "employee_id": employee.map(Employee::id),
        "name": employee.and_then(Employee::name),
        "score": near.score,
        "equals": near.equals,
        "evidence": near.evidence.iter().map(evidence).collect::<Vec<_>>(),
        "further": near.further.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "accept": near.accept.iter().map(accept).collect::<Vec<_>>(),
    })
}

fn evidence(evidence: &Evidence) -> Value {
    json!({
        "account_field": evidence.field.as_str(),
        "employee_field": evidence.against.as_str(),
        "similarity": evidence.similarity,
        "because": evidence.because.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "account": evidence.account.iter().map(segment).collect::<Vec<_>>(),
        "employee": evidence.employee.iter().map(segment).collect::<Vec<_>>(),
    })
}

fn segment(segment: &Segment) -> Value {
    json!({"text": segment.text, "differs": segment.differs})
}

fn accept(accept: &Accept) -> Value {
    json!({"in": accept.place(), "line": accept.line()})
}
