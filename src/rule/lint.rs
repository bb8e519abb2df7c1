//! What is allowed in a rule file and is a mistake all the same: `headcount rules check`.

use std::collections::BTreeSet;
use std::ops::Range;

use super::file::Places;
use super::place::SourceText;
use super::{Control, Example, Outcome, Rule, example};
use crate::base::diagnostic::Diagnostic;
use crate::model::FactName;

/// What one source tells of accounts.
#[derive(Debug, Clone)]
pub struct Exposure {
    /// Its name.
    pub source: crate::model::SourceName,
    /// The facts.
    pub facts: Vec<FactName>,
}

/// Everything that is doubtful about a rule, for an organisation with these sources; without any, nothing is said of
/// what they tell.
pub fn lint(rule: &Rule, sources: &[Exposure]) -> Vec<Diagnostic> {
    let (path, text) = (rule.path(), rule.text());
    let check = Check { rule, source_text: SourceText { path: &path, text }, places: Places::of(text) };
    let mut found: Vec<_> = check.constant().into_iter().chain(check.evaluable(sources)).collect();
    found.extend(check.params());
    found.extend(check.controls());
    found.extend(check.guardrails());
    found.extend(check.examples());
    found
}

struct Check<'c> {
    rule: &'c Rule,
    source_text: SourceText<'c>,
    places: Places,
}

impl Check<'_> {
    fn at(&self, span: Option<&Range<usize>>, message: String, help: &str) -> Diagnostic {
        self.source_text.at(span.unwrap_or(&self.places.id).clone(), message).help(help)
    }

    /// A condition that says the same of everything.
    fn constant(&self) -> Option<Diagnostic> {
        let message = "the condition reads no fact, so that it says the same of everything".to_owned();
        let is_constant = self.rule.reads().next().is_none();
        is_constant.then(|| self.at(Some(&self.rule.written.when.span()), message, "compare a fact in `when`"))
    }

    /// A rule that can't judge at any source: each lacks all that one of the rule's own examples says is too much to lack.
    fn evaluable(&self, sources: &[Exposure]) -> Option<Diagnostic> {
        let mut asked = sources.iter().filter(|exposure| self.rule.applies_to(&exposure.source)).peekable();
        asked.peek()?;
        let blind = asked.map(|exposure| self.example_of_blindness(exposure)).collect::<Option<Vec<_>>>()?;
        let example = blind.first()?;
        let facts: Vec<_> = example.missing().iter().map(FactName::as_str).collect();
        let facts = facts.join(" and ");
        let message = format!("no configured source tells {facts}, without which the rule can't judge");
        let help = format!(
            "name a source that does, or remove the rule; the example {:?} shows what becomes of it",
            example.name
        );
        Some(self.at(Some(&self.rule.written.when.span()), message, &help))
    }

    fn example_of_blindness(&self, exposure: &Exposure) -> Option<&Example> {
        self.rule.examples().iter().find(|example| {
            let mut missing = example.missing().iter().peekable();
            missing.peek().is_some() && missing.all(|fact| !exposure.facts.contains(&fact))
        })
    }

    fn params(&self) -> Vec<Diagnostic> {
        let of_message = |name: &&str| !self.rule.message_template().contains(&format!("params.{name}"));
        let unused = self.rule.unused_params().filter(of_message);
        let say = |name: &str| {
            let message = format!("no condition and no message uses the param `{name}`");
            self.at(self.places.params.get(name), message, "use it as `params.…`, or remove it")
        };
        unused.map(say).collect()
    }

    fn controls(&self) -> Vec<Diagnostic> {
        let controls = self.rule.controls().iter().enumerate();
        let unusual = controls.filter(|(_, control)| !control.is_numbered_as_usual());
        let say = |(at, control): (usize, &Control)| {
            let message = format!("{} has no control that is numbered like {:?}", control.framework, control.id);
            self.at(self.places.controls.get(at), message, "check the number")
        };
        unusual.map(say).collect()
    }

    fn guardrails(&self) -> Vec<Diagnostic> {
        let covered: BTreeSet<&Control> = self.rule.controls().iter().collect();
        let rails = self.rule.guardrails().iter().enumerate();
        let stray = rails.filter(|(_, rail)| !covered.contains(&rail.control));
        stray
            .map(|(at, rail)| {
                let message = format!("there is a guardrail for {}, which is not among the controls", rail.control);
                let help = "add it to `controls`, so that the report shows it";
                self.at(self.places.guardrails.get(at), message, help)
            })
            .collect()
    }

    /// Examples that are missing, or don't come out.
    fn examples(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for result in example::run(self.rule) {
            let at = self.rule.examples().iter().position(|example| example.name == result.example);
            let place = at.and_then(|at| self.places.examples.get(at));
            match result.outcome {
                Outcome::AsExpected => {}
                outcome @ Outcome::NoExample(_) => {
                    found.push(self.at(None, outcome.to_string(), "add one to `[[examples]]`"));
                }
                outcome => {
                    let message = format!("the example {:?} is {outcome}", result.example);
                    found.push(self.at(place, message, "`headcount rules test` says more"));
                }
            }
        }
        found
    }
}
