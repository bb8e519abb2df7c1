//! One conversation with a mail server, command by command, so that it is known of each recipient what became of them.

use std::error::Error as _;
use std::future::Future;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters, TlsParametersBuilder};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Severity;
use secrecy::ExposeSecret as _;
use tokio::net::TcpStream;

use super::wire::Bytewise;
use crate::base::diagnostic::Diagnostic;
use crate::config::{EmailConfig, MailServer, MailTls};
use crate::render::terminal;

/// A server's words are shown to this length.
const WORDS: usize = 200;

/// Bytes a second that a connection may be slow: a workbook needs longer than a command.
const SLOWEST: u64 = 64 * 1024;

/// The server closes the connection.
const CLOSING: u16 = 421;

/// What became of a mail for one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The server has taken it.
    Accepted,
    /// The server had taken it in an earlier run.
    Before,
    /// The server doesn't take it; it says why.
    Refused(String),
    /// It wasn't sent.
    NotSent(String),
    /// It was sent, and the server has not answered: it may have been taken.
    Unknown(String),
}

/// Brings mail to one server. Its password and certificates have been read.
pub struct Carrier {
    server: MailServer,
    from: Address,
    tls: TlsParameters,
    credentials: Option<Credentials>,
}

impl std::fmt::Debug for Carrier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Carrier").field("server", &self.server).finish_non_exhaustive()
    }
}

/// What came of a mail, and whether the connection can be used again.
pub(super) struct Sent {
    pub outcomes: Vec<Outcome>,
    pub usable: bool,
    /// The server had hung up before it heard of the mail.
    pub stale: bool,
}

/// Why a step failed.
enum Failure {
    /// The server said no, in these words, and goes on listening.
    No(String),
    /// There is no connection any more, or nothing that makes sense on it.
    Gone(String),
}

impl Failure {
    fn words(self) -> String {
        match self {
            Self::No(words) | Self::Gone(words) => words,
        }
    }
}

impl Carrier {
    /// Reads password and certificate authority. No connection is made yet.
    ///
    /// # Errors
    /// One of them can't be used.
    pub fn new(config: &EmailConfig) -> Result<Self, Diagnostic> {
        let server = config.server.clone();
        let mut tls = TlsParametersBuilder::new(server.host.clone());
        if let Some(file) = &server.ca_file {
            let authority = Certificate::from_pem(&file.read()?);
            let authority = authority.map_err(|error| file.error(format!("is not PEM: {error}")))?;
            tls = tls.add_root_certificate(authority);
        }
        let tls =
            tls.build().map_err(|error| Diagnostic::of_file(std::path::Path::new("[email]"), error.to_string()))?;
        let credentials = match &server.login {
            None => None,
            Some(login) => {
                let password = login.password.resolve()?;
                Some(Credentials::new(login.user.clone(), password.expose_secret().to_owned()))
            }
        };
        Ok(Self { server, from: config.from.email.clone(), tls, credentials })
    }

