//! `headcount facts`: tables for the engine that holds the data.

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::Args;

use super::investigate::InvestigationArgs;
use super::output::{refuse, say};
use super::{Exit, Global, runtime};
use crate::base::diagnostic::Diagnostic;
use crate::base::text::counted;
use crate::fetch::Lines;
use crate::lake::{Folder, PartOf};
use crate::model::SourceStatus;
use crate::run::RunError;
use crate::run::facts::{WantedFacts, facts};

/// Options of `facts`.
#[derive(Debug, Args)]
pub(super) struct FactsArgs {
    #[command(flatten)]
    investigation: InvestigationArgs,
    /// The folder of the tables, each of them a folder of Parquet files
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Only this source; may be given again
    #[arg(long, value_name = "NAME")]
    source: Vec<String>,
    /// Only this share of the accounts, as in 3/16. Shares can be made on several machines, with one --as-of
    #[arg(long, value_name = "K/N", default_value_t = PartOf::WHOLE, hide_default_value = true, requires = "source")]
    part: PartOf,
    /// Take the share from this file instead of asking the vendor, the vendor's records one a line; `-` is standard input
    #[arg(long, value_name = "FILE", requires = "source")]
    records: Option<PathBuf>,
    /// How many records all shares have together; without it, nobody knows whether one was lost
    #[arg(long, value_name = "N", requires = "records")]
    declared: Option<u64>,
}

pub(super) fn run(args: &FactsArgs, global: &Global) -> anyhow::Result<Exit> {
    let records = match args.records.as_deref().map(|path| lines(path, args)).transpose() {
        Ok(records) => records,
        Err(mistake) => return Ok(refuse(&RunError::Unusable(vec![mistake]))),
    };
    let investigation = match args.investigation.read(&args.source) {
        Ok(investigation) => investigation,
        Err(error) => return Ok(refuse(&error)),
    };
    let waiting = global.waiting();
    let folder = Folder::new(&args.out);
    let wanted = WantedFacts { folder: &folder, part: args.part, records, declared: args.declared };
    let options = investigation.options(&waiting);
    let written = facts(&investigation.config, &investigation.inputs, &options, wanted);
    let parts = match runtime()?.block_on(written) {
        Ok(parts) => parts,
        Err(error) => return Ok(refuse(&error)),
    };
    drop(waiting);
    let mut exit = Exit::Success;
    for part in &parts {
        if !global.quiet {
            let accounts = counted(part.accounts, "account", "accounts");
            say(&format!("{} {}: {accounts}", part.source, part.part));
        }
        let certificate = &part.certificate;
        if certificate.status != SourceStatus::Complete {
            say(&format!("{} {}", part.source, certificate.status.with_reason(certificate.error.as_deref())));
            exit = Exit::Unverified;
        }
    }
    Ok(exit)
}

/// The share that is handed over.
fn lines(path: &Path, args: &FactsArgs) -> Result<Lines, Diagnostic> {
    if args.source.len() != 1 {
        let message = "the records that are handed over are of one source";
        return Err(Diagnostic::of_file(Path::new("--records"), message).help("give --source once"));
    }
    if path == Path::new("-") {
        return Ok(Lines::new(std::io::stdin(), "standard input"));
    }
    let file = File::open(path).map_err(|error| Diagnostic::of_file(path, format!("can't be read: {error}")))?;
    Ok(Lines::new(file, &path.display().to_string()))
}
