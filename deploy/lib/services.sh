# shellcheck shell=bash
# The private PostgreSQL and Redis, the server, and the demo's phone systems: start and stop.

find_postgres() {
    local bin version best=''
    for bin in ${RINGSIGHT_PG_BIN:-/usr/lib/postgresql/*/bin}; do
        [ -x "$bin/postgres" ] || continue
        version=$("$bin/postgres" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
        best="$best $version"
        # An existing cluster needs its own version; a new one takes 15, or else the newest.
        if [ -s "$VAR/pg/PG_VERSION" ]; then
            if [ "$version" = "$(cat "$VAR/pg/PG_VERSION")" ]; then PG_BIN=$bin; fi
        elif [ "$version" -ge 15 ] && { [ "$version" = 15 ] || [[ ${PG_BIN:-} != */15/bin ]]; }; then
            PG_BIN=$bin
        fi
    done
    [ -n "$best" ] || fail "PostgreSQL 15 is not installed (the Debian package is postgresql-15)."
    if [ -z "${PG_BIN:-}" ] && [ -s "$VAR/pg/PG_VERSION" ]; then
        fail "The data in $VAR/pg is of PostgreSQL $(cat "$VAR/pg/PG_VERSION"), but only this is installed:$best."
    fi
    [ -n "${PG_BIN:-}" ] || fail "PostgreSQL is too old: version 15 is needed, found only$best."
}

start_postgres() {
    local memory
    if [ ! -s "$VAR/pg/PG_VERSION" ]; then make_cluster; fi
    memory=$(awk '/^MemTotal/ { m = int($2 / 1024 / 8); print (m < 64 ? 64 : m > 1024 ? 1024 : m) }' /proc/meminfo)
    cat >"$VAR/pg/ringsight.conf" <<CONF
# Written by deploy/up at each start.
listen_addresses = '127.0.0.1'
port = $PG_PORT
unix_socket_directories = '$SOCKETS'
unix_socket_permissions = 0700
max_connections = 120
shared_buffers = ${memory}MB
effective_cache_size = $((memory * 3))MB
max_wal_size = 1GB
wal_compression = on
random_page_cost = 1.1
effective_io_concurrency = 64
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = warning
log_min_error_statement = panic
log_error_verbosity = terse
idle_in_transaction_session_timeout = '60s'
CONF
    if ! pid_of postgres >/dev/null; then spawn postgres "$PG_BIN/postgres" -D "$VAR/pg"; fi
    local tenths
    for ((tenths = 0; tenths < 600; tenths++)); do
        if "$PG_BIN/pg_isready" -q -h "$SOCKETS" -p "$PG_PORT"; then break; fi
        if ! pid_of postgres >/dev/null; then
            show_log "$VAR/log/postgres.log"
            fail "PostgreSQL did not start."
        fi
        sleep 0.1
    done
    # Passwords go in by standard input, where no list of processes shows them.
    if ! {
        printf '\\set %s %s\n' app_password "$APP_PASSWORD" jobs_password "$JOBS_PASSWORD" \
            platform_password "$PLATFORM_PASSWORD" migrator_password "$MIGRATOR_PASSWORD"
        cat "$REPO/deploy/lib/roles.sql"
    } | PGPASSWORD=$SUPERUSER_PASSWORD "$PG_BIN/psql" -qX -h "$SOCKETS" -p "$PG_PORT" -U postgres \
        -d postgres >"$VAR/log/roles.log" 2>&1; then
        show_log "$VAR/log/roles.log"
        fail "The database's roles could not be made."
    fi
}

make_cluster() {
    say "Making the database ..."
    rm -rf "$VAR/pg.new"
    local password=$VAR/run/initdb.password
    (umask 077 && printf '%s\n' "$SUPERUSER_PASSWORD" >"$password")
    if [ -n "$SERVICE_USER" ]; then chown "$SERVICE_USER:" "$password"; fi
    if ! as_service "$PG_BIN/initdb" -D "$VAR/pg.new" -U postgres --pwfile "$password" -k \
        --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 >"$VAR/log/initdb.log" 2>&1; then
        rm -f "$password"
        show_log "$VAR/log/initdb.log"
        fail "PostgreSQL could not make its files in $VAR/pg."
    fi
    rm -f "$password"
    printf "include 'ringsight.conf'\n" >>"$VAR/pg.new/postgresql.conf"
    mv "$VAR/pg.new" "$VAR/pg"
}

