//! A vendor's record, read tolerantly: an identifier may be text or a number, a key may stand twice (the last
//! one counts), and a field that can't be read becomes an unknown fact with a note, never a guess and never
//! the end of the run.

use std::borrow::Cow;
use std::fmt;

use chrono::DateTime;

use super::scan::{self, Elements, Members, RecordError};
use crate::model::{Account, Fact, Json, Timestamp, means_never};
use crate::table;

/// A field that was there and doesn't say what it seems to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldProblem {
    /// It could not be read. The fact is treated as not exposed.
    Unreadable {
        /// The vendor's name of the field.
        field: &'static str,
        /// What it should have been.
        expected: &'static str,
    },
    /// It holds a moment that stands for "never", so there is none.
    Never {
        /// The vendor's name of the field.
        field: &'static str,
    },
    /// It holds a word for nothing, so there is none.
    Nothing {
        /// The vendor's name of the field.
        field: &'static str,
    },
    /// It may hold several values, and is taken as one.
    Several {
        /// The vendor's name of the field.
        field: &'static str,
    },
}

impl fmt::Display for FieldProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { field, expected } => {
                write!(f, "`{field}` is not {expected}; the fact is treated as unknown there")
            }
            Self::Never { field } => write!(f, "`{field}` holds a moment that means \"never\"; it is read as none"),
            Self::Nothing { field } => write!(f, "`{field}` holds a word for nothing; it is read as none"),
            Self::Several { field } => write!(
                f,
                "`{field}` has commas and is taken as one value; say list_separator = \",\" if they separate several, or \";\""
            ),
        }
    }
}

/// An account with what is odd about its record.
#[derive(Debug)]
pub struct Decoded<'r> {
    /// The account.
    pub account: Account<'r>,
    /// Fields that don't say what they seem to.
    pub problems: Vec<FieldProblem>,
}

/// The fields of a record, in the order sent.
#[derive(Debug)]
pub(crate) struct Record<'r> {
    fields: Vec<(Cow<'r, str>, Json<'r>)>,
    names: Names,
    problems: Vec<FieldProblem>,
}

/// How the names of fields are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    AsWritten,
    InAnyCase,
}

impl<'r> Record<'r> {
    /// Takes a JSON object apart, without reading its values.
    pub(crate) fn read(object: impl Into<Json<'r>>) -> Result<Self, RecordError> {
        Self::with_names(object.into(), Names::AsWritten)
    }

    /// The same for a vendor to whom upper and lower case in names are one, also of the objects inside.
    pub(crate) fn read_in_any_case(object: impl Into<Json<'r>>) -> Result<Self, RecordError> {
        Self::with_names(object.into(), Names::InAnyCase)
    }

    fn with_names(object: Json<'r>, names: Names) -> Result<Self, RecordError> {
        let mut members = Members::of(object)?;
        let mut fields = Vec::with_capacity(16);
        while let Some(member) = members.next()? {
            fields.push(member);
        }
        Ok(Self { fields, names, problems: Vec::new() })
    }

    /// What could not be read so far.
    pub(crate) fn into_problems(self) -> Vec<FieldProblem> {
        self.problems
    }

