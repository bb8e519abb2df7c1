#!/bin/sh
# Accounts of a Prosody host for headcount: prosody.sh HOST. Needs jq, and the server running (0.12 or later).
set -eu
host=${1:?which host}
# One address a line, and at the end "OK: Showing 3 of 3 users" or "OK: 3 users".
list=$(prosodyctl shell user list "$host")
printf '%s\n' "$list" | jq -Rcs '
  split("\n") | map(sub("^\\|\\s*"; "") | select(. != ""))
  | (map(capture("^OK:.*?(?<total>[0-9]+) users?$").total | tonumber) | last) as $total
  | if $total == null then error("prosodyctl printed no number of users") else . end
  | (.[] | select(test("^[^ ]+@[^ ]+$")) | {id: ., username: .}), {total: $total}'
