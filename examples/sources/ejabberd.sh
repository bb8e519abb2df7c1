#!/bin/sh
# Accounts of an ejabberd host for headcount: ejabberd.sh HOST. Needs jq, mod_last and mod_admin_extra, and may run ejabberdctl.
set -eu
host=${1:?which host}
users=$(ejabberdctl registered_users "$host")
total=0
while read -r user; do
  [ -n "$user" ] || continue
  total=$((total + 1))
  # The moment and the status behind a tab: "2026-01-31T10:05:00Z	ONLINE". Of who has never been there, the moment is that
  # of the registration, or 1970, and only the status says so.
  last=$(ejabberdctl get_last "$user" "$host" </dev/null)
  jq -cn --arg id "$user@$host" --arg last "$last" '($last | split("\t")) as [$moment, $status]
    | {id: $id, username: $id,
       last_login_at: (if ($moment | test("^(?!1970)[0-9]{4}-")) and $status != "Registered but didn\u0027t login"
                       then $moment else null end)}'
done <<LIST
$users
LIST
jq -cn --argjson total "$total" '{total: $total}'
