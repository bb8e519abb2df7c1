//! Where a finding can be fixed, as a file and line of the repository: the source in the configuration, the person's
//! row in the HR file, or the waiver or declaration in its file. A side input of the formats that want a place; the report itself has none.

use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};

use serde_json::Value;

use crate::config::Config;
use crate::model::Roster;
use crate::report::{FindingRecord, Report};

/// The places of a report's findings.
#[derive(Debug, Clone)]
pub struct Places {
    config: Place,
    roster: Place,
    waivers: Place,
    declared: Place,
    sources: BTreeMap<String, usize>,
    people: BTreeMap<String, Place>,
}

/// A file, as seen from the top of the repository, and a 1-based line in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Relative, with forward slashes.
    pub path: String,
    /// 1-based.
    pub line: u64,
}

impl Default for Places {
    /// What can be said when nothing but the report is known.
    fn default() -> Self {
        let top = |path: &str| Place { path: path.to_owned(), line: 1 };
        Self {
            config: top("headcount.toml"),
            roster: top("hr.csv"),
            waivers: top("waivers.toml"),
            declared: top("declared-accounts.toml"),
            sources: BTreeMap::new(),
            people: BTreeMap::new(),
        }
    }
}

impl Places {
    /// The lines of the sources of `config`. `root` is the top of the repository, as an absolute path.
    pub fn new(config: &Config, root: &Path) -> Self {
        let top = |path: &Path| Place { path: inside(path, root), line: 1 };
        Self {
            config: top(config.text.path()),
            roster: config.roster.files.first().map_or_else(|| Self::default().roster, |file| top(&file.path)),
            waivers: config.exceptions.waivers.as_deref().map_or_else(|| Self::default().waivers, top),
            declared: config.exceptions.declared.as_deref().map_or_else(|| Self::default().declared, top),
            sources: config.sources.iter().map(|source| (source.name.to_string(), source.line)).collect(),
            people: BTreeMap::new(),
        }
    }

    /// Adds the rows of the people that findings of `report` are about.
    ///
    /// # Errors
    /// The findings can't be read back.
    pub fn with_people(mut self, report: &Report, roster: &Roster, root: &Path) -> io::Result<Self> {
        let wanted = report.findings.people(|head| head.source().is_none(), usize::MAX)?;
        for employee in roster.employees.iter().filter(|employee| wanted.contains(employee.id())) {
            if let Some(file) = roster.files.get(employee.file()) {
                let place = Place { path: inside(file, root), line: employee.line().max(1) };
                self.people.insert(employee.id().to_owned(), place);
            }
        }
        Ok(self)
    }

    /// The place of the configuration as a whole.
    pub(super) const fn config(&self) -> &Place {
        &self.config
    }

    /// Where a source is configured.
    pub(super) fn source(&self, name: &str) -> Place {
        let line = self.sources.get(name).map_or(self.config.line, |line| *line as u64);
        Place { line, ..self.config.clone() }
    }

    /// The line of the waiver or declaration that the finding is about; the top of the file of waivers, if nobody may know
    /// it.
    fn exception(&self, finding: &FindingRecord<'_>) -> Place {
        let line = |fact: &str| finding.fact(fact).as_ref().and_then(Value::as_u64);
        match (line("declaration.line"), line("exception.line")) {
            (Some(line), _) => Place { line, ..self.declared.clone() },
            (None, line) => Place { line: line.unwrap_or(self.waivers.line), ..self.waivers.clone() },
        }
    }

    /// Where the finding can be fixed.
    pub(super) fn of(&self, finding: &FindingRecord<'_>) -> Place {
        let subject = &finding.subject;
        let person = || subject.employee_id.and_then(|id| self.people.get(id));
        match (subject.kind, subject.source) {
            ("employee" | "roster", _) => person().unwrap_or(&self.roster).clone(),
            ("exception", _) => self.exception(finding),
            (_, Some(source)) => self.source(source),
            _ => self.config.clone(),
        }
    }
}

/// `path` as seen from `root`; its file name alone, if it is somewhere else. Never a path of this machine.
fn inside(path: &Path, root: &Path) -> String {
    let mut whole = PathBuf::new();
    for part in root.join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                whole.pop();
            }
            part => whole.push(part),
        }
    }
    let seen = whole.strip_prefix(root).ok().filter(|rest| rest.iter().next().is_some());
    let seen = seen.or_else(|| whole.file_name().map(Path::new)).unwrap_or(Path::new("headcount.toml"));
    seen.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_told_as_the_repository_knows_it() {
        let seen = |path: &str| inside(Path::new(path), Path::new("/repo"));
        assert_eq!(seen("audit/headcount.toml"), "audit/headcount.toml");
        assert_eq!(seen("./audit/../headcount.toml"), "headcount.toml");
        assert_eq!(seen("/repo/audit/hr.csv"), "audit/hr.csv");
        assert_eq!(seen("../private/hr.csv"), "hr.csv");
        assert_eq!(seen("/srv/private/hr.csv"), "hr.csv");
    }
}
