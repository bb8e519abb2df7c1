//! Words that mean the same in every table: for nothing, for totals below a report, and the lists of the others.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::cell::{clean, fold};
use super::data;

const WORDS: &str = include_str!("data/words.txt");

/// What a column holds, as far as words for nothing go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    /// Keys, names and other texts that may be any word.
    Texts,
    /// The ids of employees.
    Ids,
    /// Words with a meaning, numbers, lists.
    Values,
    /// Moments.
    Moments,
}

/// Words that are looked for in many cells, whatever their case, and what each says: by their length and their first byte, since
/// hardly any cell has those of one.
#[derive(Debug, Clone)]
struct Words<T> {
    by_length: Vec<Vec<(String, T)>>,
    /// A bit for each character of ASCII with which one of them begins.
    beginnings: u128,
}

impl Words<()> {
    fn of(name: &'static str) -> Self {
        let mut words = Self::default();
        data::of(WORDS, name).for_each(|word| words.add(word, ()));
        words
    }
}

impl<T> Default for Words<T> {
    fn default() -> Self {
        Self { by_length: Vec::new(), beginnings: 0 }
    }
}

impl<T> Words<T> {
    /// Adds a word; one that is there stays as it is.
    fn add(&mut self, word: &str, says: T) {
        let word = word.to_lowercase();
        if self.by_length.len() <= word.len() {
            self.by_length.resize_with(word.len() + 1, Vec::new);
        }
        self.beginnings |= word.as_bytes().first().map_or(0, |first| beginning(*first));
        let alike = self.by_length.get_mut(word.len());
        if let Some(alike) = alike.filter(|alike| alike.iter().all(|(known, _)| *known != word)) {
            alike.push((word, says));
        }
    }

    fn get(&self, cell: &str) -> Option<&T> {
        let first = cell.as_bytes().first()?.to_ascii_lowercase();
        if first.is_ascii() && self.beginnings & beginning(first) == 0 {
            return None;
        }
        if !cell.is_ascii() {
            let lower = cell.to_lowercase();
            return self.by_length.get(lower.len())?.iter().find(|(word, _)| *word == lower).map(|(_, says)| says);
        }
        let same =
            |(word, _): &&(String, T)| word.as_bytes().first() == Some(&first) && cell.eq_ignore_ascii_case(word);
        self.by_length.get(cell.len())?.iter().find(same).map(|(_, says)| says)
    }

    fn contains(&self, cell: &str) -> bool {
        self.get(cell).is_some()
    }
}

/// The bit of a character of ASCII.
const fn beginning(first: u8) -> u128 {
    if first.is_ascii() { 1 << first } else { 0 }
}

/// Whether a cell holds a word for nothing. An empty one does.
pub(crate) fn is_nothing(cell: &str, column: Holds) -> bool {
    static NOTHING: LazyLock<[Words<()>; 5]> = LazyLock::new(|| {
        ["nothing", "failed", "nothing of ids", "nothing of values", "nothing of moments"].map(Words::of)
    });
    let Some(first) = cell.as_bytes().first() else { return true };
    let [texts, failed, ids, values, moments] = &*NOTHING;
    let names_nobody = || texts.contains(cell) || failed.contains(cell);
    match column {
        // Hardly any text begins like one of the words, and this is asked of every one.
        Holds::Texts => matches!(first, b'(' | b'<' | b'#' | b'\\') && names_nobody(),
        Holds::Ids => !first.is_ascii_digit() && (names_nobody() || ids.contains(cell) || is_dashes(cell)),
        Holds::Values => !first.is_ascii_digit() && (texts.contains(cell) || values.contains(cell) || is_dashes(cell)),
        Holds::Moments => {
            texts.contains(cell)
                || values.contains(cell)
                || moments.contains(cell)
                || is_dashes(cell)
                || is_open_date(cell)
        }
    }
}

fn is_dashes(cell: &str) -> bool {
    cell.chars().all(|c| matches!(c, '-' | '–' | '—' | '.' | '?'))
}

/// `00/00/0000`
fn is_open_date(cell: &str) -> bool {
    cell.len() > 1 && cell.chars().all(|c| matches!(c, '0' | '/' | '-' | '.' | ':' | ' '))
}

/// `Total`, `Total: 152`, `Gesamtergebnis`, `(2 rows)`: what reports write below the rows.
pub(crate) fn is_total(cell: &str) -> bool {
    static TOTALS: LazyLock<HashSet<String>> = LazyLock::new(|| data::of(WORDS, "total").map(fold).collect());
    if cell.starts_with('(') {
        let inside = cell.trim_start_matches('(').trim_end_matches(')');
        let rows =
            |word: &str| matches!(word, "row" | "rows" | "Zeile" | "Zeilen" | "ligne" | "lignes" | "fila" | "filas");
        return inside
            .split_once(' ')
            .is_some_and(|(count, word)| count.bytes().all(|byte| byte.is_ascii_digit()) && rows(word));
    }
    if !cell.starts_with(|c: char| c.is_alphabetic() || matches!(c, '*' | '-' | '=')) {
        return false;
    }
    let folded = fold(cell);
    TOTALS.contains(folded.trim_end_matches(|c: char| c.is_ascii_digit()))
}

