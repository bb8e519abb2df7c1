//! Voxmind: a bearer token, pages from 1, and only the number of pages to count by.

use headcount::model::{AccountStatus, Fact};
use headcount::simulate::{Behaviour, Secrets, Vendor};
use serde_json::{Value, json};

use crate::support::source::{Source, expected, simulate, time, world};
use crate::support::stub::{Seen, Stub, json, slice, text};

fn source(url: &str, token: &str) -> Source {
    Source::new("voxmind", url, "organisation = \"42\"\ntoken = \"file:token\"", &[("token", token)])
}

fn user(id: usize) -> Value {
    json!({"id": id, "org_id": 42, "external_id": format!("user_{id}"), "is_active": id.is_multiple_of(2),
        "created_at": "2024-04-20T09:15:42Z", "updated_at": "2024-04-20T09:15:42.123Z"})
}

/// Pages of a list, counted in the header as the vendor does.
fn page(list: &[Value], seen: &Seen) -> axum::response::Response {
    let size = seen.number("per_page");
    let mut response = json(200, &json!({"results": slice(list, (seen.number("page") - 1) * size, size)}));
    let pages = list.len().div_ceil(size).to_string();
    response.headers_mut().insert("x-total-pages", pages.parse().unwrap());
    response
}

#[tokio::test]
async fn all_users_arrive_over_several_pages() {
    let world = world(6000);
    let (_simulators, url) = simulate(&world, Vendor::Voxmind, Behaviour::default()).await;
    let fetched = source(&url, &Secrets::new(7).voxmind_token()).page_size(100).concurrency(4).fetch().await.complete();
    let accounts = expected(&world, Vendor::Voxmind);
    assert!(accounts.len() > 800, "several pages");
    assert_eq!(fetched.accounts.len(), accounts.len());
    for wanted in accounts {
        let got = fetched.account(&(1001 + wanted.number).to_string());
        assert_eq!(got.external_id, Fact::Known(wanted.keys.external_id.map(Into::into)));
        assert_eq!(got.status, Fact::Known(AccountStatus::from_active(wanted.enabled)));
        assert_eq!(got.created_at.known().unwrap().timestamp(), wanted.created_at.timestamp());
    }
}

#[tokio::test]
async fn a_server_that_sends_smaller_pages_than_asked_for_loses_nobody() {
    let world = world(2400);
    let cap = Behaviour { max_page_size: Some(30), ..Behaviour::default() };
    let (_simulators, url) = simulate(&world, Vendor::Voxmind, cap).await;
    let fetched = source(&url, &Secrets::new(7).voxmind_token()).fetch().await.complete();
    assert_eq!(fetched.accounts.len(), expected(&world, Vendor::Voxmind).len());
}

#[tokio::test]
async fn no_filter_hides_inactive_users_and_the_token_goes_in_the_header() {
    let list: Vec<_> = (1..=3).map(user).collect();
    let stub = Stub::start(move |seen, _| page(&list, seen)).await;
    let fetched = source(&stub.url, "vm_live_abcdef").fetch().await.complete();
    assert_eq!(fetched.account("1").status, Fact::Known(AccountStatus::Inactive));
    assert_eq!(fetched.account("2").status, Fact::Known(AccountStatus::Active));
    for seen in stub.seen() {
        assert_eq!((seen.method.as_str(), seen.path.as_str()), ("GET", "/organisations/42/users"));
        assert_eq!(seen.header("authorization"), "Bearer vm_live_abcdef");
        assert!(!seen.query.contains_key("filter"), "{seen:?}");
        assert_eq!(seen.query["sort"], "created_at:asc,id:asc");
    }
}

#[tokio::test]
async fn a_refused_order_is_asked_for_with_less() {
    let list: Vec<_> = (1..=5).map(user).collect();
    let stub = Stub::start(move |seen, _| match seen.query.get("sort") {
        Some(_) => json(400, &json!({"code": 400, "message": "unknown sort field"})),
        None => page(&list, seen),
    })
    .await;
    let fetched = source(&stub.url, "vm_live_abcdef").page_size(2).fetch().await.complete();
    assert_eq!(fetched.accounts.len(), 5);
    let sorts: Vec<_> = stub.seen().iter().take(3).map(|seen| seen.query.get("sort").cloned()).collect();
    assert_eq!(sorts, [Some("created_at:asc,id:asc".to_owned()), Some("created_at:asc".to_owned()), None]);
}

#[tokio::test]
async fn without_the_header_the_end_is_a_short_page() {
    let list: Vec<_> = (1..=7).map(user).collect();
    let stub = Stub::start(move |seen, _| {
        let mut response = page(&list, seen);
        response.headers_mut().insert("x-total-pages", "many".parse().unwrap());
        response
    })
    .await;
    let fetched = source(&stub.url, "vm_live_abcdef").page_size(3).fetch().await.complete();
    assert_eq!((fetched.accounts.len(), fetched.certificate.declared), (7, None));
}

