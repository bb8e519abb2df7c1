//! A snapshot that is there: checked, and read back as what was fetched.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::certificates;
use super::draft::{PARTIAL, RECORDS};
use super::records;
use super::{Certificates, SnapshotError, StoredSource};
use crate::bag::{Bag, BagError, Contents, Examination, PayloadName, Role, Tier};
use crate::base::text::counted;
use crate::config::{RuleText, SourceConfig};
use crate::fetch::{Certificate, Population, Spool};
use crate::files::Files;
use crate::model::SourceStatus;

/// Of an earlier headcount, which kept nothing but accounts.
const OLD: &str = "manifest.json";

/// No certificates and no rules are longer.
const LARGEST_TEXT: u64 = 64 << 20;

/// A whole snapshot.
#[derive(Debug)]
pub struct Snapshot {
    bag: Arc<Bag>,
    certificates: Certificates,
    /// The records that were read when it was opened, until somebody asks for them.
    spools: Mutex<Spools>,
}

type Spools = BTreeMap<PayloadName, Spool>;

impl Snapshot {
    /// Opens a snapshot, which may be a folder or packed, and checks that it is whole and unchanged.
    ///
    /// # Errors
    /// It is partial, of another kind, or not what its seal says.
    pub fn open(path: &Path) -> Result<Self, SnapshotError> {
        if path.join(PARTIAL).exists() {
            return Err(SnapshotError::Partial(path.to_owned()));
        }
        if path.join(OLD).exists() {
            return Err(SnapshotError::Old(path.to_owned()));
        }
        let spools = Mutex::default();
        let examination = Examination::reading(path, |name, open| read_once(&spools, name, open));
        let Examination { defects, bag } = examination.map_err(|error| match error {
            BagError::Read { error, path } if error.kind() == io::ErrorKind::NotFound => SnapshotError::Nothing(path),
            error => error.into(),
        })?;
        let path = path.to_owned();
        match bag.filter(|_| defects.is_empty()) {
            None => Err(BagError::Altered { path, defects }.into()),
            Some(bag) if bag.description().tier != Tier::Full => {
                Err(SnapshotError::Redacted { path, tier: bag.description().tier })
            }
            Some(bag) => Self::of(bag, spools),
        }
    }

    fn of(bag: Bag, spools: Mutex<Spools>) -> Result<Self, SnapshotError> {
        let name = certificates::name()?;
        let text = bag.read_all(&name, LARGEST_TEXT)?;
        let place = bag.path().join("data").join(name.as_str());
        let certificates: Certificates = serde_json::from_slice(&text)
            .map_err(|error| SnapshotError::Tampered { path: place.clone(), what: error.to_string() })?;
        match contradiction(&certificates.sources, &bag) {
            None => Ok(Self { bag: Arc::new(bag), certificates, spools }),
            Some(what) => Err(SnapshotError::Tampered { path: place, what }),
        }
    }

    /// How the accounts were counted.
    pub const fn certificates(&self) -> &Certificates {
        &self.certificates
    }

    /// The bag that it is.
    pub const fn bag(&self) -> &Arc<Bag> {
        &self.bag
    }

    /// The files that it holds, under the paths that they had.
    pub fn files(&self) -> Files {
        Files::stored(Arc::clone(&self.bag))
    }

    /// The path that its configuration had.
    ///
    /// # Errors
    /// It holds none.
    pub fn configuration(&self) -> Result<PathBuf, SnapshotError> {
        let what = || "it holds no configuration".to_owned();
        let input = self.bag.description().inputs(Role::Configuration).next();
        input.map(|input| PathBuf::from(&input.shown)).ok_or_else(|| self.tampered(what()))
    }

    /// Whether it holds a roster. One that was made where no HR file lay has none.
    pub fn has_roster(&self) -> bool {
        self.bag.description().inputs(Role::Roster).next().is_some()
    }

    /// Its rules, the built-in ones of the headcount that made it, too.
    ///
    /// # Errors
    /// They can't be read.
    pub fn rules(&self) -> Result<Vec<RuleText>, SnapshotError> {
        rules_of(&self.bag)
    }

    /// Puts the templates that it holds of a folder into another one.
    ///
    /// # Errors
    /// They can't be read or written.
    pub fn unpack_templates(&self, of: &Path, into: &Path) -> Result<(), SnapshotError> {
        for input in self.bag.description().inputs(Role::Template) {
            let Ok(name) = Path::new(&input.shown).strip_prefix(of) else { continue };
            let (target, mut content) = (into.join(name), self.bag.read(&input.file)?);
            let mut write = || {
                target.parent().map_or(Ok(()), fs::create_dir_all)?;
                io::copy(&mut content, &mut fs::File::create(&target)?)
            };
            write().map_err(SnapshotError::write(&target))?;
        }
        Ok(())
    }

