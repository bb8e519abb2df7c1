//! Whether a rule at a source says the same in two reports: only then is a finding of one of them new or resolved.

use std::collections::BTreeSet;

use super::ground::Ground;
use super::known::Kind;
use crate::model::SourceStatus;

/// Two reports.
#[derive(Debug, Clone, Copy)]
pub(super) struct Comparison<'g> {
    /// The earlier one; its sources have the names that they have now.
    pub(super) then: &'g Ground,
    /// The later one.
    pub(super) now: &'g Ground,
}

/// Which of two reports could have missed a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Then,
    Now,
}

/// Why a finding of one report could have been missed by the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    /// The source was not seen whole.
    Incomplete { source: String, now: bool },
    /// The source was not in that audit.
    Absent { source: String, now: bool },
    /// The source is gone for good, as somebody has said.
    Retired { source: String },
    /// The source is another one under the same name.
    OtherVendor { source: String },
    /// The source is read in another way.
    OtherReading { source: String },
    /// People are read, or accounts are joined to them, in another way.
    OtherJoin,
    /// What is said of people rests on all sources, and not all were seen.
    NotAllSources { now: bool },
    /// The rule didn't exist.
    NoRule { rule: String, now: bool },
    /// The rule was off.
    Off { rule: String, now: bool },
    /// The rule judges by something else.
    OtherLogic { rule: String },
    /// The earlier report doesn't tell by what the rule judged.
    LogicUntold { rule: String },
    /// The source doesn't tell a fact that it told in the other report.
    Fact { rule: String, source: Option<String>, missing: BTreeSet<String>, now: bool },
    /// The roster lost a column by which accounts find their owners.
    KeyLost { column: String },
}

impl Comparison<'_> {
    /// Why a finding that is there now could have been missed then.
    pub(super) fn missed_then(&self, rule: &str, source: Option<&str>, kind: Kind) -> Option<Why> {
        self.missed(Side::Then, rule, source, kind)
    }

    /// Why a finding that was there then could be missed now.
    pub(super) fn missed_now(&self, rule: &str, source: Option<&str>, kind: Kind) -> Option<Why> {
        self.missed(Side::Now, rule, source, kind)
    }

    /// Why a finding that was carried on for want of a fact could be missed still: of those accounts that the rule can't judge, nobody
    /// knows which they are.
    pub(super) fn still_missed(&self, rule: &str, source: &str, why: &str) -> Option<Why> {
        let cell = self.now.cell(rule, source).filter(|cell| cell.not_evaluable > 0)?;
        let missing = cell.missing.clone();
        let fact = Why::Fact { rule: rule.to_owned(), source: Some(source.to_owned()), missing, now: true };
        (fact.text() == why).then_some(fact)
    }

    /// Why the accounts of a source can't be compared.
    pub(super) fn missed_accounts(&self, source: &str) -> Option<Why> {
        let side = |side| self.source(side, Some(source), Kind::Account);
        side(Side::Then).or_else(|| side(Side::Now))
    }

    fn missed(&self, side: Side, rule: &str, source: Option<&str>, kind: Kind) -> Option<Why> {
        self.source(side, source, kind)
            .or_else(|| self.rule(side, rule))
            .or_else(|| self.key(kind))
            .or_else(|| self.fact(side, rule, source, kind))
    }

    const fn ground(&self, side: Side) -> &Ground {
        match side {
            Side::Then => self.then,
            Side::Now => self.now,
        }
    }

    fn source(&self, side: Side, source: Option<&str>, kind: Kind) -> Option<Why> {
        let now = side == Side::Now;
        let Some(name) = source else {
            let rests_on_all = matches!(kind, Kind::Employee | Kind::Exception);
            return (rests_on_all && !self.ground(side).is_complete()).then_some(Why::NotAllSources { now });
        };
        let own = || name.to_owned();
        let Some(seen) = self.ground(side).sources.get(name) else { return Some(Why::Absent { source: own(), now }) };
        let other = match side {
            Side::Then => self.now,
            Side::Now => self.then,
        };
        if other.sources.get(name).is_some_and(|other| other.vendor != seen.vendor) {
            return Some(Why::OtherVendor { source: own() });
        }
        if other.sources.get(name).is_some_and(|other| other.reading != seen.reading) {
            return Some(Why::OtherReading { source: own() });
        }
        let whole = !kind.is_of_accounts() || seen.status == SourceStatus::Complete;
        (!whole).then(|| Why::Incomplete { source: own(), now })
    }

    fn rule(&self, side: Side, rule: &str) -> Option<Why> {
        let (own, now) = (|| rule.to_owned(), side == Side::Now);
        let Some(here) = self.ground(side).rules.get(rule) else { return Some(Why::NoRule { rule: own(), now }) };
        if !here.enabled {
            return Some(Why::Off { rule: own(), now });
        }
        let (then, today) = (self.then.rules.get(rule)?, self.now.rules.get(rule)?);
        if then.logic.is_empty() || today.logic.is_empty() {
            return Some(Why::LogicUntold { rule: own() });
        }
        (then.logic != today.logic).then(|| Why::OtherLogic { rule: own() })
    }

    fn key(&self, kind: Kind) -> Option<Why> {
        let of_people = kind.is_of_accounts() || kind == Kind::Employee;
        if !of_people {
            return None;
        }
        let lost =
            self.then.keys.difference(&self.now.keys).next().map(|column| Why::KeyLost { column: column.clone() });
        lost.or_else(|| (self.then.reading != self.now.reading).then_some(Why::OtherJoin))
    }

    /// What could not be judged on one side, and could on the other.
    fn fact(&self, side: Side, rule: &str, source: Option<&str>, kind: Kind) -> Option<Why> {
        let now = side == Side::Now;
        let (here, there) = match side {
            Side::Then => (self.then, self.now),
            Side::Now => (self.now, self.then),
        };
        let Some(name) = source else {
            let unjudged = |ground: &Ground| ground.rules.get(rule).map_or(0, |rule| rule.not_evaluable);
            let fewer = kind == Kind::Employee && unjudged(here) > 0 && unjudged(there) == 0;
            return fewer.then(|| Why::Fact { rule: rule.to_owned(), source: None, missing: BTreeSet::new(), now });
        };
        let cell = here.cell(rule, name).filter(|cell| cell.not_evaluable > 0)?;
        let other = there.cell(rule, name);
        // Which subjects they are isn't told: more of them may be those that were found.
        let more = other
            .is_none_or(|other| cell.not_evaluable > other.not_evaluable || !cell.missing.is_subset(&other.missing));
        let missing = cell.missing.clone();
        more.then(|| Why::Fact { rule: rule.to_owned(), source: Some(name.to_owned()), missing, now })
    }
}

