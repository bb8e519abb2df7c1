//! What is allowed in a rule file and is a mistake all the same: `headcount rules check`.

use std::collections::BTreeSet;

use super::{Control, Outcome, Rule, example};
use crate::diagnostic::Diagnostic;

/// Everything that is doubtful about a rule.
pub fn lint(rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut note = |message: String, help: &str| found.push(Diagnostic::of_file(&rule.path(), message).help(help));
    if rule.reads().next().is_none() {
        note(
            "the condition reads no fact, so that it says the same of everything".to_owned(),
            "compare a fact in `when`",
        );
    }
    for name in rule.unused_params().filter(|name| !rule.message_template().contains(&format!("params.{name}"))) {
        note(format!("no condition and no message uses the param `{name}`"), "use it as `params.…`, or remove it");
    }
    for control in rule.controls().iter().filter(|control| !control.is_numbered_as_usual()) {
        note(
            format!("{} has no control that is numbered like {:?}", control.framework, control.id),
            "check the number",
        );
    }
    let covered: BTreeSet<&Control> = rule.controls().iter().collect();
    for rail in rule.guardrails().iter().filter(|rail| !covered.contains(&rail.control)) {
        note(
            format!("there is a guardrail for {}, which is not among the controls", rail.control),
            "add it to `controls`, so that the report shows it",
        );
    }
    for result in example::run(rule) {
        match result.outcome {
            Outcome::AsExpected => {}
            outcome @ Outcome::NoExample(_) => note(outcome.to_string(), "add one to `[[examples]]`"),
            // Only an example proves that a condition can be reached.
            outcome => {
                note(format!("the example {:?} is {outcome}", result.example), "`headcount rules test` says more");
            }
        }
    }
    found
}
