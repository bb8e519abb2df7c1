//! `headcount review collect`: what reviewers have sent back.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::Args;

use super::super::clock::parse_moment;
use super::super::output::{print, say};
use super::super::{ConfigArg, Exit, Global};
use super::{Office, refused, unusable};
use crate::base::text::{counted, grouped};
use crate::model::Timestamp;
use crate::render::terminal;
use crate::review::{Collected, Collector, Desk, ReviewError, collect};

/// Nobody sends back more.
const LARGEST: u64 = 32 << 20;

/// Options of `review collect`.
#[derive(Debug, Args)]
pub(crate) struct CollectArgs {
    /// The review
    #[arg(value_name = "ID")]
    id: String,
    /// The files, or folders of files
    #[arg(value_name = "FILE|DIR", required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    config: ConfigArg,
    /// Who has signed, for files that can't say so themselves, such as CSV: it is written down that the collector says it
    #[arg(long, value_name = "WHO", requires = "signed_on")]
    signed_by: Option<String>,
    /// On which day
    #[arg(long, value_name = "DATE", requires = "signed_by")]
    signed_on: Option<NaiveDate>,
    /// The moment, instead of now
    #[arg(long, value_name = "WHEN", value_parser = parse_moment)]
    as_of: Option<Timestamp>,
}

pub(super) fn run(args: &CollectArgs, global: &Global) -> anyhow::Result<Exit> {
    let office = match Office::read(&args.config, args.as_of) {
        Ok(office) => office,
        Err(mistakes) => return Ok(unusable(&mistakes)),
    };
    let mut campaign = match office.take(&args.id) {
        Ok(campaign) => campaign,
        Err(error) => return Ok(refused(&error)),
    };
    let people = office.people();
    let collector = args.signed_by.clone().zip(args.signed_on).map(|(who, day)| Collector { who, day });
    let domains = office.config.email.as_ref().and_then(|email| email.allowed_domains.as_deref());
    let desk = Desk { people: &people, allowed_domains: domains, collector: collector.as_ref(), now: office.now };
    let mut out = anstream::stdout().lock();
    let (mut exit, mut read) = (Exit::Success, 0);
    for path in files(&args.files) {
        let taken =
            bytes(&path).map_err(ReviewError::from).and_then(|bytes| collect(&mut campaign, &path, &bytes, desk));
        match taken {
            Ok(collected) => {
                read += 1;
                print(&mut out, &format!("{}: {}", path.display(), summary(&collected)))?;
                for (cell, why) in &collected.refused {
                    print(&mut out, &format!("  refused {}: {}", terminal(cell), terminal(why)))?;
                }
                for remark in &collected.remarks {
                    print(&mut out, &format!("  remark: {}", terminal(remark)))?;
                }
                if !collected.refused.is_empty() {
                    exit = exit.and(Exit::GateFailed);
                }
            }
            Err(ReviewError::Unusable(mistake)) => {
                say(&mistake.to_string());
                exit = exit.and(Exit::GateFailed);
            }
            Err(error) => return Ok(refused(&error)),
        }
    }
    let told = campaign.issue(&people, office.now).and_then(|wanting| {
        office.tell(&campaign)?;
        Ok(wanting)
    });
    match told {
        Ok(wanting) if !wanting.is_empty() => {
            say(&format!("New packets for {}", wanting.iter().map(|id| terminal(id)).collect::<Vec<_>>().join(", ")));
        }
        Ok(_) => {}
        Err(error) => return Ok(refused(&error)),
    }
    if read == 0 {
        say("Nothing could be read");
        return Ok(Exit::Unusable);
    }
    if !global.quiet {
        let count = campaign.state.count();
        say(&format!(
            "{} of {} decided, {} %",
            grouped(count.decided),
            counted(count.items, "account", "accounts"),
            count.coverage()
        ));
    }
    Ok(exit)
}

fn summary(collected: &Collected) -> String {
    if collected.is_known {
        return format!("known already, of {}; no change", terminal(&collected.reviewer));
    }
    let mut parts = vec![counted(collected.taken, "decision", "decisions")];
    parts.extend(collected.passed.iter().map(|(to, count)| format!("{count} passed on to {}", terminal(to))));
    if !collected.refused.is_empty() {
        parts.push(format!("{} refused", collected.refused.len()));
    }
    if !collected.is_signed {
        parts.push("not signed, so that they wait".to_owned());
    }
    format!("of {}: {}", terminal(&collected.reviewer), parts.join(", "))
}

/// The files themselves, and those in folders, sorted.
fn files(named: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in named {
        let Ok(entries) = std::fs::read_dir(path) else {
            found.push(path.clone());
            continue;
        };
        let mut inside: Vec<PathBuf> =
            entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
        inside.retain(|path| !path.file_name().unwrap_or_default().to_string_lossy().starts_with('.'));
        inside.sort();
        found.extend(inside);
    }
    found
}

fn bytes(path: &Path) -> Result<Vec<u8>, crate::base::diagnostic::Diagnostic> {
    let wrong = |why: String| crate::base::diagnostic::Diagnostic::of_file(path, why);
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| wrong(error.to_string()))?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| wrong(error.to_string()))?;
    if bytes.len() as u64 > LARGEST {
        return Err(wrong("is larger than 32 MB, and no answer to a packet".to_owned()));
    }
    Ok(bytes)
}
