//! Bundles of small audits, keys to sign them with, and the binary.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use headcount::bag::{
    BagId, BagWriter, Command as Asked, Description, Format, Input, Kind, PayloadName, Previous, Role, Run, Tier, pack,
};
use headcount::base::text::hex;
use headcount::config::RulesConfig;
use headcount::rule::RuleSet;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::support::process::{clean, headcount, skipped};

pub(super) const PRINCIPAL: &str = "iam@example.com";

/// A folder with bundles and keys.
pub(super) struct Room(TempDir);

/// What a command did.
pub(super) struct Did {
    pub(super) code: i32,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Did {
    /// Fails unless it ended so, and said all of that somewhere.
    #[track_caller]
    pub(super) fn is(&self, code: i32, said: &[&str]) -> &Self {
        assert_eq!(self.code, code, "{}{}", self.stdout, self.stderr);
        for text in said {
            let all = [&self.stdout, self.stderr.as_str()].concat();
            assert!(all.contains(text), "no {text:?} in\n{all}");
        }
        self
    }
}

/// Whether a program is here. If not, that is said.
pub(super) fn has(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_here = std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    if !is_here {
        skipped(&format!("{program} isn't here"));
    }
    is_here
}

/// Runs a program that has to end well, and returns what it says.
#[track_caller]
pub(super) fn tool<A: AsRef<OsStr>>(folder: &Path, words: impl IntoIterator<Item = A>) -> String {
    let mut words = words.into_iter();
    let mut process = clean(words.next().expect("a program"));
    let output = process.args(words).current_dir(folder).stdin(Stdio::null()).output().expect("started");
    let said = String::from_utf8_lossy(&[&*output.stdout, &output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{process:?}: {said}");
    said
}

/// Runs a line of a shell.
pub(super) fn shell(folder: &Path, line: &str) -> (bool, String) {
    let output = clean("sh").args(["-c", line]).current_dir(folder).output().expect("started");
    let said = String::from_utf8_lossy(&[&*output.stdout, &output.stderr].concat()).into_owned();
    (output.status.success(), said)
}

pub(super) fn name(text: &str) -> PayloadName {
    PayloadName::new(text).expect("a name")
}

const RECORDS: &str = "{\"id\":1}\n{\"id\":2}\n";
const ROSTER: &str = "id,name\nE-1,Ada\n";
const CONFIG: &str =
    "[hr]\nfile = \"HR Zürich 50%.csv\"\n[[source]]\nname = \"crm\"\nvendor = \"file\"\nfile = \"crm.csv\"\n";

fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text))
}

/// The hash of the rules of these bundles, which hold none.
fn no_rules() -> String {
    let config = RulesConfig { instead: Some(Vec::new()), ..RulesConfig::default() };
    RuleSet::load(&config).expect("no rules").sha256()
}

fn description(quarter: u32) -> Description {
    let moment = |second: u32| format!("2026-{:02}-28T12:00:{second:02}Z", 3 * quarter).parse().expect("a time");
    let input = |role, shown: &str, file| Input { role, shown: shown.to_owned(), file: name(file), modified_at: None };
    Description {
        format: Format::One,
        kind: Kind::Audit,
        tier: Tier::Full,
        run: Run {
            id: Some(format!("run-{quarter}")),
            as_of: Some(moment(0)),
            started_at: moment(0),
            finished_at: moment(4),
            tool_version: "0.1.0".to_owned(),
        },
        command: Asked::default(),
        inputs: vec![
            input(Role::Configuration, "headcount.toml", "inputs/configuration-1.toml"),
            input(Role::Roster, "HR Zürich 50%.csv", "inputs/roster-1.csv"),
            input(Role::Records, "crm", "records/crm-1.ndjson"),
        ],
        previous: None,
        full: None,
        withheld: Vec::new(),
    }
}

/// What of a report a bundle is held against.
fn report(description: &Description, before: Option<&str>) -> String {
    let run = &description.run;
    let report = json!({
        "schema_version": 2,
        "run": {"id": run.id, "as_of": run.as_of, "started_at": run.started_at, "finished_at": run.finished_at,
                "tool_version": run.tool_version, "config_sha256": sha256(CONFIG), "rules_sha256": no_rules()},
        "roster": {"file": "HR Zürich 50%.csv", "sha256": sha256(ROSTER)},
        "sources": [{"name": "crm", "fetched": 2, "sha256": sha256(RECORDS)},
                    {"name": "phones", "fetched": 0, "sha256": sha256("")}],
        "findings": [],
        "changes": before.map(|run_id| json!({"previous": {"run_id": run_id}})),
    });
    format!("{report}\n")
}

