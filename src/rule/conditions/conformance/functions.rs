//! Functions of texts, moments and durations.

use super::{EvalError, fails, holds, refuses};

#[test]
fn texts() {
    holds(&[
        "size('') == 0 && size('né') == 2 && '😀'.size() == 1 && size('e\\u0301') == 2",
        "'hello'.contains('ell') && 'hello'.contains('') && !'hello'.contains('L') && 'a.c'.contains('.')",
        "'hello'.startsWith('he') && !'hello'.startsWith('lo') && 'é'.startsWith('') && ''.startsWith('')",
        "'hello'.endsWith('lo') && !'hello'.endsWith('he') && 'zoë'.endsWith('ë') && 'a'.endsWith('')",
        "@word.contains('ë') && size(@word) == 3 && @word + '!' == 'Zoë!'",
        "'AbÉ'.lowerAscii() == 'abÉ' && ''.lowerAscii() == ''",
    ]);
    fails(&[
        ("@level.contains('3')", EvalError::WrongType),
        ("@word.startsWith(@level)", EvalError::WrongType),
        ("size(@level) == 1", EvalError::WrongType),
        ("size(@nothing) == 0", EvalError::WrongType),
    ]);
    refuses(&["contains('a', 'a')", "'a'.contains(1)", "size(1) == 1", "'a'.startsWith()", "['a'].contains('a')"]);
}

#[test]
fn regular_expressions() {
    holds(&[
        "'hello'.matches('l+') && matches('hello', '^h') && !'hello'.matches('^l') && ''.matches('') && 'a'.matches('')",
        r"'a1'.matches(r'^\w\d$') && 'x'.matches('^(x|y)$') && 'AB'.matches('(?i)^ab$') && !'a\nb'.matches('^a.b$')",
        // Letters and digits of ASCII only.
        r"!'é'.matches(r'\w') && !'٣'.matches(r'\d') && !'\u00a0\v'.matches(r'\s') && 'é'.matches(r'^\W$')",
        r"'aé'.matches(r'a\b') && 'é'.matches(r'^[^\w]$') && @word.matches(r'^Zo\b')",
        "'é'.matches('^.$') && 'é'.matches(r'^\\pL$') && 'ж'.matches(r'\\p{Cyrillic}') && 'É'.matches('(?i)^é$')",
    ]);
    fails(&[("@level.matches('3')", EvalError::WrongType), ("@flag.matches('t')", EvalError::WrongType)]);
    refuses(&[
        "'a'.matches('(')",
        "'a'.matches('*')",
        "'a'.matches('a**')",
        r"'a'.matches(r'(a)\1')",
        "'a'.matches('(?=a)')",
        "'a'.matches(account.id)",
        "'a'.matches(1)",
    ]);
}

