#!/bin/bash
# Runs the scripts of this folder against what Debian 12 packages, with made-up people, each server in a folder of its own and
# on loopback. Not part of CI: it installs nothing, needs root and the packages, and says which are missing.
#
#   apt-get install jq curl sqlite3 kamailio-sqlite-modules dovecot-core prosody ejabberd slapd ldap-utils samba \
#     postgresql mariadb-server
#
# What the scripts print goes to the folder that is named, one file each: run.sh OUT
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
out=${1:?a folder for what the scripts print}
mkdir -p "$out"
work=$(mktemp -d /tmp/next-door.XXXXXX)
chmod 755 "$work"
pids=()
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT

failed=0
# check NAME EXPECTED PROGRAM...: runs the script and counts its accounts.
check() {
  local name=$1 expected=$2 found total
  shift 2
  if ! "$@" >"$out/$name.ndjson" 2>"$work/$name.err"; then
    echo "$name: FAILED: $(head -3 "$work/$name.err")"
    failed=1
    return
  fi
  found=$(grep -c '"id":\|"id" :' "$out/$name.ndjson") || true
  total=$(tail -1 "$out/$name.ndjson" | jq '.total')
  if [ "$found" = "$expected" ] && { [ "$total" = "$expected" ] || [ "$total" = null ]; }; then
    echo "$name: ok, $found accounts"
  else
    echo "$name: WRONG: $found accounts and a total of $total instead of $expected"
    failed=1
  fi
}
has() { command -v "$1" >/dev/null || { echo "$1 isn't installed: skipped"; return 1; }; }
wait_for() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.2; done; echo "nothing answers: $*" >&2; return 1; }

unix() {
  has passwd || return 0
  useradd -m -c 'Ann Example,Room 7,,' nd-ann 2>/dev/null || true
  useradd -m -c 'Bo Example' nd-bo 2>/dev/null || true
  printf 'nd-ann:made-up-1\nnd-bo:made-up-2\n' | chpasswd
  passwd -q -l nd-bo
  # Only the two: whoever else has an account on this machine is no fixture.
  UID_MIN=$(id -u nd-ann) UID_MAX=$(id -u nd-bo) "$here/unix.sh" >"$work/unix.all"
  grep -v '"username":"root"' "$work/unix.all" | sed 's/"total":3/"total":2/' >"$work/unix.ndjson"
  check unix 2 cat "$work/unix.ndjson"
  userdel -r nd-ann 2>/dev/null
  userdel -r nd-bo 2>/dev/null
}

kamailio_() {
  has sqlite3 || return 0
  local schema=/usr/share/kamailio/db_sqlite/auth_db-create.sql
  [ -e "$schema" ] || { echo "kamailio isn't installed: skipped"; return 0; }
  sqlite3 "$work/kamailio.sqlite" 'create table version (table_name varchar(32), table_version int)'
  sqlite3 "$work/kamailio.sqlite" <"$schema"
  sqlite3 "$work/kamailio.sqlite" "insert into subscriber (username, domain, password, ha1, ha1b) values
    ('ann.example', 'sip.example.com', 'made-up-1', 'x', 'x'), ('bo.example', 'sip.example.com', 'made-up-2', 'x', 'x')"
  check kamailio 2 "$here/kamailio.sh" sqlite "$work/kamailio.sqlite"
}

dovecot_() {
  has doveadm || return 0
  printf 'ann@example.com:{PLAIN}made-up-1::::::\nbo@example.com:{PLAIN}made-up-2::::::\n' >"$work/users"
  cat >"$work/dovecot.conf" <<CONF
base_dir = $work/dovecot
state_dir = $work/dovecot
log_path = $work/dovecot.log
ssl = no
protocols =
passdb {
  driver = passwd-file
  args = $work/users
}
userdb {
  driver = passwd-file
  args = $work/users
  default_fields = uid=1000 gid=1000 home=/tmp
}
CONF
  dovecot -F -c "$work/dovecot.conf" &
  pids+=($!)
  wait_for doveadm -c "$work/dovecot.conf" user '*'
  mkdir -p "$work/bin"
  printf '#!/bin/sh\nexec /usr/bin/doveadm -c %s "$@"\n' "$work/dovecot.conf" >"$work/bin/doveadm"
  chmod +x "$work/bin/doveadm"
  PATH="$work/bin:$PATH" check dovecot 2 "$here/dovecot.sh"
}

