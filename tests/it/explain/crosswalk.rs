//! `crosswalk suggest` writes what is probably right, and what it writes is a crosswalk.

use crate::support::office::{Office, ROSTER, user};

fn office() -> Office {
    Office::new(
        vec![
            user("1", "Ann Lindkvist", "ann.lindkvist@example.com"),
            user("2", "Bruno Okafor", "bruno.okafor@example.com"),
            user("3", "Help Desk", "help@example.com"),
            user("4", "Cleo, =Novak", "cleo.nowak@example.com"),
        ],
        "",
        "",
    )
}

#[test]
fn what_is_suggested_is_a_crosswalk_that_works() {
    let office = office();
    let run = office.run(&["crosswalk", "suggest", "--min-score", "0.8"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let told = "voiso: 2 suggestions in voiso-suggestions.csv; write yes into the column accept of each that is right";
    assert!(run.stderr.contains(told), "{}", run.stderr);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(office.path("voiso-suggestions.csv")).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "it names people");
    }
    let text = office.read("voiso-suggestions.csv");
    assert!(
        text.contains("confirmed by nobody")
            && text.contains("\nkey,value,employee_id,accept,score,account,employee\n"),
        "{text}"
    );
    let row = text.lines().find(|line| line.starts_with("email,ann.lindkvist@example.com,E-0042,,0.")).expect("a row");
    assert!(row.ends_with(",\"1 Ann Lindkvist\",\"Ann Lindqvist\""), "{row}");

    for line in text.lines().filter(|line| line.starts_with('#')) {
        assert!(!line.contains(','), "a comment is one cell: {line}");
    }
    let config = office.read("headcount.toml");
    office.write("headcount.toml", &format!("{config}[source.match]\ncrosswalk = \"voiso-suggestions.csv\"\n"));
    let run = office.run(&["audit"]);
    assert_eq!(run.code, 2, "nobody has looked at it");
    assert!(run.stderr.contains("no line is accepted"), "{}", run.stderr);
    assert!(run.stderr.contains("names this file for the source \"voiso\""), "{}", run.stderr);
    // As a person would, in a spreadsheet.
    office.write("voiso-suggestions.csv", &text.replace("E-0042,,", "E-0042,Yes,").replace("E-0044,,", "E-0044,no,"));
    office.run(&["audit"]);
    let sum = office.report().correlation;
    assert_eq!((sum.matched, sum.unmatched, sum.by_tier["crosswalk"]), (2, 2, 1));
}

/// A roster of twelve people, and an account of each, all but the first in another domain. Some accounts have these names.
fn moved(called: &[(usize, &str)]) -> Office {
    let names = ["Ann Bell", "Bo Cole", "Cy Dunn", "Di Ekman", "Ed Frost", "Fay Green"];
    let more = ["Gus Hahn", "Hal Ibsen", "Ida Jung", "Jo Klein", "Kay Lund", "Lia Moss"];
    let people: Vec<String> = names.iter().chain(&more).map(|name| name.to_lowercase().replace(' ', ".")).collect();
    let accounts = people.iter().enumerate().map(|(at, who)| {
        let domain = if at == 0 { "example.com" } else { "old.example" };
        let name = called.iter().find(|(of, _)| *of == at).map_or("", |(_, name)| *name);
        user(&at.to_string(), name, &format!("{who}@{domain}"))
    });
    let office = Office::new(accounts.collect(), "", "");
    let row = |(at, who): (usize, &String)| format!("E-{at},{who},{who}@example.com,,Active\n");
    let rows: String = people.iter().enumerate().map(row).collect();
    office.write("hr.csv", &format!("{}\n{rows}", ROSTER.lines().next().expect("a heading")));
    office
}

