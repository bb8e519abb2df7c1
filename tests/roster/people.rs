//! What is read of people, and what is told about them.

use headcount::model::{EmploymentStatus, RosterIssueKind, WorkerKind};
use headcount::roster::{contradictions, without_manager};

use super::support::*;

#[test]
fn a_mapping_goes_before_well_known_words() {
    let config = configured(
        "file = \"hr.csv\"\nstatus = { terminated = [\"Suspended\"], active = \"A\" }\nworker_type = { external = [\"Type 2\"] }",
    );
    let roster = read_with(
        &config,
        "Employee ID,Status,Worker Type,End Date\n1,suspended,type 2,2026-01-01\n2,A,Employee,\n3,aktiv,,\n",
    );
    let seen: Vec<_> = roster.employees.iter().map(|employee| (employee.status, employee.kind)).collect();
    assert_eq!(
        seen,
        [
            (EmploymentStatus::Terminated, Some(WorkerKind::External)),
            (EmploymentStatus::Active, Some(WorkerKind::Employee)),
            (EmploymentStatus::Active, None)
        ]
    );
}

#[test]
fn an_unknown_word_is_told_once_and_the_row_is_kept() {
    let roster = read("Employee ID,Status,Worker Type,End Date\n1,Zombie,Golem,\n2,Zombie,,2026-01-01\n3,Active,,\n");
    assert_eq!(
        issues(&roster, RosterIssueKind::UnknownStatus),
        [
            "2: the status \"Zombie\" is not known (2 rows); add it to [hr.status] active, leave or terminated",
            "2: the worker type \"Golem\" is not known (1 row); add it to [hr.worker_type] employee or external"
        ]
    );
    // The dates decide instead.
    assert_eq!(employee(&roster, "1").status, EmploymentStatus::Active);
    assert_eq!(employee(&roster, "2").status, EmploymentStatus::Terminated);
}

#[test]
fn a_column_of_names_is_no_status_and_is_not_shown() {
    let rows: Vec<String> = (0..50).map(|at| format!("{at},Person Number{}", "x".repeat(at))).collect();
    let roster = read(format!("Employee ID,Status\n{}\n", rows.join("\n")));
    let told = issues(&roster, RosterIssueKind::UnknownStatus);
    assert_eq!(told, ["2: 50 different words are no known status; is it the right column? Set it in [hr.columns]"]);
}

#[test]
fn states_and_dates_that_contradict_are_told() {
    let roster = read(
        "Employee ID,Status,End Date\n1,Active,2026-06-30\n2,On Leave,2026-06-30\n3,Terminated,\n4,Terminated,2026-06-30\n\
         5,Active,\n6,,2026-06-30\n7,Terminated,rubbish\n",
    );
    let texts = |now| contradictions(&roster, at(now)).into_iter().map(|issue| issue.text).collect::<Vec<_>>();
    assert_eq!(texts("2026-06-30T23:59:59Z"), ["employee 3: the status is terminated, but there is no end_date"]);
    assert_eq!(
        texts("2026-07-01T00:00:00Z"),
        [
            "employee 1: the status is active, but the end_date is past",
            "employee 2: the status is leave, but the end_date is past",
            "employee 3: the status is terminated, but there is no end_date"
        ]
    );
}

#[test]
fn managers_may_be_ids_addresses_or_names() {
    let roster = read(
        "Employee ID,Name,Email,Manager,End Date\n\
         1,Ada Example,ada@x.example,,\n\
         2,Bo Left,bo@x.example,1,2026-01-31\n\
         3,C,,ADA@x.example,\n4,D,,Ada Example,\n5,E,,\"Example, Ada\",\n6,F,,Ada Example (1),\n\
         7,G,,Nobody Known,\n8,H,,Bo Left (2),\n9,I,,2,\n",
    );
    let told: Vec<_> =
        without_manager(&roster, at("2026-06-01T00:00:00Z")).into_iter().map(|issue| issue.text).collect();
    assert_eq!(
        told,
        [
            "employee 1: no manager is given",
            "employee 7: the manager is not in the roster",
            "employee 8: the manager has left",
            "employee 9: the manager has left"
        ]
    );
    // On Bo's last day he hadn't left, but his own manager was there.
    assert_eq!(without_manager(&roster, at("2026-01-31T12:00:00Z")).len(), 2);
    assert!(without_manager(&read("Employee ID,Name\n1,A\n"), at("2026-01-01T00:00:00Z")).is_empty());
}

