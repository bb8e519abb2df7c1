//! Talk on stderr: diagnostics, errors, and the summary at the end.

use std::borrow::Cow;
use std::io::Write as _;

use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

use super::Exit;
use crate::base::diagnostic::Diagnostic;
use crate::breaker::Anomaly;
use crate::run::RunError;

/// Prints a line of talk, on a terminal not beyond its edge. A closed stderr is nobody's problem.
pub(super) fn say(line: &str) {
    let width = terminal_size::terminal_size_of(std::io::stderr()).map(|(width, _)| usize::from(width.0));
    let line = width.map_or(Cow::Borrowed(line), |width| Cow::Owned(wrapped(line, width)));
    writeln!(anstream::stderr(), "{line}").ok();
}

/// A line broken between words, further ones two deeper. A word stays whole, so that a command or an address can be copied.
fn wrapped(line: &str, width: usize) -> String {
    let (start, text) = line.split_at(line.len() - line.trim_start().len());
    let further = format!("{start}  ");
    let options = Options::new(width.max(40))
        .initial_indent(start)
        .subsequent_indent(&further)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit)
        .break_words(false);
    textwrap::fill(text, options)
}

/// Prints diagnostics with their source lines.
pub(super) fn show(diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        say(&diagnostic.render(true));
        say("");
    }
    let mistakes = match diagnostics.len() {
        1 => "the mistake".to_owned(),
        several => format!("these {several} mistakes"),
    };
    say(&format!("Nothing was requested. To do: fix {mistakes}, and run the same command again"));
}

/// Says why there is no answer.
pub(super) fn refuse(error: &RunError) -> Exit {
    match error {
        RunError::Unusable(mistakes) => {
            show(mistakes);
            Exit::Unusable
        }
        RunError::Suspect(doubts) => {
            say(&format!("Suspect input: {error}"));
            let real = doubts.iter().all(|doubt| matches!(doubt, Anomaly::Changed(_)));
            let advice = if real { "if the change is real, audit once with --accept-change" } else { "fix the input" };
            say(&format!("Nothing was judged or written. To do: {advice}"));
            Exit::Unverified
        }
        RunError::Snapshot(_) => {
            say(&format!("error: {error}"));
            say(
                "Nothing was judged. To do: name a snapshot that is whole, or store one with `headcount fetch --out DIR`",
            );
            Exit::Unusable
        }
        RunError::Audit(_) => {
            say(&format!("error: {error}"));
            say("Nothing was written. To do: run the same command again");
            Exit::Unverified
        }
    }
}

/// Prints a line of data.
pub(super) fn print(out: &mut dyn std::io::Write, line: &str) -> std::io::Result<()> {
    writeln!(out, "{line}")
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn long_lines_break_between_words_alone() {
        let line = "  - one two three four five six `headcount-with-a-very-long-name --and-options` seven";
        let expected =
            "  - one two three four five six\n    `headcount-with-a-very-long-name\n    --and-options` seven";
        assert_eq!(wrapped(line, 20), expected, "never narrower than 40");
        assert_eq!(wrapped("short", 80), "short");
        assert_eq!(wrapped("", 80), "");
        let coloured = format!("\u{1b}[31m{}\u{1b}[0m", "x".repeat(40));
        assert_eq!(wrapped(&coloured, 40), coloured, "colours have no width");
    }
}
