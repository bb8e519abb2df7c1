//! One source's HTTP client: retries and their budget, size caps, time-outs. What slows it down is in
//! [`super::pace`].

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use futures_util::future::BoxFuture;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use tracing::debug;
use url::Url;

use super::broken;
use super::hosts::Hosts;
use super::journal;
use super::retry::{A_FEW_TIMES, pauses, retry_after};
use super::transport::Transport;
use super::{Body, Cause, ClientOptions, HttpError, Journal, Redactor, Refusal, Request, Response, Retry};

/// Puts credentials on requests. Implementations keep what they obtain, and share it between requests.
pub trait Authorize: Send + Sync {
    /// The header that carries the credentials, obtained first if need be.
    fn header<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<Option<(HeaderName, HeaderValue)>, Cause>>;

    /// The vendor refused these credentials: forget what can be obtained anew. `false` if nothing can.
    fn renew<'a>(&'a self, refused: &'a HeaderValue) -> BoxFuture<'a, bool>;
}

/// One source's HTTP client.
#[derive(Debug)]
pub struct Client {
    transport: Transport,
    options: ClientOptions,
    hosts: Hosts,
    redactor: Redactor,
    requests: AtomicU64,
    retries: AtomicU64,
    redactions: AtomicU64,
    skew: Skew,
    journal: Option<Arc<dyn Journal>>,
}

/// What a client has done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Requests sent, retries included.
    pub requests: u64,
    /// Requests that were repeated.
    pub retries: u64,
    /// Places of its answers from which a secret was taken before anything was kept.
    #[serde(default)]
    pub redactions: u64,
    /// Seconds by which the vendor's clock (its `Date` header) was ahead of ours at last, if it told.
    pub clock_skew: Option<i64>,
}

/// Refuses an answer, or lets it pass.
pub type Check<'c> = dyn Fn(&Response) -> Result<(), Refusal> + Send + Sync + 'c;

impl Client {
    /// Prepares a client for a source at this address; no connection is made yet.
    ///
    /// # Errors
    /// A sentence, when the certificate file can't be read or TLS can't be set up.
    pub fn new(options: ClientOptions, address: &Url) -> Result<Self, String> {
        Ok(Self {
            transport: Transport::new(options.clone(), address)?,
            hosts: Hosts::new(options.concurrency, options.requests_per_second),
            redactor: Redactor::default(),
            requests: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            redactions: AtomicU64::new(0),
            skew: Skew::default(),
            journal: None,
            options,
        })
    }

    /// Keeps answers there, and takes from there what was answered before.
    #[must_use]
    pub fn with_journal(self, journal: Option<Arc<dyn Journal>>) -> Self {
        Self { journal, ..self }
    }

    /// Where this source's secrets are made known, so that they can be taken out of messages.
    pub const fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// Requests that may be under way at the same time.
    pub const fn concurrency(&self) -> usize {
        self.options.concurrency.get()
    }

    /// The longest that the source as a whole may take.
    pub const fn deadline(&self) -> Duration {
        self.options.retry_policy.deadline
    }

    /// What it has done so far.
    pub fn usage(&self) -> Usage {
        Usage {
            requests: self.requests.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
            redactions: self.redactions.load(Ordering::Relaxed),
            clock_skew: self.skew.seconds(),
        }
    }

