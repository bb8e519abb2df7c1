//! Takes secrets out of text that a vendor sent back, before it can reach a log, an error or a report.

use std::sync::{Arc, Mutex, PoisonError};

use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded::byte_serialize;

/// Every secret of one source, also the tokens obtained while it runs.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    secrets: Arc<Mutex<Vec<SecretString>>>,
}

/// What stands in place of a secret.
const REDACTED: &str = "[redacted]";

/// A shorter secret would blank ordinary words; no vendor issues one.
const SHORTEST: usize = 6;

/// So much of a secret's start is enough to recognise it: vendors and our own messages cut long texts.
const START: usize = 12;

impl Redactor {
    /// Adds a secret.
    pub fn add(&self, secret: &SecretString) {
        let text = secret.expose_secret();
        if text.len() < SHORTEST {
            return;
        }
        // As it would stand in a form or in JSON.
        let encoded: Zeroizing<String> = Zeroizing::new(byte_serialize(text.as_bytes()).collect());
        let escaped: Zeroizing<String> = Zeroizing::new(text.escape_default().collect());
        for form in [text, encoded.as_str(), escaped.as_str()] {
            let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
            if !secrets.iter().any(|known| known.expose_secret() == form) {
                secrets.push(form.into());
            }
        }
    }

    /// The text without any secret in it.
    pub fn clean(&self, text: &str) -> String {
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.iter().fold(text.to_owned(), |text, secret| without(text, secret.expose_secret()))
    }
}

/// The text without a secret, wherever it stands whole or cut off.
fn without(text: String, secret: &str) -> String {
    let start = secret.char_indices().nth(START).and_then(|(end, _)| secret.get(..end)).unwrap_or(secret);
    if !text.contains(start) {
        return text;
    }
    let mut clean = String::with_capacity(text.len());
    let mut pieces = text.split(start);
    clean.push_str(pieces.next().unwrap_or_default());
    let rest = secret.get(start.len()..).unwrap_or_default();
    for piece in pieces {
        clean.push_str(REDACTED);
        let same = piece.chars().zip(rest.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
        clean.push_str(piece.get(same..).unwrap_or_default());
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_echoed_secret_is_taken_out() {
        let redactor = Redactor::default();
        redactor.add(&"s3cret-token".into());
        redactor.add(&"short".into());
        assert_eq!(redactor.clean("bad token s3cret-token, too short"), "bad token [redacted], too short");
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
}
