//! `[review]`: who is asked about which accounts, by when, and what follows from an answer.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::value::Datetime;

use super::days::days;
use crate::base::diagnostic::Diagnostic;
use crate::model::Severity;
use crate::setting::ConfigText;

/// How long a revocation may take, unless the configuration says otherwise: what auditors ask for.
const REVOKE_WITHIN: u16 = 5;

/// `[review]`, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewConfig {
    /// Where reviews are kept.
    pub folder: PathBuf,
    /// What a review keeps of it from the day on which it is opened.
    pub settings: ReviewSettings,
}

/// What a review keeps of `[review]` from the day on which it is opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewSettings {
    /// Who is asked, the first who may.
    pub reviewers: Vec<Via>,
    /// The same for privileged accounts.
    pub privileged: Vec<Via>,
    /// Who is asked when nobody of these may.
    pub fallback: Option<String>,
    /// Who is asked about the accounts of the fallback.
    pub second: Option<String>,
    /// What is kept only with a reason.
    pub reason_for_keep: BTreeSet<NeedsReason>,
    /// How many days before the due day reviewers are reminded.
    pub remind: Vec<u16>,
    /// How many days after it their managers hear of it.
    pub escalate: Option<u16>,
    /// How many days a revocation may take.
    pub revoke_within: Within,
    /// What silence means.
    pub no_answer: NoAnswer,
    /// What reviewers get.
    pub packets: Vec<PacketForm>,
    /// Who stands in for whom.
    pub delegates: Vec<Delegate>,
}

/// A way to somebody who can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// The manager of the account's owner.
    Manager,
    /// Who answers for the source.
    SourceOwner,
}

impl Via {
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manager => "manager",
            Self::SourceOwner => "source-owner",
        }
    }
}

/// Which accounts are kept only with a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NeedsReason {
    /// Those with power over others.
    Privileged,
    /// Those with an open finding of this severity.
    Severity(Severity),
}

/// How many days a revocation may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Within {
    /// Of any account.
    pub default: u16,
    /// Of one with an open finding of this severity.
    pub by_severity: BTreeMap<Severity, u16>,
}

impl Within {
    /// Of an account whose worst open finding has this severity.
    pub fn days(&self, worst: Option<Severity>) -> u16 {
        worst.and_then(|severity| self.by_severity.get(&severity)).copied().unwrap_or(self.default)
    }
}

/// What it means that nobody answers. It never means that access is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NoAnswer {
    /// That nothing is decided.
    #[default]
    Open,
    /// That it is taken away when the review is closed.
    Revoke,
}

/// In which form a reviewer gets the accounts to decide about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PacketForm {
    /// A workbook.
    Xlsx,
    /// A page that saves its decisions to a file.
    Html,
}

impl PacketForm {
    /// The end of its file's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Html => "html",
        }
    }
}

/// Somebody who stands in for somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delegate {
    /// Whose place it is: an employee id.
    pub from: String,
    /// Who takes it.
    pub to: String,
    /// The last day.
    pub until: NaiveDate,
    /// Why.
    pub reason: String,
}

/// `[review]` as it is written.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawReview {
    /// Where reviews are kept, relative to this file; "reviews" by default. Later audits read there what was promised.
    folder: Option<String>,
    /// Who is asked, the first who may: "manager" (of the account's owner), "source-owner"; nobody about their own account.
    reviewers: Option<Vec<Via>>,
    /// The same for privileged accounts; as `reviewers` by default.
    privileged: Option<Vec<Via>>,
    /// The employee id of who is asked when nobody of these may.
    fallback: Option<String>,
    /// The employee id of who is asked about the accounts of the fallback.
    second: Option<String>,
    /// What is kept only with a reason: `severity:NAME`, `privileged`.
    #[schemars(with = "Option<Vec<String>>")]
    reason_for_keep: Option<Vec<Spanned<String>>>,
    /// How long before the due day reviewers are reminded: `["7d", "2d"]`.
    #[schemars(with = "Option<Vec<String>>")]
    remind: Option<Vec<Spanned<String>>>,
    /// How long after the due day the managers of silent reviewers hear of it; never, if absent.
    #[schemars(with = "Option<String>")]
    escalate: Option<Spanned<String>>,
    /// How long a revocation may take: `{ default = "5d", critical = "1d" }`.
    #[schemars(with = "BTreeMap<String, String>")]
    revoke_within: BTreeMap<Spanned<String>, Spanned<String>>,
    /// What silence means: "open" (the default) or "revoke". It never means that access is kept.
    no_answer: NoAnswer,
    /// What reviewers get: "xlsx" (the default), "html".
    packets: Option<Vec<PacketForm>>,
    /// Who stands in for whom.
    #[schemars(with = "Vec<RawDelegate>")]
    delegate: Vec<Spanned<RawDelegate>>,
}

