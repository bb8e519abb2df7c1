//! One signature, as `ssh-keygen -Y sign` writes it. What other readers forgive is refused: a file that one program takes
//! and the other doesn't is no evidence.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256, Sha512};

use super::PublicKey;
use super::key::Check;
use super::wire::{Wire, packed};

/// What signatures of bundles are for; one that was made for something else isn't one.
pub(crate) const NAMESPACE: &str = "headcount-bundle";

const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----\n";
const END: &str = "-----END SSH SIGNATURE-----\n";
const MAGIC: &[u8] = b"SSHSIG";

/// A signature, and whose it says it is.
#[derive(Debug, Clone)]
pub(crate) struct Signature {
    key: PublicKey,
    namespace: String,
    hash: Hash,
    bytes: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
enum Hash {
    Sha256,
    Sha512,
}

/// Why a signature proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SignatureError {
    /// It isn't what ssh-keygen writes.
    #[error("malformed: {0}; take the file again as `ssh-keygen -Y sign` or `headcount bundle sign` wrote it")]
    Malformed(&'static str),
    /// It was made for another purpose.
    #[error("it was made for {0:?}, and a signature of a bundle is for \"headcount-bundle\"")]
    Namespace(String),
    /// It is over other bytes, or by another key than it says.
    #[error("it isn't over this bundle's seal: it is of another bundle, or the seal was changed after it was made")]
    Bad,
    /// It is of a kind that only ssh-keygen can check.
    #[error("{0} can't be checked here; VERIFY.txt says how ssh-keygen checks it")]
    Unknown(String),
}

impl Signature {
    /// Reads a `.sig` file.
    ///
    /// # Errors
    /// It isn't exactly one signature as ssh-keygen writes it.
    pub(crate) fn parse(file: &[u8]) -> Result<Self, SignatureError> {
        Self::of(&unarmoured(file)?).ok_or(SignatureError::Malformed("it isn't a signature of version 1"))
    }

    fn of(blob: &[u8]) -> Option<Self> {
        let mut fields = Wire::new(blob);
        let is_one = fields.take(MAGIC.len())? == MAGIC && fields.number()? == 1;
        let key = PublicKey::of(fields.bytes()?)?;
        let (namespace, reserved) = (fields.text()?.to_owned(), fields.bytes()?);
        let hash = match fields.text()? {
            "sha256" => Hash::Sha256,
            "sha512" => Hash::Sha512,
            _ => return None,
        };
        let bytes = fields.bytes()?.to_vec();
        fields.end()?;
        (is_one && reserved.is_empty()).then_some(Self { key, namespace, hash, bytes })
    }

    /// The key that made it, if it proves true.
    pub(crate) fn key(&self) -> &PublicKey {
        &self.key
    }

    /// Holds it against what it should be over.
    ///
    /// # Errors
    /// It proves nothing, and why.
    pub(crate) fn check(&self, seal: &[u8]) -> Result<(), SignatureError> {
        if self.namespace != NAMESPACE {
            return Err(SignatureError::Namespace(self.namespace.clone()));
        }
        if self.key.is_certificate() {
            return Err(SignatureError::Unknown(format!("a signature with a certificate ({})", self.key.kind())));
        }
        match self.key.check(&self.signed(seal), &self.bytes) {
            Check::Good => Ok(()),
            Check::Bad => Err(SignatureError::Bad),
            Check::Unknown => Err(SignatureError::Unknown(format!("a key of the kind {}", self.key.kind()))),
        }
    }

    /// What the key signs instead of the seal itself.
    fn signed(&self, seal: &[u8]) -> Vec<u8> {
        let (name, hash) = match self.hash {
            Hash::Sha256 => ("sha256", Sha256::digest(seal).to_vec()),
            Hash::Sha512 => ("sha512", Sha512::digest(seal).to_vec()),
        };
        let reserved = b"";
        let fields = [self.namespace.as_bytes(), reserved, name.as_bytes(), &hash].map(packed);
        [MAGIC, &fields.concat()].concat()
    }
}

/// The bytes between the two lines that mark a signature.
fn unarmoured(file: &[u8]) -> Result<Vec<u8>, SignatureError> {
    let wrong = SignatureError::Malformed;
    let text = std::str::from_utf8(file).map_err(|_| wrong("it isn't text"))?;
    if text.contains('\r') {
        return Err(wrong("its lines end as on Windows; the pipe or the editor that it went through changed it"));
    }
    let body = text.strip_prefix(BEGIN).ok_or_else(|| wrong("it doesn't begin with -----BEGIN SSH SIGNATURE-----"))?;
    let (body, rest) = body.split_once(END).ok_or_else(|| wrong("it doesn't end with -----END SSH SIGNATURE-----"))?;
    match rest {
        "" => {}
        rest if rest.contains(BEGIN) => return Err(wrong("it holds several signatures; each has a file of its own")),
        _ => return Err(wrong("something follows behind the signature")),
    }
    let lines: Vec<_> = body.split_terminator('\n').collect();
    if !body.ends_with('\n') || lines.iter().any(|line| line.is_empty() || line.len() > 76) {
        return Err(wrong("its lines aren't as ssh-keygen breaks them"));
    }
    STANDARD.decode(lines.concat()).map_err(|_| wrong("it isn't base64"))
}
