//! The facts of accounts as tables: `accounts` and `account_keys`.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use super::TableName;
use super::columns::{HANDLES, of_accounts, stored, words};
use super::file::{Folder, Rows, TableFile};
use super::part::PartOf;
use super::sheet::{Holds, Layout, Sheet};
use crate::audit::{Look, Sight};
use crate::expression::Value;
use crate::model::{Fact, Situation, SourceName};
use crate::rule::facts::{FACTS, FactDef};
use crate::rule::{GroupBy, Part, Rule, RuleResult, RuleSet, Scope, Subject};

/// What is written of the accounts of a source.
#[derive(Debug)]
pub struct Shape<'r> {
    source: &'r SourceName,
    /// The number of its first account.
    first: i64,
    facts: Vec<&'static FactDef>,
    handles: Option<&'static FactDef>,
    groups: Vec<GroupBy>,
    parts: Vec<Part<'r>>,
    accounts: Arc<Layout>,
    keys: Arc<Layout>,
}

/// The files of a source, or of a part of it.
#[derive(Debug)]
pub struct AccountTables {
    accounts: TableFile,
    keys: TableFile,
}

impl<'r> Shape<'r> {
    /// Of the source that stands at this place in the configuration, or of a part of it, for these rules.
    pub fn new(rules: &'r RuleSet, source: &'r SourceName, place: usize, part: PartOf) -> Self {
        Self::of_rules(&rules.enabled().collect::<Vec<_>>(), source, place, part)
    }

    /// The same for some rules.
    pub(super) fn of_rules(rules: &[&'r Rule], source: &'r SourceName, place: usize, part: PartOf) -> Self {
        let mut accounts = Layout::default().with("account", Holds::Number).with("declaration", Holds::Number);
        let facts: Vec<_> = stored("account").collect();
        for fact in &facts {
            accounts = accounts.with_fact(fact);
        }
        accounts = HANDLES.into_iter().fold(accounts, |layout, name| layout.with(name, Holds::Text));
        accounts = accounts.with("tells_handles", Holds::Flag);
        let groups = group_keys(rules.iter().copied());
        for by in &groups {
            accounts = accounts.with(group_column(*by), Holds::Text);
        }
        let mut parts = Vec::new();
        for (column, said) in rules.iter().copied().flat_map(of_accounts) {
            if let Some(part) = said.part {
                accounts = accounts.with(&column, Holds::Flag).with(format!("{column}_why"), Holds::Text);
                parts.push(part);
            }
        }
        let keys = key_layout();
        let first = i64::try_from(place).unwrap_or_default() << 48 | i64::from(part.number() - 1) << 32;
        Self {
            source,
            first,
            facts,
            handles: FACTS.iter().copied().find(|fact| fact.path() == "account.handles"),
            groups,
            parts,
            accounts: Arc::new(accounts.with("record", Holds::Text)),
            keys: Arc::new(keys),
        }
    }

    /// The columns of accounts.
    #[cfg(test)]
    pub(super) const fn layout(&self) -> &Arc<Layout> {
        &self.accounts
    }

    /// Starts the files.
    ///
    /// # Errors
    /// They can't be written.
    pub fn start(&self, folder: &Folder, name: &str) -> io::Result<AccountTables> {
        Ok(AccountTables {
            accounts: folder.start(TableName::Accounts, name, &self.accounts)?,
            keys: folder.start(TableName::AccountKeys, name, &self.keys)?,
        })
    }
}

impl AccountTables {
    /// Adds accounts and their keys.
    ///
    /// # Errors
    /// They can't be written.
    pub fn append(&mut self, (accounts, keys): &(Rows, Rows)) -> io::Result<()> {
        self.accounts.append(accounts)?;
        self.keys.append(keys)
    }

    /// Puts the files in their place.
    ///
    /// # Errors
    /// They can't be written.
    pub fn finish(self) -> io::Result<()> {
        self.keys.finish()?;
        self.accounts.finish()
    }
}

impl Look for Shape<'_> {
    type Made = (Sheet, Sheet);
    type Done = (Rows, Rows);

