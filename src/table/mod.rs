//! The one room for tables: bytes → encoding → rows with their places, whatever a system or a person wrote. It knows no
//! roster and no vendor; who reads a table says what its headings can be for.
//!
//! The way of a table: bytes → text (`decode` with `guess`; `workbook`, `ldif` and `json` for what is no delimited text) → the
//! line of headings (`header`) → pieces of whole rows (`pieces`), which all cores read (`rows`). Readers that want columns get
//! cells ([`Source`]), also of JSON and LDIF (`flat`); readers that want records get JSON ([`Records`]), also of cells. What a
//! cell means is told by `cell`, `words`, `moment`, `list` and `address`, by the words in `data/`.

mod address;
mod cell;
mod data;
mod decode;
mod document;
mod flat;
mod guess;
mod header;
mod json;
mod ldif;
mod line;
mod list;
mod moment;
mod open;
mod pieces;
mod place;
mod records;
mod rows;
mod setting;
mod source;
mod words;
mod workbook;

pub(crate) use address::{addresses, is_one_address};
pub(crate) use cell::{clean, fold, is_clean, umlauts_written_out, without_apostrophe};
pub(crate) use data::words as listed;
pub use document::document;
pub use encoding_rs::Encoding;
pub(crate) use header::{Header, Purposes, SEARCHED, is_drawn};
pub(crate) use line::{Line, Place};
pub(crate) use list::list;
pub use moment::{DateOrder, Notation};
pub(crate) use moment::{Moments, Numbers, Reading, in_utc};
pub(crate) use open::{Opened, of_bytes, open};
pub(crate) use pieces::Piece;
pub(crate) use place::{in_headings, in_line, in_text};
pub(crate) use records::{Cells, Origin, RecordPiece, Records, Seen, Shape, Written};
pub(crate) use rows::{Misquoted, Quotes, Row};
pub(crate) use setting::{check_delimiter, check_encoding, check_notation, check_zone};
pub(crate) use source::{Format, Options, Remark, Source, Table};
pub(crate) use words::{FlagWords, Flags, Holds, is_nothing, is_total};
pub(crate) use workbook::{FORMULA, is_workbook, letters};

/// The headings and words that are recognised, as they are written in their files.
pub(crate) mod lists {
    pub(crate) const ROSTER: &str = include_str!("data/roster.txt");
    pub(crate) const ACCOUNTS: &str = include_str!("data/accounts.txt");
    pub(crate) const CROSSWALK: &str = include_str!("data/crosswalk.txt");
    pub(crate) const EMPLOYMENT: &str = include_str!("data/employment.txt");
    pub(crate) const WORDS: &str = include_str!("data/words.txt");
}
