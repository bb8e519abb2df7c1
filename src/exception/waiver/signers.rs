//! The part of reading waivers that is about those who stand for them.

use toml::Spanned;

use super::file::{Checked, Reading};
use super::people::{Doubt, Party};
use super::raw::RawWaiver;
use crate::base::diagnostic::Diagnostic;
use crate::model::Timestamp;

impl Reading<'_> {
    pub(super) fn party(&self, written: &Spanned<String>, what: &str) -> Checked<Party> {
        let name = self.filled(written, what)?;
        match self.people.party(&name) {
            Some(party) => Ok(party),
            None => self.refuse(written.span(), format!("{what} is nobody"), "write an employee id or an address"),
        }
    }

    /// Four eyes: whoever answers for the waiver can't be the one who allows it. That neither is the person behind the
    /// account is seen when the account is.
    pub(super) fn two(&self, raw: &RawWaiver, owner: &Party, approver: &Party) -> Checked<()> {
        if !owner.could_be(approver) {
            return Ok(());
        }
        let help = "somebody else has to approve it, with whom the owner shares no id, address, login name or name";
        self.refuse(raw.approver.span(), "the approver is the owner", help)
    }

    /// What an audit would hold against a waiver that is about to be added.
    pub(super) fn doubts(
        &self,
        raw: &RawWaiver,
        owner: Option<&Party>,
        approver: Option<&Party>,
        now: Timestamp,
    ) -> Vec<Diagnostic> {
        let roster = self.known.roster;
        let bound = raw.bound.as_ref().map(Spanned::get_ref);
        let mut found = Vec::new();
        let mut refuse = |at: &Spanned<String>, message: &str, help: &str| {
            found.push(self.text.error(at.span(), message).help(help));
        };
        for (party, at) in [(owner, &raw.owner), (approver, &raw.approver)] {
            if party.zip(bound).is_some_and(|(party, bound)| bound.is_of(party)) {
                refuse(
                    at,
                    "this is the person behind the account",
                    "somebody else has to answer for it and approve it",
                );
            }
        }
        if let Some(Doubt::Void(cause)) = owner.and_then(|owner| owner.doubt_as_owner(roster, now)) {
            refuse(&raw.owner, cause, "name somebody who works here");
        }
        let first_day = self.date(&raw.created).ok().and_then(|created| Some((created, self.begin(created)?)));
        let approver = approver.zip(first_day);
        if let Some(Doubt::Void(cause)) =
            approver.and_then(|(approver, (day, start))| approver.doubt_as_approver(roster, day, start))
        {
            refuse(
                &raw.approver,
                cause,
                "name somebody who works here, or add them below [exceptions]: approvers = [\"…\"]",
            );
        }
        found
    }
}