prosody_() {
  has prosodyctl || return 0
  mkdir -p "$work/prosody"
  cat >"$work/prosody.cfg.lua" <<CONF
pidfile = "$work/prosody/prosody.pid"
data_path = "$work/prosody"
admin_socket = "$work/prosody/prosody.sock"
modules_enabled = { "admin_shell" }
modules_disabled = { "s2s", "c2s" }
authentication = "internal_hashed"
run_as_root = true
log = { error = "$work/prosody.log" }
VirtualHost "example.com"
CONF
  export PROSODY_CONFIG="$work/prosody.cfg.lua"
  prosody -F --config "$work/prosody.cfg.lua" >/dev/null 2>&1 &
  pids+=($!)
  mkdir -p "$work/bin"
  printf '#!/bin/sh\nexec /usr/bin/prosodyctl --root --config %s "$@"\n' "$work/prosody.cfg.lua" >"$work/bin/prosodyctl"
  chmod +x "$work/bin/prosodyctl"
  for who in ann bo; do "$work/bin/prosodyctl" register "$who" example.com made-up-1 >/dev/null 2>&1; done
  wait_for "$work/bin/prosodyctl" shell user list example.com
  PATH="$work/bin:$PATH" check prosody 2 "$here/prosody.sh" example.com
}

ejabberd_() {
  has ejabberdctl || return 0
  mkdir -p "$work/ejabberd"
  cat >"$work/ejabberd/ejabberd.yml" <<CONF
hosts: [example.com]
listen: []
modules:
  mod_admin_extra: {}
  mod_last: {}
CONF
  cp /etc/ejabberd/inetrc "$work/ejabberd/"
  chown -R ejabberd "$work/ejabberd"
  mkdir -p "$work/bin"
  cat >"$work/bin/ejabberdctl" <<CTL
#!/bin/sh
exec runuser -u ejabberd -- env HOME=$work/ejabberd ERL_EPMD_ADDRESS=127.0.0.1 /usr/sbin/ejabberdctl --config-dir $work/ejabberd \\
  --spool $work/ejabberd/spool --logs $work/ejabberd/logs --node nextdoor@localhost "\$@"
CTL
  chmod +x "$work/bin/ejabberdctl"
  "$work/bin/ejabberdctl" foreground >"$work/ejabberd.log" 2>&1 &
  pids+=($!)
  wait_for "$work/bin/ejabberdctl" registered_users example.com
  for who in ann bo; do "$work/bin/ejabberdctl" register "$who" example.com made-up-1 >/dev/null; done
  "$work/bin/ejabberdctl" set_last ann example.com 1769853600 'gone home' >/dev/null
  PATH="$work/bin:$PATH" check ejabberd 2 "$here/ejabberd.sh" example.com
  "$work/bin/ejabberdctl" stop >/dev/null || true
  # Refuses where anything else of Erlang runs.
  epmd -kill >/dev/null 2>&1 || true
}

slapd_() {
  has slapd || return 0
  mkdir -p "$work/ldap"
  cat >"$work/slapd.conf" <<CONF
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
suffix dc=example,dc=com
rootdn cn=admin,dc=example,dc=com
rootpw made-up
directory $work/ldap
limits dn.exact="cn=small,dc=example,dc=com" size=1
access to * by * read
CONF
  cat >"$work/people.ldif" <<LDIF
dn: dc=example,dc=com
objectClass: domain
dc: example

dn: ou=people,dc=example,dc=com
objectClass: organizationalUnit
ou: people

dn: cn=small,dc=example,dc=com
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: small
userPassword: made-up

dn: uid=ann,ou=people,dc=example,dc=com
objectClass: inetOrgPerson
uid: ann
cn: Ann Example
sn: Example
mail: ann@example.com
employeeNumber: E-1

dn: uid=zoe,ou=people,dc=example,dc=com
objectClass: inetOrgPerson
uid: zoe
cn: Zoé Müller
sn: Müller
mail: zoe@example.com
LDIF
  slapadd -f "$work/slapd.conf" -l "$work/people.ldif" 2>/dev/null
  slapd -f "$work/slapd.conf" -h ldap://127.0.0.1:38900 -d 0 &
  pids+=($!)
  wait_for ldapsearch -x -H ldap://127.0.0.1:38900 -b dc=example,dc=com -s base
  check ldap 2 "$here/ldap.sh" -H ldap://127.0.0.1:38900 -b ou=people,dc=example,dc=com
  # The list that looks whole: one account, and exit status 4.
  local status=0
  "$here/ldap.sh" -H ldap://127.0.0.1:38900 -D cn=small,dc=example,dc=com -w made-up -b ou=people,dc=example,dc=com \
    >"$out/ldap-cut.ndjson" 2>/dev/null || status=$?
  if [ "$status" = 4 ] && [ "$(wc -l <"$out/ldap-cut.ndjson")" = 1 ]; then
    echo "ldap: ok, a list that is cut ends with 4"
  else
    echo "ldap: WRONG: a list that is cut ends with $status"
    failed=1
  fi
}

