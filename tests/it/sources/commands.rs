//! `vendor = "command"`, with real processes.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

use crate::support::process::headcount;
use crate::support::source::Folder;

/// A folder with a shell script in it.
fn script(body: &str) -> Folder {
    let kit = Folder::new().with("export", format!("#!/bin/sh\n{body}\n"));
    let path = kit.path().join("export");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("executable");
    kit
}

const EXPORT: &str = "vendor = \"command\"\ncommand = [\"./export\", \"--all\", \"two words; $HOME\"]";

#[tokio::test]
async fn a_program_that_prints_accounts() {
    let kit = script(
        r#"cat rest.ndjson
printf '{"id":"c","email":"%s|%s"}\n' "$1" "$2"
echo '{"total": 3}'"#,
    )
    .with(
        "rest.ndjson",
        "{\"id\":1,\"email\":null,\"status\":\"active\",\"last_login_at\":null,\"shoe_size\":43}\n\n{\"id\":\"b\",\"status\":\"disabled\"}\n",
    );
    let fetched = kit.fetch(EXPORT).await;
    assert_eq!((fetched.status(), fetched.error()), ("complete", ""));
    assert_eq!(
        fetched.lines(),
        [
            "1 Some(None) Some(Active) Some(None)",
            "b None Some(Inactive) None",
            "c Some(Some(\"--all|two words; $HOME\")) None None"
        ]
    );
    assert_eq!(fetched.certificate.declared, Some(3));
}

#[tokio::test]
async fn what_a_program_gets_wrong_is_named() {
    for (body, status, message) in [
        ("echo '{\"id\":1}'; exit 3", "incomplete", "./export ended with exit status 3"),
        ("exit 3", "failed", "./export ended with exit status 3"),
        ("echo '{\"id\":1}'; kill -9 $$", "incomplete", "signal: 9"),
        ("echo '{\"id\":1}'; echo '{\"total\":2}'", "incomplete", "./export declares 2 rows, and 1 arrived"),
        ("echo '{\"total\":1}'; echo '{\"id\":1}'", "failed", "./export prints line 2 after its last line"),
        ("echo '{\"id\":1}'; echo oops", "incomplete", "./export:2:1: not JSON"),
        ("echo '{\"id\":1}'; echo '{\"name\":\"x\"}'", "incomplete", "./export:2: no id; every line needs one"),
        ("echo '{\"id\":1}'; echo '{\"id\":1}'", "incomplete", "./export:2: its id is that of an earlier row"),
        ("head -c 17000000 /dev/zero", "failed", "prints more than any list"),
    ] {
        let kit = script(&format!("echo >> runs; {body}"));
        let fetched = kit.fetch(EXPORT).await;
        assert_eq!(fs::read_to_string(kit.path().join("runs")).expect("a count"), "\n", "{body}");
        assert_eq!(fetched.status(), status, "{body}: {}", fetched.error());
        assert!(fetched.error().contains(message), "{body}: {}", fetched.error());
    }
    let fetched = Folder::new().fetch(EXPORT).await;
    assert!(fetched.error().contains("./export can't be started"), "{}", fetched.error());
}

#[tokio::test]
async fn an_empty_list_is_complete_when_the_program_ends_well() {
    let fetched = script("true").fetch(EXPORT).await;
    assert_eq!((fetched.status(), fetched.certificate.declared), ("complete", Some(0)));
}

