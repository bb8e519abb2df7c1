//! `headcount audit`: the main job.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use tempfile::TempDir;

use super::basis::{Basis, BasisArgs, name_of};
use super::clock::{latest, now, parse_moment};
use super::email::AuditMail;
use super::evidence::Evidence;
use super::interrupt::{Interruption, Left};
use super::job::{Job, OutcomeArgs};
use super::measure::Held;
use super::output::{refuse, say};
use super::summary::{say_decisions, say_to_do, summarise};
use super::{Exit, Global, Waiting, runtime};
use crate::audit::{self, Inventory};
use crate::bag::Role;
use crate::base::diagnostic::Diagnostic;
use crate::base::text::counted;
use crate::claim::{Claim, ClaimError};
use crate::config::{Config, FailOn, GateConfig};
use crate::deliver::{self, Attempt};
use crate::lake::Answered;
use crate::model::{SourceName, Timestamp};
use crate::render::{Format, Templates, all_files, check_templates};
use crate::report::{Gate, GateVerdict, Privacy};
use crate::roster;
use crate::run::publish::{self, Publication, Published};
use crate::run::{self, Audited, Inputs, Observer as _, Phase, Policy, RunError, RunOptions};
use crate::snapshot::Snapshot;

/// Options of `audit`.
#[derive(Debug, Args)]
pub(super) struct AuditArgs {
    #[command(flatten)]
    basis: BasisArgs,
    /// Judge as of this date (its end, UTC) or RFC 3339 time instead of now
    #[arg(long, value_name = "WHEN", value_parser = parse_moment)]
    as_of: Option<Timestamp>,
    #[command(flatten)]
    pub(super) outcome: OutcomeArgs,
    /// Only this source; may be given again
    #[arg(long, value_name = "NAME")]
    source: Vec<String>,
    /// Judge the same data by this policy, too: a file with id, title, [rules] and [gate]; may be given again. A
    /// policy that fails fails the audit
    #[arg(long, value_name = "FILE")]
    policy: Vec<PathBuf>,
}

/// How an attempt ended.
struct Ended {
    exit: Exit,
    /// The run of its report, if there is one.
    run_id: Option<String>,
}

