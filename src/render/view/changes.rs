//! What has changed since an earlier report: what is resolved, what nobody could see, what can't be compared, whose accounts came and
//! went, and how it went over several reports.

use serde::Serialize;

use super::lookup::Lookup;
use super::text::{NAME, SENTENCE};
use crate::base::text::{counted, grouped};
use crate::history::{AccountChanges, Changes, Gone, PeopleChanges, TrendPoint};
use crate::model::Severity;
use crate::render::escape::clip;
use crate::report::{Finding, Report};

/// The most lines of a list: the report has all.
pub(super) const LINES: usize = 200;
/// The most names in one cell.
const NAMES: usize = 12;

/// What has changed; empty without an earlier report.
#[derive(Debug, Default, Serialize)]
pub(super) struct ChangesView {
    /// Whether there is anything to unfold.
    some: bool,
    title: String,
    /// What is to be unfolded, in a few words.
    words: String,
    /// What can't be compared, a sentence each.
    not_comparable: Vec<NotComparable>,
    resolved: Vec<GoneRow>,
    resolved_left_out: String,
    unseen: Vec<GoneRow>,
    unseen_left_out: String,
    accounts: Vec<AccountsRow>,
    people: Vec<PeopleRow>,
    trend: Trend,
}

#[derive(Debug, Serialize)]
struct NotComparable {
    text: String,
    findings: String,
}

/// A finding that isn't there any more.
#[derive(Debug, Serialize)]
pub(super) struct GoneRow {
    severity: &'static str,
    class: &'static str,
    title: String,
    rule: String,
    place: String,
    who: String,
    person: String,
    first_seen: String,
    days: String,
    why: String,
}

/// What came and went at a source.
#[derive(Debug, Serialize)]
struct AccountsRow {
    source: String,
    /// Why it can't be told.
    why_not: String,
    cells: Vec<NamesCell>,
}

#[derive(Debug, Serialize)]
struct NamesCell {
    what: &'static str,
    count: String,
    names: Vec<String>,
    more: String,
}

/// A person who came, went or moved, with the accounts that are live.
#[derive(Debug, Serialize)]
struct PeopleRow {
    what: &'static str,
    person: String,
    accounts: NamesCell,
}

/// How it went over several reports: bars, and the same as a table.
#[derive(Debug, Default, Serialize)]
pub(super) struct Trend {
    width: u32,
    height: u32,
    bars: Vec<Bar>,
    /// The picture in words.
    words: String,
    most: String,
    rows: Vec<TrendRow>,
}

