//! `headcount rules`: which rules there are, what each means, and whether they do what they say.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use toml::Spanned;

use super::Exit;
use super::offer;
use super::output::{print, say, show};
use crate::base::diagnostic::{Diagnostic, meant_or};
use crate::base::text::counted;
use crate::config::{Config, RulesConfig, SourceConfig};
use crate::model::RuleId;
use crate::rule::{self, Exposure, Origin, Rule, RuleSet};

/// What to do with the rules.
#[derive(Debug, Subcommand)]
pub(super) enum RulesCommand {
    /// A table of all rules
    List {
        /// With this configuration's own rules and overrides; the built-in rules otherwise
        #[arg(short, long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Everything about one rule
    Show {
        /// The rule
        #[arg(value_parser = offer::rule(), hide_possible_values = true)]
        id: String,
        /// With this configuration's own rules and overrides; the built-in rules otherwise
        #[arg(short, long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Judge the examples of the rules; exits with 1 for a missing finding, a noisy one, or too few examples
    Test {
        /// Rule files, test files (`*.test.toml`) and folders of them; the built-in rules without any
        paths: Vec<PathBuf>,
        /// With this configuration's own rules and overrides
        #[arg(short, long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Look for what is allowed and is a mistake all the same; exits with 1 if there is any
    Check {
        /// Rule files and folders of them; the built-in rules without any
        paths: Vec<PathBuf>,
        /// With this configuration's own rules and overrides
        #[arg(short, long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
}

impl RulesCommand {
    fn config(&self) -> Option<&Path> {
        let (Self::List { config }
        | Self::Show { config, .. }
        | Self::Test { config, .. }
        | Self::Check { config, .. }) = self;
        config.as_deref()
    }

    fn paths(&self) -> &[PathBuf] {
        match self {
            Self::Test { paths, .. } | Self::Check { paths, .. } => paths,
            Self::List { .. } | Self::Show { .. } => &[],
        }
    }

    /// The rules, and what the sources of the configuration tell, if there is one.
    fn load(&self) -> Result<(RuleSet, Vec<Exposure>), Vec<Diagnostic>> {
        let (mut config, sources) = match self.config() {
            Some(path) => Config::load(path).map(|config| (config.rules, config.sources))?,
            None => (RulesConfig::default(), Vec::new()),
        };
        config.paths.extend(self.paths().iter().map(|path| Spanned::new(0..0, path.clone())));
        let exposure = |source: &SourceConfig| Exposure {
            source: source.name.clone(),
            facts: source.decoder().exposes().to_vec(),
        };
        Ok((RuleSet::load(&config)?, sources.iter().map(exposure).collect()))
    }
}

pub(super) fn run(command: &RulesCommand) -> anyhow::Result<Exit> {
    let (rules, sources) = match command.load() {
        Ok(rules) => rules,
        Err(mistakes) => {
            show(&mistakes);
            return Ok(Exit::Unusable);
        }
    };
    match command {
        RulesCommand::List { .. } => print(&mut anstream::stdout().lock(), rule::list(&rules).trim_end())?,
        RulesCommand::Show { id, .. } => return show_rule(&rules, id),
        RulesCommand::Test { paths, .. } => return test(&rules, paths),
        RulesCommand::Check { paths, .. } => return Ok(check(&rules, &sources, paths)),
    }
    Ok(Exit::Success)
}

fn show_rule(rules: &RuleSet, id: &str) -> anyhow::Result<Exit> {
    if let Some(rule) = rules.get(&RuleId::new(id)) {
        print(&mut anstream::stdout().lock(), rule::show(rule).trim_end())?;
        return Ok(Exit::Success);
    }
    let help = meant_or(id, rules.iter().map(|rule| rule.id().as_str()), "`headcount rules list` shows all");
    say(&format!("error: there is no rule {id}; {help}"));
    Ok(Exit::Unusable)
}

/// Whether the user asked about a rule: about all of them, or about their own.
fn is_asked(origin: &Origin, paths: &[PathBuf]) -> bool {
    match origin {
        Origin::BuiltIn => paths.is_empty(),
        Origin::File(file) => paths.is_empty() || paths.iter().any(|path| file.starts_with(path)),
    }
}

fn test(rules: &RuleSet, paths: &[PathBuf]) -> anyhow::Result<Exit> {
    let mut out = anstream::stdout().lock();
    let (mut tested, mut wrong) = (0, 0);
    for rule in rules.iter().filter(|rule| is_asked(rule.origin(), paths)) {
        for result in rule.test() {
            tested += 1;
            if !result.outcome.is_good() {
                wrong += 1;
                let example = if result.example.is_empty() { String::new() } else { format!(", {:?}", result.example) };
                print(&mut out, &format!("{}{example}: {}", result.rule, result.outcome))?;
            }
        }
    }
    let files = match files_of_tests(paths) {
        Ok(files) => files,
        Err(mistake) => {
            show(&[mistake]);
            return Ok(Exit::Unusable);
        }
    };
    for file in files {
        match rule::run_tests(&file, rules) {
            Ok(results) => {
                tested += results.len() as u64;
                for result in results.iter().filter(|result| !result.is_good()) {
                    wrong += 1;
                    print(&mut out, &format!("{}, {result}", file.display()))?;
                }
            }
            Err(mistakes) => {
                show(&mistakes);
                return Ok(Exit::Unusable);
            }
        }
    }
    say(&format!("{} judged, {wrong} wrong", counted(tested, "example and test", "examples and tests")));
    Ok(if wrong == 0 { Exit::Success } else { Exit::GateFailed })
}

fn files_of_tests(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Diagnostic> {
    let mut files = Vec::new();
    for path in paths {
        let found = rule::test_files(path);
        files.extend(found.map_err(|error| Diagnostic::of_file(path, format!("can't be read: {error}")))?);
    }
    Ok(files)
}

fn check(rules: &RuleSet, sources: &[Exposure], paths: &[PathBuf]) -> Exit {
    let asked: Vec<_> = rules.iter().filter(|rule| is_asked(rule.origin(), paths)).collect();
    let found: Vec<Diagnostic> = asked.iter().flat_map(|rule| rule::lint(rule, own(rule, sources))).collect();
    if !found.is_empty() {
        show(&found);
        return Exit::GateFailed;
    }
    say(&format!("{} checked, nothing found", counted(asked.len() as u64, "rule", "rules")));
    Exit::Success
}

/// That a built-in rule has nothing to say at somebody's sources is no mistake of theirs.
const fn own<'s>(rule: &Rule, sources: &'s [Exposure]) -> &'s [Exposure] {
    match rule.origin() {
        Origin::BuiltIn => &[],
        Origin::File(_) => sources,
    }
}
