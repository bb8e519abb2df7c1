//! Public keys, and whether a signature is theirs.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA512, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use sha2::{Digest as _, Sha256};

use super::wire::Wire;

/// A public key, as it stands in `id_ed25519.pub`.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    kind: String,
    blob: Vec<u8>,
}

/// What comes of holding a signature against a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    /// It is the key's, over these bytes.
    Good,
    /// It isn't.
    Bad,
    /// Nobody here knows keys or signatures of this kind.
    Unknown,
}

impl PublicKey {
    /// From its bytes.
    pub(super) fn of(blob: &[u8]) -> Option<Self> {
        let kind = Wire::new(blob).text()?.to_owned();
        kind.bytes().all(|byte| byte.is_ascii_graphic()).then(|| Self { kind, blob: blob.to_vec() })
    }

    /// From a kind and base64, as in a `.pub` file or in `allowed_signers`.
    pub(super) fn parse(kind: &str, base64: &str) -> Option<Self> {
        Self::of(&STANDARD.decode(base64).ok()?).filter(|key| key.kind == kind)
    }

    /// From a `.pub` file: kind, base64 and perhaps a comment.
    pub fn of_line(line: &str) -> Option<Self> {
        let mut words = line.split_ascii_whitespace();
        Self::parse(words.next()?, words.next()?)
    }

    /// Its kind, such as `ssh-ed25519`.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Whether it is a key with a certificate around it, which names who has certified it.
    pub(super) fn is_certificate(&self) -> bool {
        self.kind.contains("-cert-v0")
    }

    /// Whether a signature of this kind over a message is this key's.
    pub(super) fn check(&self, message: &[u8], signature: &[u8]) -> Check {
        let (mut key, mut packed) = (Wire::new(&self.blob), Wire::new(signature));
        let (Some(kind), Some(algorithm)) = (key.text(), packed.text()) else { return Check::Bad };
        let good = match (kind, algorithm) {
            ("ssh-ed25519", "ssh-ed25519") => ed25519(key, packed, message),
            ("sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519@openssh.com") => hardware(key, packed, message),
            ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256") => ecdsa(key, packed, message),
            ("ssh-rsa", "rsa-sha2-256" | "rsa-sha2-512") => rsa(key, packed, algorithm, message),
            ("ssh-ed25519" | "sk-ssh-ed25519@openssh.com" | "ecdsa-sha2-nistp256" | "ssh-rsa", _) => None,
            _ => return Check::Unknown,
        };
        if good.is_some() { Check::Good } else { Check::Bad }
    }
}

fn ed25519(mut key: Wire<'_>, mut signature: Wire<'_>, message: &[u8]) -> Option<()> {
    let (point, bytes) = (key.bytes()?, signature.bytes()?);
    key.end()?;
    signature.end()?;
    UnparsedPublicKey::new(&ED25519, point).verify(message, bytes).ok()
}

/// A key in hardware signs with its application, what the person did, and a counter.
fn hardware(mut key: Wire<'_>, mut signature: Wire<'_>, message: &[u8]) -> Option<()> {
    let (point, application) = (key.bytes()?, key.bytes()?);
    let (bytes, flags_and_counter) = (signature.bytes()?, signature.take(5)?);
    key.end()?;
    signature.end()?;
    let signed = [&Sha256::digest(application)[..], flags_and_counter, &Sha256::digest(message)].concat();
    UnparsedPublicKey::new(&ED25519, point).verify(&signed, bytes).ok()
}

fn ecdsa(mut key: Wire<'_>, mut signature: Wire<'_>, message: &[u8]) -> Option<()> {
    let (curve, point) = (key.text()?, key.bytes()?);
    let mut numbers = Wire::new(signature.bytes()?);
    key.end()?;
    signature.end()?;
    let (r, s) = (of_32_bytes(numbers.magnitude()?)?, of_32_bytes(numbers.magnitude()?)?);
    numbers.end()?;
    let is_curve = curve == "nistp256";
    is_curve.then(|| UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, &[r, s].concat()).ok())?
}

fn of_32_bytes(number: &[u8]) -> Option<[u8; 32]> {
    let mut fixed = [0; 32];
    let start = fixed.len().checked_sub(number.len())?;
    fixed.get_mut(start..)?.copy_from_slice(number);
    Some(fixed)
}

fn rsa(mut key: Wire<'_>, mut signature: Wire<'_>, algorithm: &str, message: &[u8]) -> Option<()> {
    let (e, n, bytes) = (key.magnitude()?, key.magnitude()?, signature.bytes()?);
    key.end()?;
    signature.end()?;
    let hash = if algorithm == "rsa-sha2-256" { &RSA_PKCS1_2048_8192_SHA256 } else { &RSA_PKCS1_2048_8192_SHA512 };
    RsaPublicKeyComponents { n, e }.verify(hash, message, bytes).ok()
}

/// Its fingerprint, as `ssh-keygen -l` prints it.
impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind.as_str() {
            "ssh-ed25519" => "ED25519",
            "sk-ssh-ed25519@openssh.com" => "ED25519-SK",
            "ecdsa-sha2-nistp256" => "ECDSA",
            "ssh-rsa" => "RSA",
            other => other,
        };
        write!(f, "{kind} SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(&self.blob)))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}
