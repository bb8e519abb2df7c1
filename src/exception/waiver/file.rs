//! waivers.toml → [`Waivers`], or every mistake in it with its place. Nothing in it is ever skipped: a waiver that
//! isn't understood would hide what it wasn't meant to hide, or fail to do what everybody believes that it does.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::Path;

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use toml::Spanned;
use toml::de::DeTable;
use toml::value::Datetime;

use super::raw::{RawFile, RawScope, RawWaiver};
use super::{Bound, Covers, Waiver, Waivers};
use crate::config::{ConfigText, ExceptionsConfig};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::key::fold;
use crate::model::text::counted;
use crate::model::{EmployeeIndex, Fingerprint, Roster, RuleId, Severity, SourceName, Subject};
use crate::roster;

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
    /// Days begin and end here.
    pub zone: Tz,
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
type Checked<T> = Result<T, Box<Diagnostic>>;

pub(super) fn parse(path: &Path, text: &str, known: &Known<'_>) -> Result<Waivers, Vec<Diagnostic>> {
    let shown = ConfigText::new(path, text);
    let document = DeTable::parse(text).map_err(|error| vec![shown.toml_error(&error, &[])])?;
    let file: RawFile = shown.read(document, &[]).map_err(|mistake| vec![with_advice(mistake)])?;
    let people = People::find(known.roster, &file);
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

/// The rows of the roster that owners and approvers name, by what is written.
struct People(HashMap<String, Vec<EmployeeIndex>>);

impl People {
    /// One pass over the roster, whatever the number of waivers.
    fn find(roster: &Roster, file: &RawFile) -> Self {
        let named = file.waiver.iter().map(Spanned::get_ref).flat_map(|raw| [&raw.owner, &raw.approver]);
        let mut found: HashMap<String, Vec<EmployeeIndex>> =
            named.map(|name| (folded(name.get_ref()), Vec::new())).collect();
        if found.is_empty() {
            return Self(found);
        }
        for (index, employee) in (0..).map(EmployeeIndex).zip(&roster.employees) {
            for name in [employee.id()].into_iter().chain(employee.emails()) {
                if let Some(rows) = found.get_mut(&folded(name)) {
                    rows.push(index);
                }
            }
        }
        Self(found)
    }

    fn named(&self, written: &str) -> &[EmployeeIndex] {
        self.0.get(&folded(written)).map(Vec::as_slice).unwrap_or_default()
    }
}

fn folded(text: &str) -> String {
    fold(text).text.into_owned()
}

struct Reading<'r> {
    text: &'r ConfigText,
    known: &'r Known<'r>,
    people: People,
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
        let texts = self.texts(raw).map_err(&mut note).ok();
        let approved = self.approved(raw).map_err(&mut note).is_ok();
        match (rule, covers, dates, texts) {
            (Some((rule, _)), Some(covers), Some((created, expires)), Some([owner, approver, reason, ticket]))
                if approved =>
            {
                let roster = self.known.roster;
                let approvers = self.people.named(&approver).iter().filter_map(|index| roster.employee(*index));
                Ok(Waiver {
                    line: self.text.line(written.span().start) as u64,
                    rule,
                    covers,
                    owners: self.people.named(&owner).to_vec(),
                    owner,
                    approvers: approvers.map(|employee| employee.id().into()).collect(),
                    approver,
                    reason,
                    ticket,
                    created,
                    expires,
                    starts_at: created.pred_opt().and_then(|day| roster::end_of(day, self.known.zone)),
                    expires_at: roster::end_of(expires, self.known.zone),
                })
            }
            _ => Err(mistakes),
        }
    }

    /// Nothing, and why.
    fn refuse<T>(&self, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Checked<T> {
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
                self.refuse(written.span(), message, "mend the exception that it reports")
            }
            Some(rule) => Ok((id, *rule)),
            None => {
                let known = self.known.rules.keys().map(RuleId::as_str);
                let help = match did_you_mean(id.as_str(), known) {
                    Some(meant) => format!("did you mean \"{meant}\"?"),
                    None => "`headcount rules list` shows all".to_owned(),
                };
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
            (None, None, Some(fingerprint), None) => self.fingerprint(raw, fingerprint),
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
        let bound = self.bound(raw)?;
        let name = format!("{source}/{account_id}");
        let subject = Subject::Account { source, account_id };
        Ok(Covers::Finding { fingerprint: Fingerprint::of(id, &subject), name, bound })
    }

    fn fingerprint(&self, raw: &RawWaiver, written: &Spanned<String>) -> Checked<Covers> {
        let Some(fingerprint) = Fingerprint::parse(written.get_ref()) else {
            let message = "a fingerprint is 32 hexadecimal digits in lower case";
            return self.refuse(written.span(), message, "copy it from the report");
        };
        let bound = self.bound(raw)?;
        Ok(Covers::Finding { name: fingerprint.as_str().to_owned(), fingerprint, bound })
    }

    fn bound(&self, raw: &RawWaiver) -> Checked<Bound> {
        if let Some(because) = &raw.because {
            let help = "remove it, or waive a scope";
            return self.refuse(because.span(), "because says why a scope is wide, and this is one finding", help);
        }
        let Some(bound) = &raw.bound else {
            let help = "`headcount waivers add` writes them; by hand: bound = { status = \"active\", roles = [\"agent\"], \
                        owner = \"E-1\" }, without what the vendor doesn't tell";
            return self.refuse(raw.rule.span(), "this waiver isn't bound to the facts that it rests on", help);
        };
        match bound.get_ref().unknown_status() {
            Some(status) => {
                let message = format!("no account has the status \"{status}\"");
                self.refuse(bound.span(), message, "it is \"active\" or \"inactive\"")
            }
            None => Ok(bound.get_ref().clone()),
        }
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
        let names = || self.known.sources.iter().map(SourceName::as_str);
        let name = written.get_ref();
        if let Some(source) = self.known.sources.iter().find(|source| source.as_str() == name) {
            return Ok(source.clone());
        }
        let help = match did_you_mean(name, names()) {
            Some(meant) => format!("did you mean \"{meant}\"?"),
            None => format!("configured are {}", names().collect::<Vec<_>>().join(", ")),
        };
        self.refuse(written.span(), format!("there is no source \"{name}\""), help)
    }

    fn texts(&self, raw: &RawWaiver) -> Checked<[String; 4]> {
        Ok([
            self.filled(&raw.owner, "the owner")?,
            self.filled(&raw.approver, "the approver")?,
            self.filled(&raw.reason, "the reason")?,
            self.filled(&raw.ticket, "the ticket")?,
        ])
    }

    fn filled(&self, written: &Spanned<String>, what: &str) -> Checked<String> {
        match written.get_ref().trim() {
            "" => self.refuse(written.span(), format!("{what} is empty"), "fill it in"),
            text => Ok(text.to_owned()),
        }
    }

    /// Four eyes: whoever answers for the waiver can't be the one who allows it. That the approver isn't the person
    /// behind the account is seen when the account is.
    fn approved(&self, raw: &RawWaiver) -> Checked<()> {
        let (owner, approver) = (raw.owner.get_ref(), raw.approver.get_ref());
        let approvers = self.people.named(approver);
        let same =
            folded(owner) == folded(approver) || self.people.named(owner).iter().any(|index| approvers.contains(index));
        if same && !owner.trim().is_empty() {
            return self.refuse(raw.approver.span(), "the approver is the owner", "somebody else has to approve it");
        }
        Ok(())
    }

    fn dates(&self, raw: &RawWaiver, severity: Option<Severity>) -> Checked<(NaiveDate, NaiveDate)> {
        let (created, expires) = (self.date(&raw.created)?, self.date(&raw.expires)?);
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

    fn date(&self, written: &Spanned<Datetime>) -> Checked<NaiveDate> {
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
