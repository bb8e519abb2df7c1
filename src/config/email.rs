//! `[email]`: through which server mail goes, to whom, and to whom never.

use std::time::Duration;

use chrono::{NaiveDate, TimeDelta};
use lettre::Address;
use lettre::message::Mailbox;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use url::Url;

use super::recipients::{RawManagers, RawRecipients, RawTo, Recipients, is_allowed, mailbox};
use crate::base::diagnostic::{Diagnostic, keep};
use crate::model::Timestamp;
use crate::setting::{ConfigText, NamedFile, SecretRef};

/// How long the server may take for a connection or for one answer, unless the configuration says otherwise.
const TIMEOUT: Duration = Duration::from_mins(2);

/// How old a report may be that is sent, unless the configuration says otherwise.
const MAX_AGE: Duration = Duration::from_hours(7 * 24);

/// How long a decision may take, unless the configuration says otherwise.
const DEADLINE: Duration = Duration::from_hours(14 * 24);

/// A year is longer than any review.
const LONGEST_DEADLINE: Duration = Duration::from_hours(365 * 24);

/// What an address looks like.
const EXAMPLE: &str = "for example \"smtps://mailer@smtp.example.com:465\"";

/// Longer ones leave no room for the verdict in the list of a mail client.
const LONGEST_PREFIX: usize = 40;

/// `[email]`, checked.
#[derive(Debug, Clone)]
pub struct EmailConfig {
    /// The server that takes the mail.
    pub server: MailServer,
    /// Who sends it.
    pub from: Mailbox,
    /// Who gets it.
    pub to: Recipients,
    /// Nobody gets mail outside of these; ASCII, lower case. None: the addresses of the configuration decide.
    pub allowed_domains: Option<Vec<String>>,
    /// What goes along, from the folder of the report. None: the workbook, if it was written.
    pub attach: Option<Vec<AttachedFile>>,
    /// `List-Id`, by which mail clients sort.
    pub list_id: String,
    /// What each subject starts with.
    pub subject_prefix: String,
    /// How old a report may be that is sent.
    pub max_age: Duration,
    /// How long a decision may take, counted from the report.
    pub deadline: Duration,
}

/// The server that takes the mail.
#[derive(Debug, Clone)]
pub struct MailServer {
    /// Name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// There is no mail without TLS; this says when it starts.
    pub tls: MailTls,
    /// How to log in, if the server asks for it.
    pub login: Option<MailLogin>,
    /// A further certificate authority to trust, PEM.
    pub ca_file: Option<NamedFile>,
    /// For a connection, and for each answer.
    pub timeout: Duration,
}

/// When TLS starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTls {
    /// With the connection (`smtps://`).
    Implicit,
    /// After STARTTLS, without which nothing is said (`smtp://`).
    StartTls,
}

/// How to log in.
#[derive(Debug, Clone)]
pub struct MailLogin {
    /// Login name.
    pub user: String,
    /// Where its password is kept.
    pub password: SecretRef,
}

/// A file of the report's folder that goes along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachedFile {
    /// Its name, without a folder.
    pub name: String,
    /// What mail clients are told that it is.
    pub media_type: &'static str,
}

impl EmailConfig {
    /// Whether mail may go to this address.
    pub fn allows(&self, address: &Address) -> bool {
        is_allowed(self.allowed_domains.as_deref(), address)
    }

    /// The last day for an answer about a report that was made at this moment.
    pub fn last_day(&self, made_at: Timestamp) -> NaiveDate {
        let time = TimeDelta::from_std(self.deadline).unwrap_or_default();
        made_at.checked_add_signed(time).unwrap_or(made_at).date_naive()
    }
}

impl AttachedFile {
    /// The media types of what headcount writes and mail gateways let through.
    const TYPES: [(&'static str, &'static str); 6] = [
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("csv", "text/csv"),
        ("md", "text/markdown"),
        ("json", "application/json"),
        ("sarif", "application/sarif+json"),
        ("xml", "application/xml"),
    ];

    /// A file by its name; none, if it is a path or of a type that gateways stop.
    pub fn named(name: &str) -> Option<Self> {
        let (stem, ending) = name.rsplit_once('.')?;
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let (_, media_type) = Self::TYPES.into_iter().find(|(known, _)| *known == ending)?;
        (!stem.is_empty() && name.chars().all(plain)).then(|| Self { name: name.to_owned(), media_type })
    }
}