    /// Connects, with TLS, and logs in. Before TLS stands, nothing is said but EHLO and STARTTLS.
    pub(super) async fn connect(&self) -> Result<AsyncSmtpConnection, String> {
        let MailServer { host, port, .. } = &self.server;
        let at = |words: String| format!("{host}:{port}: {words}");
        let mut connection = match self.server.tls {
            MailTls::Implicit => {
                let tls = Some(self.tls.clone());
                let (address, hello) = ((host.as_str(), *port), hello());
                let connecting = AsyncSmtpConnection::connect_tokio1(address, None, &hello, tls, None);
                self.step("no connection", connecting).await
            }
            MailTls::StartTls => self.start_tls().await,
        }
        .map_err(|failure| at(failure.words()))?;
        if !connection.is_encrypted() {
            return Err(at("the connection has no TLS".to_owned()));
        }
        if let Some(credentials) = &self.credentials {
            let login = connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials);
            // What the server says of a login could repeat it.
            self.step("login", login).await.map_err(|failure| match failure {
                Failure::No(_) => at("the server refuses the login".to_owned()),
                Failure::Gone(words) => at(words),
            })?;
        }
        Ok(connection)
    }

    async fn start_tls(&self) -> Result<AsyncSmtpConnection, Failure> {
        let connecting = async {
            let stream = TcpStream::connect((self.server.host.as_str(), self.server.port)).await;
            let stream = stream.map_err(|error| format!("no connection: {error}"))?;
            let greeted = AsyncSmtpConnection::connect_with_transport(Box::new(Bytewise::new(stream)), &hello()).await;
            greeted.map_err(|error| format!("no connection: {}", cause(&error)))
        };
        let mut connection = match tokio::time::timeout(self.server.timeout, connecting).await {
            Ok(connected) => connected.map_err(Failure::Gone)?,
            Err(_) => return Err(late("no connection", self.server.timeout)),
        };
        if !connection.can_starttls() {
            self.leave(connection).await;
            let words = "the server offers no STARTTLS, so that nothing was sent; smtps:// may be what it wants";
            return Err(Failure::Gone(words.to_owned()));
        }
        self.step("STARTTLS", connection.starttls(self.tls.clone(), &hello())).await?;
        Ok(connection)
    }

    /// Sends one message to these recipients. Whoever is refused doesn't keep the others from getting it.
    pub(super) async fn send(&self, connection: &mut AsyncSmtpConnection, to: &[Address], message: &[u8]) -> Sent {
        let all = |outcome: &dyn Fn() -> Outcome| to.iter().map(|_| outcome()).collect::<Vec<_>>();
        let mail = connection.command(Mail::new(Some(self.from.clone()), Vec::new()));
        match self.step("MAIL FROM", mail).await {
            Ok(_) => {}
            Err(Failure::No(words)) => {
                let outcomes = all(&|| Outcome::Refused(words.clone()));
                return Sent { outcomes, usable: self.reset(connection).await, stale: false };
            }
            Err(Failure::Gone(words)) => {
                return Sent { outcomes: all(&|| Outcome::NotSent(words.clone())), usable: false, stale: true };
            }
        }
        let mut outcomes = Vec::with_capacity(to.len());
        for address in to {
            match self.step("RCPT TO", connection.command(Rcpt::new(address.clone(), Vec::new()))).await {
                Ok(_) => outcomes.push(Outcome::Accepted),
                Err(Failure::No(words)) => outcomes.push(Outcome::Refused(words)),
                Err(Failure::Gone(words)) => {
                    outcomes.resize(to.len(), Outcome::Accepted);
                    settle(&mut outcomes, &Outcome::NotSent(words));
                    return Sent { outcomes, usable: false, stale: false };
                }
            }
        }
        if !outcomes.contains(&Outcome::Accepted) {
            return Sent { outcomes, usable: self.reset(connection).await, stale: false };
        }
        let usable = match self.data(connection, message).await {
            Ok(()) => true,
            Err(outcome) => {
                settle(&mut outcomes, &outcome);
                matches!(outcome, Outcome::Refused(_)) && self.reset(connection).await
            }
        };
        Sent { outcomes, usable, stale: false }
    }

    /// The message itself, to all recipients that the server has taken.
    async fn data(&self, connection: &mut AsyncSmtpConnection, message: &[u8]) -> Result<(), Outcome> {
        self.step("DATA", connection.command(Data)).await.map_err(|failure| match failure {
            Failure::No(words) => Outcome::Refused(words),
            Failure::Gone(words) => Outcome::NotSent(words),
        })?;
        let limit = self.server.timeout + Duration::from_secs(message.len() as u64 / SLOWEST);
        self.step_within(limit, "the message", connection.message(message)).await.map_err(|failure| match failure {
            Failure::No(words) => Outcome::Refused(words),
            Failure::Gone(words) => Outcome::Unknown(words),
        })?;
        Ok(())
    }

    /// Starts anew on the same connection, if that is possible.
    async fn reset(&self, connection: &mut AsyncSmtpConnection) -> bool {
        self.step("RSET", connection.command(Rset)).await.is_ok()
    }

    /// Says goodbye. Whether the server hears it, doesn't matter.
    pub(super) async fn leave(&self, mut connection: AsyncSmtpConnection) {
        let briefly = self.server.timeout.min(Duration::from_secs(5));
        tokio::time::timeout(briefly, connection.quit()).await.ok();
    }

    /// One step of the conversation, which may not take longer than allowed.
    async fn step<T>(&self, name: &str, step: impl Future<Output = Result<T, SmtpError>>) -> Result<T, Failure> {
        self.step_within(self.server.timeout, name, step).await
    }

    async fn step_within<T>(
        &self,
        limit: Duration,
        name: &str,
        step: impl Future<Output = Result<T, SmtpError>>,
    ) -> Result<T, Failure> {
        let Ok(done) = tokio::time::timeout(limit, step).await else { return Err(late(name, limit)) };
        done.map_err(|error| match error.status() {
            Some(code) if u16::from(code) != CLOSING => {
                let later = code.severity == Severity::TransientNegativeCompletion;
                let advice = if later { "; a rerun tries again" } else { "" };
                Failure::No(format!("{code} {}{advice}", cause(&error)))
            }
            _ => {
                let cause = cause(&error);
                let cure = cure(&cause).map(|cure| format!("; {cure}")).unwrap_or_default();
                Failure::Gone(format!("{name}: {cause}{cure}"))
            }
        })
    }
}

/// Mail servers get no name of this machine.
fn hello() -> ClientId {
    ClientId::Ipv4(std::net::Ipv4Addr::LOCALHOST)
}

fn late(step: &str, timeout: Duration) -> Failure {
    Failure::Gone(format!("{step}: no answer within {}", humantime::format_duration(timeout)))
}

/// Those who would have got it share what became of it.
fn settle(outcomes: &mut [Outcome], outcome: &Outcome) {
    for slot in outcomes.iter_mut().filter(|slot| **slot == Outcome::Accepted) {
        *slot = outcome.clone();
    }
}

/// What to do where the server's certificate is at fault.
fn cure(cause: &str) -> Option<&'static str> {
    /// What the library says, and what helps.
    const CURES: [(&str, &str); 5] = [
        ("UnknownIssuer", "write the file of the authority that signed it to [email] ca_file (PEM)"),
        ("CaUsedAsEndEntity", "the server shows its authority's certificate, and needs one of its own"),
        ("not valid for name", "write a name that the certificate has to [email] smtp"),
        ("certificate expired", "the server needs a new certificate, or the clock of this machine is wrong"),
        ("not valid yet", "the clock of this machine is wrong, or the certificate is not valid yet"),
    ];
    CURES.into_iter().find(|(said, _)| cause.contains("certificate") && cause.contains(said)).map(|(_, cure)| cure)
}

/// The innermost reason, harmless on a terminal. The library's own words around it say less.
fn cause(error: &SmtpError) -> String {
    let mut words = error.to_string();
    let mut inner = error.source();
    while let Some(source) = inner {
        words = source.to_string();
        inner = source.source();
    }
    terminal(&words).chars().take(WORDS).collect()
}
