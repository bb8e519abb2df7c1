//! The tiers: which keys of an account are looked up in which order, and what their answers mean together.

use std::borrow::Cow;

use crate::config::{MatchConfig, SourceMatch};
use crate::model::{Account, Attempt, Correlation, EmployeeIndex, Roster, Situation, Step, Steps, Tier};

use super::crosswalk::Crosswalk;
use super::index::{Hits, KeyTable, KeyTableBuilder};
use super::near_miss::{NearMiss, NearMisses};
use super::normalise::{Normalised, Normaliser, fold, split, trim};

/// The roster, indexed by every key. Built once and shared by all sources and threads.
#[derive(Debug)]
pub struct Correlator {
    normaliser: Normaliser,
    ids: KeyTable,
    emails: KeyTable,
    usernames: KeyTable,
}

impl Correlator {
    /// Indexes the roster. An employee's position in it must fit into 32 bits; later ones would not be found.
    pub fn new(roster: &Roster, config: &MatchConfig) -> Self {
        let normaliser = Normaliser::new(config);
        let [mut ids, mut emails, mut usernames] = [(); 3].map(|()| KeyTableBuilder::default());
        for (index, employee) in (0..=u32::MAX).map(EmployeeIndex).zip(&roster.employees) {
            ids.add(&fold(&employee.id.0).text, index);
            for email in &employee.emails {
                let key = normaliser.address(email).text;
                emails.add(&key, index);
                if let (true, Some((local, _))) = (config.username_matches_local_part, split(&key)) {
                    usernames.add(local, index);
                }
            }
            for username in &employee.usernames {
                usernames.add(&normaliser.address(username).text, index);
            }
        }
        Self { normaliser, ids: ids.build(), emails: emails.build(), usernames: usernames.build() }
    }

    /// The employees with this id, in whatever case and spacing; more than one if the roster repeats it.
    pub fn by_id(&self, id: &str) -> Vec<EmployeeIndex> {
        self.ids.get(&fold(id).text).into_vec()
    }

    fn hits(&self, tier: Tier, key: &str) -> Hits {
        match tier {
            _ if key.is_empty() => Hits::default(),
            Tier::Crosswalk => Hits::default(),
            Tier::ExternalId => self.ids.get(key),
            Tier::Email => self.emails.get(key),
            Tier::Username => self.usernames.get(key),
        }
    }
}

/// Correlates the accounts of one source.
#[derive(Debug)]
pub struct SourceCorrelator<'c> {
    roster: &'c Correlator,
    matching: &'c SourceMatch,
    crosswalk: Option<Crosswalk>,
}

/// A value on its way to the index.
struct Key<'a> {
    raw: &'a str,
    normalised: Normalised<'a>,
}

impl<'c> SourceCorrelator<'c> {
    /// `crosswalk` is what [`Crosswalk::read`] made of the source's file, if it has one.
    pub const fn new(roster: &'c Correlator, matching: &'c SourceMatch, crosswalk: Option<Crosswalk>) -> Self {
        Self { roster, matching, crosswalk }
    }

    /// Whose account it is.
    ///
    /// The first tier that finds somebody decides, and the later ones are still asked whether they agree. A
    /// crosswalk is no exception: an account that somebody wrote down for one person and whose address names
    /// another is what a reviewer has to see.
    pub fn correlate(&self, account: &Account<'_>) -> Situation {
        let found = self.matching.tiers.iter().map(|tier| (*tier, self.hits(*tier, account)));
        let mut rest = found.clone().filter(|(_, hits)| !hits.is_empty());
        let Some((tier, hits)) = rest.next() else { return Situation::Unmatched };
        let Some(employee) = hits.only() else {
            return Situation::Ambiguous { tier, candidates: hits.into_vec() };
        };
        if rest.all(|(_, hits)| hits.contains(employee)) {
            return Situation::Matched { employee, tier };
        }
        let named = found.flat_map(|(tier, hits)| hits.into_vec().into_iter().map(move |employee| (tier, employee)));
        Situation::Conflict { named: named.collect() }
    }