pub(super) fn run(args: &AuditArgs, global: &Global) -> anyhow::Result<Exit> {
    let job = Job {
        sources: &args.source,
        policies: &args.policy,
        as_of: args.as_of,
        ..Job::new(&args.basis, &args.outcome)
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
    answered: Option<Answered>,
    replaced: Vec<String>,
    evidence: Option<Evidence<'a>>,
    held: Held<'a>,
    mail: Option<AuditMail>,
    /// As long as mail may need the templates of a snapshot.
    unpacked: Option<TempDir>,
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
            config: self.basis.path().to_owned(),
            bundle: self.bundle.map(Path::to_owned),
            has_reports: !is_new && self.out != Path::new("-"),
            asks_vendors: self.basis.snapshot.is_none(),
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
        let mut checked = match self.check() {
            Ok(checked) => checked,
            Err(error) => return Ok(Ended { exit: refuse(&error), run_id: None }),
        };
        let following = checked.held.following();
        let lists_accounts = checked.evidence.is_some() || checked.formats.iter().any(|format| format.lists_accounts());
        let waiting = global.waiting();
        let managers = || roster::manager_names(&checked.inputs.roster, latest(self.as_of));
        let inventory = lists_accounts.then(|| Inventory::with_managers(managers()));
        let options = RunOptions {
            clock: now,
            as_of: self.as_of,
            only: &checked.only,
            snapshot: checked.snapshot.as_ref(),
            answered: checked.answered.as_ref(),
            replaced: &checked.replaced,
            again: None,
            previous: checked.held.previous(),
            inventory: inventory.as_ref(),
            lists_accounts: checked.formats.contains(&Format::Accounts),
            evidence: if checked.evidence.is_some() {
                audit::Evidence::Whole
            } else {
                Publication::evidence(&checked.formats)
            },
            gate: &checked.gate,
            allow_outage: self.allow_outage,
            observer: &waiting,
        };
        let audited = match run::run(&checked.config, &checked.inputs, &options, following).await {
            Ok(audited) => audited,
            Err(error) => {
                drop(waiting);
                let exit = refuse(&self.privacy.withhold_from(error, &checked.config));
                return Ok(Ended { exit, run_id: None });
            }
        };
        let run_id = Some(audited.report.run.id.clone());
        // As large as the first half.
        let exit = Box::pin(self.publish(audited, inventory, checked, (global, waiting))).await?;
        Ok(Ended { exit, run_id })
    }

    /// Writes the reports and says what was found, with no more of people in it than is allowed.
    async fn publish(
        &self,
        audited: Audited,
        inventory: Option<Inventory>,
        checked: Checked<'a>,
        (global, waiting): (&Global, Waiting),
    ) -> anyhow::Result<Exit> {
        waiting.entered(Phase::Writing);
        let Checked {
            config, inputs, formats, templates, privacy, mail, evidence, mut held, unpacked: _unpacked, ..
        } = checked;
        let Audited { report, mut populations, read_at } = audited;
        let publication = Publication {
            formats: &formats,
            out: self.out,
            templates: &templates,
            privacy: &privacy,
            review: config.report.review,
            byte_order_mark: config.report.byte_order_mark,
        };
        let places = publication.places(&report, &config, &inputs.roster, &publish::repository())?;
        let naming = formats.contains(&Format::Json).then(|| privacy.naming()).flatten();
        held.remember(&config, &inputs.roster, &report, naming);
        let ground = evidence.as_ref().map(|_| Evidence::ground(&config, &inputs));
        // The roster is the larger part of the memory, and what is written now can have its room.
        drop(inputs);
        let report = report.with_privacy(&privacy)?;
        let inventory = inventory.map(|inventory| inventory.with_privacy(&privacy)).transpose()?.flatten();
        let rendering = publication.rendering(inventory.as_ref(), &places);
        let written = rendering.write(&report).map_err(anyhow::Error::from).and_then(|published| {
            held.write()?;
            Ok(published)
        });
        let sealed = match (evidence.zip(ground), &written) {
            (Some((evidence, ground)), Ok(_)) => {
                Some(evidence.seal((&config, &ground), &report, (&mut populations, read_at), &rendering))
            }
            _ => None,
        };
        drop((waiting, populations));
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
        let sealed = match sealed.transpose() {
            Ok(sealed) => sealed,
            Err(error) => {
                say(&format!("error: there is no bundle: {error}"));
                say_to_do(&report);
                say("To do for the bundle: fix that, and run the same command again; the reports are of this run");
                return Ok(judged.and(Exit::DeliveryFailed));
            }
        };
        let sealed = self.bundle.zip(sealed.as_ref()).map(|(target, id)| Evidence::name(target, id));
        if let Some(bundle) = sealed.as_ref().filter(|_| !global.quiet) {
            say(&format!("Bundle: {bundle}"));
        }
        if let Some(mail) = &mail {
            let templates = config.report.templates.as_deref();
            // As large as a conversation with a mail server is, it would make every audit larger.
            if Box::pin(mail.send(&report, (self.out, sealed.as_deref()), templates, global)).await != Exit::Success {
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
        let others = self.baseline.map(|_| Role::Baseline);
        let mut basis = self.basis.read(self.bundle.is_some(), others.as_slice())?;
        let config = &mut basis.config;
        if let Some(fail_on) = self.fail_on {
            config.gate = config.gate.with_fail_on(fail_on, &Diagnostic::of_file(Path::new("--fail-on"), ""));
            let mistakes = config.gate.without_history(config.history.as_ref());
            if !mistakes.is_empty() {
                return Err(mistakes.into());
            }
        }
        if let Some(baseline) = self.baseline {
            config.exceptions.baseline = Some(baseline.to_owned());
            if basis.snapshot.is_some() {
                basis.replaced.push(format!("the baseline is {}, not that of the snapshot", name_of(baseline)));
            }
        }
        let config = &basis.config;
        let gate = config.gate.clone();
        let mut formats = self.formats(config)?;
        let templates = match &config.report.templates {
            Some(folder) => Arc::new(check_templates(folder)?),
            None => Templates::prepared(&formats),
        };
        let mail = self.email.then(|| AuditMail::check(config, self.out, self.privacy, &mut formats)).transpose();
        let mail = mail.map_err(|mistake| vec![mistake])?;
        let only = basis.chosen(self.sources)?;
        let evidence = Evidence::check(self, &basis, &formats)?;
        let privacy = self.privacy.with_key(config).map_err(|mistake| vec![mistake])?;
        if matches!(privacy, Privacy::Counts) && !gate.of_history.is_empty() {
            return Err(gate.of_history.iter().map(nameless).collect::<Vec<_>>().into());
        }
        let read_at = || basis.snapshot.as_ref().map_or_else(now, |snapshot| snapshot.certificates().started_at);
        let as_of = self.as_of.unwrap_or_else(read_at);
        let held = self.measure.hold(config, self.out, &privacy, (as_of, &formats)).map_err(|mistake| vec![mistake])?;
        let inputs = Inputs::load(config, held.previous(), latest(self.as_of));
        let mut inputs = inputs.map_err(|error| self.privacy.withhold_from(error, config))?;
        inputs.policies = Policy::load_all(self.policies, config)?;
        let answered = self.answered(config, &inputs, &formats).map_err(|mistake| vec![mistake])?;
        let Basis { config, snapshot, replaced, templates: unpacked } = basis;
        Ok(Checked {
            config,
            inputs,
            gate,
            formats,
            templates,
            only,
            privacy,
            snapshot,
            answered,
            replaced,
            evidence,
            held,
            mail,
            unpacked,
        })
    }
}

/// A demand of history, where findings have no names.
fn nameless((limit, place): &(FailOn, Diagnostic)) -> Diagnostic {
    let message = format!("{} can't be told under --privacy counts: counts have no names to follow", limit.describe());
    Diagnostic { message, ..place.clone() }.help("use --privacy pseudonymous, or take it out of the gate")
}
