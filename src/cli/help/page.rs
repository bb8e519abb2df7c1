//! What is written for `man`, tidied: `mandoc -Tlint` has nothing to say of it, and readers of patches see short lines.

use std::fmt::Write as _;

/// What the writer of each section puts before it: it is needed once.
const QUOTES: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";
/// How it leaves a line free.
const FREE_LINE: &str = ".br\n\n.br\n";
/// The most bytes of a line of text.
const WIDTH: usize = 80;

/// The same page, with nothing twice and no line of text that is too long.
pub(super) fn tidy(page: &str) -> String {
    let mut out = QUOTES.to_owned();
    let mut is_tag = false;
    for line in page.replace(QUOTES, "").replace(FREE_LINE, ".sp\n").lines().map(str::trim_end) {
        match line.strip_prefix("\\fB").and_then(|line| line.strip_suffix("\\fR")) {
            Some(tag) if is_tag && line.len() > WIDTH => {
                write!(out, ".B \"{}\"", tag.replace('"', "\"\"")).ok();
            }
            _ if is_tag || line.starts_with(['.', '\'']) => out.push_str(line),
            _ => wrap(line, &mut out),
        }
        out.push('\n');
        is_tag = line == ".TP";
    }
    out
}

/// Adds the words, as many to a line as there is room for. None that begins like a command begins a line.
fn wrap(line: &str, out: &mut String) {
    let mut width = 0;
    for word in line.split(' ') {
        let fits = width + 1 + word.len() <= WIDTH || word.starts_with(['.', '\'']);
        if width > 0 {
            out.push(if fits { ' ' } else { '\n' });
            width = if fits { width + 1 } else { 0 };
        }
        out.push_str(word);
        width += word.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_the_same_in_short_lines() {
        let long = "word ".repeat(40) + ".not a command";
        let page = format!("{QUOTES}.SH NAME\n{QUOTES}.TP\n\\fB{long}\\fR\n{long} \n.br\n\n.br\nend\n");
        let tidied = tidy(&page);
        assert_eq!(tidied.matches(QUOTES).count(), 1);
        assert!(tidied.contains("\n.TP\n.B \"word word") && tidied.ends_with("\n.sp\nend\n"), "{tidied}");
        for line in tidied.lines().filter(|line| !line.starts_with('.')) {
            assert!(line.len() <= WIDTH + "command".len() && line == line.trim_end(), "{line}");
        }
        assert!(!tidied.contains("\n.not"), "{tidied}");
    }
}
