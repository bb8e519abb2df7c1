//! The keys of a SCIM source in the configuration, and what they are checked to.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use url::Url;

use super::connector::Scim;
use super::decoder::{ExternalId, RoleAttribute, ScimDecoder};
use crate::base::diagnostic::Diagnostic;
use crate::fetch::{Connector, Decoder};
use crate::http::{Authorize, Client, Grant, OAuth2, StaticToken};
use crate::setting::SecretRef;
use crate::vendor::{Around, Checked, RawVendor, Tenant, VendorConfig, known};

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
    /// "externalId" or "employeeNumber"; when absent, both are keys.
    external_id: Option<RawExternalId>,
    /// "roles", "groups" or "entitlements", or several of them; "roles" when absent.
    roles_from: Option<RawRolesFrom>,
    /// "none": the server knows no pages, and sends the whole list in one answer.
    #[schemars(with = "Option<RawPaging>")]
    paging: Option<Spanned<RawPaging>>,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum RawExternalId {
    ExternalId,
    EmployeeNumber,
}

#[derive(Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected \"roles\", \"groups\", \"entitlements\", or a list of them")]
enum RawRolesFrom {
    One(RawRoleAttribute),
    Several(Vec<RawRoleAttribute>),
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum RawRoleAttribute {
    Roles,
    Groups,
    Entitlements,
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

impl RawVendor for RawScim {
    fn check(self, around: &Around<'_>) -> Result<Checked, Diagnostic> {
        let credentials = match (self.token, self.username, self.password, self.oauth2) {
            (Some(token), None, None, None) => Credentials::Token(around.secret(&token)?),
            (None, Some(username), Some(password), None) => {
                Credentials::Basic { username: around.name(&username)?, password: around.secret(&password)? }
            }
            (None, None, None, Some(oauth2)) => Credentials::OAuth2 {
                token_url: around.address(&oauth2.token_url)?,
                client_id: around.name(&oauth2.client_id)?,
                client_secret: around.secret(&oauth2.client_secret)?,
            },
            _ => {
                return Err(around
                    .text
                    .error(around.kind.clone(), "scim needs one way to log in")
                    .help("add token = \"env:SCIM_TOKEN\", or username and password, or a [source.oauth2] table"));
            }
        };
        // Nothing else would show that the answer is whole.
        if let Some(paging) = self.paging.as_ref().filter(|_| !around.has_expect_min) {
            return Err(around
                .text
                .error(paging.span(), "paging = \"none\" needs expect_min")
                .help("add expect_min = N: fewer accounts than there are for sure make the source incomplete"));
        }
        Ok(Checked::needing_address(ScimConfig {
            credentials,
            external_id: self.external_id.map_or(ExternalId::Both, RawExternalId::checked),
            roles_from: self.roles_from.map_or_else(|| vec![RoleAttribute::Roles], RawRolesFrom::checked),
            in_one_answer: self.paging.is_some(),
        }))
    }
}

impl RawExternalId {
    const fn checked(self) -> ExternalId {
        match self {
            Self::ExternalId => ExternalId::Given,
            Self::EmployeeNumber => ExternalId::EmployeeNumber,
        }
    }
}

impl RawRolesFrom {
    fn checked(self) -> Vec<RoleAttribute> {
        let all = match self {
            Self::One(one) => vec![one],
            Self::Several(several) => several,
        };
        let checked = all.into_iter().map(|attribute| match attribute {
            RawRoleAttribute::Roles => RoleAttribute::Roles,
            RawRoleAttribute::Groups => RoleAttribute::Groups,
            RawRoleAttribute::Entitlements => RoleAttribute::Entitlements,
        });
        checked.collect()
    }
}

/// What it takes to ask a SCIM server.
#[derive(Debug)]
struct ScimConfig {
    credentials: Credentials,
    /// Which attribute is the organisation's own identifier.
    external_id: ExternalId,
    /// Which attributes say what a user may do.
    roles_from: Vec<RoleAttribute>,
    /// `paging = "none"`: the whole list comes in one answer.
    in_one_answer: bool,
}

/// How to log in.
#[derive(Debug)]
enum Credentials {
    /// `Authorization: Bearer …`
    Token(SecretRef),
    /// `Authorization: Basic …`
    Basic { username: SecretRef, password: SecretRef },
    /// OAuth2 client credentials.
    OAuth2 { token_url: Url, client_id: SecretRef, client_secret: SecretRef },
}

impl VendorConfig for ScimConfig {
    fn secrets(&self) -> Vec<&SecretRef> {
        match &self.credentials {
            Credentials::Token(token) => vec![token],
            Credentials::Basic { username: name, password: secret }
            | Credentials::OAuth2 { client_id: name, client_secret: secret, .. } => vec![name, secret],
        }
    }

    fn may_choose_page_size(&self) -> bool {
        true
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::new(ScimDecoder { external_id: self.external_id, roles_from: self.roles_from.clone() })
    }

    fn connector(&self, tenant: &Tenant<'_>) -> Result<Box<dyn Connector>, Diagnostic> {
        let client = tenant.client()?;
        let auth = self.credentials.authorize(&client)?;
        let size = tenant.connection.page_size;
        Ok(Box::new(Scim::new(client, tenant.url(), auth, size, self.in_one_answer)))
    }
}

impl Credentials {
    fn authorize(&self, client: &Client) -> Result<Box<dyn Authorize>, Diagnostic> {
        Ok(match self {
            Self::Token(token) => Box::new(StaticToken::bearer(known(client, token)?)),
            Self::Basic { username, password } => {
                Box::new(StaticToken::basic(&username.resolve_name()?, &password.resolve()?, client.redactor()))
            }
            Self::OAuth2 { token_url, client_id, client_secret } => {
                let secret = known(client, client_secret)?;
                Box::new(OAuth2::new(token_url.clone(), client_id.resolve_name()?, secret, Grant::ClientCredentials))
            }
        })
    }
}
