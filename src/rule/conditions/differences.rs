//! What is said to differ from the specification does.

use serde_json::value::RawValue;

use super::compile;
use super::subject::{Dice, Made};
use crate::expression::Missing;
use crate::expression::Truth;
use crate::expression::differences::{DIFFERENCES, Outcome, RECORD};
use crate::model::FactName;

#[test]
fn what_differs_from_the_specification_is_as_it_is_told() {
    let mut made = Made::new(&mut Dice::new(&[]));
    made.record = RawValue::from_string(RECORD.to_owned()).expect("JSON");
    made.hidden = Missing::of(FactName::Locked);
    for (text, outcome) in DIFFERENCES.iter().flat_map(|difference| difference.examples) {
        let found = match compile(text) {
            Err(_) => Outcome::Refused,
            Ok(condition) => match made.with(|scope| condition.truth(scope)) {
                Truth::Yes => Outcome::True,
                Truth::No => panic!("{text} is false"),
                Truth::Unknown(_) | Truth::Error(_) => Outcome::NotEvaluable,
            },
        };
        assert_eq!(found, *outcome, "{text}");
    }
}
