//! `headcount completions` and `headcount man`: for the shell and for `man`.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::{Cli, Exit};

/// Options of `completions`.
#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// Which shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn completions(args: &CompletionsArgs) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "headcount", &mut script);
    anstream::stdout().write_all(&script)?;
    Ok(Exit::Success)
}

/// Options of `man`.
#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// Write a page for each command to this folder, as `headcount-audit.1`
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn manual(args: &ManArgs) -> anyhow::Result<Exit> {
    if let Some(out) = &args.out {
        fs::create_dir_all(out)?;
        clap_mangen::generate_to(Cli::command(), out)?;
    } else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Cli::command()).render(&mut page)?;
        anstream::stdout().write_all(&page)?;
    }
    Ok(Exit::Success)
}