    /// Sends a request until it succeeds, is refused for good, or its attempts are used up. `check` is the
    /// vendor's reading of an answer; it sees every answer whatever its status. The answer that is returned holds no
    /// secret of this source, unless it was asked for one.
    ///
    /// # Errors
    /// What went wrong in the last attempt.
    pub async fn call(
        &self,
        request: &Request,
        auth: &dyn Authorize,
        check: &Check<'_>,
    ) -> Result<Response, HttpError> {
        let journal = self.journal.as_deref().zip(journal::name(request));
        if let Some(answer) = journal.as_ref().and_then(|(journal, name)| journal.recall(name)) {
            self.redactions.fetch_add(answer.redactions, Ordering::Relaxed);
            return Ok(Response { redactor: self.redactor.clone(), ..answer });
        }
        let mut pauses = pauses(&self.options.retry_policy);
        let mut renewed = false;
        let mut brief = 0;
        loop {
            let (failure, credentials) = match self.attempt(request, auth, check).await {
                Ok(response) => {
                    journal.inspect(|(journal, name)| journal.record(name, &response));
                    return Ok(response);
                }
                Err(failure) => failure,
            };
            brief += u32::from(failure.retry == Retry::AFewTimes);
            let wait = match failure.retry {
                Retry::Never => None,
                Retry::WithNewCredentials => match &credentials {
                    Some(refused) if !renewed && auth.renew(refused).await => {
                        renewed = true;
                        Some(Duration::ZERO)
                    }
                    _ => None,
                },
                Retry::AFewTimes if brief > A_FEW_TIMES => None,
                Retry::Later | Retry::Throttled | Retry::AFewTimes => {
                    pauses.next().map(|pause| failure.retry_after.map_or(pause, |asked| asked.max(pause / 2)))
                }
            };
            let Some(wait) = wait else { return Err(self.failed(request, failure.cause)) };
            self.spend_retry(request, &failure)?;
            debug!(request = %self.shown(request), cause = %self.redactor.clean(&failure.cause.to_string()), ?wait, "trying again");
            if failure.retry == Retry::Throttled {
                self.hosts.pace(&request.url).throttle(wait);
            } else {
                tokio::time::sleep(wait).await;
            }
        }
    }

    /// Takes one repetition from the budget of the source.
    fn spend_retry(&self, request: &Request, failure: &Failure) -> Result<(), HttpError> {
        let allowed = self.options.retry_policy.retries_after(self.requests.load(Ordering::Relaxed));
        if self.retries.fetch_add(1, Ordering::Relaxed) < allowed {
            return Ok(());
        }
        self.retries.fetch_sub(1, Ordering::Relaxed);
        let last = failure.cause.to_string();
        Err(self.failed(request, Cause::Exhausted { retries: allowed, last }))
    }

    async fn attempt(
        &self,
        request: &Request,
        auth: &dyn Authorize,
        check: &Check<'_>,
    ) -> Result<Response, (Failure, Option<HeaderValue>)> {
        let header = auth.header(self).await.map_err(|cause| (Failure::for_good(cause), None))?;
        let credentials = header.as_ref().map(|(_, value)| value.clone());
        self.exchange(request, header, check).await.map_err(|failure| (failure, credentials))
    }

    async fn exchange(
        &self,
        request: &Request,
        header: Option<(HeaderName, HeaderValue)>,
        check: &Check<'_>,
    ) -> Result<Response, Failure> {
        let pace = self.hosts.pace(&request.url);
        let turn = pace.turn().await;
        self.requests.fetch_add(1, Ordering::Relaxed);
        debug!(request = %self.shown(request), "sending");
        let mut builder = self.transport.request(request).map_err(|reason| unprepared(request, reason))?;
        for (name, value) in request.headers.iter().chain(header.as_ref()) {
            builder = builder.header(name, value);
        }
        match &request.body {
            Body::None => {}
            Body::Form(fields) => {
                let fields: Vec<_> = fields.iter().map(|(name, value)| (name, value.expose_secret())).collect();
                builder = builder.form(&fields);
            }
            Body::Bytes(kind, bytes) => {
                builder = builder.header(reqwest::header::CONTENT_TYPE, *kind).body(bytes.clone());
            }
        }
        let response = self.read(builder).await.map_err(|error| self.broken(request, error))?;
        drop(turn);
        let mut response = self.judge(response, check)?;
        pace.recover();
        if !request.asks_for_secret() {
            response.redactions = self.redactor.purge(&mut response.body);
            self.redactions.fetch_add(response.redactions, Ordering::Relaxed);
        }
        Ok(response)
    }

