//! Every account of every source, with what was found about it; read from the inventory row by row.

use std::borrow::Cow;
use std::collections::HashMap;

use rust_xlsxwriter::Workbook;

use super::Book;
use super::sheet::{Cell, Column, Sheet};
use crate::audit::AccountRow;
use crate::model::{Fact, SourceName, Tier};
use crate::render::{RenderError, subject};
use crate::report::Finding;

const COLUMNS: [Column; 15] = [
    ("Source", 14),
    ("Account ID", 28),
    ("External ID", 16),
    ("E-mail", 30),
    ("Login name", 30),
    ("Name", 24),
    ("Status", 10),
    ("Locked", 10),
    ("Last login", 17),
    ("Situation", 12),
    ("Matched by", 12),
    ("Employee ID", 14),
    ("Person", 24),
    ("Findings", 30),
    ("Key", 40),
];

/// Says in the sheet itself what the reader of an empty one has to know.
const WITHOUT: &str = "This workbook was made without the list of accounts: it is there when an audit writes it, unless people are left out.";

pub(super) fn write(workbook: &mut Workbook, book: &Book<'_>) -> Result<(), RenderError> {
    let mut sheet = Sheet::new(workbook, "All accounts", &COLUMNS, &book.styles)?;
    let Some(inventory) = book.inventory else {
        sheet.row([WITHOUT.into()])?;
        return Ok(sheet.finish()?);
    };
    let findings = Findings::new(book.findings);
    let mut room = book.room(inventory.len());
    inventory.for_each(|source, row| {
        if room > 0 {
            room -= 1;
            sheet.row(cells(source, &row, &findings))?;
        }
        Ok::<_, RenderError>(())
    })?;
    Ok(sheet.finish()?)
}

/// The findings by the accounts that they are about.
struct Findings<'r>(HashMap<(&'r str, &'r str), Vec<&'r Finding>>);

impl<'r> Findings<'r> {
    fn new(all: &'r [Finding]) -> Self {
        let mut findings: HashMap<_, Vec<_>> = HashMap::new();
        for finding in all {
            let source = finding.subject.source.as_deref().unwrap_or_default();
            for id in finding.subject.account_id.iter().chain(finding.subject.members.iter().flatten()) {
                findings.entry((source, id.as_str())).or_default().push(finding);
            }
        }
        Self(findings)
    }

    fn of(&self, source: &str, id: &str) -> String {
        let words = |finding: &&Finding| match subject::exception(finding) {
            Some(exception) => format!("{} ({exception})", finding.rule),
            None => finding.rule.clone(),
        };
        let found = self.0.get(&(source, id)).map(Vec::as_slice).unwrap_or_default();
        found.iter().map(words).collect::<Vec<_>>().join(", ")
    }
}

fn cells(source: &SourceName, row: &AccountRow<'_>, findings: &Findings<'_>) -> [Cell; COLUMNS.len()] {
    let maybe = |text: &Option<Cow<'_, str>>| Cell::from(text.as_deref().unwrap_or_default());
    [
        source.as_str().into(),
        row.id.as_ref().into(),
        text(&row.external_id),
        text(&row.email),
        text(&row.username),
        text(&row.display_name),
        row.status.known().map_or(NOT_TOLD, |status| status.as_str()).into(),
        row.locked.known().map_or(NOT_TOLD, |locked| if *locked { "yes" } else { "no" }).into(),
        match row.last_login_at {
            Fact::Known(Some(at)) => Cell::Moment(at),
            Fact::Known(None) => "never".into(),
            Fact::NotExposed => NOT_TOLD.into(),
        },
        row.situation.as_ref().into(),
        row.tier.map_or("", Tier::as_str).into(),
        maybe(&row.employee_id),
        maybe(&row.employee_name),
        findings.of(source.as_str(), &row.id).into(),
        format!("{source}/{}", row.id).into(),
    ]
}

/// The vendor can't tell, or people are left out of this workbook.
const NOT_TOLD: &str = "not told";

fn text(fact: &Fact<Option<Cow<'_, str>>>) -> Cell {
    match fact {
        Fact::Known(value) => value.as_deref().unwrap_or_default().into(),
        Fact::NotExposed => NOT_TOLD.into(),
    }
}
