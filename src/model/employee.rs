//! A person of the roster, the authoritative source.

use std::fmt;
use std::hint::black_box;
use std::str::SplitTerminator;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::employment::{ColumnSet, EmployeeFact, Employment, EmploymentStatus, Ending, Told, Untold, WorkerKind};
use super::packed::Packed;
use super::{ColumnRole, Timestamp};

/// The organisation's own identifier of a person, as the HR file writes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EmployeeId(pub String);

impl From<&str> for EmployeeId {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

impl fmt::Display for EmployeeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The position of an employee in [`Roster::employees`](super::Roster::employees).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmployeeIndex(pub u32);

/// What a roster says of a person in words, on the way into an [`Employee`]. What it doesn't say is empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Profile<'t> {
    /// The organisation's identifier.
    pub id: &'t str,
    /// Full name.
    pub name: &'t str,
    /// Department.
    pub department: &'t str,
    /// Job title.
    pub title: &'t str,
    /// Site or country.
    pub location: &'t str,
    /// The managers as the roster names them; who has several positions may have several.
    pub managers: &'t [&'t str],
    /// Every address, as it is written.
    pub emails: &'t [&'t str],
    /// Every login name.
    pub usernames: &'t [&'t str],
    /// All other columns, in the order of [`Roster::extra_columns`](super::Roster::extra_columns).
    pub extra: &'t [&'t str],
}

/// One person in the roster.
///
/// A roster has up to millions of them, so that all texts of one lie in one allocation, one behind the other, each closed
/// by [`Texts::END`], and what is told of the employment is packed.
#[derive(Debug, Clone)]
pub struct Employee {
    /// In this order: the identifier, the other texts that are there once, managers, addresses, login names and other
    /// columns.
    texts: Box<str>,
    managers_at: u32,
    emails_at: u32,
    usernames_at: u32,
    extra_at: u32,
    line: u32,
    file: u16,
    columns: ColumnSet,
    employment: Packed,
}

impl Employee {
    /// Has the person fetched from memory, for whoever reads of them soon.
    pub fn prefetch(&self) {
        black_box(self.texts.as_bytes().first());
    }

    /// A person of whom the roster says this, in files with all columns, and nothing of the employment.
    pub fn new(profile: &Profile<'_>) -> Self {
        let Profile { id, name, department, title, location, managers, emails, usernames, extra } = *profile;
        let lists = [&[id, name, department, title, location][..], managers, emails, usernames, extra];
        let length = lists.iter().flat_map(|list| list.iter()).map(|text| text.len() + 1).sum();
        let mut texts = String::with_capacity(length);
        // No text of a file that is read is longer than 32 bits can tell.
        let [managers_at, emails_at, usernames_at, extra_at, _] = lists.map(|list| {
            for text in list {
                push(&mut texts, text);
            }
            u32::try_from(texts.len()).unwrap_or(u32::MAX)
        });
        Self {
            texts: texts.into_boxed_str(),
            managers_at,
            emails_at,
            usernames_at,
            extra_at,
            file: 0,
            line: 0,
            columns: ColumnSet::ALL,
            employment: Packed::from(&Employment::default()),
        }
    }

    /// The same, found in a file (by its position in [`Roster::files`](super::Roster::files)) and 1-based line of it.
    #[must_use]
    pub fn found_in(self, file: usize, line: u64) -> Self {
        // What has more lines has more people than can be counted by an `EmployeeIndex`.
        Self { file: u16::try_from(file).unwrap_or(u16::MAX), line: u32::try_from(line).unwrap_or(u32::MAX), ..self }
    }

    /// The same, in files that have these columns and no others.
    #[must_use]
    pub fn with_columns(self, columns: ColumnSet) -> Self {
        Self { columns, ..self }
    }

    /// The same with this employment.
    #[must_use]
    pub fn with_employment(self, employment: &Employment) -> Self {
        Self { employment: Packed::from(employment), ..self }
    }

    /// Changes what is told of the employment.
    pub fn change_employment(&mut self, change: impl FnOnce(&mut Employment)) {
        let mut employment = self.employment();
        change(&mut employment);
        self.employment = Packed::from(&employment);
    }

    /// The organisation's identifier.
    pub fn id(&self) -> &str {
        self.texts(0, self.managers_at).first().unwrap_or_default()
    }

