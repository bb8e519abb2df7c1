//! Crosswalk files, in which a person wrote down whose account it is: `key,value,employee_id`, in any form that `table` reads.
//! A column `accept` may say which lines hold, as `crosswalk suggest` asks for it; others are for the reader only.
//!
//! Read and checked before the first request. No message repeats a value: they are addresses and names.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::bag::Role;
use crate::base::diagnostic::{Diagnostic, meant_or_one_of};
use crate::files::Files;
use crate::model::{Account, AccountField, Attempt, EmployeeIndex, Tier};
use crate::table::{self, FlagWords, Flags, Header, Options, Purposes, Row, Source};

use super::index::Hits;
use super::roster_index::Correlator;
use crate::key::{KeyKind, Normalised, Normaliser, fold, verbatim};

const HEADER: [&str; 3] = ["key", "value", "employee_id"];

/// A file with more mistakes than this is another kind of file.
const MOST_MISTAKES: usize = 20;

/// A crosswalk, ready to be asked. Knows which of its lines have been used.
#[derive(Debug, Default)]
pub struct Crosswalk {
    lines: BTreeMap<AccountField, HashMap<String, Line>>,
}

#[derive(Debug)]
struct Line {
    number: u64,
    employee: EmployeeIndex,
    used: AtomicBool,
}

impl Crosswalk {
    /// Reads a crosswalk file and checks it against the roster.
    ///
    /// # Errors
    /// The file can't be read, or the mistakes in it.
    pub fn read(files: &Files, path: &Path, roster: &Correlator) -> Result<Self, Vec<Diagnostic>> {
        let (bytes, _) = files.read(Role::Crosswalk, path).map_err(|error| {
            vec![Diagnostic::of_file(path, format!("can't read the crosswalk: {error}")).help("check the path")]
        })?;
        Self::of_bytes(path, &bytes, roster)
    }

    /// Checks the text of a crosswalk file. Blank lines and lines that start with `#` are skipped.
    ///
    /// # Errors
    /// The mistakes in it.
    pub fn parse(path: &Path, text: &str, roster: &Correlator) -> Result<Self, Vec<Diagnostic>> {
        Self::of_bytes(path, text.as_bytes(), roster)
    }

    fn of_bytes(path: &Path, bytes: &[u8], roster: &Correlator) -> Result<Self, Vec<Diagnostic>> {
        let opened = table::of_bytes(path, Cow::Borrowed(bytes), &Options::default(), &Headings);
        let sources = opened.map_err(|mistake| vec![mistake])?.into_sources();
        let (crosswalk, mistakes) = (Self::default(), Vec::new());
        let mut reading = Reading { path, roster, crosswalk, asks: false, answered: false, mistakes };
        for source in sources {
            reading.read(source).map_err(|mistake| vec![mistake])?;
        }
        reading.check_answers();
        let Reading { crosswalk, mistakes, .. } = reading;
        if mistakes.is_empty() { Ok(crosswalk) } else { Err(shown(path, mistakes)) }
    }

    /// Every employee that a line names for this account.
    pub(super) fn hits(&self, account: &Account<'_>) -> Hits {
        self.comparisons(account).filter_map(|(_, _, _, line)| line.map(Line::take)).collect()
    }

    /// Counts all lines as used but these.
    pub(super) fn use_all_but(&self, unused: &[u64]) {
        let lines = self.lines.values().flat_map(HashMap::values);
        lines.filter(|line| !unused.contains(&line.number)).for_each(|line| line.used.store(true, Ordering::Relaxed));
    }

    /// The fields that it has lines for.
    pub(super) fn fields(&self) -> impl Iterator<Item = AccountField> {
        self.lines.keys().copied()
    }

    /// Whether a line is about the accounts with this value in a field.
    pub(super) fn has(&self, field: AccountField, key: &str) -> bool {
        self.lines.get(&field).is_some_and(|lines| lines.contains_key(key))
    }

    /// What its lines give to whom, in no order.
    pub(super) fn given(&self) -> impl Iterator<Item = (AccountField, &str, EmployeeIndex)> {
        let all = self.lines.iter().flat_map(|(field, lines)| lines.iter().map(|line| (*field, line)));
        all.map(|(field, (key, line))| (field, key.as_str(), line.employee))
    }

