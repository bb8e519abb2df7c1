//! What is read of people, and what is told about them.

use headcount::key::Normaliser;
use headcount::model::{Employee, EmployeeFact, EmploymentStatus, RosterIssueKind, Untold, WorkerKind};
use headcount::roster::{contradictions, without_manager};

use crate::support::roster::*;

#[test]
fn a_mapping_goes_before_well_known_words() {
    let config = configured(
        "file = \"hr.csv\"\nstatus = { terminated = [\"Suspended\"], active = \"A\" }\nworker_type = { external = [\"Type 2\"] }",
    );
    let roster = read_with(
        &config,
        "Employee ID,Status,Worker Type,End Date\n1,suspended,type 2,2026-01-01\n2,A,Employee,\n3,aktiv,,\n",
    );
    let told = |employee: &Employee| (employee.employment().status, employee.employment().kind);
    let seen: Vec<_> = roster.employees.iter().map(told).collect();
    assert_eq!(
        seen,
        [
            (Ok(EmploymentStatus::Terminated), Ok(WorkerKind::External)),
            (Ok(EmploymentStatus::Active), Ok(WorkerKind::Employee)),
            (Ok(EmploymentStatus::Active), Err(Untold::Blank))
        ]
    );
}

#[test]
fn an_unknown_word_is_told_once_and_the_row_is_kept() {
    let roster = read("Employee ID,Status,Worker Type,End Date\n1,Zombie,Golem,\n2,Zombie,,2026-01-01\n3,Active,,\n");
    assert_eq!(
        issues(&roster, RosterIssueKind::UnknownWord),
        [
            "2: the status \"Zombie\" is not known (2 rows); add it to [hr.status] active, leave or terminated",
            "2: the worker type \"Golem\" is not known (1 row); add it to [hr.worker_type] employee or external"
        ]
    );
    // The dates decide instead.
    assert_eq!(state(employee(&roster, "1")), Some(EmploymentStatus::Active));
    assert_eq!(state(employee(&roster, "2")), Some(EmploymentStatus::Terminated));
}

#[test]
fn a_column_of_names_is_no_status_and_is_not_shown() {
    let rows: Vec<String> = (1..=50).map(|at| format!("{at},Person Number{}", "x".repeat(at))).collect();
    let roster = read(format!("Employee ID,Status\n{}\n", rows.join("\n")));
    let told = issues(&roster, RosterIssueKind::UnknownWord);
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
    let roster = indexed(read(
        "Employee ID,Email,Former Email\nE1,a@x.example,A@X.example\ne1,b@x.example,\nE3,A@x.example,b@x.example\n",
    ));
    assert_eq!(employee(&roster, "E1").emails().iter().collect::<Vec<_>>(), ["a@x.example"]);
    assert_eq!(
        issues(&roster, RosterIssueKind::DuplicateId),
        [
            "3: employee e1: 2 rows with this id (line 2, line 3) share neither a name nor an address or login name: 2 people \
          have this id, so that it identifies none of them; HR has to give each their own"
        ]
    );
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
    let roster = read(
        "Employee ID;Email;Login\n'007;\"James <j@x.example>; mailto:b@x.example\";\"CORP\\jb, jb\"\n2;n/a;(null)\n",
    );
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
        assert_eq!(start(person), day(if n + 1 == PEOPLE { "2026-03-31" } else { "2026-04-03" }));
    }
    assert_eq!(roster.issues.len(), 1, "{:?}", roster.issues);
    assert_eq!(
        issues(&roster, RosterIssueKind::UnknownWord),
        ["36: the status \"Zzz\" is not known (2 rows); add it to [hr.status] active, leave or terminated"]
    );
    let swallowed = refused(csv.replace("\"Sample, Person\n19000\"", "\"Sample, Person\n19000"));
    assert!(swallowed.starts_with("hr.csv:38002:8: this quote is closed only"), "{swallowed}");
}

type Person = (String, u64, Result<bool, Untold>);

