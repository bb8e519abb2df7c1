//! Follows findings from the earlier report into this one: what became of each, since when it has been there, and what can't be told.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};

use super::accounts::List;
use super::changes::{Changes, FindingCounts, NotComparable, TrendPoint, extended};
use super::comparable::{Comparison, Why};
use super::earlier::Earlier;
use super::gone::{Gone, Remembered};
use super::ground::Ground;
use super::known::{At, Kind, Known, name};
use super::rename::{self, NamesOf};
use super::spell::{History, State, days_between};
use crate::base::diagnostic::Diagnostic;
use crate::config::HistoryConfig;
use crate::model::{Disposition, Severity};

/// What a report calls a finding with a fingerprint.
pub type Naming = Box<dyn Fn(&str) -> String + Send + Sync>;

/// The findings that are not there any more.
#[derive(Default)]
struct Absent {
    resolved: Vec<Gone>,
    unseen: Vec<Gone>,
    remembered: Vec<Remembered>,
}

/// Follows the findings of one report.
pub struct Follow {
    earlier: Option<Earlier>,
    now: Ground,
    settings: HistoryConfig,
    /// How fingerprints are called in the reports, where that isn't as they are.
    naming: Option<Naming>,
    today: NaiveDate,
    /// Which of the earlier findings are there.
    matched: Vec<bool>,
    counts: FindingCounts,
    open: BTreeMap<Severity, u64>,
    whys: BTreeMap<Why, u64>,
}

impl std::fmt::Debug for Follow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Follow").field("today", &self.today).finish_non_exhaustive()
    }
}

/// A finding that is there.
#[derive(Debug, Clone, Copy)]
pub struct Present<'p> {
    /// Its place among the earlier ones, if it was there.
    pub at: Option<u32>,
    /// The rule.
    pub rule: &'p str,
    /// The source, if it has one.
    pub source: Option<&'p str>,
    /// What it is about.
    pub kind: Kind,
    /// How bad it is.
    pub severity: Severity,
    /// Whether it asks for action.
    pub disposition: Disposition,
    /// The day on which the baseline saw it first.
    pub baseline: Option<NaiveDate>,
    /// What its own report knows: it may have been compared with reports in between.
    pub carried: Option<History>,
}

impl Follow {
    /// Without an earlier report, everything is new.
    pub fn new(earlier: Option<Earlier>, now: Ground, settings: HistoryConfig) -> Self {
        let known = earlier.as_ref().map_or(0, Earlier::len);
        Self {
            today: now.as_of.date_naive(),
            earlier,
            now,
            settings,
            naming: None,
            matched: vec![false; known],
            counts: FindingCounts::default(),
            open: BTreeMap::new(),
            whys: BTreeMap::new(),
        }
    }

    /// The same, where reports call a fingerprint otherwise.
    #[must_use]
    pub fn with_naming(self, naming: Option<Naming>) -> Self {
        Self { naming, ..self }
    }

    /// The place of a finding among the earlier ones.
    pub fn place(&self, fingerprint: &str) -> Option<u32> {
        let earlier = self.earlier.as_ref()?;
        let name = match &self.naming {
            Some(naming) => name(&naming(fingerprint)),
            None => name(fingerprint),
        };
        earlier.index.find(name?).and_then(|at| u32::try_from(at).ok())
    }

    /// What became of a finding that is there.
    pub fn history(&mut self, present: &Present<'_>) -> History {
        let known = present.at.and_then(|at| Some((at, *self.earlier.as_ref()?.index.get(at as usize)?)));
        if let Some(matched) = known.and_then(|(at, _)| self.matched.get_mut(at as usize)) {
            *matched = true;
        }
        let known = known.map(|(_, known)| known);
        let mut history = self.spell(present, known);
        if let Some(day) = present.baseline.filter(|_| history.state != State::Reopened) {
            history.first_seen = history.first_seen.min(day);
            history.since = history.since.min(day);
        }
        history.days_open = days_between(history.since, self.today);
        let limit = self.settings.sla.get(&present.severity).filter(|_| present.disposition != Disposition::Waived);
        history.due = limit.and_then(|days| history.since.checked_add_days(Days::new(u64::from(*days))));
        if let Some(carried) = present.carried {
            history = History { state: history.state, due: carried.due.or(history.due), ..carried };
        }
        self.count(present, known, &history);
        history
    }

