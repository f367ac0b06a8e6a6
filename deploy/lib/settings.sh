# shellcheck shell=bash
# The folder of a running installation, the user it runs as, and its settings. What was chosen once
# (ports, passwords) is kept in VAR/env; the environment wins over it.

AS_SERVICE=()
SERVICE_USER=''

# Settings that VAR/env keeps. It is read, never executed: as root it is somebody else's folder.
KEPT=(RINGSIGHT_PORT RINGSIGHT_PUBLIC_URL RINGSIGHT_METRICS_PORT RINGSIGHT_WORKER_METRICS_PORT PG_PORT REDIS_PORT
    SUPERUSER_PASSWORD APP_PASSWORD JOBS_PASSWORD PLATFORM_PASSWORD MIGRATOR_PASSWORD
    REDIS_PASSWORD UCM_PORT_1 UCM_PORT_2 UCM_CONTROL_1 UCM_CONTROL_2 AMI_PORT SMTP_PORT)

find_var() {
    VAR=${RINGSIGHT_VAR:-var}
    [[ $VAR == /* ]] || VAR=$REPO/$VAR
    [[ $VAR =~ ^[A-Za-z0-9_./+@-]+$ ]] ||
        fail "The folder $VAR has characters in its name that addresses of sockets cannot hold; choose another with RINGSIGHT_VAR."
    if [ -d "$VAR" ]; then VAR=$(cd "$VAR" && pwd -P); fi
}

# As root, PostgreSQL must not run and the server should not: both run as an ordinary user.
find_service_user() {
    [ "$(id -u)" = 0 ] || return 0
    if ! getent passwd ringsight >/dev/null; then
        useradd --system --user-group --no-create-home --home-dir /nonexistent \
            --shell /usr/sbin/nologin ringsight 2>/dev/null || true
    fi
    for SERVICE_USER in ringsight postgres ''; do
        if [ -n "$SERVICE_USER" ] && getent passwd "$SERVICE_USER" >/dev/null; then break; fi
    done
    [ -n "$SERVICE_USER" ] ||
        fail "There is no user to run PostgreSQL as: create one with 'useradd --system ringsight'."
    AS_SERVICE=(setpriv "--reuid=$SERVICE_USER" "--regid=$(id -g "$SERVICE_USER")" --init-groups
        --no-new-privs -- env HOME=/nonexistent)
}

# Commands that must run as the service user but whose output matters here.
as_service() { (cd "$VAR" && "${AS_SERVICE[@]}" "$@"); }

can_reach() { "${AS_SERVICE[@]}" test -r "$1" -a -x "$1" 2>/dev/null; }

check_disk() {
    local place=$VAR free need=${RINGSIGHT_MIN_FREE_MB:-1024}
    while [ ! -d "$place" ]; do place=$(dirname "$place"); done
    free=$(df -Pk "$place" | awk 'NR == 2 { print int($4 / 1024) }')
    [ "$free" -ge "$need" ] ||
        fail "The disk that holds $place has only $free MB left; Ringsight needs $need MB to start."
}

make_var() {
    local real
    if [ ! -d "$VAR" ]; then
        check_disk
        if [[ $VAR == "$REPO"/* ]] && [ -n "$SERVICE_USER" ] && ! can_reach "$REPO"; then
            real=/var/lib/ringsight/$(printf '%s' "$VAR" | hash_of)
            mkdir -p "$real" "$(dirname "$VAR")"
            ln -sfn "$real" "$VAR"
            say "The user $SERVICE_USER cannot reach $REPO, so its data is kept in $real; $VAR points to it."
            VAR=$real
        else
            mkdir -p "$VAR" || fail "The folder $VAR cannot be created."
            VAR=$(cd "$VAR" && pwd -P)
        fi
    fi
    check_disk
    mkdir -p "$VAR"/{run,log,keys,demo}
    chmod 750 "$VAR"
    chmod 700 "$VAR"/{run,keys,demo}
    if [ -n "$SERVICE_USER" ]; then
        chown "$SERVICE_USER:" "$VAR" "$VAR"/{run,log,keys,demo}
        can_reach "$VAR" ||
            fail "The user $SERVICE_USER cannot reach $VAR; choose a folder it can, for example RINGSIGHT_VAR=/var/lib/ringsight."
    fi
}

# Paths of unix sockets end at 107 bytes; PostgreSQL appends ".s.PGSQL.31999" to its folder.
find_socket_folder() {
    SOCKETS=$VAR/run
    [ "${#SOCKETS}" -gt 84 ] || return 0
    local top=/tmp
    if [ -n "$SERVICE_USER" ] && [ -d /run ]; then top=/run; fi
    SOCKETS=$top/ringsight-$(printf '%s' "$VAR" | hash_of)
    if mkdir -m 700 "$SOCKETS" 2>/dev/null && [ -n "$SERVICE_USER" ]; then chown "$SERVICE_USER:" "$SOCKETS"; fi
    [ "$(stat -c '%U %F' "$SOCKETS")" = "${SERVICE_USER:-$(id -un)} directory" ] ||
        fail "The folder $SOCKETS belongs to somebody else; remove it or choose a shorter RINGSIGHT_VAR."
}

read_env() {
    local line name value
    [ -f "$VAR/env" ] || return 0
    while IFS= read -r line; do
        name=${line%%=*} value=${line#*=}
        [[ " ${KEPT[*]} " == *" $name "* && $value =~ ^[A-Za-z0-9_./:@-]*$ ]] || continue
        if [ -z "${!name:-}" ]; then printf -v "$name" '%s' "$value"; fi
    done <"$VAR/env"
}

write_env() {
    local name
    (
        umask 077
        for name in "${KEPT[@]}"; do printf '%s=%s\n' "$name" "${!name:-}"; done >"$VAR/env.new"
    )
    mv -f "$VAR/env.new" "$VAR/env"
}

# Keeps a port that was chosen before if it is free or its own process holds it.
keep_or_choose_port() {
    local name=$1 process=$2
    if [ -n "${!name:-}" ] && { pid_of "$process" >/dev/null || port_is_free "${!name}"; }; then return; fi
    printf -v "$name" '%s' "$(choose_port)"
}

# The integrations of a loaded demo name these ports, so they stay.
choose_demo_ports() {
    local name
    for name in UCM_PORT_1 UCM_PORT_2 UCM_CONTROL_1 UCM_CONTROL_2 AMI_PORT; do
        if [ "${DEMO:-no}" = yes ] && [ -f "$VAR/demo.json" ] && [ -n "${!name:-}" ]; then
            if pid_of phone-systems >/dev/null || port_is_free "${!name}"; then continue; fi
            fail "Port ${!name} of the demo's phone systems is taken by another program; stop that, or start with --no-demo."
        fi
        keep_or_choose_port "$name" phone-systems
    done
}

choose_settings() {
    local name
    RINGSIGHT_PORT=${RINGSIGHT_PORT:-8080}
    if ! [[ $RINGSIGHT_PORT =~ ^[1-9][0-9]{0,4}$ ]] || [ "$RINGSIGHT_PORT" -gt 65535 ]; then
        fail "RINGSIGHT_PORT is '$RINGSIGHT_PORT'; it must be a number from 1 to 65535."
    fi
    if ! pid_of server >/dev/null && ! port_is_free "$RINGSIGHT_PORT"; then
        fail "Port $RINGSIGHT_PORT is taken by another program; choose another with RINGSIGHT_PORT."
    fi
    keep_or_choose_port PG_PORT postgres
    keep_or_choose_port REDIS_PORT redis
    keep_or_choose_port RINGSIGHT_METRICS_PORT server
    keep_or_choose_port RINGSIGHT_WORKER_METRICS_PORT server
    choose_demo_ports
    keep_or_choose_port SMTP_PORT mail
    for name in SUPERUSER APP JOBS PLATFORM MIGRATOR REDIS; do
        name=${name}_PASSWORD
        [ -n "${!name:-}" ] || printf -v "$name" '%s' "$(random_hex 20)"
    done
    # A public address that only followed from the port is not kept: the port may change.
    write_env
}

database_url() { printf 'postgresql://%s:%s@127.0.0.1:%s/ringsight' "$1" "$2" "$PG_PORT"; }
socket_url() {
    printf 'postgresql://%s:%s@/ringsight?host=%s&port=%s' "$1" "$2" "${SOCKETS//\//%2F}" "$PG_PORT"
}

# The settings of the server. The owner's address is not among them: only migrate and admin get it.
export_settings() {
    export RINGSIGHT_VAR=$VAR RINGSIGHT_PORT RINGSIGHT_METRICS_PORT RINGSIGHT_WORKER_METRICS_PORT
    export RINGSIGHT_PUBLIC_URL=${RINGSIGHT_PUBLIC_URL:-http://127.0.0.1:$RINGSIGHT_PORT}
    RINGSIGHT_DATABASE_URL=$(socket_url ringsight_app "$APP_PASSWORD")
    RINGSIGHT_JOBS_DATABASE_URL=$(socket_url ringsight_jobs "$JOBS_PASSWORD")
    RINGSIGHT_PLATFORM_DATABASE_URL=$(socket_url ringsight_platform "$PLATFORM_PASSWORD")
    RINGSIGHT_REDIS_URL="unix://$SOCKETS/redis.sock?password=$REDIS_PASSWORD"
    export RINGSIGHT_DATABASE_URL RINGSIGHT_JOBS_DATABASE_URL RINGSIGHT_PLATFORM_DATABASE_URL
    export RINGSIGHT_REDIS_URL RINGSIGHT_KEYS=$VAR/keys RINGSIGHT_RUN=$SOCKETS
    export RINGSIGHT_STATIC=$APP/static/dist RINGSIGHT_TEMPLATES=$APP/templates
    export RINGSIGHT_MIGRATIONS_DIR=$APP/migrations RINGSIGHT_CONFIG=$APP/config/ringsight.conf
    export RINGSIGHT_MEDIA_CHILD=$APP_BUILD/ringsight-media RINGSIGHT_ASR_CHILD=$APP_BUILD/ringsight-asr
}

# The demo's phone systems are on loopback, which the server calls only where it is told to.
allow_demo() {
    local demo="ucm=127.0.0.1/32:$UCM_PORT_1, ucm=127.0.0.1/32:$UCM_PORT_2"
    demo="$demo, asterisk=127.0.0.1/32:$AMI_PORT"
    export RINGSIGHT_EGRESS_ALLOW="${RINGSIGHT_EGRESS_ALLOW:+$RINGSIGHT_EGRESS_ALLOW, }$demo"
    # Its mails go no further than a folder; a mail server of one's own wins.
    if [ -z "${RINGSIGHT_SMTP_URL:-}" ]; then
        export RINGSIGHT_SMTP_URL=smtp://127.0.0.1:$SMTP_PORT RINGSIGHT_SMTP_FROM=ringsight@demo.example
    fi
    # Its super admin signs in by the password that is shown.
    export RINGSIGHT_SUPER_ADMIN_FACTOR=${RINGSIGHT_SUPER_ADMIN_FACTOR:-off}
    # Each of its companies may try drop folders below one of its own.
    demo="harbour=$VAR/drop/harbour, brightline=$VAR/drop/brightline"
    export RINGSIGHT_DROP_FOLDERS="${RINGSIGHT_DROP_FOLDERS:+$RINGSIGHT_DROP_FOLDERS, }$demo"
    mkdir -p "$VAR"/drop/{harbour,brightline}
    if [ -n "$SERVICE_USER" ]; then chown -R "$SERVICE_USER:" "$VAR/drop"; fi
}

owner_url() { socket_url ringsight_migrator "$MIGRATOR_PASSWORD"; }

# ringsight migrate and ringsight admin: the only ones that get the owner's address.
as_owner() { RINGSIGHT_OWNER_DATABASE_URL=$(owner_url) as_service "$APP_BUILD/ringsight" "$@"; }
