//! `headcount schema`: the JSON schema of what others read or write.

use clap::{Args, ValueEnum};
use schemars::generate::SchemaSettings;
use schemars::transform::RestrictFormats;
use schemars::{JsonSchema, Schema};

use super::Exit;
use super::output::print;
use crate::config::Config;
use crate::exception::Waivers;
use crate::render::{ListedAccount, ListedFinding};
use crate::report::Report;
use crate::rule::RawRule;

/// Options of `schema`.
#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// Whose schema
    #[arg(value_enum)]
    of: SchemaOf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SchemaOf {
    /// report.json, as this version writes it
    #[value(alias = "report-2")]
    Report,
    /// A line of findings.ndjson
    Ndjson,
    /// A line of accounts.ndjson
    Accounts,
    /// headcount.toml
    Config,
    /// A rule file
    Rule,
    /// waivers.toml
    Waiver,
}

pub(super) fn run(args: &SchemaArgs) -> anyhow::Result<Exit> {
    let schema = match args.of {
        SchemaOf::Report => read::<Report>(),
        SchemaOf::Ndjson => written::<ListedFinding<'_>>(),
        SchemaOf::Accounts => written::<ListedAccount<'_>>(),
        SchemaOf::Config => read::<Config>(),
        SchemaOf::Rule => read::<RawRule>(),
        SchemaOf::Waiver => read::<Waivers>(),
    };
    print(&mut anstream::stdout().lock(), &serde_json::to_string_pretty(&schema)?)?;
    Ok(Exit::Success)
}

/// The schema of what is read.
fn read<T: JsonSchema>() -> Schema {
    schema::<T>(SchemaSettings::default())
}

/// The schema of what is only written, and always with all its members.
fn written<T: JsonSchema>() -> Schema {
    schema::<T>(SchemaSettings::default().for_serialize())
}

/// Without the formats of Rust, which strict readers of schemas don't know and refuse.
fn schema<T: JsonSchema>(settings: SchemaSettings) -> Schema {
    settings.with_transform(RestrictFormats::default()).into_generator().into_root_schema_for::<T>()
}
