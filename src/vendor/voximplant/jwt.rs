//! The token that a Voximplant service account signs for itself: RS256 over `iss`, `iat` and `exp`, valid for at
//! most an hour. There is no token endpoint.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use futures_util::future::BoxFuture;

use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

use crate::http::{AUTHORIZATION, Authorize, Cause, Client, HeaderName, HeaderValue, Redactor, secret_value};

/// The vendor's page on authorization: `exp` at most 3600 s after `iat`.
const LIFETIME: u64 = 3600;

/// Signed as if this many seconds ago, against clocks that differ (the vendor's code 455).
const BACKDATED: u64 = 10;

/// Signed anew this long before it expires.
const EARLY: Duration = Duration::from_mins(2);

/// What `credentials.json` holds.
#[derive(Deserialize)]
struct Credentials {
    account_id: serde_json::Number,
    key_id: String,
    private_key: SecretString,
}

/// A service account that signs its own tokens.
pub(in crate::vendor) struct ServiceAccount {
    account_id: serde_json::Number,
    key_id: String,
    private_key: SecretString,
    key: RsaKeyPair,
    token: Mutex<Option<(HeaderValue, SystemTime)>>,
}

impl fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceAccount").field("account_id", &self.account_id).finish_non_exhaustive()
    }
}

impl ServiceAccount {
    /// Reads the text of `credentials.json`.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it, without any of it.
    pub(in crate::vendor) fn from_json(text: &SecretString) -> Result<Self, String> {
        let credentials: Credentials = serde_json::from_str(text.expose_secret()).map_err(|error| {
            format!(
                "not a credentials.json: {} at line {}, column {}; expected account_id, key_id and private_key",
                match error.classify() {
                    serde_json::error::Category::Data => "a field is missing or has the wrong type",
                    _ => "broken JSON",
                },
                error.line(),
                error.column()
            )
        })?;
        let key = read_key(credentials.private_key.expose_secret())?;
        Ok(Self {
            account_id: credentials.account_id,
            key_id: credentials.key_id,
            private_key: credentials.private_key,
            key,
            token: Mutex::new(None),
        })
    }

    pub(super) fn register_secrets(&self, redactor: &Redactor) {
        redactor.add(&self.private_key);
    }

    fn sign(&self, now: SystemTime) -> Result<(String, SystemTime), Cause> {
        let seconds = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs().saturating_sub(BACKDATED);
        let header = json!({"alg": "RS256", "typ": "JWT", "kid": self.key_id});
        let claims = json!({"iss": self.account_id, "iat": seconds, "exp": seconds + LIFETIME});
        let signed =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .map_err(|_| Cause::Credentials { reason: "the private key can't sign".to_owned() })?;
        let expires = UNIX_EPOCH + Duration::from_secs(seconds + LIFETIME);
        Ok((format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)), expires))
    }
}

/// A PEM of either form that the vendor hands out, PKCS#8 or PKCS#1.
fn read_key(pem: &str) -> Result<RsaKeyPair, String> {
    let lines = pem.lines().map(str::trim).filter(|line| !line.starts_with("-----"));
    // With room for all of it: a string that grows leaves its beginnings in memory.
    let mut body = Zeroizing::new(String::with_capacity(pem.len()));
    body.extend(lines);
    let der = STANDARD.decode(body.as_bytes()).map_err(|_| "private_key is not PEM".to_owned())?;
    let der = Zeroizing::new(der);
    let key =
        if pem.contains("BEGIN RSA PRIVATE KEY") { RsaKeyPair::from_der(&der) } else { RsaKeyPair::from_pkcs8(&der) };
    key.map_err(|reason| format!("private_key is not a usable RSA key of 2048 bits or more: {reason}"))
}

impl Authorize for ServiceAccount {
    fn header<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<Option<(HeaderName, HeaderValue)>, Cause>> {
        Box::pin(async {
            let now = SystemTime::now();
            let mut token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((value, expires)) = token.as_ref()
                && now + EARLY < *expires
            {
                return Ok(Some((AUTHORIZATION, value.clone())));
            }
            let (signed, expires) = self.sign(now)?;
            client.redactor().add(&signed.as_str().into());
            let value = secret_value("Bearer ", &signed)?;
            *token = Some((value.clone(), expires));
            Ok(Some((AUTHORIZATION, value)))
        })
    }

    fn renew<'a>(&'a self, refused: &'a HeaderValue) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            let mut token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
            if token.as_ref().is_some_and(|(value, _)| value == refused) {
                *token = None;
            }
            true
        })
    }
}
