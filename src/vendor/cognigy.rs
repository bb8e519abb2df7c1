//! Cognigy.AI: `GET /new/v2.0/users`. The list tells neither status nor roles; with `details` every user is asked
//! for once more, at one call each.

use std::num::NonZeroU32;

use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::RawValue;
use toml::Spanned;
use url::Url;

use super::{Around, Checked, RawVendor, Reach, Tenant, VendorConfig, VendorSpec, known, read};
use crate::base::diagnostic::Diagnostic;
use crate::fetch::paging::{self, CursorPage, Next, Order, Page, Plan, Total};
use crate::fetch::record::{Decoded, Record, from_seconds};
use crate::fetch::scan::RecordError;
use crate::fetch::{Collector, Connector, Decoder, Proof, SourceError, parse};
use crate::http::{Authorize, Client, Grant, HeaderName, OAuth2, Refusal, Request, Response, StaticToken};
use crate::model::{Account, AccountStatus, Fact, FactName, Json, Timestamp};
use crate::setting::SecretRef;

/// Vendor page, "limit": the maximum permitted value is 100.
const MAX_PAGE_SIZE: u32 = 100;

/// What it tells with `details`.
const EXPOSES: &[FactName] = {
    use FactName::{CreatedAt, DisplayName, Email, LastLoginAt, Roles, Status, UpdatedAt, Username};
    &[Email, Username, DisplayName, Status, Roles, CreatedAt, UpdatedAt, LastLoginAt]
};

/// What the list tells alone.
const EXPOSES_IN_LIST: &[FactName] = {
    use FactName::{CreatedAt, DisplayName, Email, LastLoginAt, UpdatedAt, Username};
    &[Email, Username, DisplayName, CreatedAt, UpdatedAt, LastLoginAt]
};

/// Its place in the list of vendors.
pub(super) static SPEC: VendorSpec = VendorSpec {
    kind: "cognigy",
    init: r#"[[source]]
name = "cognigy"
vendor = "cognigy"
base_url = "https://api-trial.cognigy.ai"
api_key = "env:COGNIGY_API_KEY"       # of a user manager
details = true                        # one more call for each user: without it, status and roles are unknown
privileged_roles = ["admin"]            # whose holders are to be certified; names, or { pattern = "(?i)admin" }
"#,
    exposes: EXPOSES,
    reach: Reach::Http { concurrency: 4 },
    schema: RawCognigy::json_schema,
    read: read::<RawCognigy>,
};

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

impl RawVendor for RawCognigy {
    fn check(self, around: &Around<'_>) -> Result<Checked, Diagnostic> {
        let details = self.details;
        Ok(Checked::needing_address(CognigyConfig { details, credentials: check_credentials(self, around)? }))
    }
}

fn check_credentials(raw: RawCognigy, around: &Around<'_>) -> Result<Credentials, Diagnostic> {
    let text = around.text;
    match (raw.api_key, raw.oauth2) {
        (Some(key), None) => Ok(Credentials::ApiKey(around.secret(&key)?)),
        (None, Some(oauth2)) => {
            let span = oauth2.span();
            let oauth2 = oauth2.into_inner();
            let user = match (oauth2.username, oauth2.password) {
                (Some(name), Some(password)) => Some((around.name(&name)?, around.secret(&password)?)),
                (None, None) => None,
                _ => {
                    return Err(text
                        .error(span, "the password grant needs both username and password")
                        .help("give both, or neither for the client-credentials grant"));
                }
            };
            Ok(Credentials::OAuth2(Box::new(OAuth2Client {
                id: around.name(&oauth2.client_id)?,
                secret: around.secret(&oauth2.client_secret)?,
                user,
                organisation: oauth2.organisation,
            })))
        }
        (Some(_), Some(oauth2)) => {
            Err(text.error(oauth2.span(), "api_key and oauth2 exclude each other").help("keep one of them"))
        }
        (None, None) => Err(text
            .error(around.span.clone(), "cognigy needs credentials")
            .help("add api_key = \"env:COGNIGY_API_KEY\" or a [source.oauth2] table")),
    }
}

/// What it takes to ask Cognigy.AI.
#[derive(Debug)]
struct CognigyConfig {
    /// How to log in.
    credentials: Credentials,
    /// One more call for each user, for status and roles.
    details: bool,
}

/// How to log in.
#[derive(Debug)]
enum Credentials {
    /// `X-API-Key`.
    ApiKey(SecretRef),
    /// The OAuth2 token endpoint.
    OAuth2(Box<OAuth2Client>),
}

/// An OAuth2 client.
#[derive(Debug)]
struct OAuth2Client {
    id: SecretRef,
    secret: SecretRef,
    /// With name and password, the password grant; without, client credentials.
    user: Option<(SecretRef, SecretRef)>,
    /// Sent as `organisation-id`.
    organisation: Option<String>,
}

