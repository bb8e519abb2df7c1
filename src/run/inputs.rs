//! Rules, roster and exceptions → [`Inputs`]: everything that is read and checked before the first request.

use std::thread;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::{RunError, named, refuse_if_suspect};
use crate::audit::{Audit, Measures};
use crate::base::diagnostic::{Diagnostic, keep};
use crate::breaker::{self, Previous};
use crate::config::{Config, SourceConfig};
use crate::correlate::{Correlator, Crosswalk, SourceCorrelator};
use crate::exception::{Baseline, Days, Declarations, Exceptions, Known, KnownRule, Promises, Waivers, read_declared};
use crate::files::Files;
use crate::key::Normaliser;
use crate::model::{Roster, SourceName, Timestamp};
use crate::roster::{self, Refusal};
use crate::rule::{RuleSet, Subject as RuleSubject};
use crate::run::Policy;

/// What the configuration names, read and checked.
#[derive(Debug)]
pub struct Inputs {
    /// The rules that apply.
    pub rules: RuleSet,
    /// The people.
    pub roster: Roster,
    /// The accounts that the organisation vouches for.
    pub declarations: Declarations,
    /// Waivers and baseline.
    pub exceptions: Exceptions,
    /// By what the data is judged besides.
    pub policies: Vec<Policy>,
    pub(super) correlator: Correlator,
}

impl Inputs {
    /// Reads rules and roster, and checks what the configuration says of them. The previous audit tells a column that
    /// was lost from one that was never there; nothing that is written down can have happened after tomorrow, counted from
    /// `today`.
    ///
    /// # Errors
    /// Every mistake that could be found; or a roster with nobody in it, or that lost a column by which it is read.
    pub fn load(config: &Config, previous: Option<&Previous>, today: Timestamp) -> Result<Self, RunError> {
        Self::read(config, previous, today).map_err(|error| match error {
            RunError::Unusable(mistakes) => RunError::Unusable(config.point_out(mistakes)),
            error => error,
        })
    }

    fn read(config: &Config, previous: Option<&Previous>, today: Timestamp) -> Result<Self, RunError> {
        let mut mistakes = Vec::new();
        let normaliser = Normaliser::new(&config.matching);
        // Neither needs the other, and in each there is work for one core only.
        let (rules, roster) = thread::scope(|scope| {
            let rules = scope.spawn(|| RuleSet::load(&config.rules));
            let roster = roster::read(&config.files, &config.roster, &normaliser);
            (rules.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), roster)
        });
        let rules = keep(rules, &mut mistakes);
        mistakes.extend(rules.iter().flat_map(|rules| named::mistakes(&config.gate, rules, config)));
        mistakes.extend(rules.iter().flat_map(|rules| named::unknown_to_managers(rules, config)));
        let roster = roster.map_err(|Refusal { mistakes: refused, missing }| {
            let limits = previous.zip(config.roster.max_change).filter(|_| mistakes.is_empty());
            mistakes.extend(refused);
            limits.map_or_else(Vec::new, |(previous, limit)| previous.check_refused(&missing, limit))
        });
        let (rules, roster) = match (rules, roster) {
            (Some(rules), Ok(roster)) if mistakes.is_empty() => (rules, roster),
            (_, Err(anomalies)) if !anomalies.is_empty() => return Err(RunError::Suspect(anomalies)),
            _ => return Err(mistakes.into()),
        };
        // First, since no owner that a file names is in an empty roster.
        refuse_if_suspect(breaker::check_empty(&roster))?;
        let correlator = Correlator::new(&roster, &config.matching);
        let mut roster = roster;
        roster.issues.extend(correlator.shared_keys(&roster));
        roster.issues.sort();
        let declarations = keep(declarations(config, &correlator, today), &mut mistakes);
        let exceptions = keep(exceptions(config, &rules, &roster, today), &mut mistakes);
        match (declarations, exceptions) {
            (Some(declarations), Some(exceptions)) => {
                Ok(Self { rules, roster, declarations, exceptions, policies: Vec::new(), correlator })
            }
            _ => Err(mistakes.into()),
        }
    }

    /// An audit that judges as of a moment.
    pub(crate) fn audit<'a>(&'a self, config: &'a Config, as_of: Timestamp) -> Audit<'a> {
        self.audit_by(&self.rules, config, as_of)
    }

    /// The same by other rules.
    pub(super) fn audit_by<'a>(&'a self, rules: &'a RuleSet, config: &'a Config, as_of: Timestamp) -> Audit<'a> {
        let Self { roster, declarations, exceptions, .. } = self;
        Audit::new(Measures { roster, rules, declarations, exceptions, matching: &config.matching }, as_of)
    }

    /// How the accounts of one source find their owners.
    ///
    /// # Errors
    /// What is wrong with its crosswalk.
    pub fn correlator<'c>(
        &'c self,
        source: &'c SourceConfig,
        files: &Files,
    ) -> Result<SourceCorrelator<'c>, Vec<Diagnostic>> {
        let crosswalk = source
            .matching
            .crosswalk
            .as_deref()
            .map(|path| Crosswalk::read(files, path, &self.correlator))
            .transpose()?;
        Ok(SourceCorrelator::new(&self.correlator, &source.matching, crosswalk))
    }
}

