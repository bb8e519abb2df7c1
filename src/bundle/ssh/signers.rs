//! `allowed_signers`: who may sign with which key, for what, and when. The format is that of ssh-keygen, with one
//! difference that is told: a time without a zone is UTC here and the local time there.

use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;

use super::{NAMESPACE, PublicKey};
use crate::base::diagnostic::Diagnostic;
use crate::model::Timestamp;

/// Who may sign.
#[derive(Debug, Clone)]
pub struct Signers {
    file: PathBuf,
    lines: Vec<Signer>,
}

/// One line.
#[derive(Debug, Clone)]
struct Signer {
    number: usize,
    /// As written; `None` if they name nobody.
    principals: Option<String>,
    key: PublicKey,
    options: Options,
}

#[derive(Debug, Clone, Default)]
struct Options {
    is_authority: bool,
    namespaces: Option<String>,
    valid_after: Option<Timestamp>,
    valid_before: Option<Timestamp>,
}

/// What the file says of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It may sign.
    Allowed {
        /// Who it is, as the line names them.
        principals: String,
        /// The line.
        line: usize,
    },
    /// It may not, and why.
    Refused(String),
}

impl Signers {
    /// Reads a file.
    ///
    /// # Errors
    /// It can't be read, or a line isn't what ssh-keygen reads.
    pub fn read(path: &Path) -> Result<Self, Diagnostic> {
        let wrong = |why: String| Diagnostic::of_file(path, why);
        let bytes = std::fs::read(path).map_err(|error| wrong(format!("can't be read: {error}")))?;
        let text = String::from_utf8(bytes).map_err(|_| {
            wrong("isn't UTF-8".to_owned()).help("save it as plain text; PowerShell's > writes another encoding")
        })?;
        Self::parse(path, &text)
    }

    /// Reads its text.
    ///
    /// # Errors
    /// A line isn't what ssh-keygen reads.
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, Diagnostic> {
        if text.starts_with('\u{feff}') {
            let mistake =
                Diagnostic::of_file(path, "begins with a byte order mark, with which ssh-keygen verifies nothing");
            return Err(mistake.help("save it without one"));
        }
        let mut lines = Vec::new();
        let mut offset = 0;
        for (index, line) in text.split_inclusive('\n').enumerate() {
            let content = line.trim_end_matches(['\n', '\r']);
            let entry = content.trim_start_matches([' ', '\t']);
            if !entry.is_empty() && !entry.starts_with('#') {
                let signer = signer(index + 1, entry).map_err(|why| {
                    let help =
                        "expected: PRINCIPAL [namespaces=\"headcount-bundle\"] KIND BASE64, as in `man ssh-keygen`";
                    Diagnostic::in_text(path, text, offset..offset + content.len(), why).help(help)
                })?;
                lines.push(signer);
            }
            offset += line.len();
        }
        Ok(Self { file: path.to_owned(), lines })
    }

    /// The file.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// What it says of a key that signed at this time. A line that doesn't hold is no obstacle to a later one that does.
    pub(crate) fn standing(&self, key: &PublicKey, at: Timestamp) -> Standing {
        let file = self.file.display();
        let mut refusal = format!("its key isn't in {file}");
        for signer in self.lines.iter().filter(|signer| signer.key == *key) {
            match signer.allows(at) {
                Ok(principals) => return Standing::Allowed { principals, line: signer.number },
                Err(why) => refusal = format!("{file}:{}: {why}", signer.number),
            }
        }
        Standing::Refused(refusal)
    }
}

impl Signer {
    fn allows(&self, at: Timestamp) -> Result<String, String> {
        let Options { is_authority, namespaces, valid_after, valid_before } = &self.options;
        let principals = self.principals.clone().ok_or("the line names nobody")?;
        let day = |time: &Timestamp| time.format("%Y-%m-%dT%H:%M:%SZ").to_string();
        if *is_authority {
            return Err("this key certifies others and doesn't sign itself".to_owned());
        }
        if namespaces.as_deref().is_some_and(|namespaces| !matches_list(NAMESPACE, namespaces)) {
            return Err(format!("this key may not sign for {NAMESPACE}"));
        }
        match (valid_after, valid_before) {
            (Some(after), _) if at < *after => {
                Err(format!("this key is valid from {} on, and this was {}", day(after), day(&at)))
            }
            (_, Some(before)) if at > *before => {
                let cure = "a time stamp from before that proves it (--tsa-ca)";
                Err(format!("this key was valid until {}, and this is {}; {cure}", day(before), day(&at)))
            }
            _ => Ok(principals),
        }
    }
}

