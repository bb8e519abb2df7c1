//! A server that answers what a test tells it to, and remembers what it was asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) headers: HeaderMap,
    pub(crate) form: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    /// A parameter of the query as a number; 0 if it is missing.
    pub(crate) fn number(&self, name: &str) -> usize {
        self.query.get(name).map_or(0, |text| text.parse().unwrap())
    }

    /// A header as text; empty if it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// The server; dropping it stops it.
#[derive(Debug)]
pub(crate) struct Stub {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl Stub {
    /// Answers each request with what `answer` makes of it and of how many there were before.
    pub(crate) async fn start(answer: impl Fn(&Seen, usize) -> Response + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (Arc::clone(&seen), Arc::new(answer));
        let app = Router::new().fallback(move |request: Request| {
            let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
            async move {
                let request = read(request).await;
                let number = {
                    let mut log = log.lock().unwrap();
                    log.push(request.clone());
                    log.len() - 1
                };
                answer(&request, number)
            }
        });
        let task = tokio::spawn(async { axum::serve(listener, app).await.unwrap() });
        Self { url, seen, task }
    }

    /// All requests so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn read(request: Request) -> Seen {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 1 << 16).await.unwrap();
    let pairs = |raw: &[u8]| url::form_urlencoded::parse(raw).into_owned().collect();
    Seen {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: pairs(head.uri.query().unwrap_or_default().as_bytes()),
        headers: head.headers,
        form: pairs(&body),
        body: body.to_vec(),
    }
}

/// A JSON answer.
pub(crate) fn json(status: u16, body: &Value) -> Response {
    text(status, "application/json", &body.to_string())
}

/// Any answer.
pub(crate) fn text(status: u16, kind: &str, body: &str) -> Response {
    (StatusCode::from_u16(status).unwrap(), [("content-type", kind.to_owned())], body.to_owned()).into_response()
}

/// The part of a list that a page holds.
pub(crate) fn slice(list: &[Value], offset: usize, limit: usize) -> Vec<Value> {
    list.iter().skip(offset).take(limit).cloned().collect()
}
