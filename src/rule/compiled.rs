//! The compiled parts of a rule, for one set of params.

use std::path::Path;

use toml::Spanned;

use super::facts::FactDef;
use super::message::Message;
use super::params::Params;
use super::place::SourceText;
use super::scope::Scope;
use super::subject::{GroupBy, Subject};
use super::verdict::RuleResult;
use super::vocabulary::Vocabulary;
use crate::base::diagnostic::Diagnostic;
use crate::expression::{self, Missing};

pub(super) type Condition = expression::Condition<&'static FactDef>;

/// Checks a condition over one account that stands in no file. `named` is how whoever wrote it calls it.
///
/// # Errors
/// It is none, with the place in it.
pub fn check_condition(named: &Path, text: &str) -> Result<(), Box<Diagnostic>> {
    let params = Params::new();
    let names = Vocabulary { subject: Subject::Account, by: &[], params: &params };
    Condition::compile(text, &names).map(drop).map_err(|fault| {
        let mistake = Diagnostic::in_text(named, text, fault.span.start..fault.span.end, fault.message);
        Box::new(Diagnostic { help: fault.help, ..mistake })
    })
}

/// The texts of a rule that are compiled, again for every change of the params.
#[derive(Debug)]
pub(super) struct Written {
    pub subject: Subject,
    pub group_by: Vec<GroupBy>,
    pub when: Spanned<String>,
    pub members: Option<Spanned<String>>,
    pub message: Spanned<String>,
    pub params: Params,
}

/// Condition, membership and message, ready to be applied.
#[derive(Debug)]
pub(super) struct Compiled {
    pub when: Condition,
    pub members: Option<Condition>,
    message: Message,
}

impl Compiled {
    /// Compiles the texts of a rule; every mistake has its place in the rule file.
    pub(super) fn new(
        source_text: &SourceText<'_>,
        written: &Written,
        params: &Params,
    ) -> Result<Self, Vec<Diagnostic>> {
        let names = Vocabulary { subject: written.subject, by: &written.group_by, params };
        let of_members = Vocabulary { subject: Subject::Account, by: &[], params };
        let mut faults = Vec::new();
        let mut keep = |text: &Spanned<String>, fault| {
            faults.push(source_text.inside(text, fault));
        };
        let when = Condition::compile(written.when.get_ref(), &names).map_err(|fault| keep(&written.when, fault));
        let members = written
            .members
            .as_ref()
            .map(|text| Condition::compile(text.get_ref(), &of_members).map_err(|fault| keep(text, fault)));
        let message = Message::compile(written.message.get_ref(), names).map_err(|fault| keep(&written.message, fault));
        match (when, members.transpose(), message) {
            (Ok(when), Ok(members), Ok(message)) => Ok(Self { when, members, message }),
            _ => Err(faults),
        }
    }

    pub(super) fn judge<'a>(&'a self, scope: &'a Scope<'a>) -> RuleResult {
        self.when.truth(scope).into()
    }

    /// Without a condition, every account counts.
    pub(super) fn is_member<'a>(&'a self, scope: &'a Scope<'a>) -> RuleResult {
        self.members.as_ref().map_or(RuleResult::Violation, |members| members.truth(scope).into())
    }

    pub(super) fn message<'a>(&'a self, scope: &'a Scope<'a>) -> String {
        self.message.render(scope)
    }

    pub(super) fn needs(&self) -> Missing {
        self.members.as_ref().map_or(Missing::NOTHING, Condition::needs).and(self.when.needs())
    }

    /// Whether a condition uses a param.
    pub(super) fn uses(&self, param: &str) -> bool {
        self.when.params().contains(param) || self.members.as_ref().is_some_and(|c| c.params().contains(param))
    }
}
