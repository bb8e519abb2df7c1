//! Names and login names as plain lower-case words, so that near misses see through scripts, accents, nicknames
//! and spelling traditions. Never used to decide anything.

use std::collections::HashMap;
use std::sync::LazyLock;
use std::{iter, slice};

use any_ascii::any_ascii_char;

/// Longer values aren't names; a hostile one must not cost time.
const MOST_CHARACTERS: usize = 100;

/// More words than this are a job title or a sentence.
const MOST_WORDS: usize = 5;

/// Written around names, and no part of them.
const TITLES: [&str; 9] = ["dr", "mr", "mrs", "ms", "prof", "ext", "jr", "sr", "phd"];

/// First names that people use for one another. Names that are short for several are joined: it is only about
/// whom to suggest.
const NICKNAMES: &[&str] = &[
    "abigail abby gail",
    "albert al bert",
    "alexander alexandra alexandr aleksandr aleksandra alejandro alejandra alessandro alex alec sandy sasha sascha xander",
    "alfred alfie fred alf",
    "andrew andreas andrei andrey andre andy drew",
    "anna ann anne annie hanna hannah anja anya",
    "anthony antonio anton tony toni",
    "barbara barb babs basia",
    "benjamin ben benny benji",
    "bernard bernhard bernie bernd",
    "catherine katherine katharina kathryn katarina katarzyna ekaterina yekaterina cathy kathy kate katie kat katja katya kasia cat",
    "charles charlie chuck carlos carl karl chas",
    "christopher christoph christian christina christine kristina kristin chris kris tina topher",
    "daniel daniela danielle dan danny dani",
    "david dave davy",
    "deborah debra deb debbie",
    "dmitry dmitri dmitriy dima mitya",
    "dorothy dot dottie dora",
    "edward eduard eduardo ed eddie ted teddy ned",
    "elizabeth elisabeth elisabetta liz lizzie beth betty betsy eliza lisa elsa ella lise",
    "emanuel emmanuel manuel manny manolo",
    "eugene evgeny yevgeny evgeniy gene zhenya",
    "frances francis francisco francesca francesco frank fran francine paco pancho franz",
    "frederick friedrich fred freddie fritz",
    "gabriel gabriela gabrielle gabe gabi gaby",
    "george georg jorge jurgen juergen georgie",
    "gerald gerard gerhard gerry jerry gerd",
    "gregory gregor grzegorz greg grisha",
    "harold harry hal",
    "henry heinrich enrique enrico harry hank heinz",
    "ignacio nacho",
    "isabella isabel isabelle bella izzy bel",
    "ivan john johan johann johannes juan jean giovanni jon jonny johnny jack hans vanya",
    "jacob jakob jake jacobo jaime james jim jimmy jamie diego santiago iago",
    "jeffrey geoffrey jeff geoff",
    "jennifer jen jenny jenn",
    "jessica jess jessie",
    "jonathan jon jonny nathan",
    "joseph josef jose giuseppe joe joey pepe sepp beppe josie josephine",
    "joshua josh",
    "judith judy jude",
    "julia julie juliana yulia yuliya juliet jules",
    "kenneth ken kenny",
    "kimberly kim kimmy",
    "lawrence laurence lorenzo larry laurie lars",
    "leonard leonardo leo len lenny",
    "lewis louis luis luigi lou louie ludwig",
    "lucas lukas luke luca",
    "magdalena magda lena madeleine maddie",
    "margaret margarita margarete margareta maggie meg peggy greta rita marge gretchen gosia malgorzata",
    "maria mary marie marija mariya molly polly mia masha mimi",
    "martin martina marty tina",
    "matthew matthias mathieu mateo matteo matt mat matty",
    "maximilian maxim maxwell max",
    "melissa mel missy",
    "michael michel mikhail miguel michele michal mike mick mickey mikey misha michi",
    "natalia natalie nathalie nataliya nat natasha talia",
    "nathaniel nathan nate nat",
    "nicholas nicolas nikolai nikolay nikolaus nicola nicole niklas klaus nick nicky nico kolya nicki",
    "oliver olivia ollie liv",
    "olga olya",
    "pamela pam",
    "patrick patricia pat paddy patty trish tricia",
    "paul pablo paolo pavel pauly pasha",
    "penelope penny",
    "peter pedro pietro pyotr petr piotr pete petya",
    "philip phillip philipp felipe filippo phil pip",
    "raymond ray ramon raimund",
    "rebecca becky becca",
    "richard ricardo riccardo rick rich dick ricky richie",
    "robert roberto roberta rob bob bobby robbie bert rupert",
    "roland rolf rollie",
    "ronald ronaldo ron ronnie",
    "samuel samantha sam sammy",
    "sebastian seb basti bastian",
    "sergei sergey serhii sergio serge seryozha",
    "sophia sophie sofia sofie sonia sonja sonya",
    "stephen steven stefan stephan esteban stefano steve stevie etienne",
    "stephanie stefanie steph steffi",
    "susan susanne susanna suzanne sue susie suzy sanne",
    "tatiana tatyana tania tanya tanja",
    "theodore theodor theo ted teddy",
    "theresa teresa terry tess therese resi",
    "thomas tomas tom tommy tomasz tommaso",
    "timothy tim timmy timo",
    "valentina valentin val valya",
    "veronica veronika vera ronnie nika",
    "victor viktor victoria viktoria vic vicky tori vika vitya",
    "vincent vincenzo vince vinnie",
    "vladimir vlad volodymyr wladimir vova",
    "walter walt wally",
    "wilhelm william guillermo guglielmo will bill billy willy liam willi guillaume",
    "yuri yuriy iurii juri",
    "zachary zach zack zak",
];

