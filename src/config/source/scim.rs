//! `vendor = "scim"`: any SCIM 2.0 server.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::connection::check_url;
use super::{RawCommon, ScimCredentials, ScimExternalId, VendorConfig};
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
    /// "none": the server knows no pages, and sends the whole list in one answer.
    #[schemars(with = "Option<RawPaging>")]
    paging: Option<Spanned<RawPaging>>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum RawPaging {
    None,
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
    pub(super) fn check(self, common: &RawCommon, text: &ConfigText) -> Result<VendorConfig, Diagnostic> {
        let credentials = match (self.token, self.username, self.password, self.oauth2) {
            (Some(token), None, None, None) => ScimCredentials::Token(SecretRef::check(&token, text)?),
            (None, Some(username), Some(password), None) => ScimCredentials::Basic {
                username: SecretRef::check(&username, text)?,
                password: SecretRef::check(&password, text)?,
            },
            (None, None, None, Some(oauth2)) => ScimCredentials::OAuth2 {
                token_url: check_url(&oauth2.token_url, common.allow_insecure_http, text)?,
                client_id: SecretRef::check(&oauth2.client_id, text)?,
                client_secret: SecretRef::check(&oauth2.client_secret, text)?,
            },
            _ => {
                return Err(text
                    .error(common.vendor.span(), "scim needs one way to log in")
                    .help("add token = \"env:SCIM_TOKEN\", or username and password, or a [source.oauth2] table"));
            }
        };
        // Nothing else would show that the answer is whole.
        if let Some(paging) = self.paging.as_ref().filter(|_| common.expect_min.is_none()) {
            return Err(text
                .error(paging.span(), "paging = \"none\" needs expect_min")
                .help("add expect_min = N: fewer accounts than there are for sure make the source incomplete"));
        }
        Ok(VendorConfig::Scim { credentials, external_id: self.external_id, in_one_answer: self.paging.is_some() })
    }
}
