//! Bytes → text. The encoding comes from a byte order mark, the configuration, or the bytes themselves; one that the bytes
//! contradict is never taken in silence.

use std::borrow::Cow;
use std::path::Path;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::guess::{Guess, guess};
use super::place;
use crate::base::diagnostic::Diagnostic;

/// A text and the name of the encoding that it was in.
#[derive(Debug)]
pub(crate) struct Decoded<'b> {
    /// Lines end in `\n` or `\r\n`, or in a lone `\r` between others.
    pub(crate) text: Cow<'b, str>,
    /// As reports name it.
    pub(crate) encoding: &'static str,
    /// Why it may be another encoding.
    pub(crate) doubt: Option<String>,
}

/// Turns the bytes of a file into text.
///
/// # Errors
/// The bytes are no text, or not in the encoding that they have to be in.
pub(crate) fn decode<'b>(
    file: &Path,
    bytes: &'b [u8],
    configured: Option<&'static Encoding>,
) -> Result<Decoded<'b>, Diagnostic> {
    if let Some((kind, help)) = foreign(bytes) {
        return Err(Diagnostic::of_file(file, format!("expected a table, found {kind}")).help(help));
    }
    let decoded = match (Encoding::for_bom(bytes), configured) {
        (Some((encoding, mark)), _) => strictly(file, bytes.get(mark..).unwrap_or_default(), encoding)?,
        (None, Some(encoding)) => believed(file, bytes, encoding)?,
        (None, None) => detect(file, bytes)?,
    };
    if let Some(at) = decoded.text.find('\0') {
        let message = "expected text, found a zero byte".to_owned();
        let help = "export the table as CSV; if it is UTF-16, set encoding = \"utf-16le\"";
        return Err(place::in_text(file, &decoded.text, at, message).help(help));
    }
    Ok(Decoded { text: with_line_feeds(decoded.text), ..decoded })
}

/// What is known to be something else, by its first bytes.
fn foreign(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    const SAVE: &str = "open it in a spreadsheet and save it as .xlsx (without a password) or CSV";
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let begins = |tag: &str| start.get(..tag.len()).is_some_and(|found| found.eq_ignore_ascii_case(tag.as_bytes()));
    if bytes.starts_with(b"%PDF") {
        return Some(("a PDF", "export the report as CSV or .xlsx"));
    }
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return Some(("a gzip archive", "unpack it first"));
    }
    if begins("<table") || begins("<meta") {
        return Some(("an HTML table, as some systems call .xls", SAVE));
    }
    if begins("<html") || begins("<!doc") {
        let table = bytes.windows(6).any(|tag| tag.eq_ignore_ascii_case(b"<table"));
        return Some(if table {
            ("a web page with a table in it, as some systems call .xls", SAVE)
        } else {
            ("a web page, perhaps the login page of the system", "export the table again, logged in")
        });
    }
    if begins("<?xml") {
        return Some(("XML", SAVE));
    }
    None
}

/// Decodes without forgiveness: a byte that can't be read would become part of a name or an address.
fn strictly<'b>(file: &Path, bytes: &'b [u8], encoding: &'static Encoding) -> Result<Decoded<'b>, Diagnostic> {
    // What has no character in a single-byte encoding is decoded as a control character, which no table holds.
    let is_undefined = |c: char| ('\u{80}'..='\u{9f}').contains(&c);
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
    if let Some(text) =
        text.filter(|text| !encoding.is_single_byte() || text.is_ascii() || !text.contains(is_undefined))
    {
        return Ok(Decoded { text, encoding: encoding.name(), doubt: None });
    }
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let at = text.find(|c| c == char::REPLACEMENT_CHARACTER || (encoding.is_single_byte() && is_undefined(c)));
    let message = format!("expected {}, found bytes that it doesn't have", encoding.name());
    let help = "the file may be cut off; otherwise set encoding to what the system exports, or remove it";
    Err(place::in_text(file, &text, at.unwrap_or_default(), message).help(help))
}

/// Decodes as the configuration says, with a word where the bytes say something else.
fn believed<'b>(file: &Path, bytes: &'b [u8], encoding: &'static Encoding) -> Result<Decoded<'b>, Diagnostic> {
    let decoded = strictly(file, bytes, encoding)?;
    let is_other = encoding.is_single_byte() && !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok();
    let doubt = || format!("the bytes are UTF-8, and not {}: take encoding out of the configuration", encoding.name());
    Ok(Decoded { doubt: is_other.then(doubt), ..decoded })
}

fn detect<'b>(file: &Path, bytes: &'b [u8]) -> Result<Decoded<'b>, Diagnostic> {
    if let Some(encoding) = utf_16_without_mark(bytes) {
        return strictly(file, bytes, encoding);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Decoded { text: Cow::Borrowed(text), encoding: UTF_8.name(), doubt: None }),
        Err(error) if is_damaged_utf_8(bytes) => {
            let text = String::from_utf8_lossy(bytes);
            let message = "the file is UTF-8 but for this byte and others like it".to_owned();
            let help = "it was cut off, or pasted together from two encodings; export it as UTF-8, \
                        or settle it: encoding = \"windows-1252\"";
            Err(place::in_text(file, &text, error.valid_up_to(), message).help(help))
        }
        Err(_) => {
            let Guess { text, encoding, doubt } = guess(bytes);
            Ok(Decoded { text, encoding, doubt })
        }
    }
}

