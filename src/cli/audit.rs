//! `headcount audit`: the main job.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;

use super::clock::{latest, now, parse_moment};
use super::email::AuditMail;
use super::interrupt::{Interruption, Left};
use super::measure::{Held, Measure};
use super::output::{refuse, say};
use super::privacy::PrivacyLevel;
use super::summary::{say_decisions, say_to_do, summarise};
use super::{ConfigArg, Exit, Global, Waiting, runtime};
use crate::audit::Inventory;
use crate::base::diagnostic::{Diagnostic, meant_or_one_of};
use crate::base::text::counted;
use crate::claim::{Claim, ClaimError};
use crate::config::{Config, Demand, GateConfig};
use crate::deliver::{self, Attempt};
use crate::model::{SourceName, Timestamp};
use crate::render::{Format, Templates, all_files, check_templates};
use crate::report::{Earlier, Gate, GateVerdict, Privacy, Report};
use crate::roster;
use crate::run::publish::{Publication, Published};
use crate::run::{self, Inputs, Observer as _, Phase, Policy, RunError, RunOptions};
use crate::snapshot::Snapshot;

/// Options of `audit`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct AuditArgs {
    #[command(flatten)]
    config: ConfigArg,
    /// Judge as of this date (its end, UTC) or RFC 3339 time instead of now
    #[arg(long, value_name = "WHEN", value_parser = parse_moment)]
    as_of: Option<Timestamp>,
    /// Where the reports go; `-` writes a single format to stdout
    #[arg(long, value_name = "DIR", default_value = "headcount-out")]
    out: PathBuf,
    /// Formats, separated by commas: html, md, json, ndjson, csv, members-csv, accounts, accounts-csv, xlsx,
    /// sarif, junit, github, codequality, oscal
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    format: Vec<Format>,
    /// Only this source; may be given again
    #[arg(long, value_name = "NAME")]
    source: Vec<String>,
    /// Judge what `headcount fetch` has stored, as of when it was fetched; asks no vendor
    #[arg(long, value_name = "DIR")]
    snapshot: Option<PathBuf>,
    /// What fails the gate, separated by commas, instead of the configured `fail_on`: rules, severity:NAME,
    /// 'RULE>10', 'RULE>5%', not-evaluable; new narrows it (or the configured one) to what isn't in the baseline
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = Demand::parse)]
    fail_on: Option<Vec<Demand>>,
    /// Judge the same data by this policy, too: a file with id, title, [rules] and [gate]; may be given again. A
    /// policy that fails fails the audit
    #[arg(long, value_name = "FILE")]
    policy: Vec<PathBuf>,
    /// How much of people the outputs tell
    #[arg(long, value_name = "LEVEL", default_value = "full")]
    pub(super) privacy: PrivacyLevel,
    /// The findings that are not new, instead of the configured file
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// The JSON report that roster and sources are held against, instead of the last time that each was complete
    #[arg(long, value_name = "FILE")]
    previous: Option<PathBuf>,
    /// Roster and sources have really changed so much: don't hold them against the previous audit
    #[arg(long, conflicts_with = "previous")]
    accept_change: bool,
    /// Send the report as [email] says; `headcount email` repeats what could not be delivered
    #[arg(long)]
    email: bool,
    /// A source that is incomplete while its `known_outage` lasts doesn't make the verdict unverified: it is about the
    /// other sources then, and says so
    #[arg(long)]
    allow_outage: bool,
    /// Findings don't change the exit code; what could not be verified (3) or delivered (4) still does
    #[arg(long)]
    exit_zero: bool,
}

/// What to audit, and what to do with the result.
pub(super) struct Job<'a> {
    pub(super) config: PathBuf,
    pub(super) out: &'a Path,
    pub(super) formats: &'a [Format],
    pub(super) sources: &'a [String],
    pub(super) fail_on: Option<&'a [Demand]>,
    pub(super) baseline: Option<&'a Path>,
    pub(super) policies: &'a [PathBuf],
    pub(super) as_of: Option<Timestamp>,
    pub(super) privacy: PrivacyLevel,
    pub(super) snapshot: Option<&'a Path>,
    pub(super) measure: Measure<'a>,
    pub(super) email: bool,
    pub(super) allow_outage: bool,
    pub(super) exit_zero: bool,
}

