//! Several values in one cell.

use std::borrow::Cow;

use memchr::{memchr, memchr3};

/// What a cell that may hold several values holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct List<'c> {
    pub(crate) values: Vec<Cow<'c, str>>,
    /// A value has what may separate two, so that it may be two.
    pub(crate) is_doubtful: bool,
}

/// Takes a cell apart: at the configured separator; otherwise as JSON, Python, `PostgreSQL` and people write lists. A comma
/// without brackets may be part of a name, so that it separates nothing and is told.
pub(crate) fn list<'c>(cell: Cow<'c, str>, separator: Option<&str>) -> List<'c> {
    match cell {
        Cow::Borrowed(cell) => taken_apart(cell, separator),
        Cow::Owned(cell) => {
            let List { values, is_doubtful } = taken_apart(&cell, separator);
            List { values: values.into_iter().map(|value| Cow::Owned(value.into_owned())).collect(), is_doubtful }
        }
    }
}

fn taken_apart<'c>(cell: &'c str, separator: Option<&str>) -> List<'c> {
    let cell = trimmed(cell);
    if let Some(separator) = separator {
        return split(cell.split(separator));
    }
    if let Some(values) = bracketed(cell) {
        return List { values, is_doubtful: false };
    }
    let has = |separator: u8| memchr(separator, cell.as_bytes()).is_some();
    if memchr3(b';', b'|', b'\n', cell.as_bytes()).is_some() {
        let separator = [';', '|'].into_iter().find(|separator| cell.contains(*separator)).unwrap_or('\n');
        return split(cell.split(separator));
    }
    List { is_doubtful: has(b',') && !is_distinguished(cell), ..split(std::iter::once(cell)) }
}

/// Those of the parts that hold something.
fn split<'c>(parts: impl Iterator<Item = &'c str>) -> List<'c> {
    let values = parts.map(trimmed).filter(|value| !value.is_empty()).map(Cow::Borrowed);
    List { values: values.collect(), is_doubtful: false }
}

/// The text without blanks around it, which hardly any has.
fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

/// `CN=Admins,OU=Groups`: commas are part of the name.
fn is_distinguished(cell: &str) -> bool {
    cell.split(',').all(|part| part.contains('='))
}

/// `["a","b"]`, `[a, b]`, `['a','b']`, `{a,b}`, `{"a b",c}`.
fn bracketed(cell: &str) -> Option<Vec<Cow<'_, str>>> {
    if !cell.starts_with(['[', '{']) {
        return None;
    }
    let inside = |open, close| cell.strip_prefix(open)?.strip_suffix(close);
    let list = inside('[', ']').or_else(|| inside('{', '}'))?;
    if let Ok(values) = serde_json::from_str::<Vec<String>>(cell) {
        return Some(values.into_iter().map(Cow::Owned).collect());
    }
    let mut values = Vec::new();
    let mut rest = list.trim();
    while !rest.is_empty() {
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (value, behind) = match quote {
            Some(quote) => {
                let (value, behind) = quoted(rest.get(1..)?, quote)?;
                (Cow::Owned(value), behind.trim_start().strip_prefix(',').unwrap_or(behind))
            }
            None => {
                let (value, behind) = rest.split_once(',').unwrap_or((rest, ""));
                (Cow::Borrowed(value.trim()), behind)
            }
        };
        if !value.is_empty() {
            values.push(value);
        }
        rest = behind.trim();
    }
    Some(values)
}

/// The text up to a closing quote, and what is behind it.
fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => value.extend(chars.next().map(|(_, c)| c)),
            c if c == quote => return Some((value, text.get(at + 1..)?)),
            c => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lists_are_taken_apart() {
        for (cell, separator, expected, doubtful) in [
            ("a; b;", None, &["a", "b"][..], false),
            ("a|b", None, &["a", "b"], false),
            ("a\nb", None, &["a", "b"], false),
            ("[\"a\", \"b;c\"]", None, &["a", "b;c"], false),
            ("[a, b]", None, &["a", "b"], false),
            ("['it\\'s', 'b, c']", None, &["it's", "b, c"], false),
            ("{a,\"b c\"}", None, &["a", "b c"], false),
            ("{}", None, &[], false),
            ("Sales, EMEA", None, &["Sales, EMEA"], true),
            ("CN=Admins,OU=Groups", None, &["CN=Admins,OU=Groups"], false),
            ("a, b;c", Some(","), &["a", "b;c"], false),
            ("a", None, &["a"], false),
            ("", None, &[], false),
        ] {
            let found = list(Cow::Borrowed(cell), separator);
            assert_eq!(
                (found.values, found.is_doubtful),
                (expected.iter().map(|value| Cow::Borrowed(*value)).collect(), doubtful),
                "{cell}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_cell_panics(cell in "[\\[\\]{}'\"\\\\,;a é]{0,12}") {
            drop(list(Cow::Borrowed(&cell), None));
        }
    }
}
