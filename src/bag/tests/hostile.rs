//! What no honest program writes is refused: no reader may see another bag than this one does.

use std::fs;
use std::path::Path;

use super::raw::{Item, zip};
use super::{Pair, defects, pair};
use crate::bag::{Bag, BagError, Examination};

/// The files of a bag as they stand in a ZIP.
fn items(pair: &Pair) -> Vec<Item> {
    let mut items = Vec::new();
    let mut folders = vec![pair.folder.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(&pair.folder).expect("inside").to_str().expect("text");
            items.push(Item::stored(&format!("q/{name}"), &fs::read(&path).expect("a file")));
        }
    }
    items.sort_by(|one, other| one.name.cmp(&other.name));
    items
}

/// What is said of a ZIP: that it isn't read, or its defects.
fn told(pair: &Pair, bytes: &[u8]) -> String {
    let path = pair.zip.with_file_name("hostile.zip");
    fs::write(&path, bytes).expect("written");
    let told = Examination::of(&path);
    let strict = Bag::open(&path);
    match told {
        Ok(told) => {
            let lines: Vec<_> = told.defects.iter().map(ToString::to_string).collect();
            lines.join("\n")
        }
        Err(error) => {
            assert!(strict.is_err(), "{error}");
            error.to_string()
        }
    }
}

#[test]
fn a_zip_of_any_program_is_read() {
    let pair = pair();
    let mut items = items(&pair);
    assert_eq!(told(&pair, &zip(&items)), "");
    let folder = Item { mode: 0o040_755, ..Item::stored("q/data/", b"") };
    items.insert(0, folder.clone());
    items.push(Item { mode: 0, ..folder });
    assert_eq!(told(&pair, &zip(&items)), "", "folders");
    for item in &mut items {
        item.name = [b"\x81 any/", item.name.split_at(2).1].concat();
        item.mode &= 0o777;
    }
    assert_eq!(told(&pair, &zip(&items)), "", "a renamed folder, in no known encoding");
    for name in ["__MACOSX/._q", "__MACOSX/q/data/._bundle.json"] {
        items.insert(0, Item::stored(name, b"of macOS"));
    }
    items.push(Item { name: [b"\x81 any/", "data/.DS_Store".as_bytes()].concat(), ..Item::stored("", b"of Finder") });
    assert_eq!(told(&pair, &zip(&items)), "", "what macOS adds");
    for signed in [true, false] {
        for width in [4, 8] {
            for item in &mut items {
                item.flags = 1 << 3;
                let lengths = [item.packed.len() as u64, u64::from(item.size)];
                let lengths = lengths.iter().flat_map(|length| length.to_le_bytes().into_iter().take(width));
                item.behind = if signed { b"PK\x07\x08".to_vec() } else { Vec::new() };
                item.behind.extend(item.crc.to_le_bytes());
                item.behind.extend(lengths);
            }
            assert_eq!(told(&pair, &zip(&items)), "", "descriptors, {signed} {width}");
        }
    }
    items[3].behind[5] ^= 1;
    assert!(told(&pair, &zip(&items)).contains("followed by what doesn't fit it"));
}

#[test]
fn files_that_are_no_part_of_the_bag_are_named() {
    let pair = pair();
    let link = 0o120_777;
    for (name, mode, expected) in [
        ("q/data/outputs/empty.txt", 0o100_644, "more than once data/outputs/empty.txt"),
        ("q/data/Outputs/Empty.txt", 0o100_644, "not in the manifest data/Outputs/Empty.txt"),
        ("q/__MACOSX/x", 0o100_644, "not in the manifest __MACOSX/x"),
        ("__MACOSX", 0o100_644, "not in the manifest __MACOSX"),
        ("q/data/.DS_Store.txt", 0o100_644, "not in the manifest data/.DS_Store.txt"),
        ("q/data/._bundle.json", 0o100_644, "not in the manifest data/._bundle.json"),
        ("q/data/more.txt", 0o100_644, "not in the manifest data/more.txt"),
        ("q/signatures/a.exe", 0o100_644, "not in the manifest signatures/a.exe"),
        ("q/signatures/Big.sig", 0o100_644, "not in the manifest signatures/Big.sig"),
        ("q/../x", 0o100_644, "not in the manifest ../x"),
        ("../x", 0o100_644, "not in the manifest ../x"),
        ("/etc/x", 0o100_644, "not in the manifest /etc/x"),
        ("q\\data\\x", 0o100_644, "not in the manifest q\\data\\x"),
        ("q/c:x", 0o100_644, "not in the manifest c:x"),
        ("q/a\u{1b}[31mb\u{202e}", 0o100_644, "not in the manifest a\\u{1b}[31mb\\u{202e}"),
        ("other/data/bundle.json", 0o100_644, "not in the manifest other/data/bundle.json"),
        ("q/data/link", link, "malformed data/link: it is no file but a link"),
        ("q/data/pipe", 0o010_644, "malformed data/pipe: it is no file but a link"),
        (
            "q/data/full/",
            0o040_755,
            "malformed data/full/: it is no file but a link, a device, or a folder with contents",
        ),
    ] {
        let mut items = items(&pair);
        items.push(Item { mode, ..Item::stored(name, b"harmless") });
        assert!(told(&pair, &zip(&items)).starts_with(expected), "{name}: {}", told(&pair, &zip(&items)));
    }
    assert!(!pair.zip.with_file_name("x").exists(), "nothing is written anywhere");
}

