//! Neutralises hostile text at the moment it is written, once for each format.
//!
//! Names come from vendors and HR and may hold markup, terminal escapes or characters that reorder or hide what
//! stands beside them. Everything visible stays readable; everything invisible becomes visible.

use std::fmt::Write as _;

/// Whether a character changes how its neighbours look, or can't be seen, or may not stand in a document. The
/// joiners U+200C and U+200D stay: names in Persian and several Indian scripts are misspelt without them.
const fn is_treacherous(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'
        | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fdd0}'..='\u{fdef}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
        || c as u32 & 0xfffe == 0xfffe
}

/// Whether all of it is visible and of ASCII, as most texts are.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Writes `c` so that it can be seen: control characters as their pictures, others by number.
fn push_visible(out: &mut String, c: char) {
    match c {
        // A line end or tab in a name is a space to the reader, and starts nothing new in the document.
        '\n' | '\r' | '\t' => out.push(' '),
        '\u{0}'..='\u{1f}' => out.push(char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}')),
        // Writing to a String can't fail.
        _ => drop(write!(out, "‹U+{:04X}›", c as u32)),
    }
}

/// For HTML, as text or inside a quoted attribute.
pub(super) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if is_treacherous(c) => push_visible(&mut out, c),
            c => out.push(c),
        }
    }
    out
}

/// For a terminal, or a line of plain text in a format that quotes by itself: nothing moves the cursor, changes colours
/// or reorders what stands beside it.
pub fn terminal(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_treacherous(c) { push_visible(&mut out, c) } else { out.push(c) }
    }
    out
}

/// For the HTML part of an e-mail: besides, nothing that came from outside becomes a link by itself, as mail clients
/// would make of a name such as `https://…`. A link in a mail that people trust is a way to their passwords.
/// A word that is longer than any address or identifier gets spaces: few mail clients know of the style that breaks
/// words, and the whole mail would become as wide.
pub(super) fn mail_html(text: &str) -> String {
    const LONGEST: usize = 48;
    const PIECE: usize = 16;
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for word in unlinked(text).split_inclusive(char::is_whitespace) {
        let mut rest = word;
        if word.chars().count() > LONGEST {
            while let Some((at, _)) = rest.char_indices().nth(PIECE) {
                let (piece, end) = rest.split_at(at);
                out.push_str(&html(piece));
                out.push(' ');
                rest = end;
            }
        }
        out.push_str(&html(rest));
    }
    out
}

/// For the plain-text part of an e-mail.
pub(super) fn mail_text(text: &str) -> String {
    terminal(&unlinked(text))
}

/// Brackets where a link would be recognised: `https[:]//`, `www[.]`.
fn unlinked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let ends_www = c == '.' && ends_with_www(&out);
        if ends_www || rest.starts_with("://") {
            out.push('[');
            out.push(c);
            out.push(']');
        } else {
            out.push(c);
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    out
}

/// For Markdown, inside a line or a table cell.
///
/// What could end a cell or a code span becomes an entity, which no Markdown reader takes for structure. `@`, `#` and what
/// begins a link stand in code spans of their own: so GitHub notifies nobody who is called `@all`, and what is copied is
/// what was there. Tags in their place are dropped by some readers, and shown as text by others.
pub fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut in_code = false;
    for c in text.chars() {
        // `//` and `www.` would become links by themselves.
        let as_code = match c {
            '@' | '#' => true,
            '/' => out.ends_with(':') || out.ends_with(":`/"),
            '.' => ends_with_www(&out),
            _ => false,
        };
        if as_code != in_code {
            out.push('`');
            in_code = as_code;
        }
        match c {
            c if as_code => out.push(c),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '|' | '`' | '\\' | '$' => drop(write!(out, "&#{};", c as u32)),
            '*' | '_' | '[' | ']' | '(' | ')' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            c if is_treacherous(c) => push_visible(&mut out, c),
            c => out.push(c),
        }
    }
    if in_code {
        out.push('`');
    }
    out
}

fn ends_with_www(out: &str) -> bool {
    out.len().checked_sub(3).and_then(|at| out.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case("www"))
}

/// For Markdown, as code if that is possible: addresses and identifiers stay copyable, and nothing in code is
/// taken for a link or a mention. What would end the code or the cell is written as text.
pub(super) fn markdown_code(text: &str) -> String {
    let text = text.trim();
    let plain = |c: char| !matches!(c, '`' | '|' | '\\') && !is_treacherous(c);
    if text.is_empty() {
        "—".to_owned()
    } else if text.chars().all(plain) {
        format!("`{text}`")
    } else {
        markdown(text)
    }
}

/// For a cell of a table that may be opened as a spreadsheet: an apostrophe keeps it from being a formula. A
/// separator may start a cell in another country's settings, so what follows one is treated as a start, too.
pub fn cell(text: &str) -> String {
    let line = terminal(text);
    let mut out = String::with_capacity(line.len() + 1);
    let mut starts = true;
    for c in line.chars() {
        if starts && matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠') {
            out.push('\'');
        }
        starts = matches!(c, ';' | ',' | '"') || (starts && c.is_whitespace());
        out.push(c);
    }
    out
}

/// The most characters of a cell: Excel takes 32,767 UTF-16 units, of which a character has two at most, and `LibreOffice` cuts
/// there without a word.
pub(super) const CELL: usize = 16_000;

/// Whether a text is the same as a cell, and needs no quote doubled.
fn is_plain_cell(text: &str) -> bool {
    let mut starts = true;
    text.bytes().all(|byte| {
        let begins_formula = starts && matches!(byte, b'=' | b'+' | b'-' | b'@');
        starts = matches!(byte, b';' | b',') || (starts && byte == b' ');
        matches!(byte, b' '..=b'~') && byte != b'"' && !begins_formula
    })
}

