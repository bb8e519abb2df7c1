//! A report with a configuration to send it, and the command that does.

use std::path::{Path, PathBuf};

use headcount::report::Report;
use tempfile::TempDir;

use super::mail_server::{PASSWORD, Script, Server, Tls, USER};
use super::process::{code_and_words, headcount};

/// To two people at once.
pub(crate) const TWO: &str = "to = [\"ann@example.com\", \"bob@example.com\"]\n";

pub(crate) struct Kit {
    folder: TempDir,
}

/// What a command left behind.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) said: String,
}

impl Kit {
    pub(crate) fn new(report: &Report) -> Self {
        let kit = Self { folder: tempfile::tempdir().expect("a folder") };
        kit.write("report.json", &serde_json::to_string(report).expect("json"));
        kit.write("password", PASSWORD);
        kit
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("written");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("readable")
    }

    /// `[email]` with an address, further lines, and nothing about a server that is there.
    pub(crate) fn configure(&self, smtp: &str, lines: &str) {
        let rest = "[hr]\nfile = \"hr.csv\"\n[[source]]\nname = \"badges\"\nvendor = \"file\"\nfile = \"badges.csv\"\n";
        let email =
            format!("[email]\nsmtp = \"{smtp}\"\nfrom = \"Access review <access@example.com>\"\nmax_age = \"1000y\"\n");
        self.write("headcount.toml", &format!("{rest}{email}{lines}"));
    }

    /// With a mail server, and `[email]` for it.
    pub(crate) fn serving(report: &Report, tls: Tls, script: &[Script], lines: &str) -> (Server, Self) {
        let (server, kit) = (Server::start(tls, script), Self::new(report));
        kit.configure_for(&server, tls, lines);
        (server, kit)
    }

    /// `[email]` for this server, with more patience than a busy machine needs.
    pub(crate) fn configure_for(&self, server: &Server, tls: Tls, lines: &str) {
        self.configure_with("30s", server, tls, lines);
    }

    pub(crate) fn configure_with(&self, timeout: &str, server: &Server, tls: Tls, lines: &str) {
        let scheme = if tls == Tls::Implicit { "smtps" } else { "smtp" };
        let authority = server.authority().display().to_string();
        let lines = format!("ca_file = '{authority}'\npassword = \"file:password\"\ntimeout = \"{timeout}\"\n{lines}");
        self.configure(&format!("{scheme}://{USER}@localhost:{}", server.port), &lines);
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let mut email = headcount();
        email.current_dir(self.folder.path()).args(["email", "--report", "report.json"]).args(arguments);
        let (code, said) = code_and_words(&email.output().expect("ran"));
        Ran { code, said }
    }

    pub(crate) fn send(&self) -> Ran {
        self.run(&[])
    }

    /// The mails as files, by name.
    pub(crate) fn dry_run(&self) -> Vec<(String, String)> {
        let out = self.path("mails");
        if out.exists() {
            std::fs::remove_dir_all(&out).expect("removed");
        }
        let ran = self.run(&["--dry-run", "mails"]);
        assert_eq!(ran.code, 0, "{}", ran.said);
        mails(&out)
    }
}

fn mails(folder: &Path) -> Vec<(String, String)> {
    let paths = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut mails: Vec<(String, String)> = paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).expect("ASCII"))
        })
        .collect();
    mails.sort();
    mails
}

/// A mail with its parts decoded, as far as tests look at them.
pub(crate) struct Opened {
    pub(crate) headers: String,
    pub(crate) plain: String,
    pub(crate) html: String,
}

pub(crate) fn open(mail: &str) -> Opened {
    let (headers, _) = mail.split_once("\r\n\r\n").expect("headers");
    let part = |kind: &str| {
        let (_, rest) = mail.split_once(&format!("Content-Type: {kind}")).expect(kind);
        let (_, rest) = rest.split_once("\r\n\r\n").expect("a body");
        let (body, _) = rest.split_once("\r\n--=_").expect("an end");
        unquoted(body)
    };
    Opened { headers: headers.replace("\r\n ", " "), plain: part("text/plain"), html: part("text/html") }
}

/// Quoted-printable, read back.
fn unquoted(text: &str) -> String {
    let text = text.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        match (first, tail) {
            (b'=', [high, low, after @ ..]) => {
                let digits = String::from_utf8_lossy(&[*high, *low]).into_owned();
                bytes.push(u8::from_str_radix(&digits, 16).expect("hexadecimal"));
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}