/// How an attempt ended.
struct Ended {
    exit: Exit,
    /// The run of its report, if there is one.
    run_id: Option<String>,
}

pub(super) fn run(args: &AuditArgs, global: &Global) -> anyhow::Result<Exit> {
    let job = Job {
        config: args.config.config.clone(),
        out: &args.out,
        formats: &args.format,
        sources: &args.source,
        fail_on: args.fail_on.as_deref(),
        baseline: args.baseline.as_deref(),
        policies: &args.policy,
        as_of: args.as_of,
        privacy: args.privacy,
        snapshot: args.snapshot.as_deref(),
        measure: match &args.previous {
            _ if args.accept_change => Measure::Accepted,
            Some(path) => Measure::Report(path),
            None => Measure::LastComplete,
        },
        email: args.email,
        allow_outage: args.allow_outage,
        exit_zero: args.exit_zero,
    };
    runtime()?.block_on(job.run(global))
}

/// Everything that was checked before the first request.
struct Checked<'a> {
    config: Config,
    inputs: Inputs,
    gate: GateConfig,
    formats: Vec<Format>,
    templates: Arc<Templates>,
    only: Vec<SourceName>,
    privacy: Privacy,
    snapshot: Option<Snapshot>,
    held: Held<'a>,
    mail: Option<AuditMail>,
}

impl<'a> Job<'a> {
    /// Does the whole job, and writes down beside the reports how it ended.
    pub(super) async fn run(&self, global: &Global) -> anyhow::Result<Exit> {
        let is_new = !self.out.exists();
        let claim = match self.claim() {
            Ok(claim) => claim,
            Err(ClaimError::Held(held)) => {
                say(&format!("error: {held}"));
                return Ok(Exit::Unusable);
            }
            Err(ClaimError::Io(error)) => {
                say(&format!("error: can't write into {}: {error}", self.out.display()));
                say("Nothing was requested. To do: name another folder with --out");
                return Ok(Exit::Unusable);
            }
        };
        let left = Left {
            out: self.out.to_owned(),
            config: self.config.clone(),
            has_reports: !is_new && self.out != Path::new("-"),
            asks_vendors: self.snapshot.is_none(),
        };
        let interruption = Interruption::watch(claim, left);
        // Large, and once for a process.
        let ended = Box::pin(self.attempt(global)).await;
        let _claim = interruption.no_more();
        // What no command foresees ends like what can't be used.
        let (exit, run_id) = ended.as_ref().map_or((Exit::Unusable, None), |ended| (ended.exit, ended.run_id.clone()));
        // Where there never was a report, none can be taken for this run's.
        let leaves_nothing = self.out == Path::new("-") || (is_new && run_id.is_none());
        let attempt = Attempt { ended_at: now(), exit_code: exit.code(), run_id };
        let written = if leaves_nothing { Ok(()) } else { attempt.write(self.out) };
        if let Err(error) = &written {
            say(&format!("error: {error}; `headcount email` can't know of this audit"));
        }
        Ok(ended?.exit.and(if written.is_ok() { Exit::Success } else { Exit::DeliveryFailed }))
    }

    /// The right of this run to write there. Standard output needs none.
    fn claim(&self) -> Result<Option<Claim>, ClaimError> {
        if self.out == Path::new("-") { Ok(None) } else { deliver::claim(self.out, now()) }
    }

