//! `--privacy`: how much of people leaves this machine, and the key that pseudonyms need.

use clap::ValueEnum;
use secrecy::ExposeSecret as _;

use crate::config::Config;
use crate::diagnostic::Diagnostic;
use crate::report::{Privacy, Pseudonyms};

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
    /// Reads the key, if one is needed.
    pub(super) fn with_key(self, config: &Config) -> Result<Privacy, Diagnostic> {
        match self {
            Self::Full => Ok(Privacy::Full),
            Self::Counts => Ok(Privacy::Counts),
            Self::Pseudonymous => pseudonyms(config).map(Privacy::Pseudonymous),
        }
    }
}

fn pseudonyms(config: &Config) -> Result<Pseudonyms, Diagnostic> {
    let Some(place) = &config.report.pseudonym_key else {
        let message = "--privacy pseudonymous needs a key";
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
