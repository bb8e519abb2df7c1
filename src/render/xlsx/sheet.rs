//! One sheet with a heading and rows: how cells are written, and how it looks on screen and paper.

use rust_xlsxwriter::{Color, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use crate::model::Timestamp;
use crate::render::escape::{CELL, clip, terminal};

/// Excel takes 255 characters in a page header, and `&` counts twice.
const PAGE_HEADER: usize = 60;
/// A4, as Excel numbers it.
const A4: u8 = 9;

pub(super) const DAY: &str = "yyyy-mm-dd";
const MOMENT: &str = "yyyy-mm-dd hh:mm";

/// How cells look.
pub(super) struct Styles {
    pub heading: Format,
    pub text: Format,
    pub number: Format,
    pub count: Format,
    pub day: Format,
    pub moment: Format,
    pub answer: Format,
    pub answer_day: Format,
    pub answer_text: Format,
    pub title: Format,
    pub label: Format,
    pub warning: Format,
}

impl Styles {
    pub(super) fn new() -> Self {
        let cell = Format::new()
            .set_align(FormatAlign::Top)
            .set_text_wrap()
            .set_border(FormatBorder::Hair)
            .set_border_color(Color::RGB(0x00BF_BFBF));
        let answer = cell.clone().set_unlocked().set_background_color(Color::RGB(0x00FF_FBE6));
        Self {
            heading: cell.clone().set_bold().set_font_color(Color::White).set_background_color(Color::RGB(0x0024_3B53)),
            // Stays text, also when somebody edits it.
            text: cell.clone().set_align(FormatAlign::Left).set_quote_prefix(),
            number: cell.clone().set_num_format("#,##0_)"),
            count: cell.clone().set_num_format("#,##0").set_align(FormatAlign::Left),
            day: cell.clone().set_num_format(DAY).set_align(FormatAlign::Left),
            moment: cell.set_num_format(MOMENT).set_align(FormatAlign::Left),
            answer_text: answer.clone().set_num_format("@").set_align(FormatAlign::Left),
            answer_day: answer.clone().set_num_format(DAY).set_align(FormatAlign::Left),
            answer,
            title: Format::new().set_bold().set_font_size(16),
            label: Format::new().set_bold().set_align(FormatAlign::Top),
            warning: Format::new()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::Top)
                .set_font_color(Color::RGB(0x009B_1C1C))
                .set_background_color(Color::RGB(0x00FD_E8E8)),
        }
    }
}

/// What stands in a cell.
#[derive(Debug, Clone)]
pub(super) enum Cell {
    Text(String),
    /// Lines that stand below each other.
    Lines(String),
    Number(u64),
    /// A day, or nothing: words in a column of days stop whoever calculates with them.
    Day(Option<Timestamp>),
    /// The same with the time.
    Moment(Option<Timestamp>),
    /// To be filled in.
    Answer,
    /// To be filled in with a day.
    AnswerDay,
    /// To be filled in with what no program may take for a number or a day.
    AnswerText,
}

/// Not every spreadsheet finds out how high a row is. Heights are kept in memory, though, and Excel does find out.
const TALL_ROWS: u32 = 10_000;
/// In points.
const LINE: f64 = 15.0;
/// So that a row is never higher than a screen.
const MOST_LINES: u16 = 16;

