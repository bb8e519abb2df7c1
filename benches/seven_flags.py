"""What DuckDB needs for seven flags over the exports of the bench: seven_flags.py FOLDER. `cargo bench --bench audit` runs it where
`python3 -c "import duckdb"` works. It prints how often each flag was raised."""

import sys

import duckdb

FOLDER = sys.argv[1]
SOURCES = ["badges", "crm", "desk", "phone", "wiki"]
COLUMNS = "{" + ", ".join(
    f"{name}: '{kind}'"
    for name, kind in [
        *((text, "VARCHAR") for text in ["id", "external_id", "email", "username", "display_name", "last_login_at"]),
        ("active", "BOOLEAN"),
        ("locked", "BOOLEAN"),
    ]
) + "}"
KEYS = {"external_id": "kid", "email": "kem", "username": "kus"}

run = duckdb.connect(":memory:").execute
run("SET preserve_insertion_order = false")
run("SET TimeZone = 'UTC'")
run(f"""
    CREATE TEMP TABLE hr AS
    SELECT trim("Employee ID") AS eid, lower(trim("Employee ID")) AS kid, lower(trim("Email")) AS kem,
           lower(trim("Username")) AS kus, "Status" AS status
    FROM read_csv('{FOLDER}/hr.csv', header = true, all_varchar = true)""")
for key in KEYS.values():
    run(f"""
        CREATE TEMP TABLE by_{key} AS
        SELECT {key} AS k, count(*) AS n, any_value(eid) AS eid, any_value(status) AS status
        FROM hr WHERE {key} <> '' GROUP BY {key}""")
sources = " UNION ALL ".join(
    f"SELECT '{source}' AS source, * FROM read_json('{FOLDER}/{source}.ndjson', format = 'newline_delimited', columns = {COLUMNS})"
    for source in SOURCES
)
first = lambda column: f"coalesce(i.{column}, e.{column}, u.{column})"
run(f"""
    CREATE TEMP TABLE joined AS
    WITH accounts AS (
        SELECT *, {", ".join(f"nullif(lower(trim({of})), '') AS {key}" for of, key in KEYS.items())} FROM ({sources})
    )
    SELECT a.*, {first("n")} AS n, {first("eid")} AS eid, {first("status")} AS status
    FROM accounts a LEFT JOIN by_kid i ON a.kid = i.k LEFT JOIN by_kem e ON a.kem = e.k LEFT JOIN by_kus u ON a.kus = u.k""")
run("CREATE TEMP TABLE twice AS SELECT source, eid FROM joined WHERE n = 1 GROUP BY source, eid HAVING count(*) > 1")
run(f"""
    COPY (
        SELECT unnest(flags) AS flag, source, id, CASE WHEN n = 1 THEN eid ELSE '' END AS employee_id, display_name, email
        FROM (
            SELECT joined.*, list_filter([
                CASE WHEN NOT active THEN 'inactive' END,
                CASE WHEN locked THEN 'locked' END,
                CASE WHEN n IS NULL THEN 'orphaned' END,
                CASE WHEN n > 1 THEN 'ambiguous-match' END,
                CASE WHEN n = 1 AND status = 'terminated' AND active THEN 'leaver-active' END,
                CASE WHEN last_login_at::TIMESTAMPTZ < TIMESTAMPTZ '2026-11-20 00:00:00+00' - INTERVAL 90 DAY THEN 'stale-login' END,
                CASE WHEN twice.eid IS NOT NULL THEN 'duplicate' END], lambda x: x IS NOT NULL) AS flags
            FROM joined LEFT JOIN twice ON joined.source = twice.source AND joined.eid = twice.eid AND joined.n = 1)
        WHERE len(flags) > 0
    ) TO '{FOLDER}/duckdb.csv' (HEADER)""")
for flag, count in run(f"SELECT flag, count(*) FROM read_csv('{FOLDER}/duckdb.csv') GROUP BY 1 ORDER BY 1").fetchall():
    print(flag, count)
