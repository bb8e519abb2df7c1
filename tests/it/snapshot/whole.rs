//! A snapshot that is whole.

use std::{fs, io};

use headcount::bag::{BagError, BagWriter, Description, Role, Run};
use headcount::base::text::hex;
use headcount::simulate::Behaviour;
use headcount::snapshot::{self, Snapshot, SnapshotError};
use sha2::{Digest as _, Sha256};

use crate::support::snapshot::{Vendors, clock, names, records, resealed};

#[tokio::test]
async fn it_gives_back_what_was_fetched() {
    let kit = Vendors::start(400, Behaviour::default()).await;
    let certificates = kit.fetch(false).await.expect("fetched");
    assert_eq!(certificates.sources.len(), 6);
    let snapshot = Snapshot::open(&kit.out()).expect("opened");
    assert_eq!(snapshot.certificates(), &certificates);
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
    let mut bag = BagWriter::beside(&kit.out()).expect("begun");
    let inputs = snapshot::store(&mut bag, &kit.config, &mut live, (clock(), clock())).expect("stored");
    let run = Run { id: None, as_of: None, started_at: clock(), finished_at: clock(), tool_version: String::new() };
    bag.seal(&Description::of_snapshot(run, inputs)).expect("sealed").into_folder().expect("named");
    let snapshot = Snapshot::open(&kit.out()).expect("opened");
    for (live, source) in live.iter_mut().zip(&kit.config.sources) {
        let mut stored = snapshot.population(source).expect("a population");
        assert_eq!(stored.certificate, live.certificate);
        assert_eq!(records(&mut stored), records(live));
    }
}

