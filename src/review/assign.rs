//! Saying who decides instead: by delegation, hand-over, or where answers differ.

use super::campaign::{Campaign, ReviewError};
use super::journal::Event;
use super::people::People;
use super::state::Standing;
use crate::base::diagnostic::Diagnostic;
use crate::model::Timestamp;

/// Which accounts are handed over.
#[derive(Debug, Clone)]
pub enum Which {
    /// All that somebody has yet to decide about.
    From(String),
    /// These, by `source/id`.
    Items(Vec<String>),
    /// All that nobody may decide about.
    Unassigned,
}

impl Campaign {
    /// Hands accounts over to somebody who may decide about them. Returns how many.
    ///
    /// # Errors
    /// There is no such account or person, somebody may not decide about one, or the journal can't be written.
    pub fn assign(
        &mut self,
        which: &Which,
        (to, by): (&str, &str),
        reason: &str,
        people: &People<'_>,
        now: Timestamp,
    ) -> Result<u64, ReviewError> {
        let wrong = |what: String| Diagnostic::of_file(self.folder(), what);
        let who = people.named(to).ok_or_else(|| wrong(format!("--to {to} names nobody in the roster, or several")))?;
        let by = people.named(by).ok_or_else(|| wrong(format!("--by {by} names nobody in the roster, or several")))?;
        if reason.trim().is_empty() {
            return Err(wrong("a hand-over needs a reason".to_owned()).into());
        }
        let keys = self.keys(which, people)?;
        if keys.is_empty() {
            let what = match which {
                Which::From(from) => format!("{from} has nothing left to decide about"),
                _ => "there is nothing to hand over".to_owned(),
            };
            return Err(wrong(what).into());
        }
        for key in &keys {
            let asked = self.state.asked.get(key);
            if let Some(why) = asked.and_then(|asked| people.bar(who, &asked.item.facts)) {
                return Err(wrong(format!("{} may not decide about {key}: {why}", who.id())).into());
            }
        }
        let count = keys.len() as u64;
        let event =
            Event::Assigned { keys, to: who.id().to_owned(), reason: reason.trim().to_owned(), by: by.id().to_owned() };
        self.record(now, vec![event])?;
        Ok(count)
    }

    fn keys(&self, which: &Which, people: &People<'_>) -> Result<Vec<String>, Diagnostic> {
        let wrong = |what: String| Diagnostic::of_file(self.folder(), what);
        match which {
            Which::Items(keys) => match keys.iter().find(|key| !self.state.asked.contains_key(*key)) {
                Some(key) => Err(wrong(format!("{key} is no account of this review"))),
                None => Ok(keys.clone()),
            },
            Which::From(id) => {
                let id = people.named(id).map_or(id.as_str(), |person| person.id());
                Ok(self.state.open_for(id).into_iter().map(|asked| asked.item.key.clone()).collect())
            }
            Which::Unassigned => {
                let without = self.state.asked.values();
                let without = without.filter(|asked| matches!(self.state.standing_of(asked), Standing::Unassigned));
                Ok(without.map(|asked| asked.item.key.clone()).collect())
            }
        }
    }
}
