//! The engine says what the audit says: of every account, group and person, rule by rule, with what is missing. The engines are
//! SQLite, in this program, and DuckDB where it is there; `examples/engines` asks the others.

#[path = "../../../tests/it/support/engine.rs"]
mod engine;
mod mutants;
mod organisations;
mod random;
mod reports;
mod rows;
mod said;
mod scenes;
mod tokens;
