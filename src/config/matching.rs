//! `[match]` and `[source.match]`: how accounts are joined to employees. Part of reading the configuration;
//! the patterns are compiled here, so that correlation can't meet a bad one.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use crate::base::diagnostic::{Diagnostic, did_you_mean};
use crate::model::Tier;
use crate::setting::ConfigText;

/// `[match]` as it is written.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawMatch {
    /// Mail domains that mean another one: `{ "old.example" = "example.com" }`.
    #[schemars(with = "BTreeMap<String, String>")]
    domains: BTreeMap<Spanned<String>, Spanned<String>>,
    /// Whether `ann+test@example.com` is the address of `ann@example.com`.
    plus_addressing: PlusAddressing,
    /// Whether the username `ann` is found through the address `ann@example.com`.
    username_matches_local_part: bool,
    /// A key that more people than this share identifies nobody; 5 otherwise.
    #[schemars(with = "Option<u32>", range(min = 1))]
    crowd: Option<Spanned<u32>>,
}

/// What becomes of the part from `+` to `@`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PlusAddressing {
    /// It is part of the address.
    #[default]
    Keep,
    /// It is removed before addresses are compared.
    Strip,
}

/// `[match]`, checked.
#[derive(Debug, Clone)]
pub struct MatchConfig {
    /// Domains that mean another one, both as DNS knows them (lower-case ASCII). No target is itself a key.
    pub domains: BTreeMap<String, String>,
    /// What becomes of the part from `+` to `@`.
    pub plus_addressing: PlusAddressing,
    /// Whether usernames are also found through the local part of an address.
    pub username_matches_local_part: bool,
    /// A key that more people than this share is a placeholder, and identifies nobody.
    pub crowd: u32,
}

impl Default for MatchConfig {
    fn default() -> Self {
        /// Twins and a family share a key; a department shares a placeholder.
        const CROWD: u32 = 5;
        Self {
            domains: BTreeMap::new(),
            plus_addressing: PlusAddressing::default(),
            username_matches_local_part: false,
            crowd: CROWD,
        }
    }
}

impl RawMatch {
    /// Checks the domains.
    ///
    /// # Errors
    /// Every domain that isn't one, and aliases of aliases.
    pub fn check(&self, text: &ConfigText) -> Result<MatchConfig, Vec<Diagnostic>> {
        let mut mistakes = Vec::new();
        let mut domains = BTreeMap::new();
        for (alias, target) in &self.domains {
            let from = domain(alias, text, &mut mistakes);
            let to = domain(target, text, &mut mistakes);
            let (Some(from), Some(to)) = (from, to) else { continue };
            if domains.insert(from, (to, target.span())).is_some() {
                mistakes.push(text.error(alias.span(), "this domain is already an alias").help("remove one"));
            }
        }
        for (to, span) in domains.values().filter(|(to, _)| domains.contains_key(to)) {
            mistakes.push(
                text.error(span.clone(), format!("\"{to}\" is an alias itself")).help("name the final domain here"),
            );
        }
        if let Some(crowd) = self.crowd.as_ref().filter(|crowd| *crowd.get_ref() == 0) {
            let mistake = text.error(crowd.span(), "a key of one person would identify nobody");
            mistakes.push(mistake.help("write 1 or more"));
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        Ok(MatchConfig {
            domains: domains.into_iter().map(|(from, (to, _))| (from, to)).collect(),
            plus_addressing: self.plus_addressing,
            username_matches_local_part: self.username_matches_local_part,
            crowd: self.crowd.as_ref().map_or(MatchConfig::default().crowd, |crowd| *crowd.get_ref()),
        })
    }
}

/// The domain as DNS knows it. The strict form, because the other accepts `exa mple.com`.
fn domain(written: &Spanned<String>, text: &ConfigText, mistakes: &mut Vec<Diagnostic>) -> Option<String> {
    let known = idna::domain_to_ascii_strict(written.get_ref().trim()).ok();
    if known.is_none() {
        let mistake = text.error(written.span(), "this isn't a mail domain");
        mistakes.push(mistake.help("write only what follows the @, as in example.com"));
    }
    known
}

/// `[source.match]` as it is written.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawSourceMatch {
    /// What is compared, in this order: `crosswalk`, `external_id`, `email`, `username`.
    #[schemars(with = "Option<Vec<String>>")]
    tiers: Option<Spanned<Vec<Spanned<String>>>>,
    /// A CSV file with the columns `key`, `value`, `employee_id`.
    #[schemars(with = "Option<String>")]
    crosswalk: Option<Spanned<String>>,
    /// Rewrites the external id before it is compared.
    external_id: Option<RawRewrite>,
    /// Rewrites the address before it is compared.
    email: Option<RawRewrite>,
    /// Rewrites the username before it is compared.
    username: Option<RawRewrite>,
}

