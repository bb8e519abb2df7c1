//! A source that vanished while a new one of the same vendor came: perhaps it only has another name.

use std::collections::{BTreeMap, BTreeSet};

use super::earlier::Earlier;
use super::gone::Gone;
use super::ground::Ground;
use crate::base::diagnostic::Diagnostic;
use crate::model::{Fingerprint, RuleId, SourceName};

/// The findings of a source by name, for whoever suspects that it only has another name.
pub type NamesOf<'n> = &'n dyn Fn(&str) -> std::io::Result<BTreeSet<String>>;

/// How many of the findings, in hundredths, have to be there under the new name.
const SHARE: usize = 80;

/// By source that vanished: what to say of it.
pub(super) fn suggest(
    earlier: &Earlier,
    now: &Ground,
    unseen: &[Gone],
    names_of: NamesOf<'_>,
) -> Result<BTreeMap<String, String>, Diagnostic> {
    let mut advice = BTreeMap::new();
    let then = &earlier.ground;
    let vanished = then
        .sources
        .iter()
        .filter(|(name, _)| !now.sources.contains_key(*name) && !now.left_out.contains(*name) && now.naming.is_empty());
    for (old, source) in vanished {
        let accounts: Vec<(&str, &str)> = unseen
            .iter()
            .filter(|gone| gone.subject.source.as_ref() == Some(old))
            .filter_map(|gone| Some((gone.rule.as_str(), gone.subject.account_id.as_deref()?)))
            .collect();
        let new =
            now.sources.iter().filter(|(name, new)| !then.sources.contains_key(*name) && new.vendor == source.vendor);
        for (new, _) in new {
            let found = names_of(new).map_err(|error| Diagnostic::of_file(earlier.path(), error.to_string()))?;
            let name = SourceName::new(new);
            let is_there = |(rule, id): &&(&str, &str)| {
                found.contains(Fingerprint::of_account(&RuleId::new(rule), &name, id).as_str())
            };
            let there = accounts.iter().filter(is_there).count();
            if !accounts.is_empty() && there * 100 >= accounts.len() * SHARE {
                let line = format!("[history] renamed = {{ \"{new}\" = \"{old}\" }}");
                advice.insert(old.clone(), format!("; it seems to be {new} now: say so with {line}"));
            }
        }
    }
    Ok(advice)
}
