//! A `report.json` as a stream: its parts as texts, and its findings one by one. As headcount writes it, each finding is a line, so
//! that they are read on all cores; written otherwise, it is read from end to end.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use serde::de::{DeserializeSeed, Deserializer as _, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::base::diagnostic::Diagnostic;
use crate::base::parallel;

/// The longest line: a group may have a million members.
const LONGEST: u64 = 256 << 20;
/// How many bytes of findings one thread works on at a time.
const AT_ONCE: usize = 1 << 20;

/// Where something stands in the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// Its line from 1; 0 where that isn't known.
    pub line: usize,
    /// Its first byte.
    pub byte: u64,
}

/// Some findings in a row.
pub(super) struct Chunk {
    pub text: Vec<u8>,
    pub place: Place,
}

/// Takes what is read.
pub(super) trait Take: Sync {
    /// What comes of some findings.
    type Made: Send;

    /// Whether a part is wanted.
    fn wants(&self, part: &str) -> bool;

    /// Takes a part as JSON.
    fn part(&mut self, name: &str, json: &str, place: Place) -> Result<(), Diagnostic>;

    /// Makes something of findings, a line each.
    fn make(&self, chunk: &Chunk) -> Result<Self::Made, Diagnostic>;

    /// Takes what was made, in the order of the file.
    fn findings(&mut self, made: Self::Made) -> Result<(), Diagnostic>;
}

/// What is wrong with a report, at a line.
pub(super) fn mistake(path: &Path, line: usize, message: impl fmt::Display) -> Diagnostic {
    let place = if line == 0 { String::new() } else { format!("line {line}: ") };
    Diagnostic::of_file(path, format!("{place}{message}"))
}

/// Reads a report, which `open` opens as often as that takes.
///
/// # Errors
/// It can't be read, isn't JSON, or `take` refuses it.
pub(super) fn read<T: Take + Send, R: Read + Send>(
    path: &Path,
    open: impl Fn() -> io::Result<R>,
    take: &mut T,
) -> Result<(), Diagnostic> {
    let unreadable = |error| Diagnostic::of_file(path, format!("can't read the previous report: {error}"));
    let opened = || Ok(BufReader::with_capacity(1 << 18, open()?));
    let mut reader = opened().map_err(unreadable)?;
    if reader.fill_buf().map_err(unreadable)?.starts_with(b"{\n") {
        return Lines { path, reader, place: Place { line: 1, byte: 0 } }.read(take);
    }
    // Its parts may stand in any order, and without them no finding can be understood.
    whole(path, reader, take, false)?;
    whole(path, opened().map_err(unreadable)?, take, true)
}

/// Reads a report that was written otherwise: its parts, or its findings.
fn whole<T: Take>(path: &Path, reader: impl BufRead, take: &mut T, findings: bool) -> Result<(), Diagnostic> {
    let mut refused = None;
    let mut json = serde_json::Deserializer::from_reader(reader);
    let read = json.deserialize_map(Whole { path, take, findings, refused: &mut refused }).and_then(|()| json.end());
    match (refused, read) {
        (Some(refused), _) => Err(refused),
        (None, Err(error)) => Err(Diagnostic::of_file(path, format!("this isn't a report: {error}"))),
        (None, Ok(())) => Ok(()),
    }
}

/// A report as headcount writes it.
struct Lines<'p, R> {
    path: &'p Path,
    reader: R,
    place: Place,
}

