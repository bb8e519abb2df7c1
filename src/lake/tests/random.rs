//! Organisations by chance: keys that are hard to compare, facts that are told, absent or not told, moments at the limits of
//! rules to the nanosecond, and everything that correlation knows.

use chrono::TimeDelta;
use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::organisations::Organisation;
use crate::model::Timestamp;

/// Days begin and end then.
pub(super) const MIDNIGHT: &str = "2026-10-15T00:00:00Z";
pub(super) const NOW: &str = "2026-10-15T12:00:00.000000005Z";

/// One person's, mostly: what engines would fold, compose or trim in ways of their own.
const NAMES: [&str; 20] = [
    "ann",
    "Ann",
    "bob",
    "straße",
    "STRASSE",
    "ipek",
    "İpek",
    "ılgın",
    "ａｎｎ",
    "zo\u{308}e",
    "zöe",
    "noreply",
    "desk",
    "ﬁona",
    "FIONA",
    "ΣΊΣΥΦΟΣ",
    "σίσυφος",
    "ann\u{200b}",
    "unknown",
    "🦆",
];
const DOMAINS: [&str; 5] = ["example.com", "EXAMPLE.com", "old.example", "bücher.example", "xn--bcher-kva.example"];
const FACTS: [&str; 12] = [
    "external_id",
    "email",
    "username",
    "display_name",
    "status",
    "locked",
    "licensed",
    "roles",
    "created_at",
    "updated_at",
    "last_login_at",
    "deleted_at",
];
const LIMITS: [i64; 8] = [0, 1, 14, 30, 60, 90, 180, 365];

/// Who left at the very moment of a login, leaves in exactly two weeks, came exactly a day after a login, or came back after the day
/// on which the account was made.
const CORNER_PEOPLE: &str = "\
    C-1,Ida Corner,ida@example.com,,ida,Terminated,employee,2020-01-01,2026-08-31,IT,Bern\n\
    C-2,Jon Corner,jon@example.com,,jon,Active,employee,2020-01-01,2026-10-28,IT,Bern\n\
    C-4,Lea Corner,lea@example.com,,lea,Active,employee,2026-06-01,,IT,Bern\n\
    C-3,Kai Corner,kai@example.com,,kai,Active,employee,2020-01-01,2025-06-30,IT,Bern\n\
    C-3,Kai Corner,kai@example.com,,kai,Active,employee,2025-09-01,,IT,Bern\n";

/// Their accounts: one was made exactly thirty days ago, others exactly sixty days and one more before the first day.
const CORNERS: &str = r#"{"id":"c-1","external_id":"C-1","status":"active","locked":false,"licensed":true,"roles":"User","created_at":"2020-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z","last_login_at":"2026-09-01T00:00:00Z"}
{"id":"c-2","external_id":"C-2","status":"active","locked":false,"licensed":true,"roles":"User","created_at":"2020-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z","last_login_at":"2026-10-01T00:00:00Z"}
{"id":"c-3","external_id":"C-3","status":"active","locked":false,"licensed":true,"roles":"User","created_at":"2025-06-30T00:00:00Z","updated_at":"2026-01-01T00:00:00Z","last_login_at":"2026-10-01T00:00:00Z"}
{"id":"c-4","external_id":"C-2","status":"active","locked":false,"licensed":true,"roles":"User","created_at":"2026-09-15T00:00:00Z","updated_at":"2026-01-01T00:00:00Z","last_login_at":null}
{"id":"c-5","external_id":"C-4","status":"active","locked":false,"licensed":true,"roles":"User","created_at":"2026-04-02T00:00:00Z","updated_at":"2026-05-01T00:00:00Z","last_login_at":"2026-05-31T00:00:00Z"}
{"id":"c-6","external_id":"C-4","status":"active","locked":false,"licensed":true,"roles":"User","created_at":"2026-04-01T00:00:00Z","updated_at":"2026-05-01T00:00:00Z","last_login_at":null}
"#;

struct Chance(Rng);

