//! `headcount explain --pseudonym NAME`: whom or what a pseudonym stands for, for those who hold the key. The audit is
//! run again, because a pseudonym can only be recognised by making it anew from what it could stand for.

use super::super::output::{print, refuse, say};
use super::super::privacy::pseudonyms;
use super::super::{Exit, Global, runtime};
use super::{ExplainArgs, Subject};
use crate::model::{Fingerprint, Roster, SourceStatus};
use crate::render::terminal;
use crate::report::{Finding, Findings, Named, Pseudonyms, Report};
use crate::run::{self, Following};

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
    let read = args.investigation.read(&[]).and_then(|investigation| {
        let names = pseudonyms(&investigation.config).map_err(|mistake| vec![mistake])?;
        Ok((investigation, names))
    });
    let (investigation, names) = match read {
        Ok(read) => read,
        Err(error) => return Ok(refuse(&error)),
    };
    let waiting = global.waiting();
    let options = investigation.options(&waiting);
    let report = match runtime()?.block_on(run::run(
        &investigation.config,
        &investigation.inputs,
        &options,
        Following::default(),
    )) {
        Ok(audited) => audited.report,
        Err(error) => return Ok(refuse(&error)),
    };
    drop(waiting);
    let Some((meant, finding)) = meant(&report, &names, name)? else { return Ok(nobody(name, &report)) };
    let mut out = anstream::stdout().lock();
    let (source, id) = match meant {
        Meant::Employee(id) => {
            print(&mut out, &person(name, &id, &report, &investigation.inputs.roster)?)?;
            return Ok(Exit::Success);
        }
        Meant::Account(source, id) => (source, id),
        Meant::Finding => {
            print(&mut out, &found(name, &finding))?;
            let Some(account) = account(&finding) else { return Ok(Exit::Success) };
            account
        }
    };
    print(&mut out, &format!("{name} concerns the account {source}/{}\n", terminal(&id)))?;
    drop(out);
    super::tell(args, &Subject::Account { source, id }, global)
}

/// What a pseudonym stands for.
enum Meant {
    Employee(String),
    /// Its source and identifier.
    Account(String, String),
    Finding,
}

/// The first finding in which something has this pseudonym, and what.
fn meant(report: &Report, names: &Pseudonyms, pseudonym: &str) -> std::io::Result<Option<(Meant, Finding)>> {
    let all = std::iter::once(&report.findings).chain(report.policies.iter().map(|policy| &policy.findings));
    for finding in all.flat_map(Findings::iter) {
        let finding = finding?;
        let meant = names.resolve(pseudonym, finding.named()).map(|named| match named {
            Named::Employee(id) => Meant::Employee(id.to_owned()),
            Named::Account { source, id } => Meant::Account(source.to_owned(), id.to_owned()),
            Named::Finding(_) => Meant::Finding,
        });
        if let Some(meant) = meant {
            return Ok(Some((meant, finding)));
        }
    }
    Ok(None)
}

fn account(finding: &Finding) -> Option<(String, String)> {
    Some((finding.subject.source.clone()?, finding.subject.account_id.clone()?))
}

/// Who it is, and what was found about them.
fn person(pseudonym: &str, id: &str, report: &Report, roster: &Roster) -> std::io::Result<String> {
    let known = roster.employees.iter().find(|employee| employee.id() == id).and_then(|known| known.name());
    let who = format!("{} {}", terminal(id), terminal(known.unwrap_or("without a name")));
    let mut told = vec![format!("{pseudonym} is {who}\n\nFindings")];
    for finding in report.findings.iter() {
        let finding = finding?;
        if finding.subject.employee_id.as_deref() == Some(id) {
            told.push(format!("  {}", line(&finding)));
        }
    }
    Ok(told.join("\n"))
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
