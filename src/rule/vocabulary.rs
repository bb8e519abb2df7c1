//! What the conditions and messages of a rule may name: the facts of its subject, and its own params.

use super::facts::{self, Availability, FACTS, FactDef, ROOTS, Root};
use super::params::Params;
use super::scope::Scope;
use super::{GroupBy, Subject};
use crate::base::diagnostic::did_you_mean;
use crate::expression::{self, Fault, Missing, Named, Names, Span, Type, Value};

/// Of a rule about such subjects.
#[derive(Debug, Clone, Copy)]
pub(super) struct Vocabulary<'n> {
    pub subject: Subject,
    pub by: &'n [GroupBy],
    pub params: &'n Params,
}

impl expression::Fact for &'static FactDef {
    type Scope<'a> = Scope<'a>;

    #[inline]
    fn read<'a>(self, scope: &'a Scope<'a>) -> Value<'a> {
        (self.get)(scope)
    }

    fn path(self) -> String {
        FactDef::path(self)
    }

    fn ty(self) -> Type {
        self.kind.ty()
    }

    fn doc(self) -> &'static str {
        self.doc
    }

    fn missing(self) -> Missing {
        FactDef::missing(self)
    }

    fn is_optional(self) -> bool {
        self.optional
    }

    fn is_costly(self) -> bool {
        FactDef::is_costly(self)
    }

    #[inline]
    fn is_coarse(self) -> bool {
        FactDef::is_coarse(self)
    }

    #[inline]
    fn has_coarse_presence(self) -> bool {
        FactDef::has_coarse_presence(self)
    }

    fn is_choosing(self) -> bool {
        let names = ["live", "matched", "attributable", "declared", "situation"];
        self.root == "account" && names.contains(&self.name)
    }

    fn is_evidence(self) -> bool {
        // The clock would make every run's findings differ.
        !self.name.is_empty()
    }

    /// `account.situation == "matched"` proves what `account.matched` proves, and `"declared"` what `account.declared`
    /// does.
    fn proves(self, word: &str) -> Option<&'static str> {
        match word {
            "matched" if FactDef::path(self) == "account.situation" => Some("account.matched"),
            "declared" if FactDef::path(self) == "account.situation" => Some("account.declared"),
            _ => None,
        }
    }
}

impl Vocabulary<'_> {
    /// The root of a name, and the facts of which one must be true for it to be there.
    fn root(&self, word: &str, span: Span) -> Result<(&'static Root, &'static [&'static str]), Fault> {
        let usable = || ROOTS.iter().filter(|root| root.available(self.subject, self.by) != Availability::Never);
        let list = || usable().map(|root| root.name).collect::<Vec<_>>().join(", ");
        let Some(root) = ROOTS.iter().find(|root| root.name == word) else {
            let fault = Fault::new(span, format!("there is nothing called `{word}`"));
            return Err(match did_you_mean(word, usable().map(|root| root.name)) {
                Some(meant) => fault.help(format!("did you mean `{meant}`?")),
                None => fault.help(format!("a rule about {} can use: {}", self.subject.with_article(), list())),
            });
        };
        match root.available(self.subject, self.by) {
            Availability::Never => {
                Err(Fault::new(span, format!("a rule about {} has no `{word}`", self.subject.with_article()))
                    .help(format!("it can use: {}", list())))
            }
            Availability::When(guards) => Ok((root, guards)),
            Availability::Always => Ok((root, &[])),
        }
    }

    fn param(&self, name: &str, span: Span) -> Result<Named<&'static FactDef>, Fault> {
        let param = self.params.get(name).ok_or_else(|| {
            let fault = Fault::new(span, format!("this rule has no param `{name}`"));
            match did_you_mean(name, self.params.keys().map(String::as_str)) {
                Some(meant) => fault.help(format!("did you mean `params.{meant}`?")),
                None => fault.help(format!("add `{name} = …` under [params]")),
            }
        })?;
        Ok(Named::Param(param.ty(), param.value()))
    }
}

impl Names<&'static FactDef> for Vocabulary<'_> {
    fn value(&self, word: &str, span: Span) -> Result<Named<&'static FactDef>, Fault> {
        let (root, guards) = self.root(word, span)?;
        let (at, fact) = facts::find(root.name, "").ok_or_else(|| {
            Fault::new(span, format!("`{word}` is not a value by itself, but {}", root.doc))
                .help(format!("name one of its parts, `{word}.…`"))
        })?;
        Ok(Named::Fact(fact, at, guards))
    }

    fn field(
        &self,
        (root, root_span): (&str, Span),
        (field, span): (&str, Span),
    ) -> Result<Named<&'static FactDef>, Fault> {
        let (root, guards) = self.root(root, root_span)?;
        if root.name == "params" {
            return self.param(field, span);
        }
        let (at, fact) = facts::find(root.name, field).ok_or_else(|| unknown_fact(root, field, span))?;
        Ok(Named::Fact(fact, at, guards))
    }

    fn is_taken(&self, word: &str) -> bool {
        ROOTS.iter().any(|root| root.name == word)
    }

    fn position(&self, path: &str) -> Option<usize> {
        facts::position(path)
    }
}

fn unknown_fact(root: &Root, field: &str, span: Span) -> Fault {
    let known = || FACTS.iter().filter(|fact| fact.root == root.name && !fact.name.is_empty()).map(|fact| fact.name);
    let fault = Fault::new(span, format!("`{}` has no fact `{field}`", root.name));
    match did_you_mean(field, known()) {
        Some(meant) => fault.help(format!("did you mean `{}.{meant}`?", root.name)),
        None => match known().collect::<Vec<_>>().as_slice() {
            [] => fault,
            all => fault.help(format!("it has: {}", all.join(", "))),
        },
    }
}
