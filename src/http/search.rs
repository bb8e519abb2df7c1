//! Looks for secrets in what is copied from one place to another.

use std::io::{self, Read};

use memchr::memmem;
use secrecy::{ExposeSecret as _, SecretString};

/// Hands on what it reads, and says at the end whether a secret was in it.
pub struct Search<R> {
    content: R,
    secrets: Vec<SecretString>,
    /// The last bytes that were read: a secret may stand across two pieces.
    last: Vec<u8>,
    found: bool,
}

impl<R> std::fmt::Debug for Search<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Search").field("found", &self.found).finish_non_exhaustive()
    }
}

impl<R> Search<R> {
    pub(super) const fn new(content: R, secrets: Vec<SecretString>) -> Self {
        Self { content, secrets, last: Vec::new(), found: false }
    }

    /// Whether a secret was in what was read.
    pub const fn found(&self) -> bool {
        self.found
    }
}

impl<R: Read> Read for Search<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.content.read(buffer)?;
        self.last.extend(buffer.get(..length).unwrap_or_default());
        let secrets = || self.secrets.iter().map(|secret| secret.expose_secret().as_bytes());
        self.found = self.found || secrets().any(|secret| memmem::find(&self.last, secret).is_some());
        let longest = secrets().map(<[u8]>::len).max().unwrap_or_default();
        self.last.drain(..self.last.len().saturating_sub(longest));
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Redactor;

    #[test]
    fn a_secret_is_found_wherever_it_stands_and_in_its_other_forms() {
        let redactor = Redactor::default();
        redactor.add(&"s3cret \"key\"".to_owned().into());
        for (text, expected) in [
            ("a s3cret \"key\" b", true),
            (r#"{"a":"s3cret \"key\""}"#, true),
            ("?key=s3cret+%22key%22", true),
            ("s3cret key", false),
            ("", false),
        ] {
            for size in [1, 3, 100] {
                let mut search = redactor.search(text.as_bytes());
                let mut piece = vec![0; size];
                while search.read(&mut piece).expect("read") > 0 {}
                assert_eq!(search.found(), expected, "{text} by {size}");
            }
        }
    }
}