#[tokio::test]
async fn a_tenant_without_users_is_complete() {
    for pages in ["0", "1"] {
        let stub = Stub::start(move |_, _| {
            let mut response = json(200, &json!({"results": []}));
            response.headers_mut().insert("x-total-pages", pages.parse().unwrap());
            response
        })
        .await;
        let fetched = source(&stub.url, "vm_live_abcdef").fetch().await.complete();
        assert_eq!((fetched.certificate.fetched, fetched.certificate.distinct), (0, 0));
    }
}

#[tokio::test]
async fn another_organisations_user_ends_the_run() {
    let mut list: Vec<_> = (1..=3).map(user).collect();
    list[1]["org_id"] = json!(43);
    let stub = Stub::start(move |seen, _| page(&list, seen)).await;
    let error = source(&stub.url, "vm_live_abcdef").fetch().await.error().to_owned();
    assert!(error.contains("organisation 43") && error.contains("asked for 42"), "{error}");
}

#[tokio::test]
async fn what_the_vendor_says_is_in_the_message() {
    let cases = [
        (
            json(
                400,
                &json!({"code": 400, "message": "Invalid parameters",
                "errors": [{"field": "page", "message": "must be positive"}]}),
            ),
            "the vendor answered 400: Invalid parameters; page: must be positive",
        ),
        (
            json(401, &json!({"code": 401, "message": "Token expired"})),
            "answered 401: Token expired; check that the cred",
        ),
        (json(403, &json!({"code": 403, "message": "Other organisation"})), "403: Other organisation; check that the"),
        (json(404, &json!({"code": 404, "message": "Resource not found"})), "404: Resource not found; check base_url"),
        (text(500, "text/html", "<h1>Oops</h1>"), "500: \"<h1>Oops</h1>\" (text/html); the vendor has trouble"),
    ];
    for (answer, message) in cases {
        let (status, kind) = (answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap().to_owned());
        let body = axum::body::to_bytes(answer.into_body(), 1 << 16).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        let stub = Stub::start(move |_, _| text(status, &kind, &body)).await;
        let error = source(&stub.url, "vm_live_abcdef").fetch().await.error().to_owned();
        assert!(error.contains(message) && error.starts_with("GET /organisations/42/users?page=1"), "{error}");
        let sent = stub.seen().len();
        assert!(if status == 400 { sent == 3 } else { sent == 1 }, "{sent} requests for a {status}");
    }
}

#[tokio::test]
async fn facts_that_are_missing_or_malformed_stay_unknown() {
    let records = json!([
        {"id": "7", "org_id": "42", "external_id": null, "is_active": null, "created_at": null},
        {"id": 8.0, "external_id": 1234, "is_active": "yes", "created_at": "yesterday", "updated_at": 17,
            "surprise": {"kept": true}},
    ]);
    let text = records.to_string();
    let list = records.as_array().unwrap().clone();
    let stub = Stub::start(move |seen, _| page(&list, seen)).await;
    let fetched = source(&stub.url, "vm_live_abcdef").fetch().await.complete();
    let (first, second) = (fetched.account("7"), fetched.account("8"));
    assert_eq!(first.external_id, Fact::Known(None));
    assert_eq!(
        (first.status, first.created_at, second.status, second.created_at),
        (Fact::NotExposed, Fact::NotExposed, Fact::NotExposed, Fact::NotExposed)
    );
    assert_eq!(second.external_id.present().unwrap(), "1234");
    for never in [&first.email, &first.username, &first.display_name] {
        assert_eq!(*never, Fact::NotExposed);
    }
    assert_eq!(
        (first.locked, first.last_login_at, first.deleted_at),
        (Fact::NotExposed, Fact::NotExposed, Fact::NotExposed)
    );
    let warnings = fetched.warnings();
    for noted in ["1 record: `is_active` is not a boolean", "`created_at` is not an RFC 3339 time", "`updated_at`"] {
        assert!(warnings.contains(noted), "{warnings}");
    }
    assert!(fetched.records.iter().all(|record| text.contains(record.get())), "verbatim");
}

#[tokio::test]
async fn dates_come_with_and_without_a_fraction() {
    let list = vec![user(1)];
    let stub = Stub::start(move |seen, _| page(&list, seen)).await;
    let fetched = source(&stub.url, "vm_live_abcdef").fetch().await.complete();
    assert_eq!(fetched.account("1").created_at, Fact::Known(time("2024-04-20T09:15:42Z")));
    assert_eq!(fetched.account("1").updated_at, Fact::Known(time("2024-04-20T09:15:42.123Z")));
}

#[tokio::test]
async fn a_sandbox_token_is_pointed_out() {
    let stub = Stub::start(move |seen, _| page(&[], seen)).await;
    let fetched = source(&stub.url, "vm_test_abcdef").fetch().await.complete();
    assert!(fetched.warnings().contains("sandbox"), "{}", fetched.warnings());
}
