//! Asking an authority for a time stamp. All that it learns is a hash.

use std::num::NonZero;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use url::Url;

use super::{Request, Stamp, StampError};
use crate::http::{Body, Client, ClientOptions, HttpError, RetryPolicy, Unauthenticated};

/// Why there is no time stamp.
#[derive(Debug, thiserror::Error)]
pub enum TimeError {
    /// The authority can't be asked.
    #[error("{0}")]
    Unprepared(String),
    /// It didn't answer.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// What it answered is no stamp of this bundle.
    #[error(transparent)]
    Stamp(#[from] StampError),
}

/// Has a seal stamped: the answer as it came, and what it says.
///
/// # Errors
/// The authority can't be asked, or its answer doesn't fit.
pub async fn stamp(authority: &Url, seal: &[u8]) -> Result<(Vec<u8>, Stamp), TimeError> {
    let unprepared = |why: &str| TimeError::Unprepared(why.to_owned());
    let request = Request::new(Sha256::digest(seal).into()).map_err(unprepared)?;
    let client = Client::new(options(), authority).map_err(TimeError::Unprepared)?;
    let body = Body::Bytes("application/timestamp-query", request.to_der());
    let asked = crate::http::Request::post(authority.clone(), body).header("accept", "application/timestamp-reply");
    let answer = client.call(&asked, &Unauthenticated, &|_| Ok(())).await?;
    let stamp = Stamp::parse(&answer.body)?;
    stamp.answers(&request)?;
    Ok((answer.body, stamp))
}

/// An authority answers at once, in some kilobytes, or a person tries another.
fn options() -> ClientOptions {
    ClientOptions {
        concurrency: NonZero::<usize>::MIN,
        timeout: Duration::from_secs(30),
        retry_policy: RetryPolicy { attempts: 3, largest_answer: 1 << 20, ..RetryPolicy::default() },
        requests_per_second: None,
        authorities: Vec::new(),
        proxy: None,
    }
}
