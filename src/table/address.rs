//! The addresses in a cell, as systems and people write them there.

/// Every address of a cell, the primary one first: `SMTP:ann@x;smtp:old@x`, `Ann <ann@x>`, `mailto:ann@x`. What is no mail
/// (`X500:`, and `sip:` in addition to mail) is left out.
pub(crate) fn addresses(cell: &str) -> Vec<&str> {
    let apart = |c: char| {
        c.is_whitespace() || matches!(c, ';' | ',' | '|' | '<' | '>' | '{' | '}' | '[' | ']' | '"' | '(' | ')')
    };
    let parts = cell.split(apart).filter(|part| part.contains('@'));
    let mut found: Vec<(u8, &str)> = parts.filter_map(ranked).collect();
    // What Exchange marks as primary goes first; a SIP address is one of mail only where there is no other.
    found.sort_by_key(|(rank, _)| *rank);
    let has_mail = found.iter().any(|(rank, _)| *rank < OTHER);
    found.into_iter().filter(|(rank, _)| *rank < OTHER || !has_mail).map(|(_, address)| address).collect()
}

const OTHER: u8 = 2;

fn ranked(part: &str) -> Option<(u8, &str)> {
    let part = part.trim_matches(|c: char| matches!(c, '\'' | '='));
    let Some((scheme, address)) = part.split_once(':') else { return Some((1, part)) };
    let is = |word: &str| scheme.eq_ignore_ascii_case(word);
    match scheme {
        "SMTP" => Some((0, address)),
        _ if is("smtp") || is("mailto") || is("mail") || is("email") => Some((1, address)),
        _ if is("sip") || is("sips") || is("xmpp") || is("im") => Some((OTHER, address)),
        _ => None,
    }
}

/// Whether a cell is an address and nothing else, as most are.
pub(crate) fn is_one_address(cell: &str) -> bool {
    let kind = |byte: u8| KINDS.get(usize::from(byte)).copied().unwrap_or_default();
    let look = |(all, any), byte| (all & kind(byte), any | kind(byte));
    let (all, any) = cell.bytes().fold((PLAIN, 0), look);
    all & PLAIN != 0 && any & AT != 0
}

/// A byte that is part of addresses only, and does not stand around them.
const PLAIN: u8 = 1;
/// The `@`.
const AT: u8 = 2;

/// What each byte is.
static KINDS: [u8; 256] = kinds();

#[expect(clippy::indexing_slicing, reason = "there is a place for each byte")]
const fn kinds() -> [u8; 256] {
    let (mut kinds, mut byte) = ([0; 256], 0_u8);
    while byte.is_ascii() {
        let is_plain = byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'+');
        kinds[byte as usize] = if byte == b'@' { PLAIN | AT } else { is_plain as u8 * PLAIN };
        byte += 1;
    }
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_alone_is_told_from_everything_else() {
        for cell in ["ann@x.example", "Ann.B+c_d-e@X.example", "@"] {
            assert!(is_one_address(cell), "{cell}");
        }
        for cell in ["", "ann", "Ann <ann@x>", "a@x;b@x", "smtp:ann@x", " ann@x", "änn@x.example"] {
            assert!(!is_one_address(cell), "{cell}");
        }
    }

    #[test]
    fn addresses_are_found_as_they_occur() {
        for (cell, expected) in [
            ("ann@x.example", &["ann@x.example"][..]),
            ("SMTP:ann@x.example", &["ann@x.example"]),
            ("smtp:old@x.example;SMTP:ann@x.example;SIP:ann@sip.example", &["ann@x.example", "old@x.example"]),
            ("X500:/o=corp/cn=bo@x;Mailto:bo@x.example", &["bo@x.example"]),
            ("sip:ann@x.example", &["ann@x.example"]),
            ("Ann, B <ann@x.example>, Bo <bo@x.example>", &["ann@x.example", "bo@x.example"]),
            ("{a@x.example,b@x.example}", &["a@x.example", "b@x.example"]),
            ("[\"a@x.example\", \"b@x.example\"]", &["a@x.example", "b@x.example"]),
            ("nobody", &[]),
        ] {
            assert_eq!(addresses(cell), expected, "{cell}");
        }
    }
}
