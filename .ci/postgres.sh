# Sourced by run: sees to it that there is a PostgreSQL for the tests. That is the one which TEST_DATABASE_URL names, else the
# one on this machine where it lets the user `postgres` in, else one in a temporary folder that ends with the shell.

has_postgres() {
  [ -n "${TEST_DATABASE_URL:-}" ] || psql --host 127.0.0.1 --username postgres --no-password --command "" postgres
}

# PostgreSQL refuses to run as root.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then runuser --user postgres -- "$@"; else "$@"; fi
}

start_postgres() {
  local programs folder port
  compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null || { apt-get update && apt-get install --yes postgresql; }
  programs=$(dirname "$(compgen -G "/usr/lib/postgresql/*/bin/initdb" | sort --version-sort | tail -n 1)")
  folder=$(mktemp --directory)
  chmod 755 "$folder"
  [ "$(id -u)" != 0 ] || chown postgres "$folder"
  port=$(node --eval 'const s = require("net").createServer().listen(0, "127.0.0.1", () => s.close(console.log(s.address().port)))')
  as_postgres "$programs/initdb" --pgdata "$folder/data" --username postgres --auth trust --encoding UTF8 --no-sync
  trap "as_postgres '$programs/pg_ctl' --pgdata '$folder/data' --mode immediate stop; rm -rf '$folder'" EXIT
  as_postgres "$programs/pg_ctl" --pgdata "$folder/data" --log "$folder/log" --wait start \
    --options "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=$folder"
  export TEST_DATABASE_URL="postgresql://postgres@127.0.0.1:$port/postgres"
}

has_postgres >/dev/null 2>&1 || start_postgres
