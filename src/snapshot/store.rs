//! Puts populations that were fetched already into a bag.

use super::draft::{of_records, records_name};
use super::records::write;
use super::{Certificates, SnapshotError, StoredSource};
use crate::bag::{BagWriter, Input};
use crate::config::Config;
use crate::fetch::Population;
use crate::model::Timestamp;

/// Puts the records and certificates of populations into a bag; `times` are when fetching began and ended.
///
/// # Errors
/// The records can't be read back, or the disk is full.
pub fn store(
    bag: &mut BagWriter,
    config: &Config,
    populations: &mut [Population],
    times: (Timestamp, Timestamp),
) -> Result<Vec<Input>, SnapshotError> {
    let (mut inputs, mut sources) = (Vec::new(), Vec::new());
    for population in populations {
        let Some(source) = config.sources.iter().find(|source| source.name == population.source) else { continue };
        let mut records = None;
        if let Some(spool) = &mut population.spool {
            let file = records_name(config, &source.name)?;
            let sha256 = spool.sha256().to_owned();
            bag.hashed_file(&file, &sha256, |out| write(spool, out))?;
            inputs.push(of_records(&source.name, &file));
            records = Some(file);
        }
        sources.push(StoredSource {
            name: source.name.clone(),
            vendor: source.vendor.kind.to_owned(),
            records,
            certificate: population.certificate.clone(),
        });
    }
    let (started_at, finished_at) = times;
    inputs.push(Certificates { started_at, finished_at, sources }.write(bag)?);
    Ok(inputs)
}
