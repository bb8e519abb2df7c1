//! The addresses of a SCIM user: objects with a type and a mark on the primary one, or plain texts, as some servers send.

use std::borrow::Cow;

use crate::fetch::record::{Record, text_or_integer};
use crate::model::{Fact, FurtherKeys, Json};

/// `type` of an address that isn't the organisation's (RFC 7643, 4.1.2, and what people write instead).
const PRIVATE: [&str; 4] = ["home", "other", "personal", "private"];

/// The addresses of one user, the one to be shown first.
pub(super) struct Addresses<'r> {
    all: Vec<Address<'r>>,
    unreadable: bool,
}

struct Address<'r> {
    value: Cow<'r, str>,
    is_private: bool,
    is_primary: bool,
    is_work: bool,
}

impl<'r> Addresses<'r> {
    pub(super) fn of(user: &mut Record<'r>) -> Self {
        let mut all = Vec::new();
        let mut unreadable = false;
        for element in values(user) {
            let address = match Record::read_in_any_case(element) {
                Ok(email) => Address::of(email),
                Err(_) => text_or_integer(element).filter(|text| !text.is_empty()).map(Address::plain),
            };
            unreadable |= address.is_none();
            all.extend(address);
        }
        if unreadable {
            user.note("emails", "a list of addresses");
        }
        // Stable: of equals, the one that the server sent first.
        all.sort_by_key(|address: &Address<'_>| (address.is_private, !address.is_primary, !address.is_work));
        Self { all, unreadable }
    }

    /// The address to be shown; the others are further keys.
    pub(super) fn shown(self, further: &mut FurtherKeys<'r>) -> Fact<Option<Cow<'r, str>>> {
        let mut all = self.all.into_iter();
        let Some(first) = all.next() else {
            return if self.unreadable { Fact::NotExposed } else { Fact::Known(None) };
        };
        further.shows_private_email = first.is_private;
        for address in all {
            let keys = if address.is_private { &mut further.private_emails } else { &mut further.emails };
            if address.value != first.value && !keys.contains(&address.value) {
                keys.push(address.value);
            }
        }
        Fact::Known(Some(first.value))
    }
}

/// One address may stand for a list of one.
fn values<'r>(user: &mut Record<'r>) -> Vec<Json<'r>> {
    let all = match user.value("emails") {
        Some(value) if !value.get().starts_with('[') => vec![value],
        _ => user.list("emails"),
    };
    all.into_iter().filter(|value| !is_nothing(*value)).collect()
}

/// How a server writes that there is no address.
fn is_nothing(value: Json<'_>) -> bool {
    matches!(value.get(), "null" | "\"\"" | "{}")
}

impl<'r> Address<'r> {
    const fn plain(value: Cow<'r, str>) -> Self {
        Self { value, is_private: false, is_primary: false, is_work: false }
    }

    fn of(mut email: Record<'r>) -> Option<Self> {
        let kind = email.text("type").flatten().into_known().unwrap_or_default();
        let is = |word: &&str| kind.trim().eq_ignore_ascii_case(word);
        Some(Self {
            is_primary: email.flag("primary") == Fact::Known(true),
            is_private: PRIVATE.iter().any(is),
            is_work: is(&"work"),
            value: email.text("value").flatten().into_known()?,
        })
    }
}
