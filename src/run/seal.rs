//! An audit under one seal: what the verdict rests on, everything that was made of it, and how to come to it once more.

use std::io::{self, Write};
use std::path::Path;

use super::publish::PublishError;
use crate::bag::{
    self, Bag, BagError, BagId, BagWriter, Command, Description, Input, Kind, PayloadName, Previous, Role, Tier,
};
use crate::base::diagnostic::Diagnostic;
use crate::config::Config;
use crate::fetch::Population;
use crate::model::Timestamp;
use crate::render::Format;
use crate::report;
use crate::snapshot::{self, Ground, SnapshotError};

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// What it rests on can't be stored.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The bag can't be written.
    #[error(transparent)]
    Bag(#[from] BagError),
    /// What was made of it can't be stored.
    #[error(transparent)]
    Publish(#[from] PublishError),
}

/// What is sealed besides the outputs.
#[derive(Debug)]
pub struct Sealing<'s> {
    /// Where the bundle will be.
    pub target: &'s Path,
    /// Where the sources are configured.
    pub config: &'s Config,
    /// What the accounts were judged by.
    pub ground: &'s Ground,
    /// What the run was asked to do.
    pub command: Command,
    /// The bundle before it.
    pub previous: Option<Previous>,
    /// When reading the accounts began.
    pub read_at: Timestamp,
}

/// Sees to it, before anything is fetched, that a bundle can be written there.
///
/// # Errors
/// Something is there, or nothing can be written beside it.
pub fn check(target: &Path) -> Result<(), Diagnostic> {
    let mistake = |error: BagError| Diagnostic::of_file(Path::new("--bundle"), error.to_string());
    BagWriter::beside(target).map(drop).map_err(mistake)
}

/// The bundle before, if that is what is compared with.
///
/// # Errors
/// It is one, and can't be read.
pub fn previous(path: &Path) -> Result<Option<Previous>, Diagnostic> {
    match Bag::open(path) {
        Ok(bag) => {
            let run = &bag.description().run;
            let known = run.id.clone().zip(run.as_of);
            Ok(known.map(|(run_id, as_of)| Previous { id: bag.id(), run_id, as_of }))
        }
        Err(BagError::NoBag { .. } | BagError::Read { .. }) => Ok(None),
        Err(error) => Err(Diagnostic::of_file(path, error.to_string())),
    }
}

impl Sealing<'_> {
    /// Seals a run with its accounts and these outputs, each of which `write` writes.
    ///
    /// # Errors
    /// A secret stands in a file, something can't be read back, or the disk is full. Then nothing is there.
    pub fn seal(
        self,
        run: &report::Run,
        populations: &mut [Population],
        formats: &[Format],
        mut write: impl FnMut(Format, &mut dyn Write) -> Result<(), PublishError>,
    ) -> Result<BagId, SealError> {
        let mut bag = BagWriter::beside(self.target)?;
        let mut inputs = self.ground.write(&mut bag)?;
        inputs.extend(snapshot::store(&mut bag, self.config, populations, (self.read_at, run.finished_at))?);
        for format in formats {
            let Some(file) = output(*format) else { continue };
            let mut failed = None;
            let written = bag.file(&file, |out| {
                write(*format, out).map_err(|error| match error {
                    PublishError::Io(error) => error,
                    other => {
                        failed = Some(other);
                        io::ErrorKind::Other.into()
                    }
                })
            });
            match failed {
                Some(error) => return Err(error.into()),
                None => written?,
            }
            let role = if *format == Format::Accounts { Role::Accounts } else { Role::Output };
            inputs.push(Input { role, shown: format.as_str().to_owned(), file, modified_at: None });
        }
        let run = bag::Run {
            id: Some(run.id.clone()),
            as_of: Some(run.as_of),
            started_at: run.started_at,
            finished_at: run.finished_at,
            tool_version: run.tool_version.clone(),
        };
        let description = Description {
            kind: Kind::Audit,
            tier: Tier::Full,
            command: self.command,
            previous: self.previous,
            ..Description::of_snapshot(run, inputs)
        };
        Ok(bag.seal(&description)?.into_zip()?)
    }
}

/// Where a format is in a bundle. One for standard output isn't in it.
fn output(format: Format) -> Option<PayloadName> {
    let file = format.file_name()?;
    let name = if format == Format::Accounts { file.to_owned() } else { format!("outputs/{file}") };
    PayloadName::new(&name).ok()
}
