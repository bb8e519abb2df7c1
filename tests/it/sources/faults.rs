//! Every fault against every vendor: once, and on every request. Each cell ends with the complete population or with
//! `incomplete` or `failed` and a message; the table is printed (`cargo test --test it sources::faults -- --nocapture`).

#![expect(clippy::print_stdout, reason = "the table is for people")]

use std::collections::BTreeSet;
use std::sync::Arc;

use headcount::model::SourceStatus;
use headcount::simulate::faults::FaultKind;
use headcount::simulate::{Behaviour, Fault, FaultHook, Secrets, Vendor, World};

use crate::support::source::{Fetched, simulate, source, world};

/// The request that a fault hits when it hits only one: in the middle of the list.
const HIT: u64 = 6;

/// What has to come of a fault: the status if it happens once, the status if it happens on every request, and part of
/// the message or of a warning then. Where nothing is to be said, nothing may be.
type Expected = (SourceStatus, SourceStatus, Option<&'static str>);

fn expected(kind: FaultKind, vendor: Vendor) -> Expected {
    use SourceStatus::{Complete, Failed, Incomplete};
    use Vendor::{Cognigy, Vonage, Voximplant, Voxmind};
    let (once, always, says) = match (kind.name(), vendor) {
        ("http10" | "wrong-type" | "duplicate-keys" | "swapped-ids" | "nulls" | "missing-fields", _) => {
            return (Complete, Complete, None);
        }
        ("floats", Cognigy) => (Complete, Complete, "120 records: `createdAt` is not a time in Unix seconds"),
        ("floats", _) => return (Complete, Complete, None),
        ("clock-skew", _) => (Complete, Complete, "s ahead of this machine's"),
        ("unavailable", _) => (Complete, Failed, "503"),
        ("rate-limit" | "rate-limit-date", _) => (Complete, Failed, "answered 429"),
        ("unauthorized", Voximplant | Vonage) => (Complete, Failed, "401"),
        ("unauthorized", _) => (Incomplete, Failed, "answered 401"),
        ("redirect", _) => (Incomplete, Failed, "redirects to https://elsewhere.example; credentials don't follow"),
        ("html", _) => (Incomplete, Failed, "check that base_url is the vendor's API and not a login page"),
        ("not-json" | "empty-body" | "invalid-utf8", _) => (Incomplete, Failed, "unexpected answer (status 200)"),
        ("too-large" | "bomb", _) => (Incomplete, Failed, "the answer is larger than 1048576 bytes; lower page_size"),
        ("echo", _) => (Incomplete, Failed, "[redacted]"),
        ("disconnect" | "truncated", _) => (Complete, Failed, "no usable answer from 127.0.0.1"),
        ("stalled", _) => (Complete, Failed, "no part of one within 300ms"),
        ("missing-ids", _) => (Complete, Incomplete, "could not be read: a record has no usable"),
        ("lost-record", Voxmind) | ("empty-page", _) => (Complete, Incomplete, "the first page isn't full"),
        ("same-page", Voximplant) => (Complete, Incomplete, "and 10 different ones arrived"),
        ("total-high", Voxmind) | ("same-page" | "endless", _) => {
            (Complete, Incomplete, "pages in a row brought no new account")
        }
        ("lost-record" | "repeated-record" | "total-high", _) => (Complete, Incomplete, "different ones arrived"),
        ("total-low", _) => (Complete, Incomplete, "came from behind the end that the vendor declares"),
        ("growing" | "shrinking", _) => (Complete, Incomplete, "the vendor's total changed from"),
        (other, _) => panic!("no expectation for {other}"),
    };
    (once, always, Some(says))
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
fn check(fetched: &Fetched, whole: &Fetched, status: SourceStatus, cell: &str) {
    let certificate = &fetched.certificate;
    assert_eq!(certificate.status, status, "{cell}: {certificate:#?}");
    if status == SourceStatus::Complete {
        assert_eq!((fetched.error(), ids(fetched)), ("", ids(whole)), "{cell}");
    } else {
        assert!(certificate.error.as_ref().is_some_and(|error| error.len() > 20), "{cell}: {certificate:#?}");
    }
    let secrets = Secrets::new(7);
    let shown = format!("{certificate:?}");
    for secret in
        [&secrets.voxmind_token(), &secrets.voiso_key(), &secrets.cognigy_key(), &secrets.vonage_client().secret]
    {
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
        wholes.push(fetch(&world, vendor, Arc::new(|_| Fault::None)).await.complete());
    }
    for kind in FaultKind::all() {
        let mut row = Vec::new();
        for (vendor, whole) in Vendor::ALL.into_iter().zip(&wholes) {
            assert!(whole.accounts.len() > 30, "several pages");
            let (once, always, says) = expected(kind, vendor);
            let hook: FaultHook =
                Arc::new(move |arrival| if arrival.number == HIT { kind.fault(arrival) } else { Fault::None });
            let one = fetch(&world, vendor, hook).await;
            check(&one, whole, once, &format!("{vendor} × {kind} once"));
            let all = fetch(&world, vendor, Arc::new(move |arrival| kind.fault(arrival))).await;
            let cell = format!("{vendor} × {kind} always");
            check(&all, whole, always, &cell);
            match says {
                Some(words) => {
                    let said = [all.error(), &all.warnings()].join("\n");
                    assert!(said.contains(words), "{cell}: {said}");
                }
                None => assert_eq!(all.warnings(), whole.warnings(), "{cell}"),
            }
            row.push(format!("{:26}", format!("{} / {}", one.status(), all.status())));
        }
        println!("{:18}{}", kind.to_string(), row.concat());
    }
}
