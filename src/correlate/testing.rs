//! People who don't exist, for the tests of this folder.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::model::{Account, Employee, EmployeeId, Fact, Roster};

pub(super) fn employee(id: &str) -> Employee {
    Employee::new(EmployeeId(id.to_owned()))
}

/// An employee with a name (or none), addresses and login names.
pub(super) fn person(id: &str, name: &str, emails: &[&str], usernames: &[&str]) -> Employee {
    Employee {
        name: Some(name.to_owned()).filter(|name| !name.is_empty()),
        emails: emails.iter().map(|&email| email.to_owned()).collect(),
        usernames: usernames.iter().map(|&username| username.to_owned()).collect(),
        ..employee(id)
    }
}

pub(super) fn roster(employees: impl IntoIterator<Item = Employee>) -> Roster {
    Roster { employees: employees.into_iter().collect(), ..Roster::default() }
}

/// An account with what isn't empty of external id, address, login name and display name.
pub(super) fn account<'r>([external_id, email, username, display_name]: [&'r str; 4]) -> Account<'r> {
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
