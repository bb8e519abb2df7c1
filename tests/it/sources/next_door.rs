//! What the scripts of `examples/sources` print, as `examples/sources/test/run.sh` has recorded it from the systems that Debian
//! packages, with made-up people; and the configuration beside them.

use std::fs;
use std::path::{Path, PathBuf};

use headcount::config::Config;

use crate::support::source::{Fetched, Folder};

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn recorded(system: &str) -> String {
    let path = project("tests/it/sources/next_door").join(format!("{system}.ndjson"));
    fs::read_to_string(path).expect("a recording")
}

/// As the script printed it, with the exit status that it had.
async fn fetch(system: &str, status: u8) -> Fetched {
    let kit = Folder::new().with("recorded", recorded(system));
    let command = format!("command = [\"sh\", \"-c\", \"cat recorded; exit {status}\"]");
    kit.fetch(&format!("vendor = \"command\"\n{command}")).await
}

#[tokio::test]
async fn every_list_is_read_whole() {
    for (system, accounts) in [
        ("dovecot", 2),
        ("ejabberd", 2),
        ("kamailio", 2),
        ("ldap", 2),
        ("mariadb", 4),
        ("postgresql", 3),
        ("prosody", 2),
        ("samba", 2),
        ("unix", 2),
    ] {
        let fetched = fetch(system, 0).await;
        assert_eq!((fetched.status(), fetched.error()), ("complete", ""), "{system}");
        assert_eq!(
            (fetched.certificate.distinct, fetched.certificate.declared),
            (accounts, Some(accounts)),
            "{system}"
        );
        assert!(fetched.certificate.warnings.is_empty(), "{system}: {:?}", fetched.certificate.warnings);
        assert!(fetched.accounts.iter().all(|account| account.username.present().is_some()), "{system}");
    }
}

#[tokio::test]
async fn states_and_last_logins_are_those_of_the_system() {
    for (system, states) in [
        ("mariadb", "active inactive inactive active"),
        ("postgresql", "active active inactive"),
        ("samba", "active inactive"),
        ("unix", "active inactive"),
    ] {
        let fetched = fetch(system, 0).await;
        let found: Vec<_> = fetched.accounts.iter().filter_map(|a| Some(a.status.known()?.as_str())).collect();
        assert_eq!(found.join(" "), states, "{system}");
    }
    let last: Vec<_> =
        fetch("ejabberd", 0).await.accounts.iter().map(|a| a.last_login_at.present().is_some()).collect();
    assert_eq!(last, [true, false], "who has only been registered has never logged in");
}

/// The server's limit lets one account through and ends the search with 4.
#[tokio::test]
async fn a_directory_list_that_was_cut_is_incomplete() {
    let fetched = fetch("ldap-cut", 4).await;
    assert_eq!((fetched.status(), fetched.certificate.distinct), ("incomplete", 1));
    assert!(fetched.error().contains("exit status 4"), "{}", fetched.error());
}

#[test]
fn the_configuration_beside_the_scripts_is_right() {
    let path = project("examples/sources/sources.toml");
    let config = Config::load(&path).expect("a configuration");
    let scripts = fs::read_dir(project("examples/sources")).expect("a folder").filter_map(|entry| {
        entry
            .ok()?
            .file_name()
            .into_string()
            .ok()
            .filter(|name| Path::new(name).extension().is_some_and(|kind| kind == "sh"))
    });
    let text = fs::read_to_string(&path).expect("text");
    for script in scripts {
        assert!(text.contains(&format!("./{script}")), "{script} has no source");
    }
    assert!(config.sources.len() > 10);
}
