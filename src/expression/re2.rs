//! RE2's regular expressions, which are CEL's, in the words of the `regex` crate: `\d`, `\w`, `\s` and `\b` mean ASCII,
//! a class has no operators inside, and what RE2 refuses is refused.
//!
//! Each piece of the pattern is read as RE2 reads it and written so that the crate can't read it otherwise. Brackets
//! that don't match and operators with nothing before them are left to the crate, which refuses them as RE2 does.

use std::fmt::Write as _;

use regex::bytes::Regex;

/// The highest count of a repetition, alone or multiplied with those around it.
const MAX_COUNT: u32 = 1000;
/// Unicode's general categories, as RE2 abbreviates them.
const CATEGORIES: &str =
    "C Cc Cf Co L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs";
/// The names of ASCII classes, `[:alpha:]`.
const ASCII_CLASSES: &str = "alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit";
/// Unicode's scripts.
const SCRIPTS: &str = "\
    Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali Bhaiksuki Bopomofo \
    Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham Cherokee Chorasmian Common \
    Coptic Cuneiform Cypriot Cypro_Minoan Cyrillic Deseret Devanagari Dives_Akuru Dogra Duployan Egyptian_Hieroglyphs \
    Elbasan Elymaic Ethiopic Georgian Glagolitic Gothic Grantha Greek Gujarati Gunjala_Gondi Gurmukhi Han Hangul \
    Hanifi_Rohingya Hanunoo Hatran Hebrew Hiragana Imperial_Aramaic Inherited Inscriptional_Pahlavi \
    Inscriptional_Parthian Javanese Kaithi Kannada Katakana Kawi Kayah_Li Kharoshthi Khitan_Small_Script Khmer Khojki \
    Khudawadi Lao Latin Lepcha Limbu Linear_A Linear_B Lisu Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean \
    Marchen Masaram_Gondi Medefaidrin Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi \
    Mongolian Mro Multani Myanmar Nabataean Nag_Mundari Nandinagari New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong \
    Ogham Ol_Chiki Old_Hungarian Old_Italic Old_North_Arabian Old_Permic Old_Persian Old_Sogdian Old_South_Arabian \
    Old_Turkic Old_Uyghur Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician Psalter_Pahlavi \
    Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham SignWriting Sinhala Sogdian Sora_Sompeng Soyombo Sundanese \
    Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tamil Tangsa Tangut Telugu Thaana Thai Tibetan \
    Tifinagh Tirhuta Toto Ugaritic Vai Vithkuqi Wancho Warang_Citi Yezidi Yi Zanabazar_Square";

/// Compiles a pattern, or says why RE2 would refuse it. Texts are matched as their bytes, which are UTF-8.
pub(super) fn compile(pattern: &str) -> Result<Regex, String> {
    let mut reader = Reader { rest: pattern, out: String::new(), open: vec![1], last: 1, repeated: false };
    while !reader.rest.is_empty() {
        reader.piece()?;
    }
    Regex::new(&reader.out).map_err(|error| {
        let reason = error.to_string();
        reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
    })
}

struct Reader<'p> {
    rest: &'p str,
    out: String,
    /// For each open group, the highest product of counts inside of it.
    open: Vec<u32>,
    /// The product inside of what stands before.
    last: u32,
    /// Whether a repetition stands before.
    repeated: bool,
}