/// Whether a row is a line of totals: such a word begins it, no address is in it, and it is mostly empty.
pub(crate) fn is_line_of_totals<'c>(cells: &(impl Iterator<Item = &'c str> + Clone)) -> bool {
    let mut filled = cells.clone().map(clean).filter(|cell| !cell.is_empty());
    let Some(first) = filled.next() else { return false };
    first.len() < 40 && is_total(&first) && filled.count() <= 2 && !cells.clone().any(|cell| cell.contains('@'))
}

/// The names of months, folded.
pub(super) fn month(word: &str) -> Option<u32> {
    static MONTHS: LazyLock<HashMap<String, u32>> = LazyLock::new(|| {
        let months = data::words(WORDS).filter(|word| word.name == "month");
        let spelled = |text: &'static str| [fold(text), fold(&super::cell::umlauts_written_out(text))];
        months.flat_map(|month| spelled(month.text).map(|word| (word, u32::from(month.rank)))).collect()
    });
    MONTHS.get(&fold(word)).copied()
}

/// The words for yes or no, and those that go before them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flags(Words<Says>);

/// What a word says of a column.
#[derive(Debug, Clone, Copy)]
struct Says {
    yes: bool,
    /// It means yes or no of anything, so that it is turned round where a column says the opposite.
    is_plain: bool,
}

/// `yes` and `no` are the lists that go before plain yes and no; own words go before all.
pub(crate) struct FlagWords<'w> {
    pub(crate) own: [&'w [String]; 2],
    pub(crate) usual: [&'static str; 2],
}

impl Flags {
    /// The organisation's own words, then the usual ones, then yes and no.
    pub(crate) fn new(words: &FlagWords<'_>) -> Self {
        let mut all = Words::default();
        for (list, yes) in words.own.iter().zip([true, false]) {
            list.iter().for_each(|word| all.add(word.trim(), Says { yes, is_plain: false }));
        }
        for (names, is_plain) in [(words.usual, false), (["yes", "no"], true)] {
            for (name, yes) in names.into_iter().zip([true, false]) {
                data::of(WORDS, name).for_each(|word| all.add(word, Says { yes, is_plain }));
            }
        }
        Self(all)
    }

    /// What a cell says. `is_opposite` turns plain yes and no round: who is `suspended: yes` isn't active.
    pub(crate) fn read(&self, cell: &str, is_opposite: bool) -> Option<bool> {
        let Says { yes, is_plain } = *self.0.get(cell.trim())?;
        Some(yes != (is_opposite && is_plain))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_nothing_where_it_fits() {
        for cell in ["(null)", "#N/A", "\\N", "<NA>", "(NULL)", ""] {
            for column in [Holds::Texts, Holds::Ids, Holds::Values, Holds::Moments] {
                assert!(is_nothing(cell, column), "{cell} {column:?}");
            }
        }
        for cell in ["NA", "NaT", "NULL", "nil", "-", "n/a", "—"] {
            assert!(is_nothing(cell, Holds::Values) && is_nothing(cell, Holds::Moments), "{cell}");
            assert!(!is_nothing(cell, Holds::Texts), "{cell}");
        }
        for cell in ["never", "infinity", "Nie", "0000-00-00", "00/00/0000", "Present"] {
            assert!(is_nothing(cell, Holds::Moments) && !is_nothing(cell, Holds::Values), "{cell}");
        }
        for cell in ["#REF!", "#DIV/0!", "#WERT!", "#¿NOMBRE?"] {
            assert!(is_nothing(cell, Holds::Texts) && is_nothing(cell, Holds::Ids), "{cell}");
            assert!(
                !is_nothing(cell, Holds::Values) && !is_nothing(cell, Holds::Moments),
                "{cell}: something was there"
            );
        }
        assert!(is_nothing("NULL", Holds::Ids) && !is_nothing("NA", Holds::Ids) && !is_nothing("0", Holds::Values));
    }

    #[test]
    fn totals_are_no_people() {
        for total in
            ["Total", "TOTAL: 152", "Grand Total", "Gesamt: 3", "Count 12", "*** End of report ***", "(2 rows)"]
        {
            assert!(is_total(total), "{total}");
        }
        for id in ["1001", "E-17", "Totalenergies-4", "SUMMER1", "FIN001", "(x)"] {
            assert!(!is_total(id), "{id}");
        }
        assert!(is_line_of_totals(&["Total", "3", "", ""].into_iter()));
        assert!(!is_line_of_totals(&["Total", "total@x.example", ""].into_iter()));
        assert!(!is_line_of_totals(&["count", "Count", "of", "Monte", "Cristo"].into_iter()));
    }

    #[test]
    fn yes_and_no_are_said_in_four_languages() {
        let flags = Flags::new(&FlagWords {
            own: [&["möglich".to_owned(), "0".to_owned()], &[]],
            usual: ["active", "inactive"],
        });
        for (cell, says) in [
            ("TRUE", true),
            ("t", true),
            ("on", true),
            ("Ja", true),
            ("oui", true),
            ("Sí", true),
            ("wahr", true),
            ("f", false),
            ("off", false),
            ("Nein", false),
            ("faux", false),
            ("0", true),
            (" MÖGLICH ", true),
            ("PASSWORD_EXPIRED", true),
            ("DEPROVISIONED", false),
        ] {
            assert_eq!(flags.read(cell, false), Some(says), "{cell}");
        }
        assert_eq!((flags.read("yes", true), flags.read("suspended", true)), (Some(false), Some(false)));
        assert_eq!(flags.read("?", false), None);
    }
}
