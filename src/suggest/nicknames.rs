//! First names that people use for one another, from a list that is data. It is only about whom to suggest.

use std::collections::HashMap;
use std::sync::LazyLock;

/// One group a line; a name may be in several.
const GROUPS: &str = include_str!("nicknames.txt");

fn groups() -> impl Iterator<Item = &'static str> {
    GROUPS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The lines in which a name is.
fn groups_of(name: &str) -> &'static [&'static str] {
    static OF: LazyLock<HashMap<&str, Vec<&str>>> = LazyLock::new(|| {
        let mut of: HashMap<&str, Vec<&str>> = HashMap::new();
        for group in groups() {
            group.split(' ').for_each(|name| of.entry(name).or_default().push(group));
        }
        of
    });
    OF.get(name).map(Vec::as_slice).unwrap_or_default()
}

/// Every other name that somebody of this name may go by; some are given twice.
pub(super) fn nicknames(name: &str) -> impl Iterator<Item = &'static str> {
    groups_of(name).iter().flat_map(|group| group.split(' ')).filter(move |other| *other != name)
}

/// Whether it is a first name, as far as the list knows.
pub(super) fn is_first_name(name: &str) -> bool {
    !groups_of(name).is_empty()
}

/// Whether people use one for the other.
pub(super) fn are_nicknames(one: &str, other: &str) -> bool {
    one != other && groups_of(one).iter().any(|group| group.split(' ').any(|name| name == other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nickname_may_stand_for_several_names() {
        for (nickname, names) in [
            ("nate", &["nathan", "nathaniel"][..]),
            ("ronnie", &["ronald", "veronica", "aaron"]),
            ("ted", &["edward", "theodore", "edmund"]),
            ("tina", &["christina", "martina", "valentina"]),
            ("fred", &["frederick", "alfred", "wilfred"]),
            ("bert", &["albert", "robert", "herbert", "norbert"]),
            ("harry", &["henry", "harold", "harrison"]),
            ("sasha", &["aleksandr", "alexandra"]),
            ("pepe", &["jose"]),
            ("dima", &["dmitry", "vadim"]),
            ("memo", &["mehmet", "guillermo"]),
            ("moe", &["muhammad", "moses"]),
            ("quique", &["enrique"]),
            ("uschi", &["ursula"]),
            ("gigi", &["luigi"]),
        ] {
            for name in names {
                assert!(are_nicknames(nickname, name) && are_nicknames(name, nickname), "{nickname} {name}");
            }
        }
        assert!(!are_nicknames("nathaniel", "nathaniel") && !are_nicknames("zebedee", "bob"));
        assert!(!are_nicknames("edward", "theodore"), "two names of one nickname are two names");
    }

    #[test]
    fn the_list_is_plain_and_says_nothing_twice() {
        for group in groups() {
            let names: Vec<_> = group.split(' ').collect();
            let mut distinct = names.clone();
            distinct.sort_unstable();
            distinct.dedup();
            assert!(names.len() > 1 && distinct.len() == names.len(), "{group}");
            assert!(names.iter().all(|name| name.bytes().all(|b| b.is_ascii_lowercase()) && name.len() > 1), "{group}");
        }
    }
}
