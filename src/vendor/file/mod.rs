//! `vendor = "file"`: a system without an API, by its export. CSV, a JSON array, or NDJSON. Each row becomes a JSON
//! record that is kept as it was read, and the mapping of its columns makes an account of it.
//!
//! The file is its own total: every row is counted, and one that can't be read makes the list incomplete.

mod cell;
mod config;
mod decoder;
mod delimited;
mod harvest;
mod headings;
mod json;
mod line;
mod quotes;
mod rows;
mod tally;

use std::io;
use std::iter;

use futures_util::future::BoxFuture;

pub(super) use decoder::MappedDecoder;
pub(super) use line::Line;
pub(super) use tally::Tally;

use schemars::JsonSchema as _;
use url::Url;

use super::{Around, Checked, RawVendor, Reach, Tenant, VendorConfig, VendorSpec, Whereabouts, read};
use crate::base::diagnostic::Diagnostic;
use crate::base::parallel::for_each_in_order;
use crate::fetch::{Collector, Connector, Decoder, Proof, SourceError};
use config::{FileConfig, RawFile};
use harvest::Harvest;
use rows::{Piece, Rows};

/// Its place in the list of vendors.
pub(super) static SPEC: VendorSpec = VendorSpec {
    kind: "file",
    init: r#"[[source]]
name = "badge-system"                 # a system without an API: its export
vendor = "file"
file = "badges.csv"                   # csv, json or ndjson
[source.columns]                      # well-known headings are recognised
id = "Badge"
email = "Mail"
status = "State"
[source.values]                       # well-known words are, too
active = ["Valid", "1"]
inactive = ["Blocked", "0"]
"#,
    exposes: &[],
    reach: Reach::Here,
    schema: RawFile::json_schema,
    read: read::<RawFile>,
};

impl RawVendor for RawFile {
    fn check(self, around: &Around<'_>) -> Result<Checked, Diagnostic> {
        let config = self.read(around.text)?;
        Checked::here(&config.path.clone(), around, config)
    }
}

impl VendorConfig for FileConfig {
    fn whereabouts(&self, _: &Url) -> Whereabouts<'_> {
        Whereabouts::File(&self.path)
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::new(MappedDecoder::of_file(&self.mapping))
    }

    fn connector(&self, _: &Tenant<'_>) -> Result<Box<dyn Connector>, Diagnostic> {
        Ok(Box::new(File::new(self.clone())))
    }
}

/// One export.
#[derive(Debug)]
struct File {
    config: FileConfig,
    decoder: MappedDecoder,
}

/// So many pieces are read before other sources may go on: reading a file blocks, for some hundredths of a second.
const PIECES_AT_A_TIME: usize = 32;

impl File {
    fn new(config: FileConfig) -> Self {
        Self { decoder: MappedDecoder::of_file(&config.mapping), config }
    }

    async fn read(&self, collector: &mut Collector<'_>) -> Result<Tally<'_>, SourceError> {
        let mut rows = Rows::open(&self.config, &self.decoder).map_err(|error| self.unusable(&error))?;
        let origin = self.config.path.display().to_string();
        let mut tally = Tally::new(origin, "name its column as id in [source.columns]", &self.decoder);
        let assessor = collector.assessor();
        let export = rows.export().map_err(|error| self.unusable(&error))?;
        if let Some(file) = export {
            collector.add_export(file);
        }
        loop {
            let mut taken = 0;
            let pieces = iter::from_fn(|| rows.next().map_err(|error| self.unusable(&error)).transpose());
            let read = |piece: Piece| Ok(Harvest::of(&piece, &assessor));
            for_each_in_order(pieces.fuse().take(PIECES_AT_A_TIME), read, |harvest| {
                taken += 1;
                tally.take_all(&harvest, collector)
            })?;
            if taken < PIECES_AT_A_TIME {
                break;
            }
            tokio::task::yield_now().await;
        }
        rows.notes().into_iter().for_each(|note| collector.warn(note));
        Ok(tally)
    }

    fn unusable(&self, error: &io::Error) -> SourceError {
        let path = self.config.path.display();
        SourceError::Protocol(match error.kind() {
            // What the reader found; it names the place itself.
            io::ErrorKind::InvalidData => format!("{path}{error}"),
            io::ErrorKind::NotFound => format!("{path}: {error}; the path is relative to the configuration file"),
            _ => format!("{path}: {error}"),
        })
    }
}

impl Connector for File {
    fn list<'a>(&'a self, collector: &'a mut Collector<'_>) -> BoxFuture<'a, Result<Proof, SourceError>> {
        Box::pin(async {
            let tally = self.read(collector).await?;
            tally.proof(None, &collector.told())
        })
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), SourceError>> {
        Box::pin(async {
            let mut rows = Rows::open(&self.config, &self.decoder).map_err(|error| self.unusable(&error))?;
            rows.next().map(drop).map_err(|error| self.unusable(&error))
        })
    }

    /// The same file says the same again.
    fn may_change(&self) -> bool {
        false
    }

    fn request(&self) -> String {
        self.config.path.display().to_string()
    }
}

#[cfg(test)]
mod tests;
