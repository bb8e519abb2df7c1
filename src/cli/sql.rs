//! `headcount sql`: the configured rules as one statement.

use clap::Args;

use super::Exit;
use super::basis::BasisArgs;
use super::output::{print, refuse, say};
use crate::lake::{Tables, statement};
use crate::rule::RuleSet;

/// Options of `sql`.
#[derive(Debug, Args)]
pub(super) struct SqlArgs {
    #[command(flatten)]
    basis: BasisArgs,
    /// What a table is called where it is, as in `accounts=lake.facts_accounts`; may be given again
    #[arg(long, value_name = "TABLE=NAME", value_parser = table)]
    table: Vec<String>,
}

fn table(text: &str) -> Result<String, String> {
    Tables::default().call(text).map(|()| text.to_owned())
}

pub(super) fn run(args: &SqlArgs) -> anyhow::Result<Exit> {
    let rules = args.basis.read(false, &[]).and_then(|basis| Ok(RuleSet::load(&basis.config.rules)?));
    let rules = match rules {
        Ok(rules) => rules,
        Err(error) => return Ok(refuse(&error)),
    };
    let mut tables = Tables::default();
    for name in &args.table {
        tables.call(name).map_err(anyhow::Error::msg)?;
    }
    match statement(&rules, &tables) {
        Ok(statement) => {
            print(&mut anstream::stdout().lock(), &statement.text)?;
            Ok(Exit::Success)
        }
        Err(unsayable) => {
            for mistake in &unsayable {
                say(&format!("error: {mistake}"));
            }
            say(
                "Nothing was written: a statement without a rule would pass what the rule finds. To do: change the rule, or disable it",
            );
            Ok(Exit::Unusable)
        }
    }
}
