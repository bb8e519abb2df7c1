//! What an authority is asked: 69 bytes, of which only hash and nonce are ever others.

use ring::rand::{SecureRandom, SystemRandom};

/// A question for a time stamp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    imprint: [u8; 32],
    nonce: [u8; 8],
}

/// A sequence with version 1, and in it another with the algorithm SHA-256 and a hash.
const BEFORE_HASH: [u8; 24] =
    [0x30, 67, 2, 1, 1, 0x30, 49, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 32];
const BEFORE_NONCE: [u8; 2] = [2, 8];
/// The answer shall bring its certificate along: without it, nobody can check the stamp later.
const WITH_CERTIFICATE: [u8; 3] = [1, 1, 0xff];

impl Request {
    /// About a hash, with a nonce that tells its answer from any other.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub fn new(imprint: [u8; 32]) -> Result<Self, &'static str> {
        let mut nonce = [0; 8];
        SystemRandom::new().fill(&mut nonce).map_err(|_| "this system has no random numbers")?;
        // Neither negative nor shorter than it looks.
        if let Some(first) = nonce.first_mut() {
            *first = *first % 0x7f + 1;
        }
        Ok(Self { imprint, nonce })
    }

    /// As it is sent.
    pub fn to_der(&self) -> Vec<u8> {
        [&BEFORE_HASH[..], &self.imprint, &BEFORE_NONCE, &self.nonce, &WITH_CERTIFICATE].concat()
    }

    /// What tells its answer from any other.
    pub(super) const fn nonce(&self) -> &[u8] {
        &self.nonce
    }

    pub(super) const fn imprint(&self) -> &[u8; 32] {
        &self.imprint
    }

    #[cfg(test)]
    pub(super) const fn with_nonce(imprint: [u8; 32], nonce: [u8; 8]) -> Self {
        Self { imprint, nonce }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::text::hex;

    /// As `openssl ts -query -sha256 -cert` writes it.
    #[test]
    fn a_request_is_69_bytes() {
        let request = Request::with_nonce([0xab; 32], [1, 0xe5, 0x22, 0x69, 0x7a, 0x38, 3, 0x28]);
        let expected = format!(
            "3043020101 3031300d 0609608648016503040201 0500 0420{} 020801e522697a380328 0101ff",
            "ab".repeat(32)
        );
        assert_eq!(hex(&request.to_der()), expected.replace(' ', ""));
        for _ in 0..1000 {
            let request = Request::new([0; 32]).expect("random");
            assert!(request.to_der().len() == 69 && (1..0x80).contains(&request.nonce()[0]));
        }
    }
}
