//! `known_outage`: a source that can't be read for a while, as somebody has said beforehand. It stays incomplete; what
//! follows for the verdict is decided by the gate.

use chrono::{Days, NaiveDate};
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use crate::base::diagnostic::Diagnostic;
use crate::setting::ConfigText;

/// An outage that is known of.
#[derive(Debug, Clone)]
pub struct KnownOutage {
    /// Its last day.
    pub until: NaiveDate,
    /// Who says so.
    pub owner: String,
    /// What is the matter.
    pub reason: String,
    place: Diagnostic,
}

/// `known_outage = { until = 2026-12-01, owner = "…", reason = "…" }`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOutage {
    /// Its last day, at most 30 days ahead.
    #[schemars(with = "NaiveDate")]
    until: Spanned<Datetime>,
    /// Who answers for it.
    #[schemars(with = "String")]
    owner: Spanned<String>,
    /// What is the matter.
    #[schemars(with = "String")]
    reason: Spanned<String>,
}

impl KnownOutage {
    /// A source that can't be read for longer is no outage, and looking away from it needs a new decision.
    const LONGEST: u64 = 30;

    /// Whether it isn't over on that day.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        day <= self.until
    }

    /// What is wrong with it on the day of the run.
    pub fn mistake_on(&self, day: NaiveDate) -> Option<Diagnostic> {
        let last = day.checked_add_days(Days::new(Self::LONGEST))?;
        (self.until > last).then(|| {
            let message = format!("an outage is known for at most {} days, from {day} to {last}", Self::LONGEST);
            let help = "write a day until then, and look again when it comes; what lasts longer takes the source out"
                .to_owned();
            Diagnostic { message, help: Some(help), ..self.place.clone() }
        })
    }
}

impl RawOutage {
    pub(super) fn check(&self, text: &ConfigText) -> Result<KnownOutage, Diagnostic> {
        let filled = |written: &Spanned<String>, what: &str| match written.get_ref().trim() {
            "" => Err(text.error(written.span(), format!("{what} is empty")).help("fill it in")),
            words => Ok(words.to_owned()),
        };
        let day = match self.until.get_ref() {
            Datetime { date: Some(date), time: None, .. } => {
                NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
            }
            _ => None,
        };
        let until = day.ok_or_else(|| {
            let message = format!("expected a date and found {}", self.until.get_ref());
            text.error(self.until.span(), message).help("write it without a time: 2026-12-31")
        })?;
        Ok(KnownOutage {
            until,
            owner: filled(&self.owner, "the owner")?,
            reason: filled(&self.reason, "the reason")?,
            place: text.error(self.until.span(), String::new()),
        })
    }
}
