//! What an audit is compared with, and what its findings rest on: the seam between judging and history.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::sources::PreparedSource;
use crate::audit::{AccountRow, Inventory, Outcome};
use crate::bag::Role;
use crate::base::diagnostic::Diagnostic;
use crate::base::temp_store::Window;
use crate::config::{HistoryConfig, ReadingHashes};
use crate::fetch::Population;
use crate::files::Files;
use crate::finding::{FindingRef, Findings, in_pieces};
use crate::history::{
    Anew, CellGround, Changes, Earlier, Follow, Ground, ListChanges, Listed, Naming, Present, RuleGround, SourceGround,
};
use crate::model::{ColumnRole, Employee, Roster, SourceName, Timestamp};
use crate::rule::RuleSet;

/// The earlier report.
#[derive(Debug, Default)]
pub enum Before {
    /// There is none.
    #[default]
    Nothing,
    /// It was named, and has been read.
    Named(Box<Earlier>),
    /// None can be used, or none is kept.
    Anew(Anew),
    /// The last one in the folder, if it is of this run.
    InFolder {
        /// Where it is.
        path: PathBuf,
        /// Its run.
        run_id: String,
    },
}

/// How the findings of an audit are followed from an earlier report.
#[derive(Default)]
pub struct Following {
    /// The earlier report.
    pub before: Before,
    /// `[history]`; what is the default without it.
    pub config: HistoryConfig,
    /// Whether the report carries on what a later one needs: somebody asked for history.
    pub carries: bool,
    /// Whether somebody accepts that ages begin anew.
    pub accepts_anew: bool,
    /// How reports call a fingerprint, where that isn't as it is.
    pub naming: Option<Naming>,
}

impl fmt::Debug for Following {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Following")
            .field("before", &self.before)
            .field("carries", &self.carries)
            .finish_non_exhaustive()
    }
}

/// The earlier report as it is being read, which takes a while if it is large.
pub(super) enum Reading {
    Nothing,
    Anew(Anew),
    Read(Box<Earlier>),
    InFolder(tokio::task::JoinHandle<Result<Earlier, Anew>>),
}

impl Reading {
    pub(super) fn start(before: Before, config: &HistoryConfig, files: &Files) -> Self {
        match before {
            Before::Nothing => Self::Nothing,
            Before::Anew(anew) => Self::Anew(anew),
            Before::Named(earlier) => Self::Read(earlier),
            Before::InFolder { path, run_id } => {
                let (renamed, files) = (config.renamed.clone(), files.clone());
                let read = move || {
                    if !files.has(Role::PreviousReport, &path) {
                        return Err(Anew::lost("the last report is not in the folder any more"));
                    }
                    let earlier = Earlier::read(&files, &path, &renamed).map_err(|error| {
                        tracing::warn!(%error, "can't read the last report, so nothing is said of what has changed since");
                        Anew::lost("the last report in the folder can't be read")
                    })?;
                    let is_it = earlier.ground.run_id == run_id;
                    if is_it { Ok(earlier) } else { Err(Anew::lost("the report in the folder is of another run")) }
                };
                Self::InFolder(tokio::task::spawn_blocking(read))
            }
        }
    }

    /// The report, if it can be compared with: it isn't of a later moment. Else why ages begin anew, if there was one.
    pub(super) async fn finish(self, as_of: Timestamp) -> (Option<Earlier>, Option<Anew>) {
        let earlier = match self {
            Self::Nothing => return (None, None),
            Self::Anew(anew) => return (None, Some(anew)),
            Self::Read(earlier) => *earlier,
            Self::InFolder(task) => match task.await {
                Ok(Ok(earlier)) => earlier,
                Ok(Err(anew)) => return (None, Some(anew)),
                Err(_) => return (None, Some(Anew::lost("the last report in the folder can't be read"))),
            },
        };
        if !earlier.has_names() {
            return (
                None,
                Some(Anew::lost("the earlier report is of the first schema, which names findings otherwise")),
            );
        }
        if earlier.ground.as_of > as_of {
            return (None, Some(Anew::lost("the last report is of a later moment than this audit")));
        }
        (Some(earlier), None)
    }
}

