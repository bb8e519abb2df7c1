//! Any SCIM 2.0 server (RFC 7643, RFC 7644): `GET /Users`, by `startIndex` and `count`, or by cursors (RFC 9865)
//! where the server says that it has them: a list that changes meanwhile doesn't disturb those. Many servers take no
//! notice of `startIndex`, so it counts only when an answer has shown that it does.

use futures_util::future::BoxFuture;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::num::NonZeroU32;
use toml::Spanned;
use url::Url;

use super::{Around, Checked, RawVendor, Reach, Tenant, VendorConfig, VendorSpec, known, read};
use crate::base::diagnostic::Diagnostic;
use crate::fetch::paging::{self, CursorPage, Next, Order, Page, Plan, Total};
use crate::fetch::record::{Decoded, Record};
use crate::fetch::scan::RecordError;
use crate::fetch::{Collector, Connector, Decoder, Proof, SourceError, parse};
use crate::http::{Authorize, Cause, Client, Grant, HttpError, OAuth2, Refusal, Request, Response, StaticToken};
use crate::model::{Account, AccountStatus, Fact, FactName, Json};
use crate::setting::SecretRef;

/// Most servers serve no more at a time, and none has to: the RFC lets them cap without saying so.
const USUAL_PAGE_SIZE: u32 = 100;

/// What is said of a server to which `startIndex` means nothing.
const STUCK: &str = "the server answers every startIndex with its first page, so nothing shows that there aren't more \
                     accounts; if it sends the whole list in one answer, say so: paging = \"none\" with expect_min";

/// RFC 7643, 4.3.
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// RFC 7644, 3.4.2.
const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// RFC 7644, 8.1.
const MEDIA_TYPE: &str = "application/scim+json";

/// What it tells.
const EXPOSES: &[FactName] = {
    use FactName::{CreatedAt, DisplayName, Email, ExternalId, Roles, Status, UpdatedAt, Username};
    &[ExternalId, Email, Username, DisplayName, Status, Roles, CreatedAt, UpdatedAt]
};

/// Its place in the list of vendors.
pub(super) static SPEC: VendorSpec = VendorSpec {
    kind: "scim",
    init: r#"[[source]]
name = "identity-provider"
vendor = "scim"                       # any SCIM 2.0 server
base_url = "https://idp.example.com/scim/v2"
token = "env:SCIM_TOKEN"              # or username and password, or [source.oauth2]
# external_id = "employeeNumber"      # of the enterprise extension, instead of externalId
# expect_min = 900                    # fewer accounts make the source incomplete
# paging = "none"                     # the server knows no pages and sends all in one answer; needs expect_min
"#,
    exposes: EXPOSES,
    reach: Reach::Http { concurrency: 2 },
    schema: RawScim::json_schema,
    read: read::<RawScim>,
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawScim {
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

impl RawVendor for RawScim {
    fn check(self, around: &Around<'_>) -> Result<Checked, Diagnostic> {
        let credentials = match (self.token, self.username, self.password, self.oauth2) {
            (Some(token), None, None, None) => Credentials::Token(around.secret(&token)?),
            (None, Some(username), Some(password), None) => {
                Credentials::Basic { username: around.secret(&username)?, password: around.secret(&password)? }
            }
            (None, None, None, Some(oauth2)) => Credentials::OAuth2 {
                token_url: around.address(&oauth2.token_url)?,
                client_id: around.secret(&oauth2.client_id)?,
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
            external_id: self.external_id,
            in_one_answer: self.paging.is_some(),
        }))
    }
}

/// Which SCIM attribute is the organisation's own identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
enum ScimExternalId {
    /// `externalId`, which whoever provisions the account has set.
    #[default]
    #[serde(rename = "externalId")]
    ExternalId,
    /// `employeeNumber` of the enterprise extension.
    #[serde(rename = "employeeNumber")]
    EmployeeNumber,
}

/// What it takes to ask a SCIM server.
#[derive(Debug)]
struct ScimConfig {
    credentials: Credentials,
    /// Which attribute is the organisation's own identifier.
    external_id: ScimExternalId,
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

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::new(ScimDecoder { external_id: self.external_id })
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

/// From a SCIM user to an account.
#[derive(Debug)]
struct ScimDecoder {
    external_id: ScimExternalId,
}

impl Decoder for ScimDecoder {
    fn exposes(&self) -> &'static [FactName] {
        EXPOSES
    }

    fn decode<'r>(&self, raw: Json<'r>) -> Result<Decoded<'r>, RecordError> {
        let mut user = Record::read(raw)?;
        let mut account = Account::new(user.id("id")?, raw);
        account.external_id = match self.external_id {
            ScimExternalId::ExternalId => user.text("externalId"),
            ScimExternalId::EmployeeNumber => employee_number(&mut user),
        };
        account.email = Fact::Known(email(&mut user));
        account.username = user.text("userName");
        account.display_name = display_name(&mut user);
        account.status = active(&mut user).map(AccountStatus::from_active);
        account.roles = Fact::Known(roles(&mut user));
        if let Some(mut meta) = user.object("meta") {
            account.created_at = meta.time("created").flatten();
            account.updated_at = meta.time("lastModified").flatten();
            user.absorb(meta);
        }
        Ok(Decoded { account, problems: user.into_problems() })
    }
}