#[test]
fn a_zip_that_says_two_things_is_refused() {
    let pair = pair();
    let change = |change: &dyn Fn(&mut Item)| {
        let mut items = items(&pair);
        let item = items.iter_mut().find(|item| item.name.ends_with(b"roster-1.csv")).expect("there");
        change(item);
        told(&pair, &zip(&items))
    };
    let twice = "malformed data/inputs/roster-1.csv: the ZIP says two different things of it";
    assert!(change(&|item| item.local_name = Some(b"q/data/inputs/roster-2.csv".to_vec())).contains(twice));
    assert!(change(&|item| item.local_size = Some(1)).contains(twice));
    assert!(change(&|item| item.flags = 1).contains("roster-1.csv: it is encrypted"));
    assert!(change(&|item| item.method = 12).contains("roster-1.csv: it is packed in a way"));
    assert!(change(&|item| item.size -= 1).contains("roster-1.csv: it is packed in a way"), "stored, and not as long");
    assert!(change(&|item| item.crc ^= 1).contains("roster-1.csv: its checksum in the ZIP is another"));
    assert!(change(&|item| item.behind = b"hidden".to_vec()).contains("something stands before or between its files"));
}

#[test]
fn nothing_stands_around_the_files() {
    let pair = pair();
    let whole = zip(&items(&pair));
    let crooked = "two programs could see two contents";
    for (bytes, expected) in [
        ([b"more".as_slice(), &whole].concat(), crooked),
        ([whole.as_slice(), b"more"].concat(), "has something behind its end"),
        ([whole.as_slice(), &whole].concat(), crooked),
        ([whole.as_slice(), &zip(&[Item::stored("q/bagit.txt", b"x")])].concat(), crooked),
        ([&whole[..whole.len() - 2], b"\x03\0abc"].concat(), "has something behind its end"),
        (whole[..whole.len() / 2].to_vec(), "was cut off"),
        (b"PK".to_vec(), "too short"),
        (zip(&[]), "has neither"),
        (zip(&[Item::stored("bagit.txt", b"x")]), "has neither"),
    ] {
        assert!(told(&pair, &bytes).contains(expected), "{}", told(&pair, &bytes));
    }
    // Two files in the same bytes: small to send, and large to unpack.
    let mut overlapping = whole.clone();
    let directory: Vec<_> = (0..whole.len() - 4).filter(|at| whole[*at..].starts_with(b"PK\x01\x02")).collect();
    overlapping.copy_within(directory[0] + 42..directory[0] + 46, directory[1] + 42);
    assert!(told(&pair, &overlapping).contains(crooked), "{}", told(&pair, &overlapping));
}

#[test]
fn what_is_too_large_is_not_unpacked() {
    let pair = pair();
    let mut with = items(&pair);
    with.push(Item::zeros("q/data/zeros", 65 << 20));
    assert!(told(&pair, &zip(&with)).contains("data/zeros unpacks to 68157440 bytes"), "{}", told(&pair, &zip(&with)));
    let mut with = items(&pair);
    let at = with.iter().position(|item| item.name.ends_with(b"empty.txt")).expect("there");
    with[at] = Item { size: 10, ..Item::zeros("q/data/outputs/empty.txt", 1 << 20) };
    assert!(told(&pair, &zip(&with)).contains("empty.txt: it is longer than was said"), "{}", told(&pair, &zip(&with)));
    let many: Vec<_> = (0..10_001).map(|number| Item::stored(&format!("q/{number}"), b"")).collect();
    assert!(told(&pair, &zip(&many)).contains("holds 10001 files, more than any bundle"));
}

