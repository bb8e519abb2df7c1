//! The facts that a judgement rests on, as a finding shows them: read from the scope, and borrowed from it.

use std::collections::BTreeMap;

use serde::ser::{Serialize, Serializer};

use crate::expression::Value;

/// Facts by their path, sorted. What the vendor doesn't tell is not among them.
#[derive(Debug, Clone, Default)]
pub struct Facts<'a>(Vec<(&'a str, Value<'a>)>);

impl<'a> Facts<'a> {
    /// Of facts that are sorted by their path.
    pub(in crate::rule) fn of_sorted(facts: impl Iterator<Item = (&'a str, Value<'a>)>) -> Self {
        let mut told = Vec::with_capacity(16);
        told.extend(facts.filter(|(_, value)| value.is_told()));
        Self(told)
    }

    /// Adds a fact that is not there yet.
    pub fn add(&mut self, path: &'a str, value: Value<'a>) {
        if let Err(place) = self.place(path) {
            self.0.insert(place, (path, value));
        }
    }

    /// Whether the fact is among them.
    pub fn has(&self, path: &str) -> bool {
        self.place(path).is_ok()
    }

    fn place(&self, path: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| (*known).cmp(path))
    }

    /// The same, independent of the scope.
    pub fn to_map(&self) -> BTreeMap<String, serde_json::Value> {
        self.0.iter().filter_map(|(path, value)| Some(((*path).to_owned(), value.to_json()?))).collect()
    }
}

impl Serialize for Facts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(path, value)| (path, value)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn facts_stay_sorted_and_the_first_counts() {
        let told = [("a", Value::Bool(true)), ("c", Value::Unknown(crate::rule::Missing::NOTHING))];
        let mut facts = Facts::of_sorted(told.into_iter());
        facts.add("b", Value::Null);
        facts.add("a", Value::Bool(false));
        assert!(facts.has("a") && facts.has("b") && !facts.has("c"));
        assert_eq!(serde_json::to_string(&facts).expect("JSON"), r#"{"a":true,"b":null}"#);
        assert_eq!(json!(facts.to_map()), json!({"a": true, "b": null}));
    }
}
