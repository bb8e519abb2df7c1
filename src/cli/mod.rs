//! The command line: one file for each command. Data goes to stdout, talk to stderr.

mod audit;
mod baseline;
mod basis;
mod bundle;
mod clock;
mod compare;
mod crosswalk;
#[cfg(feature = "demo")]
mod demo;
mod email;
mod evidence;
mod exit;
mod explain;
mod facts;
mod fetch;
mod help;
mod hr;
mod init;
mod interrupt;
mod investigate;
mod job;
mod measure;
mod offer;
mod output;
mod privacy;
mod progress;
mod redact;
mod replay;
mod report;
mod review;
mod rules;
mod schema;
mod shell;
#[cfg(feature = "demo")]
mod simulate;
mod sources;
mod sql;
mod summary;
mod table;
mod version;
mod waivers;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use clap::{ArgAction, Args, FromArgMatches as _, Parser, Subcommand, ValueEnum};

pub use exit::Exit;
use privacy::PrivacyLevel;
use progress::Waiting;

/// Does every vendor account belong to somebody who still works here, and can you prove that you looked at all of
/// them?
#[derive(Debug, Parser)]
#[command(name = "headcount", version = version::VERSION.as_str(), propagate_version = true, max_term_width = 100, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Say only what went wrong
    #[arg(short, long, global = true, help_heading = "Global options", conflicts_with = "verbose")]
    quiet: bool,
    /// Say more: -v requests that were repeated, -vv every request, -vvv libraries too
    #[arg(short, long, global = true, help_heading = "Global options", action = ArgAction::Count)]
    verbose: u8,
    /// Colours on stderr
    #[arg(long, global = true, help_heading = "Global options", value_name = "WHEN", default_value = "auto")]
    color: Color,
    /// No progress bars on a terminal, but a line every half minute, as elsewhere
    #[arg(long, global = true, help_heading = "Global options")]
    no_progress: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Audit five simulated vendors over HTTP: no credentials, no configuration
    #[cfg(feature = "demo")]
    Demo(demo::DemoArgs),
    /// Write a commented headcount.toml
    Init(init::InitArgs),
    /// Fetch every account, judge it, write the reports
    Audit(audit::AuditArgs),
    /// Send a report by e-mail, once to each recipient
    Email(email::EmailArgs),
    /// Store every account in a snapshot, to be audited later or elsewhere
    Fetch(fetch::FetchArgs),
    /// Write what the accounts tell as tables, for rules on the engine that holds the data
    Facts(facts::FactsArgs),
    /// Print the rules as one SQL statement over such tables
    Sql(sql::SqlArgs),
    /// Make the report of what an engine has answered to that statement
    Report(report::ReportArgs),
    /// Tell the whole story of one account: record, facts, keys, near misses, rules
    Explain(explain::ExplainArgs),
    /// Suggest whose the unmatched accounts are, for a person to confirm
    #[command(subcommand)]
    Crosswalk(crosswalk::CrosswalkCommand),
    /// Tell how the HR files are read
    #[command(subcommand)]
    Hr(hr::HrCommand),
    /// Show what is configured
    Sources(sources::SourcesArgs),
    /// List or explain the rules
    #[command(subcommand)]
    Rules(rules::RulesCommand),
    /// Check the waivers, or add one
    #[command(subcommand)]
    Waivers(waivers::WaiversCommand),
    /// Write down which findings are not new
    #[command(subcommand)]
    Baseline(baseline::BaselineCommand),
    /// Verify or sign the evidence of an audit
    #[command(subcommand)]
    Bundle(bundle::BundleCommand),
    /// Have people confirm accounts or take them away, without a server
    #[command(subcommand)]
    Review(review::ReviewCommand),
    /// Say what has changed between two reports
    Compare(compare::CompareArgs),
    /// Say how it went over several reports
    History(compare::HistoryArgs),
    /// Serve the simulated vendors, and write a configuration for them
    #[cfg(feature = "demo")]
    Simulate(simulate::SimulateArgs),
    /// Print a JSON schema
    Schema(schema::SchemaArgs),
    /// Print a completion script
    Completions(shell::CompletionsArgs),
    /// Print the manual page, or write one for each command
    Man(shell::ManArgs),
}

