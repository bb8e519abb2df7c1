//! Cognigy.AI: three ways to log in, pages by skip or by cursor, details for status and roles.

use std::collections::BTreeSet;

use headcount::model::{AccountStatus, Fact};
use headcount::simulate::{Behaviour, Secrets, Vendor};
use serde_json::{Value, json};

use crate::support::source::{Source, expected, simulate, time, world};
use crate::support::stub::{Seen, Stub, json, slice};

fn source(url: &str, key: &str, more: &str) -> Source {
    Source::new("cognigy", url, &format!("api_key = \"file:key\"\n{more}"), &[("key", key)])
}

/// OAuth2 with the simulator's client, and its user where the password grant is wanted.
fn oauth2(url: &str, password: Option<&str>) -> Source {
    let secrets = Secrets::new(7);
    let mut lines = "[source.oauth2]\nclient_id = \"file:id\"\nclient_secret = \"file:secret\"\n".to_owned();
    if password.is_some() {
        lines += "username = \"file:user\"\npassword = \"file:password\"\norganisation = \"org-1\"\n";
    }
    let (client, user) = (secrets.cognigy_client(), secrets.cognigy_user());
    let files = [
        ("id", client.id.as_str()),
        ("secret", &client.secret),
        ("user", &user.0),
        ("password", password.unwrap_or_default()),
    ];
    Source::new("cognigy", url, &lines, &files)
}

fn user(number: usize) -> Value {
    json!({"_id": format!("{number:024x}"), "id": format!("u{number}@example.com"), "name": "N",
        "createdAt": 1_600_000_000 + number, "lastChanged": 1_700_000_000, "lastActive": 1_700_000_000_000_u64})
}

fn page(list: &[Value], seen: &Seen) -> axum::response::Response {
    let items = slice(list, seen.number("skip"), seen.number("limit"));
    json(200, &json!({"items": items, "total": list.len(), "nextCursor": null, "previousCursor": null}))
}

#[tokio::test]
async fn all_users_arrive_by_skip_with_and_without_a_silent_cap() {
    let world = world(6000);
    for cap in [None, Some(33)] {
        let behaviour = Behaviour { max_page_size: cap, ..Behaviour::default() };
        let (_simulators, url) = simulate(&world, Vendor::Cognigy, behaviour).await;
        let fetched = source(&url, &Secrets::new(7).cognigy_key(), "").fetch().await.complete();
        let accounts = expected(&world, Vendor::Cognigy);
        assert_eq!(fetched.accounts.len(), accounts.len());
        assert!(fetched.accounts.iter().all(|account| account.status == Fact::NotExposed && !account.roles.is_known()));
        let got: BTreeSet<_> = fetched
            .accounts
            .iter()
            .map(|got| {
                (
                    got.email.present().map(ToString::to_string),
                    got.created_at.known().unwrap().timestamp(),
                    got.last_login_at.present().copied(),
                )
            })
            .collect();
        let wanted: BTreeSet<_> = accounts
            .into_iter()
            .map(|wanted| (wanted.keys.email, wanted.created_at.timestamp(), wanted.last_login_at))
            .collect();
        assert_eq!(got, wanted);
    }
}

