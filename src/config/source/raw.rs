//! Each vendor's own keys, as they are written, and the reading of them.

use std::ops::Range;
use std::path::Path;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use toml::Spanned;
use toml::de::DeTable;
use url::Url;

use super::connection::check_url;
use super::file::RawFile;
use super::scim::RawScim;
use super::{Applications, COMMON_KEYS, CognigyCredentials, CognigyOAuth2, CommandConfig, RawCommon, VendorConfig};
use crate::config::secret::SecretRef;
use crate::config::text::ConfigText;
use crate::diagnostic::{Diagnostic, did_you_mean};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawVoxmind {
    organisation: RawOrganisation,
    #[schemars(with = "String")]
    token: Spanned<String>,
}

/// Voxmind writes the organisation as text in the path and as a number in JSON; both are taken.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum RawOrganisation {
    Text(String),
    Number(u64),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawVoximplant {
    #[schemars(with = "String")]
    credentials: Spanned<String>,
    #[schemars(with = "Option<RawApplications>")]
    applications: Option<Spanned<RawApplications>>,
    #[serde(default)]
    external_id_in_custom_data: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum RawApplications {
    Word(String),
    Ids(Vec<u64>),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawVoiso {
    #[schemars(with = "String")]
    api_key: Spanned<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawCognigy {
    #[schemars(with = "Option<String>")]
    api_key: Option<Spanned<String>>,
    #[schemars(with = "Option<RawOAuth2>")]
    oauth2: Option<Spanned<RawOAuth2>>,
    #[serde(default)]
    details: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawOAuth2 {
    #[schemars(with = "String")]
    client_id: Spanned<String>,
    #[schemars(with = "String")]
    client_secret: Spanned<String>,
    #[schemars(with = "Option<String>")]
    username: Option<Spanned<String>>,
    #[schemars(with = "Option<String>")]
    password: Option<Spanned<String>>,
    organisation: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawCommand {
    /// Program and arguments. No shell takes them apart.
    #[schemars(with = "Vec<String>")]
    command: Spanned<Vec<String>>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawVonage {
    #[schemars(with = "Option<String>")]
    region: Option<Spanned<String>>,
    #[schemars(with = "Option<String>")]
    token_url: Option<Spanned<String>>,
    #[schemars(with = "String")]
    client_id: Spanned<String>,
    #[schemars(with = "String")]
    client_secret: Spanned<String>,
}

/// A vendor's own settings, with the address that applies when the configuration gives none.
pub(super) struct CheckedVendor {
    pub(super) config: VendorConfig,
    pub(super) default_base_url: Option<String>,
}

pub(super) fn read_vendor(
    common: &RawCommon,
    table: Spanned<DeTable<'_>>,
    text: &ConfigText,
) -> Result<CheckedVendor, Diagnostic> {
    let secret = |value: &Spanned<String>| SecretRef::check(value, text);
    let (config, default_base_url) = match common.vendor.get_ref().as_str() {
        "voxmind" => {
            let raw: RawVoxmind = text.read(table, &COMMON_KEYS)?;
            let organisation = match raw.organisation {
                RawOrganisation::Text(text) => text,
                RawOrganisation::Number(number) => number.to_string(),
            };
            let config = VendorConfig::Voxmind { organisation, token: secret(&raw.token)? };
            (config, Some("https://api.voxmind.ai".to_owned()))
        }
        "voximplant" => {
            let raw: RawVoximplant = text.read(table, &COMMON_KEYS)?;
            let config = VendorConfig::Voximplant {
                credentials: secret(&raw.credentials)?,
                applications: check_applications(raw.applications, text)?,
                external_id_in_custom_data: raw.external_id_in_custom_data,
            };
            (config, Some("https://api.voximplant.com".to_owned()))
        }
        "voiso" => {
            let raw: RawVoiso = text.read(table, &COMMON_KEYS)?;
            (VendorConfig::Voiso { api_key: secret(&raw.api_key)? }, None)
        }
        "cognigy" => {
            let span = table.span();
            let raw: RawCognigy = text.read(table, &COMMON_KEYS)?;
            (VendorConfig::Cognigy { details: raw.details, credentials: check_cognigy(raw, span, text)? }, None)
        }
        "vonage-contact-center" => {
            let span = table.span();
            let raw: RawVonage = text.read(table, &COMMON_KEYS)?;
            let (token_url, base_url) = vonage_urls(&raw, common, span, text)?;
            let config = VendorConfig::VonageContactCenter {
                token_url,
                client_id: secret(&raw.client_id)?,
                client_secret: secret(&raw.client_secret)?,
            };
            (config, base_url)
        }
        "scim" => {
            let raw: RawScim = text.read(table, &COMMON_KEYS)?;
            (raw.check(common, text)?, None)
        }
        "file" => {
            let raw: RawFile = text.read(table, &COMMON_KEYS)?;
            let config = raw.check(text)?;
            let address = file_address(&config.path, &common.vendor, text)?;
            (VendorConfig::File(Box::new(config)), Some(address))
        }
        "command" => {
            let raw: RawCommand = text.read(table, &COMMON_KEYS)?;
            let config = check_command(&raw.command, text)?;
            let address = file_address(&config.folder, &common.vendor, text)?;
            (VendorConfig::Command(config), Some(address))
        }
        other => {
            let help = match did_you_mean(other, VendorConfig::KINDS) {
                Some(kind) => format!("did you mean \"{kind}\"?"),
                None => format!("known vendors: {}", VendorConfig::KINDS.join(", ")),
            };
            return Err(text.error(common.vendor.span(), format!("unknown vendor \"{other}\"")).help(help));
        }
    };
    Ok(CheckedVendor { config, default_base_url })
}

/// Each kind's own keys, as a schema.
pub(super) fn schemas(generator: &mut SchemaGenerator) -> Vec<(&'static str, Schema)> {
    vec![
        ("voxmind", RawVoxmind::json_schema(generator)),
        ("voximplant", RawVoximplant::json_schema(generator)),
        ("voiso", RawVoiso::json_schema(generator)),
        ("cognigy", RawCognigy::json_schema(generator)),
        ("vonage-contact-center", RawVonage::json_schema(generator)),
        ("scim", RawScim::json_schema(generator)),
        ("file", RawFile::json_schema(generator)),
        ("command", RawCommand::json_schema(generator)),
    ]
}

/// A program with a slash in its name is relative to the configuration's folder; any other is found in `PATH`.
fn check_command(command: &Spanned<Vec<String>>, text: &ConfigText) -> Result<CommandConfig, Diagnostic> {
    let unusable = |message: &str| {
        let help = "for example command = [\"./export-accounts\", \"--all\"]";
        text.error(command.span(), message).help(help)
    };
    let (name, arguments) = match command.get_ref().split_first() {
        Some((name, arguments)) if !name.trim().is_empty() => (name, arguments),
        _ => return Err(unusable("command names no program")),
    };
    let folder = std::path::absolute(Path::new(".").join(text.folder()))
        .map_err(|error| unusable(&format!("the configuration's folder is unknown: {error}")))?;
    let program = if name.contains(std::path::is_separator) { folder.join(name) } else { name.into() };
    Ok(CommandConfig { name: name.clone(), program, arguments: arguments.to_vec(), folder })
}

/// What is read from this machine has a `file:` address.
fn file_address(path: &Path, place: &Spanned<String>, text: &ConfigText) -> Result<String, Diagnostic> {
    std::path::absolute(path)
        .ok()
        .and_then(|path| Url::from_file_path(path).ok())
        .map(String::from)
        .ok_or_else(|| text.error(place.span(), format!("{} can't be made an absolute path", path.display())))
}

fn check_applications(raw: Option<Spanned<RawApplications>>, text: &ConfigText) -> Result<Applications, Diagnostic> {
    let Some(raw) = raw else { return Ok(Applications::All) };
    let span = raw.span();
    match raw.into_inner() {
        RawApplications::Word(word) if word == "all" => Ok(Applications::All),
        RawApplications::Ids(ids) if !ids.is_empty() => Ok(Applications::Ids(ids)),
        _ => Err(text.error(span, "applications has to be \"all\" or a list of ids").help("for example [101, 102]")),
    }
}

fn check_cognigy(raw: RawCognigy, span: Range<usize>, text: &ConfigText) -> Result<CognigyCredentials, Diagnostic> {
    match (raw.api_key, raw.oauth2) {
        (Some(key), None) => Ok(CognigyCredentials::ApiKey(SecretRef::check(&key, text)?)),
        (None, Some(oauth2)) => {
            let span = oauth2.span();
            let oauth2 = oauth2.into_inner();
            let user = match (oauth2.username, oauth2.password) {
                (Some(name), Some(password)) => {
                    Some((SecretRef::check(&name, text)?, SecretRef::check(&password, text)?))
                }
                (None, None) => None,
                _ => {
                    return Err(text
                        .error(span, "the password grant needs both username and password")
                        .help("give both, or neither for the client-credentials grant"));
                }
            };
            Ok(CognigyCredentials::OAuth2(Box::new(CognigyOAuth2 {
                client_id: SecretRef::check(&oauth2.client_id, text)?,
                client_secret: SecretRef::check(&oauth2.client_secret, text)?,
                user,
                organisation: oauth2.organisation,
            })))
        }
        (Some(_), Some(oauth2)) => {
            Err(text.error(oauth2.span(), "api_key and oauth2 exclude each other").help("keep one of them"))
        }
        (None, None) => Err(text
            .error(span, "cognigy needs credentials")
            .help("add api_key = \"env:COGNIGY_API_KEY\" or a [source.oauth2] table")),
    }
}

/// Vonage's regions have an address for tokens and one for the API; a `base_url` needs its own `token_url`.
fn vonage_urls(
    raw: &RawVonage,
    common: &RawCommon,
    span: Range<usize>,
    text: &ConfigText,
) -> Result<(Url, Option<String>), Diagnostic> {
    const REGIONS: [&str; 3] = ["emea", "nam", "apac"];
    let region = match &raw.region {
        Some(region) if REGIONS.contains(&region.get_ref().as_str()) => Some(region.get_ref()),
        Some(region) => {
            return Err(text
                .error(region.span(), format!("unknown region \"{}\"", region.get_ref()))
                .help("emea, nam or apac; or give base_url and token_url"));
        }
        None => None,
    };
    let token_url = match (&raw.token_url, region) {
        (Some(url), _) => check_url(url, common.allow_insecure_http, text)?,
        (None, Some(region)) => Url::parse(&format!("https://{region}.cc.vonage.com/Auth/connect/token"))
            .map_err(|error| text.error(span.clone(), error.to_string()))?,
        (None, None) => {
            return Err(text
                .error(span, "vonage-contact-center needs a region, or base_url and token_url")
                .help("add region = \"emea\" (or nam, apac)"));
        }
    };
    Ok((token_url, region.map(|region| format!("https://{region}.api.newvoicemedia.com"))))
}