#[test]
fn keys_that_rows_share_are_told() {
    let roster = read(
        "Employee ID,Email,Former Email\nE1,a@x.example,A@X.example\ne1,b@x.example,\nE3,A@x.example,b@x.example\n",
    );
    assert_eq!(employee(&roster, "E1").emails().iter().collect::<Vec<_>>(), ["a@x.example"]);
    assert_eq!(issues(&roster, RosterIssueKind::DuplicateId), ["3: employee e1: the same id is in line 2"]);
    assert_eq!(
        issues(&roster, RosterIssueKind::DuplicateEmail),
        [
            "4: employee E3 shares an address with the person in line 2",
            "4: employee E3 shares an address with the person in line 3"
        ]
    );
}

#[test]
fn cells_with_several_values_fall_apart() {
    let roster =
        read("Employee ID;Email;Login\n'007;\"James <j@x.example>; mailto:b@x.example\";\"CORP\\jb, jb\"\n2;n/a;-\n");
    assert_eq!(employee(&roster, "007").emails().iter().collect::<Vec<_>>(), ["j@x.example", "b@x.example"]);
    assert_eq!(employee(&roster, "007").usernames().iter().collect::<Vec<_>>(), ["CORP\\jb", "jb"]);
    assert!(employee(&roster, "2").emails().is_empty() && employee(&roster, "2").usernames().is_empty());
}

#[test]
fn issues_never_show_names_or_addresses() {
    let roster = read(
        "Employee ID,Name,Email,Manager,Start Date,End Date,Status\n\
         1,Secret Name,secret@x.example,Hidden Boss,2026-02-01,2026-01-01,Active\n\
         1,Secret Name,secret@x.example,Hidden Boss,Secret Name,secret@x.example,Active,Secret Name\n\
         2,Secret Name,secret@x.example\n,Secret Name,secret@x.example,,,,\n",
    );
    let mut issues = roster.issues.clone();
    issues.extend(without_manager(&roster, at("2026-06-01T00:00:00Z")));
    issues.extend(contradictions(&roster, at("2026-06-01T00:00:00Z")));
    assert!(issues.len() >= 9, "{issues:#?}");
    for text in issues.iter().map(|issue| &issue.text).chain(roster.rejected.iter().map(|row| &row.reason)) {
        assert!(!text.contains("ecret") && !text.contains("Hidden"), "{text}");
    }
}

/// Rows are read at once in parts, and only the last of them tells which number of a date is the day.
#[test]
fn parts_of_a_large_file_are_read_as_one() {
    const PEOPLE: u64 = 20_000;
    let row = |n: u64| {
        let status = if n % 10_000 == 17 { "Zzz" } else { "Active" };
        let date = if n + 1 == PEOPLE { "31/03/2026" } else { "03/04/2026" };
        format!("E{n},\"Sample, Person\n{n}\",{status},{date}\n")
    };
    let rows: String = (0..PEOPLE).map(row).collect();
    let csv = format!("Employee ID,Name,Status,Start Date\n{rows}");
    let roster = read(&csv);
    assert_eq!((roster.rows, roster.employees.len() as u64), (PEOPLE, PEOPLE));
    for (n, person) in (0..).zip(&roster.employees) {
        assert_eq!((person.id(), person.line()), (format!("E{n}").as_str(), 2 + 2 * n));
        assert_eq!(person.start_date, day(if n + 1 == PEOPLE { "2026-03-31" } else { "2026-04-03" }));
    }
    assert_eq!(roster.issues.len(), 1, "{:?}", roster.issues);
    assert_eq!(
        issues(&roster, RosterIssueKind::UnknownStatus),
        ["36: the status \"Zzz\" is not known (2 rows); add it to [hr.status] active, leave or terminated"]
    );
    let swallowed = refused(csv.replace("\"Sample, Person\n19000\"", "\"Sample, Person\n19000"));
    assert!(swallowed.starts_with("hr.csv:38002:8: this quote is closed only"), "{swallowed}");
}
