//! Vonage Contact Center: OAuth2 client credentials, a mandatory version, and pages from 0 or from 1.

use std::time::Duration;

use headcount::model::{AccountStatus, Fact};
use headcount::simulate::{Behaviour, Secrets, Vendor};
use serde_json::{Value, json};

use crate::support::source::{Source, expected, simulate, time, world};
use crate::support::stub::{Seen, Stub, json, slice};

fn source(url: &str) -> Source {
    let client = Secrets::new(7).vonage_client();
    let lines =
        format!("token_url = \"{url}/Auth/connect/token\"\nclient_id = \"file:id\"\nclient_secret = \"file:secret\"");
    Source::new("vonage-contact-center", url, &lines, &[("id", &client.id), ("secret", &client.secret)])
}

fn token(number: usize) -> axum::response::Response {
    json(200, &json!({"access_token": format!("token-{number}"), "expires_in": 7200, "token_type": "bearer"}))
}

fn user(number: usize) -> Value {
    json!({"userId": format!("id-{number}"), "username": format!("u{number}"), "email": format!("u{number}@example.com"),
        "name": "N", "active": true, "locked": false})
}

fn page(list: &[Value], seen: &Seen) -> axum::response::Response {
    let (number, limit) = (seen.number("page"), seen.number("limit"));
    let users = slice(list, number.saturating_sub(1) * limit, limit);
    json(
        200,
        &json!({"users": users, "meta": {"page": number, "count": users.len(),
        "pageCount": list.len().div_ceil(limit), "totalCount": list.len()}}),
    )
}

/// Serves a list to whoever asks, and tokens.
async fn serve(list: Vec<Value>) -> Stub {
    Stub::start(move |seen, number| if seen.path == "/useradmin/users" { page(&list, seen) } else { token(number) })
        .await
}

#[tokio::test]
async fn all_users_arrive_whether_pages_count_from_0_or_1_and_are_capped_or_not() {
    let world = world(6000);
    let accounts = expected(&world, Vendor::Vonage);
    for (zero_based_pages, max_page_size) in [(false, None), (true, None), (false, Some(70)), (true, Some(70))] {
        let behaviour = Behaviour { zero_based_pages, max_page_size, ..Behaviour::default() };
        let (_simulators, url) = simulate(&world, Vendor::Vonage, behaviour).await;
        for size in [100, 5000] {
            let fetched = source(&url).page_size(size).concurrency(4).fetch().await.complete();
            assert_eq!(fetched.accounts.len(), accounts.len());
            assert_eq!(fetched.certificate.declared, Some(accounts.len() as u64));
            let archived = Fact::Known(AccountStatus::Inactive);
            assert_eq!(
                fetched.accounts.iter().filter(|account| account.status == archived).count(),
                accounts.iter().filter(|account| !account.enabled).count()
            );
        }
    }
}

#[tokio::test]
async fn every_fact_of_the_simulated_users_arrives() {
    let world = world(2400);
    let (_simulators, url) = simulate(&world, Vendor::Vonage, Behaviour::default()).await;
    let fetched = source(&url).fetch().await.complete();
    for wanted in expected(&world, Vendor::Vonage) {
        let username = wanted.keys.username.as_deref();
        let Some(username) = username else { continue };
        let seconds = |time: Option<headcount::model::Timestamp>| time.map(|time| time.timestamp());
        // Two users may share a login name, so that one of those with the name has to be as it was made.
        let named = fetched.accounts.iter().filter(|got| got.username.present().is_some_and(|name| name == username));
        let arrived = named.into_iter().any(|got| {
            got.external_id == Fact::Known(wanted.keys.external_id.clone().map(Into::into))
                && (&got.locked, &got.licensed) == (&Fact::Known(wanted.locked), &Fact::Known(wanted.paid))
                && got.roles.known().is_some_and(|roles| roles.iter().any(|role| role == "Admin") == wanted.admin)
                && seconds(got.last_login_at.present().copied()) == seconds(wanted.last_login_at)
        });
        assert!(arrived, "{username} is not as it was made");
    }
}

#[tokio::test]
async fn everybody_is_asked_for_with_the_version_and_the_narrowest_scope() {
    let stub = serve(vec![user(1)]).await;
    source(&stub.url).fetch().await.complete();
    let seen = stub.seen();
    assert_eq!((seen[0].path.as_str(), seen[0].form["scope"].as_str()), ("/Auth/connect/token", "users:read"));
    assert_eq!(seen[0].form["grant_type"], "client_credentials");
    for seen in &seen[1..] {
        assert_eq!((seen.query["include"].as_str(), seen.header("authorization")), ("All", "Bearer token-0"));
        assert_eq!(seen.header("accept"), "application/vnd.newvoicemedia.v4+json");
    }
}

#[tokio::test]
async fn one_token_serves_concurrent_pages() {
    let stub = serve((0..50).map(user).collect()).await;
    source(&stub.url).page_size(5).concurrency(8).fetch().await.complete();
    assert_eq!(stub.seen().iter().filter(|seen| seen.method == "POST").count(), 1);
}

