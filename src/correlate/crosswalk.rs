//! Crosswalk files, in which a person wrote down whose account it is: `key,value,employee_id`. Behind these, a column
//! `accept` may say which lines hold, as `crosswalk suggest` asks for it; others are for the reader only.
//!
//! Read and checked before the first request. No message repeats a value: they are addresses and names.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use csv::StringRecord;

use crate::base::diagnostic::{Diagnostic, Lines as LineStarts, meant_or_one_of};
use crate::model::{Account, AccountField, Attempt, EmployeeIndex, Tier};

use super::index::Hits;
use super::roster_index::Correlator;
use crate::key::{KeyKind, Normalised, Normaliser, fold, verbatim};

const HEADER: [&str; 3] = ["key", "value", "employee_id"];

/// The column that says which lines hold.
const ACCEPT: &str = "accept";

/// What people write there for a line that holds, and for one that doesn't.
const YES: [&str; 13] = ["1", "accept", "accepted", "j", "ja", "ok", "oui", "si", "sí", "true", "x", "y", "yes"];
const NO: [&str; 8] = ["-", "0", "false", "n", "nein", "no", "non", "reject"];

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
    pub fn read(path: &Path, roster: &Correlator) -> Result<Self, Vec<Diagnostic>> {
        let bytes = fs::read(path).map_err(|error| {
            vec![Diagnostic::of_file(path, format!("can't read the crosswalk: {error}")).help("check the path")]
        })?;
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            let line = LineStarts::of(&bytes).number(error.valid_up_to());
            vec![Diagnostic::of_file(path, format!("line {line} isn't UTF-8")).help("save the file as CSV UTF-8")]
        })?;
        Self::parse(path, text, roster)
    }

    /// Checks the text of a crosswalk file. Blank lines and lines that start with `#` are skipped.
    ///
    /// # Errors
    /// The mistakes in it.
    pub fn parse(path: &Path, text: &str, roster: &Correlator) -> Result<Self, Vec<Diagnostic>> {
        let (crosswalk, mistakes) = (Self::default(), Vec::new());
        let mut reading = Reading { roster, crosswalk, layout: Layout::default(), answered: false, mistakes };
        let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
        reading.read(&text);
        let Reading { crosswalk, mistakes, .. } = reading;
        if mistakes.is_empty() { Ok(crosswalk) } else { Err(diagnostics(path, &text, mistakes)) }
    }

    /// Every employee that a line names for this account.
    pub(super) fn hits(&self, account: &Account<'_>) -> Hits {
        self.comparisons(account).filter_map(|(_, _, _, line)| line.map(Line::take)).collect()
    }

    /// The comparisons with each kind of key that the file has.
    pub(super) fn attempts(&self, account: &Account<'_>) -> Vec<Attempt> {
        let attempt = |(field, raw, normalised, line): (_, Option<&str>, Normalised<'_>, Option<&Line>)| Attempt {
            tier: Tier::Crosswalk,
            field,
            raw: raw.map(str::to_owned),
            normalised: Some(normalised.text.into_owned()).filter(|key| !key.is_empty()),
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
            let mut values: Vec<_> = field.all_of(account).map(|value| Some(value.raw)).collect();
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

/// A mistake and its place in the text.
struct Mistake {
    span: Range<usize>,
    message: String,
    help: String,
}

struct Reading<'c> {
    roster: &'c Correlator,
    crosswalk: Crosswalk,
    layout: Layout,
    /// Whether anybody has written into the column `accept`.
    answered: bool,
    mistakes: Vec<Mistake>,
}

/// What the heading says of the columns.
#[derive(Debug, Default)]
struct Layout {
    columns: usize,
    accept: Option<usize>,
}

impl Reading<'_> {
    fn read(&mut self, text: &str) {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .comment(Some(b'#'))
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let mut record = StringRecord::new();
        let mut lines = Lines::new(text);
        let mut header_seen = false;
        // Reading from memory can't fail, and the text is UTF-8.
        while reader.read_record(&mut record).unwrap_or(false) {
            let Some((number, span)) = lines.next_row() else { return };
            let outcome = if record.iter().any(|field| field.contains('\n')) {
                self.mistake(span, "a value spans several lines", "close the quotation mark");
                return;
            } else if header_seen {
                self.row(&record, number)
            } else {
                header_seen = true;
                Layout::of(&record).map(|layout| self.layout = layout)
            };
            if let Err((message, help)) = outcome {
                self.mistake(span, message, help);
            }
        }
        if !header_seen {
            self.mistake(0..0, "the file is empty", "start it with the line key,value,employee_id");
        } else if self.layout.accept.is_some() && !self.answered && self.mistakes.is_empty() {
            self.mistake(0..0, "no line is accepted", "write yes into the column accept of each line that is right");
        }
    }

    fn mistake(&mut self, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        self.mistakes.push(Mistake { span, message: message.into(), help: help.into() });
    }

    fn row(&mut self, record: &StringRecord, number: u64) -> Result<(), (String, String)> {
        let mut fields = record.iter();
        let (Some(kind), Some(value), Some(id), true) =
            (fields.next(), fields.next(), fields.next(), record.len() == self.layout.columns)
        else {
            let found = format!("expected {} fields and found {}", self.layout.columns, record.len());
            return Err((found, "quote a value that contains a comma".into()));
        };
        if let Some(answer) = self.layout.accept.and_then(|at| record.get(at)) {
            self.answered |= !answer.is_empty();
            if !accepted(answer)? {
                return Ok(());
            }
        }
        let field = AccountField::parse(kind).ok_or_else(|| unknown_kind(kind))?;
        let key = written_key(field, value).text.into_owned();
        if key.is_empty() {
            return Err((
                "the value is empty, or stands for nothing".into(),
                "write the account's value, or remove the line".into(),
            ));
        }
        let employee = match self.roster.by_id(id).as_slice() {
            [employee] => *employee,
            [] => {
                return Err((
                    "no employee has this id".into(),
                    "compare it with the roster, or remove the line".into(),
                ));
            }
            _ => return Err(("several employees have this id".into(), "mend the roster".into())),
        };
        let known = self.crosswalk.lines.entry(field).or_default();
        let line = known.entry(key).or_insert_with(|| Line { number, employee, used: AtomicBool::new(false) });
        if line.employee == employee {
            return Ok(());
        }
        Err((format!("line {} gives the same account to somebody else", line.number), "keep one of the two".into()))
    }
}