    async fn attempt(&self, global: &Global) -> anyhow::Result<Ended> {
        let checked = match self.check() {
            Ok(checked) => checked,
            Err(error) => return Ok(Ended { exit: refuse(&error), run_id: None }),
        };
        let lists_accounts = checked.formats.iter().any(|format| format.lists_accounts());
        let inventory = lists_accounts.then(Inventory::new).transpose().context("can't make a temporary file")?;
        let waiting = global.waiting();
        let managers = || roster::manager_names(&checked.inputs.roster, latest(self.as_of));
        let inventory = inventory.map(|inventory| inventory.with_managers(managers()));
        let options = RunOptions {
            clock: now,
            as_of: self.as_of,
            only: &checked.only,
            snapshot: checked.snapshot.as_ref(),
            previous: checked.held.previous(),
            inventory: inventory.as_ref(),
            evidence: Publication::evidence(&checked.formats),
            gate: &checked.gate,
            allow_outage: self.allow_outage,
            observer: &waiting,
        };
        // A large one takes a while, which is over when the vendors have answered.
        let earlier = checked.held.earlier();
        let earlier = tokio::task::spawn_blocking(move || earlier.map_or(Ok(None), |earlier| earlier.read()));
        let report = match run::run(&checked.config, &checked.inputs, &options).await {
            Ok(report) => report,
            Err(error) => {
                drop(waiting);
                let exit = refuse(&self.privacy.withhold_from(error, &checked.config));
                return Ok(Ended { exit, run_id: None });
            }
        };
        let run_id = Some(report.run.id.clone());
        let earlier = earlier.await.context("can't read the last report")?.unwrap_or_else(|error| {
            tracing::warn!(%error, "can't read the last report, so nothing is said of what has changed since");
            None
        });
        // As large as the first half.
        let exit = Box::pin(self.publish((report, earlier), inventory, checked, (global, waiting))).await?;
        Ok(Ended { exit, run_id })
    }

    /// Writes the reports and says what was found, with no more of people in it than is allowed.
    async fn publish(
        &self,
        (report, earlier): (Report, Option<Earlier>),
        inventory: Option<Inventory>,
        checked: Checked<'a>,
        (global, waiting): (&Global, Waiting),
    ) -> anyhow::Result<Exit> {
        waiting.entered(Phase::Writing);
        let Checked { config, inputs, formats, templates, privacy, mail, mut held, .. } = checked;
        let publication = Publication {
            formats: &formats,
            out: self.out,
            templates: &templates,
            privacy: &privacy,
            review: config.report.review,
            byte_order_mark: config.report.byte_order_mark,
        };
        let places = publication.places(&report, &config, &inputs.roster)?;
        let naming = formats.contains(&Format::Json).then(|| privacy.naming()).flatten();
        held.remember(&config, &inputs.roster, &report, naming);
        // The roster is the larger part of the memory, and what is written now can have its room.
        drop(inputs);
        let report = report.with_privacy(&privacy)?;
        let report = match earlier {
            Some(earlier) => report.since(earlier)?,
            None => report,
        };
        let written =
            publication.write(&report, inventory, &places).map_err(anyhow::Error::from).and_then(|published| {
                held.write()?;
                Ok(published)
            });
        drop(waiting);
        let judged = self.exit_of(&report.verdict);
        if !global.quiet {
            summarise(&report);
        } else if judged != Exit::Success {
            say_decisions(&report);
        }
        match written {
            Ok(Published { paths, .. }) if global.quiet || paths.is_empty() => {}
            Ok(Published { paths, left_out }) => {
                say(&format!("Reports: {}", paths.join("  ")));
                if left_out > 0 {
                    let lines = counted(left_out, "line", "lines");
                    say(&format!("The page has no room for {lines}; all findings as tables: {}", all_files(&formats)));
                }
            }
            Err(error) => {
                let unsent = if mail.is_some() { "; no mail was sent" } else { "" };
                say(&format!("error: {error}{unsent}"));
                say_to_do(&report);
                say(
                    "To do for the reports: make room or name another folder with --out, and run the same command again",
                );
                return Ok(judged.and(Exit::DeliveryFailed));
            }
        }
        if let Some(mail) = &mail {
            let templates = config.report.templates.as_deref();
            // As large as a conversation with a mail server is, it would make every audit larger.
            if Box::pin(mail.send(&report, self.out, templates, global)).await != Exit::Success {
                say_to_do(&report);
                say("To do for the mail: `headcount email` sends what could not be delivered");
                return Ok(judged.and(Exit::DeliveryFailed));
            }
        }
        if judged != Exit::Success {
            say_to_do(&report);
        }
        Ok(judged)
    }

