//! `[[source]]`: the vendors' tenants. Raw tables in, checked settings out.
//!
//! What every vendor has is read here; a vendor's own keys are read by its [`VendorSpec`].

mod connection;
mod outage;
mod roles;

use std::num::NonZeroU64;
use std::sync::Arc;

use schemars::{JsonSchema, SchemaGenerator};
use serde::Deserialize;
use serde_json::{Value, json};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub use outage::KnownOutage;
pub use roles::PrivilegedRoles;

use super::change::MaxChange;
use super::matching::{RawSourceMatch, SourceMatch};
use super::schema::{add, joined};
use crate::base::diagnostic::{Diagnostic, meant_or_one_of};
use crate::fetch::{Connector, Decoder, Wanted};
use crate::http::Journal;
use crate::model::SourceName;
use crate::setting::{ConfigText, SecretRef, take};
use crate::vendor::{self, Around, ConnectionConfig, Tenant, VendorConfig, VendorSpec, Whereabouts};
use connection::check_connection;

/// One configured vendor tenant.
#[derive(Debug, Clone)]
pub struct SourceConfig {
    /// Its name, unique in the configuration.
    pub name: SourceName,
    /// 1-based line of its table in the configuration.
    pub line: usize,
    /// Points at its table, for what turns out to be unusable later.
    pub place: Diagnostic,
    /// How to reach it.
    pub connection: ConnectionConfig,
    /// How its accounts find their owners.
    pub matching: SourceMatch,
    /// The roles that give power over others, if the configuration says which.
    pub privileged_roles: Option<PrivilegedRoles>,
    /// How much it may have changed since the previous audit; otherwise as `[hr]` says.
    pub max_change: Option<MaxChange>,
    /// How many different accounts there are at least, if the configuration says so.
    pub expect_min: Option<NonZeroU64>,
    /// That it can't be read for a while, as somebody has said beforehand.
    pub known_outage: Option<KnownOutage>,
    /// The employee id of who answers for it, if somebody does.
    pub owner: Option<String>,
    /// Its kind of vendor.
    pub vendor: &'static VendorSpec,
    /// What only that kind has.
    own: Arc<dyn VendorConfig>,
}

impl SourceConfig {
    /// What fetching has to know of it.
    pub fn wanted(&self) -> Wanted<'_> {
        let exposed = self.own.secrets().into_iter().filter_map(SecretRef::exposure);
        Wanted { source: &self.name, at_least: self.expect_min, warnings: exposed.collect(), visitor: None }
    }

    /// The secrets that it needs.
    pub(super) fn secrets(&self) -> Vec<&SecretRef> {
        self.own.secrets()
    }

    /// By what it is known again in the next audit.
    pub fn whereabouts(&self) -> Whereabouts<'_> {
        self.own.whereabouts(&self.connection.base_url)
    }

    /// How its records become accounts. Needs no secret.
    pub fn decoder(&self) -> Box<dyn Decoder> {
        self.own.decoder()
    }

    /// Prepares to ask it: reads its secrets, connects to nothing yet.
    ///
    /// # Errors
    /// A missing or unusable secret or certificate file, at its place in the configuration.
    pub fn connector(&self) -> Result<Box<dyn Connector>, Diagnostic> {
        self.connector_with(None)
    }

    /// The same, with a journal of its answers.
    ///
    /// # Errors
    /// As [`Self::connector`].
    pub fn connector_with(&self, journal: Option<Arc<dyn Journal>>) -> Result<Box<dyn Connector>, Diagnostic> {
        let (name, connection, place) = (&self.name, &self.connection, &self.place);
        self.own.connector(&Tenant { name, connection, place, journal })
    }
}

const COMMON_KEYS: [&str; 17] = [
    "name",
    "vendor",
    "base_url",
    "ca_file",
    "concurrency",
    "timeout",
    "deadline",
    "proxy",
    "requests_per_second",
    "page_size",
    "allow_insecure_http",
    "match",
    "privileged_roles",
    "max_change",
    "expect_min",
    "known_outage",
    "owner",
];

