//! Which kind of vendor is read by which file: one arm for each here, and nowhere else.

use std::num::NonZeroU32;
use std::sync::Arc;

use secrecy::SecretString;
use url::Url;

use super::{Connector, Decoder, cognigy, command, file, scim, voiso, vonage, voximplant, voxmind};
use crate::config::{
    CognigyCredentials, CognigyOAuth2, ConnectionConfig, ScimCredentials, ScimExternalId, SecretRef, SourceConfig,
    VendorConfig,
};
use crate::diagnostic::Diagnostic;
use crate::http::{Authorize, Client, ClientOptions, Grant, HeaderName, Journal, OAuth2, StaticToken};
use crate::model::FactName;

/// How the source's records become accounts. Needs no secret.
pub fn decoder(source: &SourceConfig) -> Box<dyn Decoder> {
    match &source.vendor {
        VendorConfig::Voxmind { .. } => Box::new(voxmind::VoxmindDecoder),
        VendorConfig::Voximplant { external_id_in_custom_data, .. } => {
            Box::new(voximplant::VoximplantDecoder { external_id_in_custom_data: *external_id_in_custom_data })
        }
        VendorConfig::Voiso { .. } => Box::new(voiso::VoisoDecoder),
        VendorConfig::Cognigy { details, .. } => Box::new(cognigy::CognigyDecoder { details: *details }),
        VendorConfig::VonageContactCenter { .. } => Box::new(vonage::VonageDecoder),
        VendorConfig::Scim { external_id, .. } => Box::new(scim::ScimDecoder { external_id: *external_id }),
        VendorConfig::File(file) => Box::new(file::MappedDecoder::of_file(&file.mapping)),
        VendorConfig::Command(_) => Box::new(file::MappedDecoder::of_own_shape()),
    }
}

/// Which facts each kind of vendor tells at best. A file or command tells what it has columns for.
pub fn exposed() -> Vec<(&'static str, &'static [FactName])> {
    let decoders: [(&str, Box<dyn Decoder>); 6] = [
        ("voxmind", Box::new(voxmind::VoxmindDecoder)),
        ("voximplant", Box::new(voximplant::VoximplantDecoder { external_id_in_custom_data: true })),
        ("voiso", Box::new(voiso::VoisoDecoder)),
        ("cognigy", Box::new(cognigy::CognigyDecoder { details: true })),
        ("vonage-contact-center", Box::new(vonage::VonageDecoder)),
        ("scim", Box::new(scim::ScimDecoder { external_id: ScimExternalId::ExternalId })),
    ];
    decoders.into_iter().map(|(kind, decoder)| (kind, decoder.exposes())).collect()
}

/// Prepares to ask a source: reads its secrets, connects to nothing yet.
///
/// # Errors
/// A missing or unusable secret or certificate file, at its place in the configuration.
pub fn connector(source: &SourceConfig) -> Result<Box<dyn Connector>, Diagnostic> {
    connector_with(source, None)
}

