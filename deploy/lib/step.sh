# shellcheck shell=bash
# What the steps of deploy/check.d share. Each runs from the repository's root.
set -euo pipefail
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck disable=SC2034 # build.sh uses it
VAR=$CHECK_VAR
# shellcheck source=build.sh
. "$REPO/deploy/lib/build.sh"
cd "$REPO"

# build_step NAME FOLDER cmake-arguments...: one "ok" or the compiler's words. Builds the programs
# and their tests, or TARGETS.
build_step() {
    local name=$1 folder=$2 TARGETS=${TARGETS:-all unit statements}
    shift 2
    if configure_and_build "$folder" "$CHECK_LOG/build-$name.log" "$@"; then
        printf 'ok %s builds without a warning\n' "$name"
    else
        grep -E -A4 'error|FAILED' "$CHECK_LOG/build-$name.log" | head -n 40 || true
        printf 'not ok %s builds\n' "$name"
    fi
}

# run_programs FOLDER: runs each test program in it; cmocka is asked for TAP.
run_programs() {
    local program found=no status out
    out=$(mktemp)
    for program in "$1"/*; do
        if [ ! -f "$program" ] || [ ! -x "$program" ]; then continue; fi
        found=yes status=0
        printf '# %s\n' "${program#"$REPO"/}"
        CMOCKA_MESSAGE_OUTPUT=TAP "$program" >"$out" 2>&1 || status=$?
        cat "$out"
        # A program that crashed may not have said so itself.
        if [ "$status" != 0 ] && ! grep -q '^not ok' "$out"; then
            printf 'not ok %s ended with status %s\n' "$(basename "$program")" "$status"
        fi
    done
    rm -f "$out"
    if [ "$found" = no ]; then printf 'not ok no test program in %s\n' "$1"; fi
}

# npm_ci FOLDER: fetches its packages if its lock has changed.
npm_ci() {
    local lock
    [ -f "$1/package-lock.json" ] || return 0
    lock=$(hash_of 64 <"$1/package-lock.json")
    if [ "$lock" = "$(cat "$1/node_modules/.made-from" 2>/dev/null)" ]; then return; fi
    (cd "$1" && npm ci --no-audit --no-fund)
    mkdir -p "$1/node_modules"
    printf '%s' "$lock" >"$1/node_modules/.made-from"
}

# node_tests command...: runs a command that ends in node:test's TAP summary, and sums it up.
node_tests() {
    local out status=0
    out=$(mktemp)
    "$@" 2>&1 | tee "$out" || status=$?
    awk -v status="$status" '
        /^# pass / { good += $3 }
        /^# (fail|cancelled) / { bad += $3 }
        END { if (status && !bad) bad = 1; printf "passed=%d failed=%d\n", good, bad }' "$out"
    rm -f "$out"
}
