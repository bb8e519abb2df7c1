//! A progress bar for each source while it is fetched, on a terminal only.

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::base::text::grouped;
use crate::fetch::{Certificate, Population, Progress, Quiet};
use crate::model::SourceName;
use crate::run::Observer;
use crate::snapshot::{StoredSource, Watch};

/// Shows bars, or nothing.
pub(super) struct Bars {
    bars: Option<MultiProgress>,
}

impl Bars {
    /// Bars if `shown`.
    pub(super) fn new(shown: bool) -> Self {
        Self { bars: shown.then(MultiProgress::new) }
    }
}

impl Bars {
    fn start(&self, source: &SourceName) -> Box<dyn Progress> {
        let Some(bars) = &self.bars else { return Box::new(Quiet) };
        let bar = ProgressBar::new_spinner().with_style(style("{prefix:20} {spinner} {msg}"));
        Box::new(Bar(bars.add(bar.with_prefix(source.to_string()))))
    }

    fn log(source: &SourceName, certificate: &Certificate) {
        tracing::info!(
            source = %source,
            status = certificate.status.as_str(),
            distinct = certificate.distinct,
            requests = certificate.usage.requests,
            retries = certificate.usage.retries,
            "fetched"
        );
    }
}

impl Observer for Bars {
    fn started(&self, source: &SourceName) -> Box<dyn Progress> {
        self.start(source)
    }

    fn fetched(&self, population: &Population) {
        Self::log(&population.source, &population.certificate);
    }
}

impl Watch for Bars {
    fn started(&self, source: &SourceName) -> Box<dyn Progress> {
        self.start(source)
    }

    fn stored(&self, source: &StoredSource) {
        Self::log(&source.name, &source.certificate);
    }
}

struct Bar(ProgressBar);

impl Progress for Bar {
    fn page(&self, distinct: u64, declared: Option<u64>) {
        match declared {
            Some(declared) => {
                self.0.set_style(style("{prefix:20} [{bar:30}] {msg}"));
                self.0.set_length(declared);
                self.0.set_position(distinct);
                self.0.set_message(format!("{} of {} accounts", grouped(distinct), grouped(declared)));
            }
            None => {
                self.0.set_message(format!("{} accounts", grouped(distinct)));
                self.0.tick();
            }
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
