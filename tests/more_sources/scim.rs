//! `vendor = "scim"`, over HTTP against a provider on loopback.

use crate::kit::{Fetched, Kit};
use crate::scim_server::{Provider, Running, start};

/// A file with each secret, because tests don't change the environment of the process.
fn kit() -> Kit {
    Kit::new().with("token", "static-token").with("user", "auditor").with("password", "s3cret-word").with("id", "app")
}

fn source(running: &Running, credentials: &str) -> String {
    format!("vendor = \"scim\"\nbase_url = \"{}/scim/v2\"\npage_size = 50\n{credentials}", running.base_url)
}

async fn fetch(provider: Provider) -> (Fetched, Running) {
    let running = start(provider).await;
    (kit().fetch(&source(&running, "token = \"file:token\"")).await, running)
}

#[tokio::test]
async fn all_users_by_index_even_when_the_server_caps_pages() {
    for cap in [None, Some(20), Some(50)] {
        let (mut fetched, running) = fetch(Provider { users: 123, cap, ..Provider::default() }).await;
        assert_eq!((fetched.status(), fetched.error()), ("complete", ""), "{cap:?}");
        let certificate = &fetched.population.certificate;
        assert_eq!((certificate.declared, certificate.distinct), (Some(123), 123));
        assert_eq!(running.queries()[0]["startIndex"], "1");
        let accounts = fetched.accounts();
        assert_eq!(accounts[0], "u-0000 Some(Some(\"user0@example.com\")) Some(Inactive) None");
        assert_eq!(accounts[122], "u-0122 Some(Some(\"user122@example.com\")) Some(Active) None");
    }
}

#[tokio::test]
async fn all_users_by_cursor_where_the_server_has_them() {
    for without_total in [false, true] {
        let (fetched, running) =
            fetch(Provider { users: 123, cursors: true, without_total, ..Provider::default() }).await;
        assert_eq!((fetched.status(), fetched.error()), ("complete", ""));
        assert_eq!(fetched.population.certificate.declared, (!without_total).then_some(123));
        assert_eq!(fetched.population.certificate.distinct, 123);
        let cursors: Vec<_> = running.queries().iter().map(|query| query["cursor"].clone()).collect();
        // Two equal readings have to prove it.
        assert_eq!(cursors, ["", "c50", "c100"].repeat(2));
    }
}

#[tokio::test]
async fn an_undescribed_server_and_one_without_users() {
    let (fetched, _) = fetch(Provider { users: 60, undescribed: true, ..Provider::default() }).await;
    assert_eq!((fetched.status(), fetched.population.certificate.distinct), ("complete", 60));
    for cursors in [false, true] {
        let (fetched, _) = fetch(Provider { cursors, ..Provider::default() }).await;
        assert_eq!((fetched.status(), fetched.population.certificate.declared), ("complete", Some(0)));
    }
}

#[tokio::test]
async fn a_server_that_sorts_is_asked_to() {
    let (_, running) = fetch(Provider { users: 60, sorts: true, ..Provider::default() }).await;
    assert!(running.queries().iter().all(|query| query["sortBy"] == "meta.created"));
}

#[tokio::test]
async fn every_way_to_log_in() {
    let running = start(Provider { users: 3, ..Provider::default() }).await;
    let oauth2 = format!(
        "[source.oauth2]\ntoken_url = \"{}/token\"\nclient_id = \"file:id\"\nclient_secret = \"file:password\"",
        running.base_url
    );
    let basic = "username = \"file:user\"\npassword = \"file:password\"";
    for credentials in ["token = \"file:token\"", basic, &oauth2] {
        let fetched = kit().fetch(&source(&running, credentials)).await;
        assert_eq!((fetched.status(), fetched.error()), ("complete", ""), "{credentials}");
    }
}

#[tokio::test]
async fn refused_credentials_are_not_shown_even_if_the_server_echoes_them() {
    let running = start(Provider::default()).await;
    let kit = kit().with("password", "wrong-word").with("token", "wrong-token");
    for credentials in ["token = \"file:token\"", "username = \"file:user\"\npassword = \"file:password\""] {
        let fetched = kit.fetch(&source(&running, credentials)).await;
        assert_eq!(fetched.status(), "failed");
        let error = fetched.error();
        assert!(error.contains("401") && error.contains("[redacted]"), "{error}");
        assert!(!error.contains("wrong-") && !error.contains("YXVk"), "{error}");
    }
}

#[tokio::test]
async fn nothing_that_does_not_add_up_is_complete() {
    let lying = Provider { users: 60, lies_by: 1, ..Provider::default() };
    for (provider, message) in [
        (lying.clone(), "declares 61 accounts, and 60 different ones arrived"),
        (Provider { cursors: true, ..lying }, "declares 61 accounts, and 60"),
        (Provider { users: 60, cursors: true, loops: true, ..Provider::default() }, "the same cursor twice"),
    ] {
        let (fetched, _) = fetch(provider).await;
        assert_eq!(fetched.status(), "incomplete");
        assert!(fetched.error().contains(message), "{}", fetched.error());
    }
}

#[tokio::test]
async fn a_throttled_request_is_repeated() {
    let (fetched, _) = fetch(Provider { users: 60, throttled: 2, ..Provider::default() }).await;
    assert_eq!((fetched.status(), fetched.population.certificate.usage.retries), ("complete", 2));
}

#[tokio::test]
async fn a_probe_asks_for_one_user() {
    let running = start(Provider { users: 60, ..Provider::default() }).await;
    let config = kit();
    let parsed = config.config(&source(&running, "token = \"file:token\"")).expect("a configuration");
    let connector = headcount::source::connector(&parsed.sources[0]).expect("a connector");
    connector.probe().await.expect("an answer");
    assert_eq!(running.queries()[0]["count"], "1");
}

#[test]
fn exactly_one_way_to_log_in() {
    for (keys, message) in [
        ("base_url = \"https://x\"", "scim needs one way to log in"),
        (
            "base_url = \"https://x\"\ntoken = \"env:T\"\nusername = \"env:U\"\npassword = \"env:P\"",
            "one way to log in",
        ),
        ("base_url = \"https://x\"\nusername = \"env:U\"", "one way to log in"),
        ("token = \"env:T\"", "scim needs base_url"),
        ("base_url = \"http://scim.example\"\ntoken = \"env:T\"", "credentials would go over plain http"),
        ("base_url = \"https://x\"\ntoken = \"hunter2\"", "a secret can't stand in the configuration"),
        ("base_url = \"https://x\"\ntoken = \"env:T\"\nexternal_id = \"x\"", "unknown variant"),
    ] {
        let mistakes = Kit::new().mistakes(&format!("vendor = \"scim\"\n{keys}"));
        assert!(mistakes.contains(message), "{keys}: {mistakes}");
    }
}
