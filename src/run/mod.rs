//! The whole way from a configuration to a report. [`Inputs::load`] reads and checks everything that can be
//! checked without a request; [`run`] fetches, judges and reports.

pub mod compare;
pub mod facts;
pub mod ground;
mod history;
mod inputs;
pub mod investigate;
mod low_match;
mod named;
mod options;
mod outages;
mod owners;
mod policy;
mod promises;
pub mod publish;
pub mod seal;
mod sources;

use std::sync::{Mutex, PoisonError};

use chrono::NaiveDate;
use tracing::debug;

use crate::audit::{Answers, Audit, AuditError, Evidence, Outcome};
use crate::base::diagnostic::Diagnostic;
use crate::base::text::counted;
use crate::breaker::{self, Anomaly, Counts};
use crate::config::{Config, GateConfig, ReadingHashes, Recipients};
use crate::exception::{Coverage, PromiseMemory};
use crate::fetch::Population;
use crate::gate::{self, GateVerdict, Outage, Past, Seen};
use crate::history::{Anew, Earlier, Follow};
use crate::model::{RosterIssue, SourceName, SourceStatus, Timestamp};
use crate::report::{Parts, Report, ReportedSource, ReviewSummary, Run};
use crate::roster;
use crate::rule::RuleSet;
use crate::snapshot::SnapshotError;
use history::{Reading, Rests};
use low_match::low_match;

pub use history::{Before, Following};
pub use inputs::{Inputs, known, latest};
pub use low_match::LOW_MATCH;
pub use options::{Identity, Observer, Phase, RunOptions};
pub use policy::Policy;
use promises::lost_promises;
use sources::fetch_for;
pub(crate) use sources::{PreparedSource, fetch_all, ready};

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Something that the user wrote can't be used; nothing was requested.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Unusable(Vec<Diagnostic>),
    /// The input can't be true, and would have accused people.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Suspect(Vec<Anomaly>),
    /// The snapshot can't be used.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The audit could not be finished.
    #[error(transparent)]
    Audit(#[from] AuditError),
}

impl From<Vec<Diagnostic>> for RunError {
    fn from(mistakes: Vec<Diagnostic>) -> Self {
        Self::Unusable(mistakes)
    }
}

