//! What the syntax of RE2 says, for what patterns can be made of.

use super::*;

fn matches(pattern: &str, text: &str) -> bool {
    compile(pattern).unwrap_or_else(|reason| panic!("{pattern}: {reason}")).is_match(text.as_bytes())
}

#[test]
fn patterns_mean_what_re2_says() {
    for (pattern, matched, not) in [
        (r"^\d\D$", "1a", "٣a"),
        (r"^\w+$", "a_9", "é"),
        (r"^\W$", "é", "a"),
        (r"^\s$", "\u{c}", "\u{b}"),
        (r"^\S$", "\u{a0}", " "),
        (r"^[\d\-a]$", "-", "b"),
        (r"^[^\d\s]$", "é", "5"),
        (r"^[\Wx]$", "x", "y"),
        (r"a\b", "aé", "ab"),
        (r"^a\B", "ab", "aé"),
        (r"\Aa\z", "a", "a\n"),
        ("^a$", "a", "a\n"),
        ("(?m)^b$", "a\nb\nc", "a\nbc"),
        ("a.b", "a€b", "a\nb"),
        ("(?s)a.b", "a\nb", "ab"),
        ("(?i)^straße$", "STRAßE", "STRASSE"),
        ("(?i)k", "\u{212a}", "x"),
        (r"(?i)^\w$", "\u{17f}", "é"),
        (r"(?i)^[^k]$", "x", "\u{212a}"),
        ("(?i-i)a", "a", "A"),
        ("(?ii:a)b", "Ab", "AB"),
        ("a(?i)b|c", "C", "A"),
        ("(?U)^a+$", "aa", "b"),
        ("(?)a", "a", "b"),
        ("^(?P<x>a)(?<y>b)(?P<1>c)$", "abc", "ab"),
        // Set operators, nested classes and comments are nothing special.
        ("^[a&&b]$", "&", "c"),
        ("^[+--c]$", ",", "d"),
        ("^[[a]$", "[", "]"),
        ("^[]a]$", "]", "b"),
        ("^[^]a]$", "b", "]"),
        ("^[a~~b]$", "~", "c"),
        ("^[a-]$", "-", "b"),
        ("^[a-c-e]$", "-", "d"),
        ("^[[:alpha:][:^alpha:]]$", "é", ""),
        ("^[[:word:]-]+$", "a-b", "é"),
        ("^[[:a]$", ":", "b"),
        ("^a #b$", "a #b", "a"),
        // A brace that counts nothing is a brace.
        ("^a{,2}$", "a{,2}", "aa"),
        ("^a{ 2 }$", "a{ 2 }", "aa"),
        ("^a{02}$", "a{02}", "aa"),
        ("^{$", "{", ""),
        ("^x{2}{$", "xx{", "xx"),
        ("^a{2,3}?$", "aaa", "a"),
        ("^(a{2,}b){2}$", "aabaaab", "ab"),
        (r"^\Qa.b*\E+$", "a.b**", "axb"),
        (r"^\Qa\d", r"a\d", "a1"),
        (r"^\x41\x{1F600}\101\0$", "A😀A\0", "A"),
        (r"^\_\.\ \a\v$", "_. \u{7}\u{b}", "a"),
        (r"^\<b\>$", "<b>", "b"),
        (r"^\pL\p{Lu}\p{Greek}\P{Latin}\p{^Nd}\pN$", "aÉωжx5", "aaωжx5"),
        (r"^[\p{Han}\P{L}]$", "漢", "a"),
        (r"^\p{Any}\P{Any}?$", "a", ""),
        ("^(|a)$", "", "b"),
        ("^(?:)$", "", "b"),
        ("(?:^)*a", "ba", "b"),
        ("^é*$", "éé", "e"),
    ] {
        assert!(matches(pattern, matched), "{pattern} on {matched:?}");
        assert!(!matches(pattern, not), "{pattern} on {not:?}");
    }
}