fn employee_number<'r>(user: &mut Record<'r>) -> Fact<Option<Cow<'r, str>>> {
    let Some(mut extension) = user.object(ENTERPRISE) else { return Fact::Known(None) };
    let number = extension.text("employeeNumber");
    user.absorb(extension);
    number
}

/// The primary address, or the first one.
fn email<'r>(user: &mut Record<'r>) -> Option<Cow<'r, str>> {
    let mut first = None;
    for element in user.list("emails") {
        let Ok(mut email) = Record::read(element) else { continue };
        let is_primary = email.boolean("primary") == Fact::Known(true);
        let value = email.text("value").flatten().into_known();
        if is_primary && value.is_some() {
            return value;
        }
        first = first.or(value);
    }
    first
}

/// `displayName`, or what `name` makes of it.
fn display_name<'r>(user: &mut Record<'r>) -> Fact<Option<Cow<'r, str>>> {
    let display_name = user.text("displayName");
    if display_name.present().is_some() {
        return display_name;
    }
    let Some(mut name) = user.object("name") else { return display_name };
    let formatted = name.text("formatted");
    let parts = [name.text("givenName"), name.text("familyName")];
    user.absorb(name);
    if formatted.present().is_some() {
        return formatted;
    }
    let parts: Vec<_> = parts.iter().filter_map(Fact::present).map(AsRef::as_ref).collect();
    Fact::Known((!parts.is_empty()).then(|| Cow::Owned(parts.join(" "))))
}

/// A boolean, which some servers send as text.
fn active(user: &mut Record<'_>) -> Fact<bool> {
    match user.value("active").map(Json::get) {
        Some("\"true\"" | "\"True\"") => Fact::Known(true),
        Some("\"false\"" | "\"False\"") => Fact::Known(false),
        _ => user.boolean("active"),
    }
}

/// Roles are objects with a value or at least a name to show; some servers send plain texts.
fn roles<'r>(user: &mut Record<'r>) -> Vec<Cow<'r, str>> {
    let mut roles = Vec::new();
    for element in user.list("roles") {
        if let Ok(mut role) = Record::read(element) {
            let value = role.text("value").flatten().into_known();
            roles.extend(value.or_else(|| role.text("display").flatten().into_known()));
        } else {
            roles.extend(crate::fetch::record::text_or_integer(element));
        }
    }
    roles
}

/// One service provider.
struct Scim {
    client: Client,
    auth: Box<dyn Authorize>,
    base_url: Url,
    /// As configured.
    page_size: Option<NonZeroU32>,
    /// Whoever configured it says that the list comes in one answer.
    in_one_answer: bool,
}

/// What the server says of itself, as far as it matters here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ServiceProviderConfig {
    sort: Supported,
    pagination: Pagination,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Supported {
    supported: bool,
}

/// RFC 9865, 4.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Pagination {
    cursor: bool,
}

/// RFC 7644, 3.4.2. `Resources` may be absent when there are none, the total where there are cursors.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListResponse {
    schemas: Option<Box<RawValue>>,
    total_results: Option<u64>,
    #[serde(rename = "Resources", alias = "resources")]
    resources: Option<Vec<Box<RawValue>>>,
    #[serde(default)]
    next_cursor: Next,
}

