//! Headings → which column serves which purpose. What could serve two ways is asked for, never guessed.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use super::headings::meanings;
use super::refusal::Refusal;
use crate::base::diagnostic::Diagnostic;
use crate::config::RosterConfig;
use crate::model::ColumnRole;
use crate::table::{self, Header, fold};

/// The columns of one file.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// All headings; a repeated one has its number behind it.
    pub(super) names: Vec<String>,
    /// Positions of the columns of a purpose, the preferred first.
    pub(super) roles: BTreeMap<ColumnRole, Vec<usize>>,
    /// What is wrong, but not badly enough to stop.
    pub(super) issues: Vec<String>,
    /// Configured headings that this file has.
    pub(super) found: BTreeSet<String>,
}

impl Columns {
    /// Positions of the columns of a purpose, the preferred first.
    pub(super) fn of(&self, role: ColumnRole) -> &[usize] {
        self.roles.get(&role).map_or(&[], Vec::as_slice)
    }

    /// The columns that serve no purpose of their own.
    pub(super) fn extras(&self) -> impl Iterator<Item = (usize, &str)> {
        let used: BTreeSet<usize> = self.roles.values().flatten().copied().collect();
        self.names.iter().map(String::as_str).enumerate().filter(move |(at, _)| !used.contains(at))
    }
}

/// Adds the headings that aren't known yet, in their order.
pub(super) fn add_new<'c>(known: &mut Vec<String>, headings: impl Iterator<Item = &'c str>) {
    let mut seen: HashSet<&str> = known.iter().map(String::as_str).collect();
    let new: Vec<String> = headings.filter(|heading| seen.insert(heading)).map(str::to_owned).collect();
    known.extend(new);
}

/// Gives the configured columns to their purposes, then the well-known ones.
///
/// # Errors
/// Nothing holds the employee id, or a purpose that decides about people has several columns.
pub(super) fn assign(file: &Path, header: &Header, config: &RosterConfig) -> Result<Columns, Refusal> {
    let mut columns = Columns { names: unique(&header.headings), ..Columns::default() };
    for (role, wanted) in &config.columns {
        for heading in wanted {
            if let Some(at) = position(&columns.names, heading) {
                columns.roles.entry(*role).or_default().push(at);
                columns.found.insert(heading.clone());
            }
        }
    }
    let mut refusal = Refusal::default();
    for role in ColumnRole::ALL {
        if columns.roles.contains_key(&role) {
            continue;
        }
        let candidates = candidates(role, &header.headings, &columns);
        if candidates.len() <= 1 || is_many(role) {
            if !candidates.is_empty() {
                columns.roles.insert(role, candidates);
            }
        } else if decides(role) {
            refusal.add(ambiguous(file, header, role, &candidates, &columns.names).into());
        } else {
            let (what, cure) = explain(role, &candidates, &columns.names);
            columns.issues.push(format!("{what}, so that neither is read; {cure}"));
        }
    }
    if columns.of(ColumnRole::EmployeeId).is_empty() && refusal.mistakes.is_empty() {
        refusal.add(no_identifier(file, header, &columns));
    }
    report_repeated(header, &mut columns);
    report_double_meaning(&mut columns);
    refusal.unless(columns)
}

/// A person may have many of these.
const fn is_many(role: ColumnRole) -> bool {
    matches!(role, ColumnRole::Email | ColumnRole::Username)
}

/// A wrong guess here would make leavers of people, or people of leavers.
const fn decides(role: ColumnRole) -> bool {
    use ColumnRole::{EmployeeId, EndDate, StartDate, Status, WorkerType};
    matches!(role, EmployeeId | Status | WorkerType | StartDate | EndDate)
}

/// The columns of the lowest rank that nothing else uses.
fn candidates(role: ColumnRole, headings: &[String], columns: &Columns) -> Vec<usize> {
    let used: BTreeSet<usize> = columns.roles.values().flatten().copied().collect();
    let ranked: Vec<(u8, usize)> = headings
        .iter()
        .enumerate()
        .filter(|(at, _)| !used.contains(at))
        .filter_map(|(at, heading)| {
            meanings(heading).iter().find(|(meant, _)| *meant == role).map(|(_, rank)| (*rank, at))
        })
        .collect();
    let lowest = ranked.iter().map(|(rank, _)| *rank).min();
    ranked.into_iter().filter(|(rank, _)| Some(*rank) == lowest).map(|(_, at)| at).collect()
}

