//! Processes that tests start: the binary, and this program once more for a single test. Nothing of the surrounding
//! environment that could change what headcount does reaches the binary, in particular no proxy and no secret.

use std::io::Write as _;
use std::process::{Command as Process, Output};

use assert_cmd::Command;
use chrono::{DateTime, Utc};

/// The day of all tests that don't test time.
pub(crate) const TODAY: &str = "2026-10-15";

/// Noon of [`TODAY`].
pub(crate) const NOW: &str = "2026-10-15T12:00:00Z";

pub(crate) fn now() -> DateTime<Utc> {
    NOW.parse().expect("a time")
}

/// What headcount, its libraries and CI systems take from the environment, besides what starts or ends as below.
const SCRUBBED: [&str; 8] = [
    "CI_PROJECT_DIR",
    "CLICOLOR_FORCE",
    "GITHUB_STEP_SUMMARY",
    "GITHUB_WORKSPACE",
    "NO_COLOR",
    "RUST_LOG",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
];

/// Whether a variable would change what headcount does. Proxies have names in both cases.
fn is_scrubbed(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    name.starts_with("HEADCOUNT_") || name.ends_with("_PROXY") || SCRUBBED.contains(&name.as_str())
}

/// The binary in a clean environment.
pub(crate) fn headcount() -> Command {
    Command::from_std(spawnable())
}

/// The same, to be started and left running.
pub(crate) fn spawnable() -> Process {
    clean(env!("CARGO_BIN_EXE_headcount"))
}

/// A program in a clean environment.
pub(crate) fn clean(program: impl AsRef<std::ffi::OsStr>) -> Process {
    let mut process = Process::new(program);
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_scrubbed(&name.to_string_lossy())) {
        process.env_remove(name);
    }
    process
}

/// The exit code of a command that nobody killed, and all that it said.
pub(crate) fn code_and_words(output: &Output) -> (i32, String) {
    let words = [&*output.stdout, &*output.stderr].concat();
    (output.status.code().expect("not killed"), String::from_utf8_lossy(&words).into_owned())
}

/// Says so where it is seen: what a passing test prints is swallowed.
pub(crate) fn skipped(why: &str) {
    writeln!(std::io::stderr(), "SKIPPED: {why}").ok();
}

/// This program once more, for one of its tests that needs a process of its own and is therefore ignored.
pub(crate) fn alone(test: &str) -> Process {
    let mut process = clean(std::env::current_exe().expect("this program"));
    process.args(["--exact", test, "--ignored"]);
    process
}

/// The same by a shell's script, in which it is `"$@"`.
#[cfg(target_os = "linux")]
pub(crate) fn alone_within(script: &str, test: &str) -> Process {
    let (mut shell, alone) = (clean("sh"), alone(test));
    shell.args(["-c", script, "sh"]).arg(alone.get_program()).args(alone.get_args());
    shell
}

/// Fails if that test does, or if there is none.
#[track_caller]
pub(crate) fn passes_alone(test: &str) {
    let (code, words) = code_and_words(&alone(test).output().expect("started"));
    assert!(code == 0 && words.contains("1 passed"), "{words}");
}
