//! Voximplant: tokens that the client signs, users of several applications, and errors inside HTTP 200.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use headcount::model::{AccountStatus, Fact, SourceStatus};
use headcount::simulate::{Behaviour, Secrets, Vendor};
use serde_json::{Value, json};

use crate::support::source::{Source, expected, simulate, time, world};
use crate::support::stub::{Seen, Stub, json, slice, text};

fn source_with(url: &str, credentials: &Value, more: &str) -> Source {
    let lines = format!("credentials = \"file:credentials.json\"\n{more}");
    Source::new("voximplant", url, &lines, &[("credentials.json", &credentials.to_string())])
}

fn source(url: &str) -> Source {
    source_with(url, &Secrets::new(7).voximplant_credentials(), "")
}

/// Two applications with the users given.
fn serve(applications: &'static [(u64, &'static [u64])]) -> impl Fn(&Seen, usize) -> axum::response::Response {
    move |seen, _| {
        let all: Vec<Value> = if seen.path == "/platform_api/GetApplications" {
            let row = |id: u64| json!({"application_id": id, "application_name": format!("app{id}")});
            applications.iter().map(|(id, _)| row(*id)).collect()
        } else {
            let id = seen.number("application_id") as u64;
            let (_, users) = applications.iter().find(|(application, _)| *application == id).unwrap();
            let row = |id: &u64| json!({"user_id": id, "user_name": format!("u{id}"), "user_active": true});
            users.iter().map(row).collect()
        };
        let result = slice(&all, seen.number("offset"), seen.number("count"));
        json(200, &json!({"result": result, "total_count": all.len(), "count": result.len()}))
    }
}

#[tokio::test]
async fn users_of_all_applications_are_counted_once() {
    let world = world(6000);
    for cap in [None, Some(45)] {
        let behaviour = Behaviour { max_page_size: cap, ..Behaviour::default() };
        let (_simulators, url) = simulate(&world, Vendor::Voximplant, behaviour).await;
        let fetched = source(&url).page_size(100).fetch().await.complete();
        let accounts = expected(&world, Vendor::Voximplant);
        assert_eq!(fetched.accounts.len(), accounts.len());
        for wanted in &accounts {
            let got = fetched.account(&(70_001 + wanted.number).to_string());
            assert_eq!(got.username, Fact::Known(wanted.keys.username.clone().map(Into::into)));
            assert_eq!(got.status, Fact::Known(AccountStatus::from_active(wanted.enabled)));
            assert_eq!(got.locked, Fact::Known(wanted.locked));
            assert_eq!(got.updated_at.known().unwrap().timestamp(), wanted.updated_at.timestamp(), "naive UTC");
            assert_eq!((got.email.clone(), got.last_login_at), (Fact::NotExposed, Fact::NotExposed));
        }
        let shared = fetched.accounts.iter().filter(|account| account.linked.known().unwrap().len() == 2).count();
        assert!(shared > 0, "some belong to two applications");
        assert!(fetched.warnings().contains("a user's further applications"), "{}", fetched.warnings());
    }
}

#[tokio::test]
async fn only_the_application_id_is_sent_and_nobody_is_filtered_out() {
    let stub = Stub::start(serve(&[(1, &[10, 11]), (2, &[11])])).await;
    let fetched = source(&stub.url).fetch().await.complete();
    assert_eq!((fetched.certificate.distinct, fetched.account("11").linked.known().unwrap().len()), (2, 2));
    for seen in stub.seen().iter().filter(|seen| seen.path.ends_with("GetUsers")) {
        assert!(!seen.query.contains_key("application_name") && !seen.query.contains_key("user_active"), "{seen:?}");
        assert_eq!((seen.query["order_by"].as_str(), seen.query["return_live_balance"].as_str()), ("user_id", "false"));
    }
}

#[tokio::test]
async fn chosen_applications_are_read_and_an_unknown_one_is_no_silence() {
    let stub = Stub::start(serve(&[(1, &[10, 11]), (2, &[12])])).await;
    let credentials = Secrets::new(7).voximplant_credentials();
    let fetched = source_with(&stub.url, &credentials, "applications = [2]").fetch().await.complete();
    assert_eq!(fetched.certificate.distinct, 1);
    let error = source_with(&stub.url, &credentials, "applications = [3]").fetch().await.error().to_owned();
    assert!(error.contains("there is no application 3"), "{error}");
}

