//! A plain re-telling of the rules, over what the vendors show and the files say. It shares nothing with the scenarios
//! nor with the rules' own code.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::super::{Account, Outcome, Vendor, World};
use super::oracle::{Person, Roster};

/// Findings by rule.
pub(super) type Found = BTreeMap<&'static str, u64>;

/// One account, as far as its vendor tells.
#[expect(clippy::struct_excessive_bools, reason = "vendors tell them one by one")]
struct Seen<'a> {
    live: bool,
    outcome: Outcome,
    owner: Option<&'a Person>,
    last_login: Option<DateTime<Utc>>,
    created: Option<DateTime<Utc>>,
    changed: Option<DateTime<Utc>>,
    locked: bool,
    admin: bool,
    paid: bool,
    email: Option<&'a str>,
    handles: Vec<String>,
    keyless: bool,
    name: Option<&'a str>,
    approved: bool,
}

impl<'a> Seen<'a> {
    fn new(vendor: Vendor, account: &'a Account, outcome: Outcome, owner: Option<&'a Person>, approved: bool) -> Self {
        let at = |vendors: &[Vendor]| vendors.contains(&vendor);
        let keys = &account.keys;
        let mailbox =
            |key: &String| key.split('@').next().unwrap().trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
        Self {
            live: account.enabled,
            outcome,
            owner,
            last_login: account.last_login_at.filter(|_| at(&[Vendor::Cognigy, Vendor::Vonage])),
            created: at(&[Vendor::Voxmind, Vendor::Voiso, Vendor::Cognigy]).then_some(account.created_at),
            changed: (vendor != Vendor::Vonage).then_some(account.updated_at),
            locked: at(&[Vendor::Voximplant, Vendor::Vonage]) && account.locked,
            admin: at(&[Vendor::Cognigy, Vendor::Vonage]) && account.admin,
            paid: vendor == Vendor::Vonage && account.paid,
            email: keys.email.as_deref(),
            handles: [&keys.email, &keys.username].into_iter().flatten().map(mailbox).collect(),
            keyless: keys.email.is_none() && keys.username.is_none() && keys.external_id.is_none(),
            name: (vendor != Vendor::Voxmind).then_some(account.name.as_str()),
            approved,
        }
    }

    /// The rules that this account breaks.
    fn broken(&self, roster: &Roster, vendor: Vendor) -> Vec<&'static str> {
        let now = roster.today.and_hms_opt(0, 0, 0).unwrap().and_utc();
        let ago = |days| now - TimeDelta::days(days);
        let stale = |days| self.last_login.is_some_and(|login| login < ago(days));
        let declared = self.outcome == Outcome::Declared;
        let unmatched = self.outcome == Outcome::Unmatched;
        let foreign = self.email.is_some_and(|email| {
            let email = email.trim().to_lowercase();
            !email.ends_with("@example.com") && !email.ends_with("@old.example")
        });
        let external = self.owner.is_some_and(|owner| owner.contractor);
        let by_login_alone =
            vendor == Vendor::Vonage && matches!(self.outcome, Outcome::Matched(crate::model::Tier::Username));
        let named = self.owner.zip(self.name).is_none_or(|(owner, name)| owner.name == name);
        let rules = [
            ("orphaned", self.live && unmatched),
            ("orphaned-disabled", !self.live && unmatched),
            ("created-without-owner", self.live && unmatched && self.created.is_some_and(|made| made > ago(30))),
            ("no-identifier", self.live && unmatched && self.keyless),
            ("inactive", !self.live),
            ("disabled-retained", !self.live && self.changed.is_some_and(|changed| changed < ago(180))),
            ("locked", self.locked),
            ("stale-login", self.live && !declared && stale(90)),
            ("licensed-unused", self.paid && !declared && (!self.live || stale(90))),
            ("ambiguous-match", self.outcome == Outcome::Ambiguous),
            ("identity-conflict", self.outcome == Outcome::Conflict),
            ("weak-match", by_login_alone),
            ("name-mismatch", self.live && !named),
            ("email-domain", self.live && foreign),
            ("shared-account", self.live && !declared && self.handles.iter().any(|handle| handle == "help-desk")),
            ("privileged", self.live && self.admin),
            ("stale-privileged", self.live && self.admin && stale(30)),
            ("privileged-external", self.live && self.admin && (external || foreign)),
            ("privileged-unapproved", self.live && self.admin && !self.approved),
        ];
        let of_owner = self.owner.map(|owner| self.broken_by(owner, roster)).unwrap_or_default();
        rules.into_iter().chain(of_owner).filter_map(|(rule, broken)| broken.then_some(rule)).collect()
    }

    /// Rules about the owner's employment.
    fn broken_by(&self, owner: &Person, roster: &Roster) -> Vec<(&'static str, bool)> {
        let today = roster.today;
        let (left, login) = (owner.has_left(today), self.last_login.map(|login| login.date_naive()));
        let days = |days| TimeDelta::days(days);
        vec![
            ("leaver-active", self.live && left),
            ("leaver-locked", self.live && left && self.locked),
            ("leaver-login", left && owner.end.zip(login).is_some_and(|(end, login)| login > end)),
            ("leaver-soon", self.live && !left && owner.end.is_some_and(|end| end - today < days(14))),
            ("contractor-expired", self.live && owner.contractor && owner.end.is_some_and(|end| end < today)),
            ("contractor-no-end", self.live && owner.contractor && !left && owner.end.is_none()),
            ("active-on-leave", self.live && owner.status == "On Leave"),
            ("future-hire", self.live && owner.hired - today > days(14)),
            ("future-hire-login", login.is_some_and(|login| owner.hired - login > days(1))),
            (
                "rehire-reuse",
                self.live
                    && owner.hired <= today
                    && self.created.is_some_and(|made| owner.hired - made.date_naive() > days(60)),
            ),
        ]
    }
}

