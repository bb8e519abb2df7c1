//! What an account and an employee have besides names: department, title, location, manager, telephone, and when the account
//! was made. It speaks for or against somebody whose name is alike, and finds nobody.

use std::fmt;

use chrono::{NaiveDate, TimeDelta};
use serde_json::Value;

use crate::model::{Account, Employee};

use super::features::local_part;
use super::words::{is_squeezed, squeezed};

/// What speaks for an employee or against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Further {
    /// Both sides tell this of the person, and it is the same or not.
    Told(Detail, bool),
    /// The account was made when the employment began.
    MadeAtStart,
    /// The account was made long before the employment began.
    MadeBefore,
}

/// A detail of a person that vendors may have as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Detail {
    /// Department.
    Department,
    /// Job title.
    Title,
    /// Site or country.
    Location,
    /// Who they report to.
    Manager,
    /// A telephone number.
    Telephone,
}

impl Detail {
    /// What the names of a vendor's fields have in them.
    const SPELLINGS: [(&str, Self); 13] = [
        ("department", Self::Department),
        ("dept", Self::Department),
        ("division", Self::Department),
        ("title", Self::Title),
        ("position", Self::Title),
        ("location", Self::Location),
        ("office", Self::Location),
        ("city", Self::Location),
        ("country", Self::Location),
        ("manager", Self::Manager),
        ("supervisor", Self::Manager),
        ("phone", Self::Telephone),
        ("mobile", Self::Telephone),
    ];

    fn of_field(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        Self::SPELLINGS.iter().find(|(spelling, _)| name.contains(spelling)).map(|(_, detail)| *detail)
    }

    /// How many times as likely the same value, and another, makes it that the account is the employee's. Vendors have
    /// departments of their own, and numbers change, so that another value says little.
    const fn worth(self, same: bool) -> f64 {
        match (self, same) {
            (Self::Department, true) => 5.0,
            (Self::Title, true) => 8.0,
            (Self::Location, true) => 3.0,
            (Self::Manager, true) => 15.0,
            (Self::Telephone, true) => 200.0,
            (Self::Department | Self::Manager, false) => 0.6,
            (Self::Location, false) => 0.7,
            (Self::Title | Self::Telephone, false) => 0.8,
        }
    }
}

impl Further {
    pub(super) fn worth(self) -> f64 {
        match self {
            Self::Told(detail, same) => detail.worth(same),
            Self::MadeAtStart => 4.0,
            Self::MadeBefore => 0.3,
        }
    }
}

impl fmt::Display for Further {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = |detail: &Detail| match detail {
            Detail::Department => "department",
            Detail::Title => "job title",
            Detail::Location => "location",
            Detail::Manager => "manager",
            Detail::Telephone => "telephone number",
        };
        match self {
            Self::Told(detail, true) => write!(f, "the same {}", what(detail)),
            Self::Told(detail, false) => write!(f, "another {}", what(detail)),
            Self::MadeAtStart => write!(f, "made when the employment began"),
            Self::MadeBefore => write!(f, "made long before the employment began"),
        }
    }
}

/// What an account tells of its person, made ready for many comparisons.
#[derive(Debug)]
pub(super) struct Told {
    details: Vec<(Detail, String)>,
    made: Option<NaiveDate>,
}

impl Told {
    /// A record of more texts is no record of a person; a hostile one must not cost time.
    const MOST: usize = 40;

    pub(super) fn of(account: &Account<'_>) -> Self {
        let mut details = Vec::new();
        if let Ok(record) = serde_json::from_str(account.attributes.get()) {
            collect(None, &record, &mut details);
        }
        Self { details, made: account.created_at.known().map(chrono::DateTime::date_naive) }
    }

    /// What of it speaks for the employee and against. Of several values for one detail, the same counts.
    pub(super) fn beside(&self, employee: &Employee) -> Vec<Further> {
        let known = [
            (Detail::Department, employee.department()),
            (Detail::Title, employee.title()),
            (Detail::Location, employee.location()),
            (Detail::Manager, employee.manager().map(local_part)),
        ];
        let told = known.into_iter().filter_map(|(detail, theirs)| {
            let mut ours = self.of_detail(detail).peekable();
            ours.peek()?;
            theirs.map(|theirs| Further::Told(detail, ours.any(|ours| is_squeezed(theirs, ours))))
        });
        told.chain(self.telephone(employee)).chain(self.start(employee)).collect()
    }

    fn of_detail(&self, wanted: Detail) -> impl Iterator<Item = &str> {
        self.details.iter().filter(move |(detail, _)| *detail == wanted).map(|(_, value)| value.as_str())
    }

