//! Every fault against every vendor: once, and on every request. Each cell ends with the complete population or with
//! `incomplete` or `failed` and a message; the table is printed (`cargo test --test sources table -- --nocapture`).

#![expect(clippy::print_stdout, reason = "the table is for people")]

use std::collections::BTreeSet;
use std::sync::Arc;

use headcount::model::SourceStatus;
use headcount::simulate::faults::FaultKind;
use headcount::simulate::{Behaviour, Fault, FaultHook, Secrets, Vendor, World};

use super::harness::{Fetched, simulate, source, world};

/// The request that a fault hits when it hits only one: in the middle of the list.
const HIT: u64 = 6;

/// What has to come of a fault.
struct Expected {
    /// If it happens once.
    once: &'static [SourceStatus],
    /// If it happens on every request.
    always: &'static [SourceStatus],
    /// Part of the message or of a warning, if it happens on every request.
    says: &'static str,
}

fn expected(kind: FaultKind, vendor: Vendor) -> Expected {
    use SourceStatus::{Complete, Failed, Incomplete};
    const HEALS: &[SourceStatus] = &[Complete];
    const NOT_WHOLE: &[SourceStatus] = &[Incomplete, Failed];
    const READ_AGAIN: &[SourceStatus] = &[Complete, Incomplete];
    let (once, always, says) = match kind.name() {
        "unavailable" => (HEALS, &[Failed][..], "503"),
        "rate-limit" | "rate-limit-date" => (HEALS, &[Failed][..], "answered 429"),
        "unauthorized" if matches!(vendor, Vendor::Voximplant | Vendor::Vonage) => (HEALS, &[Failed][..], "401"),
        "unauthorized" => (NOT_WHOLE, &[Failed][..], "answered 401"),
        "redirect" => (NOT_WHOLE, &[Failed][..], "redirects to https://elsewhere.example; credentials don't follow"),
        "html" => (NOT_WHOLE, &[Failed][..], "check that base_url is the vendor's API and not a login page"),
        "not-json" | "empty-body" | "invalid-utf8" => (NOT_WHOLE, &[Failed][..], "unexpected answer (status 200)"),
        "too-large" | "bomb" => (NOT_WHOLE, &[Failed][..], "the answer is larger than 1048576 bytes; lower page_size"),
        "echo" => (NOT_WHOLE, &[Failed][..], "[redacted]"),
        "disconnect" | "truncated" => (HEALS, &[Failed][..], "no usable answer from 127.0.0.1"),
        "stalled" => (HEALS, &[Failed][..], "no part of one within 300ms"),
        "http10" | "wrong-type" | "duplicate-keys" | "swapped-ids" | "nulls" | "missing-fields" | "floats" => {
            (HEALS, HEALS, "")
        }
        "clock-skew" => (HEALS, HEALS, "s ahead of this machine's"),
        "missing-ids" => (READ_AGAIN, &[Incomplete][..], "could not be read: a record has no usable"),
        "lost-record" | "repeated-record" | "empty-page" | "same-page" | "endless" | "total-high" | "total-low"
        | "growing" | "shrinking" => (READ_AGAIN, NOT_WHOLE, ""),
        other => panic!("no expectation for {other}"),
    };
    Expected { once, always, says }
}

async fn fetch(world: &Arc<World>, vendor: Vendor, faults: FaultHook) -> Fetched {
    let behaviour = Behaviour { faults: Some(faults), ..Behaviour::default() };
    let (_simulators, url) = simulate(world, vendor, behaviour).await;
    source(vendor, &url).fetch().await
}

fn ids(fetched: &Fetched) -> BTreeSet<String> {
    fetched.accounts.iter().map(|account| account.id.to_string()).collect()
}

/// Whatever happens: a complete list is the whole list, another has a reason, and nothing shows a secret.
fn check(fetched: &Fetched, whole: &BTreeSet<String>, allowed: &[SourceStatus], cell: &str) {
    let certificate = &fetched.certificate;
    assert!(allowed.contains(&certificate.status), "{cell}: {certificate:#?}");
    if certificate.status == SourceStatus::Complete {
        assert_eq!(&ids(fetched), whole, "{cell}");
    } else {
        assert!(certificate.error.as_ref().is_some_and(|error| error.len() > 20), "{cell}: {certificate:#?}");
    }
    let secrets = Secrets::new(7);
    let shown = format!("{certificate:?}");
    for secret in [&secrets.voxmind_token, &secrets.voiso_key, &secrets.cognigy_key, &secrets.vonage_client.secret] {
        assert!(!shown.contains(secret.as_str()), "{cell}: {shown}");
    }
    assert!(!shown.contains("eyJ"), "{cell}: a JWT in {shown}");
}

#[tokio::test]
async fn table_of_vendors_and_faults() {
    let world = world(600);
    println!("{:18}{}", "fault", Vendor::ALL.map(|vendor| format!("{:26}", vendor.to_string())).concat());
    // The bomb takes longer to be packed than a test waits, the first time.
    let bomb = FaultKind::all().find(|kind| kind.name() == "bomb").unwrap();
    fetch(&world, Vendor::Voiso, Arc::new(move |arrival| bomb.fault(arrival))).await;
    let mut wholes = Vec::new();
    for vendor in Vendor::ALL {
        wholes.push(ids(&fetch(&world, vendor, Arc::new(|_| Fault::None)).await.complete()));
    }
    for kind in FaultKind::all() {
        let mut row = Vec::new();
        for (vendor, whole) in Vendor::ALL.into_iter().zip(&wholes) {
            assert!(whole.len() > 30, "several pages");
            let Expected { once, always, says } = expected(kind, vendor);
            let hook: FaultHook =
                Arc::new(move |arrival| if arrival.number == HIT { kind.fault(arrival) } else { Fault::None });
            let one = fetch(&world, vendor, hook).await;
            check(&one, whole, once, &format!("{vendor} × {kind} once"));
            let all = fetch(&world, vendor, Arc::new(move |arrival| kind.fault(arrival))).await;
            let cell = format!("{vendor} × {kind} always");
            check(&all, whole, always, &cell);
            let said = format!("{:?} {}", all.certificate.error, all.warnings());
            assert!(said.contains(says), "{cell}: {said}");
            row.push(format!(
                "{:26}",
                format!("{} / {}", one.certificate.status.as_str(), all.certificate.status.as_str())
            ));
        }
        println!("{:18}{}", kind.to_string(), row.concat());
    }
}
