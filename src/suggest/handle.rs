//! The forms in which systems write a login name: `ann@example.com`, Matrix's `@ann:example.org`, `sip:ann@example.org`,
//! `ann@chat.example.org/desk` of XMPP, `CORP\ann` of Windows. What people are recognised by is the name in it.

use crate::key::{split, trim};

/// A login name taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Handle<'h> {
    pub(super) form: Form,
    /// What stands for the person.
    pub(super) name: &'h str,
    /// Where the name holds; empty if nothing is said of that.
    pub(super) place: &'h str,
}

/// How a login name is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `ann`
    Bare,
    /// `ann@example.com`
    Address,
    /// `@ann:example.org`
    Matrix,
    /// `sip:ann@example.org`, perhaps with a port and parameters
    Sip,
    /// `ann@chat.example.org/desk`
    Jabber,
    /// `CORP\ann`
    Windows,
}

impl<'h> Handle<'h> {
    pub(super) fn of(raw: &'h str) -> Self {
        let new = |form, (name, place)| Self { form, name, place };
        let text = trim(raw);
        if let Some((name, place)) = text.strip_prefix('@').and_then(|id| id.split_once(':')).filter(both) {
            return new(Form::Matrix, (name, place));
        }
        if let Some((scheme, rest)) = text.split_once(':')
            && ["sip", "sips"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
            && let Some((name, rest)) = split(rest)
        {
            let place = rest.split([':', ';', '?']).next().unwrap_or(rest);
            return new(Form::Sip, (name, place));
        }
        if let Some((address, _)) = text.split_once('/')
            && let Some(parts) = split(address)
        {
            return new(Form::Jabber, parts);
        }
        if let Some((place, name)) = text.split_once('\\').filter(both) {
            return new(Form::Windows, (name, place));
        }
        split(raw).map_or(Self { form: Form::Bare, name: raw, place: "" }, |parts| new(Form::Address, parts))
    }

    /// What all login names of the same form and place look like, with the name as the group.
    pub(super) fn pattern(&self) -> Option<String> {
        let place = regex::escape(self.place);
        Some(match self.form {
            Form::Bare => return None,
            Form::Address => format!("^(.+)@{place}$"),
            Form::Matrix => format!("(?i)^@([^:]+):{place}$"),
            Form::Sip => format!("(?i)^sips?:([^@]+)@{place}(?:[:;?].*)?$"),
            Form::Jabber => format!("(?i)^([^@/]+)@{place}(?:/.*)?$"),
            Form::Windows => format!(r"(?i)^{place}\\(.+)$"),
        })
    }
}

fn both((one, other): &(&str, &str)) -> bool {
    !one.is_empty() && !other.is_empty()
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    #[test]
    fn the_name_is_found_in_every_form() {
        for (raw, form, name, place) in [
            ("ann", Form::Bare, "ann", ""),
            ("@ann", Form::Bare, "@ann", ""),
            ("\\ann", Form::Bare, "\\ann", ""),
            ("ann@example.com", Form::Address, "ann", "example.com"),
            ("@ann.li:example.org", Form::Matrix, "ann.li", "example.org"),
            ("sip:ann@example.org", Form::Sip, "ann", "example.org"),
            ("SIPS:ann@example.org:5061;transport=tls", Form::Sip, "ann", "example.org"),
            ("ann@chat.example.org/desk/2", Form::Jabber, "ann", "chat.example.org"),
            ("CORP\\ann", Form::Windows, "ann", "CORP"),
            ("http://x", Form::Bare, "http://x", ""),
        ] {
            let handle = Handle::of(raw);
            assert_eq!(handle, Handle { form, name, place }, "{raw}");
            let found = handle.pattern().map(|pattern| Regex::new(&pattern).expect("a pattern"));
            let found = found.map(|pattern| pattern.replace(raw, "$1").into_owned());
            assert_eq!(found, (form != Form::Bare).then(|| name.to_owned()), "{raw}");
        }
    }
}
