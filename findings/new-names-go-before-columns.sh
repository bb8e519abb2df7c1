#!/usr/bin/env bash
# In ClickHouse, a name that a SELECT gives goes before a column of the same name, in the same SELECT.
#
# Seen with chdb 4.4.0 (ClickHouse 26.9), compared with DuckDB 2.0.1 and SQLite, on a table t(v) with the rows 1 and 5:
#
# - `SELECT MIN(v) AS v, MAX(v) AS high FROM t` is refused, because MAX is then about MIN(v);
# - `SELECT v + 10 AS v FROM t WHERE v > 4` has both rows, because the condition is about the new v. DuckDB and SQLite have one
#   row, and nothing tells of the difference.
#
# With the table's name before the column (`t.v`), all three agree. So a statement for several engines names no result like a
# column that it reads, or names the table of each.
#
# Needs Python 3 and its package index. Exits with 1 and the difference if any of this has changed.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.1 chdb==4.4.0

cat >"$folder/expected" <<'END'
MIN(v) AS v, MAX(v) AS high | ClickHouse refuses | DuckDB 1,5 | SQLite 1,5
MIN(t.v) AS v, MAX(t.v) AS high | ClickHouse 1,5 | DuckDB 1,5 | SQLite 1,5
v + 10 AS v, where v > 4 | ClickHouse 11 15 | DuckDB 15 | SQLite 15
t.v + 10 AS v, where t.v > 4 | ClickHouse 15 | DuckDB 15 | SQLite 15
END

cat >"$folder/ask.py" <<'END'
import sqlite3

import chdb
import duckdb

TABLE = "(SELECT 1 AS v UNION ALL SELECT 5 AS v) t"


def rows(all):
    return " ".join(sorted(",".join(str(cell) for cell in row) for row in all))


def in_clickhouse(statement):
    try:
        return " ".join(sorted(str(chdb.query(statement, "CSV")).split()))
    except Exception:
        return "refuses"


for shown, statement in [
    ("MIN(v) AS v, MAX(v) AS high", f"SELECT MIN(v) AS v, MAX(v) AS high FROM {TABLE}"),
    ("MIN(t.v) AS v, MAX(t.v) AS high", f"SELECT MIN(t.v) AS v, MAX(t.v) AS high FROM {TABLE}"),
    ("v + 10 AS v, where v > 4", f"SELECT v + 10 AS v FROM {TABLE} WHERE v > 4"),
    ("t.v + 10 AS v, where t.v > 4", f"SELECT t.v + 10 AS v FROM {TABLE} WHERE t.v > 4"),
]:
    print(
        f"{shown} | ClickHouse {in_clickhouse(statement)} | DuckDB {rows(duckdb.sql(statement).fetchall())}"
        f" | SQLite {rows(sqlite3.connect(':memory:').execute(statement))}"
    )
END

"$folder/venv/bin/python3" "$folder/ask.py" >"$folder/seen"
diff "$folder/expected" "$folder/seen"
echo "as described"