impl Layout {
    fn of(record: &StringRecord) -> Result<Self, (String, String)> {
        let accept = record.iter().position(|heading| heading == ACCEPT);
        let columns = if accept.is_some() { record.len() } else { HEADER.len() };
        if record.iter().take(HEADER.len()).eq(HEADER) && record.len() == columns {
            return Ok(Self { columns, accept });
        }
        let help = format!("start the file with {}, commas between", HEADER.join(","));
        Err(("the first line isn't the header".into(), help))
    }
}

/// Whether a person says that a line holds; one that nobody has answered doesn't.
fn accepted(answer: &str) -> Result<bool, (String, String)> {
    let answer = answer.to_lowercase();
    let is_in = |words: &[&str]| words.contains(&answer.as_str());
    match answer.as_str() {
        "" => Ok(false),
        _ if is_in(&YES) => Ok(true),
        _ if is_in(&NO) => Ok(false),
        _ => Err(("accept is neither yes nor no".into(), "write yes, or leave the cell empty".into())),
    }
}

fn unknown_kind(kind: &str) -> (String, String) {
    let known = AccountField::ALL.map(AccountField::as_str);
    ("unknown key".into(), meant_or_one_of(kind, known, "the keys are"))
}

/// The rows of a text in which none spans two lines, with number and place. The csv reader's own positions point
/// at the comment before a row.
struct Lines<'t> {
    rest: &'t str,
    at: usize,
    number: u64,
}

impl<'t> Lines<'t> {
    const fn new(text: &'t str) -> Self {
        Self { rest: text, at: 0, number: 0 }
    }

    fn next_row(&mut self) -> Option<(u64, Range<usize>)> {
        while !self.rest.is_empty() {
            let line = self.rest.split_inclusive('\n').next()?;
            let start = self.at;
            self.rest = self.rest.get(line.len()..)?;
            self.at += line.len();
            self.number += 1;
            let row = line.trim_end_matches('\n');
            if !row.is_empty() && !row.starts_with('#') {
                return Some((self.number, start..start + row.len()));
            }
        }
        None
    }
}

