//! What has changed since an earlier report, as `report.json` says it.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Timestamp;

/// What changed since the last report in the same folder, in findings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Since {
    /// The run of that report.
    pub run_id: String,
    /// The moment for which it judged.
    pub as_of: Timestamp,
    /// Open now, and not there before.
    pub new: u64,
    /// Of these, critical ones.
    pub new_critical: u64,
    /// Open now, and there before.
    pub still: u64,
    /// Open before, and covered by an exception now.
    pub accepted: u64,
    /// Open before, and not found any more where everything was looked at.
    pub gone: u64,
    /// Open before, and not found any more, but its source wasn't seen completely or its rule didn't apply: nobody knows.
    pub unseen: u64,
    /// The fingerprints of the new ones.
    #[serde(skip)]
    pub new_ones: BTreeSet<u128>,
}
