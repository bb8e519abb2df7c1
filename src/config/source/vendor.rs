//! What only one kind of vendor has, checked.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use super::file::FileConfig;
use crate::config::secret::SecretRef;

/// What only one kind of vendor has.
#[derive(Debug, Clone)]
pub enum VendorConfig {
    /// voxmind.ai
    Voxmind {
        /// Organisation id.
        organisation: String,
        /// Bearer token.
        token: SecretRef,
    },
    /// Voximplant's Management API.
    Voximplant {
        /// `credentials.json` of a service account.
        credentials: SecretRef,
        /// Which applications' users to read.
        applications: Applications,
        /// Whether `user_custom_data` holds the organisation's own identifier.
        external_id_in_custom_data: bool,
    },
    /// Voiso, API v4.
    Voiso {
        /// Key with the scope `users.read`.
        api_key: SecretRef,
    },
    /// Cognigy.AI.
    Cognigy {
        /// How to log in.
        credentials: CognigyCredentials,
        /// One more call for each user, for status and roles.
        details: bool,
    },
    /// Vonage Contact Center, User Admin API v4.
    VonageContactCenter {
        /// Where tokens are issued.
        token_url: Url,
        /// OAuth2 client.
        client_id: SecretRef,
        /// Its secret.
        client_secret: SecretRef,
    },
    /// Any SCIM 2.0 server.
    Scim {
        /// How to log in.
        credentials: ScimCredentials,
        /// Which attribute is the organisation's own identifier.
        external_id: ScimExternalId,
        /// `paging = "none"`: the whole list comes in one answer.
        in_one_answer: bool,
    },
    /// An export on disk.
    File(Box<FileConfig>),
    /// A program of the user's own that prints accounts.
    Command(CommandConfig),
}

impl VendorConfig {
    /// The `vendor` key's value.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Voxmind { .. } => "voxmind",
            Self::Voximplant { .. } => "voximplant",
            Self::Voiso { .. } => "voiso",
            Self::Cognigy { .. } => "cognigy",
            Self::VonageContactCenter { .. } => "vonage-contact-center",
            Self::Scim { .. } => "scim",
            Self::File(_) => "file",
            Self::Command(_) => "command",
        }
    }

    /// Every kind, in the order of the documentation.
    pub const KINDS: [&'static str; 8] =
        ["voxmind", "voximplant", "voiso", "cognigy", "vonage-contact-center", "scim", "file", "command"];

    /// How many requests may be under way when the configuration doesn't say. Voxmind's smallest plan allows
    /// two; Voiso and Vonage publish no number; Voximplant and Cognigy are known to bear four.
    pub(super) const fn default_concurrency(&self) -> NonZeroUsize {
        const TWO: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1);
        match self {
            Self::Voxmind { .. } | Self::Voiso { .. } | Self::VonageContactCenter { .. } | Self::Scim { .. } => TWO,
            Self::Voximplant { .. } | Self::Cognigy { .. } => TWO.saturating_add(2),
            Self::File(_) | Self::Command(_) => NonZeroUsize::MIN,
        }
    }

    /// For one answer; a program that lists users may take its time.
    pub(super) const fn default_timeout(&self) -> Duration {
        match self {
            Self::File(_) | Self::Command(_) => Duration::from_mins(10),
            _ => Duration::from_secs(30),
        }
    }

    /// Whether it is reached over HTTP, so that an address, certificates and request limits mean something.
    pub(super) const fn is_remote(&self) -> bool {
        !matches!(self, Self::File(_) | Self::Command(_))
    }

    /// The secrets that it needs.
    pub(super) fn secrets(&self) -> Vec<&SecretRef> {
        match self {
            Self::Voxmind { token: secret, .. }
            | Self::Voximplant { credentials: secret, .. }
            | Self::Voiso { api_key: secret }
            | Self::Cognigy { credentials: CognigyCredentials::ApiKey(secret), .. }
            | Self::Scim { credentials: ScimCredentials::Token(secret), .. } => vec![secret],
            Self::VonageContactCenter { client_id: name, client_secret: secret, .. }
            | Self::Scim { credentials: ScimCredentials::Basic { username: name, password: secret }, .. }
            | Self::Scim {
                credentials: ScimCredentials::OAuth2 { client_id: name, client_secret: secret, .. }, ..
            } => vec![name, secret],
            Self::Cognigy { credentials: CognigyCredentials::OAuth2(oauth2), .. } => {
                let user = oauth2.user.iter().flat_map(|(name, password)| [name, password]);
                [&oauth2.client_id, &oauth2.client_secret].into_iter().chain(user).collect()
            }
            Self::File(_) | Self::Command(_) => Vec::new(),
        }
    }

    /// Cognigy's shared cloud allows 1,000 requests in five minutes; one call a user would hit that.
    pub(super) const fn default_rate(&self, base_url_is_loopback: bool) -> Option<NonZeroU32> {
        match self {
            Self::Cognigy { details: true, .. } if !base_url_is_loopback => Some(NonZeroU32::MIN.saturating_add(2)),
            _ => None,
        }
    }
}

/// How to log in to a SCIM server.
#[derive(Debug, Clone)]
pub enum ScimCredentials {
    /// `Authorization: Bearer …`
    Token(SecretRef),
    /// `Authorization: Basic …`
    Basic {
        /// Who logs in.
        username: SecretRef,
        /// Their password.
        password: SecretRef,
    },
    /// OAuth2 client credentials.
    OAuth2 {
        /// Where tokens are issued.
        token_url: Url,
        /// OAuth2 client.
        client_id: SecretRef,
        /// Its secret.
        client_secret: SecretRef,
    },
}

/// Which SCIM attribute is the organisation's own identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
pub enum ScimExternalId {
    /// `externalId`, which whoever provisions the account has set.
    #[default]
    #[serde(rename = "externalId")]
    ExternalId,
    /// `employeeNumber` of the enterprise extension.
    #[serde(rename = "employeeNumber")]
    EmployeeNumber,
}

/// A program that prints accounts.
#[derive(Debug, Clone)]
pub struct CommandConfig {
    /// As the configuration names it.
    pub name: String,
    /// A path, or a name to be found in `PATH`.
    pub program: PathBuf,
    /// What it is called with.
    pub arguments: Vec<String>,
    /// Where it runs: the configuration's folder.
    pub folder: PathBuf,
}

/// Which Voximplant applications to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applications {
    /// All that the service account can list.
    All,
    /// These ids.
    Ids(Vec<u64>),
}

/// How to log in to Cognigy.AI.
#[derive(Debug, Clone)]
pub enum CognigyCredentials {
    /// `X-API-Key`.
    ApiKey(SecretRef),
    /// The OAuth2 token endpoint.
    OAuth2(Box<CognigyOAuth2>),
}

/// An OAuth2 client at Cognigy.AI.
#[derive(Debug, Clone)]
pub struct CognigyOAuth2 {
    /// OAuth2 client.
    pub client_id: SecretRef,
    /// Its secret.
    pub client_secret: SecretRef,
    /// With name and password, the password grant; without, client credentials.
    pub user: Option<(SecretRef, SecretRef)>,
    /// Sent as `organisation-id`.
    pub organisation: Option<String>,
}
