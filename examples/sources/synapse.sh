#!/bin/sh
# Accounts of a Matrix server (Synapse) for headcount: synapse.sh https://matrix.example.com
# SYNAPSE_TOKEN is the access token of an administrator. Needs curl 7.55 or later, and jq.
# Not tried: Debian 12 has no Synapse. Written from the documentation of /_synapse/admin/v2/users.
set -eu
server=${1:?address of the server}
: "${SYNAPSE_TOKEN:?}"
from=0
while [ -n "$from" ]; do
  # The token goes by a file, so that no list of processes shows it.
  page=$(printf 'Authorization: Bearer %s\n' "$SYNAPSE_TOKEN" | curl -fsS --max-time 60 -H @- \
    "$server/_synapse/admin/v2/users?from=$from&limit=100&guests=true&deactivated=true&order_by=creation_ts")
  printf '%s' "$page" | jq -c '.users[] | {
    id: .name, username: .name, display_name: .displayname,
    status: (if .deactivated or .locked then "inactive" else "active" end),
    created_at: (.creation_ts / 1000 | floor | todate),
    last_login_at: (if .last_seen_ts then (.last_seen_ts / 1000 | floor | todate) else null end),
    roles: (if .admin then ["admin"] else [] end)
  }'
  total=$(printf '%s' "$page" | jq .total)
  from=$(printf '%s' "$page" | jq -r '.next_token // ""')
done
printf '{"total": %s}\n' "$total"
