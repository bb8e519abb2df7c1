//! What a report says of the one before it in the same folder: what is new, accepted or gone, and what nobody knows.

use serde_json::json;

use crate::support::office::{Office, user};

fn office() -> Office {
    let orphan = |id: &str| user(id, "Zebedee Quux", &format!("zq{id}@example.com"));
    Office::new(vec![orphan("1"), orphan("2"), orphan("3")], "", "")
}

/// Audits, and returns new, still open, accepted, gone and unknown findings since the last report.
fn since(office: &Office, arguments: &[&str]) -> Option<[u64; 5]> {
    office.run(&[&["audit"], arguments].concat());
    let report = office.report();
    let counts = report.changes?.findings;
    Some([counts.new, counts.persisting, counts.accepted, counts.resolved, counts.unseen])
}

#[test]
fn a_second_report_says_what_has_changed_since_the_first() {
    let office = office();
    assert_eq!(since(&office, &[]), None);
    let page = office.read("headcount-out/report.html");
    assert!(page.contains("First report") && page.contains("The next report in the same folder"), "{page}");
    let first = office.report();
    let before = first.findings.len() as u64;
    assert_eq!(since(&office, &[]), Some([0, before, 0, 0, 0]), "nothing has changed");
    office.hire(vec![user("1", "Zebedee Quux", "zq1@example.com"), user("4", "Yan Quux", "yq@example.com")]);
    let run = office.run(&["audit"]);
    let report = office.report();
    let changes = report.changes.as_ref().expect("compared");
    let (since, previous) = (changes.findings, changes.previous.as_ref().expect("an earlier report"));
    let of = |ids: [&str; 2]| {
        let about =
            |finding: &headcount::report::Finding| ids.contains(&finding.subject.account_id.as_deref().unwrap_or("-"));
        let first = first.findings.to_vec().expect("findings").iter().filter(|finding| about(finding)).count() as u64;
        let now = report.findings.to_vec().expect("findings").iter().filter(|finding| about(finding)).count() as u64;
        (first, now)
    };
    assert_eq!((since.resolved, since.new), (of(["2", "3"]).0, of(["4", "4"]).1));
    assert!(since.new > 0 && since.resolved > 0 && previous.run_id != report.run.id);
    let said = format!("Since 2026-10-15: {} new, {} resolved", since.new, since.resolved);
    assert!(run.stderr.contains(&said), "{}", run.stderr);
    let page = office.read("headcount-out/report.html");
    assert!(
        page.contains("Since 15 Oct 2026") && page.matches(" class=\"h new\"").count() > 0,
        "the new line is marked"
    );
    assert!(office.read("headcount-out/report.md").contains("## Since 15 Oct 2026"));
}

#[test]
fn what_was_not_seen_is_not_gone() {
    let office = office();
    since(&office, &[]);
    office.hire(vec![json!({"name": "nobody can count this"})]);
    let [_, _, _, resolved, unseen] = since(&office, &[]).expect("compared");
    assert_eq!(resolved, 0, "the source was not seen whole");
    assert!(unseen >= 3, "{unseen}");
}

#[test]
fn only_reports_of_one_organisation_and_one_naming_are_compared() {
    let office = office();
    since(&office, &[]);
    assert_eq!(since(&office, &["--privacy", "counts"]), None, "counts name nothing");
    assert_eq!(since(&office, &[]), None, "and nothing can be compared with them");
    assert!(since(&office, &[]).is_some());
    office.run(&["audit", "--format", "csv"]);
    assert!(since(&office, &[]).is_some(), "a run without report.json takes nothing away");
    let other = office.read("headcount.toml").replace("hr.csv", "people.csv");
    office.write("people.csv", &office.read("hr.csv"));
    office.write("other.toml", &other);
    assert_eq!(since(&office, &["-c", "other.toml"]), None, "another organisation");
    let report = office.read("headcount-out/report.json");
    office.write("kept.json", &report);
    assert!(since(&office, &["--previous", "kept.json"]).is_some(), "whatever report is named is compared with");
}
