//! From a row to an account, by the mapping of its columns.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::cell::{self, Cells, Flag};
use super::headings::{Headings, ID, SLOTS, Target, slot, slot_name};
use super::mapping::Mapping;
use super::path::{first, gather, is_nested, listed};
use crate::fetch::Decoder;
use crate::fetch::record::{Decoded, FieldProblem, is_zero, text_or_integer};
use crate::fetch::scan::RecordError;
use crate::model::{Account, AccountStatus, Fact, FactName, FurtherKeys, Incoming, Json, Timestamp, facts};
use crate::table::{self, Holds, Purposes, Reading, is_nothing};

/// Reads records whose columns a mapping explains.
#[derive(Debug, Clone)]
pub(in crate::vendor) struct MappedDecoder {
    headings: Headings,
    cells: Cells,
    /// The slots that a record had so far, a bit for each.
    seen: Arc<AtomicU32>,
}

impl MappedDecoder {
    /// As the configuration says.
    pub(in crate::vendor) fn new(mapping: &Mapping) -> Self {
        Self { headings: Headings::of_mapping(mapping), cells: Cells::new(mapping), seen: Arc::default() }
    }

    /// Where a column leads.
    pub(super) fn find(&self, column: &str) -> &[Target] {
        self.headings.find(column)
    }

    /// The columns of the record that was read first.
    pub(in crate::vendor) fn first_record(&self) -> Vec<String> {
        self.headings.first_record()
    }

    /// What the configuration names for a slot.
    pub(super) fn configured(&self, slot: usize) -> Option<&str> {
        self.headings.configured.get(slot)?.as_deref()
    }

    /// Remembers which slots a record has, a bit for each; they are mostly the same as in the record before.
    fn note(&self, here: u32) {
        if self.seen.load(Ordering::Relaxed) & here != here {
            self.seen.fetch_or(here, Ordering::Relaxed);
        }
    }
}

impl Purposes for MappedDecoder {
    fn of(&self, heading: &str) -> Option<usize> {
        let targets = self.headings.find(heading);
        targets.iter().find(|target| target.path.is_empty()).map(|target| target.slot)
    }

    fn essential(&self) -> usize {
        ID
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
        self.decode_incoming(record.into())
    }

    fn decode_incoming<'r>(&self, record: Incoming<'r>) -> Result<Decoded<'r>, RecordError> {
        let mut row = Row { decoder: self, slots: [None; SLOTS], emails: Vec::new(), problems: Vec::new() };
        self.note(row.fill(record)?);
        row.decoded(record.json)
    }
}

/// The bit of `userAccountControl` by which Active Directory disables an account.
const DISABLED: u32 = 0x2;

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
    /// Addresses in addition to the one that is shown.
    emails: Vec<Cow<'r, str>>,
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

/// Reads a fact, by its kind.
macro_rules! read {
    ($row:ident, maybe_text, $fact:expr) => {
        $row.text($fact)
    };
    ($row:ident, status, $fact:expr) => {
        $row.status($fact)
    };
    ($row:ident, flag, $fact:expr) => {
        $row.flag($fact)
    };
    ($row:ident, texts, $fact:expr) => {
        $row.list($fact)
    };
    ($row:ident, time, $fact:expr) => {
        $row.time($fact).flatten()
    };
    ($row:ident, maybe_time, $fact:expr) => {
        $row.time($fact)
    };
}

