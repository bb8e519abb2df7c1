//! How an account names its owner: which keys it carries at which vendor, in which spelling, and what correlation
//! must make of them under the kit's configuration.

use fastrand::Rng;

use super::super::account::{Keys, Outcome};
use super::super::vendors::{Knows, Vendor};
use super::person::{DOMAIN, FORMER_DOMAIN, Identity};
use super::scenario::Link;
use crate::model::Tier;

/// Where people have their private addresses.
const PRIVATE_DOMAIN: &str = "private.example";

/// Whose keys an account carries.
pub(super) struct Owners<'a> {
    pub(super) owner: &'a Identity,
    /// The second person of a mix-up; the owner otherwise.
    pub(super) other: &'a Identity,
}

/// What correlation must make of an account with this link.
pub(super) fn outcome(vendor: Vendor, link: Link, dice: &mut Rng) -> Outcome {
    match link {
        Link::Again if vendor.spec().knows == Knows::Enrolled => Outcome::Matched(Tier::Crosswalk),
        Link::Usual | Link::Again | Link::Recycled => Outcome::Matched(usual_tier(vendor, dice)),
        Link::NameOnly => Outcome::Matched(Tier::Username),
        Link::Private => Outcome::Matched(Tier::ExternalId),
        Link::Stranger | Link::Misspelt | Link::Nameless | Link::Generic => Outcome::Unmatched,
        Link::Declared => Outcome::Declared,
        Link::Shared => Outcome::Ambiguous,
        Link::Contradictory => Outcome::Conflict,
    }
}

/// The first key that finds an ordinary account's owner.
fn usual_tier(vendor: Vendor, dice: &mut Rng) -> Tier {
    match vendor.spec().knows {
        Knows::Enrolled if dice.u8(0..16) == 0 => Tier::Crosswalk,
        Knows::Login => Tier::Username,
        Knows::StaffIdAndAddress if dice.u8(0..4) == 0 => Tier::Email,
        Knows::StaffIdAddressAndLogin if dice.u8(0..3) == 0 => Tier::Email,
        Knows::Address => Tier::Email,
        Knows::Enrolled | Knows::StaffIdAndAddress | Knows::StaffIdAddressAndLogin => Tier::ExternalId,
    }
}

/// The keys that lead to `outcome`.
pub(super) fn keys(vendor: Vendor, link: Link, outcome: Outcome, owners: &Owners<'_>, dice: &mut Rng) -> Keys {
    match link {
        Link::Nameless => return Keys::default(),
        Link::Generic | Link::Declared => return generic(vendor, owners.owner.number),
        _ => {}
    }
    let named = if link == Link::Contradictory { owners.other } else { owners.owner };
    let spelling = if link == Link::Again { Spelling::Tagged } else { Spelling::draw(dice) };
    let email = address(named, link, spelling, vendor);
    match vendor.spec().knows {
        Knows::Enrolled => enrolled(link, outcome, owners, dice),
        Knows::Login => Keys { username: Some(login(named, link)), ..Keys::default() },
        Knows::StaffIdAndAddress => Keys {
            external_id: staff_id(link, outcome, owners.owner, dice),
            email: Some(email.clone()),
            username: Some(email),
            crosswalk: None,
        },
        Knows::Address => Keys { email: Some(email.clone()), username: Some(email), ..Keys::default() },
        Knows::StaffIdAddressAndLogin => Keys {
            external_id: staff_id(link, outcome, owners.owner, dice),
            email: Some(email).filter(|_| link != Link::NameOnly),
            username: Some(own_login(named, link, dice)),
            crosswalk: None,
        },
    }
}

/// The login name of a function.
pub(super) fn function(number: u32) -> String {
    format!("help-desk{number}")
}

/// The keys of a function instead of a person.
fn generic(vendor: Vendor, number: u32) -> Keys {
    let login = function(number);
    let email = format!("{login}@{DOMAIN}");
    match vendor.spec().knows {
        Knows::Login | Knows::Enrolled => Keys { username: Some(login), ..Keys::default() },
        Knows::StaffIdAddressAndLogin => Keys { email: Some(email), username: Some(login), ..Keys::default() },
        Knows::StaffIdAndAddress | Knows::Address => {
            Keys { email: Some(email.clone()), username: Some(email), ..Keys::default() }
        }
    }
}

