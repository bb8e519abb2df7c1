#!/bin/sh
# Subscribers of Kamailio for headcount, out of its table. Needs the client of the database:
#   kamailio.sh sqlite /etc/kamailio/kamailio.sqlite
#   kamailio.sh psql service=kamailio
#   kamailio.sh mariadb --defaults-file=/etc/kamailio/audit.cnf kamailio
# Neither passwords nor their hashes are read.
set -eu
client=${1:?sqlite, psql or mariadb}
shift
case "$client" in
  sqlite) sqlite3 -bail -readonly "$1" "select json_object('id', id, 'username', username || '@' || domain) from subscriber order by id" "select json_object('total', count(*)) from subscriber" ;;
  psql) psql -XAtq -v ON_ERROR_STOP=1 -c "select json_build_object('id', id, 'username', username || '@' || domain) from subscriber order by id" -c "select json_build_object('total', count(*)) from subscriber" "$@" ;;
  mariadb) mariadb "$@" -NB --raw -e "select json_object('id', id, 'username', concat(username, '@', domain)) from subscriber order by id; select json_object('total', count(*)) from subscriber" ;;
  *) echo "no such client: $client" >&2; exit 2 ;;
esac
