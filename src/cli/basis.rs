//! What accounts are judged by, and where they come from: the configuration and the files that it names, or a snapshot,
//! which holds all of that, too. What is used in the place of what a snapshot holds has to be asked for, and is told.

use std::path::{Path, PathBuf};

use clap::Args;
use tempfile::TempDir;

use super::ConfigArg;
use crate::bag::{Command, Role};
use crate::base::diagnostic::{Diagnostic, meant_or_one_of};
use crate::base::text::counted;
use crate::config::{Config, RosterFile, RuleText};
use crate::files::Files;
use crate::model::SourceName;
use crate::run::RunError;
use crate::snapshot::{Snapshot, SnapshotError};

/// Where to look.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct BasisArgs {
    #[command(flatten)]
    pub(super) config: ConfigArg,
    /// Judge what `headcount fetch` or `audit --bundle` has stored, as of when it was fetched and by what it holds:
    /// configuration, roster, rules, exceptions; asks no vendor. Of a `-c` given in addition, which
    /// is a whole configuration, only [gate], [report] and [email] count
    #[arg(long, value_name = "DIR|FILE")]
    pub(super) snapshot: Option<PathBuf>,
    /// Judge the snapshot by this HR file instead of its own; once for each file that its configuration names
    #[arg(long, value_name = "FILE", requires = "snapshot")]
    roster: Vec<PathBuf>,
    /// Judge the snapshot by the rules in this folder instead of its own, the built-in ones included
    #[arg(long, value_name = "DIR", requires = "snapshot")]
    rules: Option<PathBuf>,
}

/// What was read of it.
#[derive(Debug)]
pub(super) struct Basis {
    pub(super) config: Config,
    pub(super) snapshot: Option<Snapshot>,
    /// What isn't that of the snapshot, for people.
    pub(super) replaced: Vec<String>,
    /// Where the snapshot's templates are meanwhile.
    pub(super) templates: Option<TempDir>,
}

/// What is used in the place of what a snapshot holds.
#[derive(Debug, Default)]
struct Instead<'a> {
    /// Only what the report is like.
    settings: Option<&'a Path>,
    rosters: &'a [PathBuf],
    rules: Option<Vec<RuleText>>,
}

impl BasisArgs {
    /// The configuration at a path, and what it names.
    pub(super) fn of_config(config: PathBuf) -> Self {
        Self { config: ConfigArg { config: Some(config) }, ..Self::default() }
    }

    /// What a bundle holds.
    pub(super) fn of_bundle(bundle: PathBuf) -> Self {
        Self { snapshot: Some(bundle), ..Self::default() }
    }

    /// The path of the configuration, for messages about it.
    pub(super) fn path(&self) -> &Path {
        self.config.path()
    }

    /// Reads the configuration. Whatever is read by it is kept, if `keep` says so; `others` are files that are named on the
    /// command line, and lie here even if the rest is in a snapshot.
    pub(super) fn read(&self, keep: bool, others: &[Role]) -> Result<Basis, RunError> {
        let Some(path) = &self.snapshot else {
            let files = if keep { Files::keeping() } else { Files::default() };
            let config = Config::read(self.path(), Role::Configuration, files)?;
            return Ok(Basis { config, snapshot: None, replaced: Vec::new(), templates: None });
        };
        let snapshot = Snapshot::open(path)?;
        if !snapshot.has_roster() && self.roster.is_empty() {
            let mistake =
                Diagnostic::of_file(path, "expected a roster, found none: no HR file lay where this was fetched");
            return Err(vec![mistake.help("name one: --roster hr.csv")].into());
        }
        let settings = self.config.given();
        let always = [Role::Policy, Role::Rule, Role::Settings, Role::PreviousReport];
        let here = always.into_iter().chain(others.iter().copied());
        let here = here.chain((!self.roster.is_empty()).then_some(Role::Roster));
        let here = here.chain(settings.map(|_| Role::Template));
        let files = here.fold(snapshot.files(), Files::replacing);
        let files = if keep { files.kept_too() } else { files };
        let rules = self.rules.as_deref().map(rules_of).transpose().map_err(|mistake| vec![mistake])?;
        Basis::of(snapshot, files, Instead { settings, rosters: &self.roster, rules })
    }

    /// What a bundle tells of these options, so that it can be judged in the same way once more.
    pub(super) fn told(&self, basis: &Basis) -> Command {
        let shown = |path: &Path| path.to_string_lossy().into_owned();
        Command {
            snapshot: basis.snapshot.as_ref().map(|snapshot| snapshot.bag().id()),
            settings: self.snapshot.as_ref().and(self.config.given()).map(shown),
            rosters: self.roster.iter().map(|path| shown(path)).collect(),
            replaced: basis.replaced.clone(),
            ..Command::default()
        }
    }
}

impl Basis {
    /// What a bundle was judged by.
    pub(super) fn again(snapshot: Snapshot, command: &Command) -> Result<Self, RunError> {
        let rosters: Vec<PathBuf> = command.rosters.iter().map(PathBuf::from).collect();
        let settings = command.settings.as_deref().map(Path::new);
        let files = snapshot.files();
        let basis = Self::of(snapshot, files, Instead { settings, rosters: &rosters, rules: None })?;
        Ok(Self { replaced: command.replaced.clone(), ..basis })
    }

