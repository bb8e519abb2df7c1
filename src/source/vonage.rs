//! Vonage Contact Center, User Admin API v4: `GET /useradmin/users`. Always with `include=All`: the default
//! hides archived users. Its own pages contradict each other on whether the first page is 0 or 1.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use super::collector::Collector;
use super::paging::{self, Intake, Order, Page, Plan, Total};
use super::record::{Decoded, Record, RecordError};
use super::{Connector, Decoder, Proof, SourceError};
use crate::http::{Client, OAuth2, Refusal, Request, Response, Usage};
use crate::model::{Account, AccountStatus, Fact, FactName, Json};

/// Vendor page, "limit": maximum of 5000.
pub(super) const MAX_PAGE_SIZE: u32 = 5000;

/// Mandatory; without it the vendor answers 400.
const ACCEPT: &str = "application/vnd.newvoicemedia.v4+json";

/// The scope that reads users and no more.
pub(super) const SCOPE: &str = "users:read";

/// From a contact-centre user to an account.
#[derive(Debug)]
pub(super) struct VonageDecoder;

impl Decoder for VonageDecoder {
    fn exposes(&self) -> &'static [FactName] {
        use FactName::{
            DisplayName, Email, ExternalId, LastLoginAt, Licensed, Linked, Locked, Roles, Status, Username,
        };
        &[ExternalId, Email, Username, DisplayName, Status, Locked, Licensed, Roles, LastLoginAt, Linked]
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
pub(super) struct Vonage {
    client: Client,
    auth: OAuth2,
    url: Url,
    page_size: u32,
}

impl Vonage {
    pub(super) fn new(client: Client, base_url: &Url, auth: OAuth2, page_size: u32) -> Self {
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
        let body: Body = super::parse(&request, &response)?;
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

    fn usage(&self) -> Usage {
        self.client.usage()
    }

    fn request(&self) -> String {
        format!("GET {}?include=All&limit={}", self.url, self.page_size)
    }

    fn deadline(&self) -> Duration {
        self.client.deadline()
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