impl Cell {
    /// How many lines it takes in a column of this width, roughly.
    fn lines(&self, width: u8) -> u16 {
        let (Self::Text(text) | Self::Lines(text)) = self else { return 1 };
        // Words are not broken, so that some of each line stays empty; Chinese, Japanese and Korean are twice as wide.
        let width = usize::from(width).saturating_sub(1).max(1);
        let line = |line: &str| line.chars().map(|c| if c < '\u{1100}' { 1 } else { 2 }).sum::<usize>().div_ceil(width);
        let lines = text.split('\n').map(|text| line(text).max(1));
        u16::try_from(lines.take(usize::from(MOST_LINES)).sum::<usize>()).unwrap_or(MOST_LINES)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// Text as a cell may hold it, in one line.
pub(super) fn plain(text: &str) -> String {
    clip(&terminal(text), CELL)
}

/// The same, where line breaks are our own.
fn lines(text: &str) -> String {
    clip(&text.split('\n').map(terminal).collect::<Vec<_>>().join("\n"), CELL)
}

/// The heading of a column, and how many characters wide it is.
pub(super) type Column = (&'static str, u8);

/// A sheet under way. Rows are written from the top and can't be changed afterwards.
pub(super) struct Sheet<'w> {
    pub inner: &'w mut Worksheet,
    styles: &'w Styles,
    columns: &'w [Column],
    rows: u32,
}

impl<'w> Sheet<'w> {
    /// A sheet with its heading, ready for the screen and for paper.
    pub(super) fn new(
        workbook: &'w mut Workbook,
        name: &str,
        columns: &'w [Column],
        styles: &'w Styles,
    ) -> Result<Self, XlsxError> {
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?;
        for (at, (heading, width)) in (0..).zip(columns) {
            sheet.write_string_with_format(0, at, *heading, &styles.heading)?;
            sheet.set_column_width(at, f64::from(*width))?;
        }
        sheet.set_freeze_panes(1, 1)?.set_repeat_rows(0, 0)?;
        on_paper(sheet);
        Ok(Self { inner: sheet, styles, columns, rows: 0 })
    }

    /// Adds a row below the others.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) -> Result<(), XlsxError> {
        self.rows += 1;
        let mut lines = 1;
        for ((at, cell), (_, width)) in (0..).zip(cells).zip(self.columns) {
            write(self.inner, self.rows, at, &cell, self.styles)?;
            lines = lines.max(cell.lines(*width));
        }
        if lines > 1 && self.rows <= TALL_ROWS {
            self.inner.set_row_height(self.rows, LINE * f64::from(lines.min(MOST_LINES)))?;
        }
        Ok(())
    }

    /// The number of the last row, where the heading is 0.
    pub(super) const fn last(&self) -> u32 {
        self.rows
    }

    /// Keeps this many columns on the screen, whatever is scrolled.
    pub(super) fn hold(&mut self, columns: u16) -> Result<(), XlsxError> {
        self.inner.set_freeze_panes(1, columns).map(drop)
    }

    /// Puts the filter on.
    pub(super) fn finish(self) -> Result<(), XlsxError> {
        let last = u16::try_from(self.columns.len()).unwrap_or_default().saturating_sub(1);
        self.inner.autofilter(0, 0, self.rows, last)?;
        Ok(())
    }
}

fn write(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell, styles: &Styles) -> Result<(), XlsxError> {
    match cell {
        Cell::Text(text) => sheet.write_string_with_format(row, column, plain(text), &styles.text)?,
        Cell::Lines(text) => sheet.write_string_with_format(row, column, lines(text), &styles.text)?,
        Cell::Number(number) => match u32::try_from(*number) {
            Ok(number) => sheet.write_number_with_format(row, column, number, &styles.number)?,
            // More than a spreadsheet counts exactly enough.
            Err(_) => sheet.write_string_with_format(row, column, number.to_string(), &styles.text)?,
        },
        Cell::Day(at) => moment(sheet, (row, column), *at, &styles.day)?,
        Cell::Moment(at) => moment(sheet, (row, column), *at, &styles.moment)?,
        Cell::Answer => sheet.write_blank(row, column, &styles.answer)?,
        Cell::AnswerDay => sheet.write_blank(row, column, &styles.answer_day)?,
        Cell::AnswerText => sheet.write_blank(row, column, &styles.answer_text)?,
    };
    Ok(())
}

/// A spreadsheet knows the years from 1900 to 9999; what a vendor sends of others is left out.
fn moment<'s>(
    sheet: &'s mut Worksheet,
    (row, column): (u32, u16),
    at: Option<Timestamp>,
    format: &Format,
) -> Result<&'s mut Worksheet, XlsxError> {
    match at.map(|at| ExcelDateTime::from_timestamp(at.timestamp())) {
        Some(Ok(moment)) => sheet.write_datetime_with_format(row, column, &moment, format),
        Some(Err(_)) | None => sheet.write_blank(row, column, format),
    }
}

/// A4 across, one page wide, with page numbers.
pub(super) fn on_paper(sheet: &mut Worksheet) {
    sheet
        .set_paper_size(A4)
        .set_landscape()
        .set_print_fit_to_pages(1, 0)
        .set_margins(0.4, 0.4, 0.7, 0.6, 0.3, 0.3)
        .set_footer("&L&A&RPage &P of &N");
}

/// Text in the header or footer of a page, where `&` starts a command.
pub(super) fn page_header(text: &str) -> String {
    clip(&terminal(text), PAGE_HEADER).replace('&', "&&")
}
