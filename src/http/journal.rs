//! Answers that are kept while they arrive, so that a fetch that was interrupted can go on where it stopped.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue, SET_COOKIE};

use super::{Redactor, Request, Response};

/// Keeps the answers of one source.
pub trait Journal: Send + Sync + std::fmt::Debug {
    /// The answer that the request got before. Each one is given once: who asks again wants to know it anew.
    fn recall(&self, request: &str) -> Option<Response>;

    /// Keeps an answer that was accepted.
    fn record(&self, request: &str, response: &Response);
}

/// The name of a request whose answer may be kept.
pub(super) fn name(request: &Request) -> Option<String> {
    (!request.asks_for_secret()).then(|| request.to_string())
}

impl Response {
    /// The headers as text, without what belongs to the session and without secrets.
    pub fn header_pairs(&self) -> Vec<(String, String)> {
        let told = self.headers.iter().filter(|(name, value)| *name != SET_COOKIE && !value.is_sensitive());
        told.filter_map(|(name, value)| Some((name.to_string(), self.redactor.clean(value.to_str().ok()?)))).collect()
    }

    /// An answer as it was kept. A header that is none is left out.
    pub fn restored(status: u16, headers: Vec<(String, String)>, body: Vec<u8>, redactions: u64) -> Self {
        let header = |(name, value)| Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?));
        let headers = headers.into_iter().filter_map(header).collect::<HeaderMap>();
        Self { status, headers, body, redactions, redactor: Redactor::default() }
    }
}
