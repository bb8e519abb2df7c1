//! The heart of the simulated organisation: which stories happen in it, to how many people, and what an audit must
//! find. Written from the rules' definitions, without the rules' code. A new story is one entry of `SCENARIOS`;
//! a new rule is one `Expect` beside each story that it concerns.

use super::super::vendors::Tells;
use super::super::vendors::Vendor::{Cognigy, Voiso, Vonage, Voximplant};
use super::scenario::{
    At, Declared, Expect, Life, Link, Scenario, Shape, Turn, UNAPPROVED, Used, finds, finds_in_roster,
};

const ALL: At = At::All;
const TELL_USE: At = At::Telling(Tells::Use);
const TELL_LOCK: At = At::Telling(Tells::Lock);
const TELL_ADMIN: At = At::Telling(Tells::Admin);
const TELL_BIRTH: At = At::Telling(Tells::Birth);
const TELL_CHANGE: At = At::Telling(Tells::Change);
const TELL_LICENCE: At = At::Telling(Tells::Licence);
const BY_NAME: At = At::ByName;
/// Two keys can contradict each other.
const TWO_KEYS: At = At::ByIdentifier;
/// An account can have no key.
const KEYLESS: At = At::ByIdentifier;

const LIVE: Shape =
    Shape { link: Link::Usual, used: Used::Recently, enabled: true, locked: false, admin: false, paid: false };
const DISABLED: Shape = Shape { enabled: false, ..LIVE };
const LOCKED: Shape = Shape { locked: true, ..LIVE };
const LEFT: Shape = Shape { used: Used::BeforeLeaving, ..LIVE };
const UNUSED: Shape = Shape { used: Used::Never, ..LIVE };
const AGAIN: Shape = Shape { link: Link::Again, ..LIVE };
const STRANGER: Shape = Shape { link: Link::Stranger, ..LIVE };
const SHARED: Shape = Shape { link: Link::Shared, ..LIVE };
const DECLARED: Shape = Shape { link: Link::Declared, ..LIVE };
const ADMIN: Shape = Shape { admin: true, ..LIVE };
const CONTRADICTORY: Shape = Shape { link: Link::Contradictory, ..LIVE };

/// Everybody to whom nothing remarkable happens: takes the accounts that the scenarios leave.
pub(super) static REGULAR: Scenario = Scenario { name: "regular", per_2400: 0, ..scenario(0, ALL, &[LIVE]) };

/// One settled person for each telling, and nothing to find.
const fn scenario(per_2400: u32, at: At, accounts: &'static [Shape]) -> Scenario {
    Scenario { name: "", per_2400, at, life: Life::Settled, rows: 1, declared: None, accounts, expect: &[], turn: None }
}