/// The people, as (id, first line, whether they have left on 20 November 2026), and how many further rows there are.
fn people(csv: &str) -> (Vec<Person>, usize) {
    let roster = read(csv);
    let person = |who: &Employee| (who.id().to_owned(), who.line(), who.left(at("2026-11-20T08:00:00Z")));
    let kept = roster.employees.len() + roster.further.len() + roster.rejected.len();
    assert_eq!(usize::try_from(roster.rows), Ok(kept));
    (roster.employees.iter().map(person).collect(), roster.further.len())
}

#[test]
fn rows_with_one_id_are_one_person() {
    let head = "Employee ID,Name,Email,Status,Start Date,End Date\n";
    for (rows, left) in [
        ("2,Bo,bo@x.example,Terminated,2018-01-01,2021-06-30\n2,Bo,bo@x.example,Active,2025-03-01,\n", Ok(false)),
        (
            "2,Bo,bo@x.example,Terminated,2018-01-01,2021-06-30\n2,Bo,bo@x.example,Terminated,2025-03-01,2026-09-30\n",
            Ok(true),
        ),
        ("2,Bo,bo@x.example,Active,2018-01-01,\n2,Bo,bo@x.example,Active,2018-01-01,\n", Ok(false)),
        ("2,Bo,bo@x.example,Active,,\n2,Bo,bo@x.example,Terminated,,\n", Err(Untold::Contradiction)),
        // Only the login name or the name is shared.
        ("2,Bo,bo@x.example,Active,,\n2,BO,other@x.example,Active,,\n", Ok(false)),
    ] {
        assert_eq!(people(&format!("{head}{rows}")), (vec![("2".to_owned(), 2, left)], 1), "{rows}");
    }
}

#[test]
fn what_all_rows_of_a_person_tell_is_kept() {
    let roster = read(
        "Employee ID,Name,Email,Username,Manager,Department,Status,End Date,Badge\n\
         2,Bo,old@x.example,bo,7,Ward 3,Terminated,2021-06-30,B1\n\
         9,Cy,cy@x.example,cy,7,Ward 3,Active,,\n\
         02,,bo@x.example,bo,8,Ward 5,Active,,B2\n\
         ２,,bo@x.example,bo,8,Ward 5,Active,,B2\n",
    );
    let bo = employee(&roster, "2");
    assert_eq!(
        (bo.emails().iter().collect::<Vec<_>>(), bo.managers().iter().collect::<Vec<_>>()),
        (vec!["bo@x.example", "old@x.example"], vec!["8", "7"])
    );
    assert_eq!((bo.name(), bo.department(), bo.extra().get(0), bo.line()), (Some("Bo"), Some("Ward 5"), Some("B2"), 2));
    assert_eq!(roster.employee_at(0, 5).map(Employee::id), Some("2"), "a further row is found by its line");
    assert_eq!(roster.employee_at(0, 4).map(Employee::id), Some("02"), "02 is another id");
    assert_eq!(
        issues(&roster, RosterIssueKind::DuplicateId),
        ["5: employee ２: 2 rows with this id (line 2, line 5) are one person with several positions"]
    );
}

#[test]
fn how_rows_with_one_id_were_read_is_told() {
    let head = "Employee ID,Name,Status,Start Date,End Date\n";
    for (rows, how) in [
        ("2,Bo,Active,2020-01-01,\n2,Bo,Active,2020-01-01,\n", "say the same, and are one person"),
        ("2,Bo,Active,2020-01-01,\n2,Bo,On Leave,2020-01-01,\n", "are one person with several positions"),
        (
            "2,Bo,Terminated,2018-01-01,2019-01-01\n2,Bo,Active,2020-01-01,\n",
            "are one person with several employments, one after the other",
        ),
    ] {
        let told = issues(&read(format!("{head}{rows}")), RosterIssueKind::DuplicateId);
        assert_eq!(told, [format!("3: employee 2: 2 rows with this id (line 2, line 3) {how}")]);
    }
}

