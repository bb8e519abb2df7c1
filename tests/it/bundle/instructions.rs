//! `VERIFY.txt` in a bundle: every command in it does what it says.

use std::fs;
use std::path::Path;

use super::kit::{PRINCIPAL, Room, has, shell};

/// What only other systems have, and what isn't a command.
const ELSEWHERE: [&str; 12] = [
    "Expand-Archive",
    "cd unpacked\\*",
    "foreach",
    "(Get-",
    "cmd /c",
    "macOS ",
    "PowerShell ",
    "manifest-sha256.txt ",
    "tagmanifest-sha256.txt ",
    "signatures/ ",
    "iam@example.com ",
    " ",
];

/// The commands for Linux, in their order.
fn commands(text: &str) -> Vec<String> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("    "));
    let here = lines.filter(|line| !ELSEWHERE.iter().any(|start| line.starts_with(start)));
    here.map(|line| line.strip_prefix("Linux         ").unwrap_or(line).to_owned()).collect()
}

/// Runs a command, if what it needs is here.
#[track_caller]
fn run(folder: &Path, command: &str) -> Option<String> {
    let program = command.trim_start_matches("TZ=UTC ").split(' ').next().expect("a program");
    if !has(program) || command.contains("bagit") && !shell(folder, "python3 -c 'import bagit'").0 {
        return None;
    }
    let (good, said) = shell(folder, command);
    assert!(good, "{command}: {said}");
    Some(said)
}

#[test]
fn every_command_of_the_instructions_does_what_they_say() {
    let room = Room::new();
    if room.key("iam", "ed25519", PRINCIPAL, "").is_none() || !has("unzip") {
        return;
    }
    room.bundle("2026-Q4.zip", 4, None);
    room.sign("2026-Q4.zip", "iam").is(0, &[]);
    let (mut folder, mut said) = (room.path().to_owned(), Vec::new());
    let text = include_str!("../../../src/bag/VERIFY.txt");
    for command in commands(text) {
        // Those of headcount are tested elsewhere, and those of the time stamp in `time`.
        if command.starts_with("headcount ") || command.starts_with("openssl ") || command.starts_with("date ") {
            continue;
        }
        if command == "cd unpacked/*" {
            folder = room.file("unpacked/2026-Q4");
            continue;
        }
        let signers = room.file("signers").display().to_string();
        let command = command.replace("BUNDLE.zip", "2026-Q4.zip").replace("SIGNATURE", "iam-example-com");
        let command =
            command.replace("-f SIGNERS", &format!("-f {signers}")).replace("-I WHO", &format!("-I {PRINCIPAL}"));
        said.push((command.clone(), run(&folder, &command).unwrap_or_default()));
    }
    let told = |start: &str| {
        let found = said.iter().find(|(command, _)| command.starts_with(start));
        found.unwrap_or_else(|| panic!("no {start} in {said:?}")).1.trim().to_owned()
    };
    assert_eq!(fs::read_to_string(folder.join("VERIFY.txt")).expect("there"), text);
    if has("sha256sum") {
        assert!(told("sha256sum --strict -c tag").contains("manifest-sha256.txt: OK"), "{said:?}");
        assert_eq!(told("sha256sum --strict --quiet"), "");
        let id = told("sha256sum tagmanifest");
        room.run(["verify", "2026-Q4.zip", "--id", id.split(' ').next().expect("a hash")]).is(0, &["as it should be"]);
        let report = fs::read_to_string(folder.join("data/outputs/report.json")).expect("a report");
        let hashes = told("sha256sum data/records");
        let hashes: Vec<_> = hashes.lines().filter_map(|line| line.split(' ').next()).collect();
        assert!(hashes.len() == 3 && hashes.iter().all(|hash| report.contains(hash)), "{hashes:?}");
    }
    assert_eq!(told("find data"), told("grep -c"));
    assert!(told("TZ=UTC ssh-keygen").contains("Good \"headcount-bundle\" signature for iam@example.com"));
    // The same commands name what was altered.
    fs::write(folder.join("data/inputs/roster-1.csv"), "other").expect("written");
    if has("sha256sum") {
        let (good, said) = shell(&folder, "sha256sum --strict --quiet -c manifest-sha256.txt");
        assert!(!good && said.contains("data/inputs/roster-1.csv: FAILED"), "{said}");
    }
}
