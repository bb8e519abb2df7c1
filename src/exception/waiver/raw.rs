//! waivers.toml as it is written, and its schema. The checking is done by `file`.

use std::borrow::Cow;

use chrono::NaiveDate;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::{BoundFacts, Waivers};

/// The file as it is written.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFile {
    /// Findings that are accepted until a day.
    #[serde(default)]
    #[schemars(with = "Vec<RawWaiver>")]
    pub(super) waiver: Vec<Spanned<RawWaiver>>,
}

/// `[[waiver]]`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWaiver {
    /// The rule whose finding is waived.
    #[schemars(with = "String")]
    pub(super) rule: Spanned<String>,
    /// With `account` or a scope: the source.
    #[schemars(with = "Option<String>")]
    pub(super) source: Option<Spanned<String>>,
    /// The vendor's identifier of the account.
    #[schemars(with = "Option<String>")]
    pub(super) account: Option<Spanned<String>>,
    /// Instead of source and account: the finding's fingerprint.
    #[schemars(with = "Option<String>")]
    pub(super) fingerprint: Option<Spanned<String>>,
    /// Instead of one finding: all of the rule at the source, or everywhere.
    #[schemars(with = "Option<RawScope>")]
    pub(super) scope: Option<Spanned<RawScope>>,
    /// Why a scope is that wide.
    #[schemars(with = "Option<String>")]
    pub(super) because: Option<Spanned<String>>,
    /// The facts that a waiver of one finding rests on.
    #[schemars(with = "Option<BoundFacts>")]
    pub(super) bound: Option<Spanned<BoundFacts>>,
    /// Who answers for it and works here: an employee id, an address, a login name or a name.
    #[schemars(with = "String")]
    pub(super) owner: Spanned<String>,
    /// Who allows it: somebody who works here when it is created, or is among `[exceptions] approvers`; neither the owner
    /// nor the person behind the account.
    #[schemars(with = "String")]
    pub(super) approver: Spanned<String>,
    /// Why it is right.
    #[schemars(with = "String")]
    pub(super) reason: Spanned<String>,
    /// Where it was discussed.
    #[schemars(with = "String")]
    pub(super) ticket: Spanned<String>,
    /// Its first day.
    #[schemars(with = "NaiveDate")]
    pub(super) created: Spanned<Datetime>,
    /// Its last day.
    #[schemars(with = "NaiveDate")]
    pub(super) expires: Spanned<Datetime>,
}

/// What is meant when no single finding is.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum RawScope {
    Source,
    Rule,
}

/// Of the file that waivers are read from.
impl JsonSchema for Waivers {
    fn schema_name() -> Cow<'static, str> {
        "Waivers".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        RawFile::json_schema(generator)
    }
}
