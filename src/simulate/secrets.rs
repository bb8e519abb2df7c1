//! The credentials of the simulated vendors, derived from the seed. `signing-key.pem` is the exception, because an
//! RSA key can't be derived: it was made for this file, is public with it, and protects nothing.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rsa::KeyPair;
use sha2::{Digest as _, Sha256};

use crate::model::text::hex;

/// Everything that proves who asks.
#[derive(Clone)]
pub struct Secrets {
    /// Static bearer token at Voxmind.
    pub voxmind_token: String,
    /// The organisation's id at Voxmind.
    pub voxmind_organisation: String,
    /// Static bearer key at Voiso.
    pub voiso_key: String,
    /// API key at Cognigy.AI.
    pub cognigy_key: String,
    /// OAuth client at Cognigy.AI.
    pub cognigy_client: ClientSecret,
    /// A user at Cognigy.AI who may use the password grant: login and password.
    pub cognigy_user: (String, String),
    /// OAuth client at Vonage Contact Center.
    pub vonage_client: ClientSecret,
    /// Account id at Voximplant.
    pub voximplant_account: u64,
    /// Id of the service account's key at Voximplant.
    pub voximplant_key_id: String,
}

/// An OAuth client.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientSecret {
    /// Its public name.
    pub id: String,
    /// Its secret.
    pub secret: String,
}

/// The private key of the Voximplant service account, PKCS#8.
pub(super) const SIGNING_KEY: &str = include_str!("signing-key.pem");

impl Secrets {
    /// The secrets of the world with this seed.
    pub fn new(seed: u64) -> Self {
        let secret = |name: &str| hex(&Sha256::digest(format!("headcount simulator {seed} {name}"))).split_off(24);
        let client = |vendor: &str| ClientSecret {
            id: format!("headcount-{}", secret(&format!("{vendor} client")).split_off(32)),
            secret: secret(&format!("{vendor} client secret")),
        };
        Self {
            voxmind_token: format!("vm_live_{}", secret("voxmind token")),
            voxmind_organisation: "42".to_owned(),
            voiso_key: secret("voiso key"),
            cognigy_key: secret("cognigy key"),
            cognigy_client: client("cognigy"),
            cognigy_user: ("auditor@example.com".to_owned(), secret("cognigy password")),
            vonage_client: client("vonage"),
            voximplant_account: 4_000_000 + seed % 1_000_000,
            voximplant_key_id: uuid(&secret("voximplant key id")),
        }
    }

    /// The `credentials.json` that Voximplant's control panel would offer for download.
    pub fn voximplant_credentials(&self) -> serde_json::Value {
        serde_json::json!({
            "account_email": "voice-platform@example.com",
            "account_id": self.voximplant_account,
            "key_id": self.voximplant_key_id,
            "private_key": SIGNING_KEY,
        })
    }
}

/// Prints nothing of what it holds.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").finish_non_exhaustive()
    }
}

/// Prints the public half.
impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientSecret").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The key pair in [`SIGNING_KEY`]; `None` if the file were damaged.
pub(super) fn signing_key() -> Option<KeyPair> {
    let base64: String = SIGNING_KEY.lines().filter(|line| !line.starts_with('-')).collect();
    KeyPair::from_pkcs8(&STANDARD.decode(base64).ok()?).ok()
}

/// The first 32 hexadecimal digits as a UUID.
fn uuid(digits: &str) -> String {
    let part = |from, to| digits.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}
