//! Addresses that somebody has configured.

use toml::Spanned;
use url::Url;

use super::ConfigText;
use crate::base::diagnostic::Diagnostic;

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
pub(crate) fn check_url(
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
