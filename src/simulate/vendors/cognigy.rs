//! Cognigy.AI: `GET /new/v2.0/users` by cursor or by skip, `GET /new/v2.0/users/{id}` with status and roles, an API
//! key or OAuth 2.0, and problem documents.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use axum::routing::{get, post};
use serde::Serialize;
use serde_json::{Value, json};

use super::oauth::{self, Tokens};
use super::{
    Account, BadParam, Knows, ListShape, Params, Secrets, Simulated, Tells, Tenant, Total, bearer, json, refused,
};
use crate::simulate::ClientSecret;

/// Access tokens live minutes, refresh tokens a day.
const ACCESS_LIFETIME: Duration = Duration::from_mins(5);
const REFRESH_LIFETIME: u64 = 86_400;
const REFRESH: &str = "refresh";

/// Its place in the list of vendors.
pub(super) static SPEC: Simulated = Simulated {
    kind: "cognigy",
    source: "cognigy",
    percent: Some(20),
    knows: Knows::Address,
    tells: &[Tells::State, Tells::Use, Tells::Admin, Tells::Birth, Tells::Change],
    list: ListShape { list: "items", id: "_id", total: Total::Body("/total") },
    files: |secrets| vec![("secrets/cognigy-key", secrets.cognigy_key())],
    login: |_, _| r#"api_key = "file:secrets/cognigy-key""#.to_owned(),
    settings: r#"details = true
privileged_roles = ["admin"]
page_size = 100"#,
    router: |tenant| Ok(router(tenant)),
};

impl Secrets {
    /// API key at Cognigy.AI.
    pub fn cognigy_key(&self) -> String {
        self.derived("cognigy key")
    }

    /// OAuth client at Cognigy.AI.
    pub fn cognigy_client(&self) -> ClientSecret {
        self.client("cognigy")
    }

    /// A user at Cognigy.AI who may use the password grant: login and password.
    pub fn cognigy_user(&self) -> (String, String) {
        ("auditor@example.com".to_owned(), self.derived("cognigy password"))
    }
}

fn router(tenant: Tenant) -> Router {
    Router::new()
        .route("/new/v2.0/users", get(users))
        .route("/new/v2.0/users/{id}", get(user))
        .route("/auth/oauth2/token", post(token))
        .fallback(async |uri: Uri| missing(uri.path(), "The route does not exist"))
        .with_state(Arc::new(Platform { tenant, tokens: Tokens::default() }))
}

struct Platform {
    tenant: Tenant,
    tokens: Tokens,
}

impl Platform {
    /// An API key in the header or the query, or an access token.
    fn knows(&self, headers: &HeaderMap, params: &Params) -> bool {
        let header = headers.get("x-api-key").and_then(|key| key.to_str().ok());
        match header.or_else(|| params.get("api_key")) {
            Some(key) => key == self.tenant.secrets.cognigy_key(),
            None => {
                bearer(headers).and_then(|token| self.tokens.valid(token)).is_some_and(|token| token.scope != REFRESH)
            }
        }
    }
}

async fn users(
    State(platform): State<Arc<Platform>>,
    uri: Uri,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let params = Params::query(query.as_deref());
    if !platform.knows(&headers, &params) {
        return unauthorized(uri.path());
    }
    page(&platform.tenant, &params).unwrap_or_else(|bad| {
        let detail = format!("Validation failed. {} {}.", bad.name, bad.problem);
        problem(StatusCode::BAD_REQUEST, "Bad Request", 1005, &detail, uri.path())
    })
}

async fn user(
    State(platform): State<Arc<Platform>>,
    uri: Uri,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    if !platform.knows(&headers, &Params::query(query.as_deref())) {
        return unauthorized(uri.path());
    }
    match by_id(&platform.tenant, &id) {
        Some(account) => json(StatusCode::OK, &detail(&platform.tenant, account)),
        None => missing(uri.path(), "The user does not exist"),
    }
}

