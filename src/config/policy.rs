//! A policy: other limits for the same data, in a file of its own that `audit --policy` names. It changes what the
//! configuration says of the rules, and has a gate of its own.

use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::Spanned;
use toml::de::DeTable;

use super::gate::RawGate;
use super::rules::RawRules;
use super::{Config, GateConfig, RulesConfig, keep};
use crate::bag::Role;
use crate::base::diagnostic::Diagnostic;
use crate::base::text::hex;
use crate::files::Files;
use crate::model::SourceName;
use crate::setting::ConfigText;

/// A policy in which every value has been checked that can be checked without the rules.
#[derive(Debug, Clone)]
pub struct PolicyConfig {
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: String,
    /// What reports call it: `pci-dss-4.0.1`.
    pub id: Spanned<String>,
    /// The same for people.
    pub title: String,
    /// `[rules]`, which comes after that of the configuration.
    pub rules: RulesConfig,
    /// `[gate]`, which stands in the place of the configuration's.
    pub gate: GateConfig,
}

/// A policy file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPolicy {
    /// What reports call it, such as `pci-dss-4.0.1`.
    id: Spanned<String>,
    /// The same for people.
    title: Spanned<String>,
    /// What it changes about the rules, after the configuration.
    #[serde(default)]
    rules: RawRules,
    /// What fails it, instead of the configuration's gate.
    #[serde(default)]
    gate: RawGate,
}

impl PolicyConfig {
    /// Reads and checks a policy file.
    ///
    /// # Errors
    /// Every mistake that could be found, each with its place.
    pub fn load(path: &Path, config: &Config) -> Result<Self, Vec<Diagnostic>> {
        let text = config.files.read_to_string(Role::Policy, path).map_err(|error| {
            let help = "--policy takes a TOML file with id, title, [rules] and [gate]";
            vec![Diagnostic::of_file(path, format!("can't read the policy: {error}")).help(help)]
        })?;
        let names: Vec<SourceName> = config.sources.iter().map(|source| source.name.clone()).collect();
        Self::check(path, &text, &names, &config.files)
    }

    /// Checks the text of a policy file for an organisation with these sources.
    ///
    /// # Errors
    /// Every mistake that could be found, each with its place.
    pub fn parse(path: &Path, text: &str, sources: &[SourceName]) -> Result<Self, Vec<Diagnostic>> {
        Self::check(path, text, sources, &Files::default())
    }

    fn check(path: &Path, text: &str, sources: &[SourceName], files: &Files) -> Result<Self, Vec<Diagnostic>> {
        let shown = ConfigText::new(path, text);
        let document = DeTable::parse(text).map_err(|error| vec![shown.toml_error(&error, &[])])?;
        let raw: RawPolicy = shown.read(document, &[]).map_err(|mistake| vec![mistake])?;
        let mut mistakes = Vec::new();
        if !is_id(raw.id.get_ref()) {
            let help = "use lower-case letters, digits, dots and hyphens: \"pci-dss-4.0.1\"";
            mistakes.push(shown.error(raw.id.span(), "this can't be the id of a policy").help(help));
        }
        if raw.title.get_ref().trim().is_empty() {
            mistakes.push(shown.error(raw.title.span(), "the title is empty"));
        }
        let rules = keep(raw.rules.check(&shown, sources, files), &mut mistakes);
        let gate = keep(raw.gate.check(&shown), &mut mistakes);
        match (rules, gate) {
            (Some(rules), Some(gate)) if mistakes.is_empty() => Ok(Self {
                sha256: hex(&Sha256::digest(text.as_bytes())),
                id: raw.id,
                title: raw.title.into_inner(),
                rules,
                gate,
            }),
            _ => Err(mistakes),
        }
    }
}

fn is_id(name: &str) -> bool {
    let ends = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    name.starts_with(ends) && name.ends_with(ends) && name.chars().all(|c| ends(c) || c == '-' || c == '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<PolicyConfig, String> {
        PolicyConfig::parse(Path::new("pci.toml"), text, &[SourceName::new("voiso")])
            .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn a_policy_changes_rules_and_has_a_gate() {
        let text = "id = 'pci-dss-4.0.1'\ntitle = 'PCI'\n[rules.override.stale-login]\nseverity = 'high'\n[gate]\nfail_on = ['stale-login']";
        let policy = parse(text).expect("valid");
        assert_eq!(policy.rules.overrides.len(), 1);
        assert_eq!(policy.gate.fail_on.len(), 1);
        assert_eq!(parse("id = 'x'\ntitle = 'X'").expect("valid").gate.fail_on.len(), 7, "the usual gate");
    }

    #[test]
    fn mistakes_have_their_place() {
        for (text, expected) in [
            ("id = 'PCI DSS'\ntitle = ' '", "pci.toml:1:6: this can't be the id of a policy"),
            ("id = 'PCI DSS'\ntitle = ' '", "pci.toml:2:9: the title is empty"),
            ("id = 'pci'\ntitel = 'PCI'", "pci.toml:2:1: unknown key `titel` (did you mean `title`?)"),
            ("id = 'pci'", "missing field `title`"),
            (
                "id = 'pci'\ntitle = 'PCI'\n[gate]\nfail_on = ['severity:hihg']",
                "pci.toml:4:12: unknown severity \"hihg\"",
            ),
            ("id = 'pci'\ntitle = 'PCI'\n[rules.override.locked]\nsources = ['voios']", "did you mean \"voiso\"?"),
        ] {
            let error = parse(text).expect_err("refused");
            assert!(error.contains(expected), "{error}");
        }
    }
}
