//! The README is followed from its top to its end in one folder, as a newcomer would: every command and snippet in their order,
//! with simulated vendors and a mail server of our own in the places of those that it names.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use chrono::{DateTime, Days, NaiveDate, Utc};
use headcount::simulate::{Behaviour, ServeOptions, Simulators, Vendor, World, WorldOptions, faults, write_kit};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::support::mail_server::{PASSWORD, Server, Tls, USER};
use crate::support::process::{code_and_words, spawnable};

const README: &str = include_str!("../../README.md");

/// What is done at a line of the README's commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// It is run, and ends so.
    Ends(i32),
    /// Vendors are served from here on.
    Serves,
    /// It builds, which this test doesn't.
    Builds,
}

/// Every command, in its order. The exit codes are those that the text says or that follow from the table of them.
const COMMANDS: [(&str, Step); 34] = [
    ("cargo run --release -- demo", Step::Ends(1)),
    ("cargo test", Step::Builds),
    ("headcount simulate --out sim", Step::Serves),
    ("headcount init --vendor voiso --vendor voxmind", Step::Ends(0)),
    ("headcount hr check", Step::Ends(0)),
    ("headcount sources --check", Step::Ends(0)),
    ("headcount audit", Step::Ends(1)),
    ("headcount explain voiso/4019", Step::Ends(0)),
    ("headcount explain ananya.joshi@example.com", Step::Ends(0)),
    ("headcount crosswalk suggest", Step::Ends(0)),
    ("headcount audit --format json,md --out audit --fail-on orphaned,leaver-active", Step::Ends(1)),
    (
        "headcount demo --policy examples/policies/pci-dss-4.0.1.toml --policy examples/policies/cis-v8.toml",
        Step::Ends(1),
    ),
    ("headcount audit", Step::Ends(1)),
    ("headcount baseline write", Step::Ends(0)),
    (
        "headcount waivers add 1f01d7175b095f8b --owner E-10000 --approver E-10001 --reason migration --ticket SEC-12 --expires 2026-12-31",
        Step::Ends(0),
    ),
    (
        "headcount waivers add --rule duplicate --source voiso --because training --owner E-10000 --approver E-10001 --reason migration --ticket SEC-13 --expires 2026-12-31",
        Step::Ends(0),
    ),
    ("headcount waivers check", Step::Ends(0)),
    ("headcount audit", Step::Ends(0)),
    ("headcount compare 2026-Q3/report.json 2026-Q4/report.json --fail-on new,reopened", Step::Ends(0)),
    ("headcount compare 2026-Q3/report.json 2026-Q4/report.json --format json,html --out changes", Step::Ends(0)),
    ("headcount history 2026-Q3/report.json 2026-Q4/report.json --format html --out trend", Step::Ends(0)),
    ("headcount fetch --out snapshot", Step::Ends(0)),
    ("headcount audit --snapshot snapshot", Step::Ends(0)),
    ("headcount audit --bundle 2026-Q4.zip", Step::Ends(0)),
    ("headcount bundle verify 2026-Q4.zip", Step::Ends(3)),
    ("headcount bundle replay 2026-Q4.zip", Step::Ends(0)),
    ("headcount bundle redact 2026-Q4.zip --privacy counts --out 2026-Q4-counts.zip", Step::Ends(0)),
    ("headcount review open 2026-Q4 --bundle 2026-Q4.zip --due 2026-12-31", Step::Ends(0)),
    ("headcount review status 2026-Q4", Step::Ends(0)),
    ("headcount email --dry-run mails", Step::Ends(0)),
    ("headcount audit --email", Step::Ends(0)),
    ("headcount email --report headcount-out/report.json", Step::Ends(0)),
    (
        "headcount simulate --accounts 10000 --fault unavailable=0.1 --listen 127.0.0.1:8800 --out rehearsal",
        Step::Serves,
    ),
    ("headcount audit -c rehearsal/headcount.toml --out rehearsed", Step::Ends(1)),
];

