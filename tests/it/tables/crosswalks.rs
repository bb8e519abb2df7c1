//! Crosswalks as people edit them.

use std::path::Path;

use headcount::config::MatchConfig;
use headcount::correlate::{Correlator, Crosswalk};

use crate::support::roster::read;

fn crosswalk(text: &str) -> Result<Crosswalk, String> {
    let roster = read("Employee ID,Email\nE-1,a@x.example\nE-2,b@x.example\n");
    let correlator = Correlator::new(&roster, &MatchConfig::default());
    let read = Crosswalk::parse(Path::new("people.csv"), text, &correlator);
    read.map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

#[test]
fn a_crosswalk_that_was_in_a_spreadsheet_is_read() {
    for text in [
        "key,value,employee_id\nid,1,E-1\nid,2,E-2\n",
        "\u{feff}key;value;employee_id\r\nid;1;E-1\r\nid;2;E-2\r\n",
        "sep=;\r\nKey;Value;Employee ID;;\r\nID;1;E-1;;\r\nid;2;E-2;;\r\n",
        "KEY\tVALUE\tEMPLOYEE_ID\nid\t1\tE-1\nid\t2\t'E-2\n",
        "# confirmed\nemployee_id,key,value,name\nE-1,id,1,Ann\nE-2,id,2,\n",
        "key,value,employee_id,score,accept\nid,1,E-1,0.9,yes\nid,2,E-2,0.8,x\nid,2,E-1,0.3,\nid,2,E-1,0.2,no\n",
        "[{\"key\":\"id\",\"value\":1,\"employee_id\":\"E-1\"},{\"key\":\"id\",\"value\":2,\"employee_id\":\"E-2\"}]",
    ] {
        let crosswalk = crosswalk(text).unwrap_or_else(|mistakes| panic!("{text}: {mistakes}"));
        assert_eq!(crosswalk.unused_lines().len(), 2, "{text}");
    }
}

#[test]
fn what_cannot_be_read_of_it_is_told() {
    for (text, told) in [
        ("key,value,employee_id,accept\nid,1,E-1,perhaps\n", "people.csv:2:1: `accept` says neither yes nor no"),
        ("key,employee_id\nid,E-1\n", "people.csv:1:1: the first line isn't the header"),
        ("key,value,employee_id\nid,\"1,E-1,\nid,2,E-2\n", "people.csv:2:4: this quote is never closed"),
        ("<html><table>", "people.csv: expected a table, found a web page"),
    ] {
        let mistakes = crosswalk(text).expect_err(text);
        assert!(mistakes.contains(told), "{text}: {mistakes}");
    }
}
