//! What the findings of a line tell of the person and of the account: the one place that knows under which names facts stand.

use chrono::TimeDelta;
use serde_json::Value;

use super::entries::Subject;
use super::lookup::Lookup;
use super::text::{NAME, parse_moment};
use crate::model::Timestamp;
use crate::render::escape::clip;

/// The end of somebody's employment, as the HR file tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// The first moment at which they no longer work here.
    At(Timestamp),
    /// They have left, and no day is given.
    NoDay,
    /// Nothing is told of it.
    Untold,
}

impl Ending {
    /// The last day.
    pub(super) fn last_day(self) -> Option<Timestamp> {
        match self {
            Self::At(end) => Some(end - TimeDelta::seconds(1)),
            Self::NoDay | Self::Untold => None,
        }
    }

    /// Whether something at `moment` was after it.
    pub(super) fn is_before(self, moment: Timestamp) -> bool {
        matches!(self, Self::At(end) if moment >= end)
    }
}

/// When the person's employment ended.
pub(super) fn ending(subject: &Subject) -> Ending {
    let left = subject.fact("employee.left") == Some(&Value::Bool(true));
    match subject.fact("employee.ends_at").and_then(parse_moment) {
        Some(end) => Ending::At(end),
        None if left => Ending::NoDay,
        None => Ending::Untold,
    }
}

/// When an account was last used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Login {
    Untold,
    Never,
    At(Timestamp),
}

impl Login {
    pub(super) const fn moment(self) -> Option<Timestamp> {
        match self {
            Self::At(moment) => Some(moment),
            Self::Never | Self::Untold => None,
        }
    }
}

/// The last login, as far as a finding tells it.
pub(super) fn last_login(subject: &Subject) -> Login {
    match subject.fact("account.last_login_at") {
        Some(Value::Null) => Login::Never,
        fact => fact.and_then(parse_moment).map_or(Login::Untold, Login::At),
    }
}

/// The employee's identifier.
pub(super) fn employee_id(subject: &Subject) -> Option<&str> {
    subject.first(|finding| finding.subject.employee_id.as_deref())
}

/// What the person is called; their identifier, if they have no name.
pub(super) fn name(subject: &Subject) -> String {
    let name = subject.words("employee.name");
    if name.trim().is_empty() { employee_id(subject).map(|id| clip(id, NAME)).unwrap_or_default() } else { name }
}

/// Who answers for somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Superior {
    pub name: String,
    pub email: String,
    pub department: String,
}

/// Who answers for the person: by name and address where the roster tells them, or why nobody does.
pub(super) fn superior(subject: &Subject, known: &Lookup<'_>) -> Superior {
    let text = |text: Option<&String>| text.map(|text| clip(text, NAME)).unwrap_or_default();
    let Some(place) = employee_id(subject).and_then(|id| known.place(id)) else {
        return Superior { name: subject.words("employee.manager"), ..Superior::default() };
    };
    let named = place.name.as_ref().or(place.employee_id.as_ref());
    Superior {
        name: text(named.or(place.unknown.as_ref())),
        email: text(place.email.as_ref()),
        department: text(place.department.as_ref()),
    }
}

/// An address as it may stand in a link; nothing, if anything in it could mean more than an address.
pub(super) fn mailto(email: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "@._+-'".contains(c);
    let (local, domain) = email.split_once('@').unwrap_or_default();
    let fits = !local.is_empty() && domain.contains('.') && !domain.contains('@') && email.chars().all(plain);
    if fits { email.to_owned() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_becomes_a_link() {
        assert_eq!(mailto("nneka.o'kafor+x@example.com"), "nneka.o'kafor+x@example.com");
        for hostile in
            ["", "x", "x@y", "a@b@c.example", "a@b.example?bcc=z@y.example", "a b@c.example", "a@b.example,c@d.example"]
        {
            assert_eq!(mailto(hostile), "", "{hostile}");
        }
    }
}
