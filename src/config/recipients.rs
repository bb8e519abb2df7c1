//! `[email]`'s recipients: who gets mail, what managers are asked, and to whom nothing ever goes.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use lettre::Address;
use lettre::message::Mailbox;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use crate::base::diagnostic::{Diagnostic, meant_or};
use crate::model::{RuleId, Severity};
use crate::setting::ConfigText;

/// The rules that a manager can answer for, unless the configuration says otherwise: what they know of their own people, and
/// nothing that takes an administrator.
const FOR_MANAGERS: [&str; 16] = [
    "leaver-active",
    "leaver-login",
    "leaver-locked",
    "leaver-soon",
    "contractor-expired",
    "contractor-no-end",
    "active-on-leave",
    "future-hire",
    "future-hire-login",
    "privileged",
    "privileged-external",
    "privileged-unapproved",
    "stale-privileged",
    "stale-login",
    "never-logged-in",
    "declared-owner-left",
];

/// Who gets mail.
#[derive(Debug, Clone)]
pub enum Recipients {
    /// These get one mail about everything.
    List(Vec<Mailbox>),
    /// Each manager is asked about their own people.
    Managers {
        /// Who gets everything else: the team.
        fallback: Vec<Mailbox>,
        /// What managers are asked.
        questions: ManagerQuestions,
    },
}

/// What managers are asked.
#[derive(Debug, Clone)]
pub struct ManagerQuestions {
    rules: BTreeSet<RuleId>,
    min_severity: Severity,
    /// Where each rule is named, to point at one that doesn't exist.
    mentions: Vec<(RuleId, Diagnostic)>,
}

impl ManagerQuestions {
    /// Whether a manager is asked about a finding of this rule.
    pub fn ask_about(&self, rule: &str, severity: Severity) -> bool {
        severity <= self.min_severity && self.rules.contains(&RuleId::new(rule))
    }

    /// The rules that it names and that aren't among the known ones, each as a mistake with its place.
    pub fn unknown<'k>(&self, known: impl Iterator<Item = &'k str>) -> Vec<Diagnostic> {
        let known: BTreeSet<&str> = known.collect();
        let unknown = self.mentions.iter().filter(|(rule, _)| !known.contains(rule.as_str()));
        let mistakes = unknown.map(|(rule, place)| Diagnostic {
            message: format!("there is no rule \"{rule}\""),
            help: Some(meant_or(rule.as_str(), known.iter().copied(), "`headcount rules list` shows all")),
            ..place.clone()
        });
        mistakes.collect()
    }
}

impl Default for ManagerQuestions {
    fn default() -> Self {
        Self {
            rules: FOR_MANAGERS.into_iter().map(RuleId::new).collect(),
            min_severity: Severity::High,
            mentions: Vec::new(),
        }
    }
}

/// Reads an address as mail servers take it: the domain in ASCII (IDNA). What stands before the `@` has to be ASCII without
/// quotes, because few servers take anything else.
pub fn parse_address(text: &str) -> Option<Address> {
    let (user, domain) = text.trim().rsplit_once('@').filter(|(user, _)| !user.contains('"'))?;
    let domain = idna::domain_to_ascii_strict(domain).ok()?;
    Address::new(user, domain).ok().filter(|address| address.to_string().is_ascii())
}

/// An address with or without a name, or what is wrong with it.
pub(super) fn mailbox(given: &Spanned<String>, text: &ConfigText) -> Result<Mailbox, Diagnostic> {
    let written = given.get_ref().trim();
    let (name, address) = match written.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
        Some((name, address)) => (Some(name.trim().trim_matches('"').to_owned()), address),
        None => (None, written),
    };
    let name = name.filter(|name| !name.is_empty());
    let mistake = |what: &str, help: &str| text.error(given.span(), format!("{written:?} {what}")).help(help);
    if address.contains('"') {
        let help = "few mail servers take it; write another address of the same mailbox";
        return Err(mistake("has a quoted part before the @", help));
    }
    match parse_address(address) {
        Some(email) if !name.iter().any(|name| name.contains(char::is_control)) => Ok(Mailbox::new(name, email)),
        _ => Err(mistake("is no address", "write \"ann@example.com\" or \"Ann Lee <ann@example.com>\"")),
    }
}

/// Whether mail may go to this address.
pub(super) fn is_allowed(allowed: Option<&[String]>, address: &Address) -> bool {
    allowed.is_none_or(|domains| domains.iter().any(|domain| *domain == address.domain().to_lowercase()))
}

/// `to` as it is written: a word or a list, each entry with its place.
pub(super) enum RawTo {
    Word(Spanned<String>),
    List(Spanned<Vec<Spanned<String>>>),
}

impl<'de> Deserialize<'de> for RawTo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let whole = Spanned::<Written>::deserialize(deserializer)?;
        let span = whole.span();
        Ok(match whole.into_inner() {
            Written::Word(word) => Self::Word(Spanned::new(span, word)),
            Written::List(list) => Self::List(Spanned::new(span, list)),
        })
    }
}

