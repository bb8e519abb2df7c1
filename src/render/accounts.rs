//! Every account as it was judged, complaint or none, one a line or row: the population itself, for data tools and for whoever has
//! to prove it whole. Read from the inventory row by row, in the order of sources and of their records.
//!
//! Every line has every member and every row every column, so that a reader that guesses from the first of them guesses right.

use std::io::Write;

use chrono::{NaiveDate, SecondsFormat};
use schemars::JsonSchema;
use serde::Serialize;

use super::csv::cells;
use super::escape::quoted_cells;
use super::{RenderError, RenderOptions};
use crate::audit::AccountRow;
use crate::model::{AccountStatus, SourceName, Tier, Timestamp};

/// An account as it was judged. What has no value is null: `not_told` has the facts of which nobody knows whether they have one.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Account")]
pub struct ListedAccount<'r> {
    /// Its source.
    source: &'r str,
    /// Its identifier there.
    account_id: &'r str,
    /// The identifier that the organisation gave to the vendor.
    external_id: Option<&'r str>,
    /// Its e-mail address.
    email: Option<&'r str>,
    /// Its login name.
    username: Option<&'r str>,
    /// The name shown to people.
    display_name: Option<&'r str>,
    /// active or inactive.
    status: Option<&'r str>,
    /// Whether it is locked out.
    locked: Option<bool>,
    /// Whether it costs a licence.
    licensed: Option<bool>,
    /// Its roles.
    roles: Option<Vec<&'r str>>,
    /// Whether one of them gives power over others.
    privileged: Option<bool>,
    /// When it was made.
    created_at: Option<Timestamp>,
    /// When it was last used; null: never.
    last_login_at: Option<Timestamp>,
    /// When it was deleted, or is to be; null: neither.
    deleted_at: Option<Timestamp>,
    /// matched, unmatched, ambiguous, conflict or declared.
    situation: &'r str,
    /// The key by which its owner was found.
    tier: Option<&'r str>,
    /// Its owner, when exactly one is known.
    employee_id: Option<&'r str>,
    /// The owner's name.
    employee_name: Option<&'r str>,
    /// Who answers for the owner, as the roster writes it.
    manager: Option<&'r str>,
    /// Whether the owner's employment has ended.
    employee_left: Option<bool>,
    /// The first day of it.
    employee_start: Option<NaiveDate>,
    /// employee or external.
    employee_kind: Option<&'r str>,
    /// The owner's department.
    employee_department: Option<&'r str>,
    /// The owner's job title.
    employee_title: Option<&'r str>,
    /// The owner's site or country.
    employee_location: Option<&'r str>,
    /// The names of members that the vendor doesn't tell, or that are left out to name nobody.
    not_told: Vec<&'static str>,
}

impl<'r> ListedAccount<'r> {
    fn new(source: &'r SourceName, row: &'r AccountRow<'_>) -> Self {
        let told = [
            ("external_id", row.external_id.is_known()),
            ("email", row.email.is_known()),
            ("username", row.username.is_known()),
            ("display_name", row.display_name.is_known()),
            ("status", row.status.is_known()),
            ("locked", row.locked.is_known()),
            ("licensed", row.licensed.is_known()),
            ("roles", row.roles.is_known()),
            ("privileged", row.privileged.is_some()),
            ("created_at", row.created_at.is_known()),
            ("last_login_at", row.last_login_at.is_known()),
            ("deleted_at", row.deleted_at.is_known()),
        ];
        Self {
            source: source.as_str(),
            account_id: &row.id,
            external_id: row.external_id.present().map(AsRef::as_ref),
            email: row.email.present().map(AsRef::as_ref),
            username: row.username.present().map(AsRef::as_ref),
            display_name: row.display_name.present().map(AsRef::as_ref),
            status: row.status.known().copied().map(AccountStatus::as_str),
            locked: row.locked.known().copied(),
            licensed: row.licensed.known().copied(),
            roles: row.roles.known().map(|roles| roles.iter().map(AsRef::as_ref).collect()),
            privileged: row.privileged,
            created_at: row.created_at.known().copied(),
            last_login_at: row.last_login_at.present().copied(),
            deleted_at: row.deleted_at.present().copied(),
            situation: &row.situation,
            tier: row.tier.map(Tier::as_str),
            employee_id: row.employee_id.as_deref(),
            employee_name: row.employee_name.as_deref(),
            manager: row.manager.as_deref(),
            employee_left: row.work.left,
            employee_start: row.work.start,
            employee_kind: row.work.kind.as_deref(),
            employee_department: row.work.department.as_deref(),
            employee_title: row.work.title.as_deref(),
            employee_location: row.work.location.as_deref(),
            not_told: told.into_iter().filter(|(_, told)| !told).map(|(name, _)| name).collect(),
        }
    }
}