    /// The comparisons with each kind of key that the file has.
    pub(super) fn attempts<'a>(&'a self, account: &'a Account<'_>) -> Vec<Attempt<'a>> {
        let attempt = |(field, raw, normalised, line): (_, Option<&'a str>, Normalised<'a>, Option<&Line>)| Attempt {
            tier: Tier::Crosswalk,
            field,
            raw: raw.map(Cow::Borrowed),
            normalised: Some(normalised.text).filter(|key| !key.is_empty()),
            steps: normalised.steps,
            hits: line.map(|line| line.employee).into_iter().collect(),
            crowd: None,
        };
        self.comparisons(account).map(attempt).collect()
    }

    fn comparisons<'a>(
        &'a self,
        account: &'a Account<'_>,
    ) -> impl Iterator<Item = (AccountField, Option<&'a str>, Normalised<'a>, Option<&'a Line>)> {
        self.lines.iter().flat_map(|(field, lines)| {
            let mut values = Vec::new();
            field.each_of(account, |value| values.push(Some(value.raw)));
            if values.is_empty() {
                values.push(None);
            }
            values.into_iter().map(|raw| {
                let key = written_key(*field, raw.unwrap_or_default());
                let line = lines.get(key.text.as_ref());
                (*field, raw, key, line)
            })
        })
    }

    /// The numbers of the lines that no account has used so far.
    pub fn unused_lines(&self) -> Vec<u64> {
        let lines = self.lines.values().flat_map(HashMap::values);
        let mut unused: Vec<u64> =
            lines.filter(|line| !line.used.load(Ordering::Relaxed)).map(|line| line.number).collect();
        unused.sort_unstable();
        unused
    }
}

impl Line {
    /// Names the employee, and remembers that the line was of use. Read first: threads share the cache line as
    /// long as nobody writes.
    fn take(&self) -> EmployeeIndex {
        if !self.used.load(Ordering::Relaxed) {
            self.used.store(true, Ordering::Relaxed);
        }
        self.employee
    }
}

/// A value as the files compare it in which a person names one account: as the vendor spells it, but for case and
/// invisible differences; empty if it stands for nothing. One account is meant, so neither domain aliases nor
/// plus-addressing apply.
pub fn written_key(field: AccountField, raw: &str) -> Normalised<'_> {
    match field {
        AccountField::Id => verbatim(raw),
        AccountField::DisplayName => fold(raw),
        AccountField::ExternalId => Normaliser::default().key(KeyKind::Id, raw),
        AccountField::Email => Normaliser::default().key(KeyKind::Address, raw),
        AccountField::Username => Normaliser::default().key(KeyKind::Login, raw),
    }
}

/// The headings of a crosswalk, by their list in `table/data/crosswalk.txt`.
struct Headings;

impl Headings {
    /// Where in a row the cells of the columns are, if all three that there have to be are there.
    fn places(header: &Header) -> Option<Places> {
        let place = |name: &str| header.headings.iter().position(|heading| Self::purpose(heading) == Some(name));
        Some(Places {
            key: place("key")?,
            value: place("value")?,
            employee: place("employee_id")?,
            accept: place("accept"),
        })
    }

    fn purpose(heading: &str) -> Option<&'static str> {
        let heading = table::fold(heading);
        table::listed(table::lists::CROSSWALK).find(|word| table::fold(word.text) == heading).map(|word| word.name)
    }
}

impl Purposes for Headings {
    fn of(&self, heading: &str) -> Option<usize> {
        let purpose = Self::purpose(heading)?;
        ["key", "value", "employee_id", "accept"].iter().position(|known| *known == purpose)
    }

    fn essential(&self) -> usize {
        2
    }
}

/// Where in a row is what.
#[derive(Clone, Copy)]
struct Places {
    key: usize,
    value: usize,
    employee: usize,
    /// What a person wrote beside a suggestion.
    accept: Option<usize>,
}

struct Reading<'c> {
    path: &'c Path,
    roster: &'c Correlator,
    crosswalk: Crosswalk,
    /// Whether there is a column `accept`, and whether anybody has written into it.
    asks: bool,
    answered: bool,
    mistakes: Vec<Diagnostic>,
}

