#!/usr/bin/env python3
"""Runs a statement over the tables of facts, as it is, and writes its rows: ENGINE FACTS STATEMENT OUT."""

import csv
import glob
import os
import sqlite3
import sys
import time

TABLES = ["accounts", "account_keys", "people", "person_keys", "declarations", "rules"]
name, facts, statement, out = sys.argv[1:5]
text = open(statement, encoding="utf-8").read()


def files(table):
    return f"{facts}/{table}/*.parquet"


def plain(rows, columns):
    """As CSV, of what has no Parquet of its own."""
    with open(out + ".csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


def duckdb():
    import duckdb

    engine = duckdb.connect()
    for table in TABLES:
        engine.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{files(table)}')")
    engine.execute(f"COPY ({text}) TO '{out}.parquet' (FORMAT parquet)")
    return duckdb.__version__


def polars():
    import polars

    tables = {table: polars.scan_parquet(files(table)) for table in TABLES}
    polars.SQLContext(tables).execute(text, eager=True).write_parquet(out + ".parquet", compression="snappy")
    return polars.__version__


def datafusion():
    import datafusion

    engine = datafusion.SessionContext()
    for table in TABLES:
        engine.register_parquet(table, f"{facts}/{table}/")
    os.makedirs(out, exist_ok=True)
    engine.sql(text).write_parquet(out, compression="snappy")
    return datafusion.__version__


def clickhouse():
    import chdb
    from chdb import session

    engine = session.Session()
    for table in TABLES:
        engine.query(f"CREATE VIEW {table} AS SELECT * FROM file('{os.path.abspath(files(table))}', Parquet)")
    # A row that a join doesn't find is NULL elsewhere.
    rows = engine.query(f"{text}\nSETTINGS join_use_nulls = 1, output_format_parquet_compression_method = 'snappy'", "Parquet")
    with open(out + ".parquet", "wb") as file:
        file.write(rows.bytes())
    return chdb.__version__


def loaded(execute, many):
    """For engines without Parquet: the tables by way of DuckDB, which only reads them."""
    import duckdb

    for table in TABLES:
        rows = duckdb.sql(f"SELECT * FROM read_parquet('{files(table)}')")
        types = {"BIGINT": "BIGINT", "BOOLEAN": "BOOLEAN", "VARCHAR": "TEXT"}
        columns = ", ".join(f"{column} {types[str(kind)]}" for column, kind in zip(rows.columns, rows.types))
        execute(f"CREATE TABLE {table} ({columns})")
        many(table, rows)


def sqlite():
    engine = sqlite3.connect(":memory:")
    loaded(
        engine.execute,
        lambda table, rows: engine.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(rows.columns))})", rows.fetchall()),
    )
    answer = engine.execute(text)
    plain(answer.fetchall(), [column[0] for column in answer.description])
    return sqlite3.sqlite_version


def postgresql():
    import psycopg

    with psycopg.connect(os.environ["DSN"]) as engine:
        def copy(table, rows):
            rows.write_csv(f"{out}-{table}.csv", header=False)
            with engine.cursor().copy(f"COPY {table} FROM STDIN (FORMAT csv)") as target, open(f"{out}-{table}.csv", "rb") as file:
                while block := file.read(1 << 20):
                    target.write(block)
            os.remove(f"{out}-{table}.csv")

        loaded(engine.execute, copy)
        engine.execute("ANALYZE")
        answer = engine.execute(text)
        plain(answer.fetchall(), [column.name for column in answer.description])
        return engine.info.parameter_status("server_version")


began = time.time()
version = {f.__name__: f for f in (duckdb, polars, datafusion, clickhouse, sqlite, postgresql)}[name]()
assert glob.glob(out + "*"), "nothing was written"
print(f"{name} {version}: {time.time() - began:.1f} s, tables read and rows written")
