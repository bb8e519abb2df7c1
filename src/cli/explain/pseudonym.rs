//! `headcount explain --pseudonym NAME`: whom or what a pseudonym stands for, for those who hold the key. The audit is
//! run again, because a pseudonym can only be recognised by making it anew from what it could stand for.

use super::super::audit::open_snapshot;
use super::super::clock::now;
use super::super::output::{print, say, show};
use super::super::privacy::pseudonyms;
use super::super::progress::Bars;
use super::super::{Exit, Global, runtime};
use super::ExplainArgs;
use crate::config::Config;
use crate::model::{Fingerprint, Roster, SourceStatus};
use crate::pipeline::{self, Inputs, RunError, RunOptions};
use crate::render::terminal;
use crate::report::{Finding, Named, Report};

/// The form of a pseudonym; what has another form is a misunderstanding.
pub(super) fn parse(text: &str) -> Result<String, String> {
    let of_somebody = ["account-", "employee-"].into_iter().find_map(|kind| text.strip_prefix(kind));
    let known = match of_somebody {
        Some(digits) => digits.len() == 16 && digits.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f')),
        None => Fingerprint::parse(text).is_some(),
    };
    let expected = "expected account- or employee- with 16 hexadecimal digits, or the 32 digits of a finding";
    if known { Ok(text.to_owned()) } else { Err(expected.to_owned()) }
}

/// Finds out, and tells the story.
pub(super) fn tell(args: &ExplainArgs, name: &str, global: &Global) -> anyhow::Result<Exit> {
    let path = &args.config.config;
    let loaded = Config::load(path).and_then(|config| {
        let names = pseudonyms(&config).map_err(|mistake| vec![mistake])?;
        let snapshot = open_snapshot(args.snapshot.as_deref())?;
        Inputs::load(&config).map(|inputs| (config, inputs, names, snapshot))
    });
    let (config, inputs, names, snapshot) = match loaded {
        Ok(loaded) => loaded,
        Err(mistakes) => {
            show(&mistakes);
            return Ok(Exit::Unusable);
        }
    };
    let options = RunOptions {
        clock: now,
        as_of: args.as_of,
        only: &[],
        snapshot: snapshot.as_ref(),
        previous: None,
        gate: &config.gate,
        observer: &Bars::new(global.bars()),
    };
    let report = match runtime()?.block_on(pipeline::run(&config, &inputs, &options)) {
        Ok(report) => report,
        Err(RunError::Unusable(mistakes)) => {
            show(&mistakes);
            return Ok(Exit::Unusable);
        }
        Err(error) => {
            say(&format!("error: {error}"));
            return Ok(Exit::Unverified);
        }
    };
    let mut out = anstream::stdout().lock();
    let subject = match names.resolve(name, report.named()) {
        Some(Named::Employee(id)) => {
            print(&mut out, &person(name, id, &report, &inputs.roster))?;
            return Ok(Exit::Success);
        }
        Some(Named::Account { source, id }) => (source.to_owned(), id.to_owned()),
        Some(Named::Finding(fingerprint)) => {
            let Some(finding) = report.findings.iter().find(|finding| finding.fingerprint == fingerprint) else {
                return Ok(nobody(name, &report));
            };
            print(&mut out, &found(name, finding))?;
            let Some(account) = account(finding) else { return Ok(Exit::Success) };
            account
        }
        None => return Ok(nobody(name, &report)),
    };
    print(&mut out, &format!("{name} concerns the account {}/{}\n", subject.0, terminal(&subject.1)))?;
    drop(out);
    super::tell(args, &subject, global)
}

fn account(finding: &Finding) -> Option<(String, String)> {
    Some((finding.subject.source.clone()?, finding.subject.account_id.clone()?))
}

/// Who it is, and what was found about them.
fn person(pseudonym: &str, id: &str, report: &Report, roster: &Roster) -> String {
    let known = roster.employees.iter().find(|employee| employee.id.0 == id).and_then(|known| known.name.as_deref());
    let who = format!("{} {}", terminal(id), terminal(known.unwrap_or("without a name")));
    let about = |finding: &&Finding| finding.subject.employee_id.as_deref() == Some(id);
    let findings = report.findings.iter().filter(about).map(|finding| format!("  {}", line(finding)));
    let told: Vec<String> = std::iter::once(format!("{pseudonym} is {who}\n\nFindings")).chain(findings).collect();
    told.join("\n")
}

/// Which finding it is.
fn found(pseudonym: &str, finding: &Finding) -> String {
    format!("{pseudonym} is the finding {}\n  {}\n", finding.fingerprint, line(finding))
}

fn line(finding: &Finding) -> String {
    let subject = &finding.subject;
    let place = subject.source.iter().chain(&subject.account_id).cloned().collect::<Vec<_>>().join("/");
    let about = if place.is_empty() { subject.kind.clone() } else { place };
    let [rule, severity, state] = [&finding.rule, finding.severity.as_str(), finding.disposition.as_str()];
    format!("{rule:24} {severity:9} {state:9} {}: {}", terminal(&about), terminal(&finding.message))
}

/// A pseudonym tells nothing by itself, not even whether another key has made it.
fn nobody(name: &str, report: &Report) -> Exit {
    say(&format!("error: {name} stands for nothing that this audit found"));
    say("  Another key may have made it, or what it stands for was found at another time: give the --snapshot and the");
    say("  --as-of of the report that it is from");
    let mut whole = true;
    for source in report.sources.iter().filter(|source| source.status != SourceStatus::Complete) {
        whole = false;
        say(&format!("  {} was not seen completely, so it may stand for something there", source.name));
    }
    if whole { Exit::Unusable } else { Exit::Unverified }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn only_pseudonyms_are_taken() {
        for good in ["account-0123456789abcdef", "employee-0123456789abcdef", "0123456789abcdef0123456789abcdef"] {
            assert_eq!(parse(good).as_deref(), Ok(good));
        }
        for bad in ["", "account-", "account-0123456789ABCDEF", "voiso/17", "E-1", "person-0123456789abcdef"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
