//! The bag: files under one seal, as a folder or as that folder in a ZIP. Snapshots and evidence bundles are bags, and
//! nothing here knows what the files say.
//!
//! It is a [BagIt bag](https://www.rfc-editor.org/rfc/rfc8493), so that `sha256sum -c` checks it where no headcount is:
//!
//! ```text
//! bagit.txt  bag-info.txt  VERIFY.txt    what it is, how much is in it, and how anybody checks it
//! manifest-sha256.txt                    every file of data/
//! tagmanifest-sha256.txt                 the four above: THE SEAL. Its SHA-256 is the bag's id
//! signatures/                            not in the seal, so that a signature can be added later
//! data/bundle.json                       the Description
//! data/...                               the payload
//! ```
//!
//! Writing: [`BagWriter::beside`] a target, [`BagWriter::file`] for each file of the payload, [`BagWriter::seal`], and then
//! [`Sealed::into_folder`] or [`Sealed::into_zip`]. What is dropped before that leaves nothing.
//!
//! Reading: [`Bag::open`] refuses what isn't exactly such a bag, and [`Bag::read`] fails at the end of a file that isn't
//! what the seal says. [`Examination`] tells all that is wrong instead.
//!
//! Names of files are ours and ASCII ([`PayloadName`]): then nothing has to be escaped anywhere, and every archiver of
//! every system reads the same.

mod append;
mod archive;
mod description;
mod entry;
mod error;
mod folder;
mod name;
mod pack;
mod read;
mod seal;
mod write;

#[cfg(test)]
mod tests;

pub use append::add_signatures;
pub use description::{Command, Description, Format, Full, Input, Kind, Previous, Role, Run, Tier, Withheld};
pub use entry::Contents;
pub use error::{BagError, Defect};
pub(crate) use name::slug;
pub use name::{NameError, PayloadName};
pub use pack::pack;
pub use read::{Bag, Examination, PayloadReader};
pub use seal::{BagId, SEAL};
pub(crate) use seal::{sha256, sha256_of};
pub use write::{BagWriter, Sealed, sweep};