impl VendorConfig for CognigyConfig {
    fn secrets(&self) -> Vec<&SecretRef> {
        match &self.credentials {
            Credentials::ApiKey(key) => vec![key],
            Credentials::OAuth2(client) => {
                let user = client.user.iter().flat_map(|(name, password)| [name, password]);
                [&client.id, &client.secret].into_iter().chain(user).collect()
            }
        }
    }

    /// The shared cloud allows 1,000 requests in five minutes; one call a user would hit that.
    fn default_rate(&self) -> Option<NonZeroU32> {
        self.details.then_some(NonZeroU32::MIN.saturating_add(2))
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::new(CognigyDecoder { details: self.details })
    }

    fn connector(&self, tenant: &Tenant<'_>) -> Result<Box<dyn Connector>, Diagnostic> {
        let client = tenant.client()?;
        let auth: Box<dyn Authorize> = match &self.credentials {
            Credentials::ApiKey(key) => {
                let header = HeaderName::from_static("x-api-key");
                Box::new(StaticToken::in_header(header, known(&client, key)?))
            }
            Credentials::OAuth2(oauth2) => Box::new(oauth2.authorize(&client, tenant.url())?),
        };
        Ok(Box::new(Cognigy::new(client, tenant.url(), auth, self.details, tenant.page_size(MAX_PAGE_SIZE))))
    }
}

impl OAuth2Client {
    fn authorize(&self, client: &Client, base_url: &Url) -> Result<OAuth2, Diagnostic> {
        let grant = match &self.user {
            Some((username, password)) => {
                Grant::Password { username: username.resolve_name()?, password: known(client, password)? }
            }
            None => Grant::ClientCredentials,
        };
        let mut token_url = api_root(base_url);
        token_url.set_path(&format!("{}/auth/oauth2/token", token_url.path().trim_end_matches('/')));
        let mut auth = OAuth2::new(token_url, self.id.resolve_name()?, known(client, &self.secret)?, grant);
        auth.headers.extend(self.organisation.iter().map(|id| ("organisation-id", id.clone())));
        Ok(auth)
    }
}

/// From `{"user":{…},"details":{…}}` to an account; `details` is absent when it wasn't asked for.
#[derive(Debug)]
struct CognigyDecoder {
    details: bool,
}

impl Decoder for CognigyDecoder {
    fn exposes(&self) -> &'static [FactName] {
        if self.details { EXPOSES } else { EXPOSES_IN_LIST }
    }

    fn decode<'r>(&self, raw: Json<'r>) -> Result<Decoded<'r>, RecordError> {
        let mut whole = Record::read(raw)?;
        let mut user = whole.object("user").ok_or(RecordError::NotAnObject)?;
        let mut account = Account::new(user.id("_id")?, raw);
        // `id` is what people log in with, and as a rule an address.
        account.username = user.text("id");
        if account.username.present().is_some_and(|login| login.contains('@')) {
            account.email.clone_from(&account.username);
        } else if account.username.is_known() {
            account.email = Fact::Known(None);
        }
        account.display_name = user.text("name");
        account.created_at = user.unix_seconds("createdAt").flatten();
        account.updated_at = user.unix_seconds("lastChanged").flatten();
        account.last_login_at = last_active(&mut user);
        if let Some(mut details) = whole.object("details") {
            account.status = details.boolean("disabled").map(|disabled| AccountStatus::from_active(!disabled));
            account.roles = Fact::Known(details.texts("roles"));
            whole.absorb(details);
        }
        whole.absorb(user);
        Ok(Decoded { account, problems: whole.into_problems() })
    }
}

/// `lastActive` is the last activity, the nearest thing to a login that the list has. Its unit isn't documented:
/// from 1e11 on it must be milliseconds. Null and zero don't say "never", and what lies before the product
/// existed is no date, so both are unknown.
fn last_active(user: &mut Record<'_>) -> Fact<Option<Timestamp>> {
    const MILLISECONDS_FROM: f64 = 1e11;
    const FIRST_YEAR: f64 = 1_420_070_400.0; // 2015-01-01
    let Some(number) = user.number("lastActive").filter(|number| *number > 0.0) else { return Fact::NotExposed };
    let seconds = if number >= MILLISECONDS_FROM { number / 1000.0 } else { number };
    if let Some(time) = from_seconds(seconds).filter(|_| seconds >= FIRST_YEAR) {
        return Fact::Known(Some(time));
    }
    user.note("lastActive", "a time since 2015");
    Fact::NotExposed
}

/// One tenant.
struct Cognigy {
    client: Client,
    auth: Box<dyn Authorize>,
    url: Url,
    details: bool,
    page_size: u32,
}

/// The address of the API, whichever of its pages the user has copied.
fn api_root(base_url: &Url) -> Url {
    let mut url = base_url.clone();
    let path = url.path().trim_end_matches('/').trim_end_matches("/openapi").trim_end_matches("/new").to_owned();
    url.set_path(&path);
    url
}

