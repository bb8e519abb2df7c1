//! The vendors that can be simulated.

use std::fmt;

/// A simulated vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Vendor {
    /// Voxmind: enrolled voices, known by an external id alone.
    Voxmind,
    /// Voximplant Management API: users of several applications.
    Voximplant,
    /// Voiso v4.
    Voiso,
    /// Cognigy.AI.
    Cognigy,
    /// Vonage Contact Center, User Admin v4.
    Vonage,
}

impl Vendor {
    /// All, in the order of ports and of the configuration.
    pub const ALL: [Self; 5] = [Self::Voxmind, Self::Voximplant, Self::Voiso, Self::Cognigy, Self::Vonage];

    /// The name of its source in the kit's configuration.
    pub const fn source_name(self) -> &'static str {
        match self {
            Self::Voxmind => "voxmind",
            Self::Voximplant => "voximplant",
            Self::Voiso => "voiso",
            Self::Cognigy => "cognigy",
            Self::Vonage => "vcc",
        }
    }

    /// What the configuration calls its kind.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Vonage => "vonage-contact-center",
            other => other.source_name(),
        }
    }
}

impl fmt::Display for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.source_name())
    }
}

/// One value for each vendor, so that a look-up can't miss.
#[derive(Debug, Clone)]
pub struct PerVendor<T>([T; 5]);

impl<T> PerVendor<T> {
    /// Makes the value of each vendor.
    pub fn new(make: impl FnMut(Vendor) -> T) -> Self {
        Self(Vendor::ALL.map(make))
    }

    /// The value of one vendor.
    pub const fn of(&self, vendor: Vendor) -> &T {
        let [voxmind, voximplant, voiso, cognigy, vonage] = &self.0;
        match vendor {
            Vendor::Voxmind => voxmind,
            Vendor::Voximplant => voximplant,
            Vendor::Voiso => voiso,
            Vendor::Cognigy => cognigy,
            Vendor::Vonage => vonage,
        }
    }
}
