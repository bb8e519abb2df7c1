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

    /// Those of which there is something to tell, of facts that are sorted by their path.
    pub fn told<const N: usize>(facts: [(&'a str, Option<Value<'a>>); N]) -> Self {
        Self(facts.into_iter().filter_map(|(path, value)| Some((path, value?))).collect())
    }

    /// Whether the fact is among them.
    pub fn has(&self, path: &str) -> bool {
        self.0.binary_search_by(|(known, _)| (*known).cmp(path)).is_ok()
    }

    /// Those that aren't among others.
    #[must_use]
    pub fn without(mut self, others: &Self) -> Self {
        self.0.retain(|(path, _)| !others.has(path));
        self
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
    fn what_is_told_elsewhere_is_left_out() {
        let told = [("a", Value::Bool(true)), ("b", Value::Null), ("c", Value::Unknown(crate::rule::Missing::NOTHING))];
        let facts = Facts::of_sorted(told.into_iter());
        assert!(facts.has("a") && facts.has("b") && !facts.has("c"));
        assert_eq!(json!(facts.to_map()), json!({"a": true, "b": null}));
        let others = Facts::told([("b", Some(Value::Bool(false))), ("d", None)]);
        assert_eq!(serde_json::to_string(&others).expect("JSON"), r#"{"b":false}"#);
        assert_eq!(serde_json::to_string(&facts.without(&others)).expect("JSON"), r#"{"a":true}"#);
    }
}
