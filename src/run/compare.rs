//! Two reports held against each other, without an audit: the later one says of its findings what the earlier one knows.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use crate::base::diagnostic::Diagnostic;
use crate::base::temp_store::Window;
use crate::config::{FailOn, HistoryConfig};
use crate::files::Files;
use crate::finding::Findings;
use crate::history::{Earlier, Follow, List, ListChanges, Listed, Present, State, each};
use crate::model::{Disposition, SourceStatus};
use crate::report::Report;

/// Why there is no comparison.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// A report can't be used.
    #[error("{0}")]
    Unusable(Box<Diagnostic>),
    /// Findings can't be read back.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<Diagnostic> for CompareError {
    fn from(mistake: Diagnostic) -> Self {
        Self::Unusable(Box::new(mistake))
    }
}

/// Two reports held against each other.
#[derive(Debug)]
pub struct Compared {
    /// Whether the earlier report carries on what it knew; and the later one, with days on which findings are due.
    pub carried: (bool, bool),
    /// The later report, which says what has changed.
    pub report: Report,
}

/// Compares two reports.
///
/// # Errors
/// One can't be used, or the first is the younger one.
pub fn compare(old: &Path, new: &Path, settings: HistoryConfig) -> Result<Compared, CompareError> {
    let files = Files::default();
    let earlier = Earlier::read(&files, old, &settings.renamed)?;
    let later = Earlier::read(&files, new, &BTreeMap::new())?;
    let mut report = Report::read(new)?;
    if earlier.ground.as_of > later.ground.as_of {
        let message = format!(
            "this report is of {}, and {} is of {}, before it",
            earlier.ground.as_of,
            new.display(),
            later.ground.as_of
        );
        return Err(Diagnostic::of_file(old, message).help("name the earlier report first").into());
    }
    for (path, report) in [(old, &earlier), (new, &later)] {
        if report.ground.naming == "counts" {
            let help = "compare reports that were written in full, or with --privacy pseudonymous";
            return Err(Diagnostic::of_file(path, "counts tell no findings".to_owned()).help(help).into());
        }
    }
    let limited = !settings.sla.is_empty() || later.trend().last().is_some_and(|last| last.overdue.is_some());
    let carried = (earlier.carries(), later.carries() && limited);
    if earlier.ground.naming != later.ground.naming || !earlier.has_names() {
        let message = "the two reports call people and findings differently".to_owned();
        let help = "compare reports that were written with the same --privacy, and the same key";
        return Err(Diagnostic::of_file(old, message).help(help).into());
    }
    let list = match (earlier.list()?, later.list()?) {
        (Some(list), Some(_)) => Some(list),
        _ => None,
    };
    let follow = Follow::new(Some(earlier), later.ground, settings);
    let lists = list.map(|list| lists(&list, &follow, new)).transpose()?;
    let findings = std::mem::take(&mut report.findings);
    let (findings, changes) = followed(findings, follow)?;
    report.findings = findings;
    report.changes = Some(changes.with_lists(lists));
    Ok(Compared { carried, report })
}

fn lists(list: &List, follow: &Follow, new: &Path) -> Result<ListChanges, Diagnostic> {
    let files = Files::default();
    let path = files.report_at(new).with_file_name(List::FILE);
    let later = |visit: &mut dyn FnMut(&Listed<'_>)| each(&files, &path, &BTreeMap::new(), visit);
    list.compare(&later, &follow.incomparable(), follow.since().unwrap_or_default(), None)
}

/// Findings that say what the earlier report knows of them.
fn followed(mut findings: Findings, mut follow: Follow) -> Result<(Findings, crate::history::Changes), CompareError> {
    let mut places = Vec::with_capacity(findings.len());
    let mut window = Window::default();
    for head in findings.heads() {
        places.push(follow.place(head.load(&mut window)?.fingerprint));
    }
    findings.follow(|at, head| {
        follow.history(&Present {
            at: places.get(at).copied().flatten(),
            rule: head.rule(),
            source: head.source(),
            kind: head.kind(),
            severity: head.severity(),
            disposition: head.disposition(),
            baseline: None,
            carried: head.history().copied(),
        })
    });
    let names_of = |source: &str| {
        let mut window = Window::default();
        let of_source = findings.heads().filter(|head| head.source() == Some(source));
        of_source.map(|head| Ok(head.load(&mut window)?.fingerprint.to_owned())).collect()
    };
    let changes = follow.close(&names_of)?;
    Ok((findings.telling_history(true), changes))
}

impl Compared {
    /// Whether there is a finding as a limit names it; without one, a new one.
    pub fn has(&self, limit: Option<&FailOn>) -> bool {
        self.report.findings.heads().filter(|head| head.disposition() != Disposition::Waived).any(|head| {
            let Some(history) = head.history() else { return false };
            match limit {
                None => matches!(history.state, State::New | State::Unknown),
                Some(FailOn::Reopened) => history.state == State::Reopened,
                Some(FailOn::Overdue(severity)) => {
                    history.is_overdue() && severity.is_none_or(|severity| severity == head.severity())
                }
                Some(FailOn::Rule(_) | FailOn::Severity(_)) => false,
            }
        })
    }

    /// Whether everything could be compared.
    pub fn is_whole(&self) -> bool {
        let complete = self.report.sources.iter().all(|source| source.status == SourceStatus::Complete);
        complete && self.report.changes.as_ref().is_some_and(|changes| changes.not_comparable.is_empty())
    }
}
