//! All rules: the built-in ones and the organisation's own, with the changes that the configuration makes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest, Sha256};
use toml::Spanned;

use super::compiled::Compiled;
use super::example::{self, ExampleResult};
use super::params::Param;
use super::place::{Checked, SourceText};
use super::{Control, Guardrail, Origin, Params, Rule, file};
use crate::bag::Role;
use crate::base::diagnostic::{Diagnostic, meant_or, meant_or_one_of};
use crate::base::parallel;
use crate::base::text;
use crate::config::{RawOverride, RuleText, RulesConfig};
use crate::expression::on_large_stack;
use crate::files::Files;
use crate::model::{RuleId, Severity, SourceName};

// The folder `rules`, listed by build.rs: name and text of every file.
include!(concat!(env!("OUT_DIR"), "/builtin_rules.rs"));

/// The names of the built-in rules.
pub fn built_in_ids() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().filter_map(|(name, _)| name.strip_suffix(".toml"))
}

/// All rules, sorted by id. Disabled ones are there too, and say so.
#[derive(Debug)]
pub struct RuleSet {
    rules: BTreeMap<RuleId, Rule>,
}

impl RuleSet {
    /// Loads the built-in rules and those of the configuration, or those that stand in their place, and applies its
    /// changes; or says everything that is wrong with them.
    pub fn load(config: &RulesConfig) -> Result<Self, Vec<Diagnostic>> {
        Self::layered(&[config])
    }

    /// The same with several configurations, of which each changes what those before it have left.
    pub fn layered(configs: &[&RulesConfig]) -> Result<Self, Vec<Diagnostic>> {
        let mut loader = Loader { rules: BTreeMap::new(), found: Vec::new() };
        let instead = configs.first().and_then(|config| config.instead.as_deref());
        match instead {
            Some(texts) => loader
                .add_all(texts, |RuleText { path, text }| (path.clone(), text.as_str(), Origin::File(path.clone()))),
            None => loader.add_all(BUILT_IN, |(name, text)| (Path::new("rules").join(name), *text, Origin::BuiltIn)),
        }
        for config in configs {
            for path in config.paths.iter().filter(|_| config.instead.is_none()) {
                loader.add_path(config, path);
            }
            loader.change(config);
        }
        if loader.found.is_empty() { Ok(Self { rules: loader.rules }) } else { Err(loader.found) }
    }

    /// All rules in order of their id.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values()
    }

    /// The rules that are applied.
    pub fn enabled(&self) -> impl Iterator<Item = &Rule> {
        self.iter().filter(|rule| rule.is_enabled())
    }

    /// The rule of an id.
    pub fn get(&self, id: &RuleId) -> Option<&Rule> {
        self.rules.get(id)
    }

    /// Runs the examples of all rules.
    pub fn test(&self) -> Vec<ExampleResult> {
        self.iter().flat_map(example::run).collect()
    }

    /// SHA-256 over all rules as they apply, in lower-case hexadecimal.
    pub fn sha256(&self) -> String {
        let effective: Vec<_> = self.iter().map(Effective::of).collect();
        // The types have string keys and no failing serialisers.
        text::hex(&Sha256::digest(serde_json::to_vec(&effective).unwrap_or_default()))
    }
}

struct Loader {
    rules: BTreeMap<RuleId, Rule>,
    found: Vec<Diagnostic>,
}

