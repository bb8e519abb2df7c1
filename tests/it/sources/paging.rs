//! However a list changes while it is read: nobody who was in it all the time is missing from a list that is
//! reported as complete. Each vendor's connector against arbitrary histories, over real HTTP.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use axum::response::Response;
use headcount::model::SourceStatus;
use headcount::simulate::Secrets;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::source::Source;
use crate::support::stub::{Seen, Stub, json as answer};

/// What happens to a list before a request is answered.
#[derive(Debug, Clone)]
enum Event {
    Delete(usize),
    Append,
    Insert(usize),
    Shuffle(usize),
    /// A user is counted but not shown from now on.
    Hide(usize),
    /// A user is shown twice from now on.
    Repeat(usize),
}

/// A list and its fate.
#[derive(Debug, Clone)]
struct History {
    users: u64,
    size: u32,
    cap: u64,
    concurrency: usize,
    /// Before which request what happens.
    events: Vec<(usize, Event)>,
}

#[derive(Debug)]
struct World {
    list: Vec<u64>,
    hidden: BTreeSet<u64>,
    next: u64,
    requests: usize,
    /// Users who have been there all the time.
    constant: BTreeSet<u64>,
    events: Vec<(usize, Event)>,
}

impl World {
    fn new(history: &History) -> Self {
        let list: Vec<u64> = (1..=history.users).collect();
        Self {
            constant: list.iter().copied().collect(),
            next: history.users + 1,
            list,
            hidden: BTreeSet::new(),
            requests: 0,
            events: history.events.clone(),
        }
    }

    /// One more request arrives: what was to happen before it happens.
    fn tick(&mut self) {
        let now = self.requests;
        self.requests += 1;
        for (_, event) in self.events.clone().into_iter().filter(|(when, _)| *when == now) {
            self.happen(&event);
        }
    }

    fn happen(&mut self, event: &Event) {
        let some = |index: &usize, list: &[u64]| (!list.is_empty()).then(|| index % list.len());
        match event {
            Event::Append => self.list.push(self.next),
            Event::Insert(index) => self.list.insert(index % (self.list.len() + 1), self.next),
            Event::Delete(index) => {
                if let Some(at) = some(index, &self.list) {
                    let user = self.list.remove(at);
                    self.list.retain(|other| *other != user);
                    self.constant.remove(&user);
                }
            }
            Event::Shuffle(index) => {
                if let Some(at) = some(index, &self.list) {
                    self.list.rotate_left(at);
                    self.list.reverse();
                    let half = self.list.len() / 2;
                    self.list.swap(0, half);
                }
            }
            Event::Hide(index) => self.hidden.extend(some(index, &self.list).map(|at| self.list[at])),
            Event::Repeat(index) => {
                if let Some(at) = some(index, &self.list) {
                    self.list.insert(at, self.list[at]);
                }
            }
        }
        self.next += 1;
    }

    fn page(&self, offset: usize, limit: usize) -> Vec<u64> {
        let page = self.list.iter().skip(offset).take(limit);
        page.filter(|user| !self.hidden.contains(user)).copied().collect()
    }
}

/// A vendor, and how it would answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Vendor {
    Voxmind,
    Voximplant,
    Voiso,
    CognigyBySkip,
    CognigyByCursor,
    Vonage,
    ScimByIndex,
    ScimByCursor,
}

impl Vendor {
    /// Whether the vendor is asked for an order that new users don't disturb.
    fn is_ordered(self) -> bool {
        !matches!(self, Self::Voiso | Self::Vonage | Self::ScimByIndex)
    }

    fn source(self, url: &str) -> Source {
        let secrets = Secrets::new(7);
        let new = |vendor, lines: &str, files: &[(&str, &str)]| Source::new(vendor, url, lines, files);
        match self {
            Self::Voxmind => new("voxmind", "organisation = 42\ntoken = \"file:t\"", &[("t", "secret-token")]),
            Self::Voximplant => {
                let credentials = secrets.voximplant_credentials().to_string();
                new("voximplant", "credentials = \"file:c\"", &[("c", &credentials)])
            }
            Self::Voiso => new("voiso", "api_key = \"file:k\"", &[("k", "secret-key")]),
            Self::CognigyBySkip => new("cognigy", "api_key = \"file:k\"", &[("k", "secret-key")]),
            Self::CognigyByCursor => new("cognigy", "api_key = \"file:k\"\ndetails = true", &[("k", "secret-key")]),
            Self::ScimByIndex | Self::ScimByCursor => new("scim", "token = \"file:t\"", &[("t", "secret-token")]),
            Self::Vonage => {
                let lines = format!("token_url = \"{url}/token\"\nclient_id = \"file:k\"\nclient_secret = \"file:k\"");
                new("vonage-contact-center", &lines, &[("k", "secret-key")])
            }
        }
    }