macro_rules! account {
    ($($(#[$of_account:meta])* $name:ident $field:ident: $kind:ident, $meaning:literal;)*) => {
        impl<'r> Row<'_, 'r> {
            /// Where it is returned, so that it needn't be moved.
            fn decoded(mut self, record: Json<'r>) -> Result<Decoded<'r>, RecordError> {
                let row = &mut self;
                let id = row.id()?;
                Ok(Decoded {
                    account: Account {
                        id,
                        $($field: read!(row, $kind, FactName::$name),)*
                        further: row.further(),
                        attributes: record,
                    },
                    problems: self.problems,
                })
            }
        }
    };
}

facts!(account);

impl<'d, 'r> Row<'d, 'r> {
    /// Finds the values of the slots and skips everything else. Returns which there are, a bit for each.
    fn fill(&mut self, record: Incoming<'r>) -> Result<u32, RecordError> {
        let mut here = 0;
        let mut take = |(targets, raw): (&'d [Target], Json<'r>)| {
            for target in targets {
                if let Some(slot) = self.slots.get_mut(target.slot) {
                    fill(slot, Value { raw, target, ambiguous: false });
                    here |= 1 << target.slot;
                }
            }
        };
        if let Some(members) = self.decoder.headings.members(record) {
            members.for_each(take);
            return Ok(here);
        }
        let mut walk = self.decoder.headings.walk(record.json)?;
        while let Some(member) = walk.next()? {
            take(member);
        }
        Ok(here)
    }

    /// The value of the slot's column.
    #[inline]
    fn column(&mut self, slot: usize) -> Found<(Json<'r>, &'d Target)> {
        let Some(Some(value)) = self.slots.get(slot) else {
            // A column that the configuration names is one that the file can have: without it there is no value.
            return if self.decoder.configured(slot).is_some() { Found::Empty } else { Found::Absent };
        };
        if value.ambiguous {
            self.note(slot, "told by one column alone; name it in [source.columns]");
            Found::Absent
        } else if value.raw.is_null() {
            Found::Empty
        } else {
            Found::Value((value.raw, value.target))
        }
    }

    /// The first value at the slot's path.
    #[inline]
    fn value(&mut self, slot: usize) -> Found<Json<'r>> {
        match self.column(slot) {
            Found::Absent => Found::Absent,
            Found::Empty => Found::Empty,
            Found::Value((raw, target)) => {
                first(raw, &target.path).filter(|raw| !raw.is_null()).map_or(Found::Empty, Found::Value)
            }
        }
    }

    fn note(&mut self, slot: usize, expected: &'static str) {
        self.problems.push(FieldProblem::Unreadable { field: slot_name(slot), expected });
    }

    fn id(&mut self) -> Result<Cow<'r, str>, RecordError> {
        let missing = RecordError::NoId { field: "id" };
        let Found::Value(raw) = self.value(ID) else { return Err(missing) };
        let id = cell::bare(cell::text(raw).ok_or_else(|| missing.clone())?);
        let cells = &self.decoder.cells;
        if cells.is_none(&id) || is_nothing(&id, Holds::Texts) { Err(missing) } else { Ok(id) }
    }

    /// A text of its own, for which the record may hold none.
    fn text(&mut self, fact: FactName) -> Fact<Option<Cow<'r, str>>> {
        let (raw, target) = match self.column(slot(fact)) {
            Found::Absent => return Fact::NotExposed,
            Found::Empty => return Fact::Known(None),
            Found::Value(value) => value,
        };
        if fact == FactName::Email
            && raw.get().starts_with('[')
            && let Some(address) = self.shown(&listed(raw, &target.path))
        {
            return Fact::Known(Some(address));
        }
        let Some(raw) = first(raw, &target.path).filter(|raw| !raw.is_null()) else { return Fact::Known(None) };
        let Some(text) = cell::text(raw) else { return self.problem(fact, "a text") };
        if self.decoder.cells.is_none(&text) {
            return Fact::Known(None);
        }
        if self.is_nothing(fact, &text, Holds::Texts) {
            return Fact::Known(None);
        }
        Fact::Known(Some(match fact {
            FactName::Email if table::is_one_address(&text) => text,
            FactName::Email => self.shown(&text).unwrap_or(text),
            FactName::ExternalId | FactName::Username => cell::bare(text),
            _ => text,
        }))
    }

    /// The primary one of all addresses in a text; the others are keys, too.
    fn shown(&mut self, text: &str) -> Option<Cow<'r, str>> {
        let mut addresses = table::addresses(text).into_iter().map(|address| Cow::Owned(address.to_owned()));
        let shown = addresses.next();
        self.emails.extend(addresses);
        shown
    }

    /// By what else the owner can be found.
    fn further(&mut self) -> Option<Box<FurtherKeys<'r>>> {
        if self.emails.is_empty() {
            return None;
        }
        FurtherKeys { emails: std::mem::take(&mut self.emails), ..FurtherKeys::default() }.kept()
    }

    /// Whether a cell holds a word for nothing, which is counted.
    fn is_nothing(&mut self, fact: FactName, cell: &str, column: Holds) -> bool {
        let is_nothing = is_nothing(cell, column);
        if is_nothing {
            self.problems.push(FieldProblem::Nothing { field: slot_name(slot(fact)) });
        }
        is_nothing
    }

    fn status(&mut self, fact: FactName) -> Fact<AccountStatus> {
        let words = &self.decoder.cells.active;
        self.state(fact, "a known word for active or inactive", words).map(AccountStatus::from_active)
    }

    fn flag(&mut self, fact: FactName) -> Fact<bool> {
        self.state(fact, "a known word for yes or no", self.decoder.cells.flag(fact))
    }

    /// Yes or no in the organisation's words. An empty cell says neither.
    fn state(&mut self, fact: FactName, expected: &'static str, words: &Flag) -> Fact<bool> {
        let Found::Value((raw, target)) = self.column(slot(fact)) else { return Fact::NotExposed };
        let Some(raw) = first(raw, &target.path).filter(|raw| !raw.is_null()) else { return Fact::NotExposed };
        // A file of cells has the same words as texts.
        let quoted = raw.get().strip_prefix('"').and_then(|word| word.strip_suffix('"'));
        if let Ok(boolean) = quoted.filter(|_| !target.is_bits).unwrap_or(raw.get()).parse() {
            return Fact::Known(words.boolean(boolean, target.is_opposite));
        }
        let Some(cell) = cell::text(raw) else { return self.problem(fact, expected) };
        if target.is_bits && !self.decoder.cells.has_words {
            return match cell.parse::<u32>() {
                Ok(bits) => Fact::Known(bits & DISABLED == 0),
                Err(_) if self.decoder.cells.is_none(&cell) => Fact::NotExposed,
                Err(_) => self.problem(fact, expected),
            };
        }
        match words.read(&cell, target.is_opposite) {
            Some(state) => Fact::Known(state),
            None if self.decoder.cells.is_none(&cell) || self.is_nothing(fact, &cell, Holds::Values) => {
                Fact::NotExposed
            }
            None => self.problem(fact, expected),
        }
    }

    fn time(&mut self, fact: FactName) -> Fact<Option<Timestamp>> {
        let raw = match self.value(slot(fact)) {
            Found::Absent => return Fact::NotExposed,
            Found::Empty => return Fact::Known(None),
            Found::Value(raw) => raw,
        };
        let cells = &self.decoder.cells;
        if let Some(moment) = cells.usual_moment(raw) {
            return Fact::Known(Some(moment));
        }
        let Some(cell) = cell::text(raw) else { return self.problem(fact, "a text") };
        if cells.is_none(&cell) {
            return Fact::Known(None);
        }
        let field = slot_name(slot(fact));
        match cells.moments.read(&cell) {
            Reading::Never => self.problems.push(FieldProblem::Never { field }),
            _ if is_zero(&cell) => self.problems.push(FieldProblem::Never { field }),
            Reading::Nothing => self.problems.push(FieldProblem::Nothing { field }),
            reading => {
                return match cells.moments.moment(reading) {
                    Some(moment) => Fact::Known(Some(moment)),
                    None => self.problem(fact, "a time as `dates` describes it, nor RFC 3339"),
                };
            }
        }
        Fact::Known(None)
    }

    /// A JSON list of texts, or one text with separators.
    fn list(&mut self, fact: FactName) -> Fact<Vec<Cow<'r, str>>> {
        let (raw, target) = match self.column(slot(fact)) {
            Found::Absent => return Fact::NotExposed,
            Found::Empty => return Fact::Known(Vec::new()),
            Found::Value(value) => value,
        };
        let is_list = is_nested(raw);
        let (mut texts, mut readable, mut doubtful) = (Vec::new(), true, false);
        gather(raw, &target.path, &mut |leaf| match text_or_integer(leaf) {
            Some(text) if is_list => texts.push(text),
            Some(text) => {
                let list = table::list(text, self.decoder.cells.list_separator.as_deref());
                doubtful |= list.is_doubtful;
                if texts.is_empty() { texts = list.values } else { texts.extend(list.values) }
            }
            None => readable = false,
        });
        if !readable {
            return self.problem(fact, "a text or a list of texts");
        }
        let before = texts.len();
        let cells = &self.decoder.cells;
        texts.retain(|text| !cells.is_none(text) && (is_list || !is_nothing(text, Holds::Values)));
        let field = slot_name(slot(fact));
        if !is_list && before == 1 && texts.is_empty() {
            self.problems.push(FieldProblem::Nothing { field });
        }
        if doubtful {
            self.problems.push(FieldProblem::Several { field });
        }
        Fact::Known(texts)
    }

    fn problem<T>(&mut self, fact: FactName, expected: &'static str) -> Fact<T> {
        self.note(slot(fact), expected);
        Fact::NotExposed
    }
}

/// A column that is named in full goes before a path, and a later column of the same name before an earlier one,
/// as in most JSON readers. Two names for one fact are ambiguous.
fn fill<'d, 'r>(slot: &mut Option<Value<'d, 'r>>, new: Value<'d, 'r>) {
    match slot {
        Some(old) if old.target.rank < new.target.rank => {}
        Some(old) if old.target.rank > new.target.rank => *old = new,
        Some(old) if old.target.path.is_empty() && !new.target.path.is_empty() => {}
        Some(old) if old.target.column != new.target.column => old.ambiguous = true,
        _ => *slot = Some(new),
    }
}
