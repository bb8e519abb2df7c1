//! What cells mean, in a roster, a file and a program alike.

use headcount::model::{Fact, RosterIssueKind};
use rstest::rstest;

use super::{lines, of_command, of_file, of_roster};
use crate::support::roster::{configured, read_with};

/// The last login of the only account of a file and of a program, as text.
async fn last_login(cell: &str, keys: &str) -> [Option<String>; 2] {
    let csv = format!("id;last login\n1;\"{cell}\"\n");
    let moment = |fetched: &crate::support::source::Fetched| match fetched.accounts[0].last_login_at {
        Fact::Known(Some(moment)) => Some(moment.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
        Fact::Known(None) => Some("none".to_owned()),
        Fact::NotExposed => None,
    };
    let (file, command) = (of_file(csv.as_bytes(), keys).await, of_command(csv.as_bytes(), "csv", keys).await);
    [moment(&file), moment(&command)]
}

/// The last day of the only person of a roster, as text.
fn last_day(cell: &str, keys: &str) -> Option<String> {
    let csv = format!("Employee ID;End Date\n1;\"{cell}\"\n");
    let roster = read_with(&configured(&format!("file = \"hr.csv\"\n{keys}")), csv);
    match roster.employees[0].employment().end_date {
        Ok(day) => Some(day.map_or_else(|| "none".to_owned(), |day| day.to_string())),
        Err(_) => None,
    }
}

#[rstest]
#[tokio::test]
async fn moments_are_read_as_they_occur(
    #[values(
        "2026-01-31T12:00:00Z",
        "2026-01-31 12:00:00Z",
        "2026-01-31 12:00:00 UTC",
        "2026-01-31T13:00:00+01",
        "2026-01-31T13:00:00+0100",
        "2026-01-31 13:00:00.000+01:00",
        "2026-01-31 12:00",
        "20260131120000Z",
        "20260131120000.0Z",
        "1769860800",
        "1769860800000",
        "134143344000000000",
        "46053.5",
        "31.01.2026 12:00:00",
        "Jan 31, 2026 12:00 PM"
    )]
    cell: &str,
) {
    let moment = Some("2026-01-31T12:00:00Z".to_owned());
    assert_eq!(last_login(cell, "").await, [moment.clone(), moment]);
    assert_eq!(last_day(cell, "").as_deref(), Some("2026-01-31"));
}

#[rstest]
#[case("03/04/2026", "day-first", "2026-04-03")]
#[case("03/04/2026", "month-first", "2026-03-04")]
#[case("1700000000", "unix", "2023-11-14")]
#[case("1700000000000", "unix-ms", "2023-11-14")]
#[case("134143344000000000", "filetime", "2026-01-31")]
#[case("2026013112", "ldap", "2026-01-31")]
#[case("46053", "excel", "2026-01-31")]
#[case("31|01|26", "%d|%m|%y", "2026-01-31")]
#[case("2026-W05-6", "%G-W%V-%u", "2026-01-31")]
#[tokio::test]
async fn dates_settles_what_cannot_be_seen(#[case] cell: &str, #[case] notation: &str, #[case] day: &str) {
    for keys in [format!("dates = \"{notation}\""), format!("dates = [\"%Y/%m/%d\", \"{notation}\"]")] {
        assert_eq!(last_day(cell, &keys).as_deref(), Some(day));
        for login in last_login(cell, &keys).await {
            assert_eq!(login.expect("a moment").get(..10), Some(day));
        }
    }
}

#[tokio::test]
async fn what_could_be_two_days_is_none() {
    assert_eq!(last_login("03/04/2026", "").await, [None, None]);
    assert_eq!(last_day("03/04/2026", ""), None);
    assert_eq!(last_day("03/04/2026", "dates = \"iso\""), None);
}

#[rstest]
#[tokio::test]
async fn words_for_nothing_are_none_in_dates(
    #[values("NA", "NaT", "<NA>", "NULL", "\\N", "(null)", "nil", "never", "infinity", "-", "n/a", "#N/A", "")]
    cell: &str,
) {
    let none = Some("none".to_owned());
    assert_eq!(last_login(cell, "").await, [none.clone(), none.clone()]);
    assert_eq!(last_day(cell, ""), none);
}

/// There are people called Null, and somebody may call himself so.
#[tokio::test]
async fn in_a_name_only_technical_words_are_nothing_and_all_are_counted() {
    let csv = "ID,Name,Email,Status\n1,Null,null@x.example,Active\n2,(null),#N/A,NULL\n3,\\N,<NA>,n/a\n";
    let names = [Some("Null".to_owned()), None, None];
    let (roster, _) = of_roster(csv.as_bytes(), "");
    assert_eq!(roster.iter().map(|line| line.1.clone()).collect::<Vec<_>>(), names);
    assert_eq!(roster.iter().map(|line| line.2.is_some()).collect::<Vec<_>>(), [true, false, false]);
    let told = read_with(&configured("file = \"hr.csv\""), csv);
    let voids: Vec<&str> = told
        .issues
        .iter()
        .filter(|issue| issue.kind == RosterIssueKind::VoidCell)
        .map(|issue| issue.text.as_str())
        .collect();
    let void = |column: &str| format!("2 cells of \"{column}\": a word for nothing is read as none");
    assert_eq!(voids, [void("Email"), void("Name"), void("Status")]);
    for fetched in [of_file(csv.as_bytes(), "").await, of_command(csv.as_bytes(), "csv", "").await] {
        assert_eq!(lines(&fetched).iter().map(|line| line.1.clone()).collect::<Vec<_>>(), names);
        let void = |field: &str| format!("2 records: `{field}` holds a word for nothing; it is read as none");
        let mut warnings = fetched.certificate.warnings.clone();
        warnings.sort();
        assert_eq!(warnings, [void("display_name"), void("email"), void("status")]);
    }
}