/// The same, with a journal of the source's answers.
///
/// # Errors
/// As [`connector`].
pub fn connector_with(
    source: &SourceConfig,
    journal: Option<Arc<dyn Journal>>,
) -> Result<Box<dyn Connector>, Diagnostic> {
    let connection = &source.connection;
    let url = &connection.base_url;
    // Only for those that have an address: it reads the certificates of the system.
    let client = || {
        let client = client(connection, url).map(|client| client.with_journal(journal));
        client.map_err(|message| Diagnostic { message, ..source.place.clone() })
    };
    let size = |max: u32| connection.page_size.map_or(max, NonZeroU32::get).min(max);
    Ok(match &source.vendor {
        VendorConfig::Voxmind { organisation, token } => Box::new(voxmind::Voxmind::new(
            client()?,
            url,
            organisation,
            token.resolve()?,
            size(voxmind::MAX_PAGE_SIZE),
        )),
        VendorConfig::Voximplant { credentials, applications, .. } => {
            let auth = voximplant::ServiceAccount::from_json(&credentials.resolve()?).map_err(|message| {
                credentials.missing(message, "download credentials.json again from the control panel".to_owned())
            })?;
            let size = size(voximplant::MAX_PAGE_SIZE);
            Box::new(voximplant::Voximplant::new(client()?, url, auth, applications.clone(), size))
        }
        VendorConfig::Voiso { api_key } => {
            Box::new(voiso::Voiso::new(client()?, url, api_key.resolve()?, size(voiso::MAX_PAGE_SIZE)))
        }
        VendorConfig::Cognigy { credentials, details } => {
            let client = client()?;
            let auth = cognigy_auth(&client, connection, credentials)?;
            Box::new(cognigy::Cognigy::new(client, url, auth, *details, size(cognigy::MAX_PAGE_SIZE)))
        }
        VendorConfig::VonageContactCenter { token_url, client_id, client_secret } => {
            let client = client()?;
            let secret = known(&client, client_secret)?;
            let mut auth = OAuth2::new(token_url.clone(), client_id.resolve_name()?, secret, Grant::ClientCredentials);
            auth.scope = Some(vonage::SCOPE);
            Box::new(vonage::Vonage::new(client, url, auth, size(vonage::MAX_PAGE_SIZE)))
        }
        VendorConfig::Scim { credentials, in_one_answer, .. } => {
            let client = client()?;
            let auth = scim_auth(&client, credentials)?;
            Box::new(scim::Scim::new(client, url, auth, connection.page_size, *in_one_answer))
        }
        VendorConfig::File(file) => Box::new(file::File::new(file.as_ref().clone())),
        VendorConfig::Command(command) => {
            Box::new(command::Program::new(source.name.clone(), command.clone(), connection.timeout))
        }
    })
}

fn client(connection: &ConnectionConfig, url: &Url) -> Result<Client, String> {
    let options = ClientOptions {
        concurrency: connection.concurrency,
        timeout: connection.timeout,
        patience: connection.patience,
        proxy: connection.proxy.clone(),
        requests_per_second: connection.requests_per_second,
        ca_file: connection.ca_file.clone(),
    };
    Client::new(options, url)
}

/// A secret, made known to the redactor.
fn known(client: &Client, secret: &SecretRef) -> Result<SecretString, Diagnostic> {
    let secret = secret.resolve()?;
    client.redactor().add(&secret);
    Ok(secret)
}

fn scim_auth(client: &Client, credentials: &ScimCredentials) -> Result<Box<dyn Authorize>, Diagnostic> {
    Ok(match credentials {
        ScimCredentials::Token(token) => Box::new(StaticToken::bearer(known(client, token)?)),
        ScimCredentials::Basic { username, password } => {
            Box::new(StaticToken::basic(&username.resolve_name()?, &password.resolve()?, client.redactor()))
        }
        ScimCredentials::OAuth2 { token_url, client_id, client_secret } => {
            let secret = known(client, client_secret)?;
            Box::new(OAuth2::new(token_url.clone(), client_id.resolve_name()?, secret, Grant::ClientCredentials))
        }
    })
}

fn cognigy_auth(
    client: &Client,
    connection: &ConnectionConfig,
    credentials: &CognigyCredentials,
) -> Result<Box<dyn Authorize>, Diagnostic> {
    Ok(match credentials {
        CognigyCredentials::ApiKey(key) => {
            let header = HeaderName::from_static("x-api-key");
            Box::new(StaticToken::in_header(header, known(client, key)?))
        }
        CognigyCredentials::OAuth2(oauth2) => {
            let CognigyOAuth2 { client_id, client_secret, user, organisation } = oauth2.as_ref();
            let grant = match user {
                Some((username, password)) => {
                    Grant::Password { username: username.resolve_name()?, password: known(client, password)? }
                }
                None => Grant::ClientCredentials,
            };
            let mut token_url = cognigy::api_root(&connection.base_url);
            token_url.set_path(&format!("{}/auth/oauth2/token", token_url.path().trim_end_matches('/')));
            let mut auth = OAuth2::new(token_url, client_id.resolve_name()?, known(client, client_secret)?, grant);
            auth.headers.extend(organisation.iter().map(|id| ("organisation-id", id.clone())));
            Box::new(auth)
        }
    })
}
