//! A review of accounts by people: everybody's access confirmed or taken away by somebody who may say so. After the seal, because
//! what is asked about is a sealed audit, and what came of it is sealed behind it.
//!
//! ```text
//! open:    bundle ─▶ accounts in scope ─▶ whom to ask (never oneself) ─▶ packets
//! collect: what came back ─▶ each row tied to what was shown ─▶ decisions, refusals, remarks
//! close:   all decided? still true? ─▶ promises, actions, attestation ─▶ a bundle behind the audit's
//! ```
//!
//! Everything that happens is a line of the journal, and where a review stands is what follows from it. Silence is never approval.

mod assign;
mod attest;
mod campaign;
mod close;
mod collect;
mod evidence;
mod issue;
mod item;
mod journal;
mod mails;
mod namesakes;
mod open;
mod outcome;
mod owners;
mod people;
mod route;
mod state;
mod tell;
mod waivers;

pub use assign::Which;
pub use campaign::{
    Campaign, Evidence, Review, ReviewError, ReviewFormat, Reviewer, Scope, SourceSeen, check_id, reviews,
};
pub use close::{Closing, Obstacles, can_be_sealed};
pub use collect::{Collected, Collector, Desk, collect};
pub use evidence::SealedAudit;
pub use item::{Barred, Before, Facts, FoundThere, Item};
pub use journal::{Decision, Entry, Event, MailKind};
pub use mails::{DueMail, DueMails, SentMails};
pub use open::{Opening, Within, in_words};
pub use outcome::OutcomeFile;
pub use owners::{LastAudit, OwnerMails};
pub use people::People;
pub use state::{Answer, Asked, Count, Ended, Handed, PacketMade, ReceivedFile, Standing, State};