    /// What the verdict means for scripts.
    fn exit_of(&self, verdict: &GateVerdict) -> Exit {
        match if self.exit_zero { verdict.gate_without_failures() } else { verdict.gate } {
            Gate::Pass => Exit::Success,
            Gate::Fail => Exit::GateFailed,
            Gate::Unverified => Exit::Unverified,
        }
    }

    fn check(&self) -> Result<Checked<'a>, RunError> {
        let mut config = Config::load(&self.config)?;
        if let Some(fail_on) = self.fail_on {
            config.gate = config.gate.with_fail_on(fail_on, &Diagnostic::of_file(Path::new("--fail-on"), ""));
        }
        if let Some(baseline) = self.baseline {
            config.exceptions.baseline = Some(baseline.to_owned());
        }
        let gate = config.gate.clone();
        let mut formats = self.formats(&config)?;
        let templates = match &config.report.templates {
            Some(folder) => Arc::new(check_templates(folder)?),
            None => Templates::prepared(&formats),
        };
        let mail = self.email.then(|| AuditMail::check(&config, self.out, self.privacy, &mut formats)).transpose();
        let mail = mail.map_err(|mistake| vec![mistake])?;
        let only = source_names(self.sources, &config, &self.config)?;
        let snapshot = open_snapshot(self.snapshot)?;
        let privacy = self.privacy.with_key(&config).map_err(|mistake| vec![mistake])?;
        let held = self.measure.hold(&config, self.out, &privacy).map_err(|mistake| vec![mistake])?;
        let inputs = Inputs::load(&config, held.previous(), latest(self.as_of));
        let mut inputs = inputs.map_err(|error| self.privacy.withhold_from(error, &config))?;
        inputs.policies = Policy::load_all(self.policies, &config)?;
        Ok(Checked { config, inputs, gate, formats, templates, only, privacy, snapshot, held, mail })
    }

    fn formats(&self, config: &Config) -> Result<Vec<Format>, Vec<Diagnostic>> {
        if self.out == Path::new("-") && self.formats.len() != 1 {
            let message = "standard output takes one format";
            return Err(vec![Diagnostic::of_file(Path::new("--out"), message).help("add --format json, for example")]);
        }
        if !self.formats.is_empty() {
            return Ok(self.formats.to_vec());
        }
        let Some(names) = &config.report.formats else { return Ok(Format::DEFAULT.to_vec()) };
        let mut mistakes = Vec::new();
        let mut formats = Vec::new();
        for (name, place) in names.iter().zip(&config.report.format_places) {
            match name.parse::<Format>() {
                Ok(format) => formats.push(format),
                Err(error) => mistakes.push(Diagnostic { message: error.to_string(), ..place.clone() }),
            }
        }
        if mistakes.is_empty() { Ok(formats) } else { Err(mistakes) }
    }
}

/// What `--snapshot` names, checked.
pub(super) fn open_snapshot(folder: Option<&Path>) -> Result<Option<Snapshot>, Vec<Diagnostic>> {
    let Some(folder) = folder else { return Ok(None) };
    Snapshot::open(folder).map(Some).map_err(|error| vec![Diagnostic::of_file(folder, error.to_string())])
}

/// The names of `--source`, each of a configured source.
pub(super) fn source_names(names: &[String], config: &Config, path: &Path) -> Result<Vec<SourceName>, Vec<Diagnostic>> {
    let known = || config.sources.iter().map(|source| source.name.as_str());
    let unknown = names.iter().filter(|name| !known().any(|known| known == name.as_str()));
    let mistakes: Vec<Diagnostic> = unknown
        .map(|name| {
            let help = meant_or_one_of(name, known(), "configured are");
            Diagnostic::of_file(path, format!("there is no source \"{name}\"")).help(help)
        })
        .collect();
    if mistakes.is_empty() { Ok(names.iter().map(|name| SourceName::new(name)).collect()) } else { Err(mistakes) }
}
