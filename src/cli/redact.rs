//! `headcount bundle redact`: evidence for whoever may not see names.

use std::path::{Path, PathBuf};

use clap::Args;

use super::Exit;
use super::output::{say, show};
use super::privacy::{PrivacyLevel, pseudonyms};
use crate::bag::{Bag, BagError, Role};
use crate::base::diagnostic::Diagnostic;
use crate::bundle::{self, RedactError};
use crate::config::Config;
use crate::report::Privacy;

/// Options of `bundle redact`.
#[derive(Debug, Args)]
pub(super) struct RedactArgs {
    /// The full bundle
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// How much of people the new one tells
    #[arg(long, value_name = "LEVEL")]
    pub(super) privacy: PrivacyLevel,
    /// The new bundle
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) fn run(args: &RedactArgs) -> anyhow::Result<Exit> {
    let refused = |why: &dyn std::fmt::Display| {
        say(&format!("error: {why}"));
        say("Nothing was written");
        Ok(Exit::Unusable)
    };
    let bag = match Bag::whole(&args.file) {
        Ok(bag) => bag,
        Err(error) => return refused(&error),
    };
    let privacy = match args.privacy {
        PrivacyLevel::Full => Ok(Privacy::Full),
        PrivacyLevel::Counts => Ok(Privacy::Counts),
        PrivacyLevel::Pseudonymous => configuration(&bag)
            .and_then(|config| Ok(Privacy::Pseudonymous(pseudonyms(&config).map_err(|mistake| vec![mistake])?))),
    };
    let privacy = match privacy {
        Ok(privacy) => privacy,
        Err(mistakes) => {
            show(&mistakes);
            return Ok(Exit::Unusable);
        }
    };
    match bundle::redact(&bag, &privacy, &args.out) {
        Ok(id) => {
            say(&format!("{} tells less of {}, id {id}", args.out.display(), args.file.display()));
            say(&format!("To do: headcount bundle sign {} --key KEY --as PRINCIPAL", args.out.display()));
            Ok(Exit::Success)
        }
        Err(RedactError::Bag(error @ BagError::Write { .. })) => {
            say(&format!("error: {error}"));
            Ok(Exit::DeliveryFailed)
        }
        Err(error) => refused(&error),
    }
}

/// The configuration in a bundle, which names the key of the pseudonyms.
fn configuration(bag: &Bag) -> Result<Config, Vec<Diagnostic>> {
    const LARGEST: u64 = 16 << 20;
    let wrong = |why: String| vec![Diagnostic::of_file(bag.path(), why)];
    let Some(input) = bag.description().inputs(Role::Configuration).next() else {
        return Err(wrong("holds no configuration".to_owned()));
    };
    let bytes = bag.read_all(&input.file, LARGEST).map_err(|error| wrong(error.to_string()))?;
    Config::parse(Path::new(&input.shown), &String::from_utf8_lossy(&bytes))
}