    /// Full name.
    pub fn name(&self) -> Option<&str> {
        self.single(1)
    }

    /// Department.
    pub fn department(&self) -> Option<&str> {
        self.single(2)
    }

    /// Job title.
    pub fn title(&self) -> Option<&str> {
        self.single(3)
    }

    /// Site or country.
    pub fn location(&self) -> Option<&str> {
        self.single(4)
    }

    /// The manager as the roster names them: an employee id, an address or a name. Of several, the first.
    pub fn manager(&self) -> Option<&str> {
        self.managers().first()
    }

    /// All managers; who has several positions may have several.
    pub fn managers(&self) -> Texts<'_> {
        self.texts(self.managers_at, self.emails_at)
    }

    /// Every address that the roster gives, as it is written there.
    pub fn emails(&self) -> Texts<'_> {
        self.texts(self.emails_at, self.usernames_at)
    }

    /// Every login name that the roster gives.
    pub fn usernames(&self) -> Texts<'_> {
        self.texts(self.usernames_at, self.extra_at)
    }

    /// All other columns, in the order of [`Roster::extra_columns`](super::Roster::extra_columns).
    pub fn extra(&self) -> Texts<'_> {
        self.texts(self.extra_at, u32::MAX)
    }

    /// Position of the file of the person's first row in [`Roster::files`](super::Roster::files).
    pub const fn file(&self) -> usize {
        self.file as usize
    }

    /// 1-based line of the person's first row in its file (for a workbook, the row).
    pub const fn line(&self) -> u64 {
        self.line as u64
    }

    /// The columns of the files that name the person.
    pub const fn columns(&self) -> ColumnSet {
        self.columns
    }

    /// What the roster says of the employment.
    pub fn employment(&self) -> Employment {
        self.employment.unpacked(self.columns)
    }

    /// Whether employment has ended at `now`; see [`Employment::has_ended`].
    ///
    /// # Errors
    /// Why nobody can say.
    #[inline]
    pub fn left(&self, now: Timestamp) -> Told<bool> {
        (self.employment, self.columns).has_ended(now)
    }

    /// The state at `now`; see [`Employment::status`].
    ///
    /// # Errors
    /// Why nobody can say.
    #[inline]
    pub fn status(&self, now: Timestamp) -> Told<EmploymentStatus> {
        Ending::status(&(self.employment, self.columns), now)
    }

    /// Staff or external.
    ///
    /// # Errors
    /// Why nobody can say.
    #[inline]
    pub fn kind(&self) -> Told<WorkerKind> {
        self.employment.kind(self.columns)
    }

    /// First day of the (latest) employment.
    ///
    /// # Errors
    /// Why nobody can say.
    #[inline]
    pub fn start_date(&self) -> Told<NaiveDate> {
        self.employment.start_date(self.columns)
    }

    /// Last day of employment, or of the contract; `Ok(None)`: there is no end.
    ///
    /// # Errors
    /// Why nobody can say.
    #[inline]
    pub fn end_date(&self) -> Told<Option<NaiveDate>> {
        self.employment.end_date(self.columns)
    }

    /// The moment at which the last day ends, in the time zone of its file; `None`: there is no end.
    #[inline]
    pub fn ends_at(&self) -> Option<Timestamp> {
        self.employment.ends_at()
    }

    /// The last day of the employment before this one; `None`: the roster knows of none.
    pub const fn previous_end_date(&self) -> Option<NaiveDate> {
        self.employment.previous_end_date()
    }

    /// Whether the person is known to work here at `now`.
    pub fn works_here(&self, now: Timestamp) -> bool {
        self.left(now) == Ok(false)
    }

    /// Whether the person is known to have left at `now`.
    pub fn has_left(&self, now: Timestamp) -> bool {
        self.left(now) == Ok(true)
    }

    /// Whether two rows say the same of one person, wherever they stand.
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        let lists = |row: &Self| [row.managers_at, row.emails_at, row.usernames_at, row.extra_at];
        self.texts == other.texts && lists(self) == lists(other) && self.employment() == other.employment()
    }

    /// Why a fact isn't told at `now`; `None` if it is.
    pub fn untold(&self, fact: EmployeeFact, now: Timestamp) -> Option<Untold> {
        let column =
            |roles: &[ColumnRole]| (!roles.iter().any(|role| self.columns.has(*role))).then_some(Untold::NoColumn);
        match fact {
            EmployeeFact::Status => self.status(now).err(),
            EmployeeFact::Left => self.left(now).err(),
            EmployeeFact::Kind => self.kind().err(),
            EmployeeFact::StartDate => self.start_date().err(),
            EmployeeFact::EndDate => self.end_date().err(),
            EmployeeFact::Name => column(&[ColumnRole::Name, ColumnRole::GivenName, ColumnRole::FamilyName]),
            EmployeeFact::Emails => column(&[ColumnRole::Email]),
            EmployeeFact::Usernames => column(&[ColumnRole::Username]),
            EmployeeFact::Manager => column(&[ColumnRole::Manager]),
            EmployeeFact::Department => column(&[ColumnRole::Department]),
            EmployeeFact::Title => column(&[ColumnRole::Title]),
            EmployeeFact::Location => column(&[ColumnRole::Location]),
            EmployeeFact::Id | EmployeeFact::PreviousEndDate | EmployeeFact::Columns => None,
        }
    }

    fn single(&self, at: usize) -> Option<&str> {
        self.texts(0, self.managers_at).get(at).filter(|text| !text.is_empty())
    }

    fn texts(&self, from: u32, to: u32) -> Texts<'_> {
        let to = self.texts.len().min(to as usize);
        Texts(self.texts.get(from as usize..to).unwrap_or_default())
    }
}

