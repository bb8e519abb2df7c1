//! How far reviews are, and what became of what they have promised: a strip of the page and the Markdown.

use serde::Serialize;

use super::text::NAME;
use crate::base::text::{counted, grouped};
use crate::render::escape::clip;
use crate::report::{Report, ReviewSummary, TimeToRevoke};

/// All reviews that a report knows of, the last one first.
#[derive(Debug, Default, Serialize)]
pub(super) struct Reviews {
    /// What is to be said first.
    words: String,
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

impl Reviews {
    pub(super) fn new(report: &Report) -> Self {
        let mut reviews: Vec<&ReviewSummary> = report.reviews.iter().collect();
        reviews.sort_by_key(|review| std::cmp::Reverse(review.opened_at));
        let words = reviews.first().map(|last| in_words(last)).unwrap_or_default();
        let today = report.run.as_of.date_naive();
        let row = |review: &&ReviewSummary| Row {
            id: clip(&review.id, NAME),
            state: match review.closed_at {
                Some(at) => format!("closed {}", at.format("%Y-%m-%d")),
                None if today > review.due => format!("open, was due {}", review.due),
                None => format!("open, due {}", review.due),
            },
            decided: decided(review),
            kept: grouped(review.numbers.kept),
            taken: grouped(review.numbers.revoked + review.numbers.modified),
            late: grouped(review.numbers.late),
            promises: review.promises.in_words(),
            time: review.time_to_revoke.as_ref().map(time).unwrap_or_default(),
        };
        Self { words, rows: reviews.iter().map(row).collect() }
    }
}

fn decided(review: &ReviewSummary) -> String {
    let numbers = &review.numbers;
    format!("{} of {} ({} %)", grouped(numbers.decided), grouped(numbers.items), review.coverage)
}

fn in_words(review: &ReviewSummary) -> String {
    let promises = match review.promises.in_words() {
        words if words.is_empty() => String::new(),
        words => format!("; promises: {words}"),
    };
    format!("{}: {} accounts decided{promises}", clip(&review.id, NAME), decided(review))
}

fn time(time: &TimeToRevoke) -> String {
    let bounded = if time.bounded > 0 { "at most " } else { "" };
    format!(
        "{bounded}{} in half of the cases, {} at most",
        counted(time.median_days.unsigned_abs(), "day", "days"),
        time.max_days
    )
}