samba_() {
  has pdbedit || return 0
  mkdir -p "$work/samba"
  cat >"$work/smb.conf" <<CONF
[global]
passdb backend = tdbsam:$work/samba/passdb.tdb
private dir = $work/samba
state directory = $work/samba
cache directory = $work/samba
lock directory = $work/samba
netbios name = NEXTDOOR
CONF
  useradd -M -c 'Ann Example' nd-ann 2>/dev/null || true
  useradd -M -c 'Bo Example' nd-bo 2>/dev/null || true
  for who in nd-ann nd-bo; do printf 'made-up\nmade-up\n' | pdbedit -s "$work/smb.conf" -t -a "$who" >/dev/null 2>&1; done
  pdbedit -s "$work/smb.conf" -c '[D]' nd-bo >/dev/null 2>&1
  mkdir -p "$work/bin"
  printf '#!/bin/sh\nexec /usr/bin/pdbedit -s %s "$@"\n' "$work/smb.conf" >"$work/bin/pdbedit"
  chmod +x "$work/bin/pdbedit"
  PATH="$work/bin:$PATH" check samba 2 "$here/samba.sh"
  userdel nd-ann
  userdel nd-bo
}

postgresql_() {
  local bin
  bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1)
  [ -n "$bin" ] || { echo "postgresql isn't installed: skipped"; return 0; }
  mkdir "$work/pg"
  chown postgres "$work/pg"
  runuser -u postgres -- "$bin/initdb" -D "$work/pg" -A trust -U audit >/dev/null
  runuser -u postgres -- "$bin/postgres" -D "$work/pg" -p 54399 -k "$work/pg" -h '' >/dev/null 2>&1 &
  pids+=($!)
  local psql=(psql -h "$work/pg" -p 54399 -U audit -d postgres)
  wait_for "${psql[@]}" -c 'select 1'
  "${psql[@]}" -q -c "create role staff; create role ann login in role staff; create role bo login valid until '2020-01-01'"
  check postgresql 3 "$here/postgresql.sh" -h "$work/pg" -p 54399 -U audit -d postgres
}

mariadb_() {
  has mariadbd || return 0
  mkdir "$work/maria"
  chown mysql "$work/maria"
  mariadb-install-db --no-defaults --user=mysql --datadir="$work/maria" --auth-root-authentication-method=normal >/dev/null 2>&1
  mariadbd --no-defaults --user=mysql --datadir="$work/maria" --socket="$work/maria/sock" --skip-networking \
    --pid-file="$work/maria/pid" >/dev/null 2>&1 &
  pids+=($!)
  local client=(mariadb --no-defaults -uroot -S "$work/maria/sock")
  wait_for "${client[@]}" -e 'select 1'
  "${client[@]}" -e "drop user if exists ''@'localhost', ''@'$(hostname)', root@'$(hostname)', root@'127.0.0.1', root@'::1', 'PUBLIC'@'';
    create role staff; create user ann@'%' identified by 'made-up'; grant staff to ann@'%';
    create user bo@localhost identified by 'made-up' account lock" 2>/dev/null || "${client[@]}" -e "
    create role staff; create user ann@'%' identified by 'made-up'; grant staff to ann@'%';
    create user bo@localhost identified by 'made-up' account lock"
  local all
  all=$("${client[@]}" -NB -e "select count(*) from mysql.global_priv where coalesce(json_value(Priv, '$.is_role'), 0) = 0")
  check mariadb "$all" "$here/mariadb.sh" --no-defaults -uroot -S "$work/maria/sock"
}

for system in unix kamailio_ dovecot_ prosody_ ejabberd_ slapd_ samba_ postgresql_ mariadb_; do
  "$system" || { echo "$system: could not be run"; failed=1; }
done
exit "$failed"
