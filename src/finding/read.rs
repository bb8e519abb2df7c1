//! Reads findings back from a report, each put together with its account.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer as _, Error as _, SeqAccess, Visitor};

use super::index_entry::Marks;
use super::{AccountLine, Advice, Batch, FindingLine, FindingRecord, Findings, FindingsWriter, SubjectRecord};
use crate::history::History;

/// Accounts by source and identifier.
type Accounts<'t> = HashMap<(Cow<'t, str>, Cow<'t, str>), AccountLine<'t>>;

impl Findings {
    /// What a report has under `accounts` and `findings`, both as JSON, and what its rules advise.
    ///
    /// # Errors
    /// It is something else, or can't be kept.
    pub fn read(accounts: &str, findings: &str, advice: impl Fn(&str) -> Advice) -> serde_json::Result<Self> {
        const AT_ONCE: usize = 1_000;
        let mut known = Accounts::new();
        each(accounts, |account: AccountLine<'_>| {
            known.insert((account.source.clone(), account.account_id.clone()), account);
            Ok(())
        })?;
        let mut writer = FindingsWriter::new();
        let mut batch = Batch::default();
        each(findings, |line: FindingLine<'_>| {
            put(&line, &known, &mut batch)?;
            if batch.len() >= AT_ONCE {
                writer.append(std::mem::take(&mut batch)).map_err(serde_json::Error::custom)?;
            }
            Ok(())
        })?;
        writer.append(batch).map_err(serde_json::Error::custom)?;
        let read = writer.in_order_of_arrival().map_err(serde_json::Error::custom)?.advised(advice);
        // What was written is written again.
        Ok(read.telling_history(true))
    }
}

/// Adds one to the batch.
fn put(line: &FindingLine<'_>, accounts: &Accounts<'_>, batch: &mut Batch) -> serde_json::Result<()> {
    let about = &line.subject;
    let key = about.source.clone().zip(about.account_id.clone());
    let account = key.and_then(|key| accounts.get(&key));
    let members = about.members.as_ref().map(serde_json::to_string).transpose()?;
    let subject = SubjectRecord {
        kind: &about.kind,
        source: about.source.as_deref(),
        account_id: about.account_id.as_deref(),
        employee_id: about.employee_id.as_deref(),
        members: members.as_deref(),
        display_name: account.map_or(&line.display_name, |account| &account.display_name).as_deref(),
        email: account.map_or(&line.email, |account| &account.email).as_deref(),
        username: account.map_or(&line.username, |account| &account.username).as_deref(),
        ..SubjectRecord::new(&about.kind)
    };
    let facts = account.map_or(subject.facts, |account| account.facts.get());
    let matched = account.map_or(subject.matched, |account| account.matched.get());
    let finding = FindingRecord {
        fingerprint: &line.fingerprint,
        rule: &line.rule,
        severity: line.severity,
        disposition: line.disposition,
        subject: SubjectRecord { facts, matched, ..subject },
        count: line.count,
        message: &line.message,
        remediation: "",
        controls: &[],
        reasons: line.reasons.get(),
        near_misses: line.matched.as_ref().map(|matched| matched.near_misses.get()),
        history: line.history.map(History::from),
    };
    let marks = Marks::of(&finding.facts()?);
    batch.push(&finding, marks, "").map_err(serde_json::Error::custom)
}

/// Takes the elements of a JSON list one after the other.
fn each<'t, T: Deserialize<'t>>(
    json: &'t str,
    take: impl FnMut(T) -> serde_json::Result<()>,
) -> serde_json::Result<()> {
    struct Each<F, T>(F, PhantomData<T>);

    impl<'t, T: Deserialize<'t>, F: FnMut(T) -> serde_json::Result<()>> Visitor<'t> for Each<F, T> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'t>>(mut self, mut list: A) -> Result<(), A::Error> {
            while let Some(element) = list.next_element()? {
                (self.0)(element).map_err(A::Error::custom)?;
            }
            Ok(())
        }
    }

    let mut reader = serde_json::Deserializer::from_str(json);
    reader.deserialize_seq(Each(take, PhantomData))?;
    reader.end()
}
