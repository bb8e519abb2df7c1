//! Runs the simulators: one HTTP server per vendor on a port of its own, and what all of them do alike before a
//! request reaches the vendor's own code.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use chrono::NaiveDate;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::account::{Account, Accounts};
use super::behaviour::{Answered, Arrival, Behaviour, Fault, FaultHook, Rewrite};
use super::vendors::{Refused, Tenant, Vendor};
use super::{Secrets, World};

/// A request body longer than this is no request for a list of users.
const MAX_BODY: usize = 64 * 1024;

/// What to serve.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// Address of the first vendor; the others take the ports after it. Ports that happen to be free on loopback
    /// without it.
    pub listen: Option<SocketAddr>,
    /// The vendors, and how each behaves.
    pub vendors: BTreeMap<Vendor, Behaviour>,
}

impl ServeOptions {
    /// All vendors with the same behaviour, on free ports of loopback.
    pub fn all(behaviour: &Behaviour) -> Self {
        Self { listen: None, vendors: Vendor::ALL.map(|vendor| (vendor, behaviour.clone())).into() }
    }

    /// One vendor, on a free port of loopback.
    pub fn only(vendor: Vendor, behaviour: Behaviour) -> Self {
        Self { listen: None, vendors: BTreeMap::from([(vendor, behaviour)]) }
    }
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self::all(&Behaviour::default())
    }
}

/// The accounts of a world at one vendor.
#[derive(Debug)]
struct AtVendor {
    world: Arc<World>,
    vendor: Vendor,
}

impl Accounts for AtVendor {
    fn count(&self) -> u32 {
        self.world.accounts(self.vendor)
    }

    fn account(&self, number: u32) -> Option<Account> {
        self.world.account(self.vendor, number)
    }

    fn identifier(&self, number: u32) -> u64 {
        self.world.identifier(self.vendor, number)
    }

    fn today(&self) -> NaiveDate {
        self.world.options().today
    }

    fn seed(&self) -> u64 {
        self.world.options().seed
    }
}

/// How much a simulator was used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Requests seen.
    pub requests: u64,
    /// Requests turned away for want of valid credentials.
    pub refused: u64,
}

/// The running simulators. Dropping them stops all.
#[derive(Debug)]
pub struct Simulators {
    running: BTreeMap<Vendor, Running>,
    secrets: Secrets,
}

#[derive(Debug)]
struct Running {
    address: SocketAddr,
    door: Arc<Door>,
    /// Dropping the sender is the signal to stop.
    server: Option<(oneshot::Sender<()>, JoinHandle<io::Result<()>>)>,
}

impl Simulators {
    /// Starts the simulators. When it returns, all of them listen.
    pub async fn start(world: Arc<World>, options: &ServeOptions) -> io::Result<Self> {
        let secrets = Secrets::new(world.options().seed);
        let mut running = BTreeMap::new();
        for (position, (vendor, behaviour)) in (0..).zip(&options.vendors) {
            let listener = TcpListener::bind(address(options.listen, position)).await?;
            let accounts = AtVendor { world: Arc::clone(&world), vendor: *vendor };
            let tenant = Tenant::new(Box::new(accounts), secrets.clone(), behaviour.leeway());
            let router = (vendor.spec().router)(tenant)?;
            running.insert(*vendor, Running::start(listener, *vendor, behaviour, router)?);
        }
        Ok(Self { running, secrets })
    }

    /// The address of a vendor, without a slash at the end; `None` if it isn't among those that were started.
    pub fn base_url(&self, vendor: Vendor) -> Option<String> {
        self.running.get(&vendor).map(|running| format!("http://{}", running.address))
    }

    /// The vendors that were started.
    pub fn vendors(&self) -> Vec<Vendor> {
        self.running.keys().copied().collect()
    }

    /// The credentials that the simulators accept.
    pub const fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// How much a vendor was used so far.
    pub fn usage(&self, vendor: Vendor) -> Usage {
        self.running.get(&vendor).map_or_else(Usage::default, |running| running.door.usage())
    }

    /// Requests that a vendor has seen so far.
    pub fn requests(&self, vendor: Vendor) -> u64 {
        self.usage(vendor).requests
    }

