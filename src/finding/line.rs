//! Accounts and findings as `report.json` has them, schema 2, one a line. Others rely on these names literally; a change of
//! meaning needs a schema 3. What is written here is read as [`AccountLine`] and [`FindingLine`]; a test holds that.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

use schemars::JsonSchema;
use serde::ser::{Error as _, SerializeSeq as _};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::store::{Findings, write_each};
use super::{FindingRecord, SubjectRecord, record};
use crate::history::HistoryLine;
use crate::model::{self, Disposition, Severity};

/// An account with findings: who is behind it, its access, and how it was correlated.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Account")]
pub struct AccountLine<'t> {
    /// Its source.
    #[serde(borrow)]
    pub source: Cow<'t, str>,
    /// Its identifier there.
    #[serde(borrow)]
    pub account_id: Cow<'t, str>,
    /// Its owner, when exactly one is known.
    #[serde(default)]
    pub employee_id: Option<Cow<'t, str>>,
    /// Its display name, else its owner's name.
    #[serde(default)]
    pub display_name: Option<Cow<'t, str>>,
    /// Its address, else its owner's.
    #[serde(default)]
    pub email: Option<Cow<'t, str>>,
    /// Its login name.
    #[serde(default)]
    pub username: Option<Cow<'t, str>>,
    /// Its access and last use, and who answers for it, by the names that rules use.
    #[serde(borrow, default)]
    pub facts: Object<'t>,
    /// How its owner was looked for: the situation, and what every tier compared and found. Of an attempt, `normalised`
    /// stands where it isn't `raw`, `field` where it isn't called as the tier, `steps` and `hits` where there are some.
    #[serde(borrow, rename = "match", default)]
    pub matched: Object<'t>,
}

/// A rule's judgement about a subject.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Finding")]
pub struct FindingLine<'t> {
    /// Stable across runs, versions, message and severity changes.
    #[serde(borrow)]
    pub fingerprint: Cow<'t, str>,
    /// The rule, which has title, remediation and controls.
    #[serde(borrow)]
    pub rule: Cow<'t, str>,
    /// After overrides.
    pub severity: Severity,
    /// Whether it still asks for action.
    pub disposition: Disposition,
    /// What it is about.
    #[serde(borrow)]
    pub subject: SubjectLine<'t>,
    /// How many findings it stands for, where the report only counts; absent: itself.
    #[serde(default)]
    pub count: Option<u64>,
    /// Since when it has been there (`[history]`).
    #[serde(default)]
    pub history: Option<HistoryLine>,
    /// The name of the person concerned; of an account, `accounts` has it.
    #[serde(default)]
    pub display_name: Option<Cow<'t, str>>,
    /// The address of the person concerned; of an account, `accounts` has it.
    #[serde(default)]
    pub email: Option<Cow<'t, str>>,
    /// The login name of the person concerned; of an account, `accounts` has it.
    #[serde(default)]
    pub username: Option<Cow<'t, str>>,
    /// The reason, as a sentence.
    #[serde(borrow)]
    pub message: Cow<'t, str>,
    /// The facts that decided it, by the names that rules use; those of its account are there.
    #[serde(borrow, default)]
    pub reasons: Object<'t>,
    /// To whom an account without an owner probably belongs.
    #[serde(borrow, rename = "match", default)]
    pub matched: Option<NearMissesLine<'t>>,
}

/// To whom an account without an owner probably belongs.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Match")]
pub struct NearMissesLine<'t> {
    /// The employees, the likeliest first, each with what is alike and the line that would accept it.
    #[serde(borrow)]
    #[schemars(with = "Vec<BTreeMap<String, Value>>")]
    pub near_misses: &'t RawValue,
}

/// What a finding is about.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Subject")]
pub struct SubjectLine<'t> {
    /// account, group, employee, source, roster or exception.
    #[serde(borrow)]
    pub kind: Cow<'t, str>,
    /// Its source, if it has one.
    #[serde(default)]
    pub source: Option<Cow<'t, str>>,
    /// For an account.
    #[serde(default)]
    pub account_id: Option<Cow<'t, str>>,
    /// The person concerned, when it is known.
    #[serde(default)]
    pub employee_id: Option<Cow<'t, str>>,
    /// For a group: the accounts' identifiers.
    #[serde(default)]
    pub members: Option<Vec<Cow<'t, str>>>,
}

/// A JSON object that is kept as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(try_from = "&'t RawValue", bound(deserialize = "'de: 't"))]
pub struct Object<'t>(Option<&'t RawValue>);

impl<'t> Object<'t> {
    /// Its text.
    pub(super) fn get(&self) -> &'t str {
        self.0.map_or(record::NOTHING, RawValue::get)
    }
}

impl<'t> TryFrom<&'t RawValue> for Object<'t> {
    type Error = &'static str;

    fn try_from(value: &'t RawValue) -> Result<Self, Self::Error> {
        if value.get().starts_with('{') { Ok(Self(Some(value))) } else { Err("an object is expected here") }
    }
}

impl JsonSchema for Object<'_> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        BTreeMap::<String, Value>::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        BTreeMap::<String, Value>::json_schema(generator)
    }
}

/// Writes an object member by member; those that there aren't are left out.
struct Members<'o>(&'o mut Vec<u8>);

