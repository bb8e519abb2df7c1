//! What `docs/engines.md` begins with works as it is written.

use std::fs;

use super::{Did, Lake};
use crate::support::process::{clean, code_and_words, skipped, spawnable};

const DOCUMENT: &str = include_str!("../../../docs/engines.md");

/// What DuckDB's own program does with its standard input.
const DUCKDB: &str = "#!/bin/sh\nexec python3 -c 'import sys, duckdb; duckdb.connect().execute(sys.stdin.read())'\n";

#[cfg(unix)]
#[test]
fn its_first_lines_lead_to_a_report() {
    use std::os::unix::fs::PermissionsExt as _;

    if !clean("python3").args(["-c", "import duckdb"]).output().is_ok_and(|output| output.status.success()) {
        skipped("python3 has no duckdb, so that the lines of docs/engines.md were not tried");
        return;
    }
    let block = DOCUMENT.split("```console\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a block");
    let lake = Lake::new();
    let programs = lake.path("programs");
    fs::create_dir(&programs).expect("a folder");
    fs::write(programs.join("duckdb"), DUCKDB).expect("written");
    fs::set_permissions(programs.join("duckdb"), fs::Permissions::from_mode(0o755)).expect("allowed");
    std::os::unix::fs::symlink(spawnable().get_program(), programs.join("headcount")).expect("linked");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([programs].into_iter().chain(std::env::split_paths(&path))).expect("a path");
    let run = || {
        let mut shell = clean("sh");
        shell.args(["-e", "-c", block]).current_dir(lake.path("")).env("PATH", &path);
        let (code, words) = code_and_words(&shell.output().expect("ran"));
        Did { code, words }
    };
    run().is(1, &["crm     complete         4", "Reports: "]);
    // And once more.
    run().is(1, &["5 still there"]);
}
