//! A disk that is full. It is a real one of a few kilobytes, mounted in a namespace of its own where the system
//! allows that; elsewhere the test says so and passes, and a failing writer stands in for it in the unit tests.

use std::path::PathBuf;
use std::process::Command;

use headcount::simulate::Behaviour;
use headcount::snapshot::{Snapshot, SnapshotError};

use crate::support::process::{alone_within, code_and_words, skipped};
use crate::support::snapshot::{Vendors, fetch, names};

const DISK: &str = "HEADCOUNT_TEST_DISK";

#[test]
fn a_full_disk_is_told_and_leaves_no_half_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let mount = r#"mount -t tmpfs -o size=64k none "$HEADCOUNT_TEST_DISK" || exit 77; exec "$@""#;
    let script = format!("exec unshare --map-root-user --mount sh -c '{mount}' sh \"$@\"");
    let mut alone = alone_within(&script, "snapshot::disk::on_a_tiny_disk");
    match code_and_words(&alone.env(DISK, folder.path()).output().expect("started")) {
        (0, words) => assert!(words.contains("1 passed"), "{words}"),
        // `unshare` itself fails with 1, and says so before the test could have started.
        (code, words) => {
            assert!(code == 77 || words.contains("unshare"), "{words}");
            skipped("no disk can be mounted here");
        }
    }
}

#[tokio::test]
#[ignore = "runs inside a namespace with a tiny disk"]
async fn on_a_tiny_disk() {
    let disk = PathBuf::from(std::env::var_os(DISK).expect("a disk"));
    let out = disk.join("snapshot");
    let kit = Vendors::start(3000, Behaviour::default()).await;
    let error = fetch(&kit.config, &out, false, std::future::pending()).await.expect_err("a full disk");
    assert!(matches!(error, SnapshotError::Write { .. }), "{error:?}");
    assert!(error.to_string().contains("free some space, then fetch --resume"), "{error}");
    assert!(!out.exists());
    let partial = disk.join("snapshot.partial");
    for name in names(&partial).iter().filter(|name| name.ends_with(".ndjson")) {
        let records = std::fs::read_to_string(partial.join(name)).expect("readable");
        assert!(records.lines().all(|line| line.ends_with('}')) && records.ends_with("}\n"), "a whole file");
    }
    assert!(Snapshot::open(&partial).is_err());
    let larger = Command::new("mount").args(["-o", "remount,size=64m"]).arg(&disk).status().expect("mount");
    assert!(larger.success());
    fetch(&kit.config, &out, true, std::future::pending()).await.expect("resumed on a larger disk");
    Snapshot::open(&out).expect("opened");
}
