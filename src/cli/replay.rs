//! `headcount bundle replay FILE`: comes to the verdict once more, by nothing but what a bundle holds, and holds what is made
//! of it against what was sealed.

mod difference;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::basis::Basis;
use super::clock::now;
use super::output::{print, refuse, say};
use super::{Exit, Global, runtime};
use crate::audit::{Evidence, Inventory};
use crate::bag::{BagError, Command, Input, Kind, Role, Run};
use crate::base::diagnostic::Diagnostic;
use crate::bundle;
use crate::config::{Config, Demand};
use crate::deliver::write_file;
use crate::history::Anew;
use crate::model::{SourceName, Timestamp};
use crate::render::{Format, Templates, check_templates};
use crate::report::{Privacy, Report};
use crate::roster;
use crate::run::publish::{Publication, Rendering};
use crate::run::{self, Before, Following, Identity, Inputs, Policy, RunError, RunOptions};
use crate::snapshot::{Snapshot, SnapshotError};
use difference::Comparison;

/// Options of `bundle replay`.
#[derive(Debug, Args)]
pub(super) struct ReplayArgs {
    /// The bundle, packed or as a folder
    #[arg(value_name = "FILE")]
    bundle: PathBuf,
    /// Write what is made of it into this folder, too
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &ReplayArgs, global: &Global) -> anyhow::Result<Exit> {
    let snapshot = match Snapshot::open(&args.bundle) {
        Ok(snapshot) => snapshot,
        Err(error) => return Ok(unusable(&error)),
    };
    let description = snapshot.bag().description().clone();
    let Some(identity) = identity(&description.run, &description.command).filter(|_| description.kind == Kind::Audit)
    else {
        say(&format!("error: {} was not judged, so there is nothing to compare with", args.bundle.display()));
        say(&format!("To do: judge it: headcount audit --snapshot {}", args.bundle.display()));
        return Ok(Exit::Unusable);
    };
    let contradictions = bundle::contradictions(snapshot.bag())?;
    if !contradictions.is_empty() {
        for contradiction in &contradictions {
            say(&format!("error: {contradiction}"));
        }
        say("The bundle contradicts itself, so it proves nothing; nothing was replayed");
        return Ok(Exit::GateFailed);
    }
    let replay = match Replay::read(snapshot, &description.command, identity, description.run.as_of) {
        Ok(replay) => replay,
        Err(error) => return Ok(refuse(&error)),
    };
    replay.run(args.out.as_deref(), global)
}

/// What was altered proves nothing, and what doesn't tell everything can't be judged.
fn unusable(error: &SnapshotError) -> Exit {
    say(&format!("error: {error}"));
    match error {
        SnapshotError::Bag(BagError::Altered { .. }) | SnapshotError::Tampered { .. } => Exit::GateFailed,
        SnapshotError::Redacted { .. } => Exit::Unverified,
        _ => Exit::Unusable,
    }
}

/// The run that is to be once more.
fn identity(run: &Run, command: &Command) -> Option<Identity> {
    let Run { id, started_at, finished_at, tool_version, .. } = run;
    Some(Identity {
        id: id.clone()?,
        started_at: *started_at,
        finished_at: *finished_at,
        tool_version: tool_version.clone(),
        snapshot: command.snapshot.clone(),
    })
}

/// Everything that a bundle holds, read and checked.
struct Replay<'c> {
    command: &'c Command,
    identity: Identity,
    as_of: Option<Timestamp>,
    basis: Basis,
    inputs: Inputs,
    only: Vec<SourceName>,
    formats: Vec<Format>,
    templates: Arc<Templates>,
}

impl<'c> Replay<'c> {
    fn read(
        snapshot: Snapshot,
        command: &'c Command,
        identity: Identity,
        as_of: Option<Timestamp>,
    ) -> Result<Self, RunError> {
        let mut basis = Basis::again(snapshot, command)?;
        let config = &mut basis.config;
        if let Some(demands) = &command.fail_on {
            let demands = demands.iter().map(|demand| Demand::parse(demand)).collect::<Result<Vec<_>, _>>();
            let demands = demands.map_err(|error| vec![Diagnostic::of_file(Path::new("bundle.json"), error)])?;
            config.gate = config.gate.with_fail_on(&demands, &Diagnostic::of_file(Path::new("--fail-on"), ""));
        }
        if let Some(baseline) = &command.baseline {
            config.exceptions.baseline = Some(PathBuf::from(baseline));
        }
        let config = &basis.config;
        let only = basis.chosen(&command.sources)?;
        let formats: Vec<Format> = command.formats.iter().filter_map(|name| name.parse().ok()).collect();
        let templates = match &config.report.templates {
            Some(folder) => Arc::new(check_templates(folder)?),
            None => Templates::prepared(&formats),
        };
        let today = as_of.map_or(identity.started_at, |as_of| as_of.max(identity.started_at));
        let mut inputs = Inputs::load(config, None, today)?;
        let policies: Vec<PathBuf> = command.policies.iter().map(PathBuf::from).collect();
        inputs.policies = Policy::load_all(&policies, config)?;
        Ok(Self { command, identity, as_of, basis, inputs, only, formats, templates })
    }