fn sealed(target: &Path, description: &Description, records: &str, report: &str) -> BagId {
    let mut bag = BagWriter::beside(target).expect("begun");
    for (file, text) in [
        ("inputs/configuration-1.toml", CONFIG),
        ("inputs/roster-1.csv", ROSTER),
        ("records/crm-1.ndjson", records),
        ("outputs/report.json", report),
    ] {
        bag.file(&name(file), |out| out.write_all(text.as_bytes())).expect("written");
    }
    let sealed = bag.seal(description).expect("sealed");
    if target.extension().is_some() { sealed.into_zip() } else { sealed.into_folder() }.expect("named")
}

impl Room {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A bundle of a quarter, as a ZIP or as a folder.
    pub(super) fn bundle(&self, file: &str, quarter: u32, previous: Option<(u32, &BagId)>) -> BagId {
        let mut description = description(quarter);
        description.previous = previous.map(|(quarter, id)| Previous {
            id: id.clone(),
            run_id: format!("run-{quarter}"),
            as_of: self::description(quarter).run.as_of.expect("one"),
        });
        let report = report(&self::description(quarter), None);
        sealed(&self.file(file), &description, RECORDS, &report)
    }

    /// One whose report was compared with the run of that name.
    pub(super) fn following(&self, file: &str, (quarter, id): (u32, &BagId), told: &str) -> BagId {
        let mut description = description(quarter + 1);
        let as_of = self::description(quarter).run.as_of.expect("one");
        description.previous = Some(Previous { id: id.clone(), run_id: format!("run-{quarter}"), as_of });
        sealed(&self.file(file), &description, RECORDS, &report(&description, Some(told)))
    }

    /// The same with other records than the report tells of.
    pub(super) fn contradictory(&self, file: &str, change: impl FnOnce(&mut Description)) -> BagId {
        let mut description = description(1);
        change(&mut description);
        sealed(&self.file(file), &description, "{\"id\":1}\n", &report(&self::description(1), None))
    }

    /// One whose report was made by other rules than it holds.
    pub(super) fn of_other_rules(&self, file: &str) -> BagId {
        let report = report(&description(1), None).replace(&no_rules(), &"0".repeat(64));
        sealed(&self.file(file), &description(1), RECORDS, &report)
    }

    /// Packs a folder.
    pub(super) fn pack(&self, folder: &str, file: &str) {
        fs::remove_file(self.file(file)).ok();
        pack(&self.file(folder), &self.file(file)).expect("packed");
    }

    /// `headcount bundle`.
    pub(super) fn run<A: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = A>) -> Did {
        let output = headcount().arg("bundle").args(words).current_dir(self.path()).output().expect("ran");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let code = output.status.code().expect("not killed");
        Did { code, stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }

    /// Makes a key without a passphrase, and lets its owner sign; `None` where there is no ssh-keygen.
    pub(super) fn key(&self, file: &str, kind: &str, principal: &str, options: &str) -> Option<()> {
        has("ssh-keygen").then_some(())?;
        let words = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "", "-f", file];
        tool(self.path(), words);
        self.allow(file, principal, options);
        Some(())
    }

    /// Lets the owner of a key sign.
    pub(super) fn allow(&self, key: &str, principal: &str, options: &str) {
        let public = fs::read_to_string(self.file(&format!("{key}.pub"))).expect("a key");
        let line = format!("{principal} {options} {}\n", public.trim());
        let signers = fs::read_to_string(self.file("signers")).unwrap_or_default();
        fs::write(self.file("signers"), signers + &line).expect("written");
    }

    /// `headcount bundle sign` with that key.
    pub(super) fn sign(&self, file: &str, key: &str) -> Did {
        self.run(["sign", file, "--key", key, "--as", PRINCIPAL])
    }

    /// `headcount bundle verify` by `signers`.
    pub(super) fn verify(&self, file: &str) -> Did {
        self.run(["verify", file, "--signers", "signers"])
    }

    /// Signs the seal of an unpacked bundle as anybody could, for any purpose.
    pub(super) fn sign_by_hand(&self, folder: &str, key: &str, namespace: &str, into: &str) {
        let seal = fs::read(self.file(folder).join("tagmanifest-sha256.txt")).expect("a seal");
        let mut ssh_keygen = Command::new("ssh-keygen");
        ssh_keygen.args(["-Y", "sign", "-n", namespace, "-f", key]).current_dir(self.path());
        ssh_keygen.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = ssh_keygen.spawn().expect("started");
        child.stdin.take().expect("a pipe").write_all(&seal).expect("written");
        let signature = child.wait_with_output().expect("ended").stdout;
        let path = self.file(folder).join("signatures").join(into);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, signature).expect("written");
    }
}
