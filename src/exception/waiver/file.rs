//! waivers.toml → [`Waivers`], or every mistake in it with its place. Nothing in it is ever skipped: a waiver that
//! isn't understood would hide what it wasn't meant to hide, or fail to do what everybody believes that it does.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use toml::Spanned;
use toml::de::DeTable;
use toml::value::Datetime;

use super::people::People;
use super::raw::{RawFile, RawScope, RawWaiver};
use super::{BoundFacts, Covers, Waiver, Waivers};
use crate::base::diagnostic::{Diagnostic, meant_or, meant_or_one_of};
use crate::base::text::counted;
use crate::config::ExceptionsConfig;
use crate::key::Normaliser;
use crate::model::{Fingerprint, Roster, RuleId, Severity, SourceName, Subject, Timestamp};
use crate::roster;
use crate::setting::ConfigText;

/// What waivers are checked against.
#[derive(Debug)]
pub struct Known<'k> {
    /// The rules.
    pub rules: BTreeMap<RuleId, KnownRule>,
    /// The configured sources.
    pub sources: Vec<SourceName>,
    /// The people.
    pub roster: &'k Roster,
    /// `[exceptions]`.
    pub config: &'k ExceptionsConfig,
    /// How keys of people are spelt.
    pub normaliser: Normaliser,
    /// Days begin and end here.
    pub zone: Tz,
    /// No waiver can have been created later.
    pub latest: NaiveDate,
    /// Waivers from this byte of the file on are new: they have to hold now.
    pub new: Option<New>,
}

/// Which waivers of a file are being added, and when.
#[derive(Debug, Clone, Copy)]
pub struct New {
    /// Where the first of them begins.
    pub from: usize,
    /// The moment.
    pub now: Timestamp,
}

/// What a waiver has to know of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownRule {
    /// After overrides.
    pub severity: Severity,
    /// Whether it judges single accounts.
    pub about_accounts: bool,
    /// Whether it judges exceptions.
    pub about_exceptions: bool,
}

/// Diagnostics are large, and most values are fine.
pub(super) type Checked<T> = Result<T, Box<Diagnostic>>;

pub(super) fn parse(path: &Path, text: &str, known: &Known<'_>) -> Result<Waivers, Vec<Diagnostic>> {
    let shown = ConfigText::new(path, text);
    let document = DeTable::parse(text).map_err(|error| vec![shown.toml_error(&error, &[])])?;
    let file: RawFile = shown.read(document, &[]).map_err(|mistake| vec![with_advice(mistake)])?;
    let named = file.waiver.iter().map(Spanned::get_ref).flat_map(|raw| [&raw.owner, &raw.approver]);
    let named = named.map(|name| name.get_ref().as_str());
    let people = People::find(known.roster, &known.normaliser, &known.config.approvers, named);
    let mut reading = Reading { text: &shown, known, people };
    let mut waivers = Waivers {
        file: path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        expiring_days: known.config.expiring_days,
        ..Waivers::default()
    };
    let mut mistakes = Vec::new();
    for written in &file.waiver {
        match reading.waiver(written) {
            Ok(waiver) => mistakes.extend(waivers.add(waiver).map(|earlier| reading.twice(written, earlier))),
            Err(found) => mistakes.extend(found),
        }
    }
    if mistakes.is_empty() { Ok(waivers) } else { Err(mistakes) }
}

/// The two mistakes of form that the TOML reader has no advice for.
fn with_advice(mistake: Diagnostic) -> Diagnostic {
    match &mistake.message {
        _ if mistake.help.is_some() => mistake,
        missing if missing.starts_with("missing field") => {
            mistake.help("a waiver has rule, owner, approver, reason, ticket, created and expires; all are needed")
        }
        form if form.contains("expected a sequence") => mistake.help("each waiver starts with a line [[waiver]]"),
        _ => mistake,
    }
}

/// The file that is being read, with what it is checked against.
pub(super) struct Reading<'r> {
    pub(super) text: &'r ConfigText,
    pub(super) known: &'r Known<'r>,
    pub(super) people: People<'r>,
}

