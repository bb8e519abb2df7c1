//! A small organisation whose accounts are reviewed, and the reviewers who fill in their packets.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use calamine::{Reader as _, Xlsx, open_workbook};
use headcount::review::{Campaign, Standing};
use rust_xlsxwriter::Workbook;
use tempfile::TempDir;

use crate::support::process::headcount;

/// Ada leads all; Bob leads Cleo and Dan; Eve answers for the CRM; Fay and Gus stand behind.
pub(super) const ROSTER: &str = "Employee ID,Name,Work email,Username,Status,Manager\n\
    E-1,Ada Anning,ada@example.com,ada,Active,\n\
    E-2,Bob Birch,bob@example.com,bob,Active,E-1\n\
    E-3,Cleo Cairn,cleo@example.com,cleo,Active,E-2\n\
    E-4,Dan Dorn,dan@example.com,dan,Active,E-2\n\
    E-5,Eve Elm,eve@example.com,eve,Active,E-1\n\
    E-6,Fay Fir,fay@example.com,fay,Active,E-1\n\
    E-7,Gus Gorse,gus@example.com,gus,Active,E-1\n";

/// id, address, status, roles; one a line.
pub(super) const ACCOUNTS: [[&str; 4]; 6] = [
    ["a-1", "ada@example.com", "active", "agent"],
    ["b-1", "bob@example.com", "active", "agent;admin"],
    ["c-1", "cleo@example.com", "active", "agent"],
    ["d-1", "dan@example.com", "active", "agent;billing"],
    ["e-1", "eve@example.com", "active", "agent"],
    ["x-1", "ghost@elsewhere.example", "active", "agent"],
];

pub(super) const REVIEW: &str = "[review]\nfallback = \"E-6\"\nsecond = \"E-7\"\n";

/// The day of the evidence.
pub(super) const EVIDENCE: &str = "2026-11-30";

pub(super) struct Desk(TempDir);

/// What the binary did.
pub(super) struct Ran {
    pub(super) code: i32,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Ran {
    #[track_caller]
    pub(super) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    pub(super) fn says(self, words: &str) -> Self {
        assert!(self.stdout.contains(words) || self.stderr.contains(words), "{words}: {}{}", self.stdout, self.stderr);
        self
    }
}

impl Desk {
    pub(super) fn new(review: &str) -> Self {
        let desk = Self(tempfile::tempdir().expect("a folder"));
        desk.write("hr.csv", ROSTER);
        desk.configure(review);
        desk.export(&ACCOUNTS);
        desk
    }

    /// The same with a review that is open.
    pub(super) fn opened(review: &str, arguments: &[&str]) -> Self {
        let desk = Self::new(review);
        desk.seal(EVIDENCE);
        desk.open(arguments).ends(0);
        desk
    }

    pub(super) fn configure(&self, review: &str) {
        self.write(
            "headcount.toml",
            format!(
                "{review}\n[hr]\nfile = \"hr.csv\"\n[gate]\nfail_on = []\n[[source]]\nname = \"crm\"\nvendor = \"file\"\n\
                 file = \"crm.csv\"\nowner = \"E-5\"\nprivileged_roles = [\"admin\"]\n"
            ),
        );
    }