/// `accounts.ndjson`.
pub(super) fn lines(options: &RenderOptions<'_>, out: &mut dyn Write) -> Result<(), RenderError> {
    each(options, |account| {
        serde_json::to_writer(&mut *out, &account)?;
        Ok(out.write_all(b"\n")?)
    })
}

/// The members of a line, as `accounts.csv` calls them.
const HEADINGS: [&str; 26] = [
    "source",
    "account_id",
    "external_id",
    "email",
    "username",
    "display_name",
    "status",
    "locked",
    "licensed",
    "roles",
    "privileged",
    "created_at",
    "last_login_at",
    "deleted_at",
    "situation",
    "tier",
    "employee_id",
    "employee_name",
    "manager",
    "employee_left",
    "employee_start",
    "employee_kind",
    "employee_department",
    "employee_title",
    "employee_location",
    "not_told",
];

/// `accounts.csv`.
pub(super) fn table(options: &RenderOptions<'_>, out: &mut dyn Write) -> Result<(), RenderError> {
    let mut row = Vec::new();
    cells(HEADINGS, &mut row);
    row.extend(b"\r\n");
    out.write_all(&row)?;
    each(options, |account| {
        row.clear();
        add_row(&account, &mut row);
        Ok(out.write_all(&row)?)
    })
}

fn each(
    options: &RenderOptions<'_>,
    mut write: impl FnMut(ListedAccount<'_>) -> Result<(), RenderError>,
) -> Result<(), RenderError> {
    let Some(inventory) = options.inventory else { return Ok(()) };
    inventory.for_each(|source, row| write(ListedAccount::new(source, &row)))
}

fn add_row(account: &ListedAccount<'_>, row: &mut Vec<u8>) {
    let flag = |flag: Option<bool>| flag.map_or("", |flag| if flag { "yes" } else { "no" });
    let moment =
        |at: Option<Timestamp>| at.map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true)).unwrap_or_default();
    let who = [
        account.source,
        account.account_id,
        account.external_id.unwrap_or_default(),
        account.email.unwrap_or_default(),
        account.username.unwrap_or_default(),
        account.display_name.unwrap_or_default(),
        account.status.unwrap_or_default(),
        flag(account.locked),
        flag(account.licensed),
    ];
    let whose = [
        flag(account.privileged),
        &moment(account.created_at),
        &moment(account.last_login_at),
        &moment(account.deleted_at),
        account.situation,
        account.tier.unwrap_or_default(),
        account.employee_id.unwrap_or_default(),
        account.employee_name.unwrap_or_default(),
        account.manager.unwrap_or_default(),
        flag(account.employee_left),
        &account.employee_start.map(|day| day.to_string()).unwrap_or_default(),
        account.employee_kind.unwrap_or_default(),
        account.employee_department.unwrap_or_default(),
        account.employee_title.unwrap_or_default(),
        account.employee_location.unwrap_or_default(),
        &account.not_told.join(" "),
    ];
    cells(who, row);
    row.push(b',');
    quoted_cells(account.roles.iter().flatten().map(|role| (*role).to_owned()), row);
    row.push(b',');
    cells(whose, row);
    row.extend(b"\r\n");
}
