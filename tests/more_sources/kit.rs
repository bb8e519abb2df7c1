//! A folder with a configuration of one source, and what it is good for.

use std::io::{self, Write};
use std::path::Path;
use std::sync::{LazyLock, Mutex};

use headcount::config::Config;
use headcount::diagnostic::Diagnostic;
use headcount::model::Timestamp;
use headcount::source::{self, Population, Quiet};
use tempfile::TempDir;

/// What all tests of this program have logged. One log for all, set before anything is logged: tracing remembers of
/// each place whether anybody listens.
static LOG: LazyLock<&'static Mutex<Vec<u8>>> = LazyLock::new(|| {
    let log: &Mutex<Vec<u8>> = Box::leak(Box::default());
    let writer = move || Log(log);
    tracing_subscriber::fmt().with_writer(writer).with_ansi(false).init();
    log
});

pub(crate) fn log() -> String {
    String::from_utf8_lossy(&LOG.lock().expect("a lock")).into_owned()
}

struct Log(&'static Mutex<Vec<u8>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("a lock").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(crate) fn clock() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().expect("time")
}

/// A configuration's folder.
pub(crate) struct Kit {
    folder: TempDir,
}

impl Kit {
    pub(crate) fn new() -> Self {
        LazyLock::force(&LOG);
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    /// With one more file in it.
    pub(crate) fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.path().join(name), content).expect("written");
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn config(&self, source: &str) -> Result<Config, Vec<Diagnostic>> {
        let text = format!("[hr]\nfile = \"hr.csv\"\n[[source]]\nname = \"s\"\n{source}\n");
        Config::parse(&self.path().join("headcount.toml"), &text)
    }

    /// The mistakes in a configuration of one source, as a person reads them.
    pub(crate) fn mistakes(&self, source: &str) -> String {
        let mistakes = self.config(source).expect_err("a mistake");
        mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    pub(crate) async fn fetch(&self, source: &str) -> Fetched {
        let config = self.config(source).expect("a configuration");
        let source = &config.sources[0];
        let connector = source::connector(source).expect("a connector");
        let decoder = source::decoder(source);
        let population = source::fetch(source, connector.as_ref(), decoder.as_ref(), clock, &Quiet).await;
        Fetched { population, config }
    }
}

/// What was fetched, with what it takes to read it.
pub(crate) struct Fetched {
    pub(crate) population: Population,
    pub(crate) config: Config,
}

impl Fetched {
    pub(crate) fn status(&self) -> &'static str {
        self.population.certificate.status.as_str()
    }

    /// Why it isn't complete.
    pub(crate) fn error(&self) -> &str {
        self.population.certificate.error.as_deref().unwrap_or_default()
    }

    /// The accounts as text, one a line.
    pub(crate) fn accounts(&mut self) -> Vec<String> {
        let decoder = source::decoder(&self.config.sources[0]);
        let mut lines = Vec::new();
        if let Some(spool) = &mut self.population.spool {
            spool
                .for_each(|_, record| {
                    let account = decoder.decode(record).expect("an account").account;
                    lines.push(format!(
                        "{} {:?} {:?} {:?}",
                        account.id,
                        account.email.known(),
                        account.status.known(),
                        account.last_login_at.known()
                    ));
                    Ok::<_, io::Error>(())
                })
                .expect("readable");
        }
        lines
    }
}