/// One part of the README, in its order.
#[derive(Debug, Clone, Copy)]
enum Block {
    Console(&'static str),
    Toml(&'static str),
}

fn blocks() -> Vec<Block> {
    let mut parts = README.split("\n```");
    parts.next();
    // Behind a fence that opens comes one that closes.
    let opened = parts.step_by(2);
    let read = |part: &'static str| match part.split_once('\n') {
        Some(("console", text)) => Some(Block::Console(text)),
        Some(("toml", text)) => Some(Block::Toml(text)),
        _ => None,
    };
    opened.filter_map(read).collect()
}

/// The reader's day: the README is followed with the clock of the machine, as by anybody.
fn today() -> NaiveDate {
    DateTime::<Utc>::from(SystemTime::now()).date_naive()
}

/// Somebody who follows the README.
struct Reader {
    folder: TempDir,
    runtime: Runtime,
    served: Vec<Simulators>,
    mail: Server,
}

impl Reader {
    fn new() -> Self {
        let reader = Self {
            folder: tempfile::tempdir().expect("a folder"),
            runtime: Runtime::new().expect("runtime"),
            served: Vec::new(),
            mail: Server::start(Tls::Implicit, &[]),
        };
        // What a clone has, and the commands name.
        let policies = reader.path("examples/policies");
        fs::create_dir_all(&policies).expect("made");
        for entry in fs::read_dir("examples/policies").expect("there") {
            let path = entry.expect("one").path();
            fs::copy(&path, policies.join(path.file_name().expect("a name"))).expect("copied");
        }
        reader
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("written");
    }

    /// Serves the vendors that a line asks for, on free ports, and writes their kit.
    fn serve(&mut self, line: &str) {
        let option = |name: &str| line.split(' ').skip_while(|word| *word != name).nth(1);
        let accounts = option("--accounts").map_or(2_400, |number| number.parse().expect("a number"));
        let fault = option("--fault").map(|rate| faults::hook(vec![rate.parse().expect("a fault")], 1));
        // With faults, so many would take minutes.
        let accounts = if fault.is_some() { 1_000 } else { accounts };
        let world = Arc::new(World::new(WorldOptions { accounts, seed: 1, today: today() }));
        let options = ServeOptions::all(&Behaviour { faults: fault, ..Behaviour::default() });
        let simulators = self.runtime.block_on(Simulators::start(Arc::clone(&world), &options)).expect("started");
        write_kit(&self.path(option("--out").expect("a folder")), &world, &simulators).expect("a kit");
        self.served.push(simulators);
    }

