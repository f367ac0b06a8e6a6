# shellcheck shell=bash
# Debian packages: what is missing, and installing it where we may.

# missing_packages SECTION...: names of deploy/packages that are not there.
missing_packages() {
    local name section stand_in wanted=()
    while read -r name section stand_in; do
        [[ -n $name && $name != \#* && " $* " == *" $section "* ]] || continue
        if [[ $stand_in == /* ]]; then
            if compgen -G "$stand_in" >/dev/null; then continue; fi
        elif [ -n "$stand_in" ] && command -v "$stand_in" >/dev/null; then
            continue
        fi
        wanted+=("$name")
    done <"$REPO/deploy/packages"
    [ "${#wanted[@]}" -gt 0 ] || return 0
    comm -23 <(printf '%s\n' "${wanted[@]}" | sort) \
        <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null |
            sed -n 's/^installed //p' | sort)
}

need_packages() {
    local missing log
    missing=$(missing_packages "$@" | tr '\n' ' ')
    missing=${missing% }
    [ -n "$missing" ] || return 0
    command -v apt-get >/dev/null ||
        fail "These packages are missing and this is not a Debian system that could install them: $missing."
    local apt=(apt-get)
    if [ "$(id -u)" != 0 ]; then
        if ! sudo -n true 2>/dev/null; then
            fail "These Debian packages are missing: $missing. Install them with: sudo apt-get install --no-install-recommends $missing"
        fi
        apt=(sudo -n apt-get)
    fi
    say "Installing Debian packages: $missing"
    log=$VAR/log/apt.log
    hold_services
    # shellcheck disable=SC2086
    if ! { "${apt[@]}" update && DEBIAN_FRONTEND=noninteractive "${apt[@]}" install -y \
        --no-install-recommends $missing; } >"$log" 2>&1 </dev/null; then
        release_services
        show_log "$log"
        fail "The Debian packages could not be installed; is the package mirror reachable from here?"
    fi
    release_services
    missing=$(missing_packages "$@" | tr '\n' ' ')
    [ -z "$missing" ] || fail "These packages are still missing after the installation: $missing"
}

# Debian starts PostgreSQL and Redis when it installs them. Ours are private, under VAR: for the
# length of the installation, nothing is started. The EXIT trap of the caller runs release_services.
HELD=''
hold_services() {
    if [ "$(id -u)" != 0 ] || [ -e /usr/sbin/policy-rc.d ]; then return 0; fi
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
    HELD=yes
}
release_services() {
    [ -n "$HELD" ] || return 0
    rm -f /usr/sbin/policy-rc.d
    HELD=''
}
