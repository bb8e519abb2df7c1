//! What `LibreOffice` and Gnumeric made of a packet that was filled in: the same decisions, whatever way it took.
//! `packaging/check/review.sh tests/fixtures/review` makes these files anew.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::support::process::headcount;

const FIXTURE: &str = "tests/fixtures/review";

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("there") {
        let path = entry.expect("one").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() { copy(&path, &target) } else { fs::copy(&path, &target).map(drop).expect("copied") }
    }
}

fn run(folder: &TempDir, arguments: &[&str]) -> String {
    let output = headcount().current_dir(folder.path()).args(arguments).output().expect("ran");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

/// The decisions that a file leads to: key, standing, decision, roles, comment, reviewer.
fn decisions(file: &Path) -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().expect("a folder");
    copy(Path::new(FIXTURE), folder.path());
    let file = file.canonicalize().expect("a file").display().to_string();
    let mut collect = vec!["review", "collect", "q4", &file, "--as-of", "2026-12-05"];
    if Path::new(&file).extension().is_some_and(|ending| ending == "csv") {
        collect.extend(["--signed-by", "E-2", "--signed-on", "2026-12-05"]);
    }
    assert!(run(&folder, &collect).contains("3 decisions"), "{file}");
    run(&folder, &["review", "close", "q4", "--no-recheck", "a test", "--as-of", "2026-12-19"]);
    let mut table = csv::Reader::from_path(folder.path().join("reviews/q4/outcome/decisions.csv")).expect("a table");
    let row = |row: Result<csv::StringRecord, csv::Error>| {
        row.expect("a row").iter().take(6).map(str::to_owned).collect::<Vec<_>>()
    };
    table.records().map(row).collect()
}

#[test]
fn every_way_leads_to_the_same_decisions() {
    let expected = [
        ["crm/0012", "decided", "Keep", "", "still needed", "E-2"],
        ["crm/1E5", "decided", "Modify", "billing, EMEA", "", "E-2"],
        ["crm/c-3", "decided", "Revoke", "", "left the team = gone", "E-2"],
    ];
    let mut ways = 0;
    for entry in fs::read_dir(Path::new(FIXTURE).join("returned")).expect("there") {
        let path = entry.expect("one").path();
        assert_eq!(decisions(&path), expected, "{}", path.display());
        ways += 1;
    }
    assert!(ways >= 7, "{ways}");
    // The page's way, from the same packet.
    let items = fs::read_to_string(Path::new(FIXTURE).join("reviews/q4/items.ndjson")).expect("items");
    let items: Vec<serde_json::Value> = items.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let review = fs::read_to_string(Path::new(FIXTURE).join("reviews/q4/review.json")).expect("a review");
    let review: serde_json::Value = serde_json::from_str(&review).expect("JSON");
    let packet = super::desk::Packet::read(&Path::new(FIXTURE).join("returned/typed.xlsx"));
    let answer = |key: &str| match key {
        "crm/0012" => ("Keep", vec![], "still needed"),
        "crm/1E5" => ("Modify", vec!["billing, EMEA"], ""),
        _ => ("Revoke", vec![], "left the team = gone"),
    };
    let rows: serde_json::Map<String, serde_json::Value> = items
        .iter()
        .map(|item| {
            let key = item["key"].as_str().expect("a key").to_owned();
            let (decision, remove, comment) = answer(&key);
            let row = serde_json::json!({"evidence": item["evidence"], "decision": decision, "remove": remove, "comment": comment, "pass_to": ""});
            (key, row)
        })
        .collect();
    let file = serde_json::json!({
        "format": "headcount-decisions-1", "review": "q4", "packet": "q4-e-2-r1", "token": packet.review[1][packet.column("Packet")],
        "bundle_id": review["evidence"]["bundle_id"], "opened_at": null, "saved_at": "2026-12-04T11:00:00Z",
        "signed": {"name": "Bob Birch", "at": "2026-12-04T11:00:00Z"}, "rows": rows,
    });
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("decisions.json");
    fs::write(&path, file.to_string()).expect("written");
    assert_eq!(decisions(&path), expected, "the page");
}