    /// The same, with what every tier compared and found.
    pub fn explain(&self, account: &Account<'_>) -> Correlation {
        let attempts = self.matching.tiers.iter().flat_map(|tier| match tier {
            Tier::Crosswalk => self.crosswalk.iter().flat_map(|lines| lines.attempts(account)).collect(),
            tier => self.attempt(*tier, account).into_iter().collect::<Vec<_>>(),
        });
        Correlation { attempts: attempts.collect(), situation: self.correlate(account) }
    }

    /// The employees to whom an account that nobody owns probably belongs.
    pub fn near_misses(&self, index: &NearMisses<'_>, account: &Account<'_>) -> Vec<NearMiss> {
        index.find(account, self.matching)
    }

    /// The lines of the crosswalk that no account has used so far.
    pub fn unused_crosswalk_lines(&self) -> Vec<u64> {
        self.crosswalk.as_ref().map(Crosswalk::unused_lines).unwrap_or_default()
    }

    fn hits(&self, tier: Tier, account: &Account<'_>) -> Hits {
        match (tier, &self.crosswalk) {
            (Tier::Crosswalk, Some(crosswalk)) => crosswalk.hits(account),
            _ => self.key(tier, account).map_or_else(Hits::default, |key| self.roster.hits(tier, &key.normalised.text)),
        }
    }

    fn attempt(&self, tier: Tier, account: &Account<'_>) -> Option<Attempt> {
        let field = tier.field()?;
        let Some(Key { raw, normalised }) = self.key(tier, account) else {
            return Some(Attempt {
                tier,
                field,
                raw: None,
                normalised: None,
                steps: Steps::default(),
                hits: Vec::new(),
            });
        };
        let hits = self.roster.hits(tier, &normalised.text).into_vec();
        let steps = normalised.steps;
        let key = Some(normalised.text.into_owned()).filter(|key| !key.is_empty());
        Some(Attempt { tier, field, raw: Some(raw.to_owned()), normalised: key, steps, hits })
    }

    fn key<'a>(&self, tier: Tier, account: &'a Account<'_>) -> Option<Key<'a>> {
        let raw = tier.field()?.of(account)?;
        let normalised = match self.matching.rewrite(tier).map(|rewrite| rewrite.apply(trim(raw))) {
            Some(Cow::Owned(rewritten)) => self.rewritten(tier, &rewritten),
            _ => self.normalise(tier, raw),
        };
        Some(Key { raw, normalised })
    }

