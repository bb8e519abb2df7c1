//! The page of a packet in Firefox, which has habits of its own: it puts answers back by their position after a reload, and sends a form
//! off when somebody presses Enter.

use std::path::Path;

use serde_json::{Value, json};

use super::desk::Desk;
use super::marionette::{ENTER, Firefox};
use super::page::desk;

const VALUES: &str = "[...document.querySelectorAll('.row')].map((row) => [row.dataset.key, row.querySelector('select').value, \
                      row.querySelector('textarea').value, row.querySelector('input[type=text]').value])";

fn row(key: &str, control: &str) -> String {
    format!(".row[data-key=\"{key}\"] {control}")
}

fn decide(firefox: &mut Firefox, key: &str, decision: &str) {
    let at = ["Keep", "Revoke", "Modify"].iter().position(|known| *known == decision).expect("a decision");
    firefox.click(&row(key, &format!("select option:nth-child({})", at + 2)));
}

/// Collects a file on the day on which it was saved, by the browser's clock.
fn collect(desk: &Desk, file: &Path) -> String {
    let saved: Value = serde_json::from_slice(&std::fs::read(file).expect("read")).expect("JSON");
    let day = &saved["saved_at"].as_str().expect("a moment")[..10];
    desk.run(&["review", "collect", "q4", &file.display().to_string(), "--as-of", day]).stdout
}

#[test]
fn answers_stay_with_their_accounts_in_firefox() {
    let Some(mut firefox) = Firefox::start() else { return };
    let (desk, page) = desk();
    let path = desk.path("reviews/q4/packets/q4-e-2-r1.html");
    firefox.go_to(&path);
    let empty = json!([["crm/c-1", "", "", ""], ["crm/d-1", "", "", ""]]);
    assert_eq!(firefox.read(VALUES), empty);

    // Enter in a field throws nothing away.
    decide(&mut firefox, "crm/c-1", "Revoke");
    firefox.type_into(&row("crm/c-1", "textarea"), "has left");
    firefox.type_into(&row("crm/d-1", "input[type=text]"), &format!("E-6{ENTER}"));
    firefox.type_into("#name", &format!("Bob Birch{ENTER}"));
    let answered = json!([["crm/c-1", "Revoke", "has left", ""], ["crm/d-1", "", "", "E-6"]]);
    assert_eq!(firefox.read(VALUES), answered);
    assert_eq!(firefox.read("location.search"), "");
    let older = firefox.saved(|firefox| firefox.click("#save"));
    let name = older.file_name().expect("a name").to_string_lossy().into_owned();
    assert!(name.starts_with("decisions-q4-e-2-r1-2") && name.ends_with("Z.json"), "{name}");

    // A newer packet under the same name, with other rows in its places: F5 brings no answer to anybody.
    let rows: Vec<&str> = page.split("<article").collect();
    let (first, last) = (rows[1], rows[2].split_once("</article>").expect("an end"));
    let swapped = format!("{}<article{}</article>\n<article{}{}", rows[0], last.0, first.trim_end(), last.1);
    assert_eq!(swapped.matches("<article").count(), 2);
    desk.write("reviews/q4/packets/q4-e-2-r1.html", swapped);
    firefox.reload();
    assert_eq!(firefox.read(VALUES), json!([["crm/d-1", "", "", ""], ["crm/c-1", "", "", ""]]));
    assert_eq!(
        firefox.read("[document.getElementById('name').value, document.getElementById('progress').textContent]"),
        json!(["", "0 of 2 answered"])
    );
    // The page as it was, once more.
    desk.write("reviews/q4/packets/q4-e-2-r1.html", &page);
    firefox.reload();
    assert_eq!(firefox.read(VALUES), empty);

    // What was saved goes on by the keys of accounts, is signed anew, and a second later is another file.
    let load = |firefox: &mut Firefox, file: &Path| {
        firefox.type_into("#load", &file.display().to_string());
        while firefox
            .read("document.getElementById('said').textContent")
            .as_str()
            .is_some_and(|said| !said.contains("answers loaded"))
        {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    };
    load(&mut firefox, &older);
    assert_eq!(firefox.read(VALUES), answered);
    decide(&mut firefox, "crm/c-1", "Keep");
    firefox.click("#confirmed");
    firefox.type_into("#name", "Bob Birch");
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let newer = firefox.saved(|firefox| firefox.click("#save"));
    let saved: Value = serde_json::from_slice(&std::fs::read(&newer).expect("read")).expect("JSON");
    assert_eq!(
        (&saved["rows"]["crm/c-1"]["decision"], &saved["signed"]["name"]),
        (&json!("Keep"), &json!("Bob Birch"))
    );
    let words = collect(&desk, &newer);
    assert!(words.contains("1 decision, 1 passed on to E-6") || words.contains("not between"), "{words}");
    let words = collect(&desk, &older);
    assert!(words.contains("older save, not taken"), "{words}");
    assert_ne!(desk.standings()["crm/c-1"], "Revoke");
}
