//! headcount.toml: raw TOML in, a checked [`Config`] out, or diagnostics with file, line, column and advice.
//! The first step of the pipeline; nothing is requested before it has succeeded.

mod change;
mod columns;
mod days;
mod email;
mod exceptions;
mod gate;
mod history;
mod known_secrets;
mod matching;
mod named_files;
mod policy;
mod reading;
mod recipients;
mod report;
mod review;
mod roster;
mod roster_file;
mod rules;
mod schema;
mod size;
mod source;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use toml::Spanned;
use toml::de::DeTable;

pub use change::MaxChange;
pub use email::{AttachedFile, EmailConfig, MailLogin, MailServer, MailTls};
pub use exceptions::ExceptionsConfig;
pub use gate::{Demand, FailOn, GateConfig, Max};
pub use history::HistoryConfig;
pub use matching::*;
pub use policy::PolicyConfig;
pub use reading::ReadingHashes;
pub use recipients::{ManagerQuestions, Recipients, parse_address};
pub use report::{ReportConfig, ReviewScope};
pub use review::{Delegate, NeedsReason, NoAnswer, PacketForm, ReviewConfig, ReviewSettings, Via, Within};
pub use roster::*;
pub use roster_file::RosterFile;
pub use rules::*;
pub use size::ByteSize;
pub use source::{KnownOutage, PrivilegedRoles, SourceConfig};

use crate::bag::Role;
use crate::base::diagnostic::{Diagnostic, keep};
use crate::base::text::hex;
use crate::files::Files;
use crate::model::SourceName;
use crate::setting::ConfigText;

/// A configuration in which every value has been checked. Secrets are still references.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file, for messages and places.
    pub text: ConfigText,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: String,
    /// How accounts and people are read and joined.
    pub reading: ReadingHashes,
    /// How the files are read that it names.
    pub files: Files,
    /// `[hr]`
    pub roster: RosterConfig,
    /// `[[source]]`, in the order of the file.
    pub sources: Vec<SourceConfig>,
    /// `[match]`
    pub matching: MatchConfig,
    /// `[rules]`
    pub rules: RulesConfig,
    /// `[exceptions]`
    pub exceptions: ExceptionsConfig,
    /// `[gate]`
    pub gate: GateConfig,
    /// `[report]`
    pub report: ReportConfig,
    /// `[email]`, if mail is sent at all.
    pub email: Option<EmailConfig>,
    /// `[history]`, if reports are to carry it on.
    pub history: Option<HistoryConfig>,
    /// `[review]`, if people review accounts.
    pub review: Option<ReviewConfig>,
}

/// Everything but the sources, whose tables differ by vendor.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawConfig {
    hr: RawRoster,
    #[serde(default, rename = "match")]
    matching: RawMatch,
    #[serde(default)]
    rules: RawRules,
    #[serde(default)]
    exceptions: exceptions::RawExceptions,
    #[serde(default)]
    gate: gate::RawGate,
    #[serde(default)]
    report: report::RawReport,
    email: Option<email::RawEmail>,
    history: Option<history::RawHistory>,
    review: Option<review::RawReview>,
}

impl Config {
    /// Reads and checks a configuration file.
    ///
    /// # Errors
    /// Every mistake that could be found, each with its place.
    pub fn load(path: &Path) -> Result<Self, Vec<Diagnostic>> {
        Self::read(path, Role::Configuration, Files::default())
    }

    /// The same with the files that it names, where they are read.
    ///
    /// # Errors
    /// Every mistake that could be found, each with its place.
    pub fn read(path: &Path, role: Role, files: Files) -> Result<Self, Vec<Diagnostic>> {
        let text = files.read_to_string(role, path).map_err(|error| {
            let advice = match error.kind() {
                std::io::ErrorKind::NotFound => "`headcount init` writes one; -c names another",
                std::io::ErrorKind::InvalidData => "it has to be UTF-8 text",
                _ => "check the path and its permissions",
            };
            vec![Diagnostic::of_file(path, format!("can't read the configuration: {error}")).help(advice)]
        })?;
        Self::check(path, &text, files)
    }

