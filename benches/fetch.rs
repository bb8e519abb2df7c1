//! Fetches a million users from the Voxmind simulator, in pages of 300, eight at a time, each answered after 50 ms:
//! `cargo bench --bench fetch [USERS]`. The network's own floor is pages × latency ÷ concurrency.
//!
//! The simulator is a process of its own, so that what is measured here is the fetching.

#![expect(clippy::print_stdout, reason = "a bench reports to people")]

use std::env;
use std::error::Error;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use headcount::config::Config;
use headcount::fetch::{self, Quiet};
use headcount::model::{SourceStatus, Timestamp};
use headcount::simulate::{Behaviour, Secrets, ServeOptions, Simulators, Vendor, World, WorldOptions};
use headcount::vendor::PageSize;

const SERVE: &str = "HEADCOUNT_BENCH_SERVE";
const LATENCY: Duration = Duration::from_millis(50);
const PAGE: u32 = 300;
const CONCURRENCY: u32 = 8;
/// Enough for the simulator to sort a million users.
const WARM_UP: Duration = Duration::from_secs(10);

fn main() -> Result<(), Box<dyn Error>> {
    if let Ok(users) = env::var(SERVE) {
        return serve(users.parse()?);
    }
    let users = env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    let mut simulator = Simulator::start(users)?;
    let outcome = measure(&simulator.url);
    simulator.process.kill()?;
    outcome
}

/// The simulator in a child process.
struct Simulator {
    process: Child,
    url: String,
}

impl Simulator {
    fn start(users: u32) -> Result<Self, Box<dyn Error>> {
        let mut process =
            Command::new(env::current_exe()?).env(SERVE, users.to_string()).stdout(Stdio::piped()).spawn()?;
        let mut url = String::new();
        let output = process.stdout.take().ok_or("no output")?;
        BufReader::new(output).read_line(&mut url)?;
        Ok(Self { process, url: url.trim().to_owned() })
    }
}

/// What the child process does: a world in which Voxmind has as many users as are wanted.
fn serve(users: u32) -> Result<(), Box<dyn Error>> {
    let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 20).ok_or("a date")?;
    let world = |accounts| World::new(WorldOptions { accounts, seed: 7, today });
    let share = f64::from(world(100_000).accounts(Vendor::Voxmind)) / 100_000.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of users")]
    let world = Arc::new(world((f64::from(users) / share) as u32));
    let behaviour = Behaviour { latency: LATENCY, ..Behaviour::default() };
    tokio::runtime::Runtime::new()?.block_on(async {
        let simulators = Simulators::start(world, &ServeOptions::only(Vendor::Voxmind, behaviour)).await?;
        println!("{}", simulators.base_url(Vendor::Voxmind).unwrap_or_default());
        io::stdout().flush()?;
        std::future::pending().await
    })
}

fn measure(url: &str) -> Result<(), Box<dyn Error>> {
    let secrets = tempfile::tempdir()?;
    std::fs::write(secrets.path().join("token"), Secrets::new(7).voxmind_token())?;
    let text = format!(
        "[hr]\nfile = \"hr.csv\"\n[[source]]\nname = \"voxmind\"\nvendor = \"voxmind\"\nbase_url = \"{url}\"\n\
         organisation = \"42\"\ntoken = \"file:token\"\n"
    );
    let mut config = Config::parse(&secrets.path().join("headcount.toml"), &text)
        .map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect::<String>())?;
    let mut source = config.sources.remove(0);
    source.connection.page_size = NonZeroU32::new(PAGE).map_or(PageSize::Usual, PageSize::Of);
    source.connection.concurrency = NonZeroUsize::new(CONCURRENCY as usize).ok_or("concurrency")?;
    let decoder = source.decoder();
    let clock = || Timestamp::UNIX_EPOCH;
    let runtime = tokio::runtime::Runtime::new()?;
    // The simulator sorts its list when it is first asked for; that isn't the network's time.
    let mut warm = source.clone();
    warm.connection.retry_policy.deadline = WARM_UP;
    let connector = warm.connector().map_err(|mistake| mistake.to_string())?;
    runtime.block_on(fetch::fetch(warm.wanted(), connector.as_ref(), decoder.as_ref(), clock, &Quiet));
    let connector = source.connector().map_err(|mistake| mistake.to_string())?;
    let start = Instant::now();
    let population =
        runtime.block_on(fetch::fetch(source.wanted(), connector.as_ref(), decoder.as_ref(), clock, &Quiet));
    let elapsed = start.elapsed();
    let certificate = &population.certificate;
    if certificate.status != SourceStatus::Complete {
        return Err(format!("{certificate:#?}").into());
    }
    let pages = u32::try_from(certificate.pages)?;
    let floor = LATENCY * pages / CONCURRENCY;
    println!("{} users, {pages} pages, {} requests", certificate.distinct, certificate.usage.requests);
    println!("{elapsed:.2?}, {:.3} times the floor of {floor:.2?}", elapsed.as_secs_f64() / floor.as_secs_f64());
    println!("peak memory of fetching: {}", peak().unwrap_or_else(|| "unknown".to_owned()));
    Ok(())
}

/// The most memory that this process has held, as Linux tells it.
fn peak() -> Option<String> {
    let status = std::fs::read_to_string(Path::new("/proc/self/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.trim_start_matches("VmHWM:").trim().to_owned())
}
