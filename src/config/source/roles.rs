//! `privileged_roles` of a source: which of the vendor's roles give power over others. Vendors don't say it, so the
//! organisation does.

use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use crate::base::diagnostic::Diagnostic;
use crate::setting::ConfigText;

/// The roles that make an account privileged.
#[derive(Debug, Clone)]
pub enum PrivilegedRoles {
    /// These, in upper or lower case.
    Named(Vec<String>),
    /// Those in which this is found.
    Like(Regex),
}

impl PrivilegedRoles {
    /// Whether a role is one of them.
    pub fn contains(&self, role: &str) -> bool {
        match self {
            Self::Named(names) => names.iter().any(|name| name.eq_ignore_ascii_case(role.trim())),
            Self::Like(pattern) => pattern.is_match(role),
        }
    }
}

/// As it is written: `["Admin"]` or `{ pattern = "(?i)admin" }`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a list of roles, or a table with a pattern: { pattern = \"(?i)admin\" }")]
pub(super) enum RawRoles {
    Names(Vec<String>),
    Pattern(RawPattern),
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPattern {
    pattern: String,
}

pub(super) fn check(raw: Spanned<RawRoles>, text: &ConfigText) -> Result<PrivilegedRoles, Diagnostic> {
    let span = raw.span();
    match raw.into_inner() {
        RawRoles::Names(names) => Ok(PrivilegedRoles::Named(names)),
        RawRoles::Pattern(RawPattern { pattern }) => Regex::new(&pattern).map(PrivilegedRoles::Like).map_err(|error| {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            text.error(span, format!("not a regular expression: {reason}")).help("for example \"(?i)admin\"")
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_named_or_described() {
        let named = PrivilegedRoles::Named(vec!["Admin".to_owned()]);
        assert!(named.contains("admin") && named.contains(" Admin ") && !named.contains("Administrator"));
        let like = PrivilegedRoles::Like(Regex::new("(?i)admin").expect("valid"));
        assert!(like.contains("Tenant administrators") && !like.contains("Agent"));
    }
}
