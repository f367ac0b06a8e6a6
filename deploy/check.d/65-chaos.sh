#!/usr/bin/env bash
# limit: 1800
# Processes killed and services taken away at random moments, of one small seed: nothing is lost,
# doubled, stuck or drifted. The build with sanitizers.
. deploy/lib/step.sh
npm_ci tests/api
if [ -f tests/api/schema.d.ts ]; then # made by the API's step
    if tests/api/node_modules/.bin/tsc -p tests/chaos; then printf 'ok its types fit\n'; else printf 'not ok its types fit\n'; fi
fi
tests/chaos/run --small --seed 1