/// What the findings of an audit rest on.
pub(super) struct Rests<'r> {
    pub run_id: &'r str,
    pub reading: &'r ReadingHashes,
    pub as_of: Timestamp,
    pub left_out: &'r [SourceName],
    pub sources: &'r [PreparedSource<'r>],
    pub rules: &'r RuleSet,
    pub roster: &'r Roster,
}

impl Rests<'_> {
    /// The ground of the findings that were made of these populations.
    pub(super) fn ground(&self, outcome: &Outcome, populations: &[Population]) -> Ground {
        let seen = self.sources.iter().zip(populations).map(|(source, population)| {
            let vendor = source.config.vendor.kind.to_owned();
            let reading = self.reading.of_source(&source.config.name).to_owned();
            (source.config.name.to_string(), SourceGround { vendor, status: population.certificate.status, reading })
        });
        let mut cells: BTreeMap<String, BTreeMap<String, CellGround>> = BTreeMap::new();
        let mut unjudged: HashMap<&str, u64> = HashMap::new();
        for cell in &outcome.cells {
            let Some(source) = &cell.source else {
                *unjudged.entry(cell.rule.as_str()).or_default() += cell.not_evaluable;
                continue;
            };
            let ground = CellGround { not_evaluable: cell.not_evaluable, missing: cell.missing.clone() };
            cells.entry(cell.rule.to_string()).or_default().insert(source.to_string(), ground);
        }
        let rules = self.rules.iter().map(|rule| {
            let not_evaluable = unjudged.get(rule.id().as_str()).copied().unwrap_or_default();
            let ground = RuleGround { enabled: rule.is_enabled(), logic: rule.logic_sha256(), not_evaluable };
            (rule.id().to_string(), ground)
        });
        Ground {
            run_id: self.run_id.to_owned(),
            as_of: self.as_of,
            naming: String::new(),
            reading: self.reading.people.clone(),
            left_out: self.left_out.iter().map(ToString::to_string).collect(),
            sources: seen.collect(),
            rules: rules.collect(),
            cells,
            keys: key_columns(self.roster),
            accounts: outcome.tally.total(),
        }
    }
}

/// The columns by which accounts find their owners.
fn key_columns(roster: &Roster) -> BTreeSet<String> {
    let keys = [ColumnRole::EmployeeId, ColumnRole::Email, ColumnRole::Username];
    keys.iter().filter(|role| roster.columns.contains_key(role)).map(|role| role.as_str().to_owned()).collect()
}

/// What has changed in the accounts and their owners, if the lists of both audits are there.
///
/// # Errors
/// A list can't be read.
pub(super) fn lists(
    follow: &Follow,
    inventory: Option<&Inventory>,
    roster: &Roster,
) -> Result<Option<ListChanges>, Diagnostic> {
    let (Some(inventory), Some(since)) = (inventory, follow.since()) else { return Ok(None) };
    let Some(list) = follow.list()? else { return Ok(None) };
    let later = |visit: &mut dyn FnMut(&Listed<'_>)| {
        let rows = inventory.for_each(|source, row| {
            visit(&listed(source, &row));
            Ok::<_, io::Error>(())
        });
        rows.map_err(|error| Diagnostic::of_file(Path::new("the list of all accounts"), error.to_string()))
    };
    let ids: HashSet<&str> = roster.employees.iter().map(Employee::id).collect();
    let is_listed = |id: &str| ids.contains(id);
    list.compare(&later, &follow.incomparable(), since, Some(&is_listed)).map(Some)
}

