//! Making packets: what each reviewer is to decide about now, under a name and a token of its own.

use std::collections::BTreeSet;

use ring::rand::{SecureRandom as _, SystemRandom};

use super::campaign::{Campaign, ReviewError};
use super::collect::needs_reason;
use super::journal::Event;
use super::people::People;
use super::state::Asked;
use crate::bag::{sha256, slug};
use crate::base::diagnostic::Diagnostic;
use crate::base::text::{digest, hex};
use crate::config::PacketForm;
use crate::model::Timestamp;
use crate::render::packet::{Packet, PacketRow};
use crate::render::{packet_page, packet_workbook};

/// More rows make a page slow: such a packet is a workbook only.
const MOST_ON_A_PAGE: usize = 2_000;

impl Campaign {
    /// Makes a new packet for everybody who has accounts to decide about that are in no packet of theirs, or have changed since.
    /// Returns for whom.
    ///
    /// # Errors
    /// The disk is full.
    pub fn issue(&mut self, people: &People<'_>, now: Timestamp) -> Result<Vec<String>, ReviewError> {
        let (stale, last) = (self.stale_since_packet(), self.state.last_packets());
        let needs = |(holder, asked): (&str, Vec<&Asked>)| {
            let last = last.get(holder).copied();
            let known: BTreeSet<&str> = last.iter().flat_map(|last| &last.keys).map(String::as_str).collect();
            let is_new = |asked: &Asked| {
                let key = asked.item.key.as_str();
                !known.contains(key) || stale.contains(key)
            };
            asked.iter().any(|asked| is_new(asked)).then(|| holder.to_owned())
        };
        let wanting: Vec<String> = self.state.holders().into_iter().filter_map(needs).collect();
        let open = self.state.open_by_holder();
        let open = |reviewer: &String| open.get(reviewer.as_str()).cloned().unwrap_or_default();
        let round = |reviewer: &String| last.get(reviewer.as_str()).map_or(1, |last| last.round + 1);
        let made =
            wanting.iter().map(|reviewer| self.packet_of(reviewer, round(reviewer), open(reviewer), people, now));
        let made = made.collect::<Result<Vec<Event>, ReviewError>>()?;
        if !made.is_empty() {
            self.record(now, made)?;
        }
        Ok(wanting)
    }

    /// The accounts that have changed since they were in a packet.
    fn stale_since_packet(&self) -> BTreeSet<&str> {
        let mut stale = BTreeSet::new();
        for entry in self.entries() {
            match &entry.event {
                Event::Packet { keys, .. } => {
                    for key in keys {
                        stale.remove(key.as_str());
                    }
                }
                Event::Stale { key, .. } => {
                    stale.insert(key.as_str());
                }
                _ => {}
            }
        }
        stale
    }

    /// Makes the packet of somebody, and says so.
    fn packet_of(
        &self,
        reviewer: &str,
        round: u32,
        mut asked: Vec<&Asked>,
        people: &People<'_>,
        now: Timestamp,
    ) -> Result<Event, ReviewError> {
        let token = token()?;
        asked.sort_by(|a, b| a.item.rank().cmp(&b.item.rank()));
        let keys: Vec<String> = asked.iter().map(|asked| asked.item.key.clone()).collect();
        let row = |asked: &&Asked| PacketRow {
            about: asked.item.shown(),
            evidence: asked.item.evidence.clone(),
            roles: asked.item.facts.roles.clone().unwrap_or_default(),
            needs_reason: needs_reason(&self.review.settings.reason_for_keep, &asked.item),
        };
        let review = &self.review;
        let packet = Packet {
            review: &review.id,
            title: &review.title,
            organisation: &review.organisation,
            reviewer: people.called(reviewer),
            token: &token,
            round,
            bundle_id: &review.evidence.bundle_id,
            as_of: review.evidence.as_of,
            opened_at: now,
            due: review.due,
            rows: asked.iter().map(row).collect(),
        };
        // Never the same name for other rows: browsers put old answers into a new page of that name.
        let name = format!("{}-{}-r{round}", review.id, own_slug(reviewer));
        let forms = review.settings.packets.iter();
        let mut forms: Vec<PacketForm> =
            forms.copied().filter(|form| *form != PacketForm::Html || packet.rows.len() <= MOST_ON_A_PAGE).collect();
        if forms.is_empty() {
            forms.push(PacketForm::Xlsx);
        }
        let mut files = Vec::new();
        for form in forms {
            let file = format!("packets/{name}.{}", form.as_str());
            let bytes = match form {
                PacketForm::Xlsx => packet_workbook(&packet),
                PacketForm::Html => packet_page(&packet, &name).map(String::into_bytes),
            };
            let failed =
                |error: crate::render::RenderError| Diagnostic::of_file(&self.folder().join(&file), error.to_string());
            self.write(&file, &bytes.map_err(failed)?)?;
            files.push(file);
        }
        let token_sha256 = sha256(token.as_bytes());
        Ok(Event::Packet { reviewer: reviewer.to_owned(), round, token_sha256, keys, files })
    }
}

/// A name for the files of somebody that is nobody else's, whatever their employee ids are made of.
fn own_slug(reviewer: &str) -> String {
    let slug = slug(reviewer);
    if slug == reviewer.to_lowercase() {
        return slug;
    }
    let digest = digest(&["reviewer", reviewer]);
    format!("{slug}-{}", digest.get(..8).unwrap_or_default())
}

/// 128 bits that nobody can guess, with a letter in front, so that no program takes them for a number.
fn token() -> Result<String, Diagnostic> {
    let mut bytes = [0; 16];
    let failed = |_| Diagnostic::of_file(std::path::Path::new("packet"), "the system gives no random numbers");
    SystemRandom::new().fill(&mut bytes).map_err(failed)?;
    Ok(format!("t-{}", hex(&bytes)))
}
