//! One configured tenant of a vendor, as connecting to it needs it.

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use crate::base::diagnostic::Diagnostic;
use crate::http::{Client, ClientOptions, Journal, RetryPolicy, authorities};
use crate::model::SourceName;
use crate::setting::{NamedFile, SecretRef};

/// How to reach a vendor.
#[derive(Debug, Clone)]
pub struct ConnectionConfig {
    /// Without a slash at its end. What is read from this machine has a `file:` address.
    pub base_url: Url,
    /// A further certificate authority to trust, PEM.
    pub ca_file: Option<NamedFile>,
    /// Requests under way at the same time.
    pub concurrency: NonZeroUsize,
    /// For one request, from sending to the last byte; for a program, from start to end.
    pub timeout: Duration,
    /// The most requests a second; unlimited when absent.
    pub requests_per_second: Option<NonZeroU32>,
    /// Records asked for at a time.
    pub page_size: PageSize,
    /// Through which requests go, but to this machine; as the environment says, when absent.
    pub proxy: Option<Url>,
    /// How long the source is borne with besides.
    pub retry_policy: RetryPolicy,
}

/// Records asked for at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PageSize {
    /// The vendor's maximum.
    #[default]
    Usual,
    /// This many, as far as the vendor allows them.
    Of(NonZeroU32),
    /// As many as the server sends when it isn't told.
    Servers,
}

/// A tenant to connect to.
#[derive(Debug)]
pub struct Tenant<'c> {
    /// What the configuration calls it.
    pub name: &'c SourceName,
    /// How to reach it.
    pub connection: &'c ConnectionConfig,
    /// Points at its table, for what turns out to be unusable.
    pub place: &'c Diagnostic,
    /// Takes down its answers.
    pub journal: Option<Arc<dyn Journal>>,
}

impl Tenant<'_> {
    pub(super) const fn url(&self) -> &Url {
        &self.connection.base_url
    }

    /// Records to ask for at a time, of which the vendor allows at most this many.
    pub(super) fn page_size(&self, max: u32) -> u32 {
        match self.connection.page_size {
            PageSize::Of(size) => size.get().min(max),
            PageSize::Usual | PageSize::Servers => max,
        }
    }

    /// Its HTTP client. Only for those that have an address: it reads the certificates of the system.
    pub(super) fn client(&self) -> Result<Client, Diagnostic> {
        let connection = self.connection;
        let options = ClientOptions {
            concurrency: connection.concurrency,
            timeout: connection.timeout,
            retry_policy: connection.retry_policy,
            proxy: connection.proxy.clone(),
            requests_per_second: connection.requests_per_second,
            authorities: connection.ca_file.as_ref().map(authorities).transpose()?.unwrap_or_default(),
        };
        let client = Client::new(options, self.url()).map(|client| client.with_journal(self.journal.clone()));
        client.map_err(|message| Diagnostic { message, ..self.place.clone() })
    }
}

/// A secret, made known to the redactor.
pub(super) fn known(client: &Client, secret: &SecretRef) -> Result<SecretString, Diagnostic> {
    let secret = secret.resolve()?;
    client.redactor().add(&secret);
    Ok(secret)
}
