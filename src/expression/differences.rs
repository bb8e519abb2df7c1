//! In what the language of rules differs from the CEL specification. Every row has an example, which a test holds.

/// What becomes of an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The condition is true.
    True,
    /// The rule can't be loaded.
    Refused,
    /// The rule is not evaluable for the subject.
    NotEvaluable,
}

/// One difference.
#[derive(Debug)]
pub struct Difference {
    /// What it is about.
    pub topic: &'static str,
    /// How the specification has it.
    pub specification: &'static str,
    /// How it is here.
    pub here: &'static str,
    /// Conditions that show it, where `account.locked` is not told and the vendor's record is [`RECORD`].
    pub examples: &'static [(&'static str, Outcome)],
}

/// The record of the examples.
pub const RECORD: &str = r#"{"level": 3, "manager": null}"#;

use Outcome::{NotEvaluable, Refused, True};

const fn difference(
    topic: &'static str,
    specification: &'static str,
    here: &'static str,
    examples: &'static [(&'static str, Outcome)],
) -> Difference {
    Difference { topic, specification, here, examples }
}

/// All of them.
pub static DIFFERENCES: &[Difference] = &[
    difference(
        "facts that are not told",
        "an implementation may know unknown values",
        "they are unknown, and so is all that they decide; unknown goes before an error",
        &[
            ("account.locked", NotEvaluable),
            ("account.locked == true || account.id != ''", True),
            ("!(account.locked && account.id == '')", True),
            ("account.locked ? true : true", NotEvaluable),
            ("account.roles.size() == 9 ? account.locked : true", True),
        ],
    ),
    difference(
        "facts that can be absent",
        "reading a field that isn't set gives a default value or an error",
        "`has()` must be asked before; else the rule can't be loaded",
        &[
            ("account.last_login_at < now", Refused),
            ("!has(account.last_login_at) || account.last_login_at < now", True),
        ],
    ),
    difference(
        "null",
        "any value can be compared with it",
        "only attributes can be null. A key whose value is null is there: `has()` of it is true, as the specification has it",
        &[
            ("has(account.attributes.manager) && account.attributes.manager == null", True),
            ("!has(account.attributes.office)", True),
            ("account.status == null", Refused),
        ],
    ),
    difference(
        "numbers of attributes",
        "JSON's numbers are doubles",
        "a number that is written without fraction and fits is an int",
        &[
            ("account.attributes.level == 3 && account.attributes.level == 3.0", True),
            ("account.attributes.level / 2 == 1", True),
            ("account.attributes.level / 2.0 > 1.0", NotEvaluable),
        ],
    ),
    difference(
        "int and double",
        "compared by value, but the checker wants `dyn()`",
        "compared by value, neither rounded to the other; arithmetic wants `int()` or `double()`",
        &[("1 == 1.0 && 1 < 1.5 && 9007199254740993 > 9007199254740992.0", True), ("1 + 1.5 > 2.0", Refused)],
    ),
    difference(
        "NaN",
        "orders of it are left open; an error in the reference implementation",
        "it is neither less, equal nor greater",
        &[("!(0.0 / 0.0 < 1.0) && !(0.0 / 0.0 >= 1.0) && 0.0 / 0.0 != 0.0 / 0.0", True)],
    ),
    difference(
        "comparisons that never hold",
        "false",
        "refused: another type, or a word that the fact never is",
        &[("account.id == 1", Refused), ("account.status == 'actve'", Refused), ("1 in ['a']", Refused)],
    ),
    difference(
        "errors",
        "a condition without a value",
        "the same; the rule is not evaluable there. What fails whatever the facts are is refused",
        &[
            ("1 / (account.attributes.level - 3) > 0", NotEvaluable),
            ("1 / (account.attributes.level - 3) > 0 || true", True),
            ("duration('90d') > days(1)", Refused),
        ],
    ),
    difference(
        "types",
        "uint, bytes, messages, types as values, map literals, lists of several types, names with a leading dot",
        "refused",
        &[
            ("1u == 1u", Refused),
            ("b'a' == b'a'", Refused),
            ("{'a': 1}['a'] == 1", Refused),
            ("[1, 'a'].size() == 2", Refused),
            (".account.id != ''", Refused),
        ],
    ),
    difference(
        "functions",
        "`bool`, `bytes`, `dyn`, `type`, `uint` and those above",
        "those above; `days` and `lowerAscii` are no part of the specification's own",
        &[("bool('true')", Refused), ("type(1) == int", Refused), ("days(1) == duration('24h')", True)],
    ),
    difference(
        "variables of macros",
        "may hide a name",
        "may not",
        &[("account.roles.exists(now, true)", Refused), ("[1].all(x, [2].all(x, x == 2))", Refused)],
    ),
    difference(
        "regular expressions",
        "RE2's, from any string",
        "RE2's but for `\\C`, from a string or a param that stands in the rule",
        &[
            (r"'a1'.matches(r'^\w\d$') && !'é'.matches(r'\w')", True),
            ("'a'.matches(account.id)", Refused),
            (r"'a'.matches(r'\C')", Refused),
        ],
    ),
    difference(
        "time zones",
        "of any string",
        "of a string or a param that stands in the rule; a name of the time zone database, or an offset",
        &[
            ("timestamp('2026-07-01T12:00:00Z').getHours('Europe/Berlin') == 14", True),
            ("timestamp('2026-07-01T12:00:00Z').getHours('-02:30') == 9", True),
            ("now.getHours(account.id) == 1", Refused),
        ],
    ),
    difference(
        "`getMilliseconds()` of a duration",
        "those of the second; all of them in the reference implementation",
        "those of the second",
        &[("duration('61.5s').getMilliseconds() == 500 && duration('61.5s').getSeconds() == 61", True)],
    ),
    difference(
        "moments",
        "without a zone; the reference implementation keeps that of the text for `string()` and accessors",
        "without a zone, shown in UTC",
        &[("string(timestamp('2026-01-01T00:30:00+01:00')) == '2025-12-31T23:30:00Z'", True)],
    ),
];
