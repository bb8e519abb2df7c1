#!/bin/sh
# The rules on an engine: ./run.sh duckdb|polars|datafusion|clickhouse|sqlite|postgresql. It installs the engine by the name of its
# package into a temporary folder, makes an organisation and its facts, has the engine run the statement as it is, and holds the report
# against that of an audit. HEADCOUNT names the program, ACCOUNTS how many there are, KEPT which share of them is as it should be; an
# installed environment of Python may be named with VENV.
set -eu
engine=$1 headcount=${HEADCOUNT:-headcount} accounts=${ACCOUNTS:-20000}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'stop; rm -rf "$work"' EXIT
stop() { :; }

if [ -z "${VENV:-}" ]; then
    VENV=$work/venv
    python3 -m venv "$VENV"
    case $engine in
        clickhouse) packages=chdb ;;
        postgresql) packages="duckdb psycopg[binary]" ;;
        sqlite) packages=duckdb ;;
        *) packages=$engine ;;
    esac
    "$VENV/bin/pip" install --quiet $packages
fi

if [ "$engine" = postgresql ]; then
    # Debian's package postgresql; a server of our own on a socket, which may not be root's.
    bin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
    mkdir "$work/server"
    as=""
    if [ "$(id -u)" = 0 ]; then
        chown postgres "$work/server"
        chmod 755 "$work"
        as="runuser -u postgres --"
    fi
    $as "$bin/initdb" -D "$work/server/data" -A trust -U postgres > "$work/initdb.log"
    $as "$bin/pg_ctl" -D "$work/server/data" -l "$work/server/log" -o "-k $work/server -c listen_addresses=" -w start > /dev/null
    stop() { $as "$bin/pg_ctl" -D "$work/server/data" -m immediate stop > /dev/null; }
    export DSN="host=$work/server user=postgres"
fi

now() { date +%s%N; }
took() { echo "$1: $(($(($(now) - $2)) / 1000000)) ms"; }
python3 "$here/organisation.py" "$accounts" "$work/org" "${KEPT:-0}"
cd "$work/org"
at="--as-of 2026-10-15T12:00:00Z"
began=$(now)
"$headcount" audit --quiet $at --format json --out here --exit-zero || [ $? = 3 ]
took "audit here" "$began"
began=$(now)
"$headcount" facts --quiet $at --out facts
took "facts" "$began"
"$headcount" sql > statement.sql
"$VENV/bin/python3" "$here/engine.py" "$engine" facts statement.sql "$work/org/verdicts-of-engine"
began=$(now)
verdicts=$(ls -d "$work"/org/verdicts-of-engine*)
"$headcount" report --quiet --facts facts --verdicts "$verdicts" --format json --out there --exit-zero || [ $? = 3 ]
took "report" "$began"
python3 "$here/compare.py" here/report.json there/report.json
