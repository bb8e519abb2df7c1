//! Lists that are read by cursors.

use std::collections::HashSet;
use std::future::Future;

use serde::{Deserialize, Deserializer};

use super::ledger::Ledger;
use super::{Intake, Page};
use crate::fetch::{Proof, SourceError};

/// Where a page says that the list goes on.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) enum Next {
    /// Behind this cursor.
    Cursor(String),
    /// Nowhere: it is the last one.
    End,
    /// It says nothing.
    #[default]
    Unsaid,
}

/// Of a field that is there. With a default, one that is absent says nothing.
impl<'de> Deserialize<'de> for Next {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let cursor = Option::<String>::deserialize(from)?;
        Ok(cursor.filter(|cursor| !cursor.is_empty()).map_or(Self::End, Self::Cursor))
    }
}

/// A page, and where the list goes on.
pub(crate) type CursorPage = (Page, Next);

/// Follows cursors, one page after the other. Where there is no total, the list has ended if the last page says so, or
/// says nothing and isn't as full as the first, on a server whose cursors have led there.
pub(crate) async fn by_cursor<I, F, P>(intake: &mut I, fetch: F) -> Result<Proof, SourceError>
where
    I: Intake,
    F: Fn(Option<String>) -> P,
    P: Future<Output = Result<CursorPage, SourceError>>,
{
    let (mut page, mut next) = fetch(None).await?;
    let mut ledger = Ledger::new(&page);
    let size = page.records.len();
    let mut seen = HashSet::new();
    let mut pages = 0;
    loop {
        pages += 1;
        ledger.take(intake, &page)?;
        let Next::Cursor(cursor) = next else { break };
        if !seen.insert(cursor.clone()) {
            let reason = "the vendor gave the same cursor twice, so its list would never end".to_owned();
            return Ok(Proof::Incomplete { declared: ledger.declared(), reason });
        }
        if ledger.is_barren() {
            next = Next::End;
            break;
        }
        (page, next) = fetch(Some(cursor)).await?;
    }
    let declared = ledger.declared();
    let breaks_off = pages == 1 || page.records.len() >= size;
    ledger.endless = declared.is_none() && next == Next::Unsaid && breaks_off;
    Ok(ledger.proof(intake, declared, pages > 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Answer {
        #[serde(default)]
        next: Next,
    }

    #[test]
    fn an_end_is_said_and_not_left_out() {
        let read = |json: &str| serde_json::from_str::<Answer>(json).expect("an answer").next;
        assert_eq!(read(r#"{"next": "c7"}"#), Next::Cursor("c7".to_owned()));
        assert_eq!((read(r#"{"next": ""}"#), read(r#"{"next": null}"#)), (Next::End, Next::End));
        assert_eq!(read("{}"), Next::Unsaid);
    }
}
