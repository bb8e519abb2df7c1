//! The settings that every table takes, checked: encoding, delimiter, zone, and how moments are written.

use chrono_tz::Tz;
use encoding_rs::Encoding;
use toml::Spanned;

use super::moment::{NOTATIONS, Notation};
use crate::base::diagnostic::{Diagnostic, did_you_mean};
use crate::setting::ConfigText;

pub(crate) fn check_encoding(label: &Spanned<String>, text: &ConfigText) -> Result<&'static Encoding, Diagnostic> {
    let name = label.get_ref().trim().to_ascii_lowercase();
    // What people call it; the others are known by the names that web pages use.
    let known = match name.as_str() {
        "macroman" | "mac-roman" | "mac roman" => "macintosh",
        name => name,
    };
    Encoding::for_label(known.as_bytes()).ok_or_else(|| {
        text.error(label.span(), format!("\"{}\" is no known encoding", label.get_ref()))
            .help("for example utf-8, utf-16le, windows-1252, windows-1250, macintosh, iso-8859-15")
    })
}

pub(crate) fn check_delimiter(delimiter: &Spanned<String>, text: &ConfigText) -> Result<u8, Diagnostic> {
    match delimiter.get_ref().as_bytes() {
        [byte] if byte.is_ascii() && !byte.is_ascii_alphanumeric() && !matches!(byte, b'"' | b'\r' | b'\n') => {
            Ok(*byte)
        }
        _ => Err(text
            .error(delimiter.span(), format!("{:?} can't separate fields", delimiter.get_ref()))
            .help(r#"one character: ",", ";", "|" or "\t""#)),
    }
}

pub(crate) fn check_zone(zone: &Spanned<String>, text: &ConfigText) -> Result<Tz, Diagnostic> {
    zone.get_ref().trim().parse().map_err(|_| {
        let names = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
        let help = did_you_mean(zone.get_ref(), names).map_or_else(
            || "write it as the IANA database does, for example \"Europe/Berlin\"".to_owned(),
            |name| format!("did you mean \"{name}\"?"),
        );
        text.error(zone.span(), format!("\"{}\" is no known time zone", zone.get_ref())).help(help)
    })
}

pub(crate) fn check_notation(written: &Spanned<String>, text: &ConfigText) -> Result<Notation, Diagnostic> {
    Notation::parse(written.get_ref()).map_err(|message| {
        let words: Vec<String> = NOTATIONS.iter().map(|(word, ..)| format!("\"{word}\"")).collect();
        let help = did_you_mean(written.get_ref(), NOTATIONS.iter().map(|(word, ..)| *word)).map_or_else(
            || format!("for example \"%d.%m.%Y %H:%M\" (chrono's notation), or one of {}", words.join(", ")),
            |word| format!("did you mean \"{word}\"?"),
        );
        text.error(written.span(), message).help(help)
    })
}
