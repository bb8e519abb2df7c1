//! `[report]`: what is written, and what stands at its top.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use crate::bag::Role;
use crate::base::diagnostic::Diagnostic;
use crate::files::Files;
use crate::setting::ConfigText;
use crate::setting::SecretRef;

/// What is written, and what stands at its top.
#[derive(Debug, Clone)]
pub struct ReportConfig {
    /// Names of formats; whether they exist is checked by the renderers' registry.
    pub formats: Option<Vec<String>>,
    /// Places of the formats in the configuration, to point at one that doesn't exist.
    pub format_places: Vec<Diagnostic>,
    /// Who is audited.
    pub organisation: String,
    /// What the report is called.
    pub title: String,
    /// A folder whose templates go before the built-in ones.
    pub templates: Option<PathBuf>,
    /// Where the key of the pseudonyms is kept.
    pub pseudonym_key: Option<SecretRef>,
    /// Which accounts the workbook asks about.
    pub review: ReviewScope,
    /// Whether tables in CSV begin with a byte order mark, by which Excel knows that they are UTF-8.
    pub byte_order_mark: bool,
}

/// Which accounts the workbook's sheet `Review` asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReviewScope {
    /// Those with open findings.
    #[default]
    Findings,
    /// All of them.
    All,
}

#[derive(Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct RawReport {
    #[schemars(with = "Option<Vec<String>>")]
    formats: Option<Vec<Spanned<String>>>,
    organisation: Option<String>,
    title: Option<String>,
    #[schemars(with = "Option<String>")]
    templates: Option<Spanned<String>>,
    #[schemars(with = "Option<String>")]
    pseudonym_key: Option<Spanned<String>>,
    /// The workbook's sheet `Review`.
    #[serde(default)]
    review: RawReview,
    /// Tables in CSV.
    #[serde(default)]
    csv: RawCsv,
}

#[derive(Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields)]
struct RawCsv {
    /// Whether they begin with a byte order mark: Excel takes a table without one for the machine's old encoding.
    #[serde(default)]
    byte_order_mark: bool,
}

#[derive(Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields)]
struct RawReview {
    /// "findings" (the default) or "all" accounts.
    #[serde(default)]
    scope: ReviewScope,
}

impl RawReport {
    pub(super) fn check(self, text: &ConfigText, files: &Files) -> Result<ReportConfig, Vec<Diagnostic>> {
        let templates = match self.templates {
            Some(folder) => {
                let path = text.resolve(folder.get_ref());
                if !files.is_folder(Role::Template, &path) {
                    let message = format!("there is no folder {}", path.display());
                    return Err(vec![
                        text.error(folder.span(), message).help("the path starts at the configuration file"),
                    ]);
                }
                Some(path)
            }
            None => None,
        };
        let pseudonym_key = self.pseudonym_key.map(|key| SecretRef::check(&key, text)).transpose();
        let pseudonym_key = pseudonym_key.map_err(|mistake| vec![mistake])?;
        let formats = self.formats.unwrap_or_default();
        Ok(ReportConfig {
            format_places: formats.iter().map(|format| text.error(format.span(), String::new())).collect(),
            formats: (!formats.is_empty()).then(|| formats.into_iter().map(Spanned::into_inner).collect()),
            organisation: self.organisation.unwrap_or_default(),
            title: self.title.unwrap_or_else(|| "Access review".to_owned()),
            templates,
            pseudonym_key,
            review: self.review.scope,
            byte_order_mark: self.csv.byte_order_mark,
        })
    }
}
