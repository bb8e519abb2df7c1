//! What whoever reads the outcome should know of a file: answers that came late, were all the same, or came faster than anybody
//! reads; and how it stands to files that came before.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::cells::squeezed;
use crate::base::text::counted;
use crate::model::Timestamp;
use crate::render::packet::shown_cell;
use crate::review::journal::{Decision, Event};
use crate::review::state::{PacketMade, State};

/// This many equal answers say something.
const MANY: usize = 20;

/// This many decisions in this many seconds are no decisions.
const BURST: (usize, i64) = (10, 10);

/// What is remarkable about the decisions of a file.
pub(super) fn of(events: &[Event], tells_times: bool) -> Vec<String> {
    let mut remarks = Vec::new();
    let (mut decided, mut kept, mut late) = (0_usize, 0_usize, 0_u64);
    let mut comments: Vec<&str> = Vec::new();
    let mut times: Vec<Timestamp> = Vec::new();
    for event in events {
        let Event::Decided { decision, reason, late: is_late, made_at, .. } = event else { continue };
        decided += 1;
        kept += usize::from(*decision == Decision::Keep);
        late += u64::from(*is_late);
        comments.push(reason);
        times.extend(made_at);
    }
    if late > 0 {
        remarks.push(format!("{} came after the due day", counted(late, "decision", "decisions")));
    }
    if decided >= MANY && kept == decided {
        remarks.push(format!("all {decided} accounts were kept"));
    }
    let different: BTreeSet<&str> = comments.iter().copied().collect();
    if decided >= MANY && different.len() == 1 && different.iter().all(|comment| !comment.is_empty()) {
        remarks.push(format!("all {decided} decisions have the same comment"));
    }
    remarks.extend(tells_times.then(|| haste(times)).flatten());
    remarks
}

/// Of decisions whose moments are told only.
fn haste(mut times: Vec<Timestamp>) -> Option<String> {
    times.sort_unstable();
    let (many, seconds) = BURST;
    let is_burst = |window: &[Timestamp]| match window {
        [first, .., last] => *last - *first <= TimeDelta::seconds(seconds),
        _ => false,
    };
    if times.windows(many).any(is_burst) {
        return Some(format!("{many} or more decisions were made within {seconds} seconds"));
    }
    let mut gaps: Vec<TimeDelta> = times
        .windows(2)
        .filter_map(|pair| match pair {
            [one, other] => Some(*other - *one),
            _ => None,
        })
        .collect();
    gaps.sort_unstable();
    let median = gaps.get(gaps.len() / 2).filter(|_| gaps.len() >= many)?;
    (*median < TimeDelta::seconds(2))
        .then(|| "decisions were made in less than 2 seconds each, in the median".to_owned())
}

/// Whether a page has saved later decisions that are known already.
pub(super) fn older_save(state: &State, packet: &PacketMade, saved: Option<Timestamp>) -> Option<String> {
    let saved = saved?;
    let others = state.received.values().filter(|file| file.reviewer == packet.reviewer);
    let latest = others.filter_map(|file| file.saved_at).max().filter(|latest| saved < *latest)?;
    let at = |time: Timestamp| time.format("%Y-%m-%d %H:%M:%S UTC");
    Some(format!("older save, not taken: it was saved {}, and one of {} is known", at(saved), at(latest)))
}

/// How many decisions of earlier files this one neither repeats nor replaces: they stand, and whoever sent it may think otherwise.
/// `seen` are the keys of which it says something that counts, without white space.
pub(super) fn still_standing(state: &State, packet: &PacketMade, seen: &BTreeSet<String>) -> Option<String> {
    let is_answered = |key: &&String| {
        let asked = state.asked.get(*key);
        asked.is_some_and(|asked| asked.answers.contains_key(&packet.reviewer))
    };
    let keys = packet.keys.iter().filter(is_answered);
    let count = keys.filter(|key| !seen.contains(&squeezed(&shown_cell(key)))).count();
    let decisions = counted(count as u64, "decision of an earlier file stands", "decisions of earlier files stand");
    (count > 0).then(|| format!("{decisions}, about which this one says nothing that counts"))
}
