#!/bin/sh
# The rules on Spark as one would run it: a standalone cluster on loopback, a master and two workers as processes of their own. The
# cluster itself makes the facts (headcount is run on each partition of the records), it runs the statement, and a worker is killed
# in the middle; another one takes its place. The report is held against that of an audit here. HEADCOUNT, ACCOUNTS, KEPT and VENV as
# in run.sh; it needs Java 17.
set -eu
headcount=$(command -v "${HEADCOUNT:-headcount}") accounts=${ACCOUNTS:-20000}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
pids=""
trap 'kill $pids $(cat "$work"/*.pid) 2> /dev/null || true; rm -rf "$work"' EXIT

if [ -z "${VENV:-}" ]; then
    VENV=$work/venv
    python3 -m venv "$VENV"
    "$VENV/bin/pip" install --quiet "pyspark==4.*"
fi
export PYSPARK_PYTHON="$VENV/bin/python3"
SPARK_HOME=$("$PYSPARK_PYTHON" -c "import pyspark; print(pyspark.__path__[0])")
export SPARK_HOME SPARK_LOCAL_IP=127.0.0.1 SPARK_WORKER_DIR="$work/workers" SPARK_LOCAL_DIRS="$work/local"

# On some machines, snappy-java takes the C library for musl and finds nothing: it is given the other of its two.
"$PYSPARK_PYTHON" - "$SPARK_HOME" "$work/native" << 'END'
import glob, sys, zipfile
jar = glob.glob(sys.argv[1] + "/jars/snappy-java-*.jar")[0]
member = "org/xerial/snappy/native/Linux/x86_64/libsnappyjava.so"
zipfile.ZipFile(jar).extract(member, sys.argv[2])
END
export NATIVE="$work/native/org/xerial/snappy/native/Linux/x86_64"

now() { date +%s%N; }
took() { echo "$1: $(($(($(now) - $2)) / 1000000)) ms"; }
python3 "$here/organisation.py" "$accounts" "$work/org" "${KEPT:-0}"
cd "$work/org"
began=$(now)
"$headcount" audit --quiet --as-of 2026-10-15T12:00:00Z --format json --out here --exit-zero 2> /dev/null || [ $? = 3 ]
took "audit here" "$began"

start() { # what it is called, and its arguments; started again when it dies
    (
        trap 'exit 0' TERM
        while :; do
            "$SPARK_HOME/bin/spark-class" "$@" >> "$work/$name.log" 2>&1 &
            echo $! > "$work/$name.pid"
            wait $! || true
        done
    ) &
    pids="$pids $!"
}
name=master start org.apache.spark.deploy.master.Master --host 127.0.0.1 --port 7177 --webui-port 0
sleep 4
for name in one two; do
    start org.apache.spark.deploy.worker.Worker --host 127.0.0.1 --webui-port 0 --cores 1 --memory 3g spark://127.0.0.1:7177
done
sleep 4

"$headcount" sql > statement.sql
# The tables of people, once; the accounts are made by the cluster.
began=$(now)
"$PYSPARK_PYTHON" "$here/spark_job.py" "$headcount" "$work/org" "$work/two.pid" 2> "$work/job.log" || { tail -40 "$work/job.log"; exit 1; }
took "facts and statement on the cluster, a worker killed" "$began"
began=$(now)
"$headcount" report --quiet --facts facts --verdicts verdicts --format json --out there --exit-zero 2> /dev/null || [ $? = 3 ]
took "report" "$began"
"$PYSPARK_PYTHON" "$here/compare.py" here/report.json there/report.json