/// With the values blanked: they are personal data, and the place is enough.
fn diagnostics(path: &Path, text: &str, mistakes: Vec<Mistake>) -> Vec<Diagnostic> {
    let blank = |byte: u8| if matches!(byte, b'\n' | b',') { char::from(byte) } else { '*' };
    let masked: String = text.bytes().map(blank).collect();
    let more = mistakes.len().saturating_sub(MOST_MISTAKES);
    let shown = mistakes.into_iter().take(MOST_MISTAKES);
    let mut out: Vec<Diagnostic> = shown
        .map(|mistake| Diagnostic::in_text(path, &masked, mistake.span, mistake.message).help(mistake.help))
        .collect();
    if more > 0 {
        out.push(Diagnostic::of_file(path, format!("and {more} more mistakes")));
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::*;
    use crate::config::MatchConfig;
    use crate::correlate::testing::{employee, roster};
    use crate::model::Fact;

    fn read(text: &str) -> Result<Crosswalk, String> {
        let roster = roster([employee("E-1"), employee("E-2"), employee("E-3"), employee("e-3")]);
        let correlator = Correlator::new(&roster, &MatchConfig::default());
        Crosswalk::parse(Path::new("x.csv"), text, &correlator)
            .map_err(|mistakes| mistakes.iter().map(Diagnostic::to_string).collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn lines_are_found_by_any_field_and_unused_ones_are_known() {
        let text = "key,value,employee_id\n# confirmed\n\nid,AbC,E-1\nemail,Zoé@example.com,e-2\nusername,zoe,E-2\n";
        let crosswalk = read(text).expect("valid");
        let mut account = Account::new("AbC".into(), RawValue::NULL);
        assert_eq!(crosswalk.hits(&account).only(), Some(EmployeeIndex(0)));
        assert_eq!(crosswalk.unused_lines(), [5, 6]);
        account.id = "abc".into();
        assert!(crosswalk.hits(&account).is_empty(), "the case of a vendor's id matters");
        account.email = Fact::Known(Some("ZOÉ@example.com ".into()));
        account.username = Fact::Known(Some("zoe".into()));
        assert_eq!(crosswalk.hits(&account).only(), Some(EmployeeIndex(1)));
        assert!(crosswalk.unused_lines().is_empty());
        let tried: Vec<_> = crosswalk.attempts(&account).into_iter().map(|a| (a.field, a.hits.len())).collect();
        assert_eq!(tried, [(AccountField::Id, 0), (AccountField::Email, 1), (AccountField::Username, 1)]);
    }

    #[test]
    fn mistakes_have_their_place_and_no_values() {
        for (row, expected) in [
            ("emial,ann@example.com,E-1", "x.csv:3:1: unknown key (did you mean \"email\"?)"),
            ("email,ann@example.com,E-9", "x.csv:3:1: no employee has this id"),
            ("email,ann@example.com,E-3", "several employees have this id"),
            ("email,,E-1", "the value is empty"),
            ("email,ann@example.com", "expected 3 fields and found 2"),
            ("email,\"ann@example.com,E-1\nemail,bob@example.com,E-1", "x.csv:3:1: a value spans several lines"),
            ("email,ann@example.com,E-1\nemail,ANN@example.com,E-2", "x.csv:4:1: line 3 gives the same account"),
        ] {
            let shown = read(&format!("key,value,employee_id\r\n# ann\r\n{row}\n")).expect_err(row);
            assert!(shown.contains(expected) && !shown.contains("example.com"), "{row}: {shown}");
        }
        assert!(read("key;value;employee_id\n").expect_err("header").contains("x.csv:1:1: the first line"));
        assert!(read("").expect_err("empty").contains("x.csv:1:1: the file is empty"));
    }

    #[test]
    fn a_person_says_which_lines_hold() {
        let head = "key,value,employee_id,accept,score,employee\n";
        let rows = "id,1,E-1,Yes,0.9,Ann\nid,2,E-2,,0.8,\"Bo, Li\"\nid,3,E-9,no,0.7,gone\nid,4,E-2,X,,\n";
        let crosswalk = read(&format!("{head}{rows}")).expect("valid");
        assert_eq!(crosswalk.unused_lines(), [2, 5], "the others say nothing, not even who doesn't exist");
        for (rows, expected) in [
            ("id,1,E-1,perhaps,0.9,Ann\n", "x.csv:2:1: accept is neither yes nor no"),
            ("id,1,E-1,yes\n", "expected 6 fields and found 4"),
            ("id,1,E-9,yes,,\n", "no employee has this id"),
            ("id,1,E-1,,0.9,Ann\n", "no line is accepted (write yes into the column accept"),
        ] {
            let shown = read(&format!("{head}{rows}")).expect_err(rows);
            assert!(shown.contains(expected), "{rows}: {shown}");
        }
        assert!(read(&format!("{head}id,1,E-1,no,,\n")).is_ok(), "somebody has looked at it");
        assert!(read("key,value,employee_id,score\n").expect_err("a column").contains("isn't the header"));
    }

    #[test]
    fn excerpts_are_blanked() {
        let correlator = Correlator::new(&roster([]), &MatchConfig::default());
        let mistakes = Crosswalk::parse(Path::new("x"), "key,value,employee_id\nemail,añn@x,E-9\n", &correlator);
        let shown = mistakes.expect_err("unknown").iter().map(|mistake| mistake.render(false)).collect::<String>();
        assert!(shown.contains("*****,******,***"), "{shown}");
    }

    #[test]
    fn repeated_lines_and_byte_order_marks_are_harmless() {
        let crosswalk = read("\u{feff}key,value,employee_id\rid,7,E-1\rid,7,e-1\r").expect("valid");
        assert_eq!(crosswalk.unused_lines(), [2]);
    }

    #[test]
    fn many_mistakes_are_cut_short() {
        let text = format!("key,value,employee_id\n{}", "id,7,E-9\n".repeat(50));
        let shown = read(&text).expect_err("bad");
        assert_eq!(shown.lines().count(), MOST_MISTAKES + 1);
        assert!(shown.ends_with("and 30 more mistakes"), "{shown}");
    }
}
