//! From a row to an account, by the mapping of its columns.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::cell::Cells;
use super::headings::{Headings, ID, SLOTS, Target, slot, slot_name};
use crate::config::Mapping;
use crate::model::{Account, AccountStatus, Fact, FactName, Json, Timestamp};
use crate::source::Decoder;
use crate::source::record::{Decoded, FieldProblem, Record, RecordError, text_or_integer};
use crate::source::scan::{Members, elements};

/// Reads records whose columns a mapping explains.
#[derive(Debug, Clone)]
pub(in crate::source) struct MappedDecoder {
    headings: Headings,
    cells: Cells,
    /// The slots that a record had so far, a bit for each.
    seen: Arc<AtomicU32>,
}

impl MappedDecoder {
    /// As a file's configuration says.
    pub(in crate::source) fn of_file(mapping: &Mapping) -> Self {
        Self { headings: Headings::of_mapping(mapping), cells: Cells::new(mapping), seen: Arc::default() }
    }

    /// Headcount's own account shape: a key that is absent is a fact that isn't exposed.
    pub(in crate::source) fn of_own_shape() -> Self {
        Self { headings: Headings::own(), cells: Cells::new(&Mapping::default()), seen: Arc::default() }
    }

    /// Where a column leads.
    pub(super) fn find(&self, column: &str) -> &[Target] {
        self.headings.find(column)
    }

    /// What the configuration names for a slot.
    pub(super) fn configured(&self, slot: usize) -> Option<&str> {
        self.headings.configured.get(slot)?.as_deref()
    }

    /// Remembers which columns there are; they are mostly the same as in the record before.
    fn note(&self, slots: &Slots<'_, '_>) {
        let here = slots.iter().rev().fold(0, |bits, slot| bits << 1 | u32::from(slot.is_some()));
        if self.seen.load(Ordering::Relaxed) & here != here {
            self.seen.fetch_or(here, Ordering::Relaxed);
        }
    }

    fn row<'r>(&self, record: Json<'r>) -> Result<Row<'_, 'r>, RecordError> {
        let slots = slots(&self.headings, record)?;
        Ok(Row { decoder: self, slots, problems: Vec::new() })
    }
}

impl Decoder for MappedDecoder {
    /// Well-known names can tell every fact; which of them a file has, each of its records shows.
    fn exposes(&self) -> &'static [FactName] {
        &FactName::OF_RECORDS
    }

    fn told(&self) -> Vec<FactName> {
        let seen = self.seen.load(Ordering::Relaxed);
        let told = |fact: &FactName| seen == 0 || seen & (1 << slot(*fact)) != 0;
        FactName::OF_RECORDS.into_iter().filter(told).collect()
    }

    fn decode<'r>(&self, record: Json<'r>) -> Result<Decoded<'r>, RecordError> {
        let mut row = self.row(record)?;
        self.note(&row.slots);
        let mut account = Account::new(row.id()?, record);
        account.external_id = row.text(FactName::ExternalId);
        account.email = row.text(FactName::Email);
        account.username = row.text(FactName::Username);
        account.display_name = row.text(FactName::DisplayName);
        account.status = row
            .state(FactName::Status, "a known word for active or inactive", Cells::active)
            .map(AccountStatus::from_active);
        account.locked = row.state(FactName::Locked, "a known word for yes or no", Cells::locked);
        account.licensed = row.state(FactName::Licensed, "a known word for yes or no", Cells::licensed);
        account.roles = row.list(FactName::Roles);
        account.created_at = row.time(FactName::CreatedAt).flatten();
        account.updated_at = row.time(FactName::UpdatedAt).flatten();
        account.last_login_at = row.time(FactName::LastLoginAt);
        account.deleted_at = row.time(FactName::DeletedAt);
        account.linked = row.list(FactName::Linked);
        Ok(Decoded { account, problems: row.problems })
    }
}

/// The value that a record has for a slot.
#[derive(Debug, Clone, Copy)]
struct Value<'d, 'r> {
    raw: Json<'r>,
    target: &'d Target,
    /// Two columns could be it, and the configuration doesn't say which.
    ambiguous: bool,
}

