//! People who don't exist, for the tests of this folder and of suggestions.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::model::{Account, Employee, Fact, Profile, Roster};

pub(crate) fn employee(id: &str) -> Employee {
    person(id, "", &[], &[])
}

/// An employee with a name (or none), addresses and login names.
pub(crate) fn person(id: &str, name: &str, emails: &[&str], usernames: &[&str]) -> Employee {
    Employee::new(&Profile { id, name, emails, usernames, ..Profile::default() })
}

pub(crate) fn roster(employees: impl IntoIterator<Item = Employee>) -> Roster {
    Roster { employees: employees.into_iter().collect(), ..Roster::default() }
}

/// An account with what isn't empty of external id, address, login name and display name.
pub(crate) fn account<'r>([external_id, email, username, display_name]: [&'r str; 4]) -> Account<'r> {
    let fact = |value: &'r str| match value {
        "" => Fact::NotExposed,
        value => Fact::Known(Some(Cow::Borrowed(value))),
    };
    Account {
        external_id: fact(external_id),
        email: fact(email),
        username: fact(username),
        display_name: fact(display_name),
        ..Account::new(Cow::Borrowed("a-1"), RawValue::NULL)
    }
}
