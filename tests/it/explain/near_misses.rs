//! An orphan is shown with whom it probably belongs to, with the differences marked, and with what would accept it.

use serde_json::{Value, json};

use crate::support::office::{Office, ROSTER, user};

fn office() -> Office {
    let office = Office::new(
        vec![
            user("1", "Ann Lindkvist", "ann.lindkvist@example.com"),
            user("2", "Help Desk", "help@example.com"),
            user("3", "Bruno Okafor", "bruno.okafor@example.com"),
        ],
        "",
        "",
    );
    office.run(&["audit"]);
    office
}

#[test]
fn orphans_carry_their_near_misses() {
    let report = office().report();
    let orphan = |id: &str| {
        report
            .findings
            .to_vec()
            .expect("findings")
            .into_iter()
            .find(|f| f.rule == "orphaned" && f.subject.account_id.as_deref() == Some(id))
            .expect(id)
    };
    let near = orphan("1").matched["near_misses"].as_array().expect("a list").clone();
    assert!((1..=3).contains(&near.len()), "{near:?}");
    assert_eq!((&near[0]["employee_id"], &near[0]["name"]), (&json!("E-0042"), &json!("Ann Lindqvist")));
    assert!(near[0]["score"].as_f64().expect("a score") > 0.9);
    let name = &near[0]["evidence"][0];
    assert_eq!((&name["account_field"], &name["employee_field"]), (&json!("display_name"), &json!("name")));
    let marked: Vec<&Value> =
        name["account"].as_array().expect("pieces").iter().filter(|p| p["differs"] == json!(true)).collect();
    assert_eq!(marked, [&json!({"text": "k", "differs": true})]);
    assert_eq!(near[0]["accept"][0], json!({"in": "crosswalk", "line": "email,ann.lindkvist@example.com,E-0042"}));
    assert_eq!(orphan("2").matched["near_misses"], json!([]), "nobody is like a help desk");
}

#[test]
fn people_see_the_differences_marked() {
    let office = office();
    let html = office.read("headcount-out/report.html");
    assert!(html.contains("Ann Lind<mark>k</mark>vist ~ name Ann Lind<mark>q</mark>vist"), "marked in the page");
    assert!(html.contains("mark::before { content: \"[\"; }"), "not by colour alone");
    assert!(html.contains("<code>email,ann.lindkvist@example.com,E-0042</code>"));
    let markdown = office.read("headcount-out/report.md");
    assert!(markdown.contains(r"Ann Lind\[k\]vist ~ name Ann Lind\[q\]vist"), "{markdown}");
    assert!(markdown.contains("to accept, in crosswalk: `email,ann.lindkvist@example.com,E-0042`"), "{markdown}");
}

#[test]
fn hostile_names_stay_text() {
    let office = Office::new(vec![user("1", "Ann <b>|Lindkvist\u{202e}", "x@example.com")], "", "");
    office.run(&["audit"]);
    let html = office.read("headcount-out/report.html");
    assert!(!html.contains("<b>|") && html.contains("&lt;") && !html.contains('\u{202e}'));
    let markdown = office.read("headcount-out/report.md");
    let row = markdown.lines().find(|line| line.contains("by resemblance")).expect("a near miss");
    assert!(!row.contains("<b>") && !row.contains('\u{202e}'), "{row}");
    assert_eq!(row.matches('|').count(), 8, "no new cell: {row}");
}

#[test]
fn people_are_told_in_words_why_and_why_not() {
    let office = office();
    let told = |account: &str| {
        let run = office.run(&["explain", account]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        run.stdout
    };
    let story = told("voiso/1");
    assert!(story.contains("Ann Lind[k]vist ~ name Ann Lind[q]vist: 94 %, one letter differs"), "{story}");
    assert!(story.contains("% alike\n"), "a line is written: {story}");
    office.write("hr.csv", &format!("{ROSTER}E-0099,Ann Lindqvist,ann.l@example.com,annl,Active\n"));
    let story = told("voiso/1");
    assert!(story.contains("% alike; no line of crosswalk suggest, 1 other is as like\n"), "{story}");
    office.hire(vec![
        user("1", "Robert Okafor", "robert.okafor@example.com"),
        user("2", "Annie Lindquist", "al@example.com"),
        user("3", "Cleo Nowack", "novakc@example.com"),
        user("4", "Zebedee Quux", "zq@example.com"),
    ]);
    let story = told("voiso/1");
    assert!(story.contains("% alike; too little for a line of crosswalk suggest\n"), "{story}");
    assert!(story.contains(", another given or family name\n"), "{story}");
    for (account, words) in [
        ("voiso/2", ", one letter differs, nickname\n"),
        ("voiso/3", ", sounds alike\n"),
        ("voiso/3", ", made from the name\n"),
        ("voiso/4", "none; nobody in the roster resembles this account\n"),
    ] {
        let story = told(account);
        assert!(story.contains(words), "{words}: {story}");
    }
}
