//! Whether what is in a bundle agrees with itself: the report with the description, and with the files that it was made of.

use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::Statement;
use crate::bag::{Bag, BagError, Description, Input, Kind, PayloadName, Role, Tier};
use crate::base::diagnostic::Diagnostic;
use crate::base::text::hex;
use crate::config::Config;
use crate::files::Files;
use crate::model::Timestamp;
use crate::rule::RuleSet;
use crate::snapshot;

/// Where the report is.
const REPORT: &str = "outputs/report.json";

/// What a review was opened with.
const REVIEW: &str = "review.json";

/// No such file is longer.
const LONGEST_REVIEW: u64 = 64 << 20;

/// What of a report can be held against other files.
#[derive(Deserialize)]
struct Told {
    run: RunTold,
    roster: Hashed,
    sources: Vec<SourceTold>,
    #[serde(default)]
    policies: Vec<Hashed>,
    #[serde(default)]
    changes: Option<ChangesTold>,
}

#[derive(Deserialize)]
struct ChangesTold {
    #[serde(default)]
    previous: Option<PreviousTold>,
}

#[derive(Deserialize)]
struct PreviousTold {
    run_id: String,
}

#[derive(Deserialize)]
struct RunTold {
    id: String,
    as_of: Timestamp,
    started_at: Timestamp,
    finished_at: Timestamp,
    tool_version: String,
    config_sha256: String,
    rules_sha256: String,
}

#[derive(Deserialize)]
struct SourceTold {
    name: String,
    fetched: u64,
    sha256: String,
}

#[derive(Deserialize)]
struct Hashed {
    sha256: String,
}

/// All contradictions, or that there are none.
pub(super) fn check(bag: &Arc<Bag>) -> Result<Vec<Statement>, BagError> {
    const TOPIC: &str = "contents";
    let wrong = contradictions(bag)?;
    if wrong.is_empty() {
        let description = bag.description();
        let run = description.run.id.as_deref().map(|id| format!(", run {id}")).unwrap_or_default();
        let as_of =
            description.run.as_of.map(|as_of| format!(", as of {}", as_of.format("%Y-%m-%d"))).unwrap_or_default();
        let (kind, tier) = (description.kind.as_str(), description.tier.as_str());
        return Ok(vec![Statement::holds(
            TOPIC,
            format!("{kind}, {tier}{run}{as_of}: its files agree with each other"),
        )]);
    }
    Ok(wrong.into_iter().map(|why| Statement::wrong(TOPIC, why)).collect())
}

/// What in a bundle can't be together, though every file of it may be what was sealed.
///
/// # Errors
/// It can't be read.
pub fn contradictions(bag: &Arc<Bag>) -> Result<Vec<String>, BagError> {
    let description = bag.description();
    let mut wrong: Vec<_> = description
        .inputs
        .iter()
        .filter(|input| bag.sha256(&input.file).is_none())
        .map(|input| format!("bundle.json names data/{}, which the manifest doesn't", input.file))
        .collect();
    if description.kind == Kind::Review {
        wrong.extend(of_review(bag)?);
    }
    if description.kind == Kind::Audit {
        match told(bag)? {
            Ok(told) => {
                wrong.extend(of_report(bag, &told));
                wrong.extend(of_rules(bag, &told));
            }
            Err(why) => wrong.push(why),
        }
    }
    Ok(wrong)
}

/// What of a review can be held against its bundle.
#[derive(Deserialize)]
struct ReviewTold {
    evidence: EvidenceTold,
}

#[derive(Deserialize)]
struct EvidenceTold {
    bundle_id: String,
}

/// Whether a review rests on the bundle that stands before it.
fn of_review(bag: &Bag) -> Result<Option<String>, BagError> {
    let named = bag.description().inputs(Role::Review).find(|input| input.shown == REVIEW);
    let Some(input) = named else { return Ok(Some(format!("a review without its {REVIEW}"))) };
    let told = serde_json::from_slice::<ReviewTold>(&bag.read_all(&input.file, LONGEST_REVIEW)?);
    let before = bag.description().previous.as_ref().map(|previous| previous.id.to_string());
    Ok(match told {
        Ok(told) if Some(&told.evidence.bundle_id) == before.as_ref() => None,
        Ok(told) => Some(format!(
            "the evidence is {} in {REVIEW} and {} in bundle.json",
            told.evidence.bundle_id,
            before.unwrap_or_default()
        )),
        Err(error) => Some(format!("data/{}: {error}", input.file)),
    })
}