    /// The value of a field, unless it is absent or null.
    pub(crate) fn value(&self, field: &str) -> Option<Json<'r>> {
        // From the end: of a key that stands twice, the last one counts, as in most JSON readers.
        let is_meant = |name: &str| match self.names {
            Names::AsWritten => name == field,
            Names::InAnyCase => name.eq_ignore_ascii_case(field),
        };
        let (_, value) = self.fields.iter().rev().find(|(name, _)| is_meant(name))?;
        (!value.is_null()).then_some(*value)
    }

    /// The vendor's identifier: text or a whole number, never empty.
    pub(crate) fn id(&self, field: &'static str) -> Result<Cow<'r, str>, RecordError> {
        self.value(field).and_then(text_or_integer).filter(|id| !id.is_empty()).ok_or(RecordError::NoId { field })
    }

    /// A text; numbers are taken as text. Absent, null and empty mean that there is none.
    pub(crate) fn text(&mut self, field: &'static str) -> Fact<Option<Cow<'r, str>>> {
        match self.value(field) {
            None => Fact::Known(None),
            Some(value) => match text_or_integer(value) {
                Some(text) => Fact::Known(Some(text).filter(|text| !text.is_empty())),
                None => self.problem(field, "a text"),
            },
        }
    }

    /// A boolean. Absent and null mean that the vendor doesn't tell.
    pub(crate) fn boolean(&mut self, field: &'static str) -> Fact<bool> {
        match self.value(field).map(Json::get) {
            None => Fact::NotExposed,
            Some("true") => Fact::Known(true),
            Some("false") => Fact::Known(false),
            Some(_) => self.problem(field, "a boolean"),
        }
    }

    /// A boolean that servers also send as text or as a number. Absent and null mean that the vendor doesn't tell.
    pub(crate) fn flag(&mut self, field: &'static str) -> Fact<bool> {
        const WORDS: [(&str, bool); 4] = [("true", true), ("1", true), ("false", false), ("0", false)];
        let Some(value) = self.value(field) else { return Fact::NotExposed };
        let written = text_or_integer(value).unwrap_or(Cow::Borrowed(value.get()));
        match WORDS.into_iter().find(|(word, _)| written.trim().eq_ignore_ascii_case(word)) {
            Some((_, flag)) => Fact::Known(flag),
            None => self.problem(field, "a boolean"),
        }
    }

    /// A time that may be absent: RFC 3339, or ISO 8601 without a zone, which is taken as UTC.
    pub(crate) fn time(&mut self, field: &'static str) -> Fact<Option<Timestamp>> {
        match self.value(field) {
            None => Fact::Known(None),
            Some(value) => match text_or_integer(value) {
                Some(text) if text.is_empty() => Fact::Known(None),
                Some(text) if is_zero(&text) => self.never(field),
                Some(text) => self.moment(field, table::in_utc(&text), "an RFC 3339 time"),
                None => self.problem(field, "an RFC 3339 time"),
            },
        }
    }

    /// A time in Unix seconds.
    pub(crate) fn unix_seconds(&mut self, field: &'static str) -> Fact<Option<Timestamp>> {
        match self.value(field) {
            None => Fact::Known(None),
            Some(value) => self.moment(field, number(value).and_then(from_seconds), "a time in Unix seconds"),
        }
    }

    /// What was read as a time, if anything was.
    fn moment(
        &mut self,
        field: &'static str,
        time: Option<Timestamp>,
        expected: &'static str,
    ) -> Fact<Option<Timestamp>> {
        match time {
            Some(time) if means_never(time) => self.never(field),
            Some(time) => Fact::Known(Some(time)),
            None => self.problem(field, expected),
        }
    }

    fn never(&mut self, field: &'static str) -> Fact<Option<Timestamp>> {
        self.problems.push(FieldProblem::Never { field });
        Fact::Known(None)
    }

    /// A number of any kind.
    pub(crate) fn number(&mut self, field: &'static str) -> Option<f64> {
        let value = self.value(field)?;
        let number = number(value);
        if number.is_none() {
            self.note(field, "a number");
        }
        number
    }

    /// An object inside the record.
    pub(crate) fn object(&mut self, field: &'static str) -> Option<Record<'r>> {
        let value = self.value(field)?;
        let record = Self::with_names(value, self.names).ok();
        if record.is_none() {
            self.note(field, "an object");
        }
        record
    }

    /// A list; empty when absent.
    pub(crate) fn list(&mut self, field: &'static str) -> Vec<Json<'r>> {
        let Some(value) = self.value(field) else { return Vec::new() };
        if let Some(list) = Elements::of(value) {
            list.collect()
        } else {
            self.note(field, "a list");
            Vec::new()
        }
    }

    /// A list of texts; other things in it are left out with a note.
    pub(crate) fn texts(&mut self, field: &'static str) -> Vec<Cow<'r, str>> {
        let list = self.list(field);
        let texts: Vec<_> = list.iter().filter_map(|value| text_or_integer(*value)).collect();
        if texts.len() < list.len() {
            self.note(field, "a list of texts");
        }
        texts
    }

    /// Records a problem that a vendor's file found itself.
    pub(crate) fn note(&mut self, field: &'static str, expected: &'static str) {
        self.problems.push(FieldProblem::Unreadable { field, expected });
    }

    /// Adds the problems of an object inside the record.
    pub(crate) fn absorb(&mut self, inner: Record<'r>) {
        self.problems.extend(inner.problems);
    }

    fn problem<T>(&mut self, field: &'static str, expected: &'static str) -> Fact<T> {
        self.note(field, expected);
        Fact::NotExposed
    }
}

/// A text, or a whole number as its digits. A float with no fraction counts as whole.
pub(crate) fn text_or_integer(value: Json<'_>) -> Option<Cow<'_, str>> {
    /// Above this, a float no longer holds every integer.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let raw = value.get();
    if raw.starts_with('"') {
        return scan::text(value);
    }
    if raw.parse::<i128>().is_ok() {
        return Some(Cow::Borrowed(raw));
    }
    let float = number(value)?;
    (float.fract() == 0.0 && float.abs() <= EXACT).then(|| Cow::Owned(format!("{float:.0}")))
}

fn number(value: Json<'_>) -> Option<f64> {
    value.get().parse::<f64>().ok().filter(|number| number.is_finite())
}

/// Seconds since 1970 as a moment, with microseconds.
pub(crate) fn from_seconds(seconds: f64) -> Option<Timestamp> {
    const FURTHEST: f64 = 253_402_300_799.0; // the end of the year 9999
    if !(0.0..=FURTHEST).contains(&seconds) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "within a range that i64 holds exactly")]
    DateTime::from_timestamp_micros((seconds * 1e6) as i64)
}

/// Whether a text in the place of a time is a zero: of a number, whatever it counts, or of a date in a database that has no better word for none.
pub(crate) fn is_zero(text: &str) -> bool {
    text == "0" || text.starts_with("0000-00-00")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    use super::*;

    fn raw(json: &str) -> Box<RawValue> {
        RawValue::from_string(json.to_owned()).expect("json")
    }

    #[test]
    fn the_last_of_two_equal_keys_counts() {
        let value = raw(r#"{"id":"a","id":"b"}"#);
        assert_eq!(Record::read(&value).expect("object").id("id").expect("id"), "b");
    }

    #[test]
    fn ids_are_text_or_whole_numbers() {
        for (json, id) in [("\"x\"", "x"), ("7", "7"), ("7.0", "7"), ("-3", "-3"), ("\"\\u00e9\"", "é")] {
            let value = raw(&format!("{{\"id\":{json}}}"));
            assert_eq!(Record::read(&value).expect("object").id("id").expect("id"), id);
        }
        for json in ["null", "\"\"", "7.5", "[]", "true", "{}"] {
            let value = raw(&format!("{{\"id\":{json}}}"));
            assert_eq!(
                Record::read(&value).expect("object").id("id"),
                Err(RecordError::NoId { field: "id" }),
                "{json}"
            );
        }
    }

    #[test]
    fn a_flag_is_a_boolean_in_whatever_form() {
        for (json, flag) in [
            ("true", Fact::Known(true)),
            ("\"True\"", Fact::Known(true)),
            ("1", Fact::Known(true)),
            ("1.0", Fact::Known(true)),
            ("\" 1 \"", Fact::Known(true)),
            ("false", Fact::Known(false)),
            ("\"FALSE\"", Fact::Known(false)),
            ("0", Fact::Known(false)),
            ("null", Fact::NotExposed),
            ("2", Fact::NotExposed),
            ("\"\"", Fact::NotExposed),
            ("[true]", Fact::NotExposed),
        ] {
            let value = raw(&format!("{{\"on\":{json}}}"));
            let mut record = Record::read(&value).expect("object");
            assert_eq!(record.flag("on"), flag, "{json}");
            assert_eq!(record.into_problems().is_empty(), flag.is_known() || json == "null", "{json}");
        }
    }

    #[test]
    fn names_in_any_case_are_one_name_where_they_are_so_to_the_vendor() {
        let value =
            raw(r#"{"ID":"a","Meta":{"CREATED":"2026-01-31T00:00:00Z"},"mETA":{"created":"2026-02-01T00:00:00Z"}}"#);
        let mut record = Record::read_in_any_case(&value).expect("object");
        assert_eq!(record.id("id").expect("an id"), "a");
        let mut meta = record.object("meta").expect("an object");
        assert_eq!(meta.time("Created"), Fact::Known("2026-02-01T00:00:00Z".parse().ok()), "the last one counts");
        assert_eq!(Record::read(&value).expect("object").value("id"), None);
    }

    #[test]
    fn times_with_and_without_a_zone() {
        let expected = "2024-04-20T09:15:42Z".parse::<Timestamp>().expect("time");
        for text in
            ["2024-04-20T09:15:42Z", "2024-04-20T11:15:42.000+02:00", "2024-04-20 09:15:42", "2024-04-20T09:15:42"]
        {
            assert_eq!(table::in_utc(text), Some(expected), "{text}");
        }
        assert_eq!(table::in_utc("yesterday"), None);
    }

    #[test]
    fn a_moment_that_means_never_is_none_and_noted() {
        for never in
            ["\"0001-01-01T00:00:00\"", "\"1601-01-01T00:00:00Z\"", "\"0000-00-00 00:00:00\"", "\"0\"", "0", "0.0"]
        {
            let value = raw(&format!("{{\"when\":{never}}}"));
            let mut record = Record::read(&value).expect("object");
            assert_eq!(record.time("when"), Fact::Known(None), "{never}");
            assert_eq!(record.into_problems(), [FieldProblem::Never { field: "when" }], "{never}");
        }
        let value = raw(r#"{"zero":0,"end":253402300799,"when":1700000000}"#);
        let mut record = Record::read(&value).expect("object");
        assert_eq!((record.unix_seconds("zero"), record.unix_seconds("end")), (Fact::Known(None), Fact::Known(None)));
        assert!(record.unix_seconds("when").present().is_some());
        let problems = record.into_problems();
        assert_eq!(problems, [FieldProblem::Never { field: "zero" }, FieldProblem::Never { field: "end" }]);
    }

    #[test]
    fn a_field_of_the_wrong_type_is_unknown_and_noted() {
        let value = raw(r#"{"active":"yes","when":17,"list":{"a":1}}"#);
        let mut record = Record::read(&value).expect("object");
        assert_eq!(record.boolean("active"), Fact::NotExposed);
        assert_eq!(record.time("when"), Fact::NotExposed);
        assert!(record.list("list").is_empty());
        assert_eq!(record.into_problems().len(), 3);
    }

    proptest! {
        #[test]
        fn arbitrary_json_never_panics(text in ".{0,80}") {
            if let Ok(value) = RawValue::from_string(text)
                && let Ok(mut record) = Record::read(&value) {
                    let _unused = (record.id("a"), record.text("a"), record.time("a"), record.number("a"));
                }
        }
    }
}