impl Cognigy {
    fn new(client: Client, base_url: &Url, auth: Box<dyn Authorize>, details: bool, page_size: u32) -> Self {
        let mut url = api_root(base_url);
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["new", "v2.0", "users"]);
        }
        Self { client, auth, url, details, page_size }
    }

    async fn get(&self, url: Url) -> Result<(Request, Response), SourceError> {
        let request = Request::get(url).header("accept", "application/json");
        let response = self.client.call(&request, self.auth.as_ref(), &refusal).await?;
        Ok((request, response))
    }

    /// By `skip`, oldest first, so that new users land on the last page and pages can be asked for at the same
    /// time.
    async fn page_at(&self, skip: u64, limit: u64) -> Result<Page, SourceError> {
        let parameters =
            [("limit", limit.to_string()), ("skip", skip.to_string()), ("sort", "createdAt:asc".to_owned())];
        Ok(self.page(&parameters, false).await?.0)
    }

    /// By cursor, which a list that changes meanwhile doesn't disturb. A cursor goes without `skip`.
    async fn page_after(&self, cursor: Option<String>, details: bool) -> Result<CursorPage, SourceError> {
        let mut parameters = vec![("limit", self.page_size.to_string())];
        parameters.extend(cursor.map(|cursor| ("next", cursor)));
        self.page(&parameters, details).await
    }

    async fn page(&self, parameters: &[(&str, String)], details: bool) -> Result<CursorPage, SourceError> {
        let mut url = self.url.clone();
        url.query_pairs_mut().extend_pairs(parameters);
        let (request, response) = self.get(url).await?;
        let body: ListBody = parse(&request, &response)?;
        let records = stream::iter(body.items)
            .map(|user| self.with_details(user, details))
            .buffered(self.client.concurrency())
            .try_collect()
            .await?;
        Ok((Page { records, total: Some(Total::Records(body.total)) }, body.next_cursor))
    }

    /// Joins a listed user with its details. One that was deleted in between keeps what the list said.
    async fn with_details(&self, user: Box<RawValue>, details: bool) -> Result<Box<RawValue>, SourceError> {
        let id = Record::read(&user).and_then(|record| record.id("_id").map(std::borrow::Cow::into_owned));
        let details = match id {
            Ok(id) if details => self.details(&id).await?,
            _ => None,
        };
        let joined = match details {
            Some(details) => format!(r#"{{"user":{},"details":{}}}"#, user.get(), details.get()),
            None => format!(r#"{{"user":{}}}"#, user.get()),
        };
        RawValue::from_string(joined).map_err(|error| SourceError::Protocol(format!("a user can't be kept: {error}")))
    }

    async fn details(&self, id: &str) -> Result<Option<Box<RawValue>>, SourceError> {
        let mut url = self.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.push(id);
        }
        match self.get(url).await {
            Ok((request, response)) => parse(&request, &response).map(Some),
            Err(error) if error.status() == Some(404) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Connector for Cognigy {
    /// With details, the calls for one page's users are concurrent already, so the pages follow cursors; and so
    /// does a second reading. That one is there for the count and asks for no details again, so a user who came
    /// between the readings has none.
    fn list<'a>(&'a self, collector: &'a mut Collector<'_>) -> BoxFuture<'a, Result<Proof, SourceError>> {
        Box::pin(async move {
            if self.details || collector.is_second_pass() {
                let details = self.details && !collector.is_second_pass();
                return paging::by_cursor(collector, |cursor| self.page_after(cursor, details)).await;
            }
            let plan = Plan {
                size: u64::from(self.page_size),
                concurrency: self.client.concurrency(),
                order: Order::OldestFirst,
                if_stuck: None,
            };
            paging::by_offset(collector, plan, |skip, limit| self.page_at(skip, limit)).await
        })
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), SourceError>> {
        Box::pin(async { self.page_at(0, 1).await.map(drop) })
    }

    fn client(&self) -> Option<&Client> {
        Some(&self.client)
    }

    fn request(&self) -> String {
        let details = if self.details { ", and each user's details" } else { "" };
        format!("GET {}?limit={}{details}", self.url, self.page_size)
    }
}

#[derive(Deserialize)]
struct ListBody {
    items: Vec<Box<RawValue>>,
    total: u64,
    /// Older versions call it `next`.
    #[serde(default, rename = "nextCursor", alias = "next")]
    next_cursor: Next,
}

/// RFC 7807 with a `traceId` that the vendor's support asks for; OAuth2 errors have a shape of their own.
fn refusal(response: &Response) -> Result<(), Refusal> {
    #[derive(Deserialize)]
    struct Problem {
        #[serde(default)]
        title: String,
        detail: Option<String>,
        #[serde(rename = "traceId")]
        trace_id: Option<String>,
    }
    Refusal::unless_success(response, |problem: Problem| {
        let text = problem.detail.filter(|detail| !detail.is_empty()).unwrap_or(problem.title);
        Some(match problem.trace_id {
            Some(trace) => format!("{text} (traceId {trace})"),
            None => text,
        })
    })
}
