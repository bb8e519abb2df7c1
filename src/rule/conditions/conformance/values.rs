//! Operators on numbers, lists and maps.

use super::{EvalError, fails, holds, refuses};

#[test]
fn arithmetic() {
    holds(&[
        "7 / 2 == 3 && -7 / 2 == -3 && 7 / -2 == -3 && 7 % 3 == 1 && -7 % 3 == -1 && 7 % -3 == 1",
        "7.0 / 2.0 == 3.5 && 0.1 + 0.2 != 0.3 && 1.5 * 2.0 == 3.0 && 1.5 - 2.0 == -0.5 && -(0.5) == -0.5",
        "1.0 / 0.0 > 1e308 && -1.0 / 0.0 < -1e308 && 0.0 / 0.0 != 0.0 / 0.0 && 1e308 * 10.0 == 1.0 / 0.0",
        "0.0 == -0.0 && 1.0 / -0.0 < 0.0",
        "9223372036854775806 + 1 == 9223372036854775807 && -9223372036854775807 - 1 == -9223372036854775808",
        "@level + 1 == 4 && @half * 2.0 == 1.0 && @level % 2 == 1",
        "'a' + 'b' == 'ab' && [1] + [2, 3] == [1, 2, 3] && [] + [] == [] && '' + '' == ''",
    ]);
    fails(&[
        ("9223372036854775807 + 1 == 0", EvalError::Overflow),
        ("-9223372036854775807 - 2 == 0", EvalError::Overflow),
        ("9223372036854775807 * 2 == 0", EvalError::Overflow),
        ("-9223372036854775808 / -1 == 0", EvalError::Overflow),
        ("-9223372036854775808 % -1 == 0", EvalError::Overflow),
        ("-(-9223372036854775807 - 1) == 0", EvalError::Overflow),
        ("1 / 0 == 0", EvalError::DivisionByZero),
        ("1 % 0 == 0", EvalError::DivisionByZero),
        ("@level / (@level - 3) == 0", EvalError::DivisionByZero),
        ("@level + @half == 0", EvalError::WrongType),
        ("@level + @word == ''", EvalError::WrongType),
        ("-@word == ''", EvalError::WrongType),
    ]);
    refuses(&["1 + 1.0 == 2.0", "1.5 % 1.0 == 0.5", "'a' - 'b' == ''", "'a' * 2 == 'aa'", "true + true", "-'a' == ''"]);
}

#[test]
fn equality() {
    holds(&[
        "1 == 1 && 1 != 2 && 1.5 == 1.5 && 'a' == 'a' && 'a' != 'A' && true != false && 'é' != 'e\\u0301'",
        // All numbers lie on one line.
        "1 == 1.0 && 1.0 == 1 && 1 != 1.5 && [1] == [1.0] && @whole == 2 && @level == 3.0 && @half != 0",
        "9007199254740993 != 9007199254740992.0 && 9007199254740992.0 != 9007199254740993",
        "@exact == 9007199254740993 && @exact != 9007199254740992.0 && 9223372036854775807 != 9223372036854775808.0",
        "double('NaN') != double('NaN') && 1 != double('NaN') && !(double('NaN') == 1) && [double('NaN')] != [double('NaN')]",
        "[1, 2] == [1, 2] && [1, 2] != [2, 1] && [1] != [1, 1] && [[1], [2]] == [[1.0], [2.0]] && [] != [1]",
        // Values of different types differ, which only data can be.
        "@level != '3' && @word != 1 && @flag != 1 && @nothing != false && @tags != 'x' && @number != 7",
        "@nothing == null && @level != null && @empty != null",
        "@deep.map == @same && @same == @deep.map && @empty != @same && @empty == @empty",
        "@tags == ['x', 'y'] && ['x', 'y'] == @tags && @deep.list[0] == @deep.list[0]",
        "timestamp('2026-01-01T01:00:00+01:00') == timestamp('2026-01-01T00:00:00Z') && duration('60m') == duration('1h')",
        // `!=` is the contrary of `==`.
        "(1 != 2) == !(1 == 2) && (@level != 'x') == !(@level == 'x')",
    ]);
    refuses(&["1 == '1'", "true == 1", "'a' == null", "[1] == ['a']", "now == 1", "duration('1s') == 1"]);
}

