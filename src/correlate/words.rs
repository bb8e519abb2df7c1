//! Names and login names as plain lower-case words, so that near misses see through scripts, accents, nicknames
//! and spelling traditions. Never used to decide anything.

use std::collections::HashMap;
use std::sync::LazyLock;

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

/// The words of a name or of the local part of an address, in plain lower-case letters and digits.
pub(super) fn words(raw: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for piece in raw.chars().take(MOST_CHARACTERS).map(|c| (c, any_ascii_char(c))) {
        match piece {
            // O'Brien is one word, in all its spellings.
            ('\'' | '’' | 'ʼ' | '`' | '´', _) => {}
            (_, ascii) if ascii.bytes().any(|byte| byte.is_ascii_alphanumeric()) => {
                let letters = ascii.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase());
                if let Some(word) = words.last_mut() {
                    word.extend(letters);
                }
            }
            // What has no letters in plain text, like the accent of a decomposed é, doesn't end a word.
            (c, "") if !c.is_whitespace() => {}
            _ => words.push(String::new()),
        }
    }
    for word in &mut words {
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        if letters > 0 {
            word.truncate(letters);
        }
    }
    words.retain(|word| !word.is_empty() && !TITLES.contains(&word.as_str()));
    words.truncate(MOST_WORDS);
    words
}

/// The letters and digits of a login name, without what separates them.
pub(super) fn squeezed(raw: &str) -> String {
    let ascii = raw.chars().take(MOST_CHARACTERS).flat_map(|c| any_ascii_char(c).chars());
    ascii.filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The name that a nickname stands for; any other word stands for itself.
pub(super) fn formal(word: &str) -> &str {
    static FORMAL: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
        let group = |names: &'static str| {
            let first = names.split(' ').next().unwrap_or_default();
            names.split(' ').map(move |name| (name, first))
        };
        // A name in two groups belongs to the first.
        NICKNAMES.iter().rev().flat_map(|names| group(names)).collect()
    });
    FORMAL.get(word).copied().unwrap_or(word)
}

/// What a word sounds like, roughly and in no language in particular: Aleksandr is Alexander, Petroff is Petrov,
/// Mueller is Muller and Müller.
pub(super) fn sound(word: &str) -> String {
    const SPELLINGS: [(&str, &str); 13] = [
        ("tsch", "s"),
        ("sch", "s"),
        ("ch", "k"),
        ("sh", "s"),
        ("zh", "s"),
        ("kh", "k"),
        ("gh", "g"),
        ("ph", "f"),
        ("th", "t"),
        ("dh", "d"),
        ("ck", "k"),
        ("cz", "s"),
        ("x", "ks"),
    ];
    let mut rest = word;
    let mut sound = String::with_capacity(word.len());
    while let Some(first) = rest.chars().next() {
        let spelling = SPELLINGS.iter().find(|(letters, _)| rest.starts_with(letters));
        let (letters, sounds) = spelling.map_or((first.len_utf8(), ""), |(letters, sounds)| (letters.len(), *sounds));
        rest = rest.get(letters..).unwrap_or_default();
        let mut push = |c: char| {
            if !sound.ends_with(c) {
                sound.push(c);
            }
        };
        match first {
            _ if spelling.is_some() => sounds.chars().for_each(push),
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'j' | 'h' => {}
            'c' | 'q' => push('k'),
            'w' | 'v' => push('f'),
            'z' => push('s'),
            other => push(other),
        }
    }
    if sound.is_empty() { word.to_owned() } else { sound }
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
            assert_eq!(words(raw), expected, "{raw}");
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
        ] {
            let alike = sound(one) == sound(other);
            assert_eq!(alike, one != "kovacs", "{one} {other}: {} {}", sound(one), sound(other));
        }
        assert_eq!(sound("aya"), "aya", "nothing but vowels stays");
    }

    #[test]
    fn nicknames_stand_for_names() {
        assert_eq!(formal("bob"), formal("rob"));
        assert_eq!(formal("zebedee"), "zebedee");
    }
}
