//! The small commands, as a new user meets them.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use assert_cmd::Command;
use headcount::config::Config;
use headcount::render::Format;
use headcount::vendor;

use crate::support::process::{headcount, spawnable};
use crate::support::tenant::read_report;

fn stdout(command: &mut Command) -> String {
    let output = command.output().expect("ran");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn init_writes_a_configuration_that_can_be_read_and_never_overwrites_one() {
    let folder = tempfile::tempdir().expect("folder");
    let init = || {
        let mut command = headcount();
        command.current_dir(folder.path()).arg("init");
        command
    };
    init().assert().code(0);
    let path = folder.path().join("headcount.toml");
    let config = Config::load(&path).expect("a good configuration");
    let kinds: Vec<&str> = config.sources.iter().map(|source| source.vendor.kind).collect();
    assert_eq!(kinds, vendor::kinds());
    let before = std::fs::read_to_string(&path).expect("text");
    init().args(["--vendor", "voiso"]).assert().code(2);
    assert_eq!(std::fs::read_to_string(&path).expect("text"), before);
}

#[test]
fn init_takes_each_vendor_alone() {
    let folder = tempfile::tempdir().expect("folder");
    for kind in vendor::kinds() {
        let path = folder.path().join(format!("{kind}.toml"));
        headcount().args(["init", "--vendor", kind, "--out"]).arg(&path).assert().code(0);
        let config = Config::load(&path).expect("a good configuration");
        assert_eq!(config.sources.iter().map(|source| source.vendor.kind).collect::<Vec<_>>(), [kind]);
    }
}

#[test]
fn the_quick_start_finds_what_its_readme_says() {
    let out = tempfile::tempdir().expect("folder");
    let mut audit = headcount();
    audit.args(["audit", "-c", "examples/quickstart/headcount.toml", "--as-of", "2026-11-29", "--out"]).arg(out.path());
    audit.assert().code(1);
    let report = read_report(out.path());
    let said = std::fs::read_to_string("examples/quickstart/README.md").expect("a README");
    let found: Vec<(String, String)> = report
        .findings
        .iter()
        .map(|finding| finding.expect("readable"))
        .filter_map(|finding| Some((finding.rule, finding.subject.account_id?)))
        .collect();
    for (account, rule) in [("c-3", "leaver-active"), ("c-3", "leaver-login"), ("c-4", "orphaned"), ("201", "inactive")]
    {
        let line = said.split("\n- ").find(|line| line.starts_with(&format!("`{account}`"))).expect("a line about it");
        assert!(line.contains(&format!("`{rule}`")), "{account}: {line}");
        assert!(found.contains(&(rule.to_owned(), account.to_owned())), "{account} {rule}: {found:?}");
    }
    assert!(said.contains("`202`") && !found.iter().any(|(_, account)| account == "202"), "{found:?}");
}

/// What a command says last, and how it ended.
fn last_line(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().expect("ran");
    let said = String::from_utf8(output.stderr).expect("text");
    (output.status.code(), said.lines().last().unwrap_or_default().to_owned())
}

#[test]
fn the_last_line_of_each_exit_is_its_cure() {
    let folder = tempfile::tempdir().expect("folder");
    let file = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    file("hr.csv", "Employee ID,Work Email,Status\nE-1,ann@example.com,Active\n");
    file("desk.csv", "id,email,status\n1,ann@example.com,active\n2,bo@example.com,active\n");
    let source = |file: &str| format!("[[source]]\nname = \"desk\"\nvendor = \"file\"\nfile = \"{file}\"\n");
    let gate = "[hr]\nfile = \"hr.csv\"\n[gate]\nfail_on = [\"orphaned\"]\n";
    file("fails.toml", &format!("{gate}{}", source("desk.csv")));
    file("unseen.toml", &format!("{gate}{}", source("gone.csv")));
    file("misspelt.toml", &format!("{gate}{}", source("desk.csv").replace("file =", "flie =")));
    let audit = |config: &str, more: &[&str]| {
        let mut audit = headcount();
        audit
            .current_dir(folder.path())
            .args(["audit", "-c", config, "--out", config.trim_end_matches(".toml")])
            .args(more);
        audit
    };
    let said = last_line(&mut audit("fails.toml", &[]));
    assert!(said.0 == Some(1) && said.1.starts_with("To do for orphaned: "), "{said:?}");
    let said = last_line(&mut audit("misspelt.toml", &[]));
    assert!(said.0 == Some(2) && said.1.contains("To do: fix the mistake"), "{said:?}");
    let said = last_line(&mut audit("unseen.toml", &[]));
    assert!(said.0 == Some(3) && said.1.starts_with("To do for desk"), "{said:?}");
    std::fs::remove_file(folder.path().join("fails/report.html")).expect("a report");
    std::fs::create_dir_all(folder.path().join("fails/report.html/inside")).expect("a folder in the way");
    let said = last_line(&mut audit("fails.toml", &["--exit-zero"]));
    assert!(said.0 == Some(4) && said.1.starts_with("To do for the reports: "), "{said:?}");
}

#[test]
fn what_was_not_seen_is_no_nought_on_the_terminal() {
    let folder = tempfile::tempdir().expect("folder");
    let file = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    file("hr.csv", "Employee ID,Work Email,Status\nE-1,ann@example.com,Active\n");
    file("desk.csv", "id,email,status\n1,ann@example.com,active\n2,bo@example.com,active\n");
    let source = |name: &str| format!("[[source]]\nname = \"{name}\"\nvendor = \"file\"\nfile = \"{name}.csv\"\n");
    file("headcount.toml", &format!("[hr]\nfile = \"hr.csv\"\n{}{}", source("desk"), source("gone")));
    let output = headcount().current_dir(folder.path()).args(["audit", "--fail-on", "locked"]).output().expect("ran");
    let said = String::from_utf8(output.stderr).expect("text");
    let row = |name: &str| -> Vec<&str> {
        let row = said.lines().find(|line| line.split_whitespace().next() == Some(name)).expect("a row");
        row.split_whitespace().skip(1).collect()
    };
    assert_eq!(row("desk"), ["complete", "2", "50", "%", "-", "1", "-", "-", "-"], "{said}");
    assert_eq!(row("gone"), ["failed", "?", "-", "1+", "?", "?", "?", "?"], "{said}");
    assert_eq!(row("all").first(), Some(&"2+"), "{said}");
    assert!(said.contains("? can't be known, and + may be more"), "{said}");
}

#[test]
fn the_demo_shows_every_format() {
    let out = tempfile::tempdir().expect("folder");
    let formats: Vec<_> = Format::ALL.into_iter().filter(|format| format.file_name().is_some()).collect();
    let list = formats.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    headcount().args(["demo", "-q", "--accounts", "600", "--format", &list, "--out"]).arg(out.path()).assert().code(1);
    for format in formats {
        assert!(out.path().join(format.file_name().expect("a file")).exists(), "{format}");
    }
}

#[test]
fn a_quiet_audit_still_says_why_it_failed() {
    let out = tempfile::tempdir().expect("folder");
    let mut audit = headcount();
    audit
        .args(["audit", "-q", "-c", "examples/quickstart/headcount.toml", "--as-of", "2026-11-29", "--out"])
        .arg(out.path());
    let output = audit.output().expect("ran");
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(said.starts_with("Gate: failed\n  - ") && said.contains("\nTo do for "), "{said}");
}

#[test]
fn rules_are_listed_and_explained() {
    let list = stdout(headcount().args(["rules", "list"]));
    assert!(list.contains("orphaned") && list.contains("stale-login"), "{list}");
    let shown = stdout(headcount().args(["rules", "show", "stale-login"]));
    assert!(shown.contains("max_idle_days") && shown.contains("PCI-DSS"), "{shown}");
    headcount().args(["rules", "show", "stale-logn"]).assert().code(2);
}

#[test]
fn completions_and_manual_are_printed() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(stdout(headcount().args(["completions", shell])).contains("headcount"), "{shell}");
    }
    assert!(stdout(headcount().arg("man")).starts_with(".ie") || stdout(headcount().arg("man")).contains(".TH"));
    let folder = tempfile::tempdir().expect("folder");
    headcount().args(["man", "--out"]).arg(folder.path().join("man1")).assert().code(0);
    for page in ["headcount.1", "headcount-audit.1", "headcount-rules-show.1"] {
        let text = std::fs::read_to_string(folder.path().join("man1").join(page)).expect(page);
        assert!(text.contains(".TH") && text.contains(env!("CARGO_PKG_VERSION")), "{page}");
    }
}

