//! What has changed in the accounts, and in the people who own them, from two lists of all accounts (`accounts.ndjson`). Of the
//! earlier list, a few hashes of each account are kept, because there may be a million.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hasher as _;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::Deserialize;
use siphasher::sip::SipHasher13;

use super::lines::mistake;
use super::lists::{AccountChanges, ListChanges, PeopleChanges};
use crate::bag::Role;
use crate::base::diagnostic::Diagnostic;
use crate::files::Files;
use crate::model::Timestamp;

/// An account as a list tells it.
#[derive(Debug, Default, Deserialize)]
pub struct Listed<'t> {
    /// Its source.
    #[serde(borrow)]
    pub source: Cow<'t, str>,
    /// Its identifier there.
    #[serde(borrow)]
    pub account_id: Cow<'t, str>,
    /// Its address.
    #[serde(default, borrow)]
    pub email: Option<Cow<'t, str>>,
    /// Its login name.
    #[serde(default, borrow)]
    pub username: Option<Cow<'t, str>>,
    /// active or inactive.
    #[serde(default, borrow)]
    pub status: Option<Cow<'t, str>>,
    /// Its roles.
    #[serde(default, borrow)]
    pub roles: Option<Vec<Cow<'t, str>>>,
    /// When it was made.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// When it was deleted.
    #[serde(default)]
    pub deleted_at: Option<Timestamp>,
    /// Its owner.
    #[serde(default, borrow)]
    pub employee_id: Option<Cow<'t, str>>,
    /// Who answers for the owner.
    #[serde(default, borrow)]
    pub manager: Option<Cow<'t, str>>,
    /// Whether the owner's employment has ended.
    #[serde(default)]
    pub employee_left: Option<bool>,
    /// The first day of it.
    #[serde(default)]
    pub employee_start: Option<NaiveDate>,
    /// employee or external.
    #[serde(default, borrow)]
    pub employee_kind: Option<Cow<'t, str>>,
    /// The owner's department.
    #[serde(default, borrow)]
    pub employee_department: Option<Cow<'t, str>>,
    /// The owner's job title.
    #[serde(default, borrow)]
    pub employee_title: Option<Cow<'t, str>>,
    /// The owner's site or country.
    #[serde(default, borrow)]
    pub employee_location: Option<Cow<'t, str>>,
    /// What isn't told, so that its absence says nothing.
    #[serde(default, borrow)]
    pub not_told: Vec<Cow<'t, str>>,
}

/// What is kept of an account.
#[derive(Debug, Clone, Copy)]
struct Kept {
    /// Which it is.
    key: u64,
    status: Option<u64>,
    roles: Option<u64>,
    created: Option<u64>,
    owner: u64,
    /// Its address and its login name.
    names: [u64; 2],
}

/// What is kept of a person.
#[derive(Debug, Clone, Copy, Default)]
struct Person {
    work: u64,
    left: Option<bool>,
}

/// The earlier list.
#[derive(Debug)]
pub struct List {
    files: Files,
    path: PathBuf,
    renamed: BTreeMap<String, String>,
    accounts: Vec<Kept>,
    people: HashMap<String, Person>,
}

/// The later list, which can be gone through several times.
pub type Later<'l> = &'l dyn Fn(&mut dyn FnMut(&Listed<'_>)) -> Result<(), Diagnostic>;

impl Listed<'_> {
    fn tells(&self, name: &str) -> bool {
        !self.not_told.iter().any(|other| other == name)
    }

    fn key(&self) -> u64 {
        hash(&[&self.source, &self.account_id])
    }

    /// Whether somebody can log in with it, as far as the list tells.
    fn is_live(&self) -> bool {
        self.status.as_deref() != Some("inactive") && self.deleted_at.is_none()
    }

    fn kept(&self) -> Kept {
        let told = |name: &str, hash: u64| self.tells(name).then_some(hash);
        let mut roles: Vec<&str> = self.roles.iter().flatten().map(AsRef::as_ref).collect();
        roles.sort_unstable();
        let name = |name: &Option<Cow<'_, str>>| match name.as_deref().map(str::trim) {
            None | Some("") => 0,
            Some(name) => hash(&[&self.source, &name.to_lowercase()]),
        };
        let created = self.created_at.map(|at| at.timestamp().unsigned_abs());
        // Some vendors tell no state, but when an account was deleted.
        let state =
            hash(&[self.status.as_deref().unwrap_or_default(), if self.deleted_at.is_some() { "deleted" } else { "" }]);
        Kept {
            key: self.key(),
            status: (self.tells("status") || self.tells("deleted_at")).then_some(state),
            roles: told("roles", hash(&roles)),
            created: created.filter(|_| self.tells("created_at")),
            owner: hash(&[self.employee_id.as_deref().unwrap_or_default()]),
            names: [name(&self.email), name(&self.username)],
        }
    }

    fn person(&self) -> Person {
        let parts = [
            &self.manager,
            &self.employee_kind,
            &self.employee_department,
            &self.employee_title,
            &self.employee_location,
        ];
        let parts: Vec<&str> = parts.into_iter().map(|part| part.as_deref().unwrap_or_default()).collect();
        Person { work: hash(&parts), left: self.employee_left }
    }
}

