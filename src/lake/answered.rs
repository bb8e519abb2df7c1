//! What comes back from an engine, as the populations of an audit: how all accounts were counted, and the records of those that
//! the engine accuses.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use super::TableName;
use super::file::Folder;
use super::part::{Part, merged};
use super::read;
use super::verdicts::{Accounts, Verdicts};
use crate::audit::{Answers, Disagreement, Looked, RuleCount};
use crate::base::diagnostic::Diagnostic;
use crate::base::text::{counted, grouped};
use crate::config::SourceConfig;
use crate::fetch::{Certificate, Population, Spool, SpoolWriter};
use crate::model::{Json, RuleId, SourceName, Timestamp};
use crate::rule::RuleSet;

/// What an engine has answered.
#[derive(Debug)]
pub struct Answered {
    facts: PathBuf,
    verdicts: PathBuf,
    /// What it says.
    pub answers: Answers,
    certificates: BTreeMap<SourceName, Certificate>,
    unused_lines: BTreeMap<SourceName, Vec<u64>>,
    /// Whether the records of all accounts are read, because something lists or keeps them all.
    everything: bool,
    /// When the first of them was read.
    pub started_at: Timestamp,
}

impl Answered {
    /// As of when facts were told, if they can be read.
    pub fn as_of(facts: &Path) -> Option<Timestamp> {
        Part::read_all(&Folder::new(facts)).ok()?.first().map(|part| part.as_of)
    }

    /// Reads the answer of an engine: its rows, and the facts that they rest on. `grounds` is what those of each source would rest on
    /// now, in addition to rules and roster.
    ///
    /// # Errors
    /// What can't be read, what doesn't belong together, or an engine that hasn't seen all accounts.
    pub fn read(
        facts: &Path,
        verdicts: &Path,
        rules: &RuleSet,
        roster_sha256: &str,
        grounds: &BTreeMap<SourceName, String>,
        everything: bool,
    ) -> Result<Self, Diagnostic> {
        let folder = Folder::new(facts);
        let unreadable = |error: &io::Error| {
            Diagnostic::of_file(facts, format!("can't be read: {error}"))
                .help("name the folder that `headcount facts --out` has written")
        };
        let parts = Part::read_all(&folder).map_err(|error| unreadable(&error))?;
        let Some(first) = parts.first() else { return Err(unreadable(&io::ErrorKind::NotFound.into())) };
        let (as_of, started_at) = (first.as_of, first.certificate.started_at);
        for part in &parts {
            let what = if part.as_of != as_of {
                "as of another moment than other parts"
            } else if part.rules_sha256 != rules.sha256() {
                "by other rules than are configured"
            } else if part.roster_sha256 != roster_sha256 {
                "by another roster than is configured"
            } else if grounds.get(&part.source) != Some(&part.rests_on) {
                "with another [hr], [match], [[source]], crosswalk or declared accounts than are configured"
            } else {
                continue;
            };
            let message = format!("the facts of {} {} were made {what}", part.source, part.part);
            return Err(Diagnostic::of_file(facts, message)
                .help("make them again with `headcount facts`, each part with one --as-of"));
        }
        let Verdicts { mut answers, accounts, as_of: told_as_of, .. } = Verdicts::read(verdicts, rules)?;
        if told_as_of != as_of.to_rfc3339() {
            return Err(unbelieved(verdicts, "it is of facts as of another moment than these".to_owned()));
        }
        answers.complete().map_err(|message| unbelieved(verdicts, message))?;
        let (mut certificates, mut unused_lines) = (BTreeMap::new(), BTreeMap::new());
        for (source, parts) in by_source(parts) {
            let Some((certificate, looked, unused)) = merged(&parts) else { continue };
            let seen = accounts.get(&source).cloned().unwrap_or_default();
            check(&source, &seen, &looked).map_err(|message| unbelieved(verdicts, message))?;
            each_once((facts, verdicts), &source, &seen, certificate.distinct)?;
            all_said(&source, &answers, &looked).map_err(|message| unbelieved(verdicts, message))?;
            answers.add_looked(source.clone(), looked);
            unused_lines.insert(source.clone(), unused);
            certificates.insert(source, certificate);
        }
        let foreign =
            answers.sources().into_iter().chain(accounts.keys()).find(|source| !certificates.contains_key(source));
        if let Some(source) = foreign {
            return Err(unbelieved(verdicts, format!("it tells of {source}, of which there are no facts")));
        }
        let started_at = certificates.values().map(|certificate| certificate.started_at).min().unwrap_or(started_at);
        let (facts, verdicts) = (facts.to_owned(), verdicts.to_owned());
        Ok(Self { facts, verdicts, answers, certificates, unused_lines, everything, started_at })
    }

    /// The lines of a source's crosswalk that no account uses.
    pub fn unused_lines(&self, source: &SourceName) -> &[u64] {
        self.unused_lines.get(source).map(Vec::as_slice).unwrap_or_default()
    }

