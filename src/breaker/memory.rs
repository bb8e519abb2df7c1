//! What the breaker remembers: of each source, and of the roster, the last time that it was seen completely, whatever ran
//! in between. It is kept in a file beside the reports.
//!
//! A source is the same one if its name, vendor and address are. Who audits is the same organisation if the configuration
//! is the same file, whatever was changed in it, or reads one of the same HR files: several may have their reports in one
//! folder. Paths count from the folder that they and the reports have in common, so that all of it can be moved.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Counts, Previous, PreviousRoster, PreviousSource};
use crate::base::diagnostic::Diagnostic;
use crate::config::{Config, SourceConfig};
use crate::model::{Roster, Timestamp};
use crate::vendor::Whereabouts;

/// The version of the file that this program writes and reads.
const VERSION: u32 = 1;

/// What was seen completely, by organisation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    schema_version: u32,
    organisations: Vec<Organisation>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Organisation {
    #[serde(flatten)]
    marks: Marks,
    roster: PreviousRoster,
    sources: Vec<Seen>,
    /// Its last report in the folder.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    report: Option<LastReport>,
}

/// By what a report is known again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastReport {
    /// Its run.
    pub run_id: String,
    /// How it names findings: those of two reports can be the same only if this is.
    pub naming: String,
}

/// By what an organisation is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Marks {
    config: String,
    hr_files: BTreeSet<String>,
}

/// A source that was complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    #[serde(flatten)]
    identity: Identity,
    #[serde(flatten)]
    measure: PreviousSource,
}

/// What makes a source the same one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Identity {
    name: String,
    vendor: String,
    address: String,
}

impl Memory {
    /// The name of the file.
    pub const FILE: &'static str = "last-complete.json";

    /// Reads what is remembered in the folder of the reports; nothing, if there is no such file.
    ///
    /// # Errors
    /// It can't be read, or is something else.
    pub fn read(out: &Path) -> Result<Self, Diagnostic> {
        let path = out.join(Self::FILE);
        let unusable = |message: String| {
            Diagnostic::of_file(&path, message)
                .help("max_change compares with it; --accept-change goes without, and writes it anew")
        };
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            read => read.map_err(|error| unusable(format!("can't read when sources were complete: {error}")))?,
        };
        let memory: Self = serde_json::from_slice(&bytes)
            .map_err(|error| unusable(format!("this doesn't tell when sources were complete: {error}")))?;
        match memory.schema_version {
            VERSION => Ok(memory),
            other => Err(unusable(format!("expected schema {VERSION} and found schema {other}"))),
        }
    }

    /// What an audit by this configuration, with its reports in this folder, is to be held against.
    pub fn previous(&self, config: &Config, out: &Path) -> Previous {
        let Some(own) = self.find(&Marks::of(config, out)).and_then(|at| self.organisations.get(at)) else {
            return Previous::default();
        };
        let measure = |source: &SourceConfig| {
            let identity = Identity::of(source, out);
            let seen = own.sources.iter().find(|seen| seen.identity == identity)?;
            Some((identity.name, seen.measure.clone()))
        };
        Previous { roster: Some(own.roster.clone()), sources: config.sources.iter().filter_map(measure).collect() }
    }

    /// The last report of an audit by this configuration, if it was written into this folder.
    pub fn last_report(&self, config: &Config, out: &Path) -> Option<&LastReport> {
        self.organisations.get(self.find(&Marks::of(config, out))?)?.report.as_ref()
    }

    /// Remembers what an audit has seen completely: the roster, and these sources by their names; and its report, if it was
    /// written.
    pub fn remember<'s>(
        &mut self,
        (config, out): (&Config, &Path),
        roster: &Roster,
        complete: impl Iterator<Item = (&'s str, Counts<'s>)>,
        (as_of, report): (Timestamp, Option<LastReport>),
    ) {
        let marks = Marks::of(config, out);
        let roster = PreviousRoster::of(roster, as_of);
        let known = self.find(&marks).map(|at| self.organisations.remove(at));
        let (mut sources, last) = known.map_or_else(Default::default, |known| (known.sources, known.report));
        for (name, Counts { count, keys }) in complete {
            let Some(source) = config.sources.iter().find(|source| source.name.as_str() == name) else { continue };
            let identity = Identity::of(source, out);
            sources.retain(|seen| seen.identity != identity);
            sources.push(Seen { identity, measure: PreviousSource { as_of, distinct: count, keys: keys.clone() } });
        }
        sources.sort_by(|a, b| a.identity.cmp(&b.identity));
        self.schema_version = VERSION;
        self.organisations.push(Organisation { marks, roster, sources, report: report.or(last) });
        self.organisations.sort_by(|a, b| a.marks.config.cmp(&b.marks.config));
    }

    /// Writes the content of the file.
    ///
    /// # Errors
    /// As of `out`.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        writeln!(out)
    }

    /// The organisation whose configuration it is, or one that reads the same HR files.
    fn find(&self, marks: &Marks) -> Option<usize> {
        let by_config = self.organisations.iter().position(|known| known.marks.config == marks.config);
        by_config
            .or_else(|| self.organisations.iter().position(|known| !known.marks.hr_files.is_disjoint(&marks.hr_files)))
    }
}

impl Marks {
    fn of(config: &Config, out: &Path) -> Self {
        let hr_files = config.roster.files.iter().map(|file| place(&file.path, out)).collect();
        Self { config: place(config.text.path(), out), hr_files }
    }
}

