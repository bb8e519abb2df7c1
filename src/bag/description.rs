//! `data/bundle.json`: what a bag is of, and what its files are.

use serde::{Deserialize, Serialize};

use super::{BagId, PayloadName};
use crate::model::Timestamp;

/// What a bag is of. It is strict: a word that isn't known is an error, because it may change what all others mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// The version of this file and of the bag's layout.
    pub format: Format,
    /// What is in it.
    pub kind: Kind,
    /// How much it tells of people.
    pub tier: Tier,
    /// The run that it is of.
    pub run: Run,
    /// What that run was asked to do.
    pub command: Command,
    /// The files that the run read, and where they are now.
    pub inputs: Vec<Input>,
    /// The bundle before it in the chain.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub previous: Option<Previous>,
    /// Of a redacted one: that of which it tells less.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub full: Option<Full>,
    /// What was left out on purpose, which is something else than missing.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub withheld: Vec<Withheld>,
}

/// The version of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// The first.
    #[serde(rename = "headcount-bundle-1")]
    One,
}

/// What a bag is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Fetched, and not judged.
    Snapshot,
    /// An audit.
    Audit,
    /// A review of accounts by people.
    Review,
}

impl Kind {
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Snapshot => "snapshot",
            Self::Audit => "audit",
            Self::Review => "review",
        }
    }
}

/// How much a bag tells of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// Everything.
    Full,
    /// Pseudonyms stand for people.
    Pseudonymous,
    /// Numbers only.
    Counts,
}

impl Tier {
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Pseudonymous => "pseudonymous",
            Self::Counts => "counts",
        }
    }
}

/// The run that a bag is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// As the report names it; a snapshot has none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<String>,
    /// The moment for which it was judged; a snapshot has none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub as_of: Option<Timestamp>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// The headcount that made it.
    pub tool_version: String,
}

/// What a run was asked to do, as far as its result depends on it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// `--source`, if only some were asked.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub sources: Vec<String>,
    /// `--policy`
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub policies: Vec<String>,
    /// `--fail-on`
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fail_on: Option<Vec<String>>,
    /// `--format`
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub formats: Vec<String>,
    /// `--baseline`
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub baseline: Option<String>,
    /// `--allow-outage`
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub allow_outage: bool,
    /// The snapshot that was judged, if the accounts weren't fetched.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub snapshot: Option<BagId>,
    /// `-c`, in addition to a snapshot's own configuration.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub settings: Option<String>,
    /// `--roster`
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub rosters: Vec<String>,
    /// What was judged by something else than the snapshot holds, as reports say it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub replaced: Vec<String>,
    /// The run with whose report findings were compared.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub since: Option<String>,
    /// Why ages began anew, as its report says it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub anew: Option<String>,
    /// Whether that was a reason of the verdict.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub anew_unverified: bool,
    /// Whether its report carries on since when each finding has been there.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub carries_history: bool,
    /// The top of the repository that it ran in, from which formats say where things are.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub root: Option<String>,
}

/// A file that the run read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// What it was read as.
    pub role: Role,
    /// What the report calls it: the path as it was configured; of records, the source.
    pub shown: String,
    /// Where it is in the bag.
    pub file: PayloadName,
    /// When it was changed last, if the verdict depends on it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub modified_at: Option<Timestamp>,
}

/// What a file was read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// headcount.toml
    Configuration,
    /// A configuration of which only [gate], [report] and [email] count, in the place of those in the snapshot.
    Settings,
    /// A source's records.
    Records,
    /// How each source's accounts were counted.
    Certificates,
    /// An HR file.
    Roster,
    /// Keys that name people.
    Crosswalk,
    /// Declared accounts.
    Declared,
    /// Waivers.
    Waivers,
    /// Findings that aren't new.
    Baseline,
    /// A rule, built in or the organisation's own.
    Rule,
    /// A policy.
    Policy,
    /// A template of a report.
    Template,
    /// The report before.
    PreviousReport,
    /// The list of all accounts as they were judged.
    Accounts,
    /// What was written.
    Output,
    /// What reviews have decided to take away or change.
    Promises,
    /// A part of a review: what was asked, what came back, and what came of it.
    Review,
}

/// The bundle before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Previous {
    /// Its seal.
    pub id: BagId,
    /// The run that it is of.
    pub run_id: String,
    /// The moment for which it was judged.
    pub as_of: Timestamp,
}

/// The bundle of which this one tells less.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Full {
    /// Its seal.
    pub id: BagId,
}

/// What was left out on purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withheld {
    /// What it is.
    pub role: Role,
    /// Why it isn't here.
    pub why: String,
}

impl Description {
    /// That of what was fetched, and not judged.
    pub fn of_snapshot(run: Run, inputs: Vec<Input>) -> Self {
        Self {
            format: Format::One,
            kind: Kind::Snapshot,
            tier: Tier::Full,
            run,
            command: Command::default(),
            inputs,
            previous: None,
            full: None,
            withheld: Vec::new(),
        }
    }

    /// Checks what is written in `bundle.json`.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Version {
            format: String,
        }
        let other = |format: &str| {
            format!("its format is {format:?}, and this headcount reads \"headcount-bundle-1\"; use a newer headcount")
        };
        match serde_json::from_slice::<Version>(bytes) {
            Ok(Version { format }) if format != "headcount-bundle-1" => Err(other(&format)),
            _ => serde_json::from_slice(bytes).map_err(|error| error.to_string()),
        }
    }

    /// As it stands in `bundle.json`.
    pub(super) fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        Ok(text)
    }

    /// The files of a role, in their order.
    pub fn inputs(&self, role: Role) -> impl Iterator<Item = &Input> {
        self.inputs.iter().filter(move |input| input.role == role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"format":"headcount-bundle-1","kind":"audit","tier":"full",
        "run":{"id":"r-1","as_of":"2026-11-20T12:00:00Z","started_at":"2026-11-20T12:00:00Z",
               "finished_at":"2026-11-20T12:00:04Z","tool_version":"0.1.0"},
        "command":{"formats":["json"]},
        "inputs":[{"role":"roster","shown":"HR Zürich.csv","file":"inputs/roster-1.csv","modified_at":"2026-11-19T00:00:00Z"}]}"#;

    #[test]
    fn it_is_read_as_it_was_written_and_strictly() {
        let description = Description::parse(TEXT.as_bytes()).expect("a description");
        assert_eq!(description.inputs(Role::Roster).count(), 1);
        assert_eq!(Description::parse(&description.to_json().expect("text")).expect("a description"), description);
        for (from, to, expected) in [
            ("bundle-1\"", "bundle-2\"", "use a newer headcount"),
            ("\"kind\"", "\"more\":1,\"kind\"", "unknown field `more`"),
            ("inputs/roster-1.csv", "../roster-1.csv", "can't be a file of a bundle"),
            ("\"roster\"", "\"poster\"", "unknown variant `poster`"),
            ("{\"format\"", "[\"format\"", "expected"),
        ] {
            let error = Description::parse(TEXT.replacen(from, to, 1).as_bytes()).expect_err(to);
            assert!(error.contains(expected), "{error}");
        }
    }
}