    /// Checks the text of a configuration file. Relative paths in it start from the folder of `path`.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Vec<Diagnostic>> {
        Self::check(path, text, Files::default())
    }

    fn check(path: &Path, text: &str, files: Files) -> Result<Self, Vec<Diagnostic>> {
        let shown = ConfigText::new(path, text);
        let document = DeTable::parse(text).map_err(|error| vec![shown.toml_error(&error, &[])])?;
        let span = document.span();
        let mut table = document.into_inner();
        let mut mistakes = Vec::new();
        let sources = collect_sources(&mut table, &shown, &mut mistakes);
        let raw: Option<RawConfig> =
            keep(shown.read(Spanned::new(span, table), &["source"]).map_err(|mistake| vec![mistake]), &mut mistakes);
        let Some(raw) = raw else { return Err(mistakes) };
        let roster = keep(raw.hr.check(&shown), &mut mistakes);
        let matching = keep(raw.matching.check(&shown), &mut mistakes);
        let names: Vec<SourceName> = sources.iter().map(|source| source.name.clone()).collect();
        let rules = keep(raw.rules.check(&shown, &names, &files), &mut mistakes);
        let exceptions = raw.exceptions.check(&shown);
        let gate = keep(raw.gate.check(&shown), &mut mistakes);
        let gate = gate.map(|gate: GateConfig| if raw.review.is_some() { gate.with_promises() } else { gate });
        let report = keep(raw.report.check(&shown, &files), &mut mistakes);
        let history = raw.history.and_then(|history| keep(history.check(&shown, &names), &mut mistakes));
        let review = raw.review.and_then(|review| keep(review.check(&shown), &mut mistakes));
        mistakes.extend(gate.iter().flat_map(|gate: &GateConfig| gate.without_history(history.as_ref())));
        let email = raw.email.and_then(|email| keep(email.check(&shown), &mut mistakes));
        match (roster, matching, rules, gate, report) {
            (Some(roster), Some(matching), Some(rules), Some(gate), Some(report)) if mistakes.is_empty() => Ok(Self {
                text: shown,
                sha256: hex(&Sha256::digest(text.as_bytes())),
                reading: ReadingHashes::of(text),
                files,
                roster,
                sources,
                matching,
                rules,
                exceptions,
                gate,
                report,
                email,
                history,
                review,
            }),
            _ => Err(mistakes),
        }
    }
}

impl Config {
    /// The sources with these names, in the order of the file; all of them, if no name is given.
    pub fn chosen<'c>(&'c self, only: &'c [SourceName]) -> impl Iterator<Item = &'c SourceConfig> {
        self.sources.iter().filter(move |source| only.is_empty() || only.contains(&source.name))
    }

    /// The others.
    pub fn left_out<'c>(&'c self, only: &'c [SourceName]) -> impl Iterator<Item = &'c SourceConfig> {
        self.sources.iter().filter(move |source| !only.is_empty() && !only.contains(&source.name))
    }
}

/// Of the file that a configuration is read from, for editors. Made from the types that read the file, so that it knows the
/// same keys.
impl JsonSchema for Config {
    fn schema_name() -> Cow<'static, str> {
        "Config".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = RawConfig::json_schema(generator);
        let sources = json!({
            "description": "The vendors' tenants.", "type": "array", "minItems": 1, "items": source::schema(generator)
        });
        schema::add(&mut schema, "source", sources, true);
        schema
    }
}

fn collect_sources(document: &mut DeTable<'_>, text: &ConfigText, mistakes: &mut Vec<Diagnostic>) -> Vec<SourceConfig> {
    let tables = keep(source::take_sources(document, text).map_err(|mistake| vec![mistake]), mistakes);
    let mut lines = BTreeMap::new();
    let mut sources = Vec::new();
    for table in tables.unwrap_or_default() {
        let span = table.span();
        let Some(source) = keep(source::check(table, text), mistakes) else { continue };
        if let Some(line) = lines.insert(source.name.clone(), source.line) {
            let twice = format!("two sources are named \"{}\"; the other is at line {line}", source.name);
            mistakes.push(text.error(span, twice).help("give each source its own name"));
        }
        sources.push(source);
    }
    sources
}
