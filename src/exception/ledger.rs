//! What became of each declaration: how many accounts it covers, and what speaks against it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::declared::{Declarations, SourceDeclarations};
use crate::base::text::counted;
use crate::model::{
    Account, Declaration, DeclarationIndex, DeclaredKind, Roster, Situation, SourceName, SourceStatus, Tier, Timestamp,
};

/// Counts while the accounts stream by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclarationUse {
    entries: BTreeMap<DeclarationIndex, Entry>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    accounts: u64,
    /// Accounts that an earlier declaration covers, and which that is.
    covered: Option<(u64, DeclarationIndex)>,
    /// Accounts that a strong key gives to an employee, and the first of them.
    owned: Option<(u64, String)>,
}

/// What became of a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeclaredState {
    /// It covers accounts.
    Used,
    /// It covers none.
    Unused,
    /// It has ended, and covers none any more.
    Expired,
}

impl DeclaredState {
    /// As reports spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Unused => "unused",
            Self::Expired => "expired",
        }
    }
}

/// One declaration with what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredUse {
    /// What the file says.
    pub declaration: Declaration,
    /// What became of it.
    pub state: DeclaredState,
    /// How many accounts it is about: covers, or would cover if it hadn't ended.
    pub accounts: u64,
    /// How many it is about, with those that an earlier declaration covers.
    pub breadth: u64,
    /// What speaks against it.
    pub remarks: Vec<String>,
}

impl DeclarationUse {
    /// Decides the situation of an account for which the tiers say `found`, and remembers what it rests on.
    pub fn decide(&mut self, declared: SourceDeclarations<'_>, account: &Account<'_>, found: Situation) -> Situation {
        let about = declared.about(account);
        let holding = declared.holding(&about);
        for index in about {
            let entry = self.entries.entry(index).or_default();
            match holding.filter(|holding| *holding < index) {
                Some(earlier) => entry.covered = Some((entry.covered.map_or(1, |(count, _)| count + 1), earlier)),
                None => entry.accounts += 1,
            }
            if holding == Some(index) && declared.get(index).is_some_and(|known| is_contradicted(known.kind, &found)) {
                let (count, first) = entry.owned.take().unwrap_or_else(|| (0, account.id.to_string()));
                entry.owned = Some((count + 1, first));
            }
        }
        holding.map_or(found, |declaration| Situation::Declared { declaration })
    }

    /// Adds what was counted of later accounts.
    pub fn merge(&mut self, later: Self) {
        for (index, theirs) in later.entries {
            let mine = self.entries.entry(index).or_default();
            mine.accounts += theirs.accounts;
            mine.covered = match (mine.covered, theirs.covered) {
                (Some((a, _)), Some((b, earlier))) => Some((a + b, earlier)),
                (mine, theirs) => theirs.or(mine),
            };
            mine.owned = match (mine.owned.take(), theirs.owned) {
                (Some((a, first)), Some((b, _))) => Some((a + b, first)),
                (mine, theirs) => mine.or(theirs),
            };
        }
    }

    /// What became of the declarations about these sources; others were not looked at, and can't be called unused.
    pub fn close(
        &self,
        declarations: &Declarations,
        sources: &BTreeMap<SourceName, SourceStatus>,
        roster: &Roster,
        now: Timestamp,
    ) -> Vec<DeclaredUse> {
        let nothing = Entry::default();
        let uses = declarations.iter().filter_map(|(index, declaration)| {
            let status = sources.get(&declaration.source)?;
            let entry = self.entries.get(&index).unwrap_or(&nothing);
            let state = match entry.accounts {
                _ if declaration.has_expired(now) => DeclaredState::Expired,
                0 => DeclaredState::Unused,
                _ => DeclaredState::Used,
            };
            let breadth = entry.accounts + entry.covered.map_or(0, |(count, _)| count);
            let mut remarks = entry.remarks(declarations);
            if state == DeclaredState::Unused && *status != SourceStatus::Complete {
                remarks.push(format!("{} was not seen completely: the account may exist", declaration.source));
            }
            if declaration.owner_left(roster, now) {
                remarks.push("the owner has left, or is not in the roster".to_owned());
            }
            Some(DeclaredUse { declaration: declaration.clone(), state, accounts: entry.accounts, breadth, remarks })
        });
        uses.collect()
    }
}

impl Entry {
    fn remarks(&self, declarations: &Declarations) -> Vec<String> {
        let mut remarks = Vec::new();
        if let Some((count, first)) = &self.owned {
            let accounts = counted(*count, "account belongs to an employee", "accounts belong to employees");
            remarks.push(format!("contradiction: by crosswalk, external id or address {accounts}, such as {first}"));
        }
        if let Some((count, earlier)) = self.covered {
            let line = declarations.get(earlier).map_or(0, |declaration| declaration.line);
            let accounts = counted(count, "account is", "accounts are");
            remarks.push(format!("{accounts} declared already at line {line}, which decides"));
        }
        remarks
    }
}

/// An account that nobody owns by nature, and yet a key that people don't share by accident gives it to somebody.
const fn is_contradicted(kind: DeclaredKind, found: &Situation) -> bool {
    matches!(kind, DeclaredKind::Service | DeclaredKind::Shared)
        && matches!(found, Situation::Matched { tier: Tier::Crosswalk | Tier::ExternalId | Tier::Email, .. })
}
