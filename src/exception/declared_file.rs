//! declared-accounts.toml → [`Declarations`], or every mistake in it with its place. Read before the first request:
//! a declaration that isn't understood would let an account pass, or accuse one that is vouched for.

use std::path::Path;

use chrono::NaiveDate;
use regex::{Regex, RegexBuilder};
use serde::Deserialize;
use toml::Spanned;
use toml::de::DeTable;
use toml::value::Datetime;

use super::declared::{Days, Declarations, Key};
use crate::bag::Role;
use crate::base::diagnostic::{Diagnostic, meant_or_one_of};
use crate::correlate::{Correlator, written_key};
use crate::files::Files;
use crate::model::{AccountField, Declaration, DeclaredKind, EmployeeId, SourceName};
use crate::roster;
use crate::setting::ConfigText;

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(default)]
    account: Vec<Spanned<RawAccount>>,
}

/// `[[account]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAccount {
    kind: DeclaredKind,
    source: Spanned<String>,
    id: Option<Spanned<String>>,
    external_id: Option<Spanned<String>>,
    email: Option<Spanned<String>>,
    username: Option<Spanned<String>>,
    pattern: Option<RawPattern>,
    up_to: Option<Spanned<u64>>,
    owner: Option<Spanned<String>>,
    purpose: Option<Spanned<String>>,
    review_date: Option<Spanned<Datetime>>,
    expires: Option<Spanned<Datetime>>,
}

/// `pattern = { username = 'desk-\d+' }`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPattern {
    id: Option<Spanned<String>>,
    external_id: Option<Spanned<String>>,
    email: Option<Spanned<String>>,
    username: Option<Spanned<String>>,
}

/// One way of recognising accounts, as it is written.
struct Way<'a> {
    field: AccountField,
    is_pattern: bool,
    text: &'a Spanned<String>,
}

impl RawAccount {
    fn ways(&self) -> Vec<Way<'_>> {
        let exact = [&self.id, &self.external_id, &self.email, &self.username];
        let patterns = self.pattern.iter().flat_map(|raw| [&raw.id, &raw.external_id, &raw.email, &raw.username]);
        let fields = [AccountField::Id, AccountField::ExternalId, AccountField::Email, AccountField::Username];
        let all = exact.into_iter().chain(patterns).zip(fields.iter().cycle()).enumerate();
        all.filter_map(|(at, (text, field))| {
            text.as_ref().map(|text| Way { field: *field, is_pattern: at >= fields.len(), text })
        })
        .collect()
    }
}

/// Reads the declared accounts and checks them against the sources and the roster.
///
/// # Errors
/// The file can't be read, or the mistakes in it.
pub fn read_declared(
    files: &Files,
    path: &Path,
    sources: &[SourceName],
    roster: &Correlator,
    days: Days,
) -> Result<Declarations, Vec<Diagnostic>> {
    let text = files.read_to_string(Role::Declared, path).map_err(|error| {
        vec![
            Diagnostic::of_file(path, format!("can't read the declared accounts: {error}"))
                .help("check the path under [exceptions] declared; the file is UTF-8 text"),
        ]
    })?;
    parse(path, &text, sources, roster, days)
}

pub(super) fn parse(
    path: &Path,
    text: &str,
    sources: &[SourceName],
    roster: &Correlator,
    days: Days,
) -> Result<Declarations, Vec<Diagnostic>> {
    let shown = ConfigText::new(path, text);
    let document = DeTable::parse(text).map_err(|error| vec![shown.toml_error(&error, &[])])?;
    let file: RawFile = shown.read(document, &[]).map_err(|mistake| vec![mistake])?;
    let mut reading =
        Reading { text: &shown, sources, roster, days, declarations: Declarations::default(), mistakes: Vec::new() };
    for account in &file.account {
        if let Err(mistake) = reading.account(account) {
            reading.mistakes.push(*mistake);
        }
    }
    if reading.mistakes.is_empty() { Ok(reading.declarations) } else { Err(reading.mistakes) }
}

struct Reading<'r> {
    text: &'r ConfigText,
    sources: &'r [SourceName],
    roster: &'r Correlator,
    days: Days,
    declarations: Declarations,
    mistakes: Vec<Diagnostic>,
}

/// Diagnostics are large, and most values are fine.
type Checked<T> = Result<T, Box<Diagnostic>>;