    fn spell(&mut self, present: &Present<'_>, known: Option<Known>) -> History {
        let today = self.today;
        let spell = |state, first_seen, since, reopened| History {
            state,
            first_seen,
            since,
            due: None,
            days_open: 0,
            reopened,
        };
        match known {
            Some(Known { at: At::Resolved(old), first_seen, reopened, .. }) if self.is_kept(old) => {
                return spell(State::Reopened, first_seen, today, reopened.saturating_add(1));
            }
            Some(Known { at: At::File(_) | At::Carried(_), first_seen, since, reopened, .. }) => {
                return spell(State::Persisting, first_seen, since, reopened);
            }
            Some(_) | None => {}
        }
        let state = if present.baseline.is_some() { State::Persisting } else { self.state_of_absent(present) };
        spell(state, today, today, 0)
    }

    /// Of a finding that was not there.
    fn state_of_absent(&mut self, present: &Present<'_>) -> State {
        let Some(earlier) = &self.earlier else { return State::New };
        let comparison = Comparison { then: &earlier.ground, now: &self.now };
        match comparison.missed_then(present.rule, present.source, present.kind) {
            Some(why) => {
                *self.whys.entry(why).or_default() += 1;
                State::Unknown
            }
            None => State::New,
        }
    }

    /// Whether a resolved finding is still remembered.
    fn is_kept(&self, at: u32) -> bool {
        let old = self.earlier.as_ref().and_then(|earlier| earlier.remembered.get(at as usize));
        old.is_some_and(|old| days_between(old.resolved_on, self.today) <= self.settings.keep_days)
    }

    fn count(&mut self, present: &Present<'_>, known: Option<Known>, history: &History) {
        if present.disposition == Disposition::Waived {
            let was_open = known.is_some_and(|known| !known.waived && !matches!(known.at, At::Resolved(_)));
            self.counts.accepted += u64::from(was_open);
            return;
        }
        *self.open.entry(present.severity).or_default() += 1;
        let of_state = match history.state {
            State::New => &mut self.counts.new,
            State::Reopened => &mut self.counts.reopened,
            State::Unknown => &mut self.counts.unknown,
            State::Persisting => &mut self.counts.persisting,
        };
        *of_state += 1;
        let critical = history.state == State::New && present.severity == Severity::Critical;
        self.counts.new_critical += u64::from(critical);
        self.counts.overdue += u64::from(history.is_overdue());
    }

    /// Why the accounts of sources can't be compared.
    pub fn incomparable(&self) -> BTreeMap<String, String> {
        let Some(earlier) = &self.earlier else { return BTreeMap::new() };
        let comparison = Comparison { then: &earlier.ground, now: &self.now };
        let all: BTreeSet<&String> = earlier.ground.sources.keys().chain(self.now.sources.keys()).collect();
        let why = |name: &String| Some((name.clone(), comparison.missed_accounts(name)?.text()));
        all.into_iter().filter_map(why).collect()
    }

    /// The day of the earlier report.
    pub fn since(&self) -> Option<NaiveDate> {
        self.earlier.as_ref().map(|earlier| earlier.ground.as_of.date_naive())
    }

    /// The list of all accounts beside the earlier report.
    ///
    /// # Errors
    /// It can't be read, or is something else.
    pub fn list(&self) -> Result<Option<List>, Diagnostic> {
        self.earlier.as_ref().map_or(Ok(None), Earlier::list)
    }

    /// What has changed, once all findings that are there have been followed.
    ///
    /// # Errors
    /// The earlier report can't be read again.
    pub fn close(mut self, names_of: NamesOf<'_>) -> Result<Changes, Diagnostic> {
        let Some(earlier) = self.earlier.take() else {
            let trend = vec![self.point(None)];
            return Ok(Changes { findings: self.counts, trend, ..Changes::default() });
        };
        let Absent { resolved, unseen, remembered } = self.gone(&earlier)?;
        (self.counts.resolved, self.counts.unseen) = (resolved.len() as u64, unseen.len() as u64);
        let renames = rename::suggest(&earlier, &self.now, &unseen, names_of)?;
        let not_comparable = self.whys.iter().map(|(why, findings)| {
            let advice = why.source().and_then(|source| renames.get(source)).map_or_else(String::new, Clone::clone);
            NotComparable {
                source: why.source().map(str::to_owned),
                rule: why.rule().map(str::to_owned),
                why: why.as_str().to_owned(),
                findings: *findings,
                text: format!("{}{advice}", why.text()),
            }
        });
        let mut not_comparable: Vec<_> = not_comparable.collect();
        not_comparable.sort();
        Ok(Changes {
            previous: Some(earlier.run()),
            findings: self.counts,
            not_comparable,
            trend: extended(earlier.trend().to_vec(), self.point(Some(self.counts))),
            resolved,
            unseen,
            remembered,
            accounts: None,
            people: None,
        })
    }

