//! Vonage Contact Center: `GET /useradmin/users`, client credentials with a scope, a mandatory version in `Accept`,
//! and pages from 1 or from 0, because the vendor's documents say both.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use chrono::SecondsFormat;
use serde::Serialize;
use serde_json::json;

use super::oauth::{self, Tokens};
use super::{
    Account, BadParam, Knows, ListShape, Params, Secrets, Simulated, Tells, Tenant, Total, bearer, json, refused,
};
use crate::simulate::ClientSecret;

const VERSION: &str = "application/vnd.newvoicemedia.v4+json";
const LIFETIME: Duration = Duration::from_hours(2);
/// Scopes that the client may ask for; the first two open the list of users.
const SCOPES: [&str; 3] = ["users:read", "users:write", "stats"];
const LAST_PAGE: u32 = 1_000_000_000;

/// Its place in the list of vendors.
pub(super) static SPEC: Simulated = Simulated {
    kind: "vonage-contact-center",
    source: "vcc",
    percent: None,
    knows: Knows::StaffIdAddressAndLogin,
    tells: &[Tells::State, Tells::Use, Tells::Lock, Tells::Admin, Tells::Licence],
    list: ListShape { list: "users", id: "userId", total: Total::Body("/meta/totalCount") },
    files: |secrets| {
        vec![
            ("secrets/vcc-client-id", secrets.vonage_client().id),
            ("secrets/vcc-client-secret", secrets.vonage_client().secret),
        ]
    },
    login: |_, base_url| {
        format!(
            r#"token_url = "{base_url}/Auth/connect/token"
client_id = "file:secrets/vcc-client-id"
client_secret = "file:secrets/vcc-client-secret""#
        )
    },
    settings: r#"privileged_roles = ["Admin"]
page_size = 150"#,
    router: |tenant| Ok(router(tenant)),
};

impl Secrets {
    /// OAuth client at Vonage Contact Center.
    pub fn vonage_client(&self) -> ClientSecret {
        self.client("vonage")
    }
}

fn router(tenant: Tenant) -> Router {
    Router::new()
        .route("/useradmin/users", get(users))
        .route("/Auth/connect/token", post(token))
        .fallback(async || error(StatusCode::NOT_FOUND, "Not Found", "The resource does not exist."))
        .with_state(Arc::new(Platform { tenant, tokens: Tokens::default() }))
}

struct Platform {
    tenant: Tenant,
    tokens: Tokens,
}

async fn users(State(platform): State<Arc<Platform>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let Some(token) = bearer(&headers).and_then(|token| platform.tokens.valid(token)) else {
        let body = json!({ "message": "Authorization has been denied for this request." });
        return refused(json(StatusCode::UNAUTHORIZED, &body));
    };
    if !token.scope.split(' ').any(|scope| scope.starts_with("users:")) {
        return refused(error(StatusCode::FORBIDDEN, "Forbidden", "The token lacks the scope users:read."));
    }
    if let Some(problem) = version_problem(&headers) {
        return error(StatusCode::BAD_REQUEST, "Bad Request", problem);
    }
    page(&platform.tenant, &Params::query(query.as_deref()))
        .unwrap_or_else(|bad| error(StatusCode::BAD_REQUEST, "Bad Request", &format!("{} {}.", bad.name, bad.problem)))
}

fn version_problem(headers: &HeaderMap) -> Option<&'static str> {
    let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if accept.split(',').any(|media| media.trim() == VERSION) {
        None
    } else if accept.contains("vnd.newvoicemedia") {
        Some("Invalid api-version! Valid values: 4")
    } else {
        Some("Version missing from Accept header!")
    }
}

fn page(tenant: &Tenant, params: &Params) -> Result<Response, BadParam> {
    let first = u32::from(!tenant.leeway.zero_based_pages);
    let limit = tenant.page_size(params.number("limit", 1..=5000, 25)?);
    let page = params.number("page", first..=LAST_PAGE, first)?;
    let include = params.get("include").unwrap_or("Active");
    let active = match include {
        "Active" => Some(true),
        "Archived" => Some(false),
        "All" => None,
        _ => return Err(BadParam { name: "include", problem: "must be Active, Archived or All".to_owned() }),
    };
    let list = tenant.list(include, || {
        let wanted = tenant.accounts().filter(|account| active.is_none_or(|active| account.enabled == active));
        wanted.map(|account| account.number).collect()
    });
    let accounts = tenant.page(&list, u64::from(page - first) * u64::from(limit), limit);
    let users: Vec<_> = accounts.into_iter().map(|account| user(tenant, account)).collect();
    let meta =
        Meta { page, count: users.len(), page_count: list.len().div_ceil(limit as usize), total_count: list.len() };
    Ok(json(StatusCode::OK, &Page { users, meta }))
}