impl Reading<'_> {
    /// A waiver, or everything that is wrong with it.
    fn waiver(&mut self, written: &Spanned<RawWaiver>) -> Result<Waiver, Vec<Diagnostic>> {
        let raw = written.get_ref();
        let mut mistakes = Vec::new();
        let mut note = |mistake: Box<Diagnostic>| mistakes.push(*mistake);
        let rule = self.rule(&raw.rule).map_err(&mut note).ok();
        let covers = rule.as_ref().and_then(|(id, rule)| self.covers(raw, id, *rule).map_err(&mut note).ok());
        let dates = self.dates(raw, rule.as_ref().map(|(_, rule)| rule.severity)).map_err(&mut note).ok();
        let [reason, ticket] = [(&raw.reason, "the reason"), (&raw.ticket, "the ticket")]
            .map(|(text, what)| self.filled(text, what).map_err(&mut note).ok());
        let [owner, approver] = [(&raw.owner, "the owner"), (&raw.approver, "the approver")]
            .map(|(text, what)| self.party(text, what).map_err(&mut note).ok());
        if let (Some(owner), Some(approver)) = (&owner, &approver) {
            self.two(raw, owner, approver).map_err(&mut note).ok();
        }
        if let Some(new) = self.known.new.filter(|new| written.span().start >= new.from) {
            mistakes.extend(self.doubts(raw, owner.as_ref(), approver.as_ref(), new.now));
        }
        match (rule, covers, dates, owner, approver, reason, ticket) {
            (
                Some((rule, _)),
                Some(covers),
                Some((created, expires)),
                Some(owner),
                Some(approver),
                Some(reason),
                Some(ticket),
            ) if mistakes.is_empty() => Ok(Waiver {
                line: self.text.line(written.span().start) as u64,
                rule,
                covers,
                owner,
                approver,
                reason,
                ticket,
                created,
                expires,
                starts_at: self.begin(created),
                expires_at: roster::end_of(expires, self.known.zone),
            }),
            _ => Err(mistakes),
        }
    }

    pub(super) fn begin(&self, day: NaiveDate) -> Option<Timestamp> {
        day.pred_opt().and_then(|day| roster::end_of(day, self.known.zone))
    }

    /// Nothing, and why.
    pub(super) fn refuse<T>(
        &self,
        span: Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Checked<T> {
        Err(Box::new(self.text.error(span, message).help(help)))
    }

    fn twice(&self, written: &Spanned<RawWaiver>, earlier: &Waiver) -> Diagnostic {
        let message = format!("the waiver at line {} is about the same; it is ambiguous which decides", earlier.line);
        self.text.error(written.get_ref().rule.span(), message).help("keep one of the two")
    }

    fn rule(&self, written: &Spanned<String>) -> Checked<(RuleId, KnownRule)> {
        let id = RuleId::new(written.get_ref());
        match self.known.rules.get(&id) {
            Some(rule) if rule.about_exceptions => {
                let message = format!("{id} is about exceptions, and those can't be waived");
                self.refuse(written.span(), message, "fix the exception that it reports")
            }
            Some(rule) => Ok((id, *rule)),
            None => {
                let known = self.known.rules.keys().map(RuleId::as_str);
                let help = meant_or(id.as_str(), known, "`headcount rules list` shows all");
                self.refuse(written.span(), format!("there is no rule \"{id}\""), help)
            }
        }
    }

    /// Exactly one of: source and account, fingerprint, a scope.
    fn covers(&self, raw: &RawWaiver, id: &RuleId, rule: KnownRule) -> Checked<Covers> {
        const ONE: &str = "give source and account, or a fingerprint, or scope = \"source\" or \"rule\" with because";
        let source = raw.source.as_ref().map(|name| self.source(name)).transpose()?;
        match (source, &raw.account, &raw.fingerprint, &raw.scope) {
            (Some(source), Some(account), None, None) => self.account(raw, id, rule, source, account),
            (None, None, Some(fingerprint), None) => self.fingerprint(raw, rule, fingerprint),
            (Some(source), None, None, Some(scope)) if matches!(scope.get_ref(), RawScope::Source) => {
                Ok(Covers::Source { source, because: self.because(raw, scope.span())? })
            }
            (None, None, None, Some(scope)) if matches!(scope.get_ref(), RawScope::Rule) => {
                Ok(Covers::Everything { because: self.because(raw, scope.span())? })
            }
            (None, None, None, Some(scope)) => {
                self.refuse(scope.span(), "this scope is a source, and none is named", "add source = \"…\"")
            }
            (None, Some(account), None, None) => {
                self.refuse(account.span(), "this account could be at any source", "add source = \"…\"")
            }
            (None | Some(_), None, None, None) => {
                self.refuse(raw.rule.span(), "this doesn't say which findings are waived", ONE)
            }
            _ => self.refuse(raw.rule.span(), "this says in several ways which findings are waived", ONE),
        }
    }

    fn account(
        &self,
        raw: &RawWaiver,
        id: &RuleId,
        rule: KnownRule,
        source: SourceName,
        account: &Spanned<String>,
    ) -> Checked<Covers> {
        if !rule.about_accounts {
            let message = format!("{id} doesn't judge single accounts");
            return self.refuse(account.span(), message, "give the finding's fingerprint instead; the report has it");
        }
        let account_id = self.filled(account, "the account")?;
        let bound = self.bound(raw, rule)?;
        let name = format!("{source}/{account_id}");
        let subject = Subject::Account { source, account_id };
        Ok(Covers::Finding { fingerprint: Fingerprint::of(id, &subject), name, bound })
    }

    fn fingerprint(&self, raw: &RawWaiver, rule: KnownRule, written: &Spanned<String>) -> Checked<Covers> {
        let Some(fingerprint) = Fingerprint::parse(written.get_ref()) else {
            let message = "a fingerprint is 32 hexadecimal digits in lower case";
            return self.refuse(written.span(), message, "copy it from the report");
        };
        let bound = self.bound(raw, rule)?;
        Ok(Covers::Finding { name: fingerprint.as_str().to_owned(), fingerprint, bound })
    }

    fn bound(&self, raw: &RawWaiver, rule: KnownRule) -> Checked<BoundFacts> {
        if let Some(because) = &raw.because {
            let help = "remove it, or waive a scope";
            return self.refuse(because.span(), "because says why a scope is wide, and this is one finding", help);
        }
        let Some(bound) = &raw.bound else {
            let help = "`headcount waivers add` writes them; by hand: bound = { status = \"active\", roles = [\"agent\"], \
                        owner = \"E-1\", created_at = \"2025-03-01T00:00:00Z\", keys = [\"desk@example.com\"] }, without \
                        what the vendor doesn't tell";
            return self.refuse(raw.rule.span(), "this waiver isn't bound to the facts that it rests on", help);
        };
        let facts = bound.get_ref();
        if let Some(status) = facts.unknown_status() {
            let message = format!("no account has the status \"{status}\"");
            return self.refuse(bound.span(), message, "it is \"active\" or \"inactive\"");
        }
        if rule.about_accounts && !facts.tells_accounts_apart() {
            let message =
                "this waiver doesn't say whose account it is about: it would cover whoever gets the same id later";
            let help = "add what the report shows to bound: created_at = \"2025-03-01T00:00:00Z\" if the vendor tells it, and \
                        keys = [\"desk@example.com\"], the addresses, login names and external ids of the account; or \
                        remove the waiver, and let `headcount waivers add` write it again";
            return self.refuse(bound.span(), message, help);
        }
        Ok(facts.clone())
    }

    fn because(&self, raw: &RawWaiver, scope: Range<usize>) -> Checked<String> {
        if let Some(bound) = &raw.bound {
            let help = "remove it, or waive single findings";
            return self.refuse(bound.span(), "facts of one account can't bind a whole scope", help);
        }
        match &raw.because {
            Some(because) => self.filled(because, "because"),
            None => self.refuse(
                scope,
                "a scope hides findings that nobody has seen yet",
                "add because = \"why it is so wide\"",
            ),
        }
    }

    fn source(&self, written: &Spanned<String>) -> Checked<SourceName> {
        let names = self.known.sources.iter().map(SourceName::as_str);
        let name = written.get_ref();
        if let Some(source) = self.known.sources.iter().find(|source| source.as_str() == name) {
            return Ok(source.clone());
        }
        let help = meant_or_one_of(name, names, "configured are");
        self.refuse(written.span(), format!("there is no source \"{name}\""), help)
    }

    pub(super) fn filled(&self, written: &Spanned<String>, what: &str) -> Checked<String> {
        match written.get_ref().trim() {
            "" => self.refuse(written.span(), format!("{what} is empty"), "fill it in"),
            text => Ok(text.to_owned()),
        }
    }

    fn dates(&self, raw: &RawWaiver, severity: Option<Severity>) -> Checked<(NaiveDate, NaiveDate)> {
        let (created, expires) = (self.date(&raw.created)?, self.date(&raw.expires)?);
        if created > self.known.latest {
            let message = format!("the waiver was created on {created}, and that day is still to come");
            return self.refuse(raw.created.span(), message, "write the day on which it was approved");
        }
        if expires < created {
            let message = format!("the waiver ends on {expires}, before it begins on {created}");
            return self.refuse(raw.expires.span(), message, "the last day is not before the first");
        }
        let longest = severity.and_then(|severity| Some((severity, *self.known.config.max_days.get(&severity)?)));
        if let Some((severity, days)) = longest
            && let Some(last) = created.checked_add_days(Days::new(u64::from(days)))
            && expires > last
        {
            let allowed = counted(u64::from(days), "day", "days");
            let message =
                format!("a waiver of a {severity} finding lives for at most {allowed} ([exceptions] max_days)");
            return self.refuse(raw.expires.span(), message, format!("the latest end is {last}"));
        }
        Ok((created, expires))
    }

    pub(super) fn date(&self, written: &Spanned<Datetime>) -> Checked<NaiveDate> {
        match written.get_ref() {
            Datetime { date: Some(date), time: None, .. } => {
                NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
            }
            _ => None,
        }
        .map_or_else(
            || {
                let message = format!("expected a date and found {}", written.get_ref());
                self.refuse(written.span(), message, "write it without a time: 2026-12-31")
            },
            Ok,
        )
    }
}
