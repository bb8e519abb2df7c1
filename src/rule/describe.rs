//! Rules as text for people: a table of all, and one that reads like documentation.

use std::fmt::Write as _;

use super::{Origin, Outcome, Param, Rule, RuleSet, example};
use crate::base::text::counted;

/// What fits on every terminal, on paper and in a mail.
const WIDTH: usize = 80;

/// `headcount rules list`
pub fn list(rules: &RuleSet) -> String {
    let width = rules.iter().map(|rule| rule.id().as_str().len()).max().unwrap_or_default().max(4);
    let row = |id: &str, severity: &str, subject: &str| format!("{id:width$}  {severity:8}  {subject:9}");
    let room = WIDTH.saturating_sub(width + 23).max(20);
    let mut out = format!("{}  WHAT IT FINDS\n", row("RULE", "SEVERITY", "SUBJECT"));
    for rule in rules.iter() {
        let off = if rule.is_enabled() { "" } else { " (off)" };
        let mut lines = wrapped(&format!("{}{off}", rule.title()), room);
        for change in rule.changes() {
            lines.extend(wrapped(&format!("- {change}"), room));
        }
        let mut first = row(rule.id().as_str(), rule.severity().as_str(), rule.subject().as_str());
        for line in lines {
            // Writing to a String can't fail.
            let _ = writeln!(out, "{first}  {line}");
            first = row("", "", "");
        }
    }
    out
}

/// The text in lines of at most this many characters; a longer word has a line of its own.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Paragraphs, which an empty line separates.
fn paragraphs(text: &str) -> String {
    let paragraphs = text.split("\n\n").map(|paragraph| wrapped(paragraph, WIDTH - 2).join("\n"));
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// `headcount rules show ID`
pub fn show(rule: &Rule) -> String {
    let heading = format!("{} ({}) — {}", rule.id(), rule.severity(), rule.title());
    let mut out = wrapped(&heading, WIDTH).join("\n") + "\n";
    let origin = match rule.origin() {
        Origin::BuiltIn => "built in".to_owned(),
        Origin::File(path) => path.display().to_string(),
    };
    let state = match (rule.is_enabled(), rule.waits_for()) {
        (true, _) => "applied".to_owned(),
        (false, Some(param)) => format!("off until `{param}` is set"),
        (false, None) => "not applied".to_owned(),
    };
    let _ = writeln!(out, "Judges {}; {origin}; {state}.", rule.subject().with_article());
    section(&mut out, "Why it matters", [paragraphs(rule.why())]);
    section(&mut out, "What to do", [paragraphs(rule.remediation())]);
    section(&mut out, "There is a finding when", conditions(rule));
    section(&mut out, "Facts that it reads", rule.reads().map(str::to_owned));
    let needs = rule.needs().iter().map(|name| format!("account.{}", name.as_str()));
    section(&mut out, "A source that doesn't tell one of these may leave it not evaluable", needs);
    section(&mut out, "Params", rule.params().iter().map(|(name, value)| format!("{name} = {value}")));
    section(&mut out, "Controls", rule.controls().iter().map(ToString::to_string));
    section(&mut out, "What controls demand of the params", guardrails(rule));
    section(&mut out, "Changed by the configuration", rule.changes().iter().cloned());
    section(&mut out, "Examples", examples(rule));
    out
}

fn section(out: &mut String, title: &str, lines: impl IntoIterator<Item = String>) {
    let mut lines = lines.into_iter().peekable();
    if lines.peek().is_none() {
        return;
    }
    let _ = writeln!(out, "\n{title}");
    for line in lines.flat_map(|text| text.trim_end().lines().map(str::to_owned).collect::<Vec<_>>()) {
        let _ = writeln!(out, "{}", if line.is_empty() { line } else { format!("  {line}") });
    }
}

fn conditions(rule: &Rule) -> Vec<String> {
    let keys: Vec<_> = rule.group_by().iter().map(|by| by.as_str()).collect();
    let of_which = match rule.members() {
        Some(_) if keys.is_empty() => "where `accounts` are those of the person with".to_owned(),
        Some(_) => {
            format!("where a group is the accounts of one source with the same {}, of those with", keys.join(" or "))
        }
        None => return vec![rule.when().to_owned()],
    };
    vec![rule.when().to_owned(), paragraphs(&of_which), rule.members().unwrap_or_default().to_owned()]
}

fn guardrails(rule: &Rule) -> Vec<String> {
    let one = |rail: &super::Guardrail| {
        let met = if rail.is_met(rule.params()) { "met" } else { "not met" };
        let now = rule.params().get(&rail.param).map(Param::to_string).unwrap_or_default();
        format!("{}: {} {} ({met}: it is {now})", rail.control, rail.param, rail.limit())
    };
    rule.guardrails().iter().map(one).collect()
}

fn examples(rule: &Rule) -> Vec<String> {
    let mut lines = Vec::new();
    for (example, result) in rule.examples().iter().zip(example::run(rule)) {
        lines.push(format!("{}: {}", example.expect.as_str(), example.name));
        if let Some(message) = result.message.filter(|_| result.outcome == Outcome::AsExpected) {
            lines.extend(wrapped(&format!("“{message}”"), WIDTH - 4).into_iter().map(|line| format!("  {line}")));
        }
    }
    if rule.examples().is_empty() {
        lines.push(counted(0, "example", "examples"));
    }
    lines
}

#[cfg(test)]
mod tests;
