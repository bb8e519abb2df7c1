//! How to reach a vendor over HTTP: address, limits, certificates.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use toml::Spanned;
use url::Url;

use super::RawCommon;
use super::raw::CheckedVendor;
use crate::config::patience::Patience;
use crate::config::text::ConfigText;
use crate::diagnostic::Diagnostic;

/// How to reach a vendor.
#[derive(Debug, Clone)]
pub struct ConnectionConfig {
    /// Without a slash at its end. What is read from this machine has a `file:` address.
    pub base_url: Url,
    /// A further certificate authority to trust, PEM.
    pub ca_file: Option<PathBuf>,
    /// Requests under way at the same time.
    pub concurrency: NonZeroUsize,
    /// For one request, from sending to the last byte; for a program, from start to end.
    pub timeout: Duration,
    /// At most so many requests a second; unlimited when absent.
    pub requests_per_second: Option<NonZeroU32>,
    /// Records asked for at a time; the vendor's maximum when absent.
    pub page_size: Option<NonZeroU32>,
    /// Through which requests go, but to this machine; as the environment says, when absent.
    pub proxy: Option<Url>,
    /// How long the source is borne with besides.
    pub patience: Patience,
}

pub(super) fn check_connection(
    common: &RawCommon,
    vendor: &CheckedVendor,
    text: &ConfigText,
) -> Result<ConnectionConfig, Diagnostic> {
    if !vendor.config.is_remote() {
        refuse_remote_keys(common, text)?;
    }
    let base_url = match (&common.base_url, &vendor.default_base_url) {
        (Some(url), _) => check_url(url, common.allow_insecure_http, text)?,
        (None, Some(url)) => Url::parse(url).map_err(|error| text.error(common.vendor.span(), error.to_string()))?,
        (None, None) => {
            return Err(text
                .error(common.vendor.span(), format!("{} needs base_url", vendor.config.kind()))
                .help("add base_url = \"https://…\", the address of your tenant"));
        }
    };
    let concurrency = match &common.concurrency {
        None => vendor.config.default_concurrency(),
        Some(number) => match NonZeroUsize::new(*number.get_ref() as usize) {
            Some(number) if number.get() <= 64 => number,
            _ => return Err(text.error(number.span(), "concurrency has to be between 1 and 64")),
        },
    };
    let loopback = is_loopback(&base_url);
    Ok(ConnectionConfig {
        ca_file: common.ca_file.as_ref().map(|path| text.resolve(path.get_ref())),
        concurrency,
        timeout: check_timeout(common.timeout.as_ref(), vendor.config.default_timeout(), text)?,
        requests_per_second: non_zero(common.requests_per_second.as_ref(), "requests_per_second", text)?
            .or_else(|| vendor.config.default_rate(loopback)),
        page_size: non_zero(common.page_size.as_ref(), "page_size", text)?,
        proxy: common.proxy.as_ref().map(|proxy| check_proxy(proxy, loopback, text)).transpose()?,
        patience: check_patience(common.deadline.as_ref(), text)?,
        base_url,
    })
}

/// A file or a program has no address and answers no requests; such a key would be ignored in silence.
fn refuse_remote_keys(common: &RawCommon, text: &ConfigText) -> Result<(), Diagnostic> {
    let spans = [
        ("base_url", common.base_url.as_ref().map(Spanned::span)),
        ("ca_file", common.ca_file.as_ref().map(Spanned::span)),
        ("concurrency", common.concurrency.as_ref().map(Spanned::span)),
        ("requests_per_second", common.requests_per_second.as_ref().map(Spanned::span)),
        ("proxy", common.proxy.as_ref().map(Spanned::span)),
        ("page_size", common.page_size.as_ref().map(Spanned::span)),
    ];
    match spans.into_iter().find_map(|(key, span)| Some((key, span?))) {
        None => Ok(()),
        Some((key, span)) => {
            let vendor = common.vendor.get_ref();
            Err(text.error(span, format!("`{key}` means nothing to vendor = \"{vendor}\"")).help("remove the line"))
        }
    }
}

fn non_zero(value: Option<&Spanned<u32>>, key: &str, text: &ConfigText) -> Result<Option<NonZeroU32>, Diagnostic> {
    value
        .map(|number| {
            NonZeroU32::new(*number.get_ref())
                .ok_or_else(|| text.error(number.span(), format!("{key} has to be at least 1")))
        })
        .transpose()
}

fn check_timeout(
    value: Option<&Spanned<String>>,
    default: Duration,
    text: &ConfigText,
) -> Result<Duration, Diagnostic> {
    let Some(value) = value else { return Ok(default) };
    humantime::parse_duration(value.get_ref())
        .ok()
        .filter(|timeout| !timeout.is_zero())
        .ok_or_else(|| text.error(value.span(), "timeout is not a duration").help("for example \"30s\" or \"2m\""))
}

fn check_patience(deadline: Option<&Spanned<String>>, text: &ConfigText) -> Result<Patience, Diagnostic> {
    let mut patience = Patience::default();
    if let Some(value) = deadline {
        let parsed = humantime::parse_duration(value.get_ref()).ok().filter(|duration| !duration.is_zero());
        patience.deadline = parsed.ok_or_else(|| {
            text.error(value.span(), "deadline is not a duration").help("for example \"30m\" or \"2h\"")
        })?;
    }
    Ok(patience)
}

/// Credentials of a proxy would be a secret in the configuration; the environment can carry them.
fn check_proxy(value: &Spanned<String>, loopback: bool, text: &ConfigText) -> Result<Url, Diagnostic> {
    let error = |message: &str, help: &str| text.error(value.span(), message).help(help);
    if loopback {
        return Err(error("base_url is on this machine, which is never asked through a proxy", "remove the line"));
    }
    let url = Url::parse(value.get_ref())
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| error("not the address of a proxy", "for example \"http://proxy.example.com:3128\""))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(error("an address may not hold credentials", "set HTTPS_PROXY in the environment instead"));
    }
    Ok(url)
}

/// Whether an address is of this machine: `localhost`, 127.0.0.0/8 or `::1`.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        None => false,
    }
}

/// An address may carry no credentials and no query, and has to be https: a token over plain http is a token
/// given away. Loopback is excepted, and so is what the user allows by name.
pub(super) fn check_url(
    value: &Spanned<String>,
    allow_insecure_http: bool,
    text: &ConfigText,
) -> Result<Url, Diagnostic> {
    let error = |message: &str, help: &str| text.error(value.span(), message).help(help);
    let url = Url::parse(value.get_ref().trim_end_matches('/'))
        .map_err(|reason| error(&format!("not an address: {reason}"), "for example \"https://cluster.voiso.com\""))?;
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err(error("an address may not hold credentials, a query or a fragment", "keep scheme, host and path"));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if allow_insecure_http || is_loopback(&url) => Ok(url),
        "http" => Err(error(
            "credentials would go over plain http",
            "use https://, or allow_insecure_http = true if you accept that",
        )),
        other => Err(error(&format!("unknown scheme \"{other}\""), "use https://")),
    }
}
