//! A rule file: strict TOML → checked rule, or everything that is wrong with it, each with its place.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::compiled::{Compiled, Written};
use super::control::{Control, Guardrail};
use super::example::Example;
use super::params::{Param, Params};
use super::place::{Checked, SourceText};
use super::subject::{GroupBy, Subject};
use super::{Origin, Rule};
use crate::base::diagnostic::{Diagnostic, did_you_mean};
use crate::expression::on_large_stack;
use crate::model::{RuleId, Severity};

/// A rule file as it is written.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRule {
    /// The name of the rule, which is also the name of its file.
    #[schemars(with = "String")]
    id: Spanned<String>,
    /// What is wrong, in a few words.
    title: String,
    /// How urgent it is.
    severity: Severity,
    /// What the rule judges.
    subject: Subject,
    /// The condition under which there is a finding (CEL).
    #[schemars(with = "String")]
    when: Spanned<String>,
    /// For groups: what the accounts share. With several keys, accounts that share any of them are a group.
    #[schemars(with = "Option<Keys>")]
    group_by: Option<Spanned<Keys>>,
    /// For groups and employees: which accounts count (CEL over the account).
    #[schemars(with = "Option<String>")]
    members: Option<Spanned<String>>,
    /// What to tell the person who must act (Handlebars over the facts).
    #[schemars(with = "String")]
    message: Spanned<String>,
    /// Why it matters.
    why: String,
    /// What to do.
    remediation: String,
    /// Controls that the rule gives evidence for, `PCI-DSS:8.2.6`.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    controls: Vec<Spanned<String>>,
    /// Limits that a configuration can change.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    params: BTreeMap<Spanned<String>, Spanned<toml::Value>>,
    /// The param without which the rule says nothing: it is off as long as this one is empty.
    #[schemars(with = "Option<String>")]
    off_until: Option<Spanned<String>>,
    /// What controls demand of the params.
    #[serde(default)]
    guardrails: Vec<RawGuardrail>,
    /// What the rule says of made-up subjects.
    #[serde(default)]
    #[schemars(with = "Vec<Example>")]
    examples: Vec<Spanned<Example>>,
}

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawGuardrail {
    /// One of the rule's controls, or another one.
    #[schemars(with = "String")]
    control: Spanned<String>,
    /// The param that it limits.
    #[schemars(with = "String")]
    param: Spanned<String>,
    /// The least that it allows.
    min: Option<i64>,
    /// The most that it allows.
    max: Option<i64>,
}

/// One key or several.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(untagged, expecting = "expected employee, email, external_id or username, or a list of these")]
enum Keys {
    One(GroupBy),
    Several(Vec<GroupBy>),
}

impl Keys {
    fn list(self) -> Vec<GroupBy> {
        match self {
            Self::One(by) => vec![by],
            Self::Several(list) => list,
        }
    }
}

/// Reads and checks a rule file.
pub(super) fn read(source_text: &SourceText<'_>, origin: Origin) -> Result<Rule, Vec<Diagnostic>> {
    let raw: RawRule = toml::from_str(source_text.text).map_err(|error| vec![source_text.toml(&error)])?;
    let mut found = Vec::new();
    found.extend(check_id(source_text, &raw.id).err().map(|boxed| *boxed));
    found.extend(check_texts(source_text, &raw));
    found.extend(check_group(source_text, &raw));
    let params = keep(raw.params.into_iter().map(|(name, value)| param(source_text, name, &value)), &mut found);
    let params: Params = params.into_iter().collect();
    let controls = keep(raw.controls.iter().map(|text| control(source_text, text)), &mut found);
    let guardrails = keep(raw.guardrails.iter().map(|rail| guardrail(source_text, rail, &params)), &mut found);
    found.extend(check_off_until(source_text, raw.off_until.as_ref(), &params));
    let written = Written {
        subject: raw.subject,
        group_by: raw.group_by.map(|keys| keys.into_inner().list()).unwrap_or_default(),
        when: raw.when,
        members: raw.members,
        message: raw.message,
        params: params.clone(),
    };
    // One large stack serves all texts of the rule; where that fails, each on its own tells which it is.
    let compile = || Compiled::new(source_text, &written, &params);
    let compiled = match on_large_stack(compile).unwrap_or_else(compile) {
        Ok(compiled) => compiled,
        Err(faults) => {
            found.extend(faults);
            return Err(found);
        }
    };
    for example in &raw.examples {
        found.extend(Example::check(source_text, example, &written, compiled.needs()));
    }
    if !found.is_empty() {
        return Err(found);
    }
    Ok(Rule {
        id: RuleId::new(raw.id.get_ref()),
        origin,
        text: source_text.text.to_owned(),
        title: raw.title,
        severity: raw.severity,
        why: raw.why.trim().to_owned(),
        remediation: raw.remediation.trim().to_owned(),
        controls,
        guardrails,
        params,
        off_until: raw.off_until.map(Spanned::into_inner),
        written,
        compiled,
        as_written: None,
        examples: raw.examples.into_iter().map(Spanned::into_inner).collect(),
        enabled: true,
        sources: None,
        changes: Vec::new(),
    })
}

/// Where the parts of a rule file stand, for what is said of a rule that could be read.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub id: Range<usize>,
    pub params: BTreeMap<String, Range<usize>>,
    pub controls: Vec<Range<usize>>,
    pub guardrails: Vec<Range<usize>>,
    pub examples: Vec<Range<usize>>,
}