impl Reading<'_> {
    fn account(&mut self, written: &Spanned<RawAccount>) -> Checked<()> {
        let raw = written.get_ref();
        let source = self.source(&raw.source)?;
        let way = self.way(written)?;
        let key = self.key(&way)?;
        let owner = self.filled(raw.owner.as_ref(), "the owner")?;
        let expires = self.date(raw.expires.as_ref())?;
        let verb = if way.is_pattern { "matches" } else { "=" };
        let declaration = Declaration {
            line: self.text.line(written.span().start) as u64,
            source,
            kind: raw.kind,
            is_pattern: way.is_pattern,
            up_to: self.up_to(raw.up_to.as_ref(), &way)?,
            about: format!("{} {verb} {}", way.field.as_str(), way.text.get_ref()),
            owners: owner.map(|id| self.roster.by_id(id)).unwrap_or_default(),
            owner: owner.map(|id| EmployeeId(id.to_owned())),
            purpose: self.filled(raw.purpose.as_ref(), "the purpose")?.map(str::to_owned),
            review_date: self.review(raw.review_date.as_ref())?,
            expires,
            expires_at: expires.and_then(|day| roster::end_of(day, self.days.zone)),
        };
        match self.declarations.add(declaration, key) {
            None => Ok(()),
            Some(earlier) => {
                let message = format!("this account is already declared at line {}", earlier.line);
                Err(Box::new(self.text.error(way.text.span(), message).help("keep one of the two")))
            }
        }
    }

    fn source(&self, written: &Spanned<String>) -> Checked<SourceName> {
        let known = self.sources.iter().map(SourceName::as_str);
        let name = written.get_ref();
        self.sources.iter().find(|source| source.as_str() == name).cloned().ok_or_else(|| {
            let mistake = self.text.error(written.span(), format!("there is no source \"{name}\""));
            Box::new(mistake.help(meant_or_one_of(name, known, "configured are")))
        })
    }

    /// The one way in which the accounts are recognised.
    fn way<'a>(&self, written: &'a Spanned<RawAccount>) -> Checked<Way<'a>> {
        const HELP: &str =
            "give one of id, external_id, email, username, or a pattern such as pattern = { username = 'desk-\\d+' }";
        let mut ways = written.get_ref().ways().into_iter();
        match (ways.next(), ways.next()) {
            (Some(way), None) => Ok(way),
            (None, _) => {
                let message = "this doesn't say which account is declared";
                Err(Box::new(self.text.error(written.get_ref().source.span(), message).help(HELP)))
            }
            (Some(_), Some(second)) => {
                let message = "an account is declared by one value, and this is a second one";
                Err(Box::new(self.text.error(second.text.span(), message).help("write a second [[account]] for it")))
            }
        }
    }

    fn key(&self, way: &Way<'_>) -> Checked<Key> {
        let written = way.text.get_ref();
        if way.is_pattern {
            return self.pattern(way.field, way.text).map(|pattern| Key::Pattern(way.field, pattern));
        }
        let value = written_key(way.field, written).text.into_owned();
        if value.is_empty() {
            let message = format!("the {} is empty", way.field.as_str());
            return Err(Box::new(self.text.error(way.text.span(), message).help("write the account's value")));
        }
        Ok(Key::Exact(way.field, value))
    }

    /// Covers a value from end to end, so that `svc` doesn't vouch for everybody with these letters in their name.
    /// Case makes no difference, as in exact values; in the vendors' own identifiers it does.
    fn pattern(&self, field: AccountField, written: &Spanned<String>) -> Checked<Regex> {
        let refuse = |message: String, help: &str| Box::new(self.text.error(written.span(), message).help(help));
        let pattern = RegexBuilder::new(&format!("^(?:{})$", written.get_ref()))
            .case_insensitive(field != AccountField::Id)
            .build()
            .map_err(|error| {
                let reason = error.to_string();
                let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
                refuse(format!("this isn't a regular expression: {reason}"), "for example 'desk-\\d+'")
            })?;
        // What covers even a value that nobody has would vouch for the whole source.
        if pattern.is_match("") || pattern.is_match("\u{1}any value\u{1}@\u{1}") {
            return Err(refuse("this pattern covers every account".to_owned(), "name what the accounts share"));
        }
        Ok(pattern)
    }

    /// A text that may be left out, but not be left empty: that would look as if somebody had filled it in.
    fn filled<'a>(&self, written: Option<&'a Spanned<String>>, what: &str) -> Checked<Option<&'a str>> {
        match written.map(|text| (text.span(), text.get_ref().trim())) {
            Some((span, "")) => {
                let mistake = self.text.error(span, format!("{what} is empty"));
                Err(Box::new(mistake.help("fill it in, or leave the line out until it is known")))
            }
            other => Ok(other.map(|(_, text)| text)),
        }
    }

    fn up_to(&self, written: Option<&Spanned<u64>>, way: &Way<'_>) -> Checked<Option<u64>> {
        match written {
            Some(written) if !way.is_pattern => {
                let mistake = self.text.error(written.span(), "up_to says how many accounts a pattern may cover");
                Err(Box::new(mistake.help("remove it: this is no pattern")))
            }
            written => Ok(written.map(|written| *written.get_ref())),
        }
    }

    fn review(&self, written: Option<&Spanned<Datetime>>) -> Checked<Option<NaiveDate>> {
        match (self.date(written)?, written) {
            (Some(day), Some(written)) if day > self.days.latest => {
                let message = format!("the review was on {day}, and that day is still to come");
                Err(Box::new(self.text.error(written.span(), message).help("write the day on which somebody looked")))
            }
            (day, _) => Ok(day),
        }
    }

    fn date(&self, written: Option<&Spanned<Datetime>>) -> Checked<Option<NaiveDate>> {
        let Some(written) = written else { return Ok(None) };
        match written.get_ref() {
            Datetime { date: Some(date), time: None, .. } => {
                NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
            }
            _ => None,
        }
        .map(Some)
        .ok_or_else(|| {
            let message = format!("expected a date and found {}", written.get_ref());
            Box::new(self.text.error(written.span(), message).help("write it without a time: 2026-12-31"))
        })
    }
}
