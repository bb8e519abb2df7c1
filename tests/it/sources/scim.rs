//! `vendor = "scim"`, over HTTP against a provider on loopback.

use super::scim_server::{Provider, Running, Start, start};
use crate::support::source::{Fetched, Folder};

/// A file with each secret, because tests don't change the environment of the process.
fn kit() -> Folder {
    Folder::new()
        .with("token", "static-token")
        .with("user", "auditor")
        .with("password", "s3cret-word")
        .with("id", "app")
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
        let (fetched, running) = fetch(Provider { users: 123, cap, ..Provider::default() }).await;
        assert_eq!((fetched.status(), fetched.error()), ("complete", ""), "{cap:?}");
        let certificate = &fetched.certificate;
        assert_eq!((certificate.declared, certificate.distinct), (Some(123), 123));
        assert_eq!(running.queries()[0]["startIndex"], "1");
        let accounts = fetched.lines();
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
        assert_eq!(fetched.certificate.declared, (!without_total).then_some(123));
        assert_eq!(fetched.certificate.distinct, 123);
        let cursors: Vec<_> = running.queries().iter().map(|query| query["cursor"].clone()).collect();
        // Two equal readings have to prove it.
        assert_eq!(cursors, ["", "c50", "c100"].repeat(2));
    }
}

