//! What an audit is held against, and what the next one will be: the circuit-breaker's memory beside the reports.

use std::path::{Path, PathBuf};

use crate::base::diagnostic::Diagnostic;
use crate::breaker::{Counts, LastReport, Memory, Previous};
use crate::config::{Config, MaxChange};
use crate::deliver::{self, DeliveryError};
use crate::files::Files;
use crate::model::{Roster, SourceStatus};
use crate::render::Format;
use crate::report::{Earlier, Privacy, Report};

/// What roster and sources are held against.
#[derive(Debug, Clone, Copy)]
pub(super) enum Measure<'a> {
    /// Nothing; and nothing is remembered of them.
    Nothing,
    /// Nothing: they are the measure from now on.
    Accepted,
    /// The last time that each was complete, as it is remembered where the reports go.
    LastComplete,
    /// This report.
    Report(&'a Path),
}

/// What an audit is held against.
pub(super) struct Held<'a> {
    previous: Option<Previous>,
    /// What is remembered, and where; nothing, if nothing is to be.
    memory: Option<(Memory, &'a Path)>,
    /// Whose findings are compared with.
    earlier: Option<EarlierReport>,
}

/// A report of an earlier audit.
#[derive(Debug, Clone)]
pub(super) struct EarlierReport {
    files: Files,
    path: PathBuf,
    /// Its run, if it has to be a certain one.
    run_id: Option<String>,
}

impl EarlierReport {
    /// Its findings, if there is such a report.
    pub(super) fn read(&self) -> std::io::Result<Option<Earlier>> {
        Earlier::read(&self.files, &self.path, self.run_id.as_deref())
    }
}

impl<'a> Measure<'a> {
    /// Reads what there is to compare with.
    pub(super) fn hold(self, config: &Config, out: &'a Path, privacy: &Privacy) -> Result<Held<'a>, Diagnostic> {
        let limits = config.sources.iter().map(|source| source.max_change).chain([config.roster.max_change]);
        let limited = limits.flatten().any(|limit| limit != MaxChange::Off);
        let memory = match (self, Memory::read(out)) {
            (Self::Nothing, _) => None,
            _ if out == Path::new("-") => None,
            (_, Ok(memory)) => Some(memory),
            (Self::Accepted, Err(_)) => Some(Memory::default()),
            (Self::LastComplete, Err(mistake)) if limited => return Err(mistake),
            // Whatever that file is, it isn't ours to overwrite.
            (Self::LastComplete | Self::Report(_), Err(_)) => None,
        };
        let memory = memory.map(|memory| (memory, out));
        let previous = match self {
            Self::Nothing | Self::Accepted => None,
            Self::LastComplete => memory.as_ref().map(|(memory, out)| memory.previous(config, out)),
            Self::Report(path) => Some(Previous::of_report(path)?),
        };
        let last = memory.as_ref().and_then(|(memory, out)| {
            let last =
                memory.last_report(config, out).filter(|last| Some(&last.naming) == privacy.naming().as_ref())?;
            let path = out.join(Format::Json.file_name()?);
            Some(EarlierReport { files: config.files.clone(), path, run_id: Some(last.run_id.clone()) })
        });
        let earlier = match self {
            Self::Nothing => None,
            Self::Report(path) => {
                let (files, path) = (config.files.clone(), path.to_owned());
                matches!(privacy, Privacy::Full).then_some(EarlierReport { files, path, run_id: None })
            }
            Self::Accepted | Self::LastComplete => last,
        };
        Ok(Held { previous, memory, earlier })
    }
}

impl Held<'_> {
    pub(super) const fn previous(&self) -> Option<&Previous> {
        self.previous.as_ref()
    }

    /// Whose findings are compared with.
    pub(super) fn earlier(&self) -> Option<EarlierReport> {
        self.earlier.clone()
    }

    /// Remembers what a report has seen completely, and the report where `naming` says how it names findings.
    pub(super) fn remember(&mut self, config: &Config, roster: &Roster, report: &Report, naming: Option<String>) {
        let Some((memory, out)) = &mut self.memory else { return };
        let complete = report.sources.iter().filter(|source| source.status == SourceStatus::Complete);
        let complete =
            complete.map(|source| (source.name.as_str(), Counts { count: source.distinct, keys: &source.keys }));
        let last = naming.map(|naming| LastReport { run_id: report.run.id.clone(), naming });
        memory.remember((config, out), roster, complete, (report.run.as_of, last));
    }

    /// Writes down what is remembered.
    pub(super) fn write(&self) -> Result<(), DeliveryError> {
        let Some((memory, out)) = &self.memory else { return Ok(()) };
        deliver::write_file(&out.join(Memory::FILE), |file| memory.write(file))
    }
}
