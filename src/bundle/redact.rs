//! A bundle that tells less of people: what can be told is rendered anew under the privacy tier, and everything else is left out
//! and said to be. Withheld isn't missing, and the id of the full bundle says which one it tells less of.

use std::collections::BTreeSet;
use std::io::{self, BufRead as _, BufReader, Read as _, Write};

use serde::Deserialize;

use crate::audit::{AccountRow, Inventory, Recorder};
use crate::bag::{
    self, Bag, BagError, BagId, BagWriter, Description, Full, Input, Kind, PayloadName, Role, Tier, Withheld,
};
use crate::base::diagnostic::Diagnostic;
use crate::model::{SourceName, Tier as MatchingTier};
use crate::render::{Format, RenderError, RenderOptions, render};
use crate::report::{Privacy, Report};

/// Why a bundle can't tell less.
#[derive(Debug, thiserror::Error)]
pub enum RedactError {
    /// It holds nothing that could be told.
    #[error("{0}")]
    Unusable(&'static str),
    /// It can't be read, or the new one not be written.
    #[error(transparent)]
    Bag(#[from] BagError),
    /// Its report can't be read.
    #[error(transparent)]
    Report(#[from] Diagnostic),
    /// Findings can't be kept or read back.
    #[error("the report can't be told anew: {0}")]
    Io(#[from] io::Error),
    /// A format can't be made.
    #[error(transparent)]
    Render(#[from] RenderError),
}

/// Begins a bundle beside `target` that tells of `bag` no more than `privacy` allows, and seals it.
///
/// # Errors
/// The bundle isn't a full one of an audit, or the new one can't be made; then nothing is there.
pub fn redact(bag: &Bag, privacy: &Privacy, target: &std::path::Path) -> Result<BagId, RedactError> {
    let tier = match privacy {
        Privacy::Full => return Err(RedactError::Unusable("a bundle that tells everything is the one that is there")),
        Privacy::Pseudonymous(_) => Tier::Pseudonymous,
        Privacy::Counts => Tier::Counts,
    };
    let full = bag.description();
    if full.kind != Kind::Audit || full.tier != Tier::Full {
        return Err(RedactError::Unusable("only the full bundle of an audit can tell less"));
    }
    let mut writer = BagWriter::beside(target)?;
    let report = report(bag)?.with_privacy(privacy)?;
    let inventory = accounts(bag)?.with_privacy(privacy)?;
    let inputs = outputs(bag, &report, inventory.as_ref(), &mut writer)?;
    let description = description(bag, tier, inputs);
    Ok(writer.seal(&description)?.into_zip()?)
}

/// The report. It is read in memory: a copy of it on the disk would outlive an interruption.
fn report(bag: &Bag) -> Result<Report, RedactError> {
    let mut files = bag.description().inputs(Role::Output);
    let report = files.find(|input| input.shown == Format::Json.as_str());
    let report = report.ok_or(RedactError::Unusable("the bundle holds no report.json"))?;
    let mut text = String::new();
    bag.read(&report.file)?.read_to_string(&mut text)?;
    Ok(Report::parse(bag.path(), &text)?)
}

/// What of an account may be told under any tier, and what pseudonyms are made of.
#[derive(Deserialize)]
struct Line {
    source: String,
    account_id: String,
    situation: String,
    tier: Option<MatchingTier>,
    employee_id: Option<String>,
}

fn accounts(bag: &Bag) -> Result<Inventory, RedactError> {
    let inventory = Inventory::default();
    let mut files = bag.description().inputs(Role::Accounts);
    let Some(input) = files.find(|input| input.shown == Format::Accounts.as_str()) else { return Ok(inventory) };
    // Those of a source stand together.
    let mut recorder: Option<(String, Recorder<'_>)> = None;
    for (place, line) in (0..).zip(BufReader::with_capacity(1 << 16, bag.read(&input.file)?).lines()) {
        let line: Line = serde_json::from_str(&line?).map_err(io::Error::from)?;
        if recorder.as_ref().is_none_or(|(source, _)| *source != line.source) {
            recorder.take().map_or(Ok(()), |(_, recorder)| recorder.finish())?;
            recorder = Some((line.source.clone(), inventory.recorder(&SourceName::new(&line.source))));
        }
        if let Some((_, recorder)) = &mut recorder {
            recorder.record(place, &row(&line))?;
        }
    }
    recorder.map_or(Ok(()), |(_, recorder)| recorder.finish())?;
    Ok(inventory)
}

fn row(line: &Line) -> AccountRow<'_> {
    let owner = line.employee_id.as_deref().map(Into::into);
    AccountRow::nameless(line.account_id.as_str().into(), line.situation.as_str().into(), line.tier, owner)
}

/// Writes what can be told, in the formats that the full bundle has, and says where it is.
fn outputs(
    bag: &Bag,
    report: &Report,
    inventory: Option<&Inventory>,
    writer: &mut BagWriter,
) -> Result<Vec<Input>, RedactError> {
    let mut inputs = Vec::new();
    for input in bag.description().inputs.iter().filter(|input| matches!(input.role, Role::Output | Role::Accounts)) {
        let Ok(format) = input.shown.parse::<Format>() else { continue };
        if inventory.is_none() && matches!(format, Format::Accounts | Format::AccountsCsv) {
            continue;
        }
        let options = RenderOptions { inventory, ..RenderOptions::default() };
        let mut failed = None;
        let written = writer.file(&input.file, |out| made(format, report, &options, out, &mut failed));
        failed.map_or(Ok(()), Err)?;
        written?;
        inputs.push(input.clone());
    }
    Ok(inputs)
}

/// Renders a format; what fails is kept, because a file can only say that it wasn't written.
fn made(
    format: Format,
    report: &Report,
    options: &RenderOptions<'_>,
    out: &mut dyn Write,
    failed: &mut Option<RenderError>,
) -> io::Result<()> {
    render(format, report, options, out).map(drop).map_err(|error| match error {
        RenderError::Write(error) => error,
        other => {
            *failed = Some(other);
            io::ErrorKind::Other.into()
        }
    })
}

fn description(bag: &Bag, tier: Tier, inputs: Vec<Input>) -> Description {
    let full = bag.description();
    let kept: BTreeSet<&PayloadName> = inputs.iter().map(|input| &input.file).collect();
    let withheld: BTreeSet<Role> =
        full.inputs.iter().filter(|input| !kept.contains(&input.file)).map(|input| input.role).collect();
    let withheld = withheld.into_iter().map(|role| Withheld { role, why: why(role).to_owned() }).collect();
    let command = bag::Command { formats: full.command.formats.clone(), ..bag::Command::default() };
    Description {
        format: full.format,
        kind: full.kind,
        tier,
        run: full.run.clone(),
        command,
        inputs,
        previous: full.previous.clone(),
        full: Some(Full { id: bag.id() }),
        withheld,
    }
}

/// Why something isn't there.
const fn why(role: Role) -> &'static str {
    match role {
        Role::Records | Role::Accounts | Role::Roster | Role::Crosswalk | Role::Declared => "names people",
        Role::Waivers | Role::Baseline | Role::PreviousReport | Role::Promises => "names people, or leads to them",
        Role::Certificates => "repeats vendors' words; its numbers are in report.json",
        _ => "may name people",
    }
}