    fn run(&self, out: Option<&Path>, global: &Global) -> anyhow::Result<Exit> {
        let Self { identity, basis, inputs, .. } = self;
        let config = &basis.config;
        let today = self.as_of.map_or(identity.started_at, |as_of| as_of.max(identity.started_at));
        let inventory = Inventory::with_managers(roster::manager_names(&inputs.roster, today));
        let waiting = global.waiting();
        let options = RunOptions {
            clock: now,
            as_of: self.as_of,
            only: &self.only,
            snapshot: basis.snapshot.as_ref(),
            answered: None,
            replaced: &basis.replaced,
            again: Some(identity),
            previous: None,
            inventory: Some(&inventory),
            lists_accounts: self.formats.contains(&Format::Accounts),
            evidence: Evidence::Whole,
            gate: &config.gate,
            allow_outage: self.command.allow_outage,
            observer: &waiting,
        };
        let report = match runtime()?.block_on(run::run(config, inputs, &options, self.following(config))) {
            Ok(audited) => audited.report,
            Err(error) => return Ok(refuse(&error)),
        };
        drop(waiting);
        let publication = Publication {
            formats: &self.formats,
            out: Path::new(""),
            templates: &self.templates,
            privacy: &Privacy::Full,
            review: config.report.review,
            byte_order_mark: config.report.byte_order_mark,
        };
        let root = self.command.root.as_deref().map_or(Path::new(""), Path::new);
        let places = publication.places(&report, config, &inputs.roster, root)?;
        let inventory = inventory.with_privacy(&Privacy::Full)?;
        let rendering = publication.rendering(inventory.as_ref(), &places);
        if let Some(out) = out {
            self.write(out, &report, &rendering)?;
        }
        self.compare(&report, &rendering, global)
    }

    /// With which report its findings were compared.
    fn following(&self, config: &Config) -> Following {
        let earlier = self.outputs(Role::PreviousReport).next().zip(self.command.since.clone());
        let before = earlier.map(|(input, run_id)| Before::InFolder { path: PathBuf::from(&input.shown), run_id });
        let anew = || {
            let text = self.command.anew.clone()?;
            Some(Before::Anew(Anew { text, lost: self.command.anew_unverified }))
        };
        Following {
            before: before.or_else(anew).unwrap_or_default(),
            config: config.history.clone().unwrap_or_default(),
            carries: self.command.carries_history,
            accepts_anew: false,
            naming: None,
        }
    }

    /// The files of a role that the bundle holds.
    fn outputs(&self, role: Role) -> impl Iterator<Item = &Input> {
        self.basis.snapshot.iter().flat_map(move |snapshot| snapshot.bag().description().inputs(role))
    }

    /// The formats that were sealed, the report first: everything else is made of it.
    fn sealed(&self) -> Vec<(Format, &Input)> {
        let all = self.outputs(Role::Output).chain(self.outputs(Role::Accounts));
        let mut all: Vec<_> = all.filter_map(|input| Some((input.shown.parse().ok()?, input))).collect();
        all.sort_by_key(|(format, _)| *format != Format::Json);
        all
    }

    fn write(&self, out: &Path, report: &Report, rendering: &Rendering<'_>) -> anyhow::Result<()> {
        for (format, _) in self.sealed() {
            let path = out.join(format.file_name().unwrap_or_default());
            write_file(&path, |out| rendering.render(report, format, out).map_err(io::Error::other))?;
        }
        Ok(())
    }

    /// Holds every format against what was sealed. A workbook is a ZIP, of which not every writer makes the same bytes.
    fn compare(&self, report: &Report, rendering: &Rendering<'_>, global: &Global) -> anyhow::Result<Exit> {
        let Some(snapshot) = &self.basis.snapshot else { return Ok(Exit::Unusable) };
        let mut out = anstream::stdout().lock();
        let (mut differs, mut is_of_report) = (false, false);
        for (format, input) in self.sealed() {
            if format == Format::Xlsx {
                print(
                    &mut out,
                    &format!("not compared  {}: a workbook is a ZIP; its contents are the report's", input.file),
                )?;
                continue;
            }
            is_of_report |= format == Format::Json;
            let mut comparison = Comparison::new(snapshot.bag().read(&input.file)?);
            rendering.render(report, format, &mut comparison)?;
            match comparison.finish()? {
                None => print(&mut out, &format!("identical     {}", input.file))?,
                Some(at) => {
                    differs = true;
                    print(&mut out, &format!("differs       {} from byte {at} on", input.file))?;
                    if format == Format::Json {
                        let sealed = snapshot.bag().read(&input.file)?;
                        difference::of_findings(sealed, report, |line| print(&mut out, &format!("  {line}")))?;
                    }
                }
            }
        }
        if !is_of_report {
            say("error: the bundle doesn't say which file its report is, so there is nothing to compare with");
            return Ok(Exit::GateFailed);
        }
        Ok(self.ended(differs, global))
    }

    fn ended(&self, differs: bool, global: &Global) -> Exit {
        let (sealed_by, own) = (self.identity.tool_version.as_str(), env!("CARGO_PKG_VERSION"));
        if !differs {
            if !global.quiet {
                say("Replayed: the same report as was sealed");
            }
            return Exit::Success;
        }
        if sealed_by == own {
            say("error: what the bundle holds doesn't lead to the report that it holds");
            return Exit::GateFailed;
        }
        say(&format!("error: headcount {sealed_by} has sealed another report than headcount {own} comes to"));
        say(&format!("To do: replay it with headcount {sealed_by}, which is to come to the same"));
        Exit::Unverified
    }
}
