//! Every fact of the registry, as the vendors tell it and as they don't.

use std::collections::BTreeSet;

use serde_json::value::RawValue;

use super::*;
use crate::expression::{EvalError, Missing, Value};
use crate::model::{Account, Situation, SourceName, Timestamp};
use crate::rule::scope::{AccountScope, Scope};

#[test]
fn a_fact_that_is_not_told_is_unknown_by_its_name_and_no_other_is() {
    let record = RawValue::from_string("{}".to_owned()).expect("JSON");
    let account = Account::new("a-1".into(), &record);
    let (source, situation) = (SourceName::new("voiso"), Situation::Unmatched);
    let scope = Scope {
        account: Some(AccountScope::new(&account, &source, "voiso", &situation)),
        ..Scope::at(Timestamp::default())
    };
    for fact in FACTS.iter().filter(|fact| fact.root == "account") {
        match ((fact.get)(&scope), fact.needs) {
            (Value::Unknown(missing), Some(name)) => assert_eq!(missing, Missing::of(name), "{}", fact.path()),
            (Value::Unknown(_), None) | (_, Some(_)) => panic!("{} doesn't say what it needs", fact.path()),
            (Value::Error(error), None) => {
                assert!(fact.optional && error == EvalError::Absent, "{}: {error}", fact.path());
            }
            (_, None) => {}
        }
    }
}

#[test]
fn every_fact_of_a_vendor_is_published() {
    for name in FactName::ALL {
        let published =
            |fact: &FactDef| fact.root == "account" && fact.name == name.as_str() && fact.needs == Some(name);
        assert!(FACTS.iter().any(|fact| published(fact)), "{}", name.as_str());
    }
}

#[test]
fn paths_are_unique_hang_at_a_root_and_fit_the_sets_that_count_them() {
    let paths: BTreeSet<_> = FACTS.iter().map(|fact| fact.path()).collect();
    assert_eq!(paths.len(), FACTS.len());
    assert!(FACTS.len() <= 128, "the set of proven facts has 128 places");
    for fact in FACTS.iter() {
        assert!(ROOTS.iter().any(|root| root.name == fact.root), "{}", fact.path());
        assert_eq!(position(&fact.path()).map(|at| FACTS[at].path()), Some(fact.path()));
    }
}
