//! What every setting in a TOML file is read with: the text of the file, whose messages show no secret; where secrets are
//! kept; files that are named; and addresses that may be asked. Below vendors, which read their own keys.

mod address;
mod named;
mod secret;
mod text;
mod texts;

pub(crate) use address::{check_url, is_loopback};
pub use named::NamedFile;
pub(crate) use secret::SHORTEST_SECRET;
pub use secret::SecretRef;
pub use text::ConfigText;
pub(crate) use text::take;
pub(crate) use texts::OneOrMany;
