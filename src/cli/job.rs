//! What `audit`, `report` and `demo` ask for.

use std::path::{Path, PathBuf};

use clap::Args;

use super::basis::BasisArgs;
use super::measure::Measure;
use super::offer;
use super::privacy::PrivacyLevel;
use crate::base::diagnostic::Diagnostic;
use crate::config::{Config, Demand};
use crate::lake::Answered;
use crate::model::Timestamp;
use crate::render::Format;
use crate::run::Inputs;
use crate::run::facts::grounds;

/// What becomes of an audit.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct OutcomeArgs {
    /// Where the reports go; `-` writes a single format to stdout
    #[arg(long, value_name = "DIR", default_value = "headcount-out")]
    out: PathBuf,
    /// Formats, separated by commas
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = offer::format())]
    format: Vec<Format>,
    /// What fails the gate, separated by commas, instead of the configured `fail_on`: rules, severity:NAME,
    /// 'RULE>10', 'RULE>5%', not-evaluable; new narrows it (or the configured one) to what isn't in the baseline
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = offer::demand(), hide_possible_values = true)]
    fail_on: Option<Vec<Demand>>,
    /// How much of people the outputs tell
    #[arg(long, value_name = "LEVEL", default_value = "full")]
    pub(super) privacy: PrivacyLevel,
    /// The findings that are not new, instead of the configured file
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// The JSON report, or the evidence bundle, that roster, sources and findings are held against, instead of the last
    /// time that each was complete
    #[arg(long, value_name = "FILE")]
    previous: Option<PathBuf>,
    /// Roster and sources have really changed so much: don't hold them against the previous audit
    #[arg(long, conflicts_with = "previous")]
    accept_change: bool,
    /// Seal the run in this ZIP, which may not exist yet: accounts, everything that they are judged by, and the reports; an
    /// auditor checks it, and `headcount bundle replay` comes to the same report
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,
    /// Send the report as [email] says; `headcount email` repeats what could not be delivered
    #[arg(long)]
    email: bool,
    /// A source that is incomplete while its `known_outage` lasts doesn't make the verdict unverified: it is about the
    /// other sources then, and says so
    #[arg(long)]
    allow_outage: bool,
    /// Findings don't change the exit code; what could not be verified (3) or delivered (4) still does
    #[arg(long)]
    exit_zero: bool,
}

/// What an engine has answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct EngineAnswer<'a> {
    pub(super) facts: &'a Path,
    pub(super) verdicts: &'a Path,
}

/// What to audit, and what to do with the result.
pub(super) struct Job<'a> {
    pub(super) basis: &'a BasisArgs,
    pub(super) out: &'a Path,
    pub(super) formats: &'a [Format],
    pub(super) sources: &'a [String],
    pub(super) fail_on: Option<&'a [Demand]>,
    pub(super) baseline: Option<&'a Path>,
    pub(super) policies: &'a [PathBuf],
    pub(super) as_of: Option<Timestamp>,
    pub(super) privacy: PrivacyLevel,
    pub(super) bundle: Option<&'a Path>,
    pub(super) measure: Measure<'a>,
    pub(super) email: bool,
    pub(super) allow_outage: bool,
    pub(super) exit_zero: bool,
    /// Of whom an engine has judged the accounts.
    pub(super) engine: Option<EngineAnswer<'a>>,
}

impl<'a> Job<'a> {
    /// All configured sources, judged now.
    pub(super) fn new(basis: &'a BasisArgs, args: &'a OutcomeArgs) -> Self {
        Self {
            basis,
            out: &args.out,
            formats: &args.format,
            sources: &[],
            fail_on: args.fail_on.as_deref(),
            baseline: args.baseline.as_deref(),
            policies: &[],
            as_of: None,
            privacy: args.privacy,
            bundle: args.bundle.as_deref(),
            measure: match &args.previous {
                _ if args.accept_change => Measure::Accepted,
                Some(path) => Measure::Report(path),
                None => Measure::LastComplete,
            },
            email: args.email,
            allow_outage: args.allow_outage,
            exit_zero: args.exit_zero,
            engine: None,
        }
    }

    /// What the engine has answered, if one was asked. Formats that list all accounts, and bundles, need all records.
    pub(super) fn answered(
        &self,
        config: &Config,
        inputs: &Inputs,
        formats: &[Format],
    ) -> Result<Option<Answered>, Diagnostic> {
        let Some(EngineAnswer { facts, verdicts }) = self.engine else { return Ok(None) };
        let everything = self.bundle.is_some() || formats.iter().any(|format| format.lists_accounts());
        let grounds = grounds(config)
            .map_err(|error| Diagnostic::of_file(config.text.path(), format!("can't read what it names: {error}")))?;
        Answered::read(facts, verdicts, &inputs.rules, &inputs.roster.sha256, &grounds, everything).map(Some)
    }

    /// What is asked for, else what the configuration names.
    pub(super) fn formats(&self, config: &Config) -> Result<Vec<Format>, Vec<Diagnostic>> {
        if self.out == Path::new("-") && self.formats.len() != 1 {
            let message = "standard output takes one format";
            return Err(vec![Diagnostic::of_file(Path::new("--out"), message).help("add --format json, for example")]);
        }
        if !self.formats.is_empty() {
            return Ok(self.formats.to_vec());
        }
        let Some(names) = &config.report.formats else { return Ok(Format::DEFAULT.to_vec()) };
        let mut mistakes = Vec::new();
        let mut formats = Vec::new();
        for (name, place) in names.iter().zip(&config.report.format_places) {
            match name.parse::<Format>() {
                Ok(format) => formats.push(format),
                Err(error) => mistakes.push(Diagnostic { message: error.to_string(), ..place.clone() }),
            }
        }
        if mistakes.is_empty() { Ok(formats) } else { Err(mistakes) }
    }
}