    pub(super) fn export(&self, rows: &[[&str; 4]]) {
        let rows: Vec<String> =
            rows.iter().map(|[id, email, status, roles]| format!("{id},{email},{status},\"{roles}\"\n")).collect();
        self.write("crm.csv", format!("id,email,status,roles\n{}", rows.concat()));
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(super) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).expect("written");
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Ran {
        let output = headcount().current_dir(self.0.path()).args(arguments).output().expect("ran");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran {
            code: output.status.code().expect("not killed"),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    /// Audits at noon of a day, and seals that.
    pub(super) fn seal(&self, day: &str) -> Ran {
        let (moment, bundle) = (format!("{day}T12:00:00Z"), format!("{day}.zip"));
        self.run(&["audit", "-q", "--as-of", &moment, "--out", day, "--format", "json", "--bundle", &bundle])
    }

    /// The same, behind an earlier one.
    pub(super) fn seal_behind(&self, day: &str, earlier: &str) -> Ran {
        let (moment, bundle, previous) = (format!("{day}T12:00:00Z"), format!("{day}.zip"), format!("{earlier}.zip"));
        let run = ["audit", "-q", "--as-of", &moment, "--out", day, "--format", "json", "--bundle", &bundle];
        self.run(&[&run[..], &["--previous", &previous]].concat())
    }

    pub(super) fn open(&self, arguments: &[&str]) -> Ran {
        let bundle = format!("{EVIDENCE}.zip");
        let mut all = vec!["review", "open", "q4", "--bundle", &bundle, "--due", "2026-12-18", "--as-of", "2026-12-01"];
        all.extend(arguments);
        self.run(&all)
    }

    pub(super) fn collect(&self, day: &str, arguments: &[&str]) -> Ran {
        let mut all = vec!["review", "collect", "q4", "--as-of", day];
        all.extend(arguments);
        self.run(&all)
    }

    pub(super) fn close(&self, day: &str, arguments: &[&str]) -> Ran {
        let mut all = vec!["review", "close", "q4", "--as-of", day];
        all.extend(arguments);
        self.run(&all)
    }

    /// Everybody who has a packet of a review keeps everything but for these cells: key, heading, text.
    pub(super) fn answer(&self, id: &str, day: &str, changes: &[(&str, &str, &str)]) {
        let packets = fs::read_dir(self.path(&format!("reviews/{id}/packets"))).expect("packets");
        let mut names: Vec<String> =
            packets.map(|entry| entry.expect("one").file_name().to_string_lossy().into_owned()).collect();
        names.retain(|name| Path::new(name).extension().is_some_and(|ending| ending == "xlsx"));
        names.sort();
        for name in names {
            let mut packet = Packet::read(&self.path(&format!("reviews/{id}/packets/{name}")));
            packet.decide_all("Keep");
            let keys = packet.keys();
            for (key, heading, text) in changes.iter().filter(|(key, ..)| keys.iter().any(|known| known == key)) {
                packet.set(key, heading, text);
            }
            let who = name.trim_start_matches(id).get(1..4).expect("whose").to_uppercase();
            packet.sign(&who).save(&self.path(&format!("answer-{name}")));
            self.run(&["review", "collect", id, &format!("answer-{name}"), "--as-of", day]).ends(0);
        }
    }

    pub(super) fn campaign(&self) -> Campaign {
        Campaign::read(&self.path("reviews/q4")).expect("a review")
    }

    /// Who is to decide about each account.
    pub(super) fn holders(&self) -> BTreeMap<String, Option<String>> {
        let asked = self.campaign().state.asked;
        asked.into_iter().map(|(key, asked)| (key, asked.holder)).collect()
    }

    /// How far each account is, with its decision.
    pub(super) fn standings(&self) -> BTreeMap<String, String> {
        let campaign = self.campaign();
        let word = |standing: Standing<'_>| match standing {
            Standing::Unassigned => "unassigned".to_owned(),
            Standing::Open => "open".to_owned(),
            Standing::Conflict => "conflict".to_owned(),
            Standing::Unsigned(answer) => format!("unsigned {}", answer.decision.as_str()),
            Standing::Decided(answer) => answer.decision.as_str().to_owned(),
        };
        let all = campaign.state.asked.iter();
        all.map(|(key, asked)| (key.clone(), word(campaign.state.standing_of(asked)))).collect()
    }

    /// The packet of somebody, as it was sent.
    pub(super) fn packet(&self, who: &str, round: u32) -> Packet {
        Packet::read(&self.path(&format!("reviews/q4/packets/q4-{}-r{round}.xlsx", who.to_lowercase())))
    }
}

/// A packet on somebody's desk: its sheets as rows of cells.
#[derive(Clone)]
pub(super) struct Packet {
    pub(super) review: Vec<Vec<String>>,
    pub(super) sign_off: Vec<Vec<String>>,
}

impl Packet {
    pub(super) fn read(path: &Path) -> Self {
        let mut workbook: Xlsx<_> = open_workbook(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut sheet = |name: &str| -> Vec<Vec<String>> {
            let range = workbook.worksheet_range(name).expect("a sheet");
            let width = range.width();
            let row = |row: &[calamine::Data]| {
                let mut cells: Vec<String> = row.iter().map(ToString::to_string).collect();
                cells.resize(width.max(if name == "Review" { 23 } else { 2 }), String::new());
                cells
            };
            range.rows().map(row).collect()
        };
        Self { review: sheet("Review"), sign_off: sheet("Sign-off") }
    }

    pub(super) fn column(&self, heading: &str) -> usize {
        self.review[0].iter().position(|cell| cell == heading).unwrap_or_else(|| panic!("no {heading}"))
    }

    pub(super) fn keys(&self) -> Vec<String> {
        self.review.iter().skip(1).map(|row| row[self.column("Key")].clone()).collect()
    }

    pub(super) fn set(&mut self, key: &str, heading: &str, text: &str) -> &mut Self {
        let (at, column) = (self.column("Key"), self.column(heading));
        let row = self.review.iter_mut().find(|row| row[at] == key).unwrap_or_else(|| panic!("no {key}"));
        text.clone_into(&mut row[column]);
        self
    }

    pub(super) fn decide(&mut self, key: &str, decision: &str) -> &mut Self {
        self.set(key, "Decision", decision)
    }

    /// The same decision for all.
    pub(super) fn decide_all(&mut self, decision: &str) -> &mut Self {
        for key in self.keys() {
            self.decide(&key, decision);
        }
        self
    }

    pub(super) fn sign(&mut self, name: &str) -> &mut Self {
        for row in &mut self.sign_off {
            match row[0].as_str() {
                "Confirmed" => "Yes".clone_into(&mut row[1]),
                "Name" => name.clone_into(&mut row[1]),
                _ => {}
            }
        }
        self
    }

    pub(super) fn save(&self, path: &Path) {
        self.save_hiding(path, &[]);
    }

    /// The same with rows that a filter hides.
    pub(super) fn save_hiding(&self, path: &Path, hidden: &[u32]) {
        let mut workbook = Workbook::new();
        for (name, rows) in [("Review", &self.review), ("Sign-off", &self.sign_off)] {
            let sheet = workbook.add_worksheet();
            sheet.set_name(name).expect("named");
            for row in hidden.iter().filter(|_| name == "Review") {
                sheet.set_row_hidden(*row).expect("hidden");
            }
            for (row, cells) in (0..).zip(rows) {
                for (column, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
                    sheet.write_string(row, column, cell).expect("written");
                }
            }
        }
        workbook.save(path).expect("saved");
    }

    pub(super) fn csv(&self) -> String {
        let cell = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
        let row = |row: &Vec<String>| row.iter().map(cell).collect::<Vec<_>>().join(",") + "\r\n";
        self.review.iter().map(row).collect()
    }
}
