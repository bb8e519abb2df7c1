//! Which accounts the organisation vouches for: from an account to the declarations about it.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use chrono_tz::Tz;
use regex::Regex;

use crate::correlate::written_key;
use crate::model::{Account, AccountField, Declaration, DeclarationIndex, Situation, SourceName, Timestamp};

/// Everything that is declared, in the order of the file.
#[derive(Debug, Default)]
pub struct Declarations {
    all: Vec<Declaration>,
    by_source: BTreeMap<SourceName, Keys>,
}

/// The days of a file.
#[derive(Debug, Clone, Copy)]
pub struct Days {
    /// Where they end: the zone of the roster.
    pub zone: Tz,
    /// The last on which a review can have been.
    pub latest: NaiveDate,
}

/// How the accounts of one source are recognised.
#[derive(Debug, Default)]
struct Keys {
    exact: BTreeMap<AccountField, HashMap<String, DeclarationIndex>>,
    patterns: Vec<(AccountField, Regex, DeclarationIndex)>,
    /// The patterns as they are written.
    written: BTreeMap<(AccountField, String), DeclarationIndex>,
}

/// What a declaration recognises its accounts by.
#[derive(Debug)]
pub(super) enum Key {
    /// One value, as [`written_key`] spells it.
    Exact(AccountField, String),
    /// Every value that the pattern covers from end to end.
    Pattern(AccountField, Regex),
}

impl Declarations {
    /// Every declaration, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = (DeclarationIndex, &Declaration)> {
        (0..).map(DeclarationIndex).zip(&self.all)
    }

    /// One declaration.
    pub fn get(&self, index: DeclarationIndex) -> Option<&Declaration> {
        self.all.get(usize::try_from(index.0).ok()?)
    }

    /// Those about the accounts of one source, as of a moment.
    pub fn of(&self, source: &SourceName, now: Timestamp) -> SourceDeclarations<'_> {
        SourceDeclarations { declarations: self, keys: self.by_source.get(source), now }
    }

    /// Adds a declaration. Gives back the earlier one, if there is one with the same key.
    pub(super) fn add(&mut self, declaration: Declaration, key: Key) -> Option<&Declaration> {
        let index = DeclarationIndex(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        let keys = self.by_source.entry(declaration.source.clone()).or_default();
        self.all.push(declaration);
        let earlier = match key {
            Key::Exact(field, value) => *keys.exact.entry(field).or_default().entry(value).or_insert(index),
            Key::Pattern(field, pattern) => {
                let earlier = *keys.written.entry((field, pattern.as_str().to_owned())).or_insert(index);
                if earlier == index {
                    keys.patterns.push((field, pattern, index));
                }
                earlier
            }
        };
        (earlier != index).then(|| self.get(earlier)).flatten()
    }
}

/// The declarations about the accounts of one source, at the moment of the audit.
#[derive(Debug, Clone, Copy)]
pub struct SourceDeclarations<'d> {
    declarations: &'d Declarations,
    keys: Option<&'d Keys>,
    now: Timestamp,
}

impl<'d> SourceDeclarations<'d> {
    /// All declarations about the account, in the order of the file, whether they still hold or not.
    pub fn about(&self, account: &Account<'_>) -> Vec<DeclarationIndex> {
        let Some(keys) = self.keys else { return Vec::new() };
        let mut found = Vec::new();
        for (field, values) in &keys.exact {
            let value = field.of(account).map(|raw| written_key(*field, raw).text);
            found.extend(value.and_then(|value| values.get(value.as_ref())));
        }
        for (field, pattern, index) in &keys.patterns {
            let covers = |raw| pattern.is_match(&written_key(*field, raw).text);
            found.extend(field.of(account).is_some_and(covers).then_some(index));
        }
        found.sort_unstable();
        found
    }

    /// The first of them that still holds. It decides; that there are others is reported.
    pub fn holding(&self, about: &[DeclarationIndex]) -> Option<DeclarationIndex> {
        about
            .iter()
            .copied()
            .find(|index| self.get(*index).is_some_and(|declaration| !declaration.has_expired(self.now)))
    }

    /// The situation of an account for which the tiers say `found`.
    pub fn situation(&self, account: &Account<'_>, found: Situation) -> Situation {
        match self.holding(&self.about(account)) {
            Some(declaration) => Situation::Declared { declaration },
            None => found,
        }
    }

    /// One declaration.
    pub fn get(&self, index: DeclarationIndex) -> Option<&'d Declaration> {
        self.declarations.get(index)
    }
}
