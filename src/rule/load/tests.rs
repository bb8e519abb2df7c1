//! Rules with the changes of a configuration.

use std::path::Path;

use super::*;
use crate::config::RawRules;
use crate::setting::ConfigText;

fn config(text: &str) -> RulesConfig {
    let raw: RawRules = toml::from_str(text).expect("valid TOML");
    let file = ConfigText::new(Path::new("headcount.toml"), text);
    raw.check(&file, &[SourceName::new("voiso")], &Files::default()).expect("valid")
}

fn errors(text: &str) -> Vec<String> {
    let found = RuleSet::load(&config(text)).expect_err("refused");
    found.iter().map(ToString::to_string).collect()
}

fn built_in() -> RuleSet {
    RuleSet::load(&RulesConfig::default()).unwrap_or_else(|found| {
        panic!("{}", found.iter().map(|one| one.render(false)).collect::<Vec<_>>().join("\n\n"))
    })
}

#[test]
fn every_example_of_every_built_in_rule_comes_out_as_expected() {
    let results = built_in().test();
    let bad: Vec<_> = results.iter().filter(|result| !result.outcome.is_good()).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    assert!(results.len() >= 3 * built_in().iter().count());
}

#[test]
fn examples_that_come_out_otherwise_are_told_apart() {
    let text = BUILT_IN.iter().find(|(name, _)| *name == "locked.toml").expect("there").1;
    let outcomes = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        let text = text.replace(from, to);
        let source_text = SourceText { path: Path::new("locked.toml"), text: &text };
        let rule = file::read(&source_text, Origin::BuiltIn).expect("valid");
        let bad = example::run(&rule).into_iter().filter(|result| !result.outcome.is_good());
        bad.map(|result| result.outcome.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(outcomes("locked = true", "locked = false"), ["missing: expected a violation, got a pass"]);
    assert_eq!(outcomes("locked = false", "locked = true"), ["noisy: expected pass, got a violation"]);
    assert_eq!(
        outcomes("missing = [\"locked\"]", "missing = [\"status\"]"),
        ["wrong: expected not-evaluable, got not evaluable without locked"]
    );
    let (head, _) = text.split_once("[[examples]]").expect("examples");
    assert_eq!(outcomes(text, head).len(), 3, "a rule without examples");
}

#[test]
fn built_in_rules_use_all_their_params() {
    for rule in built_in().iter() {
        assert_eq!(rule.unused_params().collect::<Vec<_>>(), Vec::<&str>::new(), "{}", rule.id());
    }
}

#[test]
fn examples_keep_to_the_params_of_the_rule_file() {
    let rules = RuleSet::load(&config("[override.stale-login]\nparams = { max_idle_days = 60 }")).expect("loads");
    assert!(rules.test().iter().all(|result| result.outcome.is_good()));
    let rule = rules.get(&RuleId::new("stale-login")).expect("there");
    assert_eq!(rule.changes(), ["max_idle_days is 60, not 90"]);
    assert!(rule.guardrails()[0].is_met(rule.params()));
}

#[test]
fn the_hash_follows_what_applies() {
    let plain = built_in().sha256();
    let with = |text| RuleSet::load(&config(text)).expect("loads").sha256();
    assert_eq!(plain, built_in().sha256());
    assert_ne!(plain, with("disable = ['locked']"));
    assert_ne!(plain, with("[override.stale-login]\nparams = { max_idle_days = 60 }"));
    assert_ne!(plain, with("[override.locked]\nseverity = 'high'"));
    assert_ne!(plain, with("[override.locked]\nsources = ['voiso']"));
    assert_eq!(plain, with("[override.locked]\nseverity = 'low'"), "what changes nothing changes nothing");
}

#[test]
fn overrides_are_checked_with_their_place() {
    assert_eq!(
        errors("disable = ['loked']\n[override.stale-logn]\nenabled = false"),
        [
            "headcount.toml:1:12: there is no rule \"loked\" (did you mean \"locked\"?)",
            "headcount.toml:2:11: there is no rule \"stale-logn\" (did you mean \"stale-login\"?)",
        ]
    );
    assert_eq!(
        errors("[override.stale-login]\nparams = { max_idel_days = 60 }"),
        [
            "headcount.toml:2:12: the rule \"stale-login\" has no param \"max_idel_days\" (did you mean \"max_idle_days\"?)"
        ]
    );
    assert_eq!(
        errors("[override.stale-login]\nparams = { max_idle_days = 'x' }"),
        ["headcount.toml:2:28: \"max_idle_days\" is a whole number, and this is a string"]
    );
    assert!(
        errors("[override.stale-login]\nparams = { max_idle_days = 999999999999 }")[0].contains("out of range"),
        "a param that makes the condition impossible"
    );
}

#[test]
fn a_rule_can_be_limited_and_switched_off() {
    let rules =
        RuleSet::load(&config("disable = ['locked']\n[override.orphaned]\nsources = ['voiso']")).expect("loads");
    let get = |id: &str| rules.get(&RuleId::new(id)).expect("there");
    assert!(!get("locked").is_enabled() && rules.enabled().all(|rule| rule.id().as_str() != "locked"));
    assert!(get("orphaned").applies_to(&SourceName::new("voiso")));
    assert!(!get("orphaned").applies_to(&SourceName::new("cognigy")));
    assert!(get("inactive").applies_to(&SourceName::new("cognigy")));
}

#[test]
fn own_rules_are_loaded_and_duplicates_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let own = BUILT_IN.iter().find(|(name, _)| *name == "locked.toml").expect("there").1;
    std::fs::write(folder.path().join("own-locked.toml"), own.replace("id = \"locked\"", "id = \"own-locked\""))
        .expect("written");
    let load = || RuleSet::load(&config(&format!("paths = [{:?}]", folder.path())));
    assert!(load().expect("loads").get(&RuleId::new("own-locked")).is_some());
    std::fs::write(folder.path().join("locked.toml"), own).expect("written");
    assert!(load().expect_err("twice")[0].message.contains("two rules \"locked\""));
    assert!(errors("paths = ['nowhere']")[0].starts_with("headcount.toml:1:10: can't read nowhere"));
}
