//! Voxmind, Voiso, Cognigy.AI and Vonage over HTTP: who may ask and what is refused; and the servers. That all pages
//! together are the population is what the connectors' tests find, in tests/it/sources.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::super::{Behaviour, Fault, Secrets, ServeOptions, Simulators, Usage, Vendor, write_kit};
use super::{Answer, ask, client, serve, url, world};

/// Distinct values of a field in the rows of an answer.
fn ids(rows: &Value, field: &str) -> BTreeSet<String> {
    rows.as_array().unwrap().iter().map(|row| row[field].to_string()).collect()
}

fn population(vendor: Vendor) -> usize {
    world(2400).accounts(vendor) as usize
}

#[tokio::test]
async fn voxmind_pages_by_a_header() {
    let simulators = serve(Vendor::Voxmind, Behaviour::default()).await;
    let get = async |path: &str, token: &str| -> Answer {
        ask(client().get(url(&simulators, Vendor::Voxmind, path)).bearer_auth(token)).await
    };
    let token = Secrets::new(7).voxmind_token();
    assert_eq!(get("/organisations/42/users", "wrong").await.body["code"], 401);
    assert_eq!(get("/organisations/43/users", &token).await.status, 403);
    for bad in ["per_page=301", "page=0", "sort=age:asc", "filter=is_active"] {
        let answer = get(&format!("/organisations/42/users?{bad}"), &token).await;
        assert_eq!(answer.status, 400, "{bad}");
        assert_eq!(answer.body["errors"][0]["field"], bad.split('=').next().unwrap());
    }
    let mut found = BTreeSet::new();
    let pages = population(Vendor::Voxmind).div_ceil(100);
    for page in 1..=pages {
        let path = format!("/organisations/42/users?page={page}&sort=created_at:asc,id:asc");
        let answer = get(&path, &token).await;
        assert_eq!(answer.headers["x-total-pages"], pages.to_string());
        assert!(answer.headers.contains_key("x-ratelimit-reset") && answer.headers.contains_key("date"));
        let dates: Vec<_> =
            answer.body["results"].as_array().unwrap().iter().map(|r| r["created_at"].as_str()).collect();
        assert!(dates.is_sorted());
        found.extend(ids(&answer.body["results"], "id"));
    }
    assert_eq!(found.len(), population(Vendor::Voxmind));
    let inactive = get("/organisations/42/users?per_page=300&filter=is_active=false", &token).await.body;
    let expected = world(2400).expected().count("inactive", "voxmind");
    assert_eq!(inactive["results"].as_array().unwrap().len() as u64, expected);
    assert_eq!(simulators.usage(Vendor::Voxmind).refused, 1);
}

#[tokio::test]
async fn voiso_pages_by_offset() {
    let simulators = serve(Vendor::Voiso, Behaviour { max_page_size: Some(30), ..Behaviour::default() }).await;
    let get = async |query: &str, token: &str| -> Answer {
        ask(client()
            .get(url(&simulators, Vendor::Voiso, "/api/v4/users"))
            .bearer_auth(token)
            .query(&[("x", "")])
            .query(&query.split('&').filter_map(|pair| pair.split_once('=')).collect::<Vec<_>>()))
        .await
    };
    let key = Secrets::new(7).voiso_key();
    let refusal = get("", "wrong").await;
    assert_eq!((refusal.status, refusal.body), (401, json!({ "error": "Unauthorized" })));
    let answer = get("limit=101", &key).await;
    assert_eq!((answer.status, answer.body["errors"]["limit"].is_array()), (422, true));
    let first = get("limit=100", &key).await.body;
    assert_eq!(first["users"].as_array().unwrap().len(), 30, "the cap is silent");
    assert_eq!(first["metadata"]["total"], population(Vendor::Voiso));
    let email = first["users"][0]["email"].as_str().unwrap();
    assert_eq!(get(&format!("email={email}"), &key).await.body["users"][0]["id"], first["users"][0]["id"]);
}

fn cognigy(simulators: &Simulators, path: &str) -> RequestBuilder {
    client().get(url(simulators, Vendor::Cognigy, path))
}

