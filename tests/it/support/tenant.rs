//! The simulators with a configuration for them, and an audit of it through the binary.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use headcount::report::Report;
use headcount::simulate::{Behaviour, QUARTER_DAYS, ServeOptions, Simulators, World, WorldOptions, write_kit};
use tempfile::TempDir;

use super::process::{NOW, TODAY, headcount, now};

/// The simulators, with a configuration for them.
pub(crate) struct Tenant {
    pub(crate) kit: TempDir,
    pub(crate) world: Arc<World>,
    pub(crate) simulators: Simulators,
    pub(crate) runtime: tokio::runtime::Runtime,
    /// The moment of its audits.
    now: String,
}

impl Tenant {
    pub(crate) fn new(accounts: u32, seed: u64) -> Self {
        Self::with_defects_of(accounts, accounts, seed)
    }

    /// A large and almost healthy organisation.
    pub(crate) fn with_defects_of(accounts: u32, defects_of: u32, seed: u64) -> Self {
        Self::start(accounts, defects_of, seed, &ServeOptions::all(&Behaviour::default()))
    }

    /// With simulators that behave as asked.
    pub(crate) fn serving(accounts: u32, options: &ServeOptions) -> Self {
        Self::start(accounts, accounts, 6, options)
    }

    fn start(accounts: u32, defects_of: u32, seed: u64, options: &ServeOptions) -> Self {
        let today: NaiveDate = TODAY.parse().expect("a day");
        let world = World::with_defects_of(WorldOptions { accounts, seed, today }, defects_of);
        Self::of(world, NOW, options)
    }

    /// The organisation in one of three quarters, the last of which is on the day of all tests.
    pub(crate) fn in_quarter(accounts: u32, seed: u64, quarter: u32) -> Self {
        let last: NaiveDate = TODAY.parse().expect("a day");
        let today = last - TimeDelta::days(QUARTER_DAYS * (3 - i64::from(quarter)));
        let world = World::new(WorldOptions { accounts, seed, today }).in_quarter(quarter);
        Self::of(world, &format!("{today}T12:00:00Z"), &ServeOptions::all(&Behaviour::default()))
    }

    fn of(world: World, now: &str, options: &ServeOptions) -> Self {
        let (runtime, world) = (tokio::runtime::Runtime::new().expect("runtime"), Arc::new(world));
        let simulators = runtime.block_on(Simulators::start(Arc::clone(&world), options)).expect("started");
        let kit = tempfile::tempdir().expect("folder");
        write_kit(kit.path(), &world, &simulators).expect("kit");
        Self { kit, world, simulators, runtime, now: now.to_owned() }
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.kit.path().join("headcount.toml")
    }

    /// Audits into the folder `out` of the kit.
    pub(crate) fn audit(&self, arguments: &[&str]) -> Audited {
        let out = self.kit.path().join("out");
        let output = headcount()
            .args(["audit", "--as-of", &self.now, "-c"])
            .arg(self.config())
            .arg("--out")
            .arg(&out)
            .args(arguments)
            .output()
            .expect("ran");
        Audited { output, out }
    }
}

/// What an audit left behind.
pub(crate) struct Audited {
    pub(crate) output: Output,
    pub(crate) out: PathBuf,
}

impl Audited {
    pub(crate) fn code(&self) -> i32 {
        self.output.status.code().expect("not killed")
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    pub(crate) fn report(&self) -> Report {
        read_report(&self.out)
    }

    /// Whether nothing is there, not even a folder.
    pub(crate) fn left_nothing(&self) -> bool {
        !self.out.exists()
    }
}

pub(crate) fn read_report(folder: &Path) -> Report {
    let text = std::fs::read_to_string(folder.join("report.json")).expect("a report");
    serde_json::from_str(&text).expect("schema 1")
}

/// The report without what belongs to the run itself: its id and times, its snapshot, what came before it, and what depends on the clock and
/// the wire.
pub(crate) fn timeless(mut report: Report) -> serde_json::Value {
    report.run.id.clear();
    report.changes = None;
    report.run.snapshot = None;
    (report.run.started_at, report.run.finished_at) = (now(), now());
    for source in &mut report.sources {
        (source.started_at, source.finished_at) = (now(), now());
        source.warnings.retain(|warning| !warning.contains("clock"));
    }
    serde_json::to_value(report).expect("json")
}

/// How many findings each rule has at each source.
pub(crate) fn counts(report: &Report) -> BTreeMap<(String, String), u64> {
    let mut counts = BTreeMap::new();
    for finding in &report.findings.to_vec().expect("findings") {
        let source = finding.subject.source.clone().unwrap_or_default();
        *counts.entry((finding.rule.clone(), source)).or_default() += 1;
    }
    counts
}

/// How many were seeded.
pub(crate) fn seeded(world: &World) -> BTreeMap<(String, String), u64> {
    let seeded = world.expected().findings;
    seeded
        .into_iter()
        .filter(|seed| seed.count > 0)
        .map(|seed| ((seed.rule.clone(), seed.source.clone()), seed.count))
        .collect()
}
