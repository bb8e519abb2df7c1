//! The table of the rules, and one rule as documentation.

use super::*;
use crate::config::RulesConfig;
use crate::model::RuleId;

fn rules() -> RuleSet {
    RuleSet::load(&RulesConfig::default()).expect("loads")
}

#[test]
fn the_list_is_a_table_with_a_line_for_each_rule() {
    let (rules, text) = (rules(), list(&rules()));
    assert_eq!(text.lines().count(), rules.iter().count() + 1);
    let line = text.lines().find(|line| line.starts_with("stale-login")).expect("there");
    assert!(
        line.contains("medium") && line.contains("account") && line.ends_with("nobody has used for long"),
        "{line}"
    );
}

#[test]
fn a_rule_reads_like_documentation() {
    let rules = rules();
    let text = show(rules.get(&RuleId::new("stale-login")).expect("there"));
    for part in [
        "stale-login (medium) — A live account that nobody has used for long",
        "max_idle_days = 90",
        "PCI-DSS:8.2.6: max_idle_days at most 90 (met: it is 90)",
        "CIS:5.3: max_idle_days at most 45 (not met: it is 90)",
        "account.last_login_at",
        "violation: last used 120 days ago",
        "“The last login was on 2026-07-23, 120 days ago; the limit is 90 days.”",
        "not-evaluable: the vendor doesn't tell the last login",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}