/// The words of a name or of the local part of an address, in plain lower-case letters and digits, one behind the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    letters: String,
    /// Where each word ends.
    ends: Vec<usize>,
}

impl Words {
    pub(super) fn of(raw: &str) -> Self {
        let mut words = Self { letters: String::with_capacity(raw.len()), ends: Vec::new() };
        for c in raw.chars().take(MOST_CHARACTERS) {
            let before = words.letters.len();
            push_plain(&mut words.letters, c);
            if words.letters.len() == before && separates(c) {
                words.close();
            }
        }
        words.close();
        words
    }

    pub(super) const fn count(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        let starts = iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).map(|(start, end)| self.letters.get(*start..*end).unwrap_or_default())
    }

    /// Ends the last word, and forgets it if it says nothing.
    fn close(&mut self) {
        let start = self.ends.last().copied().unwrap_or_default();
        let word = self.letters.get(start..).unwrap_or_default();
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let word = if letters.is_empty() { word } else { letters };
        if word.is_empty() || TITLES.contains(&word) || self.count() == MOST_WORDS {
            self.letters.truncate(start);
        } else {
            self.ends.push(start + word.len());
            self.letters.truncate(start + word.len());
        }
    }
}

/// Whether a word ends at what has no letters in plain text.
fn separates(c: char) -> bool {
    match c {
        // O'Brien is one word, in all its spellings.
        '\'' | '’' | 'ʼ' | '`' | '´' => false,
        // The accent of a decomposed é is nothing in plain text, and no end either.
        _ => c.is_ascii() || c.is_whitespace() || !any_ascii_char(c).is_empty(),
    }
}

/// The letters and digits of a login name, without what separates them.
pub(super) fn squeezed(raw: &str) -> String {
    let mut squeezed = String::with_capacity(raw.len());
    raw.chars().take(MOST_CHARACTERS).for_each(|c| push_plain(&mut squeezed, c));
    squeezed
}

