//! A review of accounts by people, from the sealed audit to the bundle behind it; and the promises that later audits hold it to.

mod closing;
mod collecting;
mod desk;
mod ended;
mod firefox;
mod hostile;
mod mails;
mod marionette;
mod organisation;
mod owners;
mod page;
mod promises;
mod refused;
mod returned;
mod routing;
mod year;
