//! How a SCIM server is asked for all its users (RFC 7644).

use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::BoxFuture;
use url::Url;

use super::answer::{ListResponse, ServiceProviderConfig, refusal};
use crate::base::text::{counted, grouped};
use crate::fetch::paging::{self, CursorPage, Intake, Order, Page, Plan, Total};
use crate::fetch::{Collector, Connector, Proof, SourceError, parse};
use crate::http::{Authorize, Cause, Client, HttpError, Request, Response};
use crate::vendor::PageSize;

/// Most servers serve no more at a time, and none has to: the RFC lets them cap without saying so.
const USUAL_PAGE_SIZE: u32 = 100;

/// What is said of a server to which `startIndex` means nothing.
const STUCK: &str = "the server has its first page for every startIndex, or none for another, so nothing shows that there \
                     aren't more accounts; if it sends the whole list in one answer, say so: paging = \"none\" with \
                     expect_min";

/// RFC 7644, 8.1.
const MEDIA_TYPE: &str = "application/scim+json";

/// What servers want to be asked for that don't know it.
const PLAIN_MEDIA_TYPE: &str = "application/json";

/// Filters by which a server is asked again: whom they show the list has to have, too. Every user has a `userName`; a list
/// without filter is where servers leave out who was switched off, or whom another connection has provisioned.
const FILTERS: [&str; 2] = ["userName pr", "active eq false"];

/// One service provider.
pub(super) struct Scim {
    client: Client,
    auth: Box<dyn Authorize>,
    base_url: Url,
    page_size: PageSize,
    /// Whoever configured it says that the list comes in one answer.
    in_one_answer: bool,
    /// The server has refused SCIM's own media type.
    wants_plain_json: AtomicBool,
}

impl Scim {
    pub(super) fn new(
        client: Client,
        base_url: &Url,
        auth: Box<dyn Authorize>,
        page_size: PageSize,
        in_one_answer: bool,
    ) -> Self {
        let base_url = base_url.clone();
        Self { client, auth, base_url, page_size, in_one_answer, wants_plain_json: AtomicBool::new(false) }
    }

    /// Users to ask for at a time; `None` leaves it to the server.
    const fn size(&self) -> Option<u32> {
        match self.page_size {
            PageSize::Usual => Some(USUAL_PAGE_SIZE),
            PageSize::Of(size) => Some(size.get()),
            PageSize::Servers => None,
        }
    }

    /// The parameter that asks for this many users, where the server can be told.
    fn count(&self, users: u64) -> Option<(&'static str, String)> {
        self.size().map(|_| ("count", users.to_string()))
    }

