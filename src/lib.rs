//! headcount answers one question for a whole organisation: does every vendor account belong to somebody who
//! still works here, and can we prove that we looked at all of them?
//!
//! The data goes one way:
//!
//! ```text
//! config ─▶ fetch ─▶ breaker ─▶ audit ─▶ history ─▶ gate ─▶ report ─▶ privacy ─▶ render ─▶ deliver
//!          (async)   roster ─┘  │                                                    └▶ bag, signed as a bundle
//!                               │                                                         └▶ review: people decide
//!                               └ for each piece of records, on all cores:
//!                                 decode ─▶ correlate ─▶ declare ─▶ judge by rules ─▶ weigh exceptions
//!                                                      └─▶ lake: facts ─▶ an SQL engine ─▶ its verdicts, for report
//! ```
//!
//! The accounts of an export are judged in the visit in which they are fetched, and forgotten if the breaker refuses them; whatever a
//! server sends is judged when all of it is there.
//!
//! The library is there for the binary and its tests: its interface isn't stable, and what is promised is the command line,
//! its files and its exit codes. What a program would begin with:
//!
//! ```
//! use std::path::Path;
//!
//! use headcount::config::Config;
//!
//! let text = "[hr]\nfile = \"hr.csv\"\n[[source]]\nname = \"crm\"\nvendor = \"file\"\nfile = \"crm.csv\"\n";
//! let config = Config::parse(Path::new("headcount.toml"), text).expect("a good configuration");
//! assert_eq!(config.sources[0].name.as_str(), "crm");
//! ```
//!
//! Only fetching and sending mail are asynchronous; everything between is pure and is tested without a network or a
//! clock. The modules stand below in the order of that way, and each imports only modules above it; a test holds that.

// The ground: work on all cores, words, messages, one writer at a time, files under one seal, the one way in for files, how
// a setting is read, and the one reader of every table that people and systems write.
pub mod base;
pub mod model;
pub mod claim;
pub mod bag;
pub mod files;
pub mod setting;
pub mod table;

// Fetching: all accounts of a source, with the certificate of how they were counted; and the vendors, which read their
// own keys of the configuration.
pub mod http;
pub mod fetch;
pub mod vendor;

// The checked configuration, keys of accounts and people alike, the language of conditions, and fetching that can go on
// where it stopped.
pub mod config;
pub mod key;
pub mod expression;
pub mod snapshot;

// Judging: people, whose account it is or may be, what is wrong with it and since when, and what that means for CI.
pub mod roster;
pub mod correlate;
pub mod suggest;
pub mod exception;
pub mod rule;
pub mod breaker;
pub mod history;
pub mod finding;
pub mod audit;
pub mod gate;

// The same rules on the engine that holds the data.
pub mod lake;

// Telling: the report, its formats, where they go, who vouches for what is sealed, and who decides about it.
pub mod report;
pub mod render;
pub mod deliver;
pub mod bundle;
pub mod review;

// The whole way, the vendors to try it on, and the command line.
pub mod run;
#[cfg(feature = "demo")]
pub mod simulate;
pub mod cli;