    /// Does what the text asks for with a snippet.
    fn apply(&self, snippet: &'static str) {
        let config = || self.read("headcount.toml");
        if snippet.starts_with("[hr]\nfile") {
            for file in ["hr.csv", "voxmind-people.csv"] {
                fs::copy(self.path("sim").join(file), self.path(file)).expect("copied");
            }
            fs::create_dir_all(self.path("secrets")).expect("made");
            fs::copy(self.path("sim/secrets/voxmind-token"), self.path("secrets/voxmind-token")).expect("copied");
            let address = |vendor| self.served.first().and_then(|served| served.base_url(vendor)).expect("served");
            let voiso = snippet.replace("https://cluster.voiso.com", &address(Vendor::Voiso));
            let organisation = "organisation = \"42\"";
            let both =
                voiso.replace(organisation, &format!("{organisation}\nbase_url = \"{}\"", address(Vendor::Voxmind)));
            assert!(both.matches("http://127.0.0.1").count() == 2, "both are served here: {both}");
            self.write("headcount.toml", &both);
        } else if snippet.starts_with("[hr]\ndates") {
            self.try_several_files(snippet);
        } else if snippet.starts_with("[exceptions]") {
            let config = config();
            let (before, gate) = config.split_once("[gate]").expect("a gate");
            let (_, report) = gate.split_once("[report]").expect("a report");
            self.write("headcount.toml", &format!("{before}{snippet}\n[report]{report}"));
        } else if snippet.starts_with("[history]") {
            self.write("headcount.toml", &format!("{}\n{snippet}", config()));
            self.ends("headcount audit --out 2026-Q3", 0);
            self.ends("headcount audit --out 2026-Q4", 0);
        } else if snippet.starts_with("[rules]") {
            fs::create_dir_all(self.path("rules")).expect("made");
            let rule = fs::read_to_string("rules/orphaned.toml").expect("a rule");
            self.write("rules/nobodys.toml", &rule.replace("id = \"orphaned\"", "id = \"nobodys\""));
            self.write("headcount.toml", &format!("{}\n{snippet}", config()));
            self.ends("headcount rules check -c headcount.toml", 0);
            self.ends("headcount rules show nobodys -c headcount.toml", 0);
        } else if snippet.starts_with("[review]") {
            self.write("headcount.toml", &format!("{}\n{snippet}", config()));
        } else if snippet.starts_with("[email]") {
            let server = format!("smtps://{USER}@localhost:{}", self.mail.port);
            let here = snippet.replace("smtps://mailer@smtp.example.com:465", &server);
            assert_ne!(here, snippet, "mail stays here");
            let authority = self.mail.authority().display().to_string();
            self.write(
                "headcount.toml",
                &format!("{}\n{here}\nca_file = '{authority}'\ntimeout = \"30s\"\n", config()),
            );
        } else {
            panic!("a snippet that this test doesn't know: {snippet}");
        }
    }

    /// Reads a roster in two files as the snippet says, which stands for itself.
    fn try_several_files(&self, snippet: &str) {
        let config = self.read("headcount.toml");
        let head = "Employee ID,Name,Work Email,Status,Worker Type,Hire Date\n";
        self.write("staff.csv", &format!("{head}E-1,Ada Sample,ada@example.com,Active,Regular,03/04/2026\n"));
        self.write("externals.csv", &format!("{head}X-1,Bo Sample,bo@example.com,,,31 Jan 2026\n"));
        let (_, sources) = config.split_once("[[source]]").expect("sources");
        self.write("several.toml", &format!("{snippet}\n[[source]]{sources}"));
        self.ends("headcount hr check -c several.toml", 0);
    }

    fn ends(&self, line: &str, code: i32) {
        let ahead = today().checked_add_days(Days::new(30)).expect("a day").to_string();
        let arguments = line.split(' ').skip_while(|word| *word != "headcount" && *word != "--").skip(1);
        // A date that is some weeks ahead of whoever reads this.
        let arguments = arguments.map(|word| if word == "2026-12-31" { ahead.as_str() } else { word });
        let key = fs::read_to_string(self.path("sim/secrets/voiso-key")).unwrap_or_default();
        let mut command = spawnable();
        command.current_dir(self.folder.path()).args(arguments);
        command.env("VOISO_API_KEY", key.trim()).env("SMTP_PASSWORD", PASSWORD);
        let (ended, words) = code_and_words(&command.output().expect("ran"));
        assert_eq!(ended, code, "{line}\n{words}");
    }
}

#[test]
fn the_readme_can_be_followed_from_top_to_end() {
    let mut reader = Reader::new();
    let mut commands = COMMANDS.iter();
    for block in blocks() {
        match block {
            Block::Toml(snippet) => reader.apply(snippet),
            Block::Console(lines) => {
                for line in lines.lines() {
                    let (known, step) = commands.next().expect("a command that this test doesn't know");
                    assert_eq!(line, *known);
                    match step {
                        Step::Ends(code) => reader.ends(line, *code),
                        Step::Serves => reader.serve(line),
                        Step::Builds => {}
                    }
                }
            }
        }
    }
    assert_eq!(commands.next(), None, "every command is there");
    assert!(!reader.mail.seen().messages.is_empty(), "mail was sent");
    assert!(Path::new(&reader.path("mails")).is_dir());
}
