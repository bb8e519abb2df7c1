//! Voxmind: `GET /organisations/{org}/users`, a static bearer token, pages from 1, and the number of pages in a header.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use chrono::{Datelike as _, Months, NaiveTime, SecondsFormat};
use serde::Serialize;
use serde_json::json;

use super::{
    Account, BadParam, Knows, ListShape, Params, Secrets, Simulated, Tells, Tenant, Total, bearer, json, refused,
};

/// Requests that the plan allows each month; only shown, never enforced.
const MONTHLY_QUOTA: u32 = 100_000;

/// Its place in the list of vendors.
pub(super) static SPEC: Simulated = Simulated {
    kind: "voxmind",
    source: "voxmind",
    percent: Some(16),
    knows: Knows::Enrolled,
    tells: &[Tells::State, Tells::Birth, Tells::Change],
    list: ListShape { list: "results", id: "id", total: Total::Header("x-total-pages") },
    files: |secrets| vec![("secrets/voxmind-token", secrets.voxmind_token())],
    login: |_, _| format!("organisation = \"{ORGANISATION}\"\ntoken = \"file:secrets/voxmind-token\""),
    settings: r#"page_size = 100
[source.match]
tiers = ["crosswalk", "external_id"]
crosswalk = "voxmind-people.csv"
external_id = { pattern = '^user_(\d+)$', replace = "E-$1" }"#,
    router: |tenant| Ok(router(tenant)),
};

/// The organisation's id.
const ORGANISATION: u64 = 42;

impl Secrets {
    /// Static bearer token at Voxmind.
    pub fn voxmind_token(&self) -> String {
        format!("vm_live_{}", self.derived("voxmind token"))
    }
}

fn router(tenant: Tenant) -> Router {
    Router::new()
        .route("/organisations/{organisation}/users", get(users))
        .fallback(async || problem(StatusCode::NOT_FOUND, "Resource not found"))
        .with_state(Arc::new(tenant))
}

#[derive(Serialize)]
struct Page {
    results: Vec<User>,
}

#[derive(Serialize)]
struct User {
    id: u64,
    org_id: u64,
    external_id: Option<String>,
    is_active: bool,
    created_at: String,
    updated_at: String,
}

async fn users(
    State(tenant): State<Arc<Tenant>>,
    Path(organisation): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let response = if bearer(&headers) != Some(tenant.secrets.voxmind_token().as_str()) {
        refused(problem(StatusCode::UNAUTHORIZED, "The API token is missing or invalid"))
    } else if organisation != ORGANISATION.to_string() {
        problem(StatusCode::FORBIDDEN, "The API token belongs to another organisation")
    } else {
        page(&tenant, &Params::query(query.as_deref())).unwrap_or_else(|bad| invalid(&bad))
    };
    (quota(&tenant), response).into_response()
}

fn page(tenant: &Tenant, params: &Params) -> Result<Response, BadParam> {
    let size = tenant.page_size(params.number("per_page", 1..=300, 100)?);
    let page = params.number("page", 1..=u32::MAX, 1)?;
    let active = filter(params.get("filter"))?;
    let order = sort(params.get("sort"))?;
    let list = tenant.list(&format!("{active:?} {order:?}"), || numbers(tenant, active, &order));
    let results: Vec<_> =
        tenant.page(&list, u64::from(page - 1) * u64::from(size), size).into_iter().map(user).collect();
    let pages = list.len().div_ceil(size as usize).to_string();
    Ok(([("X-Total-Pages", pages)], json(StatusCode::OK, &Page { results })).into_response())
}

fn user(account: Account) -> User {
    User {
        id: 1001 + u64::from(account.serial),
        org_id: ORGANISATION,
        external_id: account.keys.external_id,
        is_active: account.enabled,
        created_at: account.created_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        updated_at: account.updated_at.to_rfc3339_opts(SecondsFormat::Secs, true),
    }
}

/// `is_active=true` or `is_active=false`; of the vendor's filters the only one that an audit could be tempted to use.
fn filter(text: Option<&str>) -> Result<Option<bool>, BadParam> {
    let unknown = || BadParam { name: "filter", problem: "must be is_active=true or is_active=false".to_owned() };
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let flag = text.strip_prefix("is_active=").ok_or_else(unknown)?;
    flag.parse().map(Some).map_err(|_| unknown())
}

/// A field to sort by.
#[derive(Debug, Clone, Copy)]
enum Field {
    Id,
    CreatedAt,
}

/// Fields and whether they descend, the most important first.
fn sort(text: Option<&str>) -> Result<Vec<(Field, bool)>, BadParam> {
    let unknown =
        || BadParam { name: "sort", problem: "must be a list of id or created_at with :asc or :desc".to_owned() };
    let clause = |clause: &str| {
        let (field, direction) = clause.split_once(':').ok_or_else(unknown)?;
        let field = match field {
            "id" => Field::Id,
            "created_at" => Field::CreatedAt,
            _ => return Err(unknown()),
        };
        match direction {
            "asc" => Ok((field, false)),
            "desc" => Ok((field, true)),
            _ => Err(unknown()),
        }
    };
    text.filter(|text| !text.is_empty()).map_or(Ok(Vec::new()), |text| text.split(',').map(clause).collect())
}

fn numbers(tenant: &Tenant, active: Option<bool>, order: &[(Field, bool)]) -> Vec<u32> {
    let wanted = tenant.accounts().filter(|account| active.is_none_or(|active| account.enabled == active));
    let mut keys: Vec<_> = wanted.map(|account| (account.number, account.created_at.timestamp())).collect();
    keys.sort_by(|a, b| {
        let compare = |(field, descends): &(Field, bool)| {
            let ordering = match field {
                Field::Id => a.0.cmp(&b.0),
                Field::CreatedAt => a.1.cmp(&b.1),
            };
            if *descends { ordering.reverse() } else { ordering }
        };
        order.iter().map(compare).find(|ordering| ordering.is_ne()).unwrap_or_else(|| a.0.cmp(&b.0))
    });
    keys.into_iter().map(|(number, _)| number).collect()
}

/// The quota headers of every response. Their reset is the end of the month, not a time to wait for.
fn quota(tenant: &Tenant) -> [(&'static str, String); 3] {
    let today = tenant.accounts.today();
    let next_month = today.with_day(1).and_then(|first| first.checked_add_months(Months::new(1))).unwrap_or(today);
    [
        ("X-RateLimit-Limit", MONTHLY_QUOTA.to_string()),
        ("X-RateLimit-Remaining", MONTHLY_QUOTA.to_string()),
        ("X-RateLimit-Reset", next_month.and_time(NaiveTime::MIN).and_utc().timestamp().to_string()),
    ]
}

fn problem(status: StatusCode, message: &str) -> Response {
    json(status, &json!({ "code": status.as_u16(), "message": message }))
}

fn invalid(bad: &BadParam) -> Response {
    let errors = [json!({ "field": bad.name, "message": bad.problem })];
    json(StatusCode::BAD_REQUEST, &json!({ "code": 400, "message": "Invalid request parameters", "errors": errors }))
}
