//! What comes back from a reviewer, who may be anybody and write anything: read ([`read`]), judged row by row and as a whole
//! ([`collect`]).

mod answer;
mod cells;
mod judge;
mod page;
mod remarks;
mod sheet;

use chrono::NaiveDate;

pub(super) use judge::needs_reason;
pub use judge::{Collected, Collector, Desk, collect};

use crate::model::Timestamp;

/// A file that came back, as it was written.
#[derive(Debug, Default)]
struct Answers {
    /// The end of a name for it.
    extension: &'static str,
    /// What its rows say.
    rows: Vec<AnswerRow>,
    /// What is signed.
    signed: Option<SignOff>,
    /// When a page saved it.
    saved_at: Option<Timestamp>,
    /// Whether it tells when each decision was made.
    tells_times: bool,
}

/// A text with where it stands.
#[derive(Debug, Clone, Default)]
struct Placed {
    place: String,
    text: String,
}

/// What a row says.
#[derive(Debug, Clone, Default)]
struct AnswerRow {
    key: Placed,
    evidence: Placed,
    token: Placed,
    /// What was shown, by the position of its column.
    about: Vec<(usize, Placed)>,
    decision: Placed,
    remove: Placed,
    /// The same, where they are told one by one.
    remove_each: Option<Vec<String>>,
    comment: Placed,
    pass_to: Placed,
    reviewer: Placed,
    decided_on: Placed,
    made_at: Option<Timestamp>,
    is_1904: bool,
}

impl AnswerRow {
    /// Whether nothing is filled in.
    fn is_blank(&self) -> bool {
        let texts = [&self.decision, &self.remove, &self.comment, &self.pass_to];
        texts.into_iter().all(|cell| cell.text.trim().is_empty()) && self.remove_each.iter().flatten().next().is_none()
    }

    /// Whether two say the same.
    fn says_the_same_as(&self, other: &Self) -> bool {
        let texts = |row: &Self| {
            [&row.decision, &row.remove, &row.comment, &row.pass_to].map(|cell| cell.text.trim().to_lowercase())
        };
        texts(self) == texts(other) && self.remove_each == other.remove_each
    }
}

/// What stands where somebody signs.
#[derive(Debug, Clone, Default)]
struct SignOff {
    review: Placed,
    token: Placed,
    bundle: Placed,
    confirmed: Placed,
    name: Placed,
    day: Placed,
    /// Where the name isn't one that was typed, but of a page.
    at: Option<NaiveDate>,
}
