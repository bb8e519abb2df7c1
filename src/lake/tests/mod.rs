//! The engine says what the audit says: of every account, group and person, rule by rule, with what is missing. SQLite is in
//! this program; DuckDB is asked, too, where Python has it.

mod engine;
mod mutants;
mod organisations;
mod random;
mod reports;
mod said;
mod scenes;
mod tokens;
