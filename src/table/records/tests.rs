//! Every cell of a row is the value under its heading, whatever it holds.

use proptest::prelude::*;

use super::*;
use crate::table::header::Purposes;
use crate::table::source::Source;

/// Whatever it is called, the first column is what the table is read for.
struct First;

impl Purposes for First {
    fn of(&self, heading: &str) -> Option<usize> {
        (heading == "id").then_some(0)
    }

    fn essential(&self) -> usize {
        0
    }
}

proptest! {
    #[test]
    fn every_cell_is_the_value_under_its_heading(
        rows in proptest::collection::vec(("[0-9]{1,4}", any::<String>(), "[ -~é\t\n]{0,20}"), 1..20),
        heading in "[a-zé\"\\\\ ]{0,6}x",
    ) {
        let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
        let row = |cells: [&str; 3]| cells.map(quoted).join(",") + "\n";
        let mut text = row(["id", &heading, "last"]);
        text.extend(rows.iter().map(|(id, name, last)| row([id, name, last])));
        let source = Source::of_text(text.into(), "UTF-8");
        let header = source.header(&First).expect("headings");
        let headings = header.headings.clone();
        let mut records = Records::Cells(vec![Cells::new(source.table(header), &headings, None, Vec::new())]);
        let written = Written::of(records.next().expect("text").expect("rows"));
        let Origin::Cells(_, shape) = &written.origin else { panic!("cells") };
        let cells = |record: Incoming<'_>| -> Vec<String> {
            let values = record.values_of(&shape.keys).expect("known");
            values.map(|value| serde_json::from_str(value.get()).expect("a text")).collect()
        };
        let found: Vec<_> = written.records().map(cells).collect();
        let expected: Vec<_> = rows.iter().map(|(id, name, last)| vec![id.clone(), name.clone(), last.clone()]).collect();
        prop_assert_eq!(found, expected);
        for record in written.records() {
            let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(record.json.get()).expect("JSON");
            prop_assert!(object.contains_key(&headings[1]) && object.len() == 3);
        }
    }
}