/// Fetches every source, judges every account, and puts the report together.
///
/// # Errors
/// What can't be used, before any request; or an audit that could not be finished.
pub async fn run(
    config: &Config,
    inputs: &Inputs,
    options: &RunOptions<'_>,
    following: Following,
) -> Result<Audited, RunError> {
    let started_at = (options.clock)();
    let read_at = options.read_at(started_at);
    let as_of = options.as_of.unwrap_or(read_at);
    let sources = ready(config, inputs, options)?;
    let today = outages::day(config, as_of);
    let outages = outages::known(&sources, today)?;
    debug!("rules, roster and exceptions have been read");
    refuse_if_suspect(
        options
            .previous
            .zip(config.roster.max_change)
            .map_or_else(Vec::new, |(previous, limit)| previous.check_roster(&inputs.roster, limit)),
    )?;
    let Following { before, config: settings, carries, accepts_anew, naming } = following;
    let reading = Reading::start(before, &settings, &config.files);
    let contexts: Vec<_> = sources.iter().map(PreparedSource::context).collect();
    let audit = Mutex::new(options.audit(config, inputs, as_of));
    let mut populations = fetch_for(Some(&audit), &sources, &contexts, options).await?;
    let audit = audit.into_inner().unwrap_or_else(PoisonError::into_inner);
    debug!("accounts have been received");
    options.observer.entered(Phase::Judging);
    refuse_if_suspect(sources.iter().zip(&populations).flat_map(|(source, population)| {
        let limit = source.config.max_change.or(config.roster.max_change);
        let certificate = &population.certificate;
        let seen = (certificate.status, Counts { count: certificate.distinct, keys: &certificate.keys });
        breaker::check_source(&source.config.name, seen, limit, options.previous)
    }))?;
    let mut later_issues = roster::contradictions(&inputs.roster, as_of);
    later_issues.extend(roster::without_manager(&inputs.roster, as_of));
    let left_out: Vec<SourceName> = config.left_out(options.only).map(|source| source.name.clone()).collect();
    let id = options.id(started_at);
    let (earlier, anew) = reading.finish(as_of).await;
    let memory = earlier.as_ref().map(Earlier::promises).unwrap_or_default();
    refuse_if_suspect(options.previous.map_or_else(Vec::new, |_| lost_promises(&inputs.exceptions.promises, &memory)))?;
    let input = AuditInput {
        config,
        inputs,
        sources: &sources,
        left_out: &left_out,
        outages: &outages,
        allow_outage: options.allow_outage,
        replaced: options.replaced,
        later_issues: &later_issues,
        as_of,
        read_at,
        evidence: options.evidence,
        memory: &memory,
        answers: options.answered.map(|answered| &answered.answers),
    };
    let anew = anew.filter(|_| carries).map(|anew| Anew { lost: anew.lost && !accepts_anew, ..anew });
    let mut changes = None;
    let compare = |outcome: &mut Outcome, populations: &[Population]| {
        if earlier.is_none() && !carries {
            return Ok(Past::default());
        }
        let sla = settings.sla.clone();
        let (left_out, sources, roster) = (&left_out, &sources, &inputs.roster);
        let (reading, rules) = (&config.reading, &inputs.rules);
        let rests = Rests { run_id: &id, reading, as_of, left_out, sources, rules, roster };
        let inventory = options.inventory.filter(|_| carries && naming.is_none());
        let follow = Follow::new(earlier, rests.ground(outcome, populations), settings).with_naming(naming);
        let lists = history::lists(&follow, inventory, roster);
        let told = history::follow(outcome, follow)?;
        let told = match lists {
            Ok(lists) => told.with_lists(lists),
            Err(error) => told.without_lists(&error),
        };
        debug!("findings have been compared");
        outcome.findings = std::mem::take(&mut outcome.findings).telling_history(carries);
        let past = Past::since(anew).with_unseen(&told, &sla);
        changes = Some(if carries { told } else { told.in_short() });
        Ok(past)
    };
    let judged = input.judge(audit, (&inputs.rules, options.gate), &mut populations, compare);
    let (mut outcome, verdict) = judged.map_err(|error| options.blame(error))?;
    let policies = policy::compare(&input, &outcome, &mut populations)?;
    let run = this_run(&input, options, options.identity(id, started_at));
    let owner = |source: &PreparedSource<'_>| owners::note(source.config, inputs, as_of);
    let told = |pair| reported(pair, &config.reading, &outcome, today, owner(pair.0));
    let sources = sources.iter().zip(&populations).map(told).collect();
    let later_issues = std::mem::take(&mut outcome.roster_issues);
    let reviews = ReviewSummary::all(&inputs.exceptions.promises, &outcome.promises, &memory, as_of);
    let parts = Parts {
        run,
        verdict,
        roster: &inputs.roster,
        later_issues,
        cures: roster::cures(&inputs.roster, &config.roster),
        sources,
        rules: &inputs.rules,
        outcome,
        policies,
        changes,
        reviews,
    };
    let people = people_to_ask_about(config, options.evidence);
    let report = Report::new(parts).with_managers(&inputs.roster, people).map_err(AuditError::Findings)?;
    Ok(Audited { report, populations, read_at })
}

/// What a report says of the run.
fn this_run(input: &AuditInput<'_>, options: &RunOptions<'_>, identity: Identity) -> Run {
    let Identity { id, started_at, finished_at, tool_version, snapshot } = identity;
    let config = input.config;
    Run {
        id,
        started_at,
        finished_at,
        as_of: input.as_of,
        tool_version,
        config_sha256: config.sha256.clone(),
        reading_sha256: config.reading.people.clone(),
        rules_sha256: input.inputs.rules.sha256(),
        title: config.report.title.clone(),
        organisation: config.report.organisation.clone(),
        left_out: input.left_out.iter().map(ToString::to_string).collect(),
        snapshot: snapshot.map(|id| id.to_string()),
        naming: String::new(),
        lists_accounts: options.lists_accounts,
    }
}

/// What came of an audit.
#[derive(Debug)]
pub struct Audited {
    /// What was found.
    pub report: Report,
    /// What was judged.
    pub populations: Vec<Population>,
    /// When reading the accounts began.
    pub read_at: Timestamp,
}

/// Of how many people a report says whom to ask about them.
fn people_to_ask_about(config: &Config, evidence: Evidence) -> usize {
    /// No page shows more.
    const SHOWN: usize = 5_000;
    match config.email.as_ref().map(|email| &email.to) {
        Some(Recipients::Managers { .. }) => usize::MAX,
        None if evidence == Evidence::Names => 0,
        _ => SHOWN,
    }
}

