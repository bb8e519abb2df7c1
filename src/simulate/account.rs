//! One account of the simulated organisation, as its vendor's own code takes it.

use chrono::{DateTime, NaiveDate, Utc};

use crate::model::Tier;

/// The accounts of the organisation at one vendor.
pub(super) trait Accounts: std::fmt::Debug + Send + Sync {
    /// How many there are.
    fn count(&self) -> u32;

    /// The account at a position of the vendor's list, from 0.
    fn account(&self, number: u32) -> Option<Account>;

    /// Bits for the vendor's identifier of an account.
    fn identifier(&self, number: u32) -> u64;

    /// The day of the simulation.
    fn today(&self) -> NaiveDate;

    /// The seed of the organisation.
    fn seed(&self) -> u64;
}

/// One account, with everything that any vendor could tell of it.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "vendors tell them one by one")]
pub struct Account {
    /// Its position in the vendor's list, from 0; the vendor's identifier derives from it.
    pub number: u32,
    /// The same, but that accounts which are new in a later quarter don't get the numbers of earlier ones.
    pub serial: u32,
    /// The name shown.
    pub name: String,
    /// The keys it carries.
    pub keys: Keys,
    /// Not disabled, archived or deleted.
    pub enabled: bool,
    /// Locked.
    pub locked: bool,
    /// Holds an administrator's role.
    pub admin: bool,
    /// Costs a licence, where the vendor has licences.
    pub paid: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed; for a disabled account, when it was disabled.
    pub updated_at: DateTime<Utc>,
    /// When it was last used.
    pub last_login_at: Option<DateTime<Utc>>,
    /// Bits for what doesn't matter to an audit, such as extensions and teams.
    pub trivia: u64,
    /// The scenario that it belongs to, for the messages of tests.
    pub story: &'static str,
    /// What correlation must make of it.
    pub outcome: Outcome,
    /// The employee id of the person whose story it belongs to, unless nobody in the roster owns it.
    pub owner: Option<String>,
}

/// What correlation must make of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// One owner, found by this tier.
    Matched(Tier),
    /// Nobody.
    Unmatched,
    /// Several owners.
    Ambiguous,
    /// Keys that contradict each other.
    Conflict,
    /// Nobody's, and the organisation vouches for it.
    Declared,
}

/// The keys of one account, as the vendor shows them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys {
    /// The identifier that the organisation gave.
    pub external_id: Option<String>,
    /// The address.
    pub email: Option<String>,
    /// The login name.
    pub username: Option<String>,
    /// The employee id that the crosswalk gives for the external id.
    pub crosswalk: Option<String>,
}
