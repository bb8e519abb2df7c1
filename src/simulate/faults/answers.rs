//! Answers that no vendor documents, and good answers that are sent badly.

use std::convert::Infallible;
use std::io::{self, Write as _};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use axum::body::{Body, Bytes};
use axum::http::header::{
    CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, DATE, HeaderValue, LOCATION, RETRY_AFTER,
};
use axum::http::{StatusCode, Version};
use axum::response::{IntoResponse as _, Response};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use futures_util::stream::{self, StreamExt as _};
use serde_json::json;

use crate::simulate::behaviour::{Answered, Arrival};

/// What is answered instead of what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Answer {
    Unavailable,
    RateLimit,
    RateLimitDate,
    Unauthorized,
    Redirect,
    Html,
    NotJson,
    Empty,
    TooLarge,
    Bomb,
    Echo,
}

const PAGE: &str = "<!doctype html><title>Sign in</title><p>Please sign in to continue.";

/// More than any client should take.
const HUGE: usize = 80 * 1024 * 1024;

impl Answer {
    pub(super) fn make(self, arrival: &Arrival<'_>) -> Response {
        let says = |status: StatusCode, message: &str| {
            let body = json!({ "code": status.as_u16(), "message": message, "error": message, "detail": message });
            (status, axum::Json(body)).into_response()
        };
        match self {
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "upstream connect error").into_response(),
            Self::RateLimit => {
                ([(RETRY_AFTER, "1")], says(StatusCode::TOO_MANY_REQUESTS, "Slow down.")).into_response()
            }
            Self::RateLimitDate => {
                let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(1));
                ([(RETRY_AFTER, date)], says(StatusCode::TOO_MANY_REQUESTS, "Slow down.")).into_response()
            }
            Self::Unauthorized => says(StatusCode::UNAUTHORIZED, "The token has expired."),
            Self::Redirect => {
                let elsewhere = format!("https://elsewhere.example{}?key=1", arrival.path);
                (StatusCode::FOUND, [(LOCATION, elsewhere)]).into_response()
            }
            Self::Html => ([(CONTENT_TYPE, "text/html")], PAGE).into_response(),
            Self::NotJson => "OK".into_response(),
            Self::Empty => ([(CONTENT_TYPE, "application/json")], "").into_response(),
            Self::TooLarge => {
                let spaces = stream::repeat_with(|| Ok::<_, Infallible>(Bytes::from_static(&[b' '; 8192])));
                Body::from_stream(spaces).into_response()
            }
            Self::Bomb => ([(CONTENT_TYPE, "application/json"), (CONTENT_ENCODING, "gzip")], bomb()).into_response(),
            Self::Echo => says(StatusCode::FORBIDDEN, &echo(arrival)),
        }
    }
}

/// A small gzip file of very many spaces: one megabyte is packed, and those blocks are repeated. It has no end and
/// no checksum, because nobody should read so far.
fn bomb() -> Vec<u8> {
    const MEGABYTE: usize = 1024 * 1024;
    /// RFC 1952, 2.3.
    const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    static BLOCKS: OnceLock<Vec<u8>> = OnceLock::new();
    let pack = || -> io::Result<Vec<u8>> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&vec![b' '; MEGABYTE])?;
        encoder.flush()?;
        Ok(encoder.get_ref().clone())
    };
    let blocks = BLOCKS.get_or_init(|| pack().unwrap_or_default());
    [&GZIP_HEADER[..], &blocks.repeat(HUGE / MEGABYTE)].concat()
}

/// All that a careless vendor would repeat of a request.
fn echo(arrival: &Arrival<'_>) -> String {
    let headers = ["authorization", "x-api-key"].iter().filter_map(|name| arrival.headers.get(*name)?.to_str().ok());
    let headers: Vec<_> = headers.collect();
    format!("not allowed: {} {}", headers.join(" "), String::from_utf8_lossy(arrival.body))
}

/// How a good answer is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Delivery {
    Disconnect,
    Truncated,
    Stalled,
    Http10,
    WrongType,
    InvalidUtf8,
    ClockSkew,
}

impl Delivery {
    pub(super) fn make(self, answer: Answered) -> Response {
        let (mut head, mut body) = (answer.head, answer.body);
        match self {
            Self::Disconnect => return partly(head, &body, 0, false),
            Self::Truncated => {
                let half = body.len() / 2;
                return partly(head, &body, half, false);
            }
            Self::Stalled => {
                let half = body.len() / 2;
                return partly(head, &body, half, true);
            }
            Self::Http10 => {
                head.version = Version::HTTP_10;
                head.headers.insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Self::WrongType => {
                head.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            }
            Self::InvalidUtf8 => spoil(&mut body),
            Self::ClockSkew => {
                let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_hours(24));
                head.headers.extend(HeaderValue::from_str(&date).ok().map(|date| (DATE, date)));
            }
        }
        Response::from_parts(head, Body::from(body))
    }
}

/// Announces the whole body and sends only its start. Then the connection breaks, or stays silent.
fn partly(mut head: axum::http::response::Parts, body: &[u8], length: usize, silent: bool) -> Response {
    let start = Bytes::copy_from_slice(body.get(..length).unwrap_or_default());
    head.headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len() + 1));
    let sent = stream::iter((length > 0).then_some(Ok::<_, io::Error>(start)));
    let body = if silent {
        Body::from_stream(sent.chain(stream::pending()))
    } else {
        let broken = stream::once(async { Err(io::Error::from(io::ErrorKind::ConnectionReset)) });
        Body::from_stream(sent.chain(broken))
    };
    Response::from_parts(head, body)
}

/// Puts a byte that is no UTF-8 into the first text of a value.
fn spoil(body: &mut [u8]) {
    let value = body.windows(2).position(|pair| pair == b":\"");
    if let Some(byte) = value.and_then(|at| body.get_mut(at + 2)) {
        *byte = 0xff;
    }
}