/// Adds the letters and digits that a character is in plain text, in lower case.
fn push_plain(text: &mut String, c: char) {
    // Nearly all characters are plain already, and need no table.
    if c.is_ascii_alphanumeric() {
        text.push(c.to_ascii_lowercase());
    } else if !c.is_ascii() {
        let plain = any_ascii_char(c).chars().filter(char::is_ascii_alphanumeric);
        text.extend(plain.map(|c| c.to_ascii_lowercase()));
    }
}

/// The name that a nickname stands for, which may be the word itself; `None` for a word that nobody uses for another.
pub(super) fn formal(word: &str) -> Option<&'static str> {
    static FORMAL: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
        let group = |names: &'static str| {
            let first = names.split(' ').next().unwrap_or_default();
            names.split(' ').map(move |name| (name, first))
        };
        // A name in two groups belongs to the first.
        NICKNAMES.iter().rev().flat_map(|names| group(names)).collect()
    });
    FORMAL.get(word).copied()
}

/// What a word sounds like, roughly and in no language in particular: Aleksandr is Alexander, Petroff is Petrov,
/// Mueller is Muller and Müller.
pub(super) fn sound(word: &str) -> Vec<u8> {
    let mut unread = word.as_bytes();
    let mut sound = Vec::with_capacity(word.len());
    while !unread.is_empty() {
        let (sounds, rest) = first_sounds(unread);
        for letter in sounds {
            if sound.last() != Some(letter) {
                sound.push(*letter);
            }
        }
        unread = rest;
    }
    if sound.is_empty() { word.into() } else { sound }
}

/// What the first letters of a word sound like, and those behind them.
fn first_sounds(word: &[u8]) -> (&[u8], &[u8]) {
    match word {
        [b't', b's', b'c', b'h', rest @ ..]
        | [b's', b'c', b'h', rest @ ..]
        | [b's' | b'z', b'h', rest @ ..]
        | [b'c', b'z', rest @ ..]
        | [b'z', rest @ ..] => (b"s", rest),
        [b'k', b'h', rest @ ..] | [b'c', b'h' | b'k', rest @ ..] | [b'c' | b'q', rest @ ..] => (b"k", rest),
        [b'p', b'h', rest @ ..] | [b'v' | b'w', rest @ ..] => (b"f", rest),
        [b'x', rest @ ..] => (b"ks", rest),
        [b'a' | b'e' | b'i' | b'o' | b'u' | b'y' | b'j' | b'h', rest @ ..] => (b"", rest),
        [first @ (b'd' | b'g' | b't'), b'h', rest @ ..] | [first, rest @ ..] => (slice::from_ref(first), rest),
        [] => (b"", b""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_plain_words() {
        for (raw, expected) in [
            ("Dr. Zoë  O’Brien-Müller", &["zoe", "obrien", "muller"][..]),
            ("e\u{301}lan", &["elan"]),
            ("j.smith42", &["j", "smith"]),
            ("Юлия Петрова", &["yuliya", "petrova"]),
            ("1234", &["1234"]),
            ("…", &[]),
        ] {
            assert_eq!(Words::of(raw).iter().collect::<Vec<_>>(), expected, "{raw}");
        }
        assert_eq!(squeezed("J_Smith-42"), "jsmith42");
    }

    #[test]
    fn spellings_sound_alike() {
        for (one, other) in [
            ("aleksandr", "alexander"),
            ("petroff", "petrov"),
            ("mueller", "muller"),
            ("yuliya", "julia"),
            ("kovacs", "covach"),
            ("tschaikowsky", "schaikovski"),
            ("maxim", "macksim"),
            ("bhargava", "bargava"),
        ] {
            let alike = sound(one) == sound(other);
            assert_eq!(alike, one != "kovacs", "{one} {other}");
        }
        assert_eq!(sound("aya"), b"aya", "nothing but vowels stays");
    }

    #[test]
    fn nicknames_stand_for_names() {
        assert_eq!(formal("bob"), formal("rob"));
        assert_eq!(formal("zebedee"), None);
    }
}
