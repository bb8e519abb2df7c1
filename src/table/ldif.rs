//! LDIF, as directories print it → records as JSON objects, each with its line. An attribute with several values is a list.

use base64::Engine as _;
use serde_json::{Map, Value};

use crate::base::text::hex;

/// Whether a text begins as LDIF does.
pub(super) fn is_ldif(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let first = lines.next().unwrap_or_default();
    let begins = |line: &str, word: &str| line.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    begins(first, "dn:") || (begins(first, "version:") && lines.next().is_some_and(|line| begins(line, "dn:")))
}

/// The entries, each as its line and its record. Comments, and what `ldapsearch` tells of the search, are none.
pub(super) fn records(text: &str) -> Vec<(u64, String)> {
    let mut records = Vec::new();
    let mut entry = Entry::default();
    let mut lines = (1..).zip(text.lines()).peekable();
    while let Some((number, first)) = lines.next() {
        let mut line = first.trim_end_matches('\r').to_owned();
        // A line that begins with a space goes on with the line above.
        while let Some((_, more)) = lines.next_if(|(_, next)| next.starts_with(' ')) {
            line.push_str(more.get(1..).unwrap_or_default().trim_end_matches('\r'));
        }
        if line.starts_with('#') {
            continue;
        }
        if line.trim().is_empty() {
            records.extend(std::mem::take(&mut entry).record());
        } else {
            entry.add(number, &line);
        }
    }
    records.extend(entry.record());
    records
}

#[derive(Debug, Default)]
struct Entry {
    line: u64,
    attributes: Map<String, Value>,
}

impl Entry {
    fn add(&mut self, line: u64, text: &str) {
        let Some((name, value)) = text.split_once(':') else { return };
        if self.attributes.is_empty() {
            self.line = line;
        }
        let value = match value.strip_prefix(':') {
            Some(encoded) => decoded(encoded.trim()),
            None => value.trim_start_matches(' ').to_owned(),
        };
        // `cn;lang-de` is a cn.
        let name = name.split(';').next().unwrap_or(name).trim();
        match self.attributes.get_mut(name) {
            None => drop(self.attributes.insert(name.to_owned(), Value::String(value))),
            Some(Value::Array(values)) => values.push(Value::String(value)),
            Some(first) => *first = Value::Array(vec![first.take(), Value::String(value)]),
        }
    }

    /// Its record, if it is an entry: `version`, `search` and `result` stand alone.
    fn record(self) -> Option<(u64, String)> {
        let has_name = self.attributes.keys().any(|name| name.eq_ignore_ascii_case("dn"));
        has_name.then(|| (self.line, Value::Object(self.attributes).to_string()))
    }
}

/// A value in base64: text, or what is left of it, such as an identifier in bytes, as its hexadecimal digits.
fn decoded(value: &str) -> String {
    let Ok(bytes) = base64::engine::general_purpose::STANDARD.decode(value) else { return value.to_owned() };
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains(char::is_control) => text,
        Ok(text) => hex(text.as_bytes()),
        Err(error) => hex(error.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRIES: &str = "# extended LDIF\nversion: 1\n\n# Ann\ndn: uid=ann,dc=x\r\nuid: ann\r\nmail: ann@x.example\nmail: a.b\n @x.example\ncn:: Wm/D\n qw==\n\
                           cn;lang-de: Zoe\nobjectGUID:: /wD+\n\ndn: uid=bo,dc=x\nuid: bo\n\n# search result\nsearch: 2\nresult: 0 Success\n";

    #[test]
    fn entries_are_records() {
        assert!(is_ldif(ENTRIES) && is_ldif("dn: x") && !is_ldif("dn,uid\n"));
        let found = records(ENTRIES);
        let ann: Value = serde_json::from_str(&found[0].1).expect("JSON");
        assert_eq!(ann["mail"], serde_json::json!(["ann@x.example", "a.b@x.example"]));
        assert_eq!(
            (&ann["cn"], &ann["objectGUID"]),
            (&serde_json::json!(["Zoë", "Zoe"]), &serde_json::json!("ff00fe"))
        );
        assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [5, 15]);
    }
}
