//! A judged account as a list of all tells it: a row of the inventory, from which formats that list accounts are written.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize};

use crate::model::{Account, AccountStatus, Employee, Fact, Situation, Tier, Timestamp};

/// What the list of all accounts tells of one. A fact that the vendor doesn't tell stays untold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccountRow<'r> {
    /// Its identifier at the source.
    pub id: Cow<'r, str>,
    /// The identifier that the organisation gave to the vendor.
    #[serde(default = "untold", deserialize_with = "told", skip_serializing_if = "is_untold")]
    pub external_id: Fact<Option<Cow<'r, str>>>,
    /// E-mail address.
    #[serde(default = "untold", deserialize_with = "told", skip_serializing_if = "is_untold")]
    pub email: Fact<Option<Cow<'r, str>>>,
    /// Login name.
    #[serde(default = "untold", deserialize_with = "told", skip_serializing_if = "is_untold")]
    pub username: Fact<Option<Cow<'r, str>>>,
    /// Name shown to people.
    #[serde(default = "untold", deserialize_with = "told", skip_serializing_if = "is_untold")]
    pub display_name: Fact<Option<Cow<'r, str>>>,
    /// Whether it can be used.
    #[serde(default = "untold", deserialize_with = "told", skip_serializing_if = "is_untold")]
    pub status: Fact<AccountStatus>,
    /// Whether it is locked out.
    #[serde(default = "untold", deserialize_with = "told", skip_serializing_if = "is_untold")]
    pub locked: Fact<bool>,
    /// Whether it costs a licence.
    #[serde(default = "untold", deserialize_with = "told", skip_serializing_if = "is_untold")]
    pub licensed: Fact<bool>,
    /// When it was last used; `Known(None)` means never.
    #[serde(default = "untold", deserialize_with = "told", skip_serializing_if = "is_untold")]
    pub last_login_at: Fact<Option<Timestamp>>,
    /// When it was made.
    #[serde(default = "untold", deserialize_with = "told", skip_serializing_if = "is_untold")]
    pub created_at: Fact<Timestamp>,
    /// When it was deleted, or is to be; `Known(None)` means neither.
    #[serde(default = "untold", deserialize_with = "told", skip_serializing_if = "is_untold")]
    pub deleted_at: Fact<Option<Timestamp>>,
    /// Its roles.
    #[serde(default = "untold", deserialize_with = "told", skip_serializing_if = "is_untold")]
    pub roles: Fact<Vec<Cow<'r, str>>>,
    /// Whether one of them gives power over others, if that can be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privileged: Option<bool>,
    /// Whose it is, as rules and reports spell it.
    pub situation: Cow<'r, str>,
    /// The tier that decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// The owner's identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employee_id: Option<Cow<'r, str>>,
    /// The owner's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employee_name: Option<Cow<'r, str>>,
    /// Who answers for the owner, as the roster writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager: Option<Cow<'r, str>>,
    /// Where the owner works.
    #[serde(default)]
    pub work: Work<'r>,
}

impl<'r> AccountRow<'r> {
    /// Of which nothing is told but whether it has an owner, and how that was found.
    pub fn nameless(
        id: Cow<'r, str>,
        situation: Cow<'r, str>,
        tier: Option<Tier>,
        employee_id: Option<Cow<'r, str>>,
    ) -> Self {
        Self {
            id,
            external_id: Fact::NotExposed,
            email: Fact::NotExposed,
            username: Fact::NotExposed,
            display_name: Fact::NotExposed,
            status: Fact::NotExposed,
            locked: Fact::NotExposed,
            licensed: Fact::NotExposed,
            last_login_at: Fact::NotExposed,
            created_at: Fact::NotExposed,
            deleted_at: Fact::NotExposed,
            roles: Fact::NotExposed,
            privileged: None,
            situation,
            tier,
            employee_id,
            employee_name: None,
            manager: None,
            work: Work::default(),
        }
    }
}

/// Where the owner of an account works, and since when, as the roster tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work<'r> {
    /// Whether the employment has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<bool>,
    /// The first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<NaiveDate>,
    /// Staff or external.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Cow<'r, str>>,
    /// The department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Cow<'r, str>>,
    /// The job title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Cow<'r, str>>,
    /// The site or country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Cow<'r, str>>,
}

impl<'r> Work<'r> {
    fn of(employee: &'r Employee, now: Timestamp) -> Self {
        Self {
            left: employee.left(now).ok(),
            start: employee.start_date().ok(),
            kind: employee.kind().ok().map(|kind| Cow::Borrowed(kind.as_str())),
            department: employee.department().map(Cow::Borrowed),
            title: employee.title().map(Cow::Borrowed),
            location: employee.location().map(Cow::Borrowed),
        }
    }
}

const fn untold<T>() -> Fact<T> {
    Fact::NotExposed
}

const fn is_untold<T>(fact: &Fact<T>) -> bool {
    !fact.is_known()
}

/// What is written down was told, also when it is that there is none.
fn told<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Fact<T>, D::Error> {
    T::deserialize(from).map(Fact::Known)
}

impl<'r> AccountRow<'r> {
    /// The row of an account whose owner has been decided.
    pub fn new(
        account: &'r Account<'_>,
        privileged: Option<bool>,
        situation: &'r Situation,
        employee: Option<&'r Employee>,
        now: Timestamp,
    ) -> Self {
        Self {
            id: Cow::Borrowed(&account.id),
            external_id: borrowed(&account.external_id),
            email: borrowed(&account.email),
            username: borrowed(&account.username),
            display_name: borrowed(&account.display_name),
            status: account.status,
            locked: account.locked,
            licensed: account.licensed,
            last_login_at: account.last_login_at,
            created_at: account.created_at,
            deleted_at: account.deleted_at,
            roles: match &account.roles {
                Fact::Known(roles) => Fact::Known(roles.iter().map(|role| Cow::Borrowed(role.as_ref())).collect()),
                Fact::NotExposed => Fact::NotExposed,
            },
            privileged,
            situation: situation.as_str().into(),
            tier: situation.tier(),
            employee_id: employee.map(|employee| employee.id().into()),
            employee_name: employee.and_then(Employee::name).map(Cow::Borrowed),
            manager: employee.and_then(|employee| employee.managers().first()).map(Cow::Borrowed),
            work: employee.map(|employee| Work::of(employee, now)).unwrap_or_default(),
        }
    }
}

fn borrowed<'r>(fact: &'r Fact<Option<Cow<'_, str>>>) -> Fact<Option<Cow<'r, str>>> {
    match fact {
        Fact::Known(value) => Fact::Known(value.as_deref().map(Cow::Borrowed)),
        Fact::NotExposed => Fact::NotExposed,
    }
}