/// What every vendor source takes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawCommon {
    #[schemars(with = "String")]
    name: Spanned<String>,
    #[schemars(with = "String")]
    vendor: Spanned<String>,
    #[schemars(with = "Option<String>")]
    base_url: Option<Spanned<String>>,
    #[schemars(with = "Option<String>")]
    ca_file: Option<Spanned<String>>,
    #[schemars(with = "Option<u32>")]
    concurrency: Option<Spanned<u32>>,
    #[schemars(with = "Option<String>")]
    timeout: Option<Spanned<String>>,
    #[schemars(with = "Option<String>")]
    deadline: Option<Spanned<String>>,
    #[schemars(with = "Option<String>")]
    proxy: Option<Spanned<String>>,
    #[schemars(with = "Option<u32>")]
    requests_per_second: Option<Spanned<u32>>,
    /// How many records to ask for at a time; "server" leaves that to a SCIM server that refuses `count`.
    #[schemars(with = "Option<connection::RawPageSize>")]
    page_size: Option<Spanned<connection::RawPageSize>>,
    #[serde(default)]
    allow_insecure_http: bool,
    #[serde(default, rename = "match")]
    matching: RawSourceMatch,
    #[schemars(with = "Option<roles::RawRoles>")]
    privileged_roles: Option<Spanned<roles::RawRoles>>,
    #[schemars(with = "Option<String>")]
    max_change: Option<Spanned<String>>,
    /// Fewer different accounts than this make the source incomplete.
    #[schemars(with = "Option<std::num::NonZeroU64>")]
    expect_min: Option<Spanned<u64>>,
    /// It can't be read for a while; `--allow-outage` counts the rest.
    known_outage: Option<outage::RawOutage>,
    /// The employee id of who answers for it.
    #[schemars(with = "Option<String>")]
    owner: Option<Spanned<String>>,
}

/// Checks one `[[source]]`.
pub(super) fn check(value: Spanned<DeValue<'_>>, text: &ConfigText) -> Result<SourceConfig, Vec<Diagnostic>> {
    let span = value.span();
    let DeValue::Table(mut table) = value.into_inner() else {
        return Err(vec![text.error(span, "expected a table").help("write [[source]] above its keys")]);
    };
    let mut common_table = DeTable::new();
    for key in COMMON_KEYS {
        if let Some((name, value)) = table.remove_entry(key) {
            common_table.insert(name, value);
        }
    }
    let common: RawCommon = text.read(Spanned::new(span.clone(), common_table), &[]).map_err(|error| vec![error])?;
    let vendor = find_vendor(&common.vendor, text).map_err(|error| vec![error])?;
    let around = Around {
        text,
        span: span.clone(),
        kind: common.vendor.span(),
        allow_insecure_http: common.allow_insecure_http,
        has_expect_min: common.expect_min.is_some(),
        common_keys: &COMMON_KEYS,
    };
    let own = (vendor.read)(Spanned::new(span.clone(), table), &around).map_err(|error| vec![error])?;
    let connection = check_connection(&common, (vendor, &own), text).map_err(|error| vec![error])?;
    let name = check_name(&common.name, text).map_err(|error| vec![error])?;
    let matching = common.matching.check(text)?;
    let privileged_roles =
        common.privileged_roles.map(|raw| roles::check(raw, text)).transpose().map_err(|error| vec![error])?;
    let max_change = common.max_change.as_ref().map(|limit| MaxChange::check(limit, text)).transpose();
    let max_change = max_change.map_err(|error| vec![error])?;
    let expect_min = common.expect_min.as_ref().map(|number| check_minimum(number, text)).transpose();
    let expect_min = expect_min.map_err(|error| vec![error])?;
    let known_outage = common.known_outage.as_ref().map(|raw| raw.check(text)).transpose();
    let known_outage = known_outage.map_err(|error| vec![error])?;
    let owner = common.owner.as_ref().map(|owner| check_owner(owner, text)).transpose();
    let owner = owner.map_err(|error| vec![error])?;
    let place = text.error(span.clone(), String::new());
    Ok(SourceConfig {
        name,
        line: text.line(span.start),
        place,
        connection,
        matching,
        privileged_roles,
        max_change,
        expect_min,
        known_outage,
        owner,
        vendor,
        own: own.config.into(),
    })
}