    /// Stops a vendor: answers what it is answering, then refuses connections.
    pub async fn stop(&mut self, vendor: Vendor) {
        if let Some((signal, task)) = self.running.get_mut(&vendor).and_then(|running| running.server.take()) {
            drop(signal);
            // An aborted or failed server is a stopped one, too.
            task.await.ok();
        }
    }
}

fn address(listen: Option<SocketAddr>, position: u16) -> SocketAddr {
    let mut address = listen.unwrap_or_else(|| (Ipv4Addr::LOCALHOST, 0).into());
    if address.port() != 0 {
        address.set_port(address.port().saturating_add(position));
    }
    address
}

impl Running {
    fn start(listener: TcpListener, vendor: Vendor, behaviour: &Behaviour, router: Router) -> io::Result<Self> {
        let door = Arc::new(Door {
            vendor,
            latency: behaviour.latency,
            faults: behaviour.faults.clone(),
            first: Mutex::default(),
            requests: AtomicU64::new(0),
            refused: AtomicU64::new(0),
        });
        let address = listener.local_addr()?;
        let router = router.layer(from_fn_with_state(Arc::clone(&door), pass_door));
        let (signal, stopped) = oneshot::channel::<()>();
        let server = axum::serve(listener, router).with_graceful_shutdown(async {
            // The sender is never used, only dropped.
            stopped.await.ok();
        });
        Ok(Self { address, door, server: Some((signal, tokio::spawn(server.into_future()))) })
    }
}

/// What every request passes before the vendor's own code: counting, waiting, faults.
struct Door {
    vendor: Vendor,
    latency: Duration,
    faults: Option<FaultHook>,
    /// The first answer for each list, for faults that repeat it.
    first: Mutex<HashMap<String, Bytes>>,
    requests: AtomicU64,
    refused: AtomicU64,
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door").field("usage", &self.usage()).finish_non_exhaustive()
    }
}

impl Door {
    fn usage(&self) -> Usage {
        Usage { requests: self.requests.load(Ordering::Relaxed), refused: self.refused.load(Ordering::Relaxed) }
    }

    fn fault(&self, number: u64, head: &axum::http::request::Parts, body: &[u8]) -> Fault {
        let arrival = Arrival { vendor: self.vendor, number, path: head.uri.path(), headers: &head.headers, body };
        self.faults.as_ref().map_or(Fault::None, |decide| decide(&arrival))
    }
}

impl Door {
    async fn rewritten(&self, response: Response, list: String, rewrite: Rewrite) -> Response {
        let (head, body) = response.into_parts();
        let Ok(body) = to_bytes(body, usize::MAX).await else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let first = {
            let mut known = self.first.lock().unwrap_or_else(PoisonError::into_inner);
            known.entry(list).or_insert_with(|| body.clone()).clone()
        };
        rewrite(Answered { head, body: body.to_vec(), first: Some(first) })
    }
}

async fn pass_door(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    let number = door.requests.fetch_add(1, Ordering::Relaxed) + 1;
    if !door.latency.is_zero() {
        tokio::time::sleep(door.latency).await;
    }
    // Reads the body even of a GET: one of the official clients sends it, and what stays unread breaks keep-alive.
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let fault = door.fault(number, &head, &body);
    if let Fault::Answer(response) = fault {
        return *response;
    }
    let list = list_name(&head.uri);
    let response = next.run(Request::from_parts(head, Body::from(body))).await;
    if response.extensions().get::<Refused>().is_some() {
        door.refused.fetch_add(1, Ordering::Relaxed);
    }
    match fault {
        Fault::Rewrite(rewrite) => door.rewritten(response, list, rewrite).await,
        _ if door.faults.is_some() => door.rewritten(response, list, Box::new(Answered::into_response)).await,
        _ => response,
    }
}

/// What is listed: the path, and at Voximplant the application.
fn list_name(uri: &axum::http::Uri) -> String {
    let pairs = uri.query().unwrap_or_default().split('&');
    let application = pairs.filter(|pair| pair.starts_with("application_id=")).collect::<String>();
    format!("{}?{application}", uri.path())
}
