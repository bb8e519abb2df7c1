#!/bin/sh
# Accounts of a Samba server's own database for headcount (of a domain controller: ldap.sh). Needs jq and root.
# `pdbedit -L -w` would print hashes of passwords; -v doesn't.
set -eu
# Not straight into jq: a pipeline would hide that pdbedit has failed.
accounts=$(LC_ALL=C pdbedit -L -v)
printf '%s\n' "$accounts" | jq -Rcs '
  [split("---------------\n")[] | [split("\n")[] | capture("^(?<key>[^:]+):\\s*(?<value>.*)$")] | from_entries
   | select(.["Unix username"])]
  | (.[] | {
      id: .["User SID"], username: .["Unix username"],
      display_name: (.["Full Name"] | if . == "" then null else . end),
      status: (if (.["Account Flags"] | test("D")) then "inactive" else "active" end),
      locked: (.["Account Flags"] | test("L"))
    }), {total: length}'
