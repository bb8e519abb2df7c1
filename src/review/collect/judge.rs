//! Answers → what counts of them. Each row that can't count is named with its cell; nothing of it is guessed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::{Days, NaiveDate};

use super::answer::{Refusal, Twice, decision, formula, twice, written};
use super::cells::{day, is_same, squeezed};
use super::{AnswerRow, Answers, Placed, SignOff, page, remarks, sheet};
use crate::bag::sha256;
use crate::base::diagnostic::Diagnostic;
use crate::config::NeedsReason;
use crate::model::{Employee, Timestamp};
use crate::render::packet::{ABOUT, shown_cell};
use crate::review::campaign::{Campaign, ReviewError};
use crate::review::item::Item;
use crate::review::journal::{Decision, Event};
use crate::review::people::People;
use crate::review::state::PacketMade;

/// Who collects, where a file can't say who signed it.
#[derive(Debug, Clone)]
pub struct Collector {
    /// Who has signed, as the collector says.
    pub who: String,
    /// On which day.
    pub day: NaiveDate,
}

/// What became of a file.
#[derive(Debug, Default)]
pub struct Collected {
    /// Whose packet it is.
    pub reviewer: String,
    /// How many decisions count.
    pub taken: u64,
    /// How many accounts were passed on, and to whom.
    pub passed: BTreeMap<String, u64>,
    /// The rows that don't count: where, and why.
    pub refused: Vec<(String, String)>,
    /// What is worth knowing.
    pub remarks: Vec<String>,
    /// Whether its decisions are signed.
    pub is_signed: bool,
    /// Whether it was taken before.
    pub is_known: bool,
}

/// What collecting rests on.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'d> {
    /// Who there is.
    pub people: &'d People<'d>,
    /// Whom mail may reach.
    pub allowed_domains: Option<&'d [String]>,
    /// Who signed, where the file can't say.
    pub collector: Option<&'d Collector>,
    /// Now.
    pub now: Timestamp,
}

/// Takes a file into a review.
///
/// # Errors
/// It can't be read, or is of no packet of this review; or the review can't be written.
pub fn collect(campaign: &mut Campaign, path: &Path, bytes: &[u8], desk: Desk<'_>) -> Result<Collected, ReviewError> {
    let hash = sha256(bytes);
    if let Some(known) = campaign.state.received.get(&hash) {
        let (reviewer, is_signed) = (known.reviewer.clone(), known.signed.is_some());
        let collected = Collected { reviewer: reviewer.clone(), is_signed, is_known: true, ..Collected::default() };
        let Some(collector) = desk.collector.filter(|_| !is_signed) else { return Ok(collected) };
        if desk.people.named(&collector.who).is_none_or(|who| who.id() != reviewer) {
            return Ok(Collected { refused: vec![not_theirs()], ..collected });
        }
        campaign.record(desk.now, vec![stated(&hash, &reviewer, collector)])?;
        return Ok(Collected { is_signed: true, ..collected });
    }
    let is_page = bytes.trim_ascii_start().starts_with(b"{");
    let answers = if is_page { page::read(path, bytes) } else { sheet::read(path, bytes) }?;
    let judge = Judge::new(campaign, path, &answers, desk)?;
    let (events, collected) = judge.weigh(&answers, &hash);
    campaign.write(&format!("received/{hash}.{}", answers.extension), bytes)?;
    campaign.record(desk.now, events)?;
    Ok(collected)
}

fn stated(received: &str, reviewer: &str, Collector { who, day }: &Collector) -> Event {
    let (received, reviewer) = (received.to_owned(), reviewer.to_owned());
    Event::Signed { received, reviewer, name: who.clone(), day: *day, stated_by_collector: true }
}

/// What a row comes to.
enum Weighed {
    Decided(Box<Event>),
    Passed {
        to: String,
        key: String,
        reason: String,
    },
    /// It was passed on before, to the same person.
    PassedBefore,
}

struct Judge<'j> {
    campaign: &'j Campaign,
    desk: Desk<'j>,
    name: String,
    packet: &'j PacketMade,
    /// The token of the packet.
    token: String,
    /// Whose packet it is, if the roster still knows them.
    reviewer: Option<&'j Employee>,
    /// The accounts of the packet, by their keys as they were shown.
    keys: BTreeMap<String, &'j str>,
}

