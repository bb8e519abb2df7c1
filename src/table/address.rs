//! The addresses in a cell, as systems and people write them there.

/// Every address of a cell, the primary one first: `SMTP:ann@x;smtp:old@x`, `Ann <ann@x>`, `mailto:ann@x`. What is no mail
/// (`X500:`, and `sip:` beside mail) is left out.
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
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'@' | b'-' | b'_' | b'+');
    let mut has_at = false;
    cell.bytes().all(|byte| {
        has_at |= byte == b'@';
        is_plain(byte)
    }) && has_at
}

#[cfg(test)]
mod tests {
    use super::*;

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