/// `-c`, for the commands that read a configuration.
#[derive(Debug, Clone, Default, Args)]
struct ConfigArg {
    /// The configuration [default: headcount.toml]
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl ConfigArg {
    /// Where the configuration is.
    fn path(&self) -> &Path {
        self.given().unwrap_or(Path::new("headcount.toml"))
    }

    /// Where somebody says that it is.
    fn given(&self) -> Option<&Path> {
        self.config.as_deref()
    }
}

impl Cli {
    /// Reads the command line; ends the process with 2 if it can't be read, and with 0 behind help.
    pub fn of_process() -> Self {
        Self::from_arg_matches(&help::command().get_matches()).unwrap_or_else(|error| error.exit())
    }

    /// Runs the command.
    ///
    /// # Errors
    /// What no command foresees, such as a closed standard output.
    pub fn run(self) -> anyhow::Result<Exit> {
        let global = self.global;
        global.set_up_colour();
        global.set_up_log(self.command.privacy());
        match self.command {
            #[cfg(feature = "demo")]
            Command::Demo(args) => demo::run(&args, &global),
            Command::Init(args) => init::run(&args),
            Command::Audit(args) => audit::run(&args, &global),
            Command::Email(args) => email::run(&args, &global),
            Command::Fetch(args) => fetch::run(&args, &global),
            Command::Facts(args) => facts::run(&args, &global),
            Command::Sql(args) => sql::run(&args),
            Command::Report(args) => report::run(&args, &global),
            Command::Bundle(command) => bundle::run(&command, &global),
            Command::Explain(args) => explain::run(&args, &global),
            Command::Crosswalk(command) => crosswalk::run(&command, &global),
            Command::Hr(command) => hr::run(&command),
            Command::Sources(args) => sources::run(&args),
            Command::Rules(command) => rules::run(&command),
            Command::Waivers(command) => waivers::run(&command),
            Command::Baseline(command) => baseline::run(&command),
            Command::Review(command) => review::run(&command, &global),
            Command::Compare(args) => compare::run(&args, &global),
            Command::History(args) => compare::history(&args, &global),
            #[cfg(feature = "demo")]
            Command::Simulate(args) => simulate::run(&args, &global),
            Command::Schema(args) => schema::run(&args),
            Command::Completions(args) => shell::completions(&args),
            Command::Man(args) => shell::manual(&args),
        }
    }
}

impl Command {
    /// How much of people may be told on stderr.
    const fn privacy(&self) -> PrivacyLevel {
        match self {
            Self::Audit(args) => args.outcome.privacy,
            Self::Report(args) => args.outcome.privacy,
            Self::Bundle(command) => command.privacy(),
            _ => PrivacyLevel::Full,
        }
    }
}

impl Global {
    fn set_up_colour(&self) {
        match self.color {
            Color::Auto => {}
            Color::Always => anstream::ColorChoice::Always.write_global(),
            Color::Never => anstream::ColorChoice::Never.write_global(),
        }
    }

    /// Logs go to stderr. Secrets can't be in them: requests hold none, and answers are redacted before they are
    /// logged. Names can be: where nobody may be named, only what is known to name nobody is logged.
    fn set_up_log(&self, privacy: PrivacyLevel) {
        let filter = match (self.verbose, privacy) {
            (0, _) if self.quiet => "off",
            // What a program of the user's own says, and secrets that everybody can read, are for everybody to see.
            (0, _) => "headcount=warn",
            (1, _) => "headcount=info",
            (2, _) => "headcount=debug",
            (_, PrivacyLevel::Full) => "headcount=trace,reqwest=debug,hyper_util=debug",
            (..) => "headcount=trace",
        };
        let colour = anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
        let log = tracing_subscriber::fmt()
            .with_env_filter(tracing_subscriber::EnvFilter::new(filter))
            .with_writer(std::io::stderr)
            .with_ansi(colour)
            .fmt_fields(privacy::fields(privacy));
        // Only refused when a log is set up already, as in a test.
        if self.verbose == 0 {
            tracing::subscriber::set_global_default(log.without_time().with_target(false).finish()).ok();
        } else {
            tracing::subscriber::set_global_default(log.finish()).ok();
        }
    }

    /// What is shown while somebody waits.
    fn waiting(&self) -> Waiting {
        if self.quiet {
            Waiting::Quiet
        } else if self.no_progress || !std::io::stderr().is_terminal() {
            Waiting::with_lines()
        } else {
            Waiting::with_bars()
        }
    }
}

/// The runtime that fetching needs.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