fn signer(number: usize, line: &str) -> Result<Signer, String> {
    let (principals, rest) = word(line)?;
    let (mut first, mut rest) = word(rest)?;
    let mut options = Options::default();
    if !is_kind(first) {
        options = read_options(first)?;
        (first, rest) = word(rest)?;
    }
    let (base64, _) = word(rest)?;
    let key = PublicKey::parse(first, base64).ok_or("there is no public key")?;
    let principals = principals.trim_matches('"');
    let names_somebody = principals.split(',').any(|pattern| !pattern.is_empty() && !pattern.starts_with('!'));
    Ok(Signer { number, principals: names_somebody.then(|| principals.to_owned()), key, options })
}

/// A key begins with its kind, and options never do.
fn is_kind(word: &str) -> bool {
    ["ssh-", "sk-", "ecdsa-", "webauthn-"].into_iter().any(|start| word.starts_with(start))
}

/// What stands before the next blank that isn't between quotes, and what follows it.
fn word(text: &str) -> Result<(&str, &str), String> {
    let mut is_quoted = false;
    let end = text.find(|c| {
        is_quoted ^= c == '"';
        !is_quoted && matches!(c, ' ' | '\t')
    });
    let (word, rest) = text.split_at(end.unwrap_or(text.len()));
    match word {
        _ if end.is_none() && is_quoted => Err("a quote isn't closed".to_owned()),
        "" => Err("the line is too short".to_owned()),
        word => Ok((word, rest.trim_start_matches([' ', '\t']))),
    }
}

fn read_options(text: &str) -> Result<Options, String> {
    let mut options = Options::default();
    for option in parted(text) {
        let (name, value) = option.split_once('=').map_or((option, None), |(name, value)| (name, Some(value)));
        let value = || {
            let quoted = value.and_then(|value| value.strip_prefix('"')?.strip_suffix('"'));
            quoted.ok_or_else(|| format!("{name} needs a value in quotes"))
        };
        match name.to_ascii_lowercase().as_str() {
            "cert-authority" => options.is_authority = true,
            "namespaces" => options.namespaces = Some(value()?.to_owned()),
            "valid-after" => options.valid_after = Some(moment(value()?)?),
            "valid-before" => options.valid_before = Some(moment(value()?)?),
            _ => return Err(format!("{name:?} is no option")),
        }
    }
    match (options.valid_after, options.valid_before) {
        (Some(after), Some(before)) if before <= after => Err("valid-before isn't after valid-after".to_owned()),
        _ => Ok(options),
    }
}

/// At the commas that aren't between quotes.
fn parted(text: &str) -> Vec<&str> {
    let mut is_quoted = false;
    text.split(|c| {
        is_quoted ^= c == '"';
        !is_quoted && c == ','
    })
    .collect()
}

/// `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, with or without `Z`.
fn moment(text: &str) -> Result<Timestamp, String> {
    let digits = text.strip_suffix('Z').unwrap_or(text);
    let padding = match digits.len() {
        8 => "000000",
        12 => "00",
        14 => "",
        _ => "x",
    };
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let read = NaiveDateTime::parse_from_str(&format!("{digits}{padding}"), "%Y%m%d%H%M%S");
    read.ok().filter(|_| is_number).map(|time| time.and_utc()).ok_or_else(|| {
        format!("{text:?} is no time; expected YYYYMMDD or YYYYMMDDHHMM, with a Z behind it, such as 20270101Z")
    })
}

/// Whether a list of patterns, with `!` before those that exclude, has a word. Case counts.
fn matches_list(word: &str, patterns: &str) -> bool {
    let mut found = false;
    for pattern in patterns.split(',') {
        match pattern.strip_prefix('!') {
            Some(excluded) if matches(word.as_bytes(), excluded.as_bytes()) => return false,
            Some(_) => {}
            None => found |= matches(word.as_bytes(), pattern.as_bytes()),
        }
    }
    found
}