/// Who was enrolled is known by nothing but by an external id: `user_` and the number of the employee id, or one that only the
/// crosswalk can translate.
fn enrolled(link: Link, outcome: Outcome, owners: &Owners<'_>, dice: &mut Rng) -> Keys {
    let usual = format!("user_{}", owners.owner.number);
    let (external_id, crosswalk) = match outcome {
        Outcome::Matched(Tier::Crosswalk) => (format!("enr-{:012x}", dice.u64(..1 << 48)), Some(owners.owner)),
        _ if link == Link::Contradictory => (usual, Some(owners.other)),
        _ => (usual, None),
    };
    Keys { external_id: Some(external_id), crosswalk: crosswalk.map(Identity::employee_id), ..Keys::default() }
}

/// The employee id, where the account carries one.
fn staff_id(link: Link, outcome: Outcome, owner: &Identity, dice: &mut Rng) -> Option<String> {
    let carries = match link {
        Link::Contradictory => true,
        Link::Stranger => dice.bool(),
        _ => outcome == Outcome::Matched(Tier::ExternalId),
    };
    carries.then(|| owner.employee_id())
}

fn login(named: &Identity, link: Link) -> String {
    if link == Link::Misspelt { misspelt(&named.username, '-') } else { named.username.clone() }
}

/// Login names in addition to an address: some are kept in capitals, and a further account needs a name of its own.
fn own_login(named: &Identity, link: Link, dice: &mut Rng) -> String {
    let login = login(named, link);
    match link {
        Link::Again => format!("{login}-{:04x}", dice.u16(..)),
        _ if dice.u8(0..8) == 0 => login.to_uppercase(),
        _ => login,
    }
}

/// One letter too many, where a tired person would put it.
fn misspelt(key: &str, separator: char) -> String {
    let (given, family) = key.split_once(separator).unwrap_or((key, ""));
    let doubled = given.chars().next_back().unwrap_or('e');
    format!("{given}{doubled}{separator}{family}")
}

/// The ways in which one address is written.
#[derive(Debug, Clone, Copy)]
enum Spelling {
    Plain,
    Capitals,
    Padded,
    Tagged,
    FormerDomain,
    FullWidth,
}

impl Spelling {
    fn draw(dice: &mut Rng) -> Self {
        match dice.u8(0..24) {
            0 | 1 => Self::Capitals,
            2 => Self::Padded,
            3 => Self::Tagged,
            4 | 5 => Self::FormerDomain,
            6 => Self::FullWidth,
            _ => Self::Plain,
        }
    }
}

fn address(named: &Identity, link: Link, spelling: Spelling, vendor: Vendor) -> String {
    let plain = &named.mailbox;
    let mailbox = if link == Link::Misspelt { misspelt(plain, '.') } else { plain.clone() };
    if link == Link::Private {
        return format!("{mailbox}@{PRIVATE_DOMAIN}");
    }
    match spelling {
        Spelling::Plain => format!("{mailbox}@{DOMAIN}"),
        Spelling::Capitals => format!("{mailbox}@{DOMAIN}").to_uppercase(),
        Spelling::Padded => format!(" {mailbox}@{DOMAIN} "),
        Spelling::Tagged => format!("{mailbox}+{vendor}@{DOMAIN}"),
        Spelling::FormerDomain => format!("{mailbox}@{FORMER_DOMAIN}"),
        Spelling::FullWidth => format!("{}@{DOMAIN}", mailbox.chars().map(full_width).collect::<String>()),
    }
}

/// The full-width form that an East Asian keyboard gives, and that NFKC undoes.
fn full_width(letter: char) -> char {
    if letter.is_ascii_lowercase() { char::from_u32(u32::from(letter) + 0xfee0).unwrap_or(letter) } else { letter }
}
