//! Bytes → text. The encoding comes from a byte order mark, the configuration, or the bytes themselves.

use std::borrow::Cow;
use std::path::Path;

use encoding_rs::{Encoding, ISO_8859_15, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::place;
use crate::base::diagnostic::Diagnostic;

/// A text and the name of the encoding that it was in.
#[derive(Debug)]
pub(super) struct Decoded<'b> {
    /// Lines end in `\n` or `\r\n`, or in a lone `\r` between others.
    pub(super) text: Cow<'b, str>,
    /// As reports name it.
    pub(super) encoding: &'static str,
}

/// Turns the bytes of a file into text.
///
/// # Errors
/// The bytes are no text, or not in the encoding that they have to be in.
pub(super) fn decode<'b>(
    file: &Path,
    bytes: &'b [u8],
    configured: Option<&'static Encoding>,
) -> Result<Decoded<'b>, Diagnostic> {
    if let Some((kind, help)) = foreign(bytes) {
        return Err(
            Diagnostic::of_file(file, format!("expected a CSV file or an .xlsx workbook, found {kind}")).help(help)
        );
    }
    let decoded = match (Encoding::for_bom(bytes), configured) {
        (Some((encoding, mark)), _) => strictly(file, bytes.get(mark..).unwrap_or_default(), encoding)?,
        (None, Some(encoding)) => strictly(file, bytes, encoding)?,
        (None, None) => detect(file, bytes)?,
    };
    if let Some(at) = decoded.text.find('\0') {
        let message = "expected text, found a zero byte".to_owned();
        let help = "export the roster as CSV; if it is UTF-16, set [hr] encoding = \"utf-16le\"";
        return Err(place::in_text(file, &decoded.text, at, message).help(help));
    }
    Ok(Decoded { text: with_line_feeds(decoded.text), ..decoded })
}

/// What is known to be something else, by its first bytes.
fn foreign(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    const SAVE: &str = "open it in a spreadsheet and save it as .xlsx (without a password) or CSV";
    let start = bytes.trim_ascii_start();
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Some(("an old .xls or a password-protected workbook", SAVE));
    }
    if bytes.starts_with(b"%PDF") {
        return Some(("a PDF", "export the report as CSV or .xlsx"));
    }
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return Some(("a gzip archive", "unpack it first"));
    }
    if start.get(..5).is_some_and(|tag| tag.eq_ignore_ascii_case(b"<html") || tag.eq_ignore_ascii_case(b"<!doc")) {
        return Some(("a web page, perhaps the HR system's login page", "export the report again, logged in"));
    }
    if start.starts_with(b"<?xml") {
        return Some(("XML", SAVE));
    }
    None
}

/// Decodes without forgiveness: a byte that can't be read would become part of a name or an address.
fn strictly<'b>(file: &Path, bytes: &'b [u8], encoding: &'static Encoding) -> Result<Decoded<'b>, Diagnostic> {
    if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        return Ok(Decoded { text, encoding: encoding.name() });
    }
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let at = text.find('\u{fffd}').unwrap_or_default();
    let message = format!("expected {}, found bytes that it doesn't have", encoding.name());
    let help = "the file may be cut off; otherwise set [hr] encoding to what the HR system exports, or remove it";
    Err(place::in_text(file, &text, at, message).help(help))
}

fn detect<'b>(file: &Path, bytes: &'b [u8]) -> Result<Decoded<'b>, Diagnostic> {
    if let Some(encoding) = utf_16_without_mark(bytes) {
        return strictly(file, bytes, encoding);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Decoded { text: Cow::Borrowed(text), encoding: UTF_8.name() }),
        Err(error) if is_damaged_utf_8(bytes) => {
            let text = String::from_utf8_lossy(bytes);
            let message = "the file is UTF-8 but for this byte and others like it".to_owned();
            let help = "it was cut off, or pasted together from two encodings; export it as UTF-8, \
                        or settle it: [hr] encoding = \"windows-1252\"";
            Err(place::in_text(file, &text, error.valid_up_to(), message).help(help))
        }
        Err(_) => Ok(single_byte(bytes)),
    }
}

/// UTF-16 without a mark: in every roster most characters (delimiters, digits, line ends) are ASCII, so that one
/// byte of each pair is zero, always on the same side.
fn utf_16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
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

