//! Compiled conditions give what the interpreter of the `cel` crate gives: the same truth, or both an error. Where that
//! differs from the specification, `conformance` tells who is right.

use cel::{Context, Program, Value};
use chrono::TimeDelta;
use proptest::prelude::*;
use serde::Serialize;

use super::subject::{Made, now};
use super::written::Writer;
use super::{compile, params};
use crate::expression::Truth;

#[derive(Serialize)]
struct Facts {
    id: &'static str,
    source: &'static str,
    situation: &'static str,
    status: &'static str,
    locked: bool,
    live: bool,
    matched: bool,
    roles: Vec<&'static str>,
    created_at: cel::Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_login_at: Option<cel::Timestamp>,
}

/// What the interpreter says; `None` for an error.
fn interpreted(text: &str, made: &Made) -> Option<bool> {
    let time = |time: chrono::DateTime<chrono::Utc>| cel::Timestamp(time.fixed_offset());
    let facts = Facts {
        id: made.id,
        source: "voiso",
        situation: made.situation.as_str(),
        status: if made.active { "active" } else { "inactive" },
        locked: made.locked,
        live: made.active,
        matched: made.situation.employee().is_some(),
        roles: made.roles.clone(),
        created_at: time(made.created_at),
        email: made.email,
        last_login_at: made.last_login_at.map(time),
    };
    let mut context = Context::default();
    context.add_variable("account", facts).expect("serialises");
    context.add_variable("now", time(now())).expect("serialises");
    context.add_variable("params", params()).expect("serialises");
    let days = |days: i64| -> cel::ResolveResult {
        let span = TimeDelta::try_days(days).filter(|span| span.num_nanoseconds().is_some());
        span.map(Value::Duration).ok_or_else(|| cel::ExecutionError::InternalError("range".to_owned()))
    };
    context.add_function("days", days).expect("a new name");
    match Program::compile(text).expect("the interpreter parses it").execute(&context) {
        Ok(Value::Bool(value)) => Some(value),
        Ok(other) => panic!("{text} is {other:?}"),
        Err(_) => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn compiled_conditions_agree_with_the_interpreter(
        bytes in prop::collection::vec(any::<u8>(), 0..120),
        data in prop::collection::vec(any::<u8>(), 16),
    ) {
        let made = Made::new(&mut super::subject::Dice::new(&data));
        let mut writer = Writer::new(&bytes, 0);
        writer.for_the_crate = true;
        let text = writer.bool(3);
        let expected = interpreted(&text, &made);
        match compile(&text) {
            // What only constants decide is computed when it is loaded, and refused if it fails there.
            Err(fault) => prop_assert!(fault.message.contains("always fails"), "{text}: {}", fault.message),
            Ok(condition) => {
                let truth = made.with(|scope| condition.truth(scope));
                let got = match truth {
                    Truth::Yes => Some(true),
                    Truth::No => Some(false),
                    Truth::Error(_) => None,
                    Truth::Unknown(missing) => panic!("{text} lacks {missing:?}"),
                };
                prop_assert_eq!(got, expected, "{} gives {:?}", text, truth);
            }
        }
    }
}
