//! What a reader must know first, in words that a manager understands: how many, of whom, how bad; and what was not seen or
//! can't be judged.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::lines::{Count, Line, Lines};
use super::text::{NAME, SENTENCE, first_of, is_whole};
use super::verdict::{Gap, gaps, scope};
use crate::base::text::{counted, grouped};
use crate::model::Severity;
use crate::render::escape::clip;
use crate::report::{Gate, GateVerdict, Reason, ReasonKind, Report, SourceStatus, ToDo};

/// The verdict, for whoever reads nothing else.
#[derive(Debug, Serialize)]
pub(super) struct Opening {
    /// The whole sentence.
    headline: String,
    before: &'static str,
    /// The number with what it counts, which stands out.
    number: String,
    after: String,
    lead: String,
    gate: &'static str,
    gate_words: &'static str,
    /// How many limits are not met.
    limits: String,
    gaps: Vec<Gap>,
    seen: String,
    unjudged: String,
    unjudged_more: bool,
    reasons: Vec<String>,
    to_do: Vec<Task>,
    remedy: String,
    scope: Vec<String>,
}

impl Opening {
    pub(super) fn new(report: &Report, lines: &Lines<'_>) -> Self {
        let leavers = Count::of(lines.open().filter(|line| line.is_leavers()));
        let ownerless = lines.open().filter(|line| line.is_ownerless()).map(Line::weight).sum::<u64>();
        let sentence = Sentence::new(report, lines, leavers, ownerless);
        let (unjudged, unjudged_more) = unjudged(report, lines);
        Self {
            headline: format!("{}{}{}", sentence.before, sentence.number, sentence.after),
            before: sentence.before,
            number: sentence.number,
            after: sentence.after,
            lead: lead(report, lines, leavers, ownerless),
            gate: report.verdict.gate.as_str(),
            gate_words: match report.verdict.gate {
                Gate::Pass => "Gate passed",
                Gate::Fail => "Gate failed",
                Gate::Unverified => "Not verified",
            },
            limits: limits(report),
            gaps: gaps(report),
            seen: seen(report),
            unjudged,
            unjudged_more,
            reasons: report.verdict.deciding().map(|reason| clip(&limit(report, reason), SENTENCE)).collect(),
            to_do: GateVerdict::to_do([&report.verdict]).into_iter().map(Task::from).collect(),
            remedy: report.verdict.remedy.as_deref().map(|text| clip(text, SENTENCE)).unwrap_or_default(),
            scope: scope(report),
        }
    }
}

/// Something to do, and what it is for.
#[derive(Debug, Serialize)]
struct Task {
    about: String,
    words: Vec<Words>,
}

/// A part of a sentence: words, or a command to be typed as it is.
#[derive(Debug, Serialize)]
struct Words {
    text: String,
    code: bool,
}

impl From<ToDo> for Task {
    fn from(task: ToDo) -> Self {
        let parts = task.what.split('`').enumerate().filter(|(_, text)| !text.is_empty());
        let words = parts.map(|(at, text)| Words { text: text.to_owned(), code: at % 2 == 1 });
        Self { about: task.about.join(", "), words: words.collect() }
    }
}

/// A headline, of which the number stands out.
struct Sentence {
    before: &'static str,
    number: String,
    after: String,
}

impl Sentence {
    fn new(report: &Report, lines: &Lines<'_>, leavers: Count, ownerless: u64) -> Self {
        let before = if is_whole(report) { "" } else { "At least " };
        let live = |count| counted(count, "live account", "live accounts");
        let number = |number: String, after: String| Self { before, number, after };
        match leavers {
            Count { accounts: 0, .. } if ownerless > 0 => {
                number(live(ownerless), " without an owner in the HR file".to_owned())
            }
            Count { accounts: 0, .. } => Self::of_others(report, lines, before),
            Count { accounts, people: 0 } => number(live(accounts), " of people who have left".to_owned()),
            Count { accounts, people: 1 } => number(live(accounts), " of 1 person who has left".to_owned()),
            Count { accounts, people } => {
                number(live(accounts), format!(" of {} people who have left", grouped(people)))
            }
        }
    }