// ---- records

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    items: Vec<User>,
    total: usize,
    next_cursor: Option<String>,
    previous_cursor: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct User {
    #[serde(rename = "_id")]
    object_id: String,
    id: Option<String>,
    name: String,
    last_active: Option<i64>,
    created_at: i64,
    last_changed: i64,
    created_by: String,
    last_changed_by: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    #[serde(flatten)]
    user: User,
    organisation: String,
    roles: Vec<&'static str>,
    projects: [String; 0],
    #[serde(rename = "acceptedTOS")]
    accepted_tos: bool,
    disabled: bool,
}

/// An object id in the manner of `MongoDB`: time of creation, something random, and a counter, which is the account's
/// number, so that an id finds its account.
fn object_id(tenant: &Tenant, account: &Account) -> String {
    let random = tenant.accounts.identifier(account.number) >> 24;
    format!("{:08x}{random:010x}{:06x}", account.created_at.timestamp(), account.number)
}

fn by_id(tenant: &Tenant, id: &str) -> Option<Account> {
    let number = u32::from_str_radix(id.get(18..)?, 16).ok()?;
    tenant.accounts.account(number).filter(|account| object_id(tenant, account) == id)
}

fn record(tenant: &Tenant, account: Account) -> User {
    // Whoever set up the organisation and is no longer in it.
    let creator = format!("{:024x}", tenant.accounts.identifier(u32::MAX));
    User {
        object_id: object_id(tenant, &account),
        id: account.keys.email,
        name: account.name,
        last_active: account.last_login_at.map(|moment| moment.timestamp_millis()),
        created_at: account.created_at.timestamp(),
        last_changed: account.updated_at.timestamp(),
        created_by: creator.clone(),
        last_changed_by: creator,
    }
}

fn detail(tenant: &Tenant, account: Account) -> Detail {
    let roles = if account.admin { vec!["base_role", "admin"] } else { vec!["base_role", "liveAgentAgent"] };
    Detail {
        roles,
        organisation: format!("{:024x}", tenant.accounts.seed()),
        projects: [],
        accepted_tos: true,
        disabled: !account.enabled,
        user: record(tenant, account),
    }
}

// ---- pages

fn page(tenant: &Tenant, params: &Params) -> Result<Response, BadParam> {
    let limit = tenant.page_size(params.number("limit", 1..=100, 25)?);
    let list = list(tenant, params)?;
    let start = start(tenant, params, &list, limit)?;
    let accounts = tenant.page(&list, start as u64, limit);
    let id = |account: Option<&Account>| account.map(|account| object_id(tenant, account));
    let next = id(accounts.last()).filter(|_| start + accounts.len() < list.len());
    let previous = id(accounts.first()).filter(|_| start > 0);
    let items: Vec<_> = accounts.into_iter().map(|account| record(tenant, account)).collect();
    let page = Page { items, total: list.len(), next_cursor: next, previous_cursor: previous };
    Ok(json(StatusCode::OK, &page))
}

/// Where the page starts: after or before a cursor, or after a number of records.
fn start(tenant: &Tenant, params: &Params, list: &[u32], limit: u32) -> Result<usize, BadParam> {
    let position = |name: &'static str| {
        let unknown = || BadParam { name, problem: "must be a cursor from an earlier answer".to_owned() };
        let Some(cursor) = params.get(name) else { return Ok(None) };
        let account = by_id(tenant, cursor).ok_or_else(unknown)?;
        list.iter().position(|number| *number == account.number).map(Some).ok_or_else(unknown)
    };
    let skip = params.number("skip", 0..=u32::MAX, 0)? as usize;
    match (position("next")?, position("previous")?) {
        (None, None) => Ok(skip),
        _ if params.get("skip").is_some() => {
            Err(BadParam { name: "skip", problem: "can't be combined with a cursor".to_owned() })
        }
        (Some(next), _) => Ok(next + 1),
        (None, Some(previous)) => Ok(previous.saturating_sub(limit as usize)),
    }
}

