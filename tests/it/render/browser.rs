//! The page in headless Chromium, with and without its script: act today, grouping, filters, search, unfolding, links, copies
//! and the table. Where there is no
//! Chromium these tests say that they were skipped; `CHROMIUM` names one that isn't in `PATH`. With
//! `HEADCOUNT_REQUIRE_BROWSER=1`, which `.ci/run` sets where Chromium was installed, they fail instead.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use headcount::render::Format;
use headcount::report::Report;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::part;
use crate::support::fixture;
use crate::support::process::{clean, skipped};
use crate::support::reading::rendered;

/// The browser, if there is one.
pub(crate) fn chromium() -> Option<OsString> {
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"].map(OsString::from);
    let named = std::env::var_os("CHROMIUM").into_iter().chain(names);
    let found = named.into_iter().find(|name| Command::new(name).arg("--version").output().is_ok());
    if found.is_none() {
        skipped("there is no Chromium, so the page was not tried in a browser");
        assert!(std::env::var_os("HEADCOUNT_REQUIRE_BROWSER").is_none(), "a Chromium is required and not found");
    }
    found
}

/// What the page is after its script ran, when it was opened at `hash`. On a busy machine the browser's own clock runs ahead of the
/// script; an hour of it takes no longer than the script does.
pub(crate) fn opened(chromium: &OsString, page: &Path, hash: &str) -> String {
    let profile = tempfile::tempdir().expect("a directory");
    let output = clean(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=3600000", "--dump-dom"])
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

/// The demo, with somebody whose name has letters that few keyboards have.
fn demo() -> Report {
    let mut report = fixture::demo();
    fixture::edit(&mut report, |findings| {
        for finding in findings.iter_mut().filter(|finding| finding.facts.contains_key("employee.name")) {
            if finding.facts["employee.name"] == "Ilse Brandauer" {
                finding.facts.insert("employee.name".to_owned(), "Ilse Brandauer-Kılıç".into());
            }
        }
    });
    report
}

#[test]
fn links_into_the_page_filter_it() {
    let Some(chromium) = chromium() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let page = written(directory.path(), &rendered(Format::Html, &demo()));
    for (hash, shown) in [
        ("", "10 lines, 12 findings; 1 covered by exceptions"),
        ("severity=critical", "2 of 10 lines"),
        ("source=vcc&rule=stale-login", "3 of 10 lines"),
        ("q=oduya+lindqvist", "2 of 10 lines"),
    ] {
        let dom = opened(&chromium, &page, hash);
        assert!(dom.contains(&format!(">{shown}<")), "#{hash}: {}", part(&dom, "id=\"count\"", "</p>"));
    }
}

#[test]
fn without_its_script_the_page_is_whole() {
    let Some(chromium) = chromium() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let report = demo();
    let page = rendered(Format::Html, &report).replace("<script>", "<script type=\"text/plain\">");
    let dom = opened(&chromium, &written(directory.path(), &page), "");
    assert!(!dom.contains(" class=\"js\""), "no script ran");
    assert_eq!(dom.matches("<p id=\"f-").count(), report.findings.len(), "every finding");
    assert!(dom.contains("<a href=\"mailto:tomas.lindqvist@example.com\">"));
    for link in dom.split(" href=\"#").skip(1).filter_map(|rest| rest.split_once('"')).map(|(id, _)| id) {
        assert!(dom.contains(&format!(" id=\"{link}\"")), "#{link} leads somewhere");
    }
    for button in dom.split("<button").skip(1).filter_map(|rest| rest.split_once('>')).map(|(button, _)| button) {
        let inside_hidden = button.contains("type=\"button\" class=\"link\"") || button.contains("hidden");
        assert!(inside_hidden, "a button that does nothing is not shown: {button}");
    }
}

/// Does what a reader does, and writes down what is seen then.
const READER: &str = include_str!("reader.js");

/// The page with one more script, which its policy is told of.
pub(crate) fn with_script(page: &str, script: &str) -> String {
    let hash = STANDARD.encode(Sha256::digest(script));
    let page = page.replacen("script-src ", &format!("script-src 'sha256-{hash}' "), 1);
    page.replace("</body>", &format!("<script>{script}</script></body>"))
}

#[test]
fn a_reader_searches_filters_groups_copies_and_saves() {
    let Some(chromium) = chromium() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let page = with_script(&rendered(Format::Html, &demo()), READER);
    let page = written(directory.path(), &page);
    let dom = opened(&chromium, &page, "");
    let told = part(&dom, "<pre id=\"seen\">", "</pre>").trim_start_matches("<pre id=\"seen\">");
    let told = url::form_urlencoded::parse(format!("seen={}", told.replace('+', "%2B")).as_bytes())
        .next()
        .map(|(_, json)| json.into_owned());
    let seen: Value = serde_json::from_str(&told.expect("what was seen")).expect("JSON");
    assert_eq!(seen.get("error"), None, "{seen:#}");

    let told = serde_json::to_string_pretty(&seen).expect("text").replace(&page.display().to_string(), "report.html");
    insta::assert_snapshot!("reader", told);
    let csv = seen["csv"].as_str().expect("a table");
    let mut table = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    let rows: Vec<csv::StringRecord> = table.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 3, "as many as are shown: {csv}");
    assert!(rows.iter().all(|row| &row[2] == "stale-login" && row[11].len() == 16 && !row[10].is_empty()), "{csv}");
    assert_eq!(seen["link"][0], true, "a link to what a filter hides clears it");
}
