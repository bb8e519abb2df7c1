//! The page in headless Chromium: search, filters, sorting, links that keep them, and the CSV. Where there is no
//! Chromium these tests say that they were skipped; `CHROMIUM` names one that isn't in `PATH`. With
//! `HEADCOUNT_REQUIRE_BROWSER=1`, which `.ci/run` sets where Chromium was installed, they fail instead.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use headcount::render::Format;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::part;
use crate::support::fixture;
use crate::support::process::{clean, skipped};
use crate::support::reading::rendered;

/// The browser, if there is one.
fn chromium() -> Option<OsString> {
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"].map(OsString::from);
    let named = std::env::var_os("CHROMIUM").into_iter().chain(names);
    let found = named.into_iter().find(|name| Command::new(name).arg("--version").output().is_ok());
    if found.is_none() {
        skipped("there is no Chromium, so the page was not tried in a browser");
        assert!(std::env::var_os("HEADCOUNT_REQUIRE_BROWSER").is_none(), "a Chromium is required and not found");
    }
    found
}

/// What the page is after its script ran, when it was opened at `hash`.
fn opened(chromium: &OsString, page: &Path, hash: &str) -> String {
    let profile = tempfile::tempdir().expect("a directory");
    let output = clean(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=10000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}#{hash}", page.display()))
        .output()
        .expect("Chromium runs");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn written(folder: &Path, page: &str) -> PathBuf {
    let path = folder.join("report.html");
    std::fs::write(&path, page).expect("written");
    path
}

#[test]
fn links_into_the_page_filter_and_sort_it() {
    let Some(chromium) = chromium() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let page = written(directory.path(), &rendered(Format::Html, &fixture::demo()));
    for (hash, shown) in [
        ("", "13 of 13 findings shown, on 11 subjects"),
        ("severity=critical", "2 of 13 findings shown, on 2 subjects"),
        ("source=vcc&rule=stale-login", "4 of 13 findings shown, on 4 subjects"),
        ("q=oduya+lindqvist", "3 of 13 findings shown, on 2 subjects"),
    ] {
        let dom = opened(&chromium, &page, hash);
        assert!(dom.contains(shown), "#{hash}: {}", part(&dom, "id=\"count\"", "</p>"));
    }
    let sorted = opened(&chromium, &page, "sort=-name");
    let accounts = part(&sorted, "<table class=\"findings accounts\"", "</table>");
    assert!(accounts.find("Sofia Wren") < accounts.find("Dmitri Halloran"));
    assert!(accounts.contains("aria-sort=\"descending\""));
}

/// Does what a reader does, and writes down what is seen then.
const READER: &str = include_str!("reader.js");

/// The page with one more script, which its policy is told of.
fn with_script(page: &str, script: &str) -> String {
    let hash = STANDARD.encode(Sha256::digest(script));
    let page = page.replacen("script-src ", &format!("script-src 'sha256-{hash}' "), 1);
    page.replace("</body>", &format!("<script>{script}</script></body>"))
}

#[test]
fn a_reader_searches_filters_sorts_and_saves() {
    let Some(chromium) = chromium() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let page = with_script(&rendered(Format::Html, &fixture::demo()), READER);
    let page = written(directory.path(), &page);
    // On a busy machine, the browser's own clock can run out before the script is through: then it is asked again.
    let finished = |dom: &String| dom.contains("<pre id=\"seen\">");
    let dom = (0..5).map(|_| opened(&chromium, &page, "")).find(finished).expect("the script gets through");
    let told = part(&dom, "<pre id=\"seen\">", "</pre>").trim_start_matches("<pre id=\"seen\">");
    let told = url::form_urlencoded::parse(format!("seen={}", told.replace('+', "%2B")).as_bytes())
        .next()
        .map(|(_, json)| json.into_owned());
    let seen: Value = serde_json::from_str(&told.expect("what was seen")).expect("JSON");
    assert_eq!(seen.get("error"), None, "{seen:#}");

    let all = "13 of 13 findings shown, on 11 subjects";
    assert_eq!(seen["start"][0], all);
    assert_eq!(seen["search"], serde_json::json!(["3 of 13 findings shown, on 2 subjects", "#q=BRANDAUER"]));
    assert_eq!(seen["cleared"], serde_json::json!([all, ""]));
    assert_eq!(seen["filtered"][0], "2 of 13 findings shown, on 2 subjects");
    assert_eq!(seen["filtered"][1], "#severity=medium&source=voiso-emea");

    let names = |step: &str| -> Vec<String> { serde_json::from_value(seen[step][0].clone()).expect("names") };
    let start: Vec<String> = serde_json::from_value(seen["start"][1].clone()).expect("names");
    let mut sorted = start.clone();
    sorted.sort_by_key(|name| name.to_lowercase());
    assert_eq!(names("sorted"), sorted);
    assert_eq!(seen["sorted"][1], "#sort=name");
    sorted.reverse();
    assert_eq!(names("descending"), sorted);
    assert_eq!((names("unsorted"), &seen["unsorted"][1]), (start, &Value::from("")));

    assert_eq!(seen["tile"], serde_json::json!(["2 of 13 findings shown, on 2 subjects", "orphaned"]));
    let csv = seen["csv"].as_str().expect("a table");
    let mut table = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    let rows: Vec<csv::StringRecord> = table.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 2, "as many as are shown: {csv}");
    assert!(rows.iter().all(|row| &row[1] == "orphaned" && row[7].len() == 32 && !row[5].is_empty()), "{csv}");
    assert_eq!(seen["revealed"], serde_json::json!([all, true, true]), "a link to what a filter hides clears it");
}
