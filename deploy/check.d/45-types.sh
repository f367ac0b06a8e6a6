#!/usr/bin/env bash
# needs: server
# limit: 600
# The types of the dashboard and of its tests, which the build itself does not look at.
. deploy/lib/step.sh
npm_ci tests/browser
for folder in static tests/browser; do
    if npm --prefix "$folder" run --silent check; then printf 'ok the types of %s fit\n' "$folder"; else printf 'not ok the types of %s fit\n' "$folder"; fi
done
