//! The manifests: which file has which hash, and the hash of that, which is the bag's identity.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::io::{self, Read};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Defect, PayloadName};
use crate::base::text::hex;

pub(super) const BAGIT: &str = "bagit.txt";
pub(super) const INFO: &str = "bag-info.txt";
pub(super) const VERIFY: &str = "VERIFY.txt";
pub(super) const MANIFEST: &str = "manifest-sha256.txt";
/// The file that every bag has.
pub const SEAL: &str = "tagmanifest-sha256.txt";

/// What the seal is over, in bytewise order.
pub(super) const SEALED: [&str; 4] = [VERIFY, INFO, BAGIT, MANIFEST];

/// What `bagit.txt` says.
pub(super) const BAGIT_TEXT: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// The SHA-256 of a bag's seal, which is its identity: 64 digits, whatever archiver has packed it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BagId(String);

/// What can't be the id of a bag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an id is 64 digits 0-9a-f, as `headcount bundle verify` prints it")]
pub struct IdError;

impl BagId {
    pub(super) fn of(seal: &[u8]) -> Self {
        Self(sha256(seal))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BagId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// As people copy it, in large or small letters. In a file it has small ones.
impl FromStr for BagId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::try_from(text.to_ascii_lowercase())
    }
}

impl TryFrom<String> for BagId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        if is_sha256(&text) { Ok(Self(text)) } else { Err(IdError) }
    }
}

impl From<BagId> for String {
    fn from(id: BagId) -> Self {
        id.0
    }
}

/// The hash of a whole text.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The hash of all that is read.
pub(crate) fn sha256_of(mut contents: impl Read) -> io::Result<String> {
    let (mut hasher, mut buffer) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match contents.read(&mut buffer)? {
            0 => return Ok(hex(&hasher.finalize())),
            length => hasher.update(buffer.get(..length).unwrap_or_default()),
        }
    }
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
}

/// The files of a payload with their hashes.
pub(super) type Manifest = BTreeMap<PayloadName, String>;

/// `manifest-sha256.txt`: as every `sha256sum -c` reads it.
pub(super) fn manifest_text(manifest: &Manifest) -> String {
    lines(manifest.iter().map(|(name, sha256)| (sha256.as_str(), format!("data/{name}"))))
}

/// `tagmanifest-sha256.txt`, of the texts of [`SEALED`].
pub(super) fn seal_text(hashes: [String; 4]) -> String {
    lines(SEALED.into_iter().zip(hashes).map(|(name, sha256)| (sha256, name.to_owned())))
}

fn lines<H: AsRef<str>>(entries: impl Iterator<Item = (H, String)>) -> String {
    entries.fold(String::new(), |mut text, (sha256, name)| {
        writeln!(text, "{}  {name}", sha256.as_ref()).ok();
        text
    })
}

/// Reads `manifest-sha256.txt`. Nothing else than what is written is taken: two readers can't read it differently.
pub(super) fn read_manifest(bytes: &[u8]) -> Result<Manifest, Defect> {
    let wrong = |line: usize, why: &str| Defect::malformed(MANIFEST, format!("line {line}: {why}"));
    let mut manifest = Manifest::new();
    for (line, entry) in entries(bytes).enumerate().map(|(index, entry)| (index + 1, entry)) {
        let (sha256, name) = entry.ok_or_else(|| wrong(line, "no SHA-256, two blanks and a file"))?;
        let name = name.strip_prefix("data/").and_then(|name| PayloadName::new(name).ok());
        let name = name.ok_or_else(|| wrong(line, "no file that a bundle can have"))?;
        if manifest.last_key_value().is_some_and(|(last, _)| *last >= name) {
            return Err(wrong(line, "out of order, or a file for the second time"));
        }
        manifest.insert(name, sha256.to_owned());
    }
    Ok(manifest)
}

