//! The page: one file that works offline, under its own content security policy, and without JavaScript.

use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::fit::{Budget, Fitted, fit};
use super::template::{Engine, PAGE, PAGE_ENTRY, PAGE_PERSON, SCRIPT, STYLE};
use super::view::{Entries, Entry, Group, Page, People};
use super::{RenderError, RenderOptions};
use crate::base::text::grouped;
use crate::report::Report;

/// A page over 3 MB is slow to open and to search.
const PAGE_BYTES: usize = 2_950_000;
const FINDINGS: usize = 5_000;

/// What the people's rows may take of the page: as much as so many of them usually need.
fn people_bytes(people: &People<'_>) -> usize {
    (20_000 + 1_000 * people.len()).min(250_000)
}

#[derive(Serialize)]
struct Document<'d> {
    #[serde(flatten)]
    page: &'d Page,
    style: &'d str,
    script: &'d str,
    policy: String,
    accounts: &'d str,
    others: &'d str,
    left_out: &'d str,
    people: &'d str,
    people_left_out: String,
}

pub(super) fn render(report: &Report, options: &RenderOptions<'_>, out: &mut dyn Write) -> Result<(), RenderError> {
    let engine = options.templates.page()?;
    let (style, script) = (engine.text(STYLE), engine.text(SCRIPT));
    let entries = Entries::new(report);
    let page = Page::new(report, &entries)?;
    let document = |fitted: &Fitted, people: &str, people_left_out: String| {
        let Fitted { accounts, others, left_out, .. } = fitted;
        let policy = policy(style, script);
        let page = &page;
        engine.render(
            PAGE,
            &Document { page, style, script, policy, accounts, others, left_out, people, people_left_out },
        )
    };
    let people = People::new(&entries);
    let always = document(&Fitted::default(), "", String::new())?.len() + people_bytes(&people);
    let budget = Budget { findings: FINDINGS, bytes: PAGE_BYTES.saturating_sub(always) };
    let fitted = fit(&entries, budget, options, |entry| engine.render(PAGE_ENTRY, entry))?;
    let (rows, people_left_out) = people_rows(engine, &people, &fitted)?;
    out.write_all(document(&fitted, &rows, people_left_out)?.as_bytes())?;
    Ok(())
}

/// What the templates of the page see of a report: the page, its rows, and the rows of its people.
pub(super) fn model(report: &Report) -> Result<[Vec<Value>; 3], RenderError> {
    let entries = Entries::new(report);
    let page = Page::new(report, &entries)?;
    let people = People::new(&entries);
    let row = |group: Group<'_>| Ok(serde_json::to_value(Entry::new(&group.read()?, entries.as_of()))?);
    let rows = entries.groups().map(row).collect::<Result<_, RenderError>>()?;
    let shown = report.findings.iter().map(|finding| Ok(finding.map_err(RenderError::Findings)?.fingerprint));
    let shown = shown.collect::<Result<_, RenderError>>()?;
    let person = people.rows(&shown).map(|person| Ok(serde_json::to_value(person?)?));
    let document = Document {
        page: &page,
        style: "the style sheet",
        script: "the script",
        policy: policy("", ""),
        accounts: "the rows of accounts",
        others: "the other rows",
        left_out: "how many findings are left out",
        people: "the rows of people",
        people_left_out: "12".to_owned(),
    };
    Ok([vec![serde_json::to_value(&document)?], rows, person.collect::<Result<_, RenderError>>()?])
}

/// The rows of the people that fit, and the number of those that don't.
fn people_rows(engine: &Engine, people: &People<'_>, fitted: &Fitted) -> Result<(String, String), RenderError> {
    let mut rows = String::new();
    for (at, person) in people.rows(&fitted.shown).enumerate() {
        let row = engine.render(PAGE_PERSON, &person?)?;
        if rows.len() + row.len() > people_bytes(people) {
            return Ok((rows, grouped((people.len() - at) as u64)));
        }
        rows.push_str(&row);
    }
    Ok((rows, String::new()))
}

/// Nothing may be loaded or sent, and only this style and this script may apply.
fn policy(style: &str, script: &str) -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(style),
        hash(script)
    )
}
