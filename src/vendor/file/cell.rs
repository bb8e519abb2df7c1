//! What a cell means: words for states, and times in the formats that the configuration names.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;

use super::config::{Mapping, TimeFormat, same_word};
use crate::fetch::record::rfc3339;
use crate::model::{FactName, Timestamp};

/// Words that mean the same everywhere; the configuration's own words go before them.
const YES: [&str; 6] = ["true", "yes", "1", "y", "x", "on"];
const NO: [&str; 5] = ["false", "no", "0", "n", "off"];
const ACTIVE: [&str; 2] = ["active", "enabled"];
const INACTIVE: [&str; 6] = ["inactive", "disabled", "deactivated", "suspended", "deleted", "archived"];

/// Reads cells.
#[derive(Debug, Clone)]
pub(super) struct Cells {
    none: Vec<String>,
    pub(super) active: Vocabulary,
    locked: Vocabulary,
    licensed: Vocabulary,
    yes: Vocabulary,
    times: Vec<TimeFormat>,
    timezone: Tz,
    pub(super) list_separator: String,
}

impl Cells {
    pub(super) fn new(mapping: &Mapping) -> Self {
        let words = &mapping.words;
        Self {
            none: words.none.clone(),
            active: Vocabulary::new(&words.active, &words.inactive, &ACTIVE, &INACTIVE),
            locked: Vocabulary::new(&words.locked, &words.not_locked, &["locked"], &["unlocked"]),
            licensed: Vocabulary::new(&words.licensed, &words.not_licensed, &["licensed"], &["unlicensed"]),
            yes: Vocabulary::new(&[], &[], &[], &[]),
            times: mapping.times.clone(),
            timezone: mapping.timezone,
            list_separator: mapping.list_separator.clone(),
        }
    }

    /// The words for a fact that is true or false.
    pub(super) const fn flag(&self, fact: FactName) -> &Vocabulary {
        match fact {
            FactName::Locked => &self.locked,
            FactName::Licensed => &self.licensed,
            _ => &self.yes,
        }
    }

    /// Whether the cell says that there is no value.
    pub(super) fn is_none(&self, cell: &str) -> bool {
        cell.chars().all(char::is_whitespace) || self.none.iter().any(|word| same_word(cell, word))
    }

    /// By the configured formats in their order, then by ISO 8601, which can't be mistaken for another.
    pub(super) fn time(&self, cell: &str) -> Option<Timestamp> {
        let cell = cell.trim();
        self.times.iter().find_map(|format| self.formatted(cell, format)).or_else(|| self.iso(cell))
    }

    fn formatted(&self, cell: &str, format: &TimeFormat) -> Option<Timestamp> {
        match format {
            TimeFormat::Unix => DateTime::from_timestamp(cell.parse().ok()?, 0),
            TimeFormat::UnixMillis => DateTime::from_timestamp_millis(cell.parse().ok()?),
            TimeFormat::WithOffset(notation) => {
                DateTime::parse_from_str(cell, notation).ok().map(|time| time.with_timezone(&Utc))
            }
            TimeFormat::Local(notation) => self.here(NaiveDateTime::parse_from_str(cell, notation).ok()?),
            TimeFormat::Day(notation) => self.midnight(NaiveDate::parse_from_str(cell, notation).ok()?),
        }
    }

    fn iso(&self, cell: &str) -> Option<Timestamp> {
        if let Some(time) = rfc3339(cell) {
            return Some(time);
        }
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"]
            .iter()
            .find_map(|notation| NaiveDateTime::parse_from_str(cell, notation).ok())
            .map_or_else(|| self.midnight(cell.parse().ok()?), |time| self.here(time))
    }

    fn midnight(&self, day: NaiveDate) -> Option<Timestamp> {
        self.here(day.and_time(NaiveTime::MIN))
    }

    /// A wall clock's time that comes twice is the earlier one; one that a clock change leaves out is read with
    /// the offset that was in force before.
    fn here(&self, time: NaiveDateTime) -> Option<Timestamp> {
        let hour = chrono::TimeDelta::hours(1);
        let local = self.timezone.from_local_datetime(&time).earliest();
        let local = local.or_else(|| {
            let before = self.timezone.from_local_datetime(&(time - hour)).earliest()?;
            before.checked_add_signed(hour)
        });
        local.map(|time| time.with_timezone(&Utc))
    }
}