/// Headings as they can be told apart: `Team`, `Team (2)`; a blank one is called by its position.
fn unique(headings: &[String]) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut names = Vec::with_capacity(headings.len());
    for (at, heading) in headings.iter().enumerate() {
        let name = if heading.is_empty() { format!("Column {}", at + 1) } else { heading.clone() };
        let times = seen.entry(fold(&name)).and_modify(|times| *times += 1).or_insert(1);
        names.push(if *times == 1 { name } else { format!("{name} ({times})") });
    }
    names
}

fn position(names: &[String], heading: &str) -> Option<usize> {
    let folded = fold(heading);
    names.iter().position(|name| name == heading).or_else(|| names.iter().position(|name| fold(name) == folded))
}

fn ambiguous(file: &Path, header: &Header, role: ColumnRole, candidates: &[usize], names: &[String]) -> Diagnostic {
    let (what, cure) = explain(role, candidates, names);
    error(file, header, what).help(cure)
}

/// What is ambiguous, and the line that settles it.
fn explain(role: ColumnRole, candidates: &[usize], names: &[String]) -> (String, String) {
    let quoted: Vec<String> =
        candidates.iter().filter_map(|at| names.get(*at)).map(|name| format!("\"{}\"", escaped(name))).collect();
    let first = quoted.first().map_or("", String::as_str);
    let what = format!("each of {} could be the {role}", quoted.join(", "));
    let cure = format!(
        "say which: [hr.columns] {role} = {first}, or in the order in which they count: {role} = [{}]",
        quoted.join(", ")
    );
    (what, cure)
}

/// A heading as it is written in TOML.
fn escaped(heading: &str) -> String {
    heading.replace('\\', "\\\\").replace('"', "\\\"")
}

/// A mistake in the line of headings.
fn error(file: &Path, header: &Header, message: String) -> Diagnostic {
    let shown = header.headings.join(&char::from(header.delimiter).to_string());
    table::in_headings(file, header.line, &shown, 0..shown.len(), message)
}

fn no_identifier(file: &Path, header: &Header, columns: &Columns) -> Refusal {
    const SHOWN: usize = 12;
    let numbers = columns.extras().filter(|(_, name)| may_be_number(name)).take(SHOWN);
    let free: Vec<String> = numbers.map(|(_, name)| format!("\"{}\"", escaped(name))).collect();
    let message = "expected a column with the employee id, found none that is known".to_owned();
    let help = if free.is_empty() {
        "export the roster with the employee id, or say which column it is: [hr.columns] employee_id = \"…\"".to_owned()
    } else {
        format!("say which it is: [hr.columns] employee_id = \"…\", one of {}", free.join(", "))
    };
    Refusal::missing(ColumnRole::EmployeeId, error(file, header, message).help(help))
}

/// Whether a heading sounds like that of a number or code by which people are known. A cost center isn't one.
fn may_be_number(heading: &str) -> bool {
    const WORDS: [&str; 12] =
        ["id", "no", "nr", "num", "number", "nummer", "numero", "code", "key", "badge", "matricule", "kennung"];
    let words = heading.split(|c: char| !c.is_alphanumeric()).map(fold);
    heading.contains('#') || words.into_iter().any(|word| WORDS.iter().any(|known| word == *known))
}

/// Two columns with one heading: told, unless both serve.
fn report_repeated(header: &Header, columns: &mut Columns) {
    let mut positions: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, heading) in header.headings.iter().enumerate().filter(|(_, heading)| !heading.is_empty()) {
        positions.entry(fold(heading)).or_default().push(at);
    }
    let used: BTreeSet<usize> = columns.roles.values().flatten().copied().collect();
    for repeated in positions.into_values().filter(|at| at.len() > 1 && !at.iter().all(|at| used.contains(at))) {
        let numbers: Vec<String> = repeated.iter().map(|at| (at + 1).to_string()).collect();
        let apart: Vec<&str> = repeated.iter().filter_map(|at| columns.names.get(*at)).map(String::as_str).collect();
        columns.issues.push(format!(
            "columns {} have the same heading; they are told apart as \"{}\"",
            numbers.join(" and "),
            apart.join("\" and \"")
        ));
    }
}

