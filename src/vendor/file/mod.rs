//! `vendor = "file"`: a system without an API, by its export, in any form that `table` reads. Each row becomes a JSON
//! record that is kept as it was read, and the mapping of its columns makes an account of it.
//!
//! The file is its own total: every row is counted, and one that can't be read makes the list incomplete.

mod cell;
mod config;
mod decoder;
mod harvest;
mod headings;
mod mapping;
mod path;
mod table;
mod tally;

use std::io;
use std::iter;

use futures_util::future::BoxFuture;

pub(super) use decoder::MappedDecoder;
pub(super) use mapping::{Mapping, RawColumns, RawMapping, Words};
pub(super) use table::Export;
pub(super) use tally::Tally;

use schemars::JsonSchema as _;
use url::Url;

use super::{Around, Checked, RawVendor, Reach, Tenant, VendorConfig, VendorSpec, Whereabouts, read};
use crate::base::diagnostic::Diagnostic;
use crate::base::parallel::for_each_in_order;
use crate::base::text::counted;
use crate::fetch::{Collector, Connector, Decoder, Proof, SourceError};
use crate::table::{Quotes, RecordPiece, Seen};
use config::{FileConfig, RawFile};
use harvest::Harvest;

/// Its place in the list of vendors.
pub(super) static SPEC: VendorSpec = VendorSpec {
    kind: "file",
    init: r#"[[source]]
name = "badge-system"                 # a system without an API: its export
vendor = "file"
file = "badges.csv"                   # CSV, a workbook, JSON, NDJSON or LDIF
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
        Box::new(MappedDecoder::new(&self.mapping))
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

/// How many pieces are read before other sources may go on: reading a file blocks, for some tenths of a second.
const PIECES_AT_A_TIME: usize = 128;

impl File {
    fn new(config: FileConfig) -> Self {
        Self { decoder: MappedDecoder::new(&config.mapping), config }
    }

    async fn read(&self, collector: &mut Collector<'_>) -> Result<Tally<'_>, SourceError> {
        let Export { mut records, notes, mut seen, .. } = self.open()?;
        let origin = self.config.shown.display().to_string();
        let mut tally = Tally::new(origin, "name its column as id in [source.columns]", &self.decoder);
        let assessor = collector.assessor();
        if let Some(file) = records.export().map_err(|error| self.unusable(&error))? {
            tally.bytes = file.metadata().map_or(0, |file| file.len());
            collector.add_export(file);
        }
        loop {
            let mut taken = 0;
            let pieces = iter::from_fn(|| records.next().map_err(|error| self.unusable(&error)).transpose());
            let read = |piece: RecordPiece| Ok(Harvest::of(piece, &assessor)?);
            for_each_in_order(pieces.fuse().take(PIECES_AT_A_TIME), read, |harvest| {
                taken += 1;
                seen.append(harvest.written.seen);
                tally.take_all(harvest, collector)
            })?;
            if taken < PIECES_AT_A_TIME {
                break;
            }
            tokio::task::yield_now().await;
        }
        notes.into_iter().chain(remarks(&seen)).for_each(|note| collector.warn(note));
        match seen.quotes.swallowed() {
            None => Ok(tally),
            Some(line) => {
                let path = self.config.shown.display();
                Err(SourceError::Protocol(format!("{path}:{line}: {}", Quotes::SWALLOWED)))
            }
        }
    }

    fn open(&self) -> Result<Export, SourceError> {
        Export::open(&self.config, &self.decoder).map_err(SourceError::Protocol)
    }

    fn unusable(&self, error: &io::Error) -> SourceError {
        let path = self.config.shown.display();
        SourceError::Protocol(match error.kind() {
            // What the reader found; it names the place itself.
            io::ErrorKind::InvalidData => format!("{path}{error}"),
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
            let mut records = self.open()?.records;
            records.next().map(drop).map_err(|error| self.unusable(&error))
        })
    }

    fn recognised(&self) -> Vec<String> {
        let Ok(Export { mut records, mut told, .. }) = self.open() else { return Vec::new() };
        // Records tell their columns themselves.
        if !matches!(records, crate::table::Records::Cells(_))
            && let Ok(Some(piece)) = records.next()
        {
            piece.for_each(|line| drop(line.record.map(|record| self.decoder.decode(record))));
            told.extend(told_of_records(&self.decoder));
        }
        told
    }

    fn can_be_visited(&self) -> bool {
        true
    }

    /// The same file says the same again.
    fn may_change(&self) -> bool {
        false
    }

    fn request(&self) -> String {
        self.config.shown.display().to_string()
    }
}

/// What there is to remark of rows that are no accounts, and of quotes.
pub(in crate::vendor) fn remarks(seen: &Seen) -> impl Iterator<Item = String> {
    let lines = |count, what: &str| {
        (count > 0).then(|| {
            format!(
                "{} no account: {what}",
                if count == 1 { "1 line is".to_owned() } else { format!("{count} lines are") }
            )
        })
    };
    let rows = counted(seen.quotes.literal, "row", "rows");
    let quotes = format!("quotes that aren't closed or doubled are read as they are written ({rows})");
    let quotes = (seen.quotes.literal > 0).then_some(quotes);
    [lines(seen.totals, "totals or the end of a report"), lines(seen.headings, "the headings again"), quotes]
        .into_iter()
        .flatten()
}

/// Which keys of the first record tell what, and which nothing.
pub(in crate::vendor) fn told_of_records(decoder: &MappedDecoder) -> Vec<String> {
    table::serving(&decoder.first_record(), decoder)
}

#[cfg(test)]
mod tests;
