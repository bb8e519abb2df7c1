//! `audit --bundle FILE`: the run under one seal.

use std::path::Path;

use super::basis::Basis;
use super::job::Job;
use super::measure::Measure;
use crate::bag::{BagId, Command, Previous};
use crate::base::diagnostic::Diagnostic;
use crate::config::{Config, Demand};
use crate::fetch::Population;
use crate::gate::Reason;
use crate::history::Anew;
use crate::model::Timestamp;
use crate::render::Format;
use crate::report::Report;
use crate::run::ground::{keep_templates, texts};
use crate::run::publish::Rendering;
use crate::run::seal::{self, Sealing};
use crate::run::{Inputs, publish};
use crate::snapshot::Ground;

/// What was asked for and read before the first request.
#[derive(Debug)]
pub(super) struct Evidence<'a> {
    target: &'a Path,
    command: Command,
    previous: Option<Previous>,
}

impl<'a> Evidence<'a> {
    /// Sees to it that the bundle can be written, and keeps what the run is asked to do.
    pub(super) fn check(job: &Job<'a>, basis: &Basis, formats: &[Format]) -> Result<Option<Self>, Vec<Diagnostic>> {
        let Some(target) = job.bundle else { return Ok(None) };
        let one = |mistake: Diagnostic| vec![mistake];
        if !job.privacy.tells_all() {
            let help = "leave out --privacy; `headcount bundle redact` makes a bundle that tells less";
            let message = "an evidence bundle holds everything that the verdict rests on, people included";
            return Err(one(Diagnostic::of_file(Path::new("--bundle"), message).help(help)));
        }
        seal::check(target).map_err(one)?;
        keep_templates(&basis.config)?;
        let previous = match job.measure {
            Measure::Report(path) => seal::previous(path).map_err(one)?,
            _ => None,
        };
        let shown = |path: &Path| path.to_string_lossy().into_owned();
        let command = Command {
            sources: job.sources.to_vec(),
            policies: job.policies.iter().map(|path| shown(path)).collect(),
            fail_on: job.fail_on.map(|demands| demands.iter().map(Demand::describe).collect()),
            formats: formats.iter().map(|format| format.as_str().to_owned()).collect(),
            baseline: job.baseline.map(shown),
            allow_outage: job.allow_outage,
            root: Some(shown(&publish::repository())),
            ..job.basis.told(basis)
        };
        Ok(Some(Self { target, command, previous }))
    }

    /// What the run was judged by.
    pub(super) fn ground(config: &Config, inputs: &Inputs) -> Ground {
        Ground { inputs: config.files.inputs(), rules: texts(&inputs.rules), secrets: config.known_secrets() }
    }

    /// Seals everything. The outputs that were written are taken as they are.
    pub(super) fn seal(
        self,
        (config, ground): (&Config, &Ground),
        report: &Report,
        (populations, read_at): (&mut [Population], Timestamp),
        outputs: &Rendering<'_>,
    ) -> Result<BagId, seal::SealError> {
        let mut formats = outputs.formats().to_vec();
        let always = [Format::Json, Format::Accounts];
        formats.extend(always.into_iter().filter(|format| !outputs.formats().contains(format)));
        let Self { target, mut command, previous } = self;
        let changes = report.changes.as_ref();
        command.since = changes.and_then(|changes| changes.previous.as_ref()).map(|previous| previous.run_id.clone());
        let anew = report.verdict.reasons.iter().find(|reason| Anew::is_told_by(&reason.text));
        command.anew = anew.map(|reason| reason.text.clone());
        command.anew_unverified = anew.is_some_and(Reason::decides);
        command.carries_history = report.findings.tells_history();
        let sealing = Sealing { target, config, ground, command, previous, read_at };
        sealing.seal(&report.run, populations, &formats, |format, out| outputs.copy(report, format, out))
    }

    /// The name of a bundle and its identity, which nobody can foresee.
    pub(super) fn name(target: &Path, id: &BagId) -> String {
        format!("{}, id {id}", target.file_name().unwrap_or_default().to_string_lossy())
    }
}