/// `[email]` as it is written.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEmail {
    /// `smtps://user@host:465` for TLS from the start, `smtp://user@host:587` for STARTTLS.
    #[schemars(with = "String")]
    smtp: Spanned<String>,
    /// `env:NAME` or `file:PATH`; needed with a user in `smtp`.
    #[schemars(with = "Option<String>")]
    password: Option<Spanned<String>>,
    /// Who sends it: `Access review <access@example.com>`.
    #[schemars(with = "String")]
    from: Spanned<String>,
    /// A list of addresses, or "managers".
    to: RawTo,
    /// Who gets what no manager is asked about, with to = "managers".
    #[schemars(with = "Option<Vec<String>>")]
    fallback: Option<Spanned<Vec<Spanned<String>>>>,
    /// What managers are asked, with to = "managers".
    #[schemars(with = "Option<RawManagers>")]
    managers: Option<Spanned<RawManagers>>,
    /// How long a decision may take, counted from the report; "14d" by default.
    #[schemars(with = "Option<String>")]
    deadline: Option<Spanned<String>>,
    /// Nobody gets mail outside of these domains.
    #[schemars(with = "Option<Vec<String>>")]
    allowed_domains: Option<Vec<Spanned<String>>>,
    /// A further certificate authority to trust, PEM.
    #[schemars(with = "Option<String>")]
    ca_file: Option<Spanned<String>>,
    /// Names of files beside `report.json`; by default `report.xlsx`, if there is one.
    #[schemars(with = "Option<Vec<String>>")]
    attach: Option<Vec<Spanned<String>>>,
    /// By which mail clients sort; by default `access-review.` and the domain of `from`.
    #[schemars(with = "Option<String>")]
    list_id: Option<Spanned<String>>,
    /// What each subject starts with.
    #[schemars(with = "Option<String>")]
    subject_prefix: Option<Spanned<String>>,
    /// For a connection, and for each answer; "2m" by default.
    #[schemars(with = "Option<String>")]
    timeout: Option<Spanned<String>>,
    /// How old a report may be that `headcount email` sends; "7d" by default.
    #[schemars(with = "Option<String>")]
    max_age: Option<Spanned<String>>,
}

impl RawEmail {
    pub(super) fn check(self, text: &ConfigText) -> Result<EmailConfig, Vec<Diagnostic>> {
        let mut mistakes = Vec::new();
        let one = |mistake: Diagnostic| vec![mistake];
        let server = keep(self.server(text).map_err(one), &mut mistakes);
        let from = keep(mailbox(&self.from, text).map_err(one), &mut mistakes);
        let allowed_domains = keep(self.allowed_domains(text).map_err(one), &mut mistakes);
        let to = keep(self.recipients(allowed_domains.as_ref(), text), &mut mistakes);
        let attach = keep(self.attach(text).map_err(one), &mut mistakes);
        let list_id = keep(self.list_id(from.as_ref(), text).map_err(one), &mut mistakes);
        let subject_prefix = keep(self.subject_prefix(text).map_err(one), &mut mistakes);
        let max_age = text.duration(self.max_age.as_ref(), "max_age", "\"7d\"").map_err(one);
        let max_age = keep(max_age, &mut mistakes);
        let deadline = keep(self.deadline(text).map_err(one), &mut mistakes);
        match (server, from, to, allowed_domains, attach, list_id, subject_prefix, max_age, deadline) {
            (
                Some(server),
                Some(from),
                Some(to),
                Some(allowed_domains),
                Some(attach),
                Some(list_id),
                Some(subject_prefix),
                Some(max_age),
                Some(deadline),
            ) if mistakes.is_empty() => {
                let max_age = max_age.unwrap_or(MAX_AGE);
                Ok(EmailConfig {
                    server,
                    from,
                    to,
                    allowed_domains,
                    attach,
                    list_id,
                    subject_prefix,
                    max_age,
                    deadline,
                })
            }
            _ => Err(mistakes),
        }
    }

    /// Who gets mail. Without knowing the domains, it isn't known who may.
    fn recipients(
        &self,
        allowed: Option<&Option<Vec<String>>>,
        text: &ConfigText,
    ) -> Result<Recipients, Vec<Diagnostic>> {
        let named = RawRecipients {
            to: &self.to,
            fallback: self.fallback.as_ref(),
            managers: self.managers.as_ref(),
            allowed: allowed.map_or(Some([].as_slice()), Option::as_deref),
        };
        let recipients = named.check(text)?;
        let outside = if allowed.is_some() { named.outside(text) } else { Vec::new() };
        if outside.is_empty() { Ok(recipients) } else { Err(outside) }
    }

    fn deadline(&self, text: &ConfigText) -> Result<Duration, Diagnostic> {
        let given = text.duration(self.deadline.as_ref(), "deadline", "\"14d\"")?;
        match (&self.deadline, given) {
            (Some(written), Some(given)) if given > LONGEST_DEADLINE => {
                Err(text.error(written.span(), "deadline is over a year").help("for example \"14d\""))
            }
            (_, given) => Ok(given.unwrap_or(DEADLINE)),
        }
    }

