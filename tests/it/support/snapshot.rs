//! The simulated organisation with its five vendors, and what is fetched from them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use headcount::bag::{Bag, BagWriter, Description, Role};
use headcount::config::Config;
use headcount::fetch::{self, Population, Progress, Quiet};
use headcount::files::Files;
use headcount::model::{SourceName, Timestamp};
use headcount::run::ground as reading;
use headcount::simulate::{Behaviour, ServeOptions, Simulators, World, WorldOptions, write_kit};
use headcount::snapshot::{self, Certificates, FetchOptions, Ground, SnapshotError, StoredSource, Watch};
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
        let config = Config::read(&path, Role::Configuration, Files::keeping()).expect("a configuration");
        Self { folder, simulators, config }
    }

    pub(crate) fn out(&self) -> PathBuf {
        self.folder.path().join("deep/snapshot")
    }

    pub(crate) async fn fetch(&self, resume: bool) -> Result<Certificates, SnapshotError> {
        self.fetch_until(resume, std::future::pending()).await
    }

    pub(crate) async fn fetch_until(
        &self,
        resume: bool,
        interrupt: impl Future<Output = ()>,
    ) -> Result<Certificates, SnapshotError> {
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
) -> Result<Certificates, SnapshotError> {
    let seen = Seen::default();
    let ground = ground(config);
    let options = FetchOptions { out, only: &[], resume, ground: &ground, clock, watch: &seen };
    let certificates = snapshot::fetch(config, &options, interrupt).await?;
    assert_eq!(seen.0.lock().expect("a lock").len(), certificates.sources.len());
    Ok(certificates)
}

/// What the accounts of the simulated organisation are judged by.
pub(crate) fn ground(config: &Config) -> Ground {
    reading::read(config, &[], clock()).expect("a configuration, and what it names")
}

/// A bag once more, with files that `change` changes, under a seal that fits them.
pub(crate) fn resealed(bag: &Path, target: &Path, change: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>) {
    resealed_as(bag, target, change, |_| {});
}

/// The same with a description that `describe` changes, too.
pub(crate) fn resealed_as(
    bag: &Path,
    target: &Path,
    change: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>,
    describe: impl FnOnce(&mut Description),
) {
    let bag = Bag::open(bag).expect("a bag");
    let mut writer = BagWriter::beside(target).expect("begun");
    for name in bag.names().filter(|name| name.as_str() != "bundle.json") {
        let bytes = bag.read_all(name, 1 << 30).expect("read");
        let Some(bytes) = change(name.as_str(), bytes) else { continue };
        writer.file(name, |out| out.write_all(&bytes)).expect("written");
    }
    let mut description = bag.description().clone();
    describe(&mut description);
    writer.seal(&description).expect("sealed").into_folder().expect("named");
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
