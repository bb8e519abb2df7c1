//! Values of accounts and rosters in one spelling for what means the same. The first step of correlation.
//!
//! Normalising a normalised value changes nothing, so it doesn't matter which side was normalised first.

use std::borrow::Cow;
use std::collections::HashMap;

use icu_casemap::CaseMapper;
use unicode_normalization::{UnicodeNormalization as _, is_nfkc};

use super::address::split;
use super::placeholder::{KeyKind, stands_for_nothing};
use crate::config::{MatchConfig, PlusAddressing};
use crate::model::{Step, Steps};

/// A value as it is compared, with what was done to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Normalised<'v> {
    /// The key; empty when nothing was left.
    pub text: Cow<'v, str>,
    /// What changed the value.
    pub steps: Steps,
}

/// Knows the organisation's domains. The default knows none, and keeps plus-addressing.
#[derive(Debug, Clone, Default)]
pub struct Normaliser {
    domains: HashMap<String, String>,
    strip_plus: bool,
}

impl Normaliser {
    /// Normalises as `[match]` says.
    pub fn new(config: &MatchConfig) -> Self {
        Self {
            domains: config.domains.iter().map(|(alias, target)| (alias.clone(), target.clone())).collect(),
            strip_plus: config.plus_addressing == PlusAddressing::Strip,
        }
    }

    /// A key of this kind; empty if the value stands for nothing.
    pub fn key<'v>(&self, kind: KeyKind, raw: &'v str) -> Normalised<'v> {
        let key = match kind {
            KeyKind::Id => fold(raw),
            KeyKind::Address | KeyKind::Login => self.address(raw),
        };
        if key.text.is_empty() || !stands_for_nothing(kind, &key.text) {
            return key;
        }
        let mut steps = key.steps;
        steps.add(Step::StoodForNothing);
        Normalised { text: Cow::Borrowed(""), steps }
    }

    /// An address, or a login name, which often is one. What has no `@` is only folded.
    pub fn address<'v>(&self, raw: &'v str) -> Normalised<'v> {
        let mut steps = Steps::default();
        if raw.is_ascii() {
            let text = fold_ascii(raw, &mut steps);
            return self.in_organisation(Normalised { text, steps });
        }
        let cleaned = clean(raw, &mut steps);
        let text = match split(&cleaned) {
            Some((local, domain)) => {
                // The domain isn't folded: DNS has its own rules, by which straße.example isn't strasse.example.
                let domain = encode_domain(domain, &mut steps);
                let local = fold_cleaned(local, &mut steps);
                Cow::Owned(format!("{local}@{domain}"))
            }
            None => Cow::Owned(fold_cleaned(&cleaned, &mut steps)),
        };
        self.in_organisation(Normalised { text, steps })
    }

    /// Applies what only the organisation can know: that domains are the same, and that tags don't matter.
    fn in_organisation<'v>(&self, plain: Normalised<'v>) -> Normalised<'v> {
        if self.domains.is_empty() && !self.strip_plus {
            return plain;
        }
        let Some((local, domain)) = split(&plain.text) else { return plain };
        let alias = self.domains.get(domain);
        let untagged = local.split_once('+').map(|(name, _)| name.trim_end());
        // What has nothing before the + isn't a tagged address.
        let untagged = untagged.filter(|name| self.strip_plus && !name.is_empty());
        if alias.is_none() && untagged.is_none() {
            return plain;
        }
        let mut steps = plain.steps;
        steps.add_if(alias.is_some(), Step::DomainAliased);
        steps.add_if(untagged.is_some(), Step::PlusStripped);
        let text = format!("{}@{}", untagged.unwrap_or(local), alias.map_or(domain, String::as_str));
        Normalised { text: Cow::Owned(text), steps }
    }
}

/// An identifier or a name: the same without spaces around it, invisible characters and case.
pub fn fold(raw: &str) -> Normalised<'_> {
    let mut steps = Steps::default();
    let text = if raw.is_ascii() {
        fold_ascii(raw, &mut steps)
    } else {
        let cleaned = clean(raw, &mut steps);
        Cow::Owned(fold_cleaned(&cleaned, &mut steps))
    };
    Normalised { text, steps }
}

/// A vendor's own identifier, in which case may matter: only what surrounds it is removed.
pub fn verbatim(raw: &str) -> Normalised<'_> {
    let text = trim(raw);
    let mut steps = Steps::default();
    steps.add_if(text.len() < raw.len(), Step::Trimmed);
    Normalised { text: Cow::Borrowed(text), steps }
}

/// Without the spaces and invisible characters around it.
pub fn trim(raw: &str) -> &str {
    raw.trim_matches(|c: char| c.is_whitespace() || is_invisible(c))
}

/// The path that nearly all values take: no tables, and no copy if there is nothing to change.
fn fold_ascii<'v>(raw: &'v str, steps: &mut Steps) -> Cow<'v, str> {
    let blank = |byte: Option<&u8>| byte.is_none_or(|byte| *byte <= b' ');
    let around = blank(raw.as_bytes().first()) || blank(raw.as_bytes().last());
    let text = if around { raw.trim() } else { raw };
    steps.add_if(text.len() < raw.len(), Step::Trimmed);
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        steps.add(Step::CaseFolded);
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// Trimmed, without invisible characters, in the compatible form.
fn clean(raw: &str, steps: &mut Steps) -> String {
    let outside = raw.trim();
    let visible: String = outside.chars().filter(|c| !is_invisible(*c)).collect();
    let inside = visible.trim();
    let composed: Cow<'_, str> = if is_nfkc(inside) { inside.into() } else { inside.nfkc().collect() };
    // Composing can put a space in front: ¨ becomes a space with an accent.
    let trimmed = composed.trim();
    steps.add_if(visible.len() < outside.len(), Step::InvisibleRemoved);
    steps.add_if(composed != inside, Step::Composed);
    let spaces = (raw.len() - outside.len()) + (visible.len() - inside.len()) + (composed.len() - trimmed.len());
    steps.add_if(spaces > 0, Step::Trimmed);
    trimmed.to_owned()
}