#[rstest]
#[case::okta("status", "ACTIVE PASSWORD_EXPIRED LOCKED_OUT RECOVERY PROVISIONED", "STAGED SUSPENDED DEPROVISIONED")]
#[case::entra("accountEnabled", "True true", "False")]
#[case::google("suspended", "False", "True Suspended")]
#[case::github("status", "active", "suspended")]
#[case::active_directory("userAccountControl", "512 66048 544", "514 66050")]
#[case::yes_and_no("enabled", "t 1 yes on y ja oui sí wahr", "f 0 no off n nein non falsch")]
#[tokio::test]
async fn states_are_read_as_systems_write_them(#[case] heading: &str, #[case] live: &str, #[case] dead: &str) {
    for (words, is_active) in [(live, true), (dead, false)] {
        for word in words.split(' ') {
            let csv = format!("id,{heading}\n1,{word}\n");
            for fetched in [of_file(csv.as_bytes(), "").await, of_command(csv.as_bytes(), "csv", "").await] {
                assert_eq!(lines(&fetched)[0].3, Some(is_active), "{heading} {word}");
            }
        }
    }
}

/// Where the organisation says what numbers mean, one that it doesn't name is unknown and told.
#[tokio::test]
async fn a_number_that_is_not_named_is_unknown() {
    let csv = b"id,userAccountControl\n1,512\n2,66050\n";
    let keys = "[source.values]\nactive = [\"512\"]";
    for fetched in [of_file(csv, keys).await, of_command(csv, "csv", keys).await] {
        assert_eq!(lines(&fetched).iter().map(|line| line.3).collect::<Vec<_>>(), [Some(true), None]);
        assert!(
            fetched.certificate.warnings[0].contains("`status` is not a known word"),
            "{:?}",
            fetched.certificate.warnings
        );
    }
}

#[rstest]
#[case("a;b", &["a", "b"], 0)]
#[case("a|b", &["a", "b"], 0)]
#[case("[\"\"a\"\",\"\"b\"\"]", &["a", "b"], 0)]
#[case("{a,b}", &["a", "b"], 0)]
#[case("[a, b]", &["a", "b"], 0)]
#[case("['a','b']", &["a", "b"], 0)]
#[case("a, b", &["a, b"], 1)]
#[case("NULL", &[], 1)]
#[tokio::test]
async fn roles_in_a_cell_are_taken_apart(#[case] cell: &str, #[case] roles: &[&str], #[case] warnings: usize) {
    let csv = format!("id,roles\n1,\"{cell}\"\n");
    for fetched in [of_file(csv.as_bytes(), "").await, of_command(csv.as_bytes(), "csv", "").await] {
        let found = &fetched.accounts[0].roles;
        assert_eq!(*found, Fact::Known(roles.iter().map(|role| (*role).into()).collect()), "{cell}");
        assert_eq!(fetched.certificate.warnings.len(), warnings, "{:?}", fetched.certificate.warnings);
    }
}

#[rstest]
#[case("SMTP:ann@x.example")]
#[case("smtp:old@x.example;SMTP:ann@x.example")]
#[case("mailto:ann@x.example")]
#[case("sip:ann@x.example")]
#[case("Ann <ann@x.example>")]
#[case("X500:/o=x/cn=ann;smtp:ann@x.example")]
#[case(" ann@x.example ")]
#[tokio::test]
async fn addresses_are_found_in_their_forms(#[case] cell: &str) {
    let csv = format!("ID;Email\n1;\"{cell}\"\n");
    let address = Some("ann@x.example");
    assert_eq!(of_roster(csv.as_bytes(), "").0[0].2.as_deref(), address, "in a roster");
    for fetched in [of_file(csv.as_bytes(), "").await, of_command(csv.as_bytes(), "csv", "").await] {
        assert_eq!(lines(&fetched)[0].2.as_deref(), address);
    }
}

#[rstest]
#[tokio::test]
async fn ids_are_what_they_were_before_a_spreadsheet(
    #[values("\"=\"\"00123\"\"\"", "'00123", "00123", " 00123\u{a0}")] cell: &str,
) {
    let csv = format!("ID,Name\n{cell},Ann\n");
    assert_eq!(of_roster(csv.as_bytes(), "").0[0].0, "00123", "in a roster");
    for fetched in [of_file(csv.as_bytes(), "").await, of_command(csv.as_bytes(), "csv", "").await] {
        assert_eq!(lines(&fetched)[0].0, "00123");
    }
}

#[tokio::test]
async fn a_program_may_have_its_own_columns_and_words() {
    let printed = b"{\"login\":\"ann\",\"state\":\"frozen\",\"seen\":\"03/04/2026\",\"name\":\"kept as it is\"}\n";
    let keys = "dates = \"day-first\"\n[source.columns]\nid = \"login\"\nstatus = \"state\"\nlast_login_at = \"seen\"\n\
                [source.values]\ninactive = [\"frozen\"]";
    let fetched = of_command(printed, "ndjson", keys).await;
    assert_eq!(lines(&fetched)[0].3, Some(false));
    assert_eq!(fetched.accounts[0].last_login_at, Fact::Known(Some("2026-04-03T00:00:00Z".parse().expect("a moment"))));
}
