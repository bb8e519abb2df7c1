#!/bin/sh
# Mailboxes of Dovecot for headcount. Needs jq, and a userdb that can be iterated: doveadm fails where it can't.
set -eu
users=$(doveadm user '*')
printf '%s' "$users" | jq -Rcs 'split("\n") | map(select(. != "")) | (.[] | {id: ., username: .}), {total: length}'
