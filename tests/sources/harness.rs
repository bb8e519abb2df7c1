//! Builds a source from the text of its configuration, and fetches it.

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::time::Duration;

use headcount::config::{Config, SourceConfig};
use headcount::diagnostic::Diagnostic;
use headcount::model::{Account, SourceStatus, Timestamp};
use headcount::simulate::{Behaviour, Secrets, ServeOptions, Simulators, Vendor, World, WorldOptions};
use headcount::source::{self as sources, Certificate, Connector, Quiet};
use serde_json::value::RawValue;
use tempfile::TempDir;

/// A source and the folder with its secrets.
pub(crate) struct Source {
    pub(crate) config: SourceConfig,
    secrets: TempDir,
}

/// What was fetched.
pub(crate) struct Fetched {
    pub(crate) certificate: Certificate,
    /// The records, verbatim, in the order received.
    pub(crate) records: Vec<&'static RawValue>,
    pub(crate) accounts: Vec<Account<'static>>,
}

impl Source {
    /// A source whose `[[source]]` has these lines besides name, vendor and address. Secrets are files by name.
    pub(crate) fn new(vendor: &str, base_url: &str, lines: &str, secrets: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, secret) in secrets {
            let path = folder.path().join(name);
            std::fs::write(&path, secret).unwrap();
            #[cfg(unix)]
            std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        }
        let text = format!(
            "[hr]\nfile = \"hr.csv\"\n[[source]]\nname = \"s\"\nvendor = \"{vendor}\"\nbase_url = \"{base_url}\"\n{lines}\n"
        );
        let mut config = Config::parse(&folder.path().join("headcount.toml"), &text)
            .unwrap_or_else(|mistakes| panic!("{}", mistakes.iter().map(ToString::to_string).collect::<String>()));
        let mut config = config.sources.remove(0);
        // Nobody is spared by waiting for a server of the test's own.
        let patience = &mut config.connection.patience;
        patience.first_pause = Duration::from_millis(2);
        patience.longest_wait = Duration::from_millis(20);
        Self { config, secrets: folder }
    }

    /// The file of a secret.
    #[allow(dead_code, reason = "only tests/secrets.rs asks")]
    pub(crate) fn secret(&self, name: &str) -> std::path::PathBuf {
        self.secrets.path().join(name)
    }

    pub(crate) fn page_size(mut self, size: u32) -> Self {
        self.config.connection.page_size = NonZeroU32::new(size);
        self
    }

    pub(crate) fn concurrency(mut self, concurrency: usize) -> Self {
        self.config.connection.concurrency = NonZeroUsize::new(concurrency).unwrap();
        self
    }

    pub(crate) fn connector(&self) -> Result<Box<dyn Connector>, Diagnostic> {
        sources::connector(&self.config)
    }

    pub(crate) async fn fetch(&self) -> Fetched {
        let connector = self.connector().unwrap();
        let decoder = sources::decoder(&self.config);
        let clock = || Timestamp::UNIX_EPOCH;
        let population = sources::fetch(&self.config, connector.as_ref(), decoder.as_ref(), clock, &Quiet).await;
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
}

impl Fetched {
    /// Panics with the certificate unless every account was seen.
    pub(crate) fn complete(self) -> Self {
        assert_eq!(self.certificate.status, SourceStatus::Complete, "{:#?}", self.certificate);
        assert_eq!(self.certificate.error, None);
        self
    }

    /// Why it isn't complete.
    pub(crate) fn error(&self) -> &str {
        assert_ne!(self.certificate.status, SourceStatus::Complete, "{:#?}", self.certificate);
        self.certificate.error.as_deref().unwrap()
    }

    pub(crate) fn account(&self, id: &str) -> &Account<'static> {
        self.accounts.iter().find(|account| account.id == id).unwrap()
    }

    /// All warnings as one text.
    pub(crate) fn warnings(&self) -> String {
        self.certificate.warnings.join("\n")
    }
}

/// A simulated organisation with so many accounts over all vendors.
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
    let mut source = match vendor {
        Vendor::Voxmind => {
            let lines = "organisation = \"42\"\ntoken = \"file:token\"";
            Source::new("voxmind", url, lines, &[("token", &secrets.voxmind_token)])
        }
        Vendor::Voximplant => {
            let credentials = secrets.voximplant_credentials().to_string();
            Source::new("voximplant", url, "credentials = \"file:c\"", &[("c", &credentials)])
        }
        Vendor::Voiso => Source::new("voiso", url, "api_key = \"file:key\"", &[("key", &secrets.voiso_key)]),
        Vendor::Cognigy => Source::new("cognigy", url, "api_key = \"file:key\"", &[("key", &secrets.cognigy_key)]),
        Vendor::Vonage => {
            let client = &secrets.vonage_client;
            let lines = format!(
                "token_url = \"{url}/Auth/connect/token\"\nclient_id = \"file:id\"\nclient_secret = \"file:secret\""
            );
            Source::new("vonage-contact-center", url, &lines, &[("id", &client.id), ("secret", &client.secret)])
        }
    };
    let patience = &mut source.config.connection.patience;
    patience.stall = Duration::from_millis(300);
    patience.largest_answer = 1024 * 1024;
    patience.attempts = 3;
    source.page_size(10)
}
