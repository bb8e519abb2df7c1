//! What help and manual pages say besides options: examples, exit codes, files, the environment.

use std::fmt::Write as _;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use roff::{Roff, bold, roman};

use super::{Cli, Exit};

/// A line to try, and what it does.
type Example = (&'static str, &'static str);

/// By the name of the command.
const EXAMPLES: &[(&str, &[Example])] = &[
    (
        "headcount",
        &[
            ("headcount demo", "see the whole job against simulated vendors"),
            ("headcount init", "write a configuration to fill in"),
            ("headcount sources --check", "try every credential before the first audit"),
            ("headcount audit", "fetch every account, judge it, write the reports"),
        ],
    ),
    (
        "audit",
        &[
            ("headcount audit --fail-on orphaned,leaver-active", "the gate of a CI job"),
            ("headcount audit --format xlsx --out review", "a workbook for an access review"),
            ("headcount audit --snapshot stored", "judge stored accounts again, without asking a vendor"),
            ("headcount audit --privacy pseudonymous --format json", "a report that names nobody"),
        ],
    ),
    ("fetch", &[("headcount fetch --out stored", "store every account; after Ctrl-C, --resume goes on")]),
    (
        "explain",
        &[
            ("headcount explain voiso-emea/4017", "why this account was found, or not"),
            ("headcount explain ada@example.com", "the same for every account with this address"),
        ],
    ),
    (
        "crosswalk",
        &[("headcount crosswalk suggest --precision 0.99", "name the owners of accounts that no key matches")],
    ),
    ("email", &[("headcount email --dry-run mails", "write the mails into a folder instead of sending them")]),
    ("rules", &[("headcount rules show leaver-active", "what a rule asks, why, and how to act on it")]),
    ("simulate", &[("headcount simulate --out kit", "five vendors to rehearse an audit with")]),
    ("man", &[("headcount man --out share/man/man1", "a manual page for each command")]),
];

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
    let below = |command: Command| {
        let text = examples_text(command.get_name());
        command.after_help(text)
    };
    let mut root = Cli::command();
    for name in root.get_subcommands().map(|command| command.get_name().to_owned()).collect::<Vec<_>>() {
        root = root.mut_subcommand(name, below);
    }
    let mut text = examples_text("headcount");
    text.push_str("\n\nExit codes:\n");
    for exit in Exit::ALL {
        writeln!(text, "  {:<4} {}", exit.code(), exit.meaning()).ok();
    }
    root.after_help(text)
}

fn examples(command: &str) -> &'static [Example] {
    EXAMPLES.iter().find(|(name, _)| *name == command).map_or(&[], |(_, examples)| examples)
}

fn examples_text(command: &str) -> String {
    let examples = examples(command);
    if examples.is_empty() {
        return String::new();
    }
    let mut text = "Examples:".to_owned();
    for (line, what) in examples {
        write!(text, "\n  {line}\n      {what}").ok();
    }
    text
}

/// The manual page of a command.
pub(super) fn manual(command: &Command) -> std::io::Result<Vec<u8>> {
    let man = Man::new(command.clone());
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    section(&mut page, "EXIT STATUS", Exit::ALL.map(|exit| (exit.code().to_string(), exit.meaning())))?;
    section(&mut page, "FILES", FILES)?;
    section(&mut page, "ENVIRONMENT", ENVIRONMENT)?;
    let examples = examples(command.get_name());
    if !examples.is_empty() {
        section(&mut page, "EXAMPLES", examples.iter().copied())?;
    }
    Ok(page)
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

    #[test]
    fn every_example_is_a_command_of_its_section() {
        for (of, examples) in EXAMPLES {
            for (line, _) in *examples {
                let words: Vec<_> = line.split(' ').collect();
                let parsed = command().try_get_matches_from(&words);
                assert!(parsed.is_ok(), "{line}: {}", parsed.expect_err("refused"));
                assert!(*of == "headcount" || words.get(1) == Some(of), "{line} is below {of}");
            }
        }
    }

    #[test]
    fn pages_have_what_a_manual_has() {
        let page = String::from_utf8(manual(&command()).expect("a page")).expect("text");
        for heading in
            ["NAME", "SYNOPSIS", "OPTIONS", "SUBCOMMANDS", "\"EXIT STATUS\"", "FILES", "ENVIRONMENT", "EXAMPLES"]
        {
            assert!(page.contains(&format!("\n.SH {heading}\n")), "{heading}: {page}");
        }
        assert!(page.contains("130") && page.contains("NO_COLOR") && page.contains("headcount demo"), "{page}");
    }
}