fn is_running(pid: &str) -> bool {
    // A zombie has ended; it only waits for somebody to notice.
    fs::read_to_string(Path::new("/proc").join(pid).join("stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn its_time_ends_for_everything_that_it_started() {
    let kit = script("sleep 600 & echo $! > pid\necho '{\"id\":1}'\nwait");
    let fetched = kit.fetch(&format!("timeout = \"1s\"\n{EXPORT}")).await;
    assert_eq!(fetched.status(), "incomplete");
    assert!(fetched.error().contains("still running after 1s and was stopped"), "{}", fetched.error());
    let pid = fs::read_to_string(kit.path().join("pid")).expect("a pid");
    for _ in 0..50 {
        if !is_running(pid.trim()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{pid} is still running");
}

#[tokio::test]
async fn a_probe_needs_one_line_and_not_the_end() {
    for (body, ok) in
        [("echo '{\"id\":1}'; sleep 600", true), ("true", true), ("exit 1", false), ("echo no >&2; exit 2", false)]
    {
        let config = script(body);
        let parsed = config.source(EXPORT);
        let connector = parsed.connector().expect("a connector");
        assert_eq!(connector.probe().await.is_ok(), ok, "{body}");
    }
}

#[test]
fn its_messages_are_shown_without_their_power_over_the_terminal() {
    let shown = audited("printf 'page 1\\n\\033[31mpage 2\\n' >&2", &[]);
    assert!(shown.contains("page 1") && shown.contains("\\u{1b}[31mpage 2") && shown.contains("source=s"), "{shown}");
}

/// An office with that program.
fn office(body: &str) -> Folder {
    script(body)
        .with("hr.csv", "Employee ID,Email\nE-1,a@example.com\n")
        .with("headcount.toml", format!("[hr]\nfile = \"hr.csv\"\n[[source]]\nname = \"s\"\n{EXPORT}\n"))
}

fn audit(kit: &Folder, arguments: &[&str]) -> Output {
    let mut command = headcount();
    command.env("CRM_API_TOKEN", "crm-0123456789").env("CRM_SORT_KEY", "shoe_size");
    command.current_dir(kit.path()).arg("audit").args(arguments).output().expect("ran")
}

/// What a person sees of an audit of that program's accounts.
fn audited(body: &str, arguments: &[&str]) -> String {
    String::from_utf8(audit(&office(body), arguments).stderr).expect("text")
}

#[test]
fn its_messages_are_for_everybody_and_the_secrets_in_them_for_nobody() {
    let body = "echo \"can't use $CRM_API_TOKEN\" >&2; echo '{\"id\":1,\"email\":\"a@example.com\"}'";
    let shown = audited(body, &[]);
    assert!(shown.contains("WARN a message of the program source=s said=can't use [redacted]"), "{shown}");
    assert!(!shown.contains('\u{1b}'), "a pipe takes no colours: {shown}");
    for arguments in [&["-vvv"][..], &["-q"]] {
        assert!(!audited(body, arguments).contains("crm-0123456789"), "{arguments:?}");
    }
    assert!(!audited(body, &["-q"]).contains("can't use"));
}

#[test]
fn a_secret_that_it_prints_with_an_account_is_not_kept() {
    let kit = office(r#"echo '{"id":1,"display_name":"'"$CRM_API_TOKEN"'","shoe_size":43}'"#);
    assert_eq!(audit(&kit, &["--format", "json"]).status.code(), Some(1), "nobody owns it");
    let report = fs::read_to_string(kit.path().join("headcount-out/report.json")).expect("a report");
    assert!(report.contains("repeat a secret of ours in 1 place; it was taken out"), "{report}");
    assert!(report.contains("\"[redacted]\"") && !report.contains("crm-0123456789"), "{report}");
}

#[test]
fn a_flood_of_messages_is_cut_and_loses_no_account() {
    let body = "yes flood | head -n 20000 >&2; head -c 3000000 /dev/zero | tr '\\0' x >&2; echo '{\"id\":1}'";
    let shown = audited(body, &[]);
    assert_eq!(shown.matches("said=flood").count(), 1000);
    assert!(shown.contains("1 account from 1 source") && shown.len() < 200_000, "{} bytes", shown.len());
}

#[test]
fn a_command_is_a_list_that_names_a_program() {
    for (source, message) in [
        ("command = []", "names no program"),
        ("command = \"./export --all\"", "expected"),
        ("command = [\"x\"]\npage_size = 3", "`page_size` means nothing"),
        ("commnd = [\"x\"]", "did you mean `command`?"),
    ] {
        let mistakes = Folder::new().mistakes(&format!("vendor = \"command\"\n{source}"));
        assert!(mistakes.contains(message), "{source}: {mistakes}");
    }
}
