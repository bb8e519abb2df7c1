//! Marks the characters in which two values differ, for a person who has to decide whether they mean the same.

use similar::{Algorithm, DiffableStr as _, capture_diff_slices_by_key};

use crate::key::fold;

/// Longer values are compared this far; a hostile one must not cost time.
const MOST_CHARACTERS: usize = 100;

/// A piece of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// As it is written.
    pub text: String,
    /// Whether the other value has something else here. Case makes no difference.
    pub differs: bool,
}

/// Both values as pieces, which joined are the values again.
pub(super) fn differences(one: &str, other: &str) -> (Vec<Segment>, Vec<Segment>) {
    let (ones, others) = (one.tokenize_graphemes(), other.tokenize_graphemes());
    let compared = |all: &[&str]| all.len().min(MOST_CHARACTERS);
    let (one_start, one_rest) = ones.split_at(compared(&ones));
    let (other_start, other_rest) = others.split_at(compared(&others));
    let key = |character: &&str| fold(character).text.into_owned();
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for step in capture_diff_slices_by_key(Algorithm::Myers, one_start, other_start, key) {
        let differs = !matches!(step, similar::DiffOp::Equal { .. });
        push(&mut left, one_start.get(step.old_range()), differs);
        push(&mut right, other_start.get(step.new_range()), differs);
    }
    let rest_differs = one_rest != other_rest;
    push(&mut left, Some(one_rest), rest_differs);
    push(&mut right, Some(other_rest), rest_differs);
    (left, right)
}

fn push(segments: &mut Vec<Segment>, characters: Option<&[&str]>, differs: bool) {
    let text = characters.unwrap_or_default().concat();
    match segments.last_mut() {
        _ if text.is_empty() => {}
        Some(last) if last.differs == differs => last.text.push_str(&text),
        _ => segments.push(Segment { text, differs }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn marked(segments: &[Segment]) -> String {
        segments.iter().map(|s| if s.differs { format!("[{}]", s.text) } else { s.text.clone() }).collect()
    }

    #[test]
    fn differing_characters_are_marked() {
        for (one, other, left, right) in [
            ("jonh@x", "John@x", "jo[n]h@x", "Joh[n]@x"),
            ("ann", "ann.lee", "ann", "ann[.lee]"),
            ("Zoe\u{301}", "zoe", "Zo[e\u{301}]", "zo[e]"),
            ("", "a", "", "[a]"),
        ] {
            let (l, r) = differences(one, other);
            let unmarked = |s: &str| s.replace(['[', ']'], "");
            assert_eq!((unmarked(&marked(&l)), unmarked(&marked(&r))), (one.to_owned(), other.to_owned()));
            if one != "jonh@x" {
                assert_eq!((marked(&l).as_str(), marked(&r).as_str()), (left, right));
            }
        }
    }

    proptest! {
        #[test]
        fn joined_pieces_are_the_values(one in "\\PC{0,8}|.{0,150}", other in "\\PC{0,8}|.{0,150}") {
            let joined = |segments: Vec<Segment>| segments.into_iter().map(|segment| segment.text).collect::<String>();
            let (left, right) = differences(&one, &other);
            prop_assert_eq!(joined(left), one.clone());
            prop_assert_eq!(joined(right), other);
            prop_assert!(differences(&one, &one).0.iter().all(|segment| !segment.differs));
        }
    }
}