type Slots<'d, 'r> = [Option<Value<'d, 'r>>; SLOTS];

/// A record, with the values of its slots found and not yet read.
struct Row<'d, 'r> {
    decoder: &'d MappedDecoder,
    slots: Slots<'d, 'r>,
    problems: Vec<FieldProblem>,
}

/// What a record has for a slot.
enum Found<T> {
    /// It has no such column.
    Absent,
    /// It has one, without a value.
    Empty,
    /// A value.
    Value(T),
}

impl<'d, 'r> Row<'d, 'r> {
    /// The value of the slot's column.
    fn column(&mut self, slot: usize) -> Found<Value<'d, 'r>> {
        match self.slots.get(slot).copied().flatten() {
            // A column that the configuration names is one that the file can have: without it there is no value.
            None if self.decoder.configured(slot).is_some() => Found::Empty,
            None => Found::Absent,
            Some(value) if value.ambiguous => {
                self.note(slot, "told by one column alone; name it in [source.columns]");
                Found::Absent
            }
            Some(value) if value.raw.is_null() => Found::Empty,
            Some(value) => Found::Value(value),
        }
    }

    /// The first value at the slot's path.
    fn value(&mut self, slot: usize) -> Found<Json<'r>> {
        match self.column(slot) {
            Found::Absent => Found::Absent,
            Found::Empty => Found::Empty,
            Found::Value(value) => value.first().filter(|raw| !raw.is_null()).map_or(Found::Empty, Found::Value),
        }
    }

    fn note(&mut self, slot: usize, expected: &'static str) {
        self.problems.push(FieldProblem { field: slot_name(slot), expected });
    }

    fn id(&mut self) -> Result<Cow<'r, str>, RecordError> {
        let missing = RecordError::NoId { field: "id" };
        let Found::Value(raw) = self.value(ID) else { return Err(missing) };
        match text_or_integer(raw) {
            Some(Cow::Borrowed(text)) if !self.decoder.cells.is_none(text) => Ok(Cow::Borrowed(text.trim())),
            Some(Cow::Owned(text)) if !self.decoder.cells.is_none(&text) => Ok(Cow::Owned(text.trim().to_owned())),
            _ => Err(missing),
        }
    }

    /// A text of its own, for which the record may hold none.
    fn text(&mut self, fact: FactName) -> Fact<Option<Cow<'r, str>>> {
        match self.value(slot(fact)) {
            Found::Absent => Fact::NotExposed,
            Found::Empty => Fact::Known(None),
            Found::Value(raw) => match text_or_integer(raw) {
                Some(text) => Fact::Known(Some(text).filter(|text| !self.decoder.cells.is_none(text))),
                None => self.problem(fact, "a text"),
            },
        }
    }

    /// Yes or no in the organisation's words. An empty cell says neither.
    fn state(
        &mut self,
        fact: FactName,
        expected: &'static str,
        read: impl Fn(&Cells, &str) -> Option<bool>,
    ) -> Fact<bool> {
        let Found::Value(raw) = self.value(slot(fact)) else { return Fact::NotExposed };
        let cell = match raw.get() {
            word @ ("true" | "false") => Cow::Borrowed(word),
            _ => match text_or_integer(raw) {
                Some(text) => text,
                None => return self.problem(fact, expected),
            },
        };
        match read(&self.decoder.cells, &cell) {
            Some(state) => Fact::Known(state),
            None if self.decoder.cells.is_none(&cell) => Fact::NotExposed,
            None => self.problem(fact, expected),
        }
    }

    fn time(&mut self, fact: FactName) -> Fact<Option<Timestamp>> {
        let Fact::Known(cell) = self.text(fact) else { return Fact::NotExposed };
        let Some(cell) = cell else { return Fact::Known(None) };
        match self.decoder.cells.time(&cell) {
            Some(time) => Fact::Known(Some(time)),
            None => self.problem(fact, "a time as `dates` describes it, nor RFC 3339"),
        }
    }

    /// A JSON list of texts, or one text with separators.
    fn list(&mut self, fact: FactName) -> Fact<Vec<Cow<'r, str>>> {
        let value = match self.column(slot(fact)) {
            Found::Absent => return Fact::NotExposed,
            Found::Empty => return Fact::Known(Vec::new()),
            Found::Value(value) => value,
        };
        let is_list = value.is_nested();
        let mut texts = Vec::new();
        for leaf in value.leaves() {
            let Some(text) = text_or_integer(leaf) else { return self.problem(fact, "a text or a list of texts") };
            if is_list {
                texts.push(text);
            } else {
                texts.extend(self.split(text));
            }
        }
        texts.retain(|text| !self.decoder.cells.is_none(text));
        Fact::Known(texts)
    }

    fn split(&self, text: Cow<'r, str>) -> Vec<Cow<'r, str>> {
        let separator = &self.decoder.cells.list_separator;
        match text {
            Cow::Borrowed(text) => text.split(separator).map(|part| Cow::Borrowed(part.trim())).collect(),
            Cow::Owned(text) => text.split(separator).map(|part| Cow::Owned(part.trim().to_owned())).collect(),
        }
    }

    fn problem<T>(&mut self, fact: FactName, expected: &'static str) -> Fact<T> {
        self.note(slot(fact), expected);
        Fact::NotExposed
    }
}

