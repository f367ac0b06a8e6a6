#!/usr/bin/env bash
# needs: server
# limit: 2700
# The API over real sockets. Most tests wait for something, so two runs share the files, each with an installation
# of its own: what one takes away, the other does not miss.
. deploy/lib/step.sh
npm_ci tests/api
taken=$CHECK_LOG/taken
mkdir -p "$taken" "$CHECK_BESIDE/demo"
if [ -d "$CHECK_VAR/demo/audio" ]; then cp -a "$CHECK_VAR/demo/audio" "$CHECK_BESIDE/demo/"; fi
# shellcheck disable=SC2317 # a trap calls it
stop_beside() { RINGSIGHT_VAR=$CHECK_BESIDE deploy/down || true; }
trap stop_beside EXIT

beside() {
    local port
    port=$(choose_port)
    export RINGSIGHT_VAR=$CHECK_BESIDE RINGSIGHT_PORT=$port RINGSIGHT_DEMO=$CHECK_BESIDE/demo.json
    if deploy/up --detach >"$CHECK_LOG/up-beside.log" 2>&1; then
        (cd tests/api && node --import tsx run.ts)
    else
        cat "$CHECK_LOG/up-beside.log"
        printf '# fail 1\n'
    fi
}

both() {
    local status=0 other
    beside >"$CHECK_LOG/api-beside.log" 2>&1 &
    other=$!
    npm --prefix tests/api test --silent || status=1
    wait "$other" || status=1
    cat "$CHECK_LOG/api-beside.log"
    return "$status"
}
export RINGSIGHT_TEST_TAKEN=$taken
node_tests both
