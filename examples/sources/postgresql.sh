#!/bin/sh
# Roles of PostgreSQL that can log in, for headcount. Arguments are those of psql: postgresql.sh service=audit
# Everybody may read pg_roles; passwords aren't in it.
set -eu
export PGTZ=UTC
psql -XAtq -v ON_ERROR_STOP=1 -f - "$@" <<'SQL'
begin isolation level repeatable read read only;
select json_build_object(
  'id', oid, 'username', rolname,
  -- Whoever is past "valid until" can't log in by password any more.
  'status', case when rolvaliduntil < now() then 'inactive' else 'active' end,
  'roles', (select coalesce(json_agg(g.rolname order by g.rolname), '[]')
            from pg_auth_members m join pg_roles g on g.oid = m.roleid where m.member = r.oid),
  'superuser', rolsuper)
from pg_roles r where rolcanlogin order by oid;
select json_build_object('total', count(*)) from pg_roles where rolcanlogin;
SQL