#[test]
fn moments_and_durations() {
    // A Thursday, the 60th day of a leap year.
    let day = "timestamp('2024-02-29T23:04:05.678901234Z')";
    for text in [
        "DAY.getFullYear() == 2024 && DAY.getMonth() == 1 && DAY.getDate() == 29 && DAY.getDayOfMonth() == 28",
        "DAY.getDayOfYear() == 59 && DAY.getDayOfWeek() == 4 && DAY.getHours() == 23 && DAY.getMinutes() == 4",
        "DAY.getSeconds() == 5 && DAY.getMilliseconds() == 678",
        "timestamp('2024-03-03T00:00:00Z').getDayOfWeek() == 0 && timestamp('2024-12-31T00:00:00Z').getDayOfYear() == 365",
        "DAY + duration('1h') > DAY && duration('1h') + DAY == DAY + duration('60m') && DAY - duration('1h') < DAY",
        "DAY - DAY == duration('0') && (DAY + duration('90s')) - DAY == duration('90s') && DAY - (DAY + days(1)) < duration('0')",
        "int(DAY) == 1709247845 && int(timestamp(-1)) == -1 && timestamp(timestamp(7)) == timestamp(7)",
    ] {
        holds(&[&text.replace("DAY", day)]);
    }
    holds(&[
        "duration('90m').getHours() == 1 && duration('90m').getMinutes() == 90 && duration('90m').getSeconds() == 5400",
        // The milliseconds of the second, unlike the others.
        "duration('61.234567s').getMilliseconds() == 234 && duration('-1.5s').getMilliseconds() == -500",
        "duration('-90m').getHours() == -1 && duration('-90s').getMinutes() == -1 && duration('-0.9s').getSeconds() == 0",
        "duration('1h1m1s1ms1us1ns') == duration('3661001001001ns') && duration('1.5h') == duration('90m')",
        "duration('0') == duration('0s') && duration('-1h30m') == duration('-90m') && duration('.5s') == duration('500ms')",
        "duration('1h') - duration('1m') == duration('59m') && duration(duration('1s')) == duration('1s')",
        "duration('9223372036854775807ns') > days(106000) && duration('-9223372036854775808ns') < days(-106000)",
        "timestamp('0001-01-01T00:00:00Z') < timestamp(0) && timestamp('9999-12-31T23:59:59.999999999Z') > timestamp(0)",
        "timestamp('0000-12-31T23:30:00-01:00') == timestamp('0001-01-01T00:30:00Z')",
        "timestamp('2026-07-01T12:00:00.5+02:00') == timestamp(@at) && timestamp(@at).getMilliseconds() == 500",
    ]);
    fails(&[
        ("timestamp('9999-12-31T23:59:59Z') + duration('1s') > now", EvalError::Overflow),
        ("timestamp('0001-01-01T00:00:00Z') - duration('1ns') < now", EvalError::Overflow),
        ("timestamp('9999-12-31T23:59:59-01:00') > now", EvalError::Overflow),
        ("timestamp(253402300800) > now", EvalError::Overflow),
        ("timestamp(-62135596801) < now", EvalError::Overflow),
        ("duration('9223372036854775808ns') > duration('1s')", EvalError::Overflow),
        ("duration('-9223372036854775809ns') < duration('1s')", EvalError::Overflow),
        ("days(106751) + days(1) > days(1)", EvalError::Overflow),
        ("days(200000) > days(1)", EvalError::Overflow),
        ("timestamp('2026-01-01') < now", EvalError::Unreadable),
        ("timestamp('2026-01-01T00:00:00') < now", EvalError::Unreadable),
        ("timestamp('2026-02-29T00:00:00Z') < now", EvalError::Unreadable),
        ("timestamp('2026-01-01T24:00:00Z') < now", EvalError::Unreadable),
        ("timestamp('2016-12-31T23:59:60Z') < now", EvalError::Unreadable),
        ("timestamp('2026-01-01T00:00:00+0100') < now", EvalError::Unreadable),
        ("timestamp(@word) < now", EvalError::Unreadable),
        ("duration('1d') > duration('1s')", EvalError::Unreadable),
        ("duration('1') > duration('1s')", EvalError::Unreadable),
        ("duration('') > duration('1s')", EvalError::Unreadable),
        ("duration('1 h') > duration('1s')", EvalError::Unreadable),
        ("@word.getHours() == 1", EvalError::WrongType),
    ]);
    refuses(&[
        "now + now > now",
        "now + 1 > now",
        "now * 2 > now",
        "-duration('1s') < duration('1s')",
        "now.getHours == 1",
    ]);
    refuses(&["duration('1s').getFullYear() == 1", "duration('1s').getHours('UTC') == 1", "now.getHours(1) == 1"]);
}

#[test]
fn zones() {
    // Summer in Berlin, winter in Sydney; Kathmandu is 5:45 ahead, St John's 2:30 behind.
    let noon = "timestamp('2026-07-01T22:30:00Z')";
    for text in [
        "T.getHours('UTC') == 22 && T.getHours('Europe/Berlin') == 0 && T.getDate('Europe/Berlin') == 2",
        "timestamp('2026-01-01T22:30:00Z').getHours('Europe/Berlin') == 23",
        "T.getMinutes('Asia/Kathmandu') == 15 && T.getHours('America/St_Johns') == 20 && T.getMinutes('America/St_Johns') == 0",
        "T.getHours('Australia/Sydney') == 8 && T.getDayOfWeek('Australia/Sydney') == 4 && T.getDayOfWeek() == 3",
        "T.getHours('US/Central') == 17 && T.getHours('CET') == 0 && T.getSeconds('Europe/Berlin') == 0",
        "T.getHours('+02:00') == 0 && T.getHours('-02:30') == 20 && T.getMinutes('-00:45') == 45 && T.getHours('02:00') == 0",
        "T.getDayOfMonth('+02:00') == 1 && T.getDayOfYear('+02:00') == 182 && T.getMonth('+02:00') == 6",
        "timestamp('2026-12-31T23:30:00Z').getFullYear('Europe/Berlin') == 2027",
        "timestamp('2026-12-31T23:30:00Z').getMonth('+01:00') == 0 && T.getMilliseconds('Asia/Tokyo') == 0",
        // Half an hour before and after the clocks go forward.
        "timestamp('2026-03-29T00:30:00Z').getHours('Europe/Berlin') == 1",
        "timestamp('2026-03-29T01:30:00Z').getHours('Europe/Berlin') == 3",
        // At the ends of time.
        "timestamp('9999-12-31T23:30:00Z').getFullYear('+01:00') == 10000",
        "timestamp('0001-01-01T00:30:00Z').getFullYear('-01:00') == 0",
    ] {
        holds(&[&text.replace("T.", &format!("{noon}."))]);
    }
    refuses(&[
        "now.getHours('') == 1",
        "now.getHours('Berlin') == 1",
        "now.getHours('+2:00') == 1",
        "now.getHours('+0200') == 1",
        "now.getHours('+02:60') == 1",
        "now.getHours('+24:00') == 1",
        "now.getHours(@word) == 1",
    ]);
}