/// A rectangle of the picture.
#[derive(Debug, Serialize)]
struct Bar {
    class: &'static str,
    /// Where no style sheet reaches it; in the page's light colours.
    fill: &'static str,
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

#[derive(Debug, Serialize)]
struct TrendRow {
    as_of: String,
    accounts: String,
    whole: bool,
    open: String,
    critical: String,
    high: String,
    new: String,
    resolved: String,
    reopened: String,
    overdue: String,
}

impl ChangesView {
    pub(super) fn new(report: &Report, known: &Lookup<'_>) -> Self {
        let Some(changes) = &report.changes else { return Self::default() };
        let row = |gone: &Gone| GoneRow::new(gone, known);
        let not_comparable = changes.not_comparable.iter().map(|entry| NotComparable {
            text: clip(&entry.text, SENTENCE),
            findings: counted(entry.findings, "finding", "findings"),
        });
        let since = changes.previous.as_ref().map(|previous| previous.as_of.format("%-d %b %Y").to_string());
        let accounts: Vec<AccountsRow> = changes.accounts.iter().flatten().filter_map(AccountsRow::new).collect();
        let people = changes.people.as_ref().map(people).unwrap_or_default();
        let trend = Trend::new(&changes.trend);
        let nothing = changes.resolved.is_empty() && changes.unseen.is_empty() && accounts.is_empty();
        let has_lists = !(nothing && people.is_empty() && trend.rows.is_empty());
        Self {
            some: since.is_some() && has_lists,
            title: since.map(|day| format!("Since {day}")).unwrap_or_default(),
            words: words(changes),
            not_comparable: not_comparable.collect(),
            resolved: changes.resolved.iter().take(LINES).map(row).collect(),
            resolved_left_out: left_out(changes.resolved.len(), LINES),
            unseen: changes.unseen.iter().take(LINES).map(row).collect(),
            unseen_left_out: left_out(changes.unseen.len(), LINES),
            accounts,
            people,
            trend,
        }
    }
}

/// What there is to unfold.
fn words(changes: &Changes) -> String {
    let count = |count: usize, what: &str| (count > 0).then(|| format!("{} {what}", grouped(count as u64)));
    let of_accounts =
        |of: fn(&AccountChanges) -> &Vec<String>| changes.accounts.iter().flatten().map(|one| of(one).len()).sum();
    let parts = [
        count(changes.resolved.len(), "resolved"),
        count(changes.unseen.len(), "not to be seen"),
        count(of_accounts(|one| &one.added), "accounts added"),
        count(of_accounts(|one| &one.removed), "removed"),
        count(changes.trend.len(), "reports so far"),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

pub(super) fn left_out(all: usize, shown: usize) -> String {
    let more = all.saturating_sub(shown) as u64;
    if more == 0 { String::new() } else { format!("and {} more: report.json has all", grouped(more)) }
}

impl GoneRow {
    fn new(gone: &Gone, known: &Lookup<'_>) -> Self {
        let subject = &gone.subject;
        let members = subject.members.as_ref().map(|members| counted(members.len() as u64, "account", "accounts"));
        Self {
            severity: gone.severity.as_str(),
            class: super::line::letter(gone.severity),
            title: known.title(&gone.rule),
            rule: clip(&gone.rule, NAME),
            place: clip(subject.source.as_deref().unwrap_or(&subject.kind), NAME),
            who: clip(&subject.account_id.clone().or(members).unwrap_or_default(), NAME),
            person: clip(subject.employee_id.as_deref().unwrap_or_default(), NAME),
            first_seen: gone.first_seen.to_string(),
            days: format!("{} d", grouped(u64::from(gone.days_open))),
            why: clip(gone.why.as_deref().unwrap_or_default(), SENTENCE),
        }
    }
}

impl GoneRow {
    /// The row of a finding that is there.
    pub(super) fn present(finding: &Finding, known: &Lookup<'_>) -> Self {
        let subject = &finding.subject;
        let members = subject.members.as_ref().map(|members| counted(members.len() as u64, "account", "accounts"));
        Self {
            severity: finding.severity.as_str(),
            class: super::line::letter(finding.severity),
            title: known.title(&finding.rule),
            rule: clip(&finding.rule, NAME),
            place: clip(subject.source.as_deref().unwrap_or(&subject.kind), NAME),
            who: clip(&subject.account_id.clone().or(members).unwrap_or_default(), NAME),
            person: clip(subject.employee_id.as_deref().unwrap_or_default(), NAME),
            first_seen: finding.history.map(|history| history.first_seen.to_string()).unwrap_or_default(),
            days: finding.history.map(|history| format!("{} d", history.days_open)).unwrap_or_default(),
            why: String::new(),
        }
    }
}

impl NamesCell {
    fn new(what: &'static str, names: &[String]) -> Self {
        Self {
            what,
            count: grouped(names.len() as u64),
            names: names.iter().take(NAMES).map(|name| clip(name, NAME)).collect(),
            more: match names.len().saturating_sub(NAMES) {
                0 => String::new(),
                more => format!("and {} more", grouped(more as u64)),
            },
        }
    }
}

impl AccountsRow {
    /// The row of a source in which something has changed, or can't be told.
    fn new(changes: &AccountChanges) -> Option<Self> {
        let AccountChanges { source, added, removed, status, roles, owner, recreated, why_not } = changes;
        let lists = [
            ("added", added),
            ("removed", removed),
            ("switched on or off", status),
            ("other roles", roles),
            ("other owner", owner),
            ("made anew", recreated),
        ];
        let cells: Vec<_> = lists
            .into_iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(what, names)| NamesCell::new(what, names))
            .collect();
        let why_not = clip(why_not.as_deref().unwrap_or_default(), SENTENCE);
        (!cells.is_empty() || !why_not.is_empty()).then(|| Self { source: clip(source, NAME), why_not, cells })
    }
}

fn people(changes: &PeopleChanges) -> Vec<PeopleRow> {
    let PeopleChanges { joined, left, moved, unlisted } = changes;
    let lists = [("left", left), ("not in the HR file any more", unlisted), ("moved", moved), ("joined", joined)];
    let rows = lists.into_iter().flat_map(|(what, people)| {
        people.iter().map(move |(person, accounts)| PeopleRow {
            what,
            person: clip(person, NAME),
            accounts: NamesCell::new("live", accounts),
        })
    });
    rows.take(LINES).collect()
}

impl Trend {
    const BAR: u32 = 8;
    const HEIGHT: u32 = 36;

    /// The trend of at least two reports; of one there is none.
    fn new(points: &[TrendPoint]) -> Self {
        if points.len() < 2 { Self::default() } else { Self::of_all(points) }
    }

    /// The trend of however many reports.
    pub(super) fn of_all(points: &[TrendPoint]) -> Self {
        let open = |point: &TrendPoint| point.open.values().sum::<u64>();
        let most = points.iter().map(open).max().unwrap_or_default();
        let scaled = |count: u64| {
            let height = count.saturating_mul(u64::from(Self::HEIGHT)).checked_div(most).unwrap_or_default();
            u32::try_from(height).unwrap_or(Self::HEIGHT)
        };
        let mut bars = Vec::new();
        for (point, x) in points.iter().zip((0..).step_by(Self::BAR as usize + 2)) {
            let bad = of(point, Severity::Critical) + of(point, Severity::High);
            let (all, bad) = (scaled(open(point)), scaled(bad));
            let bar = |(class, fill), top: u32, height| {
                let y = Self::HEIGHT - top;
                Bar { class, fill, x, y, width: Self::BAR, height }
            };
            bars.push(bar(if point.complete { ("rest", "#4f6075") } else { ("part", "#8a939e") }, all, all - bad));
            bars.push(bar(("bad", "#9e0f38"), bad, bad));
        }
        let of_one = |point: Option<&TrendPoint>| grouped(point.map(open).unwrap_or_default());
        let (first, last) = (of_one(points.first()), of_one(points.last()));
        Self {
            width: u32::try_from(points.len()).unwrap_or_default() * (Self::BAR + 2),
            height: Self::HEIGHT,
            bars,
            words: format!(
                "Open findings over {}: {first} in the first, {last} in the last",
                counted(points.len() as u64, "report", "reports"),
            ),
            most: grouped(most),
            rows: points.iter().rev().map(TrendRow::new).collect(),
        }
    }
}

fn of(point: &TrendPoint, severity: Severity) -> u64 {
    point.open.get(&severity).copied().unwrap_or_default()
}

impl TrendRow {
    fn new(point: &TrendPoint) -> Self {
        let told = |count: Option<u64>| count.map_or_else(|| "–".to_owned(), grouped);
        Self {
            as_of: point.as_of.format("%Y-%m-%d").to_string(),
            accounts: grouped(point.accounts),
            whole: point.complete,
            open: grouped(point.open.values().sum()),
            critical: grouped(of(point, Severity::Critical)),
            high: grouped(of(point, Severity::High)),
            new: told(point.new),
            resolved: told(point.resolved),
            reopened: told(point.reopened),
            overdue: told(point.overdue),
        }
    }
}
