//! Points at a place in a roster without showing anybody's data. Every step that can refuse a file uses it.

use std::ops::Range;
use std::path::Path;

use crate::base::diagnostic::{Diagnostic, Lines};

/// A mistake in a line of a file. The excerpt shows the line's build, quotes and delimiters, but no data: letters
/// and digits are masked with characters of the same length, so that the caret stays true.
pub(crate) fn in_line(file: &Path, line: u64, text: &str, span: Range<usize>, message: String) -> Diagnostic {
    let masked: String = text.chars().map(mask).collect();
    in_headings(file, line, &masked, span, message)
}

/// A mistake in the line of headings, which may be shown: headings are nobody's data.
pub(crate) fn in_headings(file: &Path, line: u64, text: &str, span: Range<usize>, message: String) -> Diagnostic {
    let before = usize::try_from(line).unwrap_or(usize::MAX).saturating_sub(1);
    let shown = format!("{}{}", "\n".repeat(before), text.replace(['\n', '\r'], " "));
    Diagnostic::in_text(file, &shown, before + span.start..before + span.end, message)
}

/// A mistake at a byte of a text, for a caller that has no lines yet.
pub(crate) fn in_text(file: &Path, text: &str, at: usize, message: String) -> Diagnostic {
    let lines = Lines::of(text);
    let (line, start) = (lines.number(at) as u64, lines.start(at));
    let rest = text.get(start..).unwrap_or_default();
    let shown = rest.split(['\n', '\r']).next().unwrap_or_default();
    in_line(file, line, shown, at - start..at - start + 1, message)
}

fn mask(c: char) -> char {
    match c.len_utf8() {
        1 if c.is_ascii_alphanumeric() => 'x',
        2 if c.is_alphanumeric() => '·',
        3 if c.is_alphanumeric() => '…',
        4 => '𝐱',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_personal_is_shown_and_the_caret_stays_true() {
        let text = "id;name\n1;\"Zoë Ω\n";
        let shown = in_text(Path::new("hr.csv"), text, text.find('"').expect("quote"), "unclosed".to_owned());
        assert_eq!(shown.to_string(), "hr.csv:2:3: unclosed");
        let shown = shown.render(false);
        assert!(shown.contains("x;\"xx· ·") && !shown.contains("Zo"), "{shown}");
    }
}
