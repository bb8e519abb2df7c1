//! All accounts of a source with the certificate of how they were counted: the outcome of fetching.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use super::collector::Collector;
use super::{Connector, Decoder, Progress, Proof, SourceError, Spool, Visitor};
use crate::base::text::{counted, digest, grouped};
use crate::http::Usage;
use crate::model::{KeyCounts, SourceName, SourceStatus, Timestamp};

/// All accounts of a source, as far as they could be fetched.
#[derive(Debug)]
pub struct Population {
    /// The source.
    pub source: SourceName,
    /// How they were counted.
    pub certificate: Certificate,
    /// The records; `None` when nothing was received.
    pub spool: Option<Spool>,
}

/// How the accounts of a source were counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Whether all accounts were seen.
    pub status: SourceStatus,
    /// What was asked for, without secrets.
    pub request: String,
    /// How many the vendor says there are.
    pub declared: Option<u64>,
    /// What the first and the last page of the last reading declared.
    pub declared_on_pages: (Option<u64>, Option<u64>),
    /// Records received, in the reading that brought the most.
    pub fetched: u64,
    /// Different accounts among all that was received.
    pub distinct: u64,
    /// Records dropped because their account had come before in the same reading.
    pub duplicates: u64,
    /// How often the whole list was read.
    pub readings: u32,
    /// Pages received, over all readings.
    pub pages: u64,
    /// Requests and retries.
    pub usage: Usage,
    /// When fetching started, by the clock of this machine.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// How many of the distinct accounts have each field by which they can find their owners.
    pub keys: KeyCounts,
    /// Over the kept records, one a line; lower-case hexadecimal.
    pub sha256: String,
    /// What the reader should know.
    pub warnings: Vec<String>,
    /// Why it isn't complete.
    pub error: Option<String>,
}

impl Certificate {
    /// Adds what was counted of a further part of the same source, or while the whole source was read for it once more.
    pub(crate) fn add_part(&mut self, other: &Self, counts_whole: bool) {
        if !counts_whole {
            self.fetched += other.fetched;
            self.distinct += other.distinct;
            self.duplicates += other.duplicates;
            for (key, count) in &other.keys {
                *self.keys.entry(key.clone()).or_default() += count;
            }
            self.sha256 = digest(&[&self.sha256, &other.sha256]);
        }
        self.readings = self.readings.max(other.readings);
        self.pages += other.pages;
        self.usage.requests += other.usage.requests;
        self.usage.retries += other.usage.retries;
        self.started_at = self.started_at.min(other.started_at);
        self.finished_at = self.finished_at.max(other.finished_at);
        self.status = self.status.max(other.status);
        self.error = self.error.take().or_else(|| other.error.clone());
        for warning in &other.warnings {
            if !self.warnings.contains(warning) {
                self.warnings.push(warning.clone());
            }
        }
    }

    /// Fewer accounts than there are at least can't be all of them, whatever the vendor says.
    pub(crate) fn expect(&mut self, at_least: Option<NonZeroU64>) {
        let Some(minimum) = at_least.filter(|minimum| self.distinct < minimum.get()) else { return };
        if self.status == SourceStatus::Complete {
            self.status = SourceStatus::Incomplete;
            let arrived = counted(self.distinct, "account", "different accounts");
            self.error =
                Some(format!("{arrived} arrived, and there are at least {} (expect_min)", grouped(minimum.get())));
        }
    }
}

/// What is known of a source beforehand.
#[derive(Debug)]
pub struct Wanted<'c> {
    /// Its name.
    pub source: &'c SourceName,
    /// How many different accounts there are at least, if that is known.
    pub at_least: Option<NonZeroU64>,
    /// What the reader of the report should know of how it is configured.
    pub warnings: Vec<String>,
    /// Who judges its accounts on arrival, if its connector can be visited and somebody does.
    pub visitor: Option<&'c dyn Visitor>,
}

/// Fetches every user of a source. This never fails: what goes wrong is in the certificate.
pub async fn fetch(
    wanted: Wanted<'_>,
    connector: &dyn Connector,
    decoder: &dyn Decoder,
    clock: fn() -> Timestamp,
    progress: &dyn Progress,
) -> Population {
    let started_at = clock();
    let mut certificate = Certificate {
        status: SourceStatus::Failed,
        request: connector.request(),
        declared: None,
        declared_on_pages: (None, None),
        fetched: 0,
        distinct: 0,
        duplicates: 0,
        readings: 0,
        pages: 0,
        usage: Usage::default(),
        started_at,
        finished_at: started_at,
        keys: KeyCounts::new(),
        sha256: String::new(),
        warnings: Vec::new(),
        error: None,
    };
    let collector = Collector::new(decoder, progress).with_visitor(wanted.visitor);
    let spool = match collect(connector, collector, &mut certificate).await {
        Ok(spool) => Some(spool),
        Err(error) => {
            certificate.error = Some(error.to_string());
            None
        }
    };
    certificate.usage = connector.usage();
    certificate.warnings.extend(skewed(certificate.usage.clock_skew));
    certificate.warnings.extend(echoed(certificate.usage.redactions));
    certificate.warnings.extend(wanted.warnings);
    certificate.finished_at = clock();
    certificate.expect(wanted.at_least);
    Population { source: wanted.source.clone(), certificate, spool }
}

