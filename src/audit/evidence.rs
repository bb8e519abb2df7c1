//! What a finding carries besides its rule: who is behind it, the facts, and how the account was correlated.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::model::{
    Account, Attempt, Correlation, Declaration, Disposition, Employee, EmployeeIndex, Finding, Fingerprint, Person,
    Roster, Situation, Step, Subject,
};
use crate::rule::{Rule, Scope};

/// A finding of a rule about a subject. Identity, severity and disposition are stamped here and nowhere else.
pub(super) fn finding(rule: &Rule, subject: Subject, person: Person, scope: &Scope<'_>) -> Finding {
    Finding {
        fingerprint: Fingerprint::of(rule.id(), &subject),
        rule: rule.id().clone(),
        severity: rule.severity(),
        disposition: Disposition::Open,
        subject,
        person,
        message: rule.message(scope),
        facts: rule.facts(scope),
        correlation: BTreeMap::new(),
    }
}

/// The account's own words for the person where it has some, else the roster's.
pub(super) fn person(account: &Account<'_>, employee: Option<&Employee>) -> Person {
    let text = |fact: &crate::model::Fact<Option<std::borrow::Cow<'_, str>>>| fact.present().map(ToString::to_string);
    Person {
        display_name: text(&account.display_name)
            .or_else(|| employee.and_then(|employee| employee.name().map(str::to_owned))),
        email: text(&account.email)
            .or_else(|| employee.and_then(|employee| employee.emails().first().map(str::to_owned))),
        username: text(&account.username),
        employee_id: employee.map(|employee| employee.id().into()),
    }
}

/// Adds what a reviewer needs besides the facts that decided: the account's access and last use, and who answers for
/// the person. What the vendor doesn't tell is left out.
pub(super) fn add_context(facts: &mut BTreeMap<String, Value>, account: &Account<'_>, employee: Option<&Employee>) {
    let mut add = |path: &str, value: Option<Value>| {
        if let Some(value) = value {
            facts.entry(path.to_owned()).or_insert(value);
        }
    };
    add("account.status", account.status.known().map(|status| json!(status.as_str())));
    add("account.locked", account.locked.known().map(|locked| json!(locked)));
    add("account.licensed", account.licensed.known().map(|licensed| json!(licensed)));
    add("account.roles", account.roles.known().map(|roles| json!(roles)));
    add("account.last_login_at", account.last_login_at.known().map(|time| json!(time)));
    add("employee.name", employee.and_then(Employee::name).map(|name| json!(name)));
    add("employee.manager", employee.and_then(Employee::manager).map(|name| json!(name)));
}

/// The person that a group belongs to.
pub(super) fn owner(employee: &Employee) -> Person {
    Person {
        display_name: employee.name().map(str::to_owned),
        email: employee.emails().first().map(str::to_owned),
        username: employee.usernames().first().map(str::to_owned),
        employee_id: Some(employee.id().into()),
    }
}

/// The situation, and what every tier compared and found.
pub(super) fn correlation(correlation: &Correlation, roster: &Roster) -> BTreeMap<String, Value> {
    let mut evidence = BTreeMap::from([
        ("situation".to_owned(), json!(correlation.situation.as_str())),
        ("attempts".to_owned(), correlation.attempts.iter().map(|attempt| self::attempt(attempt, roster)).collect()),
    ]);
    if let Some(tier) = correlation.situation.tier() {
        evidence.insert("tier".to_owned(), json!(tier.as_str()));
    }
    match &correlation.situation {
        Situation::Matched { employee, .. } => {
            evidence.insert("employee_id".to_owned(), id(*employee, roster));
        }
        Situation::Ambiguous { candidates, .. } => {
            evidence.insert("candidates".to_owned(), ids(candidates, roster));
        }
        Situation::Conflict { named } => {
            let named = named
                .iter()
                .map(|(tier, employee)| json!({"tier": tier.as_str(), "employee_id": id(*employee, roster)}));
            evidence.insert("named".to_owned(), named.collect());
        }
        Situation::Unmatched | Situation::Declared { .. } => {}
    }
    evidence
}

/// Where the organisation vouches for the account.
pub(super) fn declaration(declaration: &Declaration) -> Value {
    json!(format!("{}, {} (line {})", declaration.kind.as_str(), declaration.about, declaration.line))
}

fn attempt(attempt: &Attempt, roster: &Roster) -> Value {
    json!({
        "tier": attempt.tier.as_str(),
        "field": attempt.field.as_str(),
        "raw": attempt.raw,
        "normalised": attempt.normalised,
        "steps": attempt.steps.iter().map(Step::as_str).collect::<Vec<_>>(),
        "hits": ids(&attempt.hits, roster),
    })
}

fn ids(indexes: &[EmployeeIndex], roster: &Roster) -> Value {
    indexes.iter().map(|index| id(*index, roster)).collect()
}

fn id(index: EmployeeIndex, roster: &Roster) -> Value {
    roster.employee(index).map_or(Value::Null, |employee| json!(employee.id()))
}