#[test]
fn what_re2_refuses_is_refused() {
    for (pattern, reason) in [
        ("(?=a)", "not part of RE2"),
        ("(?!a)", "not part of RE2"),
        ("(?<=a)b", "not part of RE2"),
        ("(?<!a)b", "not part of RE2"),
        ("(?>a)", "not part of RE2"),
        ("(?x) a", "not part of RE2"),
        ("(?u:a)", "not part of RE2"),
        ("(?-u:a)", "not part of RE2"),
        ("(?R)a", "not part of RE2"),
        ("(?i-)a", "not part of RE2"),
        ("(?#a)", "not part of RE2"),
        ("(?P=a)", "not part of RE2"),
        ("(?i", "not part of RE2"),
        ("(?'a'b)", "not part of RE2"),
        ("(?P<a.b>c)", "no name of a group"),
        ("(?<>c)", "no name of a group"),
        ("(?<a", "has no end"),
        ("(?<a>b)(?<a>c)", "duplicate"),
        (r"(a)\1", "refers to a group"),
        (r"\k<a>", "no \\k"),
        (r"\Z", "no \\Z"),
        (r"\G", "no \\G"),
        (r"\K", "no \\K"),
        (r"\R", "no \\R"),
        (r"\X", "no \\X"),
        (r"\h", "no \\h"),
        (r"\e", "no \\e"),
        (r"\cA", "no \\c"),
        (r"\u00e9", "no \\u"),
        (r"\U0001F600", "no \\U"),
        (r"\N{DASH}", "no \\N"),
        (r"\E", "no \\E"),
        (r"\é", "no \\é"),
        (r"[\b]", "no \\b"),
        (r"[\A]", "no \\A"),
        (r"\x4", "two digits"),
        (r"\x{}", "two digits"),
        (r"\x{110000}", "two digits"),
        (r"\x{+41}", "two digits"),
        ("\\", "behind the last"),
        (r"\p{greek}", "no category"),
        (r"\p{Grek}", "no category"),
        (r"\p{Letter}", "no category"),
        (r"\p{Alphabetic}", "no category"),
        (r"\p{Script=Greek}", "no category"),
        (r"\p{L&}", "no category"),
        (r"\p{", "has no }"),
        (r"\p", "no category"),
        ("[[:foo:]]", "no class [:foo:]"),
        ("[[:Alpha:]]", "no class"),
        ("[b-a]", "no end behind it"),
        ("[a--c]", "no end behind it"),
        (r"[a-\d]", "no end behind it"),
        ("[a", "has no ]"),
        ("[]", "has no ]"),
        ("[^]", "has no ]"),
        ("a**", "repeats a repetition"),
        ("a+*", "repeats a repetition"),
        ("a???", "repeats a repetition"),
        ("a{2}{3}", "repeats a repetition"),
        ("a{1001}", "more than 1000"),
        ("a{2,1001}", "more than 1000"),
        ("a{1001,}", "more than 1000"),
        ("(a{100}b){11}", "more than 1000"),
        ("((a{32})*|b{2}){32}", "more than 1000"),
        ("a{3,2}", "counts down"),
        ("*a", "missing"),
        ("(|+)", "missing"),
        ("(a", "unclosed"),
        ("a)", "unopened"),
    ] {
        match compile(pattern) {
            Err(found) => assert!(found.contains(reason), "{pattern}: {found}"),
            Ok(_) => panic!("{pattern} is accepted"),
        }
    }
    for pattern in ["a{1000}", "(a{100}){10}", "(a{100}|b{100}){10}c{500}", "((a{31})*){32}"] {
        assert!(compile(pattern).is_ok(), "{pattern}");
    }
}

#[test]
fn every_name_of_unicode_is_known() {
    for name in SCRIPTS.split_whitespace().chain(CATEGORIES.split_whitespace()) {
        assert!(compile(&format!(r"\p{{{name}}}[^\P{{{name}}}]")).is_ok(), "{name}");
    }
    for name in ASCII_CLASSES.split_whitespace() {
        assert!(compile(&format!("[[:{name}:]][[:^{name}:]]")).is_ok(), "{name}");
    }
}