    /// Where nobody who has left, and nothing without an owner was found.
    fn of_others(report: &Report, lines: &Lines<'_>, before: &'static str) -> Self {
        let needing = lines.open().filter(|line| line.severity() != Severity::Info).map(Line::weight).sum::<u64>();
        let unseen = report.changes.as_ref().map_or(0, |changes| changes.findings.unseen);
        match (needing, report.verdict.gate) {
            (0, Gate::Unverified) => Self {
                before: "",
                number: "Not verified".to_owned(),
                after: ": nothing to act on in what could be judged".to_owned(),
            },
            (0, Gate::Fail) => Self { before: "", number: "A limit is not met".to_owned(), after: String::new() },
            (0, Gate::Pass) if unseen > 0 => Self {
                before: "",
                number: counted(unseen, "finding", "findings"),
                after: " of the last report can't be told any more; nothing to act on in what was seen".to_owned(),
            },
            (0, Gate::Pass) if is_whole(report) && report.run.left_out.is_empty() => {
                Self { before: "", number: String::new(), after: "Nothing to act on".to_owned() }
            }
            (0, Gate::Pass) => {
                Self { before: "", number: String::new(), after: "Nothing to act on in what was seen".to_owned() }
            }
            (needing, _) => Self {
                before,
                number: counted(needing, "case", "cases"),
                after: " to decide; no leaver's account is known to be live".to_owned(),
            },
        }
    }
}

/// What makes it worse, in a few sentences.
fn lead(report: &Report, lines: &Lines<'_>, leavers: Count, ownerless: u64) -> String {
    let least = if is_whole(report) { "" } else { "≥ " };
    let mut sentences = Vec::new();
    let used = Count::of(lines.open().filter(|line| line.is_used_after()));
    if used.accounts > 0 {
        let (these, were) = if used.accounts == 1 { ("One", "was") } else { ("", "were") };
        let number = if these.is_empty() { grouped(used.accounts) } else { these.to_owned() };
        let by =
            if used.people > 0 { format!(", by {}", counted(used.people, "person", "people")) } else { String::new() };
        sentences.push(format!("{number} of these accounts {were} used after the last day{by}."));
    }
    if ownerless > 0 {
        let power: u64 =
            lines.open().filter(|line| line.is_ownerless() && line.is_privileged()).map(Line::weight).sum();
        let power = match power {
            0 => "none of them is known to be an administrator’s".to_owned(),
            1 => "one of them is an administrator’s".to_owned(),
            power => format!("{} of them are administrators’", grouped(power)),
        };
        sentences.push(if leavers.accounts > 0 {
            let (account, have) = if ownerless == 1 { ("account", "has") } else { ("accounts", "have") };
            format!("{least}{} more live {account} {have} no owner in the HR file; {power}.", grouped(ownerless))
        } else {
            format!("Nobody who has left is known to have a live account; {power}.")
        });
    }
    if sentences.is_empty() {
        let applied = report.rules.iter().filter(|rule| !rule.disabled).count() as u64;
        let (accounts, people) = (report.correlation.accounts, report.roster.employees);
        sentences.push(format!(
            "{}, compared with {} in the HR file by {}.",
            counted(accounts, "account", "accounts"),
            counted(people, "person", "people"),
            counted(applied, "rule", "rules")
        ));
    }
    sentences.join(" ")
}

const fn fails(kind: ReasonKind) -> bool {
    matches!(kind, ReasonKind::Finding | ReasonKind::Policy)
}

/// A limit, by what its rule finds.
fn limit(report: &Report, reason: &Reason) -> String {
    let title = reason.rule.as_ref().and_then(|id| report.rules.iter().find(|rule| rule.id == *id));
    match title.filter(|rule| !rule.title.is_empty()) {
        Some(rule) => format!("{}: {}", rule.title, reason.text),
        None => reason.text.clone(),
    }
}