    /// Passes an answer on, or says what is wrong with it.
    fn judge(&self, response: Response, check: &Check<'_>) -> Result<Response, Failure> {
        self.skew.see(&response);
        let later = || retry_after(&response, SystemTime::now(), self.options.retry_policy.longest_wait);
        if let Some(to) = redirect(&response) {
            return Err(Failure::for_good(Cause::Redirected { status: response.status, to }));
        }
        if let Err(refusal) = check(&response) {
            let cause = Cause::Refused { status: response.status, message: refusal.message };
            return Err(Failure { retry: refusal.retry, retry_after: later(), cause });
        }
        if !response.is_success() {
            let cause = Cause::Unexpected { status: response.status, found: response.excerpt() };
            return Err(Failure { retry: Retry::for_status(response.status), retry_after: later(), cause });
        }
        Ok(response)
    }

    /// Sends and reads to the end, within the cap. That holds for what is decompressed, and so for what is
    /// compressed as well.
    async fn read(&self, builder: reqwest::RequestBuilder) -> Result<Response, Unread> {
        let limit = self.options.retry_policy.largest_answer;
        let mut response = builder.send().await?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > limit {
                return Err(Unread::TooLarge { limit });
            }
            body.extend_from_slice(&chunk);
        }
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Response { status, headers, body, redactions: 0, redactor: self.redactor.clone() })
    }

    fn broken(&self, request: &Request, error: Unread) -> Failure {
        let error = match error {
            Unread::TooLarge { limit } => return Failure::for_good(Cause::TooLarge { limit }),
            Unread::Broken(error) if error.is_timeout() => {
                let stall = self.options.retry_policy.stall;
                let cause = Cause::TimedOut { limit: self.options.timeout, stall };
                return Failure { retry: Retry::Later, retry_after: None, cause };
            }
            Unread::Broken(error) => error,
        };
        let host = request.url.host_str().unwrap_or_default();
        let (cause, retry) = broken::judge(host, &error.without_url());
        Failure { retry, retry_after: None, cause }
    }

    fn failed(&self, request: &Request, cause: Cause) -> HttpError {
        HttpError::new(&self.shown(request), cause.map_text(|text| self.redactor.clean(text)))
    }

    /// A request as it may be shown: a cursor that a vendor chose could hold anything.
    fn shown(&self, request: &Request) -> String {
        self.redactor.clean(&request.to_string())
    }
}

/// The way to this address can't be taken.
fn unprepared(request: &Request, reason: String) -> Failure {
    let host = request.url.host_str().unwrap_or_default().to_owned();
    Failure::for_good(Cause::Connection { host, reason })
}

/// Where a redirect leads, without the part of the address that could hold a secret.
fn redirect(response: &Response) -> Option<String> {
    if !matches!(response.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = response.header("location").unwrap_or_default();
    Some(match Url::parse(location) {
        Ok(url) => format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default()),
        Err(_) => "another path of the same host".to_owned(),
    })
}

/// An answer that could not be read to its end.
enum Unread {
    TooLarge { limit: usize },
    Broken(reqwest::Error),
}

impl From<reqwest::Error> for Unread {
    fn from(error: reqwest::Error) -> Self {
        Self::Broken(error)
    }
}

/// One attempt that didn't succeed.
struct Failure {
    cause: Cause,
    retry: Retry,
    retry_after: Option<Duration>,
}

impl Failure {
    const fn for_good(cause: Cause) -> Self {
        Self { cause, retry: Retry::Never, retry_after: None }
    }
}

/// By how much the vendor's clock differs from this machine's.
#[derive(Debug)]
struct Skew(AtomicI64);

impl Default for Skew {
    fn default() -> Self {
        Self(AtomicI64::new(i64::MIN))
    }
}

impl Skew {
    fn see(&self, response: &Response) {
        let date = response.header("date").and_then(|date| httpdate::parse_http_date(date).ok());
        let Some(theirs) = date.and_then(seconds) else { return };
        let Some(ours) = seconds(SystemTime::now()) else { return };
        self.0.store(theirs - ours, Ordering::Relaxed);
    }

    fn seconds(&self) -> Option<i64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|seconds| *seconds != i64::MIN)
    }
}

fn seconds(time: SystemTime) -> Option<i64> {
    time.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs().try_into().ok()
}
