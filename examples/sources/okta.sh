#!/bin/sh
# Users of Okta for headcount: okta.sh https://example.okta.com
# OKTA_TOKEN is an API token of a read-only administrator. Needs curl 7.55 or later, and jq.
# Not tried against Okta. Written from the documentation of /api/v1/users: the list leaves out who is DEPROVISIONED, so
# that these are asked for by themselves.
set -eu
org=${1:?address of the organisation}
: "${OKTA_TOKEN:?}"
headers=$(mktemp)
trap 'rm -f "$headers"' EXIT
list() {
  next=$1
  while [ -n "$next" ]; do
    # Not straight into jq: a pipeline would hide that curl has failed.
    page=$(printf 'Authorization: SSWS %s\n' "$OKTA_TOKEN" \
      | curl -fsS --max-time 60 -H @- -H 'Accept: application/json' -D "$headers" "$next")
    printf '%s' "$page" | jq -c '.[] | {
      id, username: .profile.login, email: .profile.email, external_id: .profile.employeeNumber,
      display_name: (.profile.displayName // ([.profile.firstName, .profile.lastName] | map(select(.)) | join(" "))),
      status: (if .status == "SUSPENDED" or .status == "DEPROVISIONED" then "inactive" else "active" end),
      locked: (.status == "LOCKED_OUT"), created_at: .created, updated_at: .lastUpdated, last_login_at: .lastLogin,
      okta_status: .status
    }'
    next=$(tr -d '\r' <"$headers" | sed -n 's/^[Ll]ink: <\([^>]*\)>; rel="next".*/\1/p')
  done
}
list "$org/api/v1/users?limit=200"
list "$org/api/v1/users?limit=200&filter=status%20eq%20%22DEPROVISIONED%22"
