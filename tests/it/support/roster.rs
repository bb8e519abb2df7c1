//! What the tests of the roster share.

use std::path::{Path, PathBuf};

use headcount::config::{MatchConfig, RawRoster, RosterConfig};
use headcount::correlate::Correlator;
use headcount::key::Normaliser;
use headcount::model::{Employee, EmploymentStatus, Roster, RosterIssueKind, Timestamp};
use headcount::setting::ConfigText;

/// A file in tests/fixtures/roster.
pub(crate) fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/roster").join(name)
}

/// The configuration of one file, without any help.
pub(crate) fn config() -> RosterConfig {
    RosterConfig::of_files(vec![PathBuf::from("hr.csv")])
}

/// The configuration as a person writes it.
pub(crate) fn configured(hr: &str) -> RosterConfig {
    let text = ConfigText::new(Path::new("headcount.toml"), hr);
    let raw: RawRoster = toml::from_str(hr).expect("TOML");
    raw.check(&text).expect("a valid section")
}

/// What is wrong with a configuration.
pub(crate) fn misconfigured(hr: &str) -> String {
    let text = ConfigText::new(Path::new("headcount.toml"), hr);
    let raw: RawRoster = toml::from_str(hr).expect("TOML");
    raw.check(&text).expect_err("a mistake").iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The roster in some bytes.
pub(crate) fn read(bytes: impl AsRef<[u8]> + Sync) -> Roster {
    read_with(&config(), bytes)
}

/// The roster in some bytes, with a configuration.
pub(crate) fn read_with(config: &RosterConfig, bytes: impl AsRef<[u8]> + Sync) -> Roster {
    headcount::roster::parse(config, &Normaliser::default(), &[bytes])
        .map_err(|refusal| refusal.mistakes.iter().map(|mistake| mistake.render(false)).collect::<String>())
        .unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

/// Why some bytes are refused.
pub(crate) fn refused(bytes: impl AsRef<[u8]> + Sync) -> String {
    refused_with(&config(), bytes)
}

/// Why some bytes are refused, with a configuration.
pub(crate) fn refused_with(config: &RosterConfig, bytes: impl AsRef<[u8]> + Sync) -> String {
    match headcount::roster::parse(config, &Normaliser::default(), &[bytes]) {
        Ok(roster) => panic!("read: {roster:#?}"),
        Err(refusal) => refusal.mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
    }
}

/// The employee with that id.
pub(crate) fn employee<'r>(roster: &'r Roster, id: &str) -> &'r Employee {
    roster.employees.iter().find(|employee| employee.id() == id).unwrap_or_else(|| panic!("no {id}: {roster:#?}"))
}

/// The last day of somebody's employment, as far as it is known and there is one.
pub(crate) fn end(employee: &Employee) -> Option<chrono::NaiveDate> {
    employee.employment().end_date.ok().flatten()
}

/// The first day of somebody's employment, as far as it is known.
pub(crate) fn start(employee: &Employee) -> Option<chrono::NaiveDate> {
    employee.employment().start_date.ok()
}

/// The state of somebody's employment in November 2026, as far as it is known.
pub(crate) fn state(employee: &Employee) -> Option<EmploymentStatus> {
    employee.employment().status(at("2026-11-20T08:00:00Z")).ok()
}

/// The same roster, with what only the index of its keys tells.
pub(crate) fn indexed(mut roster: Roster) -> Roster {
    let correlator = Correlator::new(&roster, &MatchConfig::default());
    roster.issues.extend(correlator.shared_keys(&roster));
    roster
}

/// All issues of a kind, as `line: text`.
pub(crate) fn issues(roster: &Roster, kind: RosterIssueKind) -> Vec<String> {
    let of_kind = roster.issues.iter().filter(|issue| issue.kind == kind);
    of_kind.map(|issue| format!("{}: {}", issue.line.unwrap_or_default(), issue.text)).collect()
}

/// A date as the roster has it.
pub(crate) fn day(date: &str) -> Option<chrono::NaiveDate> {
    date.parse().ok().or_else(|| panic!("no date: {date}"))
}

/// A moment.
pub(crate) fn at(moment: &str) -> Timestamp {
    moment.parse().expect("a moment")
}
