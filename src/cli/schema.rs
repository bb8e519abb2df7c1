//! `headcount schema`: the JSON schema of what others read or write.

use clap::{Args, ValueEnum};
use schemars::generate::SchemaSettings;
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
        SchemaOf::Report => schemars::schema_for!(Report),
        SchemaOf::Ndjson => written::<ListedFinding<'_>>(),
        SchemaOf::Accounts => written::<ListedAccount<'_>>(),
        SchemaOf::Config => schemars::schema_for!(Config),
        SchemaOf::Rule => schemars::schema_for!(RawRule),
        SchemaOf::Waiver => schemars::schema_for!(Waivers),
    };
    print(&mut anstream::stdout().lock(), &serde_json::to_string_pretty(&schema)?)?;
    Ok(Exit::Success)
}

/// The schema of what is only written, and always with all its members.
fn written<T: JsonSchema>() -> Schema {
    SchemaSettings::default().for_serialize().into_generator().into_root_schema_for::<T>()
}
