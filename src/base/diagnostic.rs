//! What is wrong with a file that a person wrote: place, cause and cure.
//!
//! Configuration, rules and rosters all report through this one type, so that every mistake reads the same:
//! `file:line:column`, what was found, what was expected, and how to fix it.

use std::fmt;
use std::iter;
use std::ops::Range;
use std::path::{Path, PathBuf};

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use memchr::memchr_iter;

/// One mistake in one file. Never carries a secret: see [`Diagnostic::in_text`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file as the user named it.
    pub file: PathBuf,
    /// Where in it; unknown when the file could not be read at all.
    pub place: Option<Box<Place>>,
    /// What was found and what was expected.
    pub message: String,
    /// How to fix it.
    pub help: Option<String>,
    /// Which line names the file, if another file does.
    pub named_by: Option<String>,
}

/// Where the lines of a text begin: with it, many places in a long text cost no more than reading that once.
#[derive(Debug, Clone)]
pub struct Lines(Vec<usize>);

impl Lines {
    /// Of this text, in whatever encoding that writes line ends as ASCII does.
    pub fn of(text: impl AsRef<[u8]>) -> Self {
        Self(iter::once(0).chain(memchr_iter(b'\n', text.as_ref()).map(|end| end + 1)).collect())
    }

    /// Where the line begins in which a byte offset is.
    pub fn start(&self, offset: usize) -> usize {
        self.0.get(self.number(offset).saturating_sub(1)).copied().unwrap_or_default()
    }

    /// The byte offset of a 1-based line and column, which counts characters; of what follows the text, its end.
    pub fn offset(&self, text: &str, line: usize, column: usize) -> usize {
        let start = self.0.get(line.saturating_sub(1)).copied().unwrap_or(text.len());
        let rest = text.get(start..).unwrap_or_default();
        start + rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at)
    }

    /// The 1-based line of a byte offset.
    pub fn number(&self, offset: usize) -> usize {
        self.0.partition_point(|start| *start <= offset)
    }
}

/// A place in a text, with the lines around it as they may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// 1-based.
    pub line: usize,
    /// 1-based, in characters.
    pub column: usize,
    excerpt: String,
    first_line: usize,
    span: Range<usize>,
}

impl Diagnostic {
    /// A mistake of the whole file: it is missing, unreadable, or empty.
    pub fn of_file(file: &Path, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), place: None, message: message.into(), help: None, named_by: None }
    }

    /// A mistake at the byte range `span` of `text`.
    ///
    /// The lines of the span are kept as an excerpt. A caller whose file may hold secrets passes a `text` in
    /// which they are already masked (with the same length, so that the place stays true).
    pub fn in_text(file: &Path, text: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        Self::in_lines(file, text, &Lines::of(text), span, message)
    }

    /// The same for one of many places in a text, whose lines are known.
    pub fn in_lines(file: &Path, text: &str, lines: &Lines, span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            place: Some(Box::new(Place::new(text, lines, span))),
            message: message.into(),
            help: None,
            named_by: None,
        }
    }

    /// Adds the advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The diagnostic with the source line and a caret under the mistake, for a terminal.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let path = self.file.display().to_string();
        let mut group = match &self.place {
            Some(place) => Level::ERROR.primary_title(self.message.as_str()).element(
                Snippet::source(place.excerpt.as_str())
                    .line_start(place.first_line)
                    .path(path.as_str())
                    .annotation(AnnotationKind::Primary.span(place.span.clone())),
            ),
            None => Level::ERROR
                .primary_title(self.message.as_str())
                .element(annotate_snippets::Origin::path(path.as_str())),
        };
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        if let Some(named_by) = &self.named_by {
            group = group.element(Level::NOTE.message(named_by.as_str()));
        }
        renderer.render(&[group])
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(place) = &self.place {
            write!(f, ":{}:{}", place.line, place.column)?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(help) = &self.help {
            write!(f, " ({help})")?;
        }
        match &self.named_by {
            Some(named_by) => write!(f, "; {named_by}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Diagnostic {}

impl Place {
    fn new(text: &str, lines: &Lines, span: Range<usize>) -> Self {
        let start = floor_boundary(text, span.start);
        let end = floor_boundary(text, span.end).max(start);
        let line_start = lines.start(start);
        let line_end = text.get(end..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| end + at);
        let line = lines.number(start);
        let column = text.get(line_start..start).unwrap_or_default().chars().count() + 1;
        Self {
            line,
            column,
            excerpt: text.get(line_start..line_end).unwrap_or_default().to_owned(),
            first_line: line,
            span: start - line_start..end - line_start,
        }
    }
}

fn floor_boundary(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at.min(text.len()))
}

/// How much one word resembles another, from 0 to 1; case makes no difference.
pub fn similarity(one: &str, other: &str) -> f64 {
    rapidfuzz::distance::jaro_winkler::similarity(one.to_lowercase().chars(), other.to_lowercase().chars())
}

/// The candidate that `word` was probably meant to be, if one is close enough to suggest.
pub fn did_you_mean<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    const CLOSE_ENOUGH: f64 = 0.8;
    candidates
        .into_iter()
        // Whatever is wrong with the word then, it isn't its spelling.
        .filter(|candidate| *candidate != word)
        .map(|candidate| (similarity(word, candidate), candidate))
        .filter(|(score, _)| *score >= CLOSE_ENOUGH)
        .max_by(|(a, x), (b, y)| a.total_cmp(b).then_with(|| y.cmp(x)))
        .map(|(_, candidate)| candidate)
}

/// The advice for a word that is none of those that are known: which of them it probably is; otherwise something else.
pub fn meant_or<'c>(word: &str, known: impl IntoIterator<Item = &'c str>, otherwise: &str) -> String {
    did_you_mean(word, known).map_or_else(|| otherwise.to_owned(), |meant| format!("did you mean \"{meant}\"?"))
}

