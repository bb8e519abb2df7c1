//! Records that somebody hands over, one a line: a share of a source that lies elsewhere, or all of it.

use std::fmt;
use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};

use futures_util::future::BoxFuture;
use memchr::memrchr;
use serde_json::value::RawValue;

use super::assess::{Assessed, Assessor};
use super::collector::RecordOutcome;
use super::scan::RecordError;
use super::{Collector, Connector, Proof, SourceError};
use crate::base::parallel::for_each_in_order;
use crate::base::text::counted;
use crate::model::Json;

/// Where they come from. They are read once.
pub struct Lines {
    input: Mutex<Option<Box<dyn Read + Send>>>,
    shown: String,
}

impl Lines {
    /// From a file or a pipe.
    pub fn new(input: impl Read + Send + 'static, shown: &str) -> Self {
        Self { input: Mutex::new(Some(Box::new(input))), shown: shown.to_owned() }
    }

    fn read(&self, collector: &mut Collector<'_>) -> Result<Proof, SourceError> {
        let input = self.input.lock().unwrap_or_else(PoisonError::into_inner).take();
        let input = input.ok_or_else(|| SourceError::Protocol("the records were read before".to_owned()))?;
        let assessor = collector.assessor();
        let (mut line, mut unreadable) = (0, None);
        let blocks = Blocks { input, carried: Vec::new() }.map(|block| block.map_err(|error| self.broken(&error)));
        for_each_in_order(
            blocks,
            |block| Ok(Harvest::of(block, &assessor)),
            |harvest| {
                for (text, assessed) in &harvest.lines {
                    line += 1;
                    match collector.row(assessed) {
                        RecordOutcome::New => collector.keep(Json::kept(text))?,
                        RecordOutcome::Again | RecordOutcome::Repeated => {}
                        RecordOutcome::Unreadable(error) => {
                            unreadable.get_or_insert_with(|| (0_u64, format!("{error} (first in line {line})"))).0 += 1;
                        }
                    }
                }
                Ok(())
            },
        )?;
        Ok(match unreadable {
            None => Proof::Complete { declared: None },
            Some((count, example)) => {
                let reason = format!("{} could not be read: {example}", counted(count, "record", "records"));
                Proof::Incomplete { declared: None, reason }
            }
        })
    }

    fn broken(&self, error: &io::Error) -> SourceError {
        SourceError::Protocol(format!("{}: {error}", self.shown))
    }
}

/// Some lines that a thread has read.
struct Harvest {
    lines: Vec<(String, Result<Assessed, RecordError>)>,
}

impl Harvest {
    fn of(block: Vec<u8>, assessor: &Assessor<'_>) -> Self {
        let text =
            String::from_utf8(block).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let read = |line: &str| {
            let is_json = line.starts_with('{') && serde_json::from_str::<&RawValue>(line).is_ok();
            let assessed = if is_json { assessor.assess(Json::kept(line)) } else { Err(RecordError::NotAnObject) };
            (line.to_owned(), assessed)
        };
        Self { lines: lines.map(read).collect() }
    }
}

/// Some whole lines at a time.
struct Blocks {
    input: Box<dyn Read + Send>,
    carried: Vec<u8>,
}

impl Iterator for Blocks {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        /// A record that is longer is none.
        const LONGEST: usize = 1 << 24;
        const BLOCK: u64 = 1 << 20;
        let mut block = std::mem::take(&mut self.carried);
        loop {
            match self.input.by_ref().take(BLOCK).read_to_end(&mut block) {
                Ok(0) => return (!block.is_empty()).then_some(Ok(block)),
                Ok(_) => {}
                Err(error) => return Some(Err(error)),
            }
            if let Some(end) = memrchr(b'\n', &block) {
                self.carried = block.split_off(end + 1);
                return Some(Ok(block));
            }
            if block.len() > LONGEST {
                return Some(Err(io::Error::other("a line is longer than any record")));
            }
        }
    }
}

impl Connector for Lines {
    fn list<'a>(&'a self, collector: &'a mut Collector<'_>) -> BoxFuture<'a, Result<Proof, SourceError>> {
        Box::pin(async { self.read(collector) })
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), SourceError>> {
        Box::pin(async { Ok(()) })
    }

    fn may_change(&self) -> bool {
        false
    }

    fn request(&self) -> String {
        self.shown.clone()
    }
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").field("shown", &self.shown).finish_non_exhaustive()
    }
}