/// Words that say yes or no, those that go before others first.
#[derive(Debug, Clone)]
pub(super) struct Vocabulary {
    words: Vec<(String, bool)>,
    /// What the words `true` and `false` say, which JSON has as values: they needn't be looked up each time.
    of_true: bool,
    of_false: bool,
}

impl Vocabulary {
    /// The organisation's own words, then the usual ones, then yes and no.
    fn new(own_yes: &[String], own_no: &[String], yes: &[&str], no: &[&str]) -> Self {
        let own = [own_yes, own_no].map(|words| words.iter().map(String::as_str).collect::<Vec<_>>());
        let [own_yes, own_no] = &own;
        let lists = [(own_yes.as_slice(), true), (own_no, false), (yes, true), (no, false), (&YES, true), (&NO, false)];
        let words =
            lists.into_iter().flat_map(|(words, says)| words.iter().map(move |word| (word.trim().to_owned(), says)));
        let usual = Self { words: words.collect(), of_true: true, of_false: false };
        let says = |word, otherwise| usual.read(word).unwrap_or(otherwise);
        Self { of_true: says("true", true), of_false: says("false", false), ..usual }
    }

    pub(super) fn read(&self, cell: &str) -> Option<bool> {
        let cell = cell.trim();
        let is_ascii = cell.is_ascii();
        let same = |word: &str| if is_ascii { cell.eq_ignore_ascii_case(word) } else { same_word(cell, word) };
        self.words.iter().find(|(word, _)| same(word)).map(|(_, says)| *says)
    }

    /// What JSON's own booleans say.
    pub(super) const fn boolean(&self, value: bool) -> bool {
        if value { self.of_true } else { self.of_false }
    }
}

#[cfg(test)]
mod tests {
    use super::super::config::Words;
    use super::*;

    fn cells(times: Vec<TimeFormat>, words: Words) -> Cells {
        Cells::new(&Mapping { times, words, timezone: Tz::Europe__Berlin, ..Mapping::default() })
    }

    #[test]
    fn own_words_go_before_the_usual_ones() {
        let words = Words { active: vec!["Enabled".into(), "0".into(), "Möglich".into()], ..Words::default() };
        let cells = cells(Vec::new(), words);
        for (cell, expected) in [
            ("0", Some(true)),
            (" enabled ", Some(true)),
            ("MÖGLICH", Some(true)),
            ("Disabled", Some(false)),
            ("?", None),
        ] {
            assert_eq!(cells.active.read(cell), expected, "{cell}");
        }
    }

    #[test]
    fn times_are_read_in_their_zone() {
        let formats = vec![TimeFormat::Local("%d.%m.%Y %H:%M".into()), TimeFormat::Day("%d.%m.%Y".into())];
        let cells = cells(formats, Words::default());
        for (cell, expected) in [
            ("01.07.2026 12:00", "2026-07-01T10:00:00Z"),
            ("01.01.2026", "2025-12-31T23:00:00Z"),
            ("2026-07-01T12:00:00+05:00", "2026-07-01T07:00:00Z"),
            ("2026-07-01 12:00:00", "2026-07-01T10:00:00Z"),
            // Clocks went from 02:00 to 03:00, and from 03:00 back to 02:00.
            ("29.03.2026 02:30", "2026-03-29T01:30:00Z"),
            ("25.10.2026 02:30", "2026-10-25T00:30:00Z"),
        ] {
            assert_eq!(cells.time(cell), Some(expected.parse().expect("time")), "{cell}");
        }
        assert_eq!(cells.time("03/04/2026"), None);
        assert_eq!(cells.time(""), None);
    }

    #[test]
    fn unix_times() {
        let both = cells(vec![TimeFormat::Unix], Words::default());
        assert_eq!(both.time("1767225600"), Some("2026-01-01T00:00:00Z".parse().expect("time")));
        let millis = cells(vec![TimeFormat::UnixMillis], Words::default());
        assert_eq!(millis.time("1767225600000"), Some("2026-01-01T00:00:00Z".parse().expect("time")));
        assert_eq!(both.time("99999999999999999"), None);
    }
}
