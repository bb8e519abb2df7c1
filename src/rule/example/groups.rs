//! Groups the accounts of examples and tests as the pipeline groups those of vendors.

use std::collections::BTreeMap;

use super::data::{ExampleAccount, strangers};
use crate::expression::Missing;
use crate::model::{Employee, Fact, FactName, Situation, SourceName};
use crate::rule::compiled::Compiled;
use crate::rule::scope::{AccountScope, DeclaredScope, EmployeeScope, GroupFacts, Scope};
use crate::rule::{GroupBy, RuleResult};

/// An account with its owner.
pub(in crate::rule) type Owned<'a> = (&'a ExampleAccount, Option<EmployeeScope<'a>>);

/// An account in a group: its id, and its owner's.
type Member = (String, Option<String>);

/// The groups that a rule sees in these accounts, and what would have to be known to see all of them.
pub(in crate::rule) fn groups(
    compiled: &Compiled,
    keys: &[GroupBy],
    accounts: &[Owned<'_>],
    scope: &Scope<'_>,
) -> (Vec<GroupFacts>, Missing) {
    let mut groups: BTreeMap<(SourceName, GroupBy, String), Vec<Member>> = BTreeMap::new();
    let mut missing = Missing::NOTHING;
    for (number, (account, owner)) in (1..).zip(accounts) {
        let scope = Scope { employee: *owner, ..scope.clone() };
        with_account(account, number, &scope, |scope| match compiled.is_member(scope) {
            RuleResult::Violation => {
                let mut hidden = Missing::NOTHING;
                for by in keys {
                    match by.key(scope) {
                        Fact::Known(Some(key)) => {
                            groups.entry((account.source(), *by, key.into_owned())).or_default().push(member(scope));
                        }
                        Fact::Known(None) => {}
                        Fact::NotExposed => hidden = hidden.and(by.needs()),
                    }
                }
                // Accounts are told apart by the keys that the vendor has; without any, they can't be.
                if hidden.iter().count() == keys.len() {
                    missing = missing.and(hidden);
                }
            }
            RuleResult::NotEvaluable(facts) => missing = missing.and(facts),
            RuleResult::Pass | RuleResult::Failed(_) => {}
        });
    }
    let vendor = accounts.first().map_or("file", |(account, _)| account.vendor());
    let groups = groups.into_iter().map(|((source, by, key), mut members)| {
        members.sort();
        let first = members.first().and_then(|(_, owner)| owner.clone());
        let same_owner = first.is_some() && members.iter().all(|(_, owner)| *owner == first);
        let members = members.into_iter().map(|(id, _)| id).collect();
        GroupFacts { source, vendor: vendor.to_owned(), key, by: by.as_str().to_owned(), members, same_owner }
    });
    (groups.collect(), missing)
}

fn member(scope: &Scope<'_>) -> Member {
    let id = scope.account.as_ref().map(|account| account.account.id.to_string()).unwrap_or_default();
    (id, scope.employee.map(|scope| scope.employee.id().to_owned()))
}

/// Makes an account of an example into a scope for as long as `judge` looks at it.
pub(in crate::rule) fn with_account<T>(
    account: &ExampleAccount,
    number: usize,
    scope: &Scope<'_>,
    judge: impl FnOnce(&Scope<'_>) -> T,
) -> Option<T> {
    let record = account.record().ok()?;
    let (source, situation) = (account.source(), account.situation(scope.employee.is_some()));
    let declaration = account.declaration(scope.employee.is_some());
    let declared =
        declaration.as_ref().map(|(declaration, owner_left)| DeclaredScope { declaration, owner_left: *owner_left });
    let built = account.account(number, &record);
    let promise = account.promise();
    let mut account_scope =
        AccountScope::new(&built, &source, account.vendor(), &situation).with_promise(promise.as_ref());
    account_scope.privileged = account.privileged.ok_or(FactName::Privileged);
    let strangers = strangers();
    let strangers: Vec<&Employee> = strangers.iter().collect();
    let employee = match situation {
        // The employee owns the account only if correlation says so.
        Situation::Matched { .. } => scope.employee,
        Situation::Ambiguous { .. } | Situation::Conflict { .. } => {
            scope.employee.filter(|people| !people.others.is_empty()).or(EmployeeScope::several(&strangers, &[]))
        }
        Situation::Declared { .. } => scope.employee.filter(|people| people.have_all_left(scope.now)),
        Situation::Unmatched => None,
    };
    Some(judge(&Scope { account: Some(account_scope), employee, declared, ..scope.clone() }))
}
