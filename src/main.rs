//! The binary: parse, run, exit code. Everything else is in the library.

use std::io::Write as _;
use std::process::ExitCode;

use headcount::cli::{Cli, Exit};

fn main() -> ExitCode {
    match Cli::of_process().run() {
        Ok(exit) => exit.into(),
        Err(error) if closed_pipe(&error) => Exit::Success.into(),
        Err(error) => {
            writeln!(anstream::stderr(), "error: {error:#}").ok();
            Exit::Unusable.into()
        }
    }
}

/// Whoever read our output has seen enough, as `head` does.
fn closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