impl Identity {
    fn of(source: &SourceConfig, out: &Path) -> Self {
        let address = match source.whereabouts() {
            Whereabouts::File(path) => place(path, out),
            Whereabouts::Name(name) => name,
        };
        Self { name: source.name.as_str().to_owned(), vendor: source.vendor.kind.to_owned(), address }
    }
}

/// Where a file is, from the folder on that it has in common with the reports.
fn place(path: &Path, out: &Path) -> String {
    let (path, out) = (real(path), real(out));
    let common = path.components().zip(out.components()).take_while(|(one, other)| one == other).count();
    path.components().skip(common).collect::<PathBuf>().display().to_string()
}

/// A path without links and detours, as far as it exists.
fn real(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let resolved = path.ancestors().find_map(|start| {
        let rest = path.strip_prefix(start).ok()?;
        Some(fs::canonicalize(start).ok()?.join(rest))
    });
    resolved.unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::KeyCounts;

    const VOISO: &str = "[[source]]\nname = \"voiso\"\nvendor = \"voiso\"\napi_key = \"env:K\"\nbase_url = ";

    fn config(file: &str, hr: &str, address: &str, more: &str) -> Config {
        let text = format!("[hr]\nfile = \"{hr}\"\n{VOISO}\"{address}\"\n{more}");
        Config::parse(Path::new(file), &text).expect("a configuration")
    }

    fn remember(memory: &mut Memory, config: &Config, complete: &[(&str, u64)]) {
        let keys = KeyCounts::new();
        let complete = complete.iter().map(|(name, count)| (*name, Counts { count: *count, keys: &keys }));
        let as_of = "2026-10-14T00:00:00Z".parse().expect("a time");
        memory.remember((config, Path::new("/w/out")), &Roster::default(), complete, (as_of, None));
    }

    /// What an audit by this configuration would be held against: whether a roster, and how many accounts of each source.
    fn held(memory: &Memory, config: &Config) -> (bool, Vec<(String, u64)>) {
        let previous = memory.previous(config, Path::new("/w/out"));
        let sources = previous.sources.into_iter().map(|(name, source)| (name, source.distinct)).collect();
        (previous.roster.is_some(), sources)
    }

    #[test]
    fn what_ran_in_between_and_what_was_edited_forgets_nothing() {
        let mut memory = Memory::default();
        let plain = config("/w/headcount.toml", "hr.csv", "https://a.example", "");
        assert_eq!(held(&memory, &plain), (false, Vec::new()));
        remember(&mut memory, &plain, &[("voiso", 1000)]);
        remember(&mut memory, &plain, &[]);
        let voiso = vec![("voiso".to_owned(), 1000)];
        assert_eq!(held(&memory, &plain), (true, voiso.clone()));
        for edited in [
            config("/w/headcount.toml", "hr.csv", "https://a.example", "page_size = 10\n[report]\ntitle = \"T\""),
            config("/w/headcount.toml", "people.csv", "https://a.example/", "max_change = \"5%\""),
            config("/w/renamed.toml", "hr.csv", "https://a.example", ""),
        ] {
            assert_eq!(held(&memory, &edited), (true, voiso.clone()), "{}", edited.text.path().display());
        }
        let another = config("/w/headcount.toml", "hr.csv", "https://b.example", "");
        assert_eq!(held(&memory, &another), (true, Vec::new()), "another address is another source");
        remember(&mut memory, &another, &[("voiso", 7)]);
        assert_eq!(held(&memory, &plain), (true, voiso), "and leaves the first one alone");
    }

    #[test]
    fn another_organisation_is_never_compared_with() {
        let mut memory = Memory::default();
        let one = config("/w/one/headcount.toml", "hr.csv", "https://a.example", "");
        let other = config("/w/other/headcount.toml", "hr.csv", "https://a.example", "");
        remember(&mut memory, &one, &[("voiso", 1000)]);
        assert_eq!(held(&memory, &other), (false, Vec::new()));
        remember(&mut memory, &other, &[("voiso", 3)]);
        assert_eq!(held(&memory, &one), (true, vec![("voiso".to_owned(), 1000)]));
        assert_eq!(held(&memory, &other), (true, vec![("voiso".to_owned(), 3)]));
    }

    #[test]
    fn a_file_that_is_something_else_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(Memory::read(folder.path()).expect("nothing"), Memory::default());
        for (text, message) in [
            ("{}", "this doesn't tell"),
            ("[", "this doesn't tell"),
            ("{\"schema_version\":2,\"organisations\":[]}", "found schema 2"),
        ] {
            fs::write(folder.path().join(Memory::FILE), text).expect("written");
            let mistake = Memory::read(folder.path()).expect_err(text).to_string();
            assert!(mistake.contains(message) && mistake.contains("--accept-change"), "{mistake}");
        }
    }

    #[test]
    fn the_file_says_what_was_remembered() {
        let mut memory = Memory::default();
        remember(&mut memory, &config("/w/headcount.toml", "hr.csv", "https://a.example", ""), &[("voiso", 1000)]);
        let folder = tempfile::tempdir().expect("a folder");
        let mut text = Vec::new();
        memory.write(&mut text).expect("written");
        fs::write(folder.path().join(Memory::FILE), &text).expect("written");
        assert_eq!(Memory::read(folder.path()).expect("read"), memory);
    }
}
