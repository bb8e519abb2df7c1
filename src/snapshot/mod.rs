//! Snapshots: every source's records verbatim, with the certificate of how they were counted, so that an audit
//! can be made later or elsewhere and gives what it would have given then. After fetching, before correlation.
//!
//! A snapshot is a folder, readable by its owner alone:
//!
//! ```text
//! manifest.json          versions, the configuration without its secrets, and for each source its certificate
//! <source>.ndjson.zst    its records, one a line, as the vendor sent them; in frames that cores unpack side by side
//! ```
//!
//! Only secrets of ours that a vendor repeats are taken out, before anything is kept.
//!
//! It appears whole or not at all. While it is made it is called `<folder>.partial` and holds a `partial.json`, and
//! `<folder>.lock` keeps others away; what is finished of it is kept, and of a source that isn't, the answers so far.
//! An interrupted [`fetch`] can so be resumed: the answers are read from disk until they end, and the vendor is asked
//! from there on. Whether the list moved meanwhile is then proven in the same way as always.

mod answers;
mod draft;
mod error;
mod fetch;
mod manifest;
mod packed;
mod read;

pub use draft::store;
pub use error::SnapshotError;
pub use fetch::{FetchOptions, Watch, fetch};
pub use manifest::{ConfigSeen, Manifest, StoredRecords, StoredSource};
pub use read::Snapshot;
