//! Every secret that a configuration names, to see to it that none stands where others may read.

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::Config;
use crate::http::Redactor;
use crate::setting::SecretRef;

/// What a file of credentials keeps secret.
#[derive(Deserialize)]
struct Credentials {
    private_key: SecretString,
}

impl Config {
    /// The secrets that can be read here. Of sources that aren't asked, they needn't be there.
    pub fn known_secrets(&self) -> Redactor {
        let of_sources = self.sources.iter().flat_map(|source| source.secrets());
        let of_mail = self.email.iter().filter_map(|email| email.server.login.as_ref()).map(|login| &login.password);
        let secrets = of_sources.chain(of_mail).chain(&self.report.pseudonym_key);
        let known = Redactor::default();
        for secret in secrets.filter_map(SecretRef::peek) {
            if let Ok(Credentials { private_key }) = serde_json::from_str(secret.expose_secret()) {
                known.add(&private_key);
            }
            known.add(&secret);
        }
        known
    }
}