impl Chance {
    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of.get(self.0.usize(..of.len())).copied().unwrap_or_default()
    }

    fn name(&mut self) -> String {
        let name = self.one(&NAMES);
        if self.0.bool() { name.to_owned() } else { format!("{name}{}", self.0.u8(..4)) }
    }

    fn address(&mut self) -> String {
        let name = self.name();
        let tag = if self.0.u8(..6) == 0 { "+crm" } else { "" };
        format!("{name}{tag}@{}", self.one(&DOMAINS))
    }

    fn id(&mut self, people: u32) -> String {
        let case = if self.0.u8(..5) == 0 { 'e' } else { 'E' };
        format!("{case}-{}", self.0.u32(..people + 2))
    }

    /// At a limit of some rule, or a nanosecond beside it.
    fn moment(&mut self, now: Timestamp) -> String {
        let days = TimeDelta::days(LIMITS.get(self.0.usize(..LIMITS.len())).copied().unwrap_or_default());
        let beside = TimeDelta::nanoseconds(self.0.i64(-1..=1));
        let days = if self.0.u8(..9) == 0 { TimeDelta::days(400) } else { days };
        let time = if self.0.u8(..5) == 0 { now + days } else { now - days } + beside;
        time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
    }

    fn day(&mut self, now: Timestamp) -> String {
        let days = LIMITS.get(self.0.usize(..LIMITS.len())).copied().unwrap_or_default() + self.0.i64(-1..=1);
        let time = if self.0.bool() { now + TimeDelta::days(days) } else { now - TimeDelta::days(days) };
        time.date_naive().to_string()
    }

    /// Columns that a small roster doesn't have.
    fn hidden(&mut self, size: Size) -> Vec<usize> {
        let may_hide = size.people < 20 && self.0.bool();
        (2..11).filter(|_| may_hide && self.0.u8(..4) == 0).collect()
    }

    fn record(&mut self, id: u32, people: u32, told: &[&str], now: Timestamp) -> Value {
        let mut record = Map::from_iter([("id".to_owned(), json!(account_id(id)))]);
        for fact in told {
            let value = match *fact {
                "external_id" => json!(self.id(people)),
                "email" => json!(self.address()),
                "username" if self.0.u8(..4) == 0 => json!(self.address()),
                "username" => {
                    json!(self.one(&["admin", "Help_Desk 02", "o'brien", "a\\b", "$x"]).to_owned() + &self.name())
                }
                "display_name" => json!(self.one(&["Ann Tester", "Bob Tester", "Somebody Else"])),
                "status" => json!(self.one(&["active", "active", "inactive", "inactive", "dormant?"])),
                "locked" | "licensed" => json!(self.0.bool()),
                "roles" => json!(self.one(&["Admin", "User", "Admin;User"])),
                _ => json!(self.moment(now)),
            };
            if self.0.u8(..6) > 0 {
                record.insert((*fact).to_owned(), value);
            }
        }
        Value::Object(record)
    }

    fn roster(&mut self, people: u32, now: Timestamp) -> String {
        let mut text = "Employee ID,Full Name,Email,Former Email,Username,Employment Status,Worker Type,Start Date,Last Day,Department,Location\n".to_owned();
        for person in 0..people {
            let former = if self.0.bool() { self.address() } else { String::new() };
            let days = [self.day(now), self.day(now)].map(|day| if self.0.bool() { day } else { String::new() });
            let [start, last] = days;
            let row = [
                format!("E-{person}"),
                self.one(&["Ann Tester", "Bob Tester", "Zoë Tester", ""]).to_owned(),
                self.address(),
                former,
                self.name(),
                self.one(&["Active", "Leave", "Terminated", ""]).to_owned(),
                self.one(&["employee", "external", ""]).to_owned(),
                start,
                last,
                self.one(&["Sales", "IT", ""]).to_owned(),
                self.one(&["Bern", "Zug", ""]).to_owned(),
            ];
            text.extend([row.join(","), "\n".to_owned()]);
            if self.0.u8(..4) == 0 {
                // An employment before this one.
                let days = [1_000, 400].map(|days| (now - TimeDelta::days(days)).date_naive().to_string());
                let mut earlier = row.clone();
                for (cell, day) in earlier.iter_mut().skip(7).zip(days) {
                    *cell = day;
                }
                text.extend([earlier.join(","), "\n".to_owned()]);
            }
        }
        text + CORNER_PEOPLE
    }
}

/// How many people there are, and accounts at each of two sources.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) people: u32,
    pub(super) accounts: u32,
}

/// Some differ in what engines might take for the same.
fn account_id(number: u32) -> String {
    match number % 8 {
        1 => format!("A-{}", number - 1),
        2 => format!("ä'{number}"),
        4 => format!("a\u{308}'{}", number - 2),
        _ => format!("a-{number}"),
    }
}

/// Without some columns of the roster.
fn without(roster: &str, hidden: &[usize]) -> String {
    let kept = |line: &str| {
        let cells = line.split(',').enumerate().filter(|(at, _)| !hidden.contains(at)).map(|(_, cell)| cell);
        cells.collect::<Vec<_>>().join(",") + "\n"
    };
    roster.lines().map(kept).collect()
}

