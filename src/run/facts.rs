//! What fetching, decoding, normalising and keying say, as tables: the same way as [`run`](crate::run), without a verdict.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use super::promises::promised;
use super::sources::{PreparedSource, fetch_all, handed_over, ready};
use super::{Inputs, Phase, RunError, RunOptions};
use crate::audit::{AuditError, Looked};
use crate::bag::Role;
use crate::base::text::{digest, hex};
use crate::config::{Config, SourceConfig};
use crate::fetch::{Lines, Population, Spool, SpoolWriter};
use crate::lake::{Folder, Ground, Part, PartOf, Shape};
use crate::model::{SourceName, Timestamp};

/// What is written, and where.
#[derive(Debug)]
pub struct WantedFacts<'w> {
    /// The folder of the tables.
    pub folder: &'w Folder,
    /// Which share of the records.
    pub part: PartOf,
    /// The share itself, if somebody hands it over; it is of the only chosen source then.
    pub records: Option<Lines>,
    /// How many records the whole source has, as whoever shares them out says.
    pub declared: Option<u64>,
}

/// Writes the facts of the chosen sources. Those of people, declarations and rules, which are the same for all parts, belong to
/// the first.
///
/// # Errors
/// What can't be used, before any request; records that can't be read back, or tables that can't be written.
pub async fn facts(
    config: &Config,
    inputs: &Inputs,
    options: &RunOptions<'_>,
    wanted: WantedFacts<'_>,
) -> Result<Vec<Part>, RunError> {
    let WantedFacts { folder, part, records, declared } = wanted;
    let is_share = records.is_some();
    let as_of = options.as_of();
    if let Some(mistake) = promised(config, inputs, as_of) {
        return Err(RunError::Unusable(vec![mistake]));
    }
    let sources = match records {
        None => ready(config, inputs, options)?,
        Some(records) => handed_over(config, inputs, options, records)?,
    };
    folder.prepare().map_err(|mistake| RunError::Unusable(vec![mistake]))?;
    let mut populations = fetch_all(&sources, options).await?;
    options.observer.entered(Phase::Judging);
    if part.number() == 1 {
        let Inputs { roster, declarations, rules, correlator, .. } = inputs;
        let ground = Ground { roster, correlator, declarations, rules, as_of };
        let correlators = sources.iter().map(|source| (&source.config.name, &source.correlator));
        ground.write(folder, correlators).map_err(AuditError::Facts)?;
    }
    let mut parts = Vec::new();
    for (source, population) in sources.iter().zip(&mut populations) {
        if !is_share && part != PartOf::WHOLE {
            keep_share(source, population, part).map_err(AuditError::Facts)?;
        }
        let name = Part::file_name(&source.config.name, part);
        let looked = write(config, (inputs, as_of), (source, population), (folder, &name, part));
        let written = Part {
            source: source.config.name.clone(),
            vendor: source.config.vendor.kind.to_owned(),
            part,
            certificate: population.certificate.clone(),
            accounts: population.spool.as_ref().map_or(0, Spool::len),
            looked: looked.map_err(AuditError::Facts)?,
            unused_lines: source.correlator.unused_crosswalk_lines(),
            counts_whole: !is_share,
            declared,
            as_of,
            rules_sha256: inputs.rules.sha256(),
            roster_sha256: inputs.roster.sha256.clone(),
            rests_on: rests_on(config, source.config).map_err(AuditError::Facts)?,
        };
        written.write(folder).map_err(AuditError::Facts)?;
        parts.push(written);
    }
    Ok(parts)
}

/// What the facts of each source would rest on now, in addition to rules and roster, as a hash.
///
/// # Errors
/// A crosswalk or the declared accounts can't be read.
pub fn grounds(config: &Config) -> io::Result<BTreeMap<SourceName, String>> {
    config.sources.iter().map(|source| Ok((source.name.clone(), rests_on(config, source)?))).collect()
}

/// How a source is read and joined, its crosswalk, and what is declared, as a hash.
fn rests_on(config: &Config, source: &SourceConfig) -> io::Result<String> {
    let hash = |role, path: &Option<PathBuf>| match path {
        Some(path) => Ok(hex(&Sha256::digest(config.files.read(role, path)?.0))),
        None => Ok::<_, io::Error>(String::new()),
    };
    let crosswalk = hash(Role::Crosswalk, &source.matching.crosswalk)?;
    let declared = hash(Role::Declared, &config.exceptions.declared)?;
    Ok(digest(&[&config.reading.people, config.reading.of_source(&source.name), &crosswalk, &declared]))
}

/// Leaves only the accounts of a part.
fn keep_share(source: &PreparedSource<'_>, population: &mut Population, part: PartOf) -> io::Result<()> {
    let Some(spool) = &mut population.spool else { return Ok(()) };
    let mut share = SpoolWriter::new();
    spool.for_each(|_, record| {
        let decoded = source.decoder.decode(record).map_err(io::Error::other)?;
        if part.has(&decoded.account.id) { share.push(record) } else { Ok(()) }
    })?;
    population.spool = Some(share.finish()?);
    Ok(())
}

/// Writes the accounts of a source, and returns what was counted of them.
fn write(
    config: &Config,
    (inputs, as_of): (&Inputs, Timestamp),
    (source, population): (&PreparedSource<'_>, &mut Population),
    (folder, name, part): (&Folder, &str, PartOf),
) -> io::Result<Looked> {
    let place = config.sources.iter().position(|known| known.name == source.config.name).unwrap_or_default();
    let shape = Shape::new(&inputs.rules, &source.config.name, place, part);
    let mut tables = shape.start(folder, name)?;
    let mut looked = Looked::default();
    if let Some(spool) = &mut population.spool {
        let audit = inputs.audit(config, as_of);
        looked = audit.look(&source.context(), spool, &shape, |rows| tables.append(&rows))?;
    }
    tables.finish()?;
    Ok(looked)
}