// ---- records

#[derive(Serialize)]
struct Page {
    users: Vec<UserRow>,
    meta: Meta,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    page: u32,
    count: usize,
    page_count: usize,
    total_count: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserRow {
    user_id: String,
    username: Option<String>,
    name: String,
    email: Option<String>,
    last_login_time: Option<String>,
    active: bool,
    locked: bool,
    sso_external_id: Option<String>,
    user_account_configuration: AccountSettings,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AccountSettings {
    role: &'static str,
    chargeable: bool,
    act_as_agent: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_configuration: Option<AgentSettings>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AgentSettings {
    agent_display_id: String,
    webrtc: bool,
    transcribe_calls: bool,
    outbound_wrap_up: u64,
    location: &'static str,
    capacity: Capacity,
    associated_users: Vec<AssociatedUser>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Capacity {
    is_agent_level: bool,
    live: u8,
    non_live: u8,
    semi_live: u8,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AssociatedUser {
    username: String,
    application_type: &'static str,
}

fn user(tenant: &Tenant, account: Account) -> UserRow {
    let role = match account.trivia % 12 {
        _ if account.admin => "Admin",
        0 => "Supervisor",
        _ => "Agent",
    };
    // The documents show milliseconds, other samples none; both arrive.
    let precision = if account.trivia.is_multiple_of(5) { SecondsFormat::Secs } else { SecondsFormat::Millis };
    let agent = (role == "Agent").then(|| agent(&account));
    UserRow {
        user_id: guid(tenant, &account),
        username: account.keys.username,
        name: account.name,
        email: account.keys.email,
        last_login_time: account.last_login_at.map(|moment| moment.to_rfc3339_opts(precision, true)),
        active: account.enabled,
        locked: account.locked,
        sso_external_id: account.keys.external_id,
        user_account_configuration: AccountSettings {
            role,
            chargeable: account.paid,
            act_as_agent: agent.is_some(),
            agent_configuration: agent,
        },
    }
}

fn agent(account: &Account) -> AgentSettings {
    let login = account.keys.username.clone().unwrap_or_default();
    let associated = AssociatedUser { username: format!("{login}_vbc"), application_type: "VBC" };
    AgentSettings {
        agent_display_id: (100 + account.number).to_string(),
        webrtc: true,
        transcribe_calls: false,
        outbound_wrap_up: 30 + account.trivia % 90,
        location: "GB",
        capacity: Capacity { is_agent_level: false, live: 100, non_live: 50, semi_live: 75 },
        associated_users: account.trivia.is_multiple_of(9).then_some(associated).into_iter().collect(),
    }
}

/// A version 4 GUID: random to look at, and unique because the account's number is in it.
fn guid(tenant: &Tenant, account: &Account) -> String {
    let bits = tenant.accounts.identifier(account.serial);
    let (a, b, c) = (bits >> 32, bits >> 16 & 0xffff, bits & 0xfff);
    format!("{a:08x}-{b:04x}-4{c:03x}-8{:03x}-{:04x}{:08x}", bits >> 20 & 0xfff, bits >> 8 & 0xffff, account.number)
}

// ---- tokens

async fn token(State(platform): State<Arc<Platform>>, body: Bytes) -> Response {
    let form = Params::parse(&body);
    let client = platform.tenant.secrets.vonage_client();
    if form.get("grant_type") != Some("client_credentials") {
        return oauth::error("unsupported_grant_type", "Only client_credentials is supported.");
    }
    if form.get("client_id") != Some(&client.id) || form.get("client_secret") != Some(&client.secret) {
        return oauth::denied("invalid_client", "The client is unknown or its secret is wrong.");
    }
    let scope = form.get("scope").unwrap_or_default();
    if !scope.split(' ').all(|scope| SCOPES.contains(&scope)) {
        return oauth::error("invalid_scope", "The scope is missing or unknown.");
    }
    let lifetime = platform.tenant.leeway.token_lifetime.unwrap_or(LIFETIME).as_secs();
    let token = platform.tokens.issue(&client.secret, scope, lifetime);
    json(StatusCode::OK, &json!({ "access_token": token, "expires_in": lifetime, "token_type": "bearer" }))
}

fn error(status: StatusCode, error: &str, message: &str) -> Response {
    json(status, &json!({ "statusCode": status.as_u16(), "error": error, "message": message }))
}
