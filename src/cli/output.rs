//! Talk on stderr: diagnostics, errors, and the summary at the end.

use std::io::Write as _;

use super::Exit;
use crate::base::diagnostic::Diagnostic;
use crate::breaker::Anomaly;
use crate::run::RunError;

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
