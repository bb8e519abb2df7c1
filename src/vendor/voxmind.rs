//! Voxmind: `GET /organisations/{org}/users`. Its users are enrolled voices, identified by the organisation's
//! own `external_id`; there is no address, no name, no login. Pages are counted in a header, records nowhere.

use futures_util::future::BoxFuture;
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::value::RawValue;
use toml::Spanned;
use url::Url;

use super::{Around, Checked, RawVendor, Reach, Tenant, VendorConfig, VendorSpec, Whereabouts, read};
use crate::base::diagnostic::Diagnostic;
use crate::fetch::paging::{self, Order, Page, Plan, Total};
use crate::fetch::record::{Decoded, Record};
use crate::fetch::scan::RecordError;
use crate::fetch::{Collector, Connector, Decoder, Proof, SourceError, parse};
use crate::http::{Client, Refusal, Request, Response, StaticToken};
use crate::model::{Account, AccountStatus, FactName, Json};
use crate::setting::SecretRef;

/// Vendor page, "Query Parameters": results per page, at most 300.
const MAX_PAGE_SIZE: u32 = 300;

/// Oldest first, so that new users land on the last page. Which fields may be sorted by isn't documented, so a
/// refused order is tried again with less.
const SORTS: [Option<&str>; 3] = [Some("created_at:asc,id:asc"), Some("created_at:asc"), None];

/// What it tells.
const EXPOSES: &[FactName] = &[FactName::ExternalId, FactName::Status, FactName::CreatedAt, FactName::UpdatedAt];

/// Its place in the list of vendors.
pub(super) static SPEC: VendorSpec = VendorSpec {
    kind: "voxmind",
    init: r#"[[source]]
name = "voxmind"
vendor = "voxmind"
organisation = "42"                   # your organisation's id
token = "env:VOXMIND_TOKEN"
# Voxmind knows people by the external id that you enrolled them with, and by nothing else.
# [source.match]
# tiers = ["external_id"]
# external_id = { pattern = '^user_(\d+)$', replace = "E-$1" }
"#,
    exposes: EXPOSES,
    reach: Reach::Http { concurrency: 2 },
    schema: RawVoxmind::json_schema,
    read: read::<RawVoxmind>,
};

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

impl RawVendor for RawVoxmind {
    fn check(self, around: &Around<'_>) -> Result<Checked, Diagnostic> {
        let organisation = match self.organisation {
            RawOrganisation::Text(text) => text,
            RawOrganisation::Number(number) => number.to_string(),
        };
        let config = VoxmindConfig { organisation, token: around.secret(&self.token)? };
        Ok(Checked::at("https://api.voxmind.ai", config))
    }
}

/// What it takes to ask Voxmind.
#[derive(Debug)]
struct VoxmindConfig {
    /// Organisation id.
    organisation: String,
    /// Bearer token.
    token: SecretRef,
}

impl VendorConfig for VoxmindConfig {
    fn secrets(&self) -> Vec<&SecretRef> {
        vec![&self.token]
    }

    /// All organisations are at one address.
    fn whereabouts(&self, base_url: &Url) -> Whereabouts<'_> {
        Whereabouts::Name(format!("{base_url} {}", self.organisation))
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::new(VoxmindDecoder)
    }

    fn connector(&self, tenant: &Tenant<'_>) -> Result<Box<dyn Connector>, Diagnostic> {
        let (client, size) = (tenant.client()?, tenant.page_size(MAX_PAGE_SIZE));
        Ok(Box::new(Voxmind::new(client, tenant.url(), &self.organisation, self.token.resolve()?, size)))
    }
}

/// From a Voxmind user to an account.
#[derive(Debug)]
struct VoxmindDecoder;

impl Decoder for VoxmindDecoder {
    fn exposes(&self) -> &'static [FactName] {
        EXPOSES
    }

    fn decode<'r>(&self, raw: Json<'r>) -> Result<Decoded<'r>, RecordError> {
        let mut record = Record::read(raw)?;
        let mut account = Account::new(record.id("id")?, raw);
        account.external_id = record.text("external_id");
        account.status = record.boolean("is_active").map(AccountStatus::from_active);
        account.created_at = record.time("created_at").flatten();
        account.updated_at = record.time("updated_at").flatten();
        Ok(Decoded { account, problems: record.into_problems() })
    }
}

/// One organisation.
#[derive(Debug)]
struct Voxmind {
    client: Client,
    auth: StaticToken,
    url: Url,
    organisation: String,
    sandbox: bool,
    page_size: u32,
}

