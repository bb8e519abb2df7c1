//! What an audit is held against, and what the next one will be: the circuit-breaker's memory beside the reports.

use std::path::Path;

use crate::base::diagnostic::Diagnostic;
use crate::breaker::{Counts, LastReport, Memory, Previous};
use crate::config::{Config, MaxChange};
use crate::deliver::{self, DeliveryError};
use crate::history::{Anew, Earlier};
use crate::model::{Roster, SourceStatus, Timestamp};
use crate::render::Format;
use crate::report::{Privacy, Report};
use crate::run::{Before, Following};

/// What roster and sources are held against.
#[derive(Debug, Clone, Copy)]
pub(super) enum Measure<'a> {
    /// Nothing; and nothing is remembered of them.
    #[cfg_attr(not(feature = "demo"), expect(dead_code, reason = "only the demo is held against nothing"))]
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
    /// From which report its findings are followed.
    following: Following,
}

impl<'a> Measure<'a> {
    /// Reads what there is to compare with, for an audit as of a moment.
    pub(super) fn hold(
        self,
        config: &Config,
        out: &'a Path,
        privacy: &Privacy,
        (as_of, formats): (Timestamp, &[Format]),
    ) -> Result<Held<'a>, Diagnostic> {
        let limits = config.sources.iter().map(|source| source.max_change).chain([config.roster.max_change]);
        let limited = limits.flatten().any(|limit| limit != MaxChange::Off);
        let read = Memory::read(out);
        let unreadable = read.is_err();
        let memory = match (self, read) {
            (Self::Nothing, _) => None,
            _ if out == Path::new("-") => None,
            (_, Ok(memory)) => Some(memory),
            (Self::Accepted, Err(_)) => Some(Memory::default()),
            (Self::LastComplete, Err(mistake)) if limited => return Err(mistake),
            // Whatever that file is, it isn't ours to overwrite.
            (Self::LastComplete | Self::Report(_), Err(_)) => None,
        };
        let memory = memory.map(|memory| (memory, out));
        let settings = config.history.clone().unwrap_or_default();
        let (previous, before) = match self {
            Self::Nothing => (None, Before::Nothing),
            Self::Report(path) => {
                let mut earlier = Earlier::read(&config.files, path, &settings.renamed)?;
                comparable(path, &earlier, privacy, as_of)?;
                (Some(earlier.measure()), Before::Named(Box::new(earlier)))
            }
            Self::Accepted => (None, last_report(memory.as_ref(), config, privacy)),
            Self::LastComplete => {
                let previous = memory.as_ref().map(|(memory, out)| memory.previous(config, out));
                (previous, last_report(memory.as_ref(), config, privacy))
            }
        };
        let before = match before {
            Before::Nothing if unreadable => Before::Anew(Anew::lost("last-complete.json in the folder can't be read")),
            Before::Nothing => unkept(out, privacy, formats).map(Before::Anew).unwrap_or_default(),
            before => before,
        };
        let carries = !matches!(self, Self::Nothing) && (config.history.is_some() || matches!(self, Self::Report(_)));
        let following = Following {
            before,
            config: settings,
            carries,
            accepts_anew: matches!(self, Self::Accepted),
            naming: privacy.namer(),
        };
        Ok(Held { previous, memory, following })
    }
}

/// The last report in the folder, if its findings have the same names.
fn last_report(memory: Option<&(Memory, &Path)>, config: &Config, privacy: &Privacy) -> Before {
    let report = memory.and_then(|(memory, out)| {
        let last = memory.last_report(config, out)?;
        if Some(&last.naming) != privacy.naming().as_ref() {
            return Some(Before::Anew(Anew::lost(
                "the last report was written with another --privacy, or another key",
            )));
        }
        Some(Before::InFolder { path: out.join(Format::Json.file_name()?), run_id: last.run_id.clone() })
    });
    report.unwrap_or_default()
}

/// Why the next audit won't find the report of this one, so that ages begin anew each time.
fn unkept(out: &Path, privacy: &Privacy, formats: &[Format]) -> Option<Anew> {
    let why = match privacy {
        Privacy::Counts => "counts (--privacy counts) have no names, so that nothing can be followed",
        _ if out == Path::new("-") => "what goes to standard output (--out -) isn't found by the next audit",
        _ if !formats.contains(&Format::Json) => "without the format json, the next audit finds no report",
        _ => return None,
    };
    Some(Anew::unkept(why))
}

/// Whether a report that somebody names can be compared with an audit as of a moment.
fn comparable(path: &Path, earlier: &Earlier, privacy: &Privacy, as_of: Timestamp) -> Result<(), Diagnostic> {
    let before = earlier.ground.as_of;
    if before > as_of {
        let message = format!("this report is of {before}, which is after the moment of this audit, {as_of}");
        return Err(Diagnostic::of_file(path, message).help("name the report of an earlier audit"));
    }
    if earlier.ground.naming != privacy.compared_naming() {
        let message = "this report calls people and findings otherwise than this audit would";
        let help = "name a report that was written with the same --privacy, and the same key";
        return Err(Diagnostic::of_file(path, message).help(help));
    }
    Ok(())
}

impl Held<'_> {
    pub(super) const fn previous(&self) -> Option<&Previous> {
        self.previous.as_ref()
    }

    /// From which report its findings are followed; only once.
    pub(super) fn following(&mut self) -> Following {
        std::mem::take(&mut self.following)
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