impl<'j> Judge<'j> {
    fn new(campaign: &'j Campaign, path: &Path, answers: &Answers, desk: Desk<'j>) -> Result<Self, Diagnostic> {
        let told = answers.signed.iter().map(|signed| &signed.token).chain(answers.rows.iter().map(|row| &row.token));
        let known = |cell: &Placed| {
            let token = squeezed(&cell.text);
            campaign.state.packets.get(&sha256(token.as_bytes())).map(|packet| (packet, token))
        };
        let (packet, token) = told.clone().find_map(known).ok_or_else(|| {
            let found = told.map(|cell| squeezed(&cell.text)).find(|token| !token.is_empty());
            let what = match found {
                Some(_) => format!(
                    "it answers no packet of {}: it is of another review, or its packet was altered",
                    campaign.review.id
                ),
                None => "it names no packet".to_owned(),
            };
            Diagnostic::of_file(path, what)
                .help("each packet has its own Packet in the last column; send it back as it was")
        })?;
        let reviewer = desk.people.by_id(&packet.reviewer);
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let keys = packet.keys.iter().map(|key| (squeezed(&shown_cell(key)), key.as_str())).collect();
        Ok(Self { campaign, desk, name, packet, token, reviewer, keys })
    }

    /// What the journal is to say of the file, and what whoever collects.
    fn weigh(&self, answers: &Answers, hash: &str) -> (Vec<Event>, Collected) {
        let received = || hash.to_owned();
        let reviewer = || self.packet.reviewer.clone();
        let mut collected = Collected { reviewer: reviewer(), ..Collected::default() };
        let mut events = vec![Event::Received {
            sha256: received(),
            name: self.name.clone(),
            reviewer: reviewer(),
            round: self.packet.round,
            tells_times: answers.tells_times,
            saved_at: answers.saved_at,
        }];
        if let Some(text) = remarks::older_save(&self.campaign.state, self.packet, answers.saved_at) {
            events.push(Event::Remark { received: received(), reviewer: reviewer(), text: text.clone() });
            collected.remarks.push(text);
            return (events, collected);
        }
        match self.signature(answers, hash) {
            Ok(Some(event)) => {
                collected.is_signed = true;
                events.push(event);
            }
            Ok(None) => {}
            Err((cell, why)) => collected.refused.push((cell, why)),
        }
        let twice = twice(&answers.rows);
        let mut keys: Vec<Option<String>> = collected.refused.iter().map(|_| None).collect();
        let mut passed: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for row in answers.rows.iter().filter(|row| !row.is_blank()) {
            let key = squeezed(&row.key.text);
            match self.row(row, twice.get(&key).copied(), hash) {
                // The same twice is once.
                Ok(_) if !seen.insert(key.clone()) => {}
                Ok(Weighed::Decided(event)) => {
                    collected.taken += 1;
                    events.push(*event);
                }
                Ok(Weighed::PassedBefore) => {}
                Ok(Weighed::Passed { to, key, reason }) => passed.entry((to, reason)).or_default().push(key),
                Err(refusal) => {
                    collected.refused.push(refusal);
                    keys.push(Some(row.key.text.trim().to_owned()));
                }
            }
        }
        for ((to, reason), keys) in passed {
            *collected.passed.entry(to.clone()).or_default() += keys.len() as u64;
            events.push(Event::Assigned { keys, to, reason, by: reviewer() });
        }
        for ((cell, why), key) in collected.refused.iter().zip(keys) {
            events.push(Event::Refused { received: received(), cell: cell.clone(), key, why: why.clone() });
        }
        collected.remarks = remarks::of(&events, answers.tells_times);
        collected.remarks.extend(remarks::still_standing(&self.campaign.state, self.packet, &seen));
        events.extend(collected.remarks.iter().map(|text| Event::Remark {
            received: received(),
            reviewer: reviewer(),
            text: text.clone(),
        }));
        (events, collected)
    }