    fn server(&self, text: &ConfigText) -> Result<MailServer, Diagnostic> {
        let error = |message: String, help: &str| text.error(self.smtp.span(), message).help(help);
        let url =
            Url::parse(self.smtp.get_ref()).map_err(|reason| error(format!("not an address: {reason}"), EXAMPLE))?;
        let (tls, port) = match url.scheme() {
            "smtps" => (MailTls::Implicit, 465),
            "smtp" => (MailTls::StartTls, 587),
            other => return Err(error(format!("unknown scheme \"{other}\""), "use smtps:// or smtp:// (STARTTLS)")),
        };
        let host = url.host_str().map(|host| host.trim_matches(['[', ']']).to_lowercase()).unwrap_or_default();
        if host.is_empty() {
            return Err(error("the address names no server".to_owned(), EXAMPLE));
        }
        if url.password().is_some() {
            let help = "write password = \"env:NAME\" or \"file:PATH\" below it";
            return Err(error("an address may not hold a password".to_owned(), help));
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(error("the address has more than user, server and port".to_owned(), EXAMPLE));
        }
        let login = self.login(&url, text)?;
        let timeout = text.duration(self.timeout.as_ref(), "timeout", "\"2m\"")?.unwrap_or(TIMEOUT);
        let ca_file = self.ca_file.as_ref().map(|file| NamedFile::new(file, text));
        Ok(MailServer { host, port: url.port().unwrap_or(port), tls, login, ca_file, timeout })
    }

    fn login(&self, url: &Url, text: &ConfigText) -> Result<Option<MailLogin>, Diagnostic> {
        let user = percent_encoding::percent_decode_str(url.username()).decode_utf8();
        let user = user.map_err(|_| text.error(self.smtp.span(), "the user in the address is not UTF-8"))?;
        match (&self.password, user.as_ref()) {
            (None, "") => Ok(None),
            (None, _) => Err(text
                .error(self.smtp.span(), "the address names a user, and there is no password")
                .help("add password = \"env:SMTP_PASSWORD\" or \"file:PATH\"")),
            (Some(password), "") => Err(text
                .error(password.span(), "there is a password, and no user whose it is")
                .help("write the user into the address: smtps://user@host")),
            (Some(password), user) => {
                Ok(Some(MailLogin { user: user.to_owned(), password: SecretRef::check(password, text)? }))
            }
        }
    }

    fn allowed_domains(&self, text: &ConfigText) -> Result<Option<Vec<String>>, Diagnostic> {
        let Some(domains) = &self.allowed_domains else { return Ok(None) };
        let ascii = domains.iter().map(|entry| {
            let domain = idna::domain_to_ascii_strict(entry.get_ref()).ok().filter(|domain| domain.contains('.'));
            domain.ok_or_else(|| text.error(entry.span(), "this is no domain").help("for example \"example.com\""))
        });
        ascii.collect::<Result<Vec<String>, Diagnostic>>().map(Some)
    }

    fn attach(&self, text: &ConfigText) -> Result<Option<Vec<AttachedFile>>, Diagnostic> {
        let Some(names) = &self.attach else { return Ok(None) };
        let files = names.iter().map(|entry| {
            AttachedFile::named(entry.get_ref()).ok_or_else(|| {
                let endings = AttachedFile::TYPES.map(|(ending, _)| ending).join(", ");
                text.error(entry.span(), "this file can't be attached").help(format!(
                    "the name of a file beside report.json, without a folder, that ends in one of {endings}"
                ))
            })
        });
        files.collect::<Result<Vec<AttachedFile>, Diagnostic>>().map(Some)
    }

    fn list_id(&self, from: Option<&Mailbox>, text: &ConfigText) -> Result<String, Diagnostic> {
        let Some(given) = &self.list_id else {
            return Ok(format!("access-review.{}", from.map_or("invalid", |from| from.email.domain())));
        };
        let id = given.get_ref();
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let parts = id.split('.').collect::<Vec<_>>();
        if parts.len() > 1 && parts.iter().all(|part| !part.is_empty()) && id.chars().all(plain) {
            return Ok(id.clone());
        }
        Err(text.error(given.span(), "this is no List-Id").help("for example \"access-review.example.com\""))
    }

    fn subject_prefix(&self, text: &ConfigText) -> Result<String, Diagnostic> {
        let Some(given) = &self.subject_prefix else { return Ok(String::new()) };
        let prefix = given.get_ref().trim();
        if prefix.chars().any(char::is_control) || prefix.chars().count() > LONGEST_PREFIX {
            let message = format!("subject_prefix has to be one line of at most {LONGEST_PREFIX} characters");
            return Err(text.error(given.span(), message));
        }
        Ok(prefix.to_owned())
    }
}

#[cfg(test)]
#[path = "email_tests.rs"]
mod tests;
