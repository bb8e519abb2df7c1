//! How simulators behave where the vendors' documents leave room, and what goes wrong with a request.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::response::Parts;
use axum::response::Response;

use super::vendors::{Leeway, Vendor};

/// How one simulator behaves where the vendor's documents leave room.
#[derive(Clone, Default)]
pub struct Behaviour {
    /// A cap on page sizes that the server applies without saying so.
    pub max_page_size: Option<u32>,
    /// Waiting time before each answer.
    pub latency: Duration,
    /// Vonage: the first page is page 0.
    pub zero_based_pages: bool,
    /// How long OAuth tokens live, instead of the vendor's usual time.
    pub token_lifetime: Option<Duration>,
    /// Decides about each request whether something goes wrong.
    pub faults: Option<FaultHook>,
}

impl Behaviour {
    /// What concerns the vendor's own code.
    pub(super) const fn leeway(&self) -> Leeway {
        Leeway {
            max_page_size: self.max_page_size,
            zero_based_pages: self.zero_based_pages,
            token_lifetime: self.token_lifetime,
        }
    }
}

impl fmt::Debug for Behaviour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Behaviour")
            .field("max_page_size", &self.max_page_size)
            .field("latency", &self.latency)
            .field("zero_based_pages", &self.zero_based_pages)
            .field("token_lifetime", &self.token_lifetime)
            .field("faults", &self.faults.is_some())
            .finish()
    }
}

/// Decides what goes wrong with a request.
pub type FaultHook = Arc<dyn Fn(&Arrival<'_>) -> Fault + Send + Sync>;

/// A request at the door, as far as a decision about it needs to know it.
#[derive(Debug)]
pub struct Arrival<'a> {
    /// The simulator.
    pub vendor: Vendor,
    /// 1 for the first request that this simulator sees.
    pub number: u64,
    /// Path of the request.
    pub path: &'a str,
    /// Its headers, with the credentials.
    pub headers: &'a HeaderMap,
    /// Its body.
    pub body: &'a [u8],
}

/// What goes wrong with a request.
pub enum Fault {
    /// Nothing: the simulator answers.
    None,
    /// This is answered instead.
    Answer(Box<Response>),
    /// The simulator answers, and this is made of it.
    Rewrite(Rewrite),
}

/// Makes another answer of a good one.
pub type Rewrite = Box<dyn FnOnce(Answered) -> Response + Send>;

/// What the simulator would have answered.
#[derive(Debug)]
pub struct Answered {
    /// Status and headers.
    pub head: Parts,
    /// The whole body.
    pub body: Vec<u8>,
    /// The first body that was sent for the same list.
    pub first: Option<Bytes>,
}

impl Answered {
    /// The answer as it would have been.
    pub fn into_response(self) -> Response {
        Response::from_parts(self.head, Body::from(self.body))
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Answer(_) => "Answer(…)",
            Self::Rewrite(_) => "Rewrite(…)",
        })
    }
}