/// 65,536 is more than the old number of files can say: it is 0 there, or stands elsewhere.
#[test]
fn more_files_than_a_zip_could_say_are_refused() {
    let pair = pair();
    let many: Vec<_> = (0..65_535).map(|number| Item::stored(&format!("q/{number}"), b"")).collect();
    let mut bytes = zip(&many);
    assert!(told(&pair, &bytes).contains("holds 65535 files"), "{}", told(&pair, &bytes));
    let end = bytes.split_off(bytes.len() - 22);
    let place = (bytes.len() as u64).to_le_bytes();
    let count = 65_536_u64.to_le_bytes();
    let number = |at: usize| u64::from(u32::from_le_bytes(end[at..at + 4].try_into().expect("four"))).to_le_bytes();
    bytes.extend([b"PK\x06\x06".as_slice(), &44_u64.to_le_bytes(), &[45, 0, 45, 0], &[0; 8], &count, &count].concat());
    bytes.extend([number(12), number(16)].concat());
    bytes.extend([b"PK\x06\x07".as_slice(), &[0; 4], &place, &[1, 0, 0, 0], &end].concat());
    assert!(told(&pair, &bytes).contains("holds 65536 files"), "{}", told(&pair, &bytes));
}

#[test]
fn no_byte_of_a_zip_can_change_unseen() {
    let pair = pair();
    for whole in [zip(&items(&pair)), fs::read(&pair.zip).expect("a file")] {
        for at in (0..whole.len()).step_by(5) {
            let mut flipped = whole.clone();
            flipped[at] ^= 0x21;
            let path = pair.zip.with_file_name("flipped.zip");
            fs::write(&path, &flipped).expect("written");
            // Times and the programs that wrote it may be others: that is what packing again changes.
            if let Ok(Examination { defects, bag: Some(bag) }) = Examination::of(&path)
                && defects.is_empty()
            {
                assert_eq!(bag.id(), pair.id, "byte {at}");
            }
            fs::write(&path, &whole[..at]).expect("written");
            assert!(matches!(Bag::open(&path), Err(BagError::NoBag { .. })), "cut off at {at}");
        }
    }
}

#[test]
fn a_folder_is_held_to_the_same() {
    let pair = pair();
    let file = |name: &str| pair.folder.join(name);
    let restored = |path: &Path, change: &dyn Fn(&Path)| {
        let bytes = fs::read(path).expect("a file");
        change(path);
        let told = defects(&pair.folder);
        fs::write(path, bytes).expect("written");
        told
    };
    let names = ["bundle.json", "inputs/roster-1.csv", "outputs/empty.txt", "records/crm-1.ndjson"];
    for name in names.map(|name| format!("data/{name}")) {
        let path = file(&name);
        let changed = restored(&path, &|path| {
            let mut bytes = fs::read(path).expect("a file");
            bytes.push(b'\n');
            fs::write(path, bytes).expect("written");
        });
        assert!(changed.iter().any(|line| line.starts_with(&format!("changed {name} (manifest "))), "{changed:?}");
        let missing = restored(&path, &|path| fs::remove_file(path).expect("removed"));
        assert!(missing.contains(&format!("missing {name}")), "{missing:?}");
        let copy = path.with_extension("copy");
        fs::copy(&path, &copy).expect("copied");
        let doubled = defects(&pair.folder);
        assert!(doubled[0].starts_with("malformed bag-info.txt") || doubled.len() == 2, "{doubled:?}");
        assert!(doubled.iter().any(|line| line.starts_with("not in the manifest data/")), "{doubled:?}");
        fs::rename(&copy, &path).expect("renamed");
    }
    for name in ["bagit.txt", "bag-info.txt", "VERIFY.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"] {
        let changed = restored(&file(name), &|path| fs::write(path, "other\n").expect("written"));
        assert!(changed.iter().any(|line| line.contains(name)), "{name}: {changed:?}");
        let missing = restored(&file(name), &|path| fs::remove_file(path).expect("removed"));
        assert!(missing.iter().any(|line| *line == format!("missing {name}")), "{name}: {missing:?}");
    }
    assert_eq!(defects(&pair.folder), [""; 0], "all is as it was");
    #[cfg(unix)]
    {
        let (roster, elsewhere) = (file("data/inputs/roster-1.csv"), pair.folder.with_file_name("elsewhere.csv"));
        fs::rename(&roster, &elsewhere).expect("renamed");
        std::os::unix::fs::symlink(&elsewhere, &roster).expect("linked");
        let told = defects(&pair.folder);
        assert!(told.iter().any(|line| line.contains("roster-1.csv: it is no file but a link")), "{told:?}");
    }
}