    /// How the accounts of a source were counted, and the records of those that the engine accuses.
    ///
    /// # Errors
    /// They can't be read, or one isn't there.
    pub fn population(&self, source: &SourceConfig) -> Result<Population, Diagnostic> {
        let (name, mistake) = (&source.name, |message: String| Diagnostic::of_file(&self.facts, message));
        let Some(mut certificate) = self.certificates.get(name).cloned() else {
            return Err(mistake(format!("there are no facts of {name}"))
                .help(format!("make them with `headcount facts --source {name}`")));
        };
        certificate.expect(source.expect_min);
        let spool = self.records(name, certificate.distinct);
        let help = "give the tables as `headcount facts` has written them";
        let spool = spool.map_err(|error| mistake(error.to_string()).help(help))?;
        Ok(Population { source: name.clone(), certificate, spool: Some(spool) })
    }

    /// The records of the accounts of a source that are needed.
    fn records(&self, source: &SourceName, distinct: u64) -> io::Result<Spool> {
        let accounts = Folder::new(&self.facts).of(TableName::Accounts);
        let mut wanted: BTreeSet<&str> = self.answers.wanted(source);
        let mut spool = SpoolWriter::new();
        for file in read::files(&accounts).map_err(|error| read::named(&accounts, &error))? {
            let read = read::rows(&file, ["source", "id", "record"], |[of, id, record]| {
                if read::text(of) == source.as_str() && (wanted.remove(read::text(id).as_str()) || self.everything) {
                    spool.push(Json::kept(&read::text(record)))?;
                }
                Ok(())
            });
            read.map_err(|error| read::named(&file, &error))?;
        }
        if let Some(id) = wanted.first() {
            let lacking = counted(wanted.len() as u64, "account", "accounts");
            let message = format!(
                "the engine accuses {lacking} of {source} whose records aren't there, such as {id}; put them into {}",
                accounts.display()
            );
            return Err(io::Error::new(io::ErrorKind::NotFound, message));
        }
        let spool = spool.finish()?;
        if self.everything && spool.len() != distinct {
            let (here, all) = (grouped(spool.len()), grouped(distinct));
            let message = format!(
                "what lists or keeps every account needs every record of {source}, and {here} of {all} are there"
            );
            return Err(io::Error::new(io::ErrorKind::NotFound, message));
        }
        Ok(spool)
    }

    /// What an engine says can't be believed.
    pub fn refuted(&self, disagreement: &Disagreement) -> Diagnostic {
        unbelieved(&self.verdicts, disagreement.to_string())
    }
}

fn unbelieved(verdicts: &Path, message: String) -> Diagnostic {
    let help =
        "make the statement again with `headcount sql`, run it over these facts, and give all of its rows as they are";
    Diagnostic::of_file(verdicts, message).help(help)
}

fn by_source(parts: Vec<Part>) -> BTreeMap<SourceName, Vec<Part>> {
    let mut all: BTreeMap<SourceName, Vec<Part>> = BTreeMap::new();
    for part in parts {
        all.entry(part.source.clone()).or_default().push(part);
    }
    all
}

/// An engine that has seen fewer accounts than there are facts of, or whose owners are others, can't be believed.
fn check(source: &SourceName, seen: &Accounts, looked: &Looked) -> Result<(), String> {
    let here = looked.tally.by_situation();
    let here: BTreeMap<(String, String), u64> = here
        .filter(|(_, count)| *count > 0)
        .map(|((situation, tier), count)| ((situation.to_owned(), tier.to_owned()), count))
        .collect();
    if seen.by_situation == here {
        return Ok(());
    }
    let told = |counts: &BTreeMap<(String, String), u64>| {
        let told = counts
            .iter()
            .map(|((situation, tier), count)| format!("{} {situation} {tier}", grouped(*count)).trim_end().to_owned());
        if counts.is_empty() { "no account".to_owned() } else { told.collect::<Vec<_>>().join(", ") }
    };
    Err(format!(
        "{source}: the engine has seen {}, and the facts are of {}; it has to read every file of every table",
        told(&seen.by_situation),
        told(&here)
    ))
}

/// An account in two parts would count twice in groups and of people, and hide that another one was lost: facts with it can only be
/// made anew.
fn each_once(
    (facts, verdicts): (&Path, &Path),
    source: &SourceName,
    seen: &Accounts,
    accounts: u64,
) -> Result<(), Diagnostic> {
    if let Some(id) = &seen.repeated {
        return Err(Diagnostic::of_file(facts, format!("{source}: the account {id} is in more than one part"))
            .help("share the records out by account, so that each is in one part, and make the facts again"));
    }
    if seen.distinct == accounts {
        return Ok(());
    }
    let told = counted(seen.distinct, "account", "accounts");
    Err(unbelieved(
        verdicts,
        format!("{source}: the engine tells {told} apart, and the facts are of {}", grouped(accounts)),
    ))
}

/// What rules say of single accounts was counted when the facts were made: an engine that tells less has left out a violation.
fn all_said(source: &SourceName, answers: &Answers, looked: &Looked) -> Result<(), String> {
    let by_engine = answers.of_accounts(source);
    let differs = |rule: &&RuleId| by_engine.get(*rule) != looked.said.get(*rule);
    let Some(rule) = by_engine.keys().chain(looked.said.keys()).find(differs) else { return Ok(()) };
    let [engine, facts] = [&by_engine, &looked.said].map(|said| said.get(rule).copied().unwrap_or_default());
    let told = |count: RuleCount| {
        format!(
            "{} and {} that can't be judged",
            counted(count.violations, "violation", "violations"),
            grouped(count.not_evaluable)
        )
    };
    Err(format!("{source}: of {rule}, the engine tells {}, and the facts {}", told(engine), told(facts)))
}
