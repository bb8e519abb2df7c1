//! Answers that the page of a packet has saved: strict JSON.

use std::fmt;
use std::path::Path;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{AnswerRow, Answers, Placed, SignOff};
use crate::base::diagnostic::Diagnostic;
use crate::model::Timestamp;

/// What a file has to say of itself.
pub(super) const FORMAT: &str = "headcount-decisions-1";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    review: String,
    packet: String,
    token: String,
    bundle_id: String,
    #[expect(dead_code, reason = "for people; nothing follows from it")]
    opened_at: Option<Timestamp>,
    saved_at: Timestamp,
    signed: Option<Signed>,
    rows: Rows,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signed {
    name: String,
    at: Timestamp,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    evidence: String,
    #[serde(default)]
    decision: String,
    #[serde(default)]
    remove: Vec<String>,
    #[serde(default)]
    comment: String,
    #[serde(default)]
    pass_to: String,
    decided_at: Option<Timestamp>,
}

/// By their keys, of which each may stand there twice.
#[derive(Debug)]
struct Rows(Vec<(String, Row)>);

impl<'de> Deserialize<'de> for Rows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Rows;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("rows by their keys")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Rows, A::Error> {
                let mut rows = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    rows.push(pair);
                }
                Ok(Rows(rows))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

/// Reads a file of decisions.
pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Answers, Diagnostic> {
    let wrong = |why: String| {
        Diagnostic::of_file(path, format!("this is no file of decisions: {why}"))
            .help("send the file that the page has saved, as it is")
    };
    let file: File = serde_json::from_slice(bytes).map_err(|error| wrong(error.to_string()))?;
    if file.format != FORMAT {
        return Err(wrong(format!("its format is {:?}, not {FORMAT:?}", file.format)));
    }
    let at = |name: &str, text: String| Placed { place: name.to_owned(), text };
    let row = |(key, row): (String, Row)| {
        let of = |name: &str, text: String| at(&format!("rows[{key:?}].{name}"), text);
        AnswerRow {
            key: at(&format!("rows[{key:?}]"), key.clone()),
            evidence: of("evidence", row.evidence),
            token: at("token", file.token.clone()),
            about: Vec::new(),
            decision: of("decision", row.decision),
            remove: of("remove", String::new()),
            remove_each: Some(row.remove),
            comment: of("comment", row.comment),
            pass_to: of("pass_to", row.pass_to),
            reviewer: Placed::default(),
            decided_on: of(
                "decided_at",
                row.decided_at.map(|at| at.format("%Y-%m-%d").to_string()).unwrap_or_default(),
            ),
            made_at: row.decided_at,
            is_1904: false,
        }
    };
    let signed = file.signed.map(|signed| SignOff {
        review: at("review", file.review),
        token: at("token", file.token.clone()),
        bundle: at("bundle_id", file.bundle_id),
        confirmed: at("signed", "Yes".to_owned()),
        name: at("signed.name", signed.name),
        day: at("signed.at", String::new()),
        at: Some(signed.at.date_naive()),
    });
    let rows = file.rows.0.into_iter().map(row).collect();
    tracing::debug!(packet = %file.packet, "decisions of a page have been read");
    Ok(Answers { extension: "json", rows, signed, saved_at: Some(file.saved_at), tells_times: true })
}
