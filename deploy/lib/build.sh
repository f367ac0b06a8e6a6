# shellcheck shell=bash disable=SC2034 # APP and APP_BUILD are used by the other parts
# Builds the server and the dashboard; what is unchanged is not built again.

BUILD=${RINGSIGHT_BUILD:-$REPO/build}
[[ $BUILD == /* ]] || BUILD=$REPO/$BUILD

# configure_and_build FOLDER LOG cmake-arguments...; TARGETS names what to build, else everything.
configure_and_build() {
    local folder=$1 log=$2
    shift 2
    mkdir -p "$folder"
    if [ ! -f "$folder/build.ninja" ]; then
        cmake -S "$REPO" -B "$folder" -G Ninja "$@" >"$log" 2>&1 || return 1
    fi
    # shellcheck disable=SC2086 # several words are several targets
    ninja -C "$folder" ${TARGETS:-} >>"$log" 2>&1
}

build_server() {
    local log=$VAR/log/build.log
    : >"$log"
    [ -f "$BUILD/build.ninja" ] || say "Building the server (the first time takes a minute or two) ..."
    if ! configure_and_build "$BUILD" "$log" -DCMAKE_BUILD_TYPE=Release; then
        show_log "$log" 20
        fail "The server does not build."
    fi
}

# All that the built dashboard depends on, as one hash.
dashboard_hash() {
    {
        cat "$BUILD/openapi.json"
        cd "$REPO/static" && find . -path ./node_modules -prune -o -path ./dist -prune -o \
            -name schema.d.ts -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
    } | hash_of 64
}

# fetch_npm FOLDER LOG WHOSE: its npm packages, if its lock has changed.
fetch_npm() {
    local lock
    lock=$(hash_of 64 <"$1/package-lock.json")
    if [ "$lock" = "$(cat "$1/node_modules/.made-from" 2>/dev/null)" ]; then return; fi
    say "Fetching $3 npm packages ..."
    if ! (cd "$1" && npm ci --no-audit --no-fund) >"$2" 2>&1 </dev/null; then
        if grep -q EUSAGE "$2"; then
            grep 'npm error' "$2" | head -n 8 >&2
            fail "${1#"$REPO"/}/package-lock.json does not fit its package.json."
        fi
        show_log "$2"
        fail "The npm packages of ${1#"$REPO"/} could not be fetched; is the npm registry reachable from here?"
    fi
    mkdir -p "$1/node_modules"
    printf '%s' "$lock" >"$1/node_modules/.made-from"
}

build_dashboard() {
    local static=$REPO/static log=$VAR/log/dashboard.log major
    if ! "$BUILD/ringsight" openapi >"$BUILD/openapi.json.new" 2>"$log"; then
        show_log "$log"
        fail "The server does not print its contract."
    fi
    mv -f "$BUILD/openapi.json.new" "$BUILD/openapi.json"
    local now
    now=$(dashboard_hash)
    if [ "$now" = "$(cat "$static/dist/.made-from" 2>/dev/null)" ]; then return; fi
    major=$(node -p 'process.versions.node.split(".")[0]')
    [ "$major" -ge 18 ] || fail "Node.js 18 or newer is needed to build the dashboard; $(command -v node) is $(node -v)."
    fetch_npm "$static" "$log" "the dashboard's"
    say "Building the dashboard ..."
    if ! (cd "$static" && export OPENAPI_JSON=$BUILD/openapi.json && npm run types &&
        npm run build) >"$log" 2>&1 </dev/null; then
        show_log "$log" 20
        fail "The dashboard does not build."
    fi
    printf '%s' "$now" >"$static/dist/.made-from"
}

# The service user runs the programs from the checkout, or from a copy in VAR/app where it cannot
# reach the checkout.
find_programs() {
    APP=$REPO APP_BUILD=$BUILD
    if [ -z "$SERVICE_USER" ] || { can_reach "$REPO" && can_reach "$BUILD"; }; then return; fi
    APP=$VAR/app APP_BUILD=$VAR/app/build
}

place_programs() {
    find_programs
    if [ "$APP" = "$REPO" ]; then return; fi
    rm -rf "$VAR/app.new"
    mkdir -p "$VAR/app.new/build" "$VAR/app.new/static" "$VAR/app.new/deploy"
    local program
    for program in ringsight ringsight-media ringsight-asr; do
        cp "$BUILD/$program" "$VAR/app.new/build/"
    done
    cp -r "$REPO/static/dist" "$VAR/app.new/static/"
    cp -r "$REPO/templates" "$REPO/migrations" "$REPO/config" "$VAR/app.new/"
    cp -r "$REPO/deploy/demo" "$VAR/app.new/deploy/"
    chmod -R a+rX "$VAR/app.new"
    rm -rf "$VAR/app"
    mv "$VAR/app.new" "$VAR/app"
}
