//! Snapshots: every source's records verbatim, with the certificate of how they were counted and with everything that
//! accounts are judged by, so that an audit can be made later or elsewhere and gives what it would have given then. After
//! fetching, before correlation.
//!
//! A snapshot is a [bag](crate::bag), as a folder or packed; an evidence bundle is one, too. In `data/` are:
//!
//! ```text
//! bundle.json              what it is of, and what each file is for
//! certificates.json        how the accounts of each source were counted
//! records/<source>.ndjson  its records, one a line, as the vendor sent them
//! inputs/                  the configuration, and the files that it names
//! rules/<id>.toml          every rule, the built-in ones, too
//! ```
//!
//! Only secrets of ours that a vendor repeats are taken out, before anything is kept.
//!
//! It appears whole or not at all. While it is fetched, `<folder>.partial` holds a `partial.json`, and `<folder>.lock` keeps
//! others away; what is finished of it is kept, and of a source that isn't, the answers so far. An interrupted [`fetch`] can so
//! be resumed: the answers are read from disk until they end, and the vendor is asked from there on. Whether the list moved
//! meanwhile is then proven in the same way as always.

mod answers;
mod certificates;
mod draft;
mod error;
mod fetch;
mod ground;
mod read;
mod records;
mod store;

pub use certificates::{Certificates, StoredSource};
pub use error::SnapshotError;
pub use fetch::{FetchOptions, Watch, fetch};
pub use ground::Ground;
pub use read::{Snapshot, rules_of};
pub use store::store;
