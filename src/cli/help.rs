//! What help and manual pages say besides options: examples, exit codes, files, the environment.

mod commands;
mod page;

use std::fmt::Write as _;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use roff::{Roff, bold, roman};

use super::Cli;
use commands::{BELOW, Below};

/// The day of the pages, which a manual page has to have; a release sets it.
const LAST_CHANGE: &str = "2026-11-30";

const FILES: [(&str, &str); 4] = [
    ("headcount.toml", "The configuration; `-c` names another. Paths in it start from its folder."),
    ("headcount-out/report.json", "The report that `email`, `--previous` and scripts read."),
    ("headcount-out/last-complete.json", "How much each source and the roster held when they were last complete."),
    ("headcount-out/last-attempt.json", "How the last audit into this folder ended."),
];

const ENVIRONMENT: [(&str, &str); 3] = [
    ("env:NAME in the configuration", "A secret is read from the variable that it names."),
    (
        "HTTPS_PROXY, HTTP_PROXY, NO_PROXY",
        "How to reach vendors, unless a source has `proxy`. Never asked for this machine.",
    ),
    ("NO_COLOR", "No colours on a terminal."),
];

/// The command line, with all that is said below the options.
pub(super) fn command() -> Command {
    with_help(Cli::command(), "")
}

/// A command and those below it, each with what is said below its options.
fn with_help(command: Command, words: &str) -> Command {
    let names: Vec<_> = command.get_subcommands().map(|below| below.get_name().to_owned()).collect();
    let command = names.into_iter().fold(command, |command, name| {
        let words = format!("{words} {name}");
        command.mut_subcommand(name, |below| with_help(below, words.trim()))
    });
    let text = text_of(words);
    let further = command.get_after_long_help().map(|further| format!("{text}\n\n{further}"));
    command.after_long_help(further.unwrap_or_else(|| text.clone())).after_help(text)
}

/// What is said below the options of a command; a group has the examples of its commands.
fn text_of(words: &str) -> String {
    let group = format!("{words} ");
    let examples = BELOW.iter().filter(|below| below.command == words || below.command.starts_with(&group));
    let mut text = "Examples:".to_owned();
    for (line, what) in examples.flat_map(|below| below.examples) {
        write!(text, "\n  {line}\n      {what}").ok();
    }
    if let Some(below) = below(words) {
        text.push_str("\n\nExit codes:");
        for (exit, meaning) in below.endings {
            write!(text, "\n  {:<4} {meaning}", exit.code()).ok();
        }
    }
    text
}

fn below(words: &str) -> Option<&'static Below> {
    BELOW.iter().find(|below| below.command == words)
}

/// The manual page of a command, which is called by these words.
pub(super) fn manual(command: &Command, words: &str) -> std::io::Result<Vec<u8>> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    let source = concat!("headcount ", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone()).title(name.to_uppercase()).date(LAST_CHANGE).source(source);
    let man = man.manual("User Commands");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    let below = below(words);
    if let Some(below) = below {
        section(
            &mut page,
            "EXIT STATUS",
            below.endings.iter().map(|(exit, meaning)| (exit.code().to_string(), *meaning)),
        )?;
    }
    section(&mut page, "FILES", FILES)?;
    section(&mut page, "ENVIRONMENT", ENVIRONMENT)?;
    if let Some(below) = below {
        section(&mut page, "EXAMPLES", below.examples.iter().copied())?;
    }
    Ok(page::tidy(&String::from_utf8_lossy(&page)).into_bytes())
}

/// A heading with terms and what they mean.
fn section<T: Into<String>>(
    page: &mut Vec<u8>,
    heading: &str,
    terms: impl IntoIterator<Item = (T, &'static str)>,
) -> std::io::Result<()> {
    let mut roff = Roff::new();
    roff.control("SH", [heading]);
    for (term, meaning) in terms {
        roff.control("TP", []);
        roff.text([bold(term.into())]);
        roff.text([roman(meaning)]);
    }
    roff.to_writer(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of every command that does something, and of `headcount` itself.
    fn commands(of: &Command, words: &str) -> Vec<String> {
        let below =
            of.get_subcommands().flat_map(|below| commands(below, format!("{words} {}", below.get_name()).trim()));
        let itself = (words.is_empty() || !of.has_subcommands()).then(|| words.to_owned());
        itself.into_iter().chain(below).collect()
    }

    #[test]
    fn every_command_has_examples_of_its_own_and_says_how_it_ends() {
        let mut told: Vec<_> = BELOW.iter().map(|below| below.command).collect();
        told.sort_unstable();
        let mut all = commands(&Cli::command(), "");
        all.sort_unstable();
        assert_eq!(told, all);
        for below in BELOW {
            let codes: Vec<_> = below.endings.iter().map(|(exit, _)| exit.code()).collect();
            assert!(codes.starts_with(&[0]) && codes.contains(&2) && codes.is_sorted(), "{}: {codes:?}", below.command);
            assert!(!below.examples.is_empty(), "{}", below.command);
            for (line, _) in below.examples {
                let words = line.split(" > ").next().unwrap_or_default().split(' ');
                let parsed = command().try_get_matches_from(words);
                assert!(parsed.is_ok(), "{line}: {}", parsed.expect_err("refused"));
                assert!(
                    line.starts_with(format!("headcount {}", below.command).trim()),
                    "{line} is below {}",
                    below.command
                );
            }
        }
    }

    #[test]
    fn pages_have_what_a_manual_has() {
        let page = String::from_utf8(manual(&command(), "").expect("a page")).expect("text");
        for heading in
            ["NAME", "SYNOPSIS", "OPTIONS", "SUBCOMMANDS", "\"EXIT STATUS\"", "FILES", "ENVIRONMENT", "EXAMPLES"]
        {
            assert!(page.contains(&format!("\n.SH {heading}\n")), "{heading}: {page}");
        }
        assert!(page.contains("130") && page.contains("NO_COLOR") && page.contains("headcount demo"), "{page}");
    }
}
