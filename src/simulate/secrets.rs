//! The credentials of the simulated vendors, derived from the seed; each vendor's file has its own.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::base::text::hex;

/// Everything that proves who asks.
#[derive(Clone)]
pub struct Secrets {
    pub(super) seed: u64,
}

/// An OAuth client.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientSecret {
    /// Its public name.
    pub id: String,
    /// Its secret.
    pub secret: String,
}

impl Secrets {
    /// The secrets of the world with this seed.
    pub const fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The secret with this name.
    pub(super) fn derived(&self, name: &str) -> String {
        hex(&Sha256::digest(format!("headcount simulator {} {name}", self.seed))).split_off(24)
    }

    /// The OAuth client at this vendor.
    pub(super) fn client(&self, vendor: &str) -> ClientSecret {
        ClientSecret {
            id: format!("headcount-{}", self.derived(&format!("{vendor} client")).split_off(32)),
            secret: self.derived(&format!("{vendor} client secret")),
        }
    }
}

/// Prints nothing of what it holds.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").finish_non_exhaustive()
    }
}

/// Prints the public half.
impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientSecret").field("id", &self.id).finish_non_exhaustive()
    }
}
