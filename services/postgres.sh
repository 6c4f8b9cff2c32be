#!/usr/bin/env bash
# PostgreSQL in a private folder, on a loopback port, under an unprivileged account.
#
# Usage: postgres.sh start|stop|restart|status|wipe
# Environment: ATOLL_SERVICES (state), ATOLL_POSTGRES_PORT.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

port=${ATOLL_POSTGRES_PORT:-18432}
halt_signal=INT # "fast" shutdown: does not wait for clients to leave

# The server refuses to run as root.
as=()
account=$(id -un)
if [ "$(id -u)" = 0 ]; then
    account=nobody
    as=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
fi

psql_admin() { PGPASSWORD=$(secret password) "$bin/psql" -qAtX -h 127.0.0.1 -p "$port" -U atoll "$@"; }

start() {
    need postgresql
    bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
    alive postgres || free_port "$port"
    "${as[@]}" test -x "$dir" || die "$account cannot enter $dir: let others pass through the folders above it"
    if [ ! -e "$dir/data/PG_VERSION" ]; then
        rm -rf "$dir/data"
        install -d -m 700 "$dir/data"
        install -m 600 <(secret password) "$dir/initial.password"
        [ ${#as[@]} -eq 0 ] || chown "$account" "$dir/data" "$dir/initial.password"
        "${as[@]}" "$bin/initdb" -D "$dir/data" -U atoll --pwfile="$dir/initial.password" \
            --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$dir/log/initdb.log" 2>&1 9>&- ||
            { cat "$dir/log/initdb.log" >&2; die "initdb failed"; }
        rm "$dir/initial.password"
    fi
    # Test data: durability is given up for speed.
    launch postgres "${as[@]}" "$bin/postgres" -D "$dir/data" -c listen_addresses=127.0.0.1 -c port="$port" \
        -c unix_socket_directories= -c max_connections=100 \
        -c fsync=off -c synchronous_commit=off -c full_page_writes=off
    await 60 postgres "$bin/pg_isready" -q -h 127.0.0.1 -p "$port" -d postgres
    [ "$(psql_admin -d postgres -c "select 1 from pg_database where datname = 'atoll'")" = 1 ] ||
        psql_admin -d postgres -c 'create database atoll'
}

env_lines() {
    cat <<EOF
POSTGRES_HOST=127.0.0.1
POSTGRES_PORT=$port
POSTGRES_DB=atoll
POSTGRES_USER=atoll
POSTGRES_PASSWORD=$(secret password)
POSTGRES_JDBC_URL=jdbc:postgresql://127.0.0.1:$port/atoll
EOF
}

open_state postgres
dispatch "${1:-}" postgres
