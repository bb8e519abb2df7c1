//! Places in TOML files: of parse errors, and of a position inside a string value.

use std::ops::Range;
use std::path::Path;

use crate::base::diagnostic::{Diagnostic, did_you_mean};
use crate::expression::Fault;

/// What is right, or the mistake.
pub(super) type Checked<T> = Result<T, Box<Diagnostic>>;

/// A file and its text.
#[derive(Debug, Clone, Copy)]
pub(super) struct SourceText<'t> {
    pub path: &'t Path,
    pub text: &'t str,
}

impl SourceText<'_> {
    pub(super) fn at(&self, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::in_text(self.path, self.text, span, message)
    }

    /// A fault inside the string value that stands at `span`.
    pub(super) fn inside(&self, value: &toml::Spanned<String>, fault: Fault) -> Diagnostic {
        let place = |at| self.offset(value, at);
        let (start, end) = (place(fault.span.start), place(fault.span.end));
        let diagnostic = self.at(start..end.max(start), fault.message);
        match fault.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }

    /// A TOML error, with the suggestion that its message allows.
    pub(super) fn toml(&self, error: &toml::de::Error) -> Diagnostic {
        let message = error.message();
        let diagnostic = self.at(error.span().unwrap_or(0..0), message.split(", expected").next().unwrap_or(message));
        let mut quoted = message.split('`').skip(1).step_by(2);
        let found = quoted.next().unwrap_or_default();
        let known: Vec<&str> = quoted.collect();
        match did_you_mean(found, known.iter().copied()) {
            Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
            None if !known.is_empty() => diagnostic.help(format!("it is one of: {}", known.join(", "))),
            None => diagnostic,
        }
    }

    /// The place in the file of byte `at` of a decoded string value: behind the opening quotes, and behind as
    /// many escapes as stand before it.
    fn offset(&self, value: &toml::Spanned<String>, at: usize) -> usize {
        let span = value.span();
        let raw = self.text.get(span.clone()).unwrap_or_default();
        let quotes = if raw.starts_with("\"\"\"") || raw.starts_with("'''") { 3 } else { 1 };
        let escapes = raw.starts_with('"');
        let mut here = quotes + newline(raw.get(quotes..).unwrap_or_default(), quotes);
        let mut decoded = 0;
        while decoded < at.min(value.get_ref().len()) {
            let rest = raw.get(here..).unwrap_or_default();
            let Some(next) = rest.chars().next() else { break };
            let expected = value.get_ref().get(decoded..).and_then(|rest| rest.chars().next());
            if escapes && next == '\\' {
                let (length, silent) = escape(rest);
                here += length;
                decoded += if silent { 0 } else { expected.map_or(1, char::len_utf8) };
            } else {
                here += next.len_utf8();
                // A carriage return may have been dropped when the line ends were read.
                decoded += if next == '\r' && expected != Some('\r') { 0 } else { next.len_utf8() };
            }
        }
        span.start + here
    }
}

/// A line end right after the opening quotes of a multi-line string doesn't count.
fn newline(rest: &str, quotes: usize) -> usize {
    match rest {
        _ if quotes == 1 => 0,
        rest if rest.starts_with("\r\n") => 2,
        rest if rest.starts_with('\n') => 1,
        _ => 0,
    }
}

/// The length of an escape, and whether it stands for nothing (a line that is continued).
fn escape(rest: &str) -> (usize, bool) {
    match rest.chars().nth(1) {
        Some('x') => (4, false),
        Some('u') => (6, false),
        Some('U') => (10, false),
        Some(other) if other.is_whitespace() => {
            let after = rest.get(1..).unwrap_or_default();
            (1 + after.len() - after.trim_start().len(), true)
        }
        _ => (2, false),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::expression::Span;

    #[derive(Deserialize)]
    struct Doc {
        when: toml::Spanned<String>,
    }

    fn column(text: &str, needle: &str) -> String {
        let doc: Doc = toml::from_str(text).expect("valid");
        let at = doc.when.get_ref().find(needle).expect("there");
        let source_text = SourceText { path: Path::new("r.toml"), text };
        source_text.inside(&doc.when, Fault::new(Span::new(at, at + needle.len()), "x")).to_string()
    }

    #[test]
    fn a_place_inside_a_string_is_a_place_in_the_file() {
        assert_eq!(column("when = \"a && b\"", "b"), "r.toml:1:14: x");
        assert_eq!(column("when = \"a == \\\"é\\\" && b\"", "b"), "r.toml:1:23: x");
        assert_eq!(column("when = '''\na\n  && b'''", "b"), "r.toml:3:6: x");
        assert_eq!(column("when = \"\"\"\na \\\n   && b\"\"\"", "b"), "r.toml:3:7: x");
        assert_eq!(column("when = \"\\u00e9 && b\"", "b"), "r.toml:1:19: x");
        assert_eq!(column("when = '''\r\na\r\n && b'''", "b"), "r.toml:3:5: x");
    }

    #[test]
    fn toml_errors_suggest_what_was_meant() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(dead_code, reason = "only its errors are looked at")]
        struct Strict {
            remediation: Option<String>,
            severity: Option<String>,
        }
        let text = "remedation = 1";
        let error = toml::from_str::<Strict>(text).expect_err("unknown key");
        let shown = SourceText { path: Path::new("r.toml"), text }.toml(&error).to_string();
        assert_eq!(shown, "r.toml:1:1: unknown field `remedation` (did you mean `remediation`?)");
    }
}
