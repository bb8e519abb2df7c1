#!/usr/bin/env bash
# An identifier that a file says is a text is a number after reading it: "007" is 7, and nobody's.
#
# Seen with pandas 3.1.1, polars 2.1.0, DuckDB 2.0.1 and csvkit 2.2.0, without an option, on a column in which all identifiers
# are of one kind:
#
# - in CSV, quotes around a field mean nothing to any of them. DuckDB alone keeps leading zeros, and takes yes and no for truth;
#   "NA" and "null" are nothing for pandas and csvkit;
# - in JSON, where a text is a text, pandas makes numbers of texts all the same: "007" is 7, and 20 digits lose the last 4.
#   DuckDB and polars keep them.
#
# So whoever joins lists by identifiers has to say that they are texts: dtype=False for JSON and dtype=str with
# keep_default_na=False for CSV in pandas, infer_schema=False in polars, all_varchar in DuckDB, -I --blanks in csvkit.
#
# Needs Python 3 and its package index. Exits with 1 and the difference if any of this has changed.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  pandas==3.1.1 polars==2.1.0 duckdb==2.0.1 csvkit==2.2.0

cat >"$folder/expected" <<'END'
007 012 | CSV | pandas [7, 12] | polars [7, 12] | DuckDB ['007', '012'] | csvkit [7, 12]
007 012 | JSON | pandas [7, 12] | polars ['007', '012'] | DuckDB ['007', '012']
12345678901234567890 12 | CSV | pandas [12345678901234567890, 12] | polars [12345678901234567890, 12] | DuckDB [12345678901234567890, 12] | csvkit [12345678901234567890, 12]
12345678901234567890 12 | JSON | pandas [1.2345678901234567e+19, 12.0] | polars ['12345678901234567890', '12'] | DuckDB ['12345678901234567890', '12']
1e5 2e5 | CSV | pandas [100000.0, 200000.0] | polars [100000.0, 200000.0] | DuckDB [100000.0, 200000.0] | csvkit [100000, 200000]
1e5 2e5 | JSON | pandas [100000.0, 200000.0] | polars ['1e5', '2e5'] | DuckDB ['1e5', '2e5']
yes no | CSV | pandas ['yes', 'no'] | polars ['yes', 'no'] | DuckDB [True, False] | csvkit [True, False]
yes no | JSON | pandas ['yes', 'no'] | polars ['yes', 'no'] | DuckDB ['yes', 'no']
NA E-7 | CSV | pandas [nan, 'E-7'] | polars ['NA', 'E-7'] | DuckDB ['NA', 'E-7'] | csvkit [None, 'E-7']
NA E-7 | JSON | pandas ['NA', 'E-7'] | polars ['NA', 'E-7'] | DuckDB ['NA', 'E-7']
END

cat >"$folder/read.py" <<'END'
import json
import sys
import warnings

import agate
import duckdb
import pandas
import polars

warnings.simplefilter("ignore")
csv, lines = f"{sys.argv[1]}/table.csv", f"{sys.argv[1]}/lines.ndjson"


def in_duckdb(path):
    return [row[0] for row in duckdb.sql(f"SELECT id FROM '{path}'").fetchall()]


def in_csvkit():
    # What every tool of csvkit reads with.
    values = agate.Table.from_csv(csv, sniff_limit=0).columns["id"].values()
    return [int(value) if hasattr(value, "as_tuple") else value for value in values]


for ids in [["007", "012"], ["12345678901234567890", "12"], ["1e5", "2e5"], ["yes", "no"], ["NA", "E-7"]]:
    with open(csv, "w") as out:
        out.write("".join(f'"{first}","{second}"\n' for first, second in [("id", "x"), *((id, "y") for id in ids)]))
    with open(lines, "w") as out:
        out.write("".join(json.dumps({"id": id, "x": "y"}) + "\n" for id in ids))
    found = {
        "CSV": {
            "pandas": pandas.read_csv(csv)["id"].tolist(),
            "polars": polars.read_csv(csv)["id"].to_list(),
            "DuckDB": in_duckdb(csv),
            "csvkit": in_csvkit(),
        },
        "JSON": {
            "pandas": pandas.read_json(lines, lines=True)["id"].tolist(),
            "polars": polars.read_ndjson(lines)["id"].to_list(),
            "DuckDB": in_duckdb(lines),
        },
    }
    for kind, readers in found.items():
        print(" ".join(ids), kind, *(f"{reader} {values}" for reader, values in readers.items()), sep=" | ")
END
"$folder/venv/bin/python" "$folder/read.py" "$folder" >"$folder/found"

diff "$folder/expected" "$folder/found" && echo "as described"
