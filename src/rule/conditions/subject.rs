//! Made-up accounts for tests, from the bytes that proptest gives and shrinks.

use chrono::{DateTime, TimeDelta};
use serde_json::value::RawValue;

use crate::expression::Missing;
use crate::model::{Account, AccountStatus, EmployeeIndex, Fact, FactName, Situation, SourceName, Tier, Timestamp};
use crate::rule::{AccountScope, Scope};

/// Bytes that decide, one after the other; zeros when they are used up.
pub(super) struct Dice<'b>(pub std::slice::Iter<'b, u8>);

impl<'b> Dice<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self(bytes.iter())
    }

    pub(super) fn roll(&mut self, sides: usize) -> usize {
        usize::from(self.byte()) % sides
    }

    fn byte(&mut self) -> u8 {
        *self.0.next().unwrap_or(&0)
    }

    pub(super) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())]
    }

    pub(super) fn coin(&mut self) -> bool {
        self.roll(2) == 1
    }
}

pub(super) const NOW: i64 = 1_795_000_000;

pub(super) fn now() -> Timestamp {
    DateTime::from_timestamp(NOW, 0).expect("in range")
}

/// The data of an account, owned.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub id: &'static str,
    pub email: Option<&'static str>,
    pub active: bool,
    pub locked: bool,
    pub roles: Vec<&'static str>,
    pub created_at: Timestamp,
    pub last_login_at: Option<Timestamp>,
    pub situation: Situation,
    pub source: SourceName,
    pub record: Box<RawValue>,
    pub hidden: Missing,
}

impl Made {
    pub(super) fn new(dice: &mut Dice<'_>) -> Self {
        const EMAILS: [&str; 3] = ["admin@example.com", "", "zoë@example.org"];
        const ROLES: [&str; 5] = ["admin", "support", "a", "é", ""];
        let matched = Situation::Matched { employee: EmployeeIndex(0), tier: Tier::Email };
        let some = dice.coin();
        Self {
            id: dice.pick(&["a-1", "7", "é"]),
            email: some.then(|| dice.pick(&EMAILS)),
            active: dice.coin(),
            locked: dice.coin(),
            roles: (0..dice.roll(4)).map(|_| dice.pick(&ROLES)).collect(),
            created_at: now() - TimeDelta::milliseconds(i64::from(dice.byte()) * 7_654_321),
            last_login_at: dice.coin().then(|| now() - TimeDelta::hours(i64::from(dice.byte()) * 20)),
            situation: if dice.coin() { matched } else { Situation::Unmatched },
            source: SourceName::new("voiso"),
            record: RawValue::from_string(r#"{"level": 3, "tags": ["x", "y"]}"#.to_owned()).expect("JSON"),
            hidden: Missing::NOTHING,
        }
    }

    pub(super) fn account(&self) -> Account<'_> {
        let fact = |name| !self.hidden.contains(name);
        let roles = self.roles.iter().map(|role| (*role).into()).collect();
        let status = if self.active { AccountStatus::Active } else { AccountStatus::Inactive };
        Account {
            email: known(fact(FactName::Email), self.email.map(Into::into)),
            status: known(fact(FactName::Status), status),
            locked: known(fact(FactName::Locked), self.locked),
            roles: known(fact(FactName::Roles), roles),
            created_at: known(fact(FactName::CreatedAt), self.created_at),
            last_login_at: known(fact(FactName::LastLoginAt), self.last_login_at),
            deleted_at: Fact::Known(None),
            ..Account::new(self.id.into(), &self.record)
        }
    }

    pub(super) fn with<T>(&self, look: impl FnOnce(&Scope<'_>) -> T) -> T {
        let account = self.account();
        let scope = AccountScope::new(&account, &self.source, "voiso", &self.situation);
        look(&Scope { account: Some(scope), ..Scope::at(now()) })
    }
}

fn known<T>(exposed: bool, value: T) -> Fact<T> {
    if exposed { Fact::Known(value) } else { Fact::NotExposed }
}