#[tokio::test]
async fn details_tell_status_and_roles_over_cursors() {
    let world = world(2400);
    let (_simulators, url) = simulate(&world, Vendor::Cognigy, Behaviour::default()).await;
    let fetched = source(&url, &Secrets::new(7).cognigy_key(), "details = true").fetch().await.complete();
    let accounts = expected(&world, Vendor::Cognigy);
    let inactive = |status: Fact<AccountStatus>| status == Fact::Known(AccountStatus::Inactive);
    assert_eq!(fetched.accounts.len(), accounts.len());
    assert_eq!(
        fetched.accounts.iter().filter(|account| inactive(account.status)).count(),
        accounts.iter().filter(|account| !account.enabled).count()
    );
    let admins = |roles: &[std::borrow::Cow<'_, str>]| roles.iter().any(|role| role == "admin");
    assert_eq!(
        fetched.accounts.iter().filter(|account| admins(account.roles.known().unwrap())).count(),
        accounts.iter().filter(|account| account.admin).count()
    );
}

#[tokio::test]
async fn each_grant_opens_the_list() {
    let world = world(600);
    let (_simulators, url) = simulate(&world, Vendor::Cognigy, Behaviour::default()).await;
    let password = Secrets::new(7).cognigy_user().1;
    for source in [oauth2(&url, None), oauth2(&url, Some(&password))] {
        let fetched = source.fetch().await.complete();
        assert_eq!(fetched.accounts.len(), expected(&world, Vendor::Cognigy).len());
    }
    let error = oauth2(&url, Some("a wrong password")).fetch().await.error().to_owned();
    assert!(
        error.contains("the vendor answered 400: invalid_grant, The user name or the password is wrong"),
        "{error}"
    );
    assert!(!error.contains("a wrong password"), "{error}");
}

#[tokio::test]
async fn the_token_request_carries_the_grant_and_the_organisation() {
    let stub = Stub::start(|seen, _| match seen.path.as_str() {
        "/auth/oauth2/token" => {
            json(200, &json!({"access_token": "token-1", "expires_in": 300, "token_type": "Bearer"}))
        }
        _ => page(&[user(1)], seen),
    })
    .await;
    oauth2(&stub.url, Some("the password")).fetch().await.complete();
    let seen = stub.seen();
    assert_eq!((seen[0].method.as_str(), seen[0].header("organisation-id")), ("POST", "org-1"));
    assert_eq!((seen[0].form["grant_type"].as_str(), seen[0].form["password"].as_str()), ("password", "the password"));
    assert!(seen[0].query.is_empty(), "nothing secret in the address");
    assert!(seen[1..].iter().all(|seen| seen.header("authorization") == "Bearer token-1"));
}

#[tokio::test]
async fn the_key_is_a_header_and_the_address_is_corrected() {
    for path in ["", "/new", "/openapi", "/new/openapi", "/"] {
        let stub = Stub::start(|seen, _| page(&[user(1)], seen)).await;
        source(&format!("{}{path}", stub.url), "cognigy-key", "").fetch().await.complete();
        for seen in stub.seen() {
            assert_eq!((seen.path.as_str(), seen.header("x-api-key")), ("/new/v2.0/users", "cognigy-key"));
            assert!(!seen.query.contains_key("api_key") && !seen.query.contains_key("filter"));
            assert_eq!((seen.header("accept"), seen.query["sort"].as_str()), ("application/json", "createdAt:asc"));
        }
    }
}

#[tokio::test]
async fn the_trace_id_for_the_vendors_support_is_in_the_message() {
    let problem = json!({"type": "Forbidden", "title": "Forbidden Error", "status": 403, "code": "1005",
        "detail": "The role userDetailsViewer is missing.", "instance": "/v2.0/users", "traceId": "api--1234"});
    let stub = Stub::start(move |_, _| json(403, &problem)).await;
    let error = source(&stub.url, "cognigy-key", "").fetch().await.error().to_owned();
    assert!(error.contains("403: The role userDetailsViewer is missing. (traceId api--1234)"), "{error}");
    let stub =
        Stub::start(|_, _| json(401, &json!({"title": "Unauthorized Error", "status": 401, "detail": ""}))).await;
    let error = source(&stub.url, "cognigy-key", "").fetch().await.error().to_owned();
    assert!(error.contains("401: Unauthorized Error; check that the credentials are right"), "{error}");
}

#[tokio::test]
async fn a_tenant_without_users_is_complete() {
    for details in ["", "details = true"] {
        let stub = Stub::start(|seen, _| page(&[], seen)).await;
        let fetched = source(&stub.url, "cognigy-key", details).fetch().await.complete();
        assert_eq!((fetched.certificate.declared, fetched.certificate.distinct), (Some(0), 0));
    }
}

#[tokio::test]
async fn units_of_time_are_told_apart_and_nonsense_is_unknown() {
    let active = [
        json!(1_713_604_542),
        json!(1_713_604_542_000_u64),
        json!(1_713_604_542_500.5),
        json!(0),
        json!(null),
        json!(-1),
        json!(12345),
        json!("yesterday"),
    ];
    let list: Vec<_> = active
        .iter()
        .enumerate()
        .map(|(number, value)| {
            let mut user = user(number);
            user["lastActive"] = value.clone();
            user
        })
        .collect();
    let stub = Stub::start(move |seen, _| page(&list, seen)).await;
    let fetched = source(&stub.url, "cognigy-key", "").fetch().await.complete();
    let login = |number: usize| fetched.account(&format!("{number:024x}")).last_login_at;
    let at = |text| Fact::Known(Some(time(text)));
    assert_eq!((login(0), login(1)), (at("2024-04-20T09:15:42Z"), at("2024-04-20T09:15:42Z")));
    assert!(login(2).present().is_some(), "a float");
    for number in 3..8 {
        assert_eq!(login(number), Fact::NotExposed, "{number}");
    }
    assert_eq!(fetched.account(&format!("{:024x}", 0)).created_at, Fact::Known(time("2020-09-13T12:26:40Z")));
    assert!(fetched.warnings().contains("`lastActive` is not a time since 2015"), "{}", fetched.warnings());
}

#[tokio::test]
async fn a_login_that_is_no_address_is_no_email() {
    let list = vec![json!({"_id": "a", "id": "jdoe", "name": 7}), json!({"_id": "b", "id": null, "createdAt": "x"})];
    let stub = Stub::start(move |seen, _| page(&list, seen)).await;
    let fetched = source(&stub.url, "cognigy-key", "").fetch().await.complete();
    let (a, b) = (fetched.account("a"), fetched.account("b"));
    assert_eq!((a.username.present().unwrap().as_ref(), a.email.clone()), ("jdoe", Fact::Known(None)));
    assert_eq!((b.username.clone(), b.created_at, b.locked), (Fact::Known(None), Fact::NotExposed, Fact::NotExposed));
}

#[tokio::test]
async fn a_user_deleted_between_list_and_detail_keeps_what_the_list_said() {
    let stub = Stub::start(|seen, _| match seen.path.as_str() {
        "/new/v2.0/users" => page(&[user(1), user(2)], seen),
        path if path.ends_with('2') => json(404, &json!({"title": "Not Found Error", "status": 404})),
        _ => json(200, &json!({"disabled": false, "roles": ["admin"]})),
    })
    .await;
    let fetched = source(&stub.url, "cognigy-key", "details = true").fetch().await.complete();
    let status = |number: usize| fetched.account(&format!("{number:024x}")).status;
    assert_eq!((status(1), status(2)), (Fact::Known(AccountStatus::Active), Fact::NotExposed));
}

#[tokio::test]
async fn older_versions_call_the_cursor_next_and_it_goes_without_skip() {
    let stub = Stub::start(|seen, _| {
        let at = seen.query.get("next").map_or(0, |cursor| cursor.parse().unwrap());
        let list: Vec<_> = (0..5).map(user).collect();
        let next = (at + 2 < 5).then(|| (at + 2).to_string());
        if seen.path != "/new/v2.0/users" {
            return json(200, &json!({}));
        }
        json(200, &json!({"items": slice(&list, at, 2), "total": 5, "next": next, "previous": null}))
    })
    .await;
    let fetched = source(&stub.url, "cognigy-key", "details = true").page_size(2).fetch().await.complete();
    assert_eq!((fetched.accounts.len(), fetched.certificate.pages), (5, 6));
    let details = stub.seen().iter().filter(|seen| seen.path != "/new/v2.0/users").count();
    assert_eq!(details, 5, "the second reading only counts");
    assert!(stub.seen().iter().all(|seen| !seen.query.contains_key("skip")));
}
