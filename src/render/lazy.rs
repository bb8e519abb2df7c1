//! Lists in JSON formats whose elements are made while they are written, so that one finding is in memory at a time.

use serde::ser::{Error as _, SerializeSeq as _};
use serde::{Serialize, Serializer};

use super::RenderError;
use crate::finding::FindingRef;
use crate::report::Finding;

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

/// What is made of each of these findings.
pub(super) fn of_each<'r, T: Serialize>(
    heads: impl Iterator<Item = FindingRef<'r>> + Clone,
    make: impl Fn(&Finding) -> T + Clone,
) -> Lazy<impl Iterator<Item = Result<T, RenderError>> + Clone> {
    Lazy(heads.map(move |head| Ok(make(&head.read().map_err(RenderError::Findings)?))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_made_is_an_error_that_says_why() {
        let made = [Ok(1), Err("gone"), Ok(2)].into_iter();
        let made = made.map(|one| one.map_err(|why| RenderError::Findings(std::io::Error::other(why))));
        let error = serde_json::to_string(&Lazy(made)).expect_err("an element is missing");
        assert_eq!(error.to_string(), "can't read the findings back from the temporary folder: gone");
    }
}
