//! Words that a shell completes: formats, rules, and what can fail a gate. Where a user can have words of their own, others are
//! taken, too.

use std::ffi::OsStr;
use std::fmt::Display;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Command, Error};

use crate::config::Demand;
use crate::render::Format;
use crate::rule::built_in_ids;

/// Reads a word, and offers some.
#[derive(Clone)]
struct Offer<T> {
    read: fn(&str) -> Result<T, String>,
    words: fn() -> Vec<&'static str>,
}

impl<T: Clone + Send + Sync + 'static> TypedValueParser for Offer<T> {
    type Value = T;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<T, Error> {
        StringValueParser::new().try_map(self.read_text()).parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.words)().into_iter().map(PossibleValue::new)))
    }
}

impl<T> Offer<T> {
    fn read_text(&self) -> impl Fn(String) -> Result<T, Mistake> + Clone + Send + Sync + 'static
    where
        T: 'static,
    {
        let read = self.read;
        move |text| read(&text).map_err(Mistake)
    }
}

/// What is wrong with a word.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Mistake(String);

/// The formats of a report.
pub(super) fn format() -> impl TypedValueParser<Value = Format> {
    Offer { read: |word| word.parse::<Format>().map_err(said), words: || Format::ALL.map(Format::as_str).into() }
}

/// A rule, which may be the user's own.
pub(super) fn rule() -> impl TypedValueParser<Value = String> {
    Offer { read: |word| Ok(word.to_owned()), words: || built_in_ids().collect() }
}

/// What can fail a gate.
pub(super) fn demand() -> impl TypedValueParser<Value = Demand> {
    let words = || Demand::WORDS.into_iter().chain(built_in_ids()).collect();
    Offer { read: Demand::parse, words }
}

fn said(error: impl Display) -> String {
    error.to_string()
}
