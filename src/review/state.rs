//! Where a review stands: what follows from its accounts and its journal, and from nothing else.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::item::Item;
use super::journal::{Decision, Entry, Event, MailKind};
use crate::model::Timestamp;

/// An answer about an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What is decided.
    pub decision: Decision,
    /// The roles to be taken away.
    pub remove: Vec<String>,
    /// Why, or how.
    pub reason: String,
    /// Whose answer.
    pub reviewer: String,
    /// The day of it.
    pub decided_on: NaiveDate,
    /// Whether that is the day of the file.
    pub day_of_file: bool,
    /// Whether it came after the due day.
    pub late: bool,
    /// In which file.
    pub received: String,
}

impl Answer {
    /// Whether two say the same.
    fn agrees_with(&self, other: &Self) -> bool {
        self.decision == other.decision && self.remove == other.remove && self.change() == other.change()
    }

    /// What a comment alone says is to change.
    fn change(&self) -> Option<&str> {
        (self.decision == Decision::Modify && self.remove.is_empty()).then_some(self.reason.as_str())
    }
}

/// An account under review.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What is asked about, as it is known now.
    pub item: Item,
    /// Who is to decide.
    pub holder: Option<String>,
    /// Whose answer counts, after answers have differed.
    pub settled_by: Option<String>,
    /// The last answer of each reviewer.
    pub answers: BTreeMap<String, Answer>,
}

/// How far the decision about an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing<'s> {
    /// Nobody may decide.
    Unassigned,
    /// There is no answer.
    Open,
    /// There is one, and nobody has signed it.
    Unsigned(&'s Answer),
    /// Answers differ.
    Conflict,
    /// It is decided.
    Decided(&'s Answer),
}

/// A packet that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PacketMade {
    /// For whom.
    pub reviewer: String,
    /// The number of theirs.
    pub round: u32,
    /// What it asks about.
    pub keys: Vec<String>,
    /// Its files.
    pub files: Vec<String>,
    /// When it was made.
    pub at: Timestamp,
}

/// A file that came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedFile {
    /// Whose.
    pub reviewer: String,
    /// When.
    pub at: Timestamp,
    /// When a page saved it.
    pub saved_at: Option<Timestamp>,
    /// Whether it tells when each decision was made.
    pub tells_times: bool,
    /// By whom it is signed, and on which day.
    pub signed: Option<(String, NaiveDate)>,
}

/// How a review ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub at: Timestamp,
    /// Why, if not everything is decided.
    pub incomplete: Option<String>,
    /// The bundle that it was held against.
    pub against: Option<String>,
    /// Why it wasn't held against any.
    pub no_recheck: Option<String>,
    /// Accounts that have come since the review was opened.
    pub born: Vec<String>,
}

/// Somebody was put in the place of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// How many accounts.
    pub accounts: u64,
    /// To whom.
    pub to: String,
    /// Why.
    pub reason: String,
    /// Who says so.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Where a review stands.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// The accounts, by key.
    pub asked: BTreeMap<String, Asked>,
    /// The packets, by the hash of their token.
    pub packets: BTreeMap<String, PacketMade>,
    /// The files that came back, by their hash.
    pub received: BTreeMap<String, ReceivedFile>,
    /// Who was put in whose place.
    pub handed: Vec<Handed>,
    /// What whoever reads the outcome should know: whose file it is about, and what.
    pub remarks: Vec<(String, String)>,
    /// How many rows were refused.
    pub refused: u64,
    /// The mails that were sent: kind, about whose packet, which round, to whom, due on.
    pub mails: BTreeSet<(MailKind, String, u32, String, NaiveDate)>,
    /// How it ended.
    pub ended: Option<Ended>,
}

impl State {
    /// What follows from these lines.
    pub fn of(items: Vec<Item>, entries: &[Entry]) -> Self {
        let asked = items.into_iter().map(|item| {
            let holder = item.reviewer.clone();
            (item.key.clone(), Asked { item, holder, settled_by: None, answers: BTreeMap::new() })
        });
        let mut state = Self { asked: asked.collect(), ..Self::default() };
        for entry in entries {
            state.add(entry);
        }
        state
    }