impl<'o> Members<'o> {
    fn start(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Self(out)
    }

    /// `name` is one that needs no escaping.
    fn raw(&mut self, name: &str, json: Option<&str>) {
        let Some(json) = json else { return };
        if self.0.last() != Some(&b'{') {
            self.0.push(b',');
        }
        self.0.push(b'"');
        self.0.extend(name.as_bytes());
        self.0.extend(b"\":");
        self.0.extend(json.as_bytes());
    }

    fn text(&mut self, name: &str, text: Option<&str>) -> io::Result<()> {
        let Some(text) = text else { return Ok(()) };
        self.raw(name, Some(""));
        Ok(serde_json::to_writer(&mut *self.0, text)?)
    }

    fn end(self) {
        self.0.push(b'}');
    }
}

impl SubjectRecord<'_> {
    /// Whether it is an account, so that `accounts` tells of it.
    pub(super) fn is_account(&self) -> bool {
        self.kind == model::Subject::ACCOUNT && self.account_id.is_some()
    }

    /// Adds the account as `accounts` has it.
    pub(super) fn write_account(&self, out: &mut Vec<u8>) -> io::Result<()> {
        let mut line = Members::start(out);
        line.text("source", Some(self.source.unwrap_or_default()))?;
        line.text("account_id", self.account_id)?;
        line.text("employee_id", self.employee_id)?;
        self.write_person(&mut line)?;
        line.raw("facts", Some(self.facts));
        line.raw("match", Some(self.matched));
        line.end();
        Ok(())
    }

    fn write_person(&self, line: &mut Members<'_>) -> io::Result<()> {
        line.text("display_name", self.display_name)?;
        line.text("email", self.email)?;
        line.text("username", self.username)
    }
}

/// Adds the finding as `findings` has it.
fn write_finding(finding: &FindingRecord<'_>, tells_history: bool, out: &mut Vec<u8>) -> io::Result<()> {
    let mut line = Members::start(out);
    line.text("fingerprint", Some(finding.fingerprint))?;
    line.text("rule", Some(finding.rule))?;
    line.text("severity", Some(finding.severity.as_str()))?;
    line.text("disposition", Some(finding.disposition.as_str()))?;
    line.raw("subject", Some(""));
    let mut subject = Members::start(&mut *line.0);
    subject.text("kind", Some(finding.subject.kind))?;
    subject.text("source", finding.subject.source)?;
    subject.text("account_id", finding.subject.account_id)?;
    subject.text("employee_id", finding.subject.employee_id)?;
    subject.raw("members", finding.subject.members);
    subject.end();
    line.raw("count", finding.count.map(|count| count.to_string()).as_deref());
    if let Some(history) = finding.history.filter(|_| tells_history) {
        line.raw("history", Some(&serde_json::to_string(&HistoryLine::from(history))?));
    }
    if !finding.subject.is_account() {
        finding.subject.write_person(&mut line)?;
    }
    line.text("message", Some(finding.message))?;
    line.raw("reasons", Some(finding.reasons).filter(|reasons| *reasons != record::NOTHING));
    if let Some(near_misses) = finding.near_misses {
        line.raw("match", Some(""));
        let mut matched = Members::start(&mut *line.0);
        matched.raw("near_misses", Some(near_misses));
        matched.end();
    }
    line.end();
    Ok(())
}

/// A list of a report, each of its elements a line.
#[derive(Debug, Clone, Copy)]
pub enum Lines<'f> {
    /// Every account that a finding is about, once, in the order of their first findings.
    Accounts(&'f Findings),
    /// Every finding, worst first.
    Findings(&'f Findings),
    /// No element.
    None,
}

impl Lines<'_> {
    /// Writes the lines with something between them.
    ///
    /// # Errors
    /// The temporary file can't be read, or `out` not be written.
    pub fn write(self, out: &mut dyn io::Write, between: &[u8]) -> io::Result<()> {
        match self {
            Self::Accounts(findings) => write_each(
                findings.first_of_accounts(),
                |finding, line| finding.subject.write_account(line),
                out,
                between,
            ),
            Self::Findings(findings) => {
                let write = |finding: &FindingRecord<'_>, line: &mut Vec<u8>| {
                    write_finding(finding, findings.tells_history(), line)
                };
                write_each(findings.heads(), write, out, between)
            }
            Self::None => Ok(()),
        }
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        match self {
            Self::Accounts(findings) => findings.first_of_accounts().next().is_none(),
            Self::Findings(findings) => findings.is_empty(),
            Self::None => true,
        }
    }
}

/// One element after the other, each as it is.
impl Serialize for Lines<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// Is nowhere in JSON.
        const BETWEEN: char = '\u{1e}';
        let mut text = Vec::new();
        self.write(&mut text, BETWEEN.to_string().as_bytes()).map_err(S::Error::custom)?;
        let text = String::from_utf8(text).map_err(S::Error::custom)?;
        let mut list = serializer.serialize_seq(None)?;
        for line in text.split(BETWEEN).filter(|line| !line.is_empty()) {
            list.serialize_element(serde_json::from_str::<&RawValue>(line).map_err(S::Error::custom)?)?;
        }
        list.end()
    }
}
