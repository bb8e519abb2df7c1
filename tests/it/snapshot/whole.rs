//! A snapshot that is whole.

#![expect(clippy::case_sensitive_file_extension_comparisons, reason = "headcount writes them so")]

use std::fs;

use headcount::simulate::Behaviour;
use headcount::snapshot::{self, Snapshot, SnapshotError};

use crate::support::snapshot::{Vendors, clock, names, records};

#[tokio::test]
async fn it_gives_back_what_was_fetched() {
    let kit = Vendors::start(400, Behaviour::default()).await;
    let manifest = kit.fetch(false).await.expect("fetched");
    assert_eq!(manifest.sources.len(), 6);
    let snapshot = Snapshot::open(&kit.out()).expect("opened");
    assert_eq!(snapshot.manifest(), &manifest);
    for (mut live, source) in kit.live().await.into_iter().zip(&kit.config.sources) {
        let mut stored = snapshot.population(source).expect("a population");
        let mut certificate = stored.certificate.clone();
        // The simulators' clocks are real, and ours stands still.
        certificate.usage.clock_skew = live.certificate.usage.clock_skew;
        certificate.warnings.clone_from(&live.certificate.warnings);
        assert_eq!(certificate, live.certificate, "{}", source.name);
        assert_eq!(records(&mut stored), records(&mut live), "{}", source.name);
    }
}

#[tokio::test]
async fn stored_populations_make_the_same_snapshot() {
    let kit = Vendors::start(100, Behaviour::default()).await;
    let mut live = kit.live().await;
    snapshot::store(&kit.out(), &kit.config, &mut live, clock).expect("stored");
    let snapshot = Snapshot::open(&kit.out()).expect("opened");
    for (live, source) in live.iter_mut().zip(&kit.config.sources) {
        let mut stored = snapshot.population(source).expect("a population");
        assert_eq!(stored.certificate, live.certificate);
        assert_eq!(records(&mut stored), records(live));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_can_read_it_and_it_holds_no_secret() {
    use std::os::unix::fs::PermissionsExt as _;
    let kit = Vendors::start(100, Behaviour::default()).await;
    kit.fetch(false).await.expect("fetched");
    let mode = |path: &std::path::Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&kit.out()), 0o700);
    let files = names(&kit.out());
    let expected = [
        "cognigy.ndjson.zst",
        "doors.ndjson.zst",
        "manifest.json",
        "vcc.ndjson.zst",
        "voiso.ndjson.zst",
        "voximplant.ndjson.zst",
        "voxmind.ndjson.zst",
    ];
    assert_eq!(files, expected);
    assert_eq!(names(kit.out().parent().expect("a folder")), ["snapshot"]);
    let secrets = kit.simulators.secrets();
    for name in files {
        let path = kit.out().join(&name);
        assert_eq!(mode(&path), 0o600, "{name}");
        let mut bytes = fs::read(&path).expect("readable");
        if name.ends_with(".zst") {
            bytes = zstd::stream::decode_all(bytes.as_slice()).expect("unpacked");
        }
        let text = String::from_utf8(bytes).expect("text");
        for secret in
            [&secrets.voxmind_token(), &secrets.voiso_key(), &secrets.cognigy_key(), &secrets.vonage_client().secret]
        {
            assert!(!text.contains(secret.as_str()), "{name}");
        }
    }
}

#[tokio::test]
async fn no_change_goes_unnoticed() {
    let kit = Vendors::start(60, Behaviour::default()).await;
    kit.fetch(false).await.expect("fetched");
    for name in names(&kit.out()).iter().filter(|name| name.ends_with(".zst")) {
        let path = kit.out().join(name);
        let whole = fs::read(&path).expect("readable");
        for at in [0, whole.len() / 2, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            fs::write(&path, changed).expect("written");
            let error = Snapshot::open(&kit.out()).expect_err("a change").to_string();
            assert!(error.contains(name.as_str()) && error.contains("changed or damaged"), "{error}");
        }
        fs::remove_file(&path).expect("removed");
        assert!(matches!(Snapshot::open(&kit.out()), Err(SnapshotError::Read { .. })));
        fs::write(&path, whole).expect("restored");
    }
    Snapshot::open(&kit.out()).expect("whole again");
}

