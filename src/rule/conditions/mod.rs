//! Tests of the whole language, on the facts of rules: what is refused, what the three truth values do, and whether compiled conditions
//! agree with the interpreter of the `cel` crate.

mod budget;
mod conformance;
mod differences;
mod differential;
mod laws;
mod refusals;
mod subject;
mod written;

use super::facts::FactDef;
use super::params::{Param, Params};
use super::vocabulary::Vocabulary;
use super::{Scope, Subject};
use crate::expression::{self, Fault, Truth};

type Condition = expression::Condition<&'static FactDef>;

fn params() -> Params {
    let names = ["admin", "support"].map(str::to_owned).to_vec();
    Params::from([
        ("n".to_owned(), Param::Int(3)),
        ("flag".to_owned(), Param::Bool(true)),
        ("names".to_owned(), Param::Texts(names)),
        ("word".to_owned(), Param::Text("adm".to_owned())),
    ])
}

fn compile(text: &str) -> Result<Condition, Fault> {
    compile_for(Subject::Account, text)
}

fn compile_for(subject: Subject, text: &str) -> Result<Condition, Fault> {
    Condition::compile(text, &Vocabulary { subject, by: &[], params: &params() })
}

fn truth(text: &str, scope: &Scope<'_>) -> Truth {
    compile(text).unwrap_or_else(|fault| panic!("{text}: {}", fault.message)).truth(scope)
}
