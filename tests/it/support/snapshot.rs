//! The simulated organisation with its five vendors, and what is fetched from them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use headcount::config::Config;
use headcount::fetch::{self, Population, Progress, Quiet};
use headcount::model::{SourceName, Timestamp};
use headcount::simulate::{Behaviour, ServeOptions, Simulators, World, WorldOptions, write_kit};
use headcount::snapshot::{self, FetchOptions, Manifest, SnapshotError, StoredSource, Watch};
use tempfile::TempDir;

pub(crate) fn clock() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().expect("time")
}

pub(crate) struct Vendors {
    pub(crate) folder: TempDir,
    pub(crate) simulators: Simulators,
    pub(crate) config: Config,
}

impl Vendors {
    pub(crate) async fn start(accounts: u32, behaviour: Behaviour) -> Self {
        let today = clock().date_naive();
        let world = Arc::new(World::new(WorldOptions { accounts, seed: 7, today }));
        let simulators = Simulators::start(Arc::clone(&world), &ServeOptions::all(&behaviour)).await.expect("started");
        let folder = tempfile::tempdir().expect("a folder");
        write_kit(folder.path(), &world, &simulators).expect("written");
        let path = folder.path().join("headcount.toml");
        // Two requests a second would be kind to a real Cognigy; the simulator bears more.
        let config = Config::load(&path).expect("a configuration");
        Self { folder, simulators, config }
    }

    pub(crate) fn out(&self) -> PathBuf {
        self.folder.path().join("deep/snapshot")
    }

    pub(crate) async fn fetch(&self, resume: bool) -> Result<Manifest, SnapshotError> {
        self.fetch_until(resume, std::future::pending()).await
    }

    pub(crate) async fn fetch_until(
        &self,
        resume: bool,
        interrupt: impl Future<Output = ()>,
    ) -> Result<Manifest, SnapshotError> {
        fetch(&self.config, &self.out(), resume, interrupt).await
    }

    /// Requests that all vendors have seen.
    pub(crate) fn requests(&self) -> u64 {
        self.simulators.vendors().into_iter().map(|vendor| self.simulators.requests(vendor)).sum()
    }

    /// What a live audit would see.
    pub(crate) async fn live(&self) -> Vec<Population> {
        let mut populations = Vec::new();
        for source in &self.config.sources {
            let connector = source.connector().expect("a connector");
            let decoder = source.decoder();
            populations.push(fetch::fetch(source.wanted(), connector.as_ref(), decoder.as_ref(), clock, &Quiet).await);
        }
        populations
    }
}

pub(crate) async fn fetch(
    config: &Config,
    out: &Path,
    resume: bool,
    interrupt: impl Future<Output = ()>,
) -> Result<Manifest, SnapshotError> {
    let seen = Seen::default();
    let options = FetchOptions { out, only: &[], resume, clock, watch: &seen };
    let manifest = snapshot::fetch(config, &options, interrupt).await?;
    assert_eq!(seen.0.lock().expect("a lock").len(), manifest.sources.len());
    Ok(manifest)
}

#[derive(Default)]
struct Seen(Mutex<Vec<SourceName>>);

impl Watch for Seen {
    fn started(&self, _: &SourceName) -> Box<dyn Progress> {
        Box::new(Quiet)
    }

    fn stored(&self, source: &StoredSource) {
        self.0.lock().expect("a lock").push(source.name.clone());
    }
}

/// The records of a population, twice, because an audit reads them more than once.
pub(crate) fn records(population: &mut Population) -> Vec<String> {
    let mut read = || {
        let mut records = Vec::new();
        let spool = population.spool.as_mut().expect("records");
        spool
            .for_each(|_, record| {
                records.push(record.get().to_owned());
                Ok::<_, std::io::Error>(())
            })
            .expect("readable");
        records
    };
    let first = read();
    assert_eq!(first, read());
    first
}

/// The names in a folder.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
