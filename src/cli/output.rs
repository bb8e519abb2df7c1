//! Talk on stderr: diagnostics, errors, and the summary at the end.

use std::io::Write as _;

use crate::diagnostic::Diagnostic;

/// Prints a line of talk. A closed stderr is nobody's problem.
pub(super) fn say(line: &str) {
    writeln!(anstream::stderr(), "{line}").ok();
}

/// Prints diagnostics with their source lines.
pub(super) fn show(diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        say(&diagnostic.render(true));
        say("");
    }
    let mistakes = crate::model::text::counted(diagnostics.len() as u64, "mistake", "mistakes");
    say(&format!("{mistakes} found; nothing was requested"));
}

/// Prints a line of data.
pub(super) fn print(out: &mut dyn std::io::Write, line: &str) -> std::io::Result<()> {
    writeln!(out, "{line}")
}