#[test]
fn ordering() {
    holds(&[
        "1 < 2 && 2 <= 2 && 3 > 2 && 3 >= 3 && !(2 < 2) && !(2 > 2) && -1 < 0 && false < true && !(true < true)",
        "1 < 1.5 && 1.5 < 2 && 2 >= 2.0 && 2.0 <= 2 && -2 < -1.5 && 1e300 > 9223372036854775807",
        "9007199254740993 > 9007199254740992.0 && 9007199254740992.0 < 9007199254740993",
        "9223372036854775807 < 9223372036854775808.0 && -9223372036854775808 >= -9223372036854775808.0",
        "9223372036854775807 < 1.0 / 0.0 && -9223372036854775808 > -1.0 / 0.0 && @exact > 9007199254740992.0",
        "@level > 2.5 && @half < 1 && @huge > 9223372036854775807 && @whole >= 2",
        "!(double('NaN') < 1) && !(1 < double('NaN')) && !(double('NaN') >= double('NaN'))",
        // By the code points: capitals first, what is no ASCII last, a beginning before the whole.
        "'A' < 'a' && 'Z' < 'a' && 'z' < 'é' && '' < 'a' && 'a' < 'aa' && 'ab' < 'b' && '10' < '9'",
        r"'\uFFFD' < '\U0001F600'",
        "timestamp('2026-01-01T00:00:00Z') < timestamp('2026-01-01T00:00:00.000000001Z')",
        "duration('-1s') < duration('0') && duration('59m') < duration('1h') && timestamp(0) >= timestamp(0)",
    ]);
    fails(&[("@level < @word", EvalError::WrongType), ("@nothing < 1", EvalError::WrongType)]);
    refuses(&["1 < '2'", "[1] < [2]", "null < 1", "now < 1", "true < 1"]);
}

#[test]
fn lists_and_maps() {
    holds(&[
        "1 in [1, 2] && !(3 in [1, 2]) && 'a' in ['a'] && !(1 in []) && 1 in [1.0] && 2.5 in [1.0, 2.5] && [1] in [[1]]",
        "[1, 2, 3][0] == 1 && ['a'][0] == 'a' && size([1, 2]) == 2 && [].size() == 0 && size([[1, 2], []]) == 2",
        "@mixed[1] == 2.5 && @mixed[@level] == null && @tags[@whole - 1.0] == 'y' && @deep.list[0].a == 1",
        "'x' in @tags && 2.5 in @mixed && 1.0 in @mixed && !('y' in @mixed) && @mixed.exists(m, m == null)",
        "'level' in account.attributes && !('nope' in account.attributes) && !(@level in account.attributes)",
        "account.attributes['level'] == 3 && account.attributes['a b'] == 1 && @deep['map']['b'] == 'é'",
        "size(@empty) == 0 && size(@same) == 2 && size(account.attributes) > 10",
        // A key is there, also with null.
        "has(@level) && has(@nothing) && !has(@nope) && has(@deep.map.a) && !has(@deep.map.z) && has(@empty)",
    ]);
    fails(&[
        ("[1, 2][2] == 0", EvalError::NoSuchIndex),
        ("[1, 2][-1] == 0", EvalError::NoSuchIndex),
        ("@tags[@half] == ''", EvalError::NoSuchIndex),
        ("@tags['0'] == ''", EvalError::WrongType),
        ("@nope == 1", EvalError::NoSuchKey),
        ("account.attributes['nope'] == 1", EvalError::NoSuchKey),
        ("@deep.map.z == 1", EvalError::NoSuchKey),
        ("has(@nope.a)", EvalError::NoSuchKey),
        ("has(@level.a)", EvalError::WrongType),
        ("has(@nothing.a)", EvalError::WrongType),
        ("has(@word.a)", EvalError::WrongType),
        ("has(@flag.a)", EvalError::WrongType),
        ("@level.a == 1", EvalError::WrongType),
        ("'x' in @word", EvalError::WrongType),
        ("@tags in account.attributes", EvalError::WrongType),
    ]);
    refuses(&[
        "[1]['0'] == 1",
        "'a' in 'abc'",
        "1 in ['a']",
        "has(account.attributes['level'])",
        "has(1)",
        "[1, 2].x == 1",
    ]);
}