fn push(texts: &mut String, text: &str) {
    if text.contains(Texts::END) {
        texts.extend(text.chars().filter(|c| *c != Texts::END));
    } else {
        texts.push_str(text);
    }
    texts.push(Texts::END);
}

/// Texts that lie one behind the other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Texts<'t>(&'t str);

impl<'t> Texts<'t> {
    /// What closes each: a character that no roster holds, because a file with it is refused as no text.
    const END: char = '\0';

    /// The text at a position; `None` past the last.
    pub fn get(self, at: usize) -> Option<&'t str> {
        self.iter().nth(at)
    }

    /// The first, if there is one.
    pub fn first(self) -> Option<&'t str> {
        self.iter().next()
    }

    /// All in order.
    pub fn iter(self) -> SplitTerminator<'t, char> {
        self.0.split_terminator(Self::END)
    }

    /// How many.
    pub fn len(self) -> usize {
        self.iter().count()
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

impl<'t> IntoIterator for Texts<'t> {
    type Item = &'t str;
    type IntoIter = SplitTerminator<'t, char>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(texts: Texts<'_>) -> Vec<&str> {
        texts.iter().collect()
    }

    #[test]
    fn texts_come_back_as_they_went_in() {
        for texts in [&["a", "", "c"][..], &["", ""], &[""], &["x"], &[]] {
            let profile = Profile { id: "E-1", extra: texts, emails: &["a@x"], ..Profile::default() };
            let employee = Employee::new(&profile);
            assert_eq!(all(employee.extra()), texts);
            assert_eq!((employee.extra().len(), employee.extra().is_empty()), (texts.len(), texts.is_empty()));
            assert_eq!((all(employee.emails()), all(employee.usernames())), (vec!["a@x"], vec![]));
        }
    }

    #[test]
    fn every_text_has_its_place() {
        let profile = Profile {
            id: "E-1",
            name: "Zoë",
            department: "Sales",
            title: "Clerk",
            location: "Bern",
            managers: &["E-2", "E-3"],
            emails: &["a@x", "b@x"],
            usernames: &["zoe"],
            extra: &["c\0d"],
        };
        let e = Employee::new(&profile).found_in(3, 7);
        assert_eq!((e.id(), e.name(), e.manager()), ("E-1", Some("Zoë"), Some("E-2")));
        assert_eq!(all(e.managers()), ["E-2", "E-3"]);
        assert_eq!((e.department(), e.title(), e.location()), (Some("Sales"), Some("Clerk"), Some("Bern")));
        assert_eq!((all(e.emails()), all(e.usernames())), (vec!["a@x", "b@x"], vec!["zoe"]));
        assert_eq!((e.extra().first(), e.extra().get(1), e.file(), e.line()), (Some("cd"), None, 3, 7));
        let nobody = Employee::new(&Profile::default());
        assert_eq!((nobody.id(), nobody.name(), nobody.location()), ("", None, None));
        assert!(nobody.emails().is_empty() && size_of::<Employee>() == 64, "one cache line");
    }
}
