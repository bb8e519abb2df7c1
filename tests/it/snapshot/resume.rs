//! A snapshot that was interrupted.

use std::fs;
use std::path::Path;
use std::time::Duration;

use headcount::simulate::Behaviour;
use headcount::snapshot::{Snapshot, SnapshotError};

use crate::support::snapshot::{Vendors, fetch, names, records};

fn slow() -> Behaviour {
    Behaviour { latency: Duration::from_millis(20), max_page_size: Some(10), ..Behaviour::default() }
}

/// Comes when the vendors have seen this many requests.
async fn after_requests(kit: &Vendors, requests: u64) {
    while kit.requests() < requests {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// All files of answers, as far as they are text. Nobody else can read them.
fn kept_answers(partial: &Path) -> String {
    let mut text = String::new();
    for name in names(partial).iter().filter(|name| name.ends_with(".answers")) {
        let path = partial.join(name);
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::MetadataExt::mode(&fs::metadata(&path).expect("there")) & 0o777, 0o600);
        text.push_str(&String::from_utf8_lossy(&fs::read(&path).expect("readable")));
    }
    text
}

#[tokio::test]
async fn it_goes_on_where_it_stopped() {
    let kit = Vendors::start(300, slow()).await;
    let live = kit.live().await;
    let whole = kit.requests();
    let partial = kit.out().with_file_name("snapshot.partial");

    let stopped = kit.fetch_until(false, after_requests(&kit, whole + whole / 3)).await;
    assert!(matches!(&stopped, Err(SnapshotError::Interrupted(folder)) if *folder == partial), "{stopped:?}");
    let kept = kept_answers(&partial);
    assert!(kept.contains("GET /useradmin/users?") && !kept.contains("connect/token"), "no answer that is a token");
    let stopped = kit.fetch_until(true, after_requests(&kit, whole + whole * 2 / 3)).await;
    assert!(matches!(stopped, Err(SnapshotError::Interrupted(_))), "again: {stopped:?}");
    assert!(!kit.out().exists() && partial.join("partial.json").exists());
    let error = Snapshot::open(&partial).expect_err("a partial one").to_string();
    assert!(error.contains("partial snapshot") && error.contains("--resume"), "{error}");

    let certificates = kit.fetch(true).await.expect("resumed");
    assert!(!partial.exists());
    assert_eq!(names(&kit.out().join("data/records")).len(), 6);
    // What was under way at the interruptions is asked for again, and tokens are.
    let spare = 40;
    let asked = kit.requests() - whole;
    assert!(asked <= whole + spare, "{asked} requests instead of {whole}");
    let snapshot = Snapshot::open(&kit.out()).expect("opened");
    let mut resumed = 0;
    for ((mut live, source), entry) in live.into_iter().zip(&kit.config.sources).zip(&certificates.sources) {
        let mut stored = snapshot.population(source).expect("a population");
        assert_eq!(stored.certificate.status.as_str(), "complete", "{:?}", stored.certificate);
        assert_eq!(records(&mut stored), records(&mut live), "{}", source.name);
        resumed += u64::from(entry.certificate.warnings.iter().any(|warning| warning.contains("resumed")));
    }
    assert!(resumed > 0);
}

#[tokio::test]
async fn only_what_was_begun_in_the_same_way_can_be_resumed() {
    let kit = Vendors::start(60, slow()).await;
    assert!(matches!(kit.fetch(true).await, Err(SnapshotError::NothingToResume(_))));
    let stopped = kit.fetch_until(false, after_requests(&kit, 8)).await;
    assert!(matches!(stopped, Err(SnapshotError::Interrupted(_))));
    let mut other = kit.config.clone();
    other.sha256 = "other".to_owned();
    let refused = fetch(&other, &kit.out(), true, std::future::pending()).await;
    assert!(matches!(refused, Err(SnapshotError::OtherConfiguration(_))), "{refused:?}");
    kit.fetch(false).await.expect("begun anew");
    Snapshot::open(&kit.out()).expect("opened");
}

#[tokio::test]
async fn two_cannot_write_the_same_snapshot() {
    let kit = Vendors::start(60, slow()).await;
    let first = kit.fetch(false);
    let second = async {
        after_requests(&kit, 3).await;
        (kit.fetch(false).await, kit.fetch(true).await)
    };
    let (first, (anew, resumed)) = tokio::join!(first, second);
    assert!(matches!(anew, Err(SnapshotError::Busy(_))), "{anew:?}");
    assert!(matches!(resumed, Err(SnapshotError::Busy(_))), "{resumed:?}");
    first.expect("undisturbed");
}

#[tokio::test]
async fn a_source_that_failed_is_asked_again_and_a_finished_one_is_not() {
    let kit = Vendors::start(60, Behaviour::default()).await;
    let good = kit.fetch(false).await.expect("fetched");
    // As if it had been interrupted after all sources but one: the entries are there, the mark is, too.
    let partial = kit.out().with_file_name("snapshot.partial");
    fs::create_dir(&partial).expect("made");
    let begun =
        format!("{{\"format\":3,\"config_sha256\":\"{}\",\"started_at\":\"2026-11-20T12:00:00Z\"}}", kit.config.sha256);
    fs::write(partial.join("partial.json"), begun).expect("written");
    for source in &good.sources {
        let mut source = source.clone();
        let records = kit.out().join("data").join(source.records.as_ref().expect("records").as_str());
        fs::copy(records, partial.join(format!("{}.ndjson", source.name))).expect("copied");
        if source.name.as_str() == "voiso" {
            source.certificate.status = headcount::model::SourceStatus::Incomplete;
        }
        let entry = serde_json::to_string(&source).expect("json");
        fs::write(partial.join(format!("{}.entry.json", source.name)), entry).expect("written");
    }
    fs::remove_dir_all(kit.out()).expect("removed");
    let before = kit.simulators.vendors().into_iter().map(|vendor| kit.simulators.requests(vendor)).collect::<Vec<_>>();
    kit.fetch(true).await.expect("resumed");
    let vendors = kit.simulators.vendors();
    for (vendor, before) in vendors.into_iter().zip(before) {
        let asked = kit.simulators.requests(vendor) > before;
        assert_eq!(asked, vendor.source_name() == "voiso", "{vendor:?}");
    }
}
