//! The earlier report, as far as it is remembered: what it rests on, and its findings by their names. Read once, as a stream.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::de::DeserializeOwned;

use super::accounts::List;
use super::changes::{PreviousRun, TrendPoint};
use super::gone::{self, Gone, GoneLine, GoneSubject, Remembered};
use super::ground::{CellGround, Ground, RuleGround, SourceGround};
use super::known::{At, Index, Kind, Known, NO_SOURCE, name};
use super::lines::{self, Chunk, Place, Take, mistake};
use super::parts::{CellPart, ChangesPart, CorrelationPart, FindingLine, Parts, ReviewPart, RulePart, RunPart};
use crate::bag::Role;
use crate::base::diagnostic::Diagnostic;
use crate::breaker::{Previous, ReportedRoster, ReportedSource};
use crate::exception::PromiseMemory;
use crate::files::Files;
use crate::model::{Disposition, Fingerprint, RuleId, Severity, SourceName, Subject};

/// An earlier report.
#[derive(Debug, Default)]
pub struct Earlier {
    path: PathBuf,
    files: Files,
    /// What its findings rest on; sources have the names that they have now.
    pub ground: Ground,
    schema: u32,
    /// Whether the list of all accounts beside it is of the same run.
    lists_accounts: bool,
    roster: Option<ReportedRoster>,
    sources: Vec<ReportedSource>,
    pub(super) index: Index,
    /// Each rule and source once.
    names: Vec<String>,
    /// Findings whose words stand nowhere else.
    pub(super) carried: Vec<Gone>,
    pub(super) remembered: Vec<Remembered>,
    pub(super) trend: Vec<TrendPoint>,
    open: BTreeMap<Severity, u64>,
    /// Old names of sources → new ones.
    renamed: BTreeMap<String, String>,
    /// Whether it carries on what the ones before it knew.
    carries: bool,
    as_of: NaiveDate,
    promises: PromiseMemory,
}

/// A finding that was read, and its words where they can't be read again.
pub(super) struct Parsed {
    known: Known,
    rule: String,
    source: Option<String>,
    line: usize,
    words: Option<Gone>,
}

impl Earlier {
    /// What it knew of promises.
    pub fn promises(&self) -> PromiseMemory {
        self.promises.clone()
    }

    /// Reads a report, or that of a bundle. `renamed` has the new names of sources, and the old ones.
    ///
    /// # Errors
    /// It can't be read, isn't a report, or can't be true; with the line.
    pub fn read(files: &Files, path: &Path, renamed: &BTreeMap<String, String>) -> Result<Self, Diagnostic> {
        const HELP: &str = "name the report.json of an earlier audit, as it was written";
        Self::open(files, path, renamed)
            .map_err(|mistake| if mistake.help.is_some() { mistake } else { mistake.help(HELP) })
    }

    fn open(files: &Files, path: &Path, renamed: &BTreeMap<String, String>) -> Result<Self, Diagnostic> {
        let path = &files.report_at(path);
        let renamed = renamed.iter().map(|(new, old)| (old.clone(), new.clone())).collect();
        let mut earlier = Self { path: path.to_owned(), files: files.clone(), renamed, ..Self::default() };
        lines::read(path, || Ok(files.open(Role::PreviousReport, path)?.content), &mut earlier)?;
        earlier.close()
    }

    /// Checks what can be told only at the end, and puts it in order.
    fn close(mut self) -> Result<Self, Diagnostic> {
        let wrong = |message: String| Err(mistake(&self.path, 0, message));
        match self.schema {
            1 | 2 => {}
            0 => return wrong("this isn't a report: it doesn't say of which schema it is".to_owned()),
            other => return wrong(format!("expected a report of schema 1 or 2 and found schema {other}")),
        }
        if self.ground.run_id.is_empty() || self.roster.is_none() || self.ground.rules.is_empty() {
            return wrong("this isn't a report: run, roster or rules are missing".to_owned());
        }
        if let Some(twice) = self.index.sort() {
            let [high, low] = twice.name;
            return wrong(format!("the finding {high:016x}{low:016x} is there twice"));
        }
        if self.ground.naming.is_empty() {
            self.ground = std::mem::take(&mut self.ground).renamed(&self.renamed);
        }
        if self.trend.last().is_none_or(|last| last.run_id != self.ground.run_id) {
            self.trend.push(TrendPoint {
                run_id: self.ground.run_id.clone(),
                as_of: self.ground.as_of,
                accounts: self.ground.accounts,
                complete: self.ground.is_complete(),
                open: self.open.clone(),
                ..TrendPoint::default()
            });
        }
        Ok(self)
    }

