//! Organisations in a folder: their facts in an engine, and what the audit says of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use tempfile::TempDir;

use super::rows::Said;
use crate::audit::{Evidence, Look, Sight};
use crate::bag::Role;
use crate::base::diagnostic::Diagnostic;
use crate::config::Config;
use crate::fetch::{Population, Progress, Quiet};
use crate::files::Files;
use crate::lake::{Answered, Folder, PartOf};
use crate::model::{RuleId, SourceName, Timestamp};
use crate::report::Report;
use crate::rule::{Rule, RuleResult, Subject};
use crate::run::facts::{WantedFacts, facts, grounds};
use crate::run::{self, Following, Inputs, Observer, Phase, RunError, RunOptions};

/// An organisation.
pub(super) struct Organisation {
    folder: TempDir,
    config: Config,
    inputs: Inputs,
    now: Timestamp,
}

struct Silent;

impl Observer for Silent {
    fn started(&self, _: &SourceName) -> Box<dyn Progress> {
        Box::new(Quiet)
    }

    fn fetched(&self, _: &Population) {}

    fn entered(&self, _: Phase) {}
}

impl Organisation {
    /// With these files, of which one is the configuration.
    pub(super) fn new(files: &[(&str, &str)], now: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            fs::write(folder.path().join(name), text).expect("written");
        }
        Self::at(folder, now)
    }

    /// That lies in a folder.
    pub(super) fn at(folder: TempDir, now: &str) -> Self {
        let now: Timestamp = now.parse().expect("a time");
        let path = folder.path().join("headcount.toml");
        let config = Config::read(&path, Role::Configuration, Files::default()).expect("a good configuration");
        let inputs = Inputs::load(&config, None, now).unwrap_or_else(|error| panic!("{error}"));
        Self { folder, config, inputs, now }
    }

    /// The same, read anew.
    pub(super) fn again(self) -> Self {
        let now = self.now.to_rfc3339();
        Self::at(self.folder, &now)
    }

    pub(super) fn rules(&self) -> &crate::rule::RuleSet {
        &self.inputs.rules
    }

    fn options(&self) -> RunOptions<'_> {
        RunOptions {
            clock: || "2026-10-15T12:00:00Z".parse().unwrap_or_default(),
            as_of: Some(self.now),
            only: &[],
            snapshot: None,
            answered: None,
            replaced: &[],
            again: None,
            previous: None,
            inventory: None,
            lists_accounts: false,
            evidence: Evidence::Whole,
            gate: &self.config.gate,
            allow_outage: false,
            observer: &Silent,
        }
    }

    /// The report of an audit here, or of what an engine has answered.
    pub(super) fn report(&self, answered: Option<&Answered>) -> Result<Report, RunError> {
        let options = RunOptions { answered, ..self.options() };
        let audited = wait(run::run(&self.config, &self.inputs, &options, Following::default()))?;
        Ok(audited.report)
    }

    /// How many people an audit can't judge, by rule.
    pub(super) fn undecided_people(&self) -> BTreeMap<String, u64> {
        let report = self.report(None).unwrap_or_else(|error| panic!("{error}"));
        let about_people =
            |rule: &str| self.rules().get(&RuleId::new(rule)).is_some_and(|rule| rule.subject() == Subject::Employee);
        let judged = report.rules.iter().filter(|rule| rule.not_evaluable > 0 && about_people(&rule.id));
        judged.map(|rule| (rule.id.clone(), rule.not_evaluable)).collect()
    }

    /// What an engine has answered, whose rows are in a file.
    pub(super) fn answered(&self, verdicts: &Path) -> Result<Answered, Diagnostic> {
        let facts = self.folder.path().join("facts");
        let grounds = grounds(&self.config).expect("readable");
        Answered::read(&facts, verdicts, &self.inputs.rules, &self.inputs.roster.sha256, &grounds, false)
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes its facts, and says where.
    pub(super) fn facts(&self) -> std::path::PathBuf {
        let path = self.folder.path().join("facts");
        let folder = Folder::new(&path);
        let wanted = WantedFacts { folder: &folder, part: PartOf::WHOLE, records: None, declared: None };
        let options = self.options();
        wait(facts(&self.config, &self.inputs, &options, wanted)).expect("facts");
        path
    }

    /// What the audit says: of accounts one by one, and of groups and people what it has found.
    pub(super) fn judged(&self) -> BTreeSet<Said> {
        let options = self.options();
        let mut said = BTreeSet::new();
        let sources = run::ready(&self.config, &self.inputs, &options).expect("sources");
        let mut populations = wait(run::fetch_all(&sources, &options)).expect("accounts");
        let audit = self.inputs.audit(&self.config, self.now);
        for (source, population) in sources.iter().zip(&mut populations) {
            let about = |rule: &&Rule| rule.applies_to(&source.config.name);
            let judge = Judge(self.inputs.rules.enabled().filter(about).collect());
            let spool = population.spool.as_mut().expect("records");
            let taken = audit.look(&source.context(), spool, &judge, |some| {
                said.extend(some);
                Ok(())
            });
            taken.expect("looked");
        }
        let report = self.report(None).unwrap_or_else(|error| panic!("{error}"));
        for finding in report.findings.to_vec().expect("findings") {
            let rule = self.inputs.rules.get(&RuleId::new(&finding.rule)).expect("a rule");
            let (source, subject) = match rule.subject() {
                Subject::Group => (finding.subject.source.unwrap_or_default(), String::new()),
                Subject::Employee => (String::new(), finding.subject.employee_id.unwrap_or_default()),
                _ => continue,
            };
            let subject = if rule.subject() == Subject::Group {
                finding.subject.members.unwrap_or_default().join(" ")
            } else {
                subject
            };
            said.insert((finding.rule, source, subject, "violation".to_owned(), BTreeSet::new()));
        }
        said
    }
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(work)
}

