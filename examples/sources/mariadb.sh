#!/bin/sh
# Accounts of MariaDB for headcount. Arguments are those of the client: mariadb.sh --defaults-file=/etc/headcount/mariadb.cnf
# Needs SELECT on mysql.global_priv and mysql.roles_mapping. Roles are no accounts. Authentication strings stay where they are.
set -eu
mariadb "$@" -NB --raw <<'SQL'
start transaction read only;
select json_object(
  'id', concat(p.User, '@', p.Host), 'username', p.User,
  'status', if(json_value(p.Priv, '$.account_locked'), 'inactive', 'active'),
  'roles', json_compact((select coalesce(json_arrayagg(m.Role), '[]') from mysql.roles_mapping m where m.User = p.User and m.Host = p.Host)))
from mysql.global_priv p where coalesce(json_value(p.Priv, '$.is_role'), 0) = 0 order by p.User, p.Host;
select json_object('total', count(*)) from mysql.global_priv p where coalesce(json_value(p.Priv, '$.is_role'), 0) = 0;
SQL