/// Each part with its length before it, so that no two lists of parts spell the same input.
fn hash(parts: &[&str]) -> u64 {
    let mut hasher = SipHasher13::new();
    for part in parts {
        hasher.write_u64(part.len() as u64);
        hasher.write(part.as_bytes());
    }
    hasher.finish()
}

/// Goes through a list. `renamed` has the new names of sources by their old ones.
///
/// # Errors
/// It can't be read, or a line is no account.
pub fn each(
    files: &Files,
    path: &Path,
    renamed: &BTreeMap<String, String>,
    visit: &mut dyn FnMut(&Listed<'_>),
) -> Result<(), Diagnostic> {
    let failed = |error| Diagnostic::of_file(path, format!("can't read the list of accounts: {error}"));
    let mut reader = BufReader::with_capacity(1 << 18, files.open(Role::PreviousReport, path).map_err(failed)?.content);
    let (mut line, mut number) = (Vec::new(), 0);
    while reader.read_until(b'\n', &mut line).map_err(failed)? > 0 {
        number += 1;
        let mut account: Listed<'_> = serde_json::from_slice(line.trim_ascii())
            .map_err(|error| mistake(path, number, format!("this is no account: {error}")))?;
        if let Some(new) = renamed.get(account.source.as_ref()) {
            account.source = Cow::Borrowed(new);
        }
        visit(&account);
        line.clear();
    }
    Ok(())
}

impl List {
    /// What the file is called.
    pub const FILE: &str = "accounts.ndjson";

    /// Reads the list beside a report of this many accounts; none, if there is none, or it is another audit's.
    ///
    /// # Errors
    /// It can't be read, or is something else.
    pub(super) fn beside(
        files: &Files,
        report: &Path,
        accounts: u64,
        renamed: &BTreeMap<String, String>,
    ) -> Result<Option<Self>, Diagnostic> {
        let path = report.with_file_name(Self::FILE);
        if !files.has(Role::PreviousReport, &path) {
            return Ok(None);
        }
        let (accounts_of_report, renamed) = (accounts, renamed.clone());
        let mut list = Self {
            files: files.clone(),
            path: path.clone(),
            renamed: renamed.clone(),
            accounts: Vec::new(),
            people: HashMap::new(),
        };
        each(files, &path, &renamed, &mut |account| {
            list.accounts.push(account.kept());
            if let Some(id) = &account.employee_id {
                list.people.entry(id.clone().into_owned()).or_insert_with(|| account.person());
            }
        })?;
        list.accounts.sort_unstable_by_key(|kept| kept.key);
        Ok((list.accounts.len() as u64 == accounts_of_report).then_some(list))
    }

    /// What has changed since. `why_not` has the sources that can't be compared, `since` is the day of the earlier list, and
    /// `is_listed` tells whom the HR file still lists, if that is known.
    ///
    /// # Errors
    /// A list can't be read.
    pub fn compare(
        &self,
        later: Later<'_>,
        why_not: &BTreeMap<String, String>,
        since: NaiveDate,
        is_listed: Option<&dyn Fn(&str) -> bool>,
    ) -> Result<ListChanges, Diagnostic> {
        let mut sources: BTreeMap<String, AccountChanges> = BTreeMap::new();
        let mut matched = vec![false; self.accounts.len()];
        let mut people: BTreeMap<String, (Person, Option<NaiveDate>)> = BTreeMap::new();
        // New identifiers, by the names that they have.
        let mut added: Vec<(String, String, [u64; 2])> = Vec::new();
        later(&mut |account| {
            let now = account.kept();
            let changes = sources.entry(account.source.clone().into_owned()).or_default();
            match self.accounts.binary_search_by_key(&now.key, |kept| kept.key) {
                Ok(at) => {
                    if let (Some(then), Some(matched)) = (self.accounts.get(at), matched.get_mut(at)) {
                        *matched = true;
                        changed(changes, account, then, &now);
                    }
                }
                Err(_) => added.push((
                    account.source.clone().into_owned(),
                    account.account_id.clone().into_owned(),
                    now.names,
                )),
            }
            if let Some(id) = &account.employee_id {
                let person = || (account.person(), account.employee_start);
                people.entry(id.clone().into_owned()).or_insert_with(person);
            }
        })?;
        self.add_and_remove(&matched, added, &mut sources)?;
        for (name, why) in why_not {
            sources.insert(name.clone(), AccountChanges { why_not: Some(why.clone()), ..AccountChanges::default() });
        }
        let people = with_live_accounts(self.people(&people, since, is_listed), later)?;
        let mut accounts: Vec<AccountChanges> =
            sources.into_iter().map(|(source, changes)| AccountChanges { source, ..changes }).collect();
        for changes in &mut accounts {
            let AccountChanges { added, removed, status, roles, owner, recreated, .. } = changes;
            for list in [added, removed, status, roles, owner, recreated] {
                list.sort();
            }
        }
        Ok(ListChanges { accounts, people })
    }

    /// What came and what is gone; what is gone and came again under its address or login name was made anew.
    fn add_and_remove(
        &self,
        matched: &[bool],
        added: Vec<(String, String, [u64; 2])>,
        sources: &mut BTreeMap<String, AccountChanges>,
    ) -> Result<(), Diagnostic> {
        let gone = |key| {
            let at = self.accounts.binary_search_by_key(&key, |kept| kept.key).ok()?;
            matched.get(at).is_some_and(|matched| !matched).then_some(at)
        };
        let mut by_name: HashMap<u64, u64> = HashMap::new();
        for (kept, matched) in self.accounts.iter().zip(matched) {
            if !matched {
                by_name.extend(kept.names.into_iter().filter(|name| *name != 0).map(|name| (name, kept.key)));
            }
        }
        let mut again = BTreeSet::new();
        for (source, id, names) in added {
            let changes = sources.entry(source).or_default();
            match names.iter().find_map(|name| by_name.get(name)) {
                Some(key) => {
                    again.insert(*key);
                    changes.recreated.push(id);
                }
                None => changes.added.push(id),
            }
        }
        each(&self.files, &self.path, &self.renamed, &mut |account| {
            let key = account.key();
            if gone(key).is_some() && !again.contains(&key) {
                let changes = sources.entry(account.source.clone().into_owned()).or_default();
                changes.removed.push(account.account_id.clone().into_owned());
            }
        })
    }

    /// Who came, left, moved, and is listed no more; without their accounts.
    fn people(
        &self,
        now: &BTreeMap<String, (Person, Option<NaiveDate>)>,
        since: NaiveDate,
        is_listed: Option<&dyn Fn(&str) -> bool>,
    ) -> PeopleChanges {
        let mut changes = PeopleChanges::default();
        for (id, (person, start)) in now {
            let list = match self.people.get(id) {
                None if start.is_some_and(|start| start > since) => &mut changes.joined,
                Some(then) if person.left == Some(true) && then.left == Some(false) => &mut changes.left,
                Some(then) if person.work != then.work => &mut changes.moved,
                None | Some(_) => continue,
            };
            list.insert(id.clone(), Vec::new());
        }
        if let Some(is_listed) = is_listed {
            let gone = self.people.keys().filter(|id| !now.contains_key(*id) && !is_listed(id));
            changes.unlisted = gone.map(|id| (id.clone(), Vec::new())).collect();
        }
        changes
    }
}

/// Notes what has changed in an account that is in both lists.
fn changed(changes: &mut AccountChanges, account: &Listed<'_>, then: &Kept, now: &Kept) {
    let differ = |then: Option<u64>, now: Option<u64>| then.zip(now).is_some_and(|(then, now)| then != now);
    if differ(then.created, now.created) {
        changes.recreated.push(account.account_id.clone().into_owned());
        return;
    }
    let told = [
        (differ(then.status, now.status), &mut changes.status),
        (differ(then.roles, now.roles), &mut changes.roles),
        (then.owner != now.owner, &mut changes.owner),
    ];
    for (_, list) in told.into_iter().filter(|(differs, _)| *differs) {
        list.push(account.account_id.clone().into_owned());
    }
}

/// The same people with the accounts of theirs that are live.
fn with_live_accounts(mut people: PeopleChanges, later: Later<'_>) -> Result<PeopleChanges, Diagnostic> {
    later(&mut |account| {
        let Some(id) = account.employee_id.as_deref().filter(|_| account.is_live()) else { return };
        let PeopleChanges { joined, left, moved, unlisted } = &mut people;
        for list in [joined, left, moved, unlisted] {
            if let Some(accounts) = list.get_mut(id) {
                accounts.push(format!("{}/{}", account.source, account.account_id));
            }
        }
    })?;
    Ok(people)
}
