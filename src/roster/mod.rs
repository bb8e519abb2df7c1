//! HR files → the [`Roster`]: the people, what was recognised, and a list of what is wrong with the files.
//!
//! The way of a file: bytes → a table with its line of headings (`table`) → columns with a purpose (`columns`, by the list of
//! `headings`) → rows → people (`row`, `part`), on all cores → all rows of the file (`file`), whose dates and words take the
//! whole column (`date_column`, `words`). Rows are not people: those with one id become one person, or two (`people`,
//! `employments`). Then the roster is looked at as a whole (`quality`, `managers`). `reporting` says later whom to ask about
//! a person.
//!
//! A file that can't be used is refused with its place and the cure. Everything less is read as far as it can be read
//! without guessing, and told as an issue. A roster with nobody in it is read, too: whether to believe it is decided
//! by [`breaker`](crate::breaker).

mod columns;
mod date_column;
mod employments;
mod file;
mod headings;
mod last_day;
mod managers;
mod part;
mod people;
mod quality;
mod refusal;
mod reporting;
mod row;
mod suggest;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::Path;
use std::thread;

use sha2::{Digest, Sha256};

pub use last_day::end_of;
pub use managers::without_manager;
pub use quality::contradictions;
pub use refusal::Refusal;
pub use reporting::{Superior, manager_names, managers_of};
pub use suggest::{Cure, cures};

use crate::bag::Role;
use crate::base::diagnostic::{Diagnostic, did_you_mean};
use crate::base::text::hex;
use crate::config::{RosterConfig, RosterFile};
use crate::files::Files;
use crate::key::Normaliser;
use crate::model::{ColumnRole, EmploymentStatus, Roster};
use words::{Vocabulary, Words};

/// Reads the configured files.
///
/// # Errors
/// Every file that can't be used, with place, reason and cure.
pub fn read(files: &Files, config: &RosterConfig, normaliser: &Normaliser) -> Result<Roster, Refusal> {
    let mut refusal = Refusal::default();
    let mut contents = Vec::with_capacity(config.files.len());
    let mut oldest = None;
    for file in &config.files {
        match files.read(Role::Roster, &file.path) {
            Ok((bytes, modified_at)) => {
                oldest = oldest.into_iter().chain(modified_at).min();
                contents.push(bytes);
            }
            Err(error) => refusal.add(unreadable(&file.path, &error).into()),
        }
    }
    let contents = refusal.unless(contents)?;
    let mut roster = parse(config, normaliser, &contents)?;
    roster.modified_at = oldest;
    Ok(roster)
}

/// Reads the contents of the configured files, in their order.
///
/// # Errors
/// As [`read`].
pub fn parse(
    config: &RosterConfig,
    normaliser: &Normaliser,
    contents: &[impl AsRef<[u8]> + Sync],
) -> Result<Roster, Refusal> {
    thread::scope(|scope| {
        let hash = scope.spawn(|| contents.iter().fold(Sha256::new(), Sha256::chain_update));
        let roster = read_all(config, normaliser, contents)?;
        let hash = hash.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok(Roster { sha256: hex(&hash.finalize()), ..roster })
    })
}

/// The people that files list, and what is odd about them.
fn read_all(config: &RosterConfig, normaliser: &Normaliser, contents: &[impl AsRef<[u8]>]) -> Result<Roster, Refusal> {
    let active = |file: &&RosterFile| file.status == Some(EmploymentStatus::Active);
    let mut roster = Roster {
        only_active: config.files.iter().filter(active).map(|file| file.shown.clone()).collect(),
        ..Roster::default()
    };
    let words = Words {
        status: Vocabulary::of_status(&config.status),
        worker_type: Vocabulary::of_worker_type(&config.worker_type),
    };
    let mut found = BTreeSet::new();
    let mut refusal = Refusal::default();
    for (file, bytes) in config.files.iter().zip(contents) {
        let config = config.of_file(file);
        match file::read(file, bytes.as_ref(), &config, &words, &mut roster) {
            Ok(headings) => {
                for missing in missing_headings(&file.columns, &headings, file, &roster) {
                    refusal.add(missing);
                }
                found.extend(headings);
            }
            Err(more) => refusal.add(more),
        }
    }
    if refusal.mistakes.is_empty() && roster.blank.is_empty() {
        let all =
            config.columns.iter().filter(|(role, _)| !config.files.iter().all(|file| file.columns.contains_key(role)));
        let all = all.map(|(role, headings)| (*role, headings.clone())).collect();
        if let Some(file) = config.files.first() {
            for missing in missing_headings(&all, &found, file, &roster) {
                refusal.add(missing);
            }
        }
    }
    let mut roster = refusal.unless(roster)?;
    people::of_rows(&mut roster, normaliser);
    roster.issues.sort();
    roster.check().map_err(|error| {
        let place = config.files.first().map_or(Path::new(""), |file| file.path.as_path());
        Diagnostic::of_file(place, error.to_string()).help("please report this as a defect of headcount")
    })?;
    Ok(roster)
}

fn unreadable(file: &Path, error: &std::io::Error) -> Diagnostic {
    let help = match error.kind() {
        ErrorKind::NotFound => {
            "[hr] file is relative to the configuration file; check the name, or that the export ran"
        }
        ErrorKind::IsADirectory => "[hr] file has to name the file in the folder, or a list of files",
        ErrorKind::PermissionDenied => "allow this user to read it",
        _ => "check the path",
    };
    let what = match error.kind() {
        ErrorKind::NotFound => "expected a roster, found no such file".to_owned(),
        ErrorKind::IsADirectory => "expected a roster, found a folder".to_owned(),
        _ => format!("can't read the roster: {error}"),
    };
    Diagnostic::of_file(file, what).help(help)
}

/// Configured headings that no file has, or not the one that they are said to be in: a roster whose export has changed must
/// not be read by halves.
fn missing_headings(
    columns: &BTreeMap<ColumnRole, Vec<String>>,
    found: &BTreeSet<String>,
    file: &RosterFile,
    roster: &Roster,
) -> Vec<Refusal> {
    let known = || roster.columns.values().flatten().chain(&roster.extra_columns).map(String::as_str);
    let missing = columns.iter().flat_map(|(role, headings)| {
        headings.iter().filter(|heading| !found.contains(*heading)).map(move |heading| (role, heading))
    });
    let explain = |(role, heading): (&ColumnRole, &String)| {
        let message = format!("expected a column \"{heading}\" for [hr.columns] {role}, found none");
        let help = did_you_mean(heading, known()).map_or_else(
            || format!("the files have: {}", known().collect::<Vec<_>>().join(", ")),
            |name| format!("did you mean {role} = \"{name}\"?"),
        );
        Refusal::missing(*role, Diagnostic::of_file(&file.path, message).help(help))
    };
    missing.map(explain).collect()
}