/// Reads `tagmanifest-sha256.txt`: the hashes of [`SEALED`].
pub(super) fn read_seal(bytes: &[u8]) -> Result<[String; 4], Defect> {
    let found: Option<Vec<_>> = entries(bytes).collect();
    let hashes = found.filter(|entries| entries.iter().map(|(_, name)| *name).eq(SEALED)).and_then(|entries| {
        let hashes: Vec<_> = entries.into_iter().map(|(sha256, _)| sha256.to_owned()).collect();
        hashes.try_into().ok()
    });
    hashes.ok_or_else(|| Defect::malformed(SEAL, format!("it isn't four lines for {}", SEALED.join(", "))))
}

/// Each line's hash and name; `None` for a line that isn't one.
fn entries(bytes: &[u8]) -> impl Iterator<Item = Option<(&str, &str)>> {
    let text = std::str::from_utf8(bytes).unwrap_or("not UTF-8");
    text.split_inclusive('\n').map(|line| {
        let (sha256, name) = line.strip_suffix('\n')?.split_once("  ")?;
        is_sha256(sha256).then_some((sha256, name))
    })
}

/// How much is in a payload, as `bag-info.txt` says it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Oxum {
    pub(super) bytes: u64,
    pub(super) files: u64,
}

impl Oxum {
    pub(super) fn add(&mut self, bytes: u64) {
        self.bytes = self.bytes.saturating_add(bytes);
        self.files += 1;
    }
}

impl fmt::Display for Oxum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.bytes, self.files)
    }
}

/// Holds `bag-info.txt` against what is there.
pub(super) fn check_info(bytes: &[u8], there: Oxum) -> Result<(), Defect> {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let told = text.lines().find_map(|line| line.strip_prefix("Payload-Oxum: "));
    match told {
        Some(told) if told == there.to_string() => Ok(()),
        Some(told) => Err(Defect::malformed(INFO, format!("it says {told} bytes.files, and {there} are there"))),
        None => Err(Defect::malformed(INFO, "it doesn't say Payload-Oxum")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        ["a-1.csv", "a.csv", "inputs/b.csv"]
            .map(|name| (PayloadName::new(name).expect("a name"), sha256(name.as_bytes())))
            .into()
    }

    #[test]
    fn a_manifest_is_read_as_it_was_written_and_nothing_else() {
        let text = manifest_text(&manifest());
        assert_eq!(read_manifest(text.as_bytes()).expect("a manifest"), manifest());
        assert_eq!(read_manifest(b"").expect("none"), Manifest::new());
        let lines: Vec<_> = text.split_inclusive('\n').collect();
        let without_end = text.trim_end().to_owned();
        for (broken, line) in [
            ([lines[1], lines[0], lines[2]].concat(), 2),
            ([lines[0], lines[0]].concat(), 2),
            (without_end, 3),
            (text.replace('\n', "\r\n"), 1),
            (text.replacen("  ", " *", 1), 1),
            (text.replacen("data/", "data/../", 1), 1),
            (text.replacen("data/", "", 1), 1),
            (text.to_uppercase(), 1),
            (format!("\n{text}"), 1),
            (format!("\u{feff}{text}"), 1),
        ] {
            let error = read_manifest(broken.as_bytes()).expect_err("broken").to_string();
            assert!(error.contains(&format!("manifest-sha256.txt: line {line}:")), "{error}");
        }
    }

    #[test]
    fn a_seal_is_over_four_files() {
        let hashes = SEALED.map(|name| sha256(name.as_bytes()));
        let text = seal_text(hashes.clone());
        assert!(SEALED.is_sorted());
        assert_eq!(read_seal(text.as_bytes()).expect("a seal"), hashes);
        for broken in
            [text.replacen("bagit", "bagot", 1), format!("{text}{text}"), String::new(), text.replace("  ", " ")]
        {
            assert!(read_seal(broken.as_bytes()).is_err(), "{broken}");
        }
    }

    #[test]
    fn an_id_is_a_hash() {
        let id = BagId::of(b"seal");
        assert_eq!(id.as_str().parse(), Ok(id.clone()));
        let large = id.as_str().to_uppercase();
        assert_eq!((large.parse(), BagId::try_from(large)), (Ok(id.clone()), Err(IdError)), "asked for, and in a file");
        for wrong in ["", "abc", &format!("{id} ")] {
            assert_eq!(wrong.parse::<BagId>(), Err(IdError));
        }
    }
}