impl Places {
    /// Of a text; all at its beginning if it is no rule.
    pub(super) fn of(text: &str) -> Self {
        let Ok(raw) = toml::from_str::<RawRule>(text) else { return Self::default() };
        Self {
            id: raw.id.span(),
            params: raw.params.keys().map(|name| (name.get_ref().clone(), name.span())).collect(),
            controls: raw.controls.iter().map(Spanned::span).collect(),
            guardrails: raw.guardrails.iter().map(|rail| rail.control.span()).collect(),
            examples: raw.examples.iter().map(Spanned::span).collect(),
        }
    }
}

/// Keeps what is right, and notes what is wrong.
fn keep<T>(results: impl Iterator<Item = Checked<T>>, found: &mut Vec<Diagnostic>) -> Vec<T> {
    results.filter_map(|result| result.map_err(|diagnostic| found.push(*diagnostic)).ok()).collect()
}

fn check_id(source_text: &SourceText<'_>, id: &Spanned<String>) -> Checked<()> {
    let name = id.get_ref();
    if !is_id(name) {
        return Err(source_text
            .at(id.span(), format!("{name:?} can't be the id of a rule"))
            .help("use lower-case letters, digits and hyphens: \"sso-bypass\"")
            .into());
    }
    match source_text.path.file_stem().and_then(|stem| stem.to_str()) {
        Some(stem) if stem == name => Ok(()),
        _ => Err(source_text
            .at(id.span(), format!("the rule is called {name:?}, and its file is not"))
            .help(format!("call the file {name}.toml, so that people find the rule"))
            .into()),
    }
}

fn is_id(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.ends_with('-')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn check_texts(source_text: &SourceText<'_>, raw: &RawRule) -> Vec<Diagnostic> {
    let texts = [("title", &raw.title), ("why", &raw.why), ("remediation", &raw.remediation)];
    let mut empty: Vec<&str> =
        texts.into_iter().filter(|(_, text)| text.trim().is_empty()).map(|(key, _)| key).collect();
    if raw.message.get_ref().trim().is_empty() {
        empty.push("message");
    }
    empty.into_iter().map(|key| source_text.at(raw.id.span(), format!("`{key}` is empty"))).collect()
}

fn check_group(source_text: &SourceText<'_>, raw: &RawRule) -> Option<Diagnostic> {
    let stray = |key: &str, span: Range<usize>, subjects: &str| {
        let message = format!("`{key}` belongs to rules about {subjects}");
        Some(source_text.at(span, message).help("set `subject = \"group\"`, or remove it"))
    };
    match (raw.subject, &raw.group_by, &raw.members) {
        (Subject::Group, Some(by), Some(_)) if !matches!(by.get_ref(), Keys::Several(list) if list.is_empty()) => None,
        (Subject::Group, ..) => Some(
            source_text
                .at(raw.id.span(), "a rule about groups says what makes a group")
                .help("add `group_by = \"employee\"` and `members = \"account.live\"`"),
        ),
        (_, Some(by), _) => stray("group_by", by.span(), "groups"),
        (Subject::Employee, None, _) | (_, None, None) => None,
        (_, None, Some(members)) => stray("members", members.span(), "groups and employees"),
    }
}

fn check_off_until(
    source_text: &SourceText<'_>,
    name: Option<&Spanned<String>>,
    params: &Params,
) -> Option<Diagnostic> {
    let name = name.filter(|name| !matches!(params.get(name.get_ref()), Some(Param::Text(_) | Param::Texts(_))))?;
    let message = format!("`off_until` names a list or a string of [params]; {:?} is none", name.get_ref());
    Some(source_text.at(name.span(), message))
}

fn param(
    source_text: &SourceText<'_>,
    name: Spanned<String>,
    value: &Spanned<toml::Value>,
) -> Checked<(String, Param)> {
    let plain = name.get_ref().chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !plain || name.get_ref().is_empty() {
        return Err(source_text.at(name.span(), "the name of a param has lower-case letters, digits and _").into());
    }
    let param = Param::read(value.get_ref()).map_err(|kinds| Box::new(source_text.at(value.span(), kinds)))?;
    Ok((name.into_inner(), param))
}

fn control(source_text: &SourceText<'_>, text: &Spanned<String>) -> Checked<Control> {
    Control::read(text.get_ref()).map_err(|(message, help)| source_text.at(text.span(), message).help(help).into())
}

fn guardrail(source_text: &SourceText<'_>, raw: &RawGuardrail, params: &Params) -> Checked<Guardrail> {
    let control = control(source_text, &raw.control)?;
    let name = raw.param.get_ref();
    match params.get(name) {
        Some(Param::Int(_)) if raw.min.is_some() || raw.max.is_some() => {
            Ok(Guardrail { control, param: name.clone(), min: raw.min, max: raw.max })
        }
        Some(Param::Int(_)) => {
            Err(source_text.at(raw.control.span(), "a guardrail has a limit").help("add `max = …` or `min = …`").into())
        }
        Some(other) => Err(source_text
            .at(raw.param.span(), format!("a guardrail limits a number; this is {}", other.kind()))
            .into()),
        None => {
            let diagnostic = source_text.at(raw.param.span(), format!("this rule has no param {name:?}"));
            Err(match did_you_mean(name, params.keys().map(String::as_str)) {
                Some(meant) => diagnostic.help(format!("did you mean {meant:?}?")).into(),
                None => diagnostic.into(),
            })
        }
    }
}

#[cfg(test)]
mod tests;
