//! Parts of a condition in words, and what may be missing for each where the whole is unknown.

use crate::expression::Missing;

/// What may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gap {
    /// When it is, any of these, provided that nobody can say whether the condition holds.
    pub when: Vec<String>,
    pub what: Lack,
}

/// What is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lack {
    Facts(Missing),
    /// As this column tells.
    Column(String),
}

/// One gap for each thing that may be missing.
pub(super) fn distinct(all: Vec<Gap>) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = Vec::new();
    for gap in all {
        match gaps.iter_mut().find(|known| known.what == gap.what) {
            Some(known) => {
                let new: Vec<String> = gap.when.into_iter().filter(|when| !known.when.contains(when)).collect();
                known.when.extend(new);
            }
            None => gaps.push(gap),
        }
    }
    gaps
}

/// A part of a condition, in words.
pub(super) enum Spoken {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Choose(Box<[Self; 3]>),
    Leaf(String, Vec<Gap>),
}

impl Spoken {
    pub(super) fn text(&self) -> String {
        let joined = |parts: &[Self], word: &str| {
            let parts: Vec<String> = parts.iter().map(Self::text).collect();
            format!("({})", parts.join(word))
        };
        match self {
            Self::All(parts) => joined(parts, " AND "),
            Self::Any(parts) => joined(parts, " OR "),
            Self::Not(inner) => format!("(NOT {})", inner.text()),
            Self::Choose(parts) => {
                let [condition, yes, no] = parts.as_ref();
                let (condition, yes, no) = (condition.text(), yes.text(), no.text());
                format!("(CASE WHEN {condition} THEN {yes} WHEN NOT {condition} THEN {no} END)")
            }
            Self::Leaf(text, _) => format!("({text})"),
        }
    }

    /// Whether it is unknown wherever something is missing for it.
    fn is_plain(&self) -> bool {
        match self {
            Self::Leaf(..) => true,
            Self::Not(inner) => inner.is_plain(),
            Self::All(_) | Self::Any(_) | Self::Choose(_) => false,
        }
    }

    /// What may be missing, where `path` holds and this is unknown.
    pub(super) fn gaps(&self, path: &[String], all: &mut Vec<Gap>) {
        let inside = |part: &Self, more: Option<String>, all: &mut Vec<Gap>| {
            let unknown = (!part.is_plain()).then(|| format!("{} IS NULL", part.text()));
            let path: Vec<String> = path.iter().cloned().chain(more).chain(unknown).collect();
            part.gaps(&path, all);
        };
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| inside(part, None, all)),
            Self::Not(inner) => inner.gaps(path, all),
            Self::Choose(parts) => {
                let [condition, yes, no] = parts.as_ref();
                inside(condition, None, all);
                inside(yes, Some(condition.text()), all);
                inside(no, Some(format!("(NOT {})", condition.text())), all);
            }
            Self::Leaf(_, gaps) => {
                for gap in gaps {
                    let at = |when: &String| {
                        let all: Vec<&str> = path.iter().chain([when]).map(String::as_str).collect();
                        format!("({})", all.join(" AND "))
                    };
                    all.push(Gap { when: gap.when.iter().map(at).collect(), what: gap.what.clone() });
                }
            }
        }
    }
}
