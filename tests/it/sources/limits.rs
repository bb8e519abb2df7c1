//! What a source may cost: attempts, time, requests at the same time; how it is reached; and what its certificate
//! tells of all that.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use headcount::config::Config;
use headcount::model::SourceStatus;
use headcount::simulate::faults::FaultKind;
use headcount::simulate::{Behaviour, FaultHook, Vendor};
use serde_json::json;

use crate::support::process::passes_alone;
use crate::support::source::{Source, simulate, source, world};
use crate::support::stub::{Stub, json};

fn always(name: &'static str) -> Behaviour {
    let kind = FaultKind::all().find(|kind| kind.name() == name).unwrap();
    let hook: FaultHook = Arc::new(move |arrival| kind.fault(arrival));
    Behaviour { faults: Some(hook), ..Behaviour::default() }
}

#[tokio::test]
async fn a_source_as_a_whole_has_a_deadline() {
    let world = world(600);
    let slow = Behaviour { latency: Duration::from_millis(60), ..Behaviour::default() };
    for vendor in Vendor::ALL {
        let (_simulators, url) = simulate(&world, vendor, slow.clone()).await;
        let mut source = source(vendor, &url).concurrency(1);
        source.config.connection.retry_policy.deadline = Duration::from_millis(400);
        let start = Instant::now();
        let fetched = source.fetch().await;
        assert!(fetched.error().contains("not finished within 400ms; raise deadline"), "{}", fetched.error());
        assert!(start.elapsed() < Duration::from_secs(2));
    }
}

#[tokio::test]
async fn repetitions_have_a_budget() {
    let world = world(600);
    // Every second request fails, so each one succeeds when repeated.
    let kind = FaultKind::all().find(|kind| kind.name() == "unavailable").unwrap();
    let hook: FaultHook = Arc::new(move |arrival| match arrival.number % 2 {
        0 => kind.fault(arrival),
        _ => headcount::simulate::Fault::None,
    });
    let behaviour = Behaviour { faults: Some(hook), ..Behaviour::default() };
    let (_simulators, url) = simulate(&world, Vendor::Voiso, behaviour).await;
    let mut patient = source(Vendor::Voiso, &url).concurrency(1);
    patient.config.connection.retry_policy.attempts = 6;
    patient.fetch().await.complete();
    (patient.config.connection.retry_policy.retries, patient.config.connection.retry_policy.requests_per_retry) =
        (3, 0);
    let fetched = patient.fetch().await;
    assert!(fetched.error().contains("3 requests of this source were repeated already; the last failure: the vendor"));
    assert_eq!(fetched.certificate.usage.retries, 3);
}

#[tokio::test]
async fn what_cant_succeed_later_is_asked_once() {
    let world = world(600);
    for fault in ["html", "not-json", "redirect", "echo", "bomb"] {
        let (simulators, url) = simulate(&world, Vendor::Voiso, always(fault)).await;
        source(Vendor::Voiso, &url).fetch().await.error();
        assert_eq!(simulators.requests(Vendor::Voiso), 1, "{fault}");
    }
}

