//! The answers of a row: a decision that is one, roles that the account has, and nothing that a program calculated.

use std::collections::BTreeMap;

use super::cells::squeezed;
use super::{AnswerRow, Placed};
use crate::base::diagnostic::did_you_mean;
use crate::render::packet::{DECISIONS, shown_cell};
use crate::review::item::Item;
use crate::review::journal::Decision;
use crate::table::FORMULA;

/// Longer comments are no reasons.
const LONGEST: usize = 4_000;

/// Why a row doesn't count: where, and why.
pub(super) type Refusal = (String, String);

/// Whether a person has written it.
pub(super) fn formula(cell: &Placed) -> Result<(), Refusal> {
    if cell.text.starts_with(FORMULA) {
        return Err((cell.place.clone(), "is a formula, and no answer".to_owned()));
    }
    Ok(())
}

/// Whether a person has written all answers of a row, and not too much.
pub(super) fn written(row: &AnswerRow) -> Result<(), Refusal> {
    for cell in [&row.decision, &row.remove, &row.comment, &row.pass_to, &row.reviewer, &row.decided_on] {
        formula(cell)?;
        if cell.text.chars().count() > LONGEST {
            return Err((cell.place.clone(), "is longer than 4,000 characters".to_owned()));
        }
    }
    Ok(())
}

/// What is decided, and which roles go.
pub(super) fn decision(row: &AnswerRow, item: &Item) -> Result<(Decision, Vec<String>), Refusal> {
    let word = squeezed(&row.decision.text).to_lowercase();
    let found = Decision::ALL.into_iter().find(|decision| decision.as_str().to_lowercase() == word);
    let Some(decision) = found else {
        let lower = DECISIONS.map(str::to_lowercase);
        let meant = did_you_mean(&word, lower.iter().map(String::as_str));
        let meant = DECISIONS.into_iter().find(|known| Some(known.to_lowercase().as_str()) == meant);
        let help =
            meant.map_or_else(|| "write Keep, Revoke or Modify".to_owned(), |meant| format!("did you mean {meant}?"));
        let what = if word.is_empty() { "is empty, and the row has other answers" } else { "is no decision" };
        return Err((row.decision.place.clone(), format!("{what}; {help}")));
    };
    let remove = remove(row, item)?;
    if decision != Decision::Modify && !remove.is_empty() {
        let why = format!("names roles, and the decision is {}: roles go with Modify", decision.as_str());
        return Err((row.remove.place.clone(), why));
    }
    if decision == Decision::Modify && remove.is_empty() && row.comment.text.trim().is_empty() {
        let why = "is empty: Modify needs the roles to be taken away, or a Comment that says what is to change";
        return Err((row.remove.place.clone(), why.to_owned()));
    }
    Ok((decision, remove))
}

/// The roles that are to go, each of which the account has.
fn remove(row: &AnswerRow, item: &Item) -> Result<Vec<String>, Refusal> {
    let roles = item.facts.roles.as_deref().unwrap_or_default();
    let known = |text: &str| roles.iter().find(|role| squeezed(&shown_cell(role)) == squeezed(text)).cloned();
    let parts: Vec<&str> = match &row.remove_each {
        Some(each) => each.iter().map(String::as_str).collect(),
        None => row.remove.text.split([';', '\n']).filter(|part| !part.trim().is_empty()).collect(),
    };
    let mut removed = Vec::new();
    for part in parts {
        // A comma may be part of a role's name.
        let found = known(part).map(|role| vec![role]);
        let found = found.or_else(|| part.split(',').filter(|one| !one.trim().is_empty()).map(known).collect());
        let all = roles.join("; ");
        let why = || format!("names a role that the account doesn't have; it has: {all}");
        removed.extend(found.ok_or_else(|| (row.remove.place.clone(), why()))?);
    }
    removed.sort();
    removed.dedup();
    Ok(removed)
}

/// How a key stands in several rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Twice {
    Same,
    Differing,
}

/// The keys that stand in several rows with answers, without white space: so they are found.
pub(super) fn twice(rows: &[AnswerRow]) -> BTreeMap<String, Twice> {
    let mut first: BTreeMap<String, &AnswerRow> = BTreeMap::new();
    let mut twice = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.is_blank()) {
        let key = squeezed(&row.key.text);
        match first.get(&key) {
            Some(known) if known.says_the_same_as(row) => drop(twice.entry(key).or_insert(Twice::Same)),
            Some(_) => drop(twice.insert(key, Twice::Differing)),
            None => drop(first.insert(key, row)),
        }
    }
    twice
}
