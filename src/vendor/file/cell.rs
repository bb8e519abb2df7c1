//! What a cell of an export means: words for states, moments, and nothing.

use std::borrow::Cow;

use super::mapping::Mapping;
use crate::fetch::record::text_or_integer;
use crate::fetch::scan::plain_text;
use crate::model::{FactName, Json, Timestamp};
use crate::table::{FlagWords, Flags, Moments, clean, is_clean, without_apostrophe};

/// Reads cells.
#[derive(Debug, Clone)]
pub(super) struct Cells {
    none: Vec<String>,
    pub(super) active: Flag,
    locked: Flag,
    licensed: Flag,
    yes: Flag,
    pub(super) moments: Moments,
    pub(super) list_separator: Option<String>,
    /// The organisation has given words, so that numbers mean what it says and nothing else.
    pub(super) has_words: bool,
}

impl Cells {
    pub(super) fn new(mapping: &Mapping) -> Self {
        let words = mapping.words.clone().unwrap_or_default();
        let flag = |own: [&[String]; 2], usual| Flag::new(&FlagWords { own, usual });
        Self {
            active: flag([&words.active, &words.inactive], ["active", "inactive"]),
            locked: flag([&words.locked, &words.not_locked], ["locked", "not_locked"]),
            licensed: flag([&words.licensed, &words.not_licensed], ["licensed", "not_licensed"]),
            yes: flag([&[], &[]], ["", ""]),
            none: words.none.iter().map(|word| word.trim().to_lowercase()).collect(),
            moments: mapping.moments.clone(),
            list_separator: mapping.list_separator.clone(),
            has_words: mapping.words.is_some(),
        }
    }

    /// The words for a fact that is true or false.
    pub(super) const fn flag(&self, fact: FactName) -> &Flag {
        match fact {
            FactName::Locked => &self.locked,
            FactName::Licensed => &self.licensed,
            _ => &self.yes,
        }
    }

    /// The moment of a value that is written as nearly every system does, and that no word of the organisation's own may be.
    pub(super) fn usual_moment(&self, raw: Json<'_>) -> Option<Timestamp> {
        let text = raw.get().strip_prefix('"')?.strip_suffix('"')?;
        self.moments.usual(text).filter(|_| self.none.is_empty())
    }

    /// Whether a cell is blank, or one of the organisation's own words for nothing.
    pub(super) fn is_none(&self, cell: &str) -> bool {
        let is_blank = !cell.starts_with(|c: char| c.is_ascii_graphic()) && cell.trim_ascii().is_empty();
        is_blank || (!self.none.is_empty() && self.none.contains(&cell.trim().to_lowercase()))
    }
}

/// The text or the whole number in a value, as a person reads it.
pub(super) fn text(raw: Json<'_>) -> Option<Cow<'_, str>> {
    match plain_text(raw) {
        Some(text) if is_clean(text) => Some(Cow::Borrowed(text)),
        _ => text_or_integer(raw).map(tidy),
    }
}

/// An identifier as it was before a spreadsheet.
pub(super) fn bare(id: Cow<'_, str>) -> Cow<'_, str> {
    match id {
        Cow::Borrowed(id) => Cow::Borrowed(without_apostrophe(id)),
        Cow::Owned(id) if without_apostrophe(&id).len() == id.len() => Cow::Owned(id),
        Cow::Owned(id) => Cow::Owned(without_apostrophe(&id).to_owned()),
    }
}

/// A cell as a person reads it.
fn tidy(cell: Cow<'_, str>) -> Cow<'_, str> {
    match cell {
        Cow::Borrowed(cell) => clean(cell),
        Cow::Owned(cell) => Cow::Owned(clean(&cell).into_owned()),
    }
}

/// Words that say yes or no.
#[derive(Debug, Clone)]
pub(super) struct Flag {
    words: Flags,
    /// What the words `true` and `false` say, which JSON has as values: they needn't be looked up each time.
    of_true: bool,
    of_false: bool,
}

impl Flag {
    fn new(words: &FlagWords<'_>) -> Self {
        let words = Flags::new(words);
        let says = |word, otherwise| words.read(word, false).unwrap_or(otherwise);
        Self { of_true: says("true", true), of_false: says("false", false), words }
    }

    /// What a cell says; of a column that says the opposite, its opposite.
    pub(super) fn read(&self, cell: &str, is_opposite: bool) -> Option<bool> {
        self.words.read(cell, is_opposite)
    }

    /// What JSON's own booleans say.
    pub(super) fn boolean(&self, value: bool, is_opposite: bool) -> bool {
        let said = if value { self.of_true } else { self.of_false };
        if is_opposite { self.read(if value { "true" } else { "false" }, true).unwrap_or(!said) } else { said }
    }
}
