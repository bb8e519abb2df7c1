//! No secret is ever shown: not in a log at its most talkative, not when the vendor repeats it, not to another host.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "sources/harness.rs"]
#[expect(dead_code, reason = "shared with tests/sources")]
mod harness;
#[path = "sources/stub.rs"]
#[expect(dead_code, reason = "shared with tests/sources")]
mod stub;

use std::io::{self, Write};
use std::sync::{Arc, Mutex, OnceLock};

use headcount::simulate::faults::FaultKind;
use headcount::simulate::{Behaviour, FaultHook, Secrets, Vendor};
use tracing_subscriber::fmt::MakeWriter;

use harness::{simulate, source, world};
use stub::{Stub, text};

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Everything that this process logs from now on. It is a process of its own, because what is logged at all is
/// decided once for all its threads.
fn listen() -> &'static Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    LOG.get_or_init(|| {
        let log = Log::default();
        let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone());
        tracing::subscriber::set_global_default(subscriber.finish()).unwrap();
        log
    })
}

#[tokio::test]
async fn logs_at_trace_level_show_no_secret() {
    let log = listen();
    let world = world(600);
    let echo = FaultKind::all().find(|kind| kind.name() == "echo").unwrap();
    for vendor in Vendor::ALL {
        for faulty in [false, true] {
            let hook: FaultHook = Arc::new(move |arrival| echo.fault(arrival));
            let behaviour = Behaviour { faults: faulty.then_some(hook), ..Behaviour::default() };
            let (_simulators, url) = simulate(&world, vendor, behaviour).await;
            source(vendor, &url).fetch().await;
        }
    }
    let shown = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(shown.contains("TRACE") && shown.contains("sending"), "logging works");
    let secrets = Secrets::new(7);
    let all = [
        secrets.voxmind_token.as_str(),
        &secrets.voiso_key,
        &secrets.cognigy_key,
        &secrets.vonage_client.secret,
        "eyJ",
        "BEGIN PRIVATE KEY",
    ];
    for secret in all {
        assert!(
            !shown.contains(secret),
            "a secret in the log: …{}",
            &shown[shown.find(secret).unwrap().saturating_sub(200)..][..200]
        );
    }
}

#[tokio::test]
async fn credentials_follow_no_redirect() {
    let elsewhere = Stub::start(|_, _| text(200, "application/json", "{}")).await;
    let target = format!("{}/api/v4/users", elsewhere.url);
    for status in [301, 302, 303, 307, 308] {
        let target = target.clone();
        let stub = Stub::start(move |_, _| {
            let mut answer = text(status, "text/plain", "moved");
            answer.headers_mut().insert("location", target.parse().unwrap());
            answer
        })
        .await;
        for vendor in Vendor::ALL {
            let fetched = source(vendor, &stub.url).fetch().await;
            assert!(fetched.error().contains("redirects to http://127.0.0.1"), "{}", fetched.error());
        }
    }
    assert!(elsewhere.seen().is_empty());
}

#[cfg(unix)]
#[tokio::test]
async fn a_secret_file_that_everybody_can_read_is_pointed_out() {
    use std::os::unix::fs::PermissionsExt as _;
    for (mode, warned) in [(0o644, true), (0o640, false), (0o600, false)] {
        let log = listen();
        let source = source(Vendor::Voiso, "http://127.0.0.1:9");
        std::fs::set_permissions(source.secret("key"), std::fs::Permissions::from_mode(mode)).unwrap();
        let warnings = source.fetch().await.warnings();
        let shown = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        let warning =
            format!("can be read by every user of this machine; run chmod 600 {}", source.secret("key").display());
        assert_eq!((shown.contains(&warning), warnings.contains(&warning)), (warned, warned), "{mode:o}");
    }
}
