//! One cell: what a person would read there. Used for every value and every heading.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The cell without the things that nobody sees: spaces around it (also no-break ones), zero-width characters,
/// and the wrapping of spreadsheets that keeps leading zeros (`="00123"`).
pub(crate) fn clean(cell: &str) -> Cow<'_, str> {
    if cell.is_ascii() {
        return unwrap_quotes(cell.trim_ascii());
    }
    let trimmed = cell.trim_matches(|c: char| c.is_whitespace() || is_invisible(c) || is_joiner(c));
    let is_odd_space = |c: char| c.is_whitespace() && !c.is_ascii();
    if !trimmed.contains(|c: char| is_invisible(c) || is_odd_space(c)) {
        return unwrap_quotes(trimmed);
    }
    let visible = trimmed.chars().filter(|c| !is_invisible(*c));
    let seen: String = visible.map(|c| if is_odd_space(c) { ' ' } else { c }).collect();
    Cow::Owned(unwrap_quotes(&seen).into_owned())
}

/// Whether a text of ASCII has nothing that [`clean`] would take away.
#[inline]
pub(crate) fn is_clean(ascii: &str) -> bool {
    let [first, .., last] = ascii.as_bytes() else { return ascii.bytes().all(|byte| byte.is_ascii_graphic()) };
    first.is_ascii_graphic() && !matches!(first, b'"' | b'=') && last.is_ascii_graphic()
}

/// `"x"` and `="x"` are x: quotes that the CSV reader left, because something stood before them.
fn unwrap_quotes(cell: &str) -> Cow<'_, str> {
    let inner = cell.strip_prefix('=').unwrap_or(cell);
    match inner.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')) {
        Some(inner) if inner.contains("\"\"") => Cow::Owned(inner.trim().replace("\"\"", "\"")),
        Some(inner) => Cow::Borrowed(inner.trim()),
        None => Cow::Borrowed(cell),
    }
}

/// Characters without width that carry no meaning: zero-width spaces, byte order marks, soft hyphens and marks
/// of direction.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Joiners belong to the spelling of some scripts, but never to the edge of a cell.
const fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// A heading or word as it is compared: case, accents, spaces and punctuation aside. The number sign stays,
/// because "Employee #" is not "Employee".
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        let kept = text.bytes().filter(|byte| byte.is_ascii_alphanumeric() || *byte == b'#');
        return kept.map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    }
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            c if c.is_alphanumeric() || c == '#' => folded.push(c),
            _ => {}
        }
    }
    folded
}

/// `Beschäftigungsende` as `Beschaeftigungsende`.
pub(crate) fn umlauts_written_out(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    for c in text.chars() {
        match c {
            'ä' | 'Ä' => out.push_str("ae"),
            'ö' | 'Ö' => out.push_str("oe"),
            'ü' | 'Ü' => out.push_str("ue"),
            c => out.push(c),
        }
    }
    out
}

/// An identifier without the apostrophe by which people and some exports keep a spreadsheet from calculating with it.
pub(crate) fn without_apostrophe(id: &str) -> &str {
    id.strip_prefix('\'').filter(|id| !id.is_empty()).unwrap_or(id)
}

/// Whether a cell is part of a line that is drawn below headings or around a table.
pub(super) fn is_rule(cell: &str) -> bool {
    cell.chars().all(|c| matches!(c, '-' | '+' | '=' | ':' | '|' | ' ') || ('\u{2500}'..='\u{257f}').contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_gone() {
        for (cell, seen) in [
            (" x ", "x"),
            ("\u{a0}E-1\u{200b}", "E-1"),
            ("\u{feff}ID", "ID"),
            ("Zo\u{eb}\u{a0}K", "Zo\u{eb} K"),
            ("=\"00123\"", "00123"),
            (" \"a \"\"b\"\"\"", "a \"b\""),
            ("=1+1", "=1+1"),
            ("\"", "\""),
            ("نمی\u{200c}دانم\u{200d}", "نمی\u{200c}دانم"),
        ] {
            assert_eq!(clean(cell), seen, "{cell:?}");
        }
    }

    #[test]
    fn case_accents_and_punctuation_are_put_aside() {
        assert_eq!(fold("E-Mail (Geschäftlich)"), "emailgeschaftlich");
        assert_eq!(fold("Straße"), "strasse");
        assert_eq!(fold("Employee #"), "employee#");
        assert_eq!(fold("Nº de  empleado"), "nodeempleado");
    }

    #[test]
    fn an_apostrophe_in_front_is_no_part_of_an_identifier() {
        for (cell, value) in [("'00123", "00123"), ("'=1", "=1"), ("'", "'"), ("00123", "00123")] {
            assert_eq!(without_apostrophe(cell), value);
        }
    }
}
