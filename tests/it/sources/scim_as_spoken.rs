//! `vendor = "scim"` against what servers send where they leave the RFCs: what can be understood is, and nothing becomes
//! proven by it.

use axum::response::Response;
use serde_json::{Value, json};

use crate::support::source::{Fetched, Folder};
use crate::support::stub::{Seen, Stub, json as answer};

/// Users of a made-up server, and how it is asked.
const SIZE: usize = 10;

fn user(number: usize) -> Value {
    json!({"id": format!("u-{number}"), "userName": format!("user{number}"), "active": true})
}

fn list(total: usize, users: &[Value]) -> Response {
    answer(200, &json!({"totalResults": total, "Resources": users}))
}

/// The users of a page, from their place on.
fn page(seen: &Seen, users: usize) -> Vec<Value> {
    let start = seen.number("startIndex").max(1) - 1;
    (start..users.min(start + seen.number("count"))).map(user).collect()
}

/// Without a description, unless a test gives one.
async fn fetch(answer_users: impl Fn(&Seen) -> Response + Send + Sync + 'static) -> (Fetched, Stub) {
    fetch_with(&format!("page_size = {SIZE}"), json!({}), answer_users).await
}

async fn fetch_with(
    lines: &str,
    description: Value,
    answer_users: impl Fn(&Seen) -> Response + Send + Sync + 'static,
) -> (Fetched, Stub) {
    let stub = Stub::start(move |seen, _| match seen.path.as_str() {
        "/ServiceProviderConfig" => answer(200, &description),
        _ => answer_users(seen),
    })
    .await;
    let source = format!("vendor = \"scim\"\nbase_url = \"{}\"\ntoken = \"file:token\"\n{lines}", stub.url);
    (Folder::new().with("token", "static-token").fetch(&source).await, stub)
}

fn empty(status: u16) -> Response {
    Response::builder().status(status).body(String::new().into()).expect("an answer")
}

#[tokio::test]
async fn whatever_lies_behind_an_end_that_is_proven() {
    for status in [204, 400, 404, 416, 422, 500, 501] {
        for users in [3, SIZE, SIZE + 3] {
            let behind = move |seen: &Seen| match page(seen, users) {
                none if none.is_empty() => empty(status),
                page => list(users, &page),
            };
            let (fetched, _) = fetch(behind).await;
            assert_eq!((fetched.status(), fetched.error()), ("complete", ""), "{status}, {users} users");
            assert_eq!(fetched.certificate.distinct, users as u64);
        }
    }
}

#[tokio::test]
async fn no_answer_where_the_end_is_not_proven() {
    for status in [204, 404, 500, 501] {
        let declared = move |seen: &Seen| match page(seen, 25) {
            page if seen.number("startIndex") <= 11 => list(25, &page),
            _ => empty(status),
        };
        let (fetched, _) = fetch(declared).await;
        assert_eq!((fetched.status(), fetched.certificate.distinct), ("incomplete", 20), "{status} in the list");
        let (fetched, _) = fetch(move |seen| match seen.number("startIndex") {
            1 => list(25, &(0..SIZE).map(user).collect::<Vec<_>>()),
            _ => empty(status),
        })
        .await;
        assert_eq!(fetched.status(), "incomplete", "{status} on the second page");
    }
    for status in [500, 501] {
        let (fetched, _) = fetch(move |seen| match page(seen, 13) {
            none if none.is_empty() => empty(status),
            page => answer(200, &json!({"Resources": page})),
        })
        .await;
        assert_eq!(fetched.status(), "incomplete", "{status}, and no total");
    }
    let (fetched, _) = fetch(|_| empty(204)).await;
    assert_eq!(fetched.status(), "failed", "nothing at all isn't an empty list");
}

#[tokio::test]
async fn one_full_page_and_no_other_proves_nothing() {
    for status in [400, 404, 500, 501] {
        let (fetched, _) = fetch(move |seen| match seen.number("startIndex") {
            1 => list(SIZE, &(0..SIZE).map(user).collect::<Vec<_>>()),
            _ => empty(status),
        })
        .await;
        assert_eq!(fetched.status(), "incomplete", "{status}: the total may be that of the page");
        assert!(fetched.error().contains("paging = \"none\" with expect_min"), "{}", fetched.error());
    }
}

#[tokio::test]
async fn a_server_that_begins_anew_behind_its_end() {
    for users in [2, SIZE, 13, 25] {
        let (fetched, _) = fetch(move |seen| {
            let start = seen.number("startIndex") - 1;
            let page: Vec<_> = (start..start + seen.number("count").min(users)).map(|at| user(at % users)).collect();
            list(users, &page)
        })
        .await;
        assert_eq!((fetched.status(), fetched.error()), ("complete", ""), "{users}");
        assert_eq!(fetched.certificate.distinct, users as u64);
    }
}

#[tokio::test]
async fn a_server_that_takes_no_count() {
    let refuses = |seen: &Seen| {
        if seen.query.contains_key("count") {
            return answer(400, &json!({"detail": "unknown parameter count"}));
        }
        let start = seen.number("startIndex").max(1) - 1;
        list(25, &(start..25.min(start + 7)).map(user).collect::<Vec<_>>())
    };
    let (fetched, _) = fetch(refuses).await;
    assert_eq!(fetched.status(), "failed");
    assert!(fetched.error().contains("unknown parameter count"), "{}", fetched.error());
    assert!(fetched.error().contains("set page_size = \"server\""), "{}", fetched.error());
    let (fetched, stub) = fetch_with("page_size = \"server\"", json!({}), refuses).await;
    assert_eq!((fetched.status(), fetched.error()), ("complete", ""));
    assert_eq!((fetched.certificate.distinct, fetched.certificate.duplicates), (25, 0));
    assert!(!fetched.certificate.request.contains("count") && stub.seen().len() > 4);
}