    /// Adds what a line says.
    pub(super) fn add(&mut self, entry: &Entry) {
        let at = entry.at;
        match &entry.event {
            Event::Opened { .. } => {}
            Event::Packet { reviewer, round, token_sha256, keys, files } => {
                let (reviewer, keys, files) = (reviewer.clone(), keys.clone(), files.clone());
                self.packets.insert(token_sha256.clone(), PacketMade { reviewer, round: *round, keys, files, at });
            }
            Event::Sent { kind, reviewer, round, to, due_on } => {
                self.mails.insert((*kind, reviewer.clone(), *round, to.clone(), *due_on));
            }
            Event::Assigned { keys, to, reason, by } => {
                self.hand_over(keys, to);
                let (to, reason, by) = (to.clone(), reason.clone(), by.clone());
                self.handed.push(Handed { accounts: keys.len() as u64, to, reason, by, at });
            }
            Event::Received { sha256, reviewer, tells_times, saved_at, .. } => {
                let (reviewer, tells_times) = (reviewer.clone(), *tells_times);
                let file = ReceivedFile { reviewer, at, saved_at: *saved_at, tells_times, signed: None };
                self.received.insert(sha256.clone(), file);
            }
            Event::Signed { received, name, day, .. } => {
                if let Some(file) = self.received.get_mut(received) {
                    file.signed = Some((name.clone(), *day));
                }
            }
            Event::Decided { .. } => self.decide(&entry.event),
            Event::Refused { .. } => self.refused += 1,
            Event::Remark { reviewer, text, .. } => self.remarks.push((reviewer.clone(), text.clone())),
            Event::Stale { key, now, .. } => {
                if let Some(asked) = self.asked.get_mut(key) {
                    asked.item = asked.item.renewed((**now).clone());
                    (asked.answers, asked.settled_by) = (BTreeMap::new(), None);
                }
            }
            Event::Closed { incomplete, against, no_recheck, born } => {
                let (incomplete, against) = (incomplete.clone(), against.clone());
                let (no_recheck, born) = (no_recheck.clone(), born.clone());
                self.ended = Some(Ended { at, incomplete, against, no_recheck, born });
            }
        }
    }

    fn hand_over(&mut self, keys: &[String], to: &str) {
        for key in keys {
            let conflict = matches!(self.standing(key), Some(Standing::Conflict));
            let Some(asked) = self.asked.get_mut(key) else { continue };
            asked.holder = Some(to.to_owned());
            // Whoever is named while answers differ, settles it; until their answer is there, it is open.
            asked.settled_by = conflict.then(|| to.to_owned());
        }
    }

    fn decide(&mut self, event: &Event) {
        let Event::Decided { key, decision, remove, reason, reviewer, decided_on, day_of_file, late, received, .. } =
            event
        else {
            return;
        };
        let Some(asked) = self.asked.get_mut(key) else { return };
        let answer = Answer {
            decision: *decision,
            remove: remove.clone(),
            reason: reason.clone(),
            reviewer: reviewer.clone(),
            decided_on: *decided_on,
            day_of_file: *day_of_file,
            late: *late,
            received: received.clone(),
        };
        asked.answers.insert(reviewer.clone(), answer);
    }