#[tokio::test]
async fn cognigy_refuses_pages_that_it_does_not_have() {
    let simulators = serve(Vendor::Cognigy, Behaviour::default()).await;
    let key = Secrets::new(7).cognigy_key();
    // The official client sends a body with GET; keep-alive must survive it.
    let get = async |path: &str| ask(cognigy(&simulators, path).header("X-API-Key", &key).json(&json!({}))).await;
    assert_eq!(get("/new/v2.0/users?limit=100").await.body["total"], population(Vendor::Cognigy));
    for bad in ["limit=101", "limit=0", "skip=-1", "sort=name", "next=zzz", "next=000000000000000000000000"] {
        let problem = get(&format!("/new/v2.0/users?{bad}")).await;
        assert_eq!((problem.status, &problem.body["code"]), (400, &json!(1005)), "{bad}");
        assert!(problem.body["traceId"].as_str().unwrap().starts_with("api--"));
    }
}

#[tokio::test]
async fn cognigy_tells_status_and_roles_only_in_the_detail() {
    let simulators = serve(Vendor::Cognigy, Behaviour::default()).await;
    let key = Secrets::new(7).cognigy_key();
    let client = client();
    let get =
        async |path: &str| ask(client.get(url(&simulators, Vendor::Cognigy, path)).header("X-API-Key", &key)).await;
    let mut disabled = 0;
    for skip in (0..population(Vendor::Cognigy)).step_by(100) {
        let list = get(&format!("/new/v2.0/users?limit=100&skip={skip}")).await.body;
        for user in list["items"].as_array().unwrap() {
            assert!(user.get("disabled").is_none() && user.get("roles").is_none());
            let detail = get(&format!("/new/v2.0/users/{}", user["_id"].as_str().unwrap())).await.body;
            assert_eq!((&detail["id"], detail["roles"].is_array()), (&user["id"], true));
            disabled += u64::from(detail["disabled"].as_bool().unwrap());
        }
    }
    assert_eq!(disabled, world(2400).expected().count("inactive", "cognigy"));
    assert_eq!(get("/new/v2.0/users/000000000000000000000000").await.status, 404);
    assert_eq!(ask(cognigy(&simulators, "/new/v2.0/users")).await.status, 401);
    assert_eq!(ask(cognigy(&simulators, &format!("/new/v2.0/users?api_key={key}"))).await.status, 200);
}

#[tokio::test]
async fn cognigy_grants_short_tokens() {
    let simulators = serve(Vendor::Cognigy, Behaviour::default()).await;
    let secrets = Secrets::new(7);
    let (id, secret, (login, password)) =
        (&secrets.cognigy_client().id, &secrets.cognigy_client().secret, &secrets.cognigy_user());
    let token = async |form: &[(&str, &str)]| {
        let form: Vec<_> =
            [("client_id", id.as_str()), ("client_secret", secret)].iter().chain(form).copied().collect();
        ask(client().post(url(&simulators, Vendor::Cognigy, "/auth/oauth2/token")).form(&form)).await.body
    };
    let granted = token(&[("grant_type", "password"), ("username", login), ("password", password)]).await;
    let refresh = granted["refresh_token"].as_str().unwrap();
    let refreshed = token(&[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await;
    let machine = token(&[("grant_type", "client_credentials")]).await;
    for grant in [&granted, &refreshed, &machine] {
        assert_eq!(grant["expires_in"], 300);
        let access = grant["access_token"].as_str().unwrap();
        assert_eq!(ask(cognigy(&simulators, "/new/v2.0/users").bearer_auth(access)).await.status, 200);
    }
    assert_eq!(ask(cognigy(&simulators, "/new/v2.0/users").bearer_auth(refresh)).await.status, 401);
    assert_eq!(token(&[("grant_type", "password"), ("username", login)]).await["error"], "invalid_grant");
    assert_eq!(token(&[("grant_type", "magic")]).await["error"], "unsupported_grant_type");
}

async fn vonage_token(simulators: &Simulators, scope: &str) -> Value {
    let client_secret = &Secrets::new(7).vonage_client();
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", &client_secret.id),
        ("client_secret", &client_secret.secret),
        ("scope", scope),
    ];
    ask(client().post(url(simulators, Vendor::Vonage, "/Auth/connect/token")).form(&form)).await.body
}

async fn vonage(simulators: &Simulators, query: &str, scope: &str, accept: &str) -> Answer {
    let token = vonage_token(simulators, scope).await;
    let path = format!("/useradmin/users?{query}");
    let get = client().get(url(simulators, Vendor::Vonage, &path)).header("Accept", accept);
    ask(get.bearer_auth(token["access_token"].as_str().unwrap())).await
}

const V4: &str = "application/vnd.newvoicemedia.v4+json";

#[tokio::test]
async fn vonage_wants_a_scope_a_version_and_sane_pages() {
    let simulators = serve(Vendor::Vonage, Behaviour::default()).await;
    assert_eq!(vonage_token(&simulators, "everything").await["error"], "invalid_scope");
    assert_eq!(vonage(&simulators, "", "stats", V4).await.status, 403);
    let unversioned = vonage(&simulators, "", "users:read", "application/json").await;
    assert_eq!(
        (unversioned.status, &unversioned.body["message"]),
        (400, &json!("Version missing from Accept header!"))
    );
    assert_eq!(vonage(&simulators, "", "users:read", "application/vnd.newvoicemedia.v3+json").await.status, 400);
    for bad in ["limit=0", "limit=5001", "page=0", "include=None"] {
        assert_eq!(vonage(&simulators, bad, "users:read", V4).await.status, 400, "{bad}");
    }
    let active = vonage(&simulators, "limit=5000", "users:read", V4).await.body;
    let archived = vonage(&simulators, "limit=5000&include=Archived", "users:read", V4).await.body;
    let all = vonage(&simulators, "limit=5000&include=All", "users:read stats", V4).await.body;
    let total = |answer: &Value| answer["meta"]["totalCount"].as_u64().unwrap();
    assert_eq!(total(&archived), world(2400).expected().count("inactive", "vcc"));
    assert_eq!(total(&active) + total(&archived), total(&all));
    assert_eq!(ids(&all["users"], "userId").len(), population(Vendor::Vonage));
}

#[tokio::test]
async fn tokens_expire() {
    let behaviour = Behaviour { token_lifetime: Some(Duration::ZERO), ..Behaviour::default() };
    let simulators = serve(Vendor::Vonage, behaviour).await;
    let answer = vonage(&simulators, "", "users:read", V4).await;
    assert_eq!((answer.status, answer.body["message"].is_string()), (401, true));
    assert_eq!(simulators.usage(Vendor::Vonage), Usage { requests: 2, refused: 1 });
}

#[tokio::test]
async fn one_vendor_can_stop_alone_and_dropping_stops_all() {
    let mut simulators = Simulators::start(world(100), &ServeOptions::default()).await.unwrap();
    let voiso = url(&simulators, Vendor::Voiso, "/api/v4/users");
    let cognigy = url(&simulators, Vendor::Cognigy, "/new/v2.0/users");
    simulators.stop(Vendor::Voiso).await;
    assert!(client().get(&voiso).send().await.unwrap_err().is_connect());
    assert_eq!(ask(client().get(&cognigy)).await.status, 401);
    drop(simulators);
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        if client().get(&cognigy).send().await.is_err() {
            return;
        }
    }
    panic!("the server still answers");
}