/// Everything that is judged, but for the accounts.
struct AuditInput<'c> {
    config: &'c Config,
    inputs: &'c Inputs,
    sources: &'c [PreparedSource<'c>],
    left_out: &'c [SourceName],
    outages: &'c [Outage],
    allow_outage: bool,
    replaced: &'c [String],
    later_issues: &'c [RosterIssue],
    as_of: Timestamp,
    read_at: Timestamp,
    evidence: Evidence,
    /// What the audit before knew of promises.
    memory: &'c PromiseMemory,
    answers: Option<&'c Answers>,
}

impl AuditInput<'_> {
    /// Judges what was fetched, as far as that hasn't happened on arrival, by these rules and this gate. In between, `compare` says of
    /// findings since when they have been there.
    fn judge(
        &self,
        audit: Audit<'_>,
        (rules, gate): (&RuleSet, &GateConfig),
        populations: &mut [Population],
        compare: impl FnOnce(&mut Outcome, &[Population]) -> std::io::Result<Past>,
    ) -> Result<(Outcome, GateVerdict), AuditError> {
        let mut audit = audit.with_memory(self.memory.clone());
        for (source, population) in self.sources.iter().zip(populations.iter_mut()) {
            if !audit.has_judged(&source.config.name) {
                audit.source(&source.context(), population)?;
            }
        }
        debug!("accounts have been judged");
        let placeholders = self.inputs.correlator.placeholders(&self.inputs.roster, audit.placeholders());
        audit.roster(self.later_issues.iter().cloned().chain(placeholders).collect())?;
        let mut outcome = audit.finish(&coverage(self.config, populations))?;
        debug!("people, roster and exceptions have been judged");
        let past = compare(&mut outcome, populations).map_err(AuditError::Findings)?;
        let certificates: Vec<_> =
            populations.iter().map(|population| (population.source.clone(), population.certificate.clone())).collect();
        let seen = Seen {
            sources: &certificates,
            left_out: self.left_out,
            only_active: &self.inputs.roster.only_active,
            outages: self.outages,
            allow_outage: self.allow_outage,
            replaced: self.replaced,
            past: &past,
            as_of: self.as_of,
            read_at: self.read_at,
        };
        let verdict = gate::decide(gate, rules, &outcome, &seen).map_err(AuditError::Findings)?;
        Ok((outcome, verdict))
    }
}

/// Which sources were seen whole. One that was not chosen was not.
fn coverage(config: &Config, populations: &[Population]) -> Coverage {
    let configured: Vec<SourceName> = config.sources.iter().map(|source| source.name.clone()).collect();
    let complete = populations.iter().filter(|population| population.certificate.status == SourceStatus::Complete);
    Coverage::new(&configured, complete.map(|population| population.source.clone()))
}

/// Goes on only if nothing speaks against it.
fn refuse_if_suspect(anomalies: impl IntoIterator<Item = Anomaly>) -> Result<(), RunError> {
    let anomalies: Vec<Anomaly> = anomalies.into_iter().collect();
    if anomalies.is_empty() { Ok(()) } else { Err(RunError::Suspect(anomalies)) }
}

fn reported<'a>(
    (source, population): (&'a PreparedSource<'_>, &'a Population),
    reading: &'a ReadingHashes,
    outcome: &Outcome,
    today: NaiveDate,
    owner: Option<String>,
) -> ReportedSource<'a> {
    let unused = source.correlator.unused_crosswalk_lines();
    let lines: Vec<String> = unused.iter().map(ToString::to_string).collect();
    let note =
        (!unused.is_empty()).then(|| format!("no account uses these lines of the crosswalk: {}", lines.join(", ")));
    let void = outcome.void_keys.get(&source.config.name).map(|count| {
        let keys = counted(*count, "key of an account stands", "keys of accounts stand");
        format!("{keys} for nothing, as unknown and noreply@ do, and found nobody")
    });
    ReportedSource {
        name: &source.config.name,
        vendor: source.config.vendor.kind,
        owner: source.config.owner.as_deref(),
        reading: reading.of_source(&source.config.name),
        certificate: &population.certificate,
        notes: outages::note(source, population.certificate.status, today)
            .into_iter()
            .chain(owner)
            .chain(note)
            .chain(void)
            .chain(outcome.by_source.get(&source.config.name).and_then(|matching| low_match(source.config, matching)))
            .collect(),
    }
}
