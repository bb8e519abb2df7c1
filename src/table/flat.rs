//! Records → text with one line for each, under the headings that they have among them, for readers that want columns. A value
//! inside of another one has both names: `name.familyName`; several values are separated by semicolons.

use std::collections::HashMap;

use serde_json::value::RawValue;

use super::json::{JsonRows, Members};

/// What separates the cells of the text; it doesn't occur in cells.
pub(super) const SEPARATOR: u8 = b'\t';

/// A table that was made from something else.
#[derive(Debug, Default)]
pub(super) struct Flat {
    pub(super) text: String,
    /// The lines from which its lines came, in that; if they are others.
    pub(super) lines: Option<Vec<u64>>,
}

/// The records as a table. Records without end would have columns without end.
pub(super) fn flat(mut records: JsonRows) -> Flat {
    const MOST_COLUMNS: usize = 2000;
    let mut columns: HashMap<String, usize> = HashMap::new();
    let mut headings: Vec<String> = Vec::new();
    let mut rows: Vec<(u64, Vec<(usize, String)>)> = Vec::new();
    while let Some(elements) = records.next() {
        elements.for_each(|line| {
            let mut cells: Vec<(usize, String)> = Vec::new();
            let Ok(record) = line.record else { return };
            visit(record.get(), String::new(), 0, &mut |name, value| {
                let at = *columns.entry(name).or_insert_with_key(|name| {
                    headings.push(name.clone());
                    headings.len() - 1
                });
                if at >= MOST_COLUMNS {
                    return;
                }
                match cells.iter_mut().find(|(column, _)| *column == at) {
                    Some((_, several)) => {
                        several.push(';');
                        several.push_str(&value);
                    }
                    None => cells.push((at, value)),
                }
            });
            rows.push((line.place.line, cells));
        });
    }
    headings.truncate(MOST_COLUMNS);
    let mut flat = Flat { text: String::new(), lines: Some(vec![1]) };
    for (at, heading) in headings.iter().enumerate() {
        if at > 0 {
            flat.text.push(char::from(SEPARATOR));
        }
        push_text(&mut flat.text, heading);
    }
    for (line, mut cells) in rows {
        flat.text.push('\n');
        flat.lines.get_or_insert_default().push(line);
        cells.sort_by_key(|(at, _)| *at);
        let mut column = 0;
        for (at, value) in cells {
            flat.text.extend((column..at).map(|_| char::from(SEPARATOR)));
            column = at;
            push_text(&mut flat.text, &value);
        }
        // A row without values is still one, of which somebody has to say that it has no id.
        flat.text.extend((column..headings.len().saturating_sub(1)).map(|_| char::from(SEPARATOR)));
    }
    flat
}

/// Tells every value inside of a record with its name.
fn visit(json: &str, name: String, depth: usize, tell: &mut impl FnMut(String, String)) {
    const DEEPEST: usize = 6;
    match json.as_bytes().first() {
        Some(b'{') if depth < DEEPEST => {
            let Ok(Members(members)) = serde_json::from_str::<Members<'_>>(json) else { return };
            for (key, value) in members {
                let name = if name.is_empty() { key } else { format!("{name}.{key}") };
                visit(value.get(), name, depth + 1, tell);
            }
        }
        Some(b'[') if depth < DEEPEST => {
            let Ok(values) = serde_json::from_str::<Vec<&RawValue>>(json) else { return };
            for value in values {
                visit(value.get(), name.clone(), depth + 1, tell);
            }
        }
        Some(b'"') => tell(name, serde_json::from_str(json).unwrap_or_default()),
        _ if json == "null" => tell(name, String::new()),
        _ => tell(name, json.to_owned()),
    }
}

/// Adds a cell. Line ends within cells become spaces, so that a line is a row.
pub(super) fn push_text(text: &mut String, value: &str) {
    let quoted = value.contains('"');
    if quoted {
        text.push('"');
    }
    for c in value.chars() {
        match c {
            '\t' | '\n' | '\r' | '\0' => text.push(' '),
            '"' => text.push_str("\"\""),
            c => text.push(c),
        }
    }
    if quoted {
        text.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_have_the_columns_of_all() {
        let json = "[{\"id\":1,\"name\":{\"given\":\"A\\tn\",\"family\":\"\\\"B\\\"\"}},\n\n{\"mails\":[{\"value\":\"a@x\"},{\"value\":\"b@x\"}],\"id\":2.50,\"x\":null,\"ok\":true}]";
        let flat = flat(JsonRows::of_text(json.to_owned(), &|_| false).expect("JSON"));
        let lines: Vec<&str> = flat.text.lines().collect();
        assert_eq!(
            lines,
            [
                "id\tname.given\tname.family\tmails.value\tx\tok",
                "1\tA n\t\"\"\"B\"\"\"\t\t\t",
                "2.50\t\t\ta@x;b@x\t\ttrue"
            ]
        );
        assert_eq!(flat.lines, Some(vec![1, 1, 3]));
    }
}