impl<R: BufRead + Send> Lines<'_, R> {
    fn read<T: Take + Send>(mut self, take: &mut T) -> Result<(), Diagnostic> {
        let mut line = Vec::new();
        self.next(&mut line)?;
        loop {
            let place = self.next(&mut line)?;
            let text = self.text(&line, place)?;
            if text.trim_end() == "}" {
                return Ok(());
            }
            let (name, value) = text
                .strip_prefix("  \"")
                .and_then(|rest| rest.split_once("\": "))
                .ok_or_else(|| self.unexpected(place))?;
            let (name, value) = (name.to_owned(), value.trim_end().trim_end_matches(',').to_owned());
            match value.as_str() {
                "[" if name == "findings" => self.findings(take)?,
                "{" | "[" => self.part(&name, value, place, take)?,
                _ if take.wants(&name) => take.part(&name, &value, place)?,
                _ => {}
            }
        }
    }

    /// Reads to the end of a part, which closes at its own depth.
    fn part<T: Take>(&mut self, name: &str, mut json: String, at: Place, take: &mut T) -> Result<(), Diagnostic> {
        let wanted = take.wants(name);
        let mut line = Vec::new();
        loop {
            let place = self.next(&mut line)?;
            let ends = matches!(line.as_slice(), [b' ', b' ', b'}' | b']', ..]);
            if wanted {
                let text = self.text(&line, place)?;
                json.push('\n');
                json.push_str(if ends { text.trim_end().trim_end_matches(',') } else { text.trim_end_matches('\n') });
            }
            if ends {
                return if wanted { take.part(name, &json, at) } else { Ok(()) };
            }
        }
    }

    fn findings<T: Take + Send>(&mut self, take: &mut T) -> Result<(), Diagnostic> {
        let mut made = Vec::new();
        let (mut ended, mut pieces) = (false, Vec::new());
        // What is made of some is taken before more is read, so that little is held.
        while !ended {
            pieces.clear();
            while pieces.len() < 2 * parallel::threads() && !ended {
                let (chunk, end) = self.chunk()?;
                ended = end;
                pieces.push(Ok(chunk));
            }
            let make = |chunk: Chunk| take.make(&chunk);
            parallel::for_each_in_order(pieces.drain(..), make, |one| {
                made.push(one);
                Ok::<_, Diagnostic>(())
            })?;
            made.drain(..).try_for_each(|one| take.findings(one))?;
        }
        Ok(())
    }

    /// Some findings, and whether they are the last ones.
    fn chunk(&mut self) -> Result<(Chunk, bool), Diagnostic> {
        let mut chunk = Chunk { text: Vec::with_capacity(AT_ONCE + (AT_ONCE >> 2)), place: Place::default() };
        loop {
            let start = chunk.text.len();
            let place = self.append(&mut chunk.text)?;
            if start == 0 {
                chunk.place = place;
            }
            let ends = chunk.text.get(start..).is_some_and(|line| line.starts_with(b"  ]"));
            if ends {
                chunk.text.truncate(start);
            }
            if ends || chunk.text.len() >= AT_ONCE {
                return Ok((chunk, ends));
            }
        }
    }

    /// Reads a line, in the place of the one before.
    fn next(&mut self, line: &mut Vec<u8>) -> Result<Place, Diagnostic> {
        line.clear();
        self.append(line)
    }

    /// Adds a line, and says where it stands.
    fn append(&mut self, line: &mut Vec<u8>) -> Result<Place, Diagnostic> {
        let place = self.place;
        let read = (&mut self.reader).take(LONGEST).read_until(b'\n', line);
        let read = read.map_err(|error| mistake(self.path, place.line, format!("can't be read: {error}")))?;
        if read == 0 {
            return Err(mistake(self.path, place.line, "the report ends here, before its end: it was cut off"));
        }
        if read as u64 == LONGEST {
            return Err(mistake(self.path, place.line, "this isn't a report: no line of one is so long"));
        }
        self.place = Place { line: place.line + 1, byte: place.byte + read as u64 };
        Ok(place)
    }

    fn text<'l>(&self, line: &'l [u8], place: Place) -> Result<&'l str, Diagnostic> {
        std::str::from_utf8(line).map_err(|_| mistake(self.path, place.line, "this isn't UTF-8"))
    }

    fn unexpected(&self, place: Place) -> Diagnostic {
        mistake(self.path, place.line, "this isn't a report as headcount writes it")
    }
}

/// A report that was written otherwise.
struct Whole<'t, T> {
    path: &'t Path,
    take: &'t mut T,
    /// Whether its findings are wanted, or all else.
    findings: bool,
    refused: &'t mut Option<Diagnostic>,
}

impl<'de, T: Take> Visitor<'de> for Whole<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a report")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { path, take, findings, refused } = self;
        while let Some(name) = map.next_key::<String>()? {
            let taken = if name == "findings" && findings {
                map.next_value_seed(Each(&mut *take))?
            } else if findings || !take.wants(&name) {
                map.next_value::<IgnoredAny>()?;
                Ok(())
            } else {
                let json: Box<RawValue> = map.next_value()?;
                take.part(&name, json.get(), Place::default())
            };
            if let Err(mistake) = taken {
                *refused = Some(mistake);
                return Err(A::Error::custom(path.display()));
            }
        }
        Ok(())
    }
}

/// Each finding of a list.
struct Each<'t, T>(&'t mut T);

impl<'de, T: Take> DeserializeSeed<'de> for Each<'_, T> {
    type Value = Result<(), Diagnostic>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Take> Visitor<'de> for Each<'_, T> {
    type Value = Result<(), Diagnostic>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of findings")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while let Some(finding) = list.next_element::<Box<RawValue>>()? {
            // A line each, as it stands in a report of headcount's own.
            let text = finding.get().replace(['\n', '\r'], " ").into_bytes();
            let taken = self.0.make(&Chunk { text, place: Place::default() }).and_then(|made| self.0.findings(made));
            if taken.is_err() {
                return Ok(taken);
            }
        }
        Ok(Ok(()))
    }
}
