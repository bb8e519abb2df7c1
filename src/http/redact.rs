//! Takes secrets out of what a vendor sent: out of messages before they can reach a log or an error, and out of answers
//! before anything of them is kept.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError, RwLock};

use memchr::{memchr, memchr_iter, memchr2, memmem};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded::byte_serialize;

use super::search::Search;
use crate::setting::SHORTEST_SECRET;

/// Every secret of one source, also the tokens obtained while it runs.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    secrets: Arc<RwLock<Vec<SecretString>>>,
}

/// What stands in place of a secret.
const REDACTED: &str = "[redacted]";

/// In a message, so much of a secret's start is enough to recognise it: vendors and our own messages cut long texts.
const START: usize = 12;

impl Redactor {
    /// Adds a secret.
    pub fn add(&self, secret: &SecretString) {
        let text = secret.expose_secret();
        if text.chars().count() < SHORTEST_SECRET {
            return;
        }
        // As it would stand in a form or in JSON.
        let encoded: Zeroizing<String> = Zeroizing::new(byte_serialize(text.as_bytes()).collect());
        let escaped = Zeroizing::new(serde_json::Value::from(text).to_string());
        for form in [text, encoded.as_str(), escaped.trim_matches('"')] {
            let mut secrets = self.secrets.write().unwrap_or_else(PoisonError::into_inner);
            if !secrets.iter().any(|known| known.expose_secret() == form) {
                secrets.push(form.into());
            }
        }
    }

