//! No secret is ever shown: not in a log at its most talkative, not when the vendor repeats it, not to another host.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, OnceLock};

use axum::response::Response;
use headcount::simulate::faults::FaultKind;
use headcount::simulate::{Behaviour, FaultHook, Secrets, Vendor};
use headcount::snapshot::Snapshot;
use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;

use crate::support::process::{headcount, passes_alone};
use crate::support::source::{Source, simulate, source, world};
use crate::support::stub::{Seen, Stub, text};

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

/// Everything that this process logs from now on. It has to be a process of its own, because what is logged at all is
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

#[test]
fn logs_at_trace_level_show_no_secret() {
    passes_alone("secrets::vendors::the_process_that_logs_everything");
}

#[tokio::test]
#[ignore = "is started by the test above"]
async fn the_process_that_logs_everything() {
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
        secrets.voxmind_token(),
        secrets.voiso_key(),
        secrets.cognigy_key(),
        secrets.vonage_client().secret,
        "eyJ".to_owned(),
        "BEGIN PRIVATE KEY".to_owned(),
    ];
    for secret in all {
        assert!(
            !shown.contains(&secret),
            "a secret in the log: …{}",
            &shown[shown.find(&secret).unwrap().saturating_sub(200)..][..200]
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

/// What was sent as credentials: with its scheme, and without.
fn credentials(seen: &Seen) -> [String; 2] {
    let header = [seen.header("authorization"), seen.header("x-api-key")].concat();
    let secret = header.rsplit(' ').next().unwrap().to_owned();
    [header, secret]
}

/// Every character as JSON's escape.
fn spelled(text: &str) -> String {
    text.chars().flat_map(|c| ["\\u".to_owned(), format!("{:04x}", u32::from(c))]).collect()
}

/// The list of each vendor, with one user in it.
fn one_user(seen: &Seen, user: &Value) -> Value {
    match seen.path.as_str() {
        "/Auth/connect/token" => json!({"access_token": "token-of-this-run-0123456789", "expires_in": 7200}),
        "/platform_api/GetApplications" => json!({"result": [{"application_id": 1}], "total_count": 1}),
        "/platform_api/GetUsers" => json!({"result": [user], "total_count": 1}),
        "/api/v4/users" => json!({"users": [user], "metadata": {"total": 1}}),
        "/new/v2.0/users" => json!({"items": [user], "total": 1, "nextCursor": null}),
        "/useradmin/users" => json!({"users": [user], "meta": {"totalCount": 1}}),
        "/Users" => json!({"Resources": [user], "totalResults": 1}),
        _ => json!({}),
    }
}

/// A list as the vendor's, in which one user carries what it was asked with, in clear and spelled with escapes.
fn echoing(seen: &Seen, _: usize) -> Response {
    let [header, secret] = credentials(seen);
    let user =
        json!({"id": 7, "user_id": 7, "_id": 7, "userId": "7", "name": header, "userName": "SPELLED", "bio": [secret]});
    let list = one_user(seen, &user).to_string().replace("SPELLED", &spelled(&secret));
    // What lies behind the end is empty.
    let behind = ["offset", "skip"].iter().any(|start| seen.number(start) > 0) || seen.number("startIndex") > 1;
    let list = if behind { list.replace(&user.to_string().replace("SPELLED", &spelled(&secret)), "") } else { list };
    text(200, "application/json", &list)
}

#[tokio::test]
async fn what_a_vendor_repeats_in_its_records_is_taken_out_and_counted() {
    let stub = Stub::start(echoing).await;
    let scim = "username = \"file:name\"\npassword = \"file:password\"";
    let scim = Source::new("scim", &stub.url, scim, &[("name", "app"), ("password", "a password: \"long\"")]);
    let vendors = [Vendor::Voiso, Vendor::Cognigy, Vendor::Vonage, Vendor::Voximplant];
    for source in vendors.map(|vendor| source(vendor, &stub.url)).into_iter().chain([scim]) {
        let fetched = source.fetch().await.complete();
        let seen = stub.seen();
        let [header, secret] = credentials(seen.last().unwrap());
        assert!(secret.len() > 20, "{header}");
        let (record, account) = (fetched.records[0].get(), &fetched.accounts[0]);
        assert!(!record.contains(&secret) && !record.contains(&spelled(&secret)), "{record}");
        assert!(record.contains(&header.replace(&secret, "[redacted]")), "{record}");
        assert_eq!(record.matches("[redacted]").count(), 3, "{record}");
        assert!(!format!("{account:?}").contains(&secret));
        // The first page is asked for more than once by those who look at it twice.
        let places = fetched.certificate.usage.redactions;
        assert!(places >= 3 && places.is_multiple_of(3), "{places}");
        let warning = format!("the vendor's answers repeat a secret of ours in {places} places; it was taken out");
        assert!(fetched.warnings().contains(&warning), "{}", fetched.warnings());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_stays_on_disk_holds_what_a_vendor_repeats() {
    let stub = Stub::start(echoing).await;
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "[hr]\nfile = \"hr.csv\"\n[[source]]\nname = \"s\"\nvendor = \"voiso\"\nbase_url = \"{}\"\napi_key = \"env:K\"\n",
        stub.url
    );
    std::fs::write(folder.path().join("headcount.toml"), text).unwrap();
    std::fs::write(folder.path().join("hr.csv"), "Employee ID,Work Email,Status\nE-1,a@example.com,Active\n").unwrap();
    let run = |arguments: &[&str]| {
        let mut command = headcount();
        command.env("K", "key-0123456789-abcdef").current_dir(folder.path()).args(arguments);
        let output = command.output().unwrap();
        [output.stdout, output.stderr].concat()
    };
    let formats = "html,md,json,csv,sarif,junit,codequality,oscal";
    // The server answers on another thread.
    let mut kept = vec![run(&["audit", "--format", formats, "-vvv"]), run(&["fetch", "--out", "snapshot", "-vvv"])];
    kept.push(run(&["explain", "--snapshot", "snapshot", "s/7"]));
    assert!(String::from_utf8_lossy(&kept[2]).contains("Bearer [redacted]"));
    for file in std::fs::read_dir(folder.path().join("headcount-out")).unwrap() {
        kept.push(std::fs::read(file.unwrap().path()).unwrap());
    }
    assert_eq!(kept.len(), 3 + 8 + 2, "the reports, and what is remembered beside them");
    let snapshot = Snapshot::open(&folder.path().join("snapshot")).unwrap();
    kept.extend(snapshot.bag().names().map(|name| snapshot.bag().read_all(name, 1 << 20).unwrap()));
    assert!(kept.len() > 3 + 8 + 2 + 30, "and the snapshot");
    for text in kept.iter().map(|bytes| String::from_utf8_lossy(bytes)) {
        assert!(!text.contains("key-0123456789") && !text.contains(&spelled("key-0123456789")), "{text}");
    }
    let told = serde_json::to_string(snapshot.certificates()).unwrap();
    assert!(told.contains("\"redactions\":3") && told.contains("repeat a secret of ours in 3 places"), "{told}");
}
