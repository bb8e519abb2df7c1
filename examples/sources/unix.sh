#!/bin/sh
# Accounts of this machine for headcount: local ones, and those of the directory if it lets itself be enumerated.
# Needs jq, and root for `passwd -S`.
#
# Why not lslogins: it reads no directory and writes times for people, in the zone and language of the machine.
set -eu
first=${UID_MIN:-1000} last=${UID_MAX:-60000}

# From `ann P 2026-01-31 0 99999 7 -1` (or 01/31/2026 with older shadow) the second word: L locked, NP no password, P usable.
state() { passwd -S "$1" 2>/dev/null | cut -d' ' -f2; }

list=$(getent passwd)
accounts=0
while IFS=: read -r name _ uid _ gecos _ shell; do
  [ "$uid" -eq 0 ] || { [ "$uid" -ge "$first" ] && [ "$uid" -le "$last" ]; } || continue
  case "$(state "$name")" in
    L*) status=inactive ;;
    P* | NP*) status=active ;;
    *) status=null ;; # an account of the directory: its state isn't told here
  esac
  case "$shell" in */nologin | */false) status=inactive ;; esac
  accounts=$((accounts + 1))
  jq -cn --arg id "$uid" --arg username "$name" --arg name "${gecos%%,*}" --arg status "$status" \
    --argjson roles "$(id -Gn "$name" | jq -Rc 'split(" ")')" --arg shell "$shell" \
    '{id: $id, username: $username, display_name: (if $name == "" then null else $name end), roles: $roles, shell: $shell}
     + (if $status == "null" then {} else {status: $status} end)'
done <<LIST
$list
LIST
jq -cn --argjson total "$accounts" '{total: $total}'
