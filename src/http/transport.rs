//! The one place where reqwest is set up: certificates, time-outs, and which way a request takes.

use std::sync::OnceLock;

use url::Url;

use super::broken;
use super::message::Request;
use super::options::ClientOptions;
use crate::base::diagnostic::Diagnostic;
use crate::setting::{NamedFile, is_loopback};

/// The two ways that a request can take. Most sources need one, and each reads the certificates of the system.
#[derive(Debug)]
pub(super) struct Transport {
    options: ClientOptions,
    /// Through the proxy, if there is one.
    outside: OnceLock<reqwest::Client>,
    /// To this machine. A proxy would be told, in clear over http, what need not leave it.
    here: OnceLock<reqwest::Client>,
}

impl Transport {
    /// Prepares the way to this address. Makes no connection yet.
    pub(super) fn new(options: ClientOptions, address: &Url) -> Result<Self, String> {
        // reqwest is built without a default provider; a second installation is refused and harmless.
        drop(rustls::crypto::ring::default_provider().install_default());
        let transport = Self { options, outside: OnceLock::new(), here: OnceLock::new() };
        transport.way(address)?;
        Ok(transport)
    }

    /// Begins a request.
    pub(super) fn request(&self, request: &Request) -> Result<reqwest::RequestBuilder, String> {
        Ok(self.way(&request.url)?.request(request.method.clone(), request.url.clone()))
    }

    fn way(&self, url: &Url) -> Result<&reqwest::Client, String> {
        let is_here = is_loopback(url);
        let way = if is_here { &self.here } else { &self.outside };
        if let Some(client) = way.get() {
            return Ok(client);
        }
        let builder = builder(&self.options);
        let client = build(match &self.options.proxy {
            _ if is_here => builder.no_proxy(),
            Some(url) => {
                let proxy = reqwest::Proxy::all(url.clone());
                builder.proxy(proxy.map_err(|error| format!("the proxy can't be used: {error}"))?)
            }
            None => builder,
        })?;
        Ok(way.get_or_init(|| client))
    }
}

/// The certificate authorities of a PEM file.
///
/// # Errors
/// It can't be read, or holds none.
pub(crate) fn authorities(file: &NamedFile) -> Result<Vec<reqwest::Certificate>, Diagnostic> {
    let found = reqwest::Certificate::from_pem_bundle(&file.read()?);
    match found.map_err(|error| file.error(format!("is not PEM: {error}")))? {
        none if none.is_empty() => Err(file.error("holds no certificate; expected PEM")),
        authorities => Ok(authorities),
    }
}

fn builder(options: &ClientOptions) -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder()
        .user_agent(concat!("headcount/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(options.retry_policy.connect)
        .read_timeout(options.retry_policy.stall)
        .timeout(options.timeout)
        // A redirect would carry vendor-specific credential headers to another host.
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never());
    if options.authorities.is_empty() { builder } else { builder.tls_certs_merge(options.authorities.clone()) }
}

fn build(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, String> {
    builder.build().map_err(|error| format!("TLS can't be set up: {}", broken::innermost(&error.without_url())))
}
