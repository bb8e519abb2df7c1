//! The rows of the statement, as an engine gives them back: Parquet, NDJSON or CSV, a file or a folder of such files.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::accounts::FAILED;
use super::read;
use crate::audit::{Answer, Answers, Verdict, Whose};
use crate::base::diagnostic::Diagnostic;
use crate::expression::EvalError;
use crate::model::{EmployeeFact, FactName, RuleId, SourceName};
use crate::rule::{Missing, RuleResult, RuleSet, Subject};
use crate::table::{self, Cells, Opened, Options, Purposes, Records};

const COLUMNS: [&str; 7] = ["rule", "source", "subject", "member", "verdict", "missing", "accounts"];

/// A row.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Row {
    rule: Option<String>,
    source: Option<String>,
    subject: Option<String>,
    member: Option<String>,
    verdict: Option<String>,
    missing: Option<String>,
    accounts: Value,
}

/// What an engine says, and of how many accounts.
#[derive(Debug, Default)]
pub struct Verdicts {
    /// What the rules say.
    pub answers: Answers,
    /// By which rules.
    pub rules_sha256: Option<String>,
    /// As of when their facts were told.
    pub as_of: String,
    /// Which accounts of each source it has seen.
    pub accounts: BTreeMap<SourceName, Accounts>,
}

/// How many accounts of a source an engine has seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accounts {
    /// By situation and tier.
    pub by_situation: BTreeMap<(String, String), u64>,
    /// Of which none is another.
    pub distinct: u64,
    /// One that is there more than once.
    pub repeated: Option<String>,
}

impl Verdicts {
    /// Reads what an engine says by these rules.
    ///
    /// # Errors
    /// What can't be read, or isn't what the statement gives.
    pub fn read(path: &Path, rules: &RuleSet) -> Result<Self, Diagnostic> {
        let mut verdicts = Self::default();
        let mistake = |message: String| {
            Diagnostic::of_file(path, message)
                .help("give the rows that `headcount sql` asks for, as Parquet, NDJSON or CSV")
        };
        let files = files(path).map_err(|error| mistake(format!("can't be read: {error}")))?;
        for file in &files {
            rows(file, &mut |row| verdicts.take(row, rules)).map_err(mistake)?;
        }
        match verdicts.rules_sha256.as_deref() {
            None => Err(mistake("there is no row that says by which rules it was made".to_owned())),
            Some(sha256) if sha256 != rules.sha256() => {
                let message = "the statement was made of other rules than are configured".to_owned();
                Err(Diagnostic::of_file(path, message)
                    .help("make the statement again with `headcount sql`, and run it"))
            }
            Some(_) => Ok(verdicts),
        }
    }

    fn take(&mut self, row: Row, rules: &RuleSet) -> Result<(), String> {
        let Row { rule, source, subject, member, verdict, missing, accounts } = row;
        let [rule, source, subject, member, verdict, missing] =
            [rule, source, subject, member, verdict, missing].map(Option::unwrap_or_default);
        let accounts = accounts.as_u64().or_else(|| accounts.as_str()?.trim().parse().ok()).unwrap_or(1);
        let named = SourceName::new(&source);
        if rule.is_empty() {
            match verdict.as_str() {
                "statement" => (self.rules_sha256, self.as_of) = (Some(subject), member),
                "accounts" => {
                    let seen = &mut self.accounts.entry(named).or_default().by_situation;
                    *seen.entry((subject, member)).or_default() += accounts;
                }
                "distinct" => {
                    let seen = self.accounts.entry(named).or_default();
                    seen.distinct += accounts;
                    seen.repeated = (!subject.is_empty()).then_some(subject).or(seen.repeated.take());
                }
                other => return Err(format!("a row without a rule says {other:?}")),
            }
            return Ok(());
        }
        let id = RuleId::new(&rule);
        let Some(about) = rules.get(&id).map(crate::rule::Rule::subject) else {
            return Err(format!("there is no rule {rule:?}"));
        };
        let answer = match (verdict.as_str(), about) {
            ("counted", Subject::Group | Subject::Employee) => {
                let all = [Verdict::Violation, Verdict::Pass, Verdict::NotEvaluable];
                let verdict = all.into_iter().find(|verdict| verdict.as_str() == subject);
                let verdict = verdict.ok_or_else(|| format!("a row counts what is {subject:?}"))?;
                Answer::Told((about == Subject::Group).then_some(named), verdict, accounts)
            }
            ("violation", Subject::Group) => {
                Answer::Member { source: named, group: subject, account: member, size: accounts }
            }
            ("violation", Subject::Employee) => {
                Answer::Person(subject, (!source.is_empty()).then_some(source), accounts)
            }
            ("violation", Subject::Account) => Answer::Account(named, subject),
            ("not-evaluable", Subject::Employee) => Answer::Undecided(Whose::Person, subject, undecided(&missing)?),
            ("not-evaluable", Subject::Group) if !member.is_empty() => {
                Answer::Undecided(Whose::Group(named), subject, undecided(&missing)?)
            }
            ("not-evaluable", Subject::Account | Subject::Group) => {
                Answer::Undecided(Whose::Account(named), subject, undecided(&missing)?)
            }
            (other, _) => return Err(format!("a row about {rule} says {other:?}")),
        };
        self.answers.add(&id, answer);
        Ok(())
    }
}

