//! The story as text. Everything in it that vendors or HR wrote is made harmless for the terminal here.

use std::fmt::Write as _;

use serde_json::Value;

use super::super::crosswalk::SuggestArgs;
use crate::audit::{Judgement, Ruling, Story};
use crate::base::text::{counted, grouped};
use crate::model::{Attempt, Declaration, EmployeeIndex, Roster, Situation, Step};
use crate::render::terminal;
use crate::run::Inputs;
use crate::suggest::{NearMiss, Segment};

/// The story: what was found and what is open, whose the account is, and with `all` the rest.
pub(super) fn story(source: &str, story: &Story, inputs: &Inputs, all: bool) -> String {
    let account = terminal(&story.account_id);
    let mut parts = vec![
        format!("{source}/{account} as of {}\n", story.as_of.format("%Y-%m-%d %H:%M UTC")),
        rules(&story.judgements, all),
        matching(story, inputs),
        near_misses(story, &inputs.roster),
    ];
    if all {
        parts.extend([facts(story), record(story)]);
    }
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

fn record(story: &Story) -> String {
    let pretty = serde_json::from_str::<Value>(&story.record).and_then(|json| serde_json::to_string_pretty(&json));
    let shown = pretty.unwrap_or_else(|_| story.record.clone());
    shown.lines().fold("Record\n".to_owned(), |text, line| text + "  " + &terminal(line) + "\n")
}

fn facts(story: &Story) -> String {
    let mut text = "Facts\n".to_owned();
    for (name, value) in &story.facts {
        let value = value.as_ref().map_or_else(|| "not exposed".to_owned(), shown);
        line(&mut text, &format!("{name:24} {value}"));
    }
    text
}

/// A value as JSON writes it, so that a text can't be mistaken for its absence.
fn shown(value: &Value) -> String {
    if value.is_null() { "none".to_owned() } else { terminal(&value.to_string()) }
}

fn matching(story: &Story, inputs: &Inputs) -> String {
    let mut text = format!("Matching: {}\n", situation(&story.correlation.situation, inputs));
    for attempt in &story.correlation.attempts {
        line(&mut text, &tried(attempt, &inputs.roster));
    }
    text
}

fn situation(situation: &Situation, inputs: &Inputs) -> String {
    let roster = &inputs.roster;
    match situation {
        Situation::Matched { employee, tier } => {
            format!("matched by {} to {}", tier.as_str(), person(*employee, roster))
        }
        Situation::Unmatched => "unmatched; no key finds anybody".to_owned(),
        Situation::Ambiguous { tier, candidates } => {
            format!("ambiguous; {} finds {}", tier.as_str(), people(candidates, roster))
        }
        Situation::Conflict { named } => {
            let named =
                named.iter().map(|(tier, employee)| format!("{} names {}", tier.as_str(), person(*employee, roster)));
            format!("conflict; {}", named.collect::<Vec<_>>().join(", "))
        }
        Situation::Declared { declaration } => {
            format!("declared; {}", inputs.declarations.get(*declaration).map(declared).unwrap_or_default())
        }
    }
}

fn declared(declaration: &Declaration) -> String {
    let owner = declaration.owner.as_ref().map_or("nobody", |owner| &owner.0);
    format!(
        "{} account by line {} ({}), {} answers for it; the tiers below don't decide",
        declaration.kind.as_str(),
        declaration.line,
        terminal(&declaration.about),
        terminal(owner)
    )
}

fn tried(attempt: &Attempt, roster: &Roster) -> String {
    let what = format!("{:12} {:13}", attempt.tier.as_str(), attempt.field.as_str());
    let Some(raw) = &attempt.raw else { return format!("{what} no value") };
    let steps: Vec<_> = attempt.steps.iter().map(Step::as_str).collect();
    let steps = if steps.is_empty() { String::new() } else { format!(" ({})", steps.join(", ")) };
    let key = attempt.normalised.as_ref().map_or_else(|| "nothing".to_owned(), |key| format!("{key:?}"));
    let hits = match attempt.crowd {
        Some(crowd) => format!("{} people, so that it identifies nobody", grouped(crowd)),
        None if attempt.hits.is_empty() => "nobody".to_owned(),
        None => people(&attempt.hits, roster),
    };
    format!("{what} {} looked up as {}{steps} finds {hits}", terminal(&format!("{raw:?}")), terminal(&key))
}

fn near_misses(story: &Story, roster: &Roster) -> String {
    if !matches!(story.correlation.situation, Situation::Unmatched) {
        return String::new();
    }
    if story.near_misses.is_empty() {
        return "Near misses: none; nobody in the roster resembles this account\n".to_owned();
    }
    let mut text = "Near misses, by resemblance only; what differs is in brackets\n".to_owned();
    for near in &story.near_misses {
        near_miss(&mut text, near, roster);
    }
    text
}

fn near_miss(text: &mut String, near: &NearMiss, roster: &Roster) {
    line(text, &format!("{}, {:.0} % alike{}", person(near.employee, roster), near.score * 100.0, doubts(near)));
    for evidence in &near.evidence {
        let (field, against) = (evidence.field.as_str(), evidence.against.as_str());
        let because: Vec<_> = evidence.because.iter().map(|reason| format!(", {reason}")).collect();
        let (account, employee) = (marked(&evidence.account), marked(&evidence.employee));
        let percent = evidence.similarity * 100.0;
        line(text, &format!("  {field} {account} ~ {against} {employee}: {percent:.0} %{}", because.concat()));
    }
    if !near.further.is_empty() {
        let further: Vec<_> = near.further.iter().map(ToString::to_string).collect();
        line(text, &format!("  besides: {}", further.join(", ")));
    }
    for accept in &near.accept {
        line(text, &format!("  to accept, in {}: {}", accept.place(), terminal(accept.line())));
    }
}

/// Why `crosswalk suggest` writes no line for the first of them, or none for another.
fn doubts(near: &NearMiss) -> String {
    match near.equals {
        0 if near.score < SuggestArgs::MIN_SCORE => "; too little for a line of crosswalk suggest".to_owned(),
        0 => String::new(),
        1 => "; no line of crosswalk suggest, 1 other is as like".to_owned(),
        more => format!("; no line of crosswalk suggest, {more} others are as like"),
    }
}

fn marked(segments: &[Segment]) -> String {
    let piece = |segment: &Segment| {
        let text = terminal(&segment.text);
        if segment.differs { format!("[{text}]") } else { text }
    };
    segments.iter().map(piece).collect()
}

/// Violations first, and what is open. The others are counted, unless all are wanted.
fn rules(judgements: &[Judgement], all: bool) -> String {
    let mut text = "Rules\n".to_owned();
    let is_told = |judgement: &&Judgement| all || judgement.ruling != Ruling::Clear;
    for judgement in judgements.iter().filter(is_told) {
        rule(&mut text, judgement);
    }
    let untold = judgements.iter().filter(|judgement| !is_told(judgement)).count();
    if untold > 0 {
        let others = counted(untold as u64, "rule finds", "rules find");
        line(&mut text, &format!("{others} nothing; --all tells them, every fact, and the vendor's record"));
    }
    text
}

fn rule(text: &mut String, judgement: &Judgement) {
    let Judgement { rule, severity, verdict, .. } = judgement;
    line(text, &format!("{:24} {:9} {verdict}", rule.as_str(), severity.as_str()));
    if let Some(message) = &judgement.message {
        line(text, &format!("  {}", terminal(message)));
    }
    for (name, value) in &judgement.facts {
        line(text, &format!("  {name} = {}", shown(value)));
    }
}

fn people(indexes: &[EmployeeIndex], roster: &Roster) -> String {
    indexes.iter().map(|index| person(*index, roster)).collect::<Vec<_>>().join(", ")
}

fn person(index: EmployeeIndex, roster: &Roster) -> String {
    let Some(employee) = roster.employee(index) else { return "somebody".to_owned() };
    let name = employee.name().unwrap_or("without a name");
    format!("{} {}", terminal(employee.id()), terminal(name))
}

fn line(text: &mut String, line: &str) {
    // Writing to a String can't fail.
    let _ = writeln!(text, "  {line}");
}