    /// Looks for secrets in what is read. Tokens that are obtained later aren't known yet.
    pub fn search<R>(&self, content: R) -> Search<R> {
        Search::new(content, self.secrets.read().unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// A message without any secret in it.
    pub fn clean(&self, text: &str) -> String {
        let secrets = self.secrets.read().unwrap_or_else(PoisonError::into_inner);
        let clean = |text: String, secret: &SecretString| match without(&text, secret.expose_secret(), START) {
            Some((clean, _)) => clean,
            None => text,
        };
        secrets.iter().fold(text.to_owned(), clean)
    }

    /// Takes the secrets out of an answer, however JSON spells them. Returns in how many places there were some. An
    /// answer without any is only searched.
    pub fn purge(&self, answer: &mut Vec<u8>) -> u64 {
        let secrets = self.secrets.read().unwrap_or_else(PoisonError::into_inner);
        let found = |secret: &SecretString| {
            let secret = secret.expose_secret();
            memmem::find(answer, start(secret, least(secret)).as_bytes()).is_some()
        };
        let plain = secrets.iter().any(found);
        if !plain && !may_be_spelled(answer, &secrets) {
            return 0;
        }
        let old = Zeroizing::new(std::mem::take(answer));
        let mut purge = Purge { secrets: &secrets, plain, places: 0 };
        if let Ok(json) = str::from_utf8(&old) {
            *answer = purge.json(json).into_bytes();
        } else {
            // It is no JSON, and will be refused as that.
            for chunk in old.utf8_chunks() {
                let text = purge.text(chunk.valid()).map_or(Cow::Borrowed(chunk.valid()), Cow::Owned);
                answer.extend(text.as_bytes());
                answer.extend(chunk.invalid());
            }
        }
        purge.places
    }
}

/// How many characters of a secret have to be in an answer to recognise it: all of a short one, because its start may be
/// an ordinary word, and half of a long one.
fn least(secret: &str) -> usize {
    const LONG: usize = 24;
    (secret.chars().count() / 2).max(LONG)
}

/// The first characters of a secret, or all of it.
fn start(secret: &str, least: usize) -> &str {
    secret.char_indices().nth(least).and_then(|(end, _)| secret.get(..end)).unwrap_or(secret)
}

/// The text without a secret, wherever it stands whole or cut off, and in how many places it stood; `None` if in none.
fn without(text: &str, secret: &str, least: usize) -> Option<(String, u64)> {
    let start = start(secret, least);
    memmem::find(text.as_bytes(), start.as_bytes())?;
    let mut clean = String::with_capacity(text.len());
    let mut pieces = text.split(start);
    clean.push_str(pieces.next().unwrap_or_default());
    let rest = secret.get(start.len()..).unwrap_or_default();
    let mut places = 0;
    for piece in pieces {
        places += 1;
        clean.push_str(REDACTED);
        let same = piece.chars().zip(rest.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
        clean.push_str(piece.get(same..).unwrap_or_default());
    }
    Some((clean, places))
}

/// Whether JSON's escapes spell a character of a secret somewhere.
fn may_be_spelled(json: &[u8], secrets: &[SecretString]) -> bool {
    let mut escapes = memchr_iter(b'\\', json).peekable();
    if escapes.peek().is_none() {
        return false;
    }
    let (mut ascii, mut others) = (0_u128, false);
    for c in secrets.iter().flat_map(|secret| secret.expose_secret().chars()) {
        if c.is_ascii() { ascii |= 1 << u32::from(c) } else { others = true }
    }
    let spelled = |at: usize| match json.get(at + 1..)? {
        [b'u', digits @ ..] => u32::from_str_radix(str::from_utf8(digits.get(..4)?).ok()?, 16).ok(),
        [b'n', ..] => Some(u32::from(b'\n')),
        [b'r', ..] => Some(u32::from(b'\r')),
        [b't', ..] => Some(u32::from(b'\t')),
        [c, ..] => Some(u32::from(*c)),
        [] => None,
    };
    escapes.filter_map(spelled).any(|code| if code < 128 { ascii & (1 << code) != 0 } else { others })
}

/// Takes secrets out of one answer.
struct Purge<'s> {
    secrets: &'s [SecretString],
    /// Whether one of them stands there as it is. Otherwise, only strings with escapes are looked at.
    plain: bool,
    places: u64,
}

impl Purge<'_> {
    fn json(&mut self, json: &str) -> String {
        let mut clean = String::with_capacity(json.len());
        let mut rest = json;
        while let Some(at) = memchr(b'"', rest.as_bytes()) {
            let (between, string) = rest.split_at(at);
            let (string, behind) = string.split_at(length(string));
            self.between(between, &mut clean);
            self.string(string, &mut clean);
            rest = behind;
        }
        self.between(rest, &mut clean);
        clean
    }

    /// What stands between strings: a number may hold a secret of digits, and becomes a string then.
    fn between(&mut self, tokens: &str, clean: &mut String) {
        let ends = |c: char| c.is_ascii_whitespace() || matches!(c, ',' | ':' | '[' | ']' | '{' | '}');
        for piece in tokens.split_inclusive(ends) {
            let token = piece.trim_end_matches(ends);
            match self.text(token) {
                Some(_) => clean.extend(["\"", REDACTED, "\""]),
                None => clean.push_str(token),
            }
            clean.push_str(piece.get(token.len()..).unwrap_or_default());
        }
    }

    /// A string with its quotes; the last one may lack its end.
    fn string(&mut self, string: &str, clean: &mut String) {
        let escaped = memchr(b'\\', string.as_bytes()).is_some();
        if !self.plain && !escaped {
            return clean.push_str(string);
        }
        let said = if escaped { serde_json::from_str::<String>(string).ok() } else { None };
        match &said {
            Some(said) => match self.text(said) {
                Some(said) => clean.push_str(&serde_json::Value::from(said).to_string()),
                None => clean.push_str(string),
            },
            None => clean.push_str(&self.text(string).map_or(Cow::Borrowed(string), Cow::Owned)),
        }
    }

    /// A text without the secrets, if it has some.
    fn text(&mut self, text: &str) -> Option<String> {
        let mut clean = None;
        for secret in self.secrets.iter().map(ExposeSecret::expose_secret) {
            if let Some((without, places)) = without(clean.as_deref().unwrap_or(text), secret, least(secret)) {
                self.places += places;
                clean = Some(without);
            }
        }
        clean
    }
}

/// The length of the string that a text begins with; all of the text, if it doesn't end.
fn length(string: &str) -> usize {
    let mut length = 1;
    while let Some(at) = string.as_bytes().get(length..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        length += at + 1;
        match string.as_bytes().get(length - 1) {
            Some(b'"') => return length,
            _ => length += 1,
        }
    }
    string.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_echoed_secret_is_taken_out() {
        let redactor = Redactor::default();
        redactor.add(&"s3cret-token".into());
        redactor.add(&"shorter".into());
        assert_eq!(redactor.clean("bad token s3cret-token, or shorter"), "bad token [redacted], or shorter");
        assert!(!format!("{redactor:?}").contains("s3cret"));
    }

    #[test]
    fn a_secret_that_is_cut_or_encoded_is_taken_out() {
        let redactor = Redactor::default();
        redactor.add(&"long secret/token+0123456789".into());
        assert_eq!(redactor.clean("<long secret/token+01234>"), "<[redacted]>");
        assert_eq!(redactor.clean("long secret/"), "[redacted]");
        assert_eq!(redactor.clean("a=long+secret%2Ftoken%2B0123456789&b"), "a=[redacted]&b");
        assert_eq!(redactor.clean("a long secret"), "a long secret");
    }

    /// The answer without these secrets, and how many places had one.
    fn purged(secrets: &[&str], answer: &str) -> (String, u64) {
        let redactor = Redactor::default();
        for secret in secrets {
            redactor.add(&(*secret).into());
        }
        let mut answer = answer.as_bytes().to_vec();
        let places = redactor.purge(&mut answer);
        (String::from_utf8(answer).expect("text"), places)
    }

    #[test]
    fn an_answer_is_kept_without_the_secrets_in_it() {
        let key = "sk/live+0123456789\"\u{e9}";
        for (answer, clean, places) in [
            (r#"{"id":1,"name":"Ada"}"#, r#"{"id":1,"name":"Ada"}"#, 0),
            (
                r#"{"a":"Bearer token-0123456789","token-0123456789":2}"#,
                r#"{"a":"Bearer [redacted]","[redacted]":2}"#,
                2,
            ),
            (r#"{"a":"sk\/live\u002B0123456789\"é."}"#, r#"{"a":"[redacted]."}"#, 1),
            (r#"{"a":"sk/live+0123456789\u0022\u00E9","b":"\u00e8"}"#, r#"{"a":"[redacted]","b":"\u00e8"}"#, 1),
            (r#"{"a":"sk%2Flive%2B0123456789%22%C3%A9"}"#, r#"{"a":"[redacted]"}"#, 1),
            (
                r#"{"a":"\u0074oken-0123456789\ud800","b":"token-0123456789\ud800"}"#,
                r#"{"a":"\u0074oken-0123456789\ud800","b":"[redacted]\ud800"}"#,
                1,
            ),
            (r#"{"pin":20260101,"pins":[1, -20260101.5e3 ]}"#, r#"{"pin":"[redacted]","pins":[1, "[redacted]" ]}"#, 2),
            (r#"[{"a":"token-0123456789"#, r#"[{"a":"[redacted]"#, 1),
        ] {
            assert_eq!(purged(&["token-0123456789", key, "20260101"], answer), (clean.to_owned(), places));
        }
        assert_eq!(purged(&[], r#"{"a":"token"}"#).1, 0);
    }

    #[test]
    fn a_long_secret_is_known_by_half_of_it_and_a_short_one_is_no_ordinary_word() {
        let long = "0123456789".repeat(6);
        let half = |length: usize| purged(&[&long], &format!("[\"{}\"]", &long[..length]));
        assert_eq!(half(30), ("[\"[redacted]\"]".to_owned(), 1));
        assert_eq!(half(29), (format!("[\"{}\"]", &long[..29]), 0));
        let answer = "[\"administrator\"]";
        assert_eq!(purged(&["administrator-2026"], answer), (answer.to_owned(), 0));
    }

    #[test]
    fn what_is_not_utf8_stays_so() {
        let redactor = Redactor::default();
        redactor.add(&"token-0123456789".into());
        let mut answer = b"{\"a\":\"\xff token-0123456789\xff\"}".to_vec();
        assert_eq!(redactor.purge(&mut answer), 1);
        assert_eq!(answer, b"{\"a\":\"\xff [redacted]\xff\"}");
    }

    proptest! {
        #[test]
        fn what_is_purged_is_the_same_json_without_the_secret(
            before in "[a-z\\\\\"\\\\/\u{e9}\u{1f600}\n]{0,9}",
            secret in "[!-~]{8,40}",
            behind in "[a-z\\\\\"\\\\/\u{e9}\u{1f600}\n]{0,9}",
            spelled in proptest::collection::vec(any::<bool>(), 60),
        ) {
            let text = format!("{before}{secret}{behind}");
            let literal: String = text.chars().zip(spelled.iter().cycle()).map(|(c, spelled)| {
                let mut units = [0; 2];
                let escaped = |unit: &u16| format!("\\u{unit:04x}");
                match c {
                    _ if *spelled => c.encode_utf16(&mut units).iter().map(escaped).collect(),
                    '"' | '\\' => format!("\\{c}"),
                    '\n' => "\\n".to_owned(),
                    c => c.to_string(),
                }
            }).collect();
            let (clean, places) = purged(&[&secret], &format!("{{\"a\":\"{literal}\",\"b\":[17,null]}}"));
            let value: serde_json::Value = serde_json::from_str(&clean).expect("JSON");
            prop_assert!(places >= 1 && !value["a"].as_str().expect("text").contains(&secret));
            prop_assert_eq!(&value["b"], &serde_json::json!([17, null]));
        }

        #[test]
        fn no_answer_makes_it_panic(answer in "([\\[\\]{},:\"\\\\ a1u0]|token-0123456789|\u{e9}){0,40}") {
            purged(&["token-0123456789", "1a1a1a1a"], &answer);
        }
    }
}
