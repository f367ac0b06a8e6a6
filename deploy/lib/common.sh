# shellcheck shell=bash disable=SC2034 # what is set here is used by the scripts that source it
# What every script of deploy/ needs: where things are, plain sentences, processes kept by a file
# that names them. Sourced, never run.

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)

say() { printf '%s\n' "$*"; }

# One plain sentence, and the end.
fail() {
    printf 'deploy/%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# The last lines of a log, indented, for a human who asks why.
show_log() {
    [ -s "$1" ] || return 0
    printf 'The last lines of %s:\n' "$1" >&2
    tail -n "${2:-8}" "$1" | sed 's/^/    /' >&2
}

hash_of() { sha256sum | cut -c1-"${1:-12}"; }

random_hex() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

port_is_free() {
    ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# A free port below the kernel's own range, so that no outgoing connection takes it between runs.
choose_port() {
    local port tries
    for ((tries = 0; tries < 200; tries++)); do
        port=$((16000 + (RANDOM * 32768 + RANDOM) % 16000))
        if port_is_free "$port"; then
            printf '%s' "$port"
            return
        fi
    done
    fail "No free port was found between 16000 and 31999 on 127.0.0.1."
}

# --- processes -----------------------------------------------------------------------------------
# VAR/run/NAME.pid holds the process id and its start time: ids are used again, the pair is not.

start_time() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    # Field 22; the name in field 2 may hold blanks, so count from behind it.
    # shellcheck disable=SC2086
    set -- ${stat##*) }
    printf '%s' "${20}"
}

# Prints the process id if that process still runs.
pid_of() {
    local pid='' started=''
    { read -r pid started <"$VAR/run/$1.pid"; } 2>/dev/null || return 1
    [[ $pid =~ ^[0-9]+$ && $(start_time "$pid") == "$started" ]] || return 1
    # A zombie has a start time too.
    [[ $(sed 's/.*) //; s/ .*//' "/proc/$pid/stat" 2>/dev/null) != [ZX] ]] || return 1
    printf '%s' "$pid"
}

# spawn NAME command...: runs it as the service user in VAR, apart from this terminal, with its
# output in VAR/log/NAME.log.
spawn() {
    local name=$1 log=$VAR/log/$1.log
    shift
    if [ -f "$log" ] && [ "$(stat -c %s "$log")" -gt 20000000 ]; then mv -f "$log" "$log.1"; fi
    (
        cd "$VAR" || exit 1
        # The lock of deploy/up must not live on in its children.
        exec 9>&- </dev/null >>"$log" 2>&1
        exec setsid "${AS_SERVICE[@]}" "$@"
    ) &
    printf '%s %s\n' "$!" "$(start_time "$!")" >"$VAR/run/$name.pid"
}

# stop NAME SECONDS [SIGNAL]: asks it to end and waits; true when it is gone.
stop_process() {
    local name=$1 tenths=$(($2 * 10)) signal=${3:-TERM} pid
    pid=$(pid_of "$name") || return 0
    kill -s "$signal" "$pid" 2>/dev/null || true
    while [ "$tenths" -gt 0 ] && pid_of "$name" >/dev/null; do
        sleep 0.1
        tenths=$((tenths - 1))
    done
    ! pid_of "$name" >/dev/null
}