    fn answer(self, seen: &Seen, cap: usize, world: &mut World) -> Response {
        if seen.path == "/token" {
            return answer(200, &json!({"access_token": "secret-token", "expires_in": 7200}));
        }
        if seen.path.contains("GetApplications") {
            let one = if seen.number("offset") == 0 { json!([{"application_id": 1}]) } else { json!([]) };
            return answer(200, &json!({"result": one, "total_count": 1}));
        }
        if seen.path.starts_with("/new/v2.0/users/") {
            return answer(200, &json!({}));
        }
        if seen.path == "/ServiceProviderConfig" {
            return answer(200, &json!({"pagination": {"cursor": self == Self::ScimByCursor}}));
        }
        world.tick();
        let total = world.list.len();
        let rows = |name: &str, users: &[u64]| -> Vec<Value> { users.iter().map(|user| json!({name: user})).collect() };
        match self {
            Self::Voxmind => {
                let size = seen.number("per_page").min(cap);
                let users = rows("id", &world.page((seen.number("page") - 1) * size, size));
                let mut response = answer(200, &json!({"results": users}));
                response.headers_mut().insert("x-total-pages", total.div_ceil(size).to_string().parse().unwrap());
                response
            }
            Self::Vonage => {
                if seen.number("page") == 0 {
                    return answer(400, &json!({"message": "pages count from 1"}));
                }
                let size = seen.number("limit").min(cap);
                let users = rows("userId", &world.page((seen.number("page") - 1) * size, size));
                answer(200, &json!({"users": users, "meta": {"totalCount": total, "pageCount": 0}}))
            }
            Self::Voiso => {
                let users = rows("id", &world.page(seen.number("offset"), seen.number("limit").min(cap)));
                answer(200, &json!({"users": users, "metadata": {"total": total}}))
            }
            Self::Voximplant => {
                let users = rows("user_id", &world.page(seen.number("offset"), seen.number("count").min(cap)));
                answer(200, &json!({"result": users, "total_count": total}))
            }
            Self::ScimByIndex => {
                let (start, count) = (seen.number("startIndex"), seen.number("count").min(cap));
                let users = rows("id", &world.page(start - 1, count));
                answer(200, &json!({"Resources": users, "totalResults": total}))
            }
            Self::ScimByCursor => {
                let after: u64 = seen.query["cursor"].parse().unwrap_or(0);
                let offset = world.list.iter().position(|user| *user > after).unwrap_or(total);
                let count = seen.number("count").min(cap);
                let next = world.list.get(offset + count - 1).filter(|_| offset + count < total);
                let users = rows("id", &world.page(offset, count));
                answer(200, &json!({"Resources": users, "nextCursor": next.map(ToString::to_string)}))
            }
            Self::CognigyBySkip | Self::CognigyByCursor => {
                let after = seen.number("next") as u64;
                let from = world.list.iter().position(|user| *user > after).unwrap_or(total);
                let offset = if after > 0 { from } else { seen.number("skip") };
                let limit = seen.number("limit").min(cap);
                let next = world.list.get(offset + limit - 1);
                let next = next.filter(|_| offset + limit < total).map(ToString::to_string);
                let users = rows("_id", &world.page(offset, limit));
                answer(200, &json!({"items": users, "total": total, "nextCursor": next}))
            }
        }
    }
}

/// Fetches the list through the vendor's connector while its history happens.
fn run(vendor: Vendor, history: &History) -> Result<SourceStatus, TestCaseError> {
    let world = Arc::new(Mutex::new(World::new(history)));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let fetched = runtime.block_on(async {
        let (served, cap) = (Arc::clone(&world), usize::try_from(history.cap).unwrap());
        let stub = Stub::start(move |seen, _| vendor.answer(seen, cap, &mut served.lock().unwrap())).await;
        vendor.source(&stub.url).page_size(history.size).concurrency(history.concurrency).fetch().await
    });
    let status = fetched.certificate.status;
    if status == SourceStatus::Complete {
        let got: BTreeSet<u64> = fetched.accounts.iter().map(|account| account.id.parse().unwrap()).collect();
        let lost: Vec<_> = world.lock().unwrap().constant.difference(&got).copied().collect();
        prop_assert!(lost.is_empty(), "{lost:?} lost; {:#?}", fetched.certificate);
    } else {
        prop_assert!(fetched.certificate.error.is_some());
    }
    Ok(status)
}

