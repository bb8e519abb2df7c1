//! Each vendor's connector over real HTTP on loopback: against its simulator where that is faithful, and against
//! scripted answers where a vendor has to misbehave; and sources without a vendor's API of their own.

mod cognigy;
#[cfg(unix)]
mod commands;
mod faults;
mod files;
mod garbage;
mod limits;
#[cfg(unix)]
mod next_door;
mod paging;
mod scim;
mod scim_as_spoken;
mod scim_server;
mod tls;
mod voiso;
mod vonage;
mod voximplant;
mod voxmind;