/// A value is rewritten where the pattern matches, and left alone where it doesn't.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawRewrite {
    /// A regular expression.
    #[schemars(with = "String")]
    pattern: Spanned<String>,
    /// What takes its place; `$1` or `${name}` is what a group matched.
    #[schemars(with = "String")]
    replace: Spanned<String>,
}

/// `[source.match]`, checked.
#[derive(Debug, Clone)]
pub struct SourceMatch {
    /// What is compared, in this order, each once. The crosswalk is among them only if there is a file.
    pub tiers: Vec<Tier>,
    /// The crosswalk file, from the folder of the configuration.
    pub crosswalk: Option<PathBuf>,
    /// Rewrites the external id.
    pub external_id: Option<Rewrite>,
    /// Rewrites the address.
    pub email: Option<Rewrite>,
    /// Rewrites the username.
    pub username: Option<Rewrite>,
}

/// A compiled rewriting rule.
#[derive(Debug, Clone)]
pub struct Rewrite {
    pattern: Regex,
    replace: String,
}

impl Default for SourceMatch {
    fn default() -> Self {
        Self { tiers: default_tiers(false), crosswalk: None, external_id: None, email: None, username: None }
    }
}

impl SourceMatch {
    /// How the value of a tier is rewritten, if it is.
    pub const fn rewrite(&self, tier: Tier) -> Option<&Rewrite> {
        match tier {
            Tier::Crosswalk => None,
            Tier::ExternalId => self.external_id.as_ref(),
            Tier::Email => self.email.as_ref(),
            Tier::Username => self.username.as_ref(),
        }
    }
}

impl Rewrite {
    /// A rule from a pattern and its replacement, or what is wrong with the pattern.
    ///
    /// # Errors
    /// The pattern isn't a regular expression, or is too large.
    pub fn new(pattern: &str, replace: &str) -> Result<Self, regex::Error> {
        Ok(Self { pattern: Regex::new(pattern)?, replace: replace.to_owned() })
    }

    /// The rewritten value; borrowed if the pattern doesn't match.
    pub fn apply<'v>(&self, value: &'v str) -> Cow<'v, str> {
        self.pattern.replace(value, self.replace.as_str())
    }

    /// A group that the replacement uses and the pattern doesn't have; it would quietly become nothing.
    fn missing_group(&self) -> Option<String> {
        groups(&self.replace).into_iter().find(|name| match name.parse::<usize>() {
            Ok(number) => number >= self.pattern.captures_len(),
            Err(_) => !self.pattern.capture_names().flatten().any(|known| known == name),
        })
    }
}

/// The groups that a replacement uses, read as the regex crate reads them: `$` takes as many letters as it can.
fn groups(replace: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = replace;
    while let Some((_, after)) = rest.split_once('$') {
        rest = after.strip_prefix('$').unwrap_or(after);
        if rest.len() < after.len() {
            continue;
        }
        let name = match after.strip_prefix('{') {
            Some(braced) => braced.split_once('}').map_or("", |(name, _)| name),
            None => after.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default(),
        };
        if !name.is_empty() {
            found.push(name.to_owned());
        }
    }
    found
}