impl ListResponse {
    /// Whether it is a list at all, and not something else that a server has to say.
    fn is_list(&self) -> bool {
        let is_named = || self.schemas.as_ref().is_some_and(|schemas| schemas.get().contains(LIST));
        self.resources.is_some() || self.total_results.is_some() || is_named()
    }
}

impl Scim {
    fn new(
        client: Client,
        base_url: &Url,
        auth: Box<dyn Authorize>,
        page_size: Option<NonZeroU32>,
        in_one_answer: bool,
    ) -> Self {
        Self { client, auth, base_url: base_url.clone(), page_size, in_one_answer }
    }

    fn count(&self) -> u32 {
        self.page_size.map_or(USUAL_PAGE_SIZE, NonZeroU32::get)
    }

    async fn get(&self, endpoint: &str, parameters: &[(&str, String)]) -> Result<(Request, Response), SourceError> {
        let mut url = self.base_url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(endpoint);
        }
        if !parameters.is_empty() {
            url.query_pairs_mut().extend_pairs(parameters);
        }
        let request = Request::get(url).header("accept", MEDIA_TYPE);
        let response = self.client.call(&request, self.auth.as_ref(), &refusal).await?;
        Ok((request, response))
    }

    /// A server that doesn't describe itself is asked in the way that all of them know.
    async fn features(&self) -> Result<ServiceProviderConfig, SourceError> {
        match self.get("ServiceProviderConfig", &[]).await {
            Ok((_, response)) => Ok(serde_json::from_slice(&response.body).unwrap_or_default()),
            Err(error) if matches!(error.status(), Some(400 | 403..=499 | 501)) => Ok(ServiceProviderConfig::default()),
            Err(error) => Err(error),
        }
    }

    async fn users(&self, parameters: &[(&str, String)]) -> Result<CursorPage, SourceError> {
        let (request, response) = self.get("Users", parameters).await?;
        let list: ListResponse = parse(&request, &response)?;
        if !list.is_list() {
            let found = format!("neither Resources nor totalResults; the body is {}", response.excerpt());
            return Err(HttpError::new(&request, Cause::Unexpected { status: response.status, found }).into());
        }
        let records = list.resources.unwrap_or_default();
        Ok((Page { records, total: list.total_results.map(Total::Records) }, list.next_cursor))
    }

    /// By index, which counts from 1; in the order of creation where the server can sort, so that new users land
    /// on the last page.
    async fn users_at(&self, offset: u64, count: u64, sorted: bool) -> Result<Page, SourceError> {
        let mut parameters = vec![("startIndex", (offset + 1).to_string()), ("count", count.to_string())];
        if sorted {
            parameters.extend([("sortBy", "meta.created".to_owned()), ("sortOrder", "ascending".to_owned())]);
        }
        Ok(self.users(&parameters).await?.0)
    }

    /// By cursor. An empty one asks for the first page.
    async fn users_after(&self, cursor: Option<String>) -> Result<CursorPage, SourceError> {
        self.users(&[("cursor", cursor.unwrap_or_default()), ("count", self.count().to_string())]).await
    }

    /// All that the server sends when it is asked for no page.
    async fn users_at_once(&self) -> Result<CursorPage, SourceError> {
        let count = self.page_size.map(|size| ("count", size.to_string()));
        self.users(count.as_slice()).await
    }

    async fn read(&self, collector: &mut Collector<'_>) -> Result<Proof, SourceError> {
        if self.in_one_answer {
            return paging::in_one_answer(collector, &self.users_at_once().await?);
        }
        let features = self.features().await?;
        if features.pagination.cursor {
            return paging::by_cursor(collector, |cursor| self.users_after(cursor)).await;
        }
        let sorted = features.sort.supported;
        let order = if sorted { Order::OldestFirst } else { Order::Unknown };
        let (size, concurrency) = (u64::from(self.count()), self.client.concurrency());
        let plan = Plan { size, concurrency, order, if_stuck: Some(STUCK) };
        paging::by_offset(collector, plan, |offset, count| self.users_at(offset, count, sorted)).await
    }
}

impl Connector for Scim {
    fn list<'a>(&'a self, collector: &'a mut Collector<'_>) -> BoxFuture<'a, Result<Proof, SourceError>> {
        Box::pin(self.read(collector))
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), SourceError>> {
        Box::pin(async {
            if self.in_one_answer {
                return self.users_at_once().await.map(drop);
            }
            self.users_at(0, 1, false).await.map(drop)
        })
    }

    fn client(&self) -> Option<&Client> {
        Some(&self.client)
    }

    fn request(&self) -> String {
        let users = format!("GET {}/Users", self.base_url.as_str().trim_end_matches('/'));
        if self.in_one_answer { users } else { format!("{users}?count={}", self.count()) }
    }
}

