#!/usr/bin/env bash
# Spark has a statement with many conditions interpreted, row by row, and nothing on its output says so.
#
# Seen with Spark 4.3.0 (PySpark) on OpenJDK 17. A `CASE` of 40 conditions becomes one Java method of more than 8,000 bytes. Spark
# takes methods up to 64 kB (`spark.sql.codegen.hugeMethodLimit`), but HotSpot compiles none above 8,000 bytes unless it is told to,
# so that the method runs in the interpreter for as long as the job takes. With `-XX:-DontCompileHugeMethods` for driver and
# executors, the same statement over 8 million rows takes about a fifth of the time when it is run again. A statement of few
# conditions takes the same time with and without it.
#
# Whoever asks Spark all rules at once sets that option, or asks fewer rules in a statement.
#
# Needs Python 3 with its package index, and Java 17. Exits with 1 and the ratios if any of this has changed.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyspark==4.3.0

cat >"$folder/ask.py" <<'END'
import sys
import time

from pyspark.sql import SparkSession

conditions, options = int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
spark = (
    SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.extraJavaOptions", options).getOrCreate()
)
cases = " ".join(
    f"WHEN {n} THEN CASE WHEN id % {n + 2} = 0 AND id > {n} AND (id % 7 <> {n % 7} OR id % 11 = {n % 11}) "
    f"THEN TRUE ELSE id % 5 = {n % 5} END"
    for n in range(conditions)
)
rules = f"(SELECT id AS n FROM range({conditions})) r"
statement = f"SELECT COUNT(*) FROM (SELECT CASE r.n {cases} END AS holds FROM range({8_000_000 // conditions}) a CROSS JOIN {rules}) WHERE holds"
for _ in range(2):
    began = time.monotonic()
    spark.sql(statement).collect()
print(time.monotonic() - began)
END

ask() { # how many conditions, and options of Java: the seconds of the second run
    "$folder/venv/bin/python3" "$folder/ask.py" "$@" 2>"$folder/log"
    ! grep -i "too long\|interpret" "$folder/log" >&2
}
for conditions in 5 40; do
    plain=$(ask $conditions)
    compiled=$(ask $conditions -XX:-DontCompileHugeMethods)
    python3 - "$conditions" "$plain" "$compiled" <<'END'
import sys

conditions, plain, compiled = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
print(f"{conditions} conditions: {plain / compiled:.1f} times as long as with the option")
sys.exit(0 if (plain / compiled > 2) == (conditions > 5) else 1)
END
done
echo "as described"
