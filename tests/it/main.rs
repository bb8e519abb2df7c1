//! What headcount promises, held from outside: through the binary, and through the library's doors. One program, because
//! each program is another link of everything; a part of it is run by its name: `cargo test --test it rules::`.
//!
//! `support` is what all of them share. The folders are journeys: a roster that is read (`roster`), sources that are
//! fetched (`sources`, `snapshot`), the tables that all of them may be (`tables`), accounts that get an owner (`correlate`), an audit as a whole (`pipeline`), questions
//! about one account (`explain`), exceptions and the gate (`exceptions`), reports for people and for machines (`render`,
//! `formats`), mail (`email`), rules as files (`rules`), small commands (`cli`), secrets that nobody sees (`secrets`),
//! evidence under a seal (`bundle`) that leads to the same report once more (`evidence`), what is released and how it gets
//! to whoever uses it (`release`);
//! and what is written about all that (`readme`, `readme_in_order`, `architecture`).

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test and what it shares with others fail by panicking"
)]

mod architecture;
mod bundle;
mod cli;
mod correlate;
mod email;
mod engines;
mod evidence;
mod exceptions;
mod explain;
mod formats;
mod history;
mod outputs;
mod pipeline;
mod readme;
mod readme_in_order;
mod release;
mod render;
mod review;
mod roster;
mod rules;
mod secrets;
mod snapshot;
mod sources;
mod support;
mod tables;