/// Says what rules say of every account.
struct Judge<'r>(Vec<&'r Rule>);

impl Look for Judge<'_> {
    type Made = Vec<Said>;
    type Done = Vec<Said>;

    fn start(&self) -> Vec<Said> {
        Vec::new()
    }

    fn see(&self, said: &mut Vec<Said>, sight: &Sight<'_>) -> io::Result<()> {
        let account = sight.scope.account.as_ref().expect("an account");
        let id = match crate::rule::facts::FACTS
            .iter()
            .find(|fact| fact.path() == "account.id")
            .map(|id| id.value(sight.scope))
        {
            Some(crate::rule::Value::Text(id)) => id.into_owned(),
            other => panic!("{other:?}"),
        };
        for rule in &self.0 {
            let result = match rule.subject() {
                Subject::Account => rule.judge(sight.scope),
                Subject::Group => match membership(rule, sight) {
                    RuleResult::Violation => continue,
                    other => other,
                },
                _ => continue,
            };
            let (verdict, missing) = match result {
                RuleResult::Violation => ("violation", BTreeSet::new()),
                RuleResult::Pass => continue,
                RuleResult::NotEvaluable(missing) => ("not-evaluable", missing.names().map(str::to_owned).collect()),
                RuleResult::Failed(error) => ("not-evaluable", BTreeSet::from([format!("failed:{error:?}")])),
            };
            said.push((rule.id().to_string(), account.source().to_string(), id.clone(), verdict.to_owned(), missing));
        }
        Ok(())
    }

    fn finish(&self, made: Vec<Said>) -> io::Result<Vec<Said>> {
        Ok(made)
    }
}

/// Whether an account counts in a group, as the audit decides it.
fn membership(rule: &Rule, sight: &Sight<'_>) -> RuleResult {
    let result = rule.is_member(sight.scope);
    if result != RuleResult::Violation {
        return result;
    }
    let hidden = rule.group_by().iter().filter(|by| by.key(sight.scope) == crate::model::Fact::NotExposed);
    let hidden = hidden.fold(crate::rule::Missing::NOTHING, |all, by| all.and(by.needs()));
    if hidden.iter().count() == rule.group_by().len() { RuleResult::NotEvaluable(hidden) } else { result }
}

/// The folder of an example of the project.
pub(super) fn example(name: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&Path::new("examples").join(name), folder.path());
    folder
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&target).expect("a folder");
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}