#[test]
fn conversions() {
    holds(&[
        "int(3.99) == 3 && int(-3.99) == -3 && int('42') == 42 && int('-7') == -7 && int(5) == 5 && int(@number) == 7",
        "int(9223372036854774784.0) == 9223372036854774784 && int(0.0) == 0",
        "double(3) == 3.0 && double('1.5') == 1.5 && double('-1e-3') == -0.001 && double('6.02214e23') == 6.02214e23",
        "double(2.5) == 2.5 && double(9007199254740993) == 9007199254740992.0 && double('inf') > 1e308",
        "double(9223372036854775807) == 9223372036854775808.0 && double(@level) == 3.0",
        "string('a') == 'a' && string(true) == 'true' && string(false) == 'false' && string(-42) == '-42'",
        "string(9223372036854775807) == '9223372036854775807' && string(@word) == 'Zoë' && string(@level) == '3'",
        // As the reference implementation writes numbers: the fewest digits, an exponent below -4 and above 5.
        "string(1.0) == '1' && string(1.5) == '1.5' && string(-0.25) == '-0.25' && string(100000.0) == '100000'",
        "string(1000000.0) == '1e+06' && string(1234567.0) == '1.234567e+06' && string(123456.7) == '123456.7'",
        "string(0.0001) == '0.0001' && string(0.00001) == '1e-05' && string(-0.0000123) == '-1.23e-05'",
        "string(6.02214e23) == '6.02214e+23' && string(1e100) == '1e+100' && string(5e-324) == '5e-324'",
        "string(0.1 + 0.2) == '0.30000000000000004' && string(0.0) == '0' && string(-0.0) == '-0' && string(@whole) == '2'",
        "string(1.0 / 0.0) == '+Inf' && string(-1.0 / 0.0) == '-Inf' && string(0.0 / 0.0) == 'NaN'",
        "string(9223372036854775808.0) == '9.223372036854776e+18'",
        // RFC 3339 in UTC, with as many digits of the second as there are.
        "string(timestamp('2026-01-02T03:04:05Z')) == '2026-01-02T03:04:05Z'",
        "string(timestamp('2026-01-02T03:04:05.100Z')) == '2026-01-02T03:04:05.1Z'",
        "string(timestamp('2026-01-02T03:04:05.000000120Z')) == '2026-01-02T03:04:05.00000012Z'",
        "string(timestamp('2026-01-02T03:04:05.123456789Z')) == '2026-01-02T03:04:05.123456789Z'",
        "string(timestamp('0001-01-01T00:00:00Z')) == '0001-01-01T00:00:00Z'",
        "string(timestamp('2026-01-01T00:00:00+01:00')) == '2025-12-31T23:00:00Z' && string(timestamp(0)) == '1970-01-01T00:00:00Z'",
        // Seconds and their fraction.
        "string(duration('1h')) == '3600s' && string(duration('1500ms')) == '1.5s' && string(duration('-0.5s')) == '-0.5s'",
        "string(duration('1ns')) == '0.000000001s' && string(duration('0')) == '0s' && string(days(1)) == '86400s'",
    ]);
    fails(&[
        ("int(9223372036854775807.0) == 0", EvalError::Overflow),
        ("int(-9223372036854775808.0) == 0", EvalError::Overflow),
        ("int(1e99) == 0", EvalError::Overflow),
        ("int(0.0 / 0.0) == 0", EvalError::Overflow),
        ("int('9223372036854775808') == 0", EvalError::Unreadable),
        ("int('1.5') == 1", EvalError::Unreadable),
        ("int('0x1F') == 31", EvalError::Unreadable),
        ("int(' 1') == 1", EvalError::Unreadable),
        ("int('') == 0", EvalError::Unreadable),
        ("double('1e999') > 0.0", EvalError::Overflow),
        ("double('x') > 0.0", EvalError::Unreadable),
        ("double('') > 0.0", EvalError::Unreadable),
        ("string(@nothing) == ''", EvalError::WrongType),
        ("string(@tags) == ''", EvalError::WrongType),
        ("int(@word) == 0", EvalError::Unreadable),
    ]);
    refuses(&["int(true) == 1", "int() == 1", "string([1]) == ''", "double(now) == 0.0", "timestamp(1.5) == now"]);
}
