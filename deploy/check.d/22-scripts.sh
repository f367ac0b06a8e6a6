#!/usr/bin/env bash
# Every shell script of the repository, read by shellcheck.
. deploy/lib/step.sh
mapfile -t files < <(grep -rlE --exclude-dir=node_modules --exclude-dir=dist --exclude='*.md' \
    '^#!/usr/bin/env bash|^# shellcheck shell=bash' deploy .ci tests | sort)
if shellcheck -x -P SCRIPTDIR -P . "${files[@]}"; then
    printf 'ok shellcheck finds nothing in %s scripts\n' "${#files[@]}"
else
    printf 'not ok shellcheck\n'
fi