/// UTF-16 without a mark: in every roster most characters (delimiters, digits, line ends) are ASCII, so that one
/// byte of each pair is zero, always on the same side.
pub(super) fn utf_16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let pairs = sample.chunks_exact(2);
    let count = pairs.len();
    let (mut first, mut second) = (0, 0);
    for pair in pairs {
        first += usize::from(pair.first() == Some(&0));
        second += usize::from(pair.last() == Some(&0));
    }
    let (many, few) = (|zeros: usize| zeros * 3 > count, |zeros: usize| zeros * 10 < count);
    if few(first) && many(second) {
        Some(UTF_16LE)
    } else if many(first) && few(second) {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Whether there is more valid UTF-8 beyond ASCII than there are invalid bytes. Text in a single-byte encoding
/// hardly ever holds a valid sequence, so reading this as one would garble most names.
fn is_damaged_utf_8(bytes: &[u8]) -> bool {
    let (mut valid, mut invalid) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        valid += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        invalid += usize::from(!chunk.invalid().is_empty());
    }
    valid > invalid
}

/// Old Macs end lines with a carriage return alone.
fn with_line_feeds(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains('\n') && text.contains('\r') { Cow::Owned(text.replace('\r', "\n")) } else { text }
}

#[cfg(test)]
mod tests {
    use encoding_rs::WINDOWS_1252;

    use super::*;

    fn detected(bytes: &[u8]) -> (String, &'static str) {
        let decoded = decode(Path::new("hr.csv"), bytes, None).expect("text");
        (decoded.text.into_owned(), decoded.encoding)
    }

    fn refused(bytes: &[u8], configured: Option<&'static Encoding>) -> String {
        decode(Path::new("hr.csv"), bytes, configured).expect_err("refused").to_string()
    }

    fn utf_16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn every_encoding_is_recognised() {
        let text = "id;name\r\n1;Zoë Müller\r\n";
        let with_mark = |mark: &[u8], rest: Vec<u8>| [mark, &rest].concat();
        for (bytes, name) in [
            (text.as_bytes().to_vec(), "UTF-8"),
            (with_mark(&[0xef, 0xbb, 0xbf], text.as_bytes().to_vec()), "UTF-8"),
            (utf_16(text, false), "UTF-16LE"),
            (with_mark(&[0xff, 0xfe], utf_16(text, false)), "UTF-16LE"),
            (utf_16(text, true), "UTF-16BE"),
            (with_mark(&[0xfe, 0xff], utf_16(text, true)), "UTF-16BE"),
            (text.chars().map(|c| u8::try_from(c).expect("latin")).collect(), "ISO-8859-1"),
        ] {
            assert_eq!(detected(&bytes), (text.to_owned(), name));
        }
    }

    #[test]
    fn a_lone_carriage_return_ends_a_line() {
        assert_eq!(detected(b"id\r1\r").0, "id\n1\n");
        assert_eq!(detected(b"id\n\"a\rb\"").0, "id\n\"a\rb\"");
    }

    #[test]
    fn what_is_no_text_is_named() {
        assert!(refused(b"%PDF-1.7", None).contains("found a PDF"));
        assert!(refused(b"<table border=1><tr>", None).contains("an HTML table"));
        assert!(refused(b"<html><body><TABLE>", None).contains("a table in it"));
        assert!(refused(b" <!DOCTYPE html>", None).contains("web page"));
        assert!(refused(b"id,name\n1,\0\0\0x\n", None).starts_with("hr.csv:2:3: expected text, found a zero byte"));
    }

    #[test]
    fn damaged_text_is_refused_at_its_place() {
        let damaged = "id,name\n1,Zoë\n2,Zoë\n3,X".bytes().chain([0xe9]).collect::<Vec<_>>();
        assert!(refused(&damaged, None).starts_with("hr.csv:4:4: the file is UTF-8 but for this byte"));
        assert!(refused(b"id\n1\xe9", Some(UTF_8)).starts_with("hr.csv:2:2: expected UTF-8"));
        assert!(refused(b"id\n1\x81", Some(WINDOWS_1252)).starts_with("hr.csv:2:2: expected windows-1252"));
        let cut: Vec<u8> = [0xff, 0xfe].into_iter().chain(utf_16("id\n1", false)).chain([0x41]).collect();
        assert!(refused(&cut, None).contains("hr.csv:2:2: expected UTF-16LE"));
        let believed = decode(Path::new("f"), &damaged, Some(WINDOWS_1252)).expect("told");
        assert_eq!((believed.encoding, believed.doubt), ("windows-1252", None));
    }

    #[test]
    fn an_encoding_that_the_bytes_contradict_is_doubted() {
        let doubted = decode(Path::new("f"), "id\nZoë".as_bytes(), Some(WINDOWS_1252)).expect("believed");
        assert!(doubted.doubt.is_some_and(|doubt| doubt.starts_with("the bytes are UTF-8")));
    }
}