    /// What roster and sources are held against.
    pub fn measure(&mut self) -> Previous {
        let sources = std::mem::take(&mut self.sources);
        Previous::of_report(self.ground.as_of, self.roster.take(), sources)
    }

    /// The list of all accounts beside it, if it is of the same audit.
    ///
    /// # Errors
    /// It can't be read, or is something else.
    pub fn list(&self) -> Result<Option<List>, Diagnostic> {
        // A bundle has it always.
        if !self.lists_accounts && !Files::is_of_bundle(&self.path) {
            return Ok(None);
        }
        List::beside(&self.files, &self.path, self.ground.accounts, &self.renamed)
    }

    /// Whether it carries on what the ones before it knew.
    pub const fn carries(&self) -> bool {
        self.carries
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether its findings can be compared at all: those of the first schema have other names.
    pub const fn has_names(&self) -> bool {
        self.schema > 1
    }

    /// Which report it is.
    pub fn run(&self) -> PreviousRun {
        PreviousRun { run_id: self.ground.run_id.clone(), as_of: self.ground.as_of }
    }

    /// How many findings are remembered.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The reports so far, this one last.
    pub fn trend(&self) -> &[TrendPoint] {
        &self.trend
    }

    pub(super) fn word(&self, at: u16) -> Option<&str> {
        self.names.get(usize::from(at)).map(String::as_str)
    }

    /// Reads the words of findings again: `at` are places in the file, in their order.
    ///
    /// # Errors
    /// The file can't be read, or isn't what it was.
    pub(super) fn words(&self, at: impl Iterator<Item = u64>) -> Result<Vec<GoneLine>, Diagnostic> {
        gone::read_again(&self.files, &self.path, at, &self.renamed)
    }

    fn intern(&mut self, name: &str) -> Result<u16, Diagnostic> {
        let at = self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        let too_many = || mistake(&self.path, 0, "this isn't a report: it has more than 65,000 rules and sources");
        u16::try_from(at).ok().filter(|at| *at < NO_SOURCE).ok_or_else(too_many)
    }

    fn json<T: DeserializeOwned>(&self, json: &str, place: Place) -> Result<T, Diagnostic> {
        serde_json::from_str(json).map_err(|error| {
            let line = if place.line == 0 { 0 } else { place.line + error.line() - 1 };
            let message = error.to_string();
            let reason = message.rsplit_once(" at line ").map_or(message.as_str(), |(reason, _)| reason);
            mistake(&self.path, line, format!("this isn't a report: {reason}"))
        })
    }

    /// Remembers a finding that isn't in the list of findings.
    fn remember(&mut self, gone: &Parts<'_>, at: At) -> Result<(), Diagnostic> {
        self.check_days(0, gone.fingerprint, gone.first_seen, gone.since)?;
        let fingerprint = self.fingerprint(gone.rule, gone.kind, gone.source, gone.account_id, gone.fingerprint);
        let unnamed = || mistake(&self.path, 0, format!("{:?} is no fingerprint", gone.fingerprint));
        let known = Known {
            name: name(&fingerprint).ok_or_else(unnamed)?,
            at,
            first_seen: gone.first_seen,
            since: gone.since,
            rule: self.intern(gone.rule)?,
            source: match gone.source {
                Some(source) => self.intern(&self.renamed.get(source).cloned().unwrap_or_else(|| source.to_owned()))?,
                None => NO_SOURCE,
            },
            kind: Kind::of(gone.kind),
            severity: gone.severity,
            reopened: gone.reopened,
            waived: gone.waived,
        };
        self.index.push(known);
        Ok(())
    }

    /// Whether the days of a finding can be true.
    fn check_days(&self, line: usize, what: &str, first: NaiveDate, since: NaiveDate) -> Result<(), Diagnostic> {
        let as_of = self.as_of;
        let wrong = |message: String| Err(mistake(&self.path, line, format!("{what}: {message}")));
        match () {
            () if since < first => wrong(format!("since is {since}, before first_seen, {first}")),
            () if since > as_of => wrong(format!("since is {since}, and the report is of {as_of}")),
            () => Ok(()),
        }
    }

    /// What a finding is called now, where its source was called otherwise.
    fn fingerprint<'f>(
        &self,
        rule: &str,
        kind: &str,
        source: Option<&str>,
        account_id: Option<&str>,
        fingerprint: &'f str,
    ) -> Cow<'f, str> {
        let new = source.and_then(|source| self.renamed.get(source)).filter(|_| self.ground.naming.is_empty());
        let Some(new) = new.map(|new| SourceName::new(new)) else { return fingerprint.into() };
        let rule = RuleId::new(rule);
        match (kind, account_id) {
            ("account", Some(id)) => Fingerprint::of_account(&rule, &new, id).as_str().to_owned().into(),
            ("source", _) => Fingerprint::of(&rule, &Subject::Source { source: new }).as_str().to_owned().into(),
            _ => fingerprint.into(),
        }
    }

    fn parse(&self, text: &[u8], place: Place) -> Result<Parsed, Diagnostic> {
        let line = place.line;
        let wrong = |reason: String| mistake(&self.path, line, format!("this isn't a finding: {reason}"));
        let found: FindingLine<'_> = serde_json::from_slice(text).map_err(|error| wrong(error.to_string()))?;
        let FindingLine { fingerprint, rule, severity, disposition, subject, history } = found;
        let source = subject.source.as_deref();
        let own =
            self.fingerprint(&rule, &subject.kind, source, subject.account_id.as_deref(), &fingerprint).into_owned();
        let name = name(&own).ok_or_else(|| wrong(format!("{fingerprint:?} is no fingerprint")))?;
        let (first_seen, since, reopened) = history
            .map_or((self.as_of, self.as_of, 0), |history| (history.first_seen, history.since, history.reopened));
        self.check_days(line, &fingerprint, first_seen, since)?;
        let words = (line == 0).then(|| Gone {
            fingerprint: own,
            rule: rule.clone().into_owned(),
            severity,
            subject: GoneSubject {
                kind: subject.kind.clone().into_owned(),
                source: source.map(str::to_owned),
                account_id: subject.account_id.as_deref().map(str::to_owned),
                employee_id: subject.employee_id,
                members: subject.members.map(|_| Vec::new()),
            },
            first_seen,
            since,
            resolved_on: None,
            days_open: 0,
            reopened,
            waived: disposition == Disposition::Waived,
            why: None,
        });
        let known = Known {
            name,
            at: At::File(place.byte),
            first_seen,
            since,
            rule: 0,
            source: NO_SOURCE,
            kind: Kind::of(&subject.kind),
            severity,
            reopened,
            waived: disposition == Disposition::Waived,
        };
        let source = source.map(|source| self.renamed.get(source).map_or(source, String::as_str).to_owned());
        Ok(Parsed { known, rule: rule.into_owned(), source, line, words })
    }
}