    async fn get(&self, endpoint: &str, parameters: &[(&str, String)]) -> Result<(Request, Response), SourceError> {
        let mut url = self.base_url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(endpoint);
        }
        if !parameters.is_empty() {
            url.query_pairs_mut().extend_pairs(parameters);
        }
        let plain = self.wants_plain_json.load(Ordering::Relaxed);
        match self.accept(&url, if plain { PLAIN_MEDIA_TYPE } else { MEDIA_TYPE }).await {
            Err(error) if error.status() == Some(406) && !plain => {
                let answer = self.accept(&url, PLAIN_MEDIA_TYPE).await?;
                self.wants_plain_json.store(true, Ordering::Relaxed);
                Ok(answer)
            }
            answer => answer,
        }
    }

    async fn accept(&self, url: &Url, media_type: &str) -> Result<(Request, Response), SourceError> {
        let request = Request::get(url.clone()).header("accept", media_type);
        let response = self.client.call(&request, self.auth.as_ref(), &refusal).await?;
        Ok((request, response))
    }

    /// A server that doesn't describe itself is asked in the way that all of them know.
    async fn features(&self) -> Result<ServiceProviderConfig, SourceError> {
        match self.get("ServiceProviderConfig", &[]).await {
            Ok((_, response)) => Ok(ServiceProviderConfig::read(&response.body)),
            Err(error) if matches!(error.status(), Some(400 | 403..=499 | 501)) => Ok(ServiceProviderConfig::default()),
            Err(error) => Err(error),
        }
    }

    async fn users(&self, parameters: &[(&str, String)]) -> Result<CursorPage, SourceError> {
        let (request, response) = self.get("Users", parameters).await?;
        list(&request, &response)
    }

    /// By index, which counts from 1; in the order of creation where the server can sort, so that new users land
    /// on the last page.
    async fn users_at(&self, offset: u64, count: u64, sorted: bool) -> Result<Page, SourceError> {
        const NO_CONTENT: u16 = 204;
        let mut parameters = vec![("startIndex", (offset + 1).to_string())];
        parameters.extend(self.count(count));
        if sorted {
            parameters.extend([("sortBy", "meta.created".to_owned()), ("sortOrder", "ascending".to_owned())]);
        }
        let (request, response) = self.get("Users", &parameters).await.map_err(|error| self.advised(error, offset))?;
        if offset > 0 && response.status == NO_CONTENT {
            return Ok(Page { records: Vec::new(), total: None });
        }
        Ok(list(&request, &response)?.0)
    }

    /// A first request that is refused has a parameter that not every server takes.
    fn advised(&self, error: SourceError, offset: u64) -> SourceError {
        match error.status() {
            Some(400 | 422 | 501) if offset == 0 && self.size().is_some() => {
                let advice = "if the server takes no count, set page_size = \"server\"";
                SourceError::Protocol(format!("{error}; {advice}"))
            }
            _ => error,
        }
    }

    /// By cursor. An empty one asks for the first page.
    async fn users_after(&self, cursor: Option<String>) -> Result<CursorPage, SourceError> {
        let mut parameters = vec![("cursor", cursor.unwrap_or_default())];
        parameters.extend(self.size().and_then(|size| self.count(u64::from(size))));
        self.users(&parameters).await
    }

    /// All that the server sends when it is asked for no page.
    async fn users_at_once(&self) -> Result<CursorPage, SourceError> {
        let count = match self.page_size {
            PageSize::Of(size) => self.count(u64::from(size.get())),
            PageSize::Usual | PageSize::Servers => None,
        };
        self.users(count.as_slice()).await
    }

    async fn read(&self, collector: &mut Collector<'_>) -> Result<Proof, SourceError> {
        if self.in_one_answer {
            return paging::in_one_answer(collector, &self.users_at_once().await?);
        }
        let features = self.features().await?;
        let proof = self.read_list(collector, features).await?;
        match proof {
            Proof::Complete { declared } | Proof::Unconfirmed { declared } if features.filters => {
                let left_out = self.left_out(collector, declared).await;
                Ok(left_out.map_or(proof, |reason| Proof::Incomplete { declared, reason }))
            }
            proof => Ok(proof),
        }
    }

    async fn read_list(
        &self,
        collector: &mut Collector<'_>,
        features: ServiceProviderConfig,
    ) -> Result<Proof, SourceError> {
        if features.has_cursors {
            return paging::by_cursor(collector, |cursor| self.users_after(cursor)).await;
        }
        let sorted = features.sorts;
        let order = if sorted { Order::OldestFirst } else { Order::Unknown };
        let (size, concurrency) = (u64::from(self.size().unwrap_or_default()), self.client.concurrency());
        let plan = Plan { size, concurrency, order, if_stuck: Some(STUCK) };
        paging::by_offset(collector, plan, |offset, count| self.users_at(offset, count, sorted)).await
    }

    /// What shows that the list without a filter isn't the list of all. A filter that the server doesn't know after all, or
    /// takes no notice of, shows nothing.
    async fn left_out(&self, collector: &Collector<'_>, declared: Option<u64>) -> Option<String> {
        let known = declared.unwrap_or_else(|| collector.distinct());
        for filter in FILTERS {
            let mut parameters = vec![("filter", filter.to_owned())];
            parameters.extend(self.count(1));
            let Ok((page, _)) = self.users(&parameters).await else { continue };
            let total = match page.total {
                Some(Total::Records(total)) => total,
                _ => 0,
            };
            let unknown = collector.ids(&page).into_iter().flatten().any(|id| !collector.knows(id));
            let shown = if total > known { grouped(total) } else { "another one".to_owned() };
            if total > known || unknown {
                let known = counted(known, "account", "accounts");
                return Some(format!(
                    "the list has {known}, and asked for `{filter}` the server has {shown}: it shows this client a part of \
                     its users only, such as those that one connection has provisioned; give it a credential that may see all"
                ));
            }
        }
        None
    }
}

fn list(request: &Request, response: &Response) -> Result<CursorPage, SourceError> {
    let list: ListResponse = parse(request, response)?;
    if !list.is_list() {
        let found = format!("neither Resources nor totalResults; the body is {}", response.excerpt());
        return Err(HttpError::new(request, Cause::Unexpected { status: response.status, found }).into());
    }
    let records = list.resources.unwrap_or_default();
    Ok((Page { records, total: list.total_results.map(Total::Records) }, list.next_cursor))
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
        match self.size().filter(|_| !self.in_one_answer) {
            Some(count) => format!("{users}?count={count}"),
            None => users,
        }
    }
}
