#!/usr/bin/env bash
# Of lines of JSON, readers guess the columns from the first: what comes later is refused, or gone without a word.
#
# Seen with DuckDB 2.0.1 and polars 2.1.0, on lines whose object `facts` gets a member of its own in the last line:
#
# - DuckDB looks at the first 20,480 lines, and refuses the file at a member of an object that it hasn't seen;
# - polars looks at the first 100. It leaves such a member out of the result, without an error or a warning; and where a member
#   was null so far and isn't any more, it refuses the file.
#
# So lines for data tools need the same members in every line, and what differs from line to line is better a text that
# holds JSON; readers have to be told to look at all lines (sample_size = -1, infer_schema_length=None).
#
# Needs Python 3 and its package index. Exits with 1 and the difference if any of this has changed.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.1 polars==2.1.0

cat >"$folder/expected" <<'END'
late member | DuckDB refuses | polars Schema([('facts', Struct({'a': Int64}))])
late member, all lines looked at | DuckDB STRUCT(a BIGINT, late BIGINT) | polars Schema([('facts', Struct({'a': Int64, 'late': Int64}))])
late value | DuckDB VARCHAR | polars refuses
late value, all lines looked at | DuckDB VARCHAR | polars Schema([('facts', String)])
END

cat >"$folder/read.py" <<'END'
import json
import sys

import duckdb
import polars

path = f"{sys.argv[1]}/lines.ndjson"


def attempt(read):
    try:
        return read()
    except (duckdb.Error, polars.exceptions.PolarsError):
        return "refuses"


def in_duckdb(sample):
    table = duckdb.sql(f"SELECT facts FROM read_json('{path}', sample_size = {sample})")
    table.fetchall()
    return table.types[0]


for what, usual, last in [("late member", {"a": 1}, {"a": 1, "late": 2}), ("late value", None, "a text")]:
    with open(path, "w") as out:
        # DuckDB has seen a text before its sample ends; polars hasn't in its first 100 lines.
        early = [last] if last == "a text" else []
        for facts in [usual] * 200 + early + [usual] * 30_000 + [last]:
            out.write(json.dumps({"facts": facts}) + "\n")
    for words, sample, length in [("", 20_480, 100), (", all lines looked at", -1, None)]:
        of_duckdb = attempt(lambda: in_duckdb(sample))
        of_polars = attempt(lambda: polars.read_ndjson(path, infer_schema_length=length).schema)
        print(f"{what}{words}", f"DuckDB {of_duckdb}", f"polars {of_polars}", sep=" | ")
END
"$folder/venv/bin/python" "$folder/read.py" "$folder" >"$folder/found"

diff "$folder/expected" "$folder/found" && echo "as described"
