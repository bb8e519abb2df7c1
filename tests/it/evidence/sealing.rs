//! A bundle appears whole or not at all, for nobody else to read, and no secret is in it.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use headcount::bag::Bag;

use crate::support::process::{NOW, headcount, spawnable};
use crate::support::snapshot::names;
use crate::support::tenant::Tenant;

#[test]
fn no_secret_is_in_a_bundle_wherever_it_is_kept() {
    let tenant = Tenant::new(200, 6);
    let bundle = tenant.kit.path().join("q.zip");
    let config = fs::read_to_string(tenant.config()).expect("a configuration");
    let key = config.lines().find(|line| line.starts_with("api_key = \"file:")).expect("a key in a file").to_owned();
    fs::write(tenant.config(), config.replacen(&key, "api_key = \"env:A_KEY\"", 1)).expect("written");
    let file = key.trim_start_matches("api_key = \"file:").trim_end_matches('"');
    let secret = fs::read_to_string(tenant.kit.path().join(file)).expect("a secret");
    headcount()
        .env("A_KEY", secret.trim())
        .args(["audit", "-q", "--as-of", NOW, "-c"])
        .arg(tenant.config())
        .arg("--out")
        .arg(tenant.kit.path().join("out"))
        .arg("--bundle")
        .arg(&bundle)
        .assert()
        .code(0);
    assert_eq!(fs::metadata(&bundle).expect("there").permissions().mode() & 0o777, 0o600);
    let mut secrets = Vec::new();
    for file in names(&tenant.kit.path().join("secrets")) {
        secrets.push(
            fs::read_to_string(tenant.kit.path().join("secrets").join(file)).expect("a secret").trim().to_owned(),
        );
    }
    let credentials = fs::read(tenant.kit.path().join("voximplant-credentials.json")).expect("credentials");
    let credentials: serde_json::Value = serde_json::from_slice(&credentials).expect("JSON");
    let private_key = credentials["private_key"].as_str().expect("a key");
    secrets.extend(private_key.lines().filter(|line| !line.starts_with("-----")).map(str::to_owned));
    // A client's public name is no secret, but none of these is one.
    secrets.retain(|secret| secret.len() > 20 && !secret.starts_with("headcount-"));
    assert!(secrets.len() > 10 && secrets.contains(&secret.trim().to_owned()), "{}", secrets.len());
    let bag = Bag::open(&bundle).expect("a bundle");
    for name in bag.names() {
        let text = bag.read_all(name, 1 << 30).expect("read");
        let text = String::from_utf8_lossy(&text);
        for secret in &secrets {
            assert!(!text.contains(secret.as_str()), "{name}");
        }
    }
}

/// An organisation with one export of this many rows.
fn export(folder: &Path, rows: usize) {
    let mut people = "id,email,note\n".to_owned();
    for row in 0..rows {
        let noise = (row as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        writeln!(people, "{row},person{row}@example.com,{noise:064b}").expect("text");
    }
    for (name, text) in [
        ("crm.csv", people.as_str()),
        ("hr.csv", "Employee ID,Email\nE-1,person1@example.com\n"),
        (
            "headcount.toml",
            "[hr]\nfile = \"hr.csv\"\n[gate]\nfail_on = []\n[[source]]\nname = \"crm\"\nvendor = \"file\"\nfile = \"crm.csv\"\n",
        ),
    ] {
        fs::write(folder.join(name), text).expect("written");
    }
}

#[test]
fn a_bundle_with_several_hr_files_agrees_with_its_report() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in [
        ("zz.csv", "Employee ID,Email\nE-1,ada@example.com\n"),
        ("aa.csv", "Employee ID,Email\nE-2,bob@example.com\n"),
        ("crm.csv", "id,email\n1,ada@example.com\n2,bob@example.com\n"),
        (
            "headcount.toml",
            "[hr]\nfile = [\"zz.csv\", \"aa.csv\"]\n[gate]\nfail_on = []\n[[source]]\nname = \"crm\"\nvendor = \"file\"\nfile = \"crm.csv\"\n",
        ),
    ] {
        fs::write(folder.path().join(name), text).expect("written");
    }
    let run = |arguments: &[&str]| headcount().current_dir(folder.path()).args(arguments).assert();
    run(&["audit", "-q", "--out", "-", "--format", "csv", "--bundle", "q.zip"]).code(0);
    assert!(!folder.path().join("headcount-out").exists(), "nothing but the bundle");
    let verified = run(&["bundle", "verify", "q.zip"]).code(3);
    let said = String::from_utf8_lossy(&verified.get_output().stdout).into_owned();
    assert!(said.contains("its files agree with each other"), "{said}");
    let replayed = run(&["bundle", "replay", "q.zip"]).code(0);
    let said = String::from_utf8_lossy(&replayed.get_output().stdout).into_owned();
    assert!(said.contains("identical     outputs/findings.csv") && said.contains("outputs/report.json"), "{said}");
}

#[test]
fn an_interruption_while_sealing_leaves_no_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("bundles");
    fs::create_dir(&place).expect("made");
    export(folder.path(), 60_000);
    let mut audit = spawnable()
        .current_dir(folder.path())
        .args(["audit", "-q", "--format", "csv", "--bundle", "bundles/q.zip"])
        .spawn()
        .expect("started");
    let has_begun = || names(&place).iter().any(|name| name.starts_with(".headcount-"));
    // It is tried once before anything is fetched; what stays longer is the sealing.
    while audit.try_wait().expect("known").is_none() {
        if has_begun() && folder.path().join("headcount-out/findings.csv").exists() {
            break;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    std::process::Command::new("kill").args(["-INT", &audit.id().to_string()]).status().expect("signalled");
    assert_eq!(audit.wait().expect("ended").code(), Some(130), "interrupted in the middle");
    assert_eq!(names(&place), [""; 0]);
}

#[cfg(target_os = "linux")]
mod disk {
    use super::*;
    use crate::support::process::{alone_within, code_and_words, skipped};

    const DISK: &str = "HEADCOUNT_TEST_DISK";

    #[test]
    fn a_full_disk_leaves_no_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let mount = r#"mount -t tmpfs -o size=256k none "$HEADCOUNT_TEST_DISK" || exit 77; exec "$@""#;
        let script = format!("exec unshare --map-root-user --mount sh -c '{mount}' sh \"$@\"");
        let mut alone = alone_within(&script, "evidence::sealing::disk::on_a_tiny_disk");
        match code_and_words(&alone.env(DISK, folder.path()).output().expect("started")) {
            (0, words) => assert!(words.contains("1 passed"), "{words}"),
            (code, words) => {
                assert!(code == 77 || words.contains("unshare"), "{words}");
                skipped("no disk can be mounted here");
            }
        }
    }

    #[test]
    #[ignore = "runs inside a namespace with a tiny disk"]
    fn on_a_tiny_disk() {
        let disk = std::path::PathBuf::from(std::env::var_os(DISK).expect("a disk"));
        let folder = tempfile::tempdir().expect("a folder");
        export(folder.path(), 5_000);
        let audit = headcount()
            .current_dir(folder.path())
            .args(["audit", "--format", "csv", "--bundle"])
            .arg(disk.join("q.zip"))
            .assert()
            .code(4);
        let said = String::from_utf8_lossy(&audit.get_output().stderr).into_owned();
        assert!(said.contains("there is no bundle: can't write") && said.contains("nothing was left"), "{said}");
        assert_eq!(names(&disk), [""; 0]);
        assert!(folder.path().join("headcount-out/findings.csv").exists(), "the reports are there");
    }
}
