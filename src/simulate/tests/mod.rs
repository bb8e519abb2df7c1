//! Tests of the simulators over real HTTP, and of the world for itself. That an audit finds in it what its scenarios
//! say is tested where there are audits, in tests/it/pipeline.

mod over_http;
mod voximplant;
mod world;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use reqwest::{Client, RequestBuilder};
use serde_json::Value;

use super::{Behaviour, ServeOptions, Simulators, Vendor, World, WorldOptions};

pub(super) const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();

pub(super) fn world(accounts: u32) -> Arc<World> {
    Arc::new(World::new(WorldOptions { accounts, seed: 7, today: TODAY }))
}

/// One vendor of a small organisation.
pub(super) async fn serve(vendor: Vendor, behaviour: Behaviour) -> Simulators {
    Simulators::start(world(2400), &ServeOptions::only(vendor, behaviour)).await.unwrap()
}

pub(super) fn url(simulators: &Simulators, vendor: Vendor, path: &str) -> String {
    format!("{}{path}", simulators.base_url(vendor).unwrap())
}

pub(super) fn client() -> Client {
    // Only the first test of the process can install it.
    rustls::crypto::ring::default_provider().install_default().ok();
    Client::builder().no_proxy().build().unwrap()
}

/// Status, headers and JSON of an answer.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Value,
}

pub(super) async fn ask(request: RequestBuilder) -> Answer {
    let mut response = request.send().await.unwrap();
    let header = |(name, value): (&reqwest::header::HeaderName, &reqwest::header::HeaderValue)| {
        (name.to_string(), value.to_str().unwrap().to_owned())
    };
    let headers = response.headers().iter().map(header).collect();
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.unwrap() {
        bytes.extend_from_slice(&chunk);
    }
    Answer { status: response.status().as_u16(), headers, body: serde_json::from_slice(&bytes).unwrap_or_default() }
}