/// Case-folds a cleaned value until nothing changes any more: folding can undo the composition, and the other
/// way round.
fn fold_cleaned(cleaned: &str, steps: &mut Steps) -> String {
    /// Unicode's data needs two; the limit only keeps a defect in it from looping.
    const ROUNDS: usize = 8;
    let mut text = cleaned.trim().to_owned();
    for _ in 0..ROUNDS {
        let folded = CaseMapper::new().fold_string(&text);
        steps.add_if(folded != text, Step::CaseFolded);
        let next = clean(&folded, &mut Steps::default());
        if next == text {
            break;
        }
        text = next;
    }
    text
}

/// The domain as DNS knows it; one that DNS can't know is folded, so that it still equals itself.
fn encode_domain(domain: &str, steps: &mut Steps) -> String {
    let ascii = |domain: &str| {
        if domain.is_ascii() { Some(domain.to_ascii_lowercase()) } else { idna::domain_to_ascii_strict(domain).ok() }
    };
    let encoded = ascii(domain.trim()).unwrap_or_else(|| {
        let folded = fold_cleaned(domain, &mut Steps::default());
        ascii(&folded).unwrap_or(folded)
    });
    steps.add_if(encoded.is_ascii() && !domain.is_ascii(), Step::DomainEncoded);
    steps.add_if(domain.is_ascii() && encoded != domain.trim(), Step::CaseFolded);
    encoded
}

/// Unicode's `Default_Ignorable_Code_Point`: zero-width spaces and joiners, byte order marks, soft hyphens,
/// variation selectors, directional controls. Nobody can see them, and copying from documents leaves them behind.
const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn normaliser() -> Normaliser {
        let domains = [("old.example".to_owned(), "example.com".to_owned())].into();
        Normaliser::new(&MatchConfig { domains, plus_addressing: PlusAddressing::Strip, ..MatchConfig::default() })
    }

    fn steps(steps: Steps) -> Vec<&'static str> {
        steps.iter().map(Step::as_str).collect()
    }

    #[test]
    fn addresses_have_one_spelling() {
        for (raw, key, done) in [
            ("ann@example.com", "ann@example.com", &[][..]),
            (" Ann@Example.COM\t", "ann@example.com", &["trimmed", "case_folded"]),
            ("\u{a0}ann@example.com\u{3000}", "ann@example.com", &["trimmed"]),
            ("\u{feff}ann@exam\u{200b}ple.com", "ann@example.com", &["invisible_removed"]),
            ("ａｎｎ＠example.com", "ann@example.com", &["composed"]),
            ("ann@old.example", "ann@example.com", &["domain_aliased"]),
            ("ann+crm@example.com", "ann@example.com", &["plus_stripped"]),
            ("+crm@example.com", "+crm@example.com", &[]),
            ("ann@Bücher.example", "ann@xn--bcher-kva.example", &["domain_encoded"]),
            ("ann@straße.example", "ann@xn--strae-oqa.example", &["domain_encoded"]),
            ("STRAßE@Example.com", "strasse@example.com", &["case_folded"]),
            ("Ann", "ann", &["case_folded"]),
            ("@example.com", "@example.com", &[]),
            ("ann@ö_ö", "ann@ö_ö", &[]),
            (" \u{200b} ", "", &["trimmed", "invisible_removed"]),
        ] {
            let normalised = normaliser().address(raw);
            assert_eq!((normalised.text.as_ref(), steps(normalised.steps)), (key, done.to_vec()), "{raw:?}");
        }
    }

    #[test]
    fn the_default_knows_no_domains() {
        assert_eq!(Normaliser::default().address("ann+x@old.example").text, "ann+x@old.example");
    }

    #[test]
    fn folding_is_full() {
        assert_eq!(fold("Weiß").text, fold("WEISS").text);
        assert_eq!(fold("ΣΊΣΥΦΟΣ").text, fold("σίσυφος").text);
        assert_ne!(fold("I").text, fold("ı").text, "a dotless i is another letter");
        assert_eq!(fold("Ａ１").text, "a1");
    }

    #[test]
    fn a_normal_value_is_not_copied() {
        assert!(matches!(normaliser().address("ann@example.com").text, Cow::Borrowed(_)));
        assert!(matches!(fold("e-1").text, Cow::Borrowed(_)));
    }

    #[test]
    fn vendor_identifiers_keep_their_case() {
        assert_eq!(verbatim(" aB\u{feff}").text, "aB");
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(raw in "\\PC{0,24}|[a-zA-Z+@. ß\u{130}\u{345}\u{3a3}\u{a8}\u{200b}\u{fb01}]{0,12}@?\\PC{0,12}") {
            for once in [normaliser().address(&raw).text, fold(&raw).text, verbatim(&raw).text] {
                prop_assert_eq!(&verbatim(&once).text, &once);
            }
            let address = normaliser().address(&raw).text.into_owned();
            prop_assert_eq!(&normaliser().address(&address).text, &address);
            let folded = fold(&raw).text.into_owned();
            prop_assert_eq!(&fold(&folded).text, &folded);
        }

        #[test]
        fn every_character_folds_to_a_fixed_point(c in any::<char>()) {
            let raw = format!("{c}a@{c}.example");
            let address = normaliser().address(&raw).text.into_owned();
            prop_assert_eq!(&normaliser().address(&address).text, &address);
        }
    }
}
