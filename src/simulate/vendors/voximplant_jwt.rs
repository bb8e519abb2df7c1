//! Voximplant's check of the token that a service account signs for itself.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The longest life of a token, in seconds.
const MAX_LIFETIME: u64 = 3600;

/// Why a token is refused; the numbers are the vendor's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: u32,
    pub(super) text: &'static str,
}

const UNAUTHORIZED: Refusal = Refusal { code: 100, text: "Authorization failed." };
const BAD_KEY: Refusal = Refusal { code: 433, text: "The key id is unknown." };
const BAD_FORMAT: Refusal = Refusal { code: 447, text: "The token's format is invalid." };
const LIVES_TOO_LONG: Refusal = Refusal { code: 454, text: "The token lives too long." };
const FROM_THE_FUTURE: Refusal = Refusal { code: 455, text: "The token was issued in the future." };
const EXPIRED: Refusal = Refusal { code: 456, text: "The token has expired." };

/// The account and key whose tokens are accepted.
#[derive(Debug)]
pub(super) struct Verifier {
    pub(super) account: u64,
    pub(super) key_id: String,
    /// RSA public key, PKCS#1 DER.
    pub(super) public_key: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: String,
}

#[derive(Deserialize)]
struct Claims {
    /// One official client sends a number, the other a string.
    iss: Value,
    iat: u64,
    exp: u64,
}

impl Verifier {
    /// Checks a token at `now`, in seconds since 1970.
    pub(super) fn check(&self, token: Option<&str>, now: u64) -> Result<(), Refusal> {
        let token = token.ok_or(UNAUTHORIZED)?;
        let (signed, signature) = token.rsplit_once('.').ok_or(BAD_FORMAT)?;
        let (header, claims) = signed.split_once('.').ok_or(BAD_FORMAT)?;
        let header: Header = decoded(header)?;
        let claims: Claims = decoded(claims)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| BAD_FORMAT)?;
        if header.alg != "RS256" {
            return Err(BAD_FORMAT);
        }
        if header.kid != self.key_id {
            return Err(BAD_KEY);
        }
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.public_key);
        key.verify(signed.as_bytes(), &signature).map_err(|_| UNAUTHORIZED)?;
        self.check_claims(&claims, now)
    }

    fn check_claims(&self, claims: &Claims, now: u64) -> Result<(), Refusal> {
        let issuer = claims.iss.as_u64().or_else(|| claims.iss.as_str()?.parse().ok());
        if issuer != Some(self.account) {
            Err(UNAUTHORIZED)
        } else if claims.iat > now {
            Err(FROM_THE_FUTURE)
        } else if claims.exp > claims.iat.saturating_add(MAX_LIFETIME) {
            Err(LIVES_TOO_LONG)
        } else if claims.exp <= now {
            Err(EXPIRED)
        } else {
            Ok(())
        }
    }
}

fn decoded<T: DeserializeOwned>(part: &str) -> Result<T, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| BAD_FORMAT)?;
    serde_json::from_slice(&bytes).map_err(|_| BAD_FORMAT)
}
