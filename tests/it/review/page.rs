//! The page of a packet: what it is made of, and in headless Chromium what a reviewer does with it, from opening it to the file that
//! is collected. Where there is no Chromium the latter is said to be skipped.

use serde_json::Value;

use super::desk::{Desk, REVIEW};
use crate::render::browser::{chromium, opened, with_script};
use crate::render::part;

pub(super) fn desk() -> (Desk, String) {
    let desk =
        Desk::opened(&format!("{REVIEW}packets = [\"html\", \"xlsx\"]\nreason_for_keep = [\"privileged\"]\n"), &[]);
    let page = std::fs::read_to_string(desk.path("reviews/q4/packets/q4-e-2-r1.html")).expect("a page");
    (desk, page)
}

#[test]
fn the_page_needs_nothing_else_and_sends_nothing() {
    let (_desk, page) = desk();
    let policy = part(&page, "http-equiv=\"Content-Security-Policy\"", ">");
    for words in
        ["default-src 'none'", "form-action 'none'", "base-uri 'none'", "script-src 'sha256-", "style-src 'sha256-"]
    {
        assert!(policy.contains(words), "{words}: {policy}");
    }
    for word in
        ["<form", "http://", "https://", "localStorage", "sessionStorage", "indexedDB", "fetch(", " style=", " onclick"]
    {
        assert!(!page.contains(word), "{word}");
    }
    assert_eq!(
        page.matches("autocomplete=\"off\"").count(),
        page.matches(" type=\"text\"").count() + page.matches("<select").count() + page.matches("<textarea").count(),
        "of boxes, nothing else may say so: the script clears them"
    );
    let script = include_str!("../../../src/render/packet/page.js");
    for id in script.split("$(\"").skip(1).filter_map(|rest| rest.split_once('"')).map(|(id, _)| id) {
        assert_eq!(page.matches(&format!("id=\"{id}\"")).count(), 1, "#{id}");
    }
    assert!(page.contains("Please use the workbook") && page.contains("Cleo Cairn (E-3)"));
    assert!(!page.contains("crm/a-1"), "nobody else's rows");
}

/// The script of a reviewer.
const ANSWERER: &str = include_str!("answerer.js");

#[test]
fn a_reviewer_answers_saves_loads_and_signs() {
    let Some(chromium) = chromium() else { return };
    let (desk, page) = desk();
    let policy = page.replace("</html>", "</body></html>");
    desk.write("page.html", with_script(&policy, ANSWERER));
    let dom = opened(&chromium, &desk.path("page.html"), "");
    let told = part(&dom, "<pre id=\"seen\">", "</pre>").trim_start_matches("<pre id=\"seen\">").to_owned();
    let told = url::form_urlencoded::parse(format!("seen={}", told.replace('+', "%2B")).as_bytes())
        .next()
        .map(|(_, json)| json.into_owned());
    let seen: Value = serde_json::from_str(&told.expect("what was seen")).expect("JSON");
    assert_eq!(seen.get("error"), None, "{seen:#}");
    assert_eq!(seen["restored"], serde_json::json!([["", ""], ""]), "nobody's old answers");
    assert_eq!(seen["untouched"]["rows"], serde_json::json!({}));
    assert!(seen["problem"].as_str().expect("words").contains("which roles go") && seen["fixed"] == "", "{seen:#}");
    assert_eq!(seen["progress"], "2 of 2 answered, not saved");
    assert_eq!(seen["entered"], serde_json::json!([["Keep", "Modify"], ""]), "Enter throws nothing away");
    assert_eq!((&seen["asks"], &seen["asksAfterSaving"]), (&true.into(), &false.into()));
    assert!(seen["said"].as_str().expect("words").contains("It isn't signed yet"), "{seen:#}");
    assert_eq!(seen["printed"][0], "Keep");
    assert!(seen["printed"][1].as_str().expect("text").contains("read only"), "{seen:#}");
    assert_eq!(seen["loaded"][0], serde_json::json!(["Keep", "Modify"]));
    assert_eq!(seen["loaded"][1], true);
    assert!(seen["other"].as_str().expect("words").contains("of another packet"), "{seen:#}");
    assert!(seen["nonsense"].as_str().expect("words").contains("no file that the page has saved"), "{seen:#}");
    let name = seen["names"].as_array().and_then(|names| names.last()).and_then(Value::as_str).expect("a name");
    assert!(name.starts_with("decisions-q4-e-2-r1-2") && name.ends_with("Z.json"), "{name}");
    // An event has a moment, and what was loaded keeps its own.
    let rows = seen["signed"]["rows"].as_object().expect("rows");
    assert!(rows.values().all(|row| row["decided_at"].is_string()), "{seen:#}");
    // What it saves is collected as it was meant; its clock is that of this machine.
    for (file, words) in [("unsigned", "not signed"), ("signed", "2 decisions")] {
        desk.write("decisions.json", seen[file].to_string());
        let ran = desk.run(&["review", "collect", "q4", "decisions.json", "--as-of", "2026-12-05"]);
        assert!(ran.stdout.contains(words) || ran.stdout.contains("not between"), "{}{}", ran.stdout, ran.stderr);
    }
}
