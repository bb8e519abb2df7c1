//! Facts that are made from an account's names: its handles, its domain, and how like its owner it is called.

use std::borrow::Cow;
use std::sync::Arc;

use crate::expression::{List, Missing, Value};
use crate::model::{Account, Fact, FactName};
use crate::rule::scope::Scope;
use crate::suggest::name_likeness;

/// Whether there is anything to look for an owner by.
pub(super) fn is_identifiable(account: &Account<'_>) -> bool {
    let keys = [&account.external_id, &account.email, &account.username];
    keys.into_iter().any(|key| key.present().is_some_and(|text| !text.trim().is_empty()))
}

/// The domain of an address.
pub(super) fn domain(email: &str) -> Option<String> {
    let (_, domain) = email.trim().rsplit_once('@')?;
    Some(domain.to_lowercase())
}

/// Login name and mailbox, or unknown if the vendor tells neither.
pub(super) fn handles<'a>(account: &'a Account<'a>) -> Value<'a> {
    let mailbox =
        account.email.present().map(|email| email.rsplit_once('@').map_or(email.as_ref(), |(local, _)| local));
    let login =
        account.username.present().map(|login| login.split_once('@').map_or(login.as_ref(), |(local, _)| local));
    if account.username == Fact::NotExposed && account.email == Fact::NotExposed {
        return Value::Unknown(Missing::of(FactName::Username));
    }
    let handles: Arc<[Value<'a>]> = match [login, mailbox].map(|name| name.map(|name| Value::Text(handle(name)))) {
        [Some(Value::Text(one)), Some(Value::Text(other))] if one == other => [Value::Text(one)].into(),
        [Some(one), Some(other)] => [one, other].into(),
        [one, other] => one.or(other).into_iter().collect(),
    };
    Value::List(List::Owned(handles))
}

/// `Help_Desk 02` → `help-desk`
fn handle(text: &str) -> Cow<'_, str> {
    let end = text.trim_end_matches(|c: char| !c.is_alphabetic()).len();
    let text = text.get(..end).unwrap_or_default();
    // Most are so already.
    if text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
        return Cow::Borrowed(text);
    }
    let lower = if text.is_ascii() { text.to_ascii_lowercase() } else { text.to_lowercase() };
    let mut handle = String::with_capacity(lower.len());
    for word in lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if !handle.is_empty() {
            handle.push('-');
        }
        handle.push_str(word);
    }
    handle.into()
}

/// How alike the account's display name and its owner's name are.
pub(super) fn likeness<'a>(scope: &'a Scope<'a>) -> Value<'a> {
    let Some(account) = scope.account.as_ref() else { return Value::or_absent(None) };
    let shown = match &account.account.display_name {
        Fact::NotExposed => return Value::Unknown(Missing::of(FactName::DisplayName)),
        Fact::Known(shown) => shown.as_deref(),
    };
    let name = scope.employee.and_then(|scope| scope.employee.name());
    let likeness = shown.zip(name).and_then(|(shown, name)| name_likeness(shown, name));
    Value::or_absent(likeness.map(|percent| Value::Int(percent.into())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_what_people_read() {
        for (text, expected) in [
            ("Help_Desk 02", "help-desk"),
            ("admin", "admin"),
            ("support.team-1", "support-team"),
            (" Jane.Doe ", "jane-doe"),
            ("12", ""),
            ("", ""),
        ] {
            assert_eq!(handle(text), expected);
        }
    }

    #[test]
    fn a_domain_is_what_follows_the_last_at() {
        assert_eq!(domain(" ann@Example.COM ").as_deref(), Some("example.com"));
        assert_eq!(domain("ann"), None);
    }
}