#[tokio::test]
async fn a_token_is_renewed_before_it_expires() {
    let world = world(2400);
    let behaviour = Behaviour {
        token_lifetime: Some(Duration::from_secs(4)),
        latency: Duration::from_millis(100),
        ..Behaviour::default()
    };
    let (simulators, url) = simulate(&world, Vendor::Vonage, behaviour).await;
    let fetched = source(&url).page_size(20).concurrency(1).fetch().await.complete();
    assert_eq!(simulators.usage(Vendor::Vonage).refused, 0);
    assert_eq!(fetched.certificate.usage.retries, 0);
}

#[tokio::test]
async fn a_token_is_renewed_once_after_a_401() {
    let denied = || json(401, &json!({"message": "Authorization has been denied for this request."}));
    let stub = Stub::start(move |seen, number| match seen.path.as_str() {
        "/useradmin/users" if seen.header("authorization") == "Bearer token-0" => denied(),
        "/useradmin/users" => page(&[user(1)], seen),
        _ => token(number),
    })
    .await;
    source(&stub.url).fetch().await.complete();
    let stub = Stub::start(move |seen, number| if seen.method == "GET" { denied() } else { token(number) }).await;
    let error = source(&stub.url).fetch().await.error().to_owned();
    assert!(error.contains("401: Authorization has been denied for this request.; check that the cred"), "{error}");
    assert_eq!(stub.seen().len(), 4, "two tokens, two refusals");
}

#[tokio::test]
async fn a_refused_token_request_says_why_and_shows_no_secret() {
    let world = world(600);
    let (_simulators, url) = simulate(&world, Vendor::Vonage, Behaviour::default()).await;
    let lines =
        format!("token_url = \"{url}/Auth/connect/token\"\nclient_id = \"file:id\"\nclient_secret = \"file:secret\"");
    let source = Source::new("vonage-contact-center", &url, &lines, &[("id", "nobody"), ("secret", "wrong-secret")]);
    let error = source.fetch().await.error().to_owned();
    assert!(
        error.contains(
            "no access token: POST /Auth/connect/token: the vendor answered 400: invalid_client, The client is"
        ),
        "{error}"
    );
    assert!(!error.contains("wrong-secret"), "{error}");
}

#[tokio::test]
async fn each_shape_of_error_is_understood() {
    let bodies = [
        json!({"message": "the reason"}),
        json!({"statusCode": 400, "error": "Bad Request", "message": "the reason"}),
        json!({"error": {"code": "X", "message": "the reason"}}),
        json!({"status": 400, "title": "the reason", "errors": []}),
        json!({"error": "invalid", "error_description": "the reason"}),
        json!({"detail": "the reason"}),
    ];
    for body in bodies {
        let stub =
            Stub::start(move |seen, number| if seen.method == "GET" { json(403, &body) } else { token(number) }).await;
        let error = source(&stub.url).fetch().await.error().to_owned();
        assert!(error.contains("the vendor answered 403: the reason"), "{error}");
    }
}

#[tokio::test]
async fn a_tenant_without_users_is_complete() {
    let stub = serve(Vec::new()).await;
    let fetched = source(&stub.url).fetch().await.complete();
    assert_eq!((fetched.certificate.declared, fetched.certificate.distinct), (Some(0), 0));
}

#[tokio::test]
async fn dates_and_missing_facts() {
    let list = vec![
        json!({"userId": "a", "lastLoginTime": "2024-04-20T09:15:42.5Z", "userAccountConfiguration":
            {"role": "Agent", "chargeable": 1, "agentConfiguration": {"associatedUsers": [{"username": "a_vbc"}, 7]}}}),
        json!({"userId": "b", "lastLoginTime": "2024-04-20T09:15:42Z", "active": null, "locked": "no"}),
        json!({"userId": "c", "lastLoginTime": null, "userAccountConfiguration": []}),
        json!({"userId": "d", "lastLoginTime": "0001-01-01T00:00:00"}),
    ];
    let stub = serve(list).await;
    let fetched = source(&stub.url).fetch().await.complete();
    let (a, b, c) = (fetched.account("a"), fetched.account("b"), fetched.account("c"));
    assert_eq!(a.last_login_at, Fact::Known(Some(time("2024-04-20T09:15:42.5Z"))));
    assert_eq!(b.last_login_at, Fact::Known(Some(time("2024-04-20T09:15:42Z"))));
    assert_eq!((c.last_login_at, fetched.account("d").last_login_at), (Fact::Known(None), Fact::Known(None)), "never");
    assert_eq!((a.licensed, b.status, b.locked), (Fact::NotExposed, Fact::NotExposed, Fact::NotExposed));
    assert_eq!(a.linked.known().unwrap().as_slice(), ["a_vbc"]);
    assert_eq!((c.roles.clone(), c.created_at, c.deleted_at), (Fact::NotExposed, Fact::NotExposed, Fact::NotExposed));
    let warnings = fetched.warnings();
    for noted in [
        "`chargeable` is not a boolean",
        "`locked` is not a boolean",
        "`userAccountConfiguration` is not an object",
        "1 record: `lastLoginTime` holds a moment that means \"never\"",
    ] {
        assert!(warnings.contains(noted), "{warnings}");
    }
}
