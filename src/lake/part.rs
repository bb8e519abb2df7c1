//! Parts of a source, and how their accounts were counted: the table `sources`.

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::num::NonZeroU16;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::TableName;
use super::file::Folder;
use super::read;
use super::sheet::{Holds, Layout, Sheet};
use crate::audit::Looked;
use crate::base::text::{counted, grouped};
use crate::fetch::Certificate;
use crate::model::{SourceName, SourceStatus, Timestamp};

/// One of how many shares of a source's records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PartOf {
    number: NonZeroU16,
    of: NonZeroU16,
}

impl PartOf {
    /// All of it.
    pub const WHOLE: Self = Self { number: NonZeroU16::MIN, of: NonZeroU16::MIN };

    /// Its number, from 1 on.
    pub const fn number(self) -> u16 {
        self.number.get()
    }

    /// How many there are.
    pub const fn of(self) -> u16 {
        self.of.get()
    }

    /// Whether an account belongs to it, of which nothing but the identifier counts.
    pub fn has(self, id: &str) -> bool {
        let hash = siphasher::sip128::SipHasher13::new().hash(id.as_bytes());
        hash.h1 % u64::from(self.of()) == u64::from(self.number() - 1)
    }
}

impl FromStr for PartOf {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let part = text
            .split_once('/')
            .and_then(|(number, of)| Some(Self { number: number.trim().parse().ok()?, of: of.trim().parse().ok()? }));
        part.filter(|part| part.number <= part.of)
            .ok_or_else(|| "expected the number of the part and how many there are, as in 3/16".to_owned())
    }
}

impl fmt::Display for PartOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

/// How the accounts of a part were counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The source.
    pub source: SourceName,
    /// Its kind.
    pub vendor: String,
    /// Which part it is.
    pub part: PartOf,
    /// Of the whole source, where each part has read all of it and kept its share; else of the part.
    pub certificate: Certificate,
    /// How many accounts the part has.
    pub accounts: u64,
    /// Whether the certificate is that of the whole source.
    pub counts_whole: bool,
    /// How many records the whole source has, as whoever shared them out says.
    pub declared: Option<u64>,
    /// As of when its facts are told.
    pub as_of: Timestamp,
    /// By which rules and roster.
    pub rules_sha256: String,
    /// See `rules_sha256`.
    pub roster_sha256: String,
    /// What else its facts rest on, as a hash: how it is read and joined, its crosswalk, and what is declared.
    pub rests_on: String,
    /// What was counted of its accounts.
    pub looked: Looked,
    /// The lines of the source's crosswalk that none of its accounts uses.
    pub unused_lines: Vec<u64>,
}

impl Part {
    /// The name of its files.
    pub fn file_name(source: &SourceName, part: PartOf) -> String {
        format!("{source}-{}-of-{}", part.number, part.of)
    }

    /// Writes it.
    ///
    /// # Errors
    /// It can't be written.
    pub fn write(&self, folder: &Folder) -> io::Result<()> {
        let texts = ["source", "vendor", "status"];
        let layout = texts.into_iter().fold(Layout::default(), |layout, name| layout.with(name, Holds::Text));
        let layout =
            ["part", "parts", "accounts"].into_iter().fold(layout, |layout, name| layout.with(name, Holds::Number));
        let mut sheet = Sheet::new(&Arc::new(layout.with("certificate", Holds::Text)));
        sheet.text(Some(self.source.as_str())).text(Some(&self.vendor)).text(Some(self.certificate.status.as_str()));
        sheet.number(Some(self.part.number().into())).number(Some(self.part.of().into()));
        sheet.number(i64::try_from(self.accounts).ok()).text(Some(&serde_json::to_string(self)?));
        folder.write(TableName::Sources, &Self::file_name(&self.source, self.part), &sheet)
    }

    /// Reads all of a folder, in the order of their numbers.
    ///
    /// # Errors
    /// They can't be read.
    pub fn read_all(folder: &Folder) -> io::Result<Vec<Self>> {
        let mut parts = Vec::new();
        for file in read::files(&folder.of(TableName::Sources))? {
            let read = read::rows(&file, ["certificate"], |[certificate]| {
                parts.push(serde_json::from_str::<Self>(&read::text(certificate))?);
                Ok(())
            });
            read.map_err(|error| read::named(&file, &error))?;
        }
        parts.sort_by(|a, b| (&a.source, a.part).cmp(&(&b.source, b.part)));
        Ok(parts)
    }
}

/// How the accounts of a source were counted, put together from its parts: complete only if they prove it together. With what
/// was counted of its accounts, and the lines of its crosswalk that none of them uses.
pub(super) fn merged(parts: &[Part]) -> Option<(Certificate, Looked, Vec<u64>)> {
    let (first, others) = parts.split_first()?;
    let (mut looked, mut unused) = (first.looked.clone(), first.unused_lines.clone());
    for part in others {
        looked.merge(part.looked.clone());
        unused.retain(|line| part.unused_lines.contains(line));
    }
    let mut certificate = first.certificate.clone();
    for Part { certificate: other, counts_whole, .. } in others {
        certificate.add_part(other, *counts_whole);
    }
    let accounts: u64 = parts.iter().map(|part| part.accounts).sum();
    let numbers: Vec<u16> = parts.iter().map(|part| part.part.number()).collect();
    let missing: Vec<String> =
        (1..=first.part.of()).filter(|number| !numbers.contains(number)).map(|n| n.to_string()).collect();
    let differs = |of: &dyn Fn(&Part) -> String| {
        let all: BTreeSet<String> = parts.iter().map(of).collect();
        (all.len() > 1).then(|| all.into_iter().collect::<Vec<_>>().join(" and "))
    };
    let doubt = if let Some(of) = differs(&|part| part.part.of().to_string()) {
        Some(format!("its facts are of {of} parts: make them again in an empty folder"))
    } else if parts.iter().any(|part| part.counts_whole != first.counts_whole) {
        Some("some of its parts were handed over, and others were asked for (headcount facts --records)".to_owned())
    } else if let Some(declared) =
        differs(&|part| part.declared.map_or_else(|| "an unknown number of".to_owned(), grouped))
    {
        Some(format!("its parts say that there are {declared} records (headcount facts --declared)"))
    } else if !missing.is_empty() {
        Some(format!("of {} parts, these are missing: {}", first.part.of(), missing.join(", ")))
    } else if first.counts_whole {
        let differs = parts.iter().any(|part| part.certificate.distinct != first.certificate.distinct);
        (differs || accounts != first.certificate.distinct)
            .then(|| "the list changed while its parts were made: they don't add up to one whole".to_owned())
    } else {
        match first.declared {
            None => Some("nobody says how many records there are (headcount facts --declared)".to_owned()),
            Some(declared) if declared != certificate.fetched => {
                let arrived = counted(certificate.fetched, "record", "records");
                Some(format!("{arrived} arrived, and there are {}", grouped(declared)))
            }
            Some(declared) => {
                certificate.declared = Some(declared);
                None
            }
        }
    };
    certificate.distinct = accounts;
    if let Some(doubt) = doubt {
        certificate.status = certificate.status.max(SourceStatus::Incomplete);
        certificate.error.get_or_insert(doubt);
    }
    Some((certificate, looked, unused))
}
