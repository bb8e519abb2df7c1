//! The made-up exceptions of examples.

use serde::Deserialize;

use super::data::Moment;
use crate::model::{DeclaredKind, SourceName};
use crate::rule::scope::{DeclarationFacts, ExceptionFacts};

/// An exception of an example.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct ExampleException {
    state: String,
    findings: u64,
    /// Whether everything was seen that it could cover; yes, unless the example says otherwise.
    seen: Option<bool>,
    id: Option<String>,
    rule: Option<String>,
    ticket: Option<String>,
    #[schemars(with = "Option<String>")]
    expires: Option<Moment>,
    owner: Option<String>,
    cause: Option<String>,
}

impl ExampleException {
    pub(in crate::rule) fn facts(&self) -> ExceptionFacts {
        let text = |given: &Option<String>, else_: &str| given.clone().unwrap_or_else(|| else_.to_owned());
        ExceptionFacts {
            kind: "waiver".to_owned(),
            id: text(&self.id, "orphaned: voiso/17"),
            rule: text(&self.rule, "orphaned"),
            state: self.state.clone(),
            findings: self.findings,
            seen: self.seen.unwrap_or(true),
            ticket: text(&self.ticket, "SEC-1"),
            expires: self.expires.map(|moment| moment.0.date_naive()),
            owner: self.owner.clone(),
            cause: self.cause.clone(),
        }
    }
}

/// A declaration of an example.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct ExampleDeclarationUse {
    pattern: bool,
    accounts: u64,
    out_of: u64,
    up_to: Option<u64>,
    id: Option<String>,
    source: Option<String>,
    kind: Option<DeclaredKind>,
}

impl ExampleDeclarationUse {
    pub(in crate::rule) fn facts(&self) -> DeclarationFacts {
        DeclarationFacts {
            id: self.id.clone().unwrap_or_else(|| "voiso: username matches desk-.*".to_owned()),
            source: SourceName::new(self.source.as_deref().unwrap_or("voiso")),
            kind: self.kind.unwrap_or(DeclaredKind::Shared).as_str().to_owned(),
            pattern: self.pattern,
            accounts: self.accounts,
            out_of: self.out_of,
            up_to: self.up_to,
        }
    }
}