/// An account as its line in `accounts.ndjson` has it.
fn listed<'r>(source: &'r SourceName, row: &'r AccountRow<'_>) -> Listed<'r> {
    fn own<'t>(text: Option<&'t Cow<'_, str>>) -> Option<Cow<'t, str>> {
        text.map(|text| Cow::Borrowed(text.as_ref()))
    }
    let untold = [
        ("status", row.status.is_known()),
        ("roles", row.roles.is_known()),
        ("created_at", row.created_at.is_known()),
        ("deleted_at", row.deleted_at.is_known()),
    ];
    Listed {
        source: Cow::Borrowed(source.as_str()),
        account_id: Cow::Borrowed(&row.id),
        email: own(row.email.present()),
        username: own(row.username.present()),
        status: row.status.known().map(|status| Cow::Borrowed(status.as_str())),
        roles: row.roles.known().map(|roles| roles.iter().map(|role| Cow::Borrowed(role.as_ref())).collect()),
        created_at: row.created_at.known().copied(),
        deleted_at: row.deleted_at.present().copied(),
        employee_id: own(row.employee_id.as_ref()),
        manager: own(row.manager.as_ref()),
        employee_left: row.work.left,
        employee_start: row.work.start,
        employee_kind: own(row.work.kind.as_ref()),
        employee_department: own(row.work.department.as_ref()),
        employee_title: own(row.work.title.as_ref()),
        employee_location: own(row.work.location.as_ref()),
        not_told: untold.into_iter().filter(|(_, told)| !told).map(|(name, _)| Cow::Borrowed(name)).collect(),
    }
}

/// Says of each finding since when it has been there, and what has changed.
///
/// # Errors
/// The findings or the earlier report can't be read back.
pub(super) fn follow(outcome: &mut Outcome, mut follow: Follow) -> io::Result<Changes> {
    let baseline: HashMap<&str, NaiveDate> = outcome
        .baseline
        .iter()
        .filter(|entry| entry.state.is_present())
        .map(|entry| (entry.entry.fingerprint.as_str(), entry.entry.first_seen))
        .collect();
    let known = places(&outcome.findings, &follow, &baseline)?;
    outcome.findings.follow(|at, head| {
        let (place, baseline) = known.get(at);
        follow.history(&Present {
            at: place,
            rule: head.rule(),
            source: head.source(),
            kind: head.kind(),
            severity: head.severity(),
            disposition: head.disposition(),
            baseline,
            carried: None,
        })
    });
    let findings = &outcome.findings;
    let names_of = |source: &str| -> io::Result<BTreeSet<String>> {
        let mut window = Window::default();
        let of_source = findings.heads().filter(|head| head.source() == Some(source));
        of_source.map(|head| Ok(head.load(&mut window)?.fingerprint.to_owned())).collect()
    };
    follow.close(&names_of).map_err(|error| io::Error::other(error.to_string()))
}

/// Where findings are among the earlier ones, and since when the baseline knows them.
struct Places {
    /// The highest number is nowhere.
    places: Vec<u32>,
    baseline: HashMap<usize, NaiveDate>,
}

impl Places {
    fn get(&self, at: usize) -> (Option<u32>, Option<NaiveDate>) {
        let place = self.places.get(at).copied().filter(|place| *place != u32::MAX);
        (place, self.baseline.get(&at).copied())
    }
}

fn places(findings: &Findings, follow: &Follow, baseline: &HashMap<&str, NaiveDate>) -> io::Result<Places> {
    let look = |heads: &[FindingRef<'_>]| {
        let mut window = Window::default();
        let found = heads.iter().map(|head| {
            let fingerprint = head.load(&mut window)?.fingerprint;
            Ok((follow.place(fingerprint).unwrap_or(u32::MAX), baseline.get(fingerprint).copied()))
        });
        found.collect::<io::Result<Vec<_>>>()
    };
    let mut all = Places { places: Vec::with_capacity(findings.len()), baseline: HashMap::new() };
    in_pieces(findings.heads(), look, |found| {
        for (place, day) in found {
            all.baseline.extend(day.map(|day| (all.places.len(), day)));
            all.places.push(place);
        }
        Ok::<_, io::Error>(())
    })?;
    Ok(all)
}
