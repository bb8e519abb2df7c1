//! Small helpers for text that more than one module needs.

use sha2::{Digest as _, Sha256};

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |four: u8| char::from_digit(u32::from(four), 16).unwrap_or_default();
    let mut digits = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        digits.push(digit(byte >> 4));
        digits.push(digit(byte & 0xf));
    }
    digits
}

/// Parts, each with its length before it so that no two different lists of parts are the same bytes.
pub fn prefixed(parts: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(parts.iter().map(|part| part.len() + size_of::<u64>()).sum());
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes
}

/// What identifies a list of parts: 128 bits of SHA-256 in lower-case hexadecimal.
pub fn digest(parts: &[&str]) -> String {
    let hash = Sha256::digest(prefixed(parts));
    hex(hash.first_chunk::<16>().map_or(hash.as_slice(), <[u8; 16]>::as_slice))
}

/// `1 account`, `2 accounts`.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{} {many}", grouped(count)) }
}

/// `12,345`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The first of several and, where there are more, how many: what is shown must not grow with what there is.
pub fn first_few(mut all: impl ExactSizeIterator<Item = String>, most: usize) -> Vec<String> {
    let mut shown: Vec<String> = all.by_ref().take(most).collect();
    if all.len() > 0 {
        shown.push(format!("and {} more", grouped(all.len() as u64)));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(12_345_678), "12,345,678");
        assert_eq!(counted(1, "account", "accounts"), "1 account");
    }

    #[test]
    fn a_list_is_cut_and_says_so() {
        let few = |all: usize| first_few((0..all).map(|number| number.to_string()), 2).join(", ");
        assert_eq!([few(0), few(2), few(3), few(6_000)], ["", "0, 1", "0, 1, and 1 more", "0, 1, and 5,998 more"]);
    }

    #[test]
    fn hex_keeps_leading_zeros() {
        assert_eq!(hex(&[0, 10, 255]), "000aff");
    }
}