/// The same without the place of the whole.
enum Written {
    Word(String),
    List(Vec<Spanned<String>>),
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // By hand, because an untagged enum loses the places of the entries.
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Written;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of addresses, or \"managers\"")
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<Written, E> {
                Ok(Written::Word(word.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Written, A::Error> {
                let mut list = Vec::new();
                while let Some(entry) = entries.next_element()? {
                    list.push(entry);
                }
                Ok(Written::List(list))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl JsonSchema for RawTo {
    fn schema_name() -> Cow<'static, str> {
        "RawTo".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] })
    }
}

/// `managers = { rules = […], min_severity = "high" }`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawManagers {
    /// About which rules managers are asked; by default those that they can answer for.
    #[schemars(with = "Option<Vec<String>>")]
    rules: Option<Vec<Spanned<String>>>,
    /// How bad a finding has to be; "high" by default.
    min_severity: Option<Severity>,
}

impl RawManagers {
    fn check(&self, text: &ConfigText) -> ManagerQuestions {
        let mut questions = ManagerQuestions::default();
        if let Some(rules) = &self.rules {
            let place = |rule: &Spanned<String>| (RuleId::new(rule.get_ref()), text.error(rule.span(), String::new()));
            questions.mentions = rules.iter().map(place).collect();
            questions.rules = questions.mentions.iter().map(|(rule, _)| rule.clone()).collect();
        }
        questions.min_severity = self.min_severity.unwrap_or(questions.min_severity);
        questions
    }
}

/// What `[email]` says of its recipients.
pub(super) struct RawRecipients<'e> {
    pub to: &'e RawTo,
    pub fallback: Option<&'e Spanned<Vec<Spanned<String>>>>,
    pub managers: Option<&'e Spanned<RawManagers>>,
    pub allowed: Option<&'e [String]>,
}

impl RawRecipients<'_> {
    pub(super) fn check(&self, text: &ConfigText) -> Result<Recipients, Vec<Diagnostic>> {
        let recipients = match self.to {
            RawTo::List(list) => {
                self.only_for_managers(text)?;
                Recipients::List(mailboxes(list, "nobody would get the mail", text)?)
            }
            RawTo::Word(word) => {
                let error = |message: &str, help: &str| Err(vec![text.error(word.span(), message).help(help)]);
                match self.fallback {
                    _ if word.get_ref() != "managers" => {
                        let message = format!("unknown recipients \"{}\"", word.get_ref());
                        return error(&message, "write \"managers\", or a list of addresses");
                    }
                    _ if self.allowed.is_none() => {
                        return error(
                            "with \"managers\", the HR file says where mail goes",
                            "add allowed_domains = [\"example.com\"]: nobody outside gets any",
                        );
                    }
                    None => {
                        return error(
                            "somebody has no manager, and nobody would hear of their accounts",
                            "add fallback = [\"access@example.com\"]",
                        );
                    }
                    Some(fallback) => Recipients::Managers {
                        fallback: mailboxes(fallback, "fallback names nobody", text)?,
                        questions: self.managers.map(|raw| raw.get_ref().check(text)).unwrap_or_default(),
                    },
                }
            }
        };
        Ok(recipients)
    }

    /// What says something of managers says it of nobody if there is a list.
    fn only_for_managers(&self, text: &ConfigText) -> Result<(), Vec<Diagnostic>> {
        let fallback = self.fallback.map(|fallback| ("fallback", "add its addresses to `to`", fallback.span()));
        let managers = self.managers.map(|managers| ("managers", "write to = \"managers\"", managers.span()));
        let mistakes: Vec<Diagnostic> = [fallback, managers]
            .into_iter()
            .flatten()
            .map(|(key, instead, span)| {
                let message = format!("{key} is for to = \"managers\"");
                text.error(span, message).help(format!("remove the line, or {instead}"))
            })
            .collect();
        if mistakes.is_empty() { Ok(()) } else { Err(mistakes) }
    }

    /// The addresses of the configuration itself that its domains don't allow.
    pub(super) fn outside(&self, text: &ConfigText) -> Vec<Diagnostic> {
        let list = match self.to {
            RawTo::List(list) => list.get_ref().as_slice(),
            RawTo::Word(_) => self.fallback.map(|list| list.get_ref().as_slice()).unwrap_or_default(),
        };
        let outside = list.iter().filter_map(|entry| {
            let address = mailbox(entry, text).ok()?.email;
            (!is_allowed(self.allowed, &address)).then(|| {
                text.error(entry.span(), format!("{address} is outside of allowed_domains"))
                    .help("remove the address, or add its domain")
            })
        });
        outside.collect()
    }
}

fn mailboxes(
    list: &Spanned<Vec<Spanned<String>>>,
    empty: &str,
    text: &ConfigText,
) -> Result<Vec<Mailbox>, Vec<Diagnostic>> {
    let (mut good, mut mistakes) = (Vec::new(), Vec::new());
    for entry in list.get_ref() {
        match mailbox(entry, text) {
            Ok(mailbox) => good.push(mailbox),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    if list.get_ref().is_empty() {
        mistakes.push(text.error(list.span(), empty).help("write an address: [\"access@example.com\"]"));
    }
    if mistakes.is_empty() { Ok(good) } else { Err(mistakes) }
}
