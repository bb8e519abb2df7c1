//! Everything that a verdict rests on besides accounts, read and checked so that it can be kept with them.

use std::io;
use std::path::Path;

use super::{Inputs, RunError};
use crate::bag::Role;
use crate::base::diagnostic::Diagnostic;
use crate::config::{Config, RuleText};
use crate::exception::Promises;
use crate::model::{SourceName, Timestamp};
use crate::render::built_in_templates;
use crate::rule::RuleSet;
use crate::snapshot::Ground;

/// Reads what the configuration names, which keeps what it reads, for these sources.
///
/// Where no HR file lies, that is all that can be said of the others: accounts can be fetched without knowing people.
///
/// # Errors
/// Every mistake that could be found.
pub fn read(config: &Config, only: &[SourceName], today: Timestamp) -> Result<Ground, RunError> {
    let rules = if has_roster(config) {
        let inputs = Inputs::load(config, None, today)?;
        let mistakes = config.chosen(only).filter_map(|source| inputs.correlator(source, &config.files).err());
        let mistakes: Vec<Diagnostic> = mistakes.flatten().collect();
        if !mistakes.is_empty() {
            return Err(config.point_out(mistakes).into());
        }
        texts(&inputs.rules)
    } else {
        read_others(config, only)?;
        texts(&RuleSet::load(&config.rules)?)
    };
    keep_templates(config)?;
    Ok(Ground { inputs: config.files.inputs(), rules, secrets: config.known_secrets() })
}

/// Whether any of the HR files is there. One that is missing while others are there is a mistake.
pub fn has_roster(config: &Config) -> bool {
    config.roster.files.iter().any(|file| file.path.exists())
}

/// The rules as texts, the built-in ones, too.
pub fn texts(rules: &RuleSet) -> Vec<RuleText> {
    rules.iter().map(|rule| RuleText { path: rule.path(), text: rule.text().to_owned() }).collect()
}

/// Reads the templates of the configuration, so that they are kept.
///
/// # Errors
/// One is there and can't be read.
pub fn keep_templates(config: &Config) -> Result<(), Vec<Diagnostic>> {
    let Some(folder) = &config.report.templates else { return Ok(()) };
    let mistakes = built_in_templates().filter_map(|(name, _)| {
        let path = folder.join(name);
        let error = config.files.open(Role::Template, &path).err()?;
        (error.kind() != io::ErrorKind::NotFound).then(|| unreadable(&path, &error))
    });
    let mistakes: Vec<Diagnostic> = mistakes.collect();
    if mistakes.is_empty() { Ok(()) } else { Err(mistakes) }
}

/// Reads the files that can't be checked without people.
fn read_others(config: &Config, only: &[SourceName]) -> Result<(), Vec<Diagnostic>> {
    let crosswalks = config.chosen(only).filter_map(|source| source.matching.crosswalk.as_ref());
    let exceptions = &config.exceptions;
    let reviews = config.review.iter();
    let promises = reviews.map(|review| Promises::files(&config.files, &review.folder));
    let promises = promises.collect::<Result<Vec<_>, Diagnostic>>().map_err(|mistake| vec![mistake])?.concat();
    let of_exceptions = [
        (Role::Declared, &exceptions.declared),
        (Role::Waivers, &exceptions.waivers),
        (Role::Baseline, &exceptions.baseline),
    ];
    let all = of_exceptions.into_iter().filter_map(|(role, path)| Some((role, path.as_ref()?)));
    let all = all.chain(crosswalks.map(|path| (Role::Crosswalk, path)));
    let all = all.chain(promises.iter().map(|path| (Role::Promises, path)));
    let mistakes = all.filter_map(|(role, path)| Some(unreadable(path, &config.files.open(role, path).err()?)));
    let mistakes: Vec<Diagnostic> = mistakes.collect();
    if mistakes.is_empty() { Ok(()) } else { Err(config.point_out(mistakes)) }
}

fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::of_file(path, format!("can't be read: {error}"))
}
