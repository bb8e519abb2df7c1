//! The HR files as `report.json` tells of them: a part of schema 2.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::text::{counted, grouped};
use crate::model::KeyCounts;

/// The HR files.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RosterSummary {
    /// The file, or several joined by a comma.
    pub file: String,
    /// Over the bytes of all files.
    pub sha256: String,
    /// Data rows seen.
    pub rows: u64,
    /// People. `rows` is the sum of people, further rows and rejected ones.
    pub employees: u64,
    /// Further rows of the same people; left out if there are none.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub further: u64,
    /// Rows that could not be read.
    pub rejected: u64,
    /// Detected or configured encoding.
    pub encoding: String,
    /// Detected or configured delimiter.
    pub delimiter: String,
    /// Purpose → headings that serve it.
    pub columns: BTreeMap<String, Vec<String>>,
    /// Headings that serve no purpose.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub unused: Vec<String>,
    /// Key by which accounts find people → employees that have it; those that nobody has are left out.
    #[serde(skip_serializing_if = "KeyCounts::is_empty", default)]
    pub keys: KeyCounts,
    /// What is wrong with the files.
    pub issues: Vec<RosterIssue>,
    /// Words for states and kinds of workers that nobody declared, and the lines that settle them.
    #[serde(skip_serializing_if = "UnknownWords::is_empty", default)]
    pub unknown: UnknownWords,
    /// Files that state of themselves that they list only people who work here: whoever has left is not in them.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub only_active: Vec<String>,
}

impl RosterSummary {
    /// The law that every row is a person's first, a person's further one, or rejected; as a sentence without its full stop.
    pub fn law(&self) -> String {
        let further = match self.further {
            0 => String::new(),
            further => format!(" + {} of the same people", counted(further, "further row", "further rows")),
        };
        let (rows, people) = (counted(self.rows, "row", "rows"), counted(self.employees, "person", "people"));
        format!("{rows} = {people}{further} + {} rejected", grouped(self.rejected))
    }
}

/// Words for states and kinds of workers that nobody declared: what hangs on them can't be judged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnknownWords {
    /// The words.
    pub words: Vec<UnknownWord>,
    /// What to write into the configuration.
    pub cures: Vec<Cure>,
}

impl UnknownWords {
    fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
}

/// A word that nobody declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnknownWord {
    /// status or `worker_type`.
    pub column: String,
    /// As it is written, or its build.
    pub word: String,
    /// How many rows have it.
    pub rows: u64,
}

/// A line of configuration that settles unknown words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cure {
    /// The table below which it is to be written.
    pub table: String,
    /// The line.
    pub line: String,
}

/// What is wrong with a row or column.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RosterIssue {
    /// 1-based; absent when it is about a whole column or file.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<u64>,
    /// What kind of defect.
    pub kind: String,
    /// What was found and what to do.
    pub text: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
pub(super) const fn is_zero(count: &u64) -> bool {
    *count == 0
}
