#!/usr/bin/env bash
# One condition in CEL, three answers: a rule about an account can fire or not depending on who evaluates it.
#
# Seen with Python's cel-python 0.5.0 (written in Python) and common-expression-language 0.10.0 (the crate `cel` of Rust,
# from Python). Both take every condition below without an error where an answer stands:
#
# - `size()` of a text counts code points in the first and bytes in the second; the specification says code points. A rule
#   about names of at least two letters passes "é" in one of them.
# - `\d` in `matches()` is ASCII in the first and any script's digits in the second; RE2, to which the specification points,
#   has ASCII.
# - `duration('90d')` is ninety days in the first and an error in the second; the specification has no unit above hours.
# - `string()` of a large double has an exponent in the first and all digits in the second; and of 1.0, a fraction in the
#   first only.
# - `1 == 1.0` is true in the second and an error in the first; the specification compares numbers on one line.
# - `getMilliseconds()` of a duration is the whole duration in both; the specification says the milliseconds within the second.
#
# Needs Python 3 and its package index. Exits with 1 and the difference if any of this has changed.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check cel-python==0.5.0 common-expression-language==0.10.0

cat >"$folder/expected" <<'END'
size('é') | 1 | 2
'٣'.matches('^\\d$') | False | True
duration('90d') == duration('2160h') | True | error
string(1e21) | 1e+21 | 1000000000000000000000
string(1.0) | 1.0 | 1
1 == 1.0 | error | True
duration('3730.5s').getMilliseconds() | 3730500 | 3730500
END

cat >"$folder/evaluate.py" <<'END'
import sys
import cel
import celpy


def first(condition):
    environment = celpy.Environment()
    return environment.program(environment.compile(condition)).evaluate({})


def second(condition):
    return cel.evaluate(condition, {})


def answer(evaluate, condition):
    try:
        value = evaluate(condition)
    except Exception:
        return "error"
    return str(bool(value)) if type(value).__name__ in ("bool", "BoolType") else str(value)


for line in open(sys.argv[1], encoding="utf-8"):
    condition = line.split(" | ")[0]
    print(condition, answer(first, condition), answer(second, condition), sep=" | ")
END

"$folder/venv/bin/python" "$folder/evaluate.py" "$folder/expected" >"$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as described"
