//! `[email]`: through which server mail goes, to whom, and to whom never.

use std::time::Duration;

use lettre::Address;
use lettre::message::Mailbox;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use url::Url;

use crate::base::diagnostic::Diagnostic;
use crate::setting::{ConfigText, NamedFile, SecretRef};

/// How long the server may take for a connection or for one answer, unless the configuration says otherwise.
const TIMEOUT: Duration = Duration::from_mins(2);

/// How old a report may be that is sent, unless the configuration says otherwise.
const MAX_AGE: Duration = Duration::from_hours(7 * 24);

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
}

/// Who gets mail.
#[derive(Debug, Clone)]
pub enum Recipients {
    /// These get one mail about everything.
    List(Vec<Mailbox>),
    /// Each manager gets a mail about their own people.
    Managers {
        /// Who gets what no manager can be asked about.
        fallback: Vec<Mailbox>,
    },
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

/// Reads an address as mail servers take it: the domain in ASCII (IDNA). What stands before the `@` has to be ASCII,
/// because few servers take anything else.
pub fn parse_address(text: &str) -> Option<Address> {
    let (user, domain) = text.trim().rsplit_once('@')?;
    let domain = idna::domain_to_ascii_strict(domain).ok()?;
    Address::new(user, domain).ok().filter(|address| address.to_string().is_ascii())
}

fn is_allowed(allowed: Option<&[String]>, address: &Address) -> bool {
    allowed.is_none_or(|domains| domains.iter().any(|domain| *domain == address.domain().to_lowercase()))
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
    #[schemars(with = "RawTo")]
    to: Spanned<RawTo>,
    /// Who gets what no manager can be asked about.
    #[schemars(with = "Option<Vec<String>>")]
    fallback: Option<Spanned<Vec<Spanned<String>>>>,
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

#[derive(Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a list of addresses, or \"managers\"")]
enum RawTo {
    Word(String),
    List(Vec<String>),
}

impl RawEmail {
    pub(super) fn check(self, text: &ConfigText) -> Result<EmailConfig, Vec<Diagnostic>> {
        let mut mistakes = Vec::new();
        let mut keep = |mistake: Diagnostic| mistakes.push(mistake);
        let server = self.server(text).map_err(&mut keep).ok();
        let from = mailbox(self.from.get_ref()).map_err(|why| keep(text.error(self.from.span(), why))).ok();
        let allowed_domains = self.allowed_domains(text).map_err(&mut keep).ok();
        let to = self.to(text).map_err(&mut keep).ok();
        let attach = self.attach(text).map_err(&mut keep).ok();
        let list_id = self.list_id(from.as_ref(), text).map_err(&mut keep).ok();
        let subject_prefix = self.subject_prefix(text).map_err(&mut keep).ok();
        let max_age = text.duration(self.max_age.as_ref(), "max_age", "\"7d\"").map_err(&mut keep).ok();
        if let (Some(to), Some(allowed)) = (&to, &allowed_domains) {
            mistakes.extend(self.outside(to, allowed.as_deref(), text));
        }
        match (server, from, to, allowed_domains, attach, list_id, subject_prefix, max_age) {
            (
                Some(server),
                Some(from),
                Some(to),
                Some(allowed_domains),
                Some(attach),
                Some(list_id),
                Some(subject_prefix),
                Some(max_age),
            ) if mistakes.is_empty() => {
                let max_age = max_age.unwrap_or(MAX_AGE);
                Ok(EmailConfig { server, from, to, allowed_domains, attach, list_id, subject_prefix, max_age })
            }
            _ => Err(mistakes),
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

    fn to(&self, text: &ConfigText) -> Result<Recipients, Diagnostic> {
        let error = |message: String, help: &str| text.error(self.to.span(), message).help(help);
        match (self.to.get_ref(), &self.fallback) {
            (RawTo::List(_), Some(fallback)) => Err(text
                .error(fallback.span(), "fallback is for to = \"managers\"")
                .help("remove the line, or add its addresses to `to`")),
            (RawTo::List(list), None) => {
                let list: Result<Vec<Mailbox>, String> = list.iter().map(|address| mailbox(address)).collect();
                match list {
                    Ok(list) if list.is_empty() => {
                        Err(error("nobody would get the mail".to_owned(), "to = [\"ciso@example.com\"]"))
                    }
                    Ok(list) => Ok(Recipients::List(list)),
                    Err(why) => Err(text.error(self.to.span(), why)),
                }
            }
            (RawTo::Word(word), _) if word != "managers" => {
                Err(error(format!("unknown recipients \"{word}\""), "write \"managers\", or a list of addresses"))
            }
            (RawTo::Word(_), _) if self.allowed_domains.is_none() => Err(error(
                "with \"managers\", the HR file says where mail goes".to_owned(),
                "add allowed_domains = [\"example.com\"]: nobody outside gets any",
            )),
            (RawTo::Word(_), None) => Err(error(
                "somebody has no manager, and nobody would hear of their accounts".to_owned(),
                "add fallback = [\"access@example.com\"]",
            )),
            (RawTo::Word(_), Some(fallback)) => {
                let list: Result<Vec<Mailbox>, Diagnostic> = fallback
                    .get_ref()
                    .iter()
                    .map(|entry| mailbox(entry.get_ref()).map_err(|why| text.error(entry.span(), why)))
                    .collect();
                match list? {
                    list if list.is_empty() => Err(text.error(fallback.span(), "fallback names nobody")),
                    fallback => Ok(Recipients::Managers { fallback }),
                }
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

    /// The addresses of the configuration itself that its domains don't allow.
    fn outside(&self, to: &Recipients, allowed: Option<&[String]>, text: &ConfigText) -> Vec<Diagnostic> {
        let (list, span) = match to {
            Recipients::List(list) => (list, self.to.span()),
            Recipients::Managers { fallback } => {
                (fallback, self.fallback.as_ref().map_or(self.to.span(), Spanned::span))
            }
        };
        let outside = list.iter().filter(|mailbox| !is_allowed(allowed, &mailbox.email));
        let mistakes = outside.map(|mailbox| {
            text.error(span.clone(), format!("{} is outside of allowed_domains", mailbox.email))
                .help("remove the address, or add its domain")
        });
        mistakes.collect()
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

/// An address with or without a name.
fn mailbox(text: &str) -> Result<Mailbox, String> {
    let (name, address) = match text.trim().strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
        Some((name, address)) => (Some(name.trim().trim_matches('"').to_owned()), address),
        None => (None, text),
    };
    let name = name.filter(|name| !name.is_empty());
    match parse_address(address) {
        Some(email) if !name.iter().any(|name| name.contains(char::is_control)) => Ok(Mailbox::new(name, email)),
        _ => {
            Err(format!("{:?} is no address; write \"ann@example.com\" or \"Ann Lee <ann@example.com>\"", text.trim()))
        }
    }
}

#[cfg(test)]
#[path = "email_tests.rs"]
mod tests;
