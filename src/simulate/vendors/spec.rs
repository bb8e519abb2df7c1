//! What there is to say of a simulated vendor, so that nothing but its own file has to say it.

use std::io;

use axum::Router;

use super::Tenant;
use crate::simulate::Secrets;

/// A simulated vendor.
pub(in crate::simulate) struct Simulated {
    /// What the configuration calls its kind.
    pub(in crate::simulate) kind: &'static str,
    /// The name of its source in the kit's configuration.
    pub(in crate::simulate) source: &'static str,
    /// Its part of all accounts; one vendor takes what the others leave.
    pub(in crate::simulate) percent: Option<u32>,
    /// By what it knows people.
    pub(in crate::simulate) knows: Knows,
    /// What it tells of an account besides.
    pub(in crate::simulate) tells: &'static [Tells],
    /// How its answers hold a list.
    pub(in crate::simulate) list: ListShape,
    /// Its secrets, by the name of the file.
    pub(super) files: fn(&Secrets) -> Vec<(&'static str, String)>,
    /// The lines of its `[[source]]` by which it is logged in to.
    pub(super) login: fn(&Secrets, &str) -> String,
    /// The other lines. Page sizes are such that even the demo needs several pages.
    pub(in crate::simulate) settings: &'static str,
    /// Its own behaviour.
    pub(in crate::simulate) router: fn(Tenant) -> io::Result<Router>,
}

/// By what a vendor knows people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::simulate) enum Knows {
    /// By the identifier with which somebody was enrolled, which a crosswalk may have to translate.
    Enrolled,
    /// By a login name.
    Login,
    /// By an address, with which people log in.
    Address,
    /// The same, and often by the employee id.
    StaffIdAndAddress,
    /// Often by the employee id; by an address, and by a login name of its own.
    StaffIdAddressAndLogin,
}

/// What not every vendor tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::simulate) enum Tells {
    /// Whether an account can be used.
    State,
    /// When it was last used.
    Use,
    /// That it is locked.
    Lock,
    /// Roles that make an administrator.
    Admin,
    /// When it was made.
    Birth,
    /// When it was changed.
    Change,
    /// What costs a licence.
    Licence,
}

/// How a vendor's answers hold a list.
#[derive(Debug, Clone, Copy)]
pub(in crate::simulate) struct ListShape {
    /// The key of the list.
    pub(in crate::simulate) list: &'static str,
    /// The key of a record's identifier.
    pub(in crate::simulate) id: &'static str,
    /// Where the total is.
    pub(in crate::simulate) total: Total,
}

/// Where a vendor declares how much there is.
#[derive(Debug, Clone, Copy)]
pub(in crate::simulate) enum Total {
    /// A pointer into the body, to the number of records.
    Body(&'static str),
    /// A header with the number of pages.
    Header(&'static str),
}
