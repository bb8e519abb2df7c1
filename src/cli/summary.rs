//! What an audit says on stderr when it is done: what was found where, what the gate decided and why; and, as the last
//! lines, what there is to do.

use std::collections::BTreeMap;

use clap::builder::styling::{AnsiColor, Style};

use super::output::say;
use super::table::{Align, Cell, Table};
use crate::base::text::{counted, grouped};
use crate::model::{Disposition, Severity, SourceStatus};
use crate::render::terminal;
use crate::report::{Changes, Gate, GateVerdict, Reason, Report, RosterSummary, SourceSummary, ToDo};
use crate::run::LOW_MATCH;

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const DOUBTFUL: Style = AnsiColor::Yellow.on_default();

/// Says what was found, and what was decided.
pub(super) fn summarise(report: &Report) {
    let correlation = &report.correlation;
    say(&format!(
        "{} from {}: {} matched, {} unmatched, {} ambiguous, {} in conflict, {} declared",
        counted(correlation.accounts, "account", "accounts"),
        counted(report.sources.len() as u64, "source", "sources"),
        grouped(correlation.matched),
        grouped(correlation.unmatched),
        grouped(correlation.ambiguous),
        grouped(correlation.conflict),
        grouped(correlation.declared),
    ));
    say("");
    by_source(report).lines().for_each(|line| say(&line));
    if report.sources.iter().any(|source| source.status != SourceStatus::Complete) {
        say("? can't be known, and + may be more: not everything was seen there");
    }
    say("");
    for source in &report.sources {
        say_beside(source, &report.verdict);
    }
    say_words(&report.roster);
    if let Some(covered) = covered(report) {
        say(&covered);
    }
    if let Some(changes) = report.changes.as_ref().and_then(Changes::in_words) {
        say(&changes);
    }
    for review in report.reviews.iter().filter(|review| review.is_open()) {
        say(&format!("Review {}", terminal(&review.in_words(report.run.as_of))));
    }
    say_decisions(report);
}

/// Says what the gate and the policies decided, and why.
pub(super) fn say_decisions(report: &Report) {
    say_verdict("Gate", &report.verdict, report.verdict.scope());
    for policy in &report.policies {
        let scope = policy.verdict.scope_beyond(&report.verdict);
        say_verdict(&format!("Policy {} ({})", policy.id, policy.title), &policy.verdict, scope);
    }
}

/// Says what there is to do, each thing once, with what it is for.
pub(super) fn say_to_do(report: &Report) {
    let verdicts = || [&report.verdict].into_iter().chain(report.policies.iter().map(|policy| &policy.verdict));
    for verdict in verdicts() {
        if let Some(remedy) = &verdict.remedy {
            say(remedy);
        }
    }
    for ToDo { about, what } in GateVerdict::to_do(verdicts()) {
        say(&format!("To do for {}: {what}", about.join(", ")));
    }
}

/// Open findings by source and severity, next to how much of each source was seen and has an owner.
fn by_source(report: &Report) -> Table {
    let mut open: BTreeMap<(Option<&str>, Severity), u64> = BTreeMap::new();
    for head in report.findings.heads().filter(|head| head.disposition() == Disposition::Open) {
        *open.entry((head.source(), head.severity())).or_default() += head.stands_for();
    }
    let headings = ["source", "seen", "accounts", "matched"].map(str::to_owned).into_iter();
    let align = |at| if at < 2 { Align::Left } else { Align::Right };
    let mut table = Table::new(headings.chain(Severity::ALL.map(|severity| severity.to_string())), align);
    let severities = |whole: bool, of: &dyn Fn(Option<&str>) -> bool| {
        Severity::ALL.map(|severity| {
            let counts = open.iter().filter(|((source, of_it), _)| *of_it == severity && of(*source));
            let count = counts.map(|(_, count)| count).sum();
            Cell::new(at_least(count, whole, "-"), if count == 0 { Style::new() } else { style(severity) })
        })
    };
    for source in &report.sources {
        let whole = source.status == SourceStatus::Complete;
        let seen = match source.status {
            SourceStatus::Complete => GOOD,
            SourceStatus::Incomplete => DOUBTFUL,
            SourceStatus::Failed => BAD,
        };
        let matched = source.match_rate.map_or_else(|| "-".to_owned(), |rate| format!("{:.0} %", rate * 100.0));
        let start = [
            Cell::plain(&source.name),
            Cell::new(source.status.as_str(), seen),
            Cell::plain(at_least(source.distinct, whole, "0")),
            Cell::plain(matched),
        ];
        let name = source.name.as_str();
        table.add(start.into_iter().chain(severities(whole, &|of| of == Some(name))));
    }
    let all_whole = report.sources.iter().all(|source| source.status == SourceStatus::Complete);
    let known = |of: Option<&str>| of.is_some_and(|of| report.sources.iter().any(|source| source.name == of));
    let start = |name: &str, accounts: String| [name, "", accounts.as_str(), ""].map(Cell::plain);
    if open.keys().any(|(source, _)| !known(*source)) {
        table.add(start("people, roster", String::new()).into_iter().chain(severities(all_whole, &|of| !known(of))));
    }
    let accounts = at_least(report.sources.iter().map(|source| source.distinct).sum(), all_whole, "0");
    table.add(start("all", accounts).into_iter().chain(severities(all_whole, &|_| true)));
    table
}

