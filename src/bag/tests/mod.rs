//! Bags that are written, packed, altered and read again.

mod hostile;
mod raw;

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::{
    Bag, BagError, BagId, BagWriter, Command, Description, Examination, Format, Kind, PayloadName, Run, Sealed, Tier,
    pack,
};

fn description() -> Description {
    let at = |text: &str| text.parse().expect("a time");
    Description {
        format: Format::One,
        kind: Kind::Audit,
        tier: Tier::Full,
        run: Run {
            id: Some("r-1".to_owned()),
            as_of: Some(at("2026-11-20T12:00:00Z")),
            started_at: at("2026-11-20T12:00:00Z"),
            finished_at: at("2026-11-20T12:00:04Z"),
            tool_version: "0.1.0".to_owned(),
        },
        command: Command::default(),
        inputs: Vec::new(),
        previous: None,
        full: None,
        withheld: Vec::new(),
    }
}

fn name(text: &str) -> PayloadName {
    PayloadName::new(text).expect("a name")
}

const RECORDS: &str = "{\"id\":1}\n{\"id\":2}\n";

fn sealed(target: &Path) -> Sealed {
    let mut bag = BagWriter::beside(target).expect("begun");
    bag.file(&name("records/crm-1.ndjson"), |out| out.write_all(RECORDS.as_bytes())).expect("written");
    bag.file(&name("inputs/roster-1.csv"), |out| (0..2).try_for_each(|_| out.write_all(b"id\n"))).expect("written");
    bag.file(&name("outputs/empty.txt"), |_| Ok(())).expect("written");
    bag.seal(&description()).expect("sealed")
}

/// A folder for tests, and the same bag in it as a folder and as a ZIP.
struct Pair {
    _room: tempfile::TempDir,
    folder: PathBuf,
    zip: PathBuf,
    id: BagId,
}

fn pair() -> Pair {
    let room = tempfile::tempdir().expect("a folder");
    let (folder, zip) = (room.path().join("2026-Q4"), room.path().join("2026-Q4.zip"));
    let id = sealed(&folder).into_folder().expect("named");
    assert_eq!(sealed(&zip).into_zip().expect("packed"), id);
    Pair { _room: room, folder, zip, id }
}

fn defects(path: &Path) -> Vec<String> {
    let found = Examination::of(path).expect("a bag").defects;
    let strict = Bag::open(path).and_then(|bag| bag.names().try_for_each(|name| bag.read_all(name, 1 << 20).map(drop)));
    assert_eq!(strict.is_ok(), found.is_empty(), "{strict:?} {found:?}");
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn a_bag_is_read_as_it_was_written() {
    let pair = pair();
    for path in [&pair.folder, &pair.zip] {
        let bag = Bag::open(path).expect("a bag");
        assert_eq!((bag.id(), bag.description()), (pair.id.clone(), &description()));
        let names: Vec<_> = bag.names().map(PayloadName::as_str).collect();
        assert_eq!(names, ["bundle.json", "inputs/roster-1.csv", "outputs/empty.txt", "records/crm-1.ndjson"]);
        let records = name("records/crm-1.ndjson");
        let mut text = String::new();
        bag.read(&records).expect("there").read_to_string(&mut text).expect("readable");
        assert_eq!((text.as_str(), bag.size(&records)), (RECORDS, Some(18)));
        assert!(bag.read_all(&records, 17).expect_err("too long").to_string().contains("more than 17 bytes"));
        assert!(bag.read(&name("records/other.ndjson")).expect_err("none").to_string().contains("has no data/records"));
        assert_eq!(defects(path), [""; 0]);
        assert!(bag.signatures().expect("none").is_empty());
    }
}

#[test]
fn the_same_files_are_the_same_bytes() {
    let (one, other) = (pair(), pair());
    assert_eq!(fs::read(&one.zip).expect("a file"), fs::read(&other.zip).expect("a file"));
    let again = other.folder.with_file_name("2026-Q4-again.zip");
    pack(&other.folder, &again).expect("packed");
    assert_eq!(Bag::open(&again).expect("a bag").id(), one.id);
}

#[test]
fn what_is_there_is_not_replaced_and_what_failed_leaves_nothing() {
    let pair = pair();
    for path in [&pair.folder, &pair.zip] {
        assert!(matches!(BagWriter::beside(path), Err(BagError::Exists(_))));
    }
    assert!(matches!(pack(&pair.folder, &pair.zip), Err(BagError::Exists(_))));
    let room = tempfile::tempdir().expect("a folder");
    let target = room.path().join("deep/q.zip");
    let mut bag = BagWriter::beside(&target).expect("begun");
    let full = bag.file(&name("records/crm-1.ndjson"), |out| {
        out.write_all(&[b'x'; 1000])?;
        Err(io::ErrorKind::StorageFull.into())
    });
    let error = full.expect_err("full").to_string();
    assert!(error.contains("crm-1.ndjson") && error.contains("nothing was left half-written"), "{error}");
    bag.file(&name("records/crm-1.ndjson"), |_| Ok(())).expect_err("it was begun before");
    drop(bag);
    drop(sealed(&target));
    assert_eq!(fs::read_dir(room.path().join("deep")).expect("a folder").count(), 0);
}

#[test]
fn a_hash_that_was_known_before_is_believed_until_the_bag_is_read() {
    let room = tempfile::tempdir().expect("a folder");
    for (of, is_changed) in [(RECORDS, false), ("other records", true)] {
        let target = room.path().join(is_changed.to_string());
        let mut bag = BagWriter::beside(&target).expect("begun");
        let known = super::seal::sha256(of.as_bytes());
        bag.hashed_file(&name("records/crm-1.ndjson"), &known, |out| out.write_all(RECORDS.as_bytes()))
            .expect("written");
        bag.seal(&description()).expect("sealed").into_folder().expect("named");
        let is_told = defects(&target).iter().any(|defect| defect.contains("crm-1.ndjson"));
        assert_eq!(is_told, is_changed, "{of}");
    }
}

#[cfg(unix)]
#[test]
fn a_bag_is_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let pair = pair();
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&pair.folder), 0o700);
    assert_eq!(mode(&pair.folder.join("data/inputs/roster-1.csv")), 0o600);
    assert_eq!(mode(&pair.zip), 0o600);
}
