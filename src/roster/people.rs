//! Rows are not people: rows with one employee id are one person with several positions or employments, or, if nothing else
//! in them agrees, two people whom HR gave one id. The last step of reading, when every row of every file is known.

use std::collections::BTreeMap;

use super::employments;
use super::managers::name_key;
use crate::base::parallel;
use crate::base::text::counted;
use crate::key::{Key, KeyKind, Normaliser};
use crate::model::{Employee, EmployeeIndex, FurtherRow, Profile, Roster, RosterIssue, RosterIssueKind, Texts};

/// Makes people of rows: of each person the first row stays, with what all rows come to.
pub(super) fn of_rows(roster: &mut Roster, normaliser: &Normaliser) {
    let repeated = rows_by_id(&roster.employees);
    if repeated.is_empty() {
        return;
    }
    let mut readings: BTreeMap<usize, Person> = BTreeMap::new();
    let mut issues = Vec::new();
    for rows in repeated {
        let people = people_of(&roster.employees, &rows, normaliser);
        issues.push(issue(roster, &rows, &people));
        readings.extend(people.into_iter().filter_map(|person| Some((*person.rows.first()?, person))));
    }
    roster.issues.extend(issues);
    merge(roster, &readings);
}

/// The rows of one person, and how they were read.
#[derive(Debug)]
struct Person {
    /// Positions of the rows, ascending.
    rows: Vec<usize>,
    reading: Reading,
}

/// How several rows with one id were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// There is one row only.
    Single,
    /// The same row again.
    Repetition,
    /// Several positions at once.
    Positions,
    /// Employments one after the other.
    Employments,
}

/// The positions of rows with one id, for each id that several rows have.
fn rows_by_id(rows: &[Employee]) -> Vec<Vec<usize>> {
    let mut keys: Vec<_> = parallel::map(rows, |row| Key::of(row.id())).into_iter().zip(0..).collect();
    keys.sort_unstable();
    let repeated = keys.chunk_by(|(one, _), (other, _)| one == other).filter(|same| same.len() > 1);
    let mut repeated: Vec<Vec<usize>> = repeated.map(|same| same.iter().map(|(_, at)| *at).collect()).collect();
    repeated.sort_unstable();
    repeated
}

/// The people of rows with one id: whoever shares a name, an address or a login name is one. A row that has none of these
/// belongs to the first.
fn people_of(all: &[Employee], rows: &[usize], normaliser: &Normaliser) -> Vec<Person> {
    let mut groups: Vec<(Vec<Key>, Vec<usize>)> = Vec::new();
    let mut bare = Vec::new();
    for at in rows {
        let Some(row) = all.get(*at) else { continue };
        let mut keys = marks(row, normaliser);
        if keys.is_empty() {
            bare.push(*at);
            continue;
        }
        let mut rows = vec![*at];
        groups.retain_mut(|(known, members)| {
            let apart = !known.iter().any(|key| keys.contains(key));
            if !apart {
                keys.append(known);
                rows.append(members);
            }
            apart
        });
        groups.push((keys, rows));
    }
    let mut people: Vec<Vec<usize>> = groups.into_iter().map(|(_, rows)| rows).collect();
    for rows in &mut people {
        rows.sort_unstable();
    }
    people.sort_unstable();
    match people.first_mut() {
        Some(first) => first.extend(bare),
        None => people.push(bare),
    }
    let person = |mut rows: Vec<usize>| {
        rows.sort_unstable();
        Person { reading: reading(all, &rows), rows }
    };
    people.into_iter().map(person).collect()
}

/// What tells people apart who have one id.
fn marks(row: &Employee, normaliser: &Normaliser) -> Vec<Key> {
    let key = |kind| move |text| normaliser.key(kind, text);
    let emails = row.emails().iter().map(key(KeyKind::Address));
    let usernames = row.usernames().iter().map(key(KeyKind::Login));
    let keys = emails.chain(usernames).filter(|key| !key.text.is_empty());
    keys.map(|key| Key::of_parts([key.text.as_ref()])).chain(row.name().map(name_key)).collect()
}

fn reading(all: &[Employee], rows: &[usize]) -> Reading {
    let mut rows = rows.iter().filter_map(|at| all.get(*at));
    let (Some(first), others) = (rows.next(), rows.collect::<Vec<_>>()) else { return Reading::Single };
    if others.is_empty() {
        return Reading::Single;
    }
    if others.iter().all(|row| row.says_the_same_as(first)) {
        return Reading::Repetition;
    }
    let employments: Vec<_> = std::iter::once(first).chain(others).map(Employee::employment).collect();
    if employments::are_successive(&employments) { Reading::Employments } else { Reading::Positions }
}