#[test]
fn one_line_that_settles_many_comes_before_a_line_for_each() {
    let office = moved(&[]);
    let run = office.run(&["crosswalk", "suggest", "--min-score", "0.5"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let line = "domains = { \"old.example\" = \"example.com\" }";
    let told = format!("voiso: this line below [match] settles 11 accounts:\n  {line}\n");
    assert!(run.stderr.contains(&told), "{}", run.stderr);
    assert!(run.stderr.contains("no other unmatched account has one likely owner"), "{}", run.stderr);
    assert!(!office.path("voiso-suggestions.csv").exists());
    let run = office.run(&["audit"]);
    assert!(run.stderr.contains("voiso: 1 of 12 accounts matched; "), "{}", run.stderr);
    let note = format!("`{line}` below [match] would give an owner to 11 of the 11 accounts that were looked at");
    assert!(run.stderr.contains(&note), "{}", run.stderr);
    let source = office.report().sources.remove(0);
    assert_eq!((source.matched, source.match_rate), (Some(1), Some(0.083)));
    assert!(source.warnings.iter().any(|warning| warning.contains(&note)), "{:?}", source.warnings);
    let config = office.read("headcount.toml");
    office.write("headcount.toml", &format!("{config}[match]\n{line}\n"));
    let run = office.run(&["audit"]);
    assert!(run.stderr.contains("complete        12    100 %"), "{}", run.stderr);
    assert!(!run.stderr.contains("fewer than half"), "{}", run.stderr);
}

#[test]
fn a_line_that_gives_accounts_to_people_of_other_names_is_not_told() {
    let office = moved(&[(1, "Cy Dunn"), (5, "Fay Green")]);
    let run = office.run(&["crosswalk", "suggest"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!run.stderr.contains("settles"), "Bo Cole would get an account of Cy Dunn: {}", run.stderr);
    let text = office.read("voiso-suggestions.csv");
    assert!(text.contains("email,fay.green@old.example,E-5,") && !text.contains(",E-1,"), "{text}");
}

#[test]
fn nobody_is_suggested_who_has_a_double_or_is_too_unlike() {
    let office = office();
    office.write("hr.csv", &format!("{ROSTER}E-0099,Ann Lindqvist,ann.lindqvist@example.com,annl,Active\n"));
    let run = office.run(&["crosswalk", "suggest", "--min-score", "0.8", "--out", "x.csv"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let text = office.read("x.csv");
    assert!(!text.contains("lindkvist") && text.contains("E-0044"), "{text}");
    let run = office.run(&["crosswalk", "suggest", "--min-score", "1", "--out", "y.csv"]);
    assert_eq!(run.code, 0);
    assert!(run.stderr.contains("unmatched account has one likely owner"), "{}", run.stderr);
    assert!(!office.path("y.csv").exists());
}

#[test]
fn fewer_and_surer_lines_can_be_asked_for() {
    let office = office();
    office.hire(vec![
        user("1", "Ann Lindkvist", "ann.lindkvist@example.com"),
        user("2", "Bruno Okafar", ""),
        user("3", "Oleg Novak", ""),
    ]);
    let told = |precision: &str| {
        let out = format!("p{precision}.csv");
        let run = office.run(&["crosswalk", "suggest", "--min-score", "0.5", "--precision", precision, "--out", &out]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let written = if office.path(&out).exists() { office.read(&out) } else { String::new() };
        (written.lines().filter(|line| line.contains(",E-")).count(), run.stderr)
    };
    let ((all, _), (surer, said), (none, why)) = (told("0.5"), told("0.99"), told("1"));
    assert!(all > surer && surer > 0 && none == 0, "nothing is certain: {all} {surer} {none}");
    assert!(said.contains(" 1 less likely left out; write yes into the column"), "{said}");
    assert!(why.contains("voiso: 3 suggestions, but none as likely as --precision asks for\n"), "{why}");
    let run = office.run(&["crosswalk", "suggest", "--precision", "0.2"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("from 0.5 to 1"), "{}", run.stderr);
}

#[test]
fn spreadsheets_run_nothing_and_files_are_never_overwritten() {
    let office = office();
    office.hire(vec![
        user("1", "Ann Lindkvist", "=ann.lindqvist@example.com"),
        user("2", "\n=1+1,Bruno Okafor", "b.okafor@example.com"),
    ]);
    let run = office.run(&["crosswalk", "suggest", "--min-score", "0.6", "--out", "x.csv"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let text = office.read("x.csv");
    assert!(text.contains("# not written: its values look like a formula"), "{text}");
    for cell in text.lines().flat_map(|line| line.split([',', ';', '\t'])) {
        assert!(!cell.trim_start_matches('"').starts_with(['=', '+', '-', '@']), "{cell:?} in {text}");
    }
    let again = office.run(&["crosswalk", "suggest", "--out", "x.csv"]);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("exists already"), "{}", again.stderr);
    assert_eq!(office.read("x.csv"), text);
    let run = office.run(&["crosswalk", "suggest", "--min-score", "2"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("from 0.5 to 1"), "{}", run.stderr);
}

#[test]
fn suggestions_come_from_a_snapshot_as_well() {
    let office = office();
    let fetched = office.fetch("stored");
    assert_eq!(fetched.code, 0, "{}", fetched.stderr);
    let live = office.run(&["crosswalk", "suggest", "--min-score", "0.8", "--out", "live.csv"]);
    assert_eq!(live.code, 0, "{}", live.stderr);
    office.hire(Vec::new());
    let stored = ["crosswalk", "suggest", "--min-score", "0.8", "--snapshot", "stored", "--out", "stored.csv"];
    let run = office.run(&stored);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(office.read("stored.csv"), office.read("live.csv"));
    let run = office.run(&["crosswalk", "suggest", "--snapshot", "nowhere", "--out", "z.csv"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("nowhere"), "{}", run.stderr);
}
