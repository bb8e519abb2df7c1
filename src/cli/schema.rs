//! `headcount schema`: the JSON schema of what others read or write.

use clap::{Args, ValueEnum};

use super::Exit;
use super::output::print;
use crate::config::Config;
use crate::exception::Waivers;
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
        SchemaOf::Config => schemars::schema_for!(Config),
        SchemaOf::Rule => schemars::schema_for!(RawRule),
        SchemaOf::Waiver => schemars::schema_for!(Waivers),
    };
    print(&mut anstream::stdout().lock(), &serde_json::to_string_pretty(&schema)?)?;
    Ok(Exit::Success)
}