impl Reading<'_> {
    fn read(&mut self, mut source: Source<'_>) -> Result<(), Diagnostic> {
        let unreadable = |error: std::io::Error| Diagnostic::of_file(self.path, error.to_string());
        if source.is_blank().map_err(unreadable)? {
            let mistake = table::in_headings(self.path, 1, " ", 0..1, "the file is empty".to_owned());
            return Err(mistake.help("start it with the line key,value,employee_id"));
        }
        let header = source.header(&Headings);
        let Some((header, places)) = header.and_then(|header| Headings::places(&header).map(|places| (header, places)))
        else {
            let help = format!("start the file with {}; commas or semicolons between", HEADER.join(","));
            let mistake = table::in_headings(self.path, 1, " ", 0..1, "the first line isn't the header".to_owned());
            return Err(mistake.help(help));
        };
        self.asks |= places.accept.is_some();
        let accepted = Flags::new(&FlagWords { own: [&[], &[]], usual: ["accepted", "rejected"] });
        let mut pieces = source.table(header.clone()).pieces;
        while let Some(piece) = pieces.next().map_err(unreadable)? {
            let (mut rows, mut row) = (piece.rows(), Row::default());
            loop {
                match rows.next(&mut row) {
                    Ok(false) => break,
                    Ok(true) => {
                        if let Err((message, help)) = self.row(&row, places, &header, &accepted) {
                            self.mistake(&row, message, help);
                        }
                    }
                    Err(misquoted) => {
                        self.mistakes.push(table::in_headings(
                            self.path,
                            misquoted.line,
                            &blanked(&misquoted.text),
                            misquoted.at.clone(),
                            misquoted.to_string(),
                        ));
                    }
                }
            }
        }
        Ok(())
    }

    /// A file in which nobody has answered would settle nothing, and nobody would notice.
    fn check_answers(&mut self) {
        if self.asks && !self.answered && self.mistakes.is_empty() {
            let mistake = table::in_headings(self.path, 1, " ", 0..1, "no line is accepted".to_owned());
            self.mistakes.push(mistake.help("write yes into the column accept of each line that is right"));
        }
    }

    /// With the values blanked: they are personal data, and the place is enough.
    fn mistake(&mut self, row: &Row<'_>, message: String, help: String) {
        let cells: Vec<String> = row.iter().map(blanked).collect();
        let shown = cells.join(",");
        self.mistakes.push(table::in_headings(self.path, row.line, &shown, 0..shown.len(), message).help(help));
    }

    fn row(
        &mut self,
        row: &Row<'_>,
        places: Places,
        header: &Header,
        accepted: &Flags,
    ) -> Result<(), (String, String)> {
        if row.is_blank() || row.get(0).is_some_and(|cell| cell.starts_with('#')) {
            return Ok(());
        }
        if row.iter().any(|cell| cell.contains('\n')) {
            return Err(("a value spans several lines".into(), "close the quotation mark".into()));
        }
        let width = header.headings.len();
        if row.iter().skip(width).any(|cell| !cell.trim().is_empty()) || row.len() <= places.employee.max(places.value)
        {
            let found = format!("expected {width} fields and found {}", row.len());
            return Err((found, "quote a value that contains a comma".into()));
        }
        let cell = |at: usize| table::clean(row.get(at).unwrap_or_default());
        if let Some(at) = places.accept {
            let told = cell(at);
            self.answered |= !told.is_empty();
            match accepted.read(&told, false) {
                Some(true) => {}
                Some(false) => return Ok(()),
                None if told.is_empty() => return Ok(()),
                None => return Err(("`accept` says neither yes nor no".into(), "write yes, or leave it empty".into())),
            }
        }
        let kind = cell(places.key).to_lowercase();
        let field = AccountField::parse(&kind).ok_or_else(|| unknown_kind(&kind))?;
        let value = cell(places.value);
        let key = written_key(field, &value).text.into_owned();
        if key.is_empty() {
            return Err((
                "the value is empty, or stands for nothing".into(),
                "write the account's value, or remove the line".into(),
            ));
        }
        let employee = match self.roster.by_id(table::without_apostrophe(&cell(places.employee))).as_slice() {
            [employee] => *employee,
            [] => {
                return Err((
                    "no employee has this id".into(),
                    "compare it with the roster, or remove the line".into(),
                ));
            }
            _ => return Err(("several employees have this id".into(), "fix the roster".into())),
        };
        let number = row.line;
        let known = self.crosswalk.lines.entry(field).or_default();
        let line = known.entry(key).or_insert_with(|| Line { number, employee, used: AtomicBool::new(false) });
        if line.employee == employee {
            return Ok(());
        }
        Err((format!("line {} gives the same account to somebody else", line.number), "keep one of the two".into()))
    }
}

fn unknown_kind(kind: &str) -> (String, String) {
    let known = AccountField::ALL.map(AccountField::as_str);
    ("unknown key".into(), meant_or_one_of(kind, known, "the keys are"))
}

fn blanked(cell: &str) -> String {
    cell.bytes().map(|byte| if matches!(byte, b',' | b';') { char::from(byte) } else { '*' }).collect()
}

fn shown(path: &Path, mistakes: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let more = mistakes.len().saturating_sub(MOST_MISTAKES);
    let mut shown: Vec<Diagnostic> = mistakes.into_iter().take(MOST_MISTAKES).collect();
    if more > 0 {
        shown.push(Diagnostic::of_file(path, format!("and {more} more mistakes")));
    }
    shown
}

#[cfg(test)]
mod tests;
