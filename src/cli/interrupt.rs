//! Ctrl-C during an audit: it says what is left and how to go on, and writes down beside the reports that this run has none.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::JoinHandle;

use super::Exit;
use super::clock::now;
use super::output::say;
use crate::bag;
use crate::claim::Claim;
use crate::deliver::Attempt;

/// Waits for Ctrl-C alongside the audit, which may be busy and hear nothing.
pub(super) struct Interruption {
    claim: Arc<Mutex<Option<Claim>>>,
    watch: JoinHandle<()>,
}

impl Interruption {
    /// From now on, Ctrl-C ends the process with 130, and gives back what it has claimed.
    pub(super) fn watch(claim: Option<Claim>, left: Left) -> Self {
        let claim = Arc::new(Mutex::new(claim));
        let held = Arc::clone(&claim);
        let watch = tokio::spawn(async move {
            interrupted().await;
            left.say();
            if let Some(bundle) = &left.bundle {
                bag::sweep(bundle);
            }
            if left.has_reports {
                let attempt = Attempt { ended_at: now(), exit_code: Exit::Interrupted.code(), run_id: None };
                attempt.write(&left.out).unwrap_or_else(|error| say(&format!("error: {error}")));
            }
            drop(take(&held));
            std::process::exit(Exit::Interrupted.code().into());
        });
        Self { claim, watch }
    }

    /// Ctrl-C is the system's again. Returns what was claimed.
    pub(super) fn no_more(self) -> Option<Claim> {
        self.watch.abort();
        take(&self.claim)
    }
}

fn take(claim: &Mutex<Option<Claim>>) -> Option<Claim> {
    claim.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// Comes when somebody presses Ctrl-C; without a handler, the signal ends the process by itself.
pub(super) async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// What an interrupted audit leaves.
pub(super) struct Left {
    /// Where its reports would have been.
    pub(super) out: PathBuf,
    pub(super) config: PathBuf,
    /// The bundle that may be under way.
    pub(super) bundle: Option<PathBuf>,
    /// An earlier run's are there.
    pub(super) has_reports: bool,
    /// Vendors were asked, and would have to be asked again.
    pub(super) asks_vendors: bool,
}

impl Left {
    fn say(&self) {
        let (out, config) = (self.out.display(), self.config.display());
        say(&if self.has_reports {
            format!("Interrupted: nothing was kept, and what stands in {out} is of an earlier run")
        } else {
            "Interrupted: nothing was kept".to_owned()
        });
        say(&if self.asks_vendors {
            format!(
                "To do: run the same command again; or `headcount fetch -c {config} --out DIR`, which keeps what has \
                 arrived when it is interrupted, and goes on with --resume"
            )
        } else {
            "To do: run the same command again".to_owned()
        });
    }
}
