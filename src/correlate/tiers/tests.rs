//! Which keys decide, and what they say together.

use super::*;
use crate::config::{MatchConfig, Rewrite};
use crate::correlate::testing::{account, person, roster};
use crate::model::{AccountField, FurtherKeys};

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
    assert_eq!(correlate(["", "desk@example.com", "ben", ""]), Situation::Ambiguous { tier: Tier::Email, candidates });
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

fn with_further(values: [&str; 4], further: FurtherKeys<'static>) -> Correlation {
    let correlator = correlator(&MatchConfig::default());
    let (matching, mut account) = (SourceMatch::default(), account(values));
    account.further = further.kept();
    SourceCorrelator::new(&correlator, &matching, None).explain(&account)
}

#[test]
fn each_address_and_each_login_name_is_a_key() {
    let emails = |emails: &[&'static str]| FurtherKeys {
        emails: emails.iter().map(|email| (*email).into()).collect(),
        ..FurtherKeys::default()
    };
    let matched = |employee| Situation::Matched { employee, tier: Tier::Email };
    let by = |further| with_further(["", "nobody@example.com", "", ""], further).situation;
    assert_eq!(by(emails(&["x@example.com", "ANN@example.com"])), matched(ANN));
    assert_eq!(by(emails(&["ann@example.com", "ann.old@example.com"])), matched(ANN), "the same person");
    let named = vec![(Tier::Email, ANN), (Tier::Email, BEN)];
    assert_eq!(
        by(emails(&["ann@example.com", "ben@example.com", "ann.old@example.com"])),
        Situation::Conflict { named }
    );
    let candidates = vec![BEN, CLEO];
    assert_eq!(
        by(emails(&["desk@example.com", "ben@example.com"])),
        Situation::Ambiguous { tier: Tier::Email, candidates },
        "the first that finds somebody decides"
    );
    let further =
        FurtherKeys { usernames: vec!["ben".into()], external_ids: vec!["E-2".into()], ..FurtherKeys::default() };
    let story = with_further(["x-1", "", "nobody", ""], further);
    assert_eq!(story.situation, Situation::Matched { employee: BEN, tier: Tier::ExternalId });
    let seen: Vec<_> = story.attempts.iter().map(|a| (a.field.as_str(), a.raw.as_deref(), a.hits.len())).collect();
    assert_eq!(
        seen,
        [
            ("external_id", Some("x-1"), 0),
            ("external_id", Some("E-2"), 1),
            ("email", None, 0),
            ("username", Some("nobody"), 0),
            ("username", Some("ben"), 1),
        ]
    );
}

#[test]
fn private_addresses_find_whom_nothing_else_finds_and_contradict_nobody() {
    let private = |emails: &[&'static str], shows_private_email| FurtherKeys {
        private_emails: emails.iter().map(|email| (*email).into()).collect(),
        shows_private_email,
        ..FurtherKeys::default()
    };
    let ann = private(&["ann@example.com"], false);
    let story = with_further(["", "ben@example.com", "", ""], ann.clone());
    assert_eq!(story.situation, Situation::Matched { employee: BEN, tier: Tier::Email });
    assert!(story.attempts.iter().any(|attempt| attempt.steps.contains(Step::KeptForLast)));
    let by_login = with_further(["", "", "ben", ""], ann.clone()).situation;
    assert_eq!(by_login, Situation::Matched { employee: BEN, tier: Tier::Username }, "a login name goes before");
    let alone = with_further(["", "nobody@example.com", "nobody", ""], ann).situation;
    assert_eq!(alone, Situation::Matched { employee: ANN, tier: Tier::Email });
    let shown = with_further(["", "ann@example.com", "ben", ""], private(&[], true)).situation;
    assert_eq!(shown, Situation::Matched { employee: BEN, tier: Tier::Username }, "also where it is the only one");
    let both = with_further(["", "ann@example.com", "", ""], private(&["ben@example.com"], true)).situation;
    assert_eq!(both, Situation::Ambiguous { tier: Tier::Email, candidates: vec![ANN, BEN] });
}

#[test]
fn a_login_name_that_is_an_address_is_looked_up_among_addresses() {
    let story = with_further(["", "", "Ann@Example.com", ""], FurtherKeys::default());
    assert_eq!(story.situation, Situation::Matched { employee: ANN, tier: Tier::Username });
    assert!(story.attempts.iter().any(|attempt| attempt.steps.contains(Step::FoundAmongAddresses)));
    let named = vec![(Tier::Email, ANN), (Tier::Username, BEN)];
    assert_eq!(correlate(["", "ann@example.com", "ben@example.com", ""]), Situation::Conflict { named });
    let candidates = vec![BEN, CLEO];
    assert_eq!(correlate(["", "", "desk@example.com", ""]), Situation::Ambiguous { tier: Tier::Username, candidates });
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
    let seen: Vec<_> = story.attempts.iter().map(|a| (a.field, a.raw.as_deref(), a.normalised.as_deref())).collect();
    assert_eq!(
        seen,
        [
            (AccountField::Id, Some("a-1"), Some("a-1")),
            (AccountField::ExternalId, Some(" user_1"), Some("e-1")),
            (AccountField::Email, None, None),
            (AccountField::Username, Some(" ANN"), Some("ann")),
        ]
    );
    let steps: Vec<_> = story.attempts.iter().map(|a| a.steps.iter().map(Step::as_str).collect::<Vec<_>>()).collect();
    assert_eq!(steps, [vec![], vec!["rewritten", "case_folded"], vec![], vec!["trimmed", "case_folded"]]);
    assert!(source.unused_crosswalk_lines().is_empty());
}
