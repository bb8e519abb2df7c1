//! Voximplant Management API: `GetApplications`, then `GetUsers` once for each application. A user can be bound
//! to several applications, so users are counted once over all of them. An error in the body is a failure even when
//! the HTTP status says 200.

mod jwt;
mod refusal;
mod users;

use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::RawValue;
use toml::Spanned;
use url::Url;

use jwt::ServiceAccount;

use self::refusal::refusal;
use self::users::{Gathered, User, Users};
use super::{Around, Checked, RawVendor, Reach, Tenant, VendorConfig, VendorSpec, read};
use crate::base::diagnostic::Diagnostic;
use crate::fetch::fingerprint::RunHasher;
use crate::fetch::ids::IdSet;
use crate::fetch::paging::{self, Order, Page, Plan, Total};
use crate::fetch::record::{Decoded, Record};
use crate::fetch::scan::RecordError;
use crate::fetch::{Collector, Connector, Decoder, Proof, SourceError, parse};
use crate::http::{Body, Client, Request};
use crate::model::{Account, AccountStatus, Fact, FactName, Json};
use crate::setting::{ConfigText, SecretRef};

/// The maximum isn't documented. An account's default quota is 1,000 users, so this is usually one page.
const MAX_PAGE_SIZE: u32 = 1000;

/// What it tells; the external id only if the organisation keeps it in `user_custom_data`.
const EXPOSES: &[FactName] = {
    use FactName::{CreatedAt, DisplayName, ExternalId, Linked, Locked, Status, UpdatedAt, Username};
    &[ExternalId, Username, DisplayName, Status, Locked, CreatedAt, UpdatedAt, Linked]
};

/// Its place in the list of vendors.
pub(super) static SPEC: VendorSpec = VendorSpec {
    kind: "voximplant",
    init: r#"[[source]]
name = "voximplant"
vendor = "voximplant"
credentials = "file:voximplant-credentials.json"   # of a service account that may list users
applications = "all"                  # or a list of ids
"#,
    exposes: EXPOSES,
    reach: Reach::Http { concurrency: 4 },
    schema: RawVoximplant::json_schema,
    read: read::<RawVoximplant>,
};

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

impl RawVendor for RawVoximplant {
    fn check(self, around: &Around<'_>) -> Result<Checked, Diagnostic> {
        let config = VoximplantConfig {
            credentials: around.secret(&self.credentials)?,
            applications: check_applications(self.applications, around.text)?,
            external_id_in_custom_data: self.external_id_in_custom_data,
        };
        Ok(Checked::at("https://api.voximplant.com", config))
    }
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

/// Which applications to read.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Applications {
    /// All that the service account can list.
    All,
    /// These ids.
    Ids(Vec<u64>),
}

/// What it takes to ask Voximplant.
#[derive(Debug)]
struct VoximplantConfig {
    /// `credentials.json` of a service account.
    credentials: SecretRef,
    /// Which applications' users to read.
    applications: Applications,
    /// Whether `user_custom_data` holds the organisation's own identifier.
    external_id_in_custom_data: bool,
}

impl VendorConfig for VoximplantConfig {
    fn secrets(&self) -> Vec<&SecretRef> {
        vec![&self.credentials]
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::new(VoximplantDecoder { external_id_in_custom_data: self.external_id_in_custom_data })
    }

    fn connector(&self, tenant: &Tenant<'_>) -> Result<Box<dyn Connector>, Diagnostic> {
        let auth = ServiceAccount::from_json(&self.credentials.resolve()?).map_err(|message| {
            self.credentials.missing(message, "download credentials.json again from the control panel".to_owned())
        })?;
        let size = tenant.page_size(MAX_PAGE_SIZE);
        Ok(Box::new(Voximplant::new(tenant.client()?, tenant.url(), auth, self.applications.clone(), size)))
    }
}

/// From a user with its applications, `{"user":{…},"applications":[…]}`, to an account.
#[derive(Debug)]
struct VoximplantDecoder {
    /// Whether `user_custom_data` holds the organisation's own identifier.
    external_id_in_custom_data: bool,
}

impl Decoder for VoximplantDecoder {
    fn exposes(&self) -> &'static [FactName] {
        match EXPOSES {
            [FactName::ExternalId, others @ ..] if !self.external_id_in_custom_data => others,
            all => all,
        }
    }

    fn decode<'r>(&self, raw: Json<'r>) -> Result<Decoded<'r>, RecordError> {
        let mut whole = Record::read(raw)?;
        let mut user = whole.object("user").ok_or(RecordError::NotAnObject)?;
        let mut account = Account::new(user.id("user_id")?, raw);
        account.username = user.text("user_name");
        account.display_name = user.text("user_display_name");
        account.status = user.boolean("user_active").map(AccountStatus::from_active);
        account.locked = user.boolean("frozen");
        // Naive times are UTC, and "" means none.
        account.created_at = user.time("created").flatten();
        account.updated_at = user.time("modified").flatten();
        account.linked = Fact::Known(whole.texts("applications"));
        if self.external_id_in_custom_data {
            account.external_id = user.text("user_custom_data");
        }
        whole.absorb(user);
        Ok(Decoded { account, problems: whole.into_problems() })
    }
}

/// One Voximplant account.
#[derive(Debug)]
struct Voximplant {
    client: Client,
    auth: ServiceAccount,
    base_url: Url,
    applications: Applications,
    page_size: u32,
}

#[derive(Clone, Deserialize)]
struct Application {
    application_id: u64,
    #[serde(default)]
    application_name: String,
}

/// An answer of any list method.
#[derive(Deserialize)]
struct ListBody {
    result: Vec<Box<RawValue>>,
    total_count: u64,
}