/// `*` stands for any bytes, `?` for one. In the time of both lengths multiplied, whatever the pattern.
fn matches(word: &[u8], pattern: &[u8]) -> bool {
    // At each place, whether what was read of the pattern matches all bytes before it.
    let mut reached = vec![false; word.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    for wanted in pattern {
        if *wanted == b'*' {
            let mut seen = false;
            for here in &mut reached {
                seen |= *here;
                *here = seen;
            }
        } else {
            let steps = word.iter().zip(&reached).map(|(byte, before)| *before && (*wanted == b'?' || wanted == byte));
            reached = std::iter::once(false).chain(steps).collect();
        }
    }
    reached.last().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPCBn9QZhECk4hH0aPnqVb8bWc2LRVhJbqf1uyqbVqjL";

    fn read(text: &str) -> Result<Signers, String> {
        Signers::parse(Path::new("signers"), text).map_err(|mistake| mistake.to_string())
    }

    fn standing(text: &str, at: &str) -> Standing {
        let key = PublicKey::of_line(KEY).expect("a key");
        read(text).expect("signers").standing(&key, at.parse().expect("a time"))
    }

    fn refusal(text: &str, at: &str) -> String {
        match standing(text, at) {
            Standing::Refused(why) => why,
            allowed @ Standing::Allowed { .. } => panic!("{text}: {allowed:?}"),
        }
    }

    const NOW: &str = "2026-12-01T00:00:00Z";

    #[test]
    fn lines_are_read_as_ssh_keygen_does() {
        for (line, expected) in [
            (format!("iam@example.com {KEY}"), "iam@example.com"),
            (format!("  iam@example.com,*@audit.example  {KEY} a comment"), "iam@example.com,*@audit.example"),
            (format!("\"iam team\" {KEY}\r"), "iam team"),
            (format!("iam namespaces=\"git,headcount-*\",valid-before=\"20270101\" {KEY}"), "iam"),
            (format!("iam VALID-AFTER=\"202601010000Z\" {KEY}"), "iam"),
        ] {
            let allowed = Standing::Allowed { principals: expected.to_owned(), line: 3 };
            assert_eq!(standing(&format!("# comment\n\n{line}\n"), NOW), allowed, "{line}");
        }
    }

    #[test]
    fn who_may_not_sign_is_told_why() {
        for (options, at, expected) in [
            ("namespaces=\"git\" ", NOW, "may not sign for headcount-bundle"),
            ("namespaces=\"*,!headcount-*\" ", NOW, "may not sign for"),
            ("namespaces=\"Headcount-bundle\" ", NOW, "may not sign for"),
            ("cert-authority ", NOW, "certifies others"),
            ("valid-before=\"20261130235959Z\" ", NOW, "was valid until 2026-11-30T23:59:59Z"),
            ("valid-after=\"20261201000001Z\" ", NOW, "is valid from 2026-12-01T00:00:01Z on"),
        ] {
            let told = refusal(&format!("iam {options}{KEY}\n"), at);
            assert!(told.starts_with("signers:1: ") && told.contains(expected), "{told}");
        }
        assert_eq!(refusal("", NOW), "its key isn't in signers");
        assert!(refusal(&format!("!iam {KEY}\n"), NOW).contains("names nobody"));
        let expired_then_good = format!("old valid-before=\"20200101Z\" {KEY}\nnew {KEY}\n");
        assert_eq!(standing(&expired_then_good, NOW), Standing::Allowed { principals: "new".to_owned(), line: 2 });
        let to_the_second = format!("iam valid-before=\"20261201Z\" {KEY}\n");
        assert!(matches!(standing(&to_the_second, NOW), Standing::Allowed { .. }), "as ssh-keygen has it");
        assert!(refusal(&to_the_second, "2026-12-01T00:00:01Z").contains("--tsa-ca"));
    }

    #[test]
    fn a_line_that_is_wrong_is_named() {
        for (line, expected) in [
            ("iam".to_owned(), "too short"),
            ("iam ssh-ed25519".to_owned(), "too short"),
            ("iam ssh-ed25519 AAAA".to_owned(), "no public key"),
            (KEY.replace("ssh-ed25519 ", "iam ssh-rsa "), "no public key"),
            (format!("iam valid-before=\"2027-01-01\" {KEY}"), "expected YYYYMMDD"),
            (format!("iam valid-before=\"20271301\" {KEY}"), "expected YYYYMMDD"),
            (format!("iam valid-before=20270101 {KEY}"), "needs a value in quotes"),
            (format!("iam valid-after=\"20270101\",valid-before=\"20270101\" {KEY}"), "isn't after"),
            (format!("iam no-touch-required {KEY}"), "\"no-touch-required\" is no option"),
            (format!("iam namespaces=\"x {KEY}"), "quote isn't closed"),
        ] {
            let told = read(&format!("# first\n{line}\n")).expect_err(&line);
            assert!(told.starts_with("signers:2:1: ") && told.contains(expected), "{told}");
        }
        assert!(read("\u{feff}iam").expect_err("a mark").contains("byte order mark"));
    }

    #[test]
    fn patterns_are_those_of_ssh() {
        for (word, pattern, expected) in [
            ("abc", "abc", true),
            ("abc", "a*", true),
            ("abc", "*c", true),
            ("abc", "a?c", true),
            ("abc", "a?", false),
            ("", "*", true),
            ("", "?", false),
            ("abc", "ABC", false),
            ("aXbXc", "a*b*c", true),
        ] {
            assert_eq!(matches(word.as_bytes(), pattern.as_bytes()), expected, "{word} {pattern}");
        }
        assert!(!matches("a".repeat(2000).as_bytes(), format!("{}b", "a*".repeat(500)).as_bytes()));
    }
}
