#!/usr/bin/env bash
# Stops the server and its helpers; what the sanitizers wrote about them until then is a failure.
. deploy/lib/step.sh
if deploy/down; then printf 'ok the server stops when asked\n'; else printf 'not ok the server stops when asked\n'; fi
reports=$(find "$CHECK_LOG" -name 'asan.*' -o -name 'ubsan.*')
if [ -z "$reports" ]; then
    printf 'ok no sanitizer report\n'
else
    for report in $reports; do
        printf 'not ok %s\n' "${report##*/}"
        head -n 30 "$report"
    done
fi
