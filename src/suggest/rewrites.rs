//! Patterns that proposed lines would rewrite keys by, compiled once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::config::Rewrite;

/// Compiled patterns by pattern and replacement: compiling one takes longer than all else, and most accounts of a source
/// propose the same few.
#[derive(Debug, Default)]
pub(super) struct Rewrites(Mutex<HashMap<[String; 2], Option<Rewrite>>>);

impl Rewrites {
    /// Who has more domains than this has them compiled again and again, and no memory filled with them.
    const MOST: usize = 256;

    /// The rewriting rule; nothing if the pattern is none.
    pub(super) fn compiled(&self, pattern: &str, replace: &str) -> Option<Rewrite> {
        let key = [pattern, replace].map(str::to_owned);
        if let Some(known) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return known.clone();
        }
        let rewrite = Rewrite::new(pattern, replace).ok();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= Self::MOST {
            known.clear();
        }
        known.insert(key, rewrite.clone());
        rewrite
    }
}