    fn rewritten(&self, tier: Tier, value: &str) -> Normalised<'static> {
        let Normalised { text, mut steps } = self.normalise(tier, value);
        steps.add(Step::Rewritten);
        Normalised { text: text.into_owned().into(), steps }
    }

    fn normalise<'v>(&self, tier: Tier, value: &'v str) -> Normalised<'v> {
        match tier {
            Tier::Email | Tier::Username => self.roster.normaliser.address(value),
            Tier::Crosswalk | Tier::ExternalId => fold(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Rewrite;
    use crate::correlate::testing::{account, person, roster};
    use crate::model::AccountField;

    const ANN: EmployeeIndex = EmployeeIndex(0);
    const BEN: EmployeeIndex = EmployeeIndex(1);
    const CLEO: EmployeeIndex = EmployeeIndex(2);

    fn correlator(config: &MatchConfig) -> Correlator {
        let roster = roster([
            person("E-1", "", &["ann@example.com", "ann.old@example.com"], &["ann"]),
            person("E-2", "", &["ben@example.com", "desk@example.com"], &["ben"]),
            person("E-3", "", &["desk@example.com", "Desk@Example.com"], &["cleo@example.com"]),
        ]);
        Correlator::new(&roster, config)
    }

    fn correlate(values: [&str; 4]) -> Situation {
        let correlator = correlator(&MatchConfig::default());
        let matching = SourceMatch::default();
        SourceCorrelator::new(&correlator, &matching, None).correlate(&account(values))
    }

    #[test]
    fn the_first_tier_that_finds_somebody_decides() {
        for (values, employee, tier) in [
            (["e-1 ", "ann@example.com", "", ""], ANN, Tier::ExternalId),
            (["unknown", "ANN.OLD@example.com", "", ""], ANN, Tier::Email),
            (["", "nobody@example.com", "Ben", ""], BEN, Tier::Username),
            (["", "", "CLEO@example.com", ""], CLEO, Tier::Username),
            (["E-3", "desk@example.com", "", ""], CLEO, Tier::ExternalId),
        ] {
            assert_eq!(correlate(values), Situation::Matched { employee, tier }, "{values:?}");
        }
    }

    #[test]
    fn nobody_is_chosen_from_several() {
        let candidates = vec![BEN, CLEO];
        assert_eq!(
            correlate(["", "desk@example.com", "ben", ""]),
            Situation::Ambiguous { tier: Tier::Email, candidates }
        );
    }

    #[test]
    fn tiers_that_disagree_are_a_conflict() {
        assert_eq!(
            correlate(["E-1", "ann@example.com", "ben", ""]),
            Situation::Conflict { named: vec![(Tier::ExternalId, ANN), (Tier::Email, ANN), (Tier::Username, BEN)] }
        );
        let named = vec![(Tier::ExternalId, ANN), (Tier::Email, BEN), (Tier::Email, CLEO)];
        assert_eq!(correlate(["E-1", "desk@example.com", "", ""]), Situation::Conflict { named });
    }

    #[test]
    fn nothing_is_found_through_nothing() {
        assert_eq!(correlate(["", "", "", "Ann"]), Situation::Unmatched);
        assert_eq!(correlate([" ", "\u{200b}", "@", "Ann"]), Situation::Unmatched);
    }

    #[test]
    fn local_parts_are_usernames_if_configured() {
        let config = MatchConfig { username_matches_local_part: true, ..MatchConfig::default() };
        let (correlator, matching) = (correlator(&config), SourceMatch::default());
        let source = SourceCorrelator::new(&correlator, &matching, None);
        assert_eq!(source.correlate(&account(["", "", "Ann.Old", ""])).employee(), Some(ANN));
        assert_eq!(correlate(["", "", "ann.old", ""]), Situation::Unmatched);
    }

    #[test]
    fn an_explanation_shows_every_tier() {
        let correlator = correlator(&MatchConfig::default());
        let crosswalk = Crosswalk::parse(std::path::Path::new("x"), "key,value,employee_id\nid,a-1,E-1\n", &correlator);
        let matching = SourceMatch {
            tiers: Tier::DEFAULT.to_vec(),
            external_id: Some(Rewrite::new(r"^user_(\d+)$", "E-$1").expect("a pattern")),
            ..SourceMatch::default()
        };
        let source = SourceCorrelator::new(&correlator, &matching, crosswalk.ok());
        let story = source.explain(&account([" user_1", "", " ANN", ""]));
        assert_eq!(story.situation, Situation::Matched { employee: ANN, tier: Tier::Crosswalk });
        let seen: Vec<_> =
            story.attempts.iter().map(|a| (a.field, a.raw.as_deref(), a.normalised.as_deref())).collect();
        assert_eq!(
            seen,
            [
                (AccountField::Id, Some("a-1"), Some("a-1")),
                (AccountField::ExternalId, Some(" user_1"), Some("e-1")),
                (AccountField::Email, None, None),
                (AccountField::Username, Some(" ANN"), Some("ann")),
            ]
        );
        let steps: Vec<_> =
            story.attempts.iter().map(|a| a.steps.iter().map(Step::as_str).collect::<Vec<_>>()).collect();
        assert_eq!(steps, [vec![], vec!["rewritten", "case_folded"], vec![], vec!["trimmed", "case_folded"]]);
        assert!(source.unused_crosswalk_lines().is_empty());
    }
}
