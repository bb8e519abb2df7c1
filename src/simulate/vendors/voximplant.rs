//! Voximplant Management API: `GetUsers` and `GetApplications`, tokens that the client signs, offset and count.
//! Whatever goes wrong is answered with HTTP 200 and an `error`. Users belong to applications, some to two of them.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rsa::KeyPair;
use ring::signature::KeyPair as _;
use serde::Serialize;
use serde_json::json;

use super::voximplant_jwt::{Refusal, Verifier};
use super::{
    Account, BadParam, Knows, ListShape, Params, Secrets, Simulated, Tells, Tenant, Total, bearer, json, now, refused,
};

const APPLICATIONS: [&str; 4] = ["collections", "outreach", "sales", "support"];

/// Its place in the list of vendors.
pub(super) static SPEC: Simulated = Simulated {
    kind: "voximplant",
    source: "voximplant",
    percent: Some(20),
    knows: Knows::Login,
    tells: &[Tells::State, Tells::Lock, Tells::Change],
    list: ListShape { list: "result", id: "user_id", total: Total::Body("/total_count") },
    files: |secrets| vec![(CREDENTIALS, format!("{:#}", secrets.voximplant_credentials()))],
    login: |_, _| format!("credentials = \"file:{CREDENTIALS}\""),
    settings: r#"applications = "all"
page_size = 100"#,
    router,
};

/// The file that the control panel would offer for download.
const CREDENTIALS: &str = "voximplant-credentials.json";

/// The private key of the service account, PKCS#8. An RSA key can't be derived: it was made for this file, is public with
/// it, and protects nothing.
const SIGNING_KEY: &str = include_str!("../signing-key.pem");

impl Secrets {
    /// Account id at Voximplant.
    pub const fn voximplant_account(&self) -> u64 {
        4_000_000 + self.seed % 1_000_000
    }

