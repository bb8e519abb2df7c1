//! The workbook: what reviewers fill in, with every account, source and rule beside it. Made from the report and from the
//! list of all accounts, if the audit kept one.
//!
//! Findings are read when their row is due, and rows are written out as they come, so that memory hardly grows with them.
//! What came from vendors and HR is only ever
//! written as a string: a spreadsheet calculates no string and follows no link in one.

mod accounts;
mod evidence;
mod others;
mod packet;
mod review;
mod sheet;
mod summary;

use std::any::Any;
use std::fs::File;
use std::io::{self, Seek as _, Write};
use std::thread;

use chrono::NaiveDate;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use super::view::{Accounts, Review};
use super::{RenderError, RenderOptions, view};
use crate::audit::Inventory;
use crate::config::ReviewScope;
use crate::finding::Findings;
use crate::report::Report;
use sheet::{Styles, plain};

pub use packet::packet_workbook;

/// Everything that the sheets are made from.
struct Book<'b> {
    report: &'b Report,
    accounts: &'b Accounts<'b>,
    review: Review<'b>,
    inventory: Option<&'b Inventory>,
    /// Which accounts are asked about.
    scope: ReviewScope,
    /// How many rows a sheet may have, with its heading.
    rows: u32,
    /// The last day for an answer, in the workbook of a manager.
    deadline: Option<NaiveDate>,
    styles: Styles,
}

pub(super) fn render(report: &Report, options: &RenderOptions<'_>, out: &mut dyn Write) -> Result<(), RenderError> {
    let mut file = apart(|| make(report, options))?;
    file.rewind()?;
    io::copy(&mut file, out)?;
    Ok(())
}

/// The workbook of one manager: what they are asked, and nothing of anybody else.
///
/// # Errors
/// The findings can't be read back, or the temporary folder has no room.
pub fn review_workbook(report: &Report, findings: &Findings, deadline: NaiveDate) -> Result<Vec<u8>, RenderError> {
    apart(|| {
        let accounts = Accounts::new(findings)?;
        let book = Book {
            report,
            accounts: &accounts,
            review: Review::new(findings, &accounts),
            inventory: None,
            scope: ReviewScope::Findings,
            rows: RenderOptions::default().sheet_rows,
            deadline: Some(deadline),
            styles: Styles::new(),
        };
        let mut workbook = Workbook::new();
        workbook.set_properties(&properties(report, "Accounts to decide about")?);
        review::write(&mut workbook, &book)?;
        summary::how_to(&mut workbook, &book, deadline)?;
        Ok(workbook.save_to_buffer()?)
    })
}

/// Works on a thread of its own: where the temporary folder has no room for the rows, the library has no other way to say so
/// than to panic.
fn apart<T: Send>(make: impl FnOnce() -> Result<T, RenderError> + Send) -> Result<T, RenderError> {
    let made = thread::scope(|scope| scope.spawn(make).join());
    made.unwrap_or_else(|panic| Err(broken(panic.as_ref())))
}

/// What the library said when it gave up.
fn broken(panic: &(dyn Any + Send)) -> RenderError {
    let words = panic.downcast_ref::<String>().map_or("the library gave up", String::as_str);
    XlsxError::IoError(io::Error::other(words)).into()
}

/// Makes the workbook in a temporary file.
fn make(report: &Report, options: &RenderOptions<'_>) -> Result<File, RenderError> {
    let accounts = Accounts::new(&report.findings)?;
    let book = Book {
        report,
        accounts: &accounts,
        review: Review::new(&report.findings, &accounts),
        inventory: options.inventory,
        scope: options.review,
        rows: options.sheet_rows,
        deadline: None,
        styles: Styles::new(),
    };
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(report, &view::headline(report))?);
    summary::write(&mut workbook, &book)?;
    review::write(&mut workbook, &book)?;
    others::write(&mut workbook, &book)?;
    accounts::write(&mut workbook, &book)?;
    evidence::sources(&mut workbook, &book)?;
    evidence::rules(&mut workbook, &book)?;
    let mut file = io::BufWriter::new(tempfile::tempfile()?);
    workbook.save_to_writer(&mut file)?;
    Ok(file.into_inner().map_err(io::IntoInnerError::into_error)?)
}

/// The moment is the report's, so that the same report gives the same bytes.
fn properties(report: &Report, subject: &str) -> Result<DocProperties, XlsxError> {
    Ok(DocProperties::new()
        .set_title(plain(&report.run.title))
        .set_subject(plain(subject))
        .set_company(plain(&report.run.organisation))
        .set_author("headcount")
        .set_creation_datetime(&ExcelDateTime::from_timestamp(report.run.finished_at.timestamp())?))
}

impl Book<'_> {
    /// Whether it asks a manager, and doesn't advise an administrator.
    const fn asks(&self) -> bool {
        self.deadline.is_some()
    }

    /// All accounts, if each of them is asked about.
    fn all_reviewed(&self) -> Option<&Inventory> {
        self.inventory.filter(|_| self.scope == ReviewScope::All)
    }

    /// How many accounts are asked about.
    fn reviewed(&self) -> u64 {
        self.all_reviewed().map_or(self.review.len() as u64, Inventory::len)
    }

    /// Of this many rows, how many a sheet has room for.
    fn room(&self, rows: u64) -> u64 {
        rows.min(u64::from(self.rows.saturating_sub(1)))
    }
}
