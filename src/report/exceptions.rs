//! What became of every exception, in the words of the report.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Exception, Report};
use crate::audit::Outcome;
use crate::exception::{BaselineState, BaselineUse, DeclaredUse, WaiverUse};

impl Report {
    /// Whether a baseline says which findings are new. One without entries says nothing.
    pub fn has_baseline(&self) -> bool {
        self.exceptions.iter().any(|exception| exception.kind == "baseline")
    }

    /// The entries of the baseline whose finding is gone.
    pub fn resolved(&self) -> impl Iterator<Item = &Exception> {
        let resolved = |exception: &&Exception| exception.details.get("resolved") == Some(&Value::Bool(true));
        self.exceptions.iter().filter(resolved)
    }
}

/// All of them: waivers, declared accounts and the baseline, each in the order of its file.
pub(super) fn of(outcome: &Outcome) -> Vec<Exception> {
    let waivers = outcome.waivers.iter().map(waiver);
    let declared = outcome.declared.iter().map(declared_account);
    waivers.chain(declared).chain(outcome.baseline.iter().map(baseline_entry)).collect()
}

fn exception<const N: usize>(kind: &str, id: String, state: &str, details: [(&str, Value); N]) -> Exception {
    let told = details.into_iter().filter(|(_, value)| !value.is_null());
    let details: BTreeMap<String, Value> = told.map(|(name, value)| (name.to_owned(), value)).collect();
    Exception { kind: kind.to_owned(), id, state: state.to_owned(), details }
}

fn waiver(entry: &WaiverUse) -> Exception {
    let waiver = &entry.waiver;
    let details = [
        ("rule", json!(waiver.rule)),
        ("line", json!(waiver.line)),
        ("owner", json!(waiver.owner.name)),
        ("approver", json!(waiver.approver.name)),
        ("reason", json!(waiver.reason)),
        ("ticket", json!(waiver.ticket)),
        ("created", json!(waiver.created)),
        ("expires", json!(waiver.expires)),
        ("because", json!(waiver.because())),
        ("findings", json!(entry.findings)),
        ("cause", json!(entry.cause)),
        ("remarks", json!(entry.remarks)),
    ];
    exception("waiver", waiver.id(), entry.state.as_str(), details)
}

/// An entry is used as long as its finding is there; after that it is resolved, if that could be seen. A finding about
/// another account with the same identifier isn't its finding.
fn baseline_entry(entry: &BaselineUse) -> Exception {
    let written = &entry.entry;
    let cause = match &entry.state {
        BaselineState::Void(cause) => Some(cause),
        BaselineState::Used | BaselineState::Unused | BaselineState::Expired => None,
    };
    let details = [
        ("rule", json!(written.rule)),
        ("source", json!(written.source)),
        ("first_seen", json!(written.first_seen)),
        ("age_days", json!(entry.age_days)),
        ("resolved", json!(!entry.state.is_present() && entry.seen)),
        ("cause", cause.map_or(Value::Null, |cause| json!(cause))),
    ];
    exception("baseline", written.fingerprint.as_str().to_owned(), entry.state.as_str(), details)
}

fn declared_account(entry: &DeclaredUse) -> Exception {
    let declaration = &entry.declaration;
    let details = [
        ("account_kind", json!(declaration.kind.as_str())),
        ("source", json!(declaration.source.as_str())),
        ("line", json!(declaration.line)),
        ("owner", json!(declaration.owner)),
        ("purpose", json!(declaration.purpose)),
        ("review_date", json!(declaration.review_date)),
        ("expires", json!(declaration.expires)),
        ("accounts", json!(entry.accounts)),
        ("remarks", json!(entry.remarks)),
    ];
    Exception {
        kind: "declared".to_owned(),
        id: declaration.id(),
        state: entry.state.as_str().to_owned(),
        details: details.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    }
}
