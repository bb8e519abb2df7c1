//! What is asked and what comes back, without reqwest's types around it.

use std::fmt;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::SecretString;
use url::Url;

use super::Redactor;

/// A request without its credentials, to be sent as often as need be.
#[derive(Debug, Clone)]
pub struct Request {
    pub(super) method: reqwest::Method,
    pub(super) url: Url,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) body: Body,
}

/// What a request carries.
#[derive(Clone)]
pub enum Body {
    /// Nothing.
    None,
    /// `application/x-www-form-urlencoded`; may hold secrets.
    Form(Vec<(&'static str, SecretString)>),
    /// Bytes of this media type; never secret.
    Bytes(&'static str, Vec<u8>),
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Form(_) => "Form(…)",
            Self::Bytes(..) => "Bytes(…)",
        })
    }
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// As sent.
    pub headers: HeaderMap,
    /// Decompressed.
    pub body: Vec<u8>,
    /// In how many places of the body there was a secret.
    pub redactions: u64,
    /// Knows what an excerpt may not show.
    pub(super) redactor: Redactor,
}

impl Request {
    /// `GET url`
    pub const fn get(url: Url) -> Self {
        Self { method: reqwest::Method::GET, url, headers: Vec::new(), body: Body::None }
    }

    /// `POST url`
    pub const fn post(url: Url, body: Body) -> Self {
        Self { method: reqwest::Method::POST, url, headers: Vec::new(), body }
    }

    /// Whether it may be answered with a secret that is meant for us: what carries a form asks for a token.
    pub(super) const fn asks_for_secret(&self) -> bool {
        matches!(self.body, Body::Form(_))
    }

    /// Adds a header that is no secret. One that can't be sent is left out.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            self.headers.push((name, value));
        }
        self
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.url.path())?;
        self.url.query().map_or(Ok(()), |query| write!(f, "?{query}"))
    }
}

impl Response {
    /// An answer put together by hand, for tests of what reads answers.
    #[cfg(test)]
    pub(crate) fn new(status: u16, headers: &[(&'static str, &str)], body: Vec<u8>) -> Self {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header")))
            .collect();
        Self { status, headers, body, redactions: 0, redactor: Redactor::default() }
    }

    /// A header's value, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Status 2xx.
    pub const fn is_success(&self) -> bool {
        matches!(self.status, 200..300)
    }

    /// The start of the body, for a message about an answer that can't be understood.
    pub fn excerpt(&self) -> String {
        const LONGEST: usize = 160;
        // Cleaned before it is cut, so that half a secret can't stay. The end of what is looked at isn't shown.
        const LOOKED_AT: usize = 16 * 1024;
        let kind = self.header("content-type").unwrap_or("no content type");
        let start = self.body.get(..LOOKED_AT.min(self.body.len())).unwrap_or_default();
        let text = self.redactor.clean(&String::from_utf8_lossy(start));
        let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST).collect();
        if text.is_empty() {
            format!("an empty body ({kind})")
        } else {
            format!("\"{}\" ({kind})", text.escape_debug())
        }
    }
}
