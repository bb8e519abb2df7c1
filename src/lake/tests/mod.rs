//! The engine says what the audit says: of every account, group and person, rule by rule, with what is missing. The engine is
//! SQLite, in this program; `examples/engines` asks the others.

mod engine;
mod mutants;
mod organisations;
mod random;
mod reports;
mod said;
mod scenes;
mod tokens;