async fn collect(
    connector: &dyn Connector,
    mut collector: Collector<'_>,
    certificate: &mut Certificate,
) -> Result<Spool, SourceError> {
    let limit = connector.deadline();
    let listed = tokio::time::timeout(limit, settle(connector, &mut collector))
        .await
        .unwrap_or(Err(SourceError::Deadline(limit)));
    let collected = collector.finish()?;
    certificate.fetched = collected.fetched;
    certificate.distinct = collected.distinct;
    certificate.duplicates = collected.repeated;
    certificate.readings = collected.readings;
    certificate.declared_on_pages = collected.totals;
    certificate.pages = collected.pages;
    certificate.keys = collected.keys;
    collected.spool.sha256().clone_into(&mut certificate.sha256);
    certificate.warnings = collected.warnings;
    let unreadable = collected
        .unreadable
        .map(|(count, example)| format!("{} could not be read: {example}", counted(count, "record", "records")));
    (certificate.status, certificate.declared, certificate.error) = match (listed, unreadable) {
        (Ok(Proof::Complete { declared }), None) => (SourceStatus::Complete, declared, None),
        (Ok(Proof::Complete { declared }), unreadable) => (SourceStatus::Incomplete, declared, unreadable),
        (Ok(Proof::Unconfirmed { declared }), unreadable) => {
            let reason = "the list changed while it was read: no two readings in a row brought the same accounts";
            (SourceStatus::Incomplete, declared, Some(joined(reason.to_owned(), unreadable)))
        }
        (Ok(Proof::Incomplete { declared, reason }), unreadable) => {
            (SourceStatus::Incomplete, declared, Some(joined(reason, unreadable)))
        }
        (Err(error), unreadable) => {
            // What was received before the failure is still audited, but its numbers are minimums.
            let status = if collected.distinct > 0 { SourceStatus::Incomplete } else { SourceStatus::Failed };
            (status, None, Some(joined(error.to_string(), unreadable)))
        }
    };
    Ok(collected.spool)
}

fn joined(first: String, second: Option<String>) -> String {
    match second {
        Some(second) => format!("{first}; {second}"),
        None => first,
    }
}

/// A vendor whose clock differs by more than this has times of last use that can't be compared with ours.
const NOTABLE_SKEW: u64 = 120;

fn skewed(seconds: Option<i64>) -> Option<String> {
    let seconds = seconds.filter(|seconds| seconds.unsigned_abs() > NOTABLE_SKEW)?;
    let direction = if seconds > 0 { "ahead of" } else { "behind" };
    Some(format!("the vendor's clock is {} s {direction} this machine's", seconds.unsigned_abs()))
}

/// A secret that comes back is kept there, too, and perhaps shown to others.
fn echoed(redactions: u64) -> Option<String> {
    let places = counted(redactions, "place", "places");
    let told =
        format!("the vendor's answers repeat a secret of ours in {places}; it was taken out before anything was kept");
    (redactions > 0).then(|| format!("{told}. Have a new one issued, and tell the vendor"))
}

/// Readings of one list, at most.
const READINGS: usize = 3;

/// Reads the whole list until it is proven. A contradiction is looked at once more, since a list that changed while
/// it was read usually holds still the next time; a list that one reading can't prove takes two equal ones.
async fn settle(connector: &dyn Connector, collector: &mut Collector<'_>) -> Result<Proof, SourceError> {
    let mut proof = connector.list(collector).await?;
    let mut contradicted = false;
    for _ in 1..READINGS {
        match &proof {
            Proof::Complete { .. } => break,
            Proof::Incomplete { .. } if contradicted || !connector.may_change() => break,
            Proof::Incomplete { reason, .. } => {
                contradicted = true;
                collector.warn(format!("the list was read again: {reason}"));
            }
            Proof::Unconfirmed { .. } => {}
        }
        collector.start_over();
        proof = match connector.list(collector).await? {
            Proof::Unconfirmed { declared } if collector.confirms(declared) => Proof::Complete { declared },
            other => other,
        };
    }
    if matches!(proof, Proof::Complete { .. }) && collector.gone() > 0 {
        let accounts = counted(collector.gone(), "account", "accounts");
        collector.warn(format!("{accounts} disappeared while the list was read and stay in the audit"));
    }
    Ok(proof)
}
