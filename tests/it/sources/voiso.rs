//! Voiso: a scoped key, offset and limit, a total, and no state of the account.

use headcount::model::Fact;
use headcount::simulate::{Behaviour, Secrets, Vendor};
use serde_json::{Value, json};

use crate::support::source::{Source, expected, simulate, time, world};
use crate::support::stub::{Seen, Stub, json, slice, text};

fn source(url: &str, key: &str) -> Source {
    Source::new("voiso", url, "api_key = \"file:key\"", &[("key", key)])
}

fn page(list: &[Value], seen: &Seen) -> axum::response::Response {
    let users = slice(list, seen.number("offset"), seen.number("limit"));
    json(200, &json!({"users": users, "metadata": {"total": list.len()}}))
}

#[tokio::test]
async fn all_users_arrive_over_several_pages_with_and_without_a_silent_cap() {
    let world = world(6000);
    for cap in [None, Some(37)] {
        let behaviour = Behaviour { max_page_size: cap, ..Behaviour::default() };
        let (_simulators, url) = simulate(&world, Vendor::Voiso, behaviour).await;
        let fetched = source(&url, &Secrets::new(7).voiso_key()).concurrency(4).fetch().await.complete();
        let accounts = expected(&world, Vendor::Voiso);
        assert_eq!(
            (fetched.accounts.len(), fetched.certificate.declared),
            (accounts.len(), Some(accounts.len() as u64))
        );
        for wanted in accounts {
            let got = fetched.account(&(4001 + wanted.number).to_string());
            assert_eq!(got.email, Fact::Known(wanted.keys.email.map(Into::into)));
            assert_eq!(got.username, got.email);
            assert_eq!(got.external_id, Fact::Known(wanted.keys.external_id.map(Into::into)));
            assert_eq!(got.display_name.present().unwrap(), &wanted.name);
            assert_eq!(got.deleted_at.present().is_some(), !wanted.enabled);
            assert_eq!(got.status, Fact::NotExposed, "presence is no state");
        }
    }
}

#[tokio::test]
async fn the_key_is_a_bearer_and_nothing_is_filtered() {
    let list = vec![json!({"id": "1"})];
    let stub = Stub::start(move |seen, _| page(&list, seen)).await;
    source(&stub.url, "voiso-key-1").fetch().await.complete();
    for seen in stub.seen() {
        assert_eq!(seen.header("authorization"), "Bearer voiso-key-1");
        assert_eq!((seen.header("accept"), seen.path.as_str()), ("application/json", "/api/v4/users"));
        assert!(seen.query.keys().all(|name| name == "limit" || name == "offset"), "{seen:?}");
    }
}

#[tokio::test]
async fn what_the_vendor_says_is_in_the_message() {
    let cases = [
        (401, json!({"error": "Unauthorized"}), "the vendor answered 401: Unauthorized; check that the credentials"),
        (403, json!({"error": "Forbidden"}), "answered 403: Forbidden; check that the credentials may list users"),
        (422, json!({"errors": {"limit": ["is too large", "is odd"]}}), "422: limit: is too large, is odd"),
    ];
    for (status, body, message) in cases {
        let stub = Stub::start(move |_, _| json(status, &body)).await;
        let error = source(&stub.url, "voiso-key-1").fetch().await.error().to_owned();
        assert!(error.contains(message), "{error}");
        assert_eq!(stub.seen().len(), 1, "asking again can't help");
    }
}

#[tokio::test]
async fn a_list_that_is_no_list_is_no_empty_tenant() {
    for body in ["{}", "[]", "null", r#"{"users": null, "metadata": {"total": 0}}"#, r#"{"users": []}"#] {
        let stub = Stub::start(move |_, _| text(200, "application/json", body)).await;
        let error = source(&stub.url, "voiso-key-1").fetch().await.error().to_owned();
        assert!(error.contains("unexpected answer (status 200)") && error.contains("the body is"), "{error}");
    }
}

#[tokio::test]
async fn a_tenant_without_users_is_complete() {
    let stub = Stub::start(|seen, _| page(&[], seen)).await;
    let fetched = source(&stub.url, "voiso-key-1").fetch().await.complete();
    assert_eq!((fetched.certificate.declared, fetched.certificate.distinct), (Some(0), 0));
}

#[tokio::test]
async fn facts_that_are_missing_or_malformed_stay_unknown_and_records_stay_verbatim() {
    let body = r#"{"users": [
        {"id": 17, "name" : "Zo\u00eb", "email": "", "security_access_group": {"id": 3, "name": "Agents"},
         "created_at": "2024-04-20T09:15:42.001Z", "updated_at": [], "extension": "12", "caller_id": null},
        {"id": "18", "email": {"a": 1}, "deleted_at": "2024-04-20T09:15:42Z", "status": "available",
         "security_access_group": "Agents", "x": 1.50, "x": -2}
    ], "metadata": {"total": 2}}"#;
    let beyond = r#"{"users": [], "metadata": {"total": 2}}"#;
    let stub = Stub::start(move |seen, _| {
        text(200, "application/json", if seen.number("offset") == 0 { body } else { beyond })
    })
    .await;
    let fetched = source(&stub.url, "voiso-key-1").fetch().await.complete();
    let (first, second) = (fetched.account("17"), fetched.account("18"));
    assert_eq!((first.email.clone(), first.updated_at), (Fact::Known(None), Fact::NotExposed));
    assert_eq!(first.display_name.present().unwrap(), "Zoë");
    assert_eq!(first.created_at, Fact::Known(time("2024-04-20T09:15:42.001Z")));
    assert_eq!((first.roles.known().unwrap().len(), first.linked.known().unwrap().len()), (1, 1));
    assert_eq!((first.locked, first.last_login_at), (Fact::NotExposed, Fact::NotExposed));
    assert_eq!((second.email.clone(), second.deleted_at.is_known()), (Fact::NotExposed, true));
    let warnings = fetched.warnings();
    for noted in
        ["`email` is not a text", "`updated_at` is not an RFC 3339 time", "`security_access_group` is not an object"]
    {
        assert!(warnings.contains(noted), "{warnings}");
    }
    assert!(fetched.records[1].get().contains(r#""x": 1.50, "x": -2"#), "{}", fetched.records[1]);
}

#[tokio::test]
async fn a_record_without_an_id_makes_the_source_incomplete() {
    let list = vec![json!({"id": "1"}), json!({"name": "nobody"}), json!(null)];
    let stub = Stub::start(move |seen, _| page(&list, seen)).await;
    let fetched = source(&stub.url, "voiso-key-1").fetch().await;
    assert!(
        fetched.error().contains("2 records could not be read") && fetched.error().contains("`id`"),
        "{}",
        fetched.error()
    );
    assert_eq!(fetched.accounts.len(), 1);
}
