//! One row → one employee, or the reason why not. Dates and states are added by the caller, which sees the column.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use csv::StringRecord;

use super::cell::{clean, fold, is_absent};
use super::columns::Columns;
use crate::key::{KeyKind, fold as fold_key, stands_for_nothing};
use crate::model::{ColumnRole, Employee, Profile};

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

    /// The first cell of a purpose that isn't blank, in the order of preference.
    pub(super) fn first<'r>(&self, role: ColumnRole, row: &'r StringRecord) -> Option<Cow<'r, str>> {
        self.cells(role, row).find(|cell| !cell.is_empty())
    }

    fn cells<'r>(&self, role: ColumnRole, row: &'r StringRecord) -> impl Iterator<Item = Cow<'r, str>> {
        let slots = self.slots.get(role as usize).map_or(&[][..], Vec::as_slice);
        slots.iter().filter_map(|at| row.get(*at)).map(clean)
    }

    /// The person of a row, still without dates; or why there is none.
    pub(super) fn employee(&self, row: &StringRecord) -> Result<Employee, &'static str> {
        let id = self.id(row)?;
        let text = |role| self.first(role, row).unwrap_or_default();
        let name = self.first(ColumnRole::Name, row).or_else(|| self.joined_name(row).map(Cow::Owned));
        let manager = self.first(ColumnRole::Manager, row).filter(|manager| !is_absent(manager));
        let managers: Vec<&str> = manager.iter().map(AsRef::as_ref).collect();
        let emails: Vec<Cow<'_, str>> = self.cells(ColumnRole::Email, row).collect();
        let usernames: Vec<Cow<'_, str>> = self.cells(ColumnRole::Username, row).collect();
        let extras = self.extras.iter().map(|at| at.and_then(|at| row.get(at)).map_or(Cow::Borrowed(""), clean));
        let extras: Vec<Cow<'_, str>> = extras.collect();
        Ok(Employee::new(&Profile {
            id: &id,
            name: &name.unwrap_or_default(),
            managers: &managers,
            department: &text(ColumnRole::Department),
            title: &text(ColumnRole::Title),
            location: &text(ColumnRole::Location),
            emails: &addresses(&emails),
            usernames: &login_names(&usernames),
            extra: &extras.iter().map(Cow::as_ref).collect::<Vec<_>>(),
        }))
    }

    fn id<'r>(&self, row: &'r StringRecord) -> Result<Cow<'r, str>, &'static str> {
        // Some exports keep leading zeros by an apostrophe, as people do in a spreadsheet.
        let id = match self.first(ColumnRole::EmployeeId, row).unwrap_or_default() {
            Cow::Borrowed(id) => Cow::Borrowed(id.strip_prefix('\'').unwrap_or(id)),
            Cow::Owned(id) => Cow::Owned(id.strip_prefix('\'').map_or_else(|| id.clone(), str::to_owned)),
        };
        let first_cell = row.iter().map(clean).find(|cell| !cell.is_empty()).unwrap_or_default();
        let no_id = is_absent(&id);
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
        if is_rounded(&id) {
            return Err(
                "a spreadsheet has rounded the employee id (1.23E+11); format the column as text and export again",
            );
        }
        Ok(id)
    }

    fn joined_name(&self, row: &StringRecord) -> Option<String> {
        let names: Vec<Cow<'_, str>> =
            [ColumnRole::GivenName, ColumnRole::FamilyName].iter().filter_map(|role| self.first(*role, row)).collect();
        (!names.is_empty()).then(|| names.join(" "))
    }
}

/// Every address once. A cell may hold several, or a name with the address in angle brackets.
fn addresses<'c>(cells: &'c [Cow<'_, str>]) -> Vec<&'c str> {
    let apart = |c: char| c.is_whitespace() || matches!(c, ';' | ',' | '|' | '<' | '>');
    let parts = cells.iter().flat_map(|cell| cell.split(apart));
    once(parts.map(|part| part.strip_prefix("mailto:").unwrap_or(part)).filter(|email| email.contains('@')))
}

fn login_names<'c>(cells: &'c [Cow<'_, str>]) -> Vec<&'c str> {
    let names = cells.iter().flat_map(|cell| cell.split([';', ',', '|']));
    once(names.map(str::trim).filter(|name| !is_absent(name)))
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

/// `Total`, `Total: 152`, `Gesamtergebnis`: what reports write below the people.
fn is_total(cell: &str) -> bool {
    const WORDS: [&str; 28] = [
        "total",
        "totals",
        "grandtotal",
        "subtotal",
        "totalemployees",
        "totalheadcount",
        "totalrecords",
        "totalrows",
        "totalcount",
        "count",
        "headcount",
        "recordcount",
        "rowcount",
        "sum",
        "endofreport",
        "gesamt",
        "gesamtsumme",
        "gesamtergebnis",
        "gesamtanzahl",
        "summe",
        "anzahl",
        "anzahlmitarbeiter",
        "endedesberichts",
        "totalgeneral",
        "nombretotal",
        "totalempleados",
        "suma",
        "recuento",
    ];
    if !cell.starts_with(|c: char| c.is_alphabetic() || matches!(c, '*' | '-' | '=')) {
        return false;
    }
    let folded = fold(cell);
    WORDS.contains(&folded.trim_end_matches(|c: char| c.is_ascii_digit()))
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
    fn totals_are_no_people() {
        for total in ["Total", "TOTAL: 152", "Grand Total", "Gesamt: 3", "Count 12", "*** End of report ***"] {
            assert!(is_total(total), "{total}");
        }
        for id in ["1001", "E-17", "Totalenergies-4", "SUMMER1", "FIN001"] {
            assert!(!is_total(id), "{id}");
        }
    }

    #[test]
    fn each_address_is_told_once_however_many_there_are() {
        for count in [1, 7, 8, 9, 40] {
            let texts: Vec<String> = (0..count).map(|number| format!("a{number}@example.com")).collect();
            let shouted: Vec<String> = texts.iter().map(|text| text.to_uppercase()).collect();
            let cell: Cow<str> = Cow::Owned([texts.join("; "), shouted.join(" ")].join(","));
            assert_eq!(addresses(&[cell.clone(), cell]), texts);
        }
    }

    #[test]
    fn rounded_numbers_are_no_identifiers() {
        assert!(is_rounded("1.23457E+11") && is_rounded("1,2e+5"));
        assert!(!is_rounded("1E5") && !is_rounded("E.1E+2") && !is_rounded("12.5"));
    }
}