/// RFC 7644, 3.12: `{"schemas":["…:Error"],"scimType":"invalidFilter","detail":"…","status":"400"}`
fn refusal(response: &Response) -> Result<(), Refusal> {
    #[derive(Deserialize)]
    struct ErrorBody {
        #[serde(rename = "scimType")]
        scim_type: Option<String>,
        detail: Option<String>,
    }
    Refusal::unless_success(response, |body| match body {
        ErrorBody { scim_type: Some(kind), detail: Some(detail) } => Some(format!("{kind}: {detail}")),
        ErrorBody { scim_type, detail } => detail.or(scim_type),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode(json: &str, external_id: ScimExternalId, check: impl FnOnce(Decoded<'_>)) {
        let raw = RawValue::from_string(json.to_owned()).expect("json");
        check(ScimDecoder { external_id }.decode((&raw).into()).expect("a user"));
    }

    #[test]
    fn the_full_user_of_the_rfc() {
        let json = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"2819c223","externalId":"701984",
            "userName":"bjensen@example.com","name":{"formatted":"Ms. Barbara J Jensen, III","familyName":"Jensen"},
            "emails":[{"value":"babs@jensen.org","type":"home"},
                      {"value":"bjensen@example.com","type":"work","primary":true}],
            "roles":[{"value":"admin"},{"display":"Auditor"},"plain"],"active":true,
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"E-7"},
            "meta":{"created":"2010-01-23T04:56:22Z","lastModified":"2011-05-13T04:42:34Z"}}"#;
        decode(json, ScimExternalId::ExternalId, |decoded| {
            let account = decoded.account;
            assert!(decoded.problems.is_empty());
            assert_eq!(account.external_id, Fact::Known(Some("701984".into())));
            assert_eq!(account.email, Fact::Known(Some("bjensen@example.com".into())));
            assert_eq!(account.display_name, Fact::Known(Some("Ms. Barbara J Jensen, III".into())));
            assert_eq!(account.roles, Fact::Known(vec!["admin".into(), "Auditor".into(), "plain".into()]));
            assert_eq!(account.status, Fact::Known(AccountStatus::Active));
            assert_eq!(account.created_at, Fact::Known("2010-01-23T04:56:22Z".parse().expect("time")));
            assert_eq!(account.last_login_at, Fact::NotExposed);
        });
        decode(json, ScimExternalId::EmployeeNumber, |decoded| {
            assert_eq!(decoded.account.external_id, Fact::Known(Some("E-7".into())));
        });
    }

    #[test]
    fn what_a_user_lacks() {
        let json = r#"{"id":1,"userName":"x","active":"False","name":{"givenName":"Bo","familyName":"Li"}}"#;
        decode(json, ScimExternalId::ExternalId, |decoded| {
            let account = decoded.account;
            assert_eq!(account.external_id, Fact::Known(None));
            assert_eq!(account.email, Fact::Known(None));
            assert_eq!(account.status, Fact::Known(AccountStatus::Inactive));
            assert_eq!(account.display_name, Fact::Known(Some("Bo Li".into())));
            assert_eq!(account.created_at, Fact::NotExposed);
        });
        decode(r#"{"id":"1"}"#, ScimExternalId::EmployeeNumber, |decoded| {
            assert_eq!(decoded.account.status, Fact::NotExposed);
            assert_eq!(decoded.account.external_id, Fact::Known(None));
        });
    }

    proptest! {
        #[test]
        fn arbitrary_values_never_panic(value in "(null|true|3|\"x\"|\\[\\]|\\{\\}|\\[3\\]|\\[\\{\"value\":3\\}\\])", key in 0..8_usize) {
            let keys = ["externalId", "emails", "userName", "displayName", "name", "active", "roles", "meta"];
            let raw = RawValue::from_string(format!(r#"{{"id":"1","{}":{value}}}"#, keys[key])).expect("json");
            let decoder = ScimDecoder { external_id: ScimExternalId::ExternalId };
            prop_assert!(decoder.decode((&raw).into()).is_ok());
        }
    }
}