    /// Why it can't be audited, when its records turn out not to be those of the accounts that were counted.
    pub fn tampered(&self, what: String) -> SnapshotError {
        SnapshotError::Tampered { path: self.bag.path().to_owned(), what }
    }

    /// What was fetched of a source, to be audited as if it had been fetched now.
    ///
    /// # Errors
    /// The snapshot lacks the source, or its records aren't those that were stored.
    pub fn population(&self, source: &SourceConfig) -> Result<Population, SnapshotError> {
        let sources = &self.certificates.sources;
        let Some(stored) = sources.iter().find(|stored| stored.name == source.name) else {
            let names = sources.iter().map(|stored| stored.name.as_str()).collect::<Vec<_>>().join(", ");
            return Err(SnapshotError::NoSource(source.name.clone(), names));
        };
        if stored.vendor != source.vendor.kind {
            return Err(SnapshotError::OtherVendor {
                name: source.name.clone(),
                stored: stored.vendor.clone(),
                configured: source.vendor.kind,
            });
        }
        let spool = stored.records.as_ref().map(|records| self.records(stored, records)).transpose()?;
        let mut certificate = stored.certificate.clone();
        certificate.expect(source.expect_min);
        Ok(Population { source: source.name.clone(), certificate, spool })
    }

    /// The records, checked by the hash in the certificate, which is that of the seal: those that are given back, not those that were
    /// there before. Who asks twice has them read anew.
    fn records(&self, source: &StoredSource, name: &PayloadName) -> Result<Spool, SnapshotError> {
        let path = self.bag.path().join("data").join(name.as_str());
        let known = self.spools.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        let read = || {
            spool_of(self.bag.read_unchecked(name)?).map_err(|error| match error.kind() {
                io::ErrorKind::InvalidData => SnapshotError::damaged(&path, error.to_string()),
                _ => SnapshotError::read(&path)(error),
            })
        };
        let spool = known.map_or_else(read, Ok)?;
        let distinct = source.certificate.distinct;
        if spool.sha256() != source.certificate.sha256 {
            return Err(SnapshotError::damaged(&path, "the records aren't those that were stored"));
        }
        if spool.len() != distinct {
            let records = counted(spool.len(), "record", "records");
            let what = format!("it holds {records}, and its certificate counts {}", accounts(distinct));
            return Err(SnapshotError::Tampered { path, what });
        }
        Ok(spool)
    }
}

/// Reads records while their bag is examined. What can't be read as such is said to whoever asks for it.
fn read_once(spools: &Mutex<Spools>, name: &PayloadName, open: &dyn Fn() -> io::Result<Contents>) -> Option<String> {
    let is_of_records = name.as_str().strip_prefix(RECORDS).is_some_and(|rest| rest.starts_with('/'));
    let spool = is_of_records.then(open)?.and_then(spool_of).ok()?;
    let sha256 = spool.sha256().to_owned();
    spools.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone(), spool);
    Some(sha256)
}

fn spool_of(contents: Contents) -> io::Result<Spool> {
    let file = contents.file()?;
    records::read(contents, file)
}

/// The rules that a bag holds, the built-in ones of the headcount that made it, too.
///
/// # Errors
/// They can't be read.
pub fn rules_of(bag: &Bag) -> Result<Vec<RuleText>, SnapshotError> {
    let rules = bag.description().inputs(Role::Rule).filter(|input| input.file.as_str().starts_with("rules/"));
    let text = |name: &PayloadName| {
        let what = || SnapshotError::Tampered { path: bag.path().to_owned(), what: format!("data/{name} isn't UTF-8") };
        String::from_utf8(bag.read_all(name, LARGEST_TEXT)?).map_err(|_| what())
    };
    rules.map(|input| Ok(RuleText { path: PathBuf::from(&input.shown), text: text(&input.file)? })).collect()
}

/// What the certificates say that no fetch could have found.
fn contradiction(sources: &[StoredSource], bag: &Bag) -> Option<String> {
    let mut names = BTreeSet::new();
    sources.iter().find_map(|StoredSource { name, records, certificate, .. }| {
        let Certificate { status, distinct, declared, .. } = certificate;
        let complete = *status == SourceStatus::Complete;
        let less = certificate.keys.iter().find(|(_, count)| *count > distinct);
        let what = if !names.insert(name) {
            "is there twice".to_owned()
        } else if records.is_none() && (complete || *distinct > 0) {
            "has no records".to_owned()
        } else if records.as_ref().is_some_and(|name| bag.sha256(name) != Some(certificate.sha256.as_str())) {
            "has other records than were counted".to_owned()
        } else if let Some(declared) = declared.filter(|declared| complete && declared > distinct) {
            format!("is complete with {} of {}", distinct, accounts(declared))
        } else if let Some((key, count)) = less {
            format!("counts {}, {count} of them with {key}", accounts(*distinct))
        } else {
            return None;
        };
        Some(format!("the source {name} {what}"))
    })
}

fn accounts(count: u64) -> String {
    counted(count, "account", "accounts")
}