#[tokio::test]
async fn keys_in_either_form_sign_and_one_token_serves_all_requests() {
    let world = world(600);
    let (simulators, url) = simulate(&world, Vendor::Voximplant, Behaviour::default()).await;
    let mut credentials = Secrets::new(7).voximplant_credentials();
    let pkcs8 = credentials["private_key"].as_str().unwrap().to_owned();
    source_with(&url, &credentials, "").fetch().await.complete();
    // PKCS#8 wraps PKCS#1 in 26 bytes of header.
    let body: String = pkcs8.lines().filter(|line| !line.starts_with('-')).collect();
    let pkcs1 = STANDARD.encode(&STANDARD.decode(body).unwrap()[26..]);
    credentials["private_key"] =
        json!(format!("-----BEGIN RSA PRIVATE KEY-----\n{pkcs1}\n-----END RSA PRIVATE KEY-----\n"));
    source_with(&url, &credentials, "").fetch().await.complete();
    assert_eq!(simulators.usage(Vendor::Voximplant).refused, 0);

    let stub = Stub::start(serve(&[(1, &[10]), (2, &[12])])).await;
    source(&stub.url).fetch().await.complete();
    let seen = stub.seen();
    let tokens: BTreeSet<_> = seen.iter().map(|seen| seen.header("authorization")).collect();
    assert_eq!(tokens.len(), 1);
    let claims = tokens.first().unwrap().split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap() <= 3600);
    assert_eq!(claims["iss"], 4_000_007);
}

#[tokio::test]
async fn an_expired_token_is_signed_anew_once() {
    let expired = || json(200, &json!({"error": {"code": 456, "msg": "The token has expired."}}));
    let good = serve(&[(1, &[10])]);
    let stub = Stub::start(move |seen, number| if number == 1 { expired() } else { good(seen, number) }).await;
    source(&stub.url).fetch().await.complete();
    let stub = Stub::start(move |_, _| expired()).await;
    let error = source(&stub.url).fetch().await.error().to_owned();
    assert!(error.contains("error 456, The token has expired."), "{error}");
    assert_eq!(stub.seen().len(), 2);
}

#[tokio::test]
async fn an_error_inside_http_200_is_a_failure() {
    for (code, requests) in [(104, 1), (100, 1), (134, 1), (1, 3), (4, 3)] {
        let stub = Stub::start(move |_, _| json(200, &json!({"error": {"code": code, "msg": "because"}}))).await;
        let error = source(&stub.url).fetch().await.error().to_owned();
        assert!(error.contains(&format!("error {code}, because")), "{error}");
        assert_eq!(stub.seen().len(), requests, "{code}");
    }
    for code in [340, 314, 162, 484] {
        let good = serve(&[(1, &[10])]);
        let stub = Stub::start(move |seen, number| match number {
            0 | 2 => json(200, &json!({"error": {"code": code, "msg": "later"}})),
            _ => good(seen, number),
        })
        .await;
        assert_eq!(source(&stub.url).fetch().await.complete().certificate.usage.retries, 2);
    }
}

