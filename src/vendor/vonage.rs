//! Vonage Contact Center, User Admin API v4: `GET /useradmin/users`. Always with `include=All`: the default
//! hides archived users. Its own pages contradict each other on whether the first page is 0 or 1.

use futures_util::future::BoxFuture;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::RawValue;
use toml::Spanned;
use url::Url;

use super::{Around, Checked, RawVendor, Reach, Tenant, VendorConfig, VendorSpec, known, read};
use crate::base::diagnostic::Diagnostic;
use crate::fetch::paging::{self, Intake, Order, Page, Plan, Total};
use crate::fetch::record::{Decoded, Record};
use crate::fetch::scan::RecordError;
use crate::fetch::{Collector, Connector, Decoder, Proof, SourceError, parse};
use crate::http::{Client, Grant, OAuth2, Refusal, Request, Response};
use crate::model::{Account, AccountStatus, Fact, FactName, Json};
use crate::setting::{ConfigText, SecretRef};

/// Vendor page, "limit": maximum of 5000.
const MAX_PAGE_SIZE: u32 = 5000;

/// Mandatory; without it the vendor answers 400.
const ACCEPT: &str = "application/vnd.newvoicemedia.v4+json";

/// The scope that reads users and no more.
const SCOPE: &str = "users:read";

/// What it tells.
const EXPOSES: &[FactName] = {
    use FactName::{DisplayName, Email, ExternalId, LastLoginAt, Licensed, Linked, Locked, Roles, Status, Username};
    &[ExternalId, Email, Username, DisplayName, Status, Locked, Licensed, Roles, LastLoginAt, Linked]
};

/// Its place in the list of vendors.
pub(super) static SPEC: VendorSpec = VendorSpec {
    kind: "vonage-contact-center",
    init: r#"[[source]]
name = "vcc"
vendor = "vonage-contact-center"
region = "emea"                       # emea, nam or apac; or base_url and token_url
client_id = "env:VCC_CLIENT_ID"       # API credentials with the scope users:read
client_secret = "env:VCC_CLIENT_SECRET"
privileged_roles = ["Admin"]            # whose holders are to be certified; names, or { pattern = "(?i)admin" }
"#,
    exposes: EXPOSES,
    reach: Reach::Http { concurrency: 2 },
    schema: RawVonage::json_schema,
    read: read::<RawVonage>,
};

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

impl RawVendor for RawVonage {
    fn check(self, around: &Around<'_>) -> Result<Checked, Diagnostic> {
        let region = check_region(self.region.as_ref(), around.text)?;
        let config = VonageConfig {
            token_url: token_url(self.token_url.as_ref(), region, around)?,
            client_id: around.name(&self.client_id)?,
            client_secret: around.secret(&self.client_secret)?,
        };
        Ok(match region {
            Some(region) => Checked::at(format!("https://{region}.api.newvoicemedia.com"), config),
            None => Checked::needing_address(config),
        })
    }
}

const REGIONS: [&str; 3] = ["emea", "nam", "apac"];

fn check_region(region: Option<&Spanned<String>>, text: &ConfigText) -> Result<Option<&'static str>, Diagnostic> {
    let Some(region) = region else { return Ok(None) };
    let known = REGIONS.into_iter().find(|known| known == region.get_ref());
    known.map(Some).ok_or_else(|| {
        text.error(region.span(), format!("unknown region \"{}\"", region.get_ref()))
            .help("emea, nam or apac; or give base_url and token_url")
    })
}

/// A region has an address for tokens and one for the API; a `base_url` needs its own `token_url`.
fn token_url(url: Option<&Spanned<String>>, region: Option<&str>, around: &Around<'_>) -> Result<Url, Diagnostic> {
    let error = |message: String| around.text.error(around.span.clone(), message);
    match (url, region) {
        (Some(url), _) => around.address(url),
        (None, Some(region)) => Url::parse(&format!("https://{region}.cc.vonage.com/Auth/connect/token"))
            .map_err(|reason| error(reason.to_string())),
        (None, None) => Err(error("vonage-contact-center needs a region, or base_url and token_url".to_owned())
            .help("add region = \"emea\" (or nam, apac)")),
    }
}

/// What it takes to ask Vonage Contact Center.
#[derive(Debug)]
struct VonageConfig {
    /// Where tokens are issued.
    token_url: Url,
    client_id: SecretRef,
    client_secret: SecretRef,
}

impl VendorConfig for VonageConfig {
    fn secrets(&self) -> Vec<&SecretRef> {
        vec![&self.client_id, &self.client_secret]
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::new(VonageDecoder)
    }

    fn connector(&self, tenant: &Tenant<'_>) -> Result<Box<dyn Connector>, Diagnostic> {
        let client = tenant.client()?;
        let secret = known(&client, &self.client_secret)?;
        let id = self.client_id.resolve_name()?;
        let mut auth = OAuth2::new(self.token_url.clone(), id, secret, Grant::ClientCredentials);
        auth.scope = Some(SCOPE);
        Ok(Box::new(Vonage::new(client, tenant.url(), auth, tenant.page_size(MAX_PAGE_SIZE))))
    }
}