impl<'r> Value<'_, 'r> {
    /// Whether it is a list or an object.
    fn is_nested(&self) -> bool {
        self.raw.get().starts_with(['[', '{'])
    }

    fn first(&self) -> Option<Json<'r>> {
        if self.is_nested() { self.leaves().first().copied() } else { self.target.path.is_empty().then_some(self.raw) }
    }

    fn leaves(&self) -> Vec<Json<'r>> {
        let mut leaves = Vec::new();
        gather(self.raw, &self.target.path, &mut leaves);
        leaves
    }
}

/// All values at a path: a list on the way branches it unless a number picks an element, and a list at its end is
/// taken apart.
fn gather<'r>(raw: Json<'r>, path: &[String], leaves: &mut Vec<Json<'r>>) {
    let list = elements(raw);
    match (path.split_first(), list) {
        (None, Some(elements)) => leaves.extend(elements),
        (None, None) => leaves.push(raw),
        (Some((step, rest)), Some(elements)) => match step.parse::<usize>() {
            Ok(at) => elements.get(at).into_iter().for_each(|element| gather(*element, rest, leaves)),
            Err(_) => elements.into_iter().for_each(|element| gather(element, path, leaves)),
        },
        (Some((step, rest)), None) => {
            if let Some(value) = Record::read(raw).ok().and_then(|record| record.value(step)) {
                gather(value, rest, leaves);
            }
        }
    }
}

/// Finds the values of the slots and skips everything else.
fn slots<'d, 'r>(headings: &'d Headings, record: Json<'r>) -> Result<Slots<'d, 'r>, RecordError> {
    let mut members = Members::of(record)?;
    let mut walk = headings.walk(|| columns(record));
    let mut slots: Slots<'d, 'r> = [None; SLOTS];
    while let Some((column, raw)) = members.next()? {
        for target in walk.find(&column) {
            if let Some(slot) = slots.get_mut(target.slot) {
                fill(slot, Value { raw, target, ambiguous: false });
            }
        }
    }
    Ok(slots)
}

/// The columns of a record, as far as it can be read.
fn columns(record: Json<'_>) -> Vec<Cow<'_, str>> {
    let Ok(mut members) = Members::of(record) else { return Vec::new() };
    let mut columns = Vec::new();
    while let Ok(Some((column, _))) = members.next() {
        columns.push(column);
    }
    columns
}

/// A column that is named in full goes before a path, and a later column of the same name before an earlier one,
/// as in most JSON readers. Two names for one fact are ambiguous.
fn fill<'d, 'r>(slot: &mut Option<Value<'d, 'r>>, new: Value<'d, 'r>) {
    match slot {
        Some(old) if old.target.path.is_empty() && !new.target.path.is_empty() => {}
        Some(old) if old.target.column != new.target.column => old.ambiguous = true,
        _ => *slot = Some(new),
    }
}