    /// Who signs, or why nobody does.
    fn signature(&self, answers: &Answers, hash: &str) -> Result<Option<Event>, Refusal> {
        let Some(signed) = &answers.signed else {
            let Some(collector) = self.desk.collector else { return Ok(None) };
            if !self.is_reviewer(&collector.who) {
                return Err(not_theirs());
            }
            return Ok(Some(stated(hash, &self.packet.reviewer, collector)));
        };
        let SignOff { review, token, bundle, confirmed, name, day: on, at } = signed;
        let differs = |cell: &Placed, wanted: &str| {
            let is_other = !cell.text.trim().is_empty() && squeezed(&cell.text) != squeezed(wanted);
            if is_other { Err((cell.place.clone(), format!("was altered: it was {wanted}"))) } else { Ok(()) }
        };
        differs(review, &self.campaign.review.id)?;
        differs(token, &self.token)?;
        differs(bundle, &self.campaign.review.evidence.bundle_id)?;
        formula(confirmed)?;
        formula(name)?;
        if !matches!(squeezed(&confirmed.text).to_lowercase().as_str(), "yes" | "true") {
            return Err((
                confirmed.place.clone(),
                "says neither Yes nor nothing, so that nothing is signed".to_owned(),
            ));
        }
        if name.text.trim().is_empty() {
            return Err((name.place.clone(), "has no name, so that nothing is signed".to_owned()));
        }
        if !self.is_reviewer(&name.text) {
            let whose = self.desk.people.called(&self.packet.reviewer);
            return Err((
                name.place.clone(),
                format!("names somebody else than {whose}, whose packet it is; nothing is signed"),
            ));
        }
        let day = match at {
            Some(day) => *day,
            None => self.on(on, false)?.unwrap_or_else(|| self.desk.now.date_naive()),
        };
        let (received, reviewer, name) = (hash.to_owned(), self.packet.reviewer.clone(), name.text.trim().to_owned());
        Ok(Some(Event::Signed { received, reviewer, name, day, stated_by_collector: false }))
    }

    fn row(&self, row: &AnswerRow, twice: Option<Twice>, hash: &str) -> Result<Weighed, Refusal> {
        let refuse = |cell: &Placed, why: &str| Err((cell.place.clone(), why.to_owned()));
        let item = self.tied(row)?;
        if twice == Some(Twice::Differing) {
            return refuse(&row.key, "stands here twice with different answers");
        }
        written(row)?;
        let reviewer = self.reviewer.ok_or_else(|| {
            (
                row.key.place.clone(),
                format!("{}, whose packet it is, is not in the roster any more", self.packet.reviewer),
            )
        })?;
        if let Some(why) = self.desk.people.bar(reviewer, &item.facts) {
            return refuse(&row.key, &format!("{} may not decide about it: {why}", reviewer.id()));
        }
        if !row.reviewer.text.trim().is_empty() && !self.is_reviewer(&row.reviewer.text) {
            let help = "names somebody else than whose packet it is; Pass to hands a row on";
            return refuse(&row.reviewer, help);
        }
        if !row.pass_to.text.trim().is_empty() {
            return self.passed(row, item);
        }
        let (decision, remove) = decision(row, item)?;
        let reason = row.comment.text.trim();
        if decision == Decision::Keep && reason.is_empty() && self.needs_reason(item) {
            return refuse(&row.comment, "is empty, and this account is kept only with a reason");
        }
        let today = self.desk.now.date_naive();
        let decided_on = self.on(&row.decided_on, row.is_1904)?;
        Ok(Weighed::Decided(Box::new(Event::Decided {
            key: item.key.clone(),
            evidence: item.evidence.clone(),
            decision,
            remove,
            reason: reason.to_owned(),
            reviewer: self.packet.reviewer.clone(),
            decided_on: decided_on.unwrap_or(today),
            day_of_file: decided_on.is_none(),
            made_at: row.made_at,
            late: today > self.campaign.review.due,
            received: hash.to_owned(),
        })))
    }