impl Voximplant {
    fn new(client: Client, base_url: &Url, auth: ServiceAccount, applications: Applications, page_size: u32) -> Self {
        auth.register_secrets(client.redactor());
        Self { client, auth, base_url: base_url.clone(), applications, page_size }
    }

    async fn call(&self, method: &str, parameters: &[(&str, String)]) -> Result<ListBody, SourceError> {
        let mut url = self.base_url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["platform_api", method]);
        }
        url.query_pairs_mut().extend_pairs(parameters);
        let request = Request::post(url, Body::None).header("accept", "application/json");
        let response = self.client.call(&request, &self.auth, &refusal).await?;
        parse(&request, &response)
    }

    /// Reads a list in one piece. What has no identifier is kept, so that it is counted as unreadable later.
    async fn read(
        &self,
        method: &str,
        id_field: &'static str,
        parameters: &[(&str, String)],
        order: Order,
    ) -> Result<(Gathered, Proof), SourceError> {
        let mut gathered = Gathered {
            id_field,
            fingerprints: RunHasher::default(),
            ids: IdSet::default(),
            records: Vec::new(),
            pages: 0,
        };
        let (size, concurrency) = (u64::from(self.page_size), self.client.concurrency());
        let plan = Plan { size, concurrency, order, if_stuck: None };
        let proof = paging::by_offset(&mut gathered, plan, |offset, count| async move {
            let mut query = parameters.to_vec();
            query.extend([("count", count.to_string()), ("offset", offset.to_string())]);
            let body = self.call(method, &query).await?;
            Ok(Page { records: body.result, total: Some(Total::Records(body.total_count)) })
        })
        .await?;
        Ok((gathered, proof))
    }

    /// All applications; without one of them, its users would be missed. They are few: one page, as a rule.
    async fn find_applications(&self) -> Result<Vec<Application>, SourceError> {
        let (gathered, proof) = self.read("GetApplications", "application_id", &[], Order::OldestFirst).await?;
        if let Proof::Incomplete { reason, .. } = proof {
            return Err(SourceError::Protocol(format!("the list of applications isn't whole: {reason}")));
        }
        let read = |record: &RawValue| {
            serde_json::from_str(record.get()).map_err(|error| {
                SourceError::Protocol(format!("an application can't be read: {error}; expected application_id"))
            })
        };
        let applications: Vec<Application> =
            gathered.records.iter().map(|record| read(record)).collect::<Result<_, _>>()?;
        match &self.applications {
            Applications::All => Ok(applications),
            Applications::Ids(ids) => ids.iter().map(|id| chosen(*id, &applications)).collect(),
        }
    }

    /// One application's users.
    async fn read_application(&self, application: &Application) -> Result<(Gathered, Proof), SourceError> {
        let parameters = [
            ("application_id", application.application_id.to_string()),
            ("order_by", "user_id".to_owned()),
            ("return_live_balance", "false".to_owned()),
        ];
        self.read("GetUsers", "user_id", &parameters, Order::OldestFirst).await
    }

    async fn walk(&self, collector: &mut Collector<'_>) -> Result<Proof, SourceError> {
        let applications = self.find_applications().await?;
        let mut users = Users::default();
        let mut contradictions = Vec::new();
        let count = applications.len();
        let mut readings = stream::iter(applications)
            .map(|application| async move {
                let reading = self.read_application(&application).await;
                (application.name(), reading)
            })
            .buffered(self.client.concurrency());
        let mut broken = None;
        while let Some((name, reading)) = readings.next().await {
            let (gathered, proof) = match reading {
                Ok(reading) => reading,
                Err(error) => {
                    broken = Some(error);
                    break;
                }
            };
            collector.count_pages(gathered.pages);
            users.add(gathered.records, &name);
            if let Proof::Incomplete { reason, .. } = proof {
                contradictions.push(format!("application {name}: {reason}"));
            }
        }
        let distinct = users.order.len() as u64;
        let shared = users.received - distinct;
        if shared > 0 && contradictions.is_empty() {
            collector.warn(format!(
                "{count} applications hold {distinct} users; {shared} of the entries are a user's further applications"
            ));
        }
        let records = users.order.into_iter().map(User::into_record).collect::<Result<_, _>>()?;
        collector.records(&Page { records, total: Some(Total::Records(distinct)) })?;
        if let Some(error) = broken {
            return Err(error);
        }
        let declared = Some(distinct);
        Ok(if contradictions.is_empty() {
            Proof::Complete { declared }
        } else {
            Proof::Incomplete { declared: None, reason: contradictions.join("; ") }
        })
    }
}

impl Application {
    fn name(&self) -> String {
        match self.application_name.as_str() {
            "" => self.application_id.to_string(),
            name => name.to_owned(),
        }
    }
}

/// The application that the configuration names.
fn chosen(id: u64, applications: &[Application]) -> Result<Application, SourceError> {
    let known = applications.iter().find(|application| application.application_id == id);
    known.cloned().ok_or_else(|| SourceError::Protocol(format!("there is no application {id}; correct `applications`")))
}

impl Connector for Voximplant {
    fn list<'a>(&'a self, collector: &'a mut Collector<'_>) -> BoxFuture<'a, Result<Proof, SourceError>> {
        Box::pin(self.walk(collector))
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), SourceError>> {
        Box::pin(async {
            let one = [("count", "1".to_owned()), ("offset", "0".to_owned())];
            self.call("GetApplications", &one).await.map(drop)
        })
    }

    fn client(&self) -> Option<&Client> {
        Some(&self.client)
    }

    fn request(&self) -> String {
        format!("POST {}platform_api/GetUsers, for each application, count={}", self.base_url, self.page_size)
    }
}
