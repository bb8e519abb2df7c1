//! A small office: a roster, one contact centre with the users that a test gives it, and the binary.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use axum::extract::{Query, State};
use axum::routing::get;
use axum::{Json, Router};
use headcount::report::Report;
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::process::{NOW, headcount};

pub(crate) const ROSTER: &str = "Employee ID,Name,Work Email,Username,Status\n\
    E-0041,Anna Lindberg,anna.lindberg@example.com,alindberg,Active\n\
    E-0042,Ann Lindqvist,ann.lindqvist@example.com,alindqvist,Active\n\
    E-0043,Bruno Okafor,bruno.okafor@example.com,bokafor,Active\n\
    E-0044,Cleo Novak,cleo.novak@example.com,cnovak,Terminated\n";

type Users = Arc<Mutex<Vec<Value>>>;

/// The office.
pub(crate) struct Office {
    folder: TempDir,
    users: Users,
    _runtime: Runtime,
}

/// What the binary did.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

#[derive(Deserialize)]
struct Page {
    limit: usize,
    offset: usize,
}

async fn list(State(users): State<Users>, Query(page): Query<Page>) -> Json<Value> {
    let users = users.lock().expect("users");
    let shown: Vec<_> = users.iter().skip(page.offset).take(page.limit).collect();
    Json(json!({"users": shown, "metadata": {"total": users.len()}}))
}

/// A user of the contact centre.
pub(crate) fn user(id: &str, name: &str, email: &str) -> Value {
    json!({"id": id, "name": name, "email": email})
}

impl Office {
    /// `extra` is added to the configuration after `[hr]`, whose own keys `hr` are.
    pub(crate) fn new(users: Vec<Value>, hr: &str, extra: &str) -> Self {
        let users: Users = Arc::new(Mutex::new(users));
        let runtime = Runtime::new().expect("runtime");
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0))).expect("bound");
        let url = format!("http://{}", listener.local_addr().expect("address"));
        let app = Router::new().route("/api/v4/users", get(list)).with_state(Arc::clone(&users));
        runtime.spawn(async { axum::serve(listener, app).await });
        let folder = tempfile::tempdir().expect("folder");
        let office = Self { folder, users, _runtime: runtime };
        office.write("hr.csv", ROSTER);
        office.write("key", "voiso-key-1\n");
        office.write(
            "headcount.toml",
            &format!(
                "[hr]\nfile = \"hr.csv\"\n{hr}\n{extra}\n[[source]]\nname = \"voiso\"\nvendor = \"voiso\"\n\
                 base_url = \"{url}\"\napi_key = \"file:key\"\n"
            ),
        );
        office
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("written");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a file")
    }

    /// Changes who has an account.
    pub(crate) fn hire(&self, users: Vec<Value>) {
        *self.users.lock().expect("users") = users;
    }

    /// Runs the binary in the office's folder, at the moment of all tests.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.command(&[arguments, &["--as-of", NOW]].concat())
    }

    /// Stores what the vendor has.
    pub(crate) fn fetch(&self, folder: &str) -> Run {
        self.command(&["fetch", "--out", folder])
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Run {
        let output = headcount().current_dir(self.folder.path()).args(arguments).output().expect("ran");
        Run {
            code: output.status.code().expect("not killed"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    pub(crate) fn report(&self) -> Report {
        serde_json::from_str(&self.read("headcount-out/report.json")).expect("schema 2")
    }
}
