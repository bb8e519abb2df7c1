//! A table on a terminal: columns as wide as their widest cell.

use std::fmt::Write as _;

use clap::builder::styling::Style;

/// On which side of its column a cell stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// A cell, and how it looks where there are colours.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    pub(super) fn new(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style }
    }

    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self::new(text, Style::new())
    }

    fn width(&self) -> usize {
        self.text.chars().count()
    }
}

/// Rows below headings.
#[derive(Debug)]
pub(super) struct Table {
    align: fn(usize) -> Align,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(super) fn new(headings: impl Iterator<Item = String>, align: fn(usize) -> Align) -> Self {
        let heading = |text| Cell::new(text, Style::new().bold());
        Self { align, rows: vec![headings.map(heading).collect()] }
    }

    pub(super) fn add(&mut self, row: impl IntoIterator<Item = Cell>) {
        self.rows.push(row.into_iter().collect());
    }

    /// Its lines, without spaces at their ends.
    pub(super) fn lines(&self) -> impl Iterator<Item = String> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let width = |at| self.rows.iter().filter_map(|row| row.get(at)).map(Cell::width).max().unwrap_or_default();
        let widths: Vec<usize> = (0..columns).map(width).collect();
        self.rows.iter().map(move |row| self.line(row, &widths))
    }

    fn line(&self, row: &[Cell], widths: &[usize]) -> String {
        let mut line = String::new();
        for (at, (cell, width)) in row.iter().zip(widths).enumerate() {
            let between = if at == 0 { "" } else { "  " };
            let space = width.saturating_sub(cell.width());
            let (before, after) = match (self.align)(at) {
                Align::Left => (0, space),
                Align::Right => (space, 0),
            };
            let (text, style) = (&cell.text, cell.style);
            write!(line, "{between}{:before$}{style}{text}{style:#}{:after$}", "", "").ok();
        }
        line.truncate(line.trim_end().len());
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let align = |at| if at == 0 { Align::Left } else { Align::Right };
        let mut table = Table::new(["source", "all"].map(str::to_owned).into_iter(), align);
        table.add([Cell::plain("é"), Cell::plain("1,000")]);
        table.add([Cell::plain("longest"), Cell::plain("-")]);
        let lines: Vec<_> = table.lines().map(|line| anstream::adapter::strip_str(&line).to_string()).collect();
        assert_eq!(lines, ["source     all", "é        1,000", "longest      -"]);
    }
}
