//! A bundle that somebody has unpacked and packed again, or added a signature to, with whatever program is at hand.

use std::fs;

use super::kit::{PRINCIPAL, Room, has, tool};

/// A program, how it packs the folder `q` into `packed.zip`, and how it adds the folder of signatures to `q.zip`.
type Packer = (&'static str, &'static [&'static str], Option<&'static [&'static str]>);

const PACKERS: [Packer; 5] = [
    ("zip", &["zip", "-q", "-r", "packed.zip", "q"], Some(&["zip", "-q", "-r", "q.zip", "q/signatures"])),
    ("7z", &["7z", "a", "-bd", "packed.zip", "q"], Some(&["7z", "a", "-bd", "q.zip", "q/signatures"])),
    ("bsdtar", &["bsdtar", "-a", "-c", "-f", "packed.zip", "q"], None),
    ("jar", &["jar", "cMf", "packed.zip", "q"], Some(&["jar", "uMf", "q.zip", "q/signatures"])),
    (
        "python3",
        &["python3", "-c", "import shutil; shutil.make_archive('packed', 'zip', '.', 'q')"],
        Some(&["python3", "-m", "zipfile", "-c", "packed.zip", "q"]),
    ),
];

fn signed(room: &Room) -> Option<()> {
    room.key("iam", "ed25519", PRINCIPAL, "")?;
    room.bundle("q", 4, None);
    room.bundle("q.zip", 4, None);
    room.sign("q", "iam").is(0, &[]);
    Some(())
}

#[test]
fn any_archiver_may_pack_it_again() {
    let room = Room::new();
    if signed(&room).is_none() {
        return;
    }
    for (program, pack, _) in PACKERS {
        if has(program) {
            fs::remove_file(room.file("packed.zip")).ok();
            tool(room.path(), pack);
            let did = room.verify("packed.zip");
            assert_eq!(did.code, 0, "{program}: {}{}", did.stdout, did.stderr);
            did.is(0, &["verified", "by iam@example.com"]);
        }
    }
}

#[test]
fn any_archiver_may_add_a_signature() {
    for (program, _, add) in PACKERS {
        let room = Room::new();
        let Some(add) = add.filter(|_| has(program)) else { continue };
        if signed(&room).is_none() {
            return;
        }
        tool(room.path(), add);
        let file = if add.contains(&"q.zip") { "q.zip" } else { "packed.zip" };
        room.verify(file).is(0, &["verified", "by iam@example.com"]);
        // And headcount one more.
        room.run(["sign", file, "--key", "iam", "--as", "second@example.com"]).is(0, &[]);
        room.verify(file).is(0, &["signatures/second-example-com.sig"]);
        if has("unzip") {
            tool(room.path(), ["unzip", "-q", "-t", file]);
        }
    }
}

/// In whichever zone and whatever language.
#[test]
fn times_and_names_survive_every_zone() {
    let room = Room::new();
    if signed(&room).is_none() || !has("unzip") || !has("python3") {
        return;
    }
    room.sign("q.zip", "iam").is(0, &[]);
    for (unpacks, packs) in [("Pacific/Kiritimati", "Etc/GMT+12"), ("Etc/GMT+12", "Pacific/Kiritimati")] {
        fs::remove_dir_all(room.file("out")).ok();
        tool(room.path(), ["env", "LC_ALL=C", &format!("TZ={unpacks}"), "unzip", "-q", "q.zip", "-d", "out"]);
        fs::remove_file(room.file("out/q/../packed.zip")).ok();
        let pack = ["env", "LC_ALL=C", &format!("TZ={packs}"), "python3", "-m", "zipfile", "-c", "packed.zip", "q"];
        tool(&room.file("out"), pack);
        room.verify("out/packed.zip").is(0, &["verified"]);
    }
}