    fn of(snapshot: Snapshot, files: Files, instead: Instead<'_>) -> Result<Self, RunError> {
        let Instead { settings, rosters, rules } = instead;
        let mut replaced = Vec::new();
        let mut config = Config::read(&snapshot.configuration()?, Role::Configuration, files.clone())?;
        let mut templates = None;
        if let Some(path) = settings {
            let other = Config::read(path, Role::Settings, files)?;
            if other.sha256 != config.sha256 {
                let name = name_of(path);
                replaced.push(format!("[gate], [report] and [email] are those of {name}, not of the snapshot"));
                Config { gate: config.gate, report: config.report, email: config.email, .. } = other;
            }
        } else if let Some(folder) = &mut config.report.templates {
            let place = tempfile::tempdir().map_err(|error| vec![unwritable(&error)])?;
            snapshot.unpack_templates(folder, place.path())?;
            place.path().clone_into(folder);
            templates = Some(place);
        }
        if !rosters.is_empty() {
            replaced.push(replace_roster(&mut config, rosters).map_err(|mistake| vec![mistake])?);
        }
        if rules.is_some() {
            replaced.push("the rules are those of --rules, not of the snapshot".to_owned());
        }
        config.rules.instead = Some(rules.map_or_else(|| snapshot.rules(), Ok::<_, SnapshotError>)?);
        Ok(Self { config, snapshot: Some(snapshot), replaced, templates })
    }
}

/// Puts other HR files in the place of the configured ones, of which each keeps what is said of it. Returns what to tell.
fn replace_roster(config: &mut Config, paths: &[PathBuf]) -> Result<String, Diagnostic> {
    let files = &mut config.roster.files;
    if files.len() != paths.len() {
        let configured = counted(files.len() as u64, "HR file", "HR files");
        let message = format!("the snapshot's configuration names {configured}, and --roster {}", paths.len());
        let names: Vec<String> = files.iter().map(|file| file.shown.display().to_string()).collect();
        let help = format!("name one for each of {}, in this order", names.join(", "));
        return Err(Diagnostic::of_file(Path::new("--roster"), message).help(help));
    }
    for (file, path) in files.iter_mut().zip(paths) {
        *file = RosterFile { path: path.clone(), shown: PathBuf::from(name_of(path)), ..file.clone() };
    }
    let names: Vec<String> = paths.iter().map(|path| name_of(path)).collect();
    Ok(format!("the roster is {}, not that of the snapshot", names.join(", ")))
}

/// The rules in a folder.
fn rules_of(folder: &Path) -> Result<Vec<RuleText>, Diagnostic> {
    let unreadable = |path: &Path, error: &std::io::Error| Diagnostic::of_file(path, format!("can't be read: {error}"));
    let files = crate::rule::rule_files(&Files::default(), folder).map_err(|error| unreadable(folder, &error))?;
    if files.is_empty() {
        return Err(Diagnostic::of_file(folder, "there is no .toml file in it").help("--rules names a folder of rules"));
    }
    let text = |path: PathBuf| match std::fs::read_to_string(&path) {
        Ok(text) => Ok(RuleText { path, text }),
        Err(error) => Err(unreadable(&path, &error)),
    };
    files.into_iter().map(text).collect()
}

/// The name of a file, which is the same wherever it is seen from.
pub(super) fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn unwritable(error: &std::io::Error) -> Diagnostic {
    Diagnostic::of_file(&std::env::temp_dir(), format!("can't write the snapshot's templates here: {error}"))
}

impl Basis {
    /// What is judged: the sources that are named; without a name, all that are configured, or all that the snapshot holds, if
    /// it was made of some of them only.
    pub(super) fn chosen(&self, names: &[String]) -> Result<Vec<SourceName>, Vec<Diagnostic>> {
        let stored = self.snapshot.as_ref().filter(|_| names.is_empty());
        let Some(stored) = stored.map(|snapshot| &snapshot.certificates().sources) else {
            return source_names(names, &self.config);
        };
        let configured = self.config.sources.iter().map(|source| &source.name);
        let (held, lacking): (Vec<_>, Vec<_>) =
            configured.partition(|name| stored.iter().any(|stored| stored.name == **name));
        Ok(if lacking.is_empty() { Vec::new() } else { held.into_iter().cloned().collect() })
    }
}

/// The names of `--source`, each of a configured source.
pub(super) fn source_names(names: &[String], config: &Config) -> Result<Vec<SourceName>, Vec<Diagnostic>> {
    let known = || config.sources.iter().map(|source| source.name.as_str());
    let unknown = names.iter().filter(|name| !known().any(|known| known == name.as_str()));
    let mistakes: Vec<Diagnostic> = unknown
        .map(|name| {
            let help = meant_or_one_of(name, known(), "configured are");
            Diagnostic::of_file(config.text.path(), format!("there is no source \"{name}\"")).help(help)
        })
        .collect();
    if mistakes.is_empty() { Ok(names.iter().map(|name| SourceName::new(name)).collect()) } else { Err(mistakes) }
}
