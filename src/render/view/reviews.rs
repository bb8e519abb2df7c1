//! How far reviews are, and what became of what they have promised: a strip of the page and the Markdown.

use serde::Serialize;

use super::text::NAME;
use crate::base::text::{counted, grouped};
use crate::render::escape::clip;
use crate::report::{Report, ReviewSummary, TimeToRevoke};

/// All reviews that a report knows of, the last one first.
#[derive(Debug, Default, Serialize)]
pub(super) struct Reviews {
    /// What is to be said first: of those about which something is to be done, or else of the last one.
    words: Vec<String>,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    id: String,
    state: String,
    decided: String,
    kept: String,
    taken: String,
    late: String,
    promises: String,
    time: String,
}

/// How many reviews are told of first.
const MOST: usize = 3;

/// In characters.
const WORDS: usize = 300;

impl Reviews {
    pub(super) fn new(report: &Report) -> Self {
        let mut reviews: Vec<&ReviewSummary> = report.reviews.iter().collect();
        reviews.sort_by_key(|review| std::cmp::Reverse(review.opened_at));
        let as_of = report.run.as_of;
        let is_open = reviews.iter().any(|review| review.is_open());
        let told = reviews.iter().filter(|review| review.is_open() == is_open).take(if is_open { MOST } else { 1 });
        let words = told.map(|review| clip(&review.in_words(as_of), WORDS)).collect();
        let today = as_of.date_naive();
        let row = |review: &&ReviewSummary| Row {
            id: clip(&review.id, NAME),
            state: match review.closed_at {
                Some(at) => format!("closed {}", at.format("%Y-%m-%d")),
                None if today > review.due => format!(
                    "open, was due {}, {} late",
                    review.due,
                    counted(review.late_reviewers(as_of), "reviewer", "reviewers")
                ),
                None => format!("open, due {}", review.due),
            },
            decided: match review.numbers.outside {
                0 => review.decided_in_words(),
                outside => format!("{}, {} not in scope", review.decided_in_words(), grouped(outside)),
            },
            kept: grouped(review.numbers.kept),
            taken: grouped(review.numbers.revoked + review.numbers.modified),
            late: grouped(review.numbers.late),
            promises: review.promises_in_words(),
            time: review.time_to_revoke.as_ref().map(time).unwrap_or_default(),
        };
        Self { words, rows: reviews.iter().map(row).collect() }
    }
}

fn time(time: &TimeToRevoke) -> String {
    let bounded = if time.bounded > 0 { "at most " } else { "" };
    format!(
        "{bounded}{} in half of the cases, {} at most",
        counted(time.median_days.unsigned_abs(), "day", "days"),
        time.max_days
    )
}
