//! What is shown while somebody waits: on a terminal, a bar for each source, which stays as a line when it is done, and the
//! phase behind fetching; elsewhere, a line every half minute, so that a job's log shows that it is alive.

mod lines;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::output::say;
use crate::base::text::{counted, grouped};
use crate::fetch::{Certificate, Population, Progress, Quiet};
use crate::model::{SourceName, SourceStatus};
use crate::run::{Observer, Phase};
use crate::snapshot::{StoredSource, Watch};
use lines::Lines;

/// Between two lines where there is no terminal.
const EVERY: Duration = Duration::from_secs(30);

/// What is shown, and how.
pub(super) enum Waiting {
    /// Bars, on a terminal.
    Bars(Bars),
    /// Lines.
    Lines(Lines),
    /// Nothing.
    Quiet,
}

impl Waiting {
    pub(super) fn with_bars() -> Self {
        Self::Bars(Bars::default())
    }

    pub(super) fn with_lines() -> Self {
        Self::Lines(Lines::new(EVERY, say))
    }

    fn start(&self, source: &SourceName) -> Box<dyn Progress> {
        match self {
            Self::Bars(bars) => Box::new(bars.start(source)),
            Self::Lines(lines) => Box::new(lines.start(source)),
            Self::Quiet => Box::new(Quiet),
        }
    }

    fn end(&self, source: &SourceName, certificate: &Certificate) {
        tracing::info!(
            source = %source,
            status = certificate.status.as_str(),
            distinct = certificate.distinct,
            requests = certificate.usage.requests,
            retries = certificate.usage.retries,
            "fetched"
        );
        match self {
            Self::Bars(bars) => bars.end(source, certificate),
            Self::Lines(lines) => lines.end(source),
            Self::Quiet => {}
        }
    }
}

impl Observer for Waiting {
    fn started(&self, source: &SourceName) -> Box<dyn Progress> {
        self.start(source)
    }

    fn fetched(&self, population: &Population) {
        self.end(&population.source, &population.certificate);
    }

    fn entered(&self, phase: Phase) {
        match self {
            Self::Bars(bars) => bars.show_phase(Some(phase)),
            Self::Lines(lines) => lines.show_phase(Some(phase)),
            Self::Quiet => {}
        }
    }
}

impl Watch for Waiting {
    fn started(&self, source: &SourceName) -> Box<dyn Progress> {
        self.start(source)
    }

    fn stored(&self, source: &StoredSource) {
        self.end(&source.name, &source.certificate);
    }
}

/// A bar for each source, and one for the phase behind fetching.
#[derive(Default)]
pub(super) struct Bars {
    all: MultiProgress,
    sources: Mutex<BTreeMap<SourceName, ProgressBar>>,
    phase: Mutex<Option<ProgressBar>>,
}

impl Bars {
    fn start(&self, source: &SourceName) -> Bar {
        let bar = ProgressBar::new_spinner().with_style(style("{prefix:20} {spinner} {msg}"));
        let bar = self.all.add(bar.with_prefix(source.to_string()));
        bar.enable_steady_tick(Duration::from_millis(200));
        self.sources.lock().unwrap_or_else(PoisonError::into_inner).insert(source.clone(), bar.clone());
        Bar(bar)
    }

    fn end(&self, source: &SourceName, certificate: &Certificate) {
        let bar = self.sources.lock().unwrap_or_else(PoisonError::into_inner).remove(source);
        // What an earlier attempt has stored was never started.
        let Some(bar) = bar else { return };
        bar.set_style(style("{prefix:20} {msg}"));
        let done = done(certificate.status, certificate.distinct, bar.elapsed());
        bar.finish_with_message(done);
    }

    fn show_phase(&self, phase: Option<Phase>) {
        let mut shown = self.phase.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = shown.take() {
            bar.finish_and_clear();
        }
        *shown = phase.map(|phase| {
            let bar = self.all.add(ProgressBar::new_spinner().with_style(style("{spinner} {msg}, {elapsed}")));
            bar.set_message(phase.as_str());
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
    }
}

impl Drop for Bars {
    /// What is said next may not stand beside a bar.
    fn drop(&mut self) {
        self.show_phase(None);
    }
}

/// `2,000 accounts in 1.3 s`
fn done(status: SourceStatus, distinct: u64, elapsed: Duration) -> String {
    let accounts = format!("{} in {}", counted(distinct, "account", "accounts"), lasted(elapsed));
    if status == SourceStatus::Complete { accounts } else { format!("{}: {accounts}", status.as_str()) }
}

/// `1.3 s`, `2 min 5 s`
fn lasted(elapsed: Duration) -> String {
    match elapsed.as_secs() {
        0..60 => format!("{:.1} s", elapsed.as_secs_f64()),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

struct Bar(ProgressBar);

impl Progress for Bar {
    fn page(&self, distinct: u64, declared: Option<u64>) {
        match declared {
            Some(declared) => {
                self.0.set_style(style("{prefix:20} [{bar:30}] {msg}, {eta} left"));
                self.0.set_length(declared);
                self.0.set_position(distinct);
                self.0.set_message(format!("{} of {} accounts", grouped(distinct), grouped(declared)));
            }
            None => self.0.set_message(format!("{} accounts", grouped(distinct))),
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if !self.0.is_finished() {
            self.0.finish_and_clear();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_is_done_says_how_many_and_how_long() {
        let of = |status, millis| done(status, 2_000, Duration::from_millis(millis));
        assert_eq!(of(SourceStatus::Complete, 1_340), "2,000 accounts in 1.3 s");
        assert_eq!(of(SourceStatus::Incomplete, 125_000), "incomplete: 2,000 accounts in 2 min 5 s");
    }
}