    /// The earlier findings that are not there: what is resolved, what nobody could see, and what was resolved before.
    fn gone(&mut self, earlier: &Earlier) -> Result<Absent, Diagnostic> {
        let comparison = Comparison { then: &earlier.ground, now: &self.now };
        let (mut gone, mut remembered) = (Vec::new(), Vec::new());
        for known in earlier.index.iter().zip(&self.matched).filter(|(_, matched)| !**matched).map(|(known, _)| known) {
            if let At::Resolved(at) = known.at {
                let old = earlier.remembered.get(at as usize);
                let kept = |old: &&Remembered| days_between(old.resolved_on, self.today) <= self.settings.keep_days;
                remembered.extend(old.filter(kept).cloned());
                continue;
            }
            let rule = earlier.word(known.rule).unwrap_or_default();
            let source = earlier.word(known.source);
            if let Some(source) = source.filter(|source| self.settings.retired.contains(*source)) {
                *self.whys.entry(Why::Retired { source: source.to_owned() }).or_default() += 1;
                continue;
            }
            let carried = match known.at {
                At::Carried(at) => earlier.carried.get(at as usize).and_then(|gone| gone.why.as_deref()),
                At::File(_) | At::Resolved(_) => None,
            };
            let still = || comparison.still_missed(rule, source?, carried?);
            let why = comparison.missed_now(rule, source, known.kind).or_else(still);
            if let Some(why) = &why {
                *self.whys.entry(why.clone()).or_default() += 1;
            }
            gone.push((*known, why.map(|why| why.text())));
        }
        let (mut resolved, mut unseen) = (Vec::new(), Vec::new());
        for gone in self.with_words(earlier, gone)? {
            if gone.why.is_none() { resolved.push(gone) } else { unseen.push(gone) }
        }
        let worst_first = |list: &mut Vec<Gone>| {
            list.sort_by(|a, b| {
                let key = |gone: &Gone| (gone.severity, gone.rule.clone(), gone.subject.clone());
                key(a).cmp(&key(b)).then_with(|| a.fingerprint.cmp(&b.fingerprint))
            });
        };
        worst_first(&mut resolved);
        worst_first(&mut unseen);
        remembered.sort_by(|a, b| a.fingerprint.cmp(&b.fingerprint));
        Ok(Absent { resolved, unseen, remembered })
    }

    /// The same with the words of the earlier report.
    fn with_words(&self, earlier: &Earlier, mut gone: Vec<(Known, Option<String>)>) -> Result<Vec<Gone>, Diagnostic> {
        let place = |known: &Known| match known.at {
            At::File(byte) => Some(byte),
            At::Carried(_) | At::Resolved(_) => None,
        };
        gone.sort_by_key(|(known, _)| place(known));
        let mut words = earlier.words(gone.iter().filter_map(|(known, _)| place(known)))?.into_iter();
        let today = self.today;
        let told = gone.into_iter().filter_map(|(known, why)| {
            let carried = match known.at {
                At::Carried(at) => earlier.carried.get(at as usize).cloned(),
                At::File(_) | At::Resolved(_) => None,
            };
            let (fingerprint, rule, severity, subject) = match carried {
                Some(gone) => (gone.fingerprint, gone.rule, gone.severity, gone.subject),
                None => words.next().map(|line| (line.fingerprint, line.rule, line.severity, line.subject))?,
            };
            let [high, low] = known.name;
            // A finding of a source that has another name now is called otherwise, too.
            let fingerprint =
                if name(&fingerprint) == Some(known.name) { fingerprint } else { format!("{high:016x}{low:016x}") };
            Some(Gone {
                fingerprint,
                rule,
                severity,
                subject,
                first_seen: known.first_seen,
                since: known.since,
                resolved_on: why.is_none().then_some(today),
                days_open: days_between(known.since, today),
                reopened: known.reopened,
                waived: known.waived,
                why,
            })
        });
        Ok(told.collect())
    }

    fn point(&self, counts: Option<FindingCounts>) -> TrendPoint {
        TrendPoint {
            run_id: self.now.run_id.clone(),
            as_of: self.now.as_of,
            accounts: self.now.accounts,
            complete: self.now.is_complete(),
            open: self.open.clone(),
            new: counts.map(|counts| counts.new),
            resolved: counts.map(|counts| counts.resolved),
            reopened: counts.map(|counts| counts.reopened),
            overdue: (!self.settings.sla.is_empty()).then_some(self.counts.overdue),
        }
    }
}
