//! How a request proves who sends it.

use base64::Engine as _;
use futures_util::future::BoxFuture;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use super::{Authorize, Cause, Client, Redactor};

/// No credentials: the request for a token itself.
#[derive(Debug, Clone, Copy)]
pub struct Unauthenticated;

impl Authorize for Unauthenticated {
    fn header<'a>(&'a self, _: &'a Client) -> BoxFuture<'a, Result<Option<(HeaderName, HeaderValue)>, Cause>> {
        Box::pin(async { Ok(None) })
    }

    fn renew<'a>(&'a self, _: &'a HeaderValue) -> BoxFuture<'a, bool> {
        Box::pin(async { false })
    }
}

/// A long-lived token in a header.
#[derive(Debug)]
pub struct StaticToken {
    header: HeaderName,
    prefix: &'static str,
    token: SecretString,
}

impl StaticToken {
    /// `Authorization: Bearer …`
    pub const fn bearer(token: SecretString) -> Self {
        Self { header: reqwest::header::AUTHORIZATION, prefix: "Bearer ", token }
    }

    /// `Authorization: Basic …` (RFC 7617).
    pub fn basic(username: &SecretString, password: &SecretString, redactor: &Redactor) -> Self {
        let pair = Zeroizing::new(format!("{}:{}", username.expose_secret(), password.expose_secret()));
        let token = Zeroizing::new(base64::engine::general_purpose::STANDARD.encode(pair.as_bytes()));
        let token = token.as_str().into();
        redactor.add(password);
        redactor.add(&token);
        Self { header: reqwest::header::AUTHORIZATION, prefix: "Basic ", token }
    }

    /// A header of the vendor's own.
    pub const fn in_header(header: HeaderName, token: SecretString) -> Self {
        Self { header, prefix: "", token }
    }
}

impl Authorize for StaticToken {
    fn header<'a>(&'a self, _: &'a Client) -> BoxFuture<'a, Result<Option<(HeaderName, HeaderValue)>, Cause>> {
        Box::pin(async {
            let value = secret_value(self.prefix, self.token.expose_secret())?;
            Ok(Some((self.header.clone(), value)))
        })
    }

    fn renew<'a>(&'a self, _: &'a HeaderValue) -> BoxFuture<'a, bool> {
        Box::pin(async { false })
    }
}

/// A header value that is never printed. It is wiped from memory by nobody: what reqwest sends, it owns.
pub(crate) fn secret_value(prefix: &str, secret: &str) -> Result<HeaderValue, Cause> {
    let text = Zeroizing::new([prefix, secret].concat());
    let mut value = HeaderValue::from_str(&text).map_err(|_| Cause::Credentials {
        reason: "the secret holds characters that can't be sent in a header, perhaps a line break".to_owned(),
    })?;
    value.set_sensitive(true);
    Ok(value)
}
