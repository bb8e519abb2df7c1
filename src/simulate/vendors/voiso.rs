//! Voiso v4: `GET /api/v4/users`, a static bearer key, offset and limit.

use std::sync::Arc;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::json;

use super::{
    Account, BadParam, Knows, ListShape, Params, Secrets, Simulated, Tells, Tenant, Total, bearer, json, refused,
};

/// What agents do at the moment; says nothing about the account.
const PRESENCE: [&str; 6] = ["available", "idle", "logout", "unavailable", "On Break", "Back Office"];
const TEAMS: [&str; 4] = ["Multilingual", "Inbound", "Outbound", "Retention"];

/// Its place in the list of vendors.
pub(super) static SPEC: Simulated = Simulated {
    kind: "voiso",
    source: "voiso",
    percent: Some(20),
    knows: Knows::StaffIdAndAddress,
    tells: &[Tells::Birth, Tells::Change],
    list: ListShape { list: "users", id: "id", total: Total::Body("/metadata/total") },
    files: |secrets| vec![("secrets/voiso-key", secrets.voiso_key())],
    login: |_, _| r#"api_key = "file:secrets/voiso-key""#.to_owned(),
    settings: r#"privileged_roles = ["Administrators"]
page_size = 100"#,
    router: |tenant| Ok(router(tenant)),
};

impl Secrets {
    /// Static bearer key at Voiso.
    pub fn voiso_key(&self) -> String {
        self.derived("voiso key")
    }
}

fn router(tenant: Tenant) -> Router {
    Router::new()
        .route("/api/v4/users", get(users))
        .fallback(async || error(StatusCode::NOT_FOUND, "Not found"))
        .with_state(Arc::new(tenant))
}

#[derive(Serialize)]
struct Page {
    users: Vec<User>,
    metadata: Metadata,
}

#[derive(Serialize)]
struct Metadata {
    total: usize,
}

#[derive(Serialize)]
struct User {
    id: String,
    name: String,
    email: Option<String>,
    sip_account: String,
    extension: String,
    caller_id: String,
    employee_id: Option<String>,
    timezone: &'static str,
    security_access_group: Named,
    teams: [Named; 1],
    supervised_teams: Vec<Named>,
    channels: [&'static str; 2],
    status: &'static str,
    created_at: String,
    updated_at: String,
    deleted_at: Option<String>,
}

#[derive(Serialize)]
struct Named {
    id: u64,
    name: &'static str,
}

async fn users(State(tenant): State<Arc<Tenant>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    if bearer(&headers) != Some(tenant.secrets.voiso_key().as_str()) {
        return refused(error(StatusCode::UNAUTHORIZED, "Unauthorized"));
    }
    page(&tenant, &Params::query(query.as_deref())).unwrap_or_else(|bad| invalid(&bad))
}

fn page(tenant: &Tenant, params: &Params) -> Result<Response, BadParam> {
    let limit = tenant.page_size(params.number("limit", 1..=100, 100)?);
    let offset = params.number("offset", 0..=u32::MAX, 0)?;
    let (name, email) = (params.get("name"), params.get("email"));
    let list = tenant.list(&format!("{name:?} {email:?}"), || {
        let meets = |wanted: Option<&str>, value: &str| wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(value));
        let wanted = |a: &Account| meets(name, &a.name) && meets(email, a.keys.email.as_deref().unwrap_or_default());
        tenant.accounts().filter(wanted).map(|account| account.number).collect()
    });
    let users: Vec<_> = tenant.page(&list, u64::from(offset), limit).into_iter().map(user).collect();
    Ok(json(StatusCode::OK, &Page { users, metadata: Metadata { total: list.len() } }))
}

fn user(account: Account) -> User {
    let stamp = |moment: DateTime<Utc>| moment.to_rfc3339_opts(SecondsFormat::Millis, true);
    let supervises = account.trivia.is_multiple_of(12);
    let team = |at: u64| Named { id: at % 4 + 1, name: TEAMS.get((at % 4) as usize).copied().unwrap_or_default() };
    let presence = PRESENCE.get((account.trivia >> 8) as usize % PRESENCE.len());
    let extension = 1000 + account.number;
    User {
        id: (4001 + account.serial).to_string(),
        name: account.name,
        email: account.keys.email,
        sip_account: format!("{extension}@sip.example.com"),
        extension: extension.to_string(),
        caller_id: format!("1202555{:04}", account.trivia % 10_000),
        employee_id: account.keys.external_id,
        timezone: "Europe/London",
        security_access_group: if supervises {
            Named { id: 2, name: "Supervisors" }
        } else {
            Named { id: 3, name: "Agents" }
        },
        teams: [team(account.trivia >> 16)],
        supervised_teams: supervises.then(|| team(account.trivia >> 16)).into_iter().collect(),
        channels: ["voice", "chat"],
        status: presence.copied().unwrap_or_default(),
        created_at: stamp(account.created_at),
        updated_at: stamp(account.updated_at),
        deleted_at: (!account.enabled).then(|| stamp(account.updated_at)),
    }
}

fn error(status: StatusCode, text: &str) -> Response {
    json(status, &json!({ "error": text }))
}

fn invalid(bad: &BadParam) -> Response {
    let errors = serde_json::Map::from_iter([(bad.name.to_owned(), json!([bad.problem]))]);
    json(StatusCode::UNPROCESSABLE_ENTITY, &json!({ "errors": errors }))
}