#[tokio::test]
async fn it_holds_everything_that_the_verdict_rests_on() {
    let kit = Vendors::start(100, Behaviour::default()).await;
    kit.fetch(false).await.expect("fetched");
    let snapshot = Snapshot::open(&kit.out()).expect("opened");
    let path = |name: &str| kit.folder.path().join(name);
    assert_eq!(snapshot.configuration().expect("a configuration"), path("headcount.toml"));
    let inputs = &snapshot.bag().description().inputs;
    let of = |role: Role| inputs.iter().filter(move |input| input.role == role).collect::<Vec<_>>();
    for (role, name) in [
        (Role::Configuration, "headcount.toml"),
        (Role::Roster, "hr.csv"),
        (Role::Crosswalk, "voxmind-people.csv"),
        (Role::Declared, "declared-accounts.toml"),
    ] {
        let [input] = of(role)[..] else { panic!("{role:?}: {inputs:?}") };
        assert_eq!(input.shown, path(name).display().to_string());
        assert_eq!(input.modified_at, fs::metadata(path(name)).and_then(|file| file.modified()).ok().map(Into::into));
        let stored = snapshot.bag().read_all(&input.file, 1 << 20).expect("read");
        assert_eq!(stored, fs::read(path(name)).expect("read"), "{name}");
    }
    let rules = fs::read_dir("rules").expect("the rules").count();
    assert_eq!((of(Role::Rule).len(), snapshot.rules().expect("rules").len()), (rules, rules));
    for source in &snapshot.certificates().sources {
        let name = source.records.as_ref().expect("records");
        let file = fs::read(kit.out().join("data").join(name.as_str())).expect("plain");
        assert_eq!(hex(&Sha256::digest(file)), source.certificate.sha256, "as sha256sum says it");
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
    assert_eq!(names(kit.out().parent().expect("a folder")), ["snapshot"]);
    let data = kit.out().join("data");
    assert_eq!(names(&data), ["bundle.json", "certificates.json", "inputs", "records", "rules"]);
    let expected =
        ["cognigy.ndjson", "doors.ndjson", "vcc.ndjson", "voiso.ndjson", "voximplant.ndjson", "voxmind.ndjson"];
    assert_eq!(names(&data.join("records")), expected);
    let secrets = kit.simulators.secrets();
    for name in Snapshot::open(&kit.out()).expect("opened").bag().names() {
        let path = data.join(name.as_str());
        assert_eq!(mode(&path), 0o600, "{name}");
        let text = fs::read_to_string(path).expect("text");
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
    let files: Vec<String> =
        Snapshot::open(&kit.out()).expect("opened").bag().names().map(ToString::to_string).collect();
    assert!(files.len() > 50, "{files:?}");
    for name in files.iter().filter(|name| !name.starts_with("rules/") || name.contains("orphaned")) {
        let path = kit.out().join("data").join(name);
        let whole = fs::read(&path).expect("readable");
        for at in [0, whole.len() / 2, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            fs::write(&path, changed).expect("written");
            let error = Snapshot::open(&kit.out()).expect_err("a change").to_string();
            assert!(error.contains(&format!("changed data/{name}")) && error.contains("altered or damaged"), "{error}");
        }
        fs::remove_file(&path).expect("removed");
        let error = Snapshot::open(&kit.out()).expect_err("a file less").to_string();
        assert!(error.contains(&format!("missing data/{name}")), "{error}");
        fs::write(&path, whole).expect("restored");
    }
    Snapshot::open(&kit.out()).expect("whole again");
}

#[tokio::test]
async fn what_is_changed_after_it_was_opened_is_never_given_back() {
    let kit = Vendors::start(60, Behaviour::default()).await;
    kit.fetch(false).await.expect("fetched");
    let snapshot = Snapshot::open(&kit.out()).expect("opened");
    let source = &kit.config.sources[0];
    let mut first = snapshot.population(source).expect("a population");
    let mut again = snapshot.population(source).expect("the same population");
    assert_eq!(records(&mut first), records(&mut again));

    let path = kit.out().join(format!("data/records/{}.ndjson", source.name));
    let mut bytes = fs::read(&path).expect("readable");
    let digit = bytes.iter().position(u8::is_ascii_digit).expect("a digit");
    bytes[digit] = if bytes[digit] == b'1' { b'2' } else { b'1' };
    fs::write(&path, bytes).expect("written");
    let reread = first.spool.as_mut().expect("records").for_each(|_, _| Ok::<_, io::Error>(()));
    let error = reread.expect_err("a change").to_string();
    assert!(error.contains("the file was changed while it was read"), "{error}");
    let error = snapshot.population(source).expect_err("a change").to_string();
    assert!(error.contains("the records aren't those that were stored"), "{error}");
}

/// Opens the snapshot with changed certificates under a seal that fits them, and asks for every population.
fn forged(kit: &Vendors, forge: impl Fn(&mut serde_json::Value)) -> Result<(), SnapshotError> {
    let target = kit.folder.path().join("forged");
    resealed(&kit.out(), &target, |name, bytes| {
        if name != "certificates.json" {
            return Some(bytes);
        }
        let mut told: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
        forge(&mut told);
        Some(told.to_string().into_bytes())
    });
    let read = Snapshot::open(&target)
        .and_then(|snapshot| kit.config.sources.iter().try_for_each(|source| snapshot.population(source).map(drop)));
    fs::remove_dir_all(&target).expect("removed");
    read
}

#[tokio::test]
async fn certificates_are_believed_only_as_far_as_they_fit() {
    type Forgery = fn(&mut serde_json::Value);
    const VOISO: usize = 2;
    let kit = Vendors::start(60, Behaviour::default()).await;
    kit.fetch(false).await.expect("fetched");
    let forgeries: [(Forgery, &str); 11] = [
        (|told| told["format"] = 2.into(), "unknown field `format`"),
        (|told| drop(told.as_object_mut().expect("an object").remove("started_at")), "missing field `started_at`"),
        (|told| told["sources"][VOISO]["records"] = "../voiso".into(), "can't be a file of a bundle"),
        (
            |told| told["sources"][VOISO]["records"] = "records/other.ndjson".into(),
            "voiso has other records than were counted",
        ),
        (
            |told| told["sources"][VOISO]["certificate"]["sha256"] = "00".into(),
            "voiso has other records than were counted",
        ),
        (|told| told["sources"][VOISO]["name"] = "other".into(), "the snapshot has no source \"voiso\""),
        (
            |told| told["sources"][VOISO]["vendor"] = "scim".into(),
            "\"voiso\" is scim in the snapshot and voiso in the conf",
        ),
        (|told| told["sources"][VOISO]["records"] = serde_json::Value::Null, "the source voiso has no records"),
        (|told| told["sources"][VOISO]["certificate"]["distinct"] = 1.into(), "the source voiso is complete with 1 of"),
        (
            |told| {
                let source = &mut told["sources"][VOISO]["certificate"];
                (source["declared"], source["distinct"]) = (1.into(), 1.into());
            },
            "the source voiso counts 1 account, ",
        ),
        (
            |told| {
                let twice = told["sources"][0].clone();
                told["sources"].as_array_mut().expect("a list").push(twice);
            },
            "is there twice, though all hashes fit; the snapshot was tampered with",
        ),
    ];
    for (forge, expected) in forgeries {
        let error = forged(&kit, forge).expect_err(expected).to_string();
        assert!(error.contains(expected), "{expected}: {error}");
    }
    forged(&kit, |_| {}).expect("unchanged");
    assert!(matches!(Snapshot::open(kit.folder.path()), Err(SnapshotError::Bag(BagError::NoBag { .. }))));
    assert!(matches!(Snapshot::open(&kit.folder.path().join("none")), Err(SnapshotError::Nothing(_))));
}

#[tokio::test]
async fn a_secret_in_a_file_is_never_stored() {
    let kit = Vendors::start(60, Behaviour::default()).await;
    let hr = kit.folder.path().join("hr.csv");
    let secret = kit.simulators.secrets().voiso_key();
    fs::write(&hr, fs::read_to_string(&hr).expect("HR").replacen('\n', &format!("\n{secret},,,,,,\n"), 1))
        .expect("written");
    let error = kit.fetch(false).await.expect_err("a secret").to_string();
    assert!(error.contains("hr.csv holds a secret") && !error.contains(&*secret), "{error}");
    assert!(!kit.out().exists());
}

#[tokio::test]
async fn what_is_there_already_stays() {
    let kit = Vendors::start(60, Behaviour::default()).await;
    fs::create_dir_all(kit.out()).expect("an empty folder");
    kit.fetch(false).await.expect("fetched into an empty folder");
    let before = Snapshot::open(&kit.out()).expect("opened").bag().id();
    assert!(matches!(kit.fetch(false).await, Err(SnapshotError::Exists(_))));
    assert!(matches!(kit.fetch(true).await, Err(SnapshotError::Exists(_))));
    assert_eq!(Snapshot::open(&kit.out()).expect("opened").bag().id(), before);
}
