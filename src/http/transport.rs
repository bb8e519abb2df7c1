//! The one place where reqwest is set up: certificates, time-outs, and which way a request takes.

use super::broken;
use super::client::ClientOptions;
use super::message::Request;
use crate::config::is_loopback;

/// The two ways that a request can take.
#[derive(Debug)]
pub(super) struct Transport {
    /// Through the proxy, if there is one.
    outside: reqwest::Client,
    /// To this machine. A proxy would be told, in clear over http, what need not leave it.
    here: reqwest::Client,
}

impl Transport {
    /// Makes no connection yet.
    pub(super) fn new(options: &ClientOptions) -> Result<Self, String> {
        // reqwest is built without a default provider; a second installation is refused and harmless.
        drop(rustls::crypto::ring::default_provider().install_default());
        let mut outside = builder(options)?;
        if let Some(url) = &options.proxy {
            let proxy = reqwest::Proxy::all(url.clone());
            outside = outside.proxy(proxy.map_err(|error| format!("the proxy can't be used: {error}"))?);
        }
        Ok(Self { outside: build(outside)?, here: build(builder(options)?.no_proxy())? })
    }

    /// Begins a request.
    pub(super) fn request(&self, request: &Request) -> reqwest::RequestBuilder {
        let client = if is_loopback(&request.url) { &self.here } else { &self.outside };
        client.request(request.method.clone(), request.url.clone())
    }
}

fn builder(options: &ClientOptions) -> Result<reqwest::ClientBuilder, String> {
    let builder = reqwest::Client::builder()
        .user_agent(concat!("headcount/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(options.patience.connect)
        .read_timeout(options.patience.stall)
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
