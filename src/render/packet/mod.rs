//! A packet: what one reviewer is asked to decide about, as a workbook or a page. Made from plain cells; it knows nothing of how a
//! review goes on.

mod page;

use chrono::NaiveDate;

pub use page::packet_page;

use super::escape::{CELL, clip, terminal};
use crate::model::Timestamp;

/// The columns that say what is asked about. They come back as they went out.
pub const ABOUT: [&str; 15] = [
    "Key",
    "Severity",
    "Source",
    "Account",
    "Person",
    "Manager",
    "Roles",
    "Privileged",
    "Status",
    "Last login",
    "Created",
    "Findings",
    "Why",
    "Suggestion",
    "Before",
];

/// Where the roles stand among them.
pub const ROLES: usize = 6;

/// The columns for answers.
pub const ANSWERS: [&str; 6] = ["Decision", "Remove roles", "Comment", "Pass to", "Reviewer", "Decided on"];

/// The columns that tie a row to what was shown, and to the packet.
pub const TIES: [&str; 2] = ["Evidence", "Packet"];

/// The decisions of an access review.
pub const DECISIONS: [&str; 3] = ["Keep", "Revoke", "Modify"];

/// What is signed, on the sheet of that name and on the page.
pub const SIGN_OFF: [&str; 10] =
    ["Review", "Packet", "Reviewer", "Rows", "Evidence bundle", "As of", "Statement", "Confirmed", "Name", "Day"];

/// What whoever signs states.
pub const STATEMENT: &str = "I have decided about each account in this packet myself, by what is shown and what I know; \
                             none of them is my own.";

/// What one reviewer is asked.
#[derive(Debug)]
pub struct Packet<'p> {
    /// The review.
    pub review: &'p str,
    /// What it is called.
    pub title: &'p str,
    /// Whose accounts.
    pub organisation: &'p str,
    /// Who decides, by name and employee id.
    pub reviewer: String,
    /// What ties answers to this packet.
    pub token: &'p str,
    /// Which one of this reviewer it is.
    pub round: u32,
    /// The evidence.
    pub bundle_id: &'p str,
    /// The moment of the evidence.
    pub as_of: Timestamp,
    /// When the review was opened.
    pub opened_at: Timestamp,
    /// The last day for answers.
    pub due: NaiveDate,
    /// What is asked about.
    pub rows: Vec<PacketRow>,
}

/// An account that is asked about.
#[derive(Debug)]
pub struct PacketRow {
    /// In the order of [`ABOUT`].
    pub about: [String; ABOUT.len()],
    /// What ties an answer to that.
    pub evidence: String,
    /// Its roles, each on its own.
    pub roles: Vec<String>,
    /// Whether it is kept only with a reason.
    pub needs_reason: bool,
}

impl Packet<'_> {
    /// What is signed, as far as it is filled in beforehand.
    pub fn sign_off(&self) -> [(&'static str, Option<String>); SIGN_OFF.len()] {
        let given = [
            Some(self.review.to_owned()),
            Some(self.token.to_owned()),
            Some(shown_cell(&self.reviewer)),
            Some(self.rows.len().to_string()),
            Some(self.bundle_id.to_owned()),
            Some(self.as_of.format("%Y-%m-%d").to_string()),
            Some(STATEMENT.to_owned()),
            None,
            None,
            None,
        ];
        let mut given = given.into_iter();
        SIGN_OFF.map(|item| (item, given.next().flatten()))
    }
}

/// A text as a cell shows it, so that what comes back can be held against it.
pub fn shown_cell(text: &str) -> String {
    clip(&terminal(text), CELL)
}