#[test]
fn the_version_names_the_commit_only_if_the_build_was_told() {
    let commit = option_env!("HEADCOUNT_COMMIT").map(|commit| format!(" ({})", &commit[..12])).unwrap_or_default();
    let version = format!("headcount {}{commit}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(stdout(headcount().arg("--version")), version);
    assert_eq!(stdout(headcount().args(["audit", "--version"])), version.replace("headcount ", "headcount-audit "));
}

#[test]
fn wrong_command_lines_exit_with_2() {
    headcount().arg("adit").assert().code(2);
    headcount().args(["audit", "--fail-on", "severity:hihg"]).assert().code(2);
    headcount().args(["audit", "--as-of", "yesterday"]).assert().code(2);
    headcount().args(["simulate", "--listen", "0.0.0.0:8700"]).assert().code(2);
    headcount().args(["simulate", "--fault", "unavailible=0.1"]).assert().code(2);
}

/// The simulators as a process of their own, ended when the test ends.
struct Served(std::process::Child);

impl Drop for Served {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn serve(out: &Path) -> Served {
    let child = spawnable()
        .args(["simulate", "--listen", "127.0.0.1:0", "--accounts", "600", "--out"])
        .arg(out)
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    let mut served = Served(child);
    let talk = BufReader::new(served.0.stderr.take().expect("stderr"));
    let ready = talk.lines().map_while(Result::ok).any(|line| line.contains("Ctrl-C"));
    assert!(ready, "the simulators did not start");
    served
}

#[test]
fn simulate_writes_what_sources_and_audit_need() {
    let folder = tempfile::tempdir().expect("folder");
    let served = serve(folder.path());
    let config = folder.path().join("headcount.toml");
    let sources = headcount::simulate::Vendor::ALL.len() + 1;
    let listed = stdout(headcount().args(["sources", "-c"]).arg(&config));
    assert_eq!(listed.lines().count(), sources, "{listed}");
    let checked = stdout(headcount().args(["sources", "--check", "-c"]).arg(&config));
    assert_eq!(checked.lines().filter(|line| line.ends_with(" ok")).count(), sources, "{checked}");
    let report = headcount().args(["audit", "-q", "--format", "json", "--out", "-", "-c"]).arg(&config).output();
    let report: headcount::report::Report =
        serde_json::from_slice(&report.expect("ran").stdout).expect("the report on standard output");
    assert_eq!(report.sources.len(), sources);
    drop(served);
    headcount().args(["sources", "--check", "-c"]).arg(&config).assert().code(3);
}

#[test]
fn shells_complete_formats_rules_and_demands() {
    // The scripts of the others complete no values at all.
    for shell in ["bash", "zsh", "fish"] {
        let script = stdout(headcount().args(["completions", shell]));
        for word in ["members-csv", "severity:critical", "not-evaluable", "leaver-active"] {
            let words = [word.to_owned(), word.replace(':', "\\:")];
            assert!(words.iter().any(|word| script.contains(word)), "{shell}: {word}");
        }
    }
    let said = |args: &[&str]| {
        let output = headcount().args(args).output().expect("ran");
        (output.status.code(), String::from_utf8(output.stderr).expect("text"))
    };
    let (code, words) = said(&["audit", "--format", "htlm"]);
    assert!(code == Some(2) && words.contains("did you mean `html`?"), "{words}");
    let (code, words) = said(&["audit", "--fail-on", "severity:worst"]);
    assert!(code == Some(2) && words.contains("unknown severity"), "{words}");
    let (code, words) = said(&["audit", "-c", "no-such-file.toml", "--fail-on", "our-own-rule>3,locked"]);
    assert!(code == Some(2) && words.contains("no-such-file.toml") && !words.contains("our-own-rule"), "{words}");
}

#[test]
fn manual_pages_refer_to_pages_that_are_there() {
    let folder = tempfile::tempdir().expect("folder");
    headcount().args(["man", "--out"]).arg(folder.path()).assert().code(0);
    let mut pages = 0;
    for entry in std::fs::read_dir(folder.path()).expect("a folder") {
        let path = entry.expect("a page").path();
        let page = std::fs::read_to_string(&path).expect("text");
        let title = page.lines().find_map(|line| line.strip_prefix(".TH ")).expect("a title");
        let name = path.file_stem().expect("a name").to_string_lossy().to_uppercase();
        assert!(title.starts_with(&format!("{name} 1 2")), "a title as the file is called, and a day: {title}");
        for (before, _) in page.match_indices("(1)").map(|(at, _)| page.split_at(at)) {
            let page = before.rsplit(|c: char| c.is_whitespace()).next().expect("a word").replace("\\-", "-");
            assert!(folder.path().join(format!("{page}.1")).is_file(), "{}: {page}", path.display());
        }
        for line in page.lines().filter(|line| !line.starts_with(['.', '\''])) {
            assert!(line.len() <= 90 && line == line.trim_end(), "{}: {line}", path.display());
        }
        pages += 1;
    }
    assert!(pages > 20, "a page for each command");
}
