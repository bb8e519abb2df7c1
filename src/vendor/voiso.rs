//! Voiso, API v4: `GET /api/v4/users`. Its `status` is a person's presence and not the state of an account, so
//! all that is told of the state is a deletion.

use futures_util::future::BoxFuture;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::value::RawValue;
use toml::Spanned;
use url::Url;

use super::{Around, Checked, RawVendor, Reach, Tenant, VendorConfig, VendorSpec, read};
use crate::base::diagnostic::Diagnostic;
use crate::fetch::paging::{self, Order, Page, Plan, Total};
use crate::fetch::record::{Decoded, Record};
use crate::fetch::scan::RecordError;
use crate::fetch::{Collector, Connector, Decoder, Proof, SourceError, parse};
use crate::http::{Client, Refusal, Request, Response, StaticToken};
use crate::model::{Account, Fact, FactName, Json};
use crate::setting::SecretRef;

/// Vendor page, "Pagination": maximum is 100.
const MAX_PAGE_SIZE: u32 = 100;

/// What it tells.
const EXPOSES: &[FactName] = {
    use FactName::{CreatedAt, DeletedAt, DisplayName, Email, ExternalId, Linked, Roles, UpdatedAt, Username};
    &[ExternalId, Email, Username, DisplayName, Roles, CreatedAt, UpdatedAt, DeletedAt, Linked]
};

/// Its place in the list of vendors.
pub(super) static SPEC: VendorSpec = VendorSpec {
    kind: "voiso",
    init: r#"[[source]]
name = "voiso"
vendor = "voiso"
base_url = "https://cluster.voiso.com"   # your cluster
api_key = "env:VOISO_API_KEY"         # with the scope users.read
# privileged_roles = ["Administrators"] # access groups whose holders are to be certified
"#,
    exposes: EXPOSES,
    reach: Reach::Http { concurrency: 2 },
    schema: RawVoiso::json_schema,
    read: read::<RawVoiso>,
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawVoiso {
    #[schemars(with = "String")]
    api_key: Spanned<String>,
}

impl RawVendor for RawVoiso {
    fn check(self, around: &Around<'_>) -> Result<Checked, Diagnostic> {
        Ok(Checked::needing_address(VoisoConfig { api_key: around.secret(&self.api_key)? }))
    }
}

/// What it takes to ask Voiso.
#[derive(Debug)]
struct VoisoConfig {
    /// Key with the scope `users.read`.
    api_key: SecretRef,
}

impl VendorConfig for VoisoConfig {
    fn secrets(&self) -> Vec<&SecretRef> {
        vec![&self.api_key]
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::new(VoisoDecoder)
    }

    fn connector(&self, tenant: &Tenant<'_>) -> Result<Box<dyn Connector>, Diagnostic> {
        let (client, size) = (tenant.client()?, tenant.page_size(MAX_PAGE_SIZE));
        Ok(Box::new(Voiso::new(client, tenant.url(), self.api_key.resolve()?, size)))
    }
}

/// From a Voiso user to an account.
#[derive(Debug)]
struct VoisoDecoder;

impl Decoder for VoisoDecoder {
    fn exposes(&self) -> &'static [FactName] {
        EXPOSES
    }

    fn decode<'r>(&self, raw: Json<'r>) -> Result<Decoded<'r>, RecordError> {
        let mut record = Record::read(raw)?;
        let mut account = Account::new(record.id("id")?, raw);
        account.external_id = record.text("employee_id");
        account.email = record.text("email");
        // The address is what people sign in with.
        account.username.clone_from(&account.email);
        account.display_name = record.text("name");
        account.roles = Fact::Known(role(&mut record).into_iter().collect());
        account.created_at = record.time("created_at").flatten();
        account.updated_at = record.time("updated_at").flatten();
        account.deleted_at = record.time("deleted_at");
        let linked = ["sip_account", "extension", "caller_id"];
        account.linked =
            Fact::Known(linked.into_iter().filter_map(|field| record.text(field).flatten().into_known()).collect());
        Ok(Decoded { account, problems: record.into_problems() })
    }
}

/// The permission group is the only access right that a user has.
fn role<'r>(record: &mut Record<'r>) -> Option<std::borrow::Cow<'r, str>> {
    let mut group = record.object("security_access_group")?;
    let name = group.text("name").flatten().into_known();
    record.absorb(group);
    name
}

/// One contact centre.
#[derive(Debug)]
struct Voiso {
    client: Client,
    auth: StaticToken,
    url: Url,
    page_size: u32,
}

impl Voiso {
    fn new(client: Client, base_url: &Url, api_key: SecretString, page_size: u32) -> Self {
        client.redactor().add(&api_key);
        let mut url = base_url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["api", "v4", "users"]);
        }
        Self { client, auth: StaticToken::bearer(api_key), url, page_size }
    }

    async fn page(&self, offset: u64, limit: u64) -> Result<Page, SourceError> {
        let mut url = self.url.clone();
        url.query_pairs_mut().append_pair("limit", &limit.to_string()).append_pair("offset", &offset.to_string());
        let request = Request::get(url).header("accept", "application/json").header("content-type", "application/json");
        let response = self.client.call(&request, &self.auth, &refusal).await?;
        let body: Body = parse(&request, &response)?;
        Ok(Page { records: body.users, total: Some(Total::Records(body.metadata.total)) })
    }
}

impl Connector for Voiso {
    /// There is no documented order, so a list of several pages needs two equal readings.
    fn list<'a>(&'a self, collector: &'a mut Collector<'_>) -> BoxFuture<'a, Result<Proof, SourceError>> {
        Box::pin(async move {
            let (size, concurrency) = (u64::from(self.page_size), self.client.concurrency());
            let plan = Plan { size, concurrency, order: Order::Unknown, if_stuck: None };
            paging::by_offset(collector, plan, |offset, limit| self.page(offset, limit)).await
        })
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), SourceError>> {
        Box::pin(async { self.page(0, 1).await.map(drop) })
    }

    fn client(&self) -> Option<&Client> {
        Some(&self.client)
    }

    fn request(&self) -> String {
        format!("GET {}?limit={}", self.url, self.page_size)
    }
}

#[derive(Deserialize)]
struct Body {
    users: Vec<Box<RawValue>>,
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    total: u64,
}

/// `{"error":"Unauthorized"}`, or `{"errors":{"limit":["is too large"]}}` for a bad parameter.
fn refusal(response: &Response) -> Result<(), Refusal> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum ErrorBody {
        One { error: String },
        ByParameter { errors: std::collections::BTreeMap<String, Vec<String>> },
    }
    Refusal::unless_success(response, |body| {
        Some(match body {
            ErrorBody::One { error } => error,
            ErrorBody::ByParameter { errors } => {
                let texts = errors.iter().map(|(name, texts)| format!("{name}: {}", texts.join(", ")));
                texts.collect::<Vec<_>>().join("; ")
            }
        })
    })
}