impl RawSourceMatch {
    /// Compiles the patterns and checks that everything that is written has an effect.
    ///
    /// # Errors
    /// Unknown, repeated or missing tiers, bad patterns, and settings of tiers that aren't tried.
    pub fn check(&self, text: &ConfigText) -> Result<SourceMatch, Vec<Diagnostic>> {
        let mut mistakes = Vec::new();
        let tiers = self.tiers(text, &mut mistakes);
        let mut rewrite = |raw: &Option<RawRewrite>, tier: Tier| {
            let raw = raw.as_ref()?;
            if !tiers.contains(&tier) {
                mistakes.push(unused(raw.pattern.span(), tier, text));
            }
            raw.check(text, &mut mistakes)
        };
        let external_id = rewrite(&self.external_id, Tier::ExternalId);
        let email = rewrite(&self.email, Tier::Email);
        let username = rewrite(&self.username, Tier::Username);
        if let Some(crosswalk) = self.crosswalk.as_ref().filter(|_| !tiers.contains(&Tier::Crosswalk)) {
            mistakes.push(unused(crosswalk.span(), Tier::Crosswalk, text));
        }
        let crosswalk = self.crosswalk.as_ref().map(|path| text.resolve(path.get_ref()));
        if mistakes.is_empty() {
            Ok(SourceMatch { tiers, crosswalk, external_id, email, username })
        } else {
            Err(mistakes)
        }
    }

    fn tiers(&self, text: &ConfigText, mistakes: &mut Vec<Diagnostic>) -> Vec<Tier> {
        let Some(list) = &self.tiers else { return default_tiers(self.crosswalk.is_some()) };
        if list.get_ref().is_empty() {
            mistakes.push(text.error(list.span(), "without a tier no account can be matched").help(known_tiers()));
        }
        let mut tiers = Vec::new();
        for written in list.get_ref() {
            match Tier::DEFAULT.into_iter().find(|tier| tier.as_str() == written.get_ref()) {
                Some(tier) if tiers.contains(&tier) => {
                    mistakes.push(text.error(written.span(), "this tier is already in the list"));
                }
                Some(tier) => tiers.push(tier),
                None => mistakes.push(unknown_tier(written, text)),
            }
        }
        if let (true, None) = (tiers.contains(&Tier::Crosswalk), &self.crosswalk) {
            mistakes.push(
                text.error(list.span(), "the tier crosswalk needs a file")
                    .help("add `crosswalk = \"people.csv\"`, or take it out of the list"),
            );
        }
        tiers
    }
}

impl RawRewrite {
    fn check(&self, text: &ConfigText, mistakes: &mut Vec<Diagnostic>) -> Option<Rewrite> {
        let mistake = match Rewrite::new(self.pattern.get_ref(), self.replace.get_ref()) {
            Err(error) => {
                // The crate draws the pattern with a caret over several lines; its last line says what is wrong.
                let reason = error.to_string();
                let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
                text.error(self.pattern.span(), format!("this isn't a regular expression: {reason}"))
            }
            Ok(rewrite) => match rewrite.missing_group() {
                None => return Some(rewrite),
                Some(name) => text
                    .error(self.replace.span(), format!("the pattern has no group `{name}`"))
                    .help("`$1` is the first group in parentheses; where letters follow it, write `${1}`"),
            },
        };
        mistakes.push(mistake);
        None
    }
}

fn default_tiers(with_crosswalk: bool) -> Vec<Tier> {
    Tier::DEFAULT.into_iter().filter(|tier| with_crosswalk || *tier != Tier::Crosswalk).collect()
}

fn unused(span: Range<usize>, tier: Tier, text: &ConfigText) -> Diagnostic {
    let tier = tier.as_str();
    text.error(span, format!("this has no effect: {tier} isn't among the tiers"))
        .help(format!("add \"{tier}\" to tiers"))
}

fn unknown_tier(written: &Spanned<String>, text: &ConfigText) -> Diagnostic {
    let help = did_you_mean(written.get_ref(), Tier::DEFAULT.map(Tier::as_str))
        .map_or_else(known_tiers, |tier| format!("did you mean \"{tier}\"?"));
    text.error(written.span(), format!("unknown tier \"{}\"", written.get_ref())).help(help)
}