impl Voxmind {
    fn new(client: Client, base_url: &Url, organisation: &str, token: SecretString, page_size: u32) -> Self {
        client.redactor().add(&token);
        let mut url = base_url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["organisations", organisation, "users"]);
        }
        let sandbox = token.expose_secret().starts_with("vm_test_");
        Self {
            client,
            auth: StaticToken::bearer(token),
            url,
            organisation: organisation.to_owned(),
            sandbox,
            page_size,
        }
    }

    async fn page(&self, number: u64, size: u32, sort: Option<&str>) -> Result<Page, SourceError> {
        let mut url = self.url.clone();
        url.query_pairs_mut().append_pair("page", &number.to_string()).append_pair("per_page", &size.to_string());
        if let Some(sort) = sort {
            url.query_pairs_mut().append_pair("sort", sort);
        }
        let request = Request::get(url).header("accept", "application/json");
        let response = self.client.call(&request, &self.auth, &refusal).await?;
        let body: Body = parse(&request, &response)?;
        body.results.iter().try_for_each(|user| self.check_owner(user))?;
        Ok(Page { records: body.results, total: total_pages(&response) })
    }

    /// A user of another organisation means that nothing in the answer can be trusted.
    fn check_owner(&self, user: &RawValue) -> Result<(), SourceError> {
        let owner = Record::read(user).ok().and_then(|user| user.id("org_id").ok());
        match owner.filter(|owner| *owner != self.organisation) {
            None => Ok(()),
            Some(owner) => Err(SourceError::Protocol(format!(
                "a user of organisation {owner} came, though the vendor was asked for {}; check `organisation`",
                self.organisation
            ))),
        }
    }

    /// The first order that the vendor accepts, and how many users it really sends at a time.
    async fn accepted(&self) -> Result<(Option<&'static str>, u32), SourceError> {
        let mut sorts = SORTS.into_iter();
        loop {
            let sort = sorts.next().flatten();
            match self.page(1, self.page_size, sort).await {
                Err(error) if error.status() == Some(400) && sort.is_some() => {}
                Err(error) => return Err(error),
                Ok(page) => return Ok((sort, self.effective_size(&page))),
            }
        }
    }

    /// A server that caps pages without saying so is asked for what it sends. One that leaves users out then
    /// sends still less, and is found out.
    fn effective_size(&self, first: &Page) -> u32 {
        let received = u32::try_from(first.records.len()).unwrap_or(u32::MAX);
        match first.total {
            Some(Total::Pages(2..)) if received > 0 => received.min(self.page_size),
            _ => self.page_size,
        }
    }
}

impl Connector for Voxmind {
    /// Records are counted nowhere, but with the number of pages and an order that holds still the last page
    /// tells how many there have to be.
    fn list<'a>(&'a self, collector: &'a mut Collector<'_>) -> BoxFuture<'a, Result<Proof, SourceError>> {
        Box::pin(async move {
            if self.sandbox {
                collector.warn("the token is a vm_test_ token: these are the users of the sandbox".to_owned());
            }
            let (sort, size) = self.accepted().await?;
            let plan = Plan {
                size: u64::from(size),
                concurrency: self.client.concurrency(),
                order: if sort.is_some() { Order::OldestFirst } else { Order::Unknown },
                if_stuck: None,
            };
            paging::by_position(collector, plan, |window| self.page(window.index + 1, size, sort)).await
        })
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), SourceError>> {
        Box::pin(async { self.page(1, 1, None).await.map(drop) })
    }

    fn client(&self) -> Option<&Client> {
        Some(&self.client)
    }

    fn request(&self) -> String {
        format!("GET {}?per_page={}", self.url, self.page_size)
    }
}

#[derive(Deserialize)]
struct Body {
    results: Vec<Box<RawValue>>,
}

/// Vendor page: "Total pages available in X-Total-Pages response header".
fn total_pages(response: &Response) -> Option<Total> {
    response.header("x-total-pages")?.trim().parse().ok().map(Total::Pages)
}

/// `{"code":400,"message":"…","errors":[{"field":"…","message":"…"}]}`
fn refusal(response: &Response) -> Result<(), Refusal> {
    #[derive(Deserialize)]
    struct ErrorBody {
        message: String,
        #[serde(default)]
        errors: Vec<FieldError>,
    }
    #[derive(Deserialize)]
    struct FieldError {
        #[serde(default)]
        field: String,
        #[serde(default)]
        message: String,
    }
    Refusal::unless_success(response, |body: ErrorBody| {
        Some(body.errors.iter().fold(body.message, |text, error| format!("{text}; {}: {}", error.field, error.message)))
    })
}
