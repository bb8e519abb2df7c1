//! The whole way from a configuration to a report. [`Inputs::load`] reads and checks everything that can be
//! checked without a request; [`run`] fetches, judges and reports.

use std::fmt;
use std::hash::{BuildHasher, RandomState};

use futures_util::future::try_join_all;

use crate::audit::{Audit, AuditError, SourceContext};
use crate::breaker::{self, Previous, Suspicion};
use crate::config::{Config, GateConfig, Recipients, SourceConfig};
use crate::correlate::{Correlator, Crosswalk, SourceCorrelator};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::exception::{Baseline, Declarations, Exceptions, Known, KnownRule, Sight, Waivers};
use crate::gate;
use crate::model::{Roster, SourceName, SourceStatus, Timestamp};
use crate::report::{Parts, Report, ReportedSource, Run};
use crate::roster;
use crate::rule::{RuleSet, Subject as RuleSubject};
use crate::snapshot::{Snapshot, SnapshotError};
use crate::source::{self, Connector, Decoder, Population, Progress};

/// What the configuration names, read and checked.
#[derive(Debug)]
pub struct Inputs {
    /// The rules that apply.
    pub rules: RuleSet,
    /// The people.
    pub roster: Roster,
    /// The accounts that the organisation vouches for.
    pub declarations: Declarations,
    /// Waivers and baseline.
    pub exceptions: Exceptions,
    correlator: Correlator,
}

/// How this run differs from what the configuration says.
pub struct RunOptions<'o> {
    /// Tells the time.
    pub clock: fn() -> Timestamp,
    /// Judge as of this moment; when absent, as of the moment at which fetching began.
    pub as_of: Option<Timestamp>,
    /// Only these sources; all, when empty.
    pub only: &'o [SourceName],
    /// Judge what was fetched before, instead of fetching now.
    pub snapshot: Option<&'o Snapshot>,
    /// The audit that this one is held against, if there is one.
    pub previous: Option<&'o Previous>,
    /// What makes it fail.
    pub gate: &'o GateConfig,
    /// Told how fetching goes.
    pub observer: &'o dyn Observer,
}

impl fmt::Debug for RunOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunOptions").field("as_of", &self.as_of).field("only", &self.only).finish_non_exhaustive()
    }
}

impl RunOptions<'_> {
    /// The moment of judgement.
    pub(crate) fn as_of(&self) -> Timestamp {
        let fetched_at = || self.snapshot.map_or_else(self.clock, |snapshot| snapshot.manifest().started_at);
        self.as_of.unwrap_or_else(fetched_at)
    }
}

/// Told how fetching goes.
pub trait Observer: Sync {
    /// A source is about to be fetched.
    fn started(&self, source: &SourceName) -> Box<dyn Progress>;
    /// A source has been fetched.
    fn fetched(&self, population: &Population);
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Something that the user wrote can't be used; nothing was requested.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Unusable(Vec<Diagnostic>),
    /// The input can't be true, and would have accused people.
    #[error("{}", .0.iter().map(|suspicion| suspicion.0.as_str()).collect::<Vec<_>>().join("\n"))]
    Suspect(Vec<Suspicion>),
    /// The snapshot can't be used.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The audit could not be finished.
    #[error(transparent)]
    Audit(#[from] AuditError),
}

/// One source, ready to be asked.
pub(crate) struct Ready<'c> {
    pub(crate) config: &'c SourceConfig,
    origin: Origin<'c>,
    decoder: Box<dyn Decoder>,
    correlator: SourceCorrelator<'c>,
}

/// Where the accounts come from.
enum Origin<'c> {
    Vendor(Box<dyn Connector>),
    Snapshot(&'c Snapshot),
}

impl Ready<'_> {
    pub(crate) fn context(&self) -> SourceContext<'_> {
        SourceContext {
            name: &self.config.name,
            vendor: self.config.vendor.kind(),
            decoder: self.decoder.as_ref(),
            correlator: &self.correlator,
            privileged_roles: self.config.privileged_roles.as_ref(),
        }
    }
}

impl Inputs {
    /// Reads rules and roster, and checks what the configuration says of them.
    ///
    /// # Errors
    /// Every mistake that could be found.
    pub fn load(config: &Config) -> Result<Self, Vec<Diagnostic>> {
        let mut mistakes = Vec::new();
        let rules = RuleSet::load(&config.rules).map_err(|found| mistakes.extend(found)).ok();
        let roster = roster::read(&config.roster).map_err(|found| mistakes.extend(found)).ok();
        mistakes.extend(rules.iter().flat_map(|rules| unknown_rules(&config.gate, rules)));
        match (rules, roster) {
            (Some(rules), Some(roster)) if mistakes.is_empty() => {
                let correlator = Correlator::new(&roster, &config.matching);
                let declarations = keep(declarations(config, &correlator), &mut mistakes);
                let exceptions = keep(exceptions(config, &rules, &roster), &mut mistakes);
                match (declarations, exceptions) {
                    (Some(declarations), Some(exceptions)) => {
                        Ok(Self { rules, roster, declarations, exceptions, correlator })
                    }
                    _ => Err(mistakes),
                }
            }
            _ => Err(mistakes),
        }
    }