/// A heading that is the identifier in one system and the login name in another, where nothing else is either.
fn report_double_meaning(columns: &mut Columns) {
    let Some([at]) = columns.roles.get(&ColumnRole::EmployeeId).map(Vec::as_slice) else { return };
    let Some(name) = columns.names.get(*at) else { return };
    let configured = columns.found.iter().any(|heading| fold(heading) == fold(name));
    if !configured && meanings(name).len() > 1 && columns.of(ColumnRole::Username).is_empty() {
        let name = escaped(name);
        columns.issues.push(format!(
            "\"{name}\" is read as the employee_id, but could be the username; \
             say so if it is right: [hr.columns] employee_id = \"{name}\""
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assigned(headings: &str, columns: &[(ColumnRole, &[&str])]) -> Result<Columns, String> {
        let headings = headings.split(';').map(str::to_owned).collect();
        let header = Header { delimiter: b';', line: 3, headings, end: 0, quotes: <_>::default() };
        let mut config = RosterConfig::of_files(Vec::new());
        for (role, names) in columns {
            config.columns.insert(*role, names.iter().map(|name| (*name).to_owned()).collect());
        }
        assign(Path::new("hr.csv"), &header, &config)
            .map_err(|refusal| refusal.mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn the_best_columns_serve_and_the_rest_is_kept() {
        let columns =
            assigned("ID;Employee ID;Work Email;Former Email;Private Email;Manager;Manager ID;Cost Center;", &[])
                .expect("columns");
        assert_eq!(columns.of(ColumnRole::EmployeeId), [1]);
        assert_eq!(columns.of(ColumnRole::Email), [2, 3]);
        assert_eq!(columns.of(ColumnRole::Manager), [6]);
        let extras: Vec<_> = columns.extras().map(|(_, name)| name).collect();
        assert_eq!(extras, ["ID", "Private Email", "Manager", "Cost Center", "Column 9"]);
    }

    #[test]
    fn configuration_goes_first_and_keeps_its_order() {
        let columns = assigned(
            "Worker ID;Badge;Contract End;Termination Date;Team;Team",
            &[
                (ColumnRole::EmployeeId, &["badge"]),
                (ColumnRole::EndDate, &["Termination Date", "Contract End"]),
                (ColumnRole::Department, &["Team (2)"]),
            ],
        )
        .expect("columns");
        assert_eq!(columns.of(ColumnRole::EmployeeId), [1]);
        assert_eq!(columns.of(ColumnRole::EndDate), [3, 2]);
        assert_eq!(columns.of(ColumnRole::Department), [5]);
    }

    #[test]
    fn what_decides_about_people_is_asked_for() {
        let mistake = assigned("Employee ID;Contract End;Termination Date", &[]).expect_err("ambiguous");
        assert_eq!(
            mistake,
            "hr.csv:3:1: each of \"Contract End\", \"Termination Date\" could be the end_date (say which: [hr.columns] \
             end_date = \"Contract End\", or in the order in which they count: end_date = [\"Contract End\", \"Termination Date\"])"
        );
        let mistake = assigned("Badge \"A\";Work Email;Name", &[]).expect_err("no id");
        assert!(mistake.contains("employee_id = \"…\", one of \"Badge \\\"A\\\"\""), "{mistake}");
    }

    #[test]
    fn what_only_describes_is_an_issue() {
        let columns = assigned("Employee ID;Department;Abteilung;Cost Center;Cost Center", &[]).expect("columns");
        assert!(columns.of(ColumnRole::Department).is_empty());
        assert_eq!(columns.issues.len(), 2, "{:?}", columns.issues);
        assert!(columns.issues[0].contains("each of \"Department\", \"Abteilung\" could be the department"));
        assert!(columns.issues[1].contains("columns 4 and 5 have the same heading"));
    }

    #[test]
    fn headings_of_several_files_are_kept_once_in_their_order() {
        let mut known = vec!["Team".to_owned()];
        add_new(&mut known, ["Site", "Team", "Site", "Badge"].into_iter());
        assert_eq!(known, ["Team", "Site", "Badge"]);
    }

    #[test]
    fn a_user_id_may_be_the_identifier() {
        let columns = assigned("STATUS;USERID;USERNAME", &[]).expect("columns");
        assert_eq!((columns.of(ColumnRole::EmployeeId), columns.of(ColumnRole::Username)), (&[1][..], &[2][..]));
        assert!(columns.issues.is_empty());
        assert!(assigned("Status;User ID", &[]).expect("columns").issues[0].contains("could be the username"));
        let columns = assigned("Employee ID;User ID", &[]).expect("columns");
        assert_eq!(columns.of(ColumnRole::Username), [1]);
    }
}
