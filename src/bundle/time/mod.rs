//! Time stamps by RFC 3161: an authority signs that a hash was there at a time. What is asked and what is answered is read
//! here, byte by byte; whose signature that is, `openssl` tells, if it is there.

mod ask;
mod der;
mod openssl;
mod reply;
mod request;

pub use ask::{TimeError, stamp};
pub(super) use openssl::{Checked, command, verify};
pub use reply::{Stamp, StampError};
pub use request::Request;