#[tokio::test]
async fn no_more_requests_at_a_time_than_allowed() {
    let world = world(6000);
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (entered, peak) = (Arc::clone(&now), Arc::clone(&most));
    let hook: FaultHook = Arc::new(move |_| {
        peak.fetch_max(entered.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let leave = Arc::clone(&entered);
        headcount::simulate::Fault::Rewrite(Box::new(move |answer| {
            leave.fetch_sub(1, Ordering::SeqCst);
            answer.into_response()
        }))
    });
    let behaviour = Behaviour { faults: Some(hook), latency: Duration::from_millis(2), ..Behaviour::default() };
    for vendor in Vendor::ALL {
        let (_simulators, url) = simulate(&world, vendor, behaviour.clone()).await;
        source(vendor, &url).concurrency(3).fetch().await.complete();
        assert!(most.load(Ordering::SeqCst) <= 3, "{vendor}");
    }
}

#[tokio::test]
async fn a_configured_proxy_is_asked() {
    let proxy = Stub::start(|_, _| json(200, &json!({"users": [], "metadata": {"total": 0}}))).await;
    let lines = format!("api_key = \"file:key\"\nproxy = \"{}\"\nallow_insecure_http = true", proxy.url);
    let source = Source::new("voiso", "http://voiso.example", &lines, &[("key", "voiso-key")]);
    source.fetch().await.complete();
    assert!(proxy.seen().iter().all(|seen| seen.header("host") == "voiso.example"), "{:?}", proxy.seen());
}

#[test]
fn a_proxy_for_this_machine_is_refused() {
    for address in ["http://localhost:1", "http://127.8.9.1:1", "http://[::1]:1", "http://[::ffff:127.0.0.1]:1"] {
        let text = format!(
            "[hr]\nfile = \"hr.csv\"\n[[source]]\nname = \"s\"\nvendor = \"voiso\"\napi_key = \"env:K\"\n\
             base_url = \"{address}\"\nproxy = \"http://proxy.example:3128\"\n"
        );
        let mistakes = Config::parse(Path::new("headcount.toml"), &text).expect_err(address);
        let told = mistakes[0].to_string();
        assert!(told.contains("headcount.toml:8:9: base_url is on this machine, which is never asked"), "{told}");
    }
}

#[tokio::test]
async fn nobody_listening_is_a_failure_that_names_the_host() {
    for vendor in Vendor::ALL {
        let fetched = source(vendor, "http://127.0.0.1:9").fetch().await;
        assert_eq!(fetched.certificate.status, SourceStatus::Failed);
        assert!(fetched.error().contains("no usable answer from 127.0.0.1"), "{}", fetched.error());
        assert!(fetched.error().contains("check base_url, ca_file, the proxy and the network"), "{}", fetched.error());
    }
}

#[test]
fn what_hardly_changes_is_tried_again_only_briefly() {
    passes_alone("sources::limits::the_process_without_a_proxy");
}

/// A name that isn't this machine's is asked through the proxy of the environment, so there may be none.
#[tokio::test]
#[ignore = "is started by the test above, in a clean environment"]
async fn the_process_without_a_proxy() {
    // A name with a part so long that no resolver is asked for it.
    let no_name = format!("http://{}.example", "a".repeat(70));
    for (url, reason) in [("http://127.0.0.1:9", "refused"), (no_name.as_str(), "lookup")] {
        let lines = "api_key = \"file:key\"\nallow_insecure_http = true";
        let mut source = Source::new("voiso", url, lines, &[("key", "voiso-key")]);
        source.config.connection.retry_policy.attempts = 9;
        let fetched = source.fetch().await;
        assert!(fetched.error().contains(reason), "{}", fetched.error());
        assert_eq!(fetched.certificate.usage.retries, 2, "{}", fetched.error());
    }
}

#[tokio::test]
async fn the_certificate_tells_how_it_was_counted() {
    let world = world(600);
    let total = u64::from(world.accounts(Vendor::Voiso));
    let (simulators, url) = simulate(&world, Vendor::Voiso, Behaviour::default()).await;
    let fetched = source(Vendor::Voiso, &url).fetch().await.complete();
    let certificate = &fetched.certificate;
    assert_eq!((certificate.declared, certificate.fetched, certificate.distinct), (Some(total), total, total));
    assert_eq!(certificate.declared_on_pages, (Some(total), Some(total)));
    assert_eq!((certificate.readings, certificate.duplicates), (2, 0), "no order, so two readings");
    assert_eq!(certificate.pages, 2 * total.div_ceil(10));
    assert_eq!(certificate.usage.requests, 2 * (total.div_ceil(10) + 1), "and one look behind the end of each");
    assert_eq!(certificate.usage.requests, simulators.requests(Vendor::Voiso));
    assert!(certificate.usage.clock_skew.is_some_and(|seconds| seconds.abs() <= 1));
    assert_eq!(certificate.request, format!("GET {url}/api/v4/users?limit=10"));
    assert_eq!(certificate.sha256.len(), 64);
    assert_eq!(certificate.warnings, Vec::<String>::new());

    let (simulators, url) = simulate(&world, Vendor::Voxmind, Behaviour::default()).await;
    source(Vendor::Voxmind, &url).fetch().await.complete();
    let pages = u64::from(world.accounts(Vendor::Voxmind)).div_ceil(10);
    // The order, the first page for its total, the last page twice, and one look behind the end.
    assert_eq!(simulators.requests(Vendor::Voxmind), pages + 4);
}

#[tokio::test]
async fn the_same_list_gives_the_same_bytes_whatever_the_concurrency() {
    let world = world(2400);
    for vendor in Vendor::ALL {
        let (_simulators, url) = simulate(&world, vendor, Behaviour::default()).await;
        let mut hashes = Vec::new();
        for concurrency in [1, 8] {
            hashes.push(source(vendor, &url).concurrency(concurrency).fetch().await.complete().certificate.sha256);
        }
        assert_eq!(hashes[0], hashes[1], "{vendor}");
    }
}

/// A contact centre of nine users whose server promises to keep each connection and closes it after one answer.
fn forgetful() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let (mut socket, mut head) = (socket.unwrap(), [0; 4096]);
            let length = socket.read(&mut head).unwrap_or(0);
            let head = String::from_utf8_lossy(&head[..length]);
            let number = |name: &str| {
                let rest = head.split(name).nth(1).unwrap_or_default();
                rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0_usize)
            };
            let users: Vec<_> =
                (1..=9).skip(number("offset=")).take(number("limit=")).map(|id| json!({"id": id})).collect();
            let body = json!({"users": users, "metadata": {"total": 9}}).to_string();
            let head = "HTTP/1.1 200 OK\r\nconnection: keep-alive\r\ncontent-type: application/json\r\ncontent-length";
            // Whoever has hung up meanwhile needs no answer.
            write!(socket, "{head}: {}\r\n\r\n{body}", body.len()).ok();
        }
    });
    url
}

#[tokio::test]
async fn connections_that_are_closed_against_the_promise_lose_nobody() {
    let mut source = source(Vendor::Voiso, &forgetful()).page_size(2).concurrency(1);
    source.config.connection.retry_policy.attempts = 6;
    assert_eq!(source.fetch().await.complete().accounts.len(), 9);
}
