//! Firefox, driven as a person would: by its own remote protocol, over loopback. Each message is its length, a colon, and JSON.

use std::ffi::OsString;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::process::{clean, skipped};

/// The key that ends a line.
pub(super) const ENTER: &str = "\u{e007}";

const PATIENCE: Duration = Duration::from_secs(90);

/// A Firefox without a window, with a profile and a folder for downloads of its own.
pub(super) struct Firefox {
    process: Child,
    stream: TcpStream,
    sent: u64,
    profile: TempDir,
}

/// The browser, if there is one.
fn firefox() -> Option<OsString> {
    let names = ["firefox", "firefox-esr"].map(OsString::from);
    let mut named = std::env::var_os("FIREFOX").into_iter().chain(names);
    let found = named.find(|name| Command::new(name).arg("--version").output().is_ok());
    if found.is_none() {
        skipped("there is no Firefox, so the page of a packet was not tried in it");
    }
    found
}

impl Firefox {
    /// Starts it, if there is one.
    pub(super) fn start() -> Option<Self> {
        let firefox = firefox()?;
        let profile = tempfile::tempdir().expect("a folder");
        let downloads = profile.path().join("downloads");
        fs::create_dir(&downloads).expect("made");
        let settings = [
            ("marionette.port", json!(0)),
            ("browser.download.folderList", json!(2)),
            ("browser.download.dir", json!(downloads)),
            ("browser.download.always_ask_before_handling_new_types", json!(false)),
            ("browser.shell.checkDefaultBrowser", json!(false)),
            ("datareporting.policy.dataSubmissionEnabled", json!(false)),
            ("network.captive-portal-service.enabled", json!(false)),
            ("network.connectivity-service.enabled", json!(false)),
            ("app.update.disabledForTesting", json!(true)),
            ("remote.prefs.recommended", json!(true)),
        ];
        let settings = settings.map(|(name, value)| format!("user_pref(\"{name}\", {value});\n"));
        fs::write(profile.path().join("user.js"), settings.concat()).expect("written");
        let process = clean(&firefox)
            .args(["--headless", "--marionette", "--no-remote", "--profile"])
            .arg(profile.path())
            .env("HOME", profile.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("Firefox runs");
        // It writes down where it listens.
        let port = profile.path().join("MarionetteActivePort");
        let port: u16 = awaited(|| fs::read_to_string(&port).ok()?.trim().parse().ok());
        let stream = awaited(|| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok());
        stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        let mut started = Self { process, stream, sent: 0, profile };
        started.receive();
        started.ask("WebDriver:NewSession", &json!({}));
        Some(started)
    }

    fn receive(&mut self) -> Value {
        let mut byte = [0];
        let mut length = String::new();
        loop {
            self.stream.read_exact(&mut byte).expect("an answer");
            if byte == *b":" {
                break;
            }
            length.push(char::from(byte[0]));
        }
        let mut text = vec![0; length.parse().expect("a length")];
        self.stream.read_exact(&mut text).expect("an answer");
        serde_json::from_slice(&text).expect("JSON")
    }

    fn ask(&mut self, command: &str, parameters: &Value) -> Value {
        self.sent += 1;
        let text = json!([0, self.sent, command, parameters]).to_string();
        write!(self.stream, "{}:{text}", text.len()).expect("sent");
        let answer = self.receive();
        assert_eq!(answer[2], Value::Null, "{command} {parameters}");
        answer[3].clone()
    }

    pub(super) fn go_to(&mut self, page: &Path) {
        self.ask("WebDriver:Navigate", &json!({"url": format!("file://{}", page.display())}));
    }

    /// Reloads the page as F5 does. The protocol's own command puts no answers back, as it happens.
    pub(super) fn reload(&mut self) {
        self.read("(document.title = 'old', location.reload())");
        let is_new = "document.title !== 'old' && document.readyState === 'complete'";
        let start = Instant::now();
        while self.read(is_new) != true && start.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(50));
        }
        // Old answers come last of all.
        std::thread::sleep(Duration::from_millis(500));
    }

    fn element(&mut self, selector: &str) -> Value {
        let found = self.ask("WebDriver:FindElement", &json!({"using": "css selector", "value": selector}));
        let reference = found["value"].as_object().expect("an element").values().next().expect("a reference");
        reference.clone()
    }

    pub(super) fn click(&mut self, selector: &str) {
        let id = self.element(selector);
        self.ask("WebDriver:ElementClick", &json!({"id": id}));
    }

    /// Types into a control; into one for files, the path of one.
    pub(super) fn type_into(&mut self, selector: &str, text: &str) {
        let id = self.element(selector);
        self.ask("WebDriver:ElementSendKeys", &json!({"id": id, "text": text}));
    }

    /// What an expression of the page's script comes to.
    pub(super) fn read(&mut self, expression: &str) -> Value {
        let script = json!({"script": format!("return {expression}"), "args": []});
        self.ask("WebDriver:ExecuteScript", &script)["value"].clone()
    }

    /// The file that the page saves next, when it is told to by `act`.
    pub(super) fn saved(&mut self, act: impl FnOnce(&mut Self)) -> PathBuf {
        let folder = self.profile.path().join("downloads");
        let all = || -> Vec<PathBuf> {
            let entries = fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("one").path());
            entries.filter(|path| path.extension().is_some_and(|ending| ending == "json")).collect()
        };
        let before = all();
        act(self);
        awaited(|| {
            let new = all().into_iter().find(|path| !before.contains(path))?;
            serde_json::from_slice::<Value>(&fs::read(&new).ok()?).ok().map(|_| new)
        })
    }
}

/// What is there after a while.
fn awaited<T>(mut what: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = what() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "Firefox takes too long");
        std::thread::sleep(Duration::from_millis(100));
    }
}

impl Drop for Firefox {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