/// `[[review.delegate]]`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawDelegate {
    /// The employee id of whose place it is.
    from: String,
    /// The employee id of who takes it.
    to: String,
    /// The last day.
    #[schemars(with = "String")]
    until: Datetime,
    /// Why.
    reason: String,
}

impl RawReview {
    pub(super) fn check(self, text: &ConfigText) -> Result<ReviewConfig, Vec<Diagnostic>> {
        let mut mistakes = Vec::new();
        let keep = |checked: Result<u16, Diagnostic>, mistakes: &mut Vec<Diagnostic>| {
            checked.map_err(|mistake| mistakes.push(mistake)).ok()
        };
        let remind = self.remind.iter().flatten();
        let mut remind: Vec<u16> =
            remind.filter_map(|value| keep(days(value, "remind", "\"7d\"", text), &mut mistakes)).collect();
        remind.sort_unstable();
        remind.dedup();
        let escalate =
            self.escalate.as_ref().and_then(|value| keep(days(value, "escalate", "\"2d\"", text), &mut mistakes));
        let mut within = Within { default: REVOKE_WITHIN, by_severity: BTreeMap::new() };
        for (name, value) in &self.revoke_within {
            let Some(limit) = keep(days(value, name.get_ref(), "\"5d\"", text), &mut mistakes) else { continue };
            match (name.get_ref().as_str(), severity(name.get_ref())) {
                ("default", _) => within.default = limit,
                (_, Some(severity)) => drop(within.by_severity.insert(severity, limit)),
                (other, None) => mistakes.push(
                    text.error(name.span(), format!("\"{other}\" is no severity"))
                        .help("write default, critical, high, medium, low or info"),
                ),
            }
        }
        let mut reason_for_keep = BTreeSet::new();
        for word in self.reason_for_keep.iter().flatten() {
            let of_severity = word.get_ref().strip_prefix("severity:").and_then(severity).map(NeedsReason::Severity);
            match of_severity.or((word.get_ref() == "privileged").then_some(NeedsReason::Privileged)) {
                Some(reason) => drop(reason_for_keep.insert(reason)),
                None => mistakes.push(
                    text.error(
                        word.span(),
                        format!("\"{}\" says of no account that it needs a reason", word.get_ref()),
                    )
                    .help("write \"privileged\", or \"severity:high\""),
                ),
            }
        }
        let mut delegates = Vec::new();
        for raw in self.delegate {
            match raw.get_ref().check() {
                Ok(delegate) => delegates.push(delegate),
                Err(why) => mistakes.push(text.error(raw.span(), why)),
            }
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let reviewers = self.reviewers.unwrap_or_else(|| vec![Via::Manager, Via::SourceOwner]);
        Ok(ReviewConfig {
            folder: text.resolve(self.folder.as_deref().unwrap_or("reviews")),
            settings: ReviewSettings {
                privileged: self.privileged.unwrap_or_else(|| reviewers.clone()),
                reviewers,
                fallback: self.fallback,
                second: self.second,
                reason_for_keep,
                remind,
                escalate,
                revoke_within: within,
                no_answer: self.no_answer,
                packets: self.packets.filter(|forms| !forms.is_empty()).unwrap_or_else(|| vec![PacketForm::Xlsx]),
                delegates,
            },
        })
    }
}

impl RawDelegate {
    fn check(&self) -> Result<Delegate, String> {
        let until = self.until.date.and_then(|_| self.until.to_string().get(..10)?.parse().ok());
        let until = until.ok_or("until is no day; write it as 2026-12-31")?;
        if self.from == self.to {
            return Err(format!("{} can't stand in for themselves", self.from));
        }
        if self.reason.trim().is_empty() {
            return Err("a delegation needs a reason".to_owned());
        }
        let Self { from, to, reason, .. } = self;
        Ok(Delegate { from: from.clone(), to: to.clone(), until, reason: reason.clone() })
    }
}

fn severity(word: &str) -> Option<Severity> {
    Severity::ALL.into_iter().find(|severity| severity.as_str() == word)
}