/// What a backslash begins.
enum Escape {
    Char(char),
    /// A set of characters, in the words of the crate.
    Set(String),
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let next = self.rest.chars().next()?;
        self.rest = self.rest.get(next.len_utf8()..).unwrap_or_default();
        Some(next)
    }

    /// Whether this comes next; then it is taken.
    fn takes(&mut self, word: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(word) else { return false };
        self.rest = rest;
        true
    }

    fn piece(&mut self) -> Result<(), String> {
        let repeated = std::mem::take(&mut self.repeated);
        if let Some((text, low, high)) = counts(self.rest) {
            self.rest = self.rest.get(text.len()..).unwrap_or_default();
            return self.repeat(text, Some((low, high)), repeated);
        }
        let Some(next) = self.next() else { return Ok(()) };
        match next {
            '*' => self.repeat("*", None, repeated),
            '+' => self.repeat("+", None, repeated),
            '?' => self.repeat("?", None, repeated),
            '(' => self.group(),
            ')' => {
                let inside = self.open.pop().unwrap_or(1);
                if self.open.is_empty() {
                    self.open.push(inside);
                }
                self.out.push(')');
                self.counted(inside);
                Ok(())
            }
            '|' | '^' | '$' | '.' => {
                self.out.push(next);
                self.counted(1);
                Ok(())
            }
            '[' => self.class(),
            '\\' => self.escaped(),
            literal => {
                self.literal(literal);
                Ok(())
            }
        }
    }

    /// Notes the highest product of counts inside of the part that was just read.
    fn counted(&mut self, product: u32) {
        self.last = product;
        if let Some(group) = self.open.last_mut() {
            *group = (*group).max(product);
        }
    }

    fn literal(&mut self, literal: char) {
        put(&mut self.out, literal);
        self.counted(1);
    }

    fn repeat(&mut self, operator: &str, counts: Option<(u32, Option<u32>)>, repeated: bool) -> Result<(), String> {
        if repeated {
            return Err(format!("`{operator}` repeats a repetition; put that into (?:…)"));
        }
        if let Some((low, high)) = counts {
            let count = high.unwrap_or(low);
            if count < low {
                return Err(format!("`{operator}` counts down"));
            }
            let product = self.last.saturating_mul(count.max(1));
            if count > MAX_COUNT || product > MAX_COUNT {
                return Err(format!("`{operator}` makes more than {MAX_COUNT} repetitions"));
            }
            self.counted(product);
        }
        self.out.push_str(operator);
        if self.takes("?") {
            self.out.push('?');
        }
        self.repeated = true;
        Ok(())
    }

    /// What an opening bracket begins: a group, a named group or flags.
    fn group(&mut self) -> Result<(), String> {
        self.out.push('(');
        if !self.takes("?") {
            self.open.push(1);
            return Ok(());
        }
        if self.takes("P<") || (!self.rest.starts_with("<=") && !self.rest.starts_with("<!") && self.takes("<")) {
            let Some((name, rest)) = self.rest.split_once('>') else {
                return Err("the name of a group has no end".to_owned());
            };
            if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                return Err(format!("`{name}` is no name of a group"));
            }
            // No name of the crate's may begin with a digit.
            let _ = write!(self.out, "?P<g{name}>");
            self.rest = rest;
            self.open.push(1);
            return Ok(());
        }
        self.flags()
    }

    /// `(?i)`, `(?s-i:…)`
    fn flags(&mut self) -> Result<(), String> {
        let end = self.rest.find([':', ')']).unwrap_or(self.rest.len());
        let (flags, rest) = self.rest.split_at_checked(end).unwrap_or_default();
        let (on, off) = flags.split_once('-').map_or((flags, None), |(on, off)| (on, Some(off)));
        let known = |flags: &str| flags.chars().all(|flag| "imsU".contains(flag));
        if !known(on) || off.is_some_and(|off| off.is_empty() || !known(off)) || rest.is_empty() {
            return Err(format!("`(?{flags}` is not part of RE2; the flags are i, m, s and U"));
        }
        let off = off.unwrap_or_default();
        let set: String = "imsU".chars().filter(|flag| on.contains(*flag) && !off.contains(*flag)).collect();
        let clear: String = "imsU".chars().filter(|flag| off.contains(*flag)).collect();
        let minus = if clear.is_empty() { "" } else { "-" };
        self.rest = rest;
        let is_group = self.takes(":");
        if !is_group {
            self.takes(")");
        }
        match (set.is_empty() && clear.is_empty(), is_group) {
            (true, false) => drop(self.out.pop()),
            (_, is_group) => {
                // Writing to a String can't fail.
                let _ = write!(self.out, "?{set}{minus}{clear}{}", if is_group { ":" } else { ")" });
            }
        }
        if is_group {
            self.open.push(1);
        }
        Ok(())
    }

    fn escaped(&mut self) -> Result<(), String> {
        let boundary = [("b", r"(?-u:\b)"), ("B", r"(?-u:\B)"), ("A", r"\A"), ("z", r"\z")];
        for (letter, written) in boundary {
            if self.takes(letter) {
                self.out.push_str(written);
                self.counted(1);
                return Ok(());
            }
        }
        if self.takes("Q") {
            let (literals, rest) = self.rest.split_once(r"\E").unwrap_or((self.rest, ""));
            self.rest = rest;
            literals.chars().for_each(|literal| self.literal(literal));
            return Ok(());
        }
        match self.escape()? {
            Escape::Char(literal) => self.literal(literal),
            Escape::Set(set) => {
                self.out.push_str(&set);
                self.counted(1);
            }
        }
        Ok(())
    }

    /// What stands behind a backslash, wherever that is.
    fn escape(&mut self) -> Result<Escape, String> {
        let Some(letter) = self.next() else { return Err(r"there is nothing behind the last \".to_owned()) };
        let set = |set: &str| Ok(Escape::Set(set.to_owned()));
        let char = |char: char| Ok(Escape::Char(char));
        match letter {
            'd' => set("[0-9]"),
            'D' => set("[^0-9]"),
            's' => set(r"[\t\n\x0C\r\x20]"),
            'S' => set(r"[^\t\n\x0C\r\x20]"),
            'w' => set("[0-9A-Za-z_]"),
            'W' => set("[^0-9A-Za-z_]"),
            'p' | 'P' => self.property(letter == 'P').map(Escape::Set),
            'a' => char('\x07'),
            'f' => char('\x0C'),
            'n' => char('\n'),
            'r' => char('\r'),
            't' => char('\t'),
            'v' => char('\x0B'),
            'x' => self.hexadecimal().map(Escape::Char).ok_or_else(|| r"\x takes two digits, or some in {}".to_owned()),
            '0'..='7' => self.octal(letter).map(Escape::Char).ok_or_else(|| format!(r"\{letter} refers to a group")),
            mark if mark.is_ascii() && !mark.is_ascii_alphanumeric() => char(mark),
            other => Err(format!(r"there is no \{other}")),
        }
    }

    fn hexadecimal(&mut self) -> Option<char> {
        let (digits, rest) = match self.rest.strip_prefix('{') {
            Some(rest) => rest.split_once('}')?,
            None => self.rest.split_at_checked(2)?,
        };
        self.rest = rest;
        let is_number = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        u32::from_str_radix(digits, 16).ok().filter(|_| is_number).and_then(char::from_u32)
    }

    /// Up to three digits; one alone, but for 0, would be a reference to a group.
    fn octal(&mut self, first: char) -> Option<char> {
        let mut code = first.to_digit(8)?;
        let more = self.rest.bytes().take(2).take_while(|digit| (b'0'..=b'7').contains(digit)).count();
        if first != '0' && more == 0 {
            return None;
        }
        for _ in 0..more {
            code = code * 8 + self.next()?.to_digit(8)?;
        }
        char::from_u32(code)
    }

    /// `\pL`, `\p{Greek}`, `\p{^Lu}`
    fn property(&mut self, negated: bool) -> Result<String, String> {
        let start = self.rest;
        let name = if self.takes("{") {
            let Some((name, rest)) = self.rest.split_once('}') else { return Err(r"\p{ has no }".to_owned()) };
            self.rest = rest;
            name
        } else {
            self.next();
            start.get(..start.len() - self.rest.len()).unwrap_or_default()
        };
        let (name, negated) = name.strip_prefix('^').map_or((name, negated), |name| (name, !negated));
        let p = if negated { 'P' } else { 'p' };
        let is_in = |names: &str| names.split_whitespace().any(|known| known == name);
        if name == "Any" {
            Ok(if negated { r"[^\x{0}-\x{10FFFF}]" } else { r"[\x{0}-\x{10FFFF}]" }.to_owned())
        } else if is_in(CATEGORIES) {
            Ok(format!(r"\{p}{{gc={name}}}"))
        } else if is_in(SCRIPTS) {
            Ok(format!(r"\{p}{{sc={name}}}"))
        } else {
            Err(format!(r"`{name}` is no category and no script of Unicode, as in \pL and \p{{Greek}}"))
        }
    }

    /// `[a-z]`, `[^[:alpha:]\d]`
    fn class(&mut self) -> Result<(), String> {
        self.out.push('[');
        if self.takes("^") {
            self.out.push('^');
        }
        let mut first = true;
        while first || !self.takes("]") {
            first = false;
            if let Some((name, rest)) = self.rest.strip_prefix("[:").and_then(|rest| rest.split_once(":]")) {
                let known = ASCII_CLASSES.split_whitespace().any(|known| known == name.trim_start_matches('^'));
                if !known || name.starts_with("^^") {
                    return Err(format!("there is no class [:{name}:]"));
                }
                self.rest = rest;
                let _ = write!(self.out, "[:{name}:]");
                continue;
            }
            match self.member()? {
                Escape::Set(set) => self.out.push_str(&set),
                Escape::Char(low) => self.range(low)?,
            }
        }
        self.out.push(']');
        self.counted(1);
        Ok(())
    }

    fn member(&mut self) -> Result<Escape, String> {
        match self.next() {
            Some('\\') => self.escape(),
            Some(literal) => Ok(Escape::Char(literal)),
            None => Err("a [ has no ]".to_owned()),
        }
    }

    /// What begins with a character: that alone, or a range.
    fn range(&mut self, low: char) -> Result<(), String> {
        put(&mut self.out, low);
        if !self.rest.starts_with('-') || self.rest.starts_with("-]") || self.rest.len() == 1 {
            return Ok(());
        }
        self.next();
        match self.member()? {
            Escape::Char(high) if low <= high => {
                self.out.push('-');
                put(&mut self.out, high);
                Ok(())
            }
            _ => Err(format!("a range from {low:?} has no end behind it")),
        }
    }
}

/// Writes a character so that it stands for itself, in a class and outside.
fn put(out: &mut String, literal: char) {
    if literal.is_ascii_alphanumeric() {
        out.push(literal);
    } else {
        let _ = write!(out, r"\x{{{:X}}}", u32::from(literal));
    }
}

/// `{2}`, `{2,}` or `{2,5}` at the beginning of a pattern, and its counts. Any other brace is a character.
fn counts(pattern: &str) -> Option<(&str, u32, Option<u32>)> {
    let (inside, _) = pattern.strip_prefix('{')?.split_once('}')?;
    let (low, high) = inside.split_once(',').unwrap_or((inside, inside));
    let number = |digits: &str| {
        let is_number =
            digits.bytes().all(|digit| digit.is_ascii_digit()) && (digits.len() == 1 || !digits.starts_with('0'));
        digits.parse::<u32>().ok().filter(|_| is_number)
    };
    let high = if high.is_empty() { None } else { Some(number(high)?) };
    Some((pattern.get(..inside.len() + 2)?, number(low)?, high))
}

#[cfg(test)]
mod tests;
