#!/usr/bin/env bash
# Makes the two roles and the database of a new cluster, from the addresses that the
# program is given: the owner, who has the schema, and the server's role, which owns
# nothing and bypasses nothing. The image of PostgreSQL runs it once, on an empty cluster;
# by hand: PGHOST=… PGUSER=postgres DATABASE_URL_FILE=… DATABASE_ADMIN_URL_FILE=… init.sh
# Passwords go to psql through its input, never through an argument that others can see.
set -euo pipefail
server=$(cat "${DATABASE_URL_FILE:-/run/secrets/database_url}")
owner=$(cat "${DATABASE_ADMIN_URL_FILE:-/run/secrets/database_admin_url}")

# part ADDRESS 1|2|3: user, password or database of postgres://USER:PASSWORD@HOST/DATABASE?…
part() {
  local found
  found=$(printf '%s' "$1" | sed -nE 's#^postgres(ql)?(\+[a-z0-9]+)?://([A-Za-z0-9_]+):([A-Za-z0-9_.~-]+)@[^/]*/([A-Za-z0-9_]+)(\?.*)?$#\3 \4 \5#p')
  [ -n "$found" ] || { echo "init.sh: an address is not postgres://USER:PASSWORD@HOST/DATABASE with plain letters and digits" >&2; exit 2; }
  set -- $found "$2"
  case $4 in 1) printf %s "$1" ;; 2) printf %s "$2" ;; 3) printf %s "$3" ;; esac
}
owner_name=$(part "$owner" 1) owner_password=$(part "$owner" 2) database=$(part "$owner" 3)
server_name=$(part "$server" 1) server_password=$(part "$server" 2)
[ "$(part "$server" 3)" = "$database" ] || { echo "init.sh: both addresses name the same database" >&2; exit 2; }

psql -v ON_ERROR_STOP=1 -X -q --no-password --username "${PGUSER:-${POSTGRES_USER:-postgres}}" --dbname "${PGDATABASE:-postgres}" <<SQL
CREATE ROLE $owner_name LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD '$owner_password';
CREATE ROLE $server_name LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD '$server_password';
CREATE DATABASE $database OWNER $owner_name TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
REVOKE ALL ON DATABASE $database FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE $database TO $owner_name, $server_name;
SQL

# Statements are counted for `perf slow` where the library is installed; to make it takes a
# superuser, which the owner is not.
psql -v ON_ERROR_STOP=1 -X -q --no-password --username "${PGUSER:-${POSTGRES_USER:-postgres}}" --dbname "$database" <<SQL
DO \$\$ BEGIN
  IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_stat_statements') THEN
    CREATE EXTENSION pg_stat_statements;
  END IF;
END \$\$;
GRANT pg_read_all_stats TO $owner_name;
SQL