/// An organisation of this size.
pub(super) fn organisation(seed: u64, size: Size, now: &str) -> Organisation {
    let Size { people, accounts } = size;
    let mut chance = Chance(Rng::with_seed(seed));
    let (written, now): (&str, Timestamp) = (now, now.parse().expect("a time"));
    let rules = std::path::Path::new("examples/custom-rules").canonicalize().expect("a folder");
    let mut config = format!(
        "[hr]\nfile = \"hr.csv\"\n[match]\ncrowd = {}\nusername_matches_local_part = {}\ndomains = {{ \"old.example\" = \"example.com\" }}\n\
         plus_addressing = \"{}\"\n[exceptions]\ndeclared = \"declared.toml\"\n[rules]\npaths = [{:?}]\n\
         [rules.override.email-domain]\nparams = {{ domains = [\"example.com\"] }}\n\
         [rules.override.region-restricted]\nparams = {{ sources = [\"one\"], locations = [\"Bern\"] }}\n\
         [rules.override.sso-bypass]\nparams = {{ sources = [\"two\"] }}\n[rules.override.locked]\nsources = [\"one\"]\n\
         [rules.override.leaver-active]\nparams = {{ grace_days = {} }}\n[rules.override.licence-waste]\nsources = [\"two\"]\n\
         [rules.override.privileged-unapproved]\nparams = {{ approved = [\"one/a-3\", \"E-2\"] }}\n",
        chance.0.u32(1..4),
        chance.0.bool(),
        chance.one(&["keep", "strip"]),
        rules.display().to_string(),
        chance.0.u32(..2),
    );
    let (roster, hidden) = (chance.roster(people, now), chance.hidden(size));
    let mut files = vec![("hr.csv".to_owned(), without(&roster, &hidden))];
    let mut declared = String::new();
    for source in ["one", "two"] {
        let told: Vec<&str> = FACTS.into_iter().filter(|_| chance.0.u8(..5) > 0).collect();
        let records: Vec<String> = (0..accounts).map(|id| chance.record(id, people, &told, now).to_string()).collect();
        files.push((format!("{source}.ndjson"), records.join("\n") + "\n"));
        let mut tiers = vec!["crosswalk", "external_id", "email", "username"];
        chance.0.shuffle(&mut tiers);
        tiers.truncate(chance.0.usize(2..=4));
        let has_crosswalk = tiers.contains(&"crosswalk");
        let crosswalk = if has_crosswalk { format!("crosswalk = \"{source}-people.csv\"\n") } else { String::new() };
        config.extend([format!(
            "[[source]]\nname = \"{source}\"\nvendor = \"file\"\nfile = \"{source}.ndjson\"\nprivileged_roles = [\"Admin\"]\n\
             [source.match]\ntiers = {tiers:?}\n{crosswalk}"
        )]);
        if has_crosswalk {
            let line = |n: u32| format!("id,{},E-{}\n", account_id(n), n % people);
            let lines: String = (0..accounts).filter(|_| chance.0.u8(..5) == 0).map(line).collect();
            files.push((format!("{source}-people.csv"), format!("key,value,employee_id\nid,a-0,E-0\n{lines}")));
        }
        for id in 0..accounts {
            if chance.0.u8(..8) > 0 {
                continue;
            }
            let owner = if chance.0.bool() { format!("owner = \"{}\"\n", chance.id(people)) } else { String::new() };
            let purpose = if chance.0.bool() { "purpose = \"it's needed\"\n" } else { "" };
            let review = if chance.0.bool() {
                format!("review_date = {}\n", (now - TimeDelta::days(chance.0.i64(89..92))).date_naive())
            } else {
                String::new()
            };
            declared.extend([format!(
                "[[account]]\nsource = \"{source}\"\nid = \"{}\"\nkind = \"shared\"\n{owner}{purpose}{review}",
                account_id(id)
            )]);
        }
        declared.extend([format!(
            "[[account]]\nsource = \"{source}\"\npattern = {{ email = 'desk[0-9]@.*' }}\nkind = \"service\"\n"
        )]);
    }
    config.push_str("[[source]]\nname = \"corners\"\nvendor = \"file\"\nfile = \"corners.ndjson\"\nprivileged_roles = [\"Admin\"]\n");
    files.push(("corners.ndjson".to_owned(), CORNERS.to_owned()));
    files.push(("declared.toml".to_owned(), declared));
    files.push(("headcount.toml".to_owned(), config));
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Organisation::new(&files, written)
}
