#!/usr/bin/env bash
# OpenStack Keystone (Identity v3, Fernet tokens) on SQLite, behind uWSGI's own HTTP socket,
# with the account "admin" in the project "admin".
#
# Usage: keystone.sh start|stop|restart|status|wipe
# Environment: ATOLL_SERVICES (state), ATOLL_KEYSTONE_PORT.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

port=${ATOLL_KEYSTONE_PORT:-18500}
url=http://127.0.0.1:$port/v3

write_conf() {
    cat >"$dir/keystone.conf" <<CONF
[DEFAULT]
use_stderr = true
[database]
connection = sqlite:///$dir/keystone.db
[token]
provider = fernet
expiration = 86400
[fernet_tokens]
key_repository = $dir/fernet-keys
[identity]
# These accounts guard nothing: a password costs 256 times less than by default.
password_hash_rounds = 4
[credential]
key_repository = $dir/credential-keys
CONF
}

manage() { keystone-manage --config-file "$dir/keystone.conf" "$@" >>"$dir/log/manage.log" 2>&1 9>&-; }

make_database() {
    [ -e "$dir/made" ] && return
    rm -rf "$dir"/keystone.db "$dir"/*-keys
    mkdir -m 700 "$dir/fernet-keys" "$dir/credential-keys"
    manage db_sync
    # Keystone commits while it still reads on another connection: "database is locked" without this.
    sqlite3 "$dir/keystone.db" 'pragma journal_mode = wal' >/dev/null
    manage fernet_setup --keystone-user "$(id -un)" --keystone-group "$(id -gn)"
    manage credential_setup --keystone-user "$(id -un)" --keystone-group "$(id -gn)"
    manage bootstrap --bootstrap-password "$(secret admin)" --bootstrap-region-id RegionOne \
        --bootstrap-public-url "$url" --bootstrap-internal-url "$url" --bootstrap-admin-url "$url"
    touch "$dir/made"
}

start() {
    need keystone sqlite3 curl
    alive keystone || free_port "$port"
    write_conf
    make_database
    launch keystone uwsgi --plugin python3 --http-socket "127.0.0.1:$port" --wsgi-file /usr/bin/keystone-wsgi-public \
        --need-app --lazy-apps --master --processes 2 --threads 1 --die-on-term --buffer-size 65535 --disable-logging \
        --add-header "Connection: close" --pyargv "--config-file $dir/keystone.conf"
    await 90 keystone curl -fsS "$url"
}

env_lines() {
    cat <<LINES
OS_AUTH_URL=$url
OS_REGION_NAME=RegionOne
OS_USERNAME=admin
OS_PASSWORD=$(secret admin)
OS_PROJECT_NAME=admin
OS_USER_DOMAIN_NAME=Default
OS_PROJECT_DOMAIN_NAME=Default
LINES
}

open_state keystone
dispatch "${1:-}" keystone
