//! `--privacy`: how much of people leaves this machine, and the key that pseudonyms need.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use secrecy::ExposeSecret as _;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::debug_fn;

use crate::base::diagnostic::Diagnostic;
use crate::config::Config;
use crate::report::{Privacy, Pseudonyms};
use crate::run::RunError;

/// How much of people the outputs may tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum PrivacyLevel {
    /// Everything
    #[default]
    Full,
    /// Keyed pseudonyms in the place of people and accounts; needs `[report] pseudonym_key`
    Pseudonymous,
    /// Only how many findings each rule has at each source
    Counts,
}

impl PrivacyLevel {
    /// Whether people may be named.
    pub(super) fn tells_all(self) -> bool {
        self == Self::Full
    }

    /// Reads the key, if one is needed.
    pub(super) fn with_key(self, config: &Config) -> Result<Privacy, Diagnostic> {
        match self {
            Self::Full => Ok(Privacy::Full),
            Self::Counts => Ok(Privacy::Counts),
            Self::Pseudonymous => pseudonyms(config).map(Privacy::Pseudonymous),
        }
    }

    /// What can't be used, without words that may name people.
    pub(super) fn withhold_from(self, error: RunError, config: &Config) -> RunError {
        match error {
            RunError::Unusable(mistakes) => RunError::Unusable(self.withhold(mistakes, config)),
            other => other,
        }
    }

    /// The mistakes, without the words of those in files about people: a place tells whoever may read the file enough.
    fn withhold(self, mistakes: Vec<Diagnostic>, config: &Config) -> Vec<Diagnostic> {
        if self == Self::Full {
            return mistakes;
        }
        let people = files_about_people(config);
        let told = |mistake: Diagnostic| if people.contains(&mistake.file) { place_of(&mistake) } else { mistake };
        mistakes.into_iter().map(told).collect()
    }
}

fn files_about_people(config: &Config) -> Vec<PathBuf> {
    let exceptions = [&config.exceptions.waivers, &config.exceptions.declared].into_iter().flatten();
    let crosswalks = config.sources.iter().filter_map(|source| source.matching.crosswalk.as_ref());
    config.roster.files.iter().map(|file| &file.path).chain(exceptions).chain(crosswalks).cloned().collect()
}

fn place_of(mistake: &Diagnostic) -> Diagnostic {
    let place = mistake.place.as_ref().map(|place| format!(":{}:{}", place.line, place.column)).unwrap_or_default();
    let place = format!("{}{place}", mistake.file.display());
    Diagnostic::of_file(Path::new(&place), "what is wrong here may name people, so --privacy withholds it")
        .help("the same command without --privacy tells it, where names may be seen")
}

/// Where nobody may be named, of a log line only the message and what is known to name nobody: an address asked for may
/// end in an account, and a vendor's own words may be about one.
pub(super) fn fields(level: PrivacyLevel) -> impl for<'w> FormatFields<'w> + Send + Sync + 'static {
    const HARMLESS: [&str; 6] = ["source", "status", "distinct", "requests", "retries", "wait"];
    debug_fn(move |out, field, value| match field.name() {
        "message" => write!(out, "{value:?}"),
        name if level == PrivacyLevel::Full || HARMLESS.contains(&name) => write!(out, "{name}={value:?}"),
        name => write!(out, "{name}=withheld"),
    })
    .delimited(" ")
}

/// The pseudonyms under the configured key.
pub(super) fn pseudonyms(config: &Config) -> Result<Pseudonyms, Diagnostic> {
    let Some(place) = &config.report.pseudonym_key else {
        let message = "pseudonyms need a key";
        let help = "write pseudonym_key = \"env:HEADCOUNT_PSEUDONYM_KEY\" below [report]";
        return Err(config.text.error_of_file(message).help(help));
    };
    let key = place.resolve()?;
    let key = key.expose_secret().as_bytes();
    if key.len() < Pseudonyms::SHORTEST_KEY {
        let message = format!("the key of the pseudonyms has less than {} bytes", Pseudonyms::SHORTEST_KEY);
        return Err(place.missing(message, "`openssl rand -hex 32` makes a good one".to_owned()));
    }
    Ok(Pseudonyms::new(key))
}
