//! The text of a TOML file with the means to point at a mistake in it. Everything that is read from TOML
//! (configuration, rules) reports through here, so that no message can show a secret.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use regex::Regex;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::base::diagnostic::{Diagnostic, Lines, did_you_mean};

/// A TOML file as it was read. What is kept for showing has its secrets masked.
#[derive(Debug, Clone)]
pub struct ConfigText {
    path: PathBuf,
    shown: String,
    lines: Lines,
}

/// Keys whose values are secrets. A literal there is a mistake, but it must not be shown either.
const SECRET_KEYS: &str = "token|api_key|client_secret|password|secret|private_key|passphrase|pseudonym_key";

impl ConfigText {
    /// Keeps the file's name and text for messages.
    pub fn new(path: &Path, text: &str) -> Self {
        Self { path: path.to_owned(), shown: mask(text), lines: Lines::of(text) }
    }

    /// The file as the user named it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The text as it may be shown: its secrets are masked.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// The folder that relative paths in the file start from.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// A path of the file: relative ones start from the file's own folder.
    pub fn resolve(&self, path: &str) -> PathBuf {
        self.folder().join(path)
    }

    /// A mistake at a place.
    pub fn error(&self, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::in_lines(&self.path, &self.shown, &self.lines, span, message)
    }

    /// The duration under a key, if it is given: `"2m"`, and never none. `example` is in quotes.
    pub(crate) fn duration(
        &self,
        value: Option<&Spanned<String>>,
        key: &str,
        example: &str,
    ) -> Result<Option<Duration>, Diagnostic> {
        let Some(value) = value else { return Ok(None) };
        let duration = humantime::parse_duration(value.get_ref()).ok().filter(|duration| !duration.is_zero());
        let mistake = || self.error(value.span(), format!("{key} is not a duration"));
        duration.map(Some).ok_or_else(|| mistake().help(format!("for example {example}")))
    }

    /// A mistake of the whole file.
    pub fn error_of_file(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::of_file(&self.path, message)
    }

    /// The 1-based line of a byte offset.
    pub fn line(&self, offset: usize) -> usize {
        self.lines.number(offset)
    }

    /// What the TOML reader says, with its place and a suggestion for a misspelt key.
    ///
    /// The reader's own `Display` prints the source line and would leak a secret, so it isn't used.
    pub fn toml_error(&self, error: &toml::de::Error, also_known: &[&str]) -> Diagnostic {
        let message = error.message().replace('\n', "; ");
        let (message, help) = match UnknownField::in_message(&message) {
            Some(unknown) => unknown.explain(also_known),
            None => (message, None),
        };
        let mut diagnostic = match error.span() {
            Some(span) => self.error(span, message),
            None => self.error_of_file(message),
        };
        diagnostic.help = help;
        diagnostic
    }

    /// Reads a table as `T`. `also_known` are keys that the caller has already taken out of it.
    pub fn read<T: DeserializeOwned>(&self, table: Spanned<DeTable<'_>>, also_known: &[&str]) -> Result<T, Diagnostic> {
        let span = table.span();
        T::deserialize(toml::de::Deserializer::from(table)).map_err(|error| {
            let mut diagnostic = self.toml_error(&error, also_known);
            if diagnostic.place.is_none() {
                diagnostic = Diagnostic { help: diagnostic.help, ..self.error(span, diagnostic.message) };
            }
            diagnostic
        })
    }
}

/// serde's "unknown field" message, taken apart so that a suggestion can be made.
struct UnknownField<'m> {
    found: &'m str,
    known: Vec<&'m str>,
}

impl<'m> UnknownField<'m> {
    fn in_message(message: &'m str) -> Option<Self> {
        let rest = message.strip_prefix("unknown field `")?;
        let (found, rest) = rest.split_once('`')?;
        let known = rest.split('`').skip(1).step_by(2).collect();
        Some(Self { found, known })
    }

    fn explain(&self, also_known: &[&'m str]) -> (String, Option<String>) {
        let mut known: Vec<&str> = self.known.iter().chain(also_known).copied().collect();
        known.sort_unstable();
        let help = match did_you_mean(self.found, known.iter().copied()) {
            Some(suggestion) => format!("did you mean `{suggestion}`?"),
            None => format!("known keys here: {}", known.join(", ")),
        };
        (format!("unknown key `{}`", self.found), Some(help))
    }
}

/// Blanks the values of secret keys, and passwords in addresses, with as many asterisks, so that places stay true.
/// A reference such as `env:NAME` is no secret and stays.
fn mask(text: &str) -> String {
    static SECRET: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let value = r#"("""[\s\S]*?(?:"""|\z)|'''[\s\S]*?(?:'''|\z)|"[^"\n]*"?|'[^'\n]*'?|\S+)"#;
        let in_address = r#"://[^\s/"'@:]*:([^\s"']*)@"#;
        Regex::new(&format!(r#"(?m)\b(?:{SECRET_KEYS})["']?\s*=\s*{value}|{in_address}"#)).ok()
    });
    let Some(pattern) = SECRET.as_ref() else { return "*".repeat(text.len()) };
    let mut out = text.as_bytes().to_vec();
    for capture in pattern.captures_iter(text) {
        let Some(value) = capture.get(1).or_else(|| capture.get(2)) else { continue };
        let bare = value.as_str().trim_start_matches(['"', '\'']);
        if bare.starts_with("env:") || bare.starts_with("file:") {
            continue;
        }
        if let Some(bytes) = out.get_mut(value.range()) {
            bytes.iter_mut().filter(|byte| !byte.is_ascii_whitespace()).for_each(|byte| *byte = b'*');
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| "*".repeat(text.len()))
}

/// Takes a key out of a table.
pub(crate) fn take<'i>(table: &mut DeTable<'i>, key: &str) -> Option<(Range<usize>, Spanned<DeValue<'i>>)> {
    let (name, value) = table.remove_entry(key)?;
    Some((name.span(), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_with_their_length() {
        let text = "a = 1\ntoken = \"hunter2\"\napi_key='x' # c\npassword = \"env:SMTP\"\n[x]\ny = { client_secret = \"é\" }\n";
        let shown = mask(text);
        assert_eq!(shown.len(), text.len());
        assert!(!shown.contains("hunter2") && !shown.contains("'x'") && !shown.contains('é'), "{shown}");
        assert!(shown.contains("\"env:SMTP\"") && shown.contains("a = 1"), "{shown}");
        assert!(!mask("token = \"\"\"\nhunter2\n\"\"\"").contains("hunter2"));
        assert!(!mask("token = \"unclosed hunter2").contains("hunter2"));
        assert_eq!(mask("smtp = \"smtps://me:hunter@2@host:465\""), "smtp = \"smtps://me:********@host:465\"");
    }

    #[test]
    fn unknown_keys_get_a_suggestion() {
        let message = "unknown field `tokn`, expected one of `token`, `name`";
        let (message, help) = UnknownField::in_message(message).expect("a field").explain(&["vendor"]);
        assert_eq!(message, "unknown key `tokn`");
        assert_eq!(help.as_deref(), Some("did you mean `token`?"));
    }
}
