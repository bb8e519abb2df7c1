//! One row → one employee, or the reason why not. Dates and states are added by the caller, which sees the column.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::columns::Columns;
use crate::key::{KeyKind, fold as fold_key, stands_for_nothing};
use crate::model::{ColumnRole, Employee, Profile};
use crate::table::{Holds, Row, addresses, clean, fold, is_nothing, is_one_address, is_total, without_apostrophe};

/// Where a file keeps what, looked up by position for every row.
#[derive(Debug)]
pub(super) struct RowReader {
    /// By [`ColumnRole`].
    slots: [Vec<usize>; ColumnRole::ALL.len()],
    /// The columns that are kept as they are, in the roster's order; a column may be another file's only.
    extras: Vec<Option<usize>>,
    id_heading: String,
}

impl RowReader {
    /// For a file whose other columns are kept in the order of `extra_columns`.
    pub(super) fn new(columns: &Columns, extra_columns: &[String]) -> Self {
        // Of columns with the same name, the first.
        let own: Vec<(usize, &str)> = columns.extras().collect();
        let own: HashMap<&str, usize> = own.into_iter().rev().map(|(at, name)| (name, at)).collect();
        let place = |name: &String| own.get(name.as_str()).copied();
        let id = columns.of(ColumnRole::EmployeeId).first().and_then(|at| columns.names.get(*at));
        Self {
            slots: ColumnRole::ALL.map(|role| columns.of(role).to_vec()),
            extras: extra_columns.iter().map(place).collect(),
            id_heading: id.map_or_else(String::new, |name| fold(name)),
        }
    }

    /// The first cell of a purpose that isn't blank, in the order of preference. A word for nothing is none, and counted.
    pub(super) fn first<'r>(&self, role: ColumnRole, row: &'r Row<'_>, voids: &mut Voids) -> Option<Cow<'r, str>> {
        let cell = self.cells(role, row).find(|cell| !cell.is_empty())?;
        if !is_nothing(&cell, holds(role)) {
            return Some(cell);
        }
        voids.count(role);
        None
    }

    fn cells<'r>(&self, role: ColumnRole, row: &'r Row<'_>) -> impl Iterator<Item = Cow<'r, str>> {
        let slots = self.slots.get(role as usize).map_or(&[][..], Vec::as_slice);
        slots.iter().filter_map(|at| row.get(*at)).map(clean)
    }

    /// All cells of a purpose, without words for nothing.
    fn all<'r>(&self, role: ColumnRole, row: &'r Row<'_>, voids: &mut Voids) -> Vec<Cow<'r, str>> {
        let mut is_value = |cell: &Cow<'r, str>| {
            let is_void = !cell.is_empty() && is_nothing(cell, holds(role));
            if is_void {
                voids.count(role);
            }
            !is_void
        };
        self.cells(role, row).filter(|cell| is_value(cell)).collect()
    }

    /// The person of a row, still without dates; or why there is none.
    pub(super) fn employee(&self, row: &Row<'_>, voids: &mut Voids) -> Result<Employee, &'static str> {
        let id = self.id(row)?;
        let name = self.first(ColumnRole::Name, row, voids).or_else(|| self.joined_name(row, voids).map(Cow::Owned));
        let mut text = |role| self.first(role, row, voids).unwrap_or_default();
        let [department, title, location] =
            [ColumnRole::Department, ColumnRole::Title, ColumnRole::Location].map(&mut text);
        let manager = self.first(ColumnRole::Manager, row, voids);
        let managers: Vec<&str> = manager.iter().map(AsRef::as_ref).collect();
        let emails = self.all(ColumnRole::Email, row, voids);
        let usernames = self.all(ColumnRole::Username, row, voids);
        let extras = self.extras.iter().map(|at| at.and_then(|at| row.get(at)).map_or(Cow::Borrowed(""), clean));
        let extras: Vec<Cow<'_, str>> = extras.collect();
        Ok(Employee::new(&Profile {
            id: &id,
            name: &name.unwrap_or_default(),
            managers: &managers,
            department: &department,
            title: &title,
            location: &location,
            emails: &all_addresses(&emails),
            usernames: &login_names(&usernames),
            extra: &extras.iter().map(Cow::as_ref).collect::<Vec<_>>(),
        }))
    }

    fn id<'r>(&self, row: &'r Row<'_>) -> Result<Cow<'r, str>, &'static str> {
        // Some exports keep leading zeros by an apostrophe, as people do in a spreadsheet.
        let id = match self.cells(ColumnRole::EmployeeId, row).find(|cell| !cell.is_empty()).unwrap_or_default() {
            Cow::Borrowed(id) => Cow::Borrowed(without_apostrophe(id)),
            Cow::Owned(id) => Cow::Owned(without_apostrophe(&id).to_owned()),
        };
        let first_cell = row.iter().map(clean).find(|cell| !cell.is_empty()).unwrap_or_default();
        let no_id = is_nothing(&id, Holds::Ids);
        let told = if no_id { &first_cell } else { &id };
        // Few identifiers hold a word, and only those have to be looked at closely.
        if told.chars().filter(|c| c.is_alphabetic()).nth(1).is_some() {
            if is_total(told) && !row.iter().any(|cell| cell.contains('@')) {
                return Err("a line of totals or the end of the report");
            }
            if fold(&id) == self.id_heading {
                return Err("the line of headings again");
            }
        }
        if no_id {
            return Err("the row has no employee id");
        }
        if stands_for_nothing(KeyKind::Id, &fold_key(&id).text) {
            return Err("the employee id stands for nothing");
        }
        if has_separator(&id) {
            return Err(
                "a spreadsheet has put a separator into the employee id (1,002); format the column as text and export again",
            );
        }
        if is_rounded(&id) {
            return Err(
                "a spreadsheet has rounded the employee id (1.23E+11); format the column as text and export again",
            );
        }
        Ok(id)
    }

    fn joined_name(&self, row: &Row<'_>, voids: &mut Voids) -> Option<String> {
        let roles = [ColumnRole::GivenName, ColumnRole::FamilyName];
        let names: Vec<Cow<'_, str>> = roles.into_iter().filter_map(|role| self.first(role, row, voids)).collect();
        (!names.is_empty()).then(|| names.join(" "))
    }
}