/// How many limits are not met, how many sources were not seen, and how much else could not be judged.
fn limits(report: &Report) -> String {
    let deciding = || report.verdict.deciding();
    let failed = deciding().filter(|reason| fails(reason.kind)).count() as u64;
    let unjudged = deciding().filter(|reason| reason.leaves_unjudged()).count() as u64;
    let unseen = deciding().count() as u64 - failed - unjudged;
    let parts = [
        (failed, counted(failed, "limit is not met", "limits are not met")),
        (unseen, counted(unseen, "source was not seen", "sources were not seen")),
        (unjudged, format!("{} could not be judged", grouped(unjudged))),
    ];
    parts.into_iter().filter(|(count, _)| *count > 0).map(|(_, words)| words).collect::<Vec<_>>().join(", ")
}

/// How much was seen, always.
fn seen(report: &Report) -> String {
    let all = report.sources.len();
    let whole = report.sources.iter().filter(|source| source.status == SourceStatus::Complete).count();
    let sources = match (whole, all) {
        (_, 0) => "no source".to_owned(),
        (1, 1) => "the only source completely".to_owned(),
        (whole, all) if whole == all => format!("all {all} sources completely"),
        (whole, all) => format!("{whole} of {} completely", counted(all as u64, "source", "sources")),
    };
    let left_out = match report.run.left_out.as_slice() {
        [] => String::new(),
        names => format!("; not audited: {}", clip(&first_of(names, 5), NAME)),
    };
    format!(
        "{sources}: {}, against {} in HR{left_out}",
        counted(report.correlation.accounts, "account", "accounts"),
        counted(report.roster.employees, "person", "people")
    )
}

/// What a missing fact hides, as somebody would ask for it, and in which order.
const HIDES: [(&str, &str); 8] = [
    ("roles", "who is an administrator"),
    ("status", "what is switched off"),
    ("last_login_at", "when accounts were last used"),
    ("locked", "who is locked out"),
    ("email", "which addresses are used"),
    ("created_at", "when accounts were made"),
    ("licensed", "what costs a licence"),
    ("username", "which login names are used"),
];

/// The most of them that are said at once.
const UNJUDGED: usize = 3;

/// What can't be judged, always; and whether there is more than is said.
fn unjudged(report: &Report, lines: &Lines<'_>) -> (String, bool) {
    let mut hidden: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
    // What a source tells of no account, or of few.
    for entry in report.evaluability.iter().filter(|entry| entry.not_evaluable > entry.evaluated) {
        if let [fact] = entry.missing.as_slice() {
            let fact = fact.rsplit('.').next().unwrap_or(fact);
            *hidden.entry(fact).or_default().entry(&entry.source).or_default() += entry.not_evaluable;
        }
    }
    let mut words: Vec<String> = Vec::new();
    for (fact, phrase) in HIDES {
        if let Some(sources) = hidden.get(fact) {
            let names: Vec<String> = sources.keys().map(|name| clip(name, NAME)).collect();
            words.push(format!("{phrase} at {}", first_of(&names, 4)));
        }
    }
    let leavers = || lines.open().filter(|line| line.is_leavers());
    let all = leavers().count() as u64;
    // Where not one tells, their logins are withheld, or the sources are named already.
    let untold = leavers().filter(|line| !line.tells_login()).count() as u64;
    if untold > 0 && untold < all {
        let late = format!("late logins for {} of the {} accounts", grouped(untold), grouped(all));
        words.insert(words.len().min(UNJUDGED - 1), late);
    }
    let roster: BTreeSet<&str> = report
        .evaluability
        .iter()
        .filter(|entry| entry.because_of_roster > 0)
        .flat_map(|entry| entry.missing.iter().map(String::as_str))
        .filter(|fact| fact.starts_with("employee."))
        .collect();
    let of_roster = report
        .evaluability
        .iter()
        .filter(|entry| entry.rule == "orphaned")
        .map(|entry| entry.because_of_roster)
        .sum::<u64>();
    if of_roster > 0 && !roster.is_empty() {
        words.push(format!("whose {} are", counted(of_roster, "account", "accounts")));
    }
    let not_possible: u64 = report.rules.iter().map(|rule| rule.not_evaluable).sum();
    match (words.len(), not_possible) {
        (0, 0) => ("nothing: every rule could judge everything that it was asked".to_owned(), false),
        (0, more) => (counted(more, "judgement was not possible", "judgements were not possible"), true),
        (_, _) => {
            words.truncate(UNJUDGED);
            (words.join("; "), true)
        }
    }
}