/// Replaces the rows of each person by one.
fn merge(roster: &mut Roster, people: &BTreeMap<usize, Person>) {
    let further: BTreeMap<usize, usize> =
        people.iter().flat_map(|(first, person)| person.rows.iter().skip(1).map(|row| (*row, *first))).collect();
    let rows = std::mem::take(&mut roster.employees);
    let mut moved: BTreeMap<usize, EmployeeIndex> = BTreeMap::new();
    let mut merged = Vec::with_capacity(rows.len() - further.len());
    for (at, row) in rows.iter().enumerate() {
        if let Some(first) = further.get(&at) {
            let Some(employee) = moved.get(first) else { continue };
            roster.further.push(FurtherRow { file: row.file(), line: row.line(), employee: *employee });
            continue;
        }
        if let Some(person) = people.get(&at) {
            // What has more people than can be counted by an index is refused by its size before.
            moved.insert(at, EmployeeIndex(u32::try_from(merged.len()).unwrap_or(u32::MAX)));
            let rows: Vec<&Employee> = person.rows.iter().filter_map(|at| rows.get(*at)).collect();
            merged.push(one_of(row, &rows));
        } else {
            merged.push(row.clone());
        }
    }
    roster.employees = merged;
}

/// One person of several rows, of which the one that holds longest goes first in what can be told only once.
fn one_of(first: &Employee, rows: &[&Employee]) -> Employee {
    if rows.len() < 2 {
        return first.clone();
    }
    let employments: Vec<_> = rows.iter().map(|row| row.employment()).collect();
    let (employment, present) = employments::combined(&employments);
    let mut order: Vec<&Employee> = rows.to_vec();
    if let Some(present) = present.filter(|at| *at < order.len()) {
        let present = order.remove(present);
        order.insert(0, present);
    }
    let one = |of: fn(&Employee) -> Option<&str>| order.iter().find_map(|row| of(row)).unwrap_or_default();
    let all = |of: fn(&Employee) -> Texts<'_>| {
        let mut texts: Vec<&str> = Vec::new();
        for text in order.iter().flat_map(|row| of(row).iter()) {
            if !texts.iter().any(|known| known.eq_ignore_ascii_case(text)) {
                texts.push(text);
            }
        }
        texts
    };
    let columns = order.iter().map(|row| row.extra().len()).max().unwrap_or_default();
    let extra: Vec<&str> = (0..columns)
        .map(|at| order.iter().filter_map(|row| row.extra().get(at)).find(|text| !text.is_empty()).unwrap_or_default())
        .collect();
    Employee::new(&Profile {
        id: first.id(),
        name: one(Employee::name),
        department: one(Employee::department),
        title: one(Employee::title),
        location: one(Employee::location),
        managers: &all(Employee::managers),
        emails: &all(Employee::emails),
        usernames: &all(Employee::usernames),
        extra: &extra,
    })
    .found_in(first.file(), first.line())
    .with_columns(rows.iter().fold(first.columns(), |columns, row| columns.or(row.columns())))
    .with_employment(&employment)
}

/// What is told of an id that several rows have: how they were read.
fn issue(roster: &Roster, rows: &[usize], people: &[Person]) -> RosterIssue {
    let row = |at: usize| roster.employees.get(at);
    let second = rows.get(1).copied().and_then(row);
    let id = second.map_or("", Employee::id);
    let several = counted(rows.len() as u64, "row", "rows");
    let places: Vec<String> = rows.iter().take(SHOWN).filter_map(|at| Some(place(roster, row(*at)?))).collect();
    let more = if rows.len() > SHOWN { format!(" and {} more", rows.len() - SHOWN) } else { String::new() };
    let reading = match people {
        [one] => match one.reading {
            Reading::Single | Reading::Repetition => "say the same, and are one person",
            Reading::Positions => "are one person with several positions",
            Reading::Employments => "are one person with several employments, one after the other",
        }
        .to_owned(),
        several => format!(
            "share neither a name nor an address or login name: {} people have this id, so that it identifies none of \
             them; HR has to give each their own",
            several.len()
        ),
    };
    let text = format!("employee {id}: {several} with this id ({}{more}) {reading}", places.join(", "));
    RosterIssue {
        file: second.map_or(0, Employee::file),
        line: second.map(Employee::line),
        kind: RosterIssueKind::DuplicateId,
        text,
    }
}

/// How many places are named; there may be thousands.
const SHOWN: usize = 5;

/// `line 4`, or `line 4 of staff.csv` where there are several files.
fn place(roster: &Roster, row: &Employee) -> String {
    match roster.files.get(row.file()).and_then(|file| file.file_name()) {
        Some(name) if roster.files.len() > 1 => format!("line {} of {}", row.line(), name.display()),
        _ => format!("line {}", row.line()),
    }
}
