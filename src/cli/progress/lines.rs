//! A line every so often while somebody waits and there is no terminal for bars.

use std::collections::BTreeMap;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::lasted;
use crate::base::text::{counted, grouped};
use crate::fetch::Progress;
use crate::model::SourceName;
use crate::run::Phase;

/// Says what goes on, from a thread of its own: what takes long says nothing itself.
pub(in crate::cli) struct Lines {
    state: Arc<Mutex<State>>,
    /// Dropped at the end, which the thread notices.
    end: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What goes on.
#[derive(Debug, Default)]
struct State {
    /// Sources that are being fetched, with the accounts seen and declared.
    sources: BTreeMap<SourceName, (u64, Option<u64>)>,
    phase: Option<Phase>,
}

impl State {
    /// `fetching: voiso 1,200 of 2,000 accounts; scim 300 accounts`, or the phase; nothing, if nothing goes on.
    fn told(&self) -> Option<String> {
        if let Some(phase) = self.phase {
            return Some(phase.as_str().to_owned());
        }
        let source = |(name, (distinct, declared)): (&SourceName, &(u64, Option<u64>))| match declared {
            Some(declared) => format!("{name} {} of {}", grouped(*distinct), counted(*declared, "account", "accounts")),
            None => format!("{name} {}", counted(*distinct, "account", "accounts")),
        };
        let sources: Vec<String> = self.sources.iter().map(source).collect();
        (!sources.is_empty()).then(|| format!("fetching: {}", sources.join("; ")))
    }
}

impl Lines {
    pub(super) fn new(every: Duration, say: impl Fn(&str) + Send + 'static) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let (end, ended) = mpsc::channel();
        let (watched, start) = (Arc::clone(&state), Instant::now());
        let thread = thread::spawn(move || {
            while ended.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                if let Some(told) = lock(&watched).told() {
                    say(&format!("After {}, still {told}", lasted(start.elapsed())));
                }
            }
        });
        Self { state, end: Some(end), thread: Some(thread) }
    }

    pub(super) fn start(&self, source: &SourceName) -> Line {
        lock(&self.state).sources.insert(source.clone(), (0, None));
        Line { state: Arc::clone(&self.state), source: source.clone() }
    }

    pub(super) fn end(&self, source: &SourceName) {
        lock(&self.state).sources.remove(source);
    }

    pub(super) fn show_phase(&self, phase: Option<Phase>) {
        lock(&self.state).phase = phase;
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        drop(self.end.take());
        self.thread.take().map(JoinHandle::join);
    }
}

/// How far one source has come.
pub(in crate::cli) struct Line {
    state: Arc<Mutex<State>>,
    source: SourceName,
}

impl Progress for Line {
    fn page(&self, distinct: u64, declared: Option<u64>) {
        if let Some(seen) = lock(&self.state).sources.get_mut(&self.source) {
            *seen = (distinct, declared);
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_wait_says_what_goes_on_and_a_short_one_nothing() {
        let (out, said) = mpsc::channel();
        let lines = Lines::new(Duration::from_millis(5), move |line| {
            out.send(line.to_owned()).ok();
        });
        let [voiso, scim] = ["voiso", "scim"].map(SourceName::new);
        let (one, _other) = (lines.start(&voiso), lines.start(&scim));
        one.page(1_200, Some(2_000));
        let wait_for = |part: &str| said.iter().find(|line: &String| line.contains(part)).expect("said");
        let fetching = wait_for("1,200");
        assert!(
            fetching.starts_with("After 0.")
                && fetching.contains(" s, still fetching: scim 0 accounts; voiso 1,200 of 2,000 accounts"),
            "{fetching}"
        );
        lines.end(&voiso);
        assert!(wait_for("fetching: scim").ends_with("scim 0 accounts"));
        lines.show_phase(Some(Phase::Judging));
        wait_for("still judging the accounts");
        drop(lines);
        assert!(said.iter().last().is_none_or(|line| line.contains("judging")), "the thread is gone");
        let (out, said) = mpsc::channel();
        drop(Lines::new(Duration::from_hours(1), move |line| {
            out.send(line.to_owned()).ok();
        }));
        assert_eq!(said.iter().count(), 0);
    }
}
