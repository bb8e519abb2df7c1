//! What the tests share: the binary in a clean environment, simulated vendors and scripted ones, reports, mail.

pub(crate) mod desk;
pub(crate) mod engine;
pub(crate) mod fixture;
pub(crate) mod mail;
pub(crate) mod mail_server;
pub(crate) mod office;
pub(crate) mod process;
pub(crate) mod reading;
pub(crate) mod roster;
pub(crate) mod snapshot;
pub(crate) mod source;
pub(crate) mod stub;
pub(crate) mod team;
pub(crate) mod tenant;