    /// The last digits are the same with and without the country; the roster keeps numbers among its other columns.
    fn telephone(&self, employee: &Employee) -> Option<Further> {
        let mut ours = self.of_detail(Detail::Telephone).filter_map(last_digits).peekable();
        ours.peek()?;
        let theirs: Vec<String> = employee.extra().iter().filter_map(last_digits).collect();
        let same = ours.any(|ours| theirs.contains(&ours));
        (!theirs.is_empty()).then_some(Further::Told(Detail::Telephone, same))
    }

    fn start(&self, employee: &Employee) -> Option<Further> {
        let employment = employee.employment();
        let days = self.made?.signed_duration_since(employment.start_date.ok()?);
        let month = TimeDelta::days(31);
        if days < -month {
            // Who has come back may have had it before.
            employment.previous_end_date.is_none().then_some(Further::MadeBefore)
        } else {
            (days <= month).then_some(Further::MadeAtStart)
        }
    }
}

/// The texts of the fields that tell a detail, wherever they are in the record.
fn collect(field: Option<Detail>, value: &Value, details: &mut Vec<(Detail, String)>) {
    if details.len() >= Told::MOST {
        return;
    }
    match (value, field) {
        (Value::Object(fields), _) => {
            fields.iter().for_each(|(name, value)| collect(Detail::of_field(name).or(field), value, details));
        }
        (Value::Array(values), _) => values.iter().for_each(|value| collect(field, value, details)),
        (Value::String(text), Some(detail)) => {
            let text = squeezed(if detail == Detail::Manager { local_part(text) } else { text });
            if !text.is_empty() {
                details.push((detail, text));
            }
        }
        _ => {}
    }
}

/// The end of a telephone number: fewer digits are an extension or something else, and letters are no number.
fn last_digits(text: &str) -> Option<String> {
    const DIGITS: usize = 8;
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let is_number = text.chars().all(|c| c.is_ascii_digit() || " +-()./".contains(c)) && digits.len() <= 15;
    let start = digits.len().checked_sub(DIGITS)?;
    is_number.then(|| digits.get(start..).unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::*;
    use crate::model::{Fact, Profile};

    fn beside(record: &str, made: Option<&str>, start: Option<&str>) -> Vec<Further> {
        let mut employee = Employee::new(&Profile {
            id: "E-1",
            managers: &["ruth.berg@example.com"],
            department: "Field Sales",
            title: "Clerk",
            location: "Bern",
            extra: &["B-7", "+41 (31) 555-01-42"],
            ..Profile::default()
        });
        if let Some(start) = start {
            employee.change_employment(|told| told.start_date = Ok(start.parse().expect("a date")));
        }
        let record: Box<RawValue> = serde_json::from_str(record).expect("JSON");
        let mut account = Account::new("a".into(), &record);
        if let Some(made) = made {
            account.created_at = Fact::Known(made.parse().expect("a moment"));
        }
        Told::of(&account).beside(&employee)
    }

    #[test]
    fn details_of_both_sides_are_compared() {
        for (record, expected) in [
            (r#"{"department": "field sales"}"#, &[Further::Told(Detail::Department, true)][..]),
            (r#"{"profile": {"deptName": ["IT", "Field-Sales"]}}"#, &[Further::Told(Detail::Department, true)]),
            (r#"{"department": "IT"}"#, &[Further::Told(Detail::Department, false)]),
            (
                r#"{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
                    {"manager": {"value": "26118915", "displayName": "Ruth Berg"}}}"#,
                &[Further::Told(Detail::Manager, true)],
            ),
            (
                r#"{"jobTitle": "CLERK", "officeLocation": "Oslo"}"#,
                &[Further::Told(Detail::Title, true), Further::Told(Detail::Location, false)],
            ),
            (r#"{"manager": {"email": "Ruth.Berg@corp.example"}}"#, &[Further::Told(Detail::Manager, true)]),
            (r#"{"phoneNumber": "0041 31 5550142"}"#, &[Further::Told(Detail::Telephone, true)]),
            (r#"{"mobile": "+41 79 555 99 99"}"#, &[Further::Told(Detail::Telephone, false)]),
            (r#"{"mobile": "142", "title": "", "name": "Clerk"}"#, &[]),
        ] {
            assert_eq!(beside(record, None, None), expected, "{record}");
        }
    }

    #[test]
    fn an_account_is_older_than_its_owners_employment_seldom() {
        for (made, start, expected) in [
            ("2026-03-05T08:00:00Z", Some("2026-03-01"), Some(Further::MadeAtStart)),
            ("2025-03-05T08:00:00Z", Some("2026-03-01"), Some(Further::MadeBefore)),
            ("2027-03-05T08:00:00Z", Some("2026-03-01"), None),
            ("2027-03-05T08:00:00Z", None, None),
        ] {
            assert_eq!(beside("{}", Some(made), start).first().copied(), expected, "{made}");
        }
    }
}