/// What a `[[source]]` may hold: what its vendor takes, so that a mistake is told as one in a source of that vendor, and
/// not as one that no vendor takes.
pub(super) fn schema(generator: &mut SchemaGenerator) -> Value {
    let kinds: Vec<Value> = vendor::ALL.iter().map(|vendor| of_vendor(vendor, generator)).collect();
    json!({
        "type": "object",
        "required": ["name", "vendor"],
        "properties": {
            "name": { "description": "What reports call it.", "type": "string" },
            "vendor": { "description": "Which kind of vendor it is.", "type": "string", "enum": vendor::kinds() },
        },
        "allOf": kinds,
    })
}

fn of_vendor(vendor: &VendorSpec, generator: &mut SchemaGenerator) -> Value {
    let mut schema = joined(RawCommon::json_schema(generator), &(vendor.schema)(generator));
    let kind = json!({ "const": vendor.kind });
    add(&mut schema, "vendor", kind.clone(), true);
    schema.insert("title".to_owned(), vendor.kind.into());
    let is_it = json!({ "type": "object", "properties": { "vendor": kind }, "required": ["vendor"] });
    json!({ "if": is_it, "then": schema })
}

fn find_vendor(kind: &Spanned<String>, text: &ConfigText) -> Result<&'static VendorSpec, Diagnostic> {
    let found = vendor::ALL.iter().copied().find(|vendor| vendor.kind == kind.get_ref());
    found.ok_or_else(|| {
        let help = meant_or_one_of(kind.get_ref(), vendor::kinds(), "known vendors:");
        text.error(kind.span(), format!("unknown vendor \"{}\"", kind.get_ref())).help(help)
    })
}

fn check_name(name: &Spanned<String>, text: &ConfigText) -> Result<SourceName, Diagnostic> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.get_ref().is_empty() || !name.get_ref().chars().all(plain) {
        return Err(text
            .error(name.span(), "a source's name is made of letters, digits, '-', '_' and '.'")
            .help("it names files and appears in commands, for example \"voiso-emea\""));
    }
    Ok(SourceName::new(name.get_ref()))
}

fn check_minimum(number: &Spanned<u64>, text: &ConfigText) -> Result<NonZeroU64, Diagnostic> {
    NonZeroU64::new(*number.get_ref()).ok_or_else(|| {
        text.error(number.span(), "expect_min has to be at least 1").help("leave it out to expect nothing")
    })
}

/// Takes the `[[source]]` tables out of the document.
pub(super) fn take_sources<'i>(
    document: &mut DeTable<'i>,
    text: &ConfigText,
) -> Result<Vec<Spanned<DeValue<'i>>>, Diagnostic> {
    match take(document, "source") {
        Some((_, value)) if value.get_ref().is_array() => match value.into_inner() {
            DeValue::Array(sources) if !sources.is_empty() => Ok(sources.into_iter().collect()),
            _ => Err(text.error_of_file("no source is configured").help("add a [[source]] table")),
        },
        Some((span, _)) => {
            Err(text.error(span, "source has to be a list of tables").help("write [[source]], twice bracketed"))
        }
        None => Err(text
            .error_of_file("no source is configured")
            .help("add a [[source]] table; `headcount init` shows how")),
    }
}

fn check_owner(owner: &Spanned<String>, text: &ConfigText) -> Result<String, Diagnostic> {
    match owner.get_ref().trim() {
        "" => Err(text.error(owner.span(), "the owner is empty").help("write an employee id, or leave the line out")),
        id => Ok(id.to_owned()),
    }
}