/// Adds the same to a line of CSV, in quotes.
pub(super) fn quoted_cell(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    if text.len() <= CELL && is_plain_cell(text) {
        out.extend_from_slice(text.as_bytes());
    } else {
        add_quoted(&cell(text), out);
    }
    out.push(b'"');
}

/// Adds several in one cell, a line each: what a vendor or HR wrote has no line break left.
pub(super) fn quoted_cells(texts: impl IntoIterator<Item = String>, out: &mut Vec<u8>) {
    let lines: Vec<String> = texts.into_iter().map(|text| cell(&text)).collect();
    out.push(b'"');
    add_quoted(&lines.join("\n"), out);
    out.push(b'"');
}

fn add_quoted(cell: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(clip(cell, CELL).replace('"', "\"\"").as_bytes());
}

/// For the message of a GitHub workflow command. `##` starts a command of the old syntax anywhere in a line.
pub(super) fn command_message(text: &str) -> String {
    terminal(text).replace("##", "# #").replace('%', "%25")
}

/// For a property of a GitHub workflow command.
pub(super) fn command_property(text: &str) -> String {
    command_message(text).replace(':', "%3A").replace(',', "%2C")
}

/// For the text of a SARIF message, where brackets would make a link and braces a placeholder.
pub(super) fn sarif(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in terminal(text).chars() {
        match c {
            '\\' | '[' | ']' => out.push('\\'),
            '{' | '}' => out.push(c),
            _ => {}
        }
        out.push(c);
    }
    out
}

/// Only characters that can stand in an `id` and behind `#` in a link.
pub(super) fn anchor(text: &str) -> String {
    text.chars().take(80).map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' }).collect()
}

/// The anchor of a finding: 64 bits of its fingerprint are enough to tell it from the others of a page.
pub(super) fn short(fingerprint: &str) -> String {
    anchor(fingerprint).chars().take(16).collect()
}

/// At most `limit` characters; what was cut off is marked. The whole text is in `report.json`.
pub(super) fn clip(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn html_cannot_open_a_tag_or_leave_an_attribute() {
        assert_eq!(html("<a b='c'>&\""), "&lt;a b=&#39;c&#39;&gt;&amp;&quot;");
    }

    #[test]
    fn what_is_invisible_becomes_visible() {
        assert_eq!(html("a\u{202e}b\u{1b}[31m\nc\u{85}"), "a‹U+202E›b␛[31m c‹U+0085›");
        assert_eq!(html("Zoë 山田 نیم\u{200c}فاصله"), "Zoë 山田 نیم\u{200c}فاصله");
        assert_eq!(html("\u{fffe}\u{10ffff}"), "‹U+FFFE›‹U+10FFFF›");
    }

    #[test]
    fn nothing_in_a_mail_becomes_a_link() {
        assert_eq!(mail_text("see HTTPS://x.example or WWW.x.example"), "see HTTPS[:]//x.example or WWW[.]x.example");
        assert_eq!(mail_html(&"x".repeat(48)), "x".repeat(48));
        let pieces = mail_html(&"<".repeat(49));
        assert!(pieces.split(' ').all(|piece| piece.len() <= 16 * "&lt;".len()), "{pieces}");
        assert_eq!(mail_html("<b>http://é.example\u{202e}"), "&lt;b&gt;http[:]//é.example‹U+202E›");
    }

    #[test]
    fn markdown_cannot_leave_its_cell() {
        assert_eq!(markdown("a|b\\|c\nd"), "a&#124;b&#92;&#124;c d");
        assert_eq!(markdown("[x](y) `z` <b>"), "\\[x\\]\\(y\\) &#96;z&#96; &lt;b&gt;");
    }

    #[test]
    fn markdown_neither_links_nor_notifies() {
        assert_eq!(markdown("@all #1 @#@"), "`@`all `#`1 `@#@`");
        assert_eq!(markdown("https://x.example www.x.example"), "https:`//`x.example www`.`x.example");
    }

    #[test]
    fn code_is_used_only_where_it_holds() {
        assert_eq!(markdown_code("a@b.example"), "`a@b.example`");
        assert_eq!(markdown_code("a`|b"), "a&#96;&#124;b");
        assert_eq!(markdown_code(" "), "—");
    }

    #[test]
    fn a_cell_is_never_a_formula() {
        for hostile in ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r\n=1", "\u{ff1d}1"] {
            let cell = cell(hostile);
            assert!(cell.trim_start().starts_with('\''), "{hostile:?} became {cell:?}");
        }
        assert_eq!(cell("a;=1"), "a;'=1");
        assert_eq!(cell("E-1042, a-b c=d"), "E-1042, a-b c=d");
    }

    proptest! {
        #[test]
        fn a_cell_is_copied_only_if_nothing_has_to_be_done(text in "([a=+@;, \"é\n-]|＝){0,12}") {
            let is_same = cell(&text) == text && !text.contains('"');
            prop_assert_eq!(is_plain_cell(&text), is_same && text.is_ascii());
        }
    }

    #[test]
    fn a_workflow_command_stays_one() {
        assert_eq!(command_message("a\r\n::error::b %0A ##[error]"), "a  ::error::b %250A # #[error]");
        assert_eq!(command_property("a,b:c"), "a%2Cb%3Ac");
    }

    #[test]
    fn a_sarif_message_holds_no_link_and_no_placeholder() {
        assert_eq!(sarif("[a](b) {0} \\"), "\\[a\\](b) {{0}} \\\\");
    }

    #[test]
    fn clipping_respects_characters() {
        assert_eq!(clip("äöü", 2), "äö…");
        assert_eq!(clip("äöü", 3), "äöü");
    }
}
