//! The `[rules]` section: which rules there are besides the built-in ones, and what is changed about them.
//!
//! Whether a rule or param exists is known only when the rules are loaded, so the checked form keeps its places.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::ConfigText;
use crate::base::diagnostic::{Diagnostic, did_you_mean};
use crate::files::Files;
use crate::model::{Severity, SourceName};

/// `[rules]` as it is written.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawRules {
    /// Files and folders with rules of your own, relative to this file.
    #[schemars(with = "Vec<PathBuf>")]
    pub paths: Vec<Spanned<PathBuf>>,
    /// Rules that are not applied.
    #[schemars(with = "Vec<String>")]
    pub disable: Vec<Spanned<String>>,
    /// Changes to single rules, by their id.
    #[serde(rename = "override")]
    #[schemars(with = "BTreeMap<String, RawOverride>")]
    pub overrides: BTreeMap<Spanned<String>, RawOverride>,
}

/// `[rules.override.<id>]`
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawOverride {
    /// Another severity.
    pub severity: Option<Severity>,
    /// Other limits; the rule says which there are.
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub params: BTreeMap<Spanned<String>, Spanned<toml::Value>>,
    /// Whether the rule is applied.
    pub enabled: Option<bool>,
    /// The only sources to which the rule is applied.
    #[schemars(with = "Option<Vec<String>>")]
    pub sources: Option<Vec<Spanned<String>>>,
}

/// `[rules]`, checked as far as that is possible without the rules.
#[derive(Debug, Clone, Default)]
pub struct RulesConfig {
    /// The file that says so; absent when only the built-in rules apply.
    pub file: Option<ConfigText>,
    /// How files of rules are read.
    pub files: Files,
    /// All rules, instead of the built-in ones and those at `paths`.
    pub instead: Option<Vec<RuleText>>,
    /// Files and folders, resolved against the file's folder.
    pub paths: Vec<Spanned<PathBuf>>,
    /// Rules that are not applied.
    pub disable: Vec<Spanned<String>>,
    /// Changes to single rules.
    pub overrides: BTreeMap<Spanned<String>, RawOverride>,
}

/// A rule file as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleText {
    /// The file.
    pub path: PathBuf,
    /// What stands in it.
    pub text: String,
}

impl RulesConfig {
    /// A mistake at a place of the section.
    pub fn error(&self, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        match &self.file {
            Some(file) => file.error(span, message),
            None => Diagnostic::of_file(Path::new("[rules]"), message),
        }
    }
}

impl RawRules {
    /// Checks what can be checked here: that every source that is named exists.
    pub fn check(
        self,
        file: &ConfigText,
        sources: &[SourceName],
        files: &Files,
    ) -> Result<RulesConfig, Vec<Diagnostic>> {
        let named = self.overrides.values().flat_map(|change| change.sources.iter().flatten());
        let unknown = named.filter(|name| !sources.iter().any(|source| source.as_str() == name.get_ref().as_str()));
        let diagnostics: Vec<_> = unknown.map(|name| unknown_source(file, name, sources)).collect();
        if !diagnostics.is_empty() {
            return Err(diagnostics);
        }
        let Self { paths, disable, overrides } = self;
        let resolve = |path: Spanned<PathBuf>| Spanned::new(path.span(), file.folder().join(path.get_ref()));
        let paths = paths.into_iter().map(resolve).collect();
        Ok(RulesConfig { file: Some(file.clone()), files: files.clone(), instead: None, paths, disable, overrides })
    }
}

fn unknown_source(file: &ConfigText, name: &Spanned<String>, sources: &[SourceName]) -> Diagnostic {
    let names = || sources.iter().map(SourceName::as_str);
    let message = format!("there is no source {:?}", name.get_ref());
    let diagnostic = file.error(name.span(), message);
    match did_you_mean(name.get_ref(), names()) {
        Some(meant) => diagnostic.help(format!("did you mean {meant:?}?")),
        None => diagnostic.help(format!("the sources are: {}", names().collect::<Vec<_>>().join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<RulesConfig, String> {
        let raw: RawRules = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let file = ConfigText::new(Path::new("conf/headcount.toml"), text);
        raw.check(&file, &[SourceName::new("voiso-emea")], &Files::default())
            .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn paths_are_relative_to_the_file() {
        let config = check("paths = ['rules', '/etc/rules']").expect("valid");
        let paths: Vec<_> = config.paths.iter().map(|path| path.get_ref().as_path()).collect();
        assert_eq!(paths, [Path::new("conf/rules"), Path::new("/etc/rules")]);
    }

    #[test]
    fn a_misspelt_source_is_refused_at_its_place() {
        let error = check("[override.locked]\nsources = ['voiso-emae']").expect_err("unknown");
        assert_eq!(error, "conf/headcount.toml:2:12: there is no source \"voiso-emae\" (did you mean \"voiso-emea\"?)");
    }

    #[test]
    fn unknown_keys_are_refused() {
        assert!(check("[override.locked]\nseverty = 'high'").expect_err("typo").contains("unknown field `severty`"));
    }
}
