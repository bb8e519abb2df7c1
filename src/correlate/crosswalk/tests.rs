//! What a crosswalk file may be, and how its mistakes are told.

use serde_json::value::RawValue;

use super::*;
use crate::config::MatchConfig;
use crate::correlate::testing::{employee, roster};
use crate::model::Fact;

fn read(text: &str) -> Result<Crosswalk, String> {
    let roster = roster([employee("E-1"), employee("E-2"), employee("E-3"), employee("e-3")]);
    let correlator = Correlator::new(&roster, &MatchConfig::default());
    Crosswalk::parse(Path::new("x.csv"), text, &correlator)
        .map_err(|mistakes| mistakes.iter().map(Diagnostic::to_string).collect::<Vec<_>>().join("\n"))
}

#[test]
fn lines_are_found_by_any_field_and_unused_ones_are_known() {
    let text = "key,value,employee_id\n# confirmed\n\nid,AbC,E-1\nemail,Zoé@example.com,e-2\nusername,zoe,E-2\n";
    let crosswalk = read(text).expect("valid");
    let mut account = Account::new("AbC".into(), RawValue::NULL);
    assert_eq!(crosswalk.hits(&account).only(), Some(EmployeeIndex(0)));
    assert_eq!(crosswalk.unused_lines(), [5, 6]);
    account.id = "abc".into();
    assert!(crosswalk.hits(&account).is_empty(), "the case of a vendor's id matters");
    account.email = Fact::Known(Some("ZOÉ@example.com ".into()));
    account.username = Fact::Known(Some("zoe".into()));
    assert_eq!(crosswalk.hits(&account).only(), Some(EmployeeIndex(1)));
    assert!(crosswalk.unused_lines().is_empty());
    let tried: Vec<_> = crosswalk.attempts(&account).into_iter().map(|a| (a.field, a.hits.len())).collect();
    assert_eq!(tried, [(AccountField::Id, 0), (AccountField::Email, 1), (AccountField::Username, 1)]);
}

#[test]
fn mistakes_have_their_place_and_no_values() {
    for (row, expected) in [
        ("emial,ann@example.com,E-1", "x.csv:3:1: unknown key (did you mean \"email\"?)"),
        ("email,ann@example.com,E-9", "x.csv:3:1: no employee has this id"),
        ("email,ann@example.com,E-3", "several employees have this id"),
        ("email,,E-1", "the value is empty"),
        ("email,ann@example.com", "expected 3 fields and found 2"),
        ("email,\"ann@example.com,E-1,\nemail,bob@example.com,E-1", "x.csv:3:7: this quote is never closed"),
        ("email,\"ann@example.com\n\",E-1", "x.csv:3:1: a value spans several lines"),
        ("email,ann@example.com,E-1\nemail,ANN@example.com,E-2", "x.csv:4:1: line 3 gives the same account"),
    ] {
        let shown = read(&format!("key,value,employee_id\r\n# ann\r\n{row}\n")).expect_err(row);
        assert!(shown.contains(expected) && !shown.contains("example.com"), "{row}: {shown}");
    }
    assert!(read("key;value\n").expect_err("header").contains("x.csv:1:1: the first line"));
    assert!(read("").expect_err("empty").contains("x.csv:1:1: the file is empty"));
}

#[test]
fn excerpts_are_blanked() {
    let correlator = Correlator::new(&roster([]), &MatchConfig::default());
    let mistakes = Crosswalk::parse(Path::new("x"), "key,value,employee_id\nemail,añn@x,E-9\n", &correlator);
    let shown = mistakes.expect_err("unknown").iter().map(|mistake| mistake.render(false)).collect::<String>();
    assert!(shown.contains("*****,******,***"), "{shown}");
}

#[test]
fn repeated_lines_and_byte_order_marks_are_harmless() {
    let crosswalk = read("\u{feff}key,value,employee_id\rid,7,E-1\rid,7,e-1\r").expect("valid");
    assert_eq!(crosswalk.unused_lines(), [2]);
}

#[test]
fn many_mistakes_are_cut_short() {
    let text = format!("key,value,employee_id\n{}", "id,7,E-9\n".repeat(50));
    let shown = read(&text).expect_err("bad");
    assert_eq!(shown.lines().count(), MOST_MISTAKES + 1);
    assert!(shown.ends_with("and 30 more mistakes"), "{shown}");
}
