//! Groups the accounts of examples and tests as the pipeline groups those of vendors.

use std::collections::BTreeMap;

use super::data::ExampleAccount;
use super::run::with_account;
use crate::expression::Missing;
use crate::model::{Fact, SourceName};
use crate::rule::compiled::Compiled;
use crate::rule::scope::{EmployeeScope, GroupFacts, Scope};
use crate::rule::{GroupBy, Verdict};

/// An account with its owner.
pub(super) type Owned<'a> = (&'a ExampleAccount, Option<EmployeeScope<'a>>);

/// An account in a group: its id, and its owner's.
type Member = (String, Option<String>);

/// The groups that a rule sees in these accounts, and what would have to be known to see all of them.
pub(super) fn groups(
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
            Verdict::Violation => {
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
            Verdict::NotEvaluable(facts) => missing = missing.and(facts),
            Verdict::Pass | Verdict::Failed(_) => {}
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