/// How many cells of each purpose hold a word for nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Voids([u64; ColumnRole::ALL.len()]);

impl Voids {
    fn count(&mut self, role: ColumnRole) {
        if let Some(count) = self.0.get_mut(role as usize) {
            *count += 1;
        }
    }

    pub(super) fn append(&mut self, later: &Self) {
        self.0.iter_mut().zip(later.0).for_each(|(count, more)| *count += more);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (ColumnRole, u64)> {
        ColumnRole::ALL.into_iter().zip(self.0).filter(|(_, count)| *count > 0)
    }
}

/// What the column of a purpose holds.
const fn holds(role: ColumnRole) -> Holds {
    match role {
        ColumnRole::EmployeeId => Holds::Ids,
        ColumnRole::Status | ColumnRole::WorkerType | ColumnRole::Manager => Holds::Values,
        ColumnRole::StartDate | ColumnRole::EndDate => Holds::Moments,
        _ => Holds::Texts,
    }
}

/// Every address once. A cell may hold several, in any form.
fn all_addresses<'c>(cells: &'c [Cow<'_, str>]) -> Vec<&'c str> {
    let mut all = Vec::with_capacity(cells.len());
    for cell in cells {
        if is_one_address(cell) {
            all.push(cell.as_ref());
        } else {
            all.extend(addresses(cell));
        }
    }
    once(all.into_iter())
}

fn login_names<'c>(cells: &'c [Cow<'_, str>]) -> Vec<&'c str> {
    let names = cells.iter().flat_map(|cell| cell.split([';', ',', '|']));
    once(names.map(str::trim).filter(|name| !is_nothing(name, Holds::Texts)))
}

/// Each text once, whatever the case of its letters.
fn once<'c>(texts: impl Iterator<Item = &'c str>) -> Vec<&'c str> {
    /// Nearly everybody has so few that looking at each is the fastest.
    const FEW: usize = 8;
    let mut list: Vec<&str> = Vec::new();
    let mut many: HashSet<String> = HashSet::new();
    for text in texts {
        if list.len() == FEW && many.is_empty() {
            many.extend(list.iter().map(|known| known.to_ascii_lowercase()));
        }
        let is_known = if many.is_empty() {
            list.iter().any(|known| known.eq_ignore_ascii_case(text))
        } else {
            !many.insert(text.to_ascii_lowercase())
        };
        if !is_known {
            list.push(text);
        }
    }
    list
}

/// `1,002`: a number that is written as an amount.
fn has_separator(id: &str) -> bool {
    let mut groups = id.split([',', '\u{a0}', '\u{202f}']);
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().is_some_and(|first| (1..=3).contains(&first.len()) && digits(first));
    let mut rest = groups.peekable();
    first && rest.peek().is_some() && rest.all(|group| group.len() == 3 && digits(group))
}

/// `1.23457E+11`: a number that has lost its last digits.
fn is_rounded(id: &str) -> bool {
    let Some((mantissa, exponent)) = id.split_once(['E', 'e']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let point = mantissa.split_once(['.', ',']);
    point.is_some_and(|(whole, fraction)| digits(whole) && digits(fraction))
        && exponent.strip_prefix('+').is_some_and(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_is_told_once_however_many_there_are() {
        for count in [1, 7, 8, 9, 40] {
            let texts: Vec<String> = (0..count).map(|number| format!("a{number}@example.com")).collect();
            let shouted: Vec<String> = texts.iter().map(|text| text.to_uppercase()).collect();
            let cell: Cow<str> = Cow::Owned([texts.join("; "), shouted.join(" ")].join(","));
            assert_eq!(all_addresses(&[cell.clone(), cell]), texts);
        }
    }

    #[test]
    fn rounded_numbers_are_no_identifiers() {
        assert!(is_rounded("1.23457E+11") && is_rounded("1,2e+5"));
        assert!(has_separator("1,002") && has_separator("12,345,678"));
        assert!(!has_separator("1002") && !has_separator("1,02") && !has_separator("a,002") && !has_separator("1.002"));
        assert!(!is_rounded("1E5") && !is_rounded("E.1E+2") && !is_rounded("12.5"));
    }
}
