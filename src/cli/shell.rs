//! `headcount completions` and `headcount man`: for the shell and for `man`.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_complete::Shell;

use super::{Exit, help};

/// Options of `completions`.
#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// Which shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn completions(args: &CompletionsArgs) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut help::command(), "headcount", &mut script);
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
    let mut root = help::command();
    root.build();
    match &args.out {
        None => anstream::stdout().write_all(&help::manual(&root, "")?)?,
        Some(out) => {
            fs::create_dir_all(out)?;
            write_pages(&root, "", out)?;
        }
    }
    Ok(Exit::Success)
}

/// The page of a command and those of the commands below it.
fn write_pages(command: &Command, words: &str, folder: &Path) -> anyhow::Result<()> {
    for below in command.get_subcommands() {
        write_pages(below, format!("{words} {}", below.get_name()).trim(), folder)?;
    }
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    fs::write(folder.join(format!("{name}.1")), help::manual(command, words)?)?;
    Ok(())
}