impl Take for Earlier {
    type Made = Vec<Parsed>;

    fn wants(&self, part: &str) -> bool {
        const PARTS: [&str; 9] = [
            "schema_version",
            "run",
            "roster",
            "sources",
            "correlation",
            "rules",
            "evaluability",
            "changes",
            "reviews",
        ];
        PARTS.contains(&part)
    }

    fn part(&mut self, name: &str, json: &str, place: Place) -> Result<(), Diagnostic> {
        match name {
            "schema_version" => self.schema = self.json(json, place)?,
            "run" => {
                let RunPart { id, as_of, reading_sha256: reading, left_out, naming, lists_accounts } =
                    self.json(json, place)?;
                self.lists_accounts = lists_accounts;
                self.as_of = as_of.date_naive();
                let ground = &mut self.ground;
                (ground.run_id, ground.as_of, ground.reading) = (id, as_of, reading);
                (ground.left_out, ground.naming) = (left_out, naming);
            }
            "roster" => {
                let roster: ReportedRoster = self.json(json, place)?;
                self.ground.keys = roster.key_columns();
                self.roster = Some(roster);
            }
            "sources" => {
                self.sources = self.json(json, place)?;
                let seen = |source: &ReportedSource| {
                    let ReportedSource { vendor, status, reading_sha256: reading, .. } = source.clone();
                    let ground = SourceGround { vendor, status, reading };
                    (source.name.clone(), ground)
                };
                self.ground.sources = self.sources.iter().map(seen).collect();
            }
            "correlation" => {
                let CorrelationPart { accounts } = self.json(json, place)?;
                self.ground.accounts = accounts;
            }
            "rules" => {
                let rules: Vec<RulePart> = self.json(json, place)?;
                let rule = |RulePart { id, disabled, logic_sha256: logic, not_evaluable }| {
                    (id, RuleGround { enabled: !disabled, logic, not_evaluable })
                };
                self.ground.rules = rules.into_iter().map(rule).collect();
            }
            "evaluability" => {
                let cells: Vec<CellPart> = self.json(json, place)?;
                for CellPart { rule, source, not_evaluable, missing } in cells {
                    let cell = CellGround { not_evaluable, missing };
                    self.ground.cells.entry(rule).or_default().insert(source, cell);
                }
            }
            "reviews" => {
                let reviews: Vec<ReviewPart> = self.json(json, place)?;
                for ReviewPart { id, kept_promises } in reviews {
                    self.promises.remember(&id, kept_promises);
                }
            }
            _ => {
                let ChangesPart { resolved, unseen, mut remembered, trend } = self.json(json, place)?;
                for gone in unseen {
                    let at = At::Carried(u32::try_from(self.carried.len()).unwrap_or(u32::MAX));
                    self.remember(&Parts::of(&gone), at)?;
                    self.carried.push(gone);
                }
                remembered.extend(resolved.into_iter().filter_map(Gone::remembered));
                for old in remembered {
                    let at = At::Resolved(u32::try_from(self.remembered.len()).unwrap_or(u32::MAX));
                    self.remember(&Parts::of_remembered(&old), at)?;
                    self.remembered.push(old);
                }
                self.carries = !trend.is_empty();
                self.trend = trend;
            }
        }
        Ok(())
    }

    fn make(&self, chunk: &Chunk) -> Result<Self::Made, Diagnostic> {
        let mut place = chunk.place;
        let mut made = Vec::new();
        // Those of the first schema have other names.
        if self.schema == 1 {
            return Ok(made);
        }
        for text in chunk.text.split_inclusive(|byte| *byte == b'\n') {
            let finding = text.trim_ascii();
            made.push(self.parse(finding.strip_suffix(b",").unwrap_or(finding), place)?);
            place.byte += text.len() as u64;
            place.line += usize::from(place.line > 0);
        }
        Ok(made)
    }

    fn findings(&mut self, made: Self::Made) -> Result<(), Diagnostic> {
        for Parsed { mut known, rule, source, line, words } in made {
            known.rule = self.intern(&rule)?;
            if let Some(source) = source {
                known.source = self.intern(&source)?;
            }
            if let Some(words) = words.filter(|_| line == 0) {
                known.at = At::Carried(u32::try_from(self.carried.len()).unwrap_or(u32::MAX));
                self.carried.push(words);
            }
            if !known.waived {
                *self.open.entry(known.severity).or_default() += 1;
            }
            self.index.push(known);
        }
        Ok(())
    }
}
