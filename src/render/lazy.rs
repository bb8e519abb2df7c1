//! Lists in JSON formats whose elements are made while they are written, so that few are in memory at a time. Those that are
//! made of findings are made on all cores.

use std::io;

use serde::ser::{Error as _, SerializeSeq as _};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::RenderError;
use crate::base::parallel;
use crate::base::temp_store::Window;
use crate::finding::FindingRef;
use crate::report::FindingRecord;

/// A list that is written as its elements are made.
#[derive(Debug, Clone)]
pub(super) struct Lazy<I>(pub I);

impl<I, T> Serialize for Lazy<I>
where
    I: Iterator<Item = Result<T, RenderError>> + Clone,
    T: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for element in self.0.clone() {
            list.serialize_element(&element.map_err(S::Error::custom)?)?;
        }
        list.end()
    }
}

/// A list of what is made of findings, in an indented document.
#[derive(Debug, Clone)]
pub(super) struct OfEach<I, F> {
    pub heads: I,
    pub make: F,
    /// In how many objects and lists an element stands.
    pub depth: usize,
}

impl<'r, I, F, T> OfEach<I, F>
where
    I: Iterator<Item = FindingRef<'r>> + Clone,
    F: Fn(&FindingRecord<'_>) -> T + Sync,
    T: Serialize,
{
    /// An element with the spaces that it has where it stands. No text in JSON holds a line break.
    fn element(&self, head: FindingRef<'_>) -> io::Result<Box<RawValue>> {
        let mut window = Window::narrow();
        let text = serde_json::to_string_pretty(&(self.make)(&head.load(&mut window)?))?;
        let line = format!("\n{}", "  ".repeat(self.depth));
        Ok(RawValue::from_string(text.replace('\n', &line))?)
    }
}

impl<'r, I, F, T> Serialize for OfEach<I, F>
where
    I: Iterator<Item = FindingRef<'r>> + Clone,
    F: Fn(&FindingRecord<'_>) -> T + Sync,
    T: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const AT_ONCE: usize = 2_000;
        let mut list = serializer.serialize_seq(None)?;
        let mut heads = self.heads.clone();
        loop {
            let some: Vec<_> = heads.by_ref().take(AT_ONCE).collect();
            if some.is_empty() {
                return list.end();
            }
            let make = &self.make;
            let this = OfEach { heads: std::iter::empty(), make, depth: self.depth };
            for element in parallel::map(&some, |head| this.element(*head)) {
                list.serialize_element(&element.map_err(|why| S::Error::custom(RenderError::Findings(why)))?)?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_made_is_an_error_that_says_why() {
        let made = [Ok(1), Err("gone"), Ok(2)].into_iter();
        let made = made.map(|one| one.map_err(|why| RenderError::Findings(io::Error::other(why))));
        let error = serde_json::to_string(&Lazy(made)).expect_err("an element is missing");
        assert_eq!(error.to_string(), "can't read the findings back from the temporary folder: gone");
    }
}