    /// An audit that judges as of a moment.
    pub(crate) fn audit<'a>(&'a self, config: &'a Config, as_of: Timestamp) -> Audit<'a> {
        Audit::new(&self.roster, &self.rules, &self.declarations, &config.matching, as_of)
    }

    /// How the accounts of one source find their owners.
    ///
    /// # Errors
    /// What is wrong with its crosswalk.
    pub fn correlator<'c>(&'c self, source: &'c SourceConfig) -> Result<SourceCorrelator<'c>, Vec<Diagnostic>> {
        let crosswalk =
            source.matching.crosswalk.as_deref().map(|path| Crosswalk::read(path, &self.correlator)).transpose()?;
        Ok(SourceCorrelator::new(&self.correlator, &source.matching, crosswalk))
    }
}

fn declarations(config: &Config, roster: &Correlator) -> Result<Declarations, Vec<Diagnostic>> {
    let Some(path) = &config.exceptions.declared else { return Ok(Declarations::default()) };
    let sources: Vec<SourceName> = config.sources.iter().map(|source| source.name.clone()).collect();
    Declarations::read(path, &sources, roster, config.roster.timezone)
}

fn exceptions(config: &Config, rules: &RuleSet, roster: &Roster) -> Result<Exceptions, Vec<Diagnostic>> {
    let mut mistakes = Vec::new();
    let known = known(config, rules, roster);
    let waivers = config.exceptions.waivers.as_deref().map(|path| Waivers::read(path, &known));
    let waivers = keep(waivers.transpose(), &mut mistakes).flatten().unwrap_or_default();
    let baseline = config.exceptions.baseline.as_deref().map(Baseline::read);
    let baseline = keep(baseline.transpose().map_err(|mistake| vec![mistake]), &mut mistakes).flatten();
    match &config.gate.new {
        Some(place) if config.exceptions.baseline.is_none() => {
            let message = "only new findings fail, and there is no baseline that says which are new".to_owned();
            let help = "add [exceptions] baseline = \"baseline.json\"; `headcount baseline write` makes it";
            mistakes.push(Diagnostic { message, help: Some(help.to_owned()), ..place.clone() });
        }
        _ => {}
    }
    if mistakes.is_empty() { Ok(Exceptions { waivers, baseline }) } else { Err(mistakes) }
}

/// What waivers are checked against.
pub fn known<'k>(config: &'k Config, rules: &RuleSet, roster: &'k Roster) -> Known<'k> {
    let rules = rules.iter().map(|rule| {
        let about = KnownRule {
            severity: rule.severity(),
            about_accounts: rule.subject() == RuleSubject::Account,
            about_exceptions: rule.subject() == RuleSubject::Exception,
        };
        (rule.id().clone(), about)
    });
    Known {
        rules: rules.collect(),
        sources: config.sources.iter().map(|source| source.name.clone()).collect(),
        roster,
        config: &config.exceptions,
        zone: config.roster.timezone,
    }
}

/// The value, or its mistakes added to the others.
fn keep<T>(checked: Result<T, Vec<Diagnostic>>, mistakes: &mut Vec<Diagnostic>) -> Option<T> {
    checked.map_err(|found| mistakes.extend(found)).ok()
}

/// Rules that the gate names and that don't exist: a misspelt one would never fail.
fn unknown_rules(gate: &GateConfig, rules: &RuleSet) -> Vec<Diagnostic> {
    let unknown = gate.mentions.iter().filter(|(rule, _)| rules.get(rule).is_none());
    let mistakes = unknown.map(|(rule, place)| {
        let help = match did_you_mean(rule.as_str(), rules.iter().map(|rule| rule.id().as_str())) {
            Some(meant) => format!("did you mean \"{meant}\"?"),
            None => "`headcount rules list` shows all; a severity is written \"severity:high\"".to_owned(),
        };
        Diagnostic { message: format!("there is no rule \"{rule}\""), help: Some(help), ..place.clone() }
    });
    mistakes.collect()
}