/// The same, otherwise all of them after the words that introduce them.
pub fn meant_or_one_of<'c>(word: &str, known: impl IntoIterator<Item = &'c str>, words: &str) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    meant_or(word, known.iter().copied(), &format!("{words} {}", known.join(", ")))
}

/// The value, or its mistakes added to the others.
pub fn keep<T>(checked: Result<T, Vec<Diagnostic>>, mistakes: &mut Vec<Diagnostic>) -> Option<T> {
    checked.map_err(|found| mistakes.extend(found)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn place_counts_lines_and_characters() {
        let text = "a = 1\nné = \"x\"\n";
        let at = text.find('"').expect("quote");
        let diagnostic = Diagnostic::in_text(Path::new("f.toml"), text, at..at + 3, "bad value").help("use 2");
        assert_eq!(diagnostic.to_string(), "f.toml:2:6: bad value (use 2)");
        let shown = diagnostic.render(false);
        assert!(shown.contains("f.toml:2:6") && shown.contains("^^^") && shown.contains("use 2"), "{shown}");
    }

    #[test]
    fn lines_are_counted_as_they_are_read() {
        for text in ["", "\n", "a", "a\n", "\n\na\r\nb\n", "a\nb"] {
            let lines = Lines::of(text);
            for at in 0..=text.len() {
                assert_eq!(lines.number(at), text[..at].matches('\n').count() + 1, "{text:?} {at}");
                let start = lines.start(at);
                assert_eq!(start, text[..at].rfind('\n').map_or(0, |end| end + 1), "{text:?} {at}");
                assert_eq!(lines.offset(text, lines.number(at), at - start + 1), at, "{text:?} {at}");
            }
        }
    }

    #[test]
    fn a_span_outside_the_text_does_not_panic() {
        let shown = Diagnostic::in_text(Path::new("f"), "é", 1..900, "x").render(false);
        assert!(shown.contains("f:1:1"), "{shown}");
    }

    #[test]
    fn suggestions_are_close_or_absent() {
        assert_eq!(did_you_mean("tokn", ["token", "name"]), Some("token"));
        assert_eq!(did_you_mean("token", ["token", "name"]), None, "never what stands there");
        assert_eq!(did_you_mean("zzz", ["token", "name"]), None);
    }
}