/// Findings at one vendor.
pub(super) fn findings(world: &World, roster: &Roster, vendor: Vendor) -> Found {
    let mut found = Found::new();
    let mut by_owner = BTreeMap::<String, u32>::new();
    let mut by_login = BTreeMap::<String, Vec<Option<String>>>::new();
    let approved = world.approved();
    for account in (0..world.accounts(vendor)).map(|number| world.account(vendor, number).unwrap()) {
        let (outcome, owner) = roster.correlate(vendor, &account);
        let may = owner.as_ref().is_some_and(|owner| approved.contains(owner));
        let person = owner.as_ref().map(|owner| &roster.people[owner]);
        for rule in Seen::new(vendor, &account, outcome, person, may).broken(roster, vendor) {
            *found.entry(rule).or_default() += 1;
        }
        if let (Outcome::Declared, Some(declared)) = (outcome, roster.declared(vendor, &account)) {
            let left = declared.owner.as_ref().is_some_and(|owner| roster.people[owner].has_left(roster.today));
            let due = roster.today - declared.reviewed > TimeDelta::days(90);
            let rules = [
                ("declared-no-owner", declared.owner.is_none()),
                ("declared-owner-left", left),
                ("declared-review-due", due),
            ];
            for (rule, _) in rules.into_iter().filter(|(_, broken)| *broken) {
                *found.entry(rule).or_default() += 1;
            }
        }
        if account.enabled {
            if let Some(login) = account.keys.username {
                by_login.entry(login.trim().to_lowercase()).or_default().push(owner.clone());
            }
            if let Some(owner) = owner {
                *by_owner.entry(owner).or_default() += 1;
            }
        }
    }
    let mut add = |rule, count: usize| {
        if count > 0 {
            found.insert(rule, count as u64);
        }
    };
    add("duplicate", by_owner.values().filter(|count| **count > 1).count());
    let of_several = |owners: &&Vec<Option<String>>| {
        owners.len() > 1 && (owners[0].is_none() || owners.iter().any(|o| *o != owners[0]))
    };
    add("shared-key", by_login.values().filter(of_several).count());
    // The vendor's documents: presence is not a state.
    add("status-unknown", usize::from(vendor == Vendor::Voiso));
    found
}

/// Findings at the doors, by the export alone: everybody who has a badge works here, or this would not be all.
pub(super) fn at_doors(world: &World, roster: &Roster) -> Found {
    let mut bytes = Vec::new();
    world.doors_csv(&mut bytes).unwrap();
    let rows: Vec<_> = csv::Reader::from_reader(&*bytes).records().map(Result::unwrap).collect();
    let here = roster.rows.iter().filter(|row| &row[4] == "Active" && !roster.people[&row[0]].has_left(roster.today));
    let here: BTreeSet<String> = here.map(|row| row[2].to_lowercase()).collect();
    assert!(rows.iter().all(|row| here.contains(&row[2]) && &row[3] == "Valid"));
    let issued = |row: &csv::StringRecord| roster.today - row[4].parse::<chrono::NaiveDate>().unwrap();
    let unused = rows.iter().filter(|row| row[5].is_empty() && issued(row) > TimeDelta::days(31)).count() as u64;
    [("never-logged-in", unused)].into_iter().filter(|(_, count)| *count > 0).collect()
}

/// Findings in the roster.
pub(super) fn in_roster(roster: &Roster) -> Found {
    let repeated = |column: usize| {
        let mut seen = BTreeSet::new();
        roster.rows.iter().filter(|row| !seen.insert(row[column].to_lowercase())).count() as u64
    };
    let here: BTreeSet<&str> =
        roster.people.iter().filter(|(_, p)| !p.has_left(roster.today)).map(|(id, _)| id.as_str()).collect();
    let people = || roster.people.values();
    let contradicts = |person: &&Person| match (person.status.as_str(), person.end) {
        ("Terminated", end) => end.is_none(),
        (_, end) => end.is_some_and(|end| end < roster.today),
    };
    let alone = |row: &&csv::StringRecord| here.contains(&row[0]) && !here.contains(&row[8]);
    BTreeMap::from([
        ("roster-duplicate-id", repeated(0)),
        ("roster-duplicate-email", repeated(2)),
        ("roster-duplicate-username", repeated(3)),
        ("roster-bad-date", people().filter(|person| person.end.is_some_and(|end| end < person.hired)).count() as u64),
        ("roster-contradiction", people().filter(contradicts).count() as u64),
        ("roster-no-manager", roster.rows.iter().filter(alone).count() as u64),
        ("roster-stale", 1),
    ])
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .collect()
}
