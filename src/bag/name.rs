//! What files of a payload may be called.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The place of a file below `data/`: parts of lower-case letters, digits, `-`, `_` and `.` between slashes. No two of
/// them differ by case or Unicode form only, none leads outside, and none is a device on Windows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PayloadName(String);

/// A name that no file of a payload has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{:?} can't be a file of a bundle: names are parts of a-z, 0-9, - _ and . between slashes, such as inputs/roster-1.csv", .0)]
pub struct NameError(String);

/// Longer ones don't fit on some disks.
const LONGEST: usize = 200;

/// What Windows takes for a device, whatever follows behind a dot.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

impl PayloadName {
    /// A name as it is written: `inputs/roster-1.csv`.
    ///
    /// # Errors
    /// It isn't made of what names are made of.
    pub fn new(name: &str) -> Result<Self, NameError> {
        if name.len() <= LONGEST && name.split('/').all(is_part) {
            Ok(Self(name.to_owned()))
        } else {
            Err(NameError(name.to_owned()))
        }
    }

    /// `<folder>/<word>-<number>.<extension>`: of the word, which may be anybody's, what a name may be made of; the number
    /// tells it from others of which the same is left.
    ///
    /// # Errors
    /// Folder or extension aren't made of what names are made of.
    pub fn numbered(folder: &str, word: &str, number: usize, extension: &str) -> Result<Self, NameError> {
        Self::new(&format!("{folder}/{}-{number}.{extension}", slug(word)))
    }

    /// `<folder>/<word>.<extension>`, where the word is made of what names are made of; otherwise what is left of it
    /// behind a number and a dot, which stands in no such word.
    ///
    /// # Errors
    /// Folder or extension aren't made of what names are made of.
    pub fn of_word(folder: &str, word: &str, number: usize, extension: &str) -> Result<Self, NameError> {
        let slug = slug(word);
        let plain = Self::new(&format!("{folder}/{word}.{extension}")).ok().filter(|_| slug == word);
        plain.map_or_else(|| Self::new(&format!("{folder}/{number}.{slug}.{extension}")), Ok)
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The description of the bag.
    pub(super) fn description() -> Self {
        Self("bundle.json".to_owned())
    }
}

/// Letters and digits, with one `-` for everything between: `HR Zürich 50%` is `hr-z-rich-50`. Never empty, and short.
pub(crate) fn slug(word: &str) -> String {
    const LONGEST: usize = 60;
    let mut slug = String::new();
    for c in word.chars().map(|c| c.to_ascii_lowercase()) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(LONGEST);
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "x".to_owned() } else { slug.to_owned() }
}

/// What a bag's folder is called in a ZIP of this name: like it, in ASCII.
pub(super) fn folder_name(stem: &str) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
    let name: String = stem.chars().map(allowed).collect();
    let name = name.trim_matches(['-', '.']);
    if name.is_empty() { "bundle".to_owned() } else { name.to_owned() }
}

fn is_part(part: &str) -> bool {
    let is_allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.');
    let stem = part.split('.').next().unwrap_or_default();
    let is_numbered = |device: &str| {
        let number = stem.strip_prefix(device).unwrap_or_default();
        number.len() == 1 && number.bytes().all(|byte| byte.is_ascii_digit())
    };
    !part.is_empty()
        && part.bytes().all(is_allowed)
        && !part.starts_with(['.', '-'])
        && !part.ends_with('.')
        && !DEVICES.contains(&stem)
        && !["com", "lpt"].into_iter().any(is_numbered)
}

impl fmt::Display for PayloadName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for PayloadName {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        Self::new(name)
    }
}

impl TryFrom<String> for PayloadName {
    type Error = NameError;

    fn try_from(name: String) -> Result<Self, NameError> {
        Self::new(&name)
    }
}

impl From<PayloadName> for String {
    fn from(name: PayloadName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ours() {
        for name in
            ["bundle.json", "inputs/roster-1.csv", "records/voiso-emea-2.ndjson", "rules/orphaned.toml", "a_b/c"]
        {
            assert_eq!(PayloadName::new(name).expect("a name").as_str(), name);
        }
        for name in [
            "",
            "/a",
            "a/",
            "a//b",
            ".",
            "..",
            "a/../b",
            "../a",
            ".hidden",
            "a.",
            "A",
            "ä",
            "a b",
            "a\\b",
            "c:",
            "a%25",
            "a\n",
            "con",
            "nul.txt",
            "a/com1.csv",
            "lpt9",
            "-rf",
            "a\u{202e}b",
        ] {
            let error = PayloadName::new(name).expect_err(name).to_string();
            assert!(error.contains("can't be a file of a bundle"), "{error}");
        }
        assert!(PayloadName::new(&"a".repeat(200)).is_ok() && PayloadName::new(&"a".repeat(201)).is_err());
        assert!(PayloadName::new("com.csv").is_ok() && PayloadName::new("common").is_ok());
    }

    #[test]
    fn foreign_words_become_names() {
        for (word, expected) in [
            ("HR Zürich 50%", "inputs/hr-z-rich-50-1.csv"),
            ("../../etc/passwd", "inputs/etc-passwd-1.csv"),
            ("con", "inputs/con-1.csv"),
            ("日本", "inputs/x-1.csv"),
        ] {
            assert_eq!(PayloadName::numbered("inputs", word, 1, "csv").expect("a name").as_str(), expected);
        }
        assert!(PayloadName::numbered("inputs", &"long ".repeat(100), 12, "csv").is_ok());
        for (word, expected) in
            [("crm-1", "crm-1"), ("CRM", "7.crm"), ("7.crm", "7.7-crm"), ("con", "7.con"), ("", "7.x")]
        {
            let name = PayloadName::of_word("records", word, 7, "ndjson").expect("a name");
            assert_eq!(name.as_str(), format!("records/{expected}.ndjson"), "{word}");
        }
        assert!(PayloadName::numbered("inputs", "a", 1, "../x").is_err());
    }

    #[test]
    fn a_folder_is_called_like_its_archive() {
        for (stem, expected) in
            [("2026-Q4", "2026-Q4"), ("HR Zürich", "HR-Z-rich"), ("..", "bundle"), ("日本", "bundle")]
        {
            assert_eq!(folder_name(stem), expected);
        }
    }

    #[test]
    fn a_name_is_checked_when_it_is_read() {
        assert!(serde_json::from_str::<PayloadName>("\"inputs/a-1.csv\"").is_ok());
        assert!(serde_json::from_str::<PayloadName>("\"../a\"").is_err());
    }
}