impl Why {
    /// As reports spell it.
    pub(super) const fn as_str(&self) -> &'static str {
        match self {
            Self::Incomplete { .. } | Self::NotAllSources { .. } => "source-incomplete",
            Self::Absent { .. } => "source-absent",
            Self::Retired { .. } => "source-retired",
            Self::OtherVendor { .. } => "source-changed",
            Self::NoRule { .. } => "rule-absent",
            Self::Off { .. } => "rule-off",
            Self::OtherLogic { .. } | Self::LogicUntold { .. } => "rule-changed",
            Self::Fact { .. } => "fact-missing",
            Self::KeyLost { .. } => "key-lost",
            Self::OtherReading { .. } | Self::OtherJoin => "reading-changed",
        }
    }

    /// The source, if it is about one.
    pub(super) fn source(&self) -> Option<&str> {
        match self {
            Self::Incomplete { source, .. }
            | Self::Absent { source, .. }
            | Self::Retired { source }
            | Self::OtherVendor { source }
            | Self::OtherReading { source } => Some(source),
            Self::Fact { source, .. } => source.as_deref(),
            _ => None,
        }
    }

    /// The rule, if it is about one.
    pub(super) fn rule(&self) -> Option<&str> {
        match self {
            Self::NoRule { rule, .. }
            | Self::Off { rule, .. }
            | Self::OtherLogic { rule }
            | Self::LogicUntold { rule }
            | Self::Fact { rule, .. } => Some(rule),
            _ => None,
        }
    }

    /// As a sentence without its end.
    pub(super) fn text(&self) -> String {
        let when = |now: &bool| if *now { "this time" } else { "the last time" };
        match self {
            Self::Incomplete { source, now } => format!("{source} was not seen whole {}", when(now)),
            Self::Absent { source, now } => format!("{source} was not audited {}", when(now)),
            Self::Retired { source } => {
                format!("{source} is retired ([history] retired): its findings are not followed any more")
            }
            Self::OtherVendor { source } => format!("{source} is of another vendor than the last time"),
            Self::OtherReading { source } => {
                format!("{source} is read otherwise than the last time: its [[source]] was edited")
            }
            Self::OtherJoin => {
                "people are read or accounts joined otherwise than the last time: [hr] or [match] was edited".to_owned()
            }
            Self::NotAllSources { now } => format!("not all sources were seen whole {}", when(now)),
            Self::NoRule { rule, now } => format!("the rule {rule} did not exist {}", when(now)),
            Self::Off { rule, now } => format!("the rule {rule} was off {}", when(now)),
            Self::OtherLogic { rule } => {
                format!("{rule} judges by other limits, sources or conditions than the last time")
            }
            Self::LogicUntold { rule } => format!("the last report doesn't tell by what {rule} judged"),
            Self::Fact { rule, source, missing, now } => {
                let place = source.as_ref().map(|source| format!(" at {source}")).unwrap_or_default();
                let facts = if missing.is_empty() {
                    String::new()
                } else {
                    format!(" for want of {}", missing.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
                };
                format!("{rule}{place} could judge less {} than the other time{facts}", when(now))
            }
            Self::KeyLost { column } => format!("the HR file has no column for {column} any more"),
        }
    }
}
