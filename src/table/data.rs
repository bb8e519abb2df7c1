//! The data files: headings and words that are recognised, one list a line. To teach headcount a word, add it to a line.
//!
//! `name: one | another`, where `name 1:` is of a lower rank than `name:`. Case, accents, spaces and punctuation don't
//! count, and an umlaut may be written out (ae, oe, ue). Lines that begin with `#` are for people.

/// The lines of a file, each as its name and its list.
pub(crate) fn lines(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(": ")).map(|(name, list)| (name.trim(), list.trim()))
}

/// One word of a file, with what its line says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) name: &'static str,
    pub(crate) rank: u8,
    pub(crate) text: &'static str,
}

/// All words of a file, in its order.
pub(crate) fn words(text: &'static str) -> impl Iterator<Item = Listed> {
    lines(text).flat_map(|(name, list)| {
        let (name, rank) = match name.rsplit_once(' ') {
            Some((before, rank)) => rank.parse().map_or((name, 0), |rank| (before, rank)),
            None => (name, 0),
        };
        list.split('|').map(move |word| Listed { name, rank, text: word.trim() })
    })
}

/// The words of the lines of this name.
pub(crate) fn of(text: &'static str, name: &'static str) -> impl Iterator<Item = &'static str> {
    words(text).filter(move |word| word.name == name).map(|word| word.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_names_ranks_and_words() {
        let text = "# people\nemail: A | B c\nemail 1: D\nno list\nfor nothing: x\n";
        let found: Vec<_> = words(text).map(|word| (word.name, word.rank, word.text)).collect();
        assert_eq!(found, [("email", 0, "A"), ("email", 0, "B c"), ("email", 1, "D"), ("for nothing", 0, "x")]);
        assert_eq!(of(text, "email").count(), 3);
    }
}
