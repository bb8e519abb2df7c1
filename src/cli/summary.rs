//! What an audit says on stderr when it is done: what was found, what the gate decided and why, in a few lines.

use super::output::say;
use crate::base::text::{counted, grouped};
use crate::model::{Disposition, Severity, SourceStatus};
use crate::render::terminal;
use crate::report::{Gate, GateVerdict, Reason, Report, RosterSummary, SourceSummary};
use crate::run::LOW_MATCH;

/// Says it all.
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
    for source in &report.sources {
        say_matched(source);
    }
    for source in report.sources.iter().filter(|source| source.status != SourceStatus::Complete) {
        say(&format!("{} {}", source.name, source.status.with_reason(source.error.as_deref())));
    }
    say_words(&report.roster);
    say(&format!("Findings: {}", findings(report)));
    say_verdict("Gate", &report.verdict, report.verdict.scope());
    for policy in &report.policies {
        let scope = policy.verdict.scope_beyond(&report.verdict);
        say_verdict(&format!("Policy {} ({})", policy.id, policy.title), &policy.verdict, scope);
    }
}

/// How many of a source's accounts have an owner, and if they are few, what to do about it.
fn say_matched(source: &SourceSummary) {
    let Some((matched, rate)) = source.matched.zip(source.match_rate) else { return };
    let percent = rate * 100.0;
    say(&format!(
        "{}: {} of {} matched ({percent:.0} %)",
        source.name,
        grouped(matched),
        counted(source.distinct, "account", "accounts")
    ));
    for note in source.warnings.iter().filter(|note| note.starts_with(LOW_MATCH)) {
        say(&format!("  {}", terminal(note)));
    }
}

/// The lines that settle the roster's unknown words, to be pasted.
fn say_words(roster: &RosterSummary) {
    for cure in &roster.unknown.cures {
        say(&format!("Unknown words in the roster; paste below {}: {}", cure.table, terminal(&cure.line)));
    }
}

fn say_verdict<'v>(of: &str, verdict: &GateVerdict, scope: impl Iterator<Item = &'v Reason>) {
    let decided = match verdict.gate {
        Gate::Pass => "passed",
        Gate::Fail => "failed",
        Gate::Unverified => "could not verify",
    };
    say(&format!("{of}: {decided}"));
    for reason in verdict.deciding() {
        say(&format!("  - {}", reason.text));
        if let Some(remedy) = &reason.remedy {
            say(&format!("    To do: {remedy}"));
        }
    }
    for reason in scope {
        say(&format!("  Scope: {}", reason.text));
    }
    if let Some(remedy) = &verdict.remedy {
        say(remedy);
    }
}

/// Open findings by severity, and how many exceptions cover.
fn findings(report: &Report) -> String {
    let of = |disposition| report.findings.heads().filter(move |head| head.disposition() == disposition);
    let open = Severity::ALL.map(|severity| {
        let of_it = of(Disposition::Open).filter(|head| head.severity() == severity);
        let count: u64 = of_it.map(|head| head.stands_for()).sum();
        (count > 0).then(|| format!("{} {severity}", grouped(count)))
    });
    let open: Vec<String> = open.into_iter().flatten().collect();
    let covered =
        [(Disposition::Waived, "waived"), (Disposition::Baselined, "baselined")].map(|(disposition, name)| {
            let count: u64 = of(disposition).map(|head| head.stands_for()).sum();
            if count == 0 { String::new() } else { format!("; {} {name}", grouped(count)) }
        });
    let resolved = report.resolved().count() as u64;
    let resolved = if resolved == 0 {
        String::new()
    } else {
        format!("; {} of the baseline resolved (`headcount baseline write` drops them)", grouped(resolved))
    };
    let open = if open.is_empty() { "none open".to_owned() } else { open.join(", ") };
    format!("{open}{}{resolved}", covered.concat())
}
