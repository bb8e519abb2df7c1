//! Every account of every source, with what was found about it; read from the inventory row by row.

use std::borrow::Cow;

use rust_xlsxwriter::Workbook;

use super::Book;
use super::sheet::{Cell, Column, Sheet};
use crate::audit::AccountRow;
use crate::finding::FindingRef;
use crate::model::{Fact, SourceName, Tier};
use crate::render::view::Group;
use crate::render::{RenderError, subject};

const COLUMNS: [Column; 22] = [
    ("Source", 14),
    ("Account ID", 28),
    ("External ID", 16),
    ("E-mail", 30),
    ("Login name", 30),
    ("Name", 24),
    ("Status", 10),
    ("Locked", 10),
    ("Last login", 17),
    ("Used", 10),
    ("Roles", 24),
    ("Privileged", 10),
    ("Licensed", 10),
    ("Created", 17),
    ("Deleted", 17),
    ("Situation", 12),
    ("Matched by", 12),
    ("Employee ID", 14),
    ("Person", 24),
    ("Manager", 24),
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
    let mut room = book.room(inventory.len());
    inventory.for_each(|source, row| {
        if room > 0 {
            room -= 1;
            let about = book.accounts.get((source.as_str(), &row.id));
            sheet.row(cells(source, &row, inventory.manager(&row), about))?;
        }
        Ok::<_, RenderError>(())
    })?;
    Ok(sheet.finish()?)
}

/// What was found about an account.
pub(super) fn findings(about: Option<Group<'_>>) -> String {
    let words = |head: FindingRef<'_>| match subject::exception(head.disposition()) {
        Some(exception) => format!("{} ({exception})", head.rule()),
        None => head.rule().to_owned(),
    };
    about.into_iter().flat_map(Group::heads).map(words).collect::<Vec<_>>().join(", ")
}

fn cells(
    source: &SourceName,
    row: &AccountRow<'_>,
    manager: Option<&str>,
    about: Option<Group<'_>>,
) -> [Cell; COLUMNS.len()] {
    let maybe = |text: &Option<Cow<'_, str>>| Cell::from(text.as_deref().unwrap_or_default());
    let flag = |flag: Option<&bool>| Cell::from(flag.map_or(NOT_TOLD, |flag| if *flag { "yes" } else { "no" }));
    [
        source.as_str().into(),
        row.id.as_ref().into(),
        text(&row.external_id),
        text(&row.email),
        text(&row.username),
        text(&row.display_name),
        row.status.known().map_or(NOT_TOLD, |status| status.as_str()).into(),
        flag(row.locked.known()),
        Cell::Moment(row.last_login_at.known().copied().flatten()),
        match row.last_login_at {
            Fact::Known(Some(_)) => "yes",
            Fact::Known(None) => "never",
            Fact::NotExposed => NOT_TOLD,
        }
        .into(),
        row.roles.known().map_or(NOT_TOLD.to_owned(), |roles| roles.join(", ")).into(),
        flag(row.privileged.as_ref()),
        flag(row.licensed.known()),
        Cell::Moment(row.created_at.known().copied()),
        Cell::Moment(row.deleted_at.present().copied()),
        row.situation.as_ref().into(),
        row.tier.map_or("", Tier::as_str).into(),
        maybe(&row.employee_id),
        maybe(&row.employee_name),
        manager.unwrap_or_default().into(),
        findings(about).into(),
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