/// Western single-byte encodings. The bytes 0x80–0x9F are characters in Windows-1252 only; eight others differ
/// between ISO-8859-1 and -15, and in -1 they are signs that don't stand in words.
fn single_byte(bytes: &[u8]) -> Decoded<'_> {
    let (encoding, name) = if bytes.iter().any(|byte| matches!(byte, 0x80..=0x9f)) {
        (WINDOWS_1252, "windows-1252")
    } else if bytes.windows(3).any(is_latin_9) {
        (ISO_8859_15, "ISO-8859-15")
    } else {
        // All bytes that are left read alike in Windows-1252.
        (WINDOWS_1252, "ISO-8859-1")
    };
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    Decoded { text, encoding: name }
}

fn is_latin_9(window: &[u8]) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphabetic() || byte >= 0xc0;
    let lower = |byte: u8| byte.is_ascii_lowercase() || byte >= 0xdf;
    match *window {
        // € instead of the currency sign.
        [_, 0xa4, _] => true,
        // Ž begins a word; an acute accent in its place is an apostrophe within one.
        [before, 0xb4, after] => !letter(before) && lower(after),
        // Š š ž Œ œ Ÿ instead of a bar, a diaeresis, a cedilla and fractions.
        [before, 0xa6 | 0xa8 | 0xb8 | 0xbc | 0xbd | 0xbe, after] => {
            (letter(before) || letter(after)) && !before.is_ascii_digit() && !after.is_ascii_digit()
        }
        _ => false,
    }
}

/// Old Macs end lines with a carriage return alone.
fn with_line_feeds(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains('\n') && text.contains('\r') { Cow::Owned(text.replace('\r', "\n")) } else { text }
}

#[cfg(test)]
mod tests {
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
    fn relatives_are_told_apart() {
        assert_eq!(detected(b"1;\x8aimon \x80"), ("1;Šimon €".to_owned(), "windows-1252"));
        for (bytes, text) in [
            (&b"1;\xa6imon"[..], "1;Šimon"),
            (b"1;\xb4ofia;", "1;Žofia;"),
            (b"Ko\xa8ice", "Košice"),
            (b"5 \xa4;", "5 €;"),
        ] {
            assert_eq!(detected(bytes), (text.to_owned(), "ISO-8859-15"));
        }
        assert_eq!(detected(b"1;O\xb4Brien;\xe9"), ("1;O´Brien;é".to_owned(), "ISO-8859-1"));
        assert_eq!(detected(b"7\xbd;\xe9"), ("7½;é".to_owned(), "ISO-8859-1"));
    }

    #[test]
    fn a_lone_carriage_return_ends_a_line() {
        assert_eq!(detected(b"id\r1\r").0, "id\n1\n");
        assert_eq!(detected(b"id\n\"a\rb\"").0, "id\n\"a\rb\"");
    }

    #[test]
    fn what_is_no_text_is_named() {
        assert!(refused(b"%PDF-1.7", None).contains("found a PDF"));
        assert!(refused(b"\xd0\xcf\x11\xe0...", None).contains("password-protected"));
        assert!(refused(b" <!DOCTYPE html>", None).contains("web page"));
        assert!(refused(b"id,name\n1,\0\0\0x\n", None).starts_with("hr.csv:2:3: expected text, found a zero byte"));
    }

    #[test]
    fn damaged_text_is_refused_at_its_place() {
        let damaged = "id,name\n1,Zoë\n2,Zoë\n3,X".bytes().chain([0xe9]).collect::<Vec<_>>();
        assert!(refused(&damaged, None).starts_with("hr.csv:4:4: the file is UTF-8 but for this byte"));
        assert!(refused(b"id\n1\xe9", Some(UTF_8)).starts_with("hr.csv:2:2: expected UTF-8"));
        let cut: Vec<u8> = [0xff, 0xfe].into_iter().chain(utf_16("id\n1", false)).chain([0x41]).collect();
        assert!(refused(&cut, None).contains("hr.csv:2:2: expected UTF-16LE"));
        assert_eq!(decode(Path::new("f"), &damaged, Some(WINDOWS_1252)).expect("told").encoding, "windows-1252");
    }
}