fn known_tiers() -> String {
    format!("the tiers are {}", Tier::DEFAULT.map(Tier::as_str).join(", "))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn global(toml: &str) -> Result<MatchConfig, String> {
        let raw: RawMatch = toml::from_str(toml).expect("TOML");
        raw.check(&ConfigText::new(Path::new("h.toml"), toml)).map_err(|mistakes| joined(&mistakes))
    }

    fn source(toml: &str) -> Result<SourceMatch, String> {
        let raw: RawSourceMatch = toml::from_str(toml).expect("TOML");
        raw.check(&ConfigText::new(Path::new("conf/h.toml"), toml)).map_err(|mistakes| joined(&mistakes))
    }

    fn joined(mistakes: &[Diagnostic]) -> String {
        mistakes.iter().map(Diagnostic::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn domains_become_ascii() {
        let config =
            global("domains = { \"Bücher.Example\" = \"Example.COM\" }\nplus_addressing = \"strip\"").expect("ok");
        assert_eq!(config.domains, [("xn--bcher-kva.example".to_owned(), "example.com".to_owned())].into());
        assert_eq!(config.plus_addressing, PlusAddressing::Strip);
        assert_eq!(global("").expect("ok").plus_addressing, PlusAddressing::Keep);
    }

    #[test]
    fn bad_domains_point_at_their_place() {
        let shown = global("domains = { \"old.example\" = \"exa mple.com\" }").expect_err("bad");
        assert!(shown.starts_with("h.toml:1:29: this isn't a mail domain"), "{shown}");
        let shown =
            global("[domains]\n\"a.example\" = \"b.example\"\n\"b.example\" = \"c.example\"").expect_err("chain");
        assert!(shown.starts_with("h.toml:2:15: \"b.example\" is an alias itself"), "{shown}");
        assert!(global("domains = { \"a.example\" = \"A.example\" }").is_err(), "an alias of itself");
    }

    #[test]
    fn defaults_try_a_crosswalk_only_if_there_is_one() {
        assert_eq!(source("").expect("ok").tiers, [Tier::ExternalId, Tier::Email, Tier::Username]);
        let with = source("crosswalk = \"people.csv\"").expect("ok");
        assert_eq!(with.tiers, Tier::DEFAULT);
        assert_eq!(with.crosswalk.as_deref(), Some(Path::new("conf/people.csv")));
    }

    #[test]
    fn what_has_no_effect_is_a_mistake() {
        for (toml, expected) in [
            ("tiers = []", "without a tier"),
            ("tiers = [\"emial\"]", "conf/h.toml:1:10: unknown tier \"emial\" (did you mean \"email\"?)"),
            ("tiers = [\"email\", \"email\"]", "conf/h.toml:1:19: this tier is already"),
            ("tiers = [\"crosswalk\"]", "needs a file"),
            ("tiers = [\"email\"]\ncrosswalk = \"x.csv\"", "conf/h.toml:2:13: this has no effect"),
            (
                "tiers = [\"email\"]\nusername = { pattern = 'a', replace = 'b' }",
                "conf/h.toml:2:24: this has no effect",
            ),
            (
                "email = { pattern = '(', replace = '' }",
                "conf/h.toml:1:21: this isn't a regular expression: unclosed group",
            ),
            ("email = { pattern = '(a)', replace = '$2' }", "conf/h.toml:1:38: the pattern has no group `2`"),
            ("email = { pattern = '(a)', replace = '$1x' }", "the pattern has no group `1x`"),
            ("email = { pattern = '(?P<n>a)', replace = '${m}' }", "the pattern has no group `m`"),
        ] {
            let shown = source(toml).expect_err(toml);
            assert!(shown.contains(expected), "{toml}: {shown}");
        }
    }

    #[test]
    fn values_are_rewritten_where_the_pattern_matches() {
        let config = source("external_id = { pattern = '^user_(\\d+)$', replace = '${1}$$$1' }").expect("ok");
        let rewrite = config.rewrite(Tier::ExternalId).expect("a rule");
        assert_eq!(rewrite.apply("user_12"), "12$12");
        assert!(matches!(rewrite.apply("E-12"), Cow::Borrowed("E-12")));
    }
}
