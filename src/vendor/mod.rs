//! The vendors, one file each: its keys in the configuration, how it is asked for all its users, and how its record
//! becomes an account. After fetching, which knows no vendor; before the configuration, which reads every vendor's keys.
//!
//! A new vendor is a file with a [`VendorSpec`], and its place in [`ALL`].

mod cognigy;
mod command;
mod file;
mod scim;
mod spec;
mod tenant;
mod voiso;
mod vonage;
mod voximplant;
mod voxmind;

pub(crate) use spec::{Around, Checked};
pub use spec::{Reach, VendorConfig, VendorSpec, Whereabouts};
pub use tenant::{ConnectionConfig, PageSize, Tenant};

use spec::{RawVendor, read};
use tenant::known;

use crate::model::FactName;

/// Every vendor, in the order of the documentation.
pub static ALL: &[&VendorSpec] = &[
    &voxmind::SPEC,
    &voximplant::SPEC,
    &voiso::SPEC,
    &cognigy::SPEC,
    &vonage::SPEC,
    &scim::SPEC,
    &file::SPEC,
    &command::SPEC,
];

/// What the configuration calls them.
pub fn kinds() -> Vec<&'static str> {
    ALL.iter().map(|vendor| vendor.kind).collect()
}

/// Which facts each kind of vendor tells at best. A file or command tells what it has columns for.
pub fn exposed() -> Vec<(&'static str, &'static [FactName])> {
    ALL.iter().filter(|vendor| !vendor.exposes.is_empty()).map(|vendor| (vendor.kind, vendor.exposes)).collect()
}