#[tokio::test]
async fn an_error_in_any_form_is_a_failure_whatever_stands_beside_it() {
    for (members, message) in [
        (r#""error": {"code": 104, "msg": "forbidden"}"#, "error 104, forbidden"),
        (r#""error": {"code": "104", "msg": "forbidden"}"#, "error 104, forbidden"),
        (r#""error": {"msg": "forbidden"}"#, "error: forbidden"),
        (r#""error": {"code": 104}"#, "error 104"),
        (r#""error": {}"#, r#"an error, "{\"error\": {}"#),
        (r#""error": "forbidden""#, "error: forbidden"),
        (r#""error": "104""#, "error 104"),
        (r#""error": 104"#, "error 104"),
        (r#""error": true"#, r#"an error, "{\"error\": true"#),
        (r#""errors": [{"code": 104, "msg": "forbidden"}]"#, "error 104, forbidden"),
        (r#""errors": ["forbidden"]"#, "error: forbidden"),
        (r#""errors": {"code": 104, "msg": "forbidden"}"#, "error 104, forbidden"),
        (r#""error": "forbidden", "error": null"#, "error: forbidden"),
        (r#""error": null, "error": {"code": 104, "msg": "forbidden"}"#, "error 104, forbidden"),
    ] {
        for beside in [r#", "result": [], "total_count": 0"#, ""] {
            let body = format!("{{{members}{beside}}}");
            let good = serve(&[(1, &[10]), (2, &[12])]);
            let stub = Stub::start(move |seen, number| match seen.query.get("application_id").map(String::as_str) {
                Some("2") => text(200, "application/json", &body),
                _ => good(seen, number),
            })
            .await;
            let fetched = source(&stub.url).fetch().await;
            assert_eq!(fetched.certificate.status, SourceStatus::Incomplete, "{members}{beside}");
            assert!(fetched.error().contains(message), "{members}{beside}: {}", fetched.error());
        }
    }
}

#[tokio::test]
async fn that_there_is_no_error_is_none() {
    for none in ["null", "false", "0", "\"\"", "[]"] {
        let stub = Stub::start(move |seen, _| {
            let all: &[Value] = &[json!({"application_id": 1, "user_id": 10})];
            let result = Value::from(slice(all, seen.number("offset"), seen.number("count"))).to_string();
            let body = format!(r#"{{"error": {none}, "errors": {none}, "result": {result}, "total_count": 1}}"#);
            text(200, "application/json", &body)
        })
        .await;
        assert_eq!(source(&stub.url).fetch().await.complete().certificate.distinct, 1, "{none}");
    }
}

#[tokio::test]
async fn neither_result_nor_error_is_a_failure_too() {
    let stub = Stub::start(|_, _| json(200, &json!({"count": 0}))).await;
    let error = source(&stub.url).fetch().await.error().to_owned();
    assert!(error.contains("unexpected answer (status 200): missing field `result`"), "{error}");
    let stub = Stub::start(|_, _| text(418, "text/html", "<p>teapot</p>")).await;
    let error = source(&stub.url).fetch().await.error().to_owned();
    assert!(error.contains("418: \"<p>teapot</p>\" (text/html)"), "{error}");
}

#[tokio::test]
async fn unusable_credentials_are_refused_before_any_request() {
    let good = Secrets::new(7).voximplant_credentials();
    let cases = [
        ("private_key", json!("no pem"), "private_key is not PEM"),
        ("private_key", json!("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"), "not a usable RSA key"),
        ("key_id", json!(7), "a field is missing or has the wrong type"),
    ];
    for (field, value, message) in cases {
        let mut credentials = good.clone();
        credentials[field] = value;
        let mistake = source_with("http://127.0.0.1:9", &credentials, "").connector().err().unwrap().to_string();
        assert!(mistake.contains(message) && mistake.contains("download credentials.json again"), "{mistake}");
    }
}

#[tokio::test]
async fn dates_missing_facts_and_custom_data() {
    let users = json!([
        {"user_id": 1, "user_name": "a", "modified": "2024-04-20 09:15:42", "created": "2020-01-02 03:04:05",
            "frozen": true, "user_active": true, "user_custom_data": "E-17"},
        {"user_id": "2", "modified": "", "user_active": 1, "user_custom_data": ""},
    ]);
    let verbatim: Vec<String> = users.as_array().unwrap().iter().map(ToString::to_string).collect();
    let stub = Stub::start(move |seen, _| {
        let all = match seen.path.as_str() {
            "/platform_api/GetApplications" => json!([{"application_id": 5}]),
            _ => users.clone(),
        };
        let all = all.as_array().unwrap().clone();
        json(
            200,
            &json!({"result": slice(&all, seen.number("offset"), seen.number("count")), "total_count": all.len()}),
        )
    })
    .await;
    let credentials = Secrets::new(7).voximplant_credentials();
    let fetched = source_with(&stub.url, &credentials, "external_id_in_custom_data = true").fetch().await.complete();
    let (first, second) = (fetched.account("1"), fetched.account("2"));
    assert_eq!(first.updated_at, Fact::Known(time("2024-04-20T09:15:42Z")));
    assert_eq!(first.created_at, Fact::Known(time("2020-01-02T03:04:05Z")));
    assert_eq!(
        (first.locked, first.status),
        (Fact::Known(true), Fact::Known(AccountStatus::Active)),
        "frozen isn't inactive"
    );
    assert_eq!(first.external_id.present().unwrap(), "E-17");
    assert_eq!(first.linked.known().unwrap().as_slice(), ["5"], "an application without a name");
    assert_eq!((second.updated_at, second.created_at), (Fact::NotExposed, Fact::NotExposed));
    assert_eq!((second.status, second.locked), (Fact::NotExposed, Fact::NotExposed));
    assert_eq!(second.external_id, Fact::Known(None));
    assert!(fetched.warnings().contains("`user_active` is not a boolean"), "{}", fetched.warnings());
    for (record, sent) in fetched.records.iter().zip(verbatim) {
        assert!(record.get().contains(&sent), "verbatim: {record}");
    }
    assert_eq!(source(&stub.url).fetch().await.account("1").external_id, Fact::NotExposed, "only if asked for");
}

#[tokio::test]
async fn an_account_without_applications_is_complete() {
    let stub = Stub::start(serve(&[])).await;
    let fetched = source(&stub.url).fetch().await.complete();
    assert_eq!((fetched.certificate.declared, fetched.certificate.distinct), (Some(0), 0));
}
