//! Files and bytes → sources of cells, or records: what kind of table it is, its first bytes say.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};
use std::path::Path;

use encoding_rs::{Encoding, UTF_8};
use memchr::memchr;

use super::decode::{Decoded, decode, utf_16_without_mark};
use super::flat::{Flat, SEPARATOR, flat};
use super::header::Purposes;
use super::json::{self, JsonRows, NdjsonRows};
use super::ldif;
use super::pieces::PIECE;
use super::source::{Format, Options, Remark, Source};
use super::workbook::{self, SheetText};
use crate::base::diagnostic::Diagnostic;

/// What a file holds.
pub(crate) enum Opened<'t> {
    /// Tables of cells, one for each sheet.
    Sources(Vec<Source<'t>>),
    /// Records, with the encoding of the text and what there is to remark.
    Records(JsonRows, String, Vec<Remark>),
    /// NDJSON in UTF-8, which is read piece by piece.
    Lines(NdjsonRows),
}

impl<'t> Opened<'t> {
    /// All as tables of cells.
    pub(crate) fn into_sources(self) -> Vec<Source<'t>> {
        match self {
            Self::Sources(sources) => sources,
            Self::Records(records, encoding, remarks) => {
                let Flat { text, lines } = flat(records);
                let source = Source::of_text(Cow::Owned(text), encoding);
                let lines = lines.map(Into::into);
                vec![Source { delimiter: Some(SEPARATOR), is_delimited: false, lines, remarks, ..source }]
            }
            Self::Lines(_) => Vec::new(),
        }
    }
}

/// Opens a file. UTF-8 is read as it is needed; everything else as a whole.
///
/// # Errors
/// It can't be read, or is nothing that holds a table.
pub(crate) fn open(path: &Path, options: &Options, purposes: &dyn Purposes) -> Result<Opened<'static>, Diagnostic> {
    let failed = |error: io::Error| failed(path, &error);
    let mut file = File::open(path).map_err(failed)?;
    if options.format == Some(Format::Ndjson) && !is_in_another_encoding(&file, options).map_err(failed)? {
        return Ok(Opened::Lines(NdjsonRows::new(file)));
    }
    if file.metadata().map_err(failed)?.is_file() {
        let start = file.stream_position().map_err(failed)?;
        let mut head = Vec::new();
        file.by_ref().take(PIECE as u64).read_to_end(&mut head).map_err(failed)?;
        if let Some(opened) = in_pieces(file, start, head, options).map_err(failed)? {
            return Ok(opened);
        }
        file = File::open(path).map_err(failed)?;
        file.seek(SeekFrom::Start(start)).map_err(failed)?;
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(failed)?;
    of_bytes(path, Cow::Owned(bytes), options, purposes)
}

fn failed(path: &Path, error: &io::Error) -> Diagnostic {
    let diagnostic = Diagnostic::of_file(path, error.to_string());
    match error.kind() {
        io::ErrorKind::NotFound => diagnostic.help("the path is relative to the configuration file"),
        _ => diagnostic,
    }
}

/// Whether what is said to be NDJSON is UTF-16 or the like.
fn is_in_another_encoding(mut file: &File, options: &Options) -> io::Result<bool> {
    if options.encoding.is_some_and(|encoding| encoding != UTF_8) {
        return Ok(true);
    }
    if !file.metadata()?.is_file() {
        return Ok(false);
    }
    let start = file.stream_position()?;
    let mut head = [0; 256];
    let length = file.read(&mut head)?;
    file.seek(SeekFrom::Start(start))?;
    let head = head.get(..length).unwrap_or_default();
    let marked = Encoding::for_bom(head).is_some_and(|(encoding, _)| encoding != UTF_8);
    Ok(marked || utf_16_without_mark(head).is_some())
}