    fn start(&self) -> Self::Made {
        (Sheet::new(&self.accounts), Sheet::new(&self.keys))
    }

    fn see(&self, (accounts, keys): &mut Self::Made, sight: &Sight<'_>) -> io::Result<()> {
        let position = i64::try_from(sight.position).ok().filter(|position| *position < 1 << 32);
        let number = position.map(|position| self.first + position);
        let number = Some(number.ok_or_else(|| io::Error::other("a part has more than 4,294,967,296 accounts"))?);
        let declaration = match sight.situation {
            Situation::Declared { declaration } => Some(i64::from(declaration.0)),
            _ => None,
        };
        self.account(accounts, (number, declaration), sight.scope, sight.record);
        for lookup in sight.tried.lookups(self.source) {
            keys.number(number).number(Some(lookup.rank)).text(Some(lookup.tier.as_str())).text(Some(&lookup.key));
        }
        Ok(())
    }

    fn finish(&self, (accounts, keys): Self::Made) -> io::Result<Self::Done> {
        Ok((Rows::of(&accounts)?, Rows::of(&keys)?))
    }
}

impl Shape<'_> {
    /// Adds an account.
    pub(super) fn account(
        &self,
        accounts: &mut Sheet,
        (number, declaration): (Option<i64>, Option<i64>),
        scope: &Scope<'_>,
        record: &str,
    ) {
        accounts.number(number).number(declaration);
        for fact in &self.facts {
            accounts.fact(fact, &fact.value(scope));
        }
        self.handles(accounts, scope);
        for by in &self.groups {
            match by.key(scope) {
                Fact::Known(key) => accounts.text(key.as_deref()),
                Fact::NotExposed => accounts.text(None),
            };
        }
        for part in &self.parts {
            match part.truth(scope).map(RuleResult::from) {
                Some(RuleResult::Violation) => accounts.flag(Some(true)).text(None),
                Some(RuleResult::Pass) => accounts.flag(Some(false)).text(None),
                Some(unknown) => accounts.flag(None).text(Some(&why(unknown))),
                None => accounts.flag(None).text(None),
            };
        }
        accounts.text(Some(record));
    }

    fn handles(&self, accounts: &mut Sheet, scope: &Scope<'_>) {
        let value = self.handles.map_or(Value::Null, |fact| fact.value(scope));
        let list = if let Value::List(list) = &value { Some(list) } else { None };
        for at in 0..HANDLES.len() {
            match list.and_then(|list| list.get(at)) {
                Some(Value::Text(text)) => accounts.text(Some(&text)),
                _ => accounts.text(None),
            };
        }
        accounts.flag(Some(list.is_some()));
    }
}

/// Of the keys of accounts.
pub(super) fn key_layout() -> Layout {
    let layout =
        ["account", "key_rank"].into_iter().fold(Layout::default(), |layout, name| layout.with(name, Holds::Number));
    layout.with("tier", Holds::Text).with("lookup", Holds::Text)
}

/// Why nobody can say it, as words: facts that are missing, or what failed.
fn why(result: RuleResult) -> String {
    match result {
        RuleResult::NotEvaluable(missing) => words(missing),
        RuleResult::Failed(error) => format!("{FAILED}{error:?} "),
        RuleResult::Violation | RuleResult::Pass => String::new(),
    }
}

/// Stands before what failed.
pub(super) const FAILED: &str = "failed:";

/// The keys of accounts by which rules group them. The owner is known by the join.
pub(super) fn group_keys<'r>(rules: impl Iterator<Item = &'r Rule>) -> Vec<GroupBy> {
    let of_groups = rules.filter(|rule| rule.subject() == Subject::Group);
    let keys = of_groups.flat_map(|rule| rule.group_by().iter().copied());
    keys.filter(|by| *by != GroupBy::Employee).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The column of a key by which rules group accounts.
pub(super) fn group_column(by: GroupBy) -> String {
    format!("group_{}", by.as_str())
}
