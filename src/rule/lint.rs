//! What is allowed in a rule file and is a mistake all the same: `headcount rules check`.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;

use super::cel::{Missing, Names, reach};
use super::file::Places;
use super::place::Page;
use super::{Control, Outcome, Rule, Subject, example, load};
use crate::diagnostic::Diagnostic;
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
    let (path, text) = (rule.path(), load::text_of(rule));
    let check = Check { rule, page: Page { path: &path, text: &text }, places: Places::of(&text) };
    let mut found = check.conditions();
    found.extend(check.evaluable(sources));
    found.extend(check.params());
    found.extend(check.controls());
    found.extend(check.guardrails());
    found.extend(check.examples());
    found
}

struct Check<'c> {
    rule: &'c Rule,
    page: Page<'c>,
    places: Places,
}

impl Check<'_> {
    fn at(&self, span: Option<&Range<usize>>, message: String, help: &str) -> Diagnostic {
        self.page.at(span.unwrap_or(&self.places.id).clone(), message).help(help)
    }

    /// The condition, and that of the members, with what each may name.
    fn texts(&self) -> impl Iterator<Item = (&Spanned<String>, Names<'_>)> {
        let written = &self.rule.written;
        let params = self.rule.params();
        let when = (&written.when, Names { subject: written.subject, by: &written.group_by, params });
        let of_members = Names { subject: Subject::Account, by: &[], params };
        [when].into_iter().chain(written.members.as_ref().map(|text| (text, of_members)))
    }

    /// Parts that never decide, and a condition that says the same of everything.
    fn conditions(&self) -> Vec<Diagnostic> {
        let when = &self.rule.written.when;
        let whole = when.span();
        if self.rule.reads().next().is_none() {
            let message = "the condition reads no fact, so that it says the same of everything".to_owned();
            return vec![self.at(Some(&whole), message, "compare a fact in `when`")];
        }
        let mut found = Vec::new();
        for (text, names) in self.texts() {
            let Some(reach) = reach(text.get_ref(), names, Missing::NOTHING) else { continue };
            found.extend(reach.dead.into_iter().map(|fault| self.page.inside(text, fault)));
            if !reach.can_fail && text.span() == whole {
                let message = "the condition is never false, so that everything is a finding".to_owned();
                found.push(self.at(Some(&whole), message, "remove the alternative that always holds"));
            }
        }
        found
    }

    /// A condition that no source tells enough for.
    fn evaluable(&self, sources: &[Exposure]) -> Option<Diagnostic> {
        let asked: Vec<&Exposure> = sources.iter().filter(|exposure| self.rule.applies_to(&exposure.source)).collect();
        let blind = |exposure: &&Exposure| {
            let hidden: Missing =
                FactName::OF_RECORDS.into_iter().filter(|fact| !exposure.facts.contains(fact)).collect();
            self.texts().any(|(text, names)| {
                let possible = reach(text.get_ref(), names, Missing::NOTHING).is_some_and(|reach| reach.can_hold);
                possible && reach(text.get_ref(), names, hidden).is_some_and(|reach| !reach.can_hold)
            })
        };
        if asked.is_empty() || !asked.iter().all(blind) {
            return None;
        }
        let told: Missing = asked.iter().flat_map(|exposure| exposure.facts.iter().copied()).collect();
        let missing: Vec<_> =
            self.rule.needs().iter().filter(|fact| !told.contains(*fact)).map(FactName::as_str).collect();
        let what = if missing.is_empty() { "together what it needs".to_owned() } else { missing.join(" and ") };
        let message = format!("no configured source tells {what}: this rule never finds anything");
        Some(self.at(Some(&self.rule.written.when.span()), message, "name a source that does, or remove the rule"))
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
