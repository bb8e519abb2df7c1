#!/bin/sh
# Endpoints of Asterisk (PJSIP) for headcount. Needs jq, and may run `asterisk -rx`.
# Not tried: Debian 12 has no Asterisk. Written from the documented form of the list:
#    Endpoint:  1001/Ann Example                            Not in use    0 of inf
#   Objects found: 12
set -eu
list=$(asterisk -rx 'pjsip list endpoints')
printf '%s\n' "$list" | jq -Rcs '
  split("\n")
  | (map(capture("^Objects found: *(?<total>[0-9]+)").total | tonumber) | last) as $total
  | if $total == null then error("asterisk printed no number of objects") else . end
  | (.[] | capture("^ Endpoint: +(?<id>[^/<]+?)(/(?<name>.+?))? {2,}\\S") | {id, username: .id, display_name: .name}), {total: $total}'