/// Fetches every source, judges every account, and puts the report together.
///
/// # Errors
/// What can't be used, before any request; or an audit that could not be finished.
pub async fn run(config: &Config, inputs: &Inputs, options: &RunOptions<'_>) -> Result<Report, RunError> {
    let started_at = (options.clock)();
    let as_of = options.as_of();
    let sources = ready(config, inputs, options).map_err(RunError::Unusable)?;
    believe(
        options
            .previous
            .zip(config.roster.max_change)
            .map_or_else(Vec::new, |(previous, limit)| previous.doubts_roster(&inputs.roster, limit)),
    )?;
    let mut populations = fetch_all(&sources, options).await?;
    believe(sources.iter().zip(&populations).filter_map(|(source, population)| {
        let limit = source.config.max_change.or(config.roster.max_change);
        let seen = (population.certificate.status, population.certificate.distinct);
        breaker::doubts_source(&source.config.name, seen, limit, options.previous)
    }))?;
    let mut audit = inputs.audit(config, as_of);
    for (source, population) in sources.iter().zip(&mut populations) {
        audit.source(&source.context(), population)?;
    }
    let mut later_issues = roster::contradictions(&inputs.roster, as_of);
    later_issues.extend(roster::without_manager(&inputs.roster, as_of));
    audit.roster(&later_issues);
    let mut outcome = audit.finish();
    outcome.except(&inputs.exceptions, &inputs.rules, &sight(config, &populations), &inputs.roster, as_of);
    let certificates: Vec<_> =
        populations.iter().map(|population| (population.source.clone(), population.certificate.clone())).collect();
    let verdict = gate::decide(options.gate, &outcome, &certificates);
    let run = Run {
        id: run_id(started_at),
        started_at,
        finished_at: (options.clock)(),
        as_of,
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        config_sha256: config.sha256.clone(),
        rules_sha256: inputs.rules.sha256(),
        title: config.report.title.clone(),
        organisation: config.report.organisation.clone(),
    };
    let sources = sources.iter().zip(&populations).map(reported).collect();
    let parts = Parts { run, verdict, roster: &inputs.roster, later_issues, sources, rules: &inputs.rules, outcome };
    let report = Report::new(parts);
    Ok(match config.email.as_ref().map(|email| &email.to) {
        Some(Recipients::Managers { .. }) => report.with_managers(&inputs.roster),
        _ => report,
    })
}

/// Which sources were seen whole. One that was not chosen was not.
fn sight(config: &Config, populations: &[Population]) -> Sight {
    let configured: Vec<SourceName> = config.sources.iter().map(|source| source.name.clone()).collect();
    let complete = populations.iter().filter(|population| population.certificate.status == SourceStatus::Complete);
    Sight::new(&configured, complete.map(|population| population.source.clone()))
}

/// Goes on only if nothing speaks against it.
fn believe(doubts: impl IntoIterator<Item = Suspicion>) -> Result<(), RunError> {
    let doubts: Vec<Suspicion> = doubts.into_iter().collect();
    if doubts.is_empty() { Ok(()) } else { Err(RunError::Suspect(doubts)) }
}

/// Reads every secret and crosswalk of the chosen sources, so that nothing is requested if one can't be used. A
/// snapshot needs no secret.
pub(crate) fn ready<'c>(
    config: &'c Config,
    inputs: &'c Inputs,
    options: &RunOptions<'c>,
) -> Result<Vec<Ready<'c>>, Vec<Diagnostic>> {
    let mut mistakes = Vec::new();
    let mut sources = Vec::new();
    for source in config.chosen(options.only) {
        let origin = match options.snapshot {
            Some(snapshot) => Ok(Origin::Snapshot(snapshot)),
            None => source::connector(source).map(Origin::Vendor).map_err(|found| mistakes.push(found)),
        };
        let correlator = inputs.correlator(source).map_err(|found| mistakes.extend(found));
        if let (Ok(origin), Ok(correlator)) = (origin, correlator) {
            sources.push(Ready { config: source, origin, decoder: source::decoder(source), correlator });
        }
    }
    if mistakes.is_empty() { Ok(sources) } else { Err(mistakes) }
}

pub(crate) async fn fetch_all(
    sources: &[Ready<'_>],
    options: &RunOptions<'_>,
) -> Result<Vec<Population>, SnapshotError> {
    let fetches = sources.iter().map(|source| async {
        let connector = match &source.origin {
            Origin::Vendor(connector) => connector.as_ref(),
            Origin::Snapshot(snapshot) => return snapshot.population(source.config),
        };
        let name = &source.config.name;
        let progress = options.observer.started(name);
        let decoder = source.decoder.as_ref();
        let population = source::fetch(name, connector, decoder, options.clock, progress.as_ref()).await;
        options.observer.fetched(&population);
        Ok(population)
    });
    try_join_all(fetches).await
}

fn reported<'a>((source, population): (&'a Ready<'_>, &'a Population)) -> ReportedSource<'a> {
    let unused = source.correlator.unused_crosswalk_lines();
    let lines: Vec<String> = unused.iter().map(ToString::to_string).collect();
    let note =
        (!unused.is_empty()).then(|| format!("no account uses these lines of the crosswalk: {}", lines.join(", ")));
    ReportedSource {
        name: &source.config.name,
        vendor: source.config.vendor.kind(),
        certificate: &population.certificate,
        notes: note.into_iter().collect(),
    }
}

/// Unique to a run: its start and 32 random bits.
fn run_id(started_at: Timestamp) -> String {
    let random = RandomState::new().hash_one(started_at.timestamp_nanos_opt());
    format!("{}-{:08x}", started_at.format("%Y%m%dT%H%M%SZ"), random & 0xffff_ffff)
}