fn history(vendor: Vendor) -> impl Strategy<Value = History> {
    let index = 0_usize..100;
    // Voxmind counts pages and not users, and cursors need no total: nothing can tell that somebody is hidden.
    let hide = u32::from(!matches!(vendor, Vendor::Voxmind | Vendor::ScimByCursor));
    let anywhere = if vendor.is_ordered() { 0 } else { 3 };
    let event = prop_oneof![
        4 => index.clone().prop_map(Event::Delete),
        4 => Just(Event::Append),
        anywhere => index.clone().prop_map(Event::Insert),
        anywhere => index.clone().prop_map(Event::Shuffle),
        hide => index.clone().prop_map(Event::Hide),
        1 => index.clone().prop_map(Event::Repeat),
    ];
    let events = proptest::collection::vec((0_usize..14, event), 0..5);
    // Most deletions are followed by an addition, so that the total stays.
    let pairs = proptest::collection::vec((0_usize..14, index), 0..3).prop_map(|pairs| {
        let pair = |(when, index)| [(when, Event::Delete(index)), (when, Event::Append)];
        pairs.into_iter().flat_map(pair).collect::<Vec<_>>()
    });
    (0_u64..13, 1_u32..5, 1_u64..5, 1_usize..4, events, pairs).prop_map(
        |(users, size, cap, concurrency, mut events, pairs)| {
            events.extend(pairs);
            History { users, size, cap, concurrency, events }
        },
    )
}

/// Many histories; a vendor that is never complete would hold trivially, so some have to be.
fn holds(vendor: Vendor) {
    const CASES: u32 = 100;
    let mut runner = proptest::test_runner::TestRunner::new_with_rng(
        ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() },
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let complete = std::cell::Cell::new(0);
    let outcome = runner.run(&history(vendor), |history| {
        complete.set(complete.get() + u32::from(run(vendor, &history)? == SourceStatus::Complete));
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{vendor:?}: {error}");
    }
    assert!(complete.get() > CASES / 10, "{vendor:?}: only {} of {CASES} complete", complete.get());
}

#[test]
fn voxmind_loses_nobody() {
    holds(Vendor::Voxmind);
}

#[test]
fn voximplant_loses_nobody() {
    holds(Vendor::Voximplant);
}

#[test]
fn voiso_loses_nobody() {
    holds(Vendor::Voiso);
}

#[test]
fn cognigy_loses_nobody_by_skip() {
    holds(Vendor::CognigyBySkip);
}

#[test]
fn cognigy_loses_nobody_by_cursor() {
    holds(Vendor::CognigyByCursor);
}

#[test]
fn vonage_loses_nobody() {
    holds(Vendor::Vonage);
}

#[test]
fn scim_loses_nobody_by_index() {
    holds(Vendor::ScimByIndex);
}

#[test]
fn scim_loses_nobody_by_cursor() {
    holds(Vendor::ScimByCursor);
}

#[test]
fn one_user_leaves_and_another_comes_between_two_pages() {
    // The total stays, and the first user of a later page slips to the page before. Another reading finds it,
    // unless the change falls into the second of the readings that a list without an order needs.
    for vendor in [Vendor::Voxmind, Vendor::Voximplant, Vendor::CognigyBySkip, Vendor::Voiso, Vendor::Vonage] {
        for when in 1..8 {
            let events = vec![(when, Event::Delete(0)), (when, Event::Append)];
            let history = History { users: 9, size: 3, cap: 3, concurrency: 1, events };
            let status = run(vendor, &history).unwrap();
            assert!(status == SourceStatus::Complete || !vendor.is_ordered(), "{vendor:?} at {when}");
        }
    }
}

#[test]
fn as_many_come_as_leave_and_push_the_last_page_forward() {
    // User 2 stays and is skipped; the newcomer on its page makes up for it in every count. Only the last page
    // tells, when it is looked at again.
    for vendor in [Vendor::Voxmind, Vendor::Voximplant, Vendor::CognigyBySkip, Vendor::Voiso, Vendor::Vonage] {
        for when in 1..8 {
            let happens = [Event::Delete(0), Event::Delete(1), Event::Append, Event::Append];
            let events = happens.into_iter().map(|event| (when, event)).collect();
            let history = History { users: 3, size: 1, cap: 1, concurrency: 1, events };
            let status = run(vendor, &history).unwrap();
            assert!(status == SourceStatus::Complete || !vendor.is_ordered(), "{vendor:?} at {when}");
        }
    }
}

#[test]
fn two_readings_that_miss_the_same_user_do_not_agree() {
    // Twice the first user leaves and another comes between two pages, and user 4 slips to the page that was read
    // already. Both readings bring as many as are declared; only that they are not the same ones tells.
    let events = vec![
        (1, Event::Delete(0)),
        (1, Event::Append),
        (4, Event::Insert(2)),
        (4, Event::Delete(9)),
        (5, Event::Delete(0)),
        (5, Event::Append),
    ];
    let history = History { users: 9, size: 3, cap: 3, concurrency: 1, events };
    assert_eq!(run(Vendor::Voiso, &history).unwrap(), SourceStatus::Incomplete);
}
