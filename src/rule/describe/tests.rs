//! The table of the rules, and one rule as documentation.

use super::*;
use crate::config::RulesConfig;
use crate::model::RuleId;

fn rules() -> RuleSet {
    RuleSet::load(&RulesConfig::default()).expect("loads")
}

#[test]
fn the_list_is_a_table_that_fits_everywhere() {
    let (rules, text) = (rules(), list(&rules()));
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let first: Vec<&str> = text.lines().skip(1).filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(first.len(), rules.iter().count());
    let (_, rest) = text.split_once("\nstale-login ").expect("there");
    let row = rest.split_whitespace().take(7).collect::<Vec<_>>().join(" ");
    assert_eq!(row, "medium account Live, not used for long");
    assert!(text.contains(" (off)"), "{text}");
}

#[test]
fn words_are_wrapped_and_never_cut() {
    assert_eq!(wrapped("a bc def  g", 4), ["a bc", "def", "g"]);
    assert_eq!(wrapped("abcdef g", 3), ["abcdef", "g"]);
    assert!(wrapped(" ", 3).is_empty());
}

#[test]
fn a_rule_reads_like_documentation() {
    let rules = rules();
    let text = show(rules.get(&RuleId::new("stale-login")).expect("there"));
    for part in [
        "stale-login (medium) — Live, not used for long",
        "max_idle_days = 90",
        "PCI-DSS:8.2.6: max_idle_days at most 90 (met: it is 90)",
        "CIS:5.3: max_idle_days at most 45 (not met: it is 90)",
        "account.last_login_at",
        "violation: last used 120 days ago",
        "    “The last login was on 2026-07-23, 120 days ago; the limit is 90 days.”",
        "not-evaluable: the vendor doesn't tell the last login",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}
