//! `[history]`: how long a finding may be there, how long resolved ones are remembered, and which sources had other names or are gone.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::days::days;
use crate::base::diagnostic::Diagnostic;
use crate::model::{Severity, SourceName};
use crate::setting::ConfigText;

/// How long resolved findings are remembered, unless the configuration says otherwise: longer than a year, in which a review may
/// have been left out.
const KEEP_DAYS: u16 = 400;

/// `[history]` as it is written.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawHistory {
    /// How long a finding may be there, by severity: `{ critical = "1d", high = "7d" }`; counted from the day on which it was first
    /// seen, or came back.
    #[schemars(with = "BTreeMap<Severity, String>")]
    sla: BTreeMap<Severity, Spanned<String>>,
    /// Sources that had another name in earlier reports: new name = old name.
    #[schemars(with = "BTreeMap<String, String>")]
    renamed: BTreeMap<Spanned<String>, Spanned<String>>,
    /// Sources that are gone for good: their findings are not followed any more.
    #[schemars(with = "Vec<String>")]
    retired: Vec<Spanned<String>>,
    /// How long resolved findings are remembered, to tell what came back from what is new; "400d" by default.
    #[schemars(with = "Option<String>")]
    keep: Option<Spanned<String>>,
}

/// `[history]`, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryConfig {
    /// How many days a finding may be there, by severity.
    pub sla: BTreeMap<Severity, u16>,
    /// New name of a source → old name.
    pub renamed: BTreeMap<String, String>,
    /// Sources whose findings are not followed any more.
    pub retired: BTreeSet<String>,
    /// For how many days resolved findings are remembered.
    pub keep_days: u16,
}

impl Default for HistoryConfig {
    fn default() -> Self {
        Self { sla: BTreeMap::new(), renamed: BTreeMap::new(), retired: BTreeSet::new(), keep_days: KEEP_DAYS }
    }
}

impl RawHistory {
    pub(super) fn check(self, text: &ConfigText, sources: &[SourceName]) -> Result<HistoryConfig, Vec<Diagnostic>> {
        let mut mistakes = Vec::new();
        let mut days = |value: &Spanned<String>, key: &str, example: &str| match days(value, key, example, text) {
            Ok(days) => Some(days),
            Err(mistake) => {
                mistakes.push(mistake);
                None
            }
        };
        let sla = self.sla.iter();
        let sla =
            sla.filter_map(|(severity, limit)| Some((*severity, days(limit, severity.as_str(), "\"7d\"")?))).collect();
        let keep_days = self.keep.as_ref().and_then(|keep| days(keep, "keep", "\"400d\"")).unwrap_or(KEEP_DAYS);
        let is_source = |name: &str| sources.iter().any(|source| source.as_str() == name);
        for name in self.retired.iter().filter(|name| is_source(name.get_ref())) {
            let message = format!("\"{}\" is retired, and still a source", name.get_ref());
            mistakes.push(text.error(name.span(), message).help("remove its [[source]], or this name"));
        }
        for (new, old) in &self.renamed {
            if !is_source(new.get_ref()) {
                let message = format!("there is no source \"{}\"", new.get_ref());
                mistakes.push(text.error(new.span(), message).help("write new name = \"old name\""));
            }
            if is_source(old.get_ref()) {
                let message = format!("\"{}\" is the name of a source, not an old one", old.get_ref());
                mistakes.push(text.error(old.span(), message).help("write new name = \"old name\""));
            }
        }
        let renamed = self.renamed.into_iter().map(|(new, old)| (new.into_inner(), old.into_inner())).collect();
        let retired = self.retired.into_iter().map(Spanned::into_inner).collect();
        if mistakes.is_empty() { Ok(HistoryConfig { sla, renamed, retired, keep_days }) } else { Err(mistakes) }
    }
}
