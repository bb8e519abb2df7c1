//! The statement has no dialect.

use super::organisations::{Organisation, example};
use crate::lake::{Tables, statement};

/// Every word that isn't a name of a table or column.
const WORDS: &[&str] = &[
    "WITH", "AS", "SELECT", "FROM", "JOIN", "LEFT", "CROSS", "ON", "WHERE", "GROUP", "BY", "HAVING", "UNION", "ALL",
    "CASE", "WHEN", "THEN", "ELSE", "END", "AND", "OR", "NOT", "IN", "IS", "NULL", "TRUE", "FALSE", "COALESCE", "MIN",
    "MAX", "COUNT",
];

#[test]
fn it_has_no_functions_but_four() {
    let organisation = Organisation::at(example("quickstart"), "2026-10-15T12:00:00Z");
    let text = statement(organisation.rules(), &Tables::default()).expect("a statement").text;
    let code: String = text.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join("\n");
    let mut rest = code.as_str();
    let mut before = "";
    while let Some(first) = rest.chars().next() {
        let (token, behind) = if first.is_whitespace() {
            rest.split_at(1)
        } else if first == '\'' {
            let end = rest[1..].find('\'').expect("a closed text") + 2;
            rest.split_at(end)
        } else if first.is_ascii_alphanumeric() || first == '_' {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.')).unwrap_or(rest.len());
            rest.split_at(end)
        } else {
            let length =
                if rest.starts_with("<=") || rest.starts_with(">=") || rest.starts_with("<>") || rest.starts_with("||")
                {
                    2
                } else {
                    1
                };
            assert!("=<>-+*|(),".contains(first), "{first} in …{}", &rest[..rest.len().min(60)]);
            rest.split_at(length)
        };
        let is_word = token.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
        if is_word && token.chars().all(|c| c.is_ascii_uppercase()) {
            assert!(WORDS.contains(&token), "{token}");
        }
        let is_call = token == "(" && before.chars().next().is_some_and(|c| c.is_ascii_lowercase());
        assert!(!is_call, "{before} is called as a function");
        if !token.trim().is_empty() {
            before = token;
        }
        rest = behind;
    }
}