/// A file that can be read piece by piece: delimited text or NDJSON in UTF-8.
fn in_pieces(mut file: File, start: u64, mut head: Vec<u8>, options: &Options) -> io::Result<Option<Opened<'static>>> {
    let (encoding, mark) = Encoding::for_bom(&head).unwrap_or((options.encoding.unwrap_or(UTF_8), 0));
    let is_text = encoding == UTF_8 && !workbook::is_workbook(&head) && utf_16_without_mark(&head).is_none();
    let is_old_mac = head.contains(&b'\r') && !head.contains(&b'\n');
    if !is_text || is_old_mac || may_be_foreign(&head) {
        return Ok(None);
    }
    head.drain(..mark);
    let whole = std::str::from_utf8(&head).map_or_else(|error| error.valid_up_to(), str::len);
    let text = std::str::from_utf8(head.get(..whole).unwrap_or_default()).unwrap_or_default();
    let is_json = options.format.map_or_else(|| json::is_json(text), |format| format == Format::Json);
    if is_json {
        let is_lines = options.format.is_none() && json::is_lines(text);
        file.seek(SeekFrom::Start(start))?;
        return Ok(is_lines.then(|| Opened::Lines(NdjsonRows::new(file))));
    }
    let is_delimited = options.format.map_or_else(|| !ldif::is_ldif(text), |format| format == Format::Csv);
    if !is_delimited || text.contains('\0') || !is_utf_8(&mut file, head.get(whole..).unwrap_or_default())? {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(start + (mark + whole) as u64))?;
    let export = Some((file.try_clone()?, start + mark as u64));
    head.truncate(whole);
    let source = Source::of_text(Cow::Borrowed(""), UTF_8.name());
    let delimiter = options.delimiter;
    Ok(Some(Opened::Sources(vec![Source { delimiter, head, export, rest: Box::new(file), ..source }])))
}

/// Whether a file begins like something that is no table at all.
fn may_be_foreign(head: &[u8]) -> bool {
    matches!(head.trim_ascii_start().first(), Some(b'<' | b'%' | 0x1f))
}

/// Whether the rest of a file is UTF-8, behind the beginning of a character.
fn is_utf_8(file: &mut File, begun: &[u8]) -> io::Result<bool> {
    let mut bytes = vec![0; PIECE];
    let mut before = begun.len();
    bytes.get_mut(..before).unwrap_or_default().copy_from_slice(begun);
    loop {
        let length = file.read(bytes.get_mut(before..).unwrap_or_default())?;
        let read = bytes.get(..before + length).unwrap_or_default();
        if memchr(0, read).is_some() {
            return Ok(false);
        }
        let whole = match std::str::from_utf8(read) {
            Ok(text) => text.len(),
            Err(error) if error.error_len().is_none() && length > 0 => error.valid_up_to(),
            Err(_) => return Ok(false),
        };
        bytes.copy_within(whole..before + length, 0);
        before = before + length - whole;
        if length == 0 {
            return Ok(true);
        }
    }
}

