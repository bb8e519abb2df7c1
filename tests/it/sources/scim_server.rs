//! A SCIM 2.0 service provider on loopback, as the RFCs describe it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

/// How it behaves where the RFCs leave room.
#[derive(Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "providers differ in each of them alone")]
pub(crate) struct Provider {
    pub(crate) users: u64,
    /// A cap on `count`, applied without saying so.
    pub(crate) cap: Option<u64>,
    /// RFC 9865.
    pub(crate) cursors: bool,
    /// With cursors, the total is optional.
    pub(crate) without_total: bool,
    /// No `/ServiceProviderConfig`.
    pub(crate) undescribed: bool,
    pub(crate) sorts: bool,
    /// Says that there are this many more.
    pub(crate) lies_by: u64,
    /// Answers this many requests for users with 429, the first ones.
    pub(crate) throttled: u64,
    /// Gives the same cursor for ever.
    pub(crate) loops: bool,
    /// What `startIndex` means to it.
    pub(crate) start: Start,
    /// Sends all users whatever `count` says.
    pub(crate) ignores_count: bool,
    /// Gives the number of users on the page as the total.
    pub(crate) counts_the_page: bool,
    /// Says with an empty cursor that the list has ended, instead of with none.
    pub(crate) says_end: bool,
    /// Breaks off after this many pages: the cursor to the next one is missing.
    pub(crate) breaks_off_after: Option<u64>,
    /// Answers instead of a list of users, from the second page on.
    pub(crate) later: Option<&'static str>,
}

/// What `startIndex` means to a server.
#[derive(Clone, Copy, Default, PartialEq)]
pub(crate) enum Start {
    #[default]
    Honoured,
    /// Nothing.
    Ignored,
    /// Behind the end, the first user.
    FirstBehindTheEnd,
    /// Behind the end, as many users as are asked for before it.
    LastBehindTheEnd,
    /// Behind the end it is refused.
    RefusedBehindTheEnd,
}

#[derive(Clone)]
struct Server {
    provider: Provider,
    requests: Arc<AtomicU64>,
    queries: Arc<Mutex<Vec<HashMap<String, String>>>>,
}

/// A running provider.
pub(crate) struct Running {
    pub(crate) base_url: String,
    queries: Arc<Mutex<Vec<HashMap<String, String>>>>,
}

impl Running {
    /// The parameters of all requests for users so far.
    pub(crate) fn queries(&self) -> Vec<HashMap<String, String>> {
        self.queries.lock().expect("a lock").clone()
    }
}

/// Starts a provider; it ends with the test.
pub(crate) async fn start(provider: Provider) -> Running {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base_url = format!("http://{}", listener.local_addr().expect("an address"));
    let queries = Arc::default();
    let server = Server { provider, requests: Arc::default(), queries: Arc::clone(&queries) };
    let router = Router::new()
        .route("/scim/v2/Users", get(users))
        .route("/scim/v2/ServiceProviderConfig", get(describe))
        .route("/token", post(token))
        .with_state(server);
    tokio::spawn(async { axum::serve(listener, router).await });
    Running { base_url, queries }
}

fn scim(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/scim+json")], body.to_string()).into_response()
}

fn error(status: StatusCode, scim_type: &str, detail: &str) -> Response {
    let schema = "urn:ietf:params:scim:api:messages:2.0:Error";
    let body = json!({"schemas": [schema], "scimType": scim_type, "detail": detail, "status": status.as_str()});
    scim(status, &body)
}

async fn describe(State(server): State<Server>) -> Response {
    if server.provider.undescribed {
        return error(StatusCode::NOT_FOUND, "noTarget", "no such endpoint");
    }
    let schema = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
    let pagination = json!({"cursor": server.provider.cursors, "index": !server.provider.cursors});
    let body = json!({"schemas": [schema], "sort": {"supported": server.provider.sorts}, "pagination": pagination});
    scim(StatusCode::OK, &body)
}

async fn token() -> Response {
    axum::Json(json!({"access_token": "issued-token", "token_type": "Bearer", "expires_in": 3600})).into_response()
}

/// Both are `Bearer static-token`, `Bearer issued-token`, or basic `auditor:s3cret-word`.
fn may_enter(headers: &HeaderMap) -> bool {
    let known = ["Bearer static-token", "Bearer issued-token", "Basic YXVkaXRvcjpzM2NyZXQtd29yZA=="];
    headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).is_some_and(|value| known.contains(&value))
}

async fn users(
    State(server): State<Server>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    server.queries.lock().expect("a lock").push(query.clone());
    if !may_enter(&headers) {
        let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        return error(StatusCode::UNAUTHORIZED, "", &format!("these won't do: {sent}"));
    }
    if server.requests.fetch_add(1, Ordering::Relaxed) < server.provider.throttled {
        return (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "0")]).into_response();
    }
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<u64>().ok());
    let most = if server.provider.ignores_count { server.provider.users } else { number("count").unwrap_or(20) };
    let count = most.min(server.provider.cap.unwrap_or(u64::MAX));
    let by_cursor = server.provider.cursors && !query.contains_key("startIndex");
    let start = if by_cursor {
        let cursor = query.get("cursor").map(String::as_str).unwrap_or_default();
        let Some(start) = position(cursor) else {
            return error(StatusCode::BAD_REQUEST, "invalidCursor", "that is none of mine");
        };
        start
    } else {
        let asked = number("startIndex").unwrap_or(1).max(1) - 1;
        match server.provider.start {
            Start::Ignored => 0,
            Start::FirstBehindTheEnd if asked >= server.provider.users => 0,
            Start::LastBehindTheEnd if asked >= server.provider.users => server.provider.users.saturating_sub(count),
            Start::RefusedBehindTheEnd if asked >= server.provider.users => {
                return error(StatusCode::BAD_REQUEST, "invalidValue", "there is nothing");
            }
            _ => asked,
        }
    };
    if let Some(later) = server.provider.later.filter(|_| start > 0) {
        return (StatusCode::OK, [(header::CONTENT_TYPE, "application/scim+json")], later).into_response();
    }
    let end = (start + count).min(server.provider.users);
    let resources: Vec<Value> = (start..end).map(user).collect();
    let mut body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": if server.provider.counts_the_page {
            resources.len() as u64
        } else {
            server.provider.users + server.provider.lies_by
        },
        "itemsPerPage": resources.len(),
    });
    if !resources.is_empty() {
        body["Resources"] = resources.into();
    }
    let breaks_off = server.provider.breaks_off_after.is_some_and(|pages| end >= pages * count);
    if by_cursor && !breaks_off && (end < server.provider.users || server.provider.loops) {
        body["nextCursor"] = if server.provider.loops { "c0".into() } else { format!("c{end}").into() };
    } else if by_cursor && !breaks_off && server.provider.says_end {
        body["nextCursor"] = if end % 2 == 0 { Value::Null } else { "".into() };
    }
    if server.provider.without_total {
        body.as_object_mut().expect("an object").remove("totalResults");
    }
    scim(StatusCode::OK, &body)
}

fn position(cursor: &str) -> Option<u64> {
    if cursor.is_empty() { Some(0) } else { cursor.strip_prefix('c')?.parse().ok() }
}

fn user(number: u64) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": format!("u-{number:04}"),
        "userName": format!("user{number}"),
        "emails": [{"value": format!("user{number}@example.com"), "primary": true}],
        "active": !number.is_multiple_of(5),
    })
}