#[test]
fn only_a_server_that_needs_no_count_chooses_it() {
    let voiso = "vendor = \"voiso\"\nbase_url = \"https://x\"\napi_key = \"env:K\"\n";
    let scim = "vendor = \"scim\"\nbase_url = \"https://x\"\ntoken = \"env:T\"\n";
    for (lines, message) in [
        (format!("{voiso}page_size = \"server\""), "voiso has to be told how many records a page is to have"),
        (format!("{scim}page_size = \"all\""), "expected how many records to ask for at a time, or \"server\""),
        (format!("{scim}page_size = 0"), "page_size has to be at least 1"),
        (
            format!("{scim}roles_from = \"rights\""),
            "expected \"roles\", \"groups\", \"entitlements\", or a list of them",
        ),
    ] {
        let mistakes = Folder::new().mistakes(&lines);
        assert!(mistakes.contains(message), "{lines}: {mistakes}");
    }
}

#[tokio::test]
async fn a_server_that_knows_no_media_type_of_scim() {
    let (fetched, stub) =
        fetch(|seen| if seen.header("accept") == "application/json" { list(25, &page(seen, 25)) } else { empty(406) })
            .await;
    assert_eq!((fetched.status(), fetched.error()), ("complete", ""));
    let refused = stub.seen().iter().filter(|seen| seen.header("accept") != "application/json").count();
    assert_eq!(refused, 2, "the description and the first page; then it is known");
    let (fetched, stub) = fetch(|_| empty(406)).await;
    assert_eq!(fetched.status(), "failed");
    assert!(fetched.error().contains("406") && stub.seen().len() == 3, "{}", fetched.error());
}

#[tokio::test]
async fn a_list_that_leaves_somebody_out() {
    let filters = || json!({"filter": {"supported": true}});
    let lines = format!("page_size = {SIZE}");
    let asked = |seen: &Seen| seen.query.get("filter").cloned().unwrap_or_default();
    // Whoever another connection has provisioned counts, but isn't shown.
    let (fetched, _) = fetch_with(&lines, filters(), move |seen| match asked(seen).as_str() {
        "userName pr" => list(31, &[user(0)]),
        _ => list(25, &page(seen, 25)),
    })
    .await;
    assert_eq!(fetched.status(), "incomplete");
    let message = "the list has 25 accounts, and asked for `userName pr` the server has 31";
    assert!(fetched.error().contains(message), "{}", fetched.error());
    // Whoever is switched off isn't in the list.
    let (fetched, _) = fetch_with(&lines, filters(), move |seen| match asked(seen).as_str() {
        "active eq false" => list(1, &[user(77)]),
        _ => list(25, &page(seen, 25)),
    })
    .await;
    assert_eq!(fetched.status(), "incomplete");
    assert!(fetched.error().contains("`active eq false` the server has another one"), "{}", fetched.error());
}

#[tokio::test]
async fn a_filter_that_shows_nothing_changes_nothing() {
    let asked = |seen: &Seen| seen.query.contains_key("filter");
    for (description, status) in
        [(json!({"filter": {"supported": true}}), 400), (json!({"filter": {"supported": true}}), 500), (json!({}), 200)]
    {
        let lines = format!("page_size = {SIZE}");
        let (fetched, stub) = fetch_with(&lines, description.clone(), move |seen| match asked(seen) {
            true if status == 200 => list(31, &[user(77)]),
            true => empty(status),
            false => list(25, &page(seen, 25)),
        })
        .await;
        assert_eq!((fetched.status(), fetched.error()), ("complete", ""), "{status}");
        assert_eq!(stub.seen().iter().any(asked), description != json!({}), "only who says so is asked");
    }
    let ignores = |seen: &Seen| list(25, &page(seen, 25));
    let (fetched, _) = fetch_with("page_size = 10", json!({"filter": {"supported": "True"}}), ignores).await;
    assert_eq!((fetched.status(), fetched.error()), ("complete", ""), "a filter that is ignored");
}

#[tokio::test]
async fn pages_that_overlap_are_told_as_such() {
    for (users, first) in [
        (35, "the vendor declares 60 accounts, and 35 different ones arrived"),
        (99, "5 accounts came from behind the end that the vendor declares"),
    ] {
        let (fetched, _) = fetch(move |seen| {
            let start = (seen.number("startIndex") - 1) / 2;
            list(60, &(start..users.min(start + seen.number("count"))).map(user).collect::<Vec<_>>())
        })
        .await;
        assert_eq!(fetched.status(), "incomplete");
        let repeated = "25 records repeat accounts of an earlier page, so that the pages overlap";
        assert_eq!(fetched.error(), format!("{first}; {repeated}"));
    }
}

#[tokio::test]
async fn a_not_implemented_is_not_run_later() {
    let (fetched, _) = fetch(|_| answer(501, &json!({"detail": "Pagination is not supported"}))).await;
    let error = fetched.error();
    assert!(error.contains("Pagination is not supported") && !error.contains("run later"), "{error}");
}
