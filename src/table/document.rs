//! `docs/inputs.md`: what tables may be, which headings and words are recognised, and how moments are written. Made from the
//! lists that are used.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::data::{self, lines};
use super::lists;
use super::moment::NOTATIONS;

/// The whole page.
pub fn document() -> String {
    let mut page = PREFACE.to_owned();
    section(&mut page, "Headings of a roster", ROSTER, lists::ROSTER);
    section(&mut page, "Headings of accounts", ACCOUNTS, lists::ACCOUNTS);
    section(&mut page, "Headings of a crosswalk", CROSSWALK, lists::CROSSWALK);
    section(&mut page, "Words for employments", EMPLOYMENT, lists::EMPLOYMENT);
    section(&mut page, "Words in every table", WORDS, lists::WORDS);
    page.push_str(MOMENTS);
    for (word, _, meaning) in NOTATIONS {
        let _ = writeln!(page, "| `{word}` | {meaning} |");
    }
    page.push_str(ENCODINGS);
    let mut regions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, _) in lines(include_str!("data/alphabets.txt")) {
        let mut words = name.split(' ');
        let language = words.next().unwrap_or_default();
        words.for_each(|region| regions.entry(region).or_default().push(language));
    }
    for (encodings, region) in super::guess::by_region() {
        let languages = regions.get(region).map(|languages| languages.join(", ")).unwrap_or_default();
        let _ = writeln!(page, "| {encodings} | {languages} |");
    }
    page
}

/// A list of words by what they mean.
fn section(page: &mut String, title: &str, about: &str, list: &'static str) {
    let _ = writeln!(page, "\n## {title}\n\n{about}\n\n| | |\n|---|---|");
    let mut rows: Vec<(String, Vec<String>)> = Vec::new();
    for word in data::words(list) {
        let name = if word.rank == 0 { format!("`{}`", word.name) } else { format!("`{}`, {}", word.name, word.rank) };
        let shown = format!("`{}`", word.text.replace('|', "\\|"));
        match rows.iter_mut().find(|(known, _)| *known == name) {
            Some((_, words)) => words.push(shown),
            None => rows.push((name, vec![shown])),
        }
    }
    for (name, words) in rows {
        let _ = writeln!(page, "| {name} | {} |", words.join(" "));
    }
}

const PREFACE: &str = "\
<!-- Written by the code; `HEADCOUNT_WRITE_DOCS=1 cargo test --test it tables::` writes it again. -->

# Tables that headcount reads

The roster (`[hr]`), exports (`vendor = \"file\"`), what programs print (`vendor = \"command\"` with `format`) and crosswalks are
read by one reader. What kind of file it is, its first bytes say; its name proves nothing.

| Format | What is read |
|---|---|
| CSV | `,`, `;`, tab, `|` or what `sep=` says between fields; quotes where they are needed; a backslash before a quote; lone quotes, as they are written; titles, `#TYPE` and a version above the headings; drawn lines (psql, mysql); the headings again; totals below |
| workbook | .xlsx, .xls, .ods: the first visible sheet, or those of `sheet = [\"Staff\", \"Temps\"]`. Another sheet with rows under known headings is told. Numbers with a format of zeros (`00000`) are read as they are shown (.xlsx); days are counted from 1904 where the workbook does; a formula without a result is told with its cell |
| JSON | a list of objects; an object with one list; objects one after the other; one object. A list that goes on on another page (`@odata.nextLink`) is refused |
| NDJSON | an object on each line |
| LDIF | as `ldapsearch` and directories print it; values in base64; an attribute with several values is a list |

A roster and a crosswalk are read from each of them, too: what is inside of another value has both names, `name.familyName`, and
several values are separated by semicolons.

`hr check` and `sources --check` show how a table is read, with the columns that are not used.

To teach headcount a heading or a word, add it to its list in `src/table/data/`. Case, accents, spaces and punctuation don't count.

An identifier may be wrapped for a spreadsheet (`=\"00123\"`, `'00123`). An address may have a scheme (`SMTP:`, `mailto:`, `sip:`) or a
name (`Ann <ann@x.example>`), and a cell several: the one that Exchange marks with `SMTP:` goes first. A cell with several roles is
taken apart at `;`, `|` and line breaks, and as a list (`[\"a\",\"b\"]`, `{a,b}`, `['a','b']`); one with commas is one role, and told,
unless `list_separator` says otherwise.
";

const ROSTER: &str = "Behind a purpose, its rank: of several columns that could serve it, those of the lowest do. What decides about people is asked for\nwhere two could be it.";
const ACCOUNTS: &str = "`not status` is told by the opposite: who is `suspended` isn't active. Of `userAccountControl`, the bit of a disabled account is read,\nunless `[source.values]` gives words. In Entra's `User name [userPrincipalName] Required`, what is in brackets counts.";
const CROSSWALK: &str =
    "The first three have to be there. With a column `accept`, only lines count in which it says yes.";
const EMPLOYMENT: &str = "`[hr.status]` and `[hr.worker_type]` go before them.";
const WORDS: &str = "`nothing` counts in every column: there are people called Null, so that of the others each counts only where it fits. What was taken\nfor nothing is counted. `[source.values]` goes before all.";

const MOMENTS: &str = "
## Moments

Read without being told: ISO 8601 with a blank or `T`, with fractions, and `Z`, `UTC`, `+01`, `+0100` or `+01:00` behind it;
`31.12.2026 12:00`; `Dec 31, 2026 12:00 PM`; names of months in four languages; `20260131120000Z` (LDAP); `20261231`; and by the
number of digits Unix seconds (10), milliseconds (13) and microseconds (16), Active Directory's intervals (18), and days of a
spreadsheet (5). A time without a zone is one of `timezone`. Of `03/04/2026`, a column of the roster tells whether the day comes
first; an export's has to be told.

`dates`, below `[hr]` and below a source, takes one of these words, the notation of the chrono library
(`%d.%m.%Y %H:%M`), or a list, tried in its order:

| Word | Meaning |
|---|---|
";

const ENCODINGS: &str = "
## Encodings

UTF-8, UTF-16 and what has a byte order mark are seen. Bytes that are neither are read in the encoding in which most of their words
are words of a language; where two explain as many and read them otherwise, that is told. `encoding` settles it, with any name that
web pages use; one that the bytes contradict is told, too.

| Encodings | Languages by which they are known |
|---|---|
";