    /// Id of the service account's key at Voximplant: the first 32 hexadecimal digits of a secret as a UUID.
    pub fn voximplant_key_id(&self) -> String {
        let digits = self.derived("voximplant key id");
        let part = |from, to| digits.get(from..to).unwrap_or_default();
        [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
    }

    /// The `credentials.json` that Voximplant's control panel would offer for download.
    pub fn voximplant_credentials(&self) -> serde_json::Value {
        json!({
            "account_email": "voice-platform@example.com",
            "account_id": self.voximplant_account(),
            "key_id": self.voximplant_key_id(),
            "private_key": SIGNING_KEY,
        })
    }
}

/// The key pair in [`SIGNING_KEY`]; `None` if the file were damaged.
pub(in crate::simulate) fn signing_key() -> Option<KeyPair> {
    let base64: String = SIGNING_KEY.lines().filter(|line| !line.starts_with('-')).collect();
    KeyPair::from_pkcs8(&STANDARD.decode(base64).ok()?).ok()
}

fn router(tenant: Tenant) -> io::Result<Router> {
    let key = signing_key().ok_or_else(|| io::Error::other("the embedded signing key can't be read"))?;
    let verifier = Verifier {
        account: tenant.secrets.voximplant_account(),
        key_id: tenant.secrets.voximplant_key_id(),
        public_key: key.public_key().as_ref().to_vec(),
    };
    Ok(Router::new()
        .route("/platform_api/{command}", post(command_in_path))
        .route("/platform_api", post(command_in_parameters))
        .with_state(Arc::new(Platform { tenant, verifier })))
}

struct Platform {
    tenant: Tenant,
    verifier: Verifier,
}

/// What the vendor answers instead of a result.
struct Failure {
    code: u32,
    text: String,
    field: Option<&'static str>,
}

impl Failure {
    fn new(code: u32, text: &str) -> Self {
        Self { code, text: text.to_owned(), field: None }
    }
}

impl From<BadParam> for Failure {
    fn from(bad: BadParam) -> Self {
        Self { code: 101, text: format!("Invalid arguments: {} {}.", bad.name, bad.problem), field: Some(bad.name) }
    }
}

async fn command_in_path(
    State(platform): State<Arc<Platform>>,
    Path(command): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    platform.answer(Some(&command), &parameters(query.as_deref(), &headers, &body), &headers)
}

async fn command_in_parameters(
    State(platform): State<Arc<Platform>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let params = parameters(query.as_deref(), &headers, &body);
    platform.answer(params.get("cmd"), &params, &headers)
}

/// Parameters come in the query, in a form of either kind (the vendor's client for Node sends parts), or in both.
fn parameters(query: Option<&str>, headers: &HeaderMap, body: &[u8]) -> Params {
    let mut params = Params::query(query);
    let kind = headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("application/x-www-form-urlencoded") {
        params.0.extend(Params::parse(body).0);
    } else if kind.starts_with("multipart/form-data") {
        params.0.extend(Params::in_parts(kind, body).0);
    }
    params
}

impl Platform {
    fn answer(&self, command: Option<&str>, params: &Params, headers: &HeaderMap) -> Response {
        if let Err(Refusal { code, text }) = self.verifier.check(bearer(headers), now()) {
            return refused(error(&Failure::new(code, text)));
        }
        let result = match command {
            Some("GetUsers") => users(&self.tenant, params),
            Some("GetApplications") => applications(&self.tenant, params),
            Some(_) => Err(Failure::new(103, "Unknown command.")),
            None => Err(Failure::new(102, "The command is missing.")),
        };
        result.unwrap_or_else(|failure| error(&failure))
    }
}

fn error(failure: &Failure) -> Response {
    let mut error = json!({ "code": failure.code, "msg": failure.text });
    if let (Some(field), Some(error)) = (failure.field, error.as_object_mut()) {
        error.insert("field_name".to_owned(), json!(field));
    }
    json(StatusCode::OK, &json!({ "error": error }))
}

#[derive(Serialize)]
struct Results<T> {
    result: Vec<T>,
    total_count: usize,
    count: usize,
}

fn results<T: Serialize>(result: Vec<T>, total_count: usize) -> Response {
    json(StatusCode::OK, &Results { count: result.len(), result, total_count })
}

/// Count and offset, with the vendor's default of 20.
fn window(tenant: &Tenant, params: &Params) -> Result<(u32, u32), BadParam> {
    let count = tenant.page_size(params.number("count", 1..=u32::MAX, 20)?);
    Ok((count, params.number("offset", 0..=u32::MAX, 0)?))
}

// ---- applications

#[derive(Serialize)]
struct ApplicationRow {
    application_id: u32,
    application_name: String,
    modified: String,
    secure_record_storage: bool,
}

fn application(tenant: &Tenant, position: u32, name: &str) -> ApplicationRow {
    ApplicationRow {
        application_id: 10_001 + position,
        application_name: format!("{name}.example-ltd.voximplant.com"),
        modified: format!("{} 08:00:00", tenant.accounts.today()),
        secure_record_storage: false,
    }
}

/// The applications that an id or a part of the name selects; all without either.
fn selected(tenant: &Tenant, params: &Params) -> Result<Vec<ApplicationRow>, Failure> {
    let id = params.get("application_id").map(|_| params.number("application_id", 0..=u32::MAX, 0)).transpose()?;
    let part = params.get("application_name").filter(|part| !part.is_empty());
    if id.is_some() && part.is_some() {
        let text = "Only one of the parameters is allowed: application_id, application_name.";
        return Err(Failure::new(458, text));
    }
    let all = (0..).zip(APPLICATIONS).map(|(position, name)| application(tenant, position, name));
    let wanted = |application: &ApplicationRow| {
        id.is_none_or(|id| application.application_id == id)
            && part.is_none_or(|part| application.application_name.contains(part))
    };
    Ok(all.filter(wanted).collect())
}

fn applications(tenant: &Tenant, params: &Params) -> Result<Response, Failure> {
    let (count, offset) = window(tenant, params)?;
    let selected = selected(tenant, params)?;
    let total = selected.len();
    Ok(results(selected.into_iter().skip(offset as usize).take(count as usize).collect(), total))
}

/// The users of an application: a quarter of all, and at its start some of the application before it, who are bound
/// to both.
fn bound(tenant: &Tenant, application_id: u32) -> Range<u32> {
    let all = tenant.accounts.count();
    let quarter = |at: u32| u32::try_from(u64::from(all) * u64::from(at) / 4).unwrap_or(all);
    let position = application_id.saturating_sub(10_001);
    quarter(position).saturating_sub(all / 48)..quarter(position + 1)
}

// ---- users

#[derive(Serialize)]
struct UserRow {
    user_id: u64,
    user_name: Option<String>,
    user_display_name: String,
    user_active: bool,
    balance: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    live_balance: Option<f64>,
    modified: String,
    frozen: bool,
}

fn users(tenant: &Tenant, params: &Params) -> Result<Response, Failure> {
    let given = |name| params.get(name).is_some_and(|value| !value.is_empty());
    if !given("application_id") && !given("application_name") {
        let text = "A required parameter is empty: application_id.";
        return Err(Failure { field: Some("application_id"), ..Failure::new(134, text) });
    }
    let (count, offset) = window(tenant, params)?;
    let live_balance = params.flag("return_live_balance")?.unwrap_or(true);
    let active = params.flag("user_active")?;
    let order = Order::parse(params.get("order_by"))?;
    let ids: Vec<u32> = selected(tenant, params)?.iter().map(|application| application.application_id).collect();
    if ids.is_empty() {
        return Err(Failure::new(107, "The application is unknown."));
    }
    let list = tenant.list(&format!("{ids:?} {active:?} {order:?}"), || numbers(tenant, &ids, active, order));
    let page = tenant.page(&list, u64::from(offset), count);
    Ok(results(page.into_iter().map(|account| user(account, live_balance)).collect(), list.len()))
}

#[derive(Debug, Clone, Copy)]
enum Order {
    Id,
    Name,
    DisplayName,
}

impl Order {
    fn parse(text: Option<&str>) -> Result<Self, BadParam> {
        match text.unwrap_or("user_name") {
            "user_id" => Ok(Self::Id),
            "user_name" => Ok(Self::Name),
            "user_display_name" => Ok(Self::DisplayName),
            _ => Err(BadParam { name: "order_by", problem: "is none of the fields to sort by".to_owned() }),
        }
    }
}

fn numbers(tenant: &Tenant, applications: &[u32], active: Option<bool>, order: Order) -> Vec<u32> {
    let ranges: Vec<_> = applications.iter().map(|id| bound(tenant, *id)).collect();
    let wanted = tenant
        .accounts()
        .filter(|account| ranges.iter().any(|range| range.contains(&account.number)))
        .filter(|account| active.is_none_or(|active| account.enabled == active));
    let mut keyed: Vec<(String, u32)> = wanted
        .map(|account| match order {
            Order::Id => (String::new(), account.number),
            Order::Name => (account.keys.username.unwrap_or_default(), account.number),
            Order::DisplayName => (account.name, account.number),
        })
        .collect();
    keyed.sort();
    keyed.into_iter().map(|(_, number)| number).collect()
}

fn user(account: Account, live_balance: bool) -> UserRow {
    let balance = f64::from(u8::try_from(account.trivia % 200).unwrap_or(0)) / 4.0;
    UserRow {
        user_id: 70_001 + u64::from(account.serial),
        user_name: account.keys.username,
        user_display_name: account.name,
        user_active: account.enabled,
        balance,
        live_balance: live_balance.then_some(balance),
        modified: account.updated_at.format("%Y-%m-%d %H:%M:%S").to_string(),
        frozen: account.locked,
    }
}
