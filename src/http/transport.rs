//! The one place where reqwest is set up: certificates, time-outs, and which way a request takes.

use std::sync::OnceLock;

use url::Url;

use super::broken;
use super::message::Request;
use super::options::ClientOptions;
use crate::setting::is_loopback;

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
        let builder = builder(&self.options)?;
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

fn builder(options: &ClientOptions) -> Result<reqwest::ClientBuilder, String> {
    let builder = reqwest::Client::builder()
        .user_agent(concat!("headcount/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(options.retry_policy.connect)
        .read_timeout(options.retry_policy.stall)
        .timeout(options.timeout)
        // A redirect would carry vendor-specific credential headers to another host.
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never());
    let Some(path) = &options.ca_file else { return Ok(builder) };
    let pem = std::fs::read(path).map_err(|error| format!("can't read ca_file {}: {error}", path.display()))?;
    let certificates = reqwest::Certificate::from_pem_bundle(&pem)
        .map_err(|error| format!("ca_file {} is not PEM: {error}", path.display()))?;
    if certificates.is_empty() {
        return Err(format!("ca_file {} holds no certificate; expected PEM", path.display()));
    }
    Ok(builder.tls_certs_merge(certificates))
}

fn build(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, String> {
    builder.build().map_err(|error| format!("TLS can't be set up: {}", broken::innermost(&error.without_url())))
}