pub(super) static SCENARIOS: &[Scenario] = &[
    // Nobody's accounts.
    Scenario {
        name: "nobody in the roster",
        rows: 0,
        expect: &[finds("orphaned", ALL)],
        ..scenario(6, ALL, &[STRANGER])
    },
    Scenario {
        name: "nobody in the roster, and disabled",
        rows: 0,
        expect: &[finds("inactive", ALL), finds("orphaned-disabled", ALL)],
        ..scenario(3, ALL, &[Shape { enabled: false, ..STRANGER }])
    },
    Scenario {
        name: "nobody in the roster, and unused for long",
        rows: 0,
        expect: &[finds("orphaned", TELL_USE), finds("stale-login", TELL_USE), finds("licensed-unused", TELL_LICENCE)],
        ..scenario(2, TELL_USE, &[Shape { used: Used::LongAgo, ..STRANGER }])
    },
    Scenario {
        name: "an employee's key, mistyped",
        expect: &[finds("orphaned", BY_NAME)],
        turn: Some(Turn { shape: Some(LIVE), ..Turn::in_quarters(&[2, 3]) }),
        ..scenario(2, BY_NAME, &[Shape { link: Link::Misspelt, ..LIVE }])
    },
    Scenario {
        name: "nobody in the roster, and made days ago",
        rows: 0,
        life: Life::Newcomer,
        expect: &[finds("orphaned", ALL), finds("created-without-owner", TELL_BIRTH)],
        ..scenario(2, ALL, &[Shape { link: Link::Stranger, ..UNUSED }])
    },
    Scenario {
        name: "no key at all",
        rows: 0,
        expect: &[finds("orphaned", KEYLESS), finds("no-identifier", KEYLESS)],
        ..scenario(2, KEYLESS, &[Shape { link: Link::Nameless, ..LIVE }])
    },
    Scenario {
        name: "a help desk, used by many",
        rows: 0,
        expect: &[finds("orphaned", BY_NAME), finds("shared-account", BY_NAME)],
        ..scenario(2, BY_NAME, &[Shape { link: Link::Generic, ..LIVE }])
    },
    Scenario {
        name: "two accounts of nobody share a login name",
        rows: 0,
        expect: &[
            Expect { count: 2, ..finds("orphaned", At::These(&[Voximplant, Vonage])) },
            finds("shared-key", At::These(&[Voximplant, Vonage])),
        ],
        ..scenario(2, At::These(&[Voximplant, Vonage]), &[STRANGER, STRANGER])
    },
    // Leavers.
    Scenario {
        name: "left, and still has access",
        life: Life::Left,
        expect: &[finds("leaver-active", ALL)],
        turn: Some(Turn {
            shape: Some(Shape { enabled: false, ..LEFT }),
            expect: &[finds("inactive", ALL)],
            ..Turn::in_quarters(&[2, 3])
        }),
        ..scenario(5, ALL, &[LEFT])
    },
    Scenario {
        name: "left long ago, and still has access that nobody uses",
        life: Life::LeftLongAgo,
        expect: &[finds("leaver-active", ALL), finds("stale-login", TELL_USE), finds("licensed-unused", TELL_LICENCE)],
        ..scenario(2, ALL, &[LEFT])
    },
    Scenario {
        name: "left, and logged in afterwards",
        life: Life::Left,
        expect: &[finds("leaver-active", TELL_USE), finds("leaver-login", TELL_USE)],
        ..scenario(2, TELL_USE, &[Shape { used: Used::AfterLeaving, ..LIVE }])
    },
    Scenario {
        name: "left, and is locked but not disabled",
        life: Life::Left,
        expect: &[finds("leaver-active", TELL_LOCK), finds("leaver-locked", TELL_LOCK), finds("locked", TELL_LOCK)],
        ..scenario(2, TELL_LOCK, &[Shape { locked: true, ..LEFT }])
    },
    Scenario {
        name: "left, nobody wrote down when",
        life: Life::LeftUndated,
        expect: &[finds("leaver-active", ALL), finds_in_roster("roster-contradiction")],
        ..scenario(2, ALL, &[LIVE])
    },
    Scenario {
        name: "the contract ended",
        life: Life::ContractEnded,
        expect: &[finds("leaver-active", ALL), finds("contractor-expired", ALL)],
        ..scenario(2, ALL, &[LEFT])
    },
    Scenario {
        name: "left, and everything was switched off",
        life: Life::Left,
        expect: &[finds("inactive", ALL)],
        ..scenario(5, ALL, &[Shape { enabled: false, ..LEFT }])
    },
    Scenario {
        name: "left years ago, and the disabled account was kept",
        life: Life::LeftYearsAgo,
        expect: &[finds("inactive", ALL), finds("disabled-retained", TELL_CHANGE)],
        ..scenario(2, ALL, &[Shape { enabled: false, ..LEFT }])
    },
    Scenario {
        name: "terminated, the last day is near",
        life: Life::LeavesSoon,
        expect: &[finds("leaver-soon", ALL)],
        turn: Some(Turn {
            life: Some(Life::Left),
            shape: Some(LEFT),
            expect: &[finds("leaver-active", ALL)],
            ..Turn::in_quarters(&[2, 3])
        }),
        ..scenario(2, ALL, &[LIVE])
    },
    Scenario {
        name: "on notice",
        life: Life::OnNotice,
        turn: Some(Turn { recreated: true, ..Turn::in_quarters(&[2, 3]) }),
        ..scenario(2, ALL, &[LIVE])
    },
    // Comings and goings that are nothing to find.
    Scenario { name: "a newcomer who has not logged in", life: Life::Newcomer, ..scenario(3, ALL, &[UNUSED]) },
    Scenario { name: "prepared for the first day", life: Life::StartsSoon, ..scenario(2, ALL, &[UNUSED]) },
    Scenario {
        name: "starts in weeks, and has an account already",
        life: Life::StartsLater,
        expect: &[finds("future-hire", ALL)],
        ..scenario(2, ALL, &[UNUSED])
    },
    Scenario {
        name: "starts in days, and has logged in already",
        life: Life::StartsSoon,
        expect: &[finds("future-hire-login", TELL_USE)],
        ..scenario(2, TELL_USE, &[Shape { used: Used::Yesterday, ..LIVE }])
    },
    Scenario {
        name: "came back, and found the old account",
        life: Life::CameBack,
        expect: &[finds("rehire-reuse", TELL_BIRTH)],
        ..scenario(2, ALL, &[LIVE])
    },
    Scenario {
        name: "a contractor, nobody wrote down until when",
        life: Life::OpenContract,
        expect: &[finds("contractor-no-end", ALL)],
        ..scenario(2, ALL, &[LIVE])
    },
    Scenario {
        name: "on leave",
        life: Life::OnLeave,
        expect: &[finds("active-on-leave", ALL)],
        ..scenario(4, ALL, &[Shape { used: Used::BeforeLeave, ..LIVE }])
    },
    Scenario { name: "has no account", ..scenario(10, At::NOWHERE, &[]) },
    Scenario {
        name: "never used an old account",
        // Cognigy doesn't tell those apart of whom it knows nothing.
        expect: &[finds("never-logged-in", At::These(&[Vonage]))],
        ..scenario(2, TELL_USE, &[UNUSED])
    },
    // States that the vendor reports.
    Scenario {
        name: "disabled",
        expect: &[finds("inactive", ALL)],
        turn: Some(Turn { shape: Some(LIVE), ..Turn::in_quarters(&[2]) }),
        ..scenario(4, ALL, &[DISABLED])
    },
    Scenario { name: "locked", expect: &[finds("locked", TELL_LOCK)], ..scenario(3, TELL_LOCK, &[LOCKED]) },
    Scenario {
        name: "locked and disabled",
        expect: &[finds("locked", TELL_LOCK), finds("inactive", TELL_LOCK)],
        ..scenario(2, TELL_LOCK, &[Shape { enabled: false, ..LOCKED }])
    },
    Scenario {
        name: "unused for long",
        expect: &[finds("stale-login", TELL_USE), finds("licensed-unused", TELL_LICENCE)],
        ..scenario(8, TELL_USE, &[Shape { used: Used::LongAgo, ..LIVE }])
    },
    Scenario {
        name: "unused for long, then disabled",
        expect: &[finds("inactive", TELL_USE)],
        ..scenario(2, TELL_USE, &[Shape { used: Used::LongAgo, ..DISABLED }])
    },
    Scenario {
        name: "disabled, and still paid for",
        expect: &[finds("inactive", TELL_LICENCE), finds("licensed-unused", TELL_LICENCE)],
        ..scenario(2, TELL_LICENCE, &[Shape { paid: true, ..DISABLED }])
    },
    // Administrators.
    Scenario {
        name: "an administrator",
        life: Life::Staff,
        expect: &[finds("privileged", TELL_ADMIN)],
        ..scenario(2, TELL_ADMIN, &[ADMIN])
    },
    Scenario {
        name: "an administrator who does not use it",
        life: Life::Staff,
        expect: &[
            finds("privileged", TELL_ADMIN),
            finds("stale-privileged", TELL_ADMIN),
            finds("stale-login", TELL_ADMIN),
            finds("licensed-unused", TELL_LICENCE),
        ],
        ..scenario(2, TELL_ADMIN, &[Shape { used: Used::LongAgo, ..ADMIN }])
    },
    Scenario {
        name: "an administrator whom nobody approved",
        life: Life::Staff,
        expect: &[finds("privileged", TELL_ADMIN), finds(UNAPPROVED, TELL_ADMIN)],
        turn: Some(Turn { shape: Some(LIVE), ..Turn::in_quarters(&[2]) }),
        ..scenario(2, TELL_ADMIN, &[ADMIN])
    },
    Scenario {
        name: "a contractor as administrator",
        life: Life::Contractor,
        expect: &[finds("privileged", TELL_ADMIN), finds("privileged-external", TELL_ADMIN)],
        ..scenario(2, TELL_ADMIN, &[ADMIN])
    },
    // Several accounts of one person.
    Scenario { name: "two accounts", expect: &[finds("duplicate", ALL)], ..scenario(3, ALL, &[LIVE, AGAIN]) },
    Scenario {
        name: "three accounts are one finding",
        expect: &[finds("duplicate", ALL)],
        ..scenario(2, ALL, &[LIVE, AGAIN, AGAIN])
    },
    Scenario {
        name: "two accounts, the old one is disabled",
        expect: &[finds("inactive", ALL)],
        ..scenario(2, ALL, &[LIVE, Shape { enabled: false, ..AGAIN }])
    },
    Scenario {
        name: "left, and still has two accounts",
        life: Life::Left,
        expect: &[Expect { count: 2, ..finds("leaver-active", ALL) }, finds("duplicate", ALL)],
        ..scenario(2, ALL, &[LEFT, Shape { link: Link::Again, ..LEFT }])
    },
    // Keys that name several people, or none alone.
    Scenario {
        name: "two employees share the key",
        rows: 2,
        expect: &[
            finds("ambiguous-match", BY_NAME),
            finds_in_roster("roster-duplicate-email"),
            finds_in_roster("roster-duplicate-username"),
        ],
        ..scenario(2, BY_NAME, &[SHARED])
    },
    Scenario {
        name: "two employees share the key of a disabled account",
        rows: 2,
        expect: &[
            finds("ambiguous-match", BY_NAME),
            finds("inactive", BY_NAME),
            finds_in_roster("roster-duplicate-email"),
            finds_in_roster("roster-duplicate-username"),
        ],
        ..scenario(2, BY_NAME, &[Shape { enabled: false, ..SHARED }])
    },
    Scenario {
        name: "two keys name two employees",
        rows: 2,
        expect: &[finds("identity-conflict", TWO_KEYS)],
        ..scenario(2, TWO_KEYS, &[CONTRADICTORY])
    },
    Scenario {
        name: "two keys of a disabled account name two employees",
        rows: 2,
        expect: &[finds("identity-conflict", TWO_KEYS), finds("inactive", TWO_KEYS)],
        ..scenario(2, TWO_KEYS, &[Shape { enabled: false, ..CONTRADICTORY }])
    },
    Scenario {
        name: "only the login name tells whose it is",
        expect: &[finds("weak-match", At::These(&[Vonage]))],
        ..scenario(3, At::These(&[Vonage]), &[Shape { link: Link::NameOnly, ..LIVE }])
    },
    Scenario {
        name: "the key was given to a new person, and the account was not",
        expect: &[finds("name-mismatch", At::These(&[Voximplant, Cognigy]))],
        ..scenario(2, At::These(&[Voximplant, Cognigy]), &[Shape { link: Link::Recycled, ..LIVE }])
    },
    Scenario {
        name: "a private address",
        expect: &[finds("email-domain", At::These(&[Voiso, Vonage]))],
        ..scenario(2, At::These(&[Voiso, Vonage]), &[Shape { link: Link::Private, ..LIVE }])
    },
    // Declared accounts.
    Scenario {
        name: "declared, and rarely used",
        life: Life::Staff,
        declared: Some(Declared::Whole),
        ..scenario(2, BY_NAME, &[Shape { used: Used::LongAgo, ..DECLARED }])
    },
    Scenario {
        name: "declared, and nobody answers for it",
        declared: Some(Declared::Unowned),
        expect: &[finds("declared-no-owner", BY_NAME)],
        ..scenario(2, BY_NAME, &[DECLARED])
    },
    Scenario {
        name: "declared, and its owner has left",
        life: Life::Left,
        declared: Some(Declared::Whole),
        expect: &[finds("declared-owner-left", BY_NAME)],
        ..scenario(2, BY_NAME, &[DECLARED])
    },
    Scenario {
        name: "declared, and nobody has looked at it for long",
        declared: Some(Declared::Unreviewed),
        expect: &[finds("declared-review-due", BY_NAME)],
        ..scenario(2, BY_NAME, &[DECLARED])
    },
    // Defects of the roster alone.
    Scenario {
        name: "two rows with one employee id",
        rows: 2,
        life: Life::SameId,
        expect: &[finds_in_roster("roster-duplicate-id")],
        ..scenario(2, At::NOWHERE, &[])
    },
    Scenario {
        name: "the last day is before the first",
        life: Life::Reversed,
        expect: &[finds_in_roster("roster-bad-date")],
        ..scenario(2, At::NOWHERE, &[])
    },
    Scenario {
        name: "active after the last day",
        life: Life::StillActive,
        expect: &[finds_in_roster("roster-contradiction")],
        ..scenario(2, At::NOWHERE, &[])
    },
    Scenario {
        name: "the manager is not in the roster",
        life: Life::NoManager,
        expect: &[finds_in_roster("roster-no-manager")],
        ..scenario(2, At::NOWHERE, &[])
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenarios_expect_findings_only_where_they_have_accounts() {
        for scenario in SCENARIOS {
            let name = scenario.name;
            assert!(scenario.per_2400 >= 2, "{name} must happen at least twice in the demo");
            assert_eq!(scenario.at.vendors().next().is_none(), scenario.accounts.is_empty(), "{name}");
            for expect in scenario.expect {
                assert!(expect.at.vendors().all(|vendor| scenario.at.has(vendor)), "{name}: {}", expect.rule);
            }
        }
    }
}