/// Opens the snapshot with a changed manifest, and asks for every population.
fn with_manifest(kit: &Vendors, from: &str, to: &str) -> Result<(), SnapshotError> {
    let path = kit.out().join("manifest.json");
    let text = fs::read_to_string(&path).expect("readable");
    assert!(text.contains(from), "{text}");
    fs::write(&path, text.replace(from, to)).expect("written");
    let opened = Snapshot::open(&kit.out());
    fs::write(&path, text).expect("restored");
    let snapshot = opened?;
    kit.config.sources.iter().try_for_each(|source| snapshot.population(source).map(drop))
}

#[tokio::test]
async fn a_manifest_is_believed_only_as_far_as_it_fits() {
    let kit = Vendors::start(60, Behaviour::default()).await;
    let manifest = kit.fetch(false).await.expect("fetched");
    let records = &manifest.sources[0].certificate.sha256;
    for (from, to, message) in [
        ("\"format\": 1", "\"format\": 2", "has format 2, and this headcount reads format 1"),
        ("\"format\": 1", "\"fromat\": 1", "missing field `format`"),
        ("\"voiso.ndjson.zst\"", "\"../voiso.ndjson.zst\"", "unexpected file \"../voiso.ndjson.zst\""),
        ("\"name\": \"voiso\"", "\"name\": \"other\"", "unexpected file"),
        ("\"vendor\": \"voiso\"", "\"vendor\": \"scim\"", "\"voiso\" is scim in the snapshot and voiso in the conf"),
        (records, "00", "the records aren't those that were stored"),
    ] {
        let error = with_manifest(&kit, from, to).expect_err(to).to_string();
        assert!(error.contains(message), "{to}: {error}");
    }
    with_manifest(&kit, "\"format\": 1", "\"format\": 1").expect("unchanged");
    assert!(matches!(Snapshot::open(kit.folder.path()), Err(SnapshotError::NotASnapshot(_))));
}

type Forgery = fn(&mut serde_json::Value);

#[tokio::test]
async fn a_certificate_that_no_fetch_could_have_is_refused() {
    let kit = Vendors::start(60, Behaviour::default()).await;
    kit.fetch(false).await.expect("fetched");
    let path = kit.out().join("manifest.json");
    let told = fs::read_to_string(&path).expect("readable");
    let voiso = |manifest: &serde_json::Value| {
        manifest["sources"].as_array().expect("a list").iter().position(|source| source["name"] == "voiso")
    };
    let forgeries: [(Forgery, &str); 4] = [
        (|source| source["records"] = serde_json::Value::Null, "the source voiso has no records"),
        (|source| source["certificate"]["distinct"] = 1.into(), "the source voiso is complete with 1 of"),
        (
            |source| (source["certificate"]["declared"], source["certificate"]["distinct"]) = (1.into(), 1.into()),
            "the source voiso counts 1 account, ",
        ),
        (|source| source["name"] = "doors".into(), "unexpected file"),
    ];
    for (forge, expected) in forgeries {
        let mut manifest: serde_json::Value = serde_json::from_str(&told).expect("JSON");
        let at = voiso(&manifest).expect("voiso");
        forge(&mut manifest["sources"][at]);
        fs::write(&path, manifest.to_string()).expect("written");
        let error = Snapshot::open(&kit.out()).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}");
    }
    let mut manifest: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    let twice = manifest["sources"][0].clone();
    manifest["sources"].as_array_mut().expect("a list").push(twice);
    fs::write(&path, manifest.to_string()).expect("written");
    let error = Snapshot::open(&kit.out()).expect_err("twice").to_string();
    assert!(error.contains("is there twice, though all hashes fit; the snapshot was tampered with"), "{error}");
}

#[tokio::test]
async fn what_is_there_already_stays() {
    let kit = Vendors::start(60, Behaviour::default()).await;
    fs::create_dir_all(kit.out()).expect("an empty folder");
    kit.fetch(false).await.expect("fetched into an empty folder");
    let before = Snapshot::open(&kit.out()).expect("opened").sha256().to_owned();
    assert!(matches!(kit.fetch(false).await, Err(SnapshotError::Exists(_))));
    assert!(matches!(kit.fetch(true).await, Err(SnapshotError::Exists(_))));
    assert_eq!(Snapshot::open(&kit.out()).expect("opened").sha256(), before);
}
