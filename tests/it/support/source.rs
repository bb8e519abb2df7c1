//! Builds a source from the text of its configuration, and fetches it.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use headcount::base::diagnostic::Diagnostic;
use headcount::config::{Config, SourceConfig};
use headcount::fetch::{self, Certificate, Connector, Quiet};
use headcount::model::{Account, Timestamp};
use headcount::simulate::{Behaviour, Secrets, ServeOptions, Simulators, Vendor, World, WorldOptions};
use headcount::vendor::PageSize;
use serde_json::value::RawValue;
use tempfile::TempDir;

/// A folder with the configuration of one source and the files that it names. Nobody else can read them, as secrets
/// have to be kept: tests don't change the environment of the process.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With one more file in it.
    pub(crate) fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// With a `[[source]]` of these lines.
    pub(crate) fn config(&self, source: &str) -> Result<Config, Vec<Diagnostic>> {
        let text = format!("[hr]\nfile = \"hr.csv\"\n[[source]]\nname = \"s\"\n{source}\n");
        Config::parse(&self.path().join("headcount.toml"), &text)
    }

    /// That source, which has no mistake.
    pub(crate) fn source(&self, source: &str) -> SourceConfig {
        self.config(source).unwrap_or_else(|mistakes| panic!("{}", words(&mistakes))).sources.remove(0)
    }

    /// The mistakes in it, as a person reads them.
    pub(crate) fn mistakes(&self, source: &str) -> String {
        words(&self.config(source).unwrap_err())
    }

    pub(crate) async fn fetch(&self, source: &str) -> Fetched {
        fetch(&self.source(source)).await
    }
}

fn words(mistakes: &[Diagnostic]) -> String {
    mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// A source and the folder with its secrets.
pub(crate) struct Source {
    pub(crate) config: SourceConfig,
    _folder: Folder,
}

impl Source {
    /// A source whose `[[source]]` has these lines besides name, vendor and address. Secrets are files by name.
    pub(crate) fn new(vendor: &str, base_url: &str, lines: &str, secrets: &[(&str, &str)]) -> Self {
        let folder = secrets.iter().fold(Folder::new(), |folder, (name, secret)| folder.with(name, secret));
        let mut config = folder.source(&format!("vendor = \"{vendor}\"\nbase_url = \"{base_url}\"\n{lines}"));
        // Nobody is spared by waiting for a server of the test's own.
        let retry_policy = &mut config.connection.retry_policy;
        retry_policy.first_pause = Duration::from_millis(2);
        retry_policy.longest_wait = Duration::from_millis(20);
        Self { config, _folder: folder }
    }

    pub(crate) fn page_size(mut self, size: u32) -> Self {
        self.config.connection.page_size = NonZeroU32::new(size).map_or(PageSize::Usual, PageSize::Of);
        self
    }

    pub(crate) fn concurrency(mut self, concurrency: usize) -> Self {
        self.config.connection.concurrency = NonZeroUsize::new(concurrency).unwrap();
        self
    }

    pub(crate) fn connector(&self) -> Result<Box<dyn Connector>, Diagnostic> {
        self.config.connector()
    }

    pub(crate) async fn fetch(&self) -> Fetched {
        fetch(&self.config).await
    }
}

/// What was fetched.
pub(crate) struct Fetched {
    pub(crate) certificate: Certificate,
    /// The records, verbatim, in the order received.
    pub(crate) records: Vec<&'static RawValue>,
    pub(crate) accounts: Vec<Account<'static>>,
}

async fn fetch(config: &SourceConfig) -> Fetched {
    let connector = config.connector().unwrap();
    let decoder = config.decoder();
    let clock = || Timestamp::UNIX_EPOCH;
    let population = fetch::fetch(config.wanted(), connector.as_ref(), decoder.as_ref(), clock, &Quiet).await;
    let mut records: Vec<&'static RawValue> = Vec::new();
    if let Some(mut spool) = population.spool {
        spool
            .for_each(|_, record| {
                records.push(Box::leak(RawValue::from_string(record.get().to_owned()).unwrap()));
                Ok::<_, std::io::Error>(())
            })
            .unwrap();
    }
    let accounts = records.iter().map(|record| decoder.decode((*record).into()).unwrap().account).collect();
    Fetched { certificate: population.certificate, records, accounts }
}

impl Fetched {
    /// Panics with the certificate unless every account was seen.
    pub(crate) fn complete(self) -> Self {
        assert_eq!((self.status(), self.error()), ("complete", ""), "{:#?}", self.certificate);
        self
    }

    pub(crate) fn status(&self) -> &'static str {
        self.certificate.status.as_str()
    }

    /// Why it isn't complete.
    pub(crate) fn error(&self) -> &str {
        self.certificate.error.as_deref().unwrap_or_default()
    }

    pub(crate) fn account(&self, id: &str) -> &Account<'static> {
        self.accounts.iter().find(|account| account.id == id).unwrap()
    }

    /// The accounts as text.
    pub(crate) fn lines(&self) -> Vec<String> {
        let line = |account: &Account<'_>| {
            let (email, status) = (account.email.known(), account.status.known());
            format!("{} {email:?} {status:?} {:?}", account.id, account.last_login_at.known())
        };
        self.accounts.iter().map(line).collect()
    }

    /// All warnings as one text.
    pub(crate) fn warnings(&self) -> String {
        self.certificate.warnings.join("\n")
    }
}

/// A simulated organisation with this many accounts over all vendors.
pub(crate) fn world(accounts: u32) -> Arc<World> {
    let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
    Arc::new(World::new(WorldOptions { accounts, seed: 7, today }))
}

/// One simulated vendor.
pub(crate) async fn simulate(world: &Arc<World>, vendor: Vendor, behaviour: Behaviour) -> (Simulators, String) {
    let simulators = Simulators::start(Arc::clone(world), &ServeOptions::only(vendor, behaviour)).await.unwrap();
    let url = simulators.base_url(vendor).unwrap();
    (simulators, url)
}

/// Every account of a vendor in the simulated world.
pub(crate) fn expected(world: &World, vendor: Vendor) -> Vec<headcount::simulate::Account> {
    (0..world.accounts(vendor)).map(|number| world.account(vendor, number).unwrap()).collect()
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A source of a simulated vendor, with short limits.
pub(crate) fn source(vendor: Vendor, url: &str) -> Source {
    let secrets = Secrets::new(7);
    let files = vendor.files(&secrets);
    let files: Vec<(&str, &str)> = files.iter().map(|(name, secret)| (*name, secret.as_str())).collect();
    let mut source = Source::new(vendor.kind(), url, &vendor.login(&secrets, url), &files);
    let retry_policy = &mut source.config.connection.retry_policy;
    retry_policy.stall = Duration::from_millis(300);
    retry_policy.largest_answer = 1024 * 1024;
    retry_policy.attempts = 3;
    source.page_size(10)
}