    /// The account that a row is about, if everything that was shown of it came back as it was.
    fn tied(&self, row: &AnswerRow) -> Result<&'j Item, Refusal> {
        if squeezed(&row.token.text) != self.token {
            let other = "isn't that of this packet: the row is of another one, or was altered";
            return Err((row.token.place.clone(), other.to_owned()));
        }
        formula(&row.key)?;
        let asked = self.keys.get(&squeezed(&row.key.text)).and_then(|key| self.campaign.state.asked.get(*key));
        let Some(asked) = asked else {
            let is_known = self.campaign.state.asked.contains_key(row.key.text.trim());
            let why = if is_known { "is an account of another packet" } else { "is no account of this review" };
            return Err((row.key.place.clone(), why.to_owned()));
        };
        let item = &asked.item;
        if squeezed(&row.evidence.text) != item.evidence {
            let why = if row.evidence.text.trim().starts_with("e-") {
                "isn't what this account has now: it was altered, or the account has changed since and is in a newer packet"
            } else {
                "was altered"
            };
            return Err((row.evidence.place.clone(), why.to_owned()));
        }
        let shown = item.shown();
        for (at, cell) in &row.about {
            let (wanted, heading) = (shown.get(*at).map(String::as_str), ABOUT.get(*at).copied());
            if !is_same(&cell.text, wanted.unwrap_or_default()) {
                return Err((
                    cell.place.clone(),
                    format!("was altered: {} isn't what was shown", heading.unwrap_or_default()),
                ));
            }
        }
        Ok(item)
    }

    fn passed(&self, row: &AnswerRow, item: &Item) -> Result<Weighed, Refusal> {
        let refuse = |why: String| Err((row.pass_to.place.clone(), why));
        if !row.decision.text.trim().is_empty() {
            return refuse("names somebody, and Decision says something, too: leave one of them empty".to_owned());
        }
        let Some(who) = self.desk.people.named(&row.pass_to.text) else {
            return refuse("names nobody in the roster, or several: write an employee id or an address".to_owned());
        };
        if who.id() == self.packet.reviewer {
            return refuse("names whose packet it is already".to_owned());
        }
        let holder = self.campaign.state.asked.get(&item.key).and_then(|asked| asked.holder.as_deref());
        match holder {
            Some(holder) if holder == who.id() => return Ok(Weighed::PassedBefore),
            Some(holder) if holder != self.packet.reviewer => {
                return refuse(format!("names somebody, and {holder} decides about it by now"));
            }
            _ => {}
        }
        if let Some(why) = self.desk.people.bar(who, &item.facts) {
            return refuse(format!("names {}, who may not decide about it: {why}", who.id()));
        }
        let is_allowed = |email: &str| {
            let domain = email.rsplit('@').next().unwrap_or_default().to_lowercase();
            self.desk.allowed_domains.is_none_or(|domains| domains.contains(&domain))
        };
        if !who.emails().iter().any(is_allowed) {
            return refuse(format!("names {}, whom no mail can reach in [email] allowed_domains", who.id()));
        }
        let reason = match row.comment.text.trim() {
            "" => "passed on".to_owned(),
            comment => comment.to_owned(),
        };
        Ok(Weighed::Passed { to: who.id().to_owned(), key: item.key.clone(), reason })
    }

    /// Whether a name is that of whose packet it is.
    fn is_reviewer(&self, name: &str) -> bool {
        let Some(reviewer) = self.reviewer else { return false };
        let names = [Some(reviewer.id()), reviewer.name()].into_iter().flatten().chain(reviewer.emails().iter());
        let is = |known: &str| squeezed(known).to_lowercase() == squeezed(name).to_lowercase();
        names.into_iter().any(is) || self.desk.people.named(name).is_some_and(|found| found.id() == reviewer.id())
    }

    fn needs_reason(&self, item: &Item) -> bool {
        needs_reason(&self.campaign.review.settings.reason_for_keep, item)
    }

    /// The day in a cell, if there is one: none before the evidence, none to come.
    fn on(&self, cell: &Placed, is_1904: bool) -> Result<Option<NaiveDate>, Refusal> {
        if cell.text.trim().is_empty() {
            return Ok(None);
        }
        formula(cell)?;
        let wrong = |why: String| Err((cell.place.clone(), why));
        let Some(found) = day(&cell.text, is_1904) else {
            return wrong("is no day; write it as 2026-12-18, or leave it empty".to_owned());
        };
        let first = self.campaign.review.evidence.as_of.date_naive();
        // Another time zone may be a day ahead.
        let last = self.desk.now.date_naive().checked_add_days(Days::new(1)).unwrap_or(found);
        if found < first || found > last {
            return wrong(format!("is {found}: not between {first}, the day of the evidence, and today"));
        }
        Ok(Some(found))
    }
}

/// Why a statement of the collector signs nothing.
fn not_theirs() -> Refusal {
    ("--signed-by".to_owned(), "names somebody else than whose packet it is; nothing is signed".to_owned())
}

/// Whether an account is kept only with a reason.
pub(in crate::review) fn needs_reason(reasons: &BTreeSet<NeedsReason>, item: &Item) -> bool {
    let of_severity = || item.worst().is_some_and(|worst| reasons.contains(&NeedsReason::Severity(worst)));
    of_severity() || (item.facts.privileged == Some(true) && reasons.contains(&NeedsReason::Privileged))
}