/// From a contact-centre user to an account.
#[derive(Debug)]
struct VonageDecoder;

impl Decoder for VonageDecoder {
    fn exposes(&self) -> &'static [FactName] {
        EXPOSES
    }

    fn decode<'r>(&self, raw: Json<'r>) -> Result<Decoded<'r>, RecordError> {
        let mut record = Record::read(raw)?;
        let mut account = Account::new(record.id("userId")?, raw);
        account.external_id = record.text("ssoExternalId");
        account.email = record.text("email");
        account.username = record.text("username");
        account.display_name = record.text("name");
        account.status = record.boolean("active").map(AccountStatus::from_active);
        account.locked = record.boolean("locked");
        account.last_login_at = record.time("lastLoginTime");
        if let Some(mut settings) = record.object("userAccountConfiguration") {
            account.roles = settings.text("role").map(|role| role.into_iter().collect());
            account.licensed = settings.boolean("chargeable");
            account.linked = Fact::Known(associated_users(&mut settings));
            record.absorb(settings);
        }
        Ok(Decoded { account, problems: record.into_problems() })
    }
}

/// Login names at other Vonage applications, present only for those who act as agents.
fn associated_users<'r>(settings: &mut Record<'r>) -> Vec<std::borrow::Cow<'r, str>> {
    let Some(mut agent) = settings.object("agentConfiguration") else { return Vec::new() };
    let names = agent
        .list("associatedUsers")
        .into_iter()
        .filter_map(|user| Record::read(user).ok()?.text("username").flatten().into_known())
        .collect();
    settings.absorb(agent);
    names
}

/// One contact centre.
#[derive(Debug)]
struct Vonage {
    client: Client,
    auth: OAuth2,
    url: Url,
    page_size: u32,
}

impl Vonage {
    fn new(client: Client, base_url: &Url, auth: OAuth2, page_size: u32) -> Self {
        let mut url = base_url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["useradmin", "users"]);
        }
        Self { client, auth, url, page_size }
    }

    async fn page(&self, number: u64, limit: u32) -> Result<Page, SourceError> {
        let mut url = self.url.clone();
        url.query_pairs_mut()
            .append_pair("include", "All")
            .append_pair("page", &number.to_string())
            .append_pair("limit", &limit.to_string());
        let request = Request::get(url).header("accept", ACCEPT);
        let response = self.client.call(&request, &self.auth, &refusal).await?;
        let body: Body = parse(&request, &response)?;
        Ok(Page { records: body.users, total: Some(Total::Records(body.meta.total_count)) })
    }

    /// The number of the first page. Where everything is on page 1, it is 1. Otherwise page 0 decides: it is
    /// refused with a 400 where counting starts at 1, and holds other users than page 1 where it starts at 0.
    async fn first_number(&self, collector: &Collector<'_>) -> Result<u64, SourceError> {
        let one = self.page(1, self.page_size).await?;
        if one.total == Some(Total::Records(one.records.len() as u64)) {
            return Ok(1);
        }
        match self.page(0, self.page_size).await {
            Ok(zero) => Ok(u64::from(zero.records.is_empty() || collector.ids(&zero) == collector.ids(&one))),
            Err(error) if error.status() == Some(400) => Ok(1),
            Err(error) => Err(error),
        }
    }

    async fn walk(&self, collector: &mut Collector<'_>) -> Result<Proof, SourceError> {
        let first = self.first_number(collector).await?;
        if first == 0 {
            collector.warn("this tenant counts its pages from 0".to_owned());
        }
        let (size, concurrency) = (u64::from(self.page_size), self.client.concurrency());
        let plan = Plan { size, concurrency, order: Order::Unknown, if_stuck: None };
        paging::by_position(collector, plan, |window| self.page(first + window.index, self.page_size)).await
    }
}

impl Connector for Vonage {
    /// There is no documented order, so a list of several pages needs two equal readings.
    fn list<'a>(&'a self, collector: &'a mut Collector<'_>) -> BoxFuture<'a, Result<Proof, SourceError>> {
        Box::pin(self.walk(collector))
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), SourceError>> {
        Box::pin(async { self.page(1, 1).await.map(drop) })
    }

    fn client(&self) -> Option<&Client> {
        Some(&self.client)
    }

    fn request(&self) -> String {
        format!("GET {}?include=All&limit={}", self.url, self.page_size)
    }
}

#[derive(Deserialize)]
struct Body {
    users: Vec<Box<RawValue>>,
    meta: Meta,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    total_count: u64,
}

/// Several shapes are in use; the first text among them is shown.
fn refusal(response: &Response) -> Result<(), Refusal> {
    const PLACES: [&str; 6] = ["/message", "/error/message", "/detail", "/title", "/error_description", "/error"];
    Refusal::unless_success(response, |body: serde_json::Value| {
        PLACES.iter().find_map(|place| body.pointer(place)?.as_str().map(str::to_owned))
    })
}