    /// How far the decision about an account is.
    pub fn standing(&self, key: &str) -> Option<Standing<'_>> {
        Some(self.standing_of(self.asked.get(key)?))
    }

    /// The same of an account that is at hand.
    pub fn standing_of<'s>(&self, asked: &'s Asked) -> Standing<'s> {
        let weighed = |answer: &'s Answer| {
            let file = self.received.get(&answer.received);
            if file.is_some_and(|file| file.signed.is_some()) {
                Standing::Decided(answer)
            } else {
                Standing::Unsigned(answer)
            }
        };
        if let Some(who) = &asked.settled_by {
            return asked.answers.get(who).map_or(Standing::Open, weighed);
        }
        let Some(holder) = &asked.holder else { return Standing::Unassigned };
        let Some(answer) = asked.answers.get(holder) else { return Standing::Open };
        let agreed = asked.answers.values().all(|other| other.agrees_with(answer));
        if agreed { weighed(answer) } else { Standing::Conflict }
    }

    /// The accounts that somebody is to decide about, and hasn't yet.
    pub fn open_for<'s>(&'s self, reviewer: &str) -> Vec<&'s Asked> {
        let open = self.asked.values().filter(|asked| {
            asked.holder.as_deref() == Some(reviewer) && !matches!(self.standing_of(asked), Standing::Decided(_))
        });
        open.collect()
    }

    /// The same of everybody who has any.
    pub fn open_by_holder(&self) -> BTreeMap<&str, Vec<&Asked>> {
        let mut holders = self.holders();
        for asked in holders.values_mut() {
            asked.retain(|asked| !matches!(self.standing_of(asked), Standing::Decided(_)));
        }
        holders.retain(|_, asked| !asked.is_empty());
        holders
    }

    /// The last packet of each reviewer.
    pub fn last_packets(&self) -> BTreeMap<&str, &PacketMade> {
        let mut last: BTreeMap<&str, &PacketMade> = BTreeMap::new();
        for packet in self.packets.values() {
            let known = last.entry(&packet.reviewer).or_insert(packet);
            if known.round < packet.round {
                *known = packet;
            }
        }
        last
    }

    /// Everybody who is to decide about something, with all accounts of theirs.
    pub fn holders(&self) -> BTreeMap<&str, Vec<&Asked>> {
        let mut holders: BTreeMap<&str, Vec<&Asked>> = BTreeMap::new();
        for asked in self.asked.values() {
            if let Some(holder) = &asked.holder {
                holders.entry(holder).or_default().push(asked);
            }
        }
        holders
    }

    /// The numbers.
    pub fn count(&self) -> Count {
        let mut count =
            Count { items: self.asked.len() as u64, remarks: self.remarks.len() as u64, ..Count::default() };
        let mut waiting = BTreeSet::new();
        for asked in self.asked.values() {
            let standing = self.standing_of(asked);
            if !matches!(standing, Standing::Decided(_)) {
                waiting.extend(asked.holder.as_deref());
            }
            match standing {
                Standing::Unassigned => count.unassigned += 1,
                Standing::Open => count.open += 1,
                Standing::Unsigned(_) => count.unsigned += 1,
                Standing::Conflict => count.conflicts += 1,
                Standing::Decided(answer) => {
                    count.decided += 1;
                    count.late += u64::from(answer.late);
                    match answer.decision {
                        Decision::Keep => count.kept += 1,
                        Decision::Revoke => count.revoked += 1,
                        Decision::Modify => count.modified += 1,
                    }
                }
            }
        }
        Count { waiting: waiting.len() as u64, ..count }
    }
}

/// The numbers of a review.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Accounts in scope.
    pub items: u64,
    /// Accounts with a signed decision.
    pub decided: u64,
    /// Of these, kept.
    pub kept: u64,
    /// Of these, to be taken away.
    pub revoked: u64,
    /// Of these, to be changed.
    pub modified: u64,
    /// Of these, decided after the due day.
    pub late: u64,
    /// Without an answer.
    pub open: u64,
    /// With an answer that nobody has signed.
    pub unsigned: u64,
    /// With answers that differ.
    pub conflicts: u64,
    /// About which nobody may decide.
    pub unassigned: u64,
    /// Remarks.
    pub remarks: u64,
    /// Reviewers who have yet to decide about some.
    pub waiting: u64,
}

impl Count {
    /// Whether everything is decided.
    pub const fn is_whole(&self) -> bool {
        self.decided == self.items
    }

    /// Decided accounts of all accounts, in percent, rounded down: 100 is only what is whole.
    pub const fn coverage(&self) -> u64 {
        match (self.decided * 100).checked_div(self.items) {
            Some(percent) => percent,
            None => 100,
        }
    }
}