/// The numbers of the accounts that `filter` leaves, in the order of `sort`.
fn list(tenant: &Tenant, params: &Params) -> Result<Arc<[u32]>, BadParam> {
    let unknown = || BadParam { name: "sort", problem: "must be a field with :asc or :desc".to_owned() };
    let (filter, sort) = (params.get("filter").unwrap_or_default(), params.get("sort").unwrap_or("_id:asc"));
    let (field, direction) = sort.split_once(':').ok_or_else(unknown)?;
    if !["_id", "id", "name", "createdAt", "lastChanged", "lastActive"].contains(&field)
        || !["asc", "desc"].contains(&direction)
    {
        return Err(unknown());
    }
    Ok(tenant.list(&format!("{sort} {filter}"), || {
        let wanted = tenant.accounts().filter(|account| {
            account.name.contains(filter) || account.keys.email.as_deref().is_some_and(|id| id.contains(filter))
        });
        let mut keyed: Vec<_> = wanted.map(|account| (sort_key(&account, field), account.number)).collect();
        keyed.sort();
        if direction == "desc" {
            keyed.reverse();
        }
        keyed.into_iter().map(|(_, number)| number).collect()
    }))
}

fn sort_key(account: &Account, field: &str) -> (i64, String) {
    match field {
        "id" => (0, account.keys.email.clone().unwrap_or_default()),
        "name" => (0, account.name.clone()),
        "createdAt" => (account.created_at.timestamp(), String::new()),
        "lastChanged" => (account.updated_at.timestamp(), String::new()),
        "lastActive" => (account.last_login_at.map_or(0, |moment| moment.timestamp_millis()), String::new()),
        _ => (i64::from(account.number), String::new()),
    }
}

// ---- tokens

async fn token(State(platform): State<Arc<Platform>>, body: Bytes) -> Response {
    let form = Params::parse(&body);
    let secrets = &platform.tenant.secrets;
    let is = |name: &str, value: &str| form.get(name) == Some(value);
    let client = secrets.cognigy_client();
    if !is("client_id", &client.id) || !is("client_secret", &client.secret) {
        return oauth::denied("invalid_client", "Client authentication failed");
    }
    let (login, password) = secrets.cognigy_user();
    match form.get("grant_type") {
        Some("client_credentials") => granted(&platform),
        Some("password") if is("username", &login) && is("password", &password) => granted(&platform),
        Some("password") => oauth::denied("invalid_grant", "The user name or the password is wrong"),
        Some("refresh_token") => {
            let token = form.get("refresh_token").and_then(|token| platform.tokens.valid(token));
            match token.filter(|token| token.scope == REFRESH) {
                Some(_) => granted(&platform),
                None => oauth::denied("invalid_grant", "The refresh token is invalid"),
            }
        }
        _ => oauth::error("unsupported_grant_type", "The grant type is not supported"),
    }
}

fn granted(platform: &Platform) -> Response {
    let lifetime = platform.tenant.leeway.token_lifetime.unwrap_or(ACCESS_LIFETIME).as_secs();
    let secret = platform.tenant.secrets.cognigy_client().secret;
    let issue = |scope, lifetime| platform.tokens.issue(&secret, scope, lifetime);
    json(
        StatusCode::OK,
        &json!({
            "access_token": issue("access", lifetime),
            "refresh_token": issue(REFRESH, REFRESH_LIFETIME),
            "expires_in": lifetime,
            "token_type": "Bearer",
        }),
    )
}

// ---- errors

fn problem(status: StatusCode, kind: &str, code: u32, detail: &str, path: &str) -> Response {
    let instance = path.strip_prefix("/new").unwrap_or(path);
    let trace = format!("api--{:08x}-{:04x}-4000-8000-{:012x}", code, status.as_u16(), detail.len());
    let body: Value = json!({
        "type": kind, "title": format!("{kind} Error"), "status": status.as_u16(), "detail": detail,
        "instance": instance, "code": code, "traceId": trace, "details": {},
    });
    json(status, &body)
}

fn unauthorized(path: &str) -> Response {
    refused(problem(StatusCode::UNAUTHORIZED, "Unauthorized", 401, "Valid credentials are missing.", path))
}

fn missing(path: &str, detail: &str) -> Response {
    problem(StatusCode::NOT_FOUND, "Not Found", 1002, detail, path)
}