/// What the report tells; the inner error is that it can't be read as one.
fn told(bag: &Bag) -> Result<Result<Told, String>, BagError> {
    let unreadable = |why: String| format!("data/{REPORT}: {why}");
    let name = PayloadName::new(REPORT).map_err(|error| unreadable(error.to_string()));
    match name.map(|name| bag.read(&name)) {
        Ok(Ok(report)) => {
            let read = serde_json::from_reader(BufReader::with_capacity(1 << 16, report));
            Ok(read.map_err(|error| unreadable(error.to_string())))
        }
        Ok(Err(BagError::NoFile { .. })) => Ok(Err(unreadable("an audit without its report".to_owned()))),
        Ok(Err(error)) => Err(error),
        Err(why) => Ok(Err(why)),
    }
}

fn of_report(bag: &Bag, told: &Told) -> Vec<String> {
    let description = bag.description();
    let run = &description.run;
    let mut wrong = Vec::new();
    let mut compare = |what: &str, here: String, there: String| {
        if here != there {
            wrong.push(format!("{what} is {here} in bundle.json and {there} in report.json"));
        }
    };
    let time = |time: &Timestamp| time.to_rfc3339();
    compare("the run", run.id.clone().unwrap_or_default(), told.run.id.clone());
    compare("the moment of the audit", run.as_of.as_ref().map(time).unwrap_or_default(), time(&told.run.as_of));
    compare("its beginning", time(&run.started_at), time(&told.run.started_at));
    compare("its end", time(&run.finished_at), time(&told.run.finished_at));
    compare("the version of headcount", run.tool_version.clone(), told.run.tool_version.clone());
    let told_before = told.changes.as_ref().and_then(|changes| changes.previous.as_ref());
    if let Some((here, there)) = description.previous.as_ref().zip(told_before) {
        compare("the run before it", here.run_id.clone(), there.run_id.clone());
    }
    let mut differs = |what: String, is_same: bool| {
        if !is_same {
            wrong.push(format!("{what} isn't what report.json was made of: its SHA-256 is another"));
        }
    };
    for source in &told.sources {
        let records = description.inputs(Role::Records).find(|input| input.shown == source.name);
        let is_same = match records {
            Some(input) => bag.sha256(&input.file) == Some(&source.sha256),
            None => source.fetched == 0 || is_withheld(description, Role::Records),
        };
        differs(format!("the file of {}'s records", source.name), is_same);
    }
    if !is_withheld(description, Role::Roster) {
        differs("the HR file".to_owned(), roster(bag) == told.roster.sha256);
    }
    if !is_withheld(description, Role::Configuration) {
        differs("the configuration".to_owned(), is_there(bag, Role::Configuration, &told.run.config_sha256));
    }
    if !is_withheld(description, Role::Policy) {
        let all = told.policies.iter().all(|policy| is_there(bag, Role::Policy, &policy.sha256));
        differs("a policy".to_owned(), all);
    }
    wrong
}

/// Whether the rules in it, as its configuration changes them, are those by which the report was made. Only the same version of
/// headcount reads them alike.
fn of_rules(bag: &Arc<Bag>, told: &Told) -> Option<String> {
    if bag.description().tier != Tier::Full || told.run.tool_version != env!("CARGO_PKG_VERSION") {
        return None;
    }
    match rules_sha256(bag) {
        Ok(sha256) if sha256 == told.run.rules_sha256 => None,
        Ok(_) => Some("the rules aren't those by which report.json was made: their SHA-256 is another".to_owned()),
        Err(why) => Some(format!("nobody can tell whether report.json was made by these rules: {why}")),
    }
}

fn rules_sha256(bag: &Arc<Bag>) -> Result<String, String> {
    let first = |mistakes: Vec<Diagnostic>| mistakes.first().map(ToString::to_string).unwrap_or_default();
    let configuration = bag.description().inputs(Role::Configuration).next().ok_or("it holds no configuration")?;
    let (path, files) = (Path::new(&configuration.shown), Files::stored(Arc::clone(bag)));
    let mut config = Config::read(path, Role::Configuration, files).map_err(first)?;
    config.rules.instead = Some(snapshot::rules_of(bag).map_err(|error| error.to_string())?);
    RuleSet::load(&config.rules).map(|rules| rules.sha256()).map_err(first)
}

fn is_withheld(description: &Description, role: Role) -> bool {
    description.withheld.iter().any(|withheld| withheld.role == role)
}

fn is_there(bag: &Bag, role: Role, sha256: &str) -> bool {
    bag.description().inputs(role).any(|input| bag.sha256(&input.file) == Some(sha256))
}

/// The hash of all HR files, one after the other.
fn roster(bag: &Bag) -> String {
    let files: Vec<&Input> = bag.description().inputs(Role::Roster).collect();
    if let [one] = files.as_slice() {
        return bag.sha256(&one.file).unwrap_or_default().to_owned();
    }
    let mut all = Sha256::new();
    for input in files {
        // One that was altered has been told of already.
        all.update(bag.read_all(&input.file, u64::MAX).unwrap_or_default());
    }
    hex(&all.finalize())
}