start_redis() {
    if pid_of redis >/dev/null; then return; fi
    as_service mkdir -p "$VAR/redis"
    (
        umask 077
        cat >"$VAR/redis/redis.conf" <<CONF
bind 127.0.0.1
port $REDIS_PORT
unixsocket $SOCKETS/redis.sock
unixsocketperm 700
requirepass $REDIS_PASSWORD
dir $VAR/redis
appendonly yes
appendfsync everysec
save ""
maxmemory 256mb
maxmemory-policy noeviction
daemonize no
CONF
    )
    if [ -n "$SERVICE_USER" ]; then chown "$SERVICE_USER:" "$VAR/redis/redis.conf"; fi
    spawn redis redis-server "$VAR/redis/redis.conf"
    local tenths
    for ((tenths = 0; tenths < 300; tenths++)); do
        if [ "$(REDISCLI_AUTH=$REDIS_PASSWORD redis-cli -p "$REDIS_PORT" ping 2>/dev/null)" = PONG ]; then return; fi
        if ! pid_of redis >/dev/null; then break; fi
        sleep 0.1
    done
    show_log "$VAR/log/redis.log"
    fail "Redis did not start."
}

migrate() {
    if ! as_owner migrate >"$VAR/log/migrate.log" 2>&1; then
        show_log "$VAR/log/migrate.log"
        fail "The database could not be brought up to date."
    fi
}

server_is_ready() { curl -fsS -o /dev/null --max-time 2 "http://127.0.0.1:$RINGSIGHT_PORT/readyz" 2>/dev/null; }

start_server() {
    if ! pid_of server >/dev/null; then spawn server "$APP_BUILD/ringsight" all; fi
    local tenths
    for ((tenths = 0; tenths < 600; tenths++)); do
        if server_is_ready; then return; fi
        if ! pid_of server >/dev/null; then
            show_log "$VAR/log/server.log"
            fail "The server did not start."
        fi
        sleep 0.1
    done
    show_log "$VAR/log/server.log"
    fail "The server did not become ready within a minute."
}

# The demo's companies, people and integrations, and the facts of them in VAR/demo.json.
load_demo() {
    RINGSIGHT_OWNER_DATABASE_URL=$(owner_url) \
        RINGSIGHT_DEMO_DATABASE_URL=$(database_url ringsight_app "$APP_PASSWORD") \
        RINGSIGHT_DEMO_OWNER_DATABASE_URL=$(database_url ringsight_migrator "$MIGRATOR_PASSWORD") \
        RINGSIGHT_DEMO_REDIS_URL=redis://:$REDIS_PASSWORD@127.0.0.1:$REDIS_PORT/0 \
        RINGSIGHT_DEMO_UCM_PORTS="$UCM_PORT_1:$UCM_CONTROL_1,$UCM_PORT_2:$UCM_CONTROL_2" RINGSIGHT_DEMO_AMI_PORT=$AMI_PORT \
        as_service node "$APP/deploy/demo/load.mjs" "$APP_BUILD/ringsight" "$VAR" ||
        fail "The demo could not be loaded."
}

# The demo's mail server: keeps what is sent in VAR/mail.
start_mail() {
    if pid_of mail >/dev/null; then return; fi
    as_service mkdir -p -m 700 "$VAR/mail"
    spawn mail node "$APP/deploy/demo/mail/sink.mjs" "$VAR/mail" "$SMTP_PORT"
}

start_demo() {
    start_mail
    if ! pid_of phone-systems >/dev/null; then
        load_demo
        spawn phone-systems node "$APP/deploy/demo/phone-systems.mjs" "$VAR/demo"
    fi
}

# In the order in which they need each other. Says what would not stop.
stop_all() {
    local name bad=0
    touch "$VAR/run/stopping" 2>/dev/null || true
    for name in phone-systems server mail redis postgres; do
        local signal=TERM seconds=40
        # PostgreSQL: INT is "fast", TERM would wait for its clients.
        if [ "$name" = postgres ]; then signal=INT seconds=60; fi
        if ! stop_process "$name" "$seconds" "$signal"; then
            say "$name did not stop within $seconds seconds and is killed."
            stop_process "$name" 5 KILL || bad=1
        fi
        rm -f "$VAR/run/$name.pid"
    done
    rm -f "$VAR/run/stopping"
    return "$bad"
}
