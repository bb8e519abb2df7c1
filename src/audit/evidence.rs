//! What a finding carries besides its rule: who is behind it, the facts, and how the account was correlated.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::correlate::Tried;
use crate::model::{
    Account, Attempt, Declaration, Disposition, Employee, EmployeeId, EmployeeIndex, Fact, Finding, Fingerprint,
    Person, Roster, Situation, Steps, Subject, Tier,
};
use crate::rule::{Facts, List, Rule, Scope, Value};

/// What findings about accounts hold besides names, reason and what they are counted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Evidence {
    /// The facts, how the account was correlated, and to whom it probably belongs.
    #[default]
    Whole,
    /// No more: for formats that show no more.
    Names,
}

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
        facts: rule.facts(scope).to_map(),
        correlation: BTreeMap::new(),
    }
}

/// Who is behind an account: its own words for the person where it has some, else the roster's.
pub(super) struct Named<'a> {
    pub display_name: Option<&'a str>,
    pub email: Option<&'a str>,
    pub username: Option<&'a str>,
    pub employee_id: Option<&'a str>,
}

impl<'a> Named<'a> {
    pub(super) fn new(account: &'a Account<'_>, employee: Option<&'a Employee>) -> Self {
        let text = |fact: &'a Fact<Option<Cow<'_, str>>>| fact.present().map(AsRef::as_ref);
        Self {
            display_name: text(&account.display_name).or_else(|| employee.and_then(Employee::name)),
            email: text(&account.email).or_else(|| employee.and_then(|employee| employee.emails().first())),
            username: text(&account.username),
            employee_id: employee.map(Employee::id),
        }
    }

    pub(super) fn to_person(&self) -> Person {
        Person {
            display_name: self.display_name.map(str::to_owned),
            email: self.email.map(str::to_owned),
            username: self.username.map(str::to_owned),
            employee_id: self.employee_id.map(|id| EmployeeId(id.to_owned())),
        }
    }
}

/// What a reviewer needs besides the facts that decided: the account's access and last use, and who answers for the
/// person. What the vendor doesn't tell is left out.
pub(super) fn context<'a>(account: &'a Account<'a>, employee: Option<&'a Employee>) -> Facts<'a> {
    let last_login = account.last_login_at.known().map(|time| Value::or_absent(time.map(Value::Timestamp)));
    Facts::told([
        ("account.created_at", account.created_at.known().map(|time| Value::Timestamp(*time))),
        ("account.last_login_at", last_login),
        ("account.licensed", account.licensed.known().map(|licensed| Value::Bool(*licensed))),
        ("account.locked", account.locked.known().map(|locked| Value::Bool(*locked))),
        ("account.roles", account.roles.known().map(|roles| Value::List(List::Cows(roles)))),
        ("account.status", account.status.known().map(|status| Value::text(status.as_str()))),
        ("employee.manager", employee.and_then(Employee::manager).map(Value::text)),
        ("employee.name", employee.and_then(Employee::name).map(Value::text)),
    ])
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

/// The situation, and what every tier compared and found, as JSON.
///
/// # Errors
/// None in practice: texts can always be written.
pub(super) fn correlation(
    tried: &Tried<'_>,
    situation: &Situation,
    declaration: Option<&Declaration>,
    roster: &Roster,
) -> serde_json::Result<String> {
    let id = |index: EmployeeIndex| roster.employee(index).map(Employee::id);
    let ids = |indexes| Ids { indexes, roster };
    let attempts = tried.attempts();
    let several = match situation {
        Situation::Ambiguous { candidates, .. } => Some(candidates),
        _ => None,
    };
    serde_json::to_string(&Matched {
        attempts: attempts.iter().map(|attempt| Attempted::new(attempt, ids(&attempt.hits))).collect(),
        candidate_count: several.map(Vec::len).filter(|count| *count > SHOWN),
        candidates: several.map(|candidates| ids(candidates)),
        declared: declaration.map(described),
        named: match situation {
            Situation::Conflict { named } => Some(
                named
                    .iter()
                    .take(2 * SHOWN)
                    .map(|(tier, employee)| Name { employee_id: id(*employee), tier: tier.as_str() })
                    .collect(),
            ),
            _ => None,
        },
        situation: situation.as_str(),
        tier: situation.tier().map(Tier::as_str),
    })
}

/// How many people are named: evidence must not grow with all who share a key.
const SHOWN: usize = 5;

/// `match` of a finding, its names sorted as in any object of a report.
#[derive(Serialize)]
struct Matched<'t> {
    attempts: Vec<Attempted<'t>>,
    /// How many candidates there are, if not all are named.
    #[serde(skip_serializing_if = "Option::is_none")]
    candidate_count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    candidates: Option<Ids<'t>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    declared: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    named: Option<Vec<Name<'t>>>,
    situation: &'t str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<&'t str>,
}

/// What goes without saying is left out, because it stands there for every tier of every account.
#[derive(Serialize)]
struct Attempted<'t> {
    /// How many people have the value, if they are so many that it identifies nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    crowd: Option<u64>,
    /// Unless it has the name of the tier.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'t str>,
    /// Unless it found nobody.
    #[serde(skip_serializing_if = "Ids::is_empty")]
    hits: Ids<'t>,
    /// Unless it is as the vendor gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    normalised: Option<LookedUp<'t>>,
    raw: Option<&'t str>,
    /// Unless there were none.
    #[serde(skip_serializing_if = "no_steps")]
    steps: Steps,
    tier: &'t str,
}

/// What was looked up; none, if nothing was left of the value.
#[derive(Serialize)]
#[serde(transparent)]
struct LookedUp<'t>(Option<&'t str>);

/// The first employees by their ids.
struct Ids<'t> {
    indexes: &'t [EmployeeIndex],
    roster: &'t Roster,
}

impl Ids<'_> {
    const fn is_empty(&self) -> bool {
        self.indexes.is_empty()
    }
}

impl Serialize for Ids<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let id = |index: &EmployeeIndex| self.roster.employee(*index).map(Employee::id);
        serializer.collect_seq(self.indexes.iter().take(SHOWN).map(id))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn no_steps(steps: &Steps) -> bool {
    steps.is_empty()
}

#[derive(Serialize)]
struct Name<'t> {
    employee_id: Option<&'t str>,
    tier: &'t str,
}

impl<'t> Attempted<'t> {
    fn new(attempt: &'t Attempt<'_>, hits: Ids<'t>) -> Self {
        Self {
            crowd: attempt.crowd,
            field: Some(attempt.field.as_str()).filter(|field| *field != attempt.tier.as_str()),
            hits,
            normalised: (attempt.normalised != attempt.raw).then_some(LookedUp(attempt.normalised.as_deref())),
            raw: attempt.raw.as_deref(),
            steps: attempt.steps,
            tier: attempt.tier.as_str(),
        }
    }
}

/// Where the organisation vouches for the account.
fn described(declaration: &Declaration) -> String {
    format!("{}, {} (line {})", declaration.kind.as_str(), declaration.about, declaration.line)
}