/// The last day on which anything can have happened: another time zone may be a day ahead.
pub fn latest(today: Timestamp, zone: Tz) -> NaiveDate {
    let day = today.with_timezone(&zone).date_naive();
    day.succ_opt().unwrap_or(day)
}

fn declarations(config: &Config, roster: &Correlator, today: Timestamp) -> Result<Declarations, Vec<Diagnostic>> {
    let Some(path) = &config.exceptions.declared else { return Ok(Declarations::default()) };
    let sources: Vec<SourceName> = config.sources.iter().map(|source| source.name.clone()).collect();
    let zone = config.roster.timezone;
    read_declared(&config.files, path, &sources, roster, Days { zone, latest: latest(today, zone) })
}

fn exceptions(
    config: &Config,
    rules: &RuleSet,
    roster: &Roster,
    today: Timestamp,
) -> Result<Exceptions, Vec<Diagnostic>> {
    let mut mistakes = Vec::new();
    let known = known(config, rules, roster, today);
    let waivers = config.exceptions.waivers.as_deref().map(|path| Waivers::read(&config.files, path, &known));
    let waivers = keep(waivers.transpose(), &mut mistakes).flatten().unwrap_or_default();
    let baseline = config.exceptions.baseline.as_deref().map(|path| Baseline::read(&config.files, path, known.latest));
    let baseline = keep(baseline.transpose().map_err(|mistake| vec![mistake]), &mut mistakes).flatten();
    let baseline = baseline.map(|baseline| baseline.with_max_days(&config.exceptions.max_days));
    let promises = keep(Promises::read(config), &mut mistakes).unwrap_or_default();
    match &config.gate.new {
        Some(place) if config.exceptions.baseline.is_none() && config.history.is_none() => {
            let message = "only new findings fail, and there is no baseline that says which are new".to_owned();
            let help =
                "add [exceptions] baseline = \"baseline.json\"; `headcount baseline write` makes it; or add [history]";
            mistakes.push(Diagnostic { message, help: Some(help.to_owned()), ..place.clone() });
        }
        _ => {}
    }
    if mistakes.is_empty() { Ok(Exceptions { waivers, baseline, promises }) } else { Err(mistakes) }
}

/// What waivers are checked against.
pub fn known<'k>(config: &'k Config, rules: &RuleSet, roster: &'k Roster, today: Timestamp) -> Known<'k> {
    let rules = rules.iter().map(|rule| {
        let about = KnownRule {
            severity: rule.severity(),
            about_accounts: rule.subject() == RuleSubject::Account,
            about_exceptions: rule.subject() == RuleSubject::Exception,
        };
        (rule.id().clone(), about)
    });
    Known {
        rules: rules.collect(),
        sources: config.sources.iter().map(|source| source.name.clone()).collect(),
        roster,
        config: &config.exceptions,
        normaliser: Normaliser::new(&config.matching),
        zone: config.roster.timezone,
        latest: latest(today, config.roster.timezone),
        new: None,
    }
}
