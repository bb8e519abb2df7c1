//! `vendor = "scim"`: any SCIM 2.0 server.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::connection::check_url;
use super::{ScimCredentials, ScimExternalId, VendorConfig};
use crate::config::secret::SecretRef;
use crate::config::text::ConfigText;
use crate::diagnostic::Diagnostic;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawScim {
    /// A bearer token.
    #[schemars(with = "Option<String>")]
    token: Option<Spanned<String>>,
    /// With a password, HTTP's basic authentication.
    #[schemars(with = "Option<String>")]
    username: Option<Spanned<String>>,
    #[schemars(with = "Option<String>")]
    password: Option<Spanned<String>>,
    /// OAuth2 client credentials.
    oauth2: Option<RawScimOAuth2>,
    /// "externalId" or "employeeNumber".
    #[serde(default)]
    external_id: ScimExternalId,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawScimOAuth2 {
    #[schemars(with = "String")]
    token_url: Spanned<String>,
    #[schemars(with = "String")]
    client_id: Spanned<String>,
    #[schemars(with = "String")]
    client_secret: Spanned<String>,
}

impl RawScim {
    /// `place` is shown where no key can be.
    pub(super) fn check(
        self,
        allow_insecure_http: bool,
        place: &Spanned<String>,
        text: &ConfigText,
    ) -> Result<VendorConfig, Diagnostic> {
        let credentials = match (self.token, self.username, self.password, self.oauth2) {
            (Some(token), None, None, None) => ScimCredentials::Token(SecretRef::check(&token, text)?),
            (None, Some(username), Some(password), None) => ScimCredentials::Basic {
                username: SecretRef::check(&username, text)?,
                password: SecretRef::check(&password, text)?,
            },
            (None, None, None, Some(oauth2)) => ScimCredentials::OAuth2 {
                token_url: check_url(&oauth2.token_url, allow_insecure_http, text)?,
                client_id: SecretRef::check(&oauth2.client_id, text)?,
                client_secret: SecretRef::check(&oauth2.client_secret, text)?,
            },
            _ => {
                return Err(text
                    .error(place.span(), "scim needs one way to log in")
                    .help("add token = \"env:SCIM_TOKEN\", or username and password, or a [source.oauth2] table"));
            }
        };
        Ok(VendorConfig::Scim { credentials, external_id: self.external_id })
    }
}