/// Without this, a leaver and a joiner under one id would hide each other.
#[test]
fn two_people_under_one_id_stay_two() {
    let csv = "Employee ID,Name,Email,Username,Status\n\
               3,Cleo Fox,cle@x.example,cle,Terminated\n3,Dan Poe,dan@x.example,dan,Active\n3,,,cle,Terminated\n3,,,,Active\n";
    let (people, further) = people(csv);
    assert_eq!(people, [("3".to_owned(), 2, Err(Untold::Contradiction)), ("3".to_owned(), 3, Ok(false))]);
    assert_eq!(further, 2, "a row without any name or key is taken for the first person's");
}

#[test]
fn what_the_roster_cannot_tell_is_unknown_with_its_reason() {
    let roster = read("Employee ID,Name,Status\n1,Ann,Active\n2,Bo,Vertrag ruht (K7)\n3,Cy,\n4,Di,\u{2013}\n");
    let why = |id, fact| {
        let person = employee(&roster, id);
        let employment = person.employment();
        let untold = match fact {
            EmployeeFact::Kind => employment.kind.err(),
            EmployeeFact::EndDate => employment.end_date.err(),
            _ => person.left(at("2026-11-20T08:00:00Z")).err(),
        };
        untold.map(|untold| roster.why(person, fact, untold))
    };
    assert_eq!(why("1", EmployeeFact::Left), None);
    assert_eq!(why("2", EmployeeFact::Left).as_deref(), Some("the status \"Vertrag ruht (K7)\" is not in [hr.status]"));
    assert_eq!(why("3", EmployeeFact::Left).as_deref(), Some("the status is blank in line 4 of hr.csv"));
    assert_eq!(why("4", EmployeeFact::Left).as_deref(), Some("the status is blank in line 5 of hr.csv"));
    assert_eq!(why("1", EmployeeFact::Kind).as_deref(), Some("hr.csv has no column for the worker type"));
    assert_eq!(why("1", EmployeeFact::EndDate).as_deref(), Some("hr.csv has no column for the last day"));
    assert_eq!(
        issues(&roster, RosterIssueKind::UnknownWord),
        [
            "3: the status \"Vertrag ruht (K7)\" is not known (1 row); add it to [hr.status] active, leave or terminated",
            "4: the status is blank (2 rows), and no column tells the last day; fill it in at HR"
        ]
    );
}

#[test]
fn a_file_can_state_what_its_rows_are() {
    let config = configured(
        "[[file]]\npath = \"staff.csv\"\n[[file]]\npath = \"ext.csv\"\nstatus = \"active\"\nworker_type = \"external\"\n\
         columns = { employee_id = \"No\" }\ntimezone = \"America/New_York\"\n",
    );
    let files = ["Employee ID,Status\nE1,Active\n", "No,Worker Type,Last Day\nX1,,2026-12-31\nX2,Employee,\n"];
    let roster = headcount::roster::parse(&config, &Normaliser::default(), &files).expect("a roster");
    let told = |id| employee(&roster, id).employment();
    assert_eq!(
        (told("E1").kind, told("X1").kind, told("X2").kind),
        (Err(Untold::NoColumn), Ok(WorkerKind::External), Ok(WorkerKind::Employee))
    );
    assert_eq!(
        (told("X2").status, told("X1").ends_at),
        (Ok(EmploymentStatus::Active), Some(at("2027-01-01T05:00:00Z")))
    );
    assert_eq!(roster.only_active, [std::path::PathBuf::from("ext.csv")]);
    let lost = headcount::roster::parse(&config, &Normaliser::default(), &[files[0], "Employee ID\nX1\n"]);
    let lost = lost.expect_err("refused").mistakes;
    assert_eq!(
        lost[0].to_string(),
        "ext.csv: expected a column \"No\" for [hr.columns] employee_id, found none (the files have: Employee ID, Status)"
    );
}

#[test]
fn ids_that_stand_for_nothing_are_nobodys() {
    let roster = read("Employee ID,Name,Status\n0,A,Active\nunknown,B,Active\n1,C,Active\n");
    assert_eq!((roster.employees.len(), roster.rejected.len()), (1, 2));
    assert!(roster.rejected.iter().all(|row| row.reason == "the employee id stands for nothing"));
}