impl Loader {
    /// Adds many, on all cores.
    fn add_all<'t, T: Sync>(&mut self, all: &'t [T], told: impl Fn(&'t T) -> (PathBuf, &'t str, Origin) + Sync) {
        let read = |one| {
            let (path, text, origin) = told(one);
            let rule = file::read(&SourceText { path: &path, text }, origin);
            (path, text, rule)
        };
        // One large stack serves many rules: to make one takes longer than to parse a rule.
        let read_part = |part: &&'t [T]| {
            let all = || part.iter().map(&read).collect::<Vec<_>>();
            on_large_stack(all).unwrap_or_else(all)
        };
        let parts: Vec<_> = all.chunks(all.len().div_ceil(parallel::threads()).max(1)).collect();
        for (path, text, rule) in parallel::map(&parts, read_part).into_iter().flatten() {
            self.add(&path, text, rule);
        }
    }

    fn add(&mut self, path: &Path, text: &str, rule: Result<Rule, Vec<Diagnostic>>) {
        let rule = match rule {
            Ok(rule) => rule,
            Err(found) => return self.found.extend(found),
        };
        if let Some(other) = self.rules.get(rule.id()) {
            let by = match other.origin() {
                Origin::BuiltIn => "a built-in rule".to_owned(),
                Origin::File(path) => path.display().to_string(),
            };
            let message = format!("there are two rules {:?}; the other is {by}", rule.id().as_str());
            let help = "give this one another id; to change a rule, use [rules.override]";
            let place = file::Places::of(text).id;
            return self.found.push(Diagnostic::in_text(path, text, place, message).help(help));
        }
        self.rules.insert(rule.id().clone(), rule);
    }

    /// Adds a file, or all rule files of a folder.
    fn add_path(&mut self, config: &RulesConfig, path: &Spanned<PathBuf>) {
        let files = match rule_files(&config.files, path.get_ref()) {
            Ok(files) => files,
            Err(error) => {
                let message = format!("can't read {}: {error}", path.get_ref().display());
                return self.found.push(at(config, path, message));
            }
        };
        if files.is_empty() && !is_test(path.get_ref()) {
            let message = format!("there is no .toml file in {}", path.get_ref().display());
            self.found.push(at(config, path, message));
        }
        for path in files {
            match config.files.read_to_string(Role::Rule, &path) {
                Ok(text) => {
                    let rule = file::read(&SourceText { path: &path, text: &text }, Origin::File(path.clone()));
                    self.add(&path, &text, rule);
                }
                Err(error) => self.found.push(Diagnostic::of_file(&path, format!("can't be read: {error}"))),
            }
        }
    }

    fn change(&mut self, config: &RulesConfig) {
        for id in &config.disable {
            match self.rules.get_mut(&RuleId::new(id.get_ref())) {
                Some(rule) => rule.disable("disabled by the configuration"),
                None => self.unknown_rule(config, id),
            }
        }
        for (id, change) in &config.overrides {
            match self.rules.get_mut(&RuleId::new(id.get_ref())) {
                Some(rule) => self.found.extend(rule.apply(config, change)),
                None => self.unknown_rule(config, id),
            }
        }
    }

    fn unknown_rule(&mut self, config: &RulesConfig, id: &Spanned<String>) {
        let diagnostic = at(config, id, format!("there is no rule {:?}", id.get_ref()));
        let known = self.rules.keys().map(RuleId::as_str);
        self.found.push(diagnostic.help(meant_or(id.get_ref(), known, "`headcount rules list` shows all rules")));
    }
}

fn at<T>(config: &RulesConfig, value: &Spanned<T>, message: impl Into<String>) -> Diagnostic {
    config.error(value.span(), message)
}

/// The test files at a path: itself, or those of a folder.
///
/// # Errors
/// When the folder can't be read.
pub fn test_files(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    Ok(toml_files(&Files::default(), path)?.into_iter().filter(|path| is_test(path)).collect())
}

/// The rule files at a path: itself, or those of a folder.
///
/// # Errors
/// When the folder can't be read.
pub fn rule_files(files: &Files, path: &Path) -> std::io::Result<Vec<PathBuf>> {
    Ok(toml_files(files, path)?.into_iter().filter(|path| !is_test(path)).collect())
}

/// `*.test.toml` stands beside the rules that it tests.
fn is_test(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.ends_with(".test.toml"))
}

/// A path that is no folder is taken as it is.
fn toml_files(files: &Files, path: &Path) -> std::io::Result<Vec<PathBuf>> {
    let is_rule = |file: &PathBuf| file == path || file.extension().is_some_and(|extension| extension == "toml");
    Ok(files.list(Role::Rule, path)?.into_iter().filter(is_rule).collect())
}

impl Rule {
    fn disable(&mut self, reason: &str) {
        self.enabled = false;
        self.changes.push(reason.to_owned());
    }

    /// Applies `[rules.override.<id>]`.
    fn apply(&mut self, config: &RulesConfig, change: &RawOverride) -> Vec<Diagnostic> {
        if let Some(severity) = change.severity.filter(|severity| *severity != self.severity) {
            self.changes.push(format!("severity is {severity}, not {}", self.severity));
            self.severity = severity;
        }
        match change.enabled {
            Some(false) => self.disable("disabled by the configuration"),
            Some(true) => self.enabled = true,
            None => {}
        }
        if let Some(sources) = &change.sources {
            let names: BTreeSet<_> = sources.iter().map(|name| SourceName::new(name.get_ref())).collect();
            let list = names.iter().map(SourceName::as_str).collect::<Vec<_>>().join(", ");
            self.changes.push(format!("applied to {list} only"));
            self.sources = Some(names);
        }
        self.set_params(config, change)
    }