/// What some bytes hold.
///
/// # Errors
/// They are nothing that holds a table.
pub(crate) fn of_bytes<'t>(
    path: &Path,
    bytes: Cow<'t, [u8]>,
    options: &Options,
    purposes: &dyn Purposes,
) -> Result<Opened<'t>, Diagnostic> {
    if workbook::is_workbook(&bytes) {
        return of_workbook(path, &bytes, options, purposes);
    }
    if options.format == Some(Format::Workbook) {
        return Err(Diagnostic::of_file(path, "expected a workbook, found something else")
            .help("take format out of the configuration"));
    }
    let decoded = match bytes {
        Cow::Borrowed(bytes) => decode(path, bytes, options.encoding)?,
        Cow::Owned(bytes) => {
            let Decoded { text, encoding, doubt } = decode(path, &bytes, options.encoding)?;
            Decoded { text: Cow::Owned(text.into_owned()), encoding, doubt }
        }
    };
    let Decoded { text, encoding, doubt } = decoded;
    let remarks: Vec<Remark> = doubt.into_iter().map(Remark::whole).collect();
    let format = options.format.unwrap_or_else(|| {
        if json::is_json(&text) {
            Format::Json
        } else if ldif::is_ldif(&text) {
            Format::Ldif
        } else {
            Format::Csv
        }
    });
    let essential = |key: &str| purposes.of(key) == Some(purposes.essential());
    match format {
        Format::Json | Format::Ndjson => {
            let is_around = |key: &str| format == Format::Ndjson || essential(key);
            let rows = JsonRows::of_text(text.into_owned(), &is_around);
            let broken = |error: io::Error| {
                let help = "export it whole: JSON is one array, one object around a list, or one object a line";
                at_its_place(path, &error.to_string()).help(help)
            };
            let rows = rows.map_err(broken)?;
            Ok(Opened::Records(rows, kind("JSON", encoding), remarks))
        }
        Format::Ldif => {
            Ok(Opened::Records(JsonRows::of_records(ldif::records(&text)), kind("LDIF", encoding), remarks))
        }
        Format::Csv | Format::Workbook => {
            let source = Source::of_text(text, encoding);
            Ok(Opened::Sources(vec![Source { delimiter: options.delimiter, remarks, ..source }]))
        }
    }
}

/// What kind of text it is, with its encoding where that is unusual.
fn kind(kind: &str, encoding: &str) -> String {
    if encoding == UTF_8.name() { kind.to_owned() } else { format!("{kind}, {encoding}") }
}

/// A message that begins with its place, `:3:7: …`.
fn at_its_place(path: &Path, message: &str) -> Diagnostic {
    let mut parts = message.splitn(4, ':').skip(1);
    let number = |part: Option<&str>| part.and_then(|part| part.parse::<u64>().ok());
    match (number(parts.next()), number(parts.next()), parts.next()) {
        (Some(line), Some(column), Some(message)) => {
            let column = usize::try_from(column.saturating_sub(1)).unwrap_or_default();
            let text = " ".repeat(column + 1);
            super::place::in_line(path, line, &text, column..column + 1, message.trim().to_owned())
        }
        _ => Diagnostic::of_file(path, message.trim_start_matches([':', ' ']).to_owned()),
    }
}

fn of_workbook(
    path: &Path,
    bytes: &[u8],
    options: &Options,
    purposes: &dyn Purposes,
) -> Result<Opened<'static>, Diagnostic> {
    let workbook::Sheets { kind, read, others } = workbook::sheets(path, bytes, options)?;
    let holds_rows = |sheet: &SheetText| {
        let source = Source { delimiter: Some(SEPARATOR), ..Source::of_text(Cow::Borrowed(&sheet.text), kind) };
        let header = source.header(purposes);
        header.is_some_and(|header| sheet.text.get(header.end..).is_some_and(|rows| !rows.trim().is_empty()))
    };
    let chosen = read.first().map(|sheet| sheet.name.clone()).unwrap_or_default();
    let others: Vec<Remark> = others
        .iter()
        .filter(|sheet| holds_rows(sheet))
        .map(|sheet| {
            let name = &sheet.name;
            Remark::whole(format!(
                "the sheet \"{name}\" has rows, too, and only \"{chosen}\" is read; say which count: sheet = \"{chosen}\", or \
                 sheet = [\"{chosen}\", \"{name}\"]"
            ))
        })
        .collect();
    let mut others = Some(others);
    let source = |sheet: SheetText| {
        let encoding = format!("{kind}, sheet {}", sheet.name);
        let mut remarks = others.take().unwrap_or_default();
        remarks.extend(sheet.odd.into_iter().map(|(line, text)| Remark { line: Some(line), text }));
        Source {
            sheet: Some(sheet.name),
            is_delimited: false,
            is_1904: sheet.is_1904,
            delimiter: Some(SEPARATOR),
            remarks,
            ..Source::of_text(Cow::Owned(sheet.text), encoding)
        }
    };
    Ok(Opened::Sources(read.into_iter().map(source).collect()))
}
