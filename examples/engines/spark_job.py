#!/usr/bin/env python3
"""Facts and statement on a Spark cluster: HEADCOUNT FOLDER PID, the file that names the process of a worker that dies in the middle."""

import os
import signal
import subprocess
import sys
import threading
import time

from pyspark.sql import SparkSession

headcount, folder, worker = sys.argv[1:4]
PARTS = 4
SOURCES = ["crm", "phones", "desk"]
spark = (
    SparkSession.builder.master("spark://127.0.0.1:7177").appName("headcount")
    .config("spark.executor.memory", "2g").config("spark.driver.host", "127.0.0.1")
    .config("spark.sql.shuffle.partitions", "64")
    # What Spark makes of the statement are methods that Java by itself would not compile, because they are long.
    .config("spark.executor.extraJavaOptions", "-XX:-DontCompileHugeMethods -Dorg.xerial.snappy.lib.path=" + os.environ["NATIVE"])
    .config("spark.driver.extraJavaOptions", "-Dorg.xerial.snappy.lib.path=" + os.environ["NATIVE"]).getOrCreate()
)
context = spark.sparkContext
context.setLogLevel("ERROR")


def kill_one_worker():
    """While the facts are being made."""
    time.sleep(float(os.environ.get("KILL_AFTER", "3")))
    victim = int(open(worker, encoding="utf-8").read())
    # Its executor would go on for a while on its own.
    executors = subprocess.run(["pgrep", "-P", str(victim)], capture_output=True, text=True, check=False).stdout.split()
    for pid in [victim, *map(int, executors)]:
        os.kill(pid, signal.SIGKILL)
    print(f"killed the worker {victim}")


def facts_of(source, declared):
    """Makes the facts of each partition where it lies. A part that is made again replaces its files."""

    def of(number, records):
        part = ["--source", source, "--part", f"{number + 1}/{PARTS}", "--records", "-", "--declared", str(declared)]
        program = subprocess.Popen(
            [headcount, "facts", "--quiet", "-c", f"{folder}/headcount.toml", "--as-of", "2026-10-15T12:00:00Z", "--out", f"{folder}/facts", *part],
            stdin=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        lines = 0
        for record in records:
            program.stdin.write(record.encode() + b"\n")
            lines += 1
        program.stdin.close()
        said = program.stderr.read().decode()
        if program.wait() != 0:
            raise RuntimeError(said)
        yield lines

    return of


began = time.time()
threading.Thread(target=kill_one_worker, daemon=True).start()
for source in SOURCES:
    lines = context.textFile(f"{folder}/{source}.ndjson").repartition(PARTS)
    declared = lines.count()
    written = lines.mapPartitionsWithIndex(facts_of(source, declared)).sum()
    assert written == declared, (source, written, declared)
print(f"facts: {time.time() - began:.1f} s")
began = time.time()
for table in ["accounts", "account_keys", "people", "person_keys", "declarations", "rules"]:
    spark.read.parquet(f"{folder}/facts/{table}").createOrReplaceTempView(table)
spark.sql(open(f"{folder}/statement.sql", encoding="utf-8").read()).write.mode("overwrite").parquet(f"{folder}/verdicts", compression="snappy")
print(f"spark {spark.version}: {time.time() - began:.1f} s, statement run and rows written")