/// A count of what was seen; where not everything was, nothing is no answer, and a number may be too small.
fn at_least(count: u64, whole: bool, none: &str) -> String {
    match (count, whole) {
        (0, true) => none.to_owned(),
        (0, false) => "?".to_owned(),
        (_, true) => grouped(count),
        (_, false) => format!("{}+", grouped(count)),
    }
}

const fn style(severity: Severity) -> Style {
    match severity {
        Severity::Critical | Severity::High => BAD,
        Severity::Medium => DOUBTFUL,
        Severity::Low | Severity::Info => Style::new(),
    }
}

/// Why a source wasn't seen whole, and what to do if few of its accounts have an owner.
fn say_beside(source: &SourceSummary, verdict: &GateVerdict) {
    // The verdict says it, too, if it is because of it.
    let decides =
        verdict.deciding().any(|reason| reason.rule.is_none() && reason.source.as_deref() == Some(&source.name));
    if source.status != SourceStatus::Complete && !decides {
        say(&format!("{} {}", source.name, source.status.with_reason(source.error.as_deref())));
    }
    for note in source.warnings.iter().filter(|note| note.starts_with(LOW_MATCH)) {
        let matched = source.matched.unwrap_or_default();
        let of_all = counted(source.distinct, "account", "accounts");
        say(&format!("{}: {} of {of_all} matched; {}", source.name, grouped(matched), terminal(note)));
    }
}

/// The lines that settle the roster's unknown words, to be pasted.
fn say_words(roster: &RosterSummary) {
    for cure in &roster.unknown.cures {
        say(&format!("Unknown words in the roster; paste below {}: {}", cure.table, terminal(&cure.line)));
    }
}

fn say_verdict<'v>(of: &str, verdict: &GateVerdict, scope: impl Iterator<Item = &'v Reason>) {
    let (style, decided) = match verdict.gate {
        Gate::Pass => (GOOD, "passed"),
        Gate::Fail => (BAD, "failed"),
        Gate::Unverified => (DOUBTFUL, "could not verify"),
    };
    say(&format!("{of}: {style}{decided}{style:#}"));
    for reason in verdict.deciding() {
        say(&format!("  - {}", reason.text));
    }
    for reason in scope {
        say(&format!("  Scope: {}", reason.text));
    }
}

/// How many findings exceptions cover, and what has been resolved.
fn covered(report: &Report) -> Option<String> {
    let count = |disposition| -> u64 {
        let of_it = report.findings.heads().filter(|head| head.disposition() == disposition);
        of_it.map(|head| head.stands_for()).sum()
    };
    let parts = [
        (count(Disposition::Waived), "waived"),
        (count(Disposition::Baselined), "in the baseline"),
        (report.resolved().count() as u64, "of the baseline resolved (`headcount baseline write` drops them)"),
    ];
    let told: Vec<_> = parts.iter().filter(|(count, _)| *count > 0).collect();
    let told: Vec<_> = told.iter().map(|(count, what)| format!("{} {what}", grouped(*count))).collect();
    (!told.is_empty()).then(|| format!("Not counted above: {}", told.join(", ")))
}
