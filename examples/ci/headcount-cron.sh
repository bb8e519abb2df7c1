#!/bin/sh
# A nightly audit without a CI system. In a crontab, with MAILTO set:
#
#     17 4 * * *  HEADCOUNT_HOME=/srv/access-review  /srv/access-review/headcount-cron.sh
#
# HEADCOUNT_HOME holds headcount.toml, hr.csv and, readable by their owner only, the secrets: as files that the
# configuration names, or as NAME=value lines in `environment`. The binary is the one on the PATH, or HEADCOUNT.
# It is quiet when the gate passed; otherwise cron mails what it says, and the exit code is that of headcount.
set -eu
umask 077

cd "${HEADCOUNT_HOME:?set it to the folder with headcount.toml}"
headcount() { command "${HEADCOUNT:-headcount}" "$@"; }

if [ -f environment ]; then
    set -a
    . ./environment
    set +a
fi

# One run at a time: an audit that hangs must not meet the next one.
exec 9> .lock
if command -v flock > /dev/null && ! flock -n 9; then
    echo "headcount: the last audit still runs" >&2
    exit 3
fi

day=$(date -u +%Y-%m-%d)
out="reports/$day"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# What `max_change` holds a night against goes from folder to folder.
mkdir -p "$out"
[ ! -f reports/last-complete.json ] || cp reports/last-complete.json "$out/"

code=0
headcount audit -c headcount.toml --out "$out" --format html,md,json,csv > "$log" 2>&1 || code=$?
[ ! -f "$out/last-complete.json" ] || cp "$out/last-complete.json" reports/

if [ "$code" -ne 0 ]; then
    cat "$log"
    echo "Reports: $PWD/$out (exit code $code)"
fi

# A quarter and a week of reports is kept.
find reports -mindepth 1 -maxdepth 1 -type d -mtime +100 -exec rm -rf {} +
exit "$code"
