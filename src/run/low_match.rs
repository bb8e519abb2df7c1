//! What is said of a source of whose accounts fewer than half have an owner: mostly, the key that its accounts share with
//! the roster is there, but written differently.

use crate::audit::SourceMatching;
use crate::base::text::{counted, grouped};
use crate::config::SourceConfig;

/// How the note begins.
pub const LOW_MATCH: &str = "fewer than half of the accounts have an owner";

/// A line that at least this many have in common, and no smaller part of those that were looked at, is no accident; and
/// it names nobody.
const FEWEST: u64 = 5;
const PART: u64 = 20;

pub(super) fn low_match(source: &SourceConfig, matching: &SourceMatching) -> Option<String> {
    matching.tally.has_low_match().then_some(())?;
    let written = format!("{LOW_MATCH}, so that the key is probably written differently from the roster's");
    let likely = matching.likely.as_ref().filter(|line| line.accounts >= FEWEST.max(line.searched / PART));
    let Some(line) = likely else {
        let ways = format!("`headcount crosswalk suggest --source {}` looks for lines that settle many", source.name);
        return Some(format!("{written}; {ways}, and `headcount explain` shows what is compared"));
    };
    Some(format!(
        "{written}: `{}` below {} would give an owner to {} of the {} that were looked at",
        line.accept.line(),
        line.accept.place(),
        grouped(line.accounts),
        counted(line.searched, "account", "accounts"),
    ))
}