#[tokio::test]
async fn a_fault_is_answered_instead() {
    let faults: super::super::FaultHook = Arc::new(|arrival| {
        let busy = || Fault::Answer(Box::new(StatusCode::SERVICE_UNAVAILABLE.into_response()));
        if arrival.number == 1 { busy() } else { Fault::None }
    });
    let simulators = serve(Vendor::Voiso, Behaviour { faults: Some(faults), ..Behaviour::default() }).await;
    let get = async || ask(client().get(url(&simulators, Vendor::Voiso, "/api/v4/users"))).await.status;
    assert_eq!((get().await, get().await), (503, 401));
}

#[tokio::test]
async fn the_kit_is_complete_and_keeps_its_secrets() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(2400);
    let simulators = Simulators::start(Arc::clone(&world), &ServeOptions::default()).await.unwrap();
    for _ in 0..2 {
        write_kit(dir.path(), &world, &simulators).unwrap();
    }
    let text = std::fs::read_to_string(dir.path().join("headcount.toml")).unwrap();
    let config: toml::Table = text.parse().unwrap();
    let sources = config["source"].as_array().unwrap();
    assert_eq!(sources.len(), Vendor::ALL.len() + 1);
    let strings = sources.iter().flat_map(|source| source.as_table().unwrap().values()).filter_map(|v| v.as_str());
    for file in strings.filter_map(|value| value.strip_prefix("file:")) {
        let metadata = std::fs::metadata(dir.path().join(file)).unwrap();
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::MetadataExt::mode(&metadata) & 0o777, 0o600, "{file}");
        assert!(metadata.len() > 0);
    }
    let expected: Value = serde_json::from_slice(&std::fs::read(dir.path().join("expected.json")).unwrap()).unwrap();
    assert_eq!(expected, serde_json::to_value(world.expected()).unwrap());
    for secret in [&Secrets::new(7).voiso_key(), &Secrets::new(7).vonage_client().secret] {
        assert!(!text.contains(secret.as_str()) && !format!("{simulators:?}").contains(secret.as_str()));
    }
}