/// Why nobody can say it. What is missing goes before what failed.
fn undecided(words: &str) -> Result<RuleResult, String> {
    let (mut missing, mut failed) = (Missing::NOTHING, None);
    for word in words.split_whitespace() {
        if let Some(error) = word.strip_prefix(FAILED) {
            failed = EvalError::ALL.into_iter().find(|known| format!("{known:?}") == error).or(failed);
            continue;
        }
        let of_vendor = FactName::ALL.into_iter().find(|fact| fact.as_str() == word).map(Missing::of);
        let of_roster = || EmployeeFact::ALL.into_iter().find(|fact| fact.as_str() == word).map(Missing::of_employee);
        missing = missing
            .and(of_vendor.or_else(of_roster).ok_or_else(|| format!("{word:?} is no fact that can be missing"))?);
    }
    Ok(match failed {
        Some(error) if missing.is_empty() => RuleResult::Failed(error),
        _ => RuleResult::NotEvaluable(missing),
    })
}

/// The files of a folder that engines write rows into, or the file itself.
fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    const ENDS: [&str; 4] = ["parquet", "ndjson", "json", "csv"];
    if !fs::metadata(path)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let all = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    let known = |file: &PathBuf| file.extension().is_some_and(|end| ENDS.iter().any(|known| end == *known));
    let mut files: Vec<_> = all.into_iter().filter(known).collect();
    files.sort();
    Ok(files)
}

/// Reads the rows of a file.
fn rows(path: &Path, take: &mut dyn FnMut(Row) -> Result<(), String>) -> Result<(), String> {
    let shown = |error: io::Error| format!("{}: {error}", path.display());
    if path.extension().is_some_and(|end| end == "parquet") {
        return read::rows(path, COLUMNS, |[rule, source, subject, member, verdict, missing, accounts]| {
            let text = |cell| Some(read::text(cell));
            let row = Row {
                accounts: read::number(&accounts).into(),
                rule: text(rule),
                source: text(source),
                subject: text(subject),
                member: text(member),
                verdict: text(verdict),
                missing: text(missing),
            };
            take(row).map_err(io::Error::other)
        })
        .map_err(shown);
    }
    let opened = table::open(path, &Options::default(), &Headings).map_err(|mistake| mistake.to_string())?;
    let mut records = match opened {
        Opened::Lines(lines) => Records::Lines(lines),
        Opened::Records(records, ..) => Records::Json(records),
        Opened::Sources(sources) => {
            let cells = sources.into_iter().filter_map(|source| {
                let header = source.header(&Headings)?;
                let headings = header.headings.clone();
                Some(Cells::new(source.table(header), &headings, None, Vec::new()))
            });
            Records::Cells(cells.collect())
        }
    };
    while let Some(piece) = records.next().map_err(shown)? {
        let mut failed = None;
        piece.for_each(|line| {
            let row = line
                .record
                .and_then(|record| serde_json::from_str::<Row>(record.get()).map_err(|error| error.to_string()));
            if let Err(mistake) = row.and_then(&mut *take) {
                failed.get_or_insert(mistake);
            }
        });
        if let Some(mistake) = failed {
            return Err(mistake);
        }
    }
    Ok(())
}

/// The headings are the columns of the statement.
struct Headings;

impl Purposes for Headings {
    fn of(&self, heading: &str) -> Option<usize> {
        COLUMNS.iter().position(|column| *column == heading)
    }

    fn essential(&self) -> usize {
        0
    }
}