    fn set_params(&mut self, config: &RulesConfig, change: &RawOverride) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let mut params = self.params.clone();
        for (name, value) in &change.params {
            match self.new_param(config, name, value) {
                Ok(param) => {
                    let old = params.insert(name.get_ref().clone(), param.clone());
                    if let Some(old) = old.filter(|old| *old != param) {
                        self.changes.push(format!("{} is {param}, not {old}", name.get_ref()));
                    }
                }
                Err(diagnostic) => found.push(*diagnostic),
            }
        }
        if params == self.params {
            return found;
        }
        // Constants of a condition are computed when it is compiled, so a param can make one impossible.
        match Compiled::new(&SourceText { path: &self.path(), text: "" }, &self.written, &params) {
            Ok(compiled) => {
                let before = std::mem::replace(&mut self.compiled, compiled);
                self.as_written.get_or_insert(before);
                self.params = params;
            }
            Err(faults) => {
                let reason = faults.first().map(|fault| fault.message.clone()).unwrap_or_default();
                let place = change.params.values().next();
                found.extend(place.map(|value| at(config, value, format!("with these params, {reason}"))));
            }
        }
        found
    }

    fn new_param(&self, config: &RulesConfig, name: &Spanned<String>, value: &Spanned<toml::Value>) -> Checked<Param> {
        let Some(old) = self.params.get(name.get_ref()) else {
            let message = format!("the rule {:?} has no param {:?}", self.id.as_str(), name.get_ref());
            let names = self.params.keys().map(String::as_str);
            let diagnostic = at(config, name, message);
            let help = if self.params.is_empty() {
                "it has no params at all".to_owned()
            } else {
                meant_or_one_of(name.get_ref(), names, "it has:")
            };
            return Err(Box::new(diagnostic.help(help)));
        };
        let new = Param::read(value.get_ref()).map_err(|kinds| Box::new(at(config, value, kinds)))?;
        let empty = matches!(&new, Param::Texts(texts) if texts.is_empty());
        if old.kind() == new.kind() || (empty && matches!(old, Param::Texts(_))) {
            return Ok(new);
        }
        let message = format!("{:?} is {}, and this is {}", name.get_ref(), old.kind(), new.kind());
        Err(at(config, value, message).into())
    }
}

/// A rule as it applies, for the hash: everything that can change a verdict or what is said about it.
#[derive(Serialize)]
struct Effective<'r> {
    id: &'r str,
    title: &'r str,
    severity: Severity,
    enabled: bool,
    subject: &'static str,
    group_by: Vec<&'static str>,
    when: &'r str,
    members: Option<&'r str>,
    message: &'r str,
    why: &'r str,
    remediation: &'r str,
    controls: &'r [Control],
    guardrails: &'r [Guardrail],
    params: &'r Params,
    sources: Option<Vec<&'r str>>,
}

/// What a rule judges, and by what, for the hash: what changes it makes findings of two audits incomparable. Severity, words and
/// controls don't.
#[derive(Serialize)]
struct Logic<'r> {
    id: &'r str,
    enabled: bool,
    subject: &'static str,
    group_by: Vec<&'static str>,
    when: &'r str,
    members: Option<&'r str>,
    params: &'r Params,
    sources: Option<Vec<&'r str>>,
}

impl Rule {
    /// SHA-256 over what it judges, and by what.
    pub fn logic_sha256(&self) -> String {
        let Effective { id, enabled, subject, group_by, when, members, params, sources, .. } = Effective::of(self);
        let logic = Logic { id, enabled, subject, group_by, when, members, params, sources };
        text::hex(&Sha256::digest(serde_json::to_vec(&logic).unwrap_or_default()))
    }
}

impl<'r> Effective<'r> {
    fn of(rule: &'r Rule) -> Self {
        Self {
            id: rule.id().as_str(),
            title: rule.title(),
            severity: rule.severity(),
            enabled: rule.is_enabled(),
            subject: rule.subject().as_str(),
            group_by: rule.group_by().iter().map(|by| by.as_str()).collect(),
            when: rule.when(),
            members: rule.members(),
            message: rule.message_template(),
            why: rule.why(),
            remediation: rule.remediation(),
            controls: rule.controls(),
            guardrails: rule.guardrails(),
            params: rule.params(),
            sources: rule.sources().map(|names| names.iter().map(SourceName::as_str).collect()),
        }
    }
}

#[cfg(test)]
mod tests;