#[tokio::test]
async fn an_undescribed_server_and_one_without_users() {
    let (fetched, _) = fetch(Provider { users: 60, undescribed: true, ..Provider::default() }).await;
    assert_eq!((fetched.status(), fetched.certificate.distinct), ("complete", 60));
    for cursors in [false, true] {
        let (fetched, _) = fetch(Provider { cursors, ..Provider::default() }).await;
        assert_eq!((fetched.status(), fetched.certificate.declared), ("complete", Some(0)));
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

/// The part of the message that says what to do about a server that knows no pages.
const SAY_SO: &str = "if it sends the whole list in one answer, say so: paging = \"none\" with expect_min";

#[tokio::test]
async fn a_start_index_that_means_nothing_is_noticed() {
    let ignores = Provider { users: 130, start: Start::Ignored, ..Provider::default() };
    for provider in [
        Provider { ignores_count: true, ..ignores.clone() },
        Provider { counts_the_page: true, ..ignores.clone() },
        Provider { without_total: true, ..ignores.clone() },
        Provider { without_total: true, ignores_count: true, ..ignores.clone() },
        Provider { users: 1, ..ignores.clone() },
        Provider { users: 7, sorts: true, ..ignores.clone() },
        ignores.clone(),
        Provider { sorts: true, ..ignores },
    ] {
        let (fetched, running) = fetch(provider).await;
        assert_eq!(fetched.status(), "incomplete", "{:?}", running.queries());
        assert!(fetched.error().contains(SAY_SO), "{} {:?}", fetched.error(), running.queries());
    }
}

#[tokio::test]
async fn one_answer_that_differs_shows_that_the_start_index_counts() {
    for start in [Start::FirstBehindTheEnd, Start::LastBehindTheEnd, Start::RefusedBehindTheEnd, Start::Honoured] {
        for users in [2, 7, 50, 51, 130] {
            for (ignores_count, sorts) in [(false, false), (true, false), (false, true)] {
                let (fetched, running) =
                    fetch(Provider { users, sorts, start, ignores_count, ..Provider::default() }).await;
                let certificate = &fetched.certificate;
                assert_eq!((fetched.status(), fetched.error()), ("complete", ""), "{:?}", running.queries());
                assert_eq!((certificate.declared, certificate.distinct), (Some(users), users));
                assert_eq!(certificate.duplicates, 0, "what is repeated behind the end changes nothing");
            }
        }
    }
}

#[tokio::test]
async fn a_total_that_is_only_that_of_the_page_hides_nobody() {
    let (fetched, _) = fetch(Provider { users: 130, counts_the_page: true, ..Provider::default() }).await;
    assert_eq!(fetched.status(), "incomplete");
    assert!(fetched.error().contains("50 accounts came from behind the end"), "{}", fetched.error());
}

#[tokio::test]
async fn cursors_have_to_say_that_the_list_has_ended() {
    let cursors = Provider { users: 130, cursors: true, without_total: true, ..Provider::default() };
    for (provider, expected) in [
        (Provider { says_end: true, ..cursors.clone() }, "complete"),
        (Provider { says_end: true, users: 100, ..cursors.clone() }, "complete"),
        (Provider { says_end: true, users: 7, ..cursors.clone() }, "complete"),
        (Provider { breaks_off_after: Some(1), ..cursors.clone() }, "incomplete"),
        (Provider { breaks_off_after: Some(2), ..cursors.clone() }, "incomplete"),
        (Provider { users: 7, ..cursors.clone() }, "incomplete"),
        (Provider { users: 0, ..cursors.clone() }, "incomplete"),
        (Provider { users: 100, ..cursors.clone() }, "incomplete"),
        (Provider { breaks_off_after: Some(2), without_total: false, ..cursors }, "incomplete"),
    ] {
        let declares = !provider.without_total;
        let (fetched, running) = fetch(provider).await;
        assert_eq!(fetched.status(), expected, "{} {:?}", fetched.error(), running.queries());
        let said = if declares { "declares 130 accounts, and 100" } else { "neither a total nor an empty nextCursor" };
        assert_eq!(fetched.error().contains(said), expected == "incomplete", "{}", fetched.error());
    }
}

#[tokio::test]
async fn an_answer_that_is_no_list_is_no_end() {
    for (without_total, later) in [(true, "{}"), (true, "{\"detail\": \"timeout\"}"), (false, "{\"error\": 7}")] {
        let provider = Provider { users: 130, without_total, later: Some(later), ..Provider::default() };
        let (fetched, _) = fetch(provider).await;
        assert_eq!((fetched.status(), fetched.certificate.distinct), ("incomplete", 50), "{later}");
        assert!(fetched.error().contains("neither Resources nor totalResults"), "{}", fetched.error());
    }
}

#[tokio::test]
async fn a_list_that_is_said_to_come_in_one_answer_is_asked_for_once() {
    let whole = Provider { users: 130, start: Start::Ignored, ignores_count: true, ..Provider::default() };
    let cursors = Provider { users: 130, cursors: true, ..Provider::default() };
    for (provider, page_size, expect_min, status, message) in [
        (whole.clone(), "", 130, "complete", ""),
        (
            whole.clone(),
            "",
            131,
            "incomplete",
            "130 different accounts arrived, and there are at least 131 (expect_min)",
        ),
        (Provider { without_total: true, ..whole.clone() }, "", 100, "complete", ""),
        (
            Provider { start: Start::Ignored, ignores_count: false, ..whole.clone() },
            "page_size = 500",
            9,
            "complete",
            "",
        ),
        (Provider { lies_by: 1, ..whole }, "", 9, "incomplete", "declares 131 accounts, and 130"),
        (cursors, "page_size = 50", 9, "incomplete", "the answer names a further one"),
    ] {
        let running = start(provider).await;
        let lines = format!(
            "vendor = \"scim\"\nbase_url = \"{}/scim/v2\"\ntoken = \"file:token\"\npaging = \"none\"\n{page_size}\nexpect_min = {expect_min}",
            running.base_url
        );
        let fetched = kit().fetch(&lines).await;
        assert_eq!(fetched.status(), status, "{} {:?}", fetched.error(), running.queries());
        assert!(fetched.error().contains(message), "{}", fetched.error());
        assert!(running.queries().iter().all(|query| !query.contains_key("startIndex")), "{:?}", running.queries());
        assert!(status == "incomplete" || running.queries().len() == 1);
    }
}

#[test]
fn that_there_are_no_pages_is_said_together_with_how_many_users_there_are() {
    let scim = "vendor = \"scim\"\nbase_url = \"https://x\"\ntoken = \"env:T\"";
    for (keys, message) in [
        ("paging = \"none\"", "paging = \"none\" needs expect_min"),
        ("paging = \"cursor\"\nexpect_min = 1", "unknown variant `cursor`, expected `none`"),
        ("expect_min = 0", "expect_min has to be at least 1"),
    ] {
        let mistakes = Folder::new().mistakes(&format!("{scim}\n{keys}"));
        assert!(mistakes.contains(message), "{keys}: {mistakes}");
    }
    let mistakes = Folder::new().mistakes("vendor = \"file\"\nfile = \"x.csv\"\npaging = \"none\"\nexpect_min = 1");
    assert!(mistakes.contains("paging"), "{mistakes}");
}

#[tokio::test]
async fn a_throttled_request_is_repeated() {
    let (fetched, _) = fetch(Provider { users: 60, throttled: 2, ..Provider::default() }).await;
    assert_eq!((fetched.status(), fetched.certificate.usage.retries), ("complete", 2));
}

#[tokio::test]
async fn a_probe_asks_for_one_user() {
    let running = start(Provider { users: 60, ..Provider::default() }).await;
    let config = kit();
    let parsed = config.source(&source(&running, "token = \"file:token\""));
    let connector = parsed.connector().expect("a connector");
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
        let mistakes = Folder::new().mistakes(&format!("vendor = \"scim\"\n{keys}"));
        assert!(mistakes.contains(message), "{keys}: {mistakes}");
    }
}
